#ifndef STROM_CHECKS_SOURCE_CHECKS_H
#define STROM_CHECKS_SOURCE_CHECKS_H

/* Verdicts on what the database said: source.* role.* app_role.* grant.* publication.* slot.*
 * migration.no_op tables.keys. Pure: the same facts give the same list. A file a group. */

#include "api/base/err.h"
#include "api/checks/check.h"
#include "api/pg/facts.h"

/* What a migration of the repository makes, known from its text. */
struct source_script {
    const char *name; /* the file's, as Flyway records it: "V1.51__datastream_oppsett.sql" */
    bool publication, slot, grants;
};

/* Where the log and the wanted slot stood at a look: what a trend is measured from. -1: not known.
 */
struct source_mark {
    int64_t taken_ms; /* wall clock */
    int64_t wal_bytes, held_bytes, confirmed_bytes;
};
enum { SOURCE_LOOKS_APART_MS = 10000 }; /* less tells nothing */
struct source_mark source_mark(const struct source_facts *f);

struct source_view {
    const struct source_facts *facts; /* never NULL: see source_unknown */
    const struct source_mark *since;  /* of a former look; NULL: none */
    const struct source_wanted *wanted;
    const char *app;                     /* the app's name for texts; NULL or "" unknown */
    bool stream_exists;                  /* our own stream stands: it may read the slot */
    bool stream_saw_42704;               /* its errors speak of a publication that does not exist */
    bool flag_is_set;                    /* cloudsql.logical_decoding is on, says the instance */
    int64_t disk_free_bytes;             /* until the limit of the instance's disk; -1 unknown */
    const struct source_script *scripts; /* what is known of them; the others are judged by name */
    size_t n_scripts;
};

void source_checks(struct check_list *l, const struct source_view *v); /* all of them */

void checks_source(struct check_list *l, const struct source_view *v); /* source.* */
void checks_role(struct check_list *l, const struct source_view *v);   /* role.* app_role.* */
void checks_grant(struct check_list *l, const struct source_view *v);
void checks_publication(struct check_list *l, const struct source_view *v);
void checks_slot(struct check_list *l, const struct source_view *v);
void checks_migration(struct check_list *l, const struct source_view *v);
void checks_tables(struct check_list *l, const struct source_view *v); /* tables.keys */
/* source.connection alone, when there is no connection: e says why. The rest becomes unknown. */
void checks_not_connected(struct check_list *l, const struct err *e);

/* What mends a version that is too old, and what a slot has to do with it; f NULL: not known. */
void checks_upgrade(struct check_list *l, enum check_id id, const struct source_facts *f);

/* Whether a table counts: each that was chosen; without a choice, each that is published, and all
 * of them as long as there is no publication. */
bool source_is_meant(const struct source_view *v, const struct source_grant *table);
/* Published, the application's own UPDATE and DELETE on it would fail: nothing names its rows. */
bool source_breaks_app(const struct source_grant *table);
/* How many of those that were asked for would. */
size_t source_breaking(const struct source_facts *f);
/* The user is there, tables are, and it may read none of them: whoever should have granted it did
 * nothing. */
bool source_reads_nothing(const struct source_facts *f);
/* A migration can speak of it: the app's role owns it, and its name can be written. */
bool source_is_ours(const struct source_facts *f, const struct source_grant *table);
/* Goes into a publication FOR TABLE that is made while nothing is chosen: ours, and breaks
 * nothing. */
bool source_is_publishable(const struct source_facts *f, const struct source_grant *table);

/* What is still to be done about the slot before a stream can read it. */
enum slot_future {
    SLOT_SERVES,        /* nothing */
    SLOT_IS_MADE,       /* there is none yet, or a temporary one */
    SLOT_IS_MADE_ANEW,  /* dropped first: its place becomes free */
    SLOT_IS_MADE_BESIDE /* under another name: this one is somebody else's */
};
enum slot_future slot_future(const struct source_view *v); /* as far as the slots are known */

/* WAL that the slot gains in an hour from two looks at least 10 s apart, -1 unknown; hours until
 * `room` bytes are full at that pace, a negative number unknown (or never). */
int64_t slot_bytes_per_hour(const struct source_mark *then, const struct source_mark *now);
double slot_hours_until(int64_t room, int64_t bytes_per_hour);

/* Between source_slot.c and source_wal.c: its entry, and the slot dropped and made anew, or why
 * not. */
bool slot_is_lost(const struct source_slot *s);
void checks_slot_wal(struct check_list *l, const struct source_view *v);
void slot_anew(struct check_list *l, enum check_id id, const struct source_view *v);
void slot_drop_sql(struct str *sql, const char *name);

#endif

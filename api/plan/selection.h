#ifndef STROM_PLAN_SELECTION_H
#define STROM_PLAN_SELECTION_H

/* What flows: source, destination, names, and every table with its columns, on or off. The
 * service's rules are kept while choosing: key columns stay, what is not carried stays off, nothing
 * sensitive is on by itself. Built from plain facts; owns its strings (interned: names repeat). 32
 * bytes a column. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/rules/rules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct selection_source {
    const char *app, *context, *namespace, *instance, *database, *db_user, *publication, *slot;
};

enum { SELECTION_FRESHNESS_MOST_S = 31 * 24 * 3600 }; /* a month: what the plan file takes */

struct selection_destination {
    const char *project;                   /* of the stream */
    const char *dataset_project;           /* of the dataset, where it is another; else NULL */
    const char *location, *dataset, *mode; /* mode: "merge" or "append_only" */
    int64_t freshness_seconds;
};

struct selection_naming {
    const char *family; /* "procedure" or "nav-module" */
    const char *stream;
};

/* Why a sensitive column flows. `at` is RFC 3339. It settles what was known then: a higher level
 * asks again, and so does another category that is as sensitive (health, and now a fødselsnummer).
 */
struct selection_ack {
    const char *reason, *reference, *by, *at;
    enum rules_level level; /* the column's, when it was given; set by selection_acknowledge */
    uint32_t categories;    /* likewise; in a plan file those of the column's line */
};

struct selection_column {
    const char *name, *type;
    const struct selection_ack *ack; /* NULL: not acknowledged */
    uint32_t categories;             /* 1u << enum rules_category */
    uint8_t level;                   /* enum rules_level */
    bool included : 1;
    bool key : 1;         /* cannot be left out while the table flows */
    bool unsupported : 1; /* Datastream does not carry it, or never streams it (generated) */
    bool flows : 1;       /* in the stream that was opened, as it is now */
    bool was : 1;         /* on when it was reviewed last: the stream, the plan file */
    bool fresh : 1;       /* not there then */
    bool claimed : 1;     /* sensitive if it is text, and only a file says that it is none */
};

struct selection_table {
    const char *schema, *name;
    struct selection_column *columns;
    uint32_t n_columns;
    uint32_t n_included;
    int64_t rows, bytes;   /* estimates; -1: not known */
    uint32_t root;         /* of a partition: 1 + the number of the table that it belongs to; 0 */
    bool selectable : 1;   /* no: housekeeping, a view, a partition ... (`why`) */
    const char *why;       /* why it is not selectable; NULL otherwise */
    const uint32_t *lines; /* in the plan file: its own, then each column's; NULL: it is of none */
};

struct selection {
    struct selection_source source;
    struct selection_destination destination;
    struct selection_naming naming;
    struct selection_table *tables;
    size_t n_tables;
    size_t n_on;         /* tables with a column that is on */
    bool has_partitions; /* some table has a root */
    struct arena mem;    /* all strings, columns and acknowledgements */
    struct selection_intern *names;
    size_t room;
};

void selection_init(struct selection *s); /* procedure names, 900 s, merge; nothing chosen */
void selection_done(struct selection *s);
const char *selection_keep(struct selection *s,
                           const char *text); /* a copy that lives as long; NULL stays */

/* --- building: plain facts in, in any order --- */

struct selection_fact {
    const char *name, *type;
    bool key, unsupported;
    enum rules_level level;
    uint32_t categories;
};
/* Columns are copied, all off. why NULL: selectable (housekeeping tables never are by themselves).
 * The pointer holds until the next table is added. */
struct selection_table *selection_add(struct selection *s, const char *schema, const char *name,
                                      const struct selection_fact *columns, size_t n,
                                      const char *why);

/* --- choosing --- */

enum {
    SELECTION_TABLES = 10000,  /* of a stream, Datastream's limit (facts/gcp.md C) */
    SELECTION_KEY_COLUMNS = 16 /* of a table, BigQuery's limit (facts/gcp.md D) */
};

enum selection_answer {
    SELECTION_DONE,
    SELECTION_SAME,        /* it was so already */
    SELECTION_KEY,         /* a key column cannot be left out */
    SELECTION_UNSUPPORTED, /* the type is not carried */
    SELECTION_NOT_SELECTABLE,
    SELECTION_TOO_MANY_TABLES, /* of one stream */
    SELECTION_TOO_MANY_KEYS,   /* of one table, as BigQuery merges by its key */
    SELECTION_PARTITION_FLOWS, /* one of its partitions flows by itself */
    SELECTION_NEEDS_ACK        /* sensitive, and not flowing already: first selection_acknowledge */
};

enum selection_answer selection_set_column(struct selection *s, size_t table, size_t column,
                                           bool included);
/* On: its keys and all columns that are neither sensitive nor unsupported (acknowledged ones too).
 * With a sensitive key that is not acknowledged: SELECTION_NEEDS_ACK and nothing changes. */
enum selection_answer selection_set_table(struct selection *s, size_t table, bool included);
/* A choice of before: on whatever its level has become since, for nothing is turned off silently;
 * without a reason it is unacknowledged then. Other rules hold. */
enum selection_answer selection_put_back(struct selection *s, size_t table, size_t column);
/* Values have told: never lower, and what is on stays on. True when the level rose, or its reason
 * settles it no longer. */
bool selection_raise(struct selection *s, size_t table, size_t column, enum rules_level level,
                     uint32_t categories);
/* As the stream has it, whatever the rules say: it is so already. `flows` tells so from now on. */
void selection_set_flowing(struct selection *s, size_t table, size_t column, bool flows);
/* Off, a key too: where many columns are put one by one. */
void selection_leave_out(struct selection *s, size_t table, size_t column);
/* A reason and a reference are needed (ERR_INPUT otherwise, also for blank ones, control characters
 * and > 500 bytes). Settles the column as it is judged now. Does not include it. */
bool selection_acknowledge(struct selection *s, size_t table, size_t column,
                           const struct selection_ack *ack, struct err *e);
/* One of before: it settles ack->level and ack->categories and no more. */
bool selection_acknowledged(struct selection *s, size_t table, size_t column,
                            const struct selection_ack *ack, struct err *e);
void selection_forget_reason(struct selection *s, size_t table, size_t column);
/* Sensitive, and nothing settles it: no reason, or an outgrown one, or one that leaves out what
 * such a column's says (below). */
bool selection_lacks_reason(const struct selection_column *c);
/* It was given for a lower level, or before a category of the highest level was known. */
bool selection_reason_is_outgrown(const struct selection_column *c);
/* A stream carries protected people's rows as all others (code 6/7, adressebeskyttelse): the reason
 * of such a column says how they are kept apart, behind this mark, in whatever language. */
#define SELECTION_PROTECTED "; protected_address: "
bool selection_is_protected(const struct selection_column *c);
/* Where that begins in a reason, with its mark: what stands before it is the reason itself. NULL:
 * nothing is said. *answer: what is said, never blank. */
const char *selection_protected_in(const char *reason, const char **answer);
/* It is of such a kind, it has a reason, and the reason does not say it. */
bool selection_lacks_protected(const struct selection_column *c);
/* The categories of its level that its reason was not given for; all of them without one. */
uint32_t selection_unsettled(const struct selection_column *c);
/* "fnr, health", as in the file. */
const char *selection_categories(struct arena *a, uint32_t categories);
/* One plain sentence for the person. */
const char *selection_answer_text(enum selection_answer answer);

/* --- looking --- */

bool selection_find(const struct selection *s, const char *schema, const char *table, size_t *at);
bool selection_find_column(const struct selection_table *t, const char *name, size_t *at);
enum selection_box { SELECTION_OFF, SELECTION_PART, SELECTION_ON };
enum selection_box selection_table_box(const struct selection_table *t);

struct selection_totals {
    size_t tables, columns;                 /* that flow */
    size_t personal, special, acknowledged; /* among those columns */
    size_t left_out_sensitive;              /* in tables that flow, off and flagged */
    int64_t rows, bytes;                    /* of the tables that flow; unknown ones count 0 */
    bool rows_unknown;
};
void selection_totals(const struct selection *s, struct selection_totals *out);

struct selection_place {
    uint32_t table, column;
};
/* Included, sensitive, not acknowledged: apply refuses while there is one. Writes at most cap
 * places and returns how many there are. */
size_t selection_unacknowledged(const struct selection *s, struct selection_place *out, size_t cap);

#endif

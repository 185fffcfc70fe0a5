#include "api/checks/names.h"
#include "api/checks/source_checks.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

/* source.*: the server itself. */

enum { LONG_SECONDS = 60, SENDER_MS = 60000 };

static void not_asked(struct check_list *l, enum check_id id, const struct source_part *part)
{
    check_set(l, id, CHECK_UNKNOWN, "%s", part->why);
}

/* --- connection, version, wal_level --- */

void checks_not_connected(struct check_list *l, const struct err *e)
{
    enum check_id id = CHECK_SOURCE_CONNECTION;
    const char *groups[] = {"source",      "role", "app_role",  "grant",
                            "publication", "slot", "migration", "tables"};
    if (e == NULL || e->kind == ERR_NONE) {
        check_set(l, id, CHECK_UNKNOWN, "no database was named");
    } else {
        check_set_err(l, id, CHECK_FAIL, e);
        check_remedy(l, id, CHECK_REMEDY_COMMAND, "%s", e->hint);
    }
    check_needed(l, id, "a personal login to the app's database");
    check_why(l, id,
              "Most of what can be wrong is in the database; reading its catalogue is enough, "
              "no row is read.");
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        check_unknown_group(l, groups[i], tr("not connected to the database"));
}

static void connection(struct check_list *l, const struct source_server *s)
{
    enum check_id id = CHECK_SOURCE_CONNECTION;
    if (!s->part.known) {
        not_asked(l, id, &s->part);
        return;
    }
    check_set(l, id, s->replica ? CHECK_FAIL : CHECK_PASS, "database %s as %s%s", s->database,
              s->user, s->replica ? tr(", a read replica") : "");
    check_needed(l, id, "the primary server");
    check_why(l, id,
              "Datastream reads from the primary; a read replica has no replication slots of "
              "its own to give.");
    if (s->replica)
        check_remedy(l, id, CHECK_REMEDY_COMMAND,
                     "Connect to the instance itself, not to its replica.");
}

/* Any database's: the upgrade takes the whole server. */
static const char *logical_slot(const struct source_slots *s)
{
    for (size_t i = 0; s->part.known && i < s->n; i++)
        if (s->at[i].logical)
            return s->at[i].name;
    return NULL;
}

void checks_upgrade(struct check_list *l, enum check_id id, const struct source_facts *f)
{
    const char *slot = f != NULL ? logical_slot(&f->slots) : NULL;
    if (slot != NULL)
        check_remedy(
            l, id, CHECK_REMEDY_MANIFEST,
            "type: POSTGRES_16\n# refused while the slot %s is there: take its stream down "
            "and drop it first,\n# and make both anew after the upgrade",
            slot);
    else
        check_remedy(l, id, CHECK_REMEDY_MANIFEST, "type: POSTGRES_16");
}

static void version(struct check_list *l, const struct source_facts *f)
{
    enum check_id id = CHECK_SOURCE_VERSION;
    const struct source_server *s = &f->server;
    if (!s->part.known) {
        not_asked(l, id, &s->part);
        return;
    }
    enum check_result r = s->version < 100000   ? CHECK_FAIL
                          : s->version < 130000 ? CHECK_WARN
                                                : CHECK_PASS;
    check_set(l, id, r, "PostgreSQL %s", s->version_text);
    check_needed(l, id, "10 or newer, and one that is still maintained");
    check_why(l, id,
              "Logical replication with pgoutput came with version 10. A major upgrade is refused "
              "while the slot exists, so upgrade first.");
    if (r != CHECK_PASS)
        checks_upgrade(l, id, f);
}

static void wal_level(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SOURCE_WAL_LEVEL;
    const struct source_server *s = &v->facts->server;
    if (!s->part.known) {
        not_asked(l, id, &s->part);
        return;
    }
    bool fine = str_eq(s->wal_level, "logical");
    bool waits = !fine && v->flag_is_set;
    check_set(l, id, fine ? CHECK_PASS : CHECK_FAIL,
              waits ? "%s: the flag is set, and not yet in force" : "%s", s->wal_level);
    check_needed(l, id, "logical");
    check_why(
        l, id,
        "Otherwise PostgreSQL does not write down what a replication needs. The manifest's flag "
        "sets it; the deploy restarts the database, normally under a minute.");
    if (waits)
        check_remedy(l, id, CHECK_REMEDY_WAIT,
                     "Wait for the restart that the flag asks for, normally under a minute. Where "
                     "it does not come: restart the instance.");
    else if (!fine)
        check_remedy(l, id, CHECK_REMEDY_MANIFEST,
                     "flags:\n  - name: cloudsql.logical_decoding\n    value: \"on\"");
}

/* --- limits --- */

struct limit {
    enum check_id id;
    const char *what, *flag;
    int used, max;
    bool have; /* ours is there already */
};

static void limit(struct check_list *l, const struct limit *k)
{
    bool fine = k->have || k->used < k->max;
    check_set(l, k->id, fine ? CHECK_PASS : CHECK_FAIL, "%d of %d in use%s", k->used, k->max,
              k->have ? tr(", ours among them") : "");
    check_needed(l, k->id, "one that is free");
    check_why(l, k->id, "Each stream takes one %s; the limit changes with a restart.", tr(k->what));
    if (!fine)
        check_remedy(l, k->id, CHECK_REMEDY_MANIFEST, "flags:\n  - name: %s\n    value: \"%d\"",
                     k->flag, k->max + 10);
}

/* PostgreSQL's own default is a minute, and streams live with it; Datastream's manual advises none,
 * or ten minutes. Below the default a reader that is busy with a large change is cut off, again and
 * again. */
static void timeout(struct check_list *l, const struct source_server *s)
{
    enum check_id id = CHECK_SOURCE_SENDERS;
    char span[CLOCK_TEXT];
    if (s->wal_sender_timeout_ms <= 0 || s->wal_sender_timeout_ms >= SENDER_MS ||
        l->at[id].result != CHECK_PASS)
        return;
    check_set(l, id, CHECK_WARN, "wal_sender_timeout is %s",
              clock_span(s->wal_sender_timeout_ms / 1000, span));
    check_needed(l, id, "one that is free; wal_sender_timeout 0, or 10 minutes at least");
    check_why(l, id,
              "A reader that says nothing for that long is cut off, also while it is busy with a "
              "large change: the stream begins it again and again.");
    check_remedy(l, id, CHECK_REMEDY_MANIFEST,
                 "flags:\n  - name: wal_sender_timeout\n    value: \"600000\"");
}

static void limits(struct check_list *l, const struct source_view *v)
{
    const struct source_facts *f = v->facts;
    const struct source_part *part = !f->server.part.known ? &f->server.part : &f->usage.part;
    const struct source_slot *slot = f->slots.wanted;
    enum slot_future future = slot_future(v);
    if (!part->known) {
        not_asked(l, CHECK_SOURCE_SLOTS, part);
        not_asked(l, CHECK_SOURCE_SENDERS, part);
        return;
    }
    limit(l, &(struct limit){CHECK_SOURCE_SLOTS, "replication slot", "max_replication_slots",
                             f->usage.slots_used, f->server.max_slots,
                             slot != NULL && future != SLOT_IS_MADE_BESIDE});
    limit(l, &(struct limit){CHECK_SOURCE_SENDERS, "WAL sender", "max_wal_senders",
                             f->usage.senders_used, f->server.max_senders,
                             slot != NULL && slot->active && future == SLOT_SERVES});
    timeout(l, &f->server);
}

/* --- transactions --- */

static int64_t known_age(const struct source_xact *x)
{
    return x->age_seconds >= 0 ? x->age_seconds : x->seen_for_ms / 1000;
}

static const struct source_xact *oldest(const struct source_activity *a)
{
    const struct source_xact *old = NULL;
    for (size_t i = 0; i < a->n_xacts; i++)
        if (old == NULL || known_age(&a->xacts[i]) > known_age(old))
            old = &a->xacts[i];
    return old;
}

static const struct source_xact *hidden(const struct source_activity *a)
{
    for (size_t i = 0; i < a->n_xacts; i++)
        if (a->xacts[i].age_seconds < 0)
            return &a->xacts[i];
    return NULL;
}

static void name_xact(struct str *out, const struct source_xact *x)
{
    if (x->pid == 0)
        str_printf(out, tr("prepared transaction %s of %s"), x->gid != NULL ? x->gid : "", x->user);
    else
        str_printf(out, tr("pid %d (%s of %s)"), x->pid,
                   str_is_empty(x->application) ? tr("no application name") : x->application,
                   str_is_empty(x->user) ? tr("an unknown user") : x->user);
}

static void long_open(struct check_list *l, const struct source_xact *x)
{
    enum check_id id = CHECK_SOURCE_LONG_TRANSACTIONS;
    char span[CLOCK_TEXT];
    struct str who = {0};
    name_xact(&who, x);
    check_set(l, id, CHECK_WARN, "%s has had a transaction open for %s%s", str_text(&who),
              x->age_seconds < 0 ? tr("at least ") : "", clock_span(known_age(x), span));
    if (x->pid == 0)
        check_remedy(l, id, CHECK_REMEDY_WAIT,
                     "Somebody prepared it and must COMMIT PREPARED or ROLLBACK PREPARED it.");
    else
        check_remedy(
            l, id, CHECK_REMEDY_WAIT,
            "Wait until it ends, or ask the one whose it is; a restart of that application "
            "ends it too.");
    str_done(&who);
}

static void may_be_long(struct check_list *l, const struct source_xact *x)
{
    enum check_id id = CHECK_SOURCE_LONG_TRANSACTIONS;
    struct str who = {0};
    name_xact(&who, x);
    check_set(l, id, CHECK_UNKNOWN,
              "%s has a transaction open since %lld s at least; its age is hidden from this login "
              "(pg_read_all_stats would show it)",
              str_text(&who), (long long)(x->seen_for_ms / 1000));
    check_remedy(l, id, CHECK_REMEDY_WAIT,
                 "Check again in a minute: the same transaction still there is a long one.");
    str_done(&who);
}

static void transactions(struct check_list *l, const struct source_view *v)
{
    enum check_id id = CHECK_SOURCE_LONG_TRANSACTIONS;
    const struct source_facts *f = v->facts;
    const struct source_activity *a = &f->activity;
    if (f->slots.part.known && slot_future(v) == SLOT_SERVES) {
        check_set(l, id, CHECK_PASS, "the slot exists already");
    } else if (!a->part.known) {
        not_asked(l, id, &a->part);
    } else {
        const struct source_xact *old = oldest(a), *unsure = hidden(a);
        if (old != NULL && known_age(old) >= LONG_SECONDS)
            long_open(l, old);
        else if (unsure != NULL)
            may_be_long(l, unsure);
        else
            check_set(l, id, CHECK_PASS, "none is older than a minute");
    }
    check_needed(l, id, "no writing transaction older than a minute while the slot is made");
    check_why(l, id,
              "Making a slot waits for every open transaction that has written; until then the "
              "migration hangs, and the deploy with it.");
}

void checks_source(struct check_list *l, const struct source_view *v)
{
    const struct source_facts *f = v->facts;
    connection(l, &f->server);
    version(l, f);
    wal_level(l, v);
    limits(l, v);
    transactions(l, v);
}

void source_checks(struct check_list *l, const struct source_view *v)
{
    checks_source(l, v);
    checks_role(l, v);
    checks_grant(l, v);
    checks_publication(l, v);
    checks_slot(l, v);
    checks_migration(l, v);
    checks_tables(l, v);
}

/* What is said before a stream is changed: what must be there first, what is copied anew, what is
 * lost, what stays in BigQuery, and what is left to do afterwards. */

#include "api/plan/alter_inside.h"

#include "api/base/clock.h"
#include "api/base/figure.h"
#include "api/base/tr.h"
#include "api/files/migrations_waiting.h"
#include "api/plan/hcl.h"
#include "api/plan/prepare.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED = 4 };

void alter_add_line(struct alter_plan *p, enum alter_said said, const char *text)
{
    if (p->n_lines < sizeof p->lines / sizeof *p->lines)
        p->lines[p->n_lines++] = (struct alter_line){said, text};
}

/* --- the slot --- */

const struct source_slot *alter_slot(const struct alter_seen *seen, const char *name)
{
    const struct source_slots *s = seen->facts ? &seen->facts->slots : NULL;

    for (size_t i = 0; s && s->part.known && i < s->n; i++)
        if (str_eq(s->at[i].name, name))
            return &s->at[i];
    return NULL;
}

/* Where the number that an earlier exchange has put behind the name begins: NAME_2, NAME_17. */
static size_t numbered_from(const char *name)
{
    size_t end = strlen(name), at = end;

    while (at > 0 && isdigit((unsigned char)name[at - 1]))
        at--;
    bool ours = at > 1 && name[at - 1] == '_' && end > at && end - at <= 2;
    return ours ? at - 1 : end;
}

const char *alter_new_slot(const struct alter_seen *seen, struct arena *a)
{
    enum { NAME = 63, ROOM = 4 };
    const char *old = seen->target.slot;
    size_t length = numbered_from(old);
    int first = old[length] ? (int)strtol(old + length + 1, NULL, 10) + 1 : 2;

    if (length > NAME - ROOM)
        length = NAME - ROOM;
    for (int n = first;; n++) {
        const char *name = arena_printf(a, "%.*s_%d", (int)length, old, n);
        if (alter_slot(seen, name) == NULL || n >= 99)
            return name;
    }
}

static const char *files_text(const struct prepared *files, struct arena *a)
{
    struct str all = {0};

    for (size_t i = 0; i < files->n_files; i++)
        str_printf(&all, "%s-- %s\n%s", i ? "\n" : "", files->files[i].path, files->files[i].text);
    const char *text = all.bytes ? arena_str(a, str_text(&all)) : NULL;
    str_done(&all);
    return text;
}

/* What the stream carries, as a choice; its columns do not matter to a publication. */
static void choose_what_flows(const struct alter_seen *seen, struct selection *s)
{
    const struct selection_fact some = {.name = "*", .type = "text"};

    selection_init(s);
    for (size_t i = 0; i < seen->n_tables; i++)
        selection_add(s, seen->tables[i].schema, seen->tables[i].table, &some, 1, NULL);
    for (size_t i = 0; i < s->n_tables; i++)
        selection_set_table(s, i, true);
}

/* All that is missing, where the publication is: a slot counts from its publication on. Only what
 * the stream carries is published again. */
static void whole_migration(const struct alter_seen *seen, const struct target *t,
                            const struct source_facts *facts, struct arena *a, struct prepared *out)
{
    struct selection flows;
    struct prepare_wanted wanted = {
        .repo = seen->repo, .t = t, .facts = facts, .s = &flows, .only_migrations = true};
    struct err e;

    choose_what_flows(seen, &flows);
    bool ok = prepare(a, &wanted, out, &e);
    if (!ok) {
        wanted.repo = NULL;
        ok = prepare(a, &wanted, out, &e);
    }
    if (!ok)
        *out = (struct prepared){0};
    selection_done(&flows);
}

/* What was written before, and has not run yet. */
static const char *waiting_file(const struct alter_seen *seen,
                                const struct migrations_folder *folder,
                                const struct migration_facts *facts, const char *sql,
                                struct arena *a)
{
    const struct source_flyway *f = &seen->facts->flyway;
    const char **versions = arena_array(a, const char *, f->n + 1);
    struct migrations_ran ran = {.versions = versions, .last = prepare_newest_run(f)};
    struct migration_waiting *files;
    struct err e;
    size_t n;

    for (size_t i = 0; i < f->n; i++)
        if (f->at[i].success && !str_is_empty(f->at[i].version))
            versions[ran.n++] = f->at[i].version;
    if (seen->repo == NULL ||
        !migrations_waiting(a, seen->repo, folder, facts, &ran, &files, &n, &e))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (files[i].slot && migrations_waits_for(a, &files[i], sql))
            return files[i].path;
    return NULL;
}

static void slot_migration(const struct alter_seen *seen, const char *slot, bool anew,
                           struct arena *a, struct prepared *out)
{
    const struct source_slot *there = alter_slot(seen, slot);
    struct migrations_folder folder = {.path = ""};
    struct migration_set files;
    struct source_facts facts;
    struct target t = seen->target;
    struct err e;

    facts = *seen->facts;
    facts.slots.wanted = there;
    str_copy(t.slot, sizeof t.slot, slot);
    if (!facts.publication.exists) {
        whole_migration(seen, &t, &facts, a, out);
        return;
    }
    struct migration_facts wanted = {.shape = MIGRATION_PROCEDURE,
                                     .app_role = facts.roles.app.name,
                                     .db_user = t.db_user,
                                     .publication = t.publication,
                                     .slot = t.slot,
                                     .publication_exists = true,
                                     .publication_all_tables = true,
                                     .slot_exists = there != NULL,
                                     .slot_lost =
                                         there && (anew || str_eq(there->wal_status, "lost")),
                                     .user_replication = facts.roles.db_user.replication,
                                     .app_replication = facts.roles.app.replication,
                                     .default_privileges = true,
                                     .all_readable = true,
                                     .recorded = prepare_newest_run(&facts.flyway),
                                     .now = clock_wall()};
    if (seen->repo && !migrations_find(a, seen->repo, NULL, &folder, &e))
        folder = (struct migrations_folder){.path = ""};
    if (!migrations_write(a, &folder, &wanted, &files, &e))
        return;
    const char *waits =
        files.n_files == 1 ? waiting_file(seen, &folder, &wanted, files.files[0].sql, a) : NULL;
    if (waits) {
        out->notes = arena_array(a, const char *, 1);
        out->notes[out->n_notes++] =
            arena_printf(a, tr("%s is written, waiting for deploy; then the same again"), waits);
        return;
    }
    out->files = arena_array(a, struct prepared_file, files.n_files + 1);
    out->n_files = files.n_files;
    for (size_t i = 0; i < files.n_files; i++)
        out->files[i] = (struct prepared_file){.path = files.files[i].path,
                                               .text = files.files[i].sql,
                                               .does = files.files[i].does,
                                               .is_new = true,
                                               .is_migration = true};
}

const char *alter_migration(const struct alter_seen *seen, const char *slot, bool anew,
                            struct arena *a, struct prepared *out)
{
    *out = (struct prepared){0};
    if (seen->facts)
        slot_migration(seen, slot, anew, a, out);
    return files_text(out, a);
}

/* --- tables --- */

static int64_t rows_of(const struct alter_seen *seen, const struct alter_table *t)
{
    const struct source_facts *f = seen->facts;

    for (size_t i = 0; f && i < f->grants.n_tables; i++)
        if (str_eq(f->grants.tables[i].schema, t->schema) &&
            str_eq(f->grants.tables[i].table, t->table))
            return f->grants.tables[i].rows;
    return -1;
}

/* The first by name, then how many more. */
static const char *tables_of(const struct alter_plan *p, enum alter_verb verb, size_t *n,
                             struct arena *a)
{
    struct str text = {0};
    char rows[FIGURE_TEXT];

    *n = 0;
    for (size_t i = 0; i < p->n_calls; i++) {
        const struct alter_call *c = &p->calls[i];
        if (c->verb != verb || c->done)
            continue;
        if ((*n)++ >= NAMED)
            continue;
        int64_t estimate = rows_of(p->seen, c->table);
        str_printf(&text, "%s%s", *n > 1 ? ", " : "", c->name);
        if (estimate >= 0)
            str_printf(&text, tr(" (about %s rows)"), figure_count(estimate, rows));
    }
    if (*n > NAMED)
        str_printf(&text, tr(" and %zu more"), *n - NAMED);
    const char *all = arena_str(a, str_text(&text));
    str_done(&text);
    return all;
}

static void say_copies(struct alter_plan *p, struct arena *a)
{
    size_t n;
    const char *tables = tables_of(p, ALTER_CALL_BACKFILL, &n, a);

    if (n == 0)
        return;
    alter_add_line(p, ALTER_COPIES, tables);
    if (p->seen->append_only)
        alter_add_line(p, ALTER_STAYS,
                       tr("this stream appends: what is copied anew stands in BigQuery twice"));
    else
        alter_add_line(p, ALTER_STAYS,
                       tr("rows that were deleted at the source while nobody read may stay in "
                          "BigQuery: strom status --reconcile finds them"));
}

/* --- each --- */

static void say_held(struct alter_plan *p, struct arena *a)
{
    const struct source_slot *s = alter_slot(p->seen, p->seen->target.slot);
    char bytes[FIGURE_TEXT];

    alter_add_line(
        p, ALTER_STAYS,
        s && s->held_bytes >= 0
            ? arena_printf(a,
                           tr("the slot %s keeps holding log, %s of it now, until the stream is "
                              "resumed: the database's disk fills meanwhile"),
                           s->name, figure_bytes(s->held_bytes, bytes))
            : arena_printf(a,
                           tr("the slot %s keeps holding log until the stream is resumed: the "
                              "database's disk fills meanwhile"),
                           p->seen->target.slot));
    alter_add_line(p, ALTER_STAYS, tr("what has arrived in BigQuery stays, and grows old"));
    alter_add_line(p, ALTER_AFTER, tr("strom stream resume goes on; nothing is lost by it"));
}

static void say_lost(struct alter_plan *p, const struct alter_order *o)
{
    alter_add_line(p, ALTER_LOSES,
                   tr("what was changed between where the stream stopped reading and the slot's "
                      "next position does not arrive by itself"));
    if (o->no_backfill)
        alter_add_line(p, ALTER_AFTER,
                       tr("no table is copied anew: what is lost stays lost until strom stream "
                          "backfill all"));
}

static void say_unseen(struct alter_plan *p, const char *slot, struct arena *a)
{
    if (p->seen->facts == NULL)
        alter_add_line(p, ALTER_NEEDS,
                       arena_printf(a, tr("the slot %s, usable; it could not be looked at: %s"),
                                    slot, p->seen->source_why ? p->seen->source_why : "?"));
}

void alter_say_file(struct alter_plan *p, const char *file, const char *slot, struct arena *a)
{
    alter_add_line(
        p, ALTER_AFTER,
        file ? arena_printf(a, tr("\"slot\": \"%s\" is written into %s, and nothing else there"),
                            slot, file)
             : arena_printf(a, tr("\"slot\": \"%s\" in the plan file, where there is one"), slot));
}

static void say_slot(struct alter_plan *p, const struct alter_order *o, struct arena *a)
{
    const char *old = p->seen->target.slot;

    say_unseen(p, o->slot ? o->slot : "", a);
    say_lost(p, o);
    if (o->slot == NULL || str_eq(old, o->slot))
        return;
    alter_say_file(p, o->file, o->slot, a);
    if (p->seen->facts == NULL || alter_slot(p->seen, old))
        alter_add_line(
            p, ALTER_AFTER,
            arena_printf(a,
                         tr("the old slot holds log until it is dropped, by a migration: SELECT "
                            "pg_drop_replication_slot('%s');"),
                         old));
}

static void say_password(struct alter_plan *p, struct arena *a)
{
    alter_add_line(p, ALTER_NEEDS,
                   arena_printf(a, tr("the password that %s has in the database now"),
                                p->seen->target.db_user));
    alter_add_line(p, ALTER_STAYS,
                   tr("Datastream tries it before it is taken; one that is wrong changes nothing"));
}

static void say_host(struct alter_plan *p, struct arena *a)
{
    if (p->n_calls && p->calls[0].value && p->calls[0].done == NULL)
        alter_add_line(p, ALTER_STAYS,
                       arena_printf(a,
                                    tr("%s becomes %s; Datastream tries it before it is taken, and "
                                       "nothing is lost: the slot waits"),
                                    str_is_empty(p->seen->host) ? "?" : p->seen->host,
                                    p->calls[0].value));
}

void alter_say(struct alter_plan *p, const struct alter_order *o, struct arena *a)
{
    if (p->migration)
        alter_add_line(p, ALTER_NEEDS, tr("this migration, deployed:"));
    if (p->nothing)
        return;
    switch (p->kind) {
    case ALTER_PAUSE:
        say_held(p, a);
        break;
    case ALTER_RESUME:
        if (p->possible) /* one that has failed for good has lost its slot, perhaps */
            alter_add_line(p, ALTER_STAYS,
                           tr("nothing is lost: the slot has kept what was changed"));
        break;
    case ALTER_STOP:
        alter_add_line(p, ALTER_LOSES,
                       tr("rows that were not copied yet are missing in BigQuery; changes go on "
                          "arriving, and the next copy begins from the start"));
        break;
    case ALTER_RECOVER:
        say_unseen(p, p->seen->target.slot, a);
        say_lost(p, o);
        break;
    case ALTER_SLOT:
        say_slot(p, o, a);
        break;
    case ALTER_PASSWORD:
        say_password(p, a);
        break;
    case ALTER_HOST:
        say_host(p, a);
        break;
    case ALTER_BACKFILL:
    case ALTERS:
        break;
    }
    say_copies(p, a);
}

/* --- Terraform --- */

static void of_stream(struct hcl *h, const struct alter_plan *p, const struct alter_order *o)
{
    hcl_comment(h, tr("in the code that makes this stream"));
    hcl_open(h, "resource \"google_datastream_stream\" \"...\"");
    hcl_string(h, "stream_id", p->seen->stream);
    if (p->kind != ALTER_SLOT)
        hcl_string(h, "desired_state", p->kind == ALTER_PAUSE ? "PAUSED" : "RUNNING");
    if (p->kind == ALTER_SLOT) {
        hcl_gap(h);
        hcl_open(h, "source_config");
        hcl_open(h, "postgresql_source_config");
        hcl_string(h, "replication_slot", o->slot ? o->slot : "");
        hcl_close(h);
        hcl_close(h);
    }
    hcl_close(h);
}

static void of_profile(struct hcl *h, const struct alter_plan *p)
{
    hcl_comment(h, tr("in the code that makes this profile"));
    hcl_open(h, "resource \"google_datastream_connection_profile\" \"...\"");
    hcl_string(h, "connection_profile_id", p->seen->profile);
    hcl_gap(h);
    hcl_open(h, "postgresql_profile");
    if (p->kind == ALTER_HOST)
        hcl_string(h, "hostname", p->n_calls && p->calls[0].value ? p->calls[0].value : "");
    else
        hcl_raw(h, "password", "var.db_password");
    hcl_close(h);
    hcl_close(h);
}

const char *alter_hcl(const struct alter_plan *p, const struct alter_order *o, struct arena *a)
{
    struct str text = {0};
    struct err e;
    struct hcl h = {.out = &text, .e = &e, .ok = true};

    if (p->kind == ALTER_BACKFILL || p->kind == ALTER_STOP || p->kind == ALTER_RECOVER)
        return NULL; /* its code knows nothing of these */
    if (p->kind == ALTER_PASSWORD || p->kind == ALTER_HOST)
        of_profile(&h, p);
    else
        of_stream(&h, p, o);
    const char *all = hcl_done(&h) ? arena_str(a, str_text(&text)) : NULL;
    str_done(&text);
    return all;
}

/* The migrations that are still missing: what is there, what waits for a deploy, and a publication
 * whose shape does not break the application. */

#include "api/plan/prepare_inside.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/checks/names.h"
#include "api/checks/source_checks.h"
#include "api/files/diff.h"
#include "api/files/migrations_waiting.h"

#include <string.h>

/* --- which tables
 * ----------------------------------------------------------------------------------- */

static const struct source_grant *grant_of(const struct source_facts *f, const char *schema,
                                           const char *table)
{
    for (size_t i = 0; i < f->grants.n_tables; i++)
        if (str_eq(f->grants.tables[i].schema, schema) && str_eq(f->grants.tables[i].table, table))
            return &f->grants.tables[i];
    return NULL;
}

static bool is_published(const struct source_facts *f, const char *schema, const char *table)
{
    if (f->publication.all_tables)
        return true;
    for (size_t i = 0; i < f->published.n_tables; i++)
        if (str_eq(f->published.tables[i].schema, schema) &&
            str_eq(f->published.tables[i].table, table))
            return f->published.tables[i].covered;
    return false;
}

static bool is_readable(const struct source_grant *g)
{
    return g && g->usage && g->select && g->n_missing == 0;
}

struct listing {
    struct migration_table *tables;
    size_t n;
    bool via_root; /* changes of a partitioned table are to arrive under its name */
    struct name_list absent, keyless; /* what stays out of it */
};

static void list(struct listing *l, const struct source_facts *f, const char *schema,
                 const char *table)
{
    const struct source_grant *g = grant_of(f, schema, table);
    bool published = is_published(f, schema, table);

    if (g && !g->exists) {
        names_add(&l->absent, schema, table);
    } else if (g && source_breaks_app(g) && !published) {
        names_add(&l->keyless, schema, table);
    } else {
        l->via_root |= g && g->kind == 'p';
        l->tables[l->n++] = (struct migration_table){schema, table, published, is_readable(g)};
    }
}

static void list_chosen(struct listing *l, const struct source_facts *f, const struct selection *s)
{
    for (size_t i = 0; s && i < s->n_tables; i++)
        if (s->tables[i].n_included)
            list(l, f, s->tables[i].schema, s->tables[i].name);
}

/* Of some tables, by name: so is a publication that exists, and one that is to be made where one
 * for all tables would break the application. */
static bool is_of_some(const struct source_facts *f)
{
    return f->publication.exists ? !f->publication.all_tables : source_breaking(f) > 0;
}

/* Nothing is chosen. What a publication of some tables holds is meant, or is to be put into it;
 * else all tables are. */
static void list_meant(struct listing *l, const struct source_facts *f)
{
    bool of_some = is_of_some(f);

    for (size_t i = 0; i < f->grants.n_tables; i++) {
        const struct source_grant *g = &f->grants.tables[i];
        bool in = f->publication.exists && of_some ? is_published(f, g->schema, g->table)
                  : of_some                        ? source_is_publishable(f, g)
                                                   : source_is_ours(f, g);
        if (in)
            list(l, f, g->schema, g->table);
        else if (!f->publication.exists && source_breaks_app(g))
            names_add(&l->keyless, g->schema, g->table);
    }
}

static bool any_chosen(const struct selection *s)
{
    for (size_t i = 0; s && i < s->n_tables; i++)
        if (s->tables[i].n_included)
            return true;
    return false;
}

/* --- what is said about them
 * ------------------------------------------------------------------------ */

static void say_keyless(struct prepare_job *j, struct name_list *keyless, bool chosen)
{
    if (keyless->n == 0)
        return;
    const char *which = arena_str(j->a, names_text(keyless));
    prepare_note(
        j, chosen ? arena_printf(
                        j->a,
                        "Left out of the publication: %s. Without a key, the app's own UPDATE and "
                        "DELETE on it would fail as soon as it is published. Two ways: give it a "
                        "primary key in a migration and look again, or leave it out of the "
                        "selection. (REPLICA IDENTITY FULL keeps the app going too, at the price "
                        "of more log.)",
                        which)
                  : arena_printf(
                        j->a,
                        "The publication is for the tables with a key, not FOR ALL TABLES: that "
                        "would make the app's own UPDATE and DELETE fail on %s. The other way: "
                        "give it a primary key first and look again. Tables chosen later are "
                        "added by a migration.",
                        which));
}

static void say(struct prepare_job *j, struct listing *l, bool chosen)
{
    if (l->absent.n)
        prepare_note(
            j, arena_printf(j->a, "not in the database, so left out: %s", names_text(&l->absent)));
    say_keyless(j, &l->keyless, chosen);
}

static void listing_done(struct listing *l)
{
    names_done(&l->absent);
    names_done(&l->keyless);
}

/* --- what is there
 * ---------------------------------------------------------------------------------- */

/* The procedure's files speak of the schema public only. */
static bool all_readable(const struct source_facts *f)
{
    for (size_t i = 0; i < f->grants.n_tables; i++)
        if (f->grants.tables[i].exists && str_eq(f->grants.tables[i].schema, "public") &&
            !(f->grants.tables[i].usage && f->grants.tables[i].select))
            return false;
    return f->grants.n_tables > 0;
}

static bool defaults_granted(const struct source_facts *f)
{
    for (size_t i = 0; i < f->defaults.n; i++)
        if (str_eq(f->defaults.at[i].schema, "public") && !f->defaults.at[i].select)
            return false;
    return f->defaults.n > 0;
}

static const char *app_role(const struct prepare_job *j, const struct source_facts *f)
{
    if (f->roles.app.name)
        return f->roles.app.name;
    return j->t->app_role[0] ? j->t->app_role : NULL;
}

static const char *missing_login(const struct source_role *r)
{
    if (!r->login)
        return "LOGIN";
    if (r->expired)
        return "VALID UNTIL 'infinity'";
    return r->connection_limit == 0 ? "CONNECTION LIMIT -1" : NULL;
}

static const char *missing_operations(const struct source_publication *p)
{
    if (!p->exists || (p->insert && p->update && p->delete_))
        return NULL;
    return p->truncate ? "insert, update, delete, truncate" : "insert, update, delete";
}

/* Worthless to everybody, and nobody is at it. What another tool might still read is left alone. */
static bool is_lost(const struct source_facts *f)
{
    const struct source_slot *s = f->slots.wanted;

    return s && s->logical && !s->active && str_eq(s->wal_status, "lost") &&
           str_eq(s->database, f->server.database);
}

static void facts_of(struct prepare_job *j, const struct source_facts *f, const struct listing *l,
                     bool chosen, struct migration_facts *out)
{
    bool narrow = chosen || is_of_some(f);

    *out = (struct migration_facts){
        .shape = narrow && l->n ? MIGRATION_NARROW : MIGRATION_PROCEDURE,
        .app_role = app_role(j, f),
        .db_user = j->t->db_user,
        .publication = j->t->publication,
        .slot = j->t->slot,
        .tables = l->tables,
        .n_tables = l->n,
        .via_root = narrow && l->via_root,
        .publication_via_root = f->publication.via_root,
        .publication_exists = f->publication.exists,
        .publication_all_tables = f->publication.all_tables,
        .publish = missing_operations(&f->publication),
        .slot_exists = f->slots.wanted != NULL,
        .slot_lost = is_lost(f),
        .user_login = missing_login(&f->roles.db_user),
        .user_replication = f->roles.db_user.replication || f->roles.db_user.superuser,
        .app_replication = f->roles.app.replication || f->roles.app.superuser,
        .default_privileges = narrow || defaults_granted(f),
        .all_readable = narrow || all_readable(f),
        .recorded = f->flyway.n ? f->flyway.at[0].version : NULL,
        .now = clock_wall()};
}

/* --- what waits for a deploy
 * ------------------------------------------------------------------------ */

struct waiting {
    struct migration_waiting *files;
    size_t n;
    const char *unsure; /* why it is not known what has run; NULL: it is */
};

static void ran_of(struct arena *a, const struct source_flyway *f, struct migrations_ran *out)
{
    const char **versions = arena_array(a, const char *, f->n + 1);
    size_t n = 0;

    *out = (struct migrations_ran){.versions = versions};
    for (size_t i = 0; i < f->n; i++)
        if (f->at[i].success && !str_is_empty(f->at[i].version))
            versions[n++] = f->at[i].version;
    out->n = n;
    for (size_t i = 0; i < n; i++)
        if (out->last == NULL || migrations_compare(versions[i], out->last) > 0)
            out->last = versions[i];
    if (f->n >= 2000 && n) /* as many as are read at most */
        out->since = versions[n - 1];
}

static bool look_at_waiting(struct prepare_job *j, const struct source_facts *f,
                            const struct migrations_folder *folder,
                            const struct migration_facts *facts, struct waiting *w, struct err *e)
{
    struct migrations_ran ran;

    *w = (struct waiting){0};
    ran_of(j->a, &f->flyway, &ran);
    if (!f->flyway.part.known)
        w->unsure = f->flyway.part.why ? f->flyway.part.why : "flyway_schema_history is hidden";
    return migrations_waiting(j->a, j->repo, folder, facts, &ran, &w->files, &w->n, e);
}

static void say_waiting(struct prepare_job *j, const struct waiting *w,
                        const struct migration_waiting *file, bool is_enough)
{
    const char *text;

    if (w->unsure)
        text = arena_printf(j->a,
                            "%s is written; whether it has run cannot be seen (%s). It is not "
                            "written again: deploy it, and look again",
                            file->path, w->unsure);
    else if (file->is_too_low)
        text = arena_printf(j->a,
                            "%s is written, but a higher version has run already: Flyway leaves "
                            "it out or refuses it. Give it the next number, then deploy",
                            file->path);
    else if (is_enough)
        text = arena_printf(j->a, "%s is written, waiting for deploy", file->path);
    else
        text = arena_printf(j->a,
                            "%s is written, waiting for deploy, but it does not hold what is "
                            "needed now. It has not run: remove it and look again, and it is "
                            "written as it is needed; or deploy it first, and what is still "
                            "missing then becomes a file of its own",
                            file->path);
    prepare_note(j, text);
}

static bool is_slot_file(const struct migration_file *file)
{
    return str_ends(file->name, "__datastream_slot.sql");
}

/* What makes the slot is compared with the slot's file, the rest with the other. */
static bool waits(struct prepare_job *j, const struct waiting *w,
                  const struct migration_file *wanted)
{
    bool some = false, enough = false;

    for (size_t i = 0; i < w->n; i++)
        if (w->files[i].slot == is_slot_file(wanted)) {
            some = true;
            enough |= migrations_waits_for(j->a, &w->files[i], wanted->sql);
        }
    for (size_t i = 0; i < w->n; i++)
        if (w->files[i].slot == is_slot_file(wanted))
            say_waiting(j, w, &w->files[i], enough);
    return some;
}

/* A slot is made behind its publication: what waits already would run before a new file. */
static const struct migration_waiting *slot_too_early(const struct waiting *w,
                                                      const struct migration_set *set,
                                                      const struct migration_facts *facts)
{
    const struct migration_waiting *slot = NULL;
    bool other = false;

    for (size_t i = 0; i < w->n; i++) {
        if (w->files[i].slot)
            slot = &w->files[i];
        else
            other = true;
    }
    return !facts->publication_exists && set->n_files && !is_slot_file(&set->files[0]) && !other
               ? slot
               : NULL;
}

/* --- all of it
 * -------------------------------------------------------------------------------------- */

/* The n-th that is new: what waits has its number already. */
static void add_file(struct prepare_job *j, const struct migration_file *file,
                     const struct migrations_folder *folder, const struct migration_facts *facts,
                     int n)
{
    const char *version = migrations_version(j->a, folder, facts->recorded, n, facts->now);
    const char *path =
        arena_printf(j->a, "%s/V%s%s", folder->path, version, strstr(file->name, "__"));
    struct str diff = {0};

    diff_unified(&diff, path, NULL, file->sql);
    prepare_add(j, (struct prepared_file){.path = path,
                                          .text = file->sql,
                                          .diff = arena_str(j->a, str_text(&diff)),
                                          .does = file->does,
                                          .is_new = true});
    str_done(&diff);
}

static bool add_set(struct prepare_job *j, const struct source_facts *f,
                    const struct migrations_folder *folder, const struct migration_facts *facts,
                    const struct migration_set *set, struct err *e)
{
    struct waiting w;

    if (!look_at_waiting(j, f, folder, facts, &w, e))
        return false;
    const struct migration_waiting *early = slot_too_early(&w, set, facts);
    if (early) {
        prepare_note(j, arena_printf(j->a,
                                     "%s waits for deploy, and would make the slot before its "
                                     "publication, which then never works (42704). Remove it and "
                                     "look again: both are written in the right order",
                                     early->path));
        return true;
    }
    for (size_t i = 0, n = 0; i < set->n_files; i++)
        if (!waits(j, &w, &set->files[i]))
            add_file(j, &set->files[i], folder, facts, (int)++n);
    return true;
}

static void say_slot(struct prepare_job *j, const struct source_facts *f)
{
    const struct source_slot *s = f->slots.wanted;

    if (s == NULL ||
        (s->logical && str_eq(s->plugin, "pgoutput") && str_eq(s->database, f->server.database)))
        return;
    prepare_note(j, arena_printf(j->a,
                                 "the slot %s is of another kind (slot.plugin, slot.database): no "
                                 "migration drops it, since somebody may need it. Take another "
                                 "name with --slot",
                                 j->t->slot));
}

bool prepare_migrations(struct prepare_job *j, const struct source_facts *f,
                        const struct selection *s, struct err *e)
{
    size_t most = f->grants.n_tables + (s ? s->n_tables : 0) + 1;
    struct listing l = {.tables = arena_array(j->a, struct migration_table, most)};
    struct migrations_folder folder;
    struct migration_set set = {0};
    struct migration_facts facts;
    bool chosen = any_chosen(s);

    if (chosen)
        list_chosen(&l, f, s);
    else
        list_meant(&l, f);
    facts_of(j, f, &l, chosen, &facts);
    say(j, &l, chosen);
    listing_done(&l);
    say_slot(j, f);
    if (chosen && l.n == 0) {
        prepare_note(j, "no migration is written: none of the chosen tables can be published");
        return true;
    }
    return migrations_find(j->a, j->repo, NULL, &folder, e) &&
           migrations_write(j->a, &folder, &facts, &set, e) &&
           add_set(j, f, &folder, &facts, &set, e);
}

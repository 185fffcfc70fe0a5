/* The migrations that are still missing: what is there, and what waits for a deploy. */

#include "api/plan/prepare_inside.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/diff.h"
#include "api/files/migrations_waiting.h"

#include <string.h>

/* --- what is there --- */

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
    return j->w->t->app_role[0] ? j->w->t->app_role : NULL;
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

const char *prepare_newest_run(const struct source_flyway *f)
{
    const char *newest = NULL;

    for (size_t i = 0; i < f->n; i++)
        if (!str_is_empty(f->at[i].version) &&
            (newest == NULL || migrations_compare(f->at[i].version, newest) > 0))
            newest = f->at[i].version;
    return newest;
}

void prepare_facts(const struct prepare_job *j, struct migration_facts *out)
{
    const struct source_facts *f = j->w->facts;

    *out = (struct migration_facts){
        .shape = MIGRATION_PROCEDURE,
        .app_role = app_role(j, f),
        .db_user = j->w->t->db_user,
        .publication = j->w->t->publication,
        .slot = j->w->t->slot,
        .publication_exists = f->publication.exists,
        .publication_all_tables = f->publication.all_tables,
        .publication_via_root = f->publication.via_root,
        .publish = missing_operations(&f->publication),
        .slot_exists = f->slots.wanted != NULL,
        .slot_lost = is_lost(f),
        .user_login = missing_login(&f->roles.db_user),
        .user_replication = f->roles.db_user.replication || f->roles.db_user.superuser,
        .app_replication = f->roles.app.replication || f->roles.app.superuser,
        .default_privileges = defaults_granted(f),
        .all_readable = all_readable(f),
        .recorded = prepare_newest_run(&f->flyway),
        .now = clock_wall()};
}

static void use_listing(const struct prepare_job *j, const struct listing *l,
                        struct migration_facts *out)
{
    bool named = l->by_name && l->n;

    if (named)
        out->shape = j->w->shape == PREPARE_THREE ? MIGRATION_THREE : MIGRATION_NARROW;
    out->tables = l->tables;
    out->n_tables = l->n;
    out->via_root = l->by_name && l->via_root;
    out->default_privileges |= l->by_name;
    out->all_readable |= l->by_name;
}

/* --- what waits for a deploy --- */

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

static bool look_at_waiting(struct prepare_job *j, const struct migrations_folder *folder,
                            const struct migration_facts *facts, struct waiting *w, struct err *e)
{
    const struct source_flyway *f = &j->w->facts->flyway;
    struct migrations_ran ran;

    *w = (struct waiting){0};
    if (j->w->repo == NULL)
        return true;
    ran_of(j->a, f, &ran);
    if (!f->part.known)
        w->unsure = f->part.why ? f->part.why : "flyway_schema_history is hidden";
    return migrations_waiting(j->a, j->w->repo, folder, facts, &ran, &w->files, &w->n, e);
}

static void say_waiting(struct prepare_job *j, const struct waiting *w,
                        const struct migration_waiting *file, bool is_enough)
{
    const char *text;

    if (w->unsure)
        text = arena_printf(j->a,
                            tr("%s is written; whether it has run cannot be seen (%s). It is not "
                               "written again: deploy it, and look again"),
                            file->path, w->unsure);
    else if (file->is_too_low)
        text = arena_printf(j->a,
                            tr("%s is written, but a higher version has run already: Flyway leaves "
                               "it out or refuses it. Give it the next number, then deploy"),
                            file->path);
    else if (is_enough)
        text = arena_printf(j->a, tr("%s is written, waiting for deploy"), file->path);
    else
        text = arena_printf(j->a,
                            tr("%s is written, waiting for deploy, but it does not hold what is "
                               "needed now. It has not run: remove it and look again, and it is "
                               "written as it is needed; or deploy it first, and what is still "
                               "missing then becomes a file of its own"),
                            file->path);
    prepare_note(j, text);
}

static bool is_slot_file(const struct migration_file *file)
{
    return str_ends(file->name, "__datastream_slot.sql");
}

/* All that waits of a kind, as one text: what makes the slot is compared with the slot's files, the
 * rest with the others. */
static bool waits_all(struct prepare_job *j, const struct waiting *w, bool slot,
                      struct migration_waiting *out)
{
    struct str all = {0};
    bool any = false;

    for (size_t i = 0; i < w->n; i++)
        if (w->files[i].slot == slot) {
            str_printf(&all, "%s\n", w->files[i].sql);
            any = true;
        }
    *out = (struct migration_waiting){.sql = arena_str(j->a, str_text(&all)), .slot = slot};
    str_done(&all);
    return any;
}

/* A slot is made behind its publication: what waits already would run before a new file. */
static const struct migration_waiting *slot_too_early(const struct waiting *w,
                                                      const struct migration_file *files, size_t n,
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
    return !facts->publication_exists && n && !is_slot_file(&files[0]) && !other ? slot : NULL;
}

/* --- all of it --- */

/* The n-th that is new: what waits has its number already. */
static void add_file(struct prepare_job *j, const struct migration_file *file,
                     const struct migrations_folder *folder, const struct migration_facts *facts,
                     int n)
{
    const char *version = migrations_version(j->a, folder, facts->recorded, n, facts->now);
    const char *path = arena_printf(j->a, "%s%sV%s%s", folder->path, folder->path[0] ? "/" : "",
                                    version, strstr(file->name, "__"));
    struct str diff = {0};

    diff_unified(&diff, path, NULL, file->sql);
    prepare_add(j, (struct prepared_file){.path = path,
                                          .text = file->sql,
                                          .diff = arena_str(j->a, str_text(&diff)),
                                          .does = file->does,
                                          .is_new = true,
                                          .is_migration = true});
    str_done(&diff);
}

/* Those of a kind: added, or noted where some of that kind wait already. */
static void add_kind(struct prepare_job *j, const struct waiting *w, bool slot,
                     const struct migrations_folder *folder, const struct migration_facts *facts,
                     const struct migration_file *files, size_t n, int *added)
{
    struct migration_waiting all;
    bool waits = waits_all(j, w, slot, &all), wanted = false, enough = true;

    for (size_t i = 0; i < n; i++) {
        if (is_slot_file(&files[i]) != slot)
            continue;
        wanted = true;
        if (waits)
            enough &= migrations_waits_for(j->a, &all, files[i].sql);
        else
            add_file(j, &files[i], folder, facts, ++*added);
    }
    for (size_t i = 0; waits && wanted && i < w->n; i++)
        if (w->files[i].slot == slot)
            say_waiting(j, w, &w->files[i], enough);
}

bool prepare_add_migrations(struct prepare_job *j, const struct migrations_folder *folder,
                            const struct migration_facts *facts, const struct migration_file *files,
                            size_t n, struct err *e)
{
    struct waiting w;
    int added = 0;

    if (!look_at_waiting(j, folder, facts, &w, e))
        return false;
    const struct migration_waiting *early = slot_too_early(&w, files, n, facts);
    if (early) {
        prepare_note(j,
                     arena_printf(j->a,
                                  tr("%s waits for deploy, and would make the slot before its "
                                     "publication, which then never works (42704). Remove it and "
                                     "look again: both are written in the right order"),
                                  early->path));
        return true;
    }
    add_kind(j, &w, false, folder, facts, files, n, &added);
    add_kind(j, &w, true, folder, facts, files, n, &added);
    return true;
}

bool prepare_find_folder(struct prepare_job *j, struct migrations_folder *out, struct err *e)
{
    *out = (struct migrations_folder){.path = ""};
    return j->w->repo == NULL || migrations_find(j->a, j->w->repo, j->w->folder, out, e);
}

void prepare_note_folder(struct prepare_job *j, const struct migrations_folder *folder)
{
    if (folder->others && !folder->told_by)
        prepare_note(j,
                     arena_printf(j->a,
                                  tr("several folders hold migrations, and nothing says which one "
                                     "Flyway reads: %s is taken for its newest file. Another one "
                                     "(--migrations DIR):\n%s"),
                                  folder->path, folder->others));
    if (folder->grouped_by)
        prepare_note(j, arena_printf(j->a,
                                     tr("%s sets Flyway's group: all files then run in one "
                                        "transaction, in which a slot cannot be made. Turn it off "
                                        "for this deploy, or deploy the slot's file by itself"),
                                     folder->grouped_by));
}

static void say_slot(struct prepare_job *j)
{
    const struct source_facts *f = j->w->facts;
    const struct source_slot *s = f->slots.wanted;

    if (s == NULL ||
        (s->logical && str_eq(s->plugin, "pgoutput") && str_eq(s->database, f->server.database)))
        return;
    prepare_note(j,
                 arena_printf(j->a,
                              tr("the slot %s is of another kind (slot.plugin, slot.database): no "
                                 "migration drops it, since somebody may need it. Take another "
                                 "name with --slot"),
                              j->w->t->slot));
}

/* Rights are given for less where it is known what flows. */
static bool add_and_advise(struct prepare_job *j, const struct listing *l,
                           const struct migrations_folder *folder,
                           const struct migration_facts *facts, const struct migration_file *files,
                           size_t n, struct err *e)
{
    size_t before = j->out->n_files;

    if (!prepare_add_migrations(j, folder, facts, files, n, e))
        return false;
    if (j->out->n_files > before && !facts->publication_exists && !l->any_chosen)
        prepare_note(j, tr("No table is chosen yet, so every table is taken. To name only yours, "
                           "choose them on Tables first (--include-tables), then come back."));
    if (j->out->n_files > before && facts->publication_all_tables && l->any_chosen)
        prepare_note(j, tr("The publication stays FOR ALL TABLES: PostgreSQL cannot make it "
                           "narrow, and made anew it takes a new slot and a new copy of every "
                           "table. What flows is what the stream names. For a narrow one, take "
                           "other names: --publication and --slot."));
    return true;
}

/* What is still needed, then what is not any more. */
static bool write_all(struct prepare_job *j, const struct listing *l,
                      const struct migrations_folder *folder, struct err *e)
{
    struct migration_facts facts, less;
    struct migration_set more, gone = {0};
    struct migration_file files[sizeof more.files / sizeof *more.files + 1];
    size_t n = 0;

    prepare_facts(j, &facts);
    use_listing(j, l, &facts);
    less = facts;
    less.tables = l->leaving;
    less.n_tables = l->n_leaving;
    if (!migrations_write(j->a, folder, &facts, &more, e) ||
        (l->n_leaving && !migrations_drop_tables(j->a, folder, &less, &gone, e)))
        return false;
    for (size_t i = 0; i < more.n_files; i++)
        files[n++] = more.files[i];
    for (size_t i = 0; i < gone.n_files; i++)
        files[n++] = gone.files[i];
    if (n)
        prepare_note_folder(j, folder);
    return add_and_advise(j, l, folder, &facts, files, n, e);
}

bool prepare_migrations(struct prepare_job *j, struct err *e)
{
    struct migrations_folder folder;
    struct listing l;
    bool any = prepare_list(j, &l);

    say_slot(j);
    if (!any) {
        prepare_note(j, tr("no migration is written: none of the chosen tables can be published"));
        return true;
    }
    return prepare_find_folder(j, &folder, e) && write_all(j, &l, &folder, e);
}

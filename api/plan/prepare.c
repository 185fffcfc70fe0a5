#include "api/plan/prepare.h"

#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "api/files/diff.h"
#include "api/files/manifest.h"

#include <string.h>
#include <unistd.h>

enum { FILES = 64, NOTES = 32 };

struct job {
    struct arena *a;
    const char *repo;
    const struct target *t;
    struct prepared *out;
};

static void note(struct job *j, const char *text)
{
    if (j->out->n_notes < NOTES)
        j->out->notes[j->out->n_notes++] = text;
}

static void add(struct job *j, struct prepared_file file)
{
    if (j->out->n_files < FILES)
        j->out->files[j->out->n_files++] = file;
}

/* --- manifests
 * ------------------------------------------------------------------------------------- */

/* Every environment's manifest is patched (facts/domain.md, 4): the migrations reach them all, and
 * do nothing, for ever, where the user is not there first. The sentence tells whose file it is. */
static const char *does(struct job *j, const char *path)
{
    static const char *const kinds[] = {"dev", "prod"};
    const char *theirs = NULL;

    for (size_t i = 0; i < 2; i++)
        if (strstr(path, kinds[i]))
            theirs = kinds[i];
    if (theirs == NULL || j->t->context[0] == '\0')
        return "logical decoding, autoresize and the user";
    if (str_starts(j->t->context, theirs))
        return "this environment: logical decoding, autoresize and the user";
    return arena_printf(j->a,
                        "ANOTHER environment (you look at %s): the same there, before the "
                        "migrations reach it; else they do nothing and are recorded as done",
                        j->t->context);
}

static void manifest(struct job *j, const char *path)
{
    struct str text = {0};
    struct manifest_ask ask = {.instance = j->t->instance[0] ? j->t->instance : NULL,
                               .database = j->t->database[0] ? j->t->database : NULL,
                               .user = j->t->db_user[0] ? j->t->db_user : "datastream"};
    struct manifest_result r;
    struct err e;

    if (!path_read(path_join(j->a, j->repo, path), MANIFEST_MAX_BYTES, &text, &e) ||
        !manifest_patch(j->a, path, arena_str(j->a, str_text(&text)), &ask, &r, &e)) {
        note(j, arena_printf(j->a, "%s: %s", path, e.why));
    } else if (r.outcome == MANIFEST_PATCHED) {
        add(j, (struct prepared_file){
                   .path = path, .text = r.text, .diff = r.diff, .does = does(j, path)});
    } else if (r.outcome == MANIFEST_BY_HAND) {
        note(j, arena_printf(j->a, "%s could not be edited safely (%s). By hand:\n%s", path,
                             r.reason, r.paste));
    }
    str_done(&text);
}

static bool manifests(struct job *j, struct err *e)
{
    const char **paths;
    size_t n;

    if (!manifest_find(j->a, j->repo, &paths, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        manifest(j, paths[i]);
    if (n == 0)
        note(j, "no manifest with sqlInstances was found below .nais/");
    return true;
}

/* --- migrations
 * ------------------------------------------------------------------------------------- */

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

static const struct migration_table *chosen(struct job *j, const struct source_facts *f,
                                            const struct selection *s, size_t *n)
{
    struct migration_table *out =
        arena_array(j->a, struct migration_table, (s ? s->n_tables : 0) + 1);

    *n = 0;
    for (size_t i = 0; s && i < s->n_tables; i++) {
        const struct selection_table *t = &s->tables[i];
        const struct source_grant *g = grant_of(f, t->schema, t->name);
        if (t->n_included)
            out[(*n)++] =
                (struct migration_table){t->schema, t->name, is_published(f, t->schema, t->name),
                                         g && g->usage && g->select && g->n_missing == 0};
    }
    return out;
}

/* Changes of a partitioned table are to arrive under its own name. */
static bool takes_partitioned(const struct source_facts *f, const struct selection *s)
{
    for (size_t i = 0; s && i < s->n_tables; i++) {
        const struct source_grant *g = grant_of(f, s->tables[i].schema, s->tables[i].name);
        if (s->tables[i].n_included && g && g->kind == 'p')
            return true;
    }
    return false;
}

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

static bool migrations(struct job *j, const struct source_facts *f, const struct selection *s,
                       struct err *e)
{
    struct migrations_folder folder;
    struct migration_set set;
    struct migration_facts facts = {.app_role =
                                        f->roles.app.name ? f->roles.app.name : j->t->app_role,
                                    .db_user = j->t->db_user,
                                    .publication = j->t->publication,
                                    .slot = j->t->slot,
                                    .publication_exists = f->publication.exists,
                                    .publication_all_tables = f->publication.all_tables,
                                    .slot_exists = f->slots.wanted != NULL,
                                    .user_replication = f->roles.db_user.replication,
                                    .app_replication = f->roles.app.replication,
                                    .default_privileges = defaults_granted(f),
                                    .all_readable = all_readable(f),
                                    .recorded = f->flyway.n ? f->flyway.at[0].version : NULL,
                                    .now = clock_wall()};

    facts.via_root = takes_partitioned(f, s);
    facts.publication_via_root = f->publication.via_root;
    facts.tables = chosen(j, f, s, &facts.n_tables);
    facts.shape = facts.n_tables ? MIGRATION_NARROW : MIGRATION_PROCEDURE;
    if (!migrations_find(j->a, j->repo, &folder, e) ||
        !migrations_write(j->a, &folder, &facts, &set, e))
        return false;
    for (size_t i = 0; i < set.n_files; i++) {
        struct str diff = {0};
        diff_unified(&diff, set.files[i].path, NULL, set.files[i].sql);
        add(j, (struct prepared_file){.path = set.files[i].path,
                                      .text = set.files[i].sql,
                                      .diff = arena_str(j->a, str_text(&diff)),
                                      .does = set.files[i].does,
                                      .is_new = true});
        str_done(&diff);
    }
    return true;
}

/* What could not be asked may be there already: a migration that makes it again would fail. */
static const char *not_known(const struct source_facts *f)
{
    const struct source_part *parts[] = {&f->grants.part, &f->publication.part, &f->slots.part,
                                         f->publication.exists ? &f->published.part : NULL};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i] && !parts[i]->known)
            return parts[i]->why ? parts[i]->why : "the database could not be asked for everything";
    return NULL;
}

bool prepare(struct arena *a, const char *repo, const struct target *t,
             const struct source_facts *facts, const struct selection *s, struct prepared *out,
             struct err *e)
{
    struct job j = {a, repo, t, out};

    *out = (struct prepared){.files = arena_array(a, struct prepared_file, FILES),
                             .notes = arena_array(a, const char *, NOTES)};
    if (!manifests(&j, e))
        return false;
    if (facts == NULL || !facts->roles.part.known) {
        note(&j, "migrations are written when the database has been asked: they depend on what is "
                 "there");
        return true;
    }
    if (!facts->roles.db_user.exists) {
        note(&j,
             arena_printf(
                 a,
                 "first deploy the manifest, so that the user %s exists; then come back for the "
                 "migrations. A guarded migration that runs before its user exists does nothing, "
                 "and "
                 "Flyway records it as done for ever",
                 t->db_user));
        return true;
    }
    const char *unknown = not_known(facts);
    if (unknown) {
        note(&j, arena_printf(a, "migrations are not written: %s", unknown));
        return true;
    }
    return migrations(&j, facts, s, e);
}

/* --- writing
 * --------------------------------------------------------------------------------------- */

bool prepare_write(const struct prepared *p, const char *folder, struct err *e)
{
    struct arena a = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < p->n_files; i++) {
        const char *path = path_join(&a, folder, p->files[i].path);
        if (p->files[i].is_new && access(path, F_OK) == 0) {
            err_set(e, ERR_CONFLICT, "Writing %s", p->files[i].path);
            err_why(e, "a file of that name is there by now");
            ok = err_hint(e, "look again: the next free number is found");
        }
    }
    for (size_t i = 0; ok && i < p->n_files; i++) {
        const char *path = path_join(&a, folder, p->files[i].path);
        char *parent = arena_str(&a, path);
        char *slash = strrchr(parent, '/');
        if (slash)
            *slash = '\0';
        ok = (access(parent, F_OK) == 0 || path_make_folder(parent, e)) &&
             path_write(path, p->files[i].text, strlen(p->files[i].text), false, e);
    }
    arena_done(&a);
    return ok;
}

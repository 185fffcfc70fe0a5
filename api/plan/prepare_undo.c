/* Taking down: while slot or publication are there, the migration that drops them; when it has run,
 * what stands in the manifest. In this order: logical decoding cannot be turned off while there is
 * a slot, and a guarded migration without its user does nothing. */

#include "api/plan/prepare_inside.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/remove.h"

/* All databases of a server share the names of slots. */
static bool has_slot(const struct source_facts *f)
{
    const struct source_slot *s = f->slots.wanted;

    return s && (str_is_empty(s->database) || str_eq(s->database, f->server.database));
}

static bool holds(const char *const *schemas, size_t n, const char *schema)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(schemas[i], schema))
            return true;
    return false;
}

/* public first: the procedure grants there whatever flows. */
static void add_schemas(struct prepare_job *j, struct migration_facts *out)
{
    const struct source_grants *g = &j->w->facts->grants;
    const char **schemas = arena_array(j->a, const char *, g->n_tables + 1);
    size_t n = 0;

    schemas[n++] = "public";
    for (size_t i = 0; i < g->n_tables; i++)
        if (g->tables[i].exists && g->tables[i].select && !holds(schemas, n, g->tables[i].schema))
            schemas[n++] = g->tables[i].schema;
    out->schemas = schemas;
    out->n_schemas = n;
}

static void say_what_it_meets(struct prepare_job *j)
{
    const struct source_slot *s = j->w->facts->slots.wanted;

    if (s && s->active && !j->w->reader_gone)
        prepare_note(
            j, arena_printf(j->a,
                            tr("the slot %s is being read%s%s: delete the stream first, or "
                               "the migration fails, and the deploy with it"),
                            s->name, s->active_by ? " by " : "", s->active_by ? s->active_by : ""));
    prepare_note(j, tr("the migration runs wherever this folder is deployed, and takes the "
                       "replication down in those environments too; when it has run, come back for "
                       "the manifest"));
}

static bool migration(struct prepare_job *j, struct err *e)
{
    struct migrations_folder folder;
    struct migration_facts facts;
    struct migration_set set;

    prepare_facts(j, &facts);
    add_schemas(j, &facts);
    facts.user_gone = !j->w->facts->roles.db_user.exists;
    if (!prepare_find_folder(j, &folder, e) || !migrations_undo(j->a, &folder, &facts, &set, e))
        return false;
    say_what_it_meets(j);
    prepare_note_folder(j, &folder);
    return prepare_add_migrations(j, &folder, &facts, set.files, set.n_files, e);
}

/* What the platform keeps although the manifest does not ask for it any more. */
static void say_user_stays(struct prepare_job *j)
{
    if (j->out->n_files && j->w->facts->roles.db_user.exists)
        prepare_note(j, arena_printf(j->a,
                                     tr("the manifest alone leaves the user %s in the database. To "
                                        "have it removed too, before the deploy: kubectl annotate "
                                        "sqluser %s cnrm.cloud.google.com/deletion-policy=none"),
                                     j->w->t->db_user, remove_platform_user(j->a, j->w->t)));
}

bool prepare_undo(struct prepare_job *j, struct err *e)
{
    if (has_slot(j->w->facts) || j->w->facts->publication.exists)
        return migration(j, e);
    if (j->w->only_migrations)
        return true;
    if (!prepare_manifests(j, e))
        return false;
    say_user_stays(j);
    return true;
}

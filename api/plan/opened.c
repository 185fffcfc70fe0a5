#include "api/plan/opened.h"

#include "api/base/str.h"
#include "api/plan/names.h"

/* Called so by the person before, or by either family of this source. */
static bool is_of_source(const struct target *t, const char *stream)
{
    struct target other = *t;
    struct names n;

    if (str_eq(t->stream, stream))
        return true;
    other.stream[0] = '\0';
    for (int naming = TARGET_PROCEDURE; naming <= TARGET_NAV_MODULE; naming++) {
        bool known = naming == TARGET_NAV_MODULE ? other.app[0] : other.database[0];
        other.naming = (enum target_naming)naming;
        names_of(&other, &n);
        if (known && str_eq(n.stream, stream))
            return true;
    }
    return false;
}

static void forget_source(struct target *t)
{
    t->app[0] = t->instance[0] = t->database[0] = '\0';
    t->app_role[0] = t->db_user[0] = '\0';
}

bool opened_target(const struct datastream_stream *s, const char *database, struct target *t)
{
    bool same = is_of_source(t, s->id) &&
                (database[0] == '\0' || t->database[0] == '\0' || str_eq(database, t->database));

    if (!same)
        forget_source(t);
    if (t->database[0] == '\0')
        str_copy(t->database, sizeof t->database, database);
    if (!names_recognise(s->id, t)) /* a name of its own: the family stays */
        str_copy(t->stream, sizeof t->stream, s->id);
    str_copy(t->dataset, sizeof t->dataset, s->dataset);
    str_copy(t->dataset_project, sizeof t->dataset_project,
             str_eq(s->dataset_project, t->project) ? "" : s->dataset_project);
    str_copy(t->publication, sizeof t->publication, s->publication);
    str_copy(t->slot, sizeof t->slot, s->slot);
    if (s->freshness_s >= 0) {
        t->freshness_seconds = (int)s->freshness_s;
        t->freshness_chosen = true; /* 0 is a choice, too */
    }
    t->mode = s->mode == DATASTREAM_MODE_APPEND ? TARGET_APPEND_ONLY : TARGET_MERGE;
    names_complete(t);
    return same;
}

/* --- what flows --- */

static const struct datastream_schema *schema_in(const struct datastream_selection *l,
                                                 const char *schema)
{
    for (size_t i = 0; i < l->n_schemas; i++)
        if (str_eq(l->schemas[i].name, schema))
            return &l->schemas[i];
    return NULL;
}

/* The list's own columns of a table; NULL with *whole: all of them, or none. */
static const struct datastream_table *columns_in(const struct datastream_selection *l,
                                                 const struct selection_table *t, bool *whole)
{
    const struct datastream_schema *s = schema_in(l, t->schema);
    const struct datastream_table *found;

    *whole = s && s->n_tables == 0;
    if (s == NULL || *whole)
        return NULL;
    found = datastream_selection_table(l, t->schema, t->name);
    *whole = found && found->n_columns == 0;
    return found;
}

static bool names_column(const struct datastream_table *t, const char *column)
{
    for (size_t i = 0; t && i < t->n_columns; i++)
        if (str_eq(t->columns[i].name, column))
            return true;
    return false;
}

static void select_table(const struct datastream_selection *include,
                         const struct datastream_selection *exclude, struct selection *s,
                         size_t table)
{
    const struct selection_table *t = &s->tables[table];
    bool whole, none;
    const struct datastream_table *in = columns_in(include, t, &whole),
                                  *out = columns_in(exclude, t, &none);

    whole = (whole || include->n_schemas == 0) && t->selectable;
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        bool flows = (whole && !c->unsupported) || names_column(in, c->name);
        selection_set_flowing(s, table, i, flows && !none && !names_column(out, c->name));
    }
}

void opened_select(const struct datastream_selection *include,
                   const struct datastream_selection *exclude, struct selection *s)
{
    for (size_t i = 0; i < s->n_tables; i++)
        select_table(include, exclude, s, i);
}

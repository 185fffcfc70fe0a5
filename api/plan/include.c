#include "api/plan/include.h"

#include "api/base/str.h"

#include <string.h>

/* Schemas in the order in which they first appear, whatever the order of the tables. */
static size_t schema_of(struct arena *a, struct datastream_selection *out, const char *name,
                        size_t hint, size_t *room)
{
    if (hint < out->n_schemas && str_eq(out->schemas[hint].name, name))
        return hint;
    for (size_t i = 0; i < out->n_schemas; i++)
        if (str_eq(out->schemas[i].name, name))
            return i;
    if (out->n_schemas == *room) {
        struct datastream_schema *more = arena_array(a, struct datastream_schema, *room * 2 + 4);
        if (*room)
            memcpy(more, out->schemas, *room * sizeof *more);
        out->schemas = more;
        *room = *room * 2 + 4;
    }
    out->schemas[out->n_schemas].name = arena_str(a, name);
    return out->n_schemas++;
}

static void include_table(struct arena *a, const struct selection_table *t,
                          struct datastream_schema *schema)
{
    struct datastream_table *table = &schema->tables[schema->n_tables++];

    table->name = arena_str(a, t->name);
    table->columns = arena_array(a, struct datastream_column, t->n_included);
    for (size_t c = 0; c < t->n_columns; c++)
        if (t->columns[c].included)
            table->columns[table->n_columns++].name = arena_str(a, t->columns[c].name);
}

void selection_include(const struct selection *s, struct arena *a, struct datastream_selection *out)
{
    size_t *schema = arena_array(a, size_t, s->n_tables + 1), room = 0, at = 0;

    out->given = true;
    for (size_t i = 0; i < s->n_tables;
         i++) /* first how many of each, then the tables themselves */
        if (s->tables[i].n_included) {
            schema[i] = at = schema_of(a, out, s->tables[i].schema, at, &room);
            out->schemas[at].n_tables++;
        }
    for (size_t i = 0; i < out->n_schemas; i++) {
        out->schemas[i].tables = arena_array(a, struct datastream_table, out->schemas[i].n_tables);
        out->schemas[i].n_tables = 0;
    }
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].n_included)
            include_table(a, &s->tables[i], &out->schemas[schema[i]]);
}

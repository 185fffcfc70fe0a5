#include "api/plan/wanted.h"

static struct source_table table_of(const struct selection_table *t, struct arena *a)
{
    const char **columns = arena_array(a, const char *, t->n_included);
    size_t n = 0;

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included)
            columns[n++] = t->columns[i].name;
    return (struct source_table){t->schema, t->name, columns, n};
}

void selection_wanted(const struct selection *s, const struct target *t, struct arena *a,
                      struct source_wanted *out)
{
    struct source_table *tables = arena_array(a, struct source_table, (s ? s->n_tables : 0) + 1);
    size_t n = 0;

    for (size_t i = 0; s && i < s->n_tables; i++)
        if (s->tables[i].n_included)
            tables[n++] = table_of(&s->tables[i], a);
    *out = (struct source_wanted){t->db_user, t->publication, t->slot, tables, n};
}

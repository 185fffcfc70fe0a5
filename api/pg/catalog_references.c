/* Foreign keys: which column points at which. Sorted, so that one column's are found by halving. */

#include "api/pg/catalog_parts.h"

#include "api/base/arena.h"

#include <stdlib.h>

/* Columns lie by position, with gaps where some were dropped. */
static bool find_position(const struct catalog *c, uint32_t table, int64_t position, uint32_t *at)
{
    const struct table *t = &c->tables[table];

    for (uint32_t i = 0; i < t->n_columns; i++)
        if ((c->columns[t->first + i].bits & COLUMN_NUMBER) == position) {
            *at = i;
            return true;
        }
    return false;
}

void catalog_add_reference(struct catalog *c, uint32_t table, int64_t position, uint32_t to_table,
                           int64_t to_position)
{
    struct reference r = {.table = table, .to_table = to_table};

    if (!find_position(c, table, position, &r.column) ||
        !find_position(c, to_table, to_position, &r.to_column) ||
        (table == to_table && r.column == r.to_column))
        return;
    if (c->n_references == c->room_references) {
        c->room_references = c->room_references ? 2 * c->room_references : 256;
        c->references = mem_grow(c->references, c->room_references, sizeof *c->references);
    }
    c->references[c->n_references++] = r;
}

static int by_place(const void *a, const void *b)
{
    const struct reference *x = a, *y = b;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    if (x->to_table != y->to_table)
        return x->to_table < y->to_table ? -1 : 1;
    return (x->to_column > y->to_column) - (x->to_column < y->to_column);
}

void catalog_sort_references(struct catalog *c)
{
    if (c->n_references == 0)
        return;
    qsort(c->references, c->n_references, sizeof *c->references, by_place);
    c->references = mem_grow(c->references, c->n_references, sizeof *c->references);
    c->room_references = c->n_references;
}

bool catalog_reference(const struct catalog *c, size_t table, size_t column, size_t n,
                       size_t *to_table, size_t *to_column)
{
    size_t low = 0, high = c->n_references;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct reference *r = &c->references[middle];
        if (r->table < table || (r->table == table && r->column < column))
            low = middle + 1;
        else
            high = middle;
    }
    if (n >= c->n_references - low)
        return false;
    const struct reference *r = &c->references[low + n];
    *to_table = r->to_table;
    *to_column = r->to_column;
    return r->table == table && r->column == column;
}

#include "api/pg/catalog_parts.h"

#include "api/base/arena.h"

#include <stdlib.h>
#include <string.h>

/* What the server would have to join is put together here, after everything was read. */

struct order {
    const char *schema, *name;
    uint32_t at;
};

static int compare(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    int schema = x->schema == y->schema ? 0 : strcmp(x->schema, y->schema);
    return schema != 0 ? schema : strcmp(x->name, y->name);
}

void catalog_sort_tables(struct catalog *c, struct table_keys *keys)
{
    size_t n = c->n_tables;
    if (n == 0)
        return;
    struct order *order = mem_grow(NULL, n, sizeof *order);
    struct table *tables = mem_grow(NULL, n, sizeof *tables);
    struct table_keys *moved = mem_grow(NULL, n, sizeof *moved);
    for (size_t i = 0; i < n; i++)
        order[i] = (struct order){catalog_word(c, c->tables[i].schema),
                                  catalog_word(c, c->tables[i].name), (uint32_t)i};
    qsort(order, n, sizeof *order, compare);
    for (size_t i = 0; i < n; i++) {
        tables[i] = c->tables[order[i].at];
        moved[i] = keys[order[i].at];
    }
    memcpy(keys, moved, n * sizeof *keys);
    mem_free(moved);
    mem_free(order);
    mem_free(c->tables);
    c->tables = tables;
}

static void sort_within(struct catalog *c)
{
    for (size_t t = 0; t < c->n_tables; t++) {
        struct column *first = &c->columns[c->tables[t].first];
        for (size_t i = 1; i < c->tables[t].n_columns; i++) {
            struct column moving = first[i];
            size_t to = i;
            for (; to > 0 && (first[to - 1].bits & COLUMN_NUMBER) > (moving.bits & COLUMN_NUMBER);
                 to--)
                first[to] = first[to - 1];
            first[to] = moving;
        }
    }
}

/* A counting sort: the server sends columns in the order of its heap. */
void catalog_sort_columns(struct catalog *c, const uint32_t *homes)
{
    struct column *sorted = mem_grow(NULL, c->n_columns + 1, sizeof *sorted);
    uint32_t first = 0;
    for (size_t t = 0; t < c->n_tables; t++) {
        c->tables[t].first = first;
        first += c->tables[t].n_columns;
        c->tables[t].n_columns = 0;
    }
    for (size_t i = 0; i < c->n_columns; i++) {
        struct table *t = &c->tables[homes[i]];
        sorted[t->first + t->n_columns++] = c->columns[i];
    }
    mem_free(c->columns);
    c->columns = sorted;
    sort_within(c);
}

/* --- keys --- */

static struct column *by_number(const struct catalog *c, const struct table *t, long number)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if ((c->columns[t->first + i].bits & COLUMN_NUMBER) == number)
            return &c->columns[t->first + i];
    return NULL; /* an expression */
}

static uint8_t mark(const struct catalog *c, const struct table *t, uint32_t list, unsigned bits)
{
    uint8_t n = 0;
    const char *at = catalog_word(c, list);
    for (char *end = NULL; *at != '\0'; at = end) {
        long number = strtol(at, &end, 10);
        if (end == at)
            break;
        struct column *column = by_number(c, t, number);
        if (column != NULL)
            column->bits = (uint16_t)(column->bits | bits);
        n++;
    }
    return n;
}

void catalog_join_keys(struct catalog *c, const struct table_keys *keys)
{
    for (size_t i = 0; i < c->n_tables; i++) {
        struct table *t = &c->tables[i];
        bool by_key = t->identity == CATALOG_DEFAULT;
        t->n_key = mark(c, t, keys[i].primary,
                        by_key ? COLUMN_KEY | COLUMN_IDENTITY : (unsigned)COLUMN_KEY);
        if (t->identity == CATALOG_INDEX)
            t->n_identity = mark(c, t, keys[i].identity, COLUMN_IDENTITY);
    }
}

/* --- partitions --- */

static bool parent_of(const struct table_keys *keys, const struct oid_map *by_oid, uint32_t *at)
{
    return keys[*at].parent != 0 && oid_map_get(by_oid, keys[*at].parent, at);
}

static void add_leaf(struct table *above, const struct table *leaf)
{
    above->n_partitions++;
    above->pages =
        UINT32_MAX - above->pages < leaf->pages ? UINT32_MAX : above->pages + leaf->pages;
    if (leaf->rows >= 0)
        above->rows = above->rows < 0 ? leaf->rows : above->rows + leaf->rows;
}

void catalog_join_partitions(struct catalog *c, const struct table_keys *keys,
                             const struct oid_map *by_oid)
{
    enum { DEEPEST = 64 };
    for (size_t i = 0; i < c->n_tables; i++)
        if (c->tables[i].kind == CATALOG_PARTITIONED)
            c->tables[i].rows = -1; /* of all its leaves, counted below */
    for (size_t i = 0; i < c->n_tables; i++) {
        struct table *t = &c->tables[i];
        t->root = CATALOG_NONE;
        uint32_t at = (uint32_t)i;
        for (int depth = 0; depth < DEEPEST && parent_of(keys, by_oid, &at); depth++) {
            t->root = (int32_t)at;
            if ((c->tables[at].flags & TABLE_PUBLISHED) != 0)
                t->flags |= TABLE_PUBLISHED;
            if (t->kind == CATALOG_PARTITION)
                add_leaf(&c->tables[at], t);
        }
    }
}

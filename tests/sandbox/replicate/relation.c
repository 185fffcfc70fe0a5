#include "tests/sandbox/replicate/relation.h"

#include "api/base/arena.h"
#include "api/base/str.h"

#include <string.h>

void relation_done(struct relation *r)
{
    mem_free(r->columns);
    mem_free(r->types);
    mem_free(r->typmods);
    mem_free(r->to);
    mem_free(r->message);
    *r = (struct relation){.oid = r->oid};
}

void relation_set(struct relation *r, const struct pgoutput_event *e, const char *message, size_t n,
                  struct mirror *m)
{
    relation_done(r);
    r->m = m;
    str_copy(r->schema, sizeof r->schema, e->schema);
    str_copy(r->table, sizeof r->table, e->name);
    r->identity = e->identity;
    r->n_columns = e->n_columns;
    r->columns = mem_grow(NULL, e->n_columns + 1, sizeof *r->columns);
    r->types = mem_grow(NULL, e->n_columns + 1, sizeof *r->types);
    r->typmods = mem_grow(NULL, e->n_columns + 1, sizeof *r->typmods);
    r->to = mem_grow(NULL, e->n_columns + 1, sizeof *r->to);
    r->message = mem_grow(NULL, n, 1);
    r->n_message = n;
    memcpy(r->message, message, n);
    for (size_t i = 0; i < e->n_columns; i++) {
        r->columns[i] = (struct described_column){.is_key = e->columns[i].is_key};
        str_copy(r->columns[i].name, sizeof r->columns[i].name, e->columns[i].name);
        r->types[i] = e->columns[i].type;
        r->typmods[i] = e->columns[i].typmod;
    }
}

void relation_map(struct relation *r)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        const char *name = r->columns[i].name;
        int at = mirror_find(r->m, name);
        bool flows = at >= 0 && (r->m->columns[at].is_key || mirror_wants(r->m, name));
        r->to[i] = (int16_t)(flows ? at : -1);
    }
    r->bound = r->m->version;
}

bool relation_row(const struct relation *r, const struct pgoutput_tuple *t, struct row *out)
{
    if (t->n != r->n_columns)
        return false;
    row_clear(out, r->m->n_columns);
    for (size_t i = 0; i < t->n; i++) {
        if (r->to[i] >= 0)
            out->cells[r->to[i]] = &t->cells[i];
    }
    return true;
}

/* Where oid stands or belongs. */
static size_t place(const struct relations *all, uint32_t oid)
{
    size_t low = 0, high = all->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all->items[middle].oid < oid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct relation *relations_find(struct relations *all, uint32_t oid)
{
    if (all->last < all->n && all->items[all->last].oid == oid)
        return &all->items[all->last];
    size_t at = place(all, oid);
    if (at == all->n || all->items[at].oid != oid)
        return NULL;
    all->last = at;
    return &all->items[at];
}

struct relation *relations_add(struct relations *all, uint32_t oid)
{
    struct relation *found = relations_find(all, oid);
    if (found)
        return found;
    size_t at = place(all, oid);
    all->items = mem_grow(all->items, all->n + 1, sizeof *all->items);
    memmove(&all->items[at + 1], &all->items[at], (all->n - at) * sizeof *all->items);
    all->items[at] = (struct relation){.oid = oid};
    all->n++;
    all->last = at;
    return &all->items[at];
}

void relations_clear(struct relations *all)
{
    for (size_t i = 0; i < all->n; i++)
        relation_done(&all->items[i]);
    mem_free(all->items);
    *all = (struct relations){0};
}

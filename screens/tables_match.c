#include "screens/tables_match.h"

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/base/utf8.h"

#include <stdio.h>
#include <string.h>

/* --- the different names: the selection keeps each text once, so that its address tells --- */

struct seen {
    uint32_t *slots; /* 1 + number of the name; 0: free */
    size_t n;        /* a power of two */
};

static uint32_t number_of(struct tables_match *m, struct seen *seen, const char *name)
{
    size_t i = ((uintptr_t)name >> 3) * 2654435761u & (seen->n - 1);

    for (; seen->slots[i]; i = (i + 1) & (seen->n - 1))
        if (m->names[seen->slots[i] - 1] == name)
            return seen->slots[i] - 1;
    m->names[m->n_names] = name;
    seen->slots[i] = (uint32_t)++m->n_names;
    return seen->slots[i] - 1;
}

static void index_names(struct tables_match *m, const struct selection *s)
{
    struct seen seen = {.n = 64};
    size_t columns = 0, at = 0;

    for (size_t i = 0; i < s->n_tables; i++)
        columns += s->tables[i].n_columns;
    while (seen.n < 2 * columns)
        seen.n *= 2;
    seen.slots = mem_alloc(seen.n * sizeof *seen.slots);
    m->names = mem_grow(m->names, columns + 1, sizeof *m->names);
    m->name_of = mem_grow(m->name_of, columns + 1, sizeof *m->name_of);
    m->first = mem_grow(m->first, s->n_tables + 1, sizeof *m->first);
    for (size_t i = 0; i < s->n_tables; i++) {
        m->first[i] = at;
        for (size_t c = 0; c < s->tables[i].n_columns; c++)
            m->name_of[at++] = number_of(m, &seen, s->tables[i].columns[c].name);
    }
    m->n_tables = s->n_tables;
    m->hit = mem_grow(m->hit, m->n_names + 1, sizeof *m->hit);
    mem_free(seen.slots);
}

static bool name_hits(const struct tables_match *m, const struct selection_table *t)
{
    char name[160];

    snprintf(name, sizeof name, "%s.%s", t->schema, t->name);
    return utf8_contains(name, m->folded);
}

/* Partitions of partitions: up to the table that all of it arrives as. */
static size_t arrives_as(const struct selection *s, size_t table)
{
    enum { DEEPEST = 16 };

    for (int i = 0; i < DEEPEST && s->tables[table].root; i++)
        table = s->tables[table].root - 1;
    return table;
}

static void look_at_partitions(struct tables_match *m, const struct selection *s)
{
    m->tables = s->tables;
    mem_free(m->by_part);
    m->by_part = NULL;
    if (!s->has_partitions || m->folded[0] == '\0')
        return;
    m->by_part = mem_alloc(s->n_tables + 1);
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].root && name_hits(m, &s->tables[i]))
            m->by_part[arrives_as(s, i)] = 1;
}

void tables_match_look(struct tables_match *m, const struct selection *s, const char *text)
{
    utf8_fold(m->folded, sizeof m->folded, text);
    if (m->folded[0] == '\0')
        return;
    if (m->first == NULL || m->n_tables != s->n_tables)
        index_names(m, s);
    for (size_t i = 0; i < m->n_names; i++)
        m->hit[i] = utf8_contains(m->names[i], m->folded);
    look_at_partitions(m, s);
}

bool tables_match_table(const struct tables_match *m, const struct selection_table *t)
{
    return name_hits(m, t) || (m->by_part && m->by_part[t - m->tables]);
}

const char *tables_match_partition(const struct tables_match *m, const struct selection *s,
                                   size_t table)
{
    if (m->by_part == NULL || !m->by_part[table] || name_hits(m, &s->tables[table]))
        return NULL;
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].root && name_hits(m, &s->tables[i]) && arrives_as(s, i) == table)
            return s->tables[i].name;
    return NULL;
}

bool tables_match_column(const struct tables_match *m, size_t table, size_t column)
{
    return m->folded[0] == '\0' || m->hit[m->name_of[m->first[table] + column]];
}

void tables_match_done(struct tables_match *m)
{
    mem_free(m->names);
    mem_free(m->hit);
    mem_free(m->name_of);
    mem_free(m->first);
    mem_free(m->by_part);
    *m = (struct tables_match){0};
}

#include "screens/reason_group.h"

bool reason_is_lacking(const struct selection_column *c)
{
    return selection_lacks_reason(c) && !c->unsupported;
}

struct gathering {
    const struct reason_hits *hits;
    struct selection_place first, *out;
    enum reason_scope scope;
    uint32_t categories;
    uint8_t level;
    size_t n;
};

static void take(struct gathering *g, uint32_t table, uint32_t column)
{
    if (g->out)
        g->out[g->n] = (struct selection_place){table, column};
    g->n++;
}

static bool is_of_scope(const struct gathering *g, const struct selection_column *c, size_t table,
                        size_t column)
{
    if (g->scope == REASON_ALIKE)
        return c->categories == g->categories && c->level == g->level;
    return g->scope != REASON_HITS || g->hits->column(g->hits->ctx, table, column);
}

static void gather(struct gathering *g, const struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (uint32_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        if (reason_is_lacking(c) && !selection_is_protected(c) && is_of_scope(g, c, table, i) &&
            (table != g->first.table || i != g->first.column))
            take(g, (uint32_t)table, i);
    }
}

/* One more table than the one it was asked at. */
static bool reaches(const struct gathering *g, const struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];

    if (g->scope == REASON_ALIKE)
        return t->n_included;
    return g->scope == REASON_HITS && t->selectable && g->hits->table(g->hits->ctx, table);
}

size_t reason_group(const struct journey *j, size_t table, size_t column, enum reason_scope scope,
                    const struct reason_hits *hits, struct selection_place *out)
{
    const struct selection_column *c = &j->selection.tables[table].columns[column];
    struct gathering g = {.hits = hits,
                          .first = {(uint32_t)table, (uint32_t)column},
                          .out = out,
                          .scope = scope,
                          .categories = c->categories,
                          .level = c->level};

    take(&g, g.first.table, g.first.column);
    if (scope == REASON_COLUMN || selection_is_protected(c) ||
        (scope == REASON_HITS && (hits == NULL || hits->table == NULL)))
        return g.n;
    if (scope != REASON_HITS || hits->table(hits->ctx, table))
        gather(&g, j, table); /* places of a table stand together */
    for (size_t i = 0; scope != REASON_TABLE && i < j->selection.n_tables; i++)
        if (i != table && reaches(&g, j, i))
            gather(&g, j, i);
    return g.n;
}

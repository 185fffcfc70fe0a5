#include "screens/reason_group.h"

bool reason_is_lacking(const struct selection_column *c)
{
    return selection_lacks_reason(c) && !c->unsupported;
}

bool reason_is_protected(const struct selection_column *c)
{
    return c->categories & 1u << RULES_PROTECTED_ADDRESS;
}

struct gathering {
    struct selection_place first, *out;
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

static void gather(struct gathering *g, const struct journey *j, size_t table, bool alike)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (uint32_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        if (reason_is_lacking(c) && !reason_is_protected(c) &&
            (!alike || (c->categories == g->categories && c->level == g->level)) &&
            (table != g->first.table || i != g->first.column))
            take(g, (uint32_t)table, i);
    }
}

size_t reason_group(const struct journey *j, size_t table, size_t column, enum reason_scope scope,
                    struct selection_place *out)
{
    const struct selection_column *c = &j->selection.tables[table].columns[column];
    struct gathering g = {.first = {(uint32_t)table, (uint32_t)column},
                          .out = out,
                          .categories = c->categories,
                          .level = c->level};

    take(&g, g.first.table, g.first.column);
    if (scope == REASON_COLUMN || reason_is_protected(c))
        return g.n;
    gather(&g, j, table, scope == REASON_ALIKE); /* places of a table stand together */
    for (size_t i = 0; scope == REASON_ALIKE && i < j->selection.n_tables; i++)
        if (j->selection.tables[i].n_included && i != table)
            gather(&g, j, i, true);
    return g.n;
}

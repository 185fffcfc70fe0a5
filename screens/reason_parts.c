#include "screens/reason_parts.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/tables_row.h"

#include <stdlib.h>

bool reason_key(const struct selection_table *t, size_t *column)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && !t->columns[i].included && reason_is_lacking(&t->columns[i]) &&
            !t->columns[i].flows) {
            *column = i;
            return true;
        }
    return false;
}

size_t reason_wished(const struct journey *j, size_t table, int wish, struct selection_place *out)
{
    const struct selection_table *t = &j->selection.tables[table];
    size_t n = 0;

    for (uint32_t i = 0; wish != REASON_WISH_NONE && i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        if ((wish == REASON_WISH_TABLE || (uint32_t)wish == i) && !c->included && !c->unsupported &&
            !selection_lacks_reason(c))
            out[n++] = (struct selection_place){(uint32_t)table, i};
    }
    return n;
}

/* --- who is turned on --- */

static bool stands_in(const struct selection_place *places, size_t n, struct selection_place x)
{
    for (size_t i = 0; i < n; i++)
        if (places[i].table == x.table && places[i].column == x.column)
            return true;
    return false;
}

/* A key of the table that the reason does not settle: nothing of it starts. */
static const char *waiting_key(const struct selection_table *t, uint32_t table,
                               const struct selection_place *places, size_t n)
{
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        if (c->key && !c->included && !c->flows && reason_is_lacking(c) &&
            !stands_in(places, n, (struct selection_place){table, i}))
            return c->name;
    }
    return NULL;
}

static void add(struct reason_parts *out, const struct journey *j, struct selection_place at,
                bool settled, bool starts)
{
    starts = starts && !j->selection.tables[at.table].columns[at.column].included;
    out->all[out->n++] = (struct reason_part){at, settled, starts};
    out->settled += settled;
    out->starts += starts;
}

/* The columns of one table: those of the reason, then its keys, then what was wished for. */
static void add_table(struct reason_parts *out, const struct journey *j,
                      const struct selection_place *places, size_t n, int wish, struct arena *a)
{
    uint32_t table = places[0].table;
    const struct selection_table *t = &j->selection.tables[table];
    const char *waits = waiting_key(t, table, places, n);
    struct selection_place *wished = arena_array(a, struct selection_place, t->n_columns + 1);
    size_t n_wished = reason_wished(j, table, wish, wished);

    if (out->n == 0)
        out->waits = waits;
    for (size_t i = 0; i < n; i++)
        add(out, j, places[i], true, waits == NULL);
    for (uint32_t i = 0; waits == NULL && i < t->n_columns; i++) {
        struct selection_place at = {table, i};
        if (!t->columns[i].included && !stands_in(places, n, at) &&
            (t->columns[i].key || stands_in(wished, n_wished, at)))
            add(out, j, at, false, true);
    }
}

struct ranked {
    struct reason_part part;
    unsigned rank;
    size_t at;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static void special_first(const struct journey *j, struct reason_parts *out, struct arena *a)
{
    struct ranked *all = arena_array(a, struct ranked, out->n + 1);

    for (size_t i = 0; i < out->n; i++) {
        struct selection_place at = out->all[i].at;
        bool special =
            j->selection.tables[at.table].columns[at.column].level == (uint8_t)RULES_SPECIAL;
        all[i] = (struct ranked){out->all[i], out->all[i].settled ? !special : 2u, i};
    }
    qsort(all, out->n, sizeof *all, by_rank);
    for (size_t i = 0; i < out->n; i++)
        out->all[i] = all[i].part;
}

void reason_parts(const struct journey *j, const struct selection_place *places, size_t n, int wish,
                  struct arena *a, struct reason_parts *out)
{
    size_t room = n;

    *out = (struct reason_parts){0};
    for (size_t i = 0; i < n; i++)
        if (i == 0 || places[i].table != places[i - 1].table)
            room += j->selection.tables[places[i].table].n_columns;
    out->all = arena_array(a, struct reason_part, room + 1);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && places[end].table == places[i].table; end++)
            ;
        add_table(out, j, places + i, end - i, i == 0 ? wish : REASON_WISH_NONE, a);
    }
    special_first(j, out, a);
}

/* --- a row --- */

void reason_part_put(const struct journey *j, const struct reason_part *part, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[part->at.table];
    const struct selection_column *c = &t->columns[part->at.column];
    int after = page_width(p) > 72 ? 32 : 26;

    page_put(p, STYLE_SENSITIVE, "%-3s",
             !part->settled                       ? ""
             : c->level == (uint8_t)RULES_SPECIAL ? "!!"
                                                  : "!");
    page_put_until(p, STYLE_TEXT, page_width(p) - after, "%s.%s", t->name, c->name);
    page_tab(p, page_width(p) - after);
    page_put(p, part->starts ? STYLE_ADDED : STYLE_MUTED, "%s ",
             part->starts  ? tr("+ starts")
             : c->included ? tr("on already")
                           : tr("stays off"));
    if (c->key)
        page_put(p, STYLE_ACCENT, "%s ", tr("key"));
    if (part->settled)
        tables_row_categories(c->categories, p);
}

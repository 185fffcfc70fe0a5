/* Where the cursor stands in Tables, and where it goes: to what was kept, to the next hit of the
 * filter, to the next flagged column. */
#include "screens/tables_view.h"

/* --- columns and rows: a filter shows its hits alone --- */

static bool shows_hits(const struct tables_view *v, size_t group)
{
    return v->shown[v->tables[group]] < v->j->selection.tables[v->tables[group]].n_columns;
}

size_t tables_view_column_of(const struct tables_view *v, struct tree_node at)
{
    size_t column = 0;

    if (at.leaf == TREE_NONE || !shows_hits(v, at.group))
        return at.leaf;
    for (size_t left = at.leaf + 1; left > 0; column++)
        left -= tables_match_column(&v->match, v->tables[at.group], column);
    return column - 1;
}

size_t tables_view_column(const struct tables_view *v)
{
    struct tree_node at = v->tree.at;

    return v->n && at.group != TREE_NONE && at.group < v->n ? tables_view_column_of(v, at)
                                                            : TREE_NONE;
}

/* The row of a column in its table; TREE_NONE: it is not seen. */
static size_t leaf_of(const struct tables_view *v, size_t group, size_t column)
{
    size_t leaf = 0;

    if (!shows_hits(v, group))
        return column;
    if (!tables_match_column(&v->match, v->tables[group], column))
        return TREE_NONE;
    for (size_t i = 0; i < column; i++)
        leaf += tables_match_column(&v->match, v->tables[group], i);
    return leaf;
}

void tables_view_keep_column(struct tables_view *v, size_t column)
{
    struct tree_node at = v->tree.at;

    if (column >= v->j->selection.tables[v->tables[at.group]].n_columns)
        return;
    at.leaf = leaf_of(v, at.group, column);
    if (at.leaf != TREE_NONE)
        tree_show(&v->tree, &v->model, at);
    else if (v->tree.at.leaf != TREE_NONE)
        v->tree.at.leaf = TREE_NONE;
}

void tables_view_place(struct tables_view *v)
{
    for (size_t g = 0; g < v->n; g++)
        if ((int64_t)v->tables[g] == v->kept_table) {
            size_t root = 0;
            while (root + 1 < v->n_schemas && v->schema_at[root + 1] <= g)
                root++;
            struct tree_node node = {root, g, TREE_NONE};
            if (v->kept_column >= 0 &&
                (size_t)v->kept_column < v->j->selection.tables[v->tables[g]].n_columns)
                node.leaf = leaf_of(v, g, (size_t)v->kept_column);
            tree_show(&v->tree, &v->model, node);
        }
}

/* --- to the next one --- */

/* While a filter stands its hits are meant, else what is flagged. Column -1: the table. */
static bool is_meant(const struct tables_view *v, size_t table, int64_t column)
{
    const struct selection_table *t = &v->j->selection.tables[table];
    bool filters = v->match.folded[0] != '\0';

    if (column < 0)
        return filters && tables_match_table(&v->match, t);
    return filters ? tables_match_column(&v->match, table, (size_t)column)
                   : t->columns[column].level != RULES_NONE;
}

/* In the order of the screen: the rest of this table, the others, then its other part. */
bool tables_view_next(struct tables_view *v, int by)
{
    struct tree_node at = v->tree.at;
    bool on_table = v->n && at.group != TREE_NONE && at.group < v->n;
    size_t group = on_table ? at.group : v->n ? v->schema_at[at.root] : 0, column;
    int64_t from = !on_table                                       ? -2
                   : (column = tables_view_column(v)) == TREE_NONE ? -1
                                                                   : (int64_t)column;

    for (size_t i = 0; v->n && i <= v->n; i++) {
        size_t step = i % v->n, table = v->tables[(group + (by > 0 ? step : v->n - step)) % v->n];
        int64_t end = v->j->selection.tables[table].n_columns, c = i == 0   ? from + by
                                                                   : by > 0 ? -1
                                                                            : end - 1;
        for (; c >= -1 && c < end; c += by)
            if (is_meant(v, table, c)) {
                v->kept_table = (int64_t)table;
                v->kept_column = c;
                tables_view_place(v);
                return true;
            }
    }
    return false;
}

/* --- while the filter is typed --- */

void tables_view_first_hit(struct tables_view *v)
{
    const struct selection_table *t = v->n ? &v->j->selection.tables[v->tables[0]] : NULL;

    if (t == NULL)
        return;
    v->kept_table = (int64_t)v->tables[0];
    v->kept_column = -1;
    for (size_t i = 0; !tables_match_table(&v->match, t) && v->kept_column < 0 && i < t->n_columns;
         i++)
        if (tables_match_column(&v->match, v->tables[0], i))
            v->kept_column = (int64_t)i;
    struct tree_node node = {0, 0, TREE_NONE};
    struct tree_model without = v->model; /* the filter: as it will be again */
    without.opens = NULL;
    bool was_open = tree_is_open(&v->tree, &without, node);
    v->tree.seen.top = 0; /* with what stands above it */
    tables_view_place(v);
    v->opened = v->kept_column >= 0 && !was_open ? 1 + v->kept_table : 0;
}

void tables_view_forget_hit(struct tables_view *v)
{
    struct tree_node at = v->tree.at;
    int64_t opened = v->opened - 1;

    v->opened = 0;
    if (opened < 0 || v->n == 0 || at.group == TREE_NONE || at.group >= v->n ||
        (int64_t)v->tables[at.group] != opened || (int64_t)tables_view_column(v) != v->kept_column)
        return;
    at.leaf = TREE_NONE;
    tree_show(&v->tree, &v->model, at);
    tree_set_open(&v->tree, &v->model, at, false);
}

void tables_view_show_hits(struct tables_view *v, bool schemas)
{
    if (v->n)
        tree_open_again(&v->tree, &v->model, schemas);
}

#include "screens/tables_view.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/survey.h"
#include "screens/tables_row.h"

#include <stdlib.h>

const char *tables_view_name(enum view v)
{
    static const char *const names[VIEWS] = {"all", "selected", "changed", "sensitive", "problems"};

    return names[v];
}

const char *tables_view_order_name(enum order o)
{
    static const char *const names[ORDERS] = {"name", "size", "change rate"};

    return names[o];
}

/* --- which are seen --- */

static bool has_sensitive(const struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].level != RULES_NONE)
            return true;
    return false;
}

bool tables_view_is_changed(const struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].included != t->columns[i].was || t->columns[i].fresh)
            return true;
    return false;
}

static bool in_view(const struct tables_view *v, size_t table)
{
    const struct selection_table *t = &v->j->selection.tables[table];

    switch (v->view) {
    case VIEW_SELECTED:
        return t->n_included > 0;
    case VIEW_CHANGED:
        return tables_view_is_changed(t);
    case VIEW_SENSITIVE:
        return has_sensitive(t);
    case VIEW_PROBLEMS:
        return survey_problems(v->j->catalog, table) != 0;
    case VIEW_ALL:
    case VIEWS:
        break;
    }
    return true;
}

/* With what arrives it is shown once, as its table. One that flows by itself is seen. */
static bool is_seen_elsewhere(const struct tables_view *v, size_t table)
{
    const struct selection_table *t = &v->j->selection.tables[table];

    if (t->selectable || t->n_included || v->j->catalog == NULL ||
        catalog_table(v->j->catalog, table).root == CATALOG_NONE)
        return false;
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].flows)
            return false;
    return true;
}

/* --- the tree's questions --- */

static size_t first_group(const void *ctx, size_t root)
{
    const struct tables_view *v = ctx;

    return v->schema_at[root];
}

static size_t leaves(const void *ctx, size_t group)
{
    const struct tables_view *v = ctx;

    return v->shown[v->tables[group]];
}

static size_t group_id(const void *ctx, size_t group)
{
    const struct tables_view *v = ctx;

    return v->tables[group];
}

/* What is hit stands in it. */
static bool opens(const void *ctx, size_t group)
{
    const struct tables_view *v = ctx;

    return v->by_column[v->tables[group]];
}

static enum box table_box(const struct selection_table *t)
{
    static const enum box boxes[] = {
        [SELECTION_OFF] = BOX_OFF, [SELECTION_PART] = BOX_SOME, [SELECTION_ON] = BOX_ON};

    return t->selectable ? boxes[selection_table_box(t)] : BOX_NONE;
}

static enum box count_schema(const struct tables_view *v, size_t root)
{
    size_t end = root + 1 < v->n_schemas ? v->schema_at[root + 1] : v->n, on = 0, off = 0;

    for (size_t i = v->schema_at[root]; i < end; i++) {
        enum box b = table_box(&v->j->selection.tables[v->tables[i]]);
        on += b == BOX_ON || b == BOX_SOME;
        off += b == BOX_OFF || b == BOX_SOME;
    }
    return on == 0 ? BOX_OFF : off ? BOX_SOME : BOX_ON;
}

static enum box box(const void *ctx, struct tree_node at)
{
    const struct tables_view *v = ctx;

    if (at.group == TREE_NONE)
        return (enum box)v->schema_box[at.root];
    const struct selection_table *t = &v->j->selection.tables[v->tables[at.group]];
    if (at.leaf == TREE_NONE)
        return table_box(t);
    const struct selection_column *c = &t->columns[tables_view_column_of(v, at)];
    if (c->unsupported || !t->selectable)
        return BOX_NONE;
    if (c->key && c->included)
        return BOX_LOCKED;
    return c->included ? BOX_ON : BOX_OFF;
}

static void put(const void *ctx, struct tree_node at, struct page *p)
{
    const struct tables_view *v = ctx;

    if (at.group == TREE_NONE) {
        size_t end = at.root + 1 < v->n_schemas ? v->schema_at[at.root + 1] : v->n;
        page_put(p, STYLE_HEADING, "%s",
                 v->j->selection.tables[v->tables[v->schema_at[at.root]]].schema);
        page_put(p, STYLE_MUTED, tr("  tables %zu"), end - v->schema_at[at.root]);
    } else if (at.leaf == TREE_NONE) {
        tables_row_table(v->j, v->tables[at.group], p);
    } else {
        tables_row_column(
            &v->j->selection.tables[v->tables[at.group]].columns[tables_view_column_of(v, at)],
            journey_changes_stream(v->j), p);
    }
}

/* --- the order within a schema --- */

struct placed {
    double weight; /* the heaviest first */
    size_t table;
};

static int by_weight(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->weight > y->weight || x->weight < y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->table > y->table) - (x->table < y->table);
}

static double weight_of(const struct tables_view *v, size_t table)
{
    return v->order == ORDER_SIZE ? (double)v->j->selection.tables[table].bytes
                                  : churn_changes(&v->churn[table]);
}

static void order_schemas(struct tables_view *v)
{
    if (v->order == ORDER_NAME || (v->order == ORDER_CHURN && v->churn == NULL))
        return; /* as they are */
    struct placed *all = mem_grow(NULL, v->n + 1, sizeof *all);
    for (size_t i = 0; i < v->n; i++)
        all[i] = (struct placed){weight_of(v, v->tables[i]), v->tables[i]};
    for (size_t s = 0; s < v->n_schemas; s++) {
        size_t end = s + 1 < v->n_schemas ? v->schema_at[s + 1] : v->n;
        qsort(all + v->schema_at[s], end - v->schema_at[s], sizeof *all, by_weight);
    }
    for (size_t i = 0; i < v->n; i++)
        v->tables[i] = all[i].table;
    mem_free(all);
}

/* --- update --- */

/* How many of its columns are seen: those that the filter hits, where the table's own name does not
 * say it. Nothing is hit: the table is not seen. */
static bool find_hits(struct tables_view *v, const struct selection_table *t, size_t table)
{
    bool named = v->match.folded[0] == '\0' || tables_match_table(&v->match, t);
    size_t hits = 0;

    for (size_t i = 0; !named && i < t->n_columns; i++)
        hits += tables_match_column(&v->match, table, i);
    v->hits += hits;
    v->by_column[table] = !named && hits;
    v->shown[table] = (uint32_t)(named || v->whole ? t->n_columns : hits);
    return named || hits;
}

bool tables_view_hits_table(const void *view, size_t table)
{
    const struct tables_view *v = view;

    if (v->match.folded[0] == '\0' || v->match.first == NULL || is_seen_elsewhere(v, table) ||
        !in_view(v, table))
        return false;
    if (tables_match_table(&v->match, &v->j->selection.tables[table]))
        return true;
    for (size_t i = 0; i < v->j->selection.tables[table].n_columns; i++)
        if (tables_match_column(&v->match, table, i))
            return true;
    return false;
}

bool tables_view_hits_column(const void *view, size_t table, size_t column)
{
    const struct tables_view *v = view;

    return tables_match_column(&v->match, table, column) ||
           tables_match_table(&v->match, &v->j->selection.tables[table]);
}

void tables_view_renew(struct tables_view *v)
{
    if (v->n && v->tree.at.group != TREE_NONE && v->tree.at.group < v->n) {
        size_t column = tables_view_column(v); /* it stays where it is */
        v->kept_table = (int64_t)v->tables[v->tree.at.group];
        v->kept_column = column == TREE_NONE ? -1 : (int64_t)column;
    }
    v->n = 0;
    tables_match_done(&v->match);
}

static const char *nothing_here(const struct tables_view *v)
{
    if (v->filter[0] == '\0')
        return tr("none in this view; v shows others");
    return v->view == VIEW_ALL ? tr("no name has this; Esc shows all")
                               : tr("no name in this view has this; Esc and v show more");
}

void tables_view_update(struct tables_view *v, const struct journey *j)
{
    const struct selection *s = &j->selection;
    size_t column = tables_view_column(v),
           table = column == TREE_NONE ? 0 : v->tables[v->tree.at.group];

    v->j = j;
    v->shown = mem_grow(v->shown, s->n_tables + 1, sizeof *v->shown);
    v->by_column = mem_grow(v->by_column, s->n_tables + 1, sizeof *v->by_column);
    tables_match_look(&v->match, s, v->filter);
    v->tables = mem_grow(v->tables, s->n_tables + 1, sizeof *v->tables);
    v->schema_at = mem_grow(v->schema_at, s->n_tables + 1, sizeof *v->schema_at);
    v->n = v->n_schemas = v->of = v->hits = 0;
    for (size_t i = 0; i < s->n_tables; i++) {
        if (is_seen_elsewhere(v, i))
            continue;
        v->of++;
        if (!in_view(v, i) || !find_hits(v, &s->tables[i], i))
            continue;
        if (v->n == 0 || !str_eq(s->tables[v->tables[v->n - 1]].schema, s->tables[i].schema))
            v->schema_at[v->n_schemas++] = v->n;
        v->tables[v->n++] = i;
    }
    order_schemas(v);
    tables_view_count(v);
    v->model = (struct tree_model){.ctx = v,
                                   .empty = nothing_here(v),
                                   .n_roots = v->n_schemas,
                                   .n_groups = v->n,
                                   .first_group = first_group,
                                   .leaves = leaves,
                                   .group_id = group_id,
                                   .opens = opens,
                                   .box = box,
                                   .put = put};
    tree_update(&v->tree, &v->model);
    if (column != TREE_NONE && v->tree.at.group < v->n && v->tables[v->tree.at.group] == table)
        tables_view_keep_column(v, column);
}

void tables_view_count(struct tables_view *v)
{
    v->schema_box = mem_grow(v->schema_box, v->n_schemas + 1, sizeof *v->schema_box);
    for (size_t i = 0; i < v->n_schemas; i++)
        v->schema_box[i] = (uint8_t)count_schema(v, i);
}

/* --- across a start --- */

void tables_view_save(const struct tables_view *v, struct kept *k)
{
    bool on_table = v->n && v->tree.at.group != TREE_NONE && v->tree.at.group < v->n;

    kept_set_text(k, "tables.filter", v->filter);
    kept_set_int(k, "tables.view", v->view);
    kept_set_int(k, "tables.order", v->order);
    kept_set_bool(k, "tables.whole", v->whole);
    if (on_table) {
        kept_set_int(k, "tables.at", (int64_t)v->tables[v->tree.at.group]);
        kept_set_int(k, "tables.column",
                     v->tree.at.leaf == TREE_NONE ? -1 : (int64_t)tables_view_column(v));
    }
}

void tables_view_load(struct tables_view *v, const struct kept *k)
{
    int64_t view = kept_int(k, "tables.view", VIEW_ALL),
            order = kept_int(k, "tables.order", ORDER_NAME);

    str_copy(v->filter, sizeof v->filter, kept_text(k, "tables.filter", ""));
    v->view = view >= 0 && view < VIEWS ? (enum view)view : VIEW_ALL;
    v->order = order >= 0 && order < ORDERS ? (enum order)order : ORDER_NAME;
    v->whole = kept_bool(k, "tables.whole", false);
    v->kept_table = kept_int(k, "tables.at", -1);
    v->kept_column = kept_int(k, "tables.column", -1);
}

void tables_view_done(struct tables_view *v)
{
    tables_match_done(&v->match);
    mem_free(v->tables);
    mem_free(v->schema_at);
    mem_free(v->schema_box);
    mem_free(v->shown);
    mem_free(v->by_column);
    tree_done(&v->tree);
    *v = (struct tables_view){0};
}

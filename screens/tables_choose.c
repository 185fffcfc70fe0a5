#include "screens/tables_choose.h"

#include "screens/choose.h"

/* The sensitive key column that stands in the way of a table. */
static void ask_key(struct reason_form *reason, struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && t->columns[i].level != RULES_NONE && t->columns[i].ack == NULL) {
            reason_form_open(reason, j, table, i);
            return;
        }
}

static void choose_schema(struct tables_view *v, struct journey *j, size_t root, bool on)
{
    size_t first = v->schema_at[root];
    size_t end = root + 1 < v->n_schemas ? v->schema_at[root + 1] : v->n;

    choose_tables(j, v->tables + first, end - first, on);
}

void tables_choose_here(struct tables_view *v, struct reason_form *reason, struct journey *j)
{
    struct tree_node at = v->tree.at;
    enum box box;

    if (v->n == 0)
        return;
    box = v->model.box(v->model.ctx, at);
    if (at.group == TREE_NONE) {
        choose_schema(v, j, at.root, box != BOX_ON);
    } else if (at.leaf == TREE_NONE) {
        size_t table = v->tables[at.group];
        bool on = selection_table_box(&j->selection.tables[table]) == SELECTION_OFF;
        if (choose_table(j, table, on) == SELECTION_NEEDS_ACK)
            ask_key(reason, j, table);
    } else if (choose_column(j, v->tables[at.group], at.leaf, box != BOX_ON && box != BOX_LOCKED) ==
               SELECTION_NEEDS_ACK) {
        reason_form_open(reason, j, v->tables[at.group], at.leaf);
    }
    tables_view_count(v);
}

/* It is off, and would be on: what waits for a reason stands in nobody's way. */
static bool could_be_on(const struct selection_table *t)
{
    if (t->n_included || !t->selectable)
        return false;
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        if (c->key && (c->unsupported || (c->level != RULES_NONE && c->ack == NULL && !c->flows)))
            return false;
    }
    return true;
}

void tables_choose_shown(struct tables_view *v, struct journey *j)
{
    bool some_off = false, some_on = false;

    for (size_t i = 0; i < v->n; i++) {
        const struct selection_table *t = &j->selection.tables[v->tables[i]];
        some_off = some_off || could_be_on(t);
        some_on = some_on || t->n_included;
    }
    choose_tables(j, v->tables, v->n, some_off || !some_on);
    tables_view_count(v);
}

bool tables_choose_is_flagged(const struct tables_view *v)
{
    struct tree_node at = v->tree.at;

    return at.group != TREE_NONE && at.group < v->n && at.leaf != TREE_NONE &&
           v->j->selection.tables[v->tables[at.group]].columns[at.leaf].level != RULES_NONE;
}

void tables_choose_reason(struct tables_view *v, struct reason_form *reason, struct journey *j)
{
    reason_form_open(reason, j, v->tables[v->tree.at.group], v->tree.at.leaf);
}

#include "screens/tables_choose.h"

#include "api/base/tr.h"
#include "api/plan/survey.h"
#include "screens/choose.h"
#include "screens/reason_group.h"

/* --- many tables --- */

static bool stands_in_the_way(const struct selection_column *c)
{
    return c->unsupported || (selection_lacks_reason(c) && !c->flows);
}

/* It is off, and would be on: what waits for a reason stands in nobody's way. */
static bool could_be_on(const struct selection_table *t)
{
    if (t->n_included || !t->selectable)
        return false;
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && stands_in_the_way(&t->columns[i]))
            return false;
    return true;
}

/* All of them, or where that would be nothing more none of them: what is sensitive stays out for
 * want of a reason, so a box may never be full. */
static void choose_many(struct journey *j, const size_t *tables, size_t n)
{
    bool some_off = false, some_on = false;

    for (size_t i = 0; i < n; i++) {
        const struct selection_table *t = &j->selection.tables[tables[i]];
        some_off = some_off || could_be_on(t);
        some_on = some_on || t->n_included;
    }
    choose_tables(j, tables, n, some_off || !some_on);
}

static void choose_schema(struct tables_view *v, struct journey *j, size_t root)
{
    size_t first = v->schema_at[root];
    size_t end = root + 1 < v->n_schemas ? v->schema_at[root + 1] : v->n;

    choose_many(j, v->tables + first, end - first);
}

/* --- what the cursor is on --- */

/* What must be known of a table that flows from now on; what a migration gives stands above. */
static void say_problem(struct journey *j, size_t table)
{
    static const enum survey_problem grave[] = {SURVEY_NO_PRIMARY_KEY, SURVEY_IDENTITY_NOTHING,
                                                SURVEY_IDENTITY_FULL, SURVEY_LARGE_TABLE,
                                                SURVEY_ROW_SECURITY};
    unsigned problems = j->catalog ? survey_problems(j->catalog, table) : 0;

    for (size_t i = 0; i < sizeof grave / sizeof *grave; i++)
        if (problems & 1u << grave[i]) {
            struct str sql = {0};
            bool mends = survey_problem_sql(j->catalog, table, grave[i], &sql);
            journey_say(j, MARK_WARN, "%s: %s%s%s", j->selection.tables[table].name,
                        tr(survey_problem_text(j->catalog, table, grave[i])), mends ? ": " : "",
                        mends ? str_text(&sql) : "");
            str_done(&sql);
            return;
        }
}

static void choose_one_table(struct reason_form *reason, struct journey *j, size_t table)
{
    bool on = selection_table_box(&j->selection.tables[table]) == SELECTION_OFF;
    enum selection_answer a = choose_table(j, table, on);

    if (a == SELECTION_NEEDS_ACK)
        reason_form_open_key(reason, j, table, REASON_WISH_TABLE);
    else if (a == SELECTION_DONE && on)
        say_problem(j, table);
}

/* A harmless column waits for the table's key alone: that one is asked about. */
static void ask_column(struct reason_form *reason, struct journey *j, size_t table, size_t column)
{
    if (selection_lacks_reason(&j->selection.tables[table].columns[column]) ||
        !reason_form_open_key(reason, j, table, (int)column))
        reason_form_open(reason, j, table, column);
}

void tables_choose_here(struct tables_view *v, struct reason_form *reason, struct journey *j)
{
    struct tree_node at = v->tree.at;
    size_t column = tables_view_column(v);
    enum box box;

    if (v->n == 0)
        return;
    box = v->model.box(v->model.ctx, at);
    if (at.group == TREE_NONE)
        choose_schema(v, j, at.root);
    else if (at.leaf == TREE_NONE)
        choose_one_table(reason, j, v->tables[at.group]);
    else if (choose_column(j, v->tables[at.group], column, box != BOX_ON && box != BOX_LOCKED) ==
             SELECTION_NEEDS_ACK)
        ask_column(reason, j, v->tables[at.group], column);
    tables_view_count(v);
}

/* --- all that matches --- */

static bool has_key_in_the_way(const struct selection_table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && stands_in_the_way(&t->columns[i]))
            return true;
    return false;
}

/* Of some table columns alone are hit by the filter, and not its name. */
static bool hits_columns(const struct tables_view *v)
{
    for (size_t i = 0; v->match.folded[0] && i < v->n; i++)
        if (!tables_match_table(&v->match, &v->j->selection.tables[v->tables[i]]))
            return true;
    return false;
}

/* Of a table that is hit by its name each column, but for those that wait for a reason of their
 * own: they are left out of a whole table, too. */
static bool is_hit(const struct tables_view *v, size_t table, size_t column, bool named)
{
    const struct selection_column *c = &v->j->selection.tables[table].columns[column];

    return named ? c->included || !stands_in_the_way(c) || c->key
                 : tables_match_column(&v->match, table, column);
}

struct hits {
    struct selection_place *places;
    size_t n;
    bool some_off, some_on;
};

/* keys: those alone, else all but those. */
static void add_hits(const struct tables_view *v, size_t table, bool named, bool keys,
                     struct hits *out)
{
    const struct selection_table *t = &v->j->selection.tables[table];

    for (size_t c = 0; c < t->n_columns; c++) {
        if (t->columns[c].key != keys || !is_hit(v, table, c, named))
            continue;
        out->places[out->n++] = (struct selection_place){(uint32_t)table, (uint32_t)c};
        out->some_on = out->some_on || t->columns[c].included;
        out->some_off =
            out->some_off || (!t->columns[c].included && t->selectable &&
                              !stands_in_the_way(&t->columns[c]) && !has_key_in_the_way(t));
    }
}

/* Keys last: nothing else of the table is on when they go off. */
static void choose_hits(struct tables_view *v, struct journey *j)
{
    struct arena a = {0};
    struct hits hits = {0};
    size_t room = 0;

    for (size_t i = 0; i < v->n; i++)
        room += j->selection.tables[v->tables[i]].n_columns;
    hits.places = arena_array(&a, struct selection_place, room + 1);
    for (size_t i = 0; i < v->n; i++) {
        bool named = tables_match_table(&v->match, &j->selection.tables[v->tables[i]]);
        add_hits(v, v->tables[i], named, false, &hits);
        add_hits(v, v->tables[i], named, true, &hits);
    }
    choose_columns(j, hits.places, hits.n, hits.some_off || !hits.some_on);
    tables_view_show_hits(v, true); /* nothing is taken that was closed, and stays unseen */
    arena_done(&a);
}

void tables_choose_shown(struct tables_view *v, struct journey *j)
{
    if (v->n == 0) {
        journey_say(j, MARK_NONE, "%s", tr("nothing is shown that could be chosen"));
        return;
    }
    if (hits_columns(v))
        choose_hits(v, j);
    else
        choose_many(j, v->tables, v->n);
    tables_view_count(v);
}

/* --- reasons --- */

bool tables_choose_is_flagged(const struct tables_view *v)
{
    struct tree_node at = v->tree.at;

    if (at.group == TREE_NONE || at.group >= v->n)
        return false;
    const struct selection_table *t = &v->j->selection.tables[v->tables[at.group]];
    if (at.leaf != TREE_NONE)
        return t->columns[tables_view_column(v)].level != RULES_NONE;
    for (size_t i = 0; t->selectable && i < t->n_columns; i++)
        if (reason_is_lacking(&t->columns[i]))
            return true;
    return false;
}

void tables_choose_reason(struct tables_view *v, struct reason_form *reason, struct journey *j)
{
    struct tree_node at = v->tree.at;

    if (at.leaf == TREE_NONE)
        reason_form_open_table(reason, j, v->tables[at.group]);
    else
        reason_form_open(reason, j, v->tables[at.group], tables_view_column(v));
}

/* Tables: which tables and columns flow? Nothing sensitive is on by itself.
 *
 *    2 tables, 8 columns flow; 0 of them sensitive                            12 of 340
 *    [-] public  22 tables
 *      [x] regel_evaluering                    4/4    12 000    1.2 MB
 *      [ ] person_ident                        0/3    40 000    3.1 MB  !1
 *        [ ] ident           text              ! fnr
 */
#include "screens/answer.h"
#include "screens/choose.h"
#include "screens/journey.h"
#include "screens/reason_form.h"
#include "screens/steps.h"
#include "screens/tables_details.h"
#include "screens/tables_view.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/survey.h"
#include "tui/field.h"
#include "tui/key.h"

#include <string.h>

enum { DETAIL_LINES = 5 };

struct tables {
    struct task *survey;
    struct tables_view view;
    bool filtering;
    struct field filter;
    bool warned;               /* said once that nothing is chosen */
    struct reason_form reason; /* why may this column flow? */
};

static void ask(struct tables *self, struct journey *j)
{
    struct catalog_options o = {.publication = j->target.publication, .reader = j->target.db_user};

    task_clear(&self->survey);
    if (j->live->pg)
        self->survey = survey(j->live->pg, &o);
}

static void enter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    size_t at = self->filter.at; /* as loaded */

    field_init(&self->filter, self->view.filter, sizeof self->view.filter);
    if (self->filtering && at <= strlen(self->view.filter))
        self->filter.at = at;
    if (j->selection_ready) {
        tables_view_update(&self->view, j);
        tables_view_place(&self->view);
        reason_form_find(&self->reason, j);
    }
    ask(self, j); /* what is shown is asked afresh; choices are put onto it */
}

/* --- drawing
 * ---------------------------------------------------------------------------------------- */

static void draw_details(const struct tables *self, const struct journey *j, struct page *p)
{
    struct tree_node at = self->view.tree.at;

    if (self->view.n == 0 || at.group == TREE_NONE || at.group >= self->view.n)
        return;
    if (at.leaf == TREE_NONE)
        tables_details_table(j, self->view.tables[at.group], p);
    else
        tables_details_column(j, self->view.tables[at.group], at.leaf, p);
}

static void draw_head(const struct tables *self, const struct journey *j, struct page *p)
{
    const struct selection_totals *t = &j->totals;
    char rows[ANSWER_TEXT];

    page_put(p, STYLE_HEADING, tr("What flows: tables %zu, columns %zu, rows %s"), t->tables,
             t->columns, answer_count(t->rows, rows));
    if (t->personal + t->special)
        page_put(p, STYLE_SENSITIVE, tr("; sensitive %zu"), t->personal + t->special);
    page_put_right(p, STYLE_MUTED, tr("%s: %zu of %zu"), tr(tables_view_name(self->view.view)),
                   self->view.n, j->selection.n_tables);
    page_newline(p);
    if (self->filtering || self->view.filter[0]) {
        struct field_look look = {
            .label = tr("Filter"), .focus = self->filtering, .label_width = 8};
        field_draw(&self->filter, &look, p);
    }
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct tables *self = ctx;

    if (!j->selection_ready) {
        page_heading(p, "%s", tr("Which tables and columns flow?"));
        if (j->live->pg == NULL && journey_catching_up(j))
            answered(p, journey_catching_up(j), tr("Connecting to the database"));
        else if (j->live->pg == NULL)
            page_mark(p, MARK_FAIL, "%s",
                      tr("There is no connection to the database: Esc leads back to Connect."));
        else
            answered(p, self->survey, tr("Reading tables and columns, judging each"));
        return;
    }
    if (self->reason.open) {
        reason_form_draw(&self->reason, j, p);
        return;
    }
    draw_head(self, j, p);
    page_split(p, page_is_wide(p)
                      ? 64
                      : 100 - (DETAIL_LINES + 1) * 100 / (page_room(p) > 0 ? page_room(p) : 1));
    tables_view_head(p);
    tree_draw(&self->view.tree, &self->view.model, p);
    page_next_pane(p);
    draw_details(self, j, p);
    page_join(p);
}

/* --- choosing
 * --------------------------------------------------------------------------------------- */

/* The sensitive key column that stands in the way of a table. */
static void ask_key(struct tables *self, struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && t->columns[i].level != RULES_NONE && t->columns[i].ack == NULL) {
            reason_form_open(&self->reason, j, table, i);
            return;
        }
}

static enum nav chosen(struct tables *self)
{
    tables_view_count(&self->view);
    return STAY;
}

static enum nav toggle(void *ctx, struct journey *j)
{
    struct tables *self = ctx;
    struct tree_node at = self->view.tree.at;
    bool on;

    if (self->view.n == 0)
        return STAY;
    on = self->view.model.box(self->view.model.ctx, at) != BOX_ON &&
         self->view.model.box(self->view.model.ctx, at) != BOX_LOCKED;
    if (at.group == TREE_NONE) {
        size_t end =
            at.root + 1 < self->view.n_schemas ? self->view.schema_at[at.root + 1] : self->view.n;
        size_t first = self->view.schema_at[at.root];
        choose_tables(j, self->view.tables + first, end - first, on);
    } else if (at.leaf == TREE_NONE) {
        on =
            selection_table_box(&j->selection.tables[self->view.tables[at.group]]) == SELECTION_OFF;
        if (choose_table(j, self->view.tables[at.group], on) == SELECTION_NEEDS_ACK)
            ask_key(self, j, self->view.tables[at.group]);
    } else if (choose_column(j, self->view.tables[at.group], at.leaf, on) == SELECTION_NEEDS_ACK) {
        reason_form_open(&self->reason, j, self->view.tables[at.group], at.leaf);
    }
    return chosen(self);
}

static enum nav choose_matching(void *ctx, struct journey *j)
{
    struct tables *self = ctx;
    bool some_off = false;

    for (size_t i = 0; i < self->view.n; i++)
        some_off = some_off || (j->selection.tables[self->view.tables[i]].n_included == 0 &&
                                j->selection.tables[self->view.tables[i]].selectable);
    choose_tables(j, self->view.tables, self->view.n, some_off);
    return chosen(self);
}

static void filter_changed(struct tables *self, struct journey *j)
{
    tables_view_update(&self->view, j);
    if (self->view.filter[0])
        tables_view_first_hit(&self->view);
}

static bool is_giving_reason(const struct tables *self, const struct journey *j)
{
    return self->reason.open && j->selection_ready;
}

static void filter_key(struct tables *self, struct journey *j, int key)
{
    if (field_key(&self->filter, key)) {
        filter_changed(self, j);
    } else if (key == TUI_ESC) {
        field_set(&self->filter, "");
        self->filtering = false;
        tables_view_update(&self->view, j);
    } else if (key == TUI_ENTER) {
        self->filtering = false;
    } else {
        tree_key(&self->view.tree, &self->view.model, key);
    }
}

/* --- keys
 * ------------------------------------------------------------------------------------------- */

static enum nav go_on(struct tables *self, struct journey *j)
{
    if (!j->selection_ready)
        return STAY;
    if (j->totals.columns == 0 && !self->warned) {
        self->warned = true;
        journey_say(j, MARK_WARN, "%s",
                    tr("nothing is chosen: Space selects; Enter again goes on without"));
        return STAY;
    }
    return NEXT;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct tables *self = ctx;

    if (ev.kind == EV_NEWS && task_state(self->survey) == TASK_OK) {
        journey_use_survey(j, self->survey);
        task_clear(&self->survey);
        tables_view_update(&self->view, j);
        tables_view_place(&self->view);
        reason_form_find(&self->reason, j);
    }
    if (ev.kind == EV_PASTE && is_giving_reason(self, j))
        reason_form_paste(&self->reason, ev.text);
    else if (ev.kind == EV_PASTE && self->filtering && field_paste(&self->filter, ev.text))
        filter_changed(self, j);
    if (ev.kind != EV_KEY)
        return STAY;
    if (is_giving_reason(self, j)) {
        reason_form_key(&self->reason, j, ev.key);
        return chosen(self);
    }
    if (self->filtering) {
        filter_key(self, j, ev.key);
        return STAY;
    }
    if (j->selection_ready && tree_key(&self->view.tree, &self->view.model, ev.key))
        return STAY;
    return ev.key == TUI_ENTER ? go_on(self, j) : STAY;
}

static enum nav start_filter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    (void)j;
    self->filtering = true;
    return STAY;
}

static enum nav next_view(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    self->view.view = (self->view.view + 1) % VIEWS;
    tables_view_update(&self->view, j);
    journey_say(j, MARK_NONE, tr("view: %s"), tr(tables_view_name(self->view.view)));
    return STAY;
}

static enum nav next_flagged(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    (void)j;
    tables_view_next_flagged(&self->view);
    return STAY;
}

static bool has_filter(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return j->selection_ready && !self->filtering && !self->reason.open && self->view.filter[0];
}

static enum nav clear_filter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    field_set(&self->filter, "");
    tables_view_update(&self->view, j);
    return STAY;
}

/* The flagged column under the cursor: its reason can be given, or another one. */
static bool on_flagged(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;
    struct tree_node at = self->view.tree.at;

    return j->selection_ready && at.group != TREE_NONE && at.group < self->view.n &&
           at.leaf != TREE_NONE &&
           j->selection.tables[self->view.tables[at.group]].columns[at.leaf].level != RULES_NONE;
}

static enum nav give_reason(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    reason_form_open(&self->reason, j, self->view.tables[self->view.tree.at.group],
                     self->view.tree.at.leaf);
    return STAY;
}

static enum nav undo(void *ctx, struct journey *j)
{
    choose_undo(j);
    return chosen(ctx);
}

static enum nav redo(void *ctx, struct journey *j)
{
    choose_redo(j);
    return chosen(ctx);
}

static enum nav again(void *ctx, struct journey *j)
{
    ask(ctx, j);
    return STAY;
}

static bool is_filtering(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return self->filtering && !is_giving_reason(self, j);
}

static bool gives_reason(const void *ctx, const struct journey *j)
{
    return is_giving_reason(ctx, j);
}

static bool ready(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return j->selection_ready && !self->filtering && !self->reason.open;
}

static bool typing(const void *ctx)
{
    const struct tables *self = ctx;

    return self->filtering || (self->reason.open && self->view.j);
}

static void leave(void *ctx)
{
    struct tables *self = ctx;

    task_clear(&self->survey);
    tables_view_done(&self->view);
}

static void save(const void *ctx, struct kept *k)
{
    const struct tables *self = ctx;

    tables_view_save(&self->view, k);
    reason_form_save(&self->reason, k);
    kept_set_bool(k, "tables.filtering", self->filtering);
    kept_set_int(k, "tables.filter_at", (int64_t)self->filter.at);
}

static void load(void *ctx, const struct kept *k)
{
    struct tables *self = ctx;

    tables_view_load(&self->view, k);
    reason_form_load(&self->reason, k);
    self->filtering = kept_bool(k, "tables.filtering", false);
    self->filter.at = (size_t)kept_int(k, "tables.filter_at", 0);
}

static const struct action actions[] = {
    {' ', "select", "the column, table or schema under the cursor on or off", ready, toggle},
    {TUI_ENTER, "go on", "to Destination", ready, NULL},
    {TUI_ENTER, "to the list", "keep the filter", is_filtering, NULL},
    {TUI_ESC, "no filter", "all tables again", is_filtering, NULL},
    {TUI_ENTER, "go on", "to the reference; then the column flows", gives_reason, NULL},
    {TUI_TAB, "other field", "reason or reference", gives_reason, NULL},
    {TUI_ESC, "not now", "the column stays out", gives_reason, NULL},
    {'/', "filter", "type a part of a name: tables and columns", ready, start_filter},
    {TUI_ESC, "all tables", "away with the filter", has_filter, clear_filter},
    {'v', "view", "all, selected, sensitive, with problems", ready, next_view},
    {'n', "next flagged", "to the next sensitive column", ready, next_flagged},
    {'e', "reason", "why the flagged column under the cursor may flow", on_flagged, give_reason},
    {'a', "select shown", "every table that is shown, on or off", ready, choose_matching},
    {'u', "undo", "take the last choice back", ready, undo},
    {TUI_CTRL('R'), "redo", "make it again", ready, redo},
    {'r', "refresh", "read tables and columns again", NULL, again},
    {'f', "filter", "as /, without a shifted key", ready, start_filter},
    {0}};

const struct step tables_step = {
    .title = "Tables",
    .help = "Which tables and columns flow. What is sensitive is off, flagged with the rule that "
            "raised it, and is "
            "turned on only with a reason.",
    .size = sizeof(struct tables),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .save = save,
    .load = load,
    .typing = typing,
};

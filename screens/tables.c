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
#include "screens/steps.h"
#include "screens/tables_view.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/survey.h"
#include "tui/field.h"
#include "tui/key.h"

#include <string.h>

enum { REASON = 300, REFERENCE = 200, DETAIL_LINES = 5 };
enum asking { ASKING_NOTHING, ASKING_REASON, ASKING_REFERENCE };

struct tables {
    struct task *survey;
    struct tables_view view;
    struct tree tree;
    bool filtering;
    struct field filter;
    int64_t kept_table, kept_column;
    bool warned; /* said once that nothing is chosen */
    /* why may this column flow? */
    enum asking asking;
    size_t ack_table, ack_column;
    char reason[REASON], reference[REFERENCE];
    struct field fields[2];
};

static void ask(struct tables *self, struct journey *j)
{
    struct catalog_options o = {.publication = j->target.publication, .reader = j->target.db_user};

    task_clear(&self->survey);
    if (j->live->pg)
        self->survey = survey(j->live->pg, &o);
}

static void show(struct tables *self, const struct journey *j)
{
    tables_view_update(&self->view, j);
    tree_update(&self->tree, &self->view.model);
}

static void place_cursor(struct tables *self)
{
    for (size_t g = 0; g < self->view.n; g++)
        if ((int64_t)self->view.tables[g] == self->kept_table) {
            size_t root = 0;
            while (root + 1 < self->view.n_schemas && self->view.schema_at[root + 1] <= g)
                root++;
            struct tree_node node = {root, g, TREE_NONE};
            if (self->kept_column >= 0) {
                tree_set_open(&self->tree, &self->view.model, node, true);
                node.leaf = (size_t)self->kept_column;
            }
            if (node.leaf == TREE_NONE ||
                node.leaf < self->view.model.leaves(self->view.model.ctx, g))
                self->tree.at = node;
        }
}

static void enter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    field_init(&self->filter, self->view.filter, sizeof self->view.filter);
    field_init(&self->fields[0], self->reason, sizeof self->reason);
    field_init(&self->fields[1], self->reference, sizeof self->reference);
    if (j->selection_ready) {
        show(self, j);
        place_cursor(self);
    }
    ask(self, j); /* what is shown is asked afresh; choices are put onto it */
}

/* --- drawing
 * ---------------------------------------------------------------------------------------- */

static void draw_column_details(const struct journey *j, size_t table, size_t column,
                                struct page *p)
{
    struct catalog_column c = catalog_column(j->catalog, table, column);
    const struct selection_ack *ack = j->selection.tables[table].columns[column].ack;
    struct rules_verdict v;
    char type[128];

    page_put(p, STYLE_ACCENT, "%s", c.name);
    page_put(p, STYLE_TEXT, "  %s → %s%s", catalog_type(&c, type, sizeof type),
             survey_bigquery_type(&c)[0] ? survey_bigquery_type(&c) : tr("not carried"),
             c.generated ? tr(" (generated: never in the log)") : "");
    page_newline(p);
    survey_verdict(j->catalog, table, column, &v);
    for (uint32_t i = 0; i < v.n_evidence; i++)
        page_note(p, "%s: %s", rules_rule_id(v.evidence[i].rule),
                  rules_rule_why(v.evidence[i].rule));
    if (ack)
        page_note(p, tr("settled: %s, %s, by %s at %s"), ack->reason, ack->reference, ack->by,
                  ack->at);
    if (c.comment)
        page_note(p, "%s", c.comment);
}

static void draw_table_details(const struct journey *j, size_t table, struct page *p)
{
    struct catalog_table t = catalog_table(j->catalog, table);
    unsigned problems = survey_problems(j->catalog, table);

    page_put(p, STYLE_ACCENT, "%s.%s", t.schema, t.name);
    page_put(p, STYLE_TEXT, "  %s, %s, %s", t.n_key ? tr("keyed") : tr("no key"),
             t.published ? tr("published") : tr("not published"),
             !t.reader_known ? tr("user missing")
             : t.readable    ? tr("readable")
                             : tr("not readable"));
    page_newline(p);
    if (j->selection.tables[table].why)
        page_note(p, "%s", tr(j->selection.tables[table].why));
    for (int i = 0; i < SURVEY_PROBLEMS; i++)
        if (problems & 1u << i)
            page_note(p, "%s", tr(survey_problem_text((enum survey_problem)i)));
    if (t.comment)
        page_note(p, "%s", t.comment);
}

static void draw_details(const struct tables *self, const struct journey *j, struct page *p)
{
    struct tree_node at = self->tree.at;

    if (self->view.n == 0 || at.group == TREE_NONE || at.group >= self->view.n)
        return;
    if (at.leaf == TREE_NONE)
        draw_table_details(j, self->view.tables[at.group], p);
    else
        draw_column_details(j, self->view.tables[at.group], at.leaf, p);
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

static void draw_reason(const struct tables *self, const struct journey *j, struct page *p)
{
    const struct selection_table *t = &j->selection.tables[self->ack_table];
    const struct selection_column *c = &t->columns[self->ack_column];
    struct field_look reason = {.label = tr("Reason"),
                                .focus = self->asking == ASKING_REASON,
                                .placeholder = tr("why it may flow, settled with whom")};
    struct field_look reference = {.label = tr("Reference"),
                                   .focus = self->asking == ASKING_REFERENCE,
                                   .placeholder = tr("Behandlingskatalogen B123, PVK ...")};

    page_heading(p, tr("Why may %s.%s flow?"), t->name, c->name);
    page_text(
        p, "%s",
        tr("Do not replicate sensitive data unless this has been settled beforehand. Reason and "
           "reference follow the selection, and reviewers see them."));
    draw_column_details(j, self->ack_table, self->ack_column, p);
    page_gap(p);
    field_draw(&self->fields[0], &reason, p);
    field_draw(&self->fields[1], &reference, p);
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
    if (self->asking) {
        draw_reason(self, j, p);
        return;
    }
    draw_head(self, j, p);
    page_split(p, page_is_wide(p)
                      ? 64
                      : 100 - (DETAIL_LINES + 1) * 100 / (page_room(p) > 0 ? page_room(p) : 1));
    tree_draw(&self->tree, &self->view.model, p);
    page_next_pane(p);
    draw_details(self, j, p);
    page_join(p);
}

/* --- choosing
 * --------------------------------------------------------------------------------------- */

static void ask_reason(struct tables *self, struct journey *j, size_t table, size_t column)
{
    self->asking = ASKING_REASON;
    self->ack_table = table;
    self->ack_column = column;
    field_set(&self->fields[0], "");
    field_set(&self->fields[1], "");
    j->discard_input = true;
}

/* The sensitive key column that stands in the way of a table. */
static void ask_key(struct tables *self, struct journey *j, size_t table)
{
    const struct selection_table *t = &j->selection.tables[table];

    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].key && t->columns[i].level != RULES_NONE && t->columns[i].ack == NULL) {
            ask_reason(self, j, table, i);
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
    struct tree_node at = self->tree.at;
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
        ask_reason(self, j, self->view.tables[at.group], at.leaf);
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

static void reason_key(struct tables *self, struct journey *j, int key)
{
    struct err e;

    if (field_key(&self->fields[self->asking == ASKING_REFERENCE], key))
        return;
    if (key == TUI_ESC) {
        self->asking = ASKING_NOTHING;
    } else if (key == TUI_TAB || key == TUI_UP || key == TUI_DOWN || key == TUI_BTAB) {
        self->asking = self->asking == ASKING_REASON ? ASKING_REFERENCE : ASKING_REASON;
    } else if (key == TUI_ENTER && self->asking == ASKING_REASON && self->reference[0] == '\0') {
        self->asking = ASKING_REFERENCE;
    } else if (key == TUI_ENTER) {
        if (choose_with_reason(j, self->ack_table, self->ack_column, self->reason, self->reference,
                               &e))
            self->asking = ASKING_NOTHING;
        else
            journey_say_err(j, &e);
    }
}

static void filter_key(struct tables *self, struct journey *j, int key)
{
    if (field_key(&self->filter, key)) {
        show(self, j);
    } else if (key == TUI_ESC) {
        field_set(&self->filter, "");
        self->filtering = false;
        show(self, j);
    } else if (key == TUI_ENTER) {
        self->filtering = false;
    } else {
        tree_key(&self->tree, &self->view.model, key);
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
        show(self, j);
        place_cursor(self);
    }
    if (ev.kind == EV_PASTE && self->asking)
        field_paste(&self->fields[self->asking == ASKING_REFERENCE], ev.text);
    else if (ev.kind == EV_PASTE && self->filtering && field_paste(&self->filter, ev.text))
        show(self, j);
    if (ev.kind != EV_KEY)
        return STAY;
    if (self->asking) {
        reason_key(self, j, ev.key);
        return chosen(self);
    }
    if (self->filtering) {
        filter_key(self, j, ev.key);
        return STAY;
    }
    if (j->selection_ready && tree_key(&self->tree, &self->view.model, ev.key))
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
    show(self, j);
    journey_say(j, MARK_NONE, tr("view: %s"), tr(tables_view_name(self->view.view)));
    return STAY;
}

/* The next flagged table of what is shown, after the cursor and around. */
static enum nav next_flagged(void *ctx, struct journey *j)
{
    struct tables *self = ctx;
    size_t at = self->tree.at.group == TREE_NONE ? 0 : self->tree.at.group;

    for (size_t i = 1; i <= self->view.n; i++) {
        size_t g = (at + i) % self->view.n;
        const struct selection_table *t = &j->selection.tables[self->view.tables[g]];
        for (size_t c = 0; c < t->n_columns; c++)
            if (t->columns[c].level != RULES_NONE) {
                self->kept_table = (int64_t)self->view.tables[g];
                self->kept_column = (int64_t)c;
                place_cursor(self);
                return STAY;
            }
    }
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

static bool ready(const void *ctx, const struct journey *j)
{
    (void)ctx;
    return j->selection_ready;
}

static bool typing(const void *ctx)
{
    const struct tables *self = ctx;

    return self->filtering || self->asking;
}

static void leave(void *ctx)
{
    struct tables *self = ctx;

    task_clear(&self->survey);
    tree_done(&self->tree);
    tables_view_done(&self->view);
}

static void save(const void *ctx, struct kept *k)
{
    const struct tables *self = ctx;
    bool on_table =
        self->view.n && self->tree.at.group != TREE_NONE && self->tree.at.group < self->view.n;

    kept_set_text(k, "tables.filter", self->view.filter);
    kept_set_int(k, "tables.view", self->view.view);
    if (on_table) {
        kept_set_int(k, "tables.at", (int64_t)self->view.tables[self->tree.at.group]);
        kept_set_int(k, "tables.column",
                     self->tree.at.leaf == TREE_NONE ? -1 : (int64_t)self->tree.at.leaf);
    }
}

static void load(void *ctx, const struct kept *k)
{
    struct tables *self = ctx;
    int64_t view = kept_int(k, "tables.view", VIEW_ALL);

    str_copy(self->view.filter, sizeof self->view.filter, kept_text(k, "tables.filter", ""));
    self->view.view = view >= 0 && view < VIEWS ? (enum view)view : VIEW_ALL;
    self->kept_table = kept_int(k, "tables.at", -1);
    self->kept_column = kept_int(k, "tables.column", -1);
}

static const struct action actions[] = {
    {' ', "select", "the column, table or schema under the cursor on or off", ready, toggle},
    {TUI_ENTER, "go on", "to Destination", ready, NULL},
    {'/', "filter", "type a part of a name: tables and columns", ready, start_filter},
    {'v', "view", "all, selected, sensitive, with problems", ready, next_view},
    {'n', "next flagged", "to the next sensitive column", ready, next_flagged},
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

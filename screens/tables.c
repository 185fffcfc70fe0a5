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
#include "screens/tables_choose.h"
#include "screens/tables_details.h"
#include "screens/tables_filter.h"
#include "screens/tables_row.h"
#include "screens/tables_view.h"

#include "api/base/tr.h"
#include "api/google/datastream.h"
#include "api/plan/survey.h"
#include "tui/key.h"

enum { DETAIL_LINES = 5, SLOW_MS = 1000, TICK_MS = 1000 };

struct tables {
    struct task *survey;
    struct task *stream; /* what flows at this moment, of a stream that is changed */
    struct tables_view view;
    struct tables_filter filter;
    struct reason_form reason; /* why may this column flow? */
    bool warned;               /* said once that nothing is chosen */
    bool waiting;              /* for the connection */
};

static void ask(struct tables *self, struct journey *j)
{
    struct catalog_options o = {.publication = j->target.publication, .reader = j->target.db_user};

    task_clear(&self->survey);
    task_clear(&self->stream);
    if (journey_pg(j))
        self->survey = survey(journey_pg(j), &o);
    if (journey_changes_stream(j))
        self->stream = datastream_stream_get(j->live->google, j->target.project, j->target.region,
                                             j->target.stream);
}

static void show(struct tables *self, const struct journey *j)
{
    tables_view_update(&self->view, j);
    tables_view_place(&self->view);
    reason_form_find(&self->reason, j);
}

static void enter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    tables_filter_init(&self->filter, &self->view);
    if (j->selection_ready)
        show(self, j);
    self->waiting = j->live->pg == NULL && journey_catching_up(j);
    ask(self, j); /* what is shown is asked afresh; choices are put onto it */
}

/* --- drawing --- */

static void draw_before(const struct tables *self, const struct journey *j, struct page *p)
{
    page_heading(p, "%s", tr("Which tables and columns flow?"));
    if (self->survey)
        answered(p, self->survey, tr("Reading tables and columns, judging each"));
    else if (j->live->pg == NULL && journey_catching_up(j))
        answered(p, journey_catching_up(j), tr("Connecting to the database"));
    else if (j->live->pg && j->source[0])
        page_mark(p, MARK_FAIL, tr("The stream reads the database %s; the connection leads to %s."),
                  j->source, pg_database(j->live->pg));
    else
        page_mark(p, MARK_FAIL, "%s",
                  tr("There is no connection to the database: Esc leads back to Connect."));
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct tables *self = ctx;

    if (!j->selection_ready) {
        draw_before(self, j, p);
        return;
    }
    if (self->reason.open) {
        reason_form_draw(&self->reason, j, p);
        return;
    }
    tables_row_totals(&self->view, j, p);
    if (self->survey && (task_state(self->survey) == TASK_FAILED ||
                         task_elapsed_ms(self->survey) >= SLOW_MS)) /* else it only flickers */
        answered(p, self->survey, tr("Reading tables and columns again"));
    tables_filter_draw(&self->filter, p);
    page_split_lines(p, 64, DETAIL_LINES);
    tables_row_head(p);
    tree_draw(&self->view.tree, &self->view.model, p);
    page_next_pane(p);
    tables_details_here(&self->view, p);
    page_join(p);
}

/* --- keys --- */

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

static void next_view(struct tables *self, struct journey *j)
{
    self->view.view = (self->view.view + 1) % VIEWS;
    tables_view_update(&self->view, j);
    journey_say(j, MARK_NONE, tr("view: %s"), tr(tables_view_name(self->view.view)));
}

/* While the tree has the keys. */
static void choose_key(struct tables *self, struct journey *j, int key)
{
    struct tables_view *v = &self->view;

    switch (key) {
    case ' ':
        tables_choose_here(v, &self->reason, j);
        break;
    case 'a':
        tables_choose_shown(v, j);
        break;
    case 'e':
        if (tables_choose_is_flagged(v))
            tables_choose_reason(v, &self->reason, j);
        break;
    case 'u':
        choose_undo(j);
        tables_view_count(v);
        break;
    case TUI_CTRL('R'):
        choose_redo(j);
        tables_view_count(v);
        break;
    case 'f':
    case '/':
        tables_filter_start(&self->filter);
        break;
    case 'n':
        tables_view_next_flagged(v);
        break;
    case 'v':
        next_view(self, j);
        break;
    default:
        tree_key(&v->tree, &v->model, key);
        break;
    }
}

static enum nav on_key(struct tables *self, struct journey *j, int key)
{
    if (self->reason.open) {
        reason_form_key(&self->reason, j, key);
        tables_view_count(&self->view);
    } else if (self->filter.typing) {
        tables_filter_key(&self->filter, &self->view, j, key);
    } else if (key == TUI_ENTER) {
        return go_on(self, j);
    } else if (key == 'r') {
        ask(self, j);
    } else if (j->selection_ready) {
        choose_key(self, j, key);
    }
    return STAY;
}

static void take(struct tables *self, struct journey *j)
{
    if (self->survey && task_state(self->survey) == TASK_OK) {
        journey_use_survey(j, self->survey);
        task_clear(&self->survey);
        show(self, j);
    }
    if (self->stream == NULL || task_state(self->stream) != TASK_OK || !j->selection_ready)
        return;
    const struct datastream_stream *s = datastream_stream(self->stream);
    if (journey_use_flows(j, &s->include, &s->exclude)) {
        journey_say(j, MARK_WARN, "%s",
                    tr("the stream was changed meanwhile: what it carries now is shown"));
        show(self, j);
    }
    task_clear(&self->stream);
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct tables *self = ctx;

    self->waiting = self->waiting && journey_catching_up(j) &&
                    task_state(journey_catching_up(j)) == TASK_RUNNING;
    if (ev.kind == EV_NEWS)
        take(self, j);
    else if (ev.kind == EV_PASTE && self->reason.open)
        reason_form_paste(&self->reason, ev.text);
    else if (ev.kind == EV_PASTE)
        tables_filter_paste(&self->filter, &self->view, j, ev.text);
    return ev.kind == EV_KEY ? on_key(self, j, ev.key) : STAY;
}

static enum nav clear_filter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    tables_filter_clear(&self->filter, &self->view, j);
    return STAY;
}

/* --- what is possible --- */

static bool ready(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return j->selection_ready && !self->filter.typing && !self->reason.open;
}

static bool is_filtering(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    (void)j;
    return self->filter.typing && !self->reason.open;
}

static bool has_filter(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return ready(self, j) && self->view.filter[0];
}

static bool gives_reason(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct tables *)ctx)->reason.open;
}

static bool on_flagged(const void *ctx, const struct journey *j)
{
    const struct tables *self = ctx;

    return j->selection_ready && tables_choose_is_flagged(&self->view);
}

static bool typing(const void *ctx)
{
    const struct tables *self = ctx;

    return self->filter.typing || self->reason.open;
}

static int64_t tick_ms(const void *ctx)
{
    const struct tables *self = ctx;

    return self->waiting || (self->survey && task_state(self->survey) == TASK_RUNNING) ? TICK_MS
                                                                                       : 0;
}

static void leave(void *ctx)
{
    struct tables *self = ctx;

    task_clear(&self->survey);
    task_clear(&self->stream);
    tables_view_done(&self->view);
}

static void save(const void *ctx, struct kept *k)
{
    const struct tables *self = ctx;

    tables_view_save(&self->view, k);
    tables_filter_save(&self->filter, k);
    reason_form_save(&self->reason, k);
}

static void load(void *ctx, const struct kept *k)
{
    struct tables *self = ctx;

    tables_view_load(&self->view, k);
    tables_filter_load(&self->filter, k);
    reason_form_load(&self->reason, k);
}

static const struct action actions[] = {
    {' ', "select", "the column, table or schema under the cursor on or off", ready, NULL},
    {TUI_ENTER, "go on", "to Destination", ready, NULL},
    {TUI_ENTER, "to the list", "keep the filter", is_filtering, NULL},
    {TUI_ESC, "no filter", "all tables again", is_filtering, NULL},
    {TUI_ENTER, "go on", "to the reference; then the column flows", gives_reason, NULL},
    {TUI_TAB, "other field", "reason or reference", gives_reason, NULL},
    {TUI_ESC, "not now", "the column stays out", gives_reason, NULL},
    {'/', "filter", "type a part of a name: tables and columns", ready, NULL},
    {TUI_ESC, "all tables", "away with the filter", has_filter, clear_filter},
    {'v', "view", "all, selected, sensitive, with problems", ready, NULL},
    {'n', "next flagged", "to the next sensitive column", ready, NULL},
    {'e', "reason", "why the flagged column under the cursor may flow", on_flagged, NULL},
    {'a', "select shown", "every table that is shown, on or off", ready, NULL},
    {'u', "undo", "take the last choice back", ready, NULL},
    {TUI_CTRL('R'), "redo", "make it again", ready, NULL},
    {'r', "refresh", "read tables and columns again", NULL, NULL},
    {'f', "filter", "as /, without a shifted key", ready, NULL},
    {0}};

const struct step tables_step = {
    .title = "Tables",
    .help = "Which tables and columns flow. What is sensitive is off, flagged with the rule that "
            "raised it, and is turned on only with a reason.",
    .size = sizeof(struct tables),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .save = save,
    .load = load,
    .typing = typing,
    .tick_ms = tick_ms,
};

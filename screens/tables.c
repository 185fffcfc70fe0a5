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
#include "screens/steps.h"
#include "screens/tables_details.h"
#include "screens/tables_inside.h"
#include "screens/tables_row.h"

#include "api/base/tr.h"
#include "api/google/datastream.h"

enum { DETAIL_LINES = 5, LIST_LINES = 5, SLOW_MS = 1000, TICK_MS = 1000 };

void tables_ask(struct tables *self, struct journey *j)
{
    task_clear(&self->survey);
    task_clear(&self->stream);
    if (journey_pg(j))
        self->survey = journey_survey(j);
    if (journey_changes_stream(j))
        self->stream = datastream_stream_get(j->live->google, j->target.project, j->target.region,
                                             j->target.stream);
}

static void show(struct tables *self, const struct journey *j)
{
    tables_view_renew(&self->view);
    tables_view_update(&self->view, j);
    tables_view_place(&self->view);
    self->reason.hits =
        (struct reason_hits){&self->view, tables_view_hits_table, tables_view_hits_column};
    reason_form_find(&self->reason, j);
}

static void enter(void *ctx, struct journey *j)
{
    struct tables *self = ctx;

    tables_filter_init(&self->filter, &self->view);
    if (j->selection_ready)
        show(self, j);
    self->waiting = j->live->pg == NULL && journey_catching_up(j);
    tables_ask(self, j); /* what is shown is asked afresh; choices are put onto it */
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
    tables_row_needs(j, p);
    if (self->survey && (task_state(self->survey) == TASK_FAILED ||
                         task_elapsed_ms(self->survey) >= SLOW_MS)) /* else it only flickers */
        answered(p, self->survey, tr("Reading tables and columns again"));
    tables_values_draw(&self->values, j, p);
    tables_filter_draw(&self->filter, &self->view, p);
    page_split_lines(p, 64, self->tall ? page_room(p) - LIST_LINES : DETAIL_LINES);
    tables_row_head(list_margin(tree_rows(&self->view.tree), 1, p), p);
    tree_draw(&self->view.tree, &self->view.model, p);
    page_next_pane(p);
    if (tables_samples_shown(&self->samples))
        tables_samples_draw(&self->samples, j, p);
    else
        tables_details_here(&self->view, p);
    page_join(p);
}

/* --- news --- */

/* By numbers of the catalogue that goes. */
static void forget_rates(struct tables *self)
{
    task_clear(&self->churn);
    mem_free(self->rates);
    self->rates = NULL;
    self->view.churn = NULL;
}

static void take_survey(struct tables *self, struct journey *j)
{
    tables_values_stop(&self->values, j);
    tables_samples_hide(&self->samples);
    forget_rates(self);
    journey_use_survey(j, self->survey);
    task_clear(&self->survey);
    show(self, j);
    tables_values_begin(&self->values, j);
    if (journey_pg(j))
        self->churn = churn_read(journey_pg(j), j->catalog, CHURN_LEAST_S);
}

static void take_rates(struct tables *self, struct journey *j)
{
    if (task_state(self->churn) == TASK_OK) {
        self->rates = churn_take(self->churn);
        self->view.churn = self->rates;
        if (self->view.order == ORDER_CHURN)
            show(self, j);
    }
    task_clear(&self->churn); /* without them nothing is sorted by them */
}

static void take(struct tables *self, struct journey *j)
{
    if (self->survey && task_state(self->survey) == TASK_OK)
        take_survey(self, j);
    if (self->churn && task_state(self->churn) != TASK_RUNNING)
        take_rates(self, j);
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
    if ((ev.kind == EV_NEWS || ev.kind == EV_TICK) && tables_values_news(&self->values, j))
        tables_view_update(&self->view, j); /* what is flagged may have changed */
    else if (ev.kind == EV_PASTE && self->reason.open)
        reason_form_paste(&self->reason, ev.text);
    else if (ev.kind == EV_PASTE)
        tables_filter_paste(&self->filter, &self->view, j, ev.text);
    return ev.kind == EV_KEY ? tables_key(self, j, ev.key) : STAY;
}

static bool typing(const void *ctx)
{
    const struct tables *self = ctx;

    return self->filter.typing || self->reason.open;
}

static int64_t tick_ms(const void *ctx)
{
    const struct tables *self = ctx;

    return self->waiting || tables_values_running(&self->values) ||
                   (self->survey && task_state(self->survey) == TASK_RUNNING)
               ? TICK_MS
               : 0;
}

static void leave(void *ctx)
{
    struct tables *self = ctx;

    task_clear(&self->survey);
    task_clear(&self->stream);
    task_clear(&self->values.task); /* at once: both connections are closed */
    tables_samples_hide(&self->samples);
    forget_rates(self);
    tables_view_done(&self->view);
}

static void save(const void *ctx, struct kept *k)
{
    const struct tables *self = ctx;

    tables_view_save(&self->view, k);
    tables_filter_save(&self->filter, k);
    tables_values_save(&self->values, k);
    reason_form_save(&self->reason, k);
}

static void load(void *ctx, const struct kept *k)
{
    struct tables *self = ctx;

    tables_view_load(&self->view, k);
    tables_filter_load(&self->filter, k);
    tables_values_load(&self->values, k);
    reason_form_load(&self->reason, k);
}

const struct step tables_step = {
    .title = "Tables",
    .help = "Which tables and columns flow. What is sensitive is off, flagged with the rule that "
            "raised it, and is turned on only with a reason.",
    .size = sizeof(struct tables),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = tables_actions,
    .save = save,
    .load = load,
    .typing = typing,
    .tick_ms = tick_ms,
};

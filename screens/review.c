/* Review: everything that will be made, found or changed, before it is.
 *
 *    9 to create, 0 to change, 4 kept
 *    2 tables, 8 columns, about 12 000 rows; 0 sensitive columns flow
 *
 *    + Network        datastream-vpc     Datastream and the proxy meet there
 *    = Dataset        datastream_x       is there
 */
#include "screens/answer.h"
#include "screens/journey.h"
#include "screens/lines_view.h"
#include "screens/review_file.h"
#include "screens/review_row.h"
#include "screens/steps.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/judging.h"
#include "api/plan/names.h"
#include "api/plan/planning.h"
#include "api/plan/render.h"
#include "tui/key.h"
#include "tui/list.h"

#include <string.h>

struct review {
    struct task *looking;
    struct arena mem; /* the lines */
    struct plan_lines lines;
    bool planned;
    struct list list;
    struct review_file file; /* that `w` writes */
};

/* As the commands tell it, with the tables whose values nobody looked at. */
static void tell(const struct journey *j, struct arena *a, struct plan_lines *lines,
                 struct str *text)
{
    bool sampled = !j->live->options->no_sample;
    struct judgement *judgement =
        j->catalog ? judgement_over(j->catalog, j->found, j->live->team, sampled) : NULL;
    const struct plan_judged judged = {.judgement = judgement, .team = j->live->team};

    if (lines)
        plan_lines(j->plan, &j->selection, &judged, a, lines);
    else
        plan_print(j->plan, &j->selection, &judged, text);
    judgement_free(judgement);
}

static void show_plan(struct review *self, struct journey *j)
{
    tell(j, &self->mem, &self->lines, NULL);
    list_clamp(&self->list, self->lines.n);
    self->planned = true;
}

/* A plan that is being carried out is shown as it is: to make another would drop that run. */
static void look(struct review *self, struct journey *j)
{
    struct planning_options o = journey_planning(j);

    task_clear(&self->looking);
    self->planned = false;
    if (journey_is_running(j))
        show_plan(self, j);
    else
        self->looking = planning(j->live->net, &o);
}

static void enter(void *ctx, struct journey *j)
{
    struct review *self = ctx;

    names_complete(&j->target);
    if (!j->selection_ready && journey_catching_up(j))
        return; /* entered anew when the choices are back */
    journey_fill_selection(j);
    look(self, j);
}

/* --- drawing -------------------------------------------------------------------------------------
 */

static struct lines_row row_of(const void *ctx, size_t i)
{
    return review_row(&((const struct review *)ctx)->lines.items[i], i == 0);
}

/* Create looked once more, and something was not as it had been shown. */
static void draw_moved(const struct journey *j, struct page *p)
{
    enum { SHOWN = 5 };
    const char *line = j->moved;
    size_t n = 0;

    if (line == NULL)
        return;
    page_mark(p, MARK_WARN, "%s", tr("Nothing was made: what the plan stood on has changed."));
    for (; *line; n++) {
        size_t length = strcspn(line, "\n");
        if (n < SHOWN)
            page_note(p, "%.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
    if (n > SHOWN)
        page_note(p, tr("and %zu more; r when you have seen it"), n - SHOWN);
    page_gap(p);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct review *self = ctx;

    if (self->file.open) {
        review_file_draw(&self->file, p);
        return;
    }
    page_heading(p,
                 journey_is_running(j) ? tr("This is under way in %s")
                                       : tr("This is what will happen in %s"),
                 j->target.project);
    if (!j->selection_ready && journey_catching_up(j)) {
        answered(p, journey_catching_up(j), tr("Bringing back what was chosen"));
    } else if (self->planned) {
        struct lines_view lines = {.ctx = self, .n = self->lines.n, .row = row_of};
        draw_moved(j, p);
        lines_view_draw(&lines, &self->list, p);
    } else if (!answered(p, self->looking, tr("Looking at what there is in the cloud")) &&
               task_state(self->looking) == TASK_RUNNING) {
        page_bar(p, "", planning_answers(self->looking), planning_questions());
    }
}

/* --- keys ----------------------------------------------------------------------------------------
 */

static enum nav go_on(struct review *self, struct journey *j)
{
    if (journey_is_running(j))
        return NEXT;
    if (!self->planned) {
        journey_say(j, MARK_WAITING, "%s", tr("still looking"));
        return STAY;
    }
    if (j->plan->count[PLAN_BLOCKED]) {
        journey_say(j, MARK_BLOCKED, "%s",
                    tr("something is blocked: the lines that begin with ! say what and why"));
        self->list.at = 0;
        return STAY;
    }
    if (j->plan->n_needs) {
        journey_say(
            j, MARK_BLOCKED, "%s",
            tr("the source is not prepared for this: Prerequisites writes what is missing"));
        return STAY;
    }
    if (j->plan->n_unacknowledged) {
        journey_say(j, MARK_BLOCKED, "%s",
                    tr("a sensitive column has no reason: give it one on Tables, or leave it out"));
        return STAY;
    }
    journey_forget_moved(j); /* seen */
    return NEXT;
}

static enum nav write_key(void *ctx, struct journey *j)
{
    struct review *self = ctx;

    if (self->file.open)
        review_file_write(&self->file, j);
    else
        review_file_open(&self->file, j);
    return STAY;
}

static bool shows_file(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct review *)ctx)->file.open;
}

static bool shows_plan(const void *ctx, const struct journey *j)
{
    return !shows_file(ctx, j);
}

static bool makes_nothing(const void *ctx, const struct journey *j)
{
    const struct review *self = ctx;

    return shows_plan(ctx, j) && self->planned && j->plan && j->plan->count[PLAN_CREATE] == 0 &&
           j->plan->count[PLAN_UPDATE] == 0 && j->plan->count[PLAN_DELETE] == 0;
}

static bool makes_something(const void *ctx, const struct journey *j)
{
    return shows_plan(ctx, j) && !makes_nothing(ctx, j);
}

static enum nav close_file(void *ctx, struct journey *j)
{
    (void)j;
    review_file_close(&((struct review *)ctx)->file);
    return STAY;
}

static enum nav copy(void *ctx, struct journey *j)
{
    struct review *self = ctx;
    struct str text = {0};

    if (self->file.open) {
        journey_copy(j, self->file.text);
    } else if (self->planned) {
        tell(j, NULL, NULL, &text);
        journey_copy(j, str_text(&text));
    }
    str_done(&text);
    return STAY;
}

static enum nav compare(void *ctx, struct journey *j)
{
    (void)ctx;
    j->reviewer_from = AT_REVIEW;
    j->go_to = AT_REVIEWER;
    return GO;
}

static enum nav again(void *ctx, struct journey *j)
{
    journey_forget_moved(j);
    look(ctx, j);
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct review *self = ctx;

    if (ev.kind == EV_NEWS && !self->planned && task_state(self->looking) == TASK_OK) {
        journey_use_plan(j, self->looking); /* Create carries out the very plan shown here */
        show_plan(self, j);
    }
    if (ev.kind != EV_KEY)
        return STAY;
    if (self->file.open) {
        review_file_key(&self->file, ev.key);
        return STAY;
    }
    if (list_key(&self->list, self->lines.n, ev.key))
        return STAY;
    return ev.key == TUI_ENTER ? go_on(self, j) : STAY;
}

static void leave(void *ctx)
{
    struct review *self = ctx;

    task_clear(&self->looking);
    review_file_close(&self->file);
    arena_done(&self->mem);
}

static const struct action actions[] = {
    {TUI_ENTER, "create", "to Create: it asks once more", makes_something, NULL},
    {TUI_ENTER, "go on", "to Create: there is nothing to make or to change", makes_nothing, NULL},
    {'w', "write", "the selection as replication.json into the repository; it is shown first",
     shows_plan, write_key},
    {'w', "write", "what is still to be shown, then the file into the repository", shows_file,
     write_key},
    {TUI_DOWN, "more", "the file's next lines: Down, PgDn, Up, PgUp, Home, End", shows_file, NULL},
    {TUI_ESC, "to the plan", "nothing is written", shows_file, close_file},
    {'c', "compare", "with the running stream, the plan file, or a revision of it", shows_plan,
     compare},
    {'y', "copy", "the plan as text, or the file shown", NULL, copy},
    {'r', "refresh", "look at the cloud again and plan anew", shows_plan, again},
    {0}};

const struct step review_step = {
    .title = "Review",
    .help = "What will be made, what is found and kept, what changes; what flows, and what is "
            "sensitive and why.",
    .size = sizeof(struct review),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .list = offsetof(struct review, list),
};

/* Create: each step with its state, elapsed and usual time. It is safe to leave: the cloud goes on.
 *
 *    6 of 13 done, 1 min 12 s; usually about 5 min 20 s
 *
 *    ✔ Network              datastream-vpc          21 s
 *    ⣾ Private connection   datastream-connection   41 s   usually 3 min
 *    · Source profile       postgres-postmottak
 */
#include "screens/create_inside.h"
#include "screens/run_view.h"
#include "screens/steps.h"

#include "api/base/tr.h"
#include "api/plan/apply.h"
#include "tui/key.h"

enum { TICK_MS = 1000 };

static void enter(void *ctx, struct journey *j)
{
    struct create *self = ctx;

    self->running = j->apply && task_state(j->apply) == TASK_RUNNING;
    if (j->apply) /* a run is under way already */
        return;
    if (j->plan == NULL)
        create_before_resume(self, j);
    else
        create_before_ask(self, j);
}

static void draw(const void *ctx, const struct journey *j, struct page *p)
{
    const struct create *self = ctx;

    if (j->apply)
        run_view_draw(j->apply, p);
    else
        create_before_draw(self, j, p);
    if (self->ask.dialog.open)
        dialog_draw(&self->ask.dialog, p);
}

/* --- keys ----------------------------------------------------------------------------------------
 */

static enum nav stop_here(struct create *self, struct journey *j, bool undo)
{
    self->undo = j->undoing = undo;
    j->go_to = AT_REMOVE;
    if (task_state(j->apply) != TASK_RUNNING)
        return undo ? GO : STAY;
    apply_finish_current(j->apply);
    journey_say(j, MARK_WAITING, "%s", tr("nothing more is begun; waiting for what runs"));
    return STAY;
}

static enum nav answer(struct create *self, struct journey *j, enum create_answer said)
{
    switch (said) {
    case CREATE_BEGIN:
        create_before_look(self, j);
        return STAY;
    case CREATE_BACK:
        return BACK;
    case CREATE_DETACH:
        journey_drop_plan(j); /* the next look at it begins with what there is then */
        journey_say_later(
            j, MARK_NONE,
            tr("detached and recorded: the cloud goes on; Go on sees how far it came"));
        return HOME;
    case CREATE_STOP:
    case CREATE_UNDO:
        return stop_here(self, j, said == CREATE_UNDO);
    case CREATE_ASKING:
    case CREATE_NOTHING:
        break;
    }
    return STAY;
}

static enum nav on_enter(struct create *self, struct journey *j)
{
    if (j->apply)
        return task_state(j->apply) == TASK_OK ? NEXT : STAY;
    if (j->plan == NULL || self->resuming)
        return STAY;
    if (plan_changes_nothing(j->plan))
        return create_before_settle(self, j) ? STAY : NEXT;
    if (password_ask_open(&self->password) ? password_ask_take(&self->password, j)
                                           : !create_before_is_looking(self))
        create_ask_consent(&self->ask, j);
    return STAY;
}

static enum nav on_key(struct create *self, struct journey *j, int key)
{
    if (self->ask.dialog.open)
        return answer(self, j, create_ask_key(&self->ask, key));
    if (self->running && (key == TUI_CTRL('C') || key == TUI_ESC)) {
        create_ask_interrupt(&self->ask);
        return STAY;
    }
    if (password_ask_key(&self->password, key))
        return STAY;
    if (key == TUI_ENTER)
        return on_enter(self, j);
    return key == TUI_ESC ? BACK : STAY;
}

static const char *done_text(const struct journey *j)
{
    const struct plan_action *start = plan_action(j->plan, STEP_START);

    if (str_eq(j->plan->stream_state, "RUNNING"))
        return tr("done: the stream carries what was chosen");
    return start && start->verb != PLAN_BLOCKED ? tr("done: the stream runs")
                                                : tr("done: the stream is made, and not started");
}

static enum nav news(struct create *self, struct journey *j)
{
    if (!self->running || task_state(j->apply) == TASK_RUNNING)
        return STAY;
    self->running = false;
    dialog_close(&self->ask.dialog); /* there is nothing to interrupt any more */
    j->bell = task_elapsed_ms(j->apply) > JOURNEY_LONG_MS;
    if (self->undo) {
        j->go_to = AT_REMOVE;
        return GO;
    }
    if (task_state(j->apply) == TASK_OK) {
        journey_flows_now(j); /* from now on choices are changes */
        journey_say(j, MARK_OK, "%s", done_text(j));
    } else if (run_view_was_stopped(j->apply))
        journey_say(j, MARK_WAITING, "%s", tr("stopped, as you asked; r goes on"));
    else
        journey_say(j, MARK_FAIL, "%s",
                    run_view_has_failed_step(j->apply) ? tr("stopped: see the step that failed")
                                                       : tr("stopped: the page says why"));
    return STAY;
}

static enum nav update(void *ctx, struct journey *j, struct event ev)
{
    struct create *self = ctx;

    if (ev.kind == EV_PASTE && self->password.typing && !self->ask.dialog.open)
        field_paste(&self->password.field, ev.text);
    if (ev.kind == EV_KEY)
        return on_key(self, j, ev.key);
    if (ev.kind != EV_NEWS)
        return STAY;
    if (password_ask_news(&self->password, j))
        create_ask_consent(&self->ask, j);
    if (self->looking && task_state(self->looking) == TASK_OK)
        return create_before_looked(self, j);
    if (self->resuming && task_state(self->resuming) == TASK_OK)
        return create_before_resumed(self, j);
    return j->apply ? news(self, j) : STAY;
}

/* After a failure: look at the world again, plan anew, go on. */
static enum nav again(void *ctx, struct journey *j)
{
    if (j->apply && task_state(j->apply) == TASK_FAILED &&
        str_eq(task_error(j->apply)->reason, APPLY_WRONG_PASSWORD))
        live_refuse_password(j->live);
    journey_drop_plan(j);
    if (!j->selection_ready)
        journey_catch_up_again(j);
    create_before_resume(ctx, j);
    return STAY;
}

static bool ended(const void *ctx, const struct journey *j)
{
    const struct create *self = ctx;

    if (j->apply)
        return task_state(j->apply) == TASK_FAILED;
    if (!j->selection_ready)
        return journey_catching_up(j) && task_state(journey_catching_up(j)) == TASK_FAILED;
    return self->resuming && task_state(self->resuming) == TASK_FAILED;
}

/* What a run of ours has made and not brought to its end, be it of an earlier start. */
static bool has_made(const void *ctx, const struct journey *j)
{
    const struct create *self = ctx;

    return !self->running && (j->apply == NULL || task_state(j->apply) == TASK_FAILED) &&
           self->left.bytes + (j->apply != NULL) > 0;
}

static enum nav take_back(void *ctx, struct journey *j)
{
    struct create *self = ctx;

    self->undo = j->undoing = true;
    j->go_to = AT_REMOVE;
    return GO;
}

static bool runs(const void *ctx, const struct journey *j)
{
    (void)j;
    return ((const struct create *)ctx)->running;
}

static bool runs_not(const void *ctx, const struct journey *j)
{
    return !runs(ctx, j) && !ended(ctx, j); /* after a failure r goes on */
}

static bool begins(const void *ctx, const struct journey *j)
{
    return j->apply == NULL && j->plan && !plan_changes_nothing(j->plan) && runs_not(ctx, j);
}

static bool goes_on(const void *ctx, const struct journey *j)
{
    return runs_not(ctx, j) && !begins(ctx, j);
}

static bool typing(const void *ctx)
{
    const struct create *self = ctx;

    return self->ask.dialog.open || self->password.typing;
}

static bool is_busy(const void *ctx)
{
    const struct create *self = ctx;

    return self->running;
}

static int64_t tick_ms(const void *ctx)
{
    return is_busy(ctx) ? TICK_MS : 0;
}

static void leave(void *ctx)
{
    struct create *self = ctx;

    task_clear(&self->looking); /* nothing was written yet */
    task_clear(&self->resuming);
    password_ask_drop(&self->password);
    str_done(&self->left);
}

static const struct action actions[] = {
    {TUI_ENTER, "begin", "asks once more, then makes it", begins, NULL},
    {TUI_ENTER, "go on", "to Monitor", goes_on, NULL},
    {'r', "again", "look at the cloud again and go on where it stopped", ended, again},
    {'t', "take back", "takes down what the run has made, and nothing else", has_made, take_back},
    {TUI_CTRL('C'), "interrupt", "detach, stop after this step, undo, or stay", runs, NULL},
    {0}};

const struct step create_step = {
    .title = "Create",
    .help = "Carries out the plan of Review: what does not depend on each other at once, each step "
            "recorded before "
            "it is sent.",
    .size = sizeof(struct create),
    .enter = enter,
    .draw = draw,
    .update = update,
    .leave = leave,
    .actions = actions,
    .typing = typing,
    .is_busy = is_busy,
    .tick_ms = tick_ms,
};

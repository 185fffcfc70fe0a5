#include "api/plan/moves_wait.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/client.h"
#include "api/plan/actions.h"
#include "api/plan/diff.h"

#include <stdio.h>
#include <string.h>

enum { PENDING_LIMIT_MS = 30 * 60 * 1000, AWAY_LIMIT_MS = 2 * 60 * 1000 };

/* A service that takes calls and leaves them without an answer has had minutes from the call
 * itself; one whose packets are dropped, as by a VPN that went down, gives up much sooner. */
static bool was_unheard(const struct task *call)
{
    const struct err *e = task_error(call);

    return e->kind == ERR_NETWORK && e->retryable &&
           (str_eq(e->reason, "DNS") || str_eq(e->reason, "REFUSED") ||
            str_eq(e->reason, "PROXY") ||
            (str_eq(e->reason, "TIMEOUT") && task_elapsed_ms(call) < AWAY_LIMIT_MS));
}

/* What goes out again, may have arrived the first time. */
static void remember_unsure(struct run *r, const struct doing *d)
{
    if (d->is_call && task_state(d->task) == TASK_FAILED && was_unheard(d->task) &&
        google_may_have_happened(d->task))
        r->unsure |= 1u << r->steps[d - r->doing].step;
}

/* An operation that was accepted is asked for long enough by the call itself. */
bool move_not_reached(struct apply_step *s, struct doing *d, const struct task *call)
{
    const struct err *e = task_error(call);
    int64_t now = clock_mono_ms();

    if (!was_unheard(call) || (d->is_call && call == d->task && google_operation_name(call)))
        return false;
    if (d->away_since_ms == 0)
        d->away_since_ms = now;
    snprintf(s->message, sizeof s->message, tr("the network is away (%.180s); trying again"),
             e->why);
    return now - d->away_since_ms < AWAY_LIMIT_MS;
}

/* Who has been refused to the end of its tries is in no hurry. */
enum move move_pause_then(struct run *r, struct doing *d, int phase)
{
    int64_t waited = clock_mono_ms() - d->since_ms, pause = google_poll_pause_ms(r->google, waited);

    if (task_state(d->task) == TASK_FAILED && task_error(d->task)->kind == ERR_QUOTA)
        pause += 15 * google_poll_floor_ms(r->google);
    remember_unsure(r, d);
    task_clear(&d->task);
    d->is_call = false;
    d->task = task_timer(r->net, pause);
    d->phase = phase;
    return MOVE_AGAIN;
}

enum move move_fail_like(struct apply_step *s, const struct task *t)
{
    s->error = *task_error(t);
    return MOVE_FAILED;
}

enum move move_too_long(struct apply_step *s, const char *what, const char *hint)
{
    err_set(&s->error, ERR_NETWORK, "%s", tr(what));
    err_reason(&s->error, "NOT_DONE_IN_TIME");
    err_resource(&s->error, s->name);
    err_why(&s->error, "%s", tr("it took much longer than usual"));
    err_hint(&s->error, "%s", tr(hint));
    return MOVE_FAILED;
}

/* --- somebody is making it at this moment: look until it is there --- */

enum { PENDING_ASK, PENDING_LOOK, PENDING_OPERATION };

static enum move looked(struct run *r, enum step_id step, struct apply_step *s, struct doing *d,
                        struct arena *mem)
{
    enum move how;
    const char *state = "";

    if (move_not_reached(s, d, d->task))
        return move_pause_then(r, d, PENDING_ASK);
    if (task_state(d->task) == TASK_FAILED)
        return move_fail_like(s, d->task);
    how = action_type(step)->judge(r, s, d, &state, mem);
    if (how != MOVE_AGAIN || d->place[0])
        return how;
    if (clock_mono_ms() - d->since_ms > PENDING_LIMIT_MS)
        return move_too_long(s, "Waiting for what another run had begun",
                             "look at it in the console");
    snprintf(s->message, sizeof s->message, tr("it was begun already; waiting%s%s%s"),
             *state ? " (" : "", state, *state ? ")" : "");
    return move_pause_then(r, d, PENDING_ASK);
}

/* What an earlier run of ours began has an operation, which tells more than the thing itself: how
 * it ended, and Datastream's own lines. */
static bool take_up(struct run *r, enum step_id step, struct apply_step *s, struct doing *d)
{
    char name[GOOGLE_NAME_TEXT];

    if (d->taken_up)
        return false;
    d->taken_up = true;
    if (!continued_operation(r, step, name))
        return false;
    task_clear(&d->task);
    d->task = google_operation_resume(r->google, name, tr(step_type(step)->title));
    d->is_call = true;
    d->phase = PENDING_OPERATION;
    str_copy(s->message, sizeof s->message, tr("an earlier run has begun it; waiting"));
    return true;
}

/* False: it failed, and says why. What is not remembered any more is looked at itself, and so is
 * what ended well. */
static bool went_well(struct apply_step *s, struct doing *d)
{
    bool well = task_state(d->task) == TASK_OK || task_error(d->task)->kind == ERR_MISSING;

    if (!well) {
        s->validations = google_validations(d->task, &s->n_validations);
        s->error = *task_error(d->task);
    }
    d->is_call = !well;
    return well;
}

enum move move_pending(struct run *r, enum step_id step, struct apply_step *s, struct doing *d,
                       struct arena *mem)
{
    if (take_up(r, step, s, d))
        return MOVE_AGAIN;
    if (d->phase == PENDING_OPERATION && !went_well(s, d))
        return MOVE_FAILED;
    if (d->phase == PENDING_LOOK)
        return looked(r, step, s, d, mem);
    const struct place p = {.google = r->google, .t = r->t, .n = r->n};
    task_clear(&d->task);
    d->task = action_type(step)->verify(&p);
    d->phase = PENDING_LOOK;
    return MOVE_AGAIN;
}

/* The stream was on its way from one state to another: until it has come to rest it is neither
 * changed nor started. */
bool move_must_settle(const struct run *r, const struct plan_action *a, const struct doing *d)
{
    return diff_stream_moves(r->plan->stream_state) && action_type(a->step)->rests &&
           (d->phase == SINGLE_BEGIN || d->phase == SETTLE_LOOK);
}

enum move move_settle(struct run *r, const struct plan_action *a, struct apply_step *s,
                      struct doing *d)
{
    if (d->phase == SINGLE_BEGIN) {
        task_clear(&d->task);
        d->task = datastream_stream_get(r->google, r->t->project, r->t->region, r->n->stream);
        d->is_call = false;
        d->phase = SETTLE_LOOK;
        return MOVE_AGAIN;
    }
    if (move_not_reached(s, d, d->task))
        return move_pause_then(r, d, SINGLE_BEGIN);
    if (task_state(d->task) == TASK_FAILED)
        return move_fail_like(s, d->task);
    const char *state = datastream_stream(d->task)->state;
    if (a->step == STEP_START && str_eq(state, "RUNNING"))
        return MOVE_DONE;
    if (!diff_stream_moves(state) && !str_eq(state, "MAINTENANCE")) {
        d->phase = SETTLED;
        return MOVE_AGAIN;
    }
    if (clock_mono_ms() - d->since_ms > PENDING_LIMIT_MS)
        return move_too_long(s, "Waiting for the stream to come to rest", "look at it on Monitor");
    snprintf(s->message, sizeof s->message, tr("waiting until it is no longer %s"), state);
    return move_pause_then(r, d, SINGLE_BEGIN);
}

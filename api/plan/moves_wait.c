#include "api/plan/moves_wait.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/client.h"
#include "api/google/datastream_profiles.h"
#include "api/plan/diff.h"
#include "api/plan/look.h"
#include "api/plan/moves_proxy.h"
#include "api/plan/proxy.h"

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

static struct task *look(struct run *r, enum step_id step)
{
    const struct target *t = r->t;

    switch ((int)step) {
    case STEP_PRIVATE_CONNECTION:
        return datastream_private_get(r->google, t->project, t->region, r->n->private_connection);
    case STEP_PROXY:
        return compute_machine_find(r->google, t->project, r->n->proxy);
    case STEP_DESTINATION_PROFILE:
        return datastream_profile_get(r->google, t->project, t->region, r->n->destination_profile);
    default:
        return datastream_profile_get(r->google, t->project, t->region, r->n->source_profile);
    }
}

/* It will not be ready any more, however long one waits. */
static enum move never(struct apply_step *s, enum step_id step, const char *state, const char *why)
{
    err_set(&s->error, ERR_CONFLICT, "%s: %s", tr(step_type(step)->title), s->name);
    err_resource(&s->error, s->name);
    err_why(&s->error, tr("it was being made, and is %s now%s%s"), state, *why ? ": " : "", why);
    return MOVE_FAILED;
}

static enum move looked_at_private(struct run *r, struct apply_step *s, struct doing *d,
                                   const char **state)
{
    const struct datastream_private *c = datastream_private(d->task);

    *state = c->state;
    if (str_eq(c->state, "CREATED"))
        return MOVE_DONE;
    if (str_eq(c->state, "CREATING"))
        return MOVE_AGAIN;
    never(s, STEP_PRIVATE_CONNECTION, c->state, c->error.message);
    err_hint(&s->error, LOOK_MADE_ANEW, r->n->private_connection, r->t->region, r->t->project);
    return MOVE_FAILED;
}

/* Of several of that name, in zones of their own, the one of which something may come. */
static const struct compute_machine *likeliest(const struct compute_machines *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->items[i].status, "RUNNING") || look_machine_comes(all->items[i].status))
            return &all->items[i];
    return all->n ? &all->items[0] : NULL;
}

/* Running is not yet answering. One that the tool before has begun tells nothing of its proxy. */
static enum move looked_at_proxy(struct run *r, struct apply_step *s, struct doing *d,
                                 const char **state, struct arena *mem)
{
    const struct compute_machine *vm = likeliest(compute_machines(d->task));

    *state = vm ? vm->status : "gone";
    if (vm && str_eq(vm->status, "RUNNING"))
        return proxy_connection_of(mem, compute_metadata(vm, "user-data"))
                   ? move_proxy_runs(r, s, d, look_short(vm->zone))
                   : MOVE_DONE;
    if (vm && look_machine_comes(vm->status))
        return MOVE_AGAIN;
    never(s, STEP_PROXY, *state, "");
    if (vm)
        err_hint(&s->error,
                 tr("start it, and run this again: gcloud compute instances start %s --zone %s "
                    "--project %s"),
                 vm->name, look_short(vm->zone), r->t->project);
    else
        err_hint(&s->error, "%s", tr("run this again: what is gone is made anew"));
    return MOVE_FAILED;
}

static enum move looked(struct run *r, enum step_id step, struct apply_step *s, struct doing *d,
                        struct arena *mem)
{
    enum move how = MOVE_AGAIN;
    const char *state = "";

    if (move_not_reached(s, d, d->task))
        return move_pause_then(r, d, PENDING_ASK);
    if (task_state(d->task) == TASK_FAILED)
        return move_fail_like(s, d->task);
    if (step == STEP_PRIVATE_CONNECTION)
        how = looked_at_private(r, s, d, &state);
    else if (step == STEP_PROXY)
        how = looked_at_proxy(r, s, d, &state, mem);
    else if (!str_is_empty(datastream_profile(d->task)->display_name))
        how = MOVE_DONE;
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
    task_clear(&d->task);
    d->task = look(r, step);
    d->phase = PENDING_LOOK;
    return MOVE_AGAIN;
}

/* The stream was on its way from one state to another: until it has come to rest it is neither
 * changed nor started. */
bool move_must_settle(const struct run *r, const struct plan_action *a, const struct doing *d)
{
    return diff_stream_moves(r->plan->stream_state) &&
           (a->step == STEP_STREAM || a->step == STEP_START) &&
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

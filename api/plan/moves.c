#include "api/plan/moves.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/actions.h"
#include "api/plan/moves_wait.h"

#include <string.h>

enum {
    ENABLE_LIMIT_MS =
        5 * 60 * 1000, /* an API that was just turned on may be refused so long (facts/gcp.md H) */
    NETWORK_LIMIT_MS = 3 * 60 * 1000
};

struct google_write move_write_of(struct doing *d)
{
    return (struct google_write){.request_id = d->request_id};
}

void move_mark_unsure(const struct run *r, const struct apply_step *s, struct task *call)
{
    if (r->unsure & 1u << s->step)
        google_may_be_sent(call);
}

/* --- worth waiting --- */

/* An API that was just turned on, by this run or by the one that it continues, is refused for a
 * while although it is listed. */
bool move_not_on_yet(const struct run *r, const struct doing *d, const struct task *call)
{
    const struct err *e = task_error(call);
    bool turned_on = false;

    for (size_t i = 0; i < r->n_steps; i++)
        turned_on =
            turned_on || (r->steps[i].step == STEP_SERVICES &&
                          (r->steps[i].state == APPLY_DONE || r->steps[i].state == APPLY_KEPT));
    return turned_on && google_api_is_off(e) && clock_mono_ms() - d->since_ms < ENABLE_LIMIT_MS;
}

/* The network's parts come one after another. */
bool move_not_laid_yet(struct apply_step *s, const struct doing *d)
{
    str_copy(s->message, sizeof s->message, tr("the network is still being made; waiting"));
    return clock_mono_ms() - d->since_ms < NETWORK_LIMIT_MS;
}

static bool is_not_ready(const struct task *t)
{
    const char *reason = task_error(t)->reason;

    return str_eq(reason, "resourceNotReady") || str_eq(reason, "RESOURCE_NOT_READY");
}

/* --- the rest --- */

static bool speaks_of_time(const char *text)
{
    return text && (strstr(text, "TIMEOUT") || strstr(text, "imed out") || strstr(text, "ime out"));
}

/* In the error, or in a line of Datastream's validation: where it stands is not told anywhere. */
bool move_timed_out(const struct task *t)
{
    size_t n;
    const struct google_validation *v = google_validations(t, &n);

    for (size_t i = 0; i < n; i++) {
        if (v[i].state == GOOGLE_VALIDATION_PASSED)
            continue;
        if (speaks_of_time(v[i].code))
            return true;
        for (size_t k = 0; k < v[i].n_messages; k++)
            if (speaks_of_time(v[i].codes[k]) || speaks_of_time(v[i].messages[k]))
                return true;
    }
    const struct err *e = task_error(t);
    if (str_eq(e->reason, "TIMEOUT")) /* our own way to Google, not Datastream's to the database */
        return false;
    return speaks_of_time(e->why) || speaks_of_time(e->reason);
}

static void take_validations(struct apply_step *s, const struct doing *d)
{
    if (d->is_call)
        s->validations = google_validations(d->task, &s->n_validations);
}

/* Passing by itself: true, and the step's message tells what is waited for. */
static bool passes(const struct run *r, const struct plan_action *a, struct apply_step *s,
                   struct doing *d)
{
    if (move_not_on_yet(r, d, d->task)) {
        str_copy(s->message, sizeof s->message,
                 tr("the API was just turned on; waiting until it answers"));
        return true;
    }
    bool does = (is_not_ready(d->task) && move_not_laid_yet(s, d)) ||
                (action_type(a->step)->passes && action_type(a->step)->passes(s, d));
    if (does)
        google_uuid(d->request_id);
    return does;
}

static enum move fail(const struct plan_action *a, struct apply_step *s, struct doing *d)
{
    take_validations(s, d);
    move_fail_like(s, d->task);
    if (action_type(a->step)->failed)
        action_type(a->step)->failed(s);
    return MOVE_FAILED;
}

static void begin(struct run *r, const struct plan_action *a, struct apply_step *s, struct doing *d)
{
    const struct google_write w = move_write_of(d);

    task_clear(&d->task);
    d->task = action_type(a->step)->start(r, a, &w);
    d->is_call = !action_type(a->step)->plain;
    if (d->is_call)
        move_mark_unsure(r, s, d->task);
    d->phase = SINGLE_BEGUN;
}

static enum move single(struct run *r, const struct plan_action *a, struct apply_step *s,
                        struct doing *d)
{
    if (move_must_settle(r, a, d)) {
        enum move m = move_settle(r, a, s, d);
        if (m != MOVE_AGAIN || d->phase != SETTLED)
            return m;
    }
    if (d->phase != SINGLE_BEGUN) {
        begin(r, a, s, d);
        return MOVE_AGAIN;
    }
    if (task_state(d->task) == TASK_FAILED) {
        if (move_not_reached(s, d, d->task) || passes(r, a, s, d))
            return move_pause_then(r, d, SINGLE_BEGIN);
        return fail(a, s, d);
    }
    take_validations(s, d);
    if (action_type(a->step)->done)
        action_type(a->step)->done(r, d);
    if (d->is_call && google_adopted(d->task))
        str_copy(s->message, sizeof s->message,
                 tr("was there already when the answer came; taken over"));
    return MOVE_DONE;
}

enum move move_on(struct run *r, const struct plan_action *a, struct apply_step *s, struct doing *d,
                  struct arena *mem)
{
    bool begun_by_another =
        a->verb == PLAN_UPDATE && a->n_changes == 0 && action_type(a->step)->verify;

    if (begun_by_another && !d->place[0])
        return move_pending(r, a->step, s, d, mem);
    if (action_type(a->step)->move)
        return action_type(a->step)->move(r, s, d, mem);
    return single(r, a, s, d);
}

void move_stop(struct doing *d)
{
    task_clear(&d->task);
    task_clear(&d->trial);
    task_clear(&d->zones);
    task_clear(&d->image);
}

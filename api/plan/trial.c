#include "api/plan/trial.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/actions.h"
#include "api/plan/diff.h"
#include "api/plan/moves_wait.h"

#include <stdio.h>

/* --- which --- */

bool trial_is_made(const struct plan_action *a)
{
    return a && (a->verb == PLAN_CREATE || (a->verb == PLAN_UPDATE && a->n_changes));
}

/* Of the bits those that are not there yet; STEPS: all are. */
static enum step_id first_ahead(const struct plan *p, unsigned steps)
{
    for (enum step_id s = 0; s < STEPS; s++) {
        const struct plan_action *a = (steps & 1u << s) ? plan_action(p, s) : NULL;
        if (a && a->verb != PLAN_KEEP)
            return s;
    }
    return STEPS;
}

/* What is costly and to be made. */
static unsigned costly(const struct plan *p)
{
    unsigned found = 0;

    for (size_t i = 0; i < p->n_actions; i++)
        if (trial_is_made(&p->actions[i]) && step_type(p->actions[i].step)->costly)
            found |= 1u << p->actions[i].step;
    return found;
}

static bool in_a_run(const struct run *r, const struct plan_action *a)
{
    unsigned dear = costly(r->plan);

    return dear && (dear & step_needs_all(a->step)) == 0;
}

static bool lacks_password(const struct run *r, const struct plan_action *a)
{
    return a->step == STEP_SOURCE_PROFILE && apply_needs_password(r->plan) &&
           secret_is_empty(r->password);
}

/* By itself: all that it needs must stand. False: *s tells why it is not tried. */
static bool by_itself(const struct run *r, const struct plan_action *a, struct apply_step *s)
{
    enum step_id before = first_ahead(r->plan, step_needs_all(a->step));

    if (before < STEPS)
        snprintf(s->message, sizeof s->message,
                 tr("not tried: Datastream can do so only when this stands: %s"),
                 tr(step_type(before)->title));
    else if (lacks_password(r, a))
        str_copy(s->message, sizeof s->message,
                 tr("not tried: the password of the database user is not known"));
    else if (action_type(a->step)->rests && diff_stream_moves(r->plan->stream_state))
        snprintf(s->message, sizeof s->message, tr("not tried: the stream is %s"),
                 r->plan->stream_state);
    else if (action_type(a->step)->rests && r->include.n_schemas == 0)
        str_copy(s->message, sizeof s->message, tr("not tried: no table is chosen"));
    else
        return true;
    return false;
}

void trial_prepare(struct run *r)
{
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct plan_action *a = &r->plan->actions[i];
        bool tries = trial_is_made(a) && action_type(a->step)->tries &&
                     (r->only_tries ? by_itself(r, a, &r->steps[i]) : in_a_run(r, a));
        r->doing[i].tried = tries ? TRIAL_AHEAD : TRIAL_NONE;
    }
}

/* --- one of them --- */

static bool begin(struct run *r, size_t i)
{
    const struct plan_action *a = &r->plan->actions[i];
    struct apply_step *s = &r->steps[i];
    struct doing *d = &r->doing[i];
    char step[64], id[GOOGLE_UUID_TEXT];

    /* no name of a step: nobody who goes on takes it for something that was made */
    snprintf(step, sizeof step, "%s" RECORD_TRIAL, step_type(a->step)->id);
    switch (record_intent(&r->record, step, "try", a->name, google_uuid(id), &d->trial_journal,
                          &s->error)) {
    case RECORD_WAIT:
        return false;
    case RECORD_FAILED:
        d->tried = TRIAL_REFUSED;
        return true;
    case RECORD_DONE:
        break;
    }
    const struct google_write w = {.request_id = id, .validate_only = true};
    s->error = (struct err){0};
    s->started_ms = d->since_ms = clock_mono_ms();
    str_copy(s->message, sizeof s->message, tr("Datastream tries it out; nothing is made by that"));
    d->trial = action_type(a->step)->start(r, a, &w);
    d->tried = TRIAL_RUNS;
    return true;
}

static bool says_no(const struct apply_step *s)
{
    for (size_t i = 0; i < s->n_validations; i++)
        if (s->validations[i].state == GOOGLE_VALIDATION_FAILED)
            return true;
    return false;
}

/* Refused is what Datastream says no to, and what one may not do. A network that is away, an API
 * that was just turned on, a proxy that does not answer yet: that is found out, and waited for,
 * when it is made. */
static bool is_refusal(const struct run *r, const struct apply_step *s, const struct doing *d)
{
    const struct err *e = task_error(d->trial);

    if (move_timed_out(d->trial) || move_not_on_yet(r, d, d->trial))
        return false;
    /* who only looks need not hold what whoever makes it does */
    return says_no(s) || (!r->only_tries && e->kind == ERR_DENIED);
}

static void end(struct run *r, struct apply_step *s, struct doing *d)
{
    bool well = task_state(d->trial) == TASK_OK;

    s->validations = google_validations(d->trial, &s->n_validations);
    s->message[0] = '\0';
    s->ended_ms = clock_mono_ms();
    record_result(&r->record, d->trial_journal, well ? JOURNAL_DONE : JOURNAL_FAILED);
    d->tried = well || !is_refusal(r, s, d) ? TRIAL_OVER : TRIAL_REFUSED;
    if (!well) {
        s->error = *task_error(d->trial);
        if (action_type(s->step)->failed)
            action_type(s->step)->failed(s);
    }
    if (r->only_tries && d->tried == TRIAL_OVER && !well)
        snprintf(s->message, sizeof s->message, tr("could not be tried: %.180s"),
                 s->error.why[0] ? s->error.why : s->error.what);
    if (r->only_tries || d->tried == TRIAL_REFUSED)
        return;
    s->validations = NULL; /* it is made now, and tested once more */
    s->n_validations = 0;
    s->error = (struct err){0};
    s->started_ms = s->ended_ms = 0;
}

bool trial_drive(struct run *r, size_t i)
{
    struct doing *d = &r->doing[i];

    if (d->tried == TRIAL_AHEAD)
        return begin(r, i);
    if (d->tried != TRIAL_RUNS || task_state(d->trial) == TASK_RUNNING)
        return false;
    end(r, &r->steps[i], d);
    return true;
}

bool trial_holds(const struct run *r, size_t i)
{
    bool all = !r->only_tries && step_type(r->steps[i].step)->costly;

    for (size_t k = 0; k < r->n_steps; k++)
        if ((all || k == i) &&
            (r->doing[k].tried == TRIAL_AHEAD || r->doing[k].tried == TRIAL_RUNS))
            return true;
    return false;
}

const struct apply_step *trial_refused(const struct run *r)
{
    for (size_t i = 0; i < r->n_steps; i++)
        if (r->doing[i].tried == TRIAL_REFUSED)
            return &r->steps[i];
    return NULL;
}

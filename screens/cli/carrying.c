#include "screens/cli/carrying.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/apply.h"
#include "api/plan/apply_remedy.h"
#include "screens/cli/event.h"
#include "screens/cli/out.h"
#include "screens/cli/stopping.h"
#include "screens/cli/taking.h"

#include <stdio.h>

enum { STILL_MS = 30000 }; /* plain output says at least so often that it still waits */

static double elapsed(const struct apply_step *s)
{
    if (s->started_ms == 0)
        return 0;
    return (double)((s->ended_ms ? s->ended_ms : clock_mono_ms()) - s->started_ms) / 1000;
}

static void tell_step(struct creation *c, const struct apply_step *s)
{
    struct event e = {.step = step_type(s->step)->id,
                      .name = s->name,
                      .state = apply_state_name(s->state),
                      .message = apply_step_says(s),
                      .elapsed = elapsed(s)};

    event_tell(c->s->o, &e);
}

static void tell_line(struct creation *c, const struct apply_step *s,
                      const struct google_validation *v, const char *message)
{
    struct str text = {0};
    struct event e = {.step = step_type(s->step)->id,
                      .name = s->name,
                      .state = apply_state_name(s->state),
                      .elapsed = elapsed(s)};

    str_printf(&text, "%s %s%s%s", v->state_text, v->description, *message ? ": " : "", message);
    e.message = str_text(&text);
    event_tell(c->s->o, &e);
    str_done(&text);
}

/* Datastream's own lines, but for what it has nothing to say on: one fault may hide another. */
static void tell_validations(struct creation *c, const struct apply_step *s)
{
    for (size_t i = 0; i < s->n_validations; i++) {
        const struct google_validation *v = &s->validations[i];
        if (v->state == GOOGLE_VALIDATION_PASSED || v->state == GOOGLE_VALIDATION_NOT_RUN)
            continue;
        for (size_t m = 0; m < v->n_messages; m++)
            tell_line(c, s, v, v->messages[m]);
        if (v->n_messages == 0)
            tell_line(c, s, v, "");
        if (apply_remedy(v))
            tell_line(c, s, v, apply_remedy(v));
    }
}

struct told {
    bool took_over;
    enum apply_state state[STEPS];
    char message[STEPS][240];
    size_t validations[STEPS];
    int64_t still_ms;
};

static void tell_changes(struct creation *c, const struct task *t, struct told *told)
{
    size_t n;
    const struct apply_step *steps = apply_steps(t, &n);

    if (!told->took_over && apply_took_over(t)[0])
        out_talk("%s", apply_took_over(t));
    told->took_over = apply_took_over(t)[0];
    for (size_t i = 0; i < n; i++)
        if (steps[i].state != told->state[i] ||
            !str_eq(apply_step_says(&steps[i]), told->message[i])) {
            told->state[i] = steps[i].state;
            str_copy(told->message[i], sizeof told->message[i], apply_step_says(&steps[i]));
            told->still_ms = clock_mono_ms();
            tell_step(c, &steps[i]);
        }
    for (size_t i = 0; i < n; i++)
        if (steps[i].n_validations != told->validations[i]) {
            told->validations[i] = steps[i].n_validations;
            tell_validations(c, &steps[i]);
        }
    if (clock_mono_ms() - told->still_ms < STILL_MS)
        return;
    told->still_ms = clock_mono_ms();
    for (size_t i = 0; i < n; i++)
        if (steps[i].state == APPLY_RUNNING)
            tell_step(c, &steps[i]);
}

/* True: leave. What is asked for besides goes into c->stopping. */
static bool is_stopped(struct creation *c, struct task *t, struct err *e)
{
    if (session_goes_on(c->s, e))
        return false;
    enum stopping said = stopping_ask(c->s, true);
    if (said == STOPPING_STEP || said == STOPPING_UNDO) {
        c->stopping = said;
        apply_finish_current(t);
        out_talk("%s", tr("nothing more is begun; waiting for what runs"));
    }
    return said == STOPPING_LEAVE;
}

/* The run was stopped so that it be taken back. Always false: what was wanted is not there. */
static bool take_back(struct creation *c, struct err *e)
{
    out_talk("%s", tr("taking down what this run has made"));
    if (!taking_back(c->s, e))
        return false;
    err_set(e, ERR_INTERRUPTED, "%s", tr("Creating the stream"));
    err_why(e, "%s", tr("it was undone; what stays of it is told above"));
    return false;
}

static void notify(const struct creation *c, const struct task *t)
{
    char text[384];
    bool ok = task_state(t) == TASK_OK;

    snprintf(text, sizeof text, "%s: %s", c->plan->names.stream,
             ok ? tr("all is done") : task_error(t)->what);
    if (task_elapsed_ms(t) > OUT_LONG_MS)
        out_notify(c->s->o, text);
}

bool carrying(struct creation *c, struct err *e)
{
    if (!live_can_record(&c->s->live, e))
        return false;

    struct apply_options o = {.google = c->s->live.google,
                              .store = c->s->live.store,
                              .plan = c->plan,
                              .selection = &c->selection,
                              .command = c->s->o->words,
                              .agreed = true, /* by consent() */
                              .password = c->s->live.db_password};
    struct told told = {.still_ms = clock_mono_ms()};
    struct task *t = apply(c->s->live.net, &o);

    c->carried = true;
    while (task_state(t) == TASK_RUNNING && !is_stopped(c, t, e)) {
        session_sleep(c->s, clock_mono_ms() + 1000);
        tell_changes(c, t, &told);
    }
    tell_changes(c, t, &told);
    bool ended = task_state(t) != TASK_RUNNING, ok = task_state(t) == TASK_OK;
    if (ended)
        notify(c, t);
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    else if (!ok)
        stopping_left(e, tr("Creating the stream"), tr("the same command"));
    task_drop(t);
    return ended && c->stopping == STOPPING_UNDO ? take_back(c, e) : ok;
}

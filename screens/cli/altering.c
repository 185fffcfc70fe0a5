#include "screens/cli/altering.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/apply_remedy.h"
#include "screens/cli/event.h"
#include "screens/cli/out.h"

struct told {
    struct session *s;
    const struct alter_plan *plan;
    size_t n_begun; /* calls of which has been told that they run */
    size_t n_told;  /* and those that are over */
    bool took_over;
};

static void tell(struct told *told, size_t i, const struct alter_step *at, const char *state)
{
    int64_t until = at->ended_ms ? at->ended_ms : clock_mono_ms();
    bool over = !str_eq(state, "running");
    struct event e = {.step = told->plan->calls[i].step,
                      .name = told->plan->calls[i].name,
                      .state = state,
                      .message = over ? at->message : "",
                      .elapsed =
                          over && at->started_ms ? (double)(until - at->started_ms) / 1000 : 0};

    event_tell(told->s->o, &e);
}

/* Datastream's own lines that are not well, each with what to do. */
static void tell_validations(const struct alter_step *at)
{
    for (size_t i = 0; i < at->n_validations; i++) {
        const struct google_validation *v = &at->validations[i];
        for (size_t k = 0; k < v->n_messages; k++)
            if (alter_says_more(at, v, k))
                out_talk("  %s %s: %s\n    -> %s", v->state_text, v->description, v->messages[k],
                         apply_remedy(v));
    }
}

static void tell_changes(struct told *told, const struct task *t)
{
    size_t n;
    const struct alter_step *steps = alter_steps(t, &n);

    if (!told->took_over && alter_took_over(t)[0])
        out_talk("%s", alter_took_over(t));
    told->took_over = alter_took_over(t)[0];
    for (; told->n_told < n; told->n_told++) {
        const struct alter_step *at = &steps[told->n_told];
        if (at->state == ALTER_WAITING || at->state == ALTER_NOT_RUN)
            return;
        if (told->n_begun <= told->n_told && at->state != ALTER_KEPT)
            tell(told, told->n_told, at, "running");
        told->n_begun = told->n_told + 1;
        if (at->state == ALTER_RUNNING)
            return;
        tell(told, told->n_told, at, alter_state_name(at->state));
        if (at->state == ALTER_FAILED)
            tell_validations(at);
    }
}

/* True: leave. */
static bool is_stopped(struct session *s, struct task *t, const struct alter_plan *plan,
                       enum stopping *said, struct err *e)
{
    if (session_goes_on(s, e))
        return false;
    enum stopping now = stopping_ask(s, !plan->undo && alter_undoes(plan->kind));
    if (now == STOPPING_STEP || now == STOPPING_UNDO) {
        *said = now;
        alter_finish_current(t);
        out_talk("%s", tr("nothing more is begun; waiting for what runs"));
    }
    return now == STOPPING_LEAVE;
}

/* Whoever goes on with it puts back, too. */
static const char *const *words_of(struct session *s, const struct alter_plan *plan)
{
    const char *const *words = s->o->words;
    size_t n = 0;

    if (words == NULL || words[0] == NULL || !plan->undo || s->o->undo)
        return words;
    while (words[n])
        n++;
    const char **more = arena_array(&s->mem, const char *, n + 2);
    more[0] = words[0];
    more[1] = "--undo";
    for (size_t i = 1; i < n; i++)
        more[i + 1] = words[i];
    return more;
}

bool altering(struct session *s, const struct alter_plan *plan, enum stopping *said, struct err *e)
{
    const struct alter_options o = {s->live.google,      s->live.store,     plan,
                                    s->live.db_password, words_of(s, plan), true /* by consent */};
    struct told told = {.s = s, .plan = plan};

    *said = STOPPING_STAY;
    if (!live_can_record(&s->live, e))
        return false;
    struct task *t = alter_run(s->live.net, &o);
    while (task_state(t) == TASK_RUNNING && !is_stopped(s, t, plan, said, e)) {
        session_sleep(s, -1);
        tell_changes(&told, t);
    }
    tell_changes(&told, t);
    bool ok = task_state(t) == TASK_OK;
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    else if (!ok)
        stopping_left(e, tr(alter_type(plan->kind)->title), tr("the same command"));
    if (task_state(t) != TASK_RUNNING && task_elapsed_ms(t) > OUT_LONG_MS)
        out_notify(s->o, ok ? tr("it is done") : task_error(t)->what);
    task_drop(t);
    return ok;
}

#include "tests/faults/scenario.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/google/datastream.h"
#include "api/net/task.h"
#include "api/plan/apply.h"
#include "api/plan/observe.h"
#include "api/plan/remove.h"
#include "screens/cli/out.h"
#include "tests/faults/aim.h"

bool scenario_await(struct world *w, const struct task *t)
{
    int64_t limit = clock_mono_ms() + (int64_t)SCENARIO_HOURS * 3600000;

    aim_unstick();
    for (;;) {
        net_step(w->net);
        if (task_state(t) != TASK_RUNNING)
            return true;
        if (aim_stuck() || clock_mono_ms() > limit)
            return false;
        net_wait(w->net, NULL, 0, -1);
    }
}

static bool says_all(const struct err *e)
{
    return e->kind != ERR_NONE && *e->what && *e->why && *e->hint;
}

static bool leaks(const struct world *w, const struct err *e)
{
    return world_has_canary(w, e->what) || world_has_canary(w, e->why) ||
           world_has_canary(w, e->hint) || world_has_canary(w, e->resource) ||
           world_has_canary(w, e->reason);
}

bool scenario_ended(struct world *w, const struct task *t, struct outcome *out)
{
    if (!scenario_await(w, t)) {
        out->stuck = true;
        return false;
    }
    out->ok = task_state(t) == TASK_OK;
    if (!out->ok)
        out->err = *task_error(t);
    out->leaks = out->leaks || (!out->ok && leaks(w, &out->err));
    return out->ok;
}

static void look_at_steps(const struct world *w, const struct task *t, struct outcome *out)
{
    size_t n;
    const struct apply_step *steps = apply_steps(t, &n);

    for (size_t i = 0; i < n; i++) {
        bool failed = steps[i].state == APPLY_FAILED;
        out->silent_step = out->silent_step || (failed && !says_all(&steps[i].error));
        out->leaks = out->leaks || (failed && leaks(w, &steps[i].error)) ||
                     world_has_canary(w, steps[i].message);
    }
}

static void look_and_apply(struct world *w, const struct selection *selection, struct outcome *out)
{
    const struct plan_options wish = {.start = true};
    struct plan plan;

    aim_phase("look");
    struct task *look = observe(w->net, w->google, &w->target);
    if (scenario_ended(w, look, out)) {
        plan_make(&w->target, selection, observed(look), &wish, &plan);
        const struct apply_options o = {.google = w->google,
                                        .store = w->store,
                                        .plan = &plan,
                                        .selection = selection,
                                        .password = w->password};
        aim_phase("do");
        struct task *doing = apply(w->net, &o);
        scenario_ended(w, doing, out);
        look_at_steps(w, doing, out);
        task_drop(doing);
        plan_done(&plan);
    }
    task_drop(look);
}

static void create(struct world *w, struct outcome *out)
{
    look_and_apply(w, &w->selection, out);
}

/* --- a run that was killed, and the next one --- */

enum { LEAVE_AFTER_MS = 20000 };

/* The machine and the private connection are being made, and their operations are known. */
static bool is_far_enough(const struct task *t)
{
    size_t n, under_way = 0;
    const struct apply_step *steps = apply_steps(t, &n);

    for (size_t i = 0; i < n; i++)
        if (steps[i].step == STEP_PRIVATE_CONNECTION || steps[i].step == STEP_PROXY)
            under_way += steps[i].state == APPLY_RUNNING &&
                         clock_mono_ms() - steps[i].started_ms > LEAVE_AFTER_MS;
    return under_way == 2;
}

static void begin_and_leave(struct world *w)
{
    const struct plan_options wish = {.start = true};
    struct plan plan;

    aim_phase(NULL); /* its calls are those of create */
    struct task *look = observe(w->net, w->google, &w->target);
    if (scenario_await(w, look) && task_state(look) == TASK_OK) {
        plan_make(&w->target, &w->selection, observed(look), &wish, &plan);
        const struct apply_options o = {.google = w->google,
                                        .store = w->store,
                                        .plan = &plan,
                                        .selection = &w->selection,
                                        .password = w->password};
        struct task *doing = apply(w->net, &o);
        for (net_step(w->net); task_state(doing) == TASK_RUNNING && !is_far_enough(doing);
             net_step(w->net))
            net_wait(w->net, NULL, 0, -1);
        task_drop(doing);
        plan_done(&plan);
    }
    task_drop(look);
    world_login_again(w);
}

static void resume(struct world *w, struct outcome *out)
{
    begin_and_leave(w);
    look_and_apply(w, &w->selection, out);
}

static void change(struct world *w, struct outcome *out)
{
    look_and_apply(w, &w->smaller, out);
}

static void take_down(struct world *w, struct outcome *out)
{
    aim_phase("look");
    struct task *look = observe(w->net, w->google, &w->target);
    if (scenario_ended(w, look, out)) {
        const struct remove_options o = {.google = w->google,
                                         .store = w->store,
                                         .target = &w->target,
                                         .seen = observed(look),
                                         .with_dataset = true};
        aim_phase("do");
        struct task *doing = remove_all(w->net, &o);
        scenario_ended(w, doing, out);
        task_drop(doing);
    }
    task_drop(look);
}

/* --- a backfill, begun and ended --- */

/* The task's answer, or an end of the run. */
static bool take_object(struct world *w, struct task *t, struct outcome *out, char name[512],
                        bool *under_way)
{
    bool ok = scenario_ended(w, t, out);

    if (ok) {
        const struct datastream_object *o = datastream_object(t);
        str_copy(name, 512, o->name);
        *under_way = str_eq(o->backfill_state, "PENDING") || str_eq(o->backfill_state, "ACTIVE");
    }
    task_drop(t);
    return ok;
}

/* One that an earlier run has begun is not begun again. */
static void backfill(struct world *w, struct outcome *out)
{
    const struct target *to = &w->target;
    char name[512];
    bool under_way;

    aim_phase("do");
    struct task *t =
        datastream_object_lookup(w->google, to->project, to->region, "postgres-postmottak-bigquery",
                                 "public", "regel_evaluering");
    if (take_object(w, t, out, name, &under_way) &&
        (under_way ||
         take_object(w, datastream_backfill_start(w->google, name), out, name, &under_way)))
        take_object(w, datastream_backfill_stop(w->google, name), out, name, &under_way);
}

/* --- one call --- */

static void one_call(struct world *w, const struct scenario *self, struct outcome *out)
{
    world_login_as(w, self->login);
    world_login_again(w);
    aim_phase("do");
    struct task *t = self->call(w);
    scenario_ended(w, t, out);
    task_drop(t);
}

void scenario_run(struct world *w, const struct scenario *self, struct outcome *out)
{
    int64_t from = clock_mono_ms();

    *out = (struct outcome){.ok = false};
    world_login_again(w);
    if (self->words)
        command_line_run(w, self, out);
    else if (self->call)
        one_call(w, self, out);
    else
        self->run(w, out);
    if (!self->words)
        out->code = out->ok ? OUT_FINE : out_code(&out->err);
    out->took_ms = clock_mono_ms() - from;
}

static const struct scenario runs[] = {
    {.name = "create", .scene = WORLD_FRESH, .run = create, .waits = true},
    {.name = "resume", .scene = WORLD_FRESH, .run = resume, .known = true, .waits = true},
    {.name = "change", .scene = WORLD_RUNNING, .run = change, .waits = true},
    {.name = "delete", .scene = WORLD_RUNNING, .run = take_down},
    {.name = "backfill", .scene = WORLD_RUNNING, .run = backfill},
};
enum { RUNS = sizeof runs / sizeof *runs };

const struct scenario *scenario_at(size_t i)
{
    size_t n = 0;

    if (i < RUNS)
        return &runs[i];
    while (calls_at(n))
        n++;
    if (i - RUNS < n)
        return calls_at(i - RUNS);
    i -= RUNS + n;
    for (n = 0; mends_at(n);)
        n++;
    return i < n ? mends_at(i) : commands_at(i - n);
}

#ifndef TESTS_UNIT_PLAN_ACTING_H
#define TESTS_UNIT_PLAN_ACTING_H

/* An order to the stream, planned and carried out against the stand-in of cloud.h. */

#include "api/google/datastream.h"
#include "api/plan/alter.h"
#include "api/plan/apply.h"
#include "api/plan/observe.h"
#include "tests/unit/plan/cloud.h"

struct act {
    struct task *look, *run;
    struct alter_plan plan;
    struct arena mem;
    const struct alter_step *steps;
    size_t n;
};

static void plan(struct act *act, const struct alter_order *order)
{
    const struct alter_wanted w = {google, store, NULL, &target, NULL};
    *act = (struct act){.look = alter_look(net, &w)};
    await_well(act->look);
    alter_plan(alter_seen(act->look), order, &act->mem, &act->plan);
}

static void begin(struct act *act, const struct alter_order *order, const struct secret *with)
{
    plan(act, order);
    const struct alter_options o = {
        .google = google, .store = store, .plan = &act->plan, .password = with, .agreed = true};
    act->run = alter_run(net, &o);
    act->steps = alter_steps(act->run, &act->n);
}

static void end(struct act *act)
{
    task_drop(act->run);
    task_drop(act->look);
    arena_done(&act->mem);
}

static void until(struct act *act, size_t call, enum alter_state state)
{
    int64_t limit = clock_mono_ms() + LIMIT_MS;
    while (task_state(act->run) == TASK_RUNNING && act->steps[call].state != state &&
           clock_mono_ms() < limit) {
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        net_step(net);
    }
    if (act->steps[call].state != state)
        fail_msg("call %zu: %s", call, act->steps[call].message);
}

/* --- the stream that is there --- */

static void test_a_stream_is_made(void **state)
{
    const struct plan_options options = {.start = true};
    struct plan made;
    (void)state;
    struct task *look = observe(net, google, &target);
    await_well(look);
    plan_make(&target, &selection, observed(look), &options, &made);
    const struct apply_options o = {.google = google,
                                    .store = store,
                                    .plan = &made,
                                    .selection = &selection,
                                    .password = password};
    struct task *t = apply(net, &o);
    await_well(t);
    task_drop(t);
    plan_done(&made);
    task_drop(look);
}

static void is_in_state(const char *wanted)
{
    struct task *get = datastream_stream_get(google, target.project, target.region, target.stream);
    await_well(get);
    assert_string_equal(datastream_stream(get)->state, wanted);
    task_drop(get);
}

#endif

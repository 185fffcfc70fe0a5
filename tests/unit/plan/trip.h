#ifndef TESTS_UNIT_PLAN_TRIP_H
#define TESTS_UNIT_PLAN_TRIP_H

/* A way to a stream at the stand-in: looked at, planned, carried out. Include behind cmocka.h. */

#include "api/plan/apply.h"
#include "api/plan/observe.h"
#include "api/plan/planning.h"
#include "tests/unit/plan/cloud.h"

#include <stdlib.h>

struct trip {
    struct task *looking, *doing;
    struct plan plan;
    const struct apply_step *steps;
    size_t n;
};

/* with: the password of the database user; NULL: none is at hand. */
static inline struct apply_options trip_plan(struct trip *trip, const struct secret *with)
{
    const struct plan_options options = {.start = true};
    *trip = (struct trip){.looking = observe(net, google, &target)};
    assert_int_equal(observe_answers(trip->looking), 0); /* before the first step, too */
    await_well(trip->looking);
    assert_int_equal(observe_answers(trip->looking), observe_questions());
    plan_make(&target, &selection, observed(trip->looking), &options, &trip->plan);
    return (struct apply_options){.google = google,
                                  .store = store,
                                  .plan = &trip->plan,
                                  .selection = &selection,
                                  .password = with};
}

static inline void trip_begin(struct trip *trip, const struct secret *with)
{
    const struct apply_options o = trip_plan(trip, with);
    trip->doing = apply(net, &o);
    trip->steps = apply_steps(trip->doing, &trip->n);
}

static inline void trip_end(struct trip *trip)
{
    task_drop(trip->doing);
    plan_done(&trip->plan);
    task_drop(trip->looking);
}

static inline const struct apply_step *trip_step(const struct trip *trip, enum step_id id)
{
    for (size_t i = 0; i < trip->n; i++)
        if (trip->steps[i].step == id)
            return &trip->steps[i];
    fail_msg("nothing is said of %s", step_type(id)->id);
    abort(); /* never: what fail_msg does is not told to compilers */
}

#endif

/* Datastream tries out what it can, and makes nothing: by itself, and in a run before anything
 * costly is begun. Skipped (77) without strom-sandbox or PostgreSQL. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/google/datastream_profiles.h"
#include "api/google/network.h"
#include "api/plan/apply_remedy.h"
#include "api/plan/trial_tell.h"
#include "api/store/journal.h"
#include "tests/unit/plan/trip.h"

#include <stdio.h>
#include <string.h>

static void try_out(struct trip *trip, const struct secret *with)
{
    const struct apply_options o = trip_plan(trip, with);
    trip->doing = apply_try(net, &o);
    trip->steps = apply_steps(trip->doing, &trip->n);
    await(trip->doing);
}

static bool was_begun(const struct trip *trip, enum step_id id)
{
    enum apply_state s = trip_step(trip, id)->state;
    return s == APPLY_RUNNING || s == APPLY_DONE || s == APPLY_FAILED;
}

static void says(const struct trip *trip, enum step_id id, enum apply_state state,
                 const char *message)
{
    const struct apply_step *s = trip_step(trip, id);
    if (s->state != state || strstr(s->message, message) == NULL)
        fail_msg("%s is %s: %s", step_type(id)->id, apply_state_name(s->state), s->message);
}

static void turn(void)
{
    net_wait(net, NULL, 0, clock_mono_ms() + 1000);
    net_step(net);
}

/* The newest run's entry of that step; NULL: none. */
static const struct journal_entry *entry_of(const char *step)
{
    const struct journal_run *runs;
    const struct journal_entry *entries;
    struct err e;
    size_t n;
    assert_true(journal_runs(store, NULL, 1, &mem, &runs, &n, &e));
    if (n == 0)
        return NULL;
    assert_true(journal_entries(store, runs[0].id, &mem, &entries, &n, &e));
    for (size_t i = 0; i < n; i++)
        if (strcmp(entries[i].step, step) == 0)
            return &entries[i];
    return NULL;
}

/* Of a fresh project: what stands in the way of each is named, and nobody writes anything down. */
static void nothing_can_be_tried_of_nothing(void **state)
{
    (void)state;
    struct trip t;
    try_out(&t, password);
    assert_int_equal(task_state(t.doing), TASK_OK);
    says(&t, STEP_SOURCE_PROFILE, APPLY_NOT_RUN, "not tried");
    says(&t, STEP_STREAM, APPLY_NOT_RUN, "not tried");
    assert_null(entry_of("datastream.source_profile.trial"));
    for (size_t i = 0; i < t.n; i++)
        assert_int_not_equal(t.steps[i].state, APPLY_FAILED);
    trip_end(&t);
}

/* The machine and the private connection wait for it; the network, which costs nothing, does not.
 */
static void a_run_tries_before_anything_costly(void **state)
{
    (void)state;
    bool with_network = false;
    struct trip t;
    trip_begin(&t, password);
    while (task_state(t.doing) == TASK_RUNNING &&
           trip_step(&t, STEP_DESTINATION_PROFILE)->state == APPLY_WAITING) {
        bool tries =
            strstr(trip_step(&t, STEP_DESTINATION_PROFILE)->message, "tries it out") != NULL;
        with_network = with_network || (tries && was_begun(&t, STEP_NETWORK));
        assert_false(was_begun(&t, STEP_PROXY));
        assert_false(was_begun(&t, STEP_PRIVATE_CONNECTION));
        turn();
    }
    assert_true(with_network);
    assert_int_equal(entry_of("datastream.destination_profile.trial")->state, JOURNAL_DONE);
    await_well(t.doing);
    trip_end(&t);
}

static void drop_stream(void)
{
    struct task *t =
        datastream_stream_delete(google, target.project, target.region, target.stream, NULL);
    await_well(t);
    task_drop(t);
}

static void all_passed(const struct apply_step *s)
{
    assert_true(s->n_validations > 0);
    for (size_t i = 0; i < s->n_validations; i++)
        if (s->validations[i].state != GOOGLE_VALIDATION_PASSED)
            fail_msg("%s: %s", s->validations[i].code, s->validations[i].state_text);
}

/* Everything that it needs is there: its own validation, line by line, and no stream. */
static void a_stream_is_tried_and_not_made(void **state)
{
    (void)state;
    struct trip t;
    drop_stream();
    try_out(&t, NULL);
    assert_int_equal(task_state(t.doing), TASK_OK);
    says(&t, STEP_STREAM, APPLY_DONE, "");
    all_passed(trip_step(&t, STEP_STREAM));
    says(&t, STEP_SOURCE_PROFILE, APPLY_KEPT, "");
    trip_end(&t);
    try_out(&t, NULL);
    assert_int_equal(plan_action(&t.plan, STEP_STREAM)->verb, PLAN_CREATE);
    trip_end(&t);
}

static void drop_profile(void)
{
    struct task *t = datastream_profile_delete(google, target.project, target.region,
                                               "postgres-postmottak", NULL);
    await_well(t);
    task_drop(t);
}

static void is_told(const struct trip *t, const char *json, const char *text)
{
    struct str lines = {0}, doc = {0};
    struct json_out o;
    trial_print(&t->plan, t->doing, &lines);
    json_begin(&o, &doc, false);
    json_open_object(&o, NULL);
    trial_json(&o, &t->plan, t->doing);
    json_close_object(&o);
    if (strstr(str_text(&lines), text) == NULL || strstr(str_text(&doc), json) == NULL)
        fail_msg("%s\n%s", str_text(&lines), str_text(&doc));
    str_done(&lines);
    str_done(&doc);
}

/* The profile needs the password; a wrong one is found out without anything being made. */
static void a_wrong_password_is_found_out_beforehand(void **state)
{
    (void)state;
    struct trip t;
    drop_profile();
    try_out(&t, NULL);
    says(&t, STEP_SOURCE_PROFILE, APPLY_NOT_RUN, "password");
    says(&t, STEP_STREAM, APPLY_NOT_RUN, "Source profile");
    trip_end(&t);
    try_out(&t, wrong);
    assert_int_equal(task_state(t.doing), TASK_FAILED);
    const struct apply_step *s = trip_step(&t, STEP_SOURCE_PROFILE);
    assert_int_equal(s->state, APPLY_FAILED);
    assert_string_equal(s->error.reason, APPLY_WRONG_PASSWORD);
    assert_int_equal(s->n_validations, 1);
    assert_non_null(strstr(apply_remedy(&s->validations[0]), "password"));
    is_told(&t, "\"state\":\"failed\"", "! Source profile: ");
    is_told(&t, "\"remedy\":\"the password", "-> the password of the database user");
    is_told(&t, "\"state\":\"not_tried\"", "    Stream: not tried: ");
    trip_end(&t);
    try_out(&t, password);
    says(&t, STEP_SOURCE_PROFILE, APPLY_DONE, "");
    is_told(&t, "\"state\":\"passed\"", "= Source profile: passed");
    trip_end(&t);
    try_out(&t, password); /* nothing came of it */
    assert_int_equal(plan_action(&t.plan, STEP_SOURCE_PROFILE)->verb, PLAN_CREATE);
    trip_end(&t);
}

/* Nothing costly is ahead: the profile is made at once, which tests the same. */
static void a_run_does_not_try_what_it_makes_at_once(void **state)
{
    (void)state;
    struct trip t;
    trip_begin(&t, password);
    await_well(t.doing);
    assert_non_null(entry_of("datastream.source_profile"));
    assert_null(entry_of("datastream.source_profile.trial"));
    assert_null(entry_of("datastream.stream.trial"));
    trip_end(&t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_can_be_tried_of_nothing),
        cmocka_unit_test(a_run_tries_before_anything_costly),
        cmocka_unit_test(a_stream_is_tried_and_not_made),
        cmocka_unit_test(a_wrong_password_is_found_out_beforehand),
        cmocka_unit_test(a_run_does_not_try_what_it_makes_at_once),
    };
    (void)argc;
    if (!session_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}

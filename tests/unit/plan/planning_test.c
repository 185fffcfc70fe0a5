/* What is said when a plan that was shown does not hold any more at the moment of the first write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/planning.h"
#include "tests/unit/plan/scene.h"

static struct scene then, now;

/* Two looks at the same world, in which nothing of ours is there yet. */
static int setup(void **state)
{
    struct scene *const both[] = {&then, &now};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        scene_open(both[i]);
        scene_table(both[i], "public", "regel", "+id:key +resultat fnr:special");
        scene_all(both[i], SEEN_ABSENT);
        both[i]->seen.things[STEP_SERVICES].seen = SEEN_READY;
        scene_prepared(both[i]);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scene_done(&then);
    scene_done(&now);
    return 0;
}

/* The differences are exactly these lines. */
static void differ(const char *wanted)
{
    struct str lines = {0};
    struct err e;
    const struct plan *a = scene_plan(&then), *b = scene_plan(&now);

    assert_false(planning_holds(b, a->digest, NULL));
    planning_differences(a, b, &lines);
    assert_string_equal(str_text(&lines), wanted);
    str_done(&lines);
    assert_false(planning_still_holds(a, b, NULL));
    assert_false(planning_moved(a, b, &e));
    assert_int_equal(e.kind, ERR_CONFLICT);
    assert_string_equal(e.reason, "MOVED");
    assert_non_null(strstr(e.why, "it does not hold any more"));
    assert_null(strchr(e.why, '\n'));
}

static void test_the_same_holds(void **state)
{
    (void)state;
    const struct plan *a = scene_plan(&then), *b = scene_plan(&now);
    assert_true(planning_holds(b, a->digest, NULL));
}

static void test_somebody_made_the_network(void **state)
{
    (void)state;
    now.seen.things[STEP_NETWORK].seen = SEEN_READY;
    differ("Network datastream-vpc: create then, keep now: is there\n");
}

/* What was on its way when it was shown may have come to its end, and nothing else. */
static void test_what_was_under_way_has_come(void **state)
{
    (void)state;
    then.seen.things[STEP_DESTINATION_PROFILE].seen = SEEN_PENDING;
    now.seen.things[STEP_DESTINATION_PROFILE].seen = SEEN_READY;
    const struct plan *a = scene_plan(&then), *b = scene_plan(&now);
    assert_int_equal(plan_waits_for(a), 1);
    assert_int_equal(plan_waits_for(b), 0);
    assert_false(planning_holds(b, a->digest, NULL));
    assert_true(planning_still_holds(a, b, NULL));
    assert_false(planning_still_holds(b, a, NULL));
    now.seen.things[STEP_NETWORK].seen = SEEN_READY; /* somebody else's */
    b = scene_plan(&now);
    assert_false(planning_still_holds(a, b, NULL));
}

static void test_a_reason_is_another_one(void **state)
{
    (void)state;
    then.seen.things[STEP_NETWORK].seen = now.seen.things[STEP_NETWORK].seen = SEEN_READY;
    now.seen.other_streams = 1;
    differ("Network datastream-vpc: is there, and other streams use it too\n");
}

static void test_other_changes(void **state)
{
    (void)state;
    then.seen.n_services_off = now.seen.n_services_off = 1;
    then.off[0] = "compute.googleapis.com";
    now.off[0] = "datastream.googleapis.com";
    then.seen.services_off = then.off;
    now.seen.services_off = now.off;
    differ("APIs aap-dev-ab12: what would be changed in it is something else now\n");
}

static void test_the_source_is_not_prepared_any_more(void **state)
{
    (void)state;
    now.grants[0].select = false;
    differ("datastream may not read public.regel\n");
}

static void test_the_source_is_prepared_by_now(void **state)
{
    (void)state;
    then.grants[0].select = false;
    differ("not needed any more: datastream may not read public.regel\n");
}

static void test_another_choice(void **state)
{
    (void)state;
    now.selection.tables[0].columns[1].included = false;
    now.selection.tables[0].n_included--;
    differ("Stream postgres-postmottak-bigquery: 1 table, 1 column, each named\n"
           "what is chosen is something else now\n");
}

/* The digest saw more than the plan shows: it is said, and never nothing. */
static void test_something_beside_the_plan(void **state)
{
    (void)state;
    now.seen.stream_state = "PAUSED";
    now.seen.stream_dataset = "other";
    then.seen.stream_state = "PAUSED";
    differ("what was seen when the plan was made has changed\n");
}

static void test_only_the_digest_is_known(void **state)
{
    struct err e;
    (void)state;
    assert_false(planning_moved(NULL, scene_plan(&now), &e));
    assert_string_equal(
        e.why, "it does not hold any more: what is wanted (plan file, options), or what was seen, "
               "has changed since the plan was made");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_the_same_holds),
        CASE(test_somebody_made_the_network),
        CASE(test_what_was_under_way_has_come),
        CASE(test_a_reason_is_another_one),
        CASE(test_other_changes),
        CASE(test_the_source_is_not_prepared_any_more),
        CASE(test_the_source_is_prepared_by_now),
        CASE(test_another_choice),
        CASE(test_something_beside_the_plan),
        CASE(test_only_the_digest_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

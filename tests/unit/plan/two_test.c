/* Two runs of two people at the same parts: what the second takes back is what it has made, though
 * it meant to make all of it. Against the stand-in; skipped (77) without strom-sandbox or
 * PostgreSQL. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/google/datastream.h"
#include "api/plan/apply.h"
#include "api/plan/observe.h"
#include "api/plan/record_left.h"
#include "api/plan/remove.h"
#include "api/store/journal.h"
#include "tests/unit/plan/cloud.h"

#include <string.h>

#define HERE google, "aap-dev-ab12", "europe-north1"

static struct store *other; /* of the second person */
static struct names n;

static void carry_out(struct store *whose)
{
    const struct plan_options options = {.start = true};
    struct plan plan;
    struct task *looking = observe(net, google, &target);
    await_well(looking);
    plan_make(&target, &selection, observed(looking), &options, &plan);
    const struct apply_options o = {.google = google,
                                    .store = whose,
                                    .plan = &plan,
                                    .selection = &selection,
                                    .password = password};
    struct task *t = apply(net, &o);
    await_well(t);
    task_drop(t);
    plan_done(&plan);
    task_drop(looking);
}

/* It saw nothing there, wrote down what it meant to make, and was killed before it sent any of it.
 */
static void killed_early(struct store *whose)
{
    struct journal_run run = {
        .target = arena_printf(&mem, "%s/%s/%s", target.project, target.region, n.stream),
        .kind = JOURNAL_CREATE,
        .plan = "{\"mark\":\"run-killed\"}"};
    struct err e;
    assert_true(journal_begin(whose, &run, &mem, &e));
    for (enum step_id s = STEP_NETWORK; s < STEP_STREAM; s++) {
        struct journal_entry entry = {.run = run.id,
                                      .step = step_type(s)->id,
                                      .name = step_name(s, &n),
                                      .intent = "{\"action\":\"create\"}"};
        assert_true(journal_intent(whose, &entry, &e));
    }
}

static struct task *undo(struct store *whose)
{
    const struct remove_wanted wanted = {google, whose, NULL, &target, true};
    struct task *t = remove_prepare(net, &wanted);
    await_well(t);
    return t;
}

static enum observed_seen seen_now(enum step_id step)
{
    struct task *looking = observe(net, google, &target);
    await_well(looking);
    enum observed_seen seen = observed(looking)->things[step].seen;
    task_drop(looking);
    return seen;
}

/* Whatever bears no mark, or none that is seen, would go with the wrong run. */
static void test_all_is_marked(void **state)
{
    (void)state;
    names_of(&target, &n);
    killed_early(other);
    carry_out(store);
    struct task *looking = observe(net, google, &target);
    await_well(looking);
    const char *mark = observed(looking)->things[STEP_STREAM].run;
    assert_non_null(mark);
    for (enum step_id s = 0; s < STEPS; s++)
        if (step_type(s)->marked && !str_eq(observed(looking)->things[s].run, mark))
            fail_msg("%s bears %s", step_type(s)->id, observed(looking)->things[s].run);
    task_drop(looking);
}

static void test_nothing_of_the_first_goes(void **state)
{
    struct receipt_line *lines;
    size_t count;
    (void)state;
    struct task *t = undo(other);
    remove_plan(remove_prepared(t), &mem, &lines, &count);
    assert_true(count > 8);
    for (size_t i = 0; i < count; i++)
        if (lines[i].kind == RECEIPT_REMOVED)
            fail_msg("%s %s would go", lines[i].what, lines[i].name);
    task_drop(t);
}

/* The stream is gone; the second makes one on what the first has made, and takes that back. */
static void test_the_second_takes_back_its_own(void **state)
{
    (void)state;
    struct task *t = datastream_stream_delete(HERE, n.stream, NULL);
    await_well(t);
    task_drop(t);
    carry_out(other);
    assert_int_equal(seen_now(STEP_STREAM), SEEN_READY);
    t = undo(other);
    struct task *gone = remove_all(net, remove_prepared(t));
    await_well(gone);
    task_drop(gone);
    task_drop(t);
    assert_int_equal(seen_now(STEP_STREAM), SEEN_ABSENT);
    for (enum step_id s = STEP_NETWORK; s < STEP_STREAM; s++)
        if (seen_now(s) != SEEN_READY)
            fail_msg("%s is gone", step_type(s)->id);
}

static void test_the_first_takes_back_the_rest(void **state)
{
    (void)state;
    struct task *t = undo(store);
    struct task *gone = remove_all(net, remove_prepared(t));
    await_well(gone);
    task_drop(gone);
    task_drop(t);
    for (enum step_id s = STEP_NETWORK; s < STEP_STREAM; s++)
        if (s != STEP_DATASET && seen_now(s) != SEEN_ABSENT) /* that one is asked for by its name */
            fail_msg("%s is there", step_type(s)->id);
}

static size_t removed(const struct task *t)
{
    size_t count, of = 0;
    const struct receipt_line *lines = remove_receipt(t, &count);
    for (size_t i = 0; i < count; i++)
        of += lines[i].kind == RECEIPT_REMOVED;
    return of;
}

/* Its process dies when the first part is gone. */
static void undo_half(void)
{
    static const char *const words[] = {"strom", "create", "postmottak-backend", NULL};
    struct task *t = undo(store);
    struct remove_options o = *remove_prepared(t);
    o.command = words;
    struct task *gone = remove_all(net, &o);
    while (task_state(gone) == TASK_RUNNING && removed(gone) == 0) {
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        net_step(net);
    }
    assert_int_equal(task_state(gone), TASK_RUNNING);
    task_drop(gone);
    task_drop(t);
}

static void assert_told(void)
{
    struct record_left left[4];
    size_t count = record_left_by_commands(store, &mem, left, 4);
    assert_int_equal(count, 1);
    assert_true(left[0].takes_back);
    assert_non_null(strstr(left[0].said, "to take back what a creation had made"));
}

/* It goes on as what it was: what was there before stays, the rest goes. Killed twice, too. */
static void test_half_an_undo_goes_on_as_an_undo(void **state)
{
    struct record_left left;
    (void)state;
    carry_out(store);
    for (int i = 0; i < 2; i++) {
        undo_half();
        assert_told();
    }
    assert_int_equal(seen_now(STEP_STREAM), SEEN_ABSENT);
    struct task *t = undo(store);
    assert_false(remove_prepared(t)->made.steps & 1u << STEP_DATASET);
    struct task *gone = remove_all(net, remove_prepared(t));
    await_well(gone);
    task_drop(gone);
    task_drop(t);
    for (enum step_id s = STEP_NETWORK; s < STEP_STREAM; s++)
        if (s != STEP_DATASET && seen_now(s) != SEEN_ABSENT)
            fail_msg("%s is there", step_type(s)->id);
    assert_int_equal(seen_now(STEP_DATASET), SEEN_READY);
    assert_int_equal(record_left_by_commands(store, &mem, &left, 1), 0);
    t = undo(store);
    assert_int_equal(remove_prepared(t)->made.steps, 0);
    task_drop(t);
}

static char *another_folder;

static int set_up(void **state)
{
    struct err e;
    int failed = setup(state);
    if (failed)
        return failed;
    another_folder = folder_make();
    other = store_open(another_folder, &e);
    return other ? 0 : -1;
}

static int tear_down(void **state)
{
    if (other) {
        store_close(other);
        folder_remove(another_folder);
    }
    return teardown(state);
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_marked),
        cmocka_unit_test(test_nothing_of_the_first_goes),
        cmocka_unit_test(test_the_second_takes_back_its_own),
        cmocka_unit_test(test_the_first_takes_back_the_rest),
        cmocka_unit_test(test_half_an_undo_goes_on_as_an_undo),
    };
    if (!session_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

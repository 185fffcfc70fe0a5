/* Orders to a stream that break off in the middle, against the stand-in: what the next run makes of
 * them. Skipped (77) without strom-sandbox or PostgreSQL.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/record.h"
#include "api/store/journal.h"
#include "tests/unit/plan/acting.h"

#include <stdio.h>
#include <stdlib.h>

static void act_well(const struct alter_order *order)
{
    struct act act;
    begin(&act, order, NULL);
    await_well(act.run);
    end(&act);
}

/* No copy is under way. */
static void await_copied(void)
{
    int64_t limit = clock_mono_ms() + LIMIT_MS;
    for (bool copied = false; !copied; assert_true(clock_mono_ms() < limit)) {
        struct task *t =
            datastream_object_list(google, target.project, target.region, target.stream);
        await_well(t);
        const struct datastream_object_list *o = datastream_objects(t);
        copied = o->n == 2;
        for (size_t i = 0; i < o->n; i++)
            copied = copied && strcmp(o->items[i].backfill_state, "COMPLETED") == 0;
        task_drop(t);
    }
}

/* --- a run that breaks off --- */

static void test_a_pause_that_broke_off_is_gone_on_with(void **state)
{
    const struct alter_order order = {.kind = ALTER_PAUSE}, back = {.kind = ALTER_RESUME};
    struct act act;
    (void)state;
    begin(&act, &order, NULL);
    until(&act, 0, ALTER_RUNNING);
    end(&act); /* dropped: what was sent goes on */
    begin(&act, &order, NULL);
    assert_non_null(act.plan.going_on);
    await_well(act.run);
    end(&act);
    is_in_state("PAUSED");
    plan(&act, &order);
    assert_true(act.plan.nothing);
    assert_null(act.plan.going_on); /* that one has ended well */
    end(&act);
    act_well(&back);
    is_in_state("RUNNING");
}

/* --- what is still on its way --- */

#define ONE_ID "3c5f0a52-94d8-4a6e-8f0d-5b1e6c7d9a10"

/* A run that was killed behind its first intent: whether that was sent, nobody knows. */
static void is_left_unheard(void)
{
    char name[RECORD_NAME];
    struct arena a = {0};
    struct err e;
    record_name(name, target.project, target.region, target.stream);
    struct journal_run run = {.kind = JOURNAL_CHANGE,
                              .target = name,
                              .plan = "{\"change\":\"pause\",\"undo\":false,\"tables\":{}}"};
    struct journal_entry entry = {
        .step = "datastream.pause", .name = target.stream, .intent = "{}", .request_id = ONE_ID};
    assert_true(journal_begin(store, &run, &a, &e));
    entry.run = run.id;
    assert_true(journal_intent(store, &entry, &e));
    arena_done(&a);
}

/* The request ids of the newest run, one behind the other. */
static void ids_of_newest(char ids[256])
{
    const struct journal_run *runs;
    const struct journal_entry *entries;
    struct arena a = {0};
    struct err e;
    size_t n_runs, n, at = 0;
    assert_true(journal_runs(store, NULL, 1, &a, &runs, &n_runs, &e));
    assert_true(journal_entries(store, runs[0].id, &a, &entries, &n, &e));
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(ids + at, 256 - at, "%s ", entries[i].request_id);
    arena_done(&a);
}

/* What arrives late is the same to Google. The second time it has long been done, and undone since:
 * then it is asked for anew. */
static void test_what_is_on_its_way_is_sent_by_the_same_id(void **state)
{
    const struct alter_order order = {.kind = ALTER_PAUSE}, back = {.kind = ALTER_RESUME};
    struct act act;
    char ids[256];
    (void)state;
    is_left_unheard();
    act_well(&order);
    is_in_state("PAUSED");
    ids_of_newest(ids);
    assert_string_equal(ids, ONE_ID " ");
    act_well(&back);
    is_left_unheard();
    begin(&act, &order, NULL);
    assert_string_equal(act.plan.calls[0].request_id, ONE_ID);
    await_well(act.run);
    end(&act);
    is_in_state("PAUSED");
    ids_of_newest(ids);
    assert_memory_equal(ids, ONE_ID " ", sizeof ONE_ID);
    assert_int_equal(strlen(ids), 2 * sizeof ONE_ID);
    act_well(&back);
    plan(&act, &order);
    assert_null(act.plan.calls[0].request_id); /* it was heard of */
    end(&act);
}

/* --- and is offered --- */

static bool is_offered(struct act *act, struct alter_order *out)
{
    const struct alter_wanted w = {google, store, NULL, &target, NULL};
    *act = (struct act){.look = alter_look(net, &w)};
    await_well(act->look);
    return alter_begun(alter_seen(act->look), &act->mem, out);
}

static void test_what_was_begun_is_known_as_it_was_begun(void **state)
{
    const char *const all[] = {"all"};
    const struct alter_order copy = {.kind = ALTER_BACKFILL, .tables = all, .n_tables = 1},
                             host = {.kind = ALTER_HOST, .host = "10.0.0.77"};
    struct alter_order found;
    struct act act;
    (void)state;
    await_copied();
    begin(&act, &copy, NULL);
    until(&act, 0, ALTER_DONE);
    end(&act);
    assert_true(is_offered(&act, &found));
    assert_int_equal(found.kind, ALTER_BACKFILL);
    assert_int_equal(found.n_tables, 2);
    alter_plan(alter_seen(act.look), &found, &act.mem, &act.plan);
    assert_non_null(act.plan.going_on);
    end(&act);
    act_well(&copy);
    assert_false(is_offered(&act, &found)); /* it has ended */
    end(&act);
    begin(&act, &host, NULL);
    until(&act, 0, ALTER_RUNNING);
    end(&act);
    assert_true(is_offered(&act, &found));
    assert_string_equal(found.host, host.host);
    end(&act);
    struct alter_order back = host;
    back.undo = true;
    begin(&act, &back, NULL);
    until(&act, 0, ALTER_RUNNING);
    end(&act);
    assert_true(is_offered(&act, &found));
    assert_true(found.undo);
    end(&act);
    act_well(&back);
    assert_false(is_offered(&act, &found));
    end(&act);
}

static size_t meant(const char *step)
{
    const struct journal_run *runs;
    const struct journal_entry *entries;
    struct arena a = {0};
    struct err e;
    size_t n_runs, n, found = 0;
    assert_true(journal_runs(store, NULL, 2, &a, &runs, &n_runs, &e));
    for (size_t i = 0; i < n_runs; i++) {
        assert_true(journal_entries(store, runs[i].id, &a, &entries, &n, &e));
        for (size_t k = 0; k < n; k++)
            found += strcmp(entries[k].step, step) == 0;
    }
    arena_done(&a);
    return found;
}

/* Of two tables the first is begun when it breaks off: the next run begins the second alone. */
static void test_a_copy_is_not_begun_twice(void **state)
{
    const char *const all[] = {"all"};
    const struct alter_order order = {.kind = ALTER_BACKFILL, .tables = all, .n_tables = 1};
    struct act act;
    (void)state;
    await_copied();
    begin(&act, &order, NULL);
    assert_int_equal(act.n, 2);
    until(&act, 0, ALTER_DONE);
    end(&act);
    begin(&act, &order, NULL);
    assert_non_null(act.plan.going_on);
    assert_non_null(act.plan.calls[0].done);
    await_well(act.run);
    assert_int_equal(act.steps[0].state, ALTER_KEPT);
    end(&act);
    assert_true(meant("datastream.backfill") <= 3); /* the second may have been meant in both */
    begin(&act, &order, NULL);
    assert_null(act.plan.going_on); /* a new order is a new one */
    await_well(act.run);
    end(&act);
}

static void test_after_this_call_nothing_more(void **state)
{
    const char *const all[] = {"all"};
    const struct alter_order order = {.kind = ALTER_BACKFILL, .tables = all, .n_tables = 1};
    struct act act;
    (void)state;
    await_copied();
    begin(&act, &order, NULL);
    until(&act, 0, ALTER_RUNNING);
    alter_finish_current(act.run);
    await(act.run);
    assert_int_equal(task_state(act.run), TASK_FAILED);
    assert_int_equal(task_error(act.run)->kind, ERR_INTERRUPTED);
    assert_int_equal(act.steps[1].state, ALTER_NOT_RUN);
    end(&act);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stream_is_made),
        cmocka_unit_test(test_a_pause_that_broke_off_is_gone_on_with),
        cmocka_unit_test(test_what_is_on_its_way_is_sent_by_the_same_id),
        cmocka_unit_test(test_what_was_begun_is_known_as_it_was_begun),
        cmocka_unit_test(test_a_copy_is_not_begun_twice),
        cmocka_unit_test(test_after_this_call_nothing_more),
    };
    (void)argc;
    if (!session_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* What a run writes down while another process writes into the store: it waits and tries again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/net.h"
#include "api/plan/record.h"
#include "api/plan/record_left.h"
#include "api/plan/steps.h"
#include "api/store/internal.h"
#include "api/store/lock.h"
#include "tests/unit/store/folder.h"

struct scene {
    char *folder;
    struct net *net;
    struct store *store, *other; /* other: as another process has it */
    struct arena mem;
    struct record record;
};

static void set_up(struct scene *s)
{
    struct err e;
    *s = (struct scene){.folder = folder_make(), .net = net_open(&e)};
    s->store = store_open(s->folder, &e);
    s->other = store_open(s->folder, &e);
    assert_true(s->net && s->store && s->other);
    s->record = (struct record){.net = s->net, .store = s->store};
    record_name(s->record.name, "p", "europe-north1", "stream");
}

static void tear_down(struct scene *s)
{
    record_drop(&s->record);
    store_close(s->other);
    store_close(s->store);
    net_close(s->net);
    arena_done(&s->mem);
    folder_remove(s->folder);
}

static void pause_over(struct scene *s)
{
    assert_non_null(s->record.pause);
    while (task_state(s->record.pause) == TASK_RUNNING) {
        net_wait(s->net, NULL, 0, clock_mono_ms() + 1000);
        net_step(s->net);
    }
}

static void hold(struct scene *s)
{
    assert_true(store_run(s->other, "BEGIN IMMEDIATE"));
}

static void release(struct scene *s)
{
    assert_true(store_run(s->other, "ROLLBACK"));
}

static void test_everything_waits(void **state)
{
    (void)state;
    struct scene s;
    const struct journal_run *runs;
    const struct journal_entry *entries;
    struct err e;
    int64_t entry = 0;
    size_t n;
    set_up(&s);
    hold(&s);
    assert_int_equal(record_begin(&s.record, JOURNAL_DELETE, "{}", &s.mem, &e), RECORD_WAIT);
    assert_int_equal(record_begin(&s.record, JOURNAL_DELETE, "{}", &s.mem, &e), RECORD_WAIT);
    pause_over(&s);
    assert_int_equal(record_begin(&s.record, JOURNAL_DELETE, "{}", &s.mem, &e), RECORD_WAIT);
    release(&s);
    pause_over(&s);
    assert_int_equal(record_begin(&s.record, JOURNAL_DELETE, "{}", &s.mem, &e), RECORD_DONE);

    hold(&s);
    assert_int_equal(record_intent(&s.record, "a.b", "delete", "x", NULL, &entry, &e), RECORD_WAIT);
    release(&s);
    pause_over(&s);
    assert_int_equal(record_intent(&s.record, "a.b", "delete", "x", NULL, &entry, &e), RECORD_DONE);
    assert_true(entry > 0);

    hold(&s);
    assert_int_equal(record_end(&s.record, "removed", &e), RECORD_WAIT);
    release(&s);
    pause_over(&s);
    assert_int_equal(record_end(&s.record, "removed", &e), RECORD_DONE);
    assert_true(journal_runs(s.store, NULL, 9, &s.mem, &runs, &n, &e));
    assert_int_equal(n, 1); /* begun once, however often it was tried */
    assert_int_equal(runs[0].kind, JOURNAL_DELETE);
    assert_string_equal(runs[0].outcome, "removed");
    assert_true(journal_entries(s.store, runs[0].id, &s.mem, &entries, &n, &e));
    assert_int_equal(n, 1);
    tear_down(&s);
}

/* What was meant and never heard of again: the steps of runs that did not end. */
static void test_unsure(void **state)
{
    (void)state;
    struct scene s;
    struct record next;
    struct err e;
    int64_t network = 0, dataset = 0;
    set_up(&s);
    assert_int_equal(record_unsure(&s.record, &s.mem), 0);
    assert_int_equal(record_begin(&s.record, JOURNAL_CREATE, "{}", &s.mem, &e), RECORD_DONE);
    assert_int_equal(
        record_intent(&s.record, step_type(STEP_NETWORK)->id, "create", "n", NULL, &network, &e),
        RECORD_DONE);
    assert_int_equal(
        record_intent(&s.record, step_type(STEP_DATASET)->id, "create", "d", NULL, &dataset, &e),
        RECORD_DONE);
    record_result(&s.record, dataset, JOURNAL_DONE);
    record_drop(&s.record); /* killed here */
    next = (struct record){.net = s.net, .store = s.store};
    record_name(next.name, "p", "europe-north1", "stream");
    assert_int_equal(record_unsure(&next, &s.mem), 1u << STEP_NETWORK);
    assert_int_equal(record_begin(&next, JOURNAL_CREATE, "{}", &s.mem, &e), RECORD_DONE);
    assert_int_equal(
        record_intent(&next, step_type(STEP_NETWORK)->id, "create", "n", NULL, &network, &e),
        RECORD_DONE);
    assert_int_equal(record_end(&next, "failed", &e), RECORD_DONE);
    assert_int_equal(record_unsure(&next, &s.mem), 1u << STEP_NETWORK); /* ended, but unheard of */
    record_result(&next, network, JOURNAL_FAILED);
    assert_int_equal(record_unsure(&next, &s.mem), 0); /* its refusal was heard */
    record_name(next.name, "p", "europe-north1", "another");
    assert_int_equal(record_unsure(&next, &s.mem), 0);
    tear_down(&s);
}

static bool left(struct scene *s, const char *word)
{
    const struct target t = {.project = "p", .region = "europe-north1"};
    struct str text = {0};
    bool some = record_left(s->store, &t, "stream", &text);
    if (some && !strstr(str_text(&text), word))
        fail_msg("%s", str_text(&text));
    assert_true(some || text.bytes == 0);
    str_done(&text);
    return some;
}

/* Whoever comes next learns what it was, and how far it came. */
static void test_left(void **state)
{
    (void)state;
    struct scene s;
    struct err e;
    int64_t network = 0, stream = 0;
    set_up(&s);
    assert_false(left(&s, ""));
    assert_int_equal(record_begin(&s.record, JOURNAL_CREATE, "{}", &s.mem, &e), RECORD_DONE);
    assert_int_equal(
        record_intent(&s.record, step_type(STEP_NETWORK)->id, "create", "n", NULL, &network, &e),
        RECORD_DONE);
    record_result(&s.record, network, JOURNAL_DONE);
    assert_int_equal(
        record_intent(&s.record, step_type(STEP_DATASET)->id, "create", "d", NULL, &stream, &e),
        RECORD_DONE);
    record_drop(&s.record);
    assert_true(left(&s, "to make or change it, did not end (steps done: 1, only asked for: 1)"));
    s.record.run = 0;
    assert_int_equal(record_begin(&s.record, JOURNAL_DELETE, "{}", &s.mem, &e), RECORD_DONE);
    assert_true(left(&s, "to take it down, did not end (parts gone: 0,"));
    assert_int_equal(record_end(&s.record, "removed", &e), RECORD_DONE);
    assert_false(left(&s, ""));
    s.record.run = 0;
    s.record.ended = false;
    assert_int_equal(record_begin(&s.record, JOURNAL_CREATE, "{}", &s.mem, &e), RECORD_DONE);
    assert_int_equal(record_end(&s.record, "interrupted", &e), RECORD_DONE);
    assert_true(left(&s, "did not end (steps done: 0,"));
    tear_down(&s);
}

/* The lock stands in no one's way when the run was dropped while the store was busy. */
static void test_lock_is_given_back_late(void **state)
{
    (void)state;
    struct scene s;
    struct arena a = {0};
    struct query q;
    struct err e;
    set_up(&s);
    assert_int_equal(record_begin(&s.record, JOURNAL_CREATE, "{}", &s.mem, &e), RECORD_DONE);
    hold(&s);
    record_drop(&s.record);
    release(&s);
    assert_true(lock_take(s.store, "another", &a, NULL, &e)); /* the next thing that is written */
    query_open(&q, s.other, "SELECT target FROM lock", "look", &e);
    assert_true(query_row(&q));
    assert_string_equal(column_text(&q, 0, &a), "another");
    assert_false(query_row(&q));
    query_close(&q);
    arena_done(&a);
    tear_down(&s);
}

/* Not for ever: what has waited too long is told. */
static void test_bounded(void **state)
{
    (void)state;
    struct scene s;
    struct err e;
    set_up(&s);
    hold(&s);
    assert_int_equal(record_begin(&s.record, JOURNAL_CREATE, "{}", &s.mem, &e), RECORD_WAIT);
    s.record.busy_since_ms -= 10001;
    pause_over(&s);
    assert_int_equal(record_begin(&s.record, JOURNAL_CREATE, "{}", &s.mem, &e), RECORD_FAILED);
    assert_string_equal(e.reason, "BUSY");
    release(&s);
    tear_down(&s);
}

static void test_without_a_store(void **state)
{
    (void)state;
    struct record r = {0};
    struct arena a = {0};
    struct err e;
    int64_t entry = 0;
    assert_int_equal(record_begin(&r, JOURNAL_CREATE, "{}", &a, &e), RECORD_DONE);
    assert_int_equal(record_intent(&r, "a", "b", "c", NULL, &entry, &e), RECORD_DONE);
    assert_int_equal(entry, 0);
    assert_int_equal(record_end(&r, "created", &e), RECORD_DONE);
    record_drop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_waits),
        cmocka_unit_test(test_unsure),
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_lock_is_given_back_late),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_without_a_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

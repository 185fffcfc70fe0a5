#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/pg/loop.h"

/* How statements and connections end: cancelled, closed, timed out, killed. Nothing stalls the
 * loop. */

static int sleeping(void)
{
    return (int)strtol(server_sql("postgres",
                                  "SELECT count(*) FROM pg_stat_activity WHERE application_name ="
                                  " 'strom' AND state = 'active'"),
                       NULL, 10);
}

static void until_sleeping(int n)
{
    int64_t from = clock_mono_ms();
    while (sleeping() != n) {
        net_step(net);
        net_wait(net, NULL, 0, clock_mono_ms() + 5);
        if (clock_mono_ms() - from > 10000)
            fail_msg("still %d statements on the server, not %d", sleeping(), n);
    }
}

/* A statement that is dropped ends on the server, those behind it are answered, and nothing stalls.
 */
static void test_cancel(void **state)
{
    (void)state;
    struct pg *pg = admin();
    struct task *slow = pg_query(pg, "SELECT pg_sleep(60)", NULL, 0);
    struct task *behind = pg_query(pg, "SELECT pg_sleep(0.2), 5", NULL, 0);
    struct task *dropped = pg_query(pg, "SELECT pg_sleep(60)", NULL, 0);
    struct task *last = pg_query(pg, "SELECT 6", NULL, 0);
    until_sleeping(1);
    int64_t from = clock_mono_ms();
    task_drop(slow);
    task_drop(dropped);
    assert_true(clock_mono_ms() - from <= STALL_MS);
    int64_t longest = run(last);
    print_message("cancelled: %lld ms in all, longest step %lld ms\n",
                  (long long)(clock_mono_ms() - from), (long long)longest);
    assert_true(longest <= STALL_MS);
    assert_true(clock_mono_ms() - from < 30000); /* half of what it slept */
    assert_int_equal(task_state(behind), TASK_OK);
    assert_int_equal(pg_number(pg_rows(behind), 0, 1, -1), 5);
    assert_int_equal(task_state(last), TASK_OK);
    assert_int_equal(pg_number(pg_rows(last), 0, 0, -1), 6);
    task_drop(behind);
    task_drop(last);
    assert_int_equal(sleeping(), 0);
    pg_close(pg);
}

static bool forget_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    (void)line;
    (void)e;
    *(size_t *)ctx += bytes;
    return true;
}

static void test_cancel_copy(void **state)
{
    (void)state;
    size_t bytes = 0;
    struct pg *pg = admin();
    struct task *copy = pg_copy(pg, "SELECT repeat('x', 1000) FROM generate_series(1, 5000000)",
                                forget_row, &bytes);
    while (bytes == 0) {
        net_step(net);
        net_wait(net, NULL, 0, -1);
    }
    task_drop(copy);
    struct task *next = pg_query(pg, "SELECT 1", NULL, 0);
    int64_t longest = run(next);
    assert_int_equal(task_state(next), TASK_OK);
    assert_true(longest <= STALL_MS);
    assert_true(bytes < (size_t)5000000 * 1000); /* not read to its end */
    task_drop(next);
    pg_close(pg);
}

/* The request to cancel must never hit what comes after, be it a statement or a COPY. */
static void test_cancel_often(void **state)
{
    (void)state;
    struct pg *pg = admin();
    for (int i = 0; i < 60; i++) {
        size_t bytes = 0;
        struct task *victim = i % 2 == 0 ? pg_query(pg, "SELECT pg_sleep(0.004)", NULL, 0)
                                         : pg_copy(pg, "SELECT i FROM generate_series(1, 30000) i",
                                                   forget_row, &bytes);
        for (int turns = i % 7; turns > 0; turns--) {
            net_step(net);
            net_wait(net, NULL, 0, clock_mono_ms() + 1);
        }
        task_drop(victim);
        struct task *after = i % 3 == 0 ? pg_query(pg, "SELECT pg_sleep(0.003)", NULL, 0)
                                        : pg_copy(pg, "SELECT i FROM generate_series(1, 20000) i",
                                                  forget_row, &bytes);
        run(after);
        if (task_state(after) != TASK_OK)
            fail_msg("round %d: %s", i, task_error(after)->why);
        task_drop(after);
    }
    pg_close(pg);
}

static void test_close_in_the_middle(void **state)
{
    (void)state;
    struct pg *pg = admin();
    struct task *slow = pg_query(pg, "SELECT pg_sleep(60)", NULL, 0);
    struct task *next = pg_query(pg, "SELECT 1", NULL, 0);
    until_sleeping(1);
    int64_t from = clock_mono_ms();
    pg_close(pg);
    assert_true(clock_mono_ms() - from <= STALL_MS);
    run(slow);
    run(next);
    assert_string_equal(task_error(slow)->reason, PG_LOST);
    assert_string_equal(task_error(next)->reason, PG_LOST);
    task_drop(slow);
    task_drop(next);
    until_sleeping(0); /* the server notices by itself that we went */
}

static void test_statement_timeout(void **state)
{
    (void)state;
    struct pg *pg =
        connect_as((struct pg_options){.dsn = server_admin("app"), .statement_timeout_ms = 100});
    struct task *slow = pg_query(pg, "SELECT pg_sleep(60)", NULL, 0);
    struct task *next = pg_query(pg, "SELECT 1", NULL, 0);
    run(slow);
    assert_string_equal(task_error(slow)->reason, PG_CANCELLED);
    assert_true(task_error(slow)->retryable);
    run(next);
    assert_int_equal(task_state(next), TASK_OK);
    task_drop(slow);
    task_drop(next);
    pg_close(pg);
}

static void test_killed(void **state)
{
    (void)state;
    for (int hard = 0; hard < 2; hard++) {
        struct pg *pg = admin();
        struct task *slow = pg_query(pg, "SELECT pg_sleep(60)", NULL, 0);
        struct task *next = pg_query(pg, "SELECT 1", NULL, 0);
        until_sleeping(1);
        int backend = pg_backend(pg);
        if (hard == 0) {
            char sql[64];
            snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)", backend);
            server_sql("postgres", sql);
        } else {
            kill(backend, SIGKILL);
        }
        run(slow);
        run(next);
        assert_string_equal(task_error(slow)->reason, PG_LOST);
        assert_string_equal(task_error(next)->reason, PG_LOST);
        assert_true(task_error(next)->retryable);
        print_message("killed: %s / %s\n", task_error(slow)->why, task_error(next)->why);
        task_drop(slow);
        task_drop(next);
        assert_false(pg_alive(pg));
        next = pg_query(pg, "SELECT 1", NULL, 0);
        assert_int_equal(task_state(next), TASK_FAILED);
        task_drop(next);
        pg_close(pg);
        server_await();
    }
}

static void test_gone_while_idle(void **state)
{
    (void)state;
    struct pg *pg = admin();
    struct task *t = pg_query(pg, "SELECT 1", NULL, 0);
    run(t);
    task_drop(t);
    assert_true(pg_alive(pg));
    char sql[64];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", pg_backend(pg));
    server_sql("postgres", sql);
    assert_false(pg_lost(pg)); /* nobody has looked yet */
    assert_false(pg_alive(pg));
    assert_true(pg_lost(pg));
    pg_close(pg);
}

static void test_net_closed_first(void **state)
{
    (void)state;
    struct err e;
    struct net *kept = net;
    net = net_open(&e);
    struct pg *pg = admin();
    pg_query(pg, "SELECT pg_sleep(60)", NULL, 0);
    pg_query(pg, "SELECT 1", NULL, 0);
    until_sleeping(1);
    net_close(net);
    pg_close(pg);
    net = kept;
    until_sleeping(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancel_copy),
        cmocka_unit_test(test_cancel_often),
        cmocka_unit_test(test_close_in_the_middle),
        cmocka_unit_test(test_statement_timeout),
        cmocka_unit_test(test_gone_while_idle),
        cmocka_unit_test(test_net_closed_first),
        cmocka_unit_test(test_killed),
    };
    struct err e;
    server_start("max_connections=14\nsuperuser_reserved_connections=2");
    server_sql("postgres", "CREATE DATABASE app");
    net = net_open(&e);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    net_close(net);
    return failed;
}

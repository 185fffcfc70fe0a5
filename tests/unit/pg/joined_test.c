/* Several COPYs as one string: each ends by itself, as if it had been sent alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/pg/loop.h"

enum { MOST = COPY_TOGETHER + 3 };

/* What one of them said: rows of one field. */
struct heard {
    size_t rows, refuse_at; /* 0: takes all */
    char last[2000];
};

static struct heard heard[MOST];
static struct task *asked[MOST];
static size_t n_asked;
static struct pg *pg;

static bool hear(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct heard *h = ctx;
    const char *end = line + bytes;
    char *field = NULL;
    size_t n = 0;

    if (++h->rows == h->refuse_at)
        return err_set(e, ERR_BUG, "refused");
    if (!copy_field_binary(&line, end, &field, &n) || line != end)
        return err_set(e, ERR_BUG, "not one field");
    snprintf(h->last, sizeof h->last, "%.*s", (int)n, field ? field : "");
    return true;
}

static void ask(const char *select)
{
    heard[n_asked] = (struct heard){0};
    asked[n_asked] = pg_copy_joined(pg, select, hear, &heard[n_asked]);
    n_asked++;
}

static void forget(size_t i)
{
    task_clear(&asked[i]);
}

static void await_all(void)
{
    for (size_t i = 0; i < n_asked; i++)
        if (asked[i])
            run(asked[i]);
}

static int begin(void **state)
{
    (void)state;
    n_asked = 0;
    pg = admin();
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_asked; i++)
        forget(i);
    pg_close(pg);
    return 0;
}

static void expect_ok(size_t i, size_t rows)
{
    if (task_state(asked[i]) != TASK_OK)
        fail_msg("%zu: %s", i, task_error(asked[i])->why);
    assert_int_equal(heard[i].rows, rows);
}

static void expect_failed(size_t i, const char *reason)
{
    assert_int_equal(task_state(asked[i]), TASK_FAILED);
    assert_string_equal(task_error(asked[i])->reason, reason);
}

#define WHOLE "pg_catalog.current_query()"

/* Statements of the string that the server said it was in. */
static size_t n_in_string(size_t i)
{
    size_t n = 0;

    for (const char *at = heard[i].last; (at = strstr(at, "COPY (")) != NULL; at++)
        n++;
    return n;
}

static bool joins(void)
{
    return pg_version(pg) >= 130000;
}

static void test_one_string(void **state)
{
    (void)state;
    for (size_t i = 0; i < COPY_TOGETHER + 2; i++)
        ask("SELECT " WHOLE " FROM generate_series(1, 3)");
    struct heard alone = {0};
    struct task *t = pg_copy_binary(pg, "SELECT " WHOLE, hear, &alone);
    ask("SELECT " WHOLE);
    await_all();
    run(t);
    for (size_t i = 0; i < COPY_TOGETHER; i++)
        assert_int_equal(n_in_string(i), joins() ? COPY_TOGETHER : 1);
    assert_int_equal(n_in_string(COPY_TOGETHER + 1), joins() ? 2 : 1);
    assert_int_equal(n_in_string(COPY_TOGETHER + 2), 1);
    assert_null(strstr(alone.last, ";"));
    for (size_t i = 0; i < n_asked; i++)
        expect_ok(i, i == COPY_TOGETHER + 2 ? 1 : 3);
    task_drop(t);
}

/* None of the others loses a row or has one twice, and what comes after is answered. */
static void test_errors_in_the_middle(void **state)
{
    (void)state;
    ask("SELECT 'a' FROM generate_series(1, 3000)");
    ask("SELECT 1 / (i - 2000) FROM generate_series(1, 3000) i");
    ask("SELECT " WHOLE " FROM generate_series(1, 2)");
    ask("SELECT x FROM borte");
    ask("SELECT 'b' FROM generate_series(1, 3000)");
    ask("SELECT 'c'");
    heard[5].refuse_at = 1;
    ask("WITH ny AS (INSERT INTO public.skrevet VALUES (1) RETURNING 1) SELECT * FROM ny");
    ask("SELECT 'd' WHERE false");
    await_all();
    expect_ok(0, 3000);
    expect_failed(1, "22012");
    expect_ok(2, 2);
    assert_int_equal(n_in_string(2), joins() ? 6 : 1); /* the rest */
    expect_failed(3, "42P01");
    expect_ok(4, 3000);
    assert_int_equal(task_state(asked[5]), TASK_FAILED);
    assert_string_equal(task_error(asked[5])->what, "refused");
    expect_failed(6, "25006");
    expect_ok(7, 0);
    struct task *t = pg_query(pg, "SELECT 7", NULL, 0);
    run(t);
    assert_int_equal(pg_number(pg_rows(t), 0, 0, -1), 7);
    task_drop(t);
}

/* The server looks at the whole string before it runs any of it. */
static void test_not_sql(void **state)
{
    (void)state;
    ask("SELECT 'a'");
    ask("SELECT FROM WHERE");
    ask("SELECT 'b'");
    await_all();
    expect_ok(0, 1);
    expect_failed(1, "42601");
    expect_ok(2, 1);
}

static void test_time_out_of_each(void **state)
{
    (void)state;
    pg_close(pg);
    pg = connect_as((struct pg_options){.dsn = server_admin("app"), .statement_timeout_ms = 2000});
    for (int i = 0; i < 3; i++) /* together longer than one may take */
        ask("SELECT 'a' FROM pg_sleep(0.8)");
    ask("SELECT 'b' FROM pg_sleep(60)");
    ask("SELECT 'c'");
    await_all();
    for (size_t i = 0; i < 3; i++)
        expect_ok(i, 1);
    expect_failed(3, PG_CANCELLED);
    expect_ok(4, 1);
}

static void until_rows(size_t i, size_t rows)
{
    for (net_step(net); heard[i].rows < rows; net_step(net))
        net_wait(net, NULL, 0, -1);
}

static void test_cancel_in_the_middle(void **state)
{
    (void)state;
    ask("SELECT repeat('a', 1000) FROM generate_series(1, 3000)");
    ask("SELECT repeat('b', 1000) FROM generate_series(1, 5000000)");
    ask("SELECT 'c'");
    ask("SELECT repeat('d', 1000) FROM generate_series(1, 5000000)");
    ask("SELECT 'e'");
    until_rows(0, 1000);
    forget(3); /* the server has not come to it yet */
    until_rows(1, 1);
    size_t rows = heard[1].rows;
    forget(1);
    await_all();
    expect_ok(0, 3000);
    expect_ok(2, 1);
    expect_ok(4, 1);
    assert_int_equal(heard[1].rows, rows);
    assert_int_equal(heard[3].rows, 0);
}

/* They end on the server at once, also where it has not said yet which of them it is at. */
static void test_cancel_all(void **state)
{
    (void)state;
    int64_t from = clock_mono_ms();
    ask("SELECT 'a'");
    ask("SELECT 'b' FROM pg_sleep(25)");
    ask("SELECT 'c' FROM pg_sleep(25)");
    while (strtol(server_sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = "
                                         "'PgSleep'"),
                  NULL, 10) == 0) {
        net_step(net);
        net_wait(net, NULL, 0, clock_mono_ms() + 5);
    }
    for (size_t i = n_asked; i > 0; i--)
        forget(i - 1);
    struct task *t = pg_query(pg, "SELECT 7", NULL, 0);
    run(t);
    assert_int_equal(pg_number(pg_rows(t), 0, 0, -1), 7);
    task_drop(t);
    assert_true(clock_mono_ms() - from < 20000); /* less than one of them slept */
}

/* The request to cancel must never hit what is behind their string; of the string one that has
 * begun meanwhile, and then it may be asked again. */
static void is_whole_or_hit(size_t k)
{
    if (task_state(asked[k]) == TASK_OK) {
        assert_int_equal(heard[k].rows, 5000);
        return;
    }
    expect_failed(k, PG_CANCELLED);
    assert_true(heard[k].rows > 0);
    assert_true(task_error(asked[k])->retryable);
}

static void test_cancel_often(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        n_asked = 0;
        for (int k = 0; k < 4; k++)
            ask("SELECT i FROM generate_series(1, 5000) i");
        struct task *behind = pg_query(pg, "SELECT 7", NULL, 0);
        for (int turns = i % 9; turns > 0; turns--) {
            net_step(net);
            net_wait(net, NULL, 0, clock_mono_ms() + 1);
        }
        forget((size_t)i % 3);
        await_all();
        for (size_t k = 0; k < 4; k++) {
            if (asked[k])
                is_whole_or_hit(k);
            forget(k);
        }
        run(behind);
        assert_int_equal(pg_number(pg_rows(behind), 0, 0, -1), 7);
        task_drop(behind);
    }
}

static void test_lost_in_the_middle(void **state)
{
    (void)state;
    char sql[64];
    ask("SELECT repeat('a', 1000) FROM generate_series(1, 3000)");
    ask("SELECT 'b' FROM pg_sleep(60)");
    ask("SELECT 'c'");
    until_rows(0, 1);
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)", pg_backend(pg));
    server_sql("postgres", sql);
    await_all();
    expect_failed(1, PG_LOST);
    expect_failed(2, PG_LOST);
    assert_int_equal(heard[2].rows, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_string, begin, end),
        cmocka_unit_test_setup_teardown(test_errors_in_the_middle, begin, end),
        cmocka_unit_test_setup_teardown(test_not_sql, begin, end),
        cmocka_unit_test_setup_teardown(test_time_out_of_each, begin, end),
        cmocka_unit_test_setup_teardown(test_cancel_in_the_middle, begin, end),
        cmocka_unit_test_setup_teardown(test_cancel_all, begin, end),
        cmocka_unit_test_setup_teardown(test_cancel_often, begin, end),
        cmocka_unit_test_setup_teardown(test_lost_in_the_middle, begin, end),
    };
    struct err e;
    server_start("");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql("app", "CREATE TABLE skrevet (id int)");
    net = net_open(&e);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    net_close(net);
    return failed;
}

/* Many small tables are read at a time: one that fails, or whose connection breaks, takes no other
 * with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/plan/sampling_reading.h"
#include "tests/unit/plan/sampling_world.h"

enum { MANY = 40 };

static void make_many(void)
{
    char sql[400];

    for (int i = 0; i < MANY; i++) {
        snprintf(sql, sizeof sql,
                 "CREATE TABLE liten_%02d (id int, felt text, merke text); INSERT INTO liten_%02d "
                 "SELECT i, 'x', CASE i WHEN 7 THEN '" NUMBER "' ELSE 'vare' END FROM "
                 "generate_series(1, %d) i",
                 i, i, 10 + i);
        server_sql("app", sql);
    }
    server_sql("app", "ANALYZE");
    read_catalog();
}

static void drop_many(void)
{
    char sql[64];

    for (int i = 0; i < MANY; i++) {
        snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS liten_%02d", i);
        server_sql("app", sql);
    }
    read_catalog();
}

static bool wanted[128];

static size_t liten(int i)
{
    char name[32];

    snprintf(name, sizeof name, "liten_%02d", i);
    return table(name);
}

/* Those alone; statistics are out of the way. */
static struct task *look_at_many(struct sampling_found *f)
{
    struct sampling_options o = {.source = {.dsn = conninfo},
                                 .catalog = catalog,
                                 .rows = 1000,
                                 .wanted = wanted,
                                 .found = f};

    assert_true(catalog_tables(catalog) <= sizeof wanted / sizeof *wanted);
    memset(wanted, 0, sizeof wanted);
    for (int i = 0; i < MANY; i++)
        wanted[liten(i)] = true;
    sampling_found_set_statistics(f);
    return sampling(net, &o);
}

/* Each but those (bits) was read, with its own rows and nobody else's. */
static uint64_t expect_read(const struct sampling_found *f, uint64_t but)
{
    uint64_t rows = 0;

    for (int i = 0; i < MANY; i++) {
        bool read = (but >> i & 1) == 0;
        assert_int_equal(sampling_found_is_read(f, liten(i)), read);
        if (!read)
            continue;
        assert_int_equal(sampling_found_rows(f, liten(i)), 10 + i);
        assert_int_equal(level_of(f, catalog_table_name(catalog, liten(i)), 2), RULES_SPECIAL);
        assert_int_equal(level_of(f, catalog_table_name(catalog, liten(i)), 1), RULES_NONE);
        rows += (uint64_t)(10 + i);
    }
    return rows;
}

static void test_all_are_read(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    (void)state;
    make_many();
    sampling_found_free(f);
    f = sampling_found_new(catalog);
    struct task *t = look_at_many(f);
    await(net, t);
    struct sampling_told told = sampling_told(t);
    assert_int_equal(told.rows, expect_read(f, 0));
    assert_int_equal(told.tables, MANY);
    assert_int_equal(told.left_out, 0);
    task_drop(t);
    sampling_found_free(f);
}

/* They were changed after the catalogue was read, at the beginning, in the middle and in a row. */
static void test_some_fail(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    const uint64_t but = 1ull << 0 | 1ull << 11 | 1ull << 12 | 1ull << 13 | 1ull << 25 | 1ull << 39;
    (void)state;
    server_sql("app", "DROP TABLE liten_00; ALTER TABLE liten_11 RENAME felt TO borte;"
                      "ALTER TABLE liten_12 ALTER felt TYPE int USING 1, ALTER merke TYPE int "
                      "USING 1; DROP TABLE liten_13; ALTER TABLE liten_25 DROP merke;"
                      "DROP TABLE liten_39");
    struct task *t = look_at_many(f);
    await(net, t);
    struct sampling_told told = sampling_told(t);
    assert_int_equal(told.rows, expect_read(f, but));
    assert_int_equal(told.tables, MANY);
    assert_int_equal(told.left_out, 6);
    assert_true(str_starts(told.why, "public.liten_00: "));
    task_drop(t);
    sampling_found_free(f);
    drop_many();
    make_many();
}

/* Somebody holds a table, so that the server is where we want it. */
static PGconn *hold(const char *name)
{
    char sql[200];
    PGconn *conn = PQconnectdb(conninfo);

    snprintf(sql, sizeof sql, "BEGIN; LOCK TABLE %s", name);
    PGresult *result = PQexec(conn, sql);
    assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    return conn;
}

static const char waiting[] = "SELECT coalesce(min(pid), 0) FROM pg_stat_activity WHERE "
                              "application_name = 'strom' AND wait_event_type = 'Lock'";

static int until_waiting(void)
{
    int64_t from = clock_mono_ms();
    int pid;

    while ((pid = (int)strtol(server_sql("app", waiting), NULL, 10)) == 0) {
        net_step(net);
        net_wait(net, NULL, 0, clock_mono_ms() + 2);
        if (clock_mono_ms() - from > 20000)
            fail_msg("nobody waits for the lock");
    }
    return pid;
}

/* Its wait is short, and the others of its string are read all the same. */
static void test_one_is_locked(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    (void)state;
    PGconn *conn = hold("liten_05");
    struct task *t = look_at_many(f);
    await(net, t);
    PQfinish(conn);
    assert_int_equal(sampling_told(t).rows, expect_read(f, 1ull << 5));
    assert_int_equal(sampling_told(t).left_out, 1);
    task_drop(t);
    sampling_found_free(f);
}

/* What it had not begun is read by the other connection. Which one it was at is not always known:
 * what is done may not have been told yet. */
static void test_one_connection_breaks(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    char sql[64];
    (void)state;
    PGconn *conn = hold("liten_05");
    struct task *t = look_at_many(f);
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d)", until_waiting());
    server_sql("app", sql);
    PQfinish(conn);
    await(net, t);
    assert_int_equal(sampling_told(t).left_out, 1);
    assert_int_equal(sampling_told(t).tables, MANY);
    uint64_t but = 0;
    for (int i = 0; i < MANY; i++)
        but |= (uint64_t)!sampling_found_is_read(f, liten(i)) << i;
    assert_true(but != 0 && (but & (but - 1)) == 0); /* one */
    assert_int_equal(sampling_told(t).rows, expect_read(f, but));
    task_drop(t);
    sampling_found_free(f);
}

/* Both: it says so, and what is left is read at another time. */
static void test_all_connections_break(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    char sql[64];
    (void)state;
    PGconn *conn = hold("liten_00, liten_01, liten_02, liten_03, liten_04, liten_05, liten_06, "
                        "liten_07, liten_08, liten_09, liten_10, liten_11, liten_12");
    struct task *t = look_at_many(f);
    for (int i = 0; i < 2; i++) {
        snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", until_waiting());
        server_sql("app", sql);
    }
    while (task_state(t) == TASK_RUNNING) {
        net_step(net);
        net_wait(net, NULL, 0, clock_mono_ms() + 100);
    }
    PQfinish(conn);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, PG_LOST);
    assert_int_equal(sampling_told(t).left_out, 2);
    task_drop(t);
    t = look_at_many(f);
    await(net, t);
    expect_read(f, 0);
    task_drop(t);
    sampling_found_free(f);
}

static void test_dropped(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    int64_t from = clock_mono_ms();
    (void)state;
    PGconn *conn = hold("liten_05");
    struct task *t = look_at_many(f);
    until_waiting();
    task_drop(t);
    while (strtol(server_sql("app", "SELECT count(*) FROM pg_stat_activity WHERE application_name "
                                    "= 'strom'"),
                  NULL, 10) > 0 &&
           clock_mono_ms() - from < 20000)
        net_wait(net, NULL, 0, clock_mono_ms() + 5);
    assert_true(clock_mono_ms() - from < 20000);
    PQfinish(conn);
    sampling_found_free(f);
}

/* What is big, drawn, partitioned or unknown goes by itself. */
static void test_what_is_read_together(void **state)
{
    (void)state;
    assert_true(reading_cost(catalog, table("lager")) > 0);
    assert_true(reading_cost(catalog, table("kunde")) > 0);
    assert_int_equal(reading_cost(catalog, table("tom")), 0);
    assert_int_equal(reading_cost(catalog, table("mange")), -1);
    assert_int_equal(reading_cost(catalog, table("stor")), -1);
    assert_int_equal(reading_cost(catalog, table("del")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_read_together),
        cmocka_unit_test(test_all_are_read),
        cmocka_unit_test(test_some_fail),
        cmocka_unit_test(test_one_is_locked),
        cmocka_unit_test(test_one_connection_breaks),
        cmocka_unit_test(test_all_connections_break),
        cmocka_unit_test(test_dropped),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

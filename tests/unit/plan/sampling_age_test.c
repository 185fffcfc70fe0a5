/* What is kept of a look: it ages, it is noted of each table, and of those alone that are wanted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/pg/copy.h"
#include "tests/unit/plan/sampling_world.h"

/* What was looked at so many days ago, as it was kept. */
static struct sampling_found *after_days(const struct sampling_found *f, int days)
{
    struct sampling_found *g = sampling_found_new(catalog);
    struct str text = {0};
    sampling_found_write(f, table("lager"), &text);
    clock_freeze(clock_wall() + (int64_t)days * 24 * 60 * 60);
    sampling_found_take(g, table("lager"), str_text(&text));
    clock_freeze(0);
    str_done(&text);
    return g;
}

/* After thirty days it is looked at again; until then what was said stays a question, afterwards
 * only what is so. */
static void test_a_look_ages(void **state)
{
    static const int days[] = {0, 29, 31, 400, -3};
    struct sampling_found *f = sampling_found_new(catalog);
    (void)state;
    int64_t before = clock_wall();
    look(f, 1000);
    struct sampling_seen seen = sampling_found_seen(f, table("lager"));
    assert_in_range(seen.at, before, clock_wall());
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        struct sampling_found *g = after_days(f, days[i]);
        bool holds = days[i] >= 0 && days[i] <= SAMPLING_DAYS;
        assert_int_equal(sampling_found_is_read(g, table("lager")), holds);
        assert_int_equal(sampling_found_seen(g, table("lager")).aged, !holds);
        assert_int_equal(sampling_found_seen(g, table("lager")).at, seen.at);
        assert_int_equal(level_of(g, "lager", 1), RULES_SPECIAL);
        sampling_found_set_read(g, table("lager"), &(struct sampling_seen){.rows = 5});
        assert_false(sampling_found_seen(g, table("lager")).aged);
        sampling_found_free(g);
    }
    sampling_found_free(f);
}

/* Whether statistics told is known of each table, and kept; it ages, too. */
static void test_statistics_are_noted_of_each_table(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog), *g;
    (void)state;
    server_sql("app", "ANALYZE lager; CREATE TABLE uten (id bigint PRIMARY KEY, merke text);"
                      "INSERT INTO uten VALUES (1, 'x')");
    read_catalog();
    sampling_found_free(f);
    f = sampling_found_new(catalog);
    look(f, 0);
    assert_true(sampling_found_has_statistics(f)); /* they were asked for */
    assert_true(sampling_found_seen(f, table("lager")).told_at > 0);
    assert_int_equal(sampling_found_seen(f, table("uten")).told_at, 0);
    assert_false(sampling_found_is_read(f, table("lager")));
    g = after_days(f, 29);
    assert_true(sampling_found_seen(g, table("lager")).told_at > 0);
    sampling_found_free(g);
    g = after_days(f, 31);
    assert_int_equal(sampling_found_seen(g, table("lager")).told_at, 0);
    sampling_found_free(g);
    sampling_found_free(f);
    server_sql("app", "DROP TABLE uten");
    read_catalog();
}

/* Of tables that nobody asked for neither rows nor statistics are looked at. */
static void test_only_what_is_wanted(void **state)
{
    bool wanted[64] = {false};
    struct sampling_found *f = sampling_found_new(catalog);
    struct sampling_options o = {.source = {.dsn = conninfo},
                                 .catalog = catalog,
                                 .rows = 1000,
                                 .wanted = wanted,
                                 .found = f};
    (void)state;
    server_sql("app", "ANALYZE lager, kunde");
    assert_true(catalog_tables(catalog) <= 64);
    wanted[table("kunde")] = true;
    struct task *t = sampling(net, &o);
    await(net, t);
    assert_int_equal(sampling_told(t).of, 1);
    for (size_t i = 0; i < catalog_tables(catalog); i++) {
        assert_int_equal(sampling_found_is_read(f, i), wanted[i]);
        assert_int_equal(sampling_found_seen(f, i).told_at > 0, wanted[i]);
        assert_true(wanted[i] || !sampling_found_knows(f, i, 1));
    }
    task_drop(t);
    sampling_found_free(f);
}

/* Those that inherit are tables of their own, and may lie on another server. */
static void test_a_foreign_heir(void **state)
{
    (void)state;
    server_sql("app", "CREATE FOREIGN DATA WRAPPER ute; CREATE SERVER der FOREIGN DATA WRAPPER ute;"
                      "CREATE TABLE mor (id int, felt text); INSERT INTO mor VALUES (1, 'x');"
                      "CREATE TABLE barn () INHERITS (mor);"
                      "INSERT INTO barn VALUES (2, '" NUMBER "');"
                      "CREATE FOREIGN TABLE ute_barn () INHERITS (mor) SERVER der");
    read_catalog();
    struct sampling_found *f = sampling_found_new(catalog);
    look(f, 1000);
    assert_int_equal(sampling_found_rows(f, table("mor")), 1);
    assert_int_equal(level_of(f, "mor", 1), RULES_NONE);
    assert_int_equal(sampling_found_rows(f, table("barn")), 1);
    assert_int_equal(level_of(f, "barn", 1), RULES_SPECIAL);
    assert_false(sampling_found_is_read(f, table("ute_barn")));
    sampling_found_free(f);
    server_sql("app", "DROP TABLE mor CASCADE; DROP FOREIGN DATA WRAPPER ute CASCADE");
    read_catalog();
}

static bool longest(void *ctx, char *line, size_t bytes, struct err *e)
{
    size_t *most = ctx;
    (void)line;
    (void)e;
    *most = bytes > *most ? bytes : *most;
    return true;
}

/* A long text that takes no room where it lies is cut all the same, before it is unpacked. */
static void test_what_is_stored_small(void **state)
{
    struct str sql = {0};
    size_t most = 0;
    (void)state;
    server_sql("app", "CREATE DOMAIN citat AS text; CREATE TABLE pakket (a text, b varchar, c "
                      "char(50000), d citat);"
                      "INSERT INTO pakket SELECT repeat('a', 100000), repeat('b', 100000), 'c', "
                      "repeat('d', 100000) FROM generate_series(1, 3)");
    read_catalog();
    size_t at = table("pakket");
    str_add(&sql, "SELECT ");
    for (size_t i = 0; i < 4; i++) {
        struct catalog_column c = catalog_column(catalog, at, i);
        str_add(&sql, i ? ", " : "");
        assert_true(sampling_sql_value(&sql, &c));
    }
    str_add(&sql, " FROM public.pakket WHERE pg_catalog.pg_column_size(a) < 2000");
    struct pg *pg = connect_to();
    struct task *t = pg_copy(pg, str_text(&sql), longest, &most);
    await(net, t);
    task_drop(t);
    pg_close(pg);
    assert_in_range(most, 3 * 16384, 4 * 16384 + 100);
    str_done(&sql);
    server_sql("app", "DROP TABLE pakket; DROP DOMAIN citat");
    read_catalog();
}

/* One that would be tens of megabytes when unpacked is not unpacked, whatever it takes where it is
 * stored; a document of its own weight is. */
static void test_what_is_large_unpacked(void **state)
{
    struct str sql = {0};
    size_t most = 0;
    (void)state;
    server_sql("app", "CREATE TABLE bombe (a jsonb, b json, c text, d text[], e xml);"
                      "INSERT INTO bombe SELECT jsonb_build_object('a', repeat('a', 20000000)), "
                      "to_json(repeat('b', 20000000)), repeat('c', 20000000), "
                      "ARRAY[repeat('d', 20000000)], ('<e>' || repeat('e', 20000000) || "
                      "'</e>')::xml");
    read_catalog();
    size_t at = table("bombe");
    str_add(&sql, "SELECT ");
    for (size_t i = 0; i < 5; i++) {
        struct catalog_column c = catalog_column(catalog, at, i);
        str_add(&sql, i ? ", " : "");
        assert_true(sampling_sql_value(&sql, &c));
    }
    str_add(&sql, " FROM public.bombe WHERE pg_catalog.pg_column_size(a) < 1000000 AND "
                  "pg_catalog.pg_column_size(e) < 1000000");
    struct pg *pg = connect_to();
    struct task *t = pg_copy(pg, str_text(&sql), longest, &most);
    await(net, t);
    task_drop(t);
    assert_in_range(most, 1, 5 * 3); /* one row came, and all of it is nothing */
    server_sql("app", "UPDATE bombe SET a = jsonb_build_object('a', (SELECT string_agg(md5(i::text)"
                      ", '') FROM generate_series(1, 1500) i)), c = repeat('c', 15000000)");
    most = 0;
    t = pg_copy(pg, str_text(&sql), longest, &most);
    await(net, t);
    task_drop(t);
    assert_in_range(most, 2 * 16384, 2 * 16384 + 100);
    pg_close(pg);
    str_done(&sql);
    server_sql("app", "DROP TABLE bombe");
    read_catalog();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_look_ages),
        cmocka_unit_test(test_statistics_are_noted_of_each_table),
        cmocka_unit_test(test_only_what_is_wanted),
        cmocka_unit_test(test_a_foreign_heir),
        cmocka_unit_test(test_what_is_stored_small),
        cmocka_unit_test(test_what_is_large_unpacked),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

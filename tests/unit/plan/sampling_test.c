/* What values said, against a real server: looked at once, written down, read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/sampling_look.h"
#include "tests/unit/plan/sampling_world.h"

static struct rules_verdict verdict(const struct sampling_found *f, const char *name)
{
    struct rules_verdict v = {0};
    sampling_found_add(f, table(name), 1, &v);
    return v;
}

/* Every table that was read, and nothing twice. */
static void test_looked_at_once(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    struct sampling_options o = {.catalog = catalog, .rows = 1000, .found = f};
    size_t at, told = 0;
    (void)state;
    assert_true(sampling_has_work(&o));
    assert_in_range(look(f, 1000).rows, ROWS - 1000, ROWS); /* blocks are drawn of one */
    assert_int_equal(verdict(f, "lager").level, RULES_SPECIAL);
    assert_int_equal(verdict(f, "kunde").level, RULES_PERSONAL);
    assert_int_equal(verdict(f, "tom").n_evidence, 0);
    assert_true(sampling_found_knows(f, table("lager"), 1));
    assert_false(sampling_found_knows(f, table("lager"), 0));
    while (sampling_found_news(f, &at))
        told++;
    assert_int_equal(told, TABLES);
    assert_false(sampling_has_work(&o));
    assert_int_equal(look(f, 1000).rows, 0);
    sampling_found_forget(f);
    assert_true(sampling_has_work(&o));
    assert_int_equal(verdict(f, "lager").n_evidence, 0);
    sampling_found_free(f);
}

/* No table is read, and one that was interrupted goes on where it was. */
static void test_statistics_alone(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    (void)state;
    assert_int_equal(look(f, 0).rows, 0);
    assert_true(sampling_found_has_statistics(f));
    assert_int_equal(verdict(f, "kunde").level, RULES_PERSONAL);
    assert_false(sampling_found_is_read(f, table("kunde")));
    assert_in_range(look(f, 1000).rows, ROWS - 1000, ROWS); /* blocks are drawn of one */
    sampling_found_free(f);
}

/* The whole is told by its parts, all of them; autovacuum looks at parts alone. */
static void test_statistics_of_partitions(void **state)
{
    struct rules_verdict v;
    (void)state;
    server_sql("app", "CREATE TABLE delt (id int, felt text) PARTITION BY LIST (id);"
                      "CREATE TABLE delt_1 PARTITION OF delt FOR VALUES IN (1);"
                      "CREATE TABLE delt_2 PARTITION OF delt FOR VALUES IN (2);"
                      "CREATE TABLE delt_3 (felt text, id int);"
                      "ALTER TABLE delt ATTACH PARTITION delt_3 FOR VALUES IN (3);"
                      "INSERT INTO delt SELECT i % 3 + 1, CASE i % 3 WHEN 0 THEN '" NUMBER
                      "' WHEN 1 THEN 'vare' ELSE 'kari@example.org' END FROM "
                      "generate_series(1, 90) i; ANALYZE delt_1, delt_2, delt_3");
    read_catalog();
    struct sampling_found *f = sampling_found_new(catalog);
    look(f, 0);
    v = verdict(f, "delt");
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_int_equal(v.categories, 1u << RULES_FNR | 1u << RULES_EMAIL);
    assert_int_equal(verdict(f, "delt_2").n_evidence, 0);
    assert_int_equal(level_of(f, "delt_3", 0), RULES_PERSONAL);
    assert_int_equal(level_of(f, "delt_1", 1), RULES_SPECIAL);
    sampling_found_free(f);
    server_sql("app", "DROP TABLE delt");
    read_catalog();
}

static void test_written_and_read_again(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog), *g = sampling_found_new(catalog);
    (void)state;
    look(f, 1000);
    for (size_t i = 0; i < catalog_tables(catalog); i++) {
        struct str text = {0}, again = {0};
        sampling_found_write(f, i, &text);
        assert_null(strstr(str_text(&text), NUMBER));
        assert_null(strstr(str_text(&text), "example.org"));
        sampling_found_take(g, i, str_text(&text));
        sampling_found_write(g, i, &again);
        if (i != table("tom"))                         /* it may have rows by now */
            assert_int_equal(again.bytes, text.bytes); /* the order of two sources may differ */
        str_done(&text);
        str_done(&again);
    }
    struct rules_verdict v = verdict(g, "lager");
    assert_int_equal(v.level, RULES_SPECIAL);
    uint32_t at = 0; /* statistics may have met it, too */
    while (at + 1 < v.n_evidence && v.evidence[at].by != RULES_BY_DATA)
        at++;
    assert_int_equal(v.evidence[at].hits, 1);
    assert_int_equal(v.evidence[at].sampled, 2000);
    assert_int_equal(sampling_found_rows(g, table("lager")), 2000);
    assert_false(sampling_found_is_read(g, table("tom")));
    sampling_found_free(f);
    sampling_found_free(g);
}

/* From a newer version, a table that was changed, a broken disk: what fits is taken. */
static void test_what_does_not_fit(void **state)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "2",
                                        "2\x1f",
                                        "-1\x1f"
                                        "5",
                                        "9\x1f"
                                        "5\x1f"
                                        "merke\x1e"
                                        "data.fnr:6:1:5",
                                        "2\x1f"
                                        "5\x1f"
                                        "borte\x1e"
                                        "data.fnr:6:1:5",
                                        "2\x1f"
                                        "5\x1f"
                                        "merke\x1e"
                                        "ingen.slik:6:1:5",
                                        "2\x1f"
                                        "5\x1f"
                                        "merke\x1e"
                                        "data.fnr:0:1:5",
                                        "2\x1f"
                                        "5\x1f"
                                        "merke\x1e"
                                        "data.fnr:6:x:5",
                                        "2\x1f"
                                        "5\x1f\x1f\x1e\x1e:::\x1f"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sampling_found *f = sampling_found_new(catalog);
        sampling_found_take(f, table("lager"), texts[i]);
        assert_int_equal(verdict(f, "lager").n_evidence, i == 5);
        assert_false(sampling_found_is_read(f, table("lager")));
        sampling_found_free(f);
    }
}

/* As it was written of a table that was another one then. */
static bool takes(const char *wrote_of, const char *of, struct sampling_found *into)
{
    struct sampling_found *f = sampling_found_new(catalog);
    struct str text = {0};
    look(f, 1000);
    sampling_found_write(f, table(wrote_of), &text);
    sampling_found_take(into, table(of), str_text(&text));
    str_done(&text);
    sampling_found_free(f);
    return sampling_found_is_read(into, table(of));
}

/* A renamed, exchanged or changed column is looked at again; until then what was said of it stays
 * a question, and afterwards only what is so. */
static void test_changed_columns(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    (void)state;
    assert_true(takes("var", "var", f));
    assert_int_equal(level_of(f, "var", 1), RULES_SPECIAL);
    assert_int_equal(level_of(f, "var", 2), RULES_NONE);
    assert_false(takes("var", "omdopt", f)); /* merke is called vare now */
    assert_int_equal(level_of(f, "omdopt", 1), RULES_SPECIAL);
    assert_false(takes("var", "byttet", f)); /* merke is called felt, and felt merke */
    assert_int_equal(level_of(f, "byttet", 1), RULES_SPECIAL);
    assert_int_equal(level_of(f, "byttet", 2), RULES_SPECIAL);
    assert_false(takes("var", "annen", f)); /* another type */
    look(f, 1000);
    assert_int_equal(level_of(f, "omdopt", 1), RULES_NONE);
    assert_int_equal(level_of(f, "byttet", 1), RULES_NONE);
    assert_int_equal(level_of(f, "byttet", 2), RULES_SPECIAL);
    assert_true(sampling_found_is_read(f, table("byttet")));
    sampling_found_free(f);
}

/* More than there is room for evidence; also after it was written and read. */
static void test_all_categories(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog), *g = sampling_found_new(catalog);
    const uint32_t all = 1u << RULES_FNR | 1u << RULES_EMAIL | 1u << RULES_PHONE |
                         1u << RULES_BANK_ACCOUNT | 1u << RULES_HEALTH | 1u << RULES_NAME |
                         1u << RULES_ADDRESS | 1u << RULES_INCOME | 1u << RULES_JSON_DOCUMENT |
                         1u << RULES_SECRET;
    struct rules_verdict v = {0}, again = {0};
    struct str text = {0};
    (void)state;
    look(f, 1000);
    sampling_found_add(f, table("skuff"), 1, &v);
    assert_int_equal(v.categories & all, all);
    sampling_found_write(f, table("skuff"), &text);
    sampling_found_take(g, table("skuff"), str_text(&text));
    sampling_found_add(g, table("skuff"), 1, &again);
    assert_int_equal(again.categories, v.categories);
    assert_int_equal(again.level, v.level);
    str_done(&text);
    sampling_found_free(f);
    sampling_found_free(g);
}

/* Not a superuser, not the owner. */
static const char *as_reader(void)
{
    static char dsn[300];
    const char *admin = server_admin("app"), *user = strstr(admin, "user=postgres");
    assert_non_null(user);
    snprintf(dsn, sizeof dsn, "%.*suser=leser%s", (int)(user - admin), admin,
             user + strlen("user=postgres"));
    return dsn;
}

/* Never analysed, so nobody knows how many there are; and row security hides some. */
static void test_what_was_seen(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    (void)state;
    struct sampling_told told = look(f, 1000);
    struct sampling_seen seen = sampling_found_seen(f, table("stor"));
    assert_true(seen.read && seen.in_part && !seen.hidden);
    assert_int_equal(seen.rows, 2 * SAMPLING_WHOLE);
    assert_false(sampling_found_seen(f, table("lager")).in_part);
    assert_int_equal(told.in_part, 2);                                         /* mange, too */
    assert_int_equal(told.hidden + told.statistics_hidden + told.left_out, 0); /* a superuser */
    assert_null(told.statistics_why);

    snprintf(conninfo, sizeof conninfo, "%s", as_reader());
    struct catalog *all = catalog;
    catalog = NULL;
    read_catalog();
    struct sampling_found *mine = sampling_found_new(catalog);
    told = look(mine, 1000);
    seen = sampling_found_seen(mine, table("skjermet"));
    assert_true(seen.read && seen.hidden && !seen.in_part);
    assert_int_equal(seen.rows, 0); /* its policy would run in our name */
    assert_false(sampling_found_seen(mine, table("lager")).hidden);
    assert_int_equal(told.hidden, 1);
    assert_int_equal(told.statistics_hidden, 2); /* that one, and kunde */
    assert_int_equal(told.left_out, 2);
    struct str text = {0};
    sampling_found_write(mine, table("skjermet"), &text);
    sampling_found_free(mine);
    mine = sampling_found_new(catalog);
    sampling_found_take(mine, table("skjermet"), str_text(&text));
    assert_true(sampling_found_seen(mine, table("skjermet")).hidden);
    str_done(&text);
    sampling_found_free(mine);

    server_sql("app", "REVOKE SELECT ON pg_catalog.pg_stats FROM PUBLIC");
    mine = sampling_found_new(catalog);
    told = look(mine, 1000);
    assert_non_null(told.statistics_why);
    assert_int_equal(told.hidden, 1);
    assert_false(sampling_found_has_statistics(mine));
    sampling_found_free(mine);
    server_sql("app", "GRANT SELECT ON pg_catalog.pg_stats TO PUBLIC");
    catalog_free(catalog);
    catalog = all;
    snprintf(conninfo, sizeof conninfo, "%s", server_admin("app"));
    sampling_found_free(f);
}

static void test_what_is_left(void **state)
{
    (void)state;
    size_t lager = table("lager"), stor = table("stor");
    assert_false(sampling_sql_leaves(catalog, lager, 1000, false, 2000));
    assert_true(sampling_sql_leaves(catalog, lager, 1000, false, 2 * SAMPLING_WHOLE));
    assert_false(sampling_sql_leaves(catalog, stor, 1000, false, 9999));
    assert_true(sampling_sql_leaves(catalog, table("mange"), 1000, false, 900));
    assert_false(sampling_sql_leaves(catalog, table("mange"), 1000, true, 900));
    assert_true(sampling_sql_leaves(catalog, table("mange"), 1000, true, 1000));
    assert_false(sampling_sql_leaves(catalog, table("mange"), 100000, false, 6000));
}

/* Its function fails with the value in its words. */
static const char policy[] =
    "CREATE FUNCTION public.se(v text) RETURNS bool LANGUAGE plpgsql AS "
    "'BEGIN RAISE EXCEPTION ''ikke %'', v; END';"
    "CREATE TABLE aapen (id int, felt text); INSERT INTO aapen VALUES (1, '" NUMBER
    "'); ALTER TABLE aapen ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY p ON aapen USING (public.se(felt)); GRANT SELECT ON aapen TO leser";

/* A policy is somebody's function, and would run in our name: it does not. */
static void test_policies_do_not_run(void **state)
{
    (void)state;
    server_sql("app", policy);
    snprintf(conninfo, sizeof conninfo, "%s", as_reader());
    read_catalog();
    struct sampling_options o = {.source = {.dsn = conninfo}, .catalog = catalog, .rows = 10};
    struct task *t = sampling(net, &o);
    await(net, t);
    const char *why = sampling_told(t).why;
    assert_non_null(why);
    assert_true(str_starts(why, "public.aapen: row security hides rows"));
    assert_null(strstr(why, "P0001"));
    task_drop(t);
}

/* It came after the catalogue was read: the server refuses, and nothing runs either. */
static void test_a_policy_of_a_moment_ago(void **state)
{
    (void)state;
    snprintf(conninfo, sizeof conninfo, "%s", as_reader());
    server_sql("app", "ALTER TABLE aapen DISABLE ROW LEVEL SECURITY;"
                      "ALTER TABLE skjermet DISABLE ROW LEVEL SECURITY");
    read_catalog();
    server_sql("app", "ALTER TABLE aapen ENABLE ROW LEVEL SECURITY");
    size_t aapen = table("aapen");
    assert_false(catalog_table(catalog, aapen).row_security);
    struct sampling_found *f = sampling_found_new(catalog);
    struct sampling_told told = look(f, 10);
    assert_int_equal(told.left_out, 2); /* kunde, too */
    assert_int_equal(told.hidden, 0);   /* nobody had a reason to ask */
    assert_false(sampling_found_is_read(f, aapen));
    assert_true(sampling_found_is_read(f, table("skjermet")));
    sampling_found_free(f);

    struct pg *pg = connect_to();
    struct task *t = sampling_look(pg, catalog, aapen, 1, 0, true, false);
    net_until(net, t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, PG_DENIED); /* not P0001 */
    task_drop(t);
    pg_close(pg);
    server_sql("app", "DROP TABLE aapen; DROP FUNCTION public.se");
    snprintf(conninfo, sizeof conninfo, "%s", server_admin("app"));
    read_catalog();
}

/* Reading it would lock each of them. */
static void test_many_partitions(void **state)
{
    (void)state;
    server_sql("app",
               "CREATE TABLE mye (id int, felt text) PARTITION BY LIST (id);"
               "DO 'BEGIN FOR i IN 1..201 LOOP EXECUTE format(''CREATE TABLE mye_%s PARTITION OF "
               "mye FOR VALUES IN (%s)'', i, i); END LOOP; END';"
               "INSERT INTO mye SELECT 7, 'kari' || i || '@example.org' FROM "
               "generate_series(1, 60) i; ANALYZE mye_7");
    read_catalog();
    struct sampling_found *f = sampling_found_new(catalog);
    struct sampling_told told = look(f, 1000);
    assert_false(sampling_found_is_read(f, table("mye")));
    assert_int_equal(told.left_out, 1);
    assert_non_null(strstr(told.why, "public.mye: "));
    assert_int_equal(level_of(f, "mye", 1), RULES_PERSONAL); /* by the partition's statistics */
    sampling_found_free(f);
    server_sql("app", "DROP TABLE mye");
}

/* What a part of a part holds is said of the table that flows. */
static void test_partitions_of_partitions(void **state)
{
    (void)state;
    server_sql("app", "CREATE TABLE lag (id int, felt text) PARTITION BY RANGE (id);"
                      "CREATE TABLE lag_1 PARTITION OF lag FOR VALUES FROM (1) TO (100) "
                      "PARTITION BY RANGE (id);"
                      "CREATE TABLE lag_1a PARTITION OF lag_1 FOR VALUES FROM (1) TO (50);"
                      "INSERT INTO lag SELECT i, 'kari' || i || '@example.org' FROM "
                      "generate_series(1, 40) i");
    read_catalog();
    struct sampling_found *f = sampling_found_new(catalog);
    look(f, 1000);
    assert_int_equal(sampling_found_rows(f, table("lag")), 40);
    assert_false(sampling_found_is_read(f, table("lag_1")));
    assert_int_equal(level_of(f, "lag", 1), RULES_PERSONAL);
    sampling_found_free(f);
    server_sql("app", "DROP TABLE lag");
    read_catalog();
}

/* It would ask another server, in our name or its own. */
static void test_foreign_partitions(void **state)
{
    (void)state;
    server_sql("app", "CREATE FOREIGN DATA WRAPPER ute; CREATE SERVER der FOREIGN DATA WRAPPER ute;"
                      "CREATE TABLE fjern (id int, felt text) PARTITION BY LIST (id);"
                      "CREATE TABLE fjern_1 PARTITION OF fjern FOR VALUES IN (1);"
                      "CREATE FOREIGN TABLE fjern_2 PARTITION OF fjern FOR VALUES IN (2) "
                      "SERVER der; INSERT INTO fjern VALUES (1, 'x')");
    read_catalog();
    struct sampling_found *f = sampling_found_new(catalog);
    struct sampling_told told = look(f, 1000);
    assert_false(sampling_found_is_read(f, table("fjern")));
    assert_non_null(strstr(told.why, "public.fjern: some partitions lie on another server"));
    sampling_found_free(f);
    server_sql("app", "DROP TABLE fjern; DROP FOREIGN DATA WRAPPER ute CASCADE");
    read_catalog();
}

/* What was not reached is told, and read at another time. */
static void test_time_is_over(void **state)
{
    (void)state;
    struct sampling_found *f = sampling_found_new(catalog);
    struct sampling_options o = {
        .source = {.dsn = conninfo}, .catalog = catalog, .rows = 10, .found = f, .wall_ms = 1};
    struct task *t = sampling(net, &o); /* connecting alone takes longer */
    await(net, t);
    struct sampling_told told = sampling_told(t);
    assert_int_equal(told.not_reached, TABLES);
    assert_int_equal(told.left_out, TABLES);
    assert_int_equal(told.tables, told.of);
    assert_int_equal(told.rows, 0);
    assert_true(str_starts(told.why, "read in part"));
    task_drop(t);
    assert_true(sampling_has_work(&o));
    assert_int_equal(look(f, 1000).not_reached, 0);
    assert_false(sampling_has_work(&o));
    sampling_found_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looked_at_once),
        cmocka_unit_test(test_statistics_alone),
        cmocka_unit_test(test_statistics_of_partitions),
        cmocka_unit_test(test_written_and_read_again),
        cmocka_unit_test(test_what_does_not_fit),
        cmocka_unit_test(test_changed_columns),
        cmocka_unit_test(test_all_categories),
        cmocka_unit_test(test_what_was_seen),
        cmocka_unit_test(test_what_is_left),
        cmocka_unit_test(test_time_is_over),
        cmocka_unit_test(test_many_partitions),
        cmocka_unit_test(test_partitions_of_partitions),
        cmocka_unit_test(test_foreign_partitions),
        cmocka_unit_test(test_policies_do_not_run),
        cmocka_unit_test(test_a_policy_of_a_moment_ago),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

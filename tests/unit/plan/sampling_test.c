/* What values said, against a real server: looked at once, written down, read again; masks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/net/net.h"
#include "api/plan/sampling.h"
#include "api/plan/sampling_look.h"
#include "api/plan/selection_churn.h"
#include "tests/unit/pg/server.h"

#define NUMBER "15907610036" /* made up from its control digits */

static struct net *net;
static struct catalog *catalog;
static char conninfo[300];

static void await(const struct task *t)
{
    while (task_state(t) == TASK_RUNNING) {
        net_step(net);
        if (task_state(t) == TASK_RUNNING)
            net_wait(net, NULL, 0, -1);
    }
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
}

static struct pg *connect_to(void)
{
    struct pg_options o = {.dsn = conninfo};
    struct task *t = pg_connect(net, &o);
    await(t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    return pg;
}

static void read_catalog(void)
{
    struct catalog_options all = {NULL, NULL};
    struct pg *pg = connect_to();
    struct task *t = catalog_read(pg, &all);
    await(t);
    catalog_free(catalog);
    catalog = catalog_take(t);
    task_drop(t);
    pg_close(pg);
}

static int start(void **state)
{
    struct err e;
    (void)state;
    server_start("");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql("app",
               "CREATE TABLE lager (id bigint PRIMARY KEY, merke text);"
               "INSERT INTO lager SELECT i, CASE i WHEN 3 THEN '" NUMBER
               "' ELSE 'vare ' || i END FROM generate_series(1, 2000) i;"
               "CREATE TABLE kunde (id bigint PRIMARY KEY, felt text);"
               "INSERT INTO kunde SELECT i, 'kunde' || i || '@example.org' FROM "
               "generate_series(1, 40) i; CREATE TABLE tom (id bigint PRIMARY KEY, felt text);"
               "CREATE TABLE del (id int, felt text) PARTITION BY RANGE (id);"
               "CREATE TABLE del_1 PARTITION OF del DEFAULT; INSERT INTO del VALUES (1, 'x');"
               "ANALYZE");
    snprintf(conninfo, sizeof conninfo, "%s", server_admin("app"));
    net = net_open(&e);
    read_catalog();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    catalog_free(catalog);
    net_close(net);
    return 0;
}

static size_t table(const char *name)
{
    ptrdiff_t at = catalog_find(catalog, "public", name);
    assert_true(at != CATALOG_NONE);
    return (size_t)at;
}

static struct rules_verdict verdict(const struct sampling_found *f, const char *name)
{
    struct rules_verdict v = {0};
    sampling_found_add(f, table(name), 1, &v);
    return v;
}

static struct sampling_told look(struct sampling_found *f, uint32_t rows)
{
    struct sampling_options o = {
        .source = {.dsn = conninfo}, .catalog = catalog, .rows = rows, .found = f};
    struct task *t = sampling(net, &o);
    await(t);
    struct sampling_told told = sampling_told(t);
    task_drop(t);
    return told;
}

/* Every table that was read, and nothing twice. */
static void test_looked_at_once(void **state)
{
    struct sampling_found *f = sampling_found_new(catalog);
    struct sampling_options o = {.catalog = catalog, .rows = 1000, .found = f};
    size_t at, told = 0;
    (void)state;
    assert_true(sampling_has_work(&o));
    assert_int_equal(look(f, 1000).rows, 2041);
    assert_int_equal(verdict(f, "lager").level, RULES_SPECIAL);
    assert_int_equal(verdict(f, "kunde").level, RULES_PERSONAL);
    assert_int_equal(verdict(f, "tom").n_evidence, 0);
    assert_true(sampling_found_knows(f, table("lager"), 1));
    assert_false(sampling_found_knows(f, table("lager"), 0));
    while (sampling_found_news(f, &at))
        told++;
    assert_int_equal(told, 4);
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
    assert_int_equal(look(f, 1000).rows, 2041);
    sampling_found_free(f);
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
        if (i < 6) /* the fifth: other columns were looked at then */
            assert_false(sampling_found_is_read(f, table("lager")));
        sampling_found_free(f);
    }
}

static void expect_mask(const char *value, bool whole, const char *seen)
{
    struct str out = {0};
    sampling_mask(&out, value, true, whole);
    assert_string_equal(str_text(&out), seen);
    str_done(&out);
}

static void test_masks(void **state)
{
    (void)state;
    expect_mask(NUMBER, false, "#######0036");
    expect_mask(NUMBER, true, "###########");
    expect_mask("", false, "");
    expect_mask("j", false, "#");
    expect_mask("ja", false, "#a");
    expect_mask("æøåæø", false, "###æø");
    expect_mask("en tekst som er lengre enn den skal være", false,
                "########################...være");
}

static void test_a_look_at_a_column(void **state)
{
    struct pg *pg = connect_to();
    (void)state;
    struct task *t = sampling_look(pg, catalog, table("kunde"), 1, true, false);
    await(t);
    assert_int_equal(sampling_look_count(t), SAMPLING_LOOKS);
    for (size_t i = 0; i < SAMPLING_LOOKS; i++) {
        assert_non_null(strstr(sampling_look_value(t, i), "###"));
        assert_null(strstr(sampling_look_value(t, i), "@"));
    }
    task_drop(t);
    t = sampling_look(pg, catalog, table("tom"), 1, true, false);
    await(t);
    assert_int_equal(sampling_look_count(t), 0);
    task_drop(t);
    pg_close(pg);
}

static void test_churn(void **state)
{
    struct pg *pg = connect_to();
    struct churn *c = NULL;
    (void)state;
    for (bool counted = false; !counted;) { /* the server tells a moment later */
        struct task *t = churn_read(pg, catalog);
        await(t);
        mem_free(c);
        c = churn_take(t);
        task_drop(t);
        counted = churn_changes(&c[table("lager")]) >= 2000;
    }
    assert_true(c[table("lager")].known && !c[table("lager")].a_day);
    assert_true(churn_changes(&c[table("del")]) >= 1); /* its partition's */
    assert_true(churn_changes(NULL) < 0);
    mem_free(c);
    pg_close(pg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looked_at_once),
        cmocka_unit_test(test_statistics_alone),
        cmocka_unit_test(test_written_and_read_again),
        cmocka_unit_test(test_what_does_not_fit),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_a_look_at_a_column),
        cmocka_unit_test(test_churn),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

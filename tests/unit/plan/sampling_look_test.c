/* A few masked values of a column, and how much its table changes, against a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/sampling_look.h"
#include "api/plan/selection_churn.h"
#include "tests/unit/plan/sampling_world.h"

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
    expect_mask("kari.nordmann@example.com", false, "#############@########com");
    expect_mask("kari@nav.no", false, "####@###.no"); /* four, as of all others */
    expect_mask("k@x.no", false, "#@###o");
    expect_mask("kari@a", false, "####@a");
    expect_mask("kari@ab", false, "####@#b");
    expect_mask("kåre@nav.no", false, "####@###.no");
    expect_mask("kari@nav.no", true, "###########");
    expect_mask("se @kari her", false, "######## her"); /* a text, no address */
    expect_mask("a@b@c.example.no", false, "############e.no");
    expect_mask("@kari", false, "###ri");
    expect_mask("en.ganske.lang.adresse.til.kari@example.org", false,
                "########################...@########org");
}

static void test_a_look_at_a_column(void **state)
{
    struct pg *pg = connect_to();
    (void)state;
    struct task *t = sampling_look(pg, catalog, table("kunde"), 1, 0, true, false);
    await(net, t);
    assert_int_equal(sampling_look_count(t), SAMPLING_LOOKS);
    for (size_t i = 0; i < SAMPLING_LOOKS; i++) {
        assert_non_null(strstr(sampling_look_value(t, i), "###"));
        assert_non_null(strstr(sampling_look_value(t, i), "@######")); /* of its e-mails */
    }
    task_drop(t);
    t = sampling_look(pg, catalog, table("tom"), 1, 0, true, false);
    await(net, t);
    assert_int_equal(sampling_look_count(t), 0);
    task_drop(t);
    pg_close(pg);
}

/* One of two thousand, and it is the one that is asked about. */
static void test_a_look_shows_what_was_hit(void **state)
{
    struct pg *pg = connect_to();
    (void)state;
    struct task *t = sampling_look(pg, catalog, table("lager"), 1, 1u << RULES_FNR, true, false);
    await(net, t);
    assert_int_equal(sampling_look_count(t), SAMPLING_LOOKS);
    assert_string_equal(sampling_look_value(t, 0), "#######0036");
    assert_string_equal(sampling_look_value(t, 1), "#### 1");
    task_drop(t);
    pg_close(pg);
}

/* Types of the database's own: what casts them is somebody's function, which must not run. */
static void test_planted_casts(void **state)
{
    struct pg *pg = connect_to();
    (void)state;
    const char *const columns[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        ptrdiff_t at = catalog_find_column(catalog, table("plantet"), columns[i]);
        assert_true(at >= 0);
        struct task *t = sampling_look(pg, catalog, table("plantet"), (size_t)at, 0, true, false);
        await(net, t); /* the function fails */
        assert_int_equal(sampling_look_count(t), 1);
        task_drop(t);
    }
    pg_close(pg);
    struct sampling_found *f = sampling_found_new(catalog);
    assert_int_equal(look(f, 1000).left_out, 0);
    assert_true(sampling_found_seen(f, table("plantet")).read);
    assert_int_equal(level_of(f, "plantet", 3), RULES_SPECIAL);
    sampling_found_free(f);
}

static const char *why_not(struct pg *pg, const char *name)
{
    static char why[400];
    struct task *t = sampling_look(pg, catalog, table(name), 1, 0, true, false);
    net_until(net, t);
    snprintf(why, sizeof why, "%s", task_state(t) == TASK_FAILED ? task_error(t)->why : "");
    task_drop(t);
    return why;
}

/* A policy would run in our name; for a superuser it does not. */
static void test_what_is_not_looked_at(void **state)
{
    struct pg_options o = {.dsn = conninfo, .user = "leser"};
    (void)state;
    struct task *t = pg_connect(net, &o);
    await(net, t);
    struct pg *reader = pg_take(t), *admin = connect_to();
    task_drop(t);
    assert_non_null(strstr(why_not(reader, "skjermet"), "row security hides rows"));
    assert_string_equal(why_not(reader, "lager"), "");
    assert_string_equal(why_not(admin, "skjermet"), "");
    server_sql("app", "CREATE TABLE mye (id int, felt text) PARTITION BY LIST (id);"
                      "DO 'BEGIN FOR i IN 1..201 LOOP EXECUTE format(''CREATE TABLE mye_%s "
                      "PARTITION OF mye FOR VALUES IN (%s)'', i, i); END LOOP; END'");
    read_catalog();
    assert_non_null(strstr(why_not(admin, "mye"), "lock all of its partitions"));
    server_sql("app", "DROP TABLE mye");
    read_catalog();
    pg_close(reader);
    pg_close(admin);
}

static struct churn *churned(struct pg *pg, int least_s)
{
    struct task *t = churn_read(pg, catalog, least_s);
    await(net, t);
    struct churn *c = churn_take(t);
    task_drop(t);
    return c;
}

static void test_churn(void **state)
{
    struct pg *pg = connect_to();
    struct churn *c = NULL;
    (void)state;
    for (bool counted = false; !counted;) { /* the server tells a moment later */
        mem_free(c);
        c = churned(pg, CHURN_LEAST_S);
        counted = churn_changes(&c[table("lager")]) >= 2000;
    }
    assert_true(c[table("lager")].known && !c[table("lager")].a_day);
    assert_true(churn_changes(&c[table("del")]) >= 1); /* its partition's */
    assert_true(churn_changes(NULL) < 0);
    double counted = churn_changes(&c[table("lager")]);
    mem_free(c);
    for (c = churned(pg, 0); !c[table("lager")].a_day; c = churned(pg, 0))
        mem_free(c); /* as long as the server's statistics are not a second old */
    assert_true(churn_changes(&c[table("lager")]) > counted); /* this server is no day old */
    mem_free(c);
    pg_close(pg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_a_look_at_a_column),
        cmocka_unit_test(test_a_look_shows_what_was_hit),
        cmocka_unit_test(test_planted_casts),
        cmocka_unit_test(test_what_is_not_looked_at),
        cmocka_unit_test(test_churn),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

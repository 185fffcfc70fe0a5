/* What it costs, as a range: the month, the tiers, what drives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/watch/cost.h"

#include <string.h>

static const int64_t gib = INT64_C(1) << 30;

static void test_months(void **state)
{
    static const struct {
        const char *now, *begin;
        int days;
    } rows[] = {
        {"2026-11-22T09:15:00Z", "2026-11-01T00:00:00Z", 30},
        {"2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", 30},
        {"2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", 31},
        {"2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", 29},
        {"2026-02-03T00:00:00Z", "2026-02-01T00:00:00Z", 28},
        {"2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z", 31},
        {"2100-03-01T00:00:00Z", "2100-03-01T00:00:00Z", 31},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t now = clock_parse(rows[i].now);
        assert_int_equal(watch_month_begin(now), clock_parse(rows[i].begin));
        assert_int_equal(watch_month_days(now), rows[i].days);
    }
}

static struct watch_cost cost_of(int64_t changes, int64_t backfill, const char *since,
                                 const char *now)
{
    struct watch_usage u = {changes, backfill, clock_parse(since), clock_parse(now)};
    struct watch_cost c;
    watch_cost(&c, &u);
    return c;
}

static void near(double found, double wanted)
{
    if (found < wanted - 0.01 || found > wanted + 0.01)
        fail_msg("%f, wanted %f", found, wanted);
}

#define BEGIN "2026-11-01T00:00:00Z"
#define HALF  "2026-11-16T00:00:00Z" /* of a month of 30 days */

static void test_changes(void **state)
{
    (void)state;
    struct watch_cost c = cost_of(100 * gib, 0, BEGIN, HALF);
    assert_true(c.known && c.month_known);
    near(c.parts[0].so_far[0], 200);
    near(c.parts[0].so_far[1], 1000); /* if they are the tables' own bytes */
    near(c.parts[0].month[0], 400);   /* at the same pace */
    assert_string_equal(c.parts[c.driver].name, "changes");
    near(c.so_far[0], c.parts[0].so_far[0] + c.parts[2].so_far[0]);
    /* 2 500 at 2.00, 2 500 at 1.50, 5 000 at 1.20, the rest at 0.80 */
    c = cost_of(11000 * gib, 0, BEGIN, "2026-12-01T00:00:00Z");
    near(c.parts[0].so_far[0], 5000 + 3750 + 6000 + 800);
}

static void test_backfill(void **state)
{
    (void)state;
    struct watch_cost c = cost_of(0, 90 * gib, BEGIN, HALF);
    near(c.parts[1].so_far[0], 0); /* within what is free */
    near(c.parts[1].so_far[1], 0);
    assert_string_equal(c.parts[c.driver].name, "machine");
    c = cost_of(0, 200 * gib, BEGIN, HALF);
    near(c.parts[1].so_far[0], 0);
    near(c.parts[1].so_far[1], 1000);
    near(c.parts[1].month[1], 1000); /* it is copied once */
    assert_string_equal(c.parts[c.driver].name, "backfill");
}

static void test_unknown(void **state)
{
    (void)state;
    assert_false(cost_of(-1, 0, BEGIN, HALF).known);
    assert_false(cost_of(0, -1, BEGIN, HALF).known);
    assert_false(cost_of(0, 0, HALF, BEGIN).known); /* the clock was set back */
    struct watch_cost c = cost_of(gib, 0, HALF, "2026-11-16T00:10:00Z");
    assert_true(c.known);
    assert_false(c.month_known); /* ten minutes tell nothing of a month */
    near(c.parts[0].so_far[0], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_months), cmocka_unit_test(test_changes),
        cmocka_unit_test(test_backfill), cmocka_unit_test(test_unknown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

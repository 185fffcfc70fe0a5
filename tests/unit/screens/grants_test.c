#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The countdown of the first line, on a clock that stands still. */

#include "api/base/clock.h"
#include "api/store/grants.h"
#include "screens/grants.h"

#include <string.h>

enum { NOW = 1795348800 };

static struct live live;

static int64_t granted(const char *project, int64_t until)
{
    struct grant_row row = {.project = project,
                            .member = "user:kari@nav.no",
                            .roles = "roles/viewer",
                            .title = "strom",
                            .expression = "",
                            .until = until};
    struct err e;
    assert_true(grants_mean(live.store, &row, &e));
    grants_look(&live);
    return row.id;
}

static int begin(void **state)
{
    struct err e;
    (void)state;
    live = (struct live){.store = store_open_memory(&e)};
    clock_freeze(NOW);
    return live.store ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    store_close(live.store);
    clock_freeze(0);
    return 0;
}

static void assert_shows(const char *text)
{
    char out[GRANTS_TEXT];
    assert_string_equal(grants_countdown(&live, out), text);
}

/* Nothing is granted: nothing is drawn, and nobody is woken. */
static void nothing_is_counted(void **state)
{
    char out[GRANTS_TEXT * 2];
    (void)state;
    grants_look(&live);
    assert_shows("");
    assert_int_equal(grants_tick_ms(&live), 0);
    assert_string_equal(grants_sentence(&live, out), "");
    assert_null(grants_drop(&live));
}

static void once_a_minute(void **state)
{
    (void)state;
    granted("p", NOW + 7200);
    assert_int_equal(grants_tick_ms(&live), 60000);
    assert_shows("roles 2 h 00 min");
    clock_freeze(NOW + 60);
    assert_shows("roles 1 h 59 min");
    clock_freeze(NOW + 7199);
    assert_shows("roles 1 min");
    clock_freeze(NOW + 7200);
    assert_shows("");
    assert_int_equal(grants_tick_ms(&live), 0);
}

/* What has ended stands in the policy still; the last one counts. */
static void ended_it_is_still_known(void **state)
{
    char out[GRANTS_TEXT * 2];
    (void)state;
    int64_t old = granted("p", NOW - 10);
    assert_shows("");
    assert_non_null(strstr(grants_sentence(&live, out), "have ended"));
    int64_t second = granted("q", NOW + 600);
    assert_shows("roles 10 min");
    assert_string_equal(live.granted.project, "q");
    struct err e;
    assert_true(grants_set(live.store, second, GRANT_GONE, &e));
    assert_true(grants_set(live.store, old, GRANT_GONE, &e));
    grants_look(&live);
    assert_string_equal(grants_sentence(&live, out), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_counted, begin, end),
        cmocka_unit_test_setup_teardown(once_a_minute, begin, end),
        cmocka_unit_test_setup_teardown(ended_it_is_still_known, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

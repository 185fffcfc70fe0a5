#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Lists of several pages. */

#include "tests/unit/nais/world.h"

#define EXPIRED                                                                                    \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{\"continue\":\"inconsistent\"},"     \
    "\"status\":\"Failure\",\"message\":\"The provided continue parameter is too old to display "  \
    "a "                                                                                           \
    "consistent list result.\",\"reason\":\"Expired\",\"code\":410}"
#define ONE(name, next)                                                                            \
    "{\"items\":[{\"metadata\":{\"name\":\"" name "\",\"labels\":{\"app\":\"" name                 \
    "\"}},\"spec\":{}}],\"metadata\":{\"continue\":\"" next "\"}}"

/* Half a list must not pass for the whole. */
static void a_list_without_an_end(void **state)
{
    (void)state;
    open_with("{token: canary}");
    rule(SQL "sqlinstances", 200, ONE("first", "n/1"), 0);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "ENDLESS");
    assert_non_null(strstr(task_error(t)->why, "after 2 pages"));
    task_drop(t);
}

/* The whole of it is read again, from its beginning: what was read before does not count. */
static void a_list_that_has_grown_old(void **state)
{
    (void)state;
    open_with("{token: canary}");
    rule(SQL "sqlinstances?limit=500&continue=old", 410, EXPIRED, 0);
    rule(SQL "sqlinstances?limit=500&continue=new", 200, ONE("third", ""), 0);
    rule(SQL "sqlinstances", 200, ONE("first", "old"), 1);
    rule(SQL "sqlinstances", 200, ONE("second", "new"), 1);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_OK);
    const struct nais_apps *apps = nais_apps_found(t);
    assert_int_equal(apps->n, 2);
    assert_string_equal(apps->items[0].app, "second");
    assert_string_equal(apps->items[1].app, "third");
    assert_int_equal(server_count(&server, "GET", SQL "sqlinstances?limit=500&continue=inc"), 0);
    task_drop(t);
}

/* Once: a cluster that forgets faster than it answers is told of. */
static void a_list_that_grows_old_every_time(void **state)
{
    (void)state;
    open_with("{token: canary}");
    rule(SQL "sqlinstances?limit=500&continue=old", 410, EXPIRED, 0);
    rule(SQL "sqlinstances", 200, ONE("first", "old"), 0);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "Expired");
    assert_int_equal(task_error(t)->code, 410);
    assert_non_null(strstr(task_error(t)->hint, "try again"));
    assert_int_equal(server_count(&server, "GET", SQL "sqlinstances"), 4);
    task_drop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_list_without_an_end),
        CASE(a_list_that_has_grown_old),
        CASE(a_list_that_grows_old_every_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* A token endpoint that asks for a pause is left in peace, by whoever comes later too. */

#include "api/base/clock.h"
#include "api/google/projects.h"
#include "tests/unit/google/calls.h"

#define TOKEN "/oauth2"
#define BUSY  "{\"error\":\"rate_limit_exceeded\",\"error_description\":\"slow down\"}"

static void rule_pause(const char *retry_after, int times)
{
    server_rule(&w.server, (struct rule){"POST", TOKEN, 429, retry_after, BUSY, times});
    world_token(&w);
    rule("GET", CRM, 200, "{}", 0);
}

/* On a clock that is moved whenever no request is under way; what it showed. */
static int64_t wait_on_moved_clock(const struct task *t)
{
    enum { STEP_MS = 250, LONGEST_MS = 600000, WITHOUT_REQUEST = 2 };
    int64_t began = clock_mono_ms();
    while (task_state(t) == TASK_RUNNING) {
        assert_true(clock_mono_ms() < began + LONGEST_MS);
        net_step(w.net);
        net_wait(w.net, NULL, 0, clock_mono_ms() + 2);
        if (net_running(w.net) <= WITHOUT_REQUEST) /* the call and the fetch of its token */
            clock_advance(STEP_MS);
    }
    return clock_mono_ms() - began;
}

static void a_long_pause_is_told_to_all(void **state)
{
    (void)state;
    rule_pause("Retry-After: 120\r\n", 1);
    struct task *t = projects_get(w.google, "p");
    expect_failure(t, ERR_QUOTA, "slow down");
    assert_non_null(strstr(task_error(t)->hint, "120 s"));
    task_drop(t);
    clock_advance(10000);
    t = projects_get(w.google, "p");
    expect_failure(t, ERR_QUOTA, "slow down");
    if (!strstr(task_error(t)->hint, "wait 1")) /* 110 s less what the test took */
        fail_msg("%s", task_error(t)->hint);
    task_drop(t);
    assert_int_equal(server_count(&w.server, "POST", TOKEN), 1);
    clock_advance(111000);
    t = projects_get(w.google, "p");
    expect_ok(t);
    assert_int_equal(server_count(&w.server, "POST", TOKEN), 2);
    task_drop(t);
}

static void a_short_pause_is_waited_for(void **state)
{
    (void)state;
    rule_pause("Retry-After: 9\r\n", 5);
    struct task *t = projects_get(w.google, "p");
    (void)wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(server_count(&w.server, "POST", TOKEN), 5);
    task_drop(t);
    t = projects_get(w.google, "p");
    int64_t waited = wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_OK);
    assert_in_range(waited, 5000, 60000); /* less what it took to look at the failure */
    assert_int_equal(server_count(&w.server, "POST", TOKEN), 6);
    task_drop(t);
}

/* Another login is another matter. */
static void a_new_login_asks_afresh(void **state)
{
    (void)state;
    rule_pause("Retry-After: 300\r\n", 1);
    struct task *t = projects_get(w.google, "p");
    expect_failure(t, ERR_QUOTA, "slow down");
    task_drop(t);
    google_reload(w.google);
    t = projects_get(w.google, "p");
    expect_ok(t);
    task_drop(t);
}

/* The person logs in anew, or out, while a call waits for its token: it must not wait for ever. */
static void outlives(bool gone)
{
    world_token(&w);
    rule("GET", "/openidconnect", 500, NULL, 0);
    struct task *t = google_whoami(w.google);
    net_step(w.net);
    if (gone)
        unlink(w.file);
    google_reload(w.google);
    assert_int_equal(wait_for(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, gone ? ERR_DENIED : ERR_NETWORK);
    assert_string_equal(task_error(t)->resource, w.file);
    task_drop(t);
}

static void a_call_outlives_its_login(void **state)
{
    (void)state;
    outlives(false);
}

static void a_call_outlives_logging_out(void **state)
{
    (void)state;
    outlives(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_long_pause_is_told_to_all), CASE(a_short_pause_is_waited_for),
        CASE(a_new_login_asks_afresh),     CASE(a_call_outlives_its_login),
        CASE(a_call_outlives_logging_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How long a transfer may take, and what is said of it meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "tests/unit/net/asking.h"

static void times_out(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "GET", .url = url(w, "/silent"), .timeout_ms = 200};
    struct task *t = http_send(w->net, &r);

    assert_true(net_until(w->net, t));
    assert_string_equal(task_error(t)->reason, "TIMEOUT");
    assert_non_null(strstr(task_error(t)->why, "connected"));
    assert_true(task_elapsed_ms(t) >= 190);
    task_drop(t);
    r.url = url(w, "/drip"); /* a byte now and then does not keep it alive */
    fails(w, http_send(w->net, &r), ERR_NETWORK, "TIMEOUT", true);
}

/* The request, and nothing comes. */
static void goes_out(struct world *w)
{
    for (int i = 0; i < 3; i++) {
        net_wait(w->net, NULL, 0, clock_mono_ms() + 20);
        net_step(w->net);
    }
}

/* The limits are kept on the clock that tests can move, and that alone. */
static void limits_follow_the_clock(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "GET", .url = url(w, "/silent")};
    struct task *t = http_send(w->net, &r);

    goes_out(w);
    clock_advance(29000);
    net_step(w->net);
    assert_int_equal(task_state(t), TASK_RUNNING);
    clock_advance(2000); /* thirty seconds without a byte */
    net_step(w->net);
    assert_int_equal(task_state(t), TASK_RUNNING); /* bytes had moved since the start */
    clock_advance(30000);
    fails(w, t, ERR_NETWORK, "TIMEOUT", true);
}

/* Long before it is given up the person is told of the silence. */
static void silence_is_told(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "GET", .url = url(w, "/silent")};
    struct task *t = http_send(w->net, &r);

    goes_out(w);
    clock_advance(12500); /* looked at anew: bytes had gone out */
    net_step(w->net);
    assert_string_equal(net_held_by(w->net), "");
    clock_advance(12500);
    net_step(w->net);
    assert_non_null(strstr(task_held_by(t), "no answer from 127.0.0.1:"));
    assert_non_null(strstr(task_held_by(t), " yet; still waiting"));
    assert_string_equal(net_held_by(w->net), task_held_by(t));
    clock_advance(30000);
    fails(w, t, ERR_NETWORK, "TIMEOUT", true);
    assert_string_equal(net_held_by(w->net), "");
}

/* A discovery may think for three minutes: who grants the time is not cut off at half a minute. */
static void patience_is_granted(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "GET", .url = url(w, "/silent"), .timeout_ms = 180000};
    struct task *t = http_send(w->net, &r);

    goes_out(w);
    for (int i = 0; i < 4; i++) {
        clock_advance(40000);
        net_step(w->net);
        assert_int_equal(task_state(t), TASK_RUNNING);
    }
    clock_advance(40000);
    fails(w, t, ERR_NETWORK, "TIMEOUT", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(times_out),
        with_world(limits_follow_the_clock),
        with_world(silence_is_told),
        with_world(patience_is_granted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

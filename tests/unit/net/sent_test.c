/* What has left this machine, and may have been heard, and what has not; and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/internal.h"
#include "tests/unit/net/asking.h"
#include "tests/unit/net/silent.h"

static void fails_sent(struct world *w, struct task *t, const char *reason, bool sent)
{
    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, reason);
    assert_int_equal(http_was_sent(t), sent);
    task_drop(t);
}

static struct task *ask_at(struct world *w, const char *scheme, int port, int timeout_ms)
{
    char address[64];

    snprintf(address, sizeof address, "%s://127.0.0.1:%d/ok", scheme, port);
    return http_send(
        w->net, &(struct http_request){.method = "POST", .url = address, .timeout_ms = timeout_ms});
}

static void what_was_heard_has_left(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "POST", .url = url(w, "/silent"), .timeout_ms = 100};

    fails_sent(w, http_send(w->net, &r), "TIMEOUT", true);
    fails_sent(w, ask(w, "/cut"), "CUT_OFF", true);
    fails_sent(w, ask(w, "/empty"), "CUT_OFF", true);
    fails_sent(w, ask(w, "/reset"), "RESET", true);
    fails_sent(w, ask(w, "/heads"), "TOO_LARGE", true);
}

/* A connection, or an agreement on encryption, that timed out has carried nothing. */
static void what_found_nobody_has_not(void **state)
{
    struct world *w = *state;
    struct silent s;
    int port, fd = server_listen(1, &port);

    close(fd);
    fails_sent(w, ask_at(w, "http", port, 1000), "REFUSED", false);
    fails_sent(w, ask_at(w, "https", w->server->port, 200), "TIMEOUT", false);
    fails_sent(w, ask_at(w, "ftp", w->server->port, 200), "BAD_URL", false);
    if (make_silent(&s))
        fails_sent(w, ask_at(w, "http", s.port, 200), "TIMEOUT", false);
    end_silent(&s);
}

/* The same where a sleep has ended it. */
static void a_sleep_tells_both(void **state)
{
    struct world *w = *state;
    struct silent s;
    struct task *t = ask(w, "/silent");

    for (int64_t end = clock_mono_ms() + 5000; w->server->requests < 1;) {
        assert_true(clock_mono_ms() < end);
        net_wait(w->net, NULL, 0, clock_mono_ms() + 5);
        net_step(w->net);
    }
    net_pretend_sleep(w->net, 60000);
    fails_sent(w, t, "RESET", true);
    if (make_silent(&s)) {
        t = ask_at(w, "http", s.port, 5000);
        net_step(w->net);
        net_pretend_sleep(w->net, 60000);
        fails_sent(w, t, "RESET", false);
    }
    end_silent(&s);
}

static unsigned asked_on_a_kept_connection(struct world *w, bool only_once)
{
    struct http_request r = {.method = "POST", .url = url(w, "/ok"), .only_once = only_once};
    struct task *t = http_send(w->net, &r);

    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_OK);
    task_drop(t);
    unsigned before = w->server->requests;
    r.url = url(w, "/empty");
    fails_sent(w, http_send(w->net, &r), "CUT_OFF", true);
    return w->server->requests - before;
}

/* What must not be done twice is not sent twice, not even by the library, which does so on a
 * connection that was kept. */
static void only_once_is_once(void **state)
{
    assert_int_equal(asked_on_a_kept_connection(*state, true), 1);
    assert_in_range(asked_on_a_kept_connection(*state, false), 1, 2);
}

static void headers_have_an_end(void **state)
{
    struct world *w = *state;
    struct task *t = ask(w, "/heads");

    assert_true(net_until(w->net, t));
    assert_string_equal(task_error(t)->reason, "TOO_LARGE");
    assert_non_null(strstr(task_error(t)->why, "262144"));
    task_drop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(what_was_heard_has_left), with_world(what_found_nobody_has_not),
        with_world(a_sleep_tells_both),      with_world(only_once_is_once),
        with_world(headers_have_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

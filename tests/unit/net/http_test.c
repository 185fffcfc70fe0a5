#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/http.h"
#include "api/net/internal.h"
#include "api/net/net.h"
#include "tests/unit/net/asking.h"

static void answers(void **state)
{
    struct world *w = *state;
    struct task *t = ask(w, "/ok");

    assert_int_equal(task_state(t), TASK_RUNNING);
    assert_int_equal(net_running(w->net), 1);
    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_OK);
    const struct http_answer *a = http_answer(t);
    assert_int_equal(a->status, 200);
    assert_string_equal(a->body, "{}");
    assert_int_equal(a->bytes, 2);
    assert_string_equal(a->content_type, "application/json");
    assert_string_equal(a->etag, "\"e1\"");
    assert_int_equal(a->date, -1);
    assert_int_equal(a->retry_after, -1);
    assert_int_equal(net_running(w->net), 0);
    task_drop(t);
}

static void any_status_is_an_answer(void **state)
{
    struct world *w = *state;
    struct task *missing = ask(w, "/nothing"), *busy = ask(w, "/busy"),
                *moved = ask(w, "/redirect");

    assert_true(net_until(w->net, missing));
    assert_true(net_until(w->net, busy));
    assert_true(net_until(w->net, moved));
    assert_int_equal(http_answer(missing)->status, 404);
    assert_string_equal(http_answer(missing)->content_type, "");
    assert_int_equal(http_answer(busy)->status, 429);
    assert_int_equal(http_answer(busy)->retry_after, 7);
    assert_int_equal(http_answer(busy)->date, 1795338900);
    assert_int_equal(http_answer(moved)->status, 302); /* never followed */
    assert_int_equal(w->server->requests, 3);
    task_drop(missing);
    task_drop(busy);
    task_drop(moved);
}

static const char *echo(struct world *w, const struct http_request *r, struct task **t)
{
    *t = http_send(w->net, r);
    assert_true(net_until(w->net, *t));
    assert_int_equal(task_state(*t), TASK_OK);
    return http_answer(*t)->body;
}

static void sends_what_was_asked(void **state)
{
    struct world *w = *state;
    struct secret *token = secret_new("tok-123", 7);
    struct http_header headers[] = {{"X-Goog-User-Project", "p"}, {"X-Empty", ""}};
    char body[] = "{\"a\":1}";
    struct task *t;
    struct http_request r = {.method = "PATCH",
                             .url = url(w, "/echo"),
                             .headers = headers,
                             .n_headers = 2,
                             .bearer = token,
                             .content_type = "application/json",
                             .body = body,
                             .body_bytes = strlen(body),
                             .body_is_secret = true};

    const char *seen = echo(w, &r, &t);
    assert_true(str_starts(seen, "PATCH /echo HTTP/1.1\r\n"));
    assert_non_null(strstr(seen, "\r\nAuthorization: Bearer tok-123\r\n"));
    assert_non_null(strstr(seen, "\r\nX-Goog-User-Project: p\r\n"));
    assert_non_null(strstr(seen, "\r\nX-Empty:"));
    assert_non_null(strstr(seen, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(seen, "\r\nUser-Agent: strom/"));
    assert_null(strstr(seen, "Expect:"));
    assert_true(str_ends(seen, "\r\n\r\n{\"a\":1}"));
    task_drop(t);
    secret_free(token);
}

static void methods(void **state)
{
    struct world *w = *state;
    struct task *t;
    struct http_request r = {.method = "POST", .url = url(w, "/echo")};

    const char *seen = echo(w, &r, &t);
    assert_true(str_starts(seen, "POST /echo "));
    assert_non_null(strstr(seen, "\r\nContent-Length: 0\r\n"));
    assert_null(strstr(seen, "Content-Type"));
    task_drop(t);
    r.method = "DELETE";
    seen = echo(w, &r, &t);
    assert_true(str_starts(seen, "DELETE /echo "));
    assert_null(strstr(seen, "Content-Length"));
    task_drop(t);
    r.method = "PUT";
    r.body = "x";
    r.body_bytes = 1;
    seen = echo(w, &r, &t);
    assert_true(str_starts(seen, "PUT /echo "));
    assert_true(str_ends(seen, "\r\n\r\nx"));
    task_drop(t);
}

static void says_how_it_broke(void **state)
{
    struct world *w = *state;

    fails(w, ask(w, "/cut"), ERR_NETWORK, "CUT_OFF", true);
    fails(w, ask(w, "/empty"), ERR_NETWORK, "CUT_OFF", true);
    fails(w, ask(w, "/reset"), ERR_NETWORK, "RESET", true);
    fails(w, ask(w, "/nonsense"), ERR_NETWORK, "PROTOCOL", true);
}

static void bounds_the_answer(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "GET", .url = url(w, "/huge"), .max_bytes = 100000};
    struct task *t = http_send(w->net, &r);

    assert_true(net_until(w->net, t));
    assert_string_equal(task_error(t)->reason, "TOO_LARGE");
    assert_non_null(strstr(task_error(t)->why, "100000"));
    task_drop(t);
    r.url = url(w, "/ok");
    r.max_bytes = 2; /* just fits */
    t = http_send(w->net, &r);
    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_OK);
    task_drop(t);
}

/* Plain http goes to a metadata server only where one may be, and only when it is asked for. */
static void metadata_servers(void **state)
{
    struct world *w = *state;
    struct http_request r = {.method = "GET", .url = "http://10.0.0.1/", .metadata = true};

    fails(w, http_send(w->net, &r), ERR_INPUT, "PLAIN_HTTP", false);
    r = (struct http_request){.method = "GET", .url = "http://169.254.169.254/"};
    fails(w, http_send(w->net, &r), ERR_INPUT, "PLAIN_HTTP", false);
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* would answer nothing */
    r = (struct http_request){.method = "GET", .url = url(w, "/ok"), .metadata = true};
    struct task *t = http_send(w->net, &r);
    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_null(http_answer(t)->metadata_flavor);
    task_drop(t);
    unsetenv("http_proxy");
    assert_true(http_is_metadata_host("metadata.google.internal"));
    assert_true(http_is_metadata_host("169.254.169.254:8080"));
    assert_true(http_is_metadata_host("127.0.0.1:9"));
    assert_false(http_is_metadata_host("169.255.0.1"));
    assert_false(http_is_metadata_host("metadata.google.internal@evil.example"));
    assert_false(http_is_metadata_host("169.254.169.254/x"));
    assert_false(http_is_metadata_host("169.254.evil.example"));
    assert_false(http_is_metadata_host(""));
}

static void refused(void **state)
{
    struct world *w = *state;
    int port, fd = server_listen(1, &port);
    char address[64];

    close(fd);
    snprintf(address, sizeof address, "http://127.0.0.1:%d/", port);
    struct http_request r = {.method = "GET", .url = address};
    struct task *t = http_send(w->net, &r);
    assert_true(net_until(w->net, t));
    assert_non_null(strstr(task_error(t)->what, "127.0.0.1:"));
    fails(w, t, ERR_NETWORK, "REFUSED", true);
}

static void goes_nowhere_else(void **state)
{
    struct world *w = *state;
    static const char *const plain[] = {
        "http://example.com/",
        "http://127.example.com/",
        "http://localhost.example.com/",
        "http://10.0.0.1/",
        "http://[::2]/",
        "http://128.0.0.1/",
        "http://0.0.0.0:9000/",
        "http://metadata.google.internal/",
    };
    static const char *const bad[] = {"",
                                      "nonsense",
                                      "file:///etc/passwd",
                                      "ftp://127.0.0.1/",
                                      "gopher://127.0.0.1/",
                                      "http://user:pw@127.0.0.1/",
                                      "https://127.0.0.1@example.com/",
                                      "http://127.0.0.1/\r\nX: y",
                                      "https://",
                                      "http://127.0.0.1:99999/"};

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        struct http_request r = {.method = "GET", .url = plain[i]};
        fails(w, http_send(w->net, &r), ERR_INPUT, "PLAIN_HTTP", false);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct http_request r = {.method = "GET", .url = bad[i]};
        fails(w, http_send(w->net, &r), ERR_INPUT, "BAD_URL", false);
    }
    assert_int_equal(w->server->requests, 0);
}

static void no_header_slips_in(void **state)
{
    struct world *w = *state;
    struct http_header headers[] = {{"X-A", "a\r\nX-Evil: 1"}};
    struct http_request r = {
        .method = "GET", .url = url(w, "/echo"), .headers = headers, .n_headers = 1};
    struct task *t = http_send(w->net, &r);

    fails(w, t, ERR_INPUT, "", false);
    assert_int_equal(w->server->requests, 0);
}

static void loopback_passes_no_proxy(void **state)
{
    struct world *w = *state;
    struct task *t;

    setenv("http_proxy", "http://127.0.0.1:1", 1); /* nobody there: using it would fail */
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    t = ask(w, "/ok");
    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_OK);
    task_drop(t);
    setenv("https_proxy", "http://127.0.0.1:1",
           1); /* elsewhere it is used: the proxy is what fails */
    struct http_request r = {.method = "GET", .url = "https://strom-test.invalid/"};
    fails(w, http_send(w->net, &r), ERR_NETWORK, "REFUSED", true);
    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("ALL_PROXY");
}

static void encodes(void **state)
{
    struct str s = {0};

    (void)state;
    http_encode(&s, "aB9-._~ /?#%æ", false);
    assert_string_equal(str_text(&s), "aB9-._~%20%2F%3F%23%25%C3%A6");
    str_clear(&s);
    http_encode(&s, "a/b c", true);
    assert_string_equal(str_text(&s), "a/b%20c");
    str_clear(&s);
    http_encode(&s, NULL, true);
    assert_string_equal(str_text(&s), "");
    str_done(&s);
}

static void knows_loopback(void **state)
{
    (void)state;
    assert_true(http_is_loopback("http://127.0.0.1:9000/x"));
    assert_true(http_is_loopback("http://127.9.9.9"));
    assert_true(http_is_loopback("http://localhost:80/"));
    assert_true(http_is_loopback("http://LOCALHOST/"));
    assert_true(http_is_loopback("http://[::1]:1/"));
    assert_true(http_is_loopback("http://127.1/"));
    assert_false(http_is_loopback("https://127.0.0.1/"));
    assert_false(http_is_loopback("http://127.0.0.1.example.com/"));
    assert_false(http_is_loopback("http://127.0.0.1@example.com/"));
    assert_false(http_is_loopback("127.0.0.1"));
    assert_false(http_is_loopback(NULL));
}

static unsigned connections(struct world *w)
{
    return (unsigned)w->server->n_threads;
}

static void ok(struct world *w)
{
    struct task *t = ask(w, "/ok");

    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_OK);
    task_drop(t);
}

/* After a sleep: what was under way fails at once, and no old connection is used again. */
static void the_machine_slept(void **state)
{
    struct world *w = *state;
    struct task *t;

    ok(w);
    ok(w);
    assert_int_equal(connections(w), 1); /* kept open between the two */
    t = ask(w, "/slow/60000");
    for (int64_t end = clock_mono_ms() + 5000; w->server->requests < 3;) {
        assert_true(clock_mono_ms() < end);
        net_wait(w->net, NULL, 0, clock_mono_ms() + 5);
        net_step(w->net);
    }
    net_pretend_sleep(w->net, 60000);
    net_wait(w->net, NULL, 0, 0);
    assert_true(net_step(w->net));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "RESET");
    assert_true(task_error(t)->retryable);
    task_drop(t);
    ok(w);
    assert_int_equal(connections(w), 2);
    net_pretend_sleep(w->net, 60000);
    net_wait(w->net, NULL, 0, 0);
    ok(w);
    assert_int_equal(connections(w), 3);
    assert_int_equal(net_gaps(w->net), 2);
}

/* Dropped in every state: before the first step, under way, ended, and left to net_close. */
static void dropping(void **state)
{
    struct world *w = *state;
    struct task *early = ask(w, "/slow/100"), *under_way = ask(w, "/silent"),
                *ended = ask(w, "/ok");

    task_drop(early);
    assert_true(net_until(w->net, ended));
    task_drop(under_way);
    task_drop(ended);
    ask(w, "/silent"); /* nobody holds it: net_close does */
    net_step(w->net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_world(answers),
        with_world(any_status_is_an_answer),
        with_world(sends_what_was_asked),
        with_world(methods),
        with_world(says_how_it_broke),
        with_world(bounds_the_answer),
        with_world(metadata_servers),
        with_world(refused),
        with_world(goes_nowhere_else),
        with_world(no_header_slips_in),
        with_world(loopback_passes_no_proxy),
        with_world(the_machine_slept),
        with_world(dropping),
        cmocka_unit_test(encodes),
        cmocka_unit_test(knows_loopback),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

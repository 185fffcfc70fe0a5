#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/net/http.h"
#include "api/net/net.h"
#include "tests/unit/net/server.h"

/* Proxies as the environment names them: asked, passed by, and named when they refuse. */

struct world {
    struct net *net;
    struct server *proxy;
    char address[64];
};

static void forget_environment(void)
{
    static const char *const names[] = {"HTTPS_PROXY", "https_proxy", "NO_PROXY",
                                        "no_proxy",    "ALL_PROXY",   "all_proxy"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err e;

    w->proxy = server_start();
    w->net = net_open(&e);
    assert_non_null(w->net);
    snprintf(w->address, sizeof w->address, "http://127.0.0.1:%d", w->proxy->port);
    forget_environment();
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    forget_environment();
    net_close(w->net);
    server_stop(w->proxy);
    free(w);
    return 0;
}

static void fails(struct world *w, const char *url, const char *reason, bool retryable,
                  const char *words)
{
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = 5000};
    struct task *t = http_send(w->net, &r);

    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    const struct err *e = task_error(t);
    if (strcmp(e->reason, reason) != 0 || (words && !strstr(e->hint, words)))
        fail_msg("'%s' '%s' '%s'", e->reason, e->why, e->hint);
    assert_int_equal(e->retryable, retryable);
    assert_null(strstr(e->why, "canary"));
    assert_null(strstr(e->hint, "canary"));
    task_drop(t);
}

static void the_environments_proxy_is_asked(void **state)
{
    struct world *w = *state;

    setenv("HTTPS_PROXY", w->address, 1);
    fails(w, "https://service.example/", "PROXY", false, "NO_PROXY");
    assert_int_equal(w->proxy->requests, 1);
    fails(w, "https://busy.example/", "PROXY", true, "NO_PROXY");
    assert_int_equal(w->proxy->requests, 2);
}

static void a_login_that_is_wanted_is_named(void **state)
{
    struct world *w = *state;
    char with_login[96];

    setenv("HTTPS_PROXY", w->address, 1);
    fails(w, "https://paid.example/", "PROXY", false, "its user and password");
    snprintf(with_login, sizeof with_login, "http://kari:canary@127.0.0.1:%d", w->proxy->port);
    setenv("HTTPS_PROXY", with_login, 1);
    fails(w, "https://paid.example/", "PROXY", false, "its user and password");
}

static void exceptions_pass_it_by(void **state)
{
    struct world *w = *state;
    char url[64];
    int port, fd = server_listen(1, &port);

    close(fd);
    setenv("HTTPS_PROXY", w->address, 1);
    setenv("NO_PROXY", "service.invalid", 1);
    fails(w, "https://service.invalid/", "DNS", true, NULL);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", port); /* this machine itself, always */
    fails(w, url, "REFUSED", true, NULL);
    assert_int_equal(w->proxy->requests, 0);
}

static void a_proxy_that_is_not_there(void **state)
{
    struct world *w = *state;
    char nobody[64];
    int port, fd = server_listen(1, &port);

    close(fd);
    snprintf(nobody, sizeof nobody, "http://127.0.0.1:%d", port);
    setenv("HTTPS_PROXY", nobody, 1);
    fails(w, "https://service.example/", "REFUSED", true, "proxy");
    setenv("HTTPS_PROXY", "http://proxy.invalid:3128", 1);
    fails(w, "https://service.example/", "PROXY", true, "HTTPS_PROXY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_environments_proxy_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_login_that_is_wanted_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exceptions_pass_it_by, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_proxy_that_is_not_there, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

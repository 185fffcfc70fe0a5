#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/net/resolve.h"
#include "tests/unit/net/silent.h"
#include "tests/unit/net/world.h"

static void finds_addresses(void **state)
{
    int port, fd = server_listen(5, &port);
    struct task *number = resolve_host(*state, "127.0.0.1", port, 1000);
    struct task *name = resolve_host(*state, "localhost", port, 1000);

    setenv("ALL_PROXY", "http://127.0.0.1:1", 1); /* databases are not behind web proxies */
    assert_true(net_until(*state, number));
    assert_true(net_until(*state, name));
    assert_int_equal(task_state(number), TASK_OK);
    assert_string_equal(resolve_address(number), "127.0.0.1");
    assert_int_equal(task_state(name), TASK_OK);
    assert_string_equal(resolve_address(name), "127.0.0.1");
    unsetenv("ALL_PROXY");
    task_drop(number);
    task_drop(name);
    close(fd);
}

static void the_sixth_version(void **state)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) != 0)
        skip();
    assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    struct task *t = resolve_host(*state, "::1", ntohs(a.sin6_port), 1000);
    assert_true(net_until(*state, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_string_equal(resolve_address(t), "::1");
    task_drop(t);
    close(fd);
}

static void fails(struct net *net, struct task *t, enum err_kind kind, const char *reason)
{
    assert_true(net_until(net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, kind);
    assert_string_equal(task_error(t)->reason, reason);
    assert_true(task_error(t)->hint[0]);
    task_drop(t);
}

static void tells_faults_apart(void **state)
{
    static const char *const bad[] = {"",    "a b",   "a/b",    "a@b", "a?b", "/var/run",
                                      "a#b", "[::1]", "a\r\nb", "%2e", "a\\b"};
    int port, fd = server_listen(1, &port);

    close(fd);
    fails(*state, resolve_host(*state, "127.0.0.1", port, 1000), ERR_NETWORK, "REFUSED");
    fails(*state, resolve_host(*state, "strom-test.invalid", 5432, 3000), ERR_NETWORK, "DNS");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(*state, resolve_host(*state, bad[i], 5432, 1000), ERR_INPUT, "");
    fails(*state, resolve_host(*state, "localhost", 0, 1000), ERR_INPUT, "");
    fails(*state, resolve_host(*state, "localhost", 65536, 1000), ERR_INPUT, "");
}

static void no_answer(void **state)
{
    struct silent s;

    if (!make_silent(&s)) {
        end_silent(&s);
        skip();
    }
    struct task *t = resolve_host(*state, "127.0.0.1", s.port, 200);
    assert_true(net_until(*state, t));
    assert_true(task_elapsed_ms(t) >= 190);
    assert_non_null(strstr(task_error(t)->why, "no answer to the connection"));
    fails(*state, t, ERR_NETWORK, "TIMEOUT");
    end_silent(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_net(finds_addresses),
        with_net(the_sixth_version),
        with_net(tells_faults_apart),
        with_net(no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

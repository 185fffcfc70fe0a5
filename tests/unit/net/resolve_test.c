#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/net/http.h"
#include "api/net/internal.h"
#include "api/net/net.h"
#include "api/net/resolve.h"
#include "tests/unit/net/server.h"

#include <fcntl.h>

static int set_up(void **state)
{
    struct err e;

    *state = net_open(&e);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    net_close(*state);
    return 0;
}

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

/* A host that answers nothing: the queue of connections is full, so that the system drops the rest.
 */
struct silent {
    int listener, port;
    int filler[16];
};

static bool is_stuck(int fd)
{
    struct pollfd p = {fd, POLLOUT, 0};

    return poll(&p, 1, 50) == 0;
}

static bool make_silent(struct silent *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool stuck = false;

    memset(s->filler, -1, sizeof s->filler);
    s->listener = server_listen(0, &s->port);
    a.sin_port = htons((uint16_t)s->port);
    for (size_t i = 0; i < 16 && !stuck; i++) {
        s->filler[i] = socket(AF_INET, SOCK_STREAM, 0);
        fcntl(s->filler[i], F_SETFL, O_NONBLOCK);
        (void)!connect(s->filler[i], (struct sockaddr *)&a, sizeof a);
        stuck = is_stuck(s->filler[i]);
    }
    return stuck;
}

static void end_silent(struct silent *s)
{
    for (size_t i = 0; i < 16; i++)
        if (s->filler[i] >= 0)
            close(s->filler[i]);
    close(s->listener);
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
    assert_in_range(task_elapsed_ms(t), 190, 1000);
    assert_non_null(strstr(task_error(t)->why, "no answer to the connection"));
    fails(*state, t, ERR_NETWORK, "TIMEOUT");
    end_silent(&s);
}

/* --- how long anything holds the program up --- */

struct figures {
    int64_t step, drop;
};

static void turn(struct net *net, struct figures *f)
{
    net_wait(net, NULL, 0, clock_mono_ms() + 5);
    int64_t from = net_now_us();
    net_step(net);
    from = net_now_us() - from;
    f->step = from > f->step ? from : f->step;
}

static void drop(struct task *t, struct figures *f)
{
    int64_t from = net_now_us();

    task_drop(t);
    from = net_now_us() - from;
    f->drop = from > f->drop ? from : f->drop;
}

static void judge(const char *what, const struct figures *f)
{
    print_message("%s: longest net_step %.2f ms, longest task_drop %.2f ms\n", what,
                  (double)f->step / 1000, (double)f->drop / 1000);
    assert_in_range(f->step, 0, 30000);
    assert_in_range(f->drop, 0, 5000);
}

/* Names that nobody knows, asked for and given up at every stage. */
static void dead_names(void **state)
{
    struct net *net = *state;
    struct figures f = {0};
    char url[128];

    for (int i = 0; i < 40; i++) {
        snprintf(url, sizeof url, "https://does-not-exist-%d.invalid/", i);
        struct http_request r = {.method = "GET", .url = url, .timeout_ms = 300};
        struct task *t = http_send(net, &r), *other = resolve_host(net, url + 8, 1, 0);
        task_drop(other); /* no host: it holds a slash */
        other = resolve_host(net, "does-not-exist.invalid", 5432, 300);
        for (int turns = 0; turns < i % 5; turns++)
            turn(net, &f);
        drop(t, &f);
        drop(other, &f);
    }
    struct task *t = resolve_host(net, "does-not-exist.invalid", 5432, 300);
    for (int64_t end = clock_mono_ms() + 5000;
         task_state(t) == TASK_RUNNING && clock_mono_ms() < end;)
        turn(net, &f);
    assert_int_equal(task_state(t), TASK_FAILED);
    drop(t, &f);
    judge("dead DNS", &f);
}

static void a_silent_host(void **state)
{
    struct net *net = *state;
    struct silent s;
    struct figures f = {0};
    char url[64];

    if (!make_silent(&s)) {
        end_silent(&s);
        skip();
    }
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", s.port);
    for (int i = 0; i < 20; i++) {
        struct http_request r = {.method = "GET", .url = url, .timeout_ms = 200};
        struct task *t = http_send(net, &r), *other = resolve_host(net, "127.0.0.1", s.port, 200);
        for (int turns = 0; turns < i % 5; turns++)
            turn(net, &f);
        if (i == 19)
            while (task_state(t) == TASK_RUNNING)
                turn(net, &f);
        drop(t, &f);
        drop(other, &f);
    }
    end_silent(&s);
    judge("silent host", &f);
}

#define with_net(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_net(finds_addresses), with_net(the_sixth_version), with_net(tells_faults_apart),
        with_net(no_answer),       with_net(dead_names),        with_net(a_silent_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

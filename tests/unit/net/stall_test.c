#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/child.h"
#include "api/net/http.h"
#include "api/net/internal.h"
#include "api/net/resolve.h"
#include "tests/unit/net/silent.h"
#include "tests/unit/net/world.h"

#include <netdb.h>

/* Whether anything holds the program up. Wall time, on a machine that does other things too: what
 * waits for something does so each time, so the best of a few rounds counts, and the limit is less
 * than the shortest thing to wait for here, 200 ms. How long it is in fact, ./dev bench stall
 * tells. */

enum { ROUNDS = 5, STEP_US = 150000, DROP_US = 150000 };

struct stall {
    int64_t step, drop;
};

static void turn(struct net *net, struct stall *s)
{
    net_wait(net, NULL, 0, clock_mono_ms() + 5);
    int64_t from = net_now_us();
    net_step(net);
    from = net_now_us() - from;
    s->step = from > s->step ? from : s->step;
}

static void drop(struct task *t, struct stall *s)
{
    int64_t from = net_now_us();

    task_drop(t);
    from = net_now_us() - from;
    s->drop = from > s->drop ? from : s->drop;
}

static void turn_until_ended(struct net *net, const struct task *t, struct stall *s)
{
    for (int64_t end = clock_mono_ms() + 10000; task_state(t) == TASK_RUNNING;) {
        assert_true(clock_mono_ms() < end);
        turn(net, s);
    }
}

static void judge(const char *what, struct net *net,
                  void (*scene)(struct net *, void *, struct stall *), void *ctx)
{
    struct stall s;

    for (int round = 0; round < ROUNDS; round++) {
        s = (struct stall){0};
        scene(net, ctx, &s);
        print_message("%s: longest net_step %.2f ms, longest task_drop %.2f ms\n", what,
                      (double)s.step / 1000, (double)s.drop / 1000);
        if (s.step <= STEP_US && s.drop <= DROP_US)
            return;
    }
    fail_msg("%s holds the program up", what);
}

/* Stands before the C library's: the name server is as dead as can be until this pipe is closed. */
static int dead[2] = {-1, -1};

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    struct pollfd p = {dead[0], POLLIN, 0};

    (void)name;
    (void)service;
    (void)hints;
    (void)out;
    poll(&p, 1, -1);
    return EAI_AGAIN;
}

/* Names that nobody knows, asked for and given up at every stage. */
static void ask_dead_names(struct net *net, void *ctx, struct stall *s)
{
    char url[128];

    (void)ctx;
    for (int i = 0; i < 40; i++) {
        snprintf(url, sizeof url, "https://does-not-exist-%d.invalid/", i);
        struct http_request r = {.method = "GET", .url = url, .timeout_ms = 300};
        struct task *t = http_send(net, &r);
        struct task *other = resolve_host(net, "does-not-exist.invalid", 5432, 300);
        for (int turns = 0; turns < i % 5; turns++)
            turn(net, s);
        drop(t, s);
        drop(other, s);
    }
    struct task *t = resolve_host(net, "does-not-exist.invalid", 5432, 300);
    turn_until_ended(net, t, s);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "DNS");
    assert_true(task_elapsed_ms(t) >= 290);
    drop(t, s);
}

static void dead_names(void **state)
{
    assert_int_equal(pipe(dead), 0);
    judge("dead DNS", *state, ask_dead_names, NULL);
    close(dead[1]);
}

static void ask_silent(struct net *net, void *ctx, struct stall *s)
{
    const struct silent *silent = ctx;
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/", silent->port);
    for (int i = 0; i < 20; i++) {
        struct http_request r = {.method = "GET", .url = url, .timeout_ms = 200};
        struct task *t = http_send(net, &r);
        struct task *other = resolve_host(net, "127.0.0.1", silent->port, 200);
        for (int turns = 0; turns < i % 5; turns++)
            turn(net, s);
        if (i == 19)
            turn_until_ended(net, t, s);
        drop(t, s);
        drop(other, s);
    }
}

static void a_silent_host(void **state)
{
    struct silent silent;
    bool stuck = make_silent(&silent);

    if (stuck)
        judge("silent host", *state, ask_silent, &silent);
    end_silent(&silent);
    if (!stuck)
        skip();
}

/* Twenty slow ones under way and one given up. */
static void ask_many(struct net *net, void *ctx, struct stall *s)
{
    const struct server *server = ctx;
    struct task *tasks[21];
    char url[64];

    for (size_t i = 0; i < 21; i++) {
        const char *path = i == 20 ? "silent" : i % 2 ? "slow/300" : "slow/500";
        snprintf(url, sizeof url, "http://127.0.0.1:%d/%s", server->port, path);
        struct http_request r = {.method = "GET", .url = url};
        tasks[i] = http_send(net, &r);
    }
    turn_until_ended(net, tasks[1], s);
    assert_int_equal(task_state(tasks[20]), TASK_RUNNING);
    drop(tasks[20], s);
    for (size_t i = 0; i < 20; i++) {
        turn_until_ended(net, tasks[i], s);
        assert_int_equal(task_state(tasks[i]), TASK_OK);
        assert_string_equal(http_answer(tasks[i])->body, "slow");
    }
    for (size_t i = 0; i < 20; i++)
        drop(tasks[i], s);
}

static void many_requests(void **state)
{
    struct server *server = server_start();
    struct err e;
    struct net *net = net_open(&e);

    (void)state;
    assert_non_null(net);
    judge("20 slow requests", net, ask_many, server);
    net_close(net); /* first: the server waits for its clients to go */
    server_stop(server);
}

static struct task *ask_path(struct net *net, const struct server *server, const char *path)
{
    char url[64];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/%s", server->port, path);
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = 300};
    return http_send(net, &r);
}

static void ends(struct net *net, struct task *t, enum task_state state)
{
    assert_true(net_until(net, t));
    assert_int_equal(task_state(t), state);
    task_drop(t);
}

/* A network that changed takes every kept connection with it: after a silence none is used again.
 */
static void after_a_silence_anew(void **state)
{
    struct server *server = server_start();
    struct err e;
    struct net *net = net_open(&e);

    (void)state;
    assert_non_null(net);
    struct task *one = ask_path(net, server, "slow/50"), *two = ask_path(net, server, "slow/50");
    ends(net, one, TASK_OK);
    ends(net, two, TASK_OK);
    ends(net, ask_path(net, server, "ok"), TASK_OK);
    assert_int_equal(server->n_threads, 2); /* both are kept */
    ends(net, ask_path(net, server, "silent"), TASK_FAILED);
    ends(net, ask_path(net, server, "ok"), TASK_OK);
    assert_int_equal(server->n_threads, 3);
    ends(net, ask_path(net, server, "ok"), TASK_OK);
    assert_int_equal(server->n_threads, 3);
    net_close(net);
    server_stop(server);
}

static void run_many(struct net *net, void *ctx, struct stall *s)
{
    const char *argv[] = {"sh", "-c", "echo x", NULL};
    struct child_request r = {.argv = argv};
    struct task *tasks[30];

    (void)ctx;
    for (size_t i = 0; i < 30; i++)
        tasks[i] = child_run(net, &r);
    for (size_t i = 0; i < 30; i++) {
        turn_until_ended(net, tasks[i], s);
        assert_string_equal(child_answer(tasks[i])->out, "x\n");
        drop(tasks[i], s);
    }
}

static void many_programs(void **state)
{
    judge("30 programs", *state, run_many, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_net(dead_names),
        with_net(a_silent_host),
        cmocka_unit_test(many_requests),
        cmocka_unit_test(after_a_silence_anew),
        with_net(many_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

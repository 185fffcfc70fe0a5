#ifndef TESTS_NET_ASKING_H
#define TESTS_NET_ASKING_H

/* A net and a server for each test, and requests to it. Include behind cmocka.h. */

#include "api/net/http.h"
#include "api/net/net.h"
#include "tests/unit/net/server.h"

struct world {
    struct net *net;
    struct server *server;
    char url[256];
};

static inline int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct err e;

    w->server = server_start();
    w->net = net_open(&e);
    assert_non_null(w->net);
    *state = w;
    return 0;
}

static inline int tear_down(void **state)
{
    struct world *w = *state;

    net_close(w->net);
    server_stop(w->server);
    free(w);
    return 0;
}

static inline const char *url(struct world *w, const char *path)
{
    snprintf(w->url, sizeof w->url, "http://127.0.0.1:%d%s", w->server->port, path);
    return w->url;
}

static inline struct task *ask(struct world *w, const char *path)
{
    struct http_request r = {.method = "GET", .url = url(w, path), .timeout_ms = 5000};

    return http_send(w->net, &r);
}

static inline void fails(struct world *w, struct task *t, enum err_kind kind, const char *reason,
                         bool again)
{
    assert_true(net_until(w->net, t));
    assert_int_equal(task_state(t), TASK_FAILED);
    const struct err *e = task_error(t);
    assert_int_equal(e->kind, kind);
    assert_string_equal(e->reason, reason);
    assert_int_equal(e->retryable, again);
    assert_true(e->what[0] && e->why[0]);
    task_drop(t);
}

#define with_world(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif

#ifndef TESTS_PG_LOOP_H
#define TESTS_PG_LOOP_H

/* For the tests of connections: the loop, and how long it was kept. Included after cmocka. */

#include "api/base/clock.h"
#include "api/net/net.h"
#include "api/pg/copy.h"
#include "api/pg/pg.h"
#include "tests/unit/pg/server.h"

static struct net *net;

/* What is not to be waited for here lasts a minute or for ever. How long the longest step is in
 * fact,
 * ./dev bench stall tells. */
enum { STALL_MS = 10000 };

/* Runs a task to its end and says how long the longest step took. */
static inline int64_t run(const struct task *t)
{
    int64_t longest = 0;
    while (task_state(t) == TASK_RUNNING) {
        int64_t from = clock_mono_ms();
        net_step(net);
        int64_t took = clock_mono_ms() - from;
        longest = took > longest ? took : longest;
        if (task_state(t) == TASK_RUNNING)
            net_wait(net, NULL, 0, clock_mono_ms() + 20000);
    }
    return longest;
}

static inline struct pg *connect_as(struct pg_options o)
{
    struct task *t = pg_connect(net, &o);
    run(t);
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    struct pg *pg = pg_take(t);
    assert_null(pg_take(t));
    task_drop(t);
    return pg;
}

static inline struct pg *admin(void)
{
    return connect_as((struct pg_options){.dsn = server_admin("app")});
}

#endif

#ifndef TESTS_PG_LOOP_H
#define TESTS_PG_LOOP_H

/* For the tests of connections: the loop, and how long it was kept. Included after cmocka. */

#include "api/base/clock.h"
#include "api/net/net.h"
#include "api/pg/copy.h"
#include "api/pg/pg.h"
#include "tests/unit/pg/server.h"

#include <time.h>

static struct net *net;

/* The goal is 30 ms in the program as it is shipped; scram alone takes half of it (libpq, in one
 * go). */
#ifdef STROM_SANITIZED
enum { STALL_MS = 90 };
#else
enum { STALL_MS = 30 };
#endif

static inline int64_t cpu_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Runs a task to its end and says how long the longest step took. The goal is 30 ms; where other
 * programs take the processor away in the middle of a step, our own time counts, within a quarter
 * of a second. */
static inline int64_t run(const struct task *t)
{
    int64_t longest = 0;
    while (task_state(t) == TASK_RUNNING) {
        int64_t from = clock_mono_ms(), cpu = cpu_ms();
        net_step(net);
        int64_t took = clock_mono_ms() - from;
        if (took <= 250)
            took = cpu_ms() - cpu;
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

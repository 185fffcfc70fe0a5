#ifndef TESTS_NET_AWAIT_H
#define TESTS_NET_AWAIT_H

/* For tests: a task on a loop of its own, run to its end. Included after cmocka. */

#include "api/net/net.h"

/* However it ends. */
static inline void await_end(struct net *net, const struct task *t)
{
    while (task_state(t) == TASK_RUNNING) {
        net_step(net);
        if (task_state(t) == TASK_RUNNING)
            net_wait(net, NULL, 0, -1);
    }
}

/* It ends well, or the test fails with the task's own words. */
static inline void await(struct net *net, const struct task *t)
{
    await_end(net, t);
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
}

#endif

#ifndef TESTS_NET_AWAIT_H
#define TESTS_NET_AWAIT_H

/* For tests: a task on a loop of its own that is to end well. Included after cmocka. */

#include "api/net/net.h"

/* The test fails with the task's own words where it does not. */
static inline void await(struct net *net, const struct task *t)
{
    net_until(net, t);
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s (%s)", task_error(t)->what, task_error(t)->why, task_error(t)->reason);
}

#endif

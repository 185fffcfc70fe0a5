#ifndef TESTS_NET_WORLD_H
#define TESTS_NET_WORLD_H

/* A net for each test. */

#include "api/net/net.h"

static inline int set_up(void **state)
{
    struct err e;

    *state = net_open(&e);
    return *state ? 0 : -1;
}

static inline int tear_down(void **state)
{
    net_close(*state);
    return 0;
}

#define with_net(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif

#ifndef TESTS_E2E_ONE_WORLD_H
#define TESTS_E2E_ONE_WORLD_H

/* The one world of a test program, what most ask of it, and its end. Include behind cmocka.h, in
 * one file of a program. */

#include "tests/e2e/world.h"

static struct world w;

/* Done in the source's database, as the superuser. */
static inline void at_source(const char *sql)
{
    char value[256];
    world_source(&w, sql, value);
}

/* A test, the last one of most programs. */
static inline void every_request_was_one_of_googles(void **state)
{
    (void)state;
    world_check_requests(&w);
}

static inline int stop_world(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

#endif

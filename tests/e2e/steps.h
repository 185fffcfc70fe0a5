#ifndef TESTS_E2E_STEPS_H
#define TESTS_E2E_STEPS_H

/* Tests that walk one road: each goes on where the one before ended. Behind one that failed the
 * rest means nothing, and is skipped. Include behind cmocka.h, in one file of a program. */

#include <stdbool.h>

static bool lost;

#define STEP(name)                                                                                 \
    static void name##_body(void);                                                                 \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        if (lost)                                                                                  \
            skip();                                                                                \
        lost = true;                                                                               \
        name##_body();                                                                             \
        lost = false;                                                                              \
    }                                                                                              \
    static void name##_body(void)

#endif

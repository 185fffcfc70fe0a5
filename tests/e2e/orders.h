#ifndef TESTS_E2E_ORDERS_H
#define TESTS_E2E_ORDERS_H

/* `strom stream` as a script gives it. Include behind cmocka.h, in one file of a program. */

#include "tests/e2e/one_world.h"

#define APP "--app", "postmottak-backend"

/* Carried out without a question; its events fit the schema. what: NULL for none. */
static inline const struct answer *stream_do(const char *verb, const char *what)
{
    const struct answer *a = what ? STROM(&w, "stream", verb, what, APP, "--yes", "--json")
                                  : STROM(&w, "stream", verb, APP, "--yes", "--json");
    answer_events(a);
    answer_fits(&w, a, "stream");
    return a;
}

static inline void ends_with(const struct answer *a, int code, const char *result)
{
    answer_is(a, code);
    assert_text(a->line[a->n_lines - 1], "result", result);
}

#endif

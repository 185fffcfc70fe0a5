#ifndef TESTS_E2E_EQUAL_H
#define TESTS_E2E_EQUAL_H

/* Rows on both sides of a replication that is real, compared by a sum over the columns that flow.
 * Include behind cmocka.h. */

#include "tests/e2e/world.h"

/* The sum in words that PostgreSQL and SQLite read alike. */
struct equal_table {
    const char *source, *destination, *sum;
};

/* The sandbox's two tables, every column that is not made from the clock. */
extern const struct equal_table equal_rules, equal_results;

/* Waits until the destination holds what the source holds now, two minutes at most; then the test
 * fails with both. The app must be quiet, or the table would move on. */
void equal_await(struct world *w, const struct equal_table *t);

#endif

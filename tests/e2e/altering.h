#ifndef TESTS_E2E_ALTERING_H
#define TESTS_E2E_ALTERING_H

/* Orders to a stream that runs, and what Home says of one that did not end. Include behind
 * cmocka.h, in one file of a program, in place of wizard.h. */

#include "tests/e2e/equal.h"
#include "tests/e2e/lose.h"
#include "tests/e2e/orders.h"
#include "tests/e2e/wizard.h"

#define STREAM "postgres-postmottak-bigquery"

/* Slowly enough to be met half way, and nothing but what the test itself changes. */
static inline int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "15", "--rate", "0");
    return 0;
}

static inline void make_slot(const char *name)
{
    char sql[128], value[256];
    snprintf(sql, sizeof sql, "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')", name);
    world_source(&w, sql, value);
}

static inline void reads(const char *slot)
{
    lose_await(&w, "RUNNING");
    assert_text(STROM(&w, "status", APP, "--json")->doc, "slot.name", slot);
}

static inline void await_all_equal(void)
{
    equal_await(&w, &equal_rules);
    equal_await(&w, &equal_results);
}

/* Wide enough for a whole command in one line. */
static inline void open_wide(void)
{
    const char *const argv[] = {w.strom, "--no-notify", NULL};
    struct vt_options o = {.cols = 150, .rows = 45, .argv = argv, .cwd = w.state};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}

static inline void at_home(void)
{
    open_wide();
    see("What do you want to do?");
}

static inline void ask_about_it(const char *command)
{
    at_home();
    see("Not finished: " STREAM);
    vt_key(v, "Enter");
    see("A command that did not end");
    see(command);
}

static inline void nothing_is_left(void)
{
    at_home();
    see("Set up a replication");
    assert_false(vt_find(v, "Not finished", &(int){0}, &(int){0}));
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
}

#endif

#ifndef TESTS_UNIT_GOOGLE_CALLS_H
#define TESTS_UNIT_GOOGLE_CALLS_H

/* What the tests of calls share: a world a test, rules in one line, both ends of a task. */

#include "api/google/datastream_objects.h"
#include "tests/unit/google/client.h"

#define CRM      "/cloudresourcemanager.googleapis.com/v1/projects/p"
#define STREAMS  "/datastream.googleapis.com/v1/projects/p/locations/l/streams"
#define OP       "projects/p/locations/l/operations/op-1"
#define PRIVATES "/datastream.googleapis.com/v1/projects/p/locations/l/privateConnections"

static struct world w;

/* The least that a stream may be asked for. */
static inline struct datastream_selection one_table(void)
{
    static struct datastream_table table = {"t", NULL, 0};
    static struct datastream_schema schema = {"public", &table, 1};
    return (struct datastream_selection){&schema, 1, true};
}

static inline int setup(void **state)
{
    (void)state;
    world_open(&w, PERSON);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static inline void rule(const char *method, const char *path, int status, const char *body,
                        int times)
{
    server_rule(&w.server, (struct rule){method, path, status, NULL, body, times});
}

static inline enum task_state wait_for(struct task *t)
{
    assert_true(net_until(w.net, t));
    return task_state(t);
}

static inline void expect_ok(struct task *t)
{
    if (wait_for(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
}

static inline void expect_failure(struct task *t, enum err_kind kind, const char *why)
{
    assert_int_equal(wait_for(t), TASK_FAILED);
    const struct err *e = task_error(t);
    if (e->kind != kind || !strstr(e->why, why) || !*e->hint || !*e->what)
        fail_msg("kind %d, what '%s', why '%s', hint '%s'", (int)e->kind, e->what, e->why, e->hint);
    assert_null(strstr(e->why, "canary"));
    assert_null(strstr(e->hint, "canary"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif

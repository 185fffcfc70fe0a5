/* Taking down, carried out by hand: what goes wrong on the way, and what is told of it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/remove.h"
#include "api/store/internal.h"
#include "tests/unit/plan/byhand.h"

static struct remove_options options;

static struct task *begin(struct store *store)
{
    look();
    options = (struct remove_options){.google = w.google,
                                      .store = store,
                                      .target = &scene.target,
                                      .seen = observed(looking),
                                      .source_asked = true,
                                      .slot_bytes = -1};
    return remove_all(w.net, &options);
}

static const char *failure_of(const struct task *t, const char *what)
{
    size_t n;
    const struct receipt_line *lines = remove_receipt(t, &n);
    for (size_t i = 0; i < n; i++)
        if (lines[i].kind == RECEIPT_FAILED && strcmp(lines[i].what, what) == 0)
            return lines[i].why;
    fail_msg("%s has not failed", what);
    return NULL;
}

/* What cannot be written down is not asked for; the receipt keeps the reason. */
static void test_an_intent_that_cannot_be_written(void **state)
{
    (void)state;
    struct err e;
    set_up();
    RULES(always);
    RULES(made);
    struct store *store = store_open_memory(&e);
    assert_true(store_run(store, "CREATE TRIGGER no BEFORE INSERT ON entry BEGIN "
                                 "SELECT RAISE(ABORT, 'the journal is full today'); END"));
    struct task *t = begin(store);
    net_until(w.net, t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_non_null(strstr(failure_of(t, "datastream.stream"), "the journal is full today"));
    assert_non_null(strstr(task_error(t)->why, "the journal is full today"));
    for (size_t i = 0; i < w.server.n_seen; i++)
        assert_string_not_equal(w.server.seen[i].method, "DELETE");
    task_drop(t);
    store_close(store);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_intent_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

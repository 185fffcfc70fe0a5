#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/net/probe.h"
#include "tests/unit/net/world.h"

/* A chain: each waits for the one below and says nothing itself. One net_step brings it up to the
 * top. */
static void parents_wait_for_children(void **state)
{
    struct net *net = *state;
    struct task *t = task_timer(net, 3600000);
    unsigned stops = 0;

    for (int i = 0; i < 10; i++) {
        struct task *parent = probe_new(net);
        probe_of(parent)->child = t;
        probe_of(parent)->count_stop = &stops;
        t = parent;
    }
    net_step(net);
    unsigned steps = probe_of(t)->steps;
    assert_in_range(steps, 1, 3);
    clock_advance(3600000);
    net_wait(net, NULL, 0, -1);
    assert_true(net_step(net));
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(net_running(net), 0);
    task_drop(t); /* and all below */
    assert_int_equal(stops, 10);
    assert_null(net->tasks);
}

/* Two that wait and tell news in every step must not keep each other going. */
static void news_do_not_spin(void **state)
{
    struct net *net = *state;
    struct task *far = task_timer(net, 3600000), *a = probe_new(net), *b = probe_new(net);

    probe_of(a)->child = far;
    probe_of(a)->news = true;
    probe_of(b)->news = true;
    probe_of(b)->child = task_timer(net, 3600000);
    assert_true(net_step(net));
    unsigned steps = probe_of(a)->steps + probe_of(b)->steps;
    assert_in_range(steps, 2, 4);
    assert_false(net_step(net));
    int64_t from = clock_mono_ms();
    net_wait(net, NULL, 0, from + 30);
    assert_true(clock_mono_ms() - from >= 30);
    assert_int_equal(probe_of(a)->steps + probe_of(b)->steps, steps);
    task_drop(a);
    task_drop(b);
}

static void failures(void **state)
{
    struct net *net = *state;
    struct err e;

    err_set(&e, ERR_DENIED, "no");
    struct task *t = task_refused(net, &e);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_DENIED);
    assert_true(net_step(net)); /* that it failed is news */
    assert_false(net_step(net));
    struct task *parent = probe_new(net); /* waits for one that has ended already */
    probe_of(parent)->child = t;
    probe_of(parent)->answer = TASK_FAILED;
    assert_true(net_until(net, parent));
    assert_int_equal(task_error(parent)->kind, ERR_BUG); /* it did not say why */
    assert_int_equal(task_fail_like(parent, t), TASK_FAILED);
    assert_int_equal(task_error(parent)->kind, ERR_DENIED);
    task_clear(&parent);
    assert_null(parent);
    assert_int_equal(task_state(NULL), TASK_RUNNING);
    assert_int_equal(task_error(NULL)->kind, ERR_NONE);
    assert_int_equal(task_elapsed_ms(NULL), 0);
    task_drop(NULL);
}

/* Long work is cut by the slice, goes on at once, and everybody gets a turn. */
static void slices(void **state)
{
    struct net *net = *state;
    struct task *busy[4];
    int turns = 0;

    for (size_t i = 0; i < 4; i++) {
        busy[i] = probe_new(net);
        probe_of(busy[i])->again = 20;
        probe_of(busy[i])->spin_us = 1000;
    }
    for (; net_running(net) > 0 && turns < 1000; turns++) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
        unsigned least = 100, most = 0;
        for (size_t i = 0; i < 4; i++) {
            unsigned steps = probe_of(busy[i])->steps;
            least = steps < least ? steps : least;
            most = steps > most ? steps : most;
        }
        assert_in_range(most - least, 0, 1);
    }
    assert_int_equal(net_running(net), 0);
    assert_in_range(turns, 10, 999); /* eighty steps of a millisecond, cut into slices */
    for (size_t i = 0; i < 4; i++)
        task_drop(busy[i]);
}

/* A step may drop others, before and behind itself in the list. */
static enum task_state dropper_step(struct task *t)
{
    struct probe *p = *(struct probe **)t->job;

    task_clear(&p->child);
    task_clear(&p->other);
    return TASK_OK;
}

static void dropping_in_a_step(void **state)
{
    static const struct task_type type = {"dropper", sizeof(struct probe *), dropper_step, NULL};
    struct net *net = *state;
    struct probe holds = {.child = task_timer(net, 1000)};
    struct task *dropper = task_new(net, &type);

    *(struct probe **)dropper->job = &holds;
    holds.other = task_timer(net, 1000);
    struct task *last = task_timer(net, 0);
    net_step(net);
    assert_int_equal(task_state(last), TASK_OK);
    assert_null(holds.child);
    assert_int_equal(net_running(net), 0);
    task_drop(dropper);
    task_drop(last);
}

static void closing_drops_all(void **state)
{
    struct err e;
    struct net *net = net_open(&e);
    unsigned stops = 0;

    (void)state;
    for (int i = 0; i < 5; i++) { /* parents hold children, in both orders of the list */
        struct task *before = probe_new(net), *parent = probe_new(net), *behind = probe_new(net);
        probe_of(before)->count_stop = probe_of(behind)->count_stop = &stops;
        probe_of(parent)->count_stop = &stops;
        probe_of(parent)->child = before;
        probe_of(parent)->other = behind;
    }
    net_step(net);
    net_close(net);
    assert_int_equal(stops, 15);
    net_close(NULL);
}

static void the_machine_slept(void **state)
{
    struct net *net = *state;
    struct task *far = task_timer(net, 3600000), *t = probe_new(net);

    probe_of(t)->until = clock_mono_ms() + 3600000;
    net_step(net);
    net_pretend_sleep(net, 5000); /* a short nap is none */
    net_wait(net, NULL, 0, 0);
    assert_int_equal(net_gaps(net), 0);
    net_pretend_sleep(net, 11000);
    net_wait(net, NULL, 0, 0);
    assert_int_equal(net_gaps(net), 1);
    assert_true(net_step(net));
    assert_int_equal(probe_of(t)->steps, 2);
    net_wait(net, NULL, 0, 0);
    assert_int_equal(net_gaps(net), 1);
    task_drop(far);
    task_drop(t);
}

/* Ctrl-Z in a loop of one's own: nobody was inside when it came. What had to be waited for still
 * has to be. */
static void the_program_was_stopped(void **state)
{
    struct net *net = *state;
    struct task *soon = task_timer(net, 5000);

    net_step(net);
    net_wait(net, NULL, 0, 0);
    net_pretend_stop(net, 4000);
    assert_false(net_step(net));
    assert_int_equal(net_gaps(net), 0);
    net_pretend_stop(net, 60000);
    assert_true(net_step(net));
    assert_int_equal(net_gaps(net), 1);
    assert_int_equal(task_state(soon), TASK_RUNNING);
    net_pretend_stop(net, 60000);
    net_wait(net, NULL, 0, 0);
    assert_int_equal(net_gaps(net), 2);
    net_wait(net, NULL, 0, 0);
    assert_false(net_step(net) && net_step(net));
    assert_int_equal(net_gaps(net), 2);
    task_drop(soon);
}

static enum task_state stopped_within(struct task *t);
static const struct task_type stopped_type = {"stopped", sizeof(int), stopped_within, NULL};

static enum task_state stopped_within(struct task *t)
{
    int *steps = task_job(t, &stopped_type);

    if ((*steps)++ == 0)
        net_pretend_stop(task_net(t), 60000);
    return TASK_RUNNING;
}

/* While we do something ourselves, and wait for nothing: whoever comes next has not waited either.
 */
static void the_program_was_stopped_at_work(void **state)
{
    struct net *net = *state;
    struct task *soon = task_timer(net, 5000), *busy = task_new(net, &stopped_type);

    net_step(net);
    assert_int_equal(net_gaps(net), 1);
    assert_int_equal(task_state(soon), TASK_RUNNING);
    task_drop(busy);
    task_drop(soon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_net(parents_wait_for_children),
        with_net(news_do_not_spin),
        with_net(failures),
        with_net(slices),
        with_net(dropping_in_a_step),
        cmocka_unit_test(closing_drops_all),
        with_net(the_machine_slept),
        with_net(the_program_was_stopped),
        with_net(the_program_was_stopped_at_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

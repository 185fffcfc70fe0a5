#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/internal.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int set_up(void **state)
{
    struct err e;

    *state = net_open(&e);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    net_close(*state);
    return 0;
}

static int64_t cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
           u.ru_stime.tv_usec;
}

/* --- a task of the test's own --- */

struct probe {
    int fd;
    short events;
    int64_t until;
    struct task *child, *other;
    unsigned steps, stops;
    unsigned again; /* so many times at once */
    bool news;
    enum task_state answer; /* given when what it waits for has come */
    unsigned *count_stop;
    int64_t spin_us;
};

static enum task_state probe_step(struct task *t);

static void probe_stop(void *ctx)
{
    struct probe *p = ctx;

    task_drop(p->child);
    task_drop(p->other);
    if (p->count_stop)
        ++*p->count_stop;
}

static const struct task_type probe_type = {"probe", sizeof(struct probe), probe_step, probe_stop};

static struct probe *probe_of(struct task *t)
{
    return task_job(t, &probe_type);
}

static struct task *probe_new(struct net *net)
{
    struct task *t = task_new(net, &probe_type);

    probe_of(t)->fd = -1;
    probe_of(t)->until = -1;
    probe_of(t)->answer = TASK_OK;
    return t;
}

static enum task_state probe_step(struct task *t)
{
    struct probe *p = probe_of(t);
    char c;

    p->steps++;
    for (int64_t end = net_now_us() + p->spin_us; p->spin_us && net_now_us() < end;)
        ;
    if (p->news)
        task_news(t);
    if (p->again > 0) {
        if (--p->again > 0)
            task_again(t);
        return p->again > 0 ? TASK_RUNNING : p->answer;
    }
    if (p->child)
        return task_state(p->child) == TASK_RUNNING ? TASK_RUNNING : p->answer;
    if (p->fd >= 0 && read(p->fd, &c, 1) == 1)
        return p->answer;
    if (p->until >= 0 && clock_mono_ms() >= p->until)
        return p->answer;
    task_wait_fd(t, p->fd, p->events);
    if (p->until >= 0)
        task_wait_until(t, p->until);
    return TASK_RUNNING;
}

static void make_pipe(int fds[2])
{
    assert_int_equal(pipe(fds), 0);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
}

/* --- tests --- */

static void timers(void **state)
{
    struct net *net = *state;
    struct task *late = task_timer(net, 60), *early = task_timer(net, 20),
                *now = task_timer(net, 0);
    int64_t from = clock_mono_ms();

    assert_int_equal(task_state(now), TASK_RUNNING);
    assert_true(net_until(net, now));
    assert_in_range(clock_mono_ms() - from, 0, 15);
    assert_true(net_until(net, early));
    assert_in_range(clock_mono_ms() - from, 20, 45);
    assert_int_equal(task_state(late), TASK_RUNNING);
    assert_int_equal(net_running(net), 1);
    assert_true(net_until(net, late));
    assert_in_range(task_elapsed_ms(late), 60, 90);
    task_drop(early);
    task_drop(late);
    task_drop(now);
}

/* Tasks that wait for something far away let the program sleep: no turn, no time used. */
static void idle_means_idle(void **state)
{
    struct net *net = *state;
    struct task *far[100], *pipes[8];
    int fds[8][2];

    for (size_t i = 0; i < 100; i++)
        far[i] = task_timer(net, 3600000);
    for (size_t i = 0; i < 8; i++) {
        make_pipe(fds[i]);
        pipes[i] = probe_new(net);
        probe_of(pipes[i])->fd = fds[i][0];
        probe_of(pipes[i])->events = POLLIN;
    }
    net_step(net);
    int64_t from = clock_mono_ms(), cpu = cpu_us(), until = from + 400;
    unsigned turns = 0;
    for (; clock_mono_ms() < until; turns++) {
        net_wait(net, NULL, 0, until);
        assert_false(net_step(net));
    }
    assert_in_range(clock_mono_ms() - from, 400, 450);
    assert_in_range(turns, 1, 2);
    assert_in_range(cpu_us() - cpu, 0, 8000);
    for (size_t i = 0; i < 100; i++)
        task_drop(far[i]);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(probe_of(pipes[i])->steps, 1);
        task_drop(pipes[i]);
        close(fds[i][0]);
        close(fds[i][1]);
    }
}

static void descriptors(void **state)
{
    struct net *net = *state;
    struct task *t = probe_new(net), *silent = probe_new(net);
    int fds[2], quiet[2];

    make_pipe(fds);
    make_pipe(quiet);
    probe_of(t)->fd = fds[0];
    probe_of(t)->events = POLLIN;
    probe_of(silent)->fd = quiet[0];
    probe_of(silent)->events = POLLIN;
    net_step(net);
    assert_int_equal(write(fds[1], "x", 1), 1);
    net_wait(net, NULL, 0, clock_mono_ms() + 1000);
    assert_true(net_step(net));
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(probe_of(silent)->steps, 1); /* nothing came for it */
    close(quiet[1]);                              /* hung up: it has to look */
    net_wait(net, NULL, 0, clock_mono_ms() + 1000);
    net_step(net);
    assert_int_equal(probe_of(silent)->steps, 2);
    task_drop(t);
    task_drop(silent);
    close(fds[0]);
    close(fds[1]);
    close(quiet[0]);
}

static void the_callers_descriptors(void **state)
{
    struct net *net = *state;
    int fds[2];

    make_pipe(fds);
    struct pollfd more[] = {{-1, POLLIN, 7}, {fds[0], POLLIN, 7}, {fds[1], POLLOUT, 7}};
    net_wait(net, more, 2, clock_mono_ms() + 10);
    assert_int_equal(more[1].revents, 0);
    net_wait(net, more, 3, -1);
    assert_int_equal(more[0].revents, 0);
    assert_int_equal(more[2].revents, POLLOUT);
    assert_int_equal(write(fds[1], "x", 1), 1);
    net_wait(net, more, 2, -1);
    assert_int_equal(more[1].revents, POLLIN);
    close(fds[1]);
    close(fds[0]);
    net_wait(net, more, 2, clock_mono_ms() + 2000); /* closed under our feet: said, not silent */
    assert_int_equal(more[1].revents, POLLNVAL);
}

/* A task whose descriptor was closed is stepped, so that it learns it, instead of spinning for
 * ever. */
static void a_closed_descriptor(void **state)
{
    struct net *net = *state;
    struct task *t = probe_new(net);
    int fds[2];

    make_pipe(fds);
    probe_of(t)->fd = fds[0];
    probe_of(t)->events = POLLIN;
    net_step(net);
    close(fds[0]);
    net_wait(net, NULL, 0, clock_mono_ms() + 2000);
    net_step(net);
    assert_int_equal(probe_of(t)->steps, 2);
    task_drop(t);
    close(fds[1]);
}

static struct net *to_wake;

static void on_alarm(int sig)
{
    (void)sig;
    net_wake(to_wake);
}

static void on_interrupt(int sig)
{
    (void)sig;
    net_interrupt(to_wake);
}

static void signals(void **state)
{
    struct net *net = *state;
    struct sigaction act = {.sa_handler = on_alarm, .sa_flags = SA_RESTART}, old;
    int64_t from = clock_mono_ms();

    to_wake = net;
    sigaction(SIGUSR1, &act, &old);
    raise(SIGUSR1); /* just before the sleep: not lost */
    net_wait(net, NULL, 0, from + 5000);
    assert_in_range(clock_mono_ms() - from, 0, 1000);
    for (int i = 0; i < 100000;
         i++) /* more than the pipe takes: no harm, and one wait empties it */
        net_wake(net);
    net_wait(net, NULL, 0, from + 5000);
    for (int i = 0; i < 3000 && clock_mono_ms() - from < 3000; i++)
        net_wait(net, NULL, 0, 0);
    from = clock_mono_ms();
    net_wait(net, NULL, 0, from + 30);
    assert_in_range(clock_mono_ms() - from, 30, 200);
    act.sa_handler = on_interrupt;
    sigaction(SIGUSR1, &act, NULL);
    struct task *far = task_timer(net, 3600000), *near = task_timer(net, 5);
    raise(SIGUSR1);
    assert_false(net_until(net, far));
    assert_true(net_until(net, near)); /* an interrupt ends one wait */
    task_drop(far);
    task_drop(near);
    sigaction(SIGUSR1, &old, NULL);
}

static void *interrupt_soon(void *ctx)
{
    struct pollfd none = {-1, 0, 0};

    poll(&none, 1, 30);
    net_interrupt(ctx);
    return NULL;
}

static void interrupt_while_asleep(void **state)
{
    struct net *net = *state;
    struct task *far = task_timer(net, 3600000);
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, net), 0);
    assert_false(net_until(net, far));
    pthread_join(thread, NULL);
    task_drop(far);
}

/* A chain: each waits for the one below and says nothing itself. One net_step brings it up to the
 * top. */
static void parents_wait_for_children(void **state)
{
    struct net *net = *state;
    struct task *t = task_timer(net, 5);
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
    assert_in_range(clock_mono_ms() - from, 30, 200);
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
    int64_t longest = 0;

    for (size_t i = 0; i < 4; i++) {
        busy[i] = probe_new(net);
        probe_of(busy[i])->again = 20;
        probe_of(busy[i])->spin_us = 1000;
    }
    for (int turns = 0; net_running(net) > 0 && turns < 1000; turns++) {
        net_wait(net, NULL, 0, -1);
        int64_t from = net_now_us();
        net_step(net);
        longest = net_now_us() - from > longest ? net_now_us() - from : longest;
        unsigned least = 100, most = 0;
        for (size_t i = 0; i < 4; i++) {
            unsigned steps = probe_of(busy[i])->steps;
            least = steps < least ? steps : least;
            most = steps > most ? steps : most;
        }
        assert_in_range(most - least, 0, 1);
    }
    assert_int_equal(net_running(net), 0);
    assert_in_range(longest, 1000, 30000);
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

#define with_net(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_net(timers),
        with_net(idle_means_idle),
        with_net(descriptors),
        with_net(the_callers_descriptors),
        with_net(a_closed_descriptor),
        with_net(signals),
        with_net(interrupt_while_asleep),
        with_net(parents_wait_for_children),
        with_net(news_do_not_spin),
        with_net(failures),
        with_net(slices),
        with_net(dropping_in_a_step),
        cmocka_unit_test(closing_drops_all),
        with_net(the_machine_slept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

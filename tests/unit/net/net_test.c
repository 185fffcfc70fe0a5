#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/net/probe.h"
#include "tests/unit/net/world.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

static int64_t cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
           u.ru_stime.tv_usec;
}

static void timers(void **state)
{
    struct net *net = *state;
    int64_t from = clock_mono_ms();
    struct task *late = task_timer(net, 60000), *early = task_timer(net, 20),
                *now = task_timer(net, 0);

    assert_int_equal(task_state(now), TASK_RUNNING);
    assert_true(net_until(net, now));
    assert_true(net_until(net, early));
    assert_true(clock_mono_ms() - from >= 20);
    assert_int_equal(task_state(late), TASK_RUNNING);
    assert_int_equal(net_running(net), 1);
    clock_advance(60000);
    assert_true(net_until(net, late));
    assert_true(task_elapsed_ms(late) >= 60000);
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
    assert_true(clock_mono_ms() - from >= 400);
    assert_in_range(turns, 1, 2);
    assert_in_range(cpu_us() - cpu, 0, 100000); /* who spins uses all 400 ms */
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
    net_wait(net, NULL, 0, from + 60000);
    assert_true(clock_mono_ms() - from < 30000);
    for (int i = 0; i < 100000;
         i++) /* more than the pipe takes: no harm, and one wait empties it */
        net_wake(net);
    net_wait(net, NULL, 0, from + 5000);
    for (int i = 0; i < 3000 && clock_mono_ms() - from < 3000; i++)
        net_wait(net, NULL, 0, 0);
    from = clock_mono_ms();
    net_wait(net, NULL, 0, from + 30);
    assert_true(clock_mono_ms() - from >= 30);
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

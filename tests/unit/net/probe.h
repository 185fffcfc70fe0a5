#ifndef TESTS_NET_PROBE_H
#define TESTS_NET_PROBE_H

/* A task that does as the test tells it, and counts. */

#include "api/base/clock.h"
#include "api/net/internal.h"

#include <fcntl.h>
#include <unistd.h>

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

static inline enum task_state probe_step(struct task *t);

static inline void probe_stop(void *ctx)
{
    struct probe *p = ctx;

    task_drop(p->child);
    task_drop(p->other);
    if (p->count_stop)
        ++*p->count_stop;
}

static const struct task_type probe_type = {"probe", sizeof(struct probe), probe_step, probe_stop};

static inline struct probe *probe_of(struct task *t)
{
    return task_job(t, &probe_type);
}

static inline struct task *probe_new(struct net *net)
{
    struct task *t = task_new(net, &probe_type);

    probe_of(t)->fd = -1;
    probe_of(t)->until = -1;
    probe_of(t)->answer = TASK_OK;
    return t;
}

static inline enum task_state probe_step(struct task *t)
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

static inline void make_pipe(int fds[2])
{
    assert_int_equal(pipe(fds), 0);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
}

#endif

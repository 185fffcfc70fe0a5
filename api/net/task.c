#include "api/net/internal.h"

#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/tr.h"

#include <assert.h>
#include <string.h>

/* --- the list --- */

static void link_task(struct task *t)
{
    struct net *net = t->net;

    t->before = net->newest;
    if (net->newest)
        net->newest->next = t;
    else
        net->tasks = t;
    net->newest = t;
}

static void unlink_task(struct task *t)
{
    struct net *net = t->net;

    if (net->cursor == t)
        net->cursor = t->next;
    if (t->before)
        t->before->next = t->next;
    else
        net->tasks = t->next;
    if (t->next)
        t->next->before = t->before;
    else
        net->newest = t->before;
}

struct task *task_new(struct net *net, const struct task_type *type)
{
    struct task *t = mem_alloc(sizeof *t);

    t->type = type;
    t->net = net;
    t->state = TASK_RUNNING;
    t->started = clock_mono_ms();
    t->until = -1;
    t->ready = true;
    arena_init(&t->arena);
    t->job = arena_alloc(&t->arena, type->size);
    link_task(t);
    return t;
}

struct task *task_new_hidden(struct net *net, const struct task_type *type)
{
    struct task *t = task_new(net, type);

    t->hidden = true;
    return t;
}

static void stop(struct task *t)
{
    if (t->stopped)
        return;
    t->stopped = true;
    if (t->type->stop)
        t->type->stop(t->job);
}

static void free_task(struct task *t)
{
    unlink_task(t);
    arena_done(&t->arena);
    mem_free(t->held);
    mem_free(t);
}

void task_drop(struct task *t)
{
    if (!t)
        return;
    assert(t != t->net->stepping);
    stop(t);
    if (!t->net->closing)
        free_task(t);
}

void task_clear(struct task **t)
{
    task_drop(*t);
    *t = NULL;
}

/* Tasks hold tasks, in an order that the list does not know: first all are stopped, then all freed.
 */
void task_free_all(struct net *net)
{
    net->closing = true;
    for (struct task *t = net->tasks; t; t = t->next)
        stop(t);
    while (net->tasks)
        free_task(net->tasks);
}

/* --- for owners --- */

enum task_state task_state(const struct task *t)
{
    return t ? t->state : TASK_RUNNING;
}

const struct err *task_error(const struct task *t)
{
    static const struct err none;

    return t ? &t->error : &none;
}

int64_t task_elapsed_ms(const struct task *t)
{
    if (!t)
        return 0;
    return (t->state == TASK_RUNNING ? clock_mono_ms() : t->ended) - t->started;
}

const char *task_held_by(const struct task *t)
{
    return t && t->held && t->state == TASK_RUNNING ? t->held : "";
}

/* --- for those who write one --- */

void *task_job(const struct task *t, const struct task_type *type)
{
    assert(t && t->type == type);
    (void)type;
    return t->job;
}

struct arena *task_arena(struct task *t)
{
    return &t->arena;
}

struct net *task_net(struct task *t)
{
    return t->net;
}

enum task_state task_fail(struct task *t, const struct err *e)
{
    t->error = *e;
    return TASK_FAILED;
}

enum task_state task_fail_like(struct task *t, const struct task *child)
{
    return task_fail(t, task_error(child));
}

void task_wait_fd(struct task *t, int fd, short events)
{
    assert(t->n_fds < TASK_FDS);
    t->said = true;
    if (fd >= 0)
        t->fds[t->n_fds++] = (struct task_fd){fd, events};
}

void task_wait_until(struct task *t, int64_t mono_ms)
{
    t->said = true;
    if (t->until < 0 || mono_ms < t->until)
        t->until = mono_ms;
}

void task_wait_curl(struct task *t)
{
    t->said = true;
    t->on_curl = true;
}

void task_again(struct task *t)
{
    t->said = true;
    t->again = true;
}

void task_news(struct task *t)
{
    t->told = true;
}

void task_held(struct task *t, const char *why)
{
    if (strcmp(t->held ? t->held : "", why ? why : "") == 0)
        return;
    mem_free(t->held);
    t->held = why && *why ? mem_str(why) : NULL;
    task_news(t);
}

bool task_slice_over(const struct task *t)
{
    return net_now_us() >= t->net->slice_end_us;
}

/* --- stepping --- */

void task_ended(struct task *t, enum task_state state)
{
    struct net *net = t->net;

    t->state = state;
    t->ended = clock_mono_ms();
    if (state == TASK_FAILED && t->error.kind == ERR_NONE)
        err_set(&t->error, ERR_BUG, tr("%s failed without saying why"), t->type->name);
    if (t->hidden)
        return;
    net->progress++;
    net->news = true;
    log_line(3, "%s: %s after %lld ms", t->type->name, state == TASK_OK ? "done" : "failed",
             (long long)(t->ended - t->started));
}

bool task_is_ready(const struct task *t, int64_t now)
{
    if (t->state != TASK_RUNNING)
        return false;
    if (t->ready || t->again || (t->on_curl && t->curl_done))
        return true;
    if (t->until >= 0 && now >= t->until)
        return true;
    return !t->said && t->seen != t->net->progress;
}

void task_step(struct task *t)
{
    struct net *net = t->net;

    t->ready = t->again = t->said = t->told = t->on_curl = false;
    t->n_fds = 0;
    t->until = -1;
    t->seen = net->progress;
    net->stepping = t;
    enum task_state state = t->type->step(t);
    net->stepping = NULL;
    if (t->told) {
        net->news = true;
        /* A task that waits for others and tells of it each time must not keep them, and itself,
         * going round: only what comes from outside counts as progress. */
        if (t->said)
            net->progress++;
    }
    if (state != TASK_RUNNING)
        task_ended(t, state);
    if (t->hidden && t->state != TASK_RUNNING)
        task_drop(t);
}

/* --- two small ones --- */

struct timer {
    int64_t until;
};

static enum task_state timer_step(struct task *t);

static const struct task_type timer_type = {"timer", sizeof(struct timer), timer_step, NULL};

static enum task_state timer_step(struct task *t)
{
    const struct timer *job = task_job(t, &timer_type);

    if (clock_mono_ms() >= job->until)
        return TASK_OK;
    task_wait_until(t, job->until);
    return TASK_RUNNING;
}

struct task *task_timer(struct net *net, int64_t ms)
{
    struct task *t = task_new(net, &timer_type);
    struct timer *job = t->job;

    job->until = clock_mono_ms() + (ms > 0 ? ms : 0);
    return t;
}

static enum task_state refused_step(struct task *t)
{
    return t->state;
}

struct task *task_refused(struct net *net, const struct err *e)
{
    static const struct task_type type = {"refused", 0, refused_step, NULL};
    struct task *t = task_new(net, &type);

    t->error = *e;
    task_ended(t, TASK_FAILED);
    return t;
}

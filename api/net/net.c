/* CLOCK_BOOTTIME and O_CLOEXEC's friends; without them the fallbacks below are used. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif

#include "api/net/internal.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/tr.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { GAP_MS = 10000 };

int64_t net_now_us(void)
{
    struct timespec ts = {0};

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* How long the machine has slept since some time in the past: a clock that goes on while it sleeps,
 * less one that does not. */
static int64_t slept_ms(void)
{
    struct timespec on = {0}, off = {0};

#if defined(CLOCK_BOOTTIME)
    clock_gettime(CLOCK_BOOTTIME, &on);
    clock_gettime(CLOCK_MONOTONIC, &off);
#elif defined(CLOCK_UPTIME_RAW)
    clock_gettime(CLOCK_MONOTONIC_RAW, &on);
    clock_gettime(CLOCK_UPTIME_RAW, &off);
#else
    clock_gettime(CLOCK_REALTIME, &on);
    clock_gettime(CLOCK_MONOTONIC, &off);
#endif
    return ((int64_t)on.tv_sec - off.tv_sec) * 1000 + (on.tv_nsec - off.tv_nsec) / 1000000;
}

/* --- opening and closing --- */

static bool open_pipe(int fds[2], struct err *e)
{
    if (pipe(fds) != 0) {
        fds[0] = fds[1] = -1;
        err_system(e, errno, tr("cannot make a pipe"));
        return err_hint(e, tr("too many programs or files are open; close some and try again"));
    }
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static CURLM *open_multi(void)
{
    CURLM *multi = curl_multi_init();

    if (multi) {
        curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 16L);
    }
    return multi;
}

struct net *net_open(struct err *e)
{
    struct net *net = mem_alloc(sizeof *net);
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    net->wake[0] = net->wake[1] = -1;
    /* A peer that goes away while we write is an error code, not the end of the program. */
    sigaction(SIGPIPE, &ignore, NULL);
    bool global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    net->multi = global ? open_multi() : NULL;
    net->asleep_ms = slept_ms();
    if (!net->multi)
        net_curl_none(e);
    if (net->multi && open_pipe(net->wake, e))
        return net;
    if (net->multi)
        curl_multi_cleanup(net->multi);
    if (global)
        curl_global_cleanup();
    mem_free(net);
    return NULL;
}

void net_close(struct net *net)
{
    if (!net)
        return;
    task_free_all(net);
    curl_multi_cleanup(net->multi);
    curl_global_cleanup();
    close(net->wake[0]);
    close(net->wake[1]);
    mem_free(net->waits);
    mem_free(net);
}

void net_wake(struct net *net)
{
    int keep = errno;
    ssize_t n = write(net->wake[1], "", 1); /* full: it is awake anyway */

    (void)n;
    errno = keep;
}

void net_interrupt(struct net *net)
{
    net->interrupted = 1;
    net_wake(net);
}

unsigned net_gaps(const struct net *net)
{
    return net->gaps;
}

size_t net_running(const struct net *net)
{
    size_t n = 0;

    for (const struct task *t = net->tasks; t; t = t->next)
        n += t->state == TASK_RUNNING && !t->hidden;
    return n;
}

const char *net_held_by(const struct net *net)
{
    for (const struct task *t = net->tasks; t; t = t->next)
        if (*task_held_by(t))
            return task_held_by(t);
    return "";
}

/* --- transfers --- */

void net_curl_none(struct err *e)
{
    err_set(e, ERR_SYSTEM, tr("cannot start a transfer"));
    err_why(e, tr("the network library gave none"));
    err_hint(e, tr("too many programs or files are open; close some and try again"));
}

CURL *net_curl_new(struct err *e)
{
    CURL *easy = curl_easy_init();

    if (!easy) {
        net_curl_none(e);
        return NULL;
    }
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Else cancelling waits for the thread that resolves the name: 9 s with dead DNS. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 30L);
    return easy;
}

/* The pool can only be emptied by closing it, and only when no transfer is in it. */
static void renew_pool(struct net *net)
{
    CURLM *fresh = net->n_transfers == 0 ? open_multi() : NULL;

    if (!fresh)
        return;
    curl_multi_cleanup(net->multi);
    net->multi = fresh;
    net->stale = false;
}

bool net_curl_add(struct task *t, CURL *easy)
{
    struct net *net = t->net;

    if (net->stale)
        renew_pool(net);
    if (net->stale) /* others are in the old pool still: nothing of it is good any more */
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    t->in_multi = curl_multi_add_handle(net->multi, easy) == CURLM_OK;
    net->n_transfers += t->in_multi;
    return t->in_multi;
}

void net_curl_drop(struct task *t, CURL *easy)
{
    if (!easy)
        return;
    if (t->in_multi)
        curl_multi_remove_handle(t->net->multi, easy);
    t->net->n_transfers -= t->in_multi;
    t->in_multi = false;
    curl_easy_cleanup(easy);
}

static void run_transfers(struct net *net)
{
    int running = 0, left = 0;

    curl_multi_perform(net->multi, &running);
    for (CURLMsg *m = curl_multi_info_read(net->multi, &left); m;
         m = curl_multi_info_read(net->multi, &left)) {
        struct task *t = NULL;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
        t->curl_code = m->data.result;
        t->curl_done = true;
    }
}

/* --- the laptop that slept --- */

void net_pretend_sleep(struct net *net, int64_t ms)
{
    net->asleep_ms -= ms;
}

/* Peers have long forgotten the connections: transfers end at once instead of at their time-out,
 * every task gets a step and can look at net_gaps, and the pool of open connections is thrown away.
 */
static void notice_gap(struct net *net, int64_t overslept_ms)
{
    int64_t slept = slept_ms();
    bool stopped = overslept_ms > GAP_MS; /* by Ctrl-Z, say; or this clock goes on in the sleep */
    bool gap = slept - net->asleep_ms > GAP_MS || stopped;

    net->asleep_ms = slept;
    if (stopped)
        clock_overslept(overslept_ms);
    if (!gap)
        return;
    net->gaps++;
    net->news = true;
    net->progress++;
    log_line(1, "the machine slept, or we did: connections are opened anew");
    for (struct task *t = net->tasks; t; t = t->next) {
        t->ready = true;
        /* stopped within curl itself: by its own clock the answer has come too late */
        bool late = t->curl_done && t->curl_code == CURLE_OPERATION_TIMEDOUT;
        if (t->in_multi && (!t->curl_done || late)) {
            t->curl_code = CURLE_RECV_ERROR;
            t->curl_done = true;
        }
    }
    net->stale = true;
}

void net_pretend_stop(struct net *net, int64_t ms)
{
    clock_advance(ms);
    net->left_us -= ms * 1000;
}

/* Ctrl-Z, and fg after lunch; an editor in front: then nobody waits in here, and no wait of ours
 * comes out too late. On the machine's own clock, whatever ours is set to. */
static void come_in(struct net *net)
{
    int64_t away_ms = net->left_us ? (net_now_us() - net->left_us) / 1000 : 0;

    if (away_ms > GAP_MS)
        notice_gap(net, away_ms);
}

static void go_out(struct net *net)
{
    net->left_us = net_now_us();
}

/* Nothing that we do ourselves takes so long: it was then that we were stopped. */
static void look_up(struct net *net)
{
    come_in(net);
    go_out(net);
}

/* --- waiting --- */

static short to_curl(short events)
{
    return (short)(((events & POLLIN) ? CURL_WAIT_POLLIN : 0) |
                   ((events & POLLPRI) ? CURL_WAIT_POLLPRI : 0) |
                   ((events & POLLOUT) ? CURL_WAIT_POLLOUT : 0));
}

static short from_curl(short events)
{
    return (short)(((events & CURL_WAIT_POLLIN) ? POLLIN : 0) |
                   ((events & CURL_WAIT_POLLPRI) ? POLLPRI : 0) |
                   ((events & CURL_WAIT_POLLOUT) ? POLLOUT : 0));
}

static size_t count_fds(const struct net *net, size_t n)
{
    size_t sum = n + 1;

    for (const struct task *t = net->tasks; t; t = t->next)
        sum += t->state == TASK_RUNNING ? t->n_fds : 0;
    return sum;
}

/* The order is: self-pipe, the caller's, the tasks'. */
static unsigned fill_waits(struct net *net, const struct pollfd *more, size_t n)
{
    size_t need = count_fds(net, n), at = 0;

    if (need > net->wait_room) {
        net->waits = mem_grow(net->waits, need, sizeof *net->waits);
        net->wait_room = need;
    }
    net->waits[at++] = (struct curl_waitfd){net->wake[0], CURL_WAIT_POLLIN, 0};
    for (size_t i = 0; i < n; i++)
        net->waits[at++] = (struct curl_waitfd){more[i].fd, to_curl(more[i].events), 0};
    for (const struct task *t = net->tasks; t; t = t->next)
        for (size_t i = 0; t->state == TASK_RUNNING && i < t->n_fds; i++)
            net->waits[at++] = (struct curl_waitfd){t->fds[i].fd, to_curl(t->fds[i].events), 0};
    return (unsigned)at;
}

static int time_out(const struct net *net, int64_t until_ms)
{
    int64_t now = clock_mono_ms(), nearest = until_ms;

    for (const struct task *t = net->tasks; t; t = t->next) {
        if (task_is_ready(t, now))
            return 0;
        if (t->state == TASK_RUNNING && t->until >= 0 && (nearest < 0 || t->until < nearest))
            nearest = t->until;
    }
    if (nearest < 0)
        return INT_MAX;
    if (nearest <= now)
        return 0;
    return nearest - now < INT_MAX ? (int)(nearest - now) : INT_MAX;
}

static void empty_pipe(struct net *net)
{
    char bytes[64];

    while (read(net->wake[0], bytes, sizeof bytes) == sizeof bytes)
        ;
}

/* A closed descriptor ends the poll at once without a word, for ever. Its owner learns it by
 * trying. */
static bool is_closed(const struct curl_waitfd *w)
{
    return w->fd >= 0 && w->revents == 0 && fcntl(w->fd, F_GETFD) < 0;
}

static void hand_out(struct net *net, struct pollfd *more, size_t n, bool suspicious)
{
    const struct curl_waitfd *w = net->waits + 1;

    for (size_t i = 0; i < n; i++, w++) {
        more[i].revents = from_curl(w->revents);
        if (suspicious && is_closed(w))
            more[i].revents = POLLNVAL;
    }
    for (struct task *t = net->tasks; t; t = t->next)
        for (size_t i = 0; t->state == TASK_RUNNING && i < t->n_fds; i++, w++)
            t->ready = t->ready || w->revents || (suspicious && is_closed(w));
}

void net_wait(struct net *net, struct pollfd *more, size_t n, int64_t until_ms)
{
    int active = 0;
    bool said = false;

    come_in(net);
    unsigned n_waits = fill_waits(net, more, n);
    int ms = time_out(net, until_ms);
    int64_t began = clock_mono_ms();
    curl_multi_poll(net->multi, net->waits, n_waits, ms, &active);
    for (unsigned i = 0; i < n_waits && !said; i++)
        said = net->waits[i].revents != 0;
    hand_out(net, more, n, active > 0 && !said);
    if (net->waits[0].revents)
        empty_pipe(net);
    notice_gap(net, clock_mono_ms() - began - ms);
    go_out(net);
}

/* --- stepping --- */

/* Once round the list from where the last slice ended. True when the slice is used up. */
static bool step_round(struct net *net, bool *some)
{
    struct task *t = net->cursor ? net->cursor : net->tasks;
    int64_t now = clock_mono_ms();

    *some = net->cursor && net->cursor != net->tasks; /* not the whole round: one more */
    while (t) {
        net->cursor = t->next; /* task_drop moves it when that one goes */
        if (task_is_ready(t, now)) {
            *some = true;
            task_step(t);
            look_up(net);
            if (net_now_us() >= net->slice_end_us)
                return true;
        }
        t = net->cursor;
    }
    return false;
}

bool net_step(struct net *net)
{
    bool some = true;

    look_up(net);
    run_transfers(net);
    look_up(net);
    net->slice_end_us = net_now_us() + (int64_t)SLICE_MS * 1000;
    while (some && !step_round(net, &some))
        ;
    bool news = net->news;
    net->news = false;
    go_out(net);
    return news;
}

bool net_until(struct net *net, const struct task *t)
{
    for (;;) {
        if (net->interrupted) {
            net->interrupted = 0;
            return false;
        }
        net_step(net);
        if (task_state(t) != TASK_RUNNING)
            return true;
        net_wait(net, NULL, 0, -1);
    }
}

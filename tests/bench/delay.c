#include "tests/bench/delay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WAYS = 32, READ_AT_ONCE = 65536 };

struct chunk {
    struct chunk *next;
    int64_t due_us;
    size_t n, at; /* n 0: the end */
    char data[];
};

struct way { /* one direction of a connection; its neighbour is the other */
    int from, to;
    struct chunk *first, *last;
    bool open, ended, passed_end;
};

struct delay {
    pthread_t thread;
    _Atomic bool over;
    int listens, port, to_port;
    int64_t us;
    struct way ways[WAYS];
};

static void die(const char *what)
{
    fprintf(stderr, "delay: %s: %s\n", what, strerror(errno));
    abort();
}

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

static void prepare(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* --- connections --- */

static void take(struct delay *d)
{
    struct sockaddr_in at = loopback(d->to_port);
    int near = accept(d->listens, NULL, NULL), far = socket(AF_INET, SOCK_STREAM, 0);
    struct way *w = d->ways;
    while (w < d->ways + WAYS && (w[0].open || w[1].open))
        w += 2;
    if (near < 0 || far < 0 || w == d->ways + WAYS ||
        connect(far, (struct sockaddr *)&at, sizeof at) != 0)
        die("a connection");
    prepare(near);
    prepare(far);
    w[0] = (struct way){.from = near, .to = far, .open = true};
    w[1] = (struct way){.from = far, .to = near, .open = true};
}

static void close_both(struct way *a, struct way *b)
{
    if (!a->open || !a->passed_end || !b->passed_end)
        return;
    close(a->from);
    close(a->to);
    a->open = b->open = false;
}

/* --- bytes --- */

static void take_in(const struct delay *d, struct way *w)
{
    struct chunk *c = malloc(sizeof *c + READ_AT_ONCE);
    if (c == NULL)
        die("memory");
    ssize_t n = read(w->from, c->data, READ_AT_ONCE);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        free(c);
        return;
    }
    c->next = NULL;
    c->due_us = now_us() + d->us;
    c->n = n > 0 ? (size_t)n : 0;
    c->at = 0;
    w->ended = n <= 0;
    if (w->last != NULL)
        w->last->next = c;
    else
        w->first = c;
    w->last = c;
}

static bool is_due(const struct way *w)
{
    return w->first != NULL && w->first->due_us <= now_us();
}

static void pass_on(struct way *w)
{
    while (is_due(w)) {
        struct chunk *c = w->first;
        ssize_t n = c->n > 0 ? write(w->to, c->data + c->at, c->n - c->at) : 0;
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        c->at += n > 0 ? (size_t)n : c->n - c->at; /* nobody reads it any more */
        if (c->at < c->n)
            return;
        if (c->n == 0) {
            shutdown(w->to, SHUT_WR);
            w->passed_end = true;
        }
        w->first = c->next;
        w->last = c->next != NULL ? w->last : NULL;
        free(c);
    }
}

/* Until the next byte is due: -1 nothing waits. */
static int patience(const struct delay *d)
{
    int64_t next = INT64_MAX, now = now_us();
    for (const struct way *w = d->ways; w < d->ways + WAYS; w++)
        if (w->open && w->first != NULL && w->first->due_us > now && w->first->due_us < next)
            next = w->first->due_us;
    return next == INT64_MAX ? 100 : (int)((next - now + 999) / 1000);
}

static void wait_for(const struct delay *d, struct pollfd p[WAYS + 1])
{
    p[WAYS] = (struct pollfd){.fd = d->listens, .events = POLLIN};
    for (size_t i = 0; i < WAYS; i++) {
        const struct way *w = &d->ways[i], *back = &d->ways[i ^ 1];
        bool reads = w->open && !w->ended, writes = w->open && is_due(back);
        p[i] = (struct pollfd){.fd = reads || writes ? w->from : -1,
                               .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0))};
    }
    poll(p, WAYS + 1, patience(d));
}

static void *work(void *ctx)
{
    struct delay *d = ctx;
    struct pollfd p[WAYS + 1];
    while (!d->over) {
        wait_for(d, p);
        if (p[WAYS].revents != 0)
            take(d);
        for (size_t i = 0; i < WAYS; i++)
            if (d->ways[i].open && !d->ways[i].ended && (p[i].revents & (POLLIN | POLLHUP)) != 0)
                take_in(d, &d->ways[i]);
        for (size_t i = 0; i < WAYS; i++)
            if (d->ways[i].open)
                pass_on(&d->ways[i]);
        for (size_t i = 0; i < WAYS; i += 2)
            close_both(&d->ways[i], &d->ways[i + 1]);
    }
    return NULL;
}

/* --- beginning and end --- */

struct delay *delay_start(int to_port, int ms)
{
    struct sockaddr_in at = loopback(0);
    socklen_t bytes = sizeof at;
    struct delay *d = calloc(1, sizeof *d);
    if (d == NULL)
        die("memory");
    d->to_port = to_port;
    d->us = (int64_t)ms * 1000;
    d->listens = socket(AF_INET, SOCK_STREAM, 0);
    if (d->listens < 0 || bind(d->listens, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(d->listens, 16) != 0 ||
        getsockname(d->listens, (struct sockaddr *)&at, &bytes) != 0 ||
        pthread_create(&d->thread, NULL, work, d) != 0)
        die("listening");
    d->port = ntohs(at.sin_port);
    return d;
}

int delay_port(const struct delay *d)
{
    return d->port;
}

void delay_stop(struct delay *d)
{
    d->over = true;
    pthread_join(d->thread, NULL);
    close(d->listens);
    free(d);
}

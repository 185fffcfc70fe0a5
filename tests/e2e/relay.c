/* SO_REUSEPORT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif
#ifndef _DARWIN_C_SOURCE
#define _DARWIN_C_SOURCE 1
#endif

#include "tests/e2e/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: the test ignores SIGPIPE */
#endif

enum { PAIRS = 64, BYTES = 16384 };

struct pair {
    int near, far; /* -1: free */
};

struct relay {
    int to_port, port;
    int held;     /* keeps the port ours; a program started meanwhile may have inherited it */
    int listener; /* -1: cut */
    bool hushed;
    int orders[2]; /* a byte each: 'c' cut, 'h' hush, 'm' mend, 's' stop; echoed when done */
    int done[2];
    struct pair pairs[PAIRS];
    pthread_t thread;
};

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static void must(bool well, const char *what)
{
    if (well)
        return;
    perror(what);
    abort();
}

/* A port that is ours, and that nobody listens on yet: connections to it are refused. */
static int hold(int *port)
{
    struct sockaddr_in a = loopback(*port);
    socklen_t n = sizeof a;
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

    must(fd >= 0, "socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
    must(bind(fd, (struct sockaddr *)&a, sizeof a) == 0, "bind");
    must(getsockname(fd, (struct sockaddr *)&a, &n) == 0, "getsockname");
    *port = ntohs(a.sin_port);
    return fd;
}

static void end_pair(struct pair *p)
{
    if (p->near >= 0)
        close(p->near);
    if (p->far >= 0)
        close(p->far);
    *p = (struct pair){-1, -1};
}

static void join(const struct relay *r, struct pair *p)
{
    struct sockaddr_in a = loopback(r->to_port);

    p->far = socket(AF_INET, SOCK_STREAM, 0);
    if (p->far < 0 || connect(p->far, (struct sockaddr *)&a, sizeof a) != 0)
        end_pair(p);
}

static void take(struct relay *r)
{
    struct pair fresh = {accept(r->listener, NULL, NULL), -1};

    if (fresh.near >= 0 && !r->hushed)
        join(r, &fresh);
    for (int i = 0; fresh.near >= 0 && i < PAIRS; i++)
        if (r->pairs[i].near < 0) {
            r->pairs[i] = fresh;
            return;
        }
    end_pair(&fresh);
}

/* False: that side is closed. */
static bool pass(int from, int to)
{
    char bytes[BYTES];
    ssize_t n = recv(from, bytes, sizeof bytes, 0);

    for (ssize_t at = 0; at < n;) {
        ssize_t sent = send(to, bytes + at, (size_t)(n - at), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
    }
    return n > 0;
}

static void open_up(struct relay *r)
{
    if (r->listener < 0) {
        r->listener = hold(&r->port);
        must(listen(r->listener, PAIRS) == 0, "listen");
    }
    for (int i = 0; !r->hushed && i < PAIRS; i++)
        if (r->pairs[i].near >= 0 && r->pairs[i].far < 0)
            join(r, &r->pairs[i]);
}

/* False: it is to end. */
static bool obey(struct relay *r)
{
    char order = 's';

    (void)!read(r->orders[0], &order, 1);
    r->hushed = order == 'h';
    if (order == 'm' || order == 'h') {
        open_up(r);
    } else {
        for (int i = 0; i < PAIRS; i++)
            end_pair(&r->pairs[i]);
        if (r->listener >= 0)
            close(r->listener);
        r->listener = -1;
    }
    (void)!write(r->done[1], &order, 1);
    return order != 's';
}

static void *run(void *ctx)
{
    struct relay *r = ctx;
    struct pollfd fds[2 + 2 * PAIRS];

    for (bool on = true; on;) {
        fds[0] = (struct pollfd){r->orders[0], POLLIN, 0};
        fds[1] = (struct pollfd){r->listener, POLLIN, 0};
        for (int i = 0; i < PAIRS; i++) {
            bool joined = r->pairs[i].far >= 0;
            fds[2 + 2 * i] = (struct pollfd){joined ? r->pairs[i].near : -1, POLLIN, 0};
            fds[3 + 2 * i] = (struct pollfd){r->pairs[i].far, POLLIN, 0};
        }
        if (poll(fds, 2 + 2 * PAIRS, -1) < 0)
            continue;
        for (int i = 0; i < PAIRS; i++) {
            struct pair *p = &r->pairs[i];
            if ((fds[2 + 2 * i].revents && !pass(p->near, p->far)) ||
                (fds[3 + 2 * i].revents && !pass(p->far, p->near)))
                end_pair(p);
        }
        if (fds[1].revents)
            take(r);
        if (fds[0].revents)
            on = obey(r);
    }
    return NULL;
}

struct relay *relay_start(int to_port)
{
    struct relay *r = calloc(1, sizeof *r);

    must(r && pipe(r->orders) == 0 && pipe(r->done) == 0, "pipe");
    r->to_port = to_port;
    r->held = hold(&r->port);
    r->listener = -1;
    for (int i = 0; i < PAIRS; i++)
        r->pairs[i] = (struct pair){-1, -1};
    must(pthread_create(&r->thread, NULL, run, r) == 0, "pthread_create");
    return r;
}

int relay_port(const struct relay *r)
{
    return r->port;
}

static void order(struct relay *r, char what)
{
    must(write(r->orders[1], &what, 1) == 1 && read(r->done[0], &what, 1) == 1, "order");
}

void relay_cut(struct relay *r)
{
    order(r, 'c');
}

void relay_hush(struct relay *r)
{
    order(r, 'h');
}

void relay_mend(struct relay *r)
{
    order(r, 'm');
}

void relay_stop(struct relay *r)
{
    if (!r)
        return;
    order(r, 's');
    pthread_join(r->thread, NULL);
    close(r->held);
    for (int i = 0; i < 2; i++) {
        close(r->orders[i]);
        close(r->done[i]);
    }
    free(r);
}

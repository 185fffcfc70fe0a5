/* The wizard as the program runs it, in the circumstances that a figure asks for:
 *
 *     STROM_BENCH_LOAD=PORT   20 slow requests to that port and a long query are under way
 *     STROM_BENCH_NO_NAMES=1  the name server is dead: no name is ever answered for
 *     STROM_BENCH_TURNS=FILE  at the end a line is added to it: the longest time between two sleeps
 *                             in microseconds, wall and processor, and the same for leaving
 *
 * Exit code 3: the load did not last as long as the wizard. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* RTLD_NEXT */
#endif

#include "screens/wizard.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/http.h"
#include "api/pg/copy.h"
#include "screens/live.h"

#include <dlfcn.h>
#include <locale.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS = 20, LONG_MS = 3600 * 1000 };

/* --- the time between two sleeps: the linker puts these around the one place that sleeps --- */

static struct {
    int64_t wall, cpu; /* when the last sleep ended */
    int64_t most_wall, most_cpu;
} turn;

static int64_t us_of(clockid_t clock)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void __real_net_wait(struct net *net, struct pollfd *more, size_t n, int64_t until_ms);
void __wrap_net_wait(struct net *net, struct pollfd *more, size_t n, int64_t until_ms);

void __wrap_net_wait(struct net *net, struct pollfd *more, size_t n, int64_t until_ms)
{
    int64_t wall = us_of(CLOCK_MONOTONIC) - turn.wall;
    int64_t cpu = us_of(CLOCK_THREAD_CPUTIME_ID) - turn.cpu;
    if (turn.wall && wall > turn.most_wall) {
        turn.most_wall = wall;
        turn.most_cpu = cpu;
    }
    __real_net_wait(net, more, n, until_ms);
    turn.wall = us_of(CLOCK_MONOTONIC);
    turn.cpu = us_of(CLOCK_THREAD_CPUTIME_ID);
}

static void tell_turns(void)
{
    const char *file = getenv("STROM_BENCH_TURNS");
    FILE *f = file ? fopen(file, "a") : NULL;
    if (!f)
        return;
    fprintf(f, "%lld %lld %lld %lld\n", (long long)turn.most_wall, (long long)turn.most_cpu,
            (long long)(us_of(CLOCK_MONOTONIC) - turn.wall),
            (long long)(us_of(CLOCK_THREAD_CPUTIME_ID) - turn.cpu));
    fclose(f);
}

/* --- a dead name server: stands before the C library's, for curl and libpq too --- */

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    union {
        void *found;
        int (*call)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    } real = {dlsym(RTLD_NEXT, "getaddrinfo")};
    bool number = hints && hints->ai_flags & AI_NUMERICHOST;
    if (getenv("STROM_BENCH_NO_NAMES") && !number)
        poll(NULL, 0, -1);
    return real.call(name, service, hints, out);
}

/* --- what is under way meanwhile --- */

struct load {
    struct task *requests[REQUESTS], *query;
    struct pg *pg;
};

static bool drop_row(void *ctx, char *text, size_t bytes, struct err *e)
{
    (void)ctx;
    (void)text;
    (void)bytes;
    (void)e;
    return true;
}

/* Answers trickle: requests by the byte, the query by the packet. */
static bool load_begin(struct load *l, struct net *net, const char *port)
{
    struct pg_options o = {.statement_timeout_ms = LONG_MS};
    struct task *t = pg_connect(net, &o);
    char url[64];
    net_until(net, t);
    l->pg = task_state(t) == TASK_OK ? pg_take(t) : NULL;
    task_drop(t);
    if (!l->pg)
        return false;
    l->query =
        pg_copy(l->pg, "SELECT repeat('x', 8192), pg_sleep(0.05) FROM generate_series(1, 1000000)",
                drop_row, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%s/slow", port);
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = LONG_MS};
    for (size_t i = 0; i < REQUESTS; i++)
        l->requests[i] = http_send(net, &r);
    return true;
}

static bool load_end(struct load *l)
{
    bool lasted = !l->query || task_state(l->query) == TASK_RUNNING;
    for (size_t i = 0; i < REQUESTS; i++) {
        lasted = lasted && (!l->requests[i] || task_state(l->requests[i]) == TASK_RUNNING);
        task_drop(l->requests[i]);
    }
    task_drop(l->query);
    pg_close(l->pg);
    return lasted;
}

int main(int argc, char **argv)
{
    struct options o;
    struct live live;
    struct load load = {0};
    struct err e;
    const char *port = getenv("STROM_BENCH_LOAD");
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    atexit(tell_turns);
    if (!options_parse(argc, argv, &o, &e))
        return 2;
    tr_language("auto");
    if (!live_open(&live, &o, &e) || (port && !load_begin(&load, live.net, port)))
        return 1;
    int code = wizard_run(&live);
    if (!load_end(&load))
        code = 3;
    live_close(&live);
    return code;
}

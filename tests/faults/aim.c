/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "tests/faults/aim.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/net/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <limits.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define NO_HOST "nobody-knows-this-host.invalid"

enum { QUIET_ROUNDS = 3, LOOKUP_MS = 2 };

static struct {
    struct wire *wire;
    const char *phase;
    char key[AIM_KEY];
    enum fault_kind kind;
    bool once, hit, too_soon, stuck;
    char put_off[AIM_KEY]; /* answered 429: this very address is not to be asked before ... */
    int64_t not_before;
    struct aim_call calls[AIM_CALLS];
    size_t n_calls;
    struct aim_call *last;
} aim;

static atomic_int lookups; /* of names, under way in the library's threads */

void aim_open(struct wire *w)
{
    aim.wire = w;
    aim_forget();
    aim_at(NULL, FAULT_NONE, false);
}

void aim_phase(const char *phase)
{
    aim.phase = phase;
}

void aim_at(const char *key, enum fault_kind kind, bool once)
{
    str_copy(aim.key, sizeof aim.key, key ? key : "");
    aim.kind = key ? kind : FAULT_NONE;
    aim.once = once;
    aim.hit = aim.too_soon = false;
    aim.not_before = 0;
}

const struct aim_call *aim_calls(size_t *n)
{
    *n = aim.n_calls;
    return aim.calls;
}

void aim_forget(void)
{
    aim.n_calls = 0;
    aim.last = NULL;
}

bool aim_hit(void)
{
    return aim.hit;
}

bool aim_too_soon(void)
{
    return aim.too_soon;
}

bool aim_stuck(void)
{
    return aim.stuck;
}

void aim_unstick(void)
{
    aim.stuck = false;
}

/* --- calls --- */

/* What follows "operations/" or "queries/" is another word each time. */
static void make_key(const char *method, const char *path, char out[AIM_KEY])
{
    static const char *const fresh[] = {"/operations/", "/queries/"};

    snprintf(out, AIM_KEY, "%s %s %.*s", aim.phase, method, (int)strcspn(path, "?"), path);
    for (size_t i = 0; i < 2; i++) {
        char *at = strstr(out, fresh[i]);
        if (at)
            snprintf(at + strlen(fresh[i]), 2, "*");
    }
}

static void note(const char *key)
{
    if (aim.last && wire_saw_operation(aim.wire))
        aim.last->operation = true;
    aim.last = NULL;
    for (size_t i = 0; i < aim.n_calls; i++)
        if (str_eq(aim.calls[i].key, key))
            return;
    if (aim.n_calls < AIM_CALLS)
        str_copy(aim.calls[aim.n_calls++].key, AIM_KEY, key);
}

static void door_url(enum fault_kind kind, const char *path, struct str *url)
{
    enum wire_door door = kind == FAULT_REFUSED               ? WIRE_REFUSED
                          : kind == FAULT_CONNECT_TIMEOUT     ? WIRE_SILENT
                          : kind == FAULT_WRONG_CERTIFICATE   ? WIRE_STRANGER
                          : kind == FAULT_EXPIRED_CERTIFICATE ? WIRE_EXPIRED
                                                              : WIRE_OPEN;

    if (kind == FAULT_DNS) {
        lookups++;
        str_printf(url, "https://" NO_HOST "%s", path);
    } else if (door != WIRE_OPEN) {
        str_printf(url, "%s%s", wire_origin(aim.wire, door), path);
    } else {
        str_printf(url, "%s/=%d=%s", wire_origin(aim.wire, WIRE_OPEN), (int)kind, path);
    }
}

struct task *__real_http_send(struct net *net, const struct http_request *r);
struct task *__wrap_http_send(struct net *net, const struct http_request *r);

struct task *__wrap_http_send(struct net *net, const struct http_request *r)
{
    const char *origin = wire_origin(aim.wire, WIRE_OPEN);
    size_t n = strlen(origin);
    char key[AIM_KEY];

    if (strncmp(r->url, origin, n) != 0)
        return __real_http_send(net, r);
    make_key(r->method, r->url + n + 1, key);
    note(key);
    if (aim.not_before > clock_mono_ms() && str_eq(r->url, aim.put_off))
        aim.too_soon = true;
    if (aim.kind == FAULT_NONE || !str_eq(key, aim.key) || (aim.once && aim.hit))
        return __real_http_send(net, r);
    struct http_request other = *r;
    struct str url = {0};
    door_url(aim.kind, r->url + n, &url);
    other.url = str_text(&url);
    aim.hit = true;
    if (aim.kind == FAULT_429 && !strstr(key, " oauth2.")) { /* whoever comes later asks afresh */
        aim.not_before = clock_mono_ms() + (int64_t)FAULT_RETRY_AFTER_S * 1000;
        str_copy(aim.put_off, sizeof aim.put_off, r->url);
    }
    struct task *t = __real_http_send(net, &other);
    str_done(&url);
    return t;
}

/* --- time --- */

CURLMcode __real_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds, unsigned n, int ms,
                                 int *ready);
CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds, unsigned n, int ms,
                                 int *ready);

/* The library has something to do by itself, now. */
static bool is_restless(CURLM *multi)
{
    long ms = -1;

    return curl_multi_timeout(multi, &ms) == CURLM_OK && ms == 0;
}

/* False when there is nothing to wait for. */
static bool jump(int ms)
{
    int64_t now = clock_mono_ms(), next = ms == INT_MAX ? -1 : now + ms;
    int64_t wire = wire_next(aim.wire);

    if (wire >= 0 && (next < 0 || wire < next))
        next = wire;
    if (next > now)
        clock_advance(next - now);
    return next >= 0;
}

CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds, unsigned n, int ms,
                                 int *ready)
{
    CURLMcode code = CURLM_OK;

    if (!aim.wire)
        return __real_curl_multi_poll(multi, fds, n, ms, ready);
    for (int quiet = 0; quiet < QUIET_ROUNDS; quiet++) {
        bool moved = wire_pump(aim.wire);
        code = __real_curl_multi_poll(multi, fds, n, lookups > 0 ? LOOKUP_MS : 0, ready);
        if (moved || code != CURLM_OK || *ready > 0 || ms == 0 || is_restless(multi) || lookups > 0)
            return code;
    }
    aim.stuck = !jump(ms) || aim.stuck;
    return code;
}

/* --- names --- */

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    if (name && strcmp(name, NO_HOST) == 0) {
        lookups--;
        return EAI_NONAME;
    }
    union {
        void *object;
        lookup *function;
    } real = {.object = dlsym(RTLD_NEXT, "getaddrinfo")};
    assert(real.object);
    return real.function(name, service, hints, out);
}

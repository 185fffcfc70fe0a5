/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "tests/faults/aim.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/net/child.h"
#include "api/net/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_HOST      "nobody-knows-this-host-" /* ROUND.invalid */
#define SILENT_HOST  "the-name-server-is-silent.invalid"
#define BEHIND_PROXY ".proxied.invalid"
#define BY_PROXY     " by proxy" /* of the call's own: a kubeconfig names it */

enum { QUIET_ROUNDS = 3, LOOKUP_MS = 2, PROGRAM_MS = 20000, PROXY = 160 };

static struct {
    struct wire *wire;
    const char *phase, *proxy_password;
    char key[AIM_KEY];
    enum fault_kind kind;
    bool once, hit, too_soon, stuck;
    bool tired, too_late;  /* the machine is about to sleep */
    int64_t away_until;    /* until then nothing arrives anywhere */
    int64_t woken;         /* when it woke up; 0: it has asked somebody since, or never slept */
    char put_off[AIM_KEY]; /* answered 429: this very request is not to come before ... */
    uint64_t put_off_body;
    int64_t not_before;
    struct aim_call calls[AIM_CALLS];
    size_t n_calls;
    struct aim_call *last;
    bool deaf; /* the program that runs will never end */
} aim;

/* Of names that nobody knows, under way in the library's threads. One that is given up before it
 * began is no concern of the next round. */
static atomic_int lookups;
static atomic_uint lookup_round;

static struct { /* those that get no answer */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned round; /* they wait for the next one */
    int waiting;
} silence = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void end_silence(bool for_good)
{
    pthread_mutex_lock(&silence.lock);
    silence.round++;
    pthread_cond_broadcast(&silence.changed);
    while (for_good && silence.waiting > 0)
        pthread_cond_wait(&silence.changed, &silence.lock);
    pthread_mutex_unlock(&silence.lock);
}

void aim_open(struct wire *w, const char *proxy_password)
{
    aim.wire = w;
    aim.proxy_password = proxy_password;
    if (!w)
        end_silence(true);
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
    aim.hit = aim.too_soon = aim.deaf = aim.tired = aim.too_late = false;
    aim.not_before = aim.woken = aim.away_until = 0;
    unsetenv("HTTPS_PROXY");
    lookup_round++;
    lookups = 0;
    end_silence(false);
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

bool aim_too_late(void)
{
    return aim.too_late || (aim.kind == FAULT_SLEEP && wire_stale(aim.wire) > 0);
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

/* What follows these is another word each time. */
static void make_key(const struct http_request *r, const char *path, char out[AIM_KEY])
{
    static const char *const fresh[] = {"/operations/", "/queries/", "/objects/"};

    snprintf(out, AIM_KEY, "%s %s %.*s%s%s", aim.phase, r->method, (int)strcspn(path, "?"), path,
             strstr(path, "validateOnly=true") ? " TRIAL" : "",
             str_is_empty(r->proxy) ? "" : BY_PROXY);
    for (size_t i = 0; i < sizeof fresh / sizeof *fresh; i++) {
        char *at = strstr(out, fresh[i]);
        if (!at)
            continue;
        char *word = at + strlen(fresh[i]), *rest = word + strcspn(word, ":/");
        memmove(word + 1, rest, strlen(rest) + 1);
        *word = '*';
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

static enum wire_door door_of(enum fault_kind kind)
{
    return kind == FAULT_REFUSED               ? WIRE_REFUSED
           : kind == FAULT_CONNECT_TIMEOUT     ? WIRE_SILENT
           : kind == FAULT_WRONG_CERTIFICATE   ? WIRE_STRANGER
           : kind == FAULT_EXPIRED_CERTIFICATE ? WIRE_EXPIRED
           : kind == FAULT_OTHER_NAME          ? WIRE_OTHER
           : kind == FAULT_TLS_SILENT          ? WIRE_MUTE
                                               : WIRE_OPEN;
}

/* On the way to the service itself. */
static bool is_door(enum fault_kind kind)
{
    return door_of(kind) != WIRE_OPEN || kind == FAULT_DNS || kind == FAULT_DNS_SILENT ||
           kind == FAULT_AWAY;
}

bool aim_fits(const struct aim_call *call, enum fault_kind kind)
{
    enum fault_of_what meets = fault_of(kind)->meets;
    bool program = strstr(call->key, " RUN ") != NULL;

    if (program || meets == FAULT_PLUGIN)
        return program && meets == FAULT_PLUGIN;
    if (meets == FAULT_DISCOVERY)
        return strstr(call->key, ":discover") != NULL;
    if (meets == FAULT_PROXIED) /* this one is asked past any proxy */
        return strstr(call->key, " computeMetadata/") == NULL;
    if (strstr(call->key, BY_PROXY) && is_door(kind)) /* met by the proxy, not by us */
        return false;
    if (meets == FAULT_LOGIN)
        return strstr(call->key, " oauth2.") != NULL;
    return meets == FAULT_ANY_CALL || call->operation;
}

/* Of the call's own, or in the environment: there the library reads it when it begins, and what
 * goes to this machine is sent past it. */
static void put_proxy(enum fault_kind kind, struct http_request *r, char proxy[PROXY])
{
    enum wire_door door = kind == FAULT_PROXY_REFUSED ? WIRE_REFUSED : WIRE_OPEN;

    if (kind == FAULT_PROXY_DNS) {
        lookups++;
        snprintf(proxy, PROXY, "http://kari:%s@" NO_HOST "%u.invalid:3128", aim.proxy_password,
                 lookup_round);
    } else {
        snprintf(proxy, PROXY, "http://kari:%s@%s", aim.proxy_password,
                 strstr(wire_origin(aim.wire, door), "127.0.0.1"));
    }
    if (str_is_empty(r->proxy))
        setenv("HTTPS_PROXY", proxy, 1);
    else
        r->proxy = proxy;
}

static void door_url(enum fault_kind kind, const char *path, struct str *url)
{
    enum wire_door door = door_of(kind);

    if (kind == FAULT_DNS) {
        lookups++;
        str_printf(url, "https://" NO_HOST "%u.invalid%s", lookup_round, path);
    } else if (kind == FAULT_DNS_SILENT) {
        str_printf(url, "https://" SILENT_HOST "%s", path);
    } else if (fault_of(kind)->meets == FAULT_PROXIED) {
        str_printf(url, "https://%d" BEHIND_PROXY "%s", (int)kind, path);
    } else if (door != WIRE_OPEN) {
        str_printf(url, "%s%s", wire_origin(aim.wire, door), path);
    } else {
        str_printf(url, "%s/=%d=%s", wire_origin(aim.wire, WIRE_OPEN), (int)kind, path);
    }
}

/* FNV-1a: two calls may go to one address */
static uint64_t body_of(const struct http_request *r)
{
    uint64_t h = 0xcbf29ce484222325U;

    for (size_t i = 0; i < r->body_bytes; i++)
        h = (h ^ (unsigned char)r->body[i]) * 0x100000001b3U;
    return h;
}

struct task *__real_http_send(struct net *net, const struct http_request *r);
struct task *__wrap_http_send(struct net *net, const struct http_request *r);

struct task *__wrap_http_send(struct net *net, const struct http_request *r)
{
    const char *origin = wire_origin(aim.wire, WIRE_OPEN);
    size_t n = strlen(origin);
    char key[AIM_KEY], proxy[PROXY];

    if (!aim.phase || strncmp(r->url, origin, n) != 0)
        return __real_http_send(net, r);
    make_key(r, r->url + n + 1, key);
    note(key);
    if (aim.woken && clock_wall_ms() > aim.woken + FAULT_AWAKE_MS)
        aim.too_late = true;
    aim.woken = 0;
    if (aim.not_before > clock_mono_ms() && str_eq(r->url, aim.put_off) &&
        body_of(r) == aim.put_off_body)
        aim.too_soon = true;
    bool away = aim.away_until > clock_mono_ms();
    if (!away && (aim.kind == FAULT_NONE || !str_eq(key, aim.key) || (aim.once && aim.hit)))
        return __real_http_send(net, r);
    struct http_request other = *r;
    struct str url = {0};
    door_url(away ? FAULT_CONNECT_TIMEOUT : aim.kind, r->url + n, &url);
    if (aim.kind == FAULT_AWAY && !aim.hit)
        aim.away_until = clock_mono_ms() + FAULT_AWAY_MS;
    other.url = str_text(&url);
    if (fault_of(aim.kind)->meets == FAULT_PROXIED)
        put_proxy(aim.kind, &other, proxy);
    aim.hit = true;
    aim.tired = aim.kind == FAULT_SLEEP;
    if (aim.kind == FAULT_429) {
        aim.not_before = clock_mono_ms() + (int64_t)FAULT_RETRY_AFTER_S * 1000;
        str_copy(aim.put_off, sizeof aim.put_off, r->url);
        aim.put_off_body = body_of(r);
    }
    struct task *t = __real_http_send(net, &other);
    str_done(&url);
    return t;
}

/* --- programs --- */

struct task *__real_child_run(struct net *net, const struct child_request *r);
struct task *__wrap_child_run(struct net *net, const struct child_request *r);

static const char *const *broken_program(enum fault_kind kind)
{
#define SAYS(what)                                                                                 \
    "printf '%s' "                                                                                 \
    "'{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","            \
    "\"status\":{" what "}}'"
    static const char *const missing[] = {"/nowhere/gke-gcloud-auth-plugin", NULL};
    static const char *const fails[] = {
        "sh", "-c", "echo 'Reauthentication failed, Bearer ya29.a0fortrolig0413' >&2; exit 1",
        NULL};
    static const char *const garbled[] = {"sh", "-c", "printf '%s' '{\"kind\":\"ExecCred'", NULL};
    static const char *const huge[] = {
        "sh", "-c", "printf '{'; dd if=/dev/zero bs=1024 count=2048 2>/dev/null | tr '\\0' ' '",
        NULL};
    static const char *const silent[] = {"sleep", "1000", NULL};
    static const char *const worn[] = {"sh", "-c", SAYS("\"token\":\"worn-out\""), NULL};

    return kind == FAULT_PLUGIN_MISSING   ? missing
           : kind == FAULT_PLUGIN_FAILS   ? fails
           : kind == FAULT_PLUGIN_GARBLED ? garbled
           : kind == FAULT_PLUGIN_HUGE    ? huge
           : kind == FAULT_PLUGIN_SILENT  ? silent
                                          : worn;
}

struct task *__wrap_child_run(struct net *net, const struct child_request *r)
{
    struct child_request other = *r;
    char key[AIM_KEY];

    snprintf(key, sizeof key, "%s RUN plugin", aim.phase);
    note(key);
    aim.deaf = false;
    if (aim.kind == FAULT_NONE || !str_eq(key, aim.key) || (aim.once && aim.hit))
        return __real_child_run(net, r);
    aim.hit = true;
    aim.deaf = aim.kind == FAULT_PLUGIN_SILENT;
    other.argv = broken_program(aim.kind);
    return __real_child_run(net, &other);
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

static void sleep_well(void)
{
    clock_advance(FAULT_SLEEP_MS);
    wire_forget_lines(aim.wire);
    aim.tired = false;
    aim.woken = clock_wall_ms(); /* the other clock does not count the night */
}

CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *fds, unsigned n, int ms,
                                 int *ready)
{
    CURLMcode code = CURLM_OK;
    bool program = n > 1 && !aim.deaf; /* the first descriptor is the net's own */

    if (!aim.wire)
        return __real_curl_multi_poll(multi, fds, n, ms, ready);
    for (int quiet = 0; quiet < QUIET_ROUNDS; quiet++) {
        bool moved = wire_pump(aim.wire);
        int patience = lookups > 0 ? LOOKUP_MS : program && ms != 0 && !moved ? PROGRAM_MS : 0;
        code = __real_curl_multi_poll(multi, fds, n, patience, ready);
        if (moved || code != CURLM_OK || *ready > 0 || ms == 0 || is_restless(multi) || lookups > 0)
            return code;
    }
    if (aim.tired)
        sleep_well();
    else
        aim.stuck = !jump(ms) || aim.stuck;
    return code;
}

/* --- names --- */

static int wait_in_silence(void)
{
    pthread_mutex_lock(&silence.lock);
    unsigned round = silence.round;
    silence.waiting++;
    while (round == silence.round)
        pthread_cond_wait(&silence.changed, &silence.lock);
    silence.waiting--;
    pthread_cond_broadcast(&silence.changed);
    pthread_mutex_unlock(&silence.lock);
    return EAI_AGAIN;
}

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    if (name && strncmp(name, NO_HOST, strlen(NO_HOST)) == 0) {
        if (strtoul(name + strlen(NO_HOST), NULL, 10) == lookup_round)
            lookups--;
        return EAI_NONAME;
    }
    if (name && strcmp(name, SILENT_HOST) == 0)
        return wait_in_silence();
    union {
        void *object;
        lookup *function;
    } real = {.object = dlsym(RTLD_NEXT, "getaddrinfo")};
    assert(real.object);
    return real.function(name, service, hints, out);
}

#include "api/net/resolve.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/net/internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

struct job {
    struct task *task;
    CURL *easy;
    char host[272]; /* with the port */
    char words[CURL_ERROR_SIZE];
    const char *address;
    struct err refusal;
};

static enum task_state step(struct task *t);
static void stop(void *ctx);

static const struct task_type type = {"resolve", sizeof(struct job), step, stop};

/* What could be a name or an address, and nothing that a URL gives a meaning to. */
static bool is_host(const char *host)
{
    size_t n = strlen(host);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)host[i] < 0x80 && !isalnum((unsigned char)host[i]) &&
            !strchr("._-:", host[i]))
            return false;
    return n > 0 && n <= 253;
}

static const char *url_of(struct task *t, const char *host, int port)
{
    struct in6_addr v6;
    bool brackets = inet_pton(AF_INET6, host, &v6) == 1;

    return arena_printf(task_arena(t), brackets ? "telnet://[%s]:%d" : "telnet://%s:%d", host,
                        port);
}

/* A connection and nothing said on it: the library's resolver is the one that does not block. */
static void set_options(struct job *job, const char *url, int timeout_ms)
{
    long ms = timeout_ms > 0 ? timeout_ms : 10000;

    curl_easy_setopt(job->easy, CURLOPT_URL, url);
    curl_easy_setopt(job->easy, CURLOPT_PROTOCOLS_STR, "telnet");
    curl_easy_setopt(job->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(job->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(job->easy, CURLOPT_ERRORBUFFER, job->words);
    curl_easy_setopt(job->easy, CURLOPT_CONNECTTIMEOUT_MS, ms);
    curl_easy_setopt(job->easy, CURLOPT_TIMEOUT_MS, ms);
}

struct task *resolve_host(struct net *net, const char *host, int port, int timeout_ms)
{
    struct task *t = task_new(net, &type);
    struct job *job = task_job(t, &type);

    job->task = t;
    if (!is_host(host) || port < 1 || port > 65535) {
        err_set(&job->refusal, ERR_INPUT, tr("%s:%d is no host and port"), host, port);
        err_hint(&job->refusal, tr("give a name or an address, and a port from 1 to 65535"));
        return t;
    }
    str_copy(job->host, sizeof job->host, arena_printf(task_arena(t), "%s:%d", host, port));
    job->easy = net_curl_new(&job->refusal);
    if (!job->easy)
        return t;
    set_options(job, url_of(t, host, port), timeout_ms);
    if (!net_curl_add(t, job->easy))
        net_curl_none(&job->refusal);
    return t;
}

static enum task_state step(struct task *t)
{
    struct job *job = task_job(t, &type);
    enum task_state state = TASK_OK;
    const char *address = NULL;
    struct err e;

    if (job->refusal.kind != ERR_NONE)
        return task_fail(t, &job->refusal);
    if (!t->curl_done) {
        task_wait_curl(t);
        return TASK_RUNNING;
    }
    if (t->curl_code == CURLE_OK)
        curl_easy_getinfo(job->easy, CURLINFO_PRIMARY_IP, &address);
    if (str_is_empty(address)) {
        net_curl_error(job->easy, t->curl_code, job->host, job->words, &e);
        state = task_fail(t, &e);
    } else {
        job->address = arena_str(task_arena(t), address);
    }
    net_curl_drop(t, job->easy);
    job->easy = NULL;
    return state;
}

static void stop(void *ctx)
{
    struct job *job = ctx;

    net_curl_drop(job->task, job->easy);
    job->easy = NULL;
}

const char *resolve_address(const struct task *t)
{
    const struct job *job = task_job(t, &type);

    return job->address;
}

#include "api/net/http.h"

#include "api/base/arena.h"
#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/tr.h"
#include "api/net/internal.h"
#include "api/net/url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    TIME_OUT_MS = 60000,
    CONNECT_MS = 10000,
    STILL_MS = 30000,    /* not a byte either way for so long: nobody is there any more */
    QUIET_MS = 12000,    /* of these, before the person is told */
    BACKSTOP_MS = 15000, /* the library's own limits come after ours */
    ANSWER_BYTES = 32 * 1024 * 1024,
    HEAD_BYTES = 256 * 1024 /* of all headers: the library keeps every one */
};

struct job {
    struct task *task;
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    const char *method, *url;
    char host[272];
    char *body; /* what is sent; wiped when secret */
    size_t body_bytes;
    bool body_is_secret;
    struct secret *key;
    char *ca, *cert;
    struct str answer_body;
    size_t max_bytes, head_bytes;
    int64_t connect_by, end_by; /* clock_mono_ms */
    int64_t still_ms;           /* so long may it stay silent */
    int64_t moved_at;           /* bytes were seen to move; looked at when a limit is near */
    curl_off_t moved;
    bool too_large;
    bool sent; /* some of it, as far as is known */
    char words[CURL_ERROR_SIZE];
    struct http_answer answer;
    struct err refusal; /* known before anything was sent */
};

static enum task_state step(struct task *t);
static void stop(void *ctx);

static const struct task_type type = {"http", sizeof(struct job), step, stop};

/* --- asking --- */

/* The library's callbacks that we have: they append or count, and refuse what is too much. */
static size_t take(char *bytes, size_t size, size_t n, void *ctx)
{
    struct job *job = ctx;

    if (size * n > job->max_bytes - job->answer_body.bytes) {
        job->too_large = true;
        return 0;
    }
    str_addn(&job->answer_body, bytes, size * n);
    return size * n;
}

static size_t take_head(char *bytes, size_t size, size_t n, void *ctx)
{
    struct job *job = ctx;

    (void)bytes;
    job->head_bytes += size * n;
    job->too_large = job->too_large || job->head_bytes > HEAD_BYTES;
    return job->too_large ? 0 : size * n;
}

/* A header is one line: what comes from elsewhere must not add another. */
static bool is_one_line(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            return false;
    return true;
}

static void wipe_list(struct curl_slist *list)
{
    for (struct curl_slist *l = list; l; l = l->next)
        secret_wipe(l->data, strlen(l->data));
    curl_slist_free_all(list);
}

static bool add_header(struct job *job, const char *name, const char *value)
{
    struct str line = {0};
    bool ok = is_one_line(name) && is_one_line(value) && *name && !strchr(name, ':');

    if (ok) {
        /* "Name;" sends an empty value; "Name:" would leave the header out. */
        str_printf(&line, *value ? "%s: %s" : "%s;", name, value);
        struct curl_slist *longer = curl_slist_append(job->headers, line.text);
        job->headers = longer ? longer : job->headers;
        ok = longer != NULL;
    }
    secret_wipe(line.text, line.bytes);
    str_done(&line);
    if (!ok) {
        err_set(&job->refusal, ERR_INPUT, tr("the request was not sent"));
        err_why(&job->refusal, tr("its header %s would be more than one line"), name);
        err_hint(&job->refusal, tr("correct it where it was set"));
    }
    return ok;
}

/* Takes a header away that the library would add by itself. */
static void no_header(struct job *job, const char *line)
{
    struct curl_slist *longer = curl_slist_append(job->headers, line);

    job->headers = longer ? longer : job->headers;
}

static bool set_headers(struct job *job, const struct http_request *r)
{
    bool ok = true;

    for (size_t i = 0; ok && i < r->n_headers; i++)
        ok = add_header(job, r->headers[i].name, r->headers[i].value);
    if (ok && !secret_is_empty(r->bearer)) {
        struct str value = {0};
        str_printf(&value, "Bearer %s", secret_reveal(r->bearer));
        ok = add_header(job, "Authorization", value.text);
        secret_wipe(value.text, value.bytes);
        str_done(&value);
    }
    if (ok && r->content_type)
        ok = add_header(job, "Content-Type", r->content_type);
    else
        no_header(job, "Content-Type:");
    no_header(job, "Expect:"); /* one round trip less; we can bear a refusal after sending */
    curl_easy_setopt(job->easy, CURLOPT_HTTPHEADER, job->headers);
    return ok;
}

static void set_method(struct job *job, const struct http_request *r)
{
    bool post = strcmp(job->method, "POST") == 0;

    if (r->body || post) {
        job->body_bytes = r->body ? r->body_bytes : 0;
        job->body = mem_alloc(job->body_bytes + 1);
        job->body_is_secret = r->body_is_secret;
        if (r->body)
            memcpy(job->body, r->body, job->body_bytes);
        curl_easy_setopt(job->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body_bytes);
        curl_easy_setopt(job->easy, CURLOPT_POSTFIELDS, job->body);
    }
    if (strcmp(job->method, "HEAD") == 0)
        curl_easy_setopt(job->easy, CURLOPT_NOBODY, 1L);
    else if (!post && !(strcmp(job->method, "GET") == 0 && !r->body))
        curl_easy_setopt(job->easy, CURLOPT_CUSTOMREQUEST, job->method);
}

static void set_blob(CURL *easy, CURLoption option, const char *text)
{
    struct curl_blob blob = {NULL, strlen(text), CURL_BLOB_NOCOPY};

    memcpy(&blob.data, &text, sizeof text); /* the library only reads it, but has no const */
    curl_easy_setopt(easy, option, &blob);
}

static void set_trust(struct job *job, const struct http_request *r)
{
    if (r->ca_pem) {
        job->ca = mem_str(r->ca_pem);
        set_blob(job->easy, CURLOPT_CAINFO_BLOB, job->ca);
        curl_easy_setopt(job->easy, CURLOPT_CAPATH, NULL); /* this one, and no other */
    } else {
        net_curl_trust(job->easy, task_arena(job->task));
    }
    if (r->client_cert_pem) {
        job->cert = mem_str(r->client_cert_pem);
        set_blob(job->easy, CURLOPT_SSLCERT_BLOB, job->cert);
        curl_easy_setopt(job->easy, CURLOPT_SSLCERTTYPE, "PEM");
    }
    if (!secret_is_empty(r->client_key_pem)) {
        job->key = secret_dup(r->client_key_pem);
        set_blob(job->easy, CURLOPT_SSLKEY_BLOB, secret_reveal(job->key));
        curl_easy_setopt(job->easy, CURLOPT_SSLKEYTYPE, "PEM");
    }
}

static void set_bounds(struct job *job, const struct http_request *r)
{
    long total = r->timeout_ms > 0 ? r->timeout_ms : TIME_OUT_MS;

    job->moved_at = clock_mono_ms();
    job->end_by = job->moved_at + total;
    /* Who grants more than the usual time knows that the other side will think in silence. */
    job->still_ms = total > TIME_OUT_MS ? total : STILL_MS;
    job->connect_by = job->moved_at + (total < CONNECT_MS ? total : (long)CONNECT_MS);
    curl_easy_setopt(job->easy, CURLOPT_TIMEOUT_MS, total + BACKSTOP_MS);
    curl_easy_setopt(job->easy, CURLOPT_LOW_SPEED_TIME, (long)(job->still_ms / 1000));
    curl_easy_setopt(job->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS + BACKSTOP_MS);
    job->max_bytes = r->max_bytes ? r->max_bytes : ANSWER_BYTES;
}

/* Where it may go: TLS, or this machine. */
static bool set_url(struct job *job, const struct http_request *r)
{
    struct url url;
    bool ok = url_read(r->url, &url) && is_one_line(r->url);

    str_copy(job->host, sizeof job->host, ok ? url.host : "?");
    if (!ok || (!url.https && !url.http)) {
        err_set(&job->refusal, ERR_INPUT, tr("this address cannot be asked"));
        err_reason(&job->refusal, "BAD_URL");
        err_why(&job->refusal, tr("%s is no https address"), r->url);
        return err_hint(&job->refusal, tr("addresses begin with https:// and hold no password"));
    }
    if (url.http && !url.loopback && !(r->metadata && url.metadata)) {
        err_set(&job->refusal, ERR_INPUT, tr("%s was not asked"), url.host);
        err_reason(&job->refusal, "PLAIN_HTTP");
        err_why(&job->refusal,
                tr("http without TLS is for this machine only (127.0.0.1, localhost)"));
        return err_hint(&job->refusal, tr("use https"));
    }
    curl_easy_setopt(job->easy, CURLOPT_URL, job->url);
    curl_easy_setopt(job->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(job->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    if (url.loopback || r->metadata)
        curl_easy_setopt(job->easy, CURLOPT_NOPROXY, "*");
    return net_via(job->easy, r, task_arena(job->task), &job->headers, &job->connect_to,
                   &job->refusal);
}

static void set_answer(struct job *job)
{
    curl_easy_setopt(job->easy, CURLOPT_ERRORBUFFER, job->words);
    curl_easy_setopt(job->easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(job->easy, CURLOPT_WRITEDATA, job);
    curl_easy_setopt(job->easy, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(job->easy, CURLOPT_HEADERDATA, job);
    curl_easy_setopt(job->easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(job->easy, CURLOPT_USERAGENT, "strom/" STROM_VERSION);
}

static bool is_method(const char *m)
{
    return m && *m && strspn(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(m);
}

struct task *http_send(struct net *net, const struct http_request *r)
{
    struct task *t = task_new(net, &type);
    struct job *job = task_job(t, &type);

    job->task = t;
    job->method = arena_str(task_arena(t), is_method(r->method) ? r->method : "GET");
    job->url = arena_str(task_arena(t), r->url);
    job->easy = net_curl_new(&job->refusal);
    if (!job->easy || !set_url(job, r) || !set_headers(job, r))
        return t;
    set_method(job, r);
    set_trust(job, r);
    set_bounds(job, r);
    set_answer(job);
    if (r->only_once)
        curl_easy_setopt(job->easy, CURLOPT_FRESH_CONNECT, 1L);
    if (!net_curl_add(t, job->easy))
        net_curl_none(&job->refusal);
    return t;
}

/* --- answering --- */

static const char *header(struct job *job, const char *name)
{
    struct curl_header *found = NULL;

    if (curl_easy_header(job->easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return NULL;
    return arena_str(task_arena(job->task), found->value);
}

static void read_answer(struct job *job)
{
    long status = 0;
    curl_off_t after = 0;
    const char *type_text = header(job, "Content-Type"), *date = header(job, "Date");

    curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(job->easy, CURLINFO_RETRY_AFTER, &after);
    job->answer = (struct http_answer){
        .status = (int)status,
        .body = str_text(&job->answer_body),
        .bytes = job->answer_body.bytes,
        .content_type = type_text ? type_text : "",
        .etag = header(job, "ETag"),
        .date = date ? (int64_t)curl_getdate(date, NULL) : -1,
        .retry_after = header(job, "Retry-After") ? (int)(after < 86400 ? after : 86400) : -1,
        .metadata_flavor = header(job, "Metadata-Flavor"),
    };
}

/* Handles and secrets go as soon as the exchange is over, not only when the task is dropped. */
static void release(struct job *job)
{
    net_curl_drop(job->task, job->easy);
    job->easy = NULL;
    wipe_list(job->headers);
    job->headers = NULL;
    curl_slist_free_all(job->connect_to);
    job->connect_to = NULL;
    if (job->body_is_secret)
        secret_wipe(job->body, job->body_bytes);
    mem_free(job->body);
    mem_free(job->ca);
    mem_free(job->cert);
    secret_free(job->key);
    job->body = job->ca = job->cert = NULL;
    job->key = NULL;
}

static enum task_state fail_transfer(struct task *t, struct job *job)
{
    struct err e;

    job->sent = net_curl_is_asking(job->easy) || t->curl_code == CURLE_SEND_ERROR;
    net_curl_error(job->easy, t->curl_code, job->host, job->words, &e);
    if (job->too_large) {
        err_set(&e, ERR_NETWORK, tr("the answer of %s was not read to its end"), job->host);
        err_reason(&e, "TOO_LARGE");
        err_resource(&e, job->host);
        err_why(&e, tr("it is larger than %zu bytes"),
                job->head_bytes > HEAD_BYTES ? (size_t)HEAD_BYTES : job->max_bytes);
        err_hint(&e, tr("is a proxy or a login page in between? Look at HTTPS_PROXY"));
    }
    /* So ends a connection whose network has changed; the others that are kept went with it. */
    if (str_eq(e.reason, "TIMEOUT"))
        t->net->stale = true;
    log_line(2, "%s %s: %s (%s)", job->method, job->url, e.why, e.reason);
    return task_fail(t, &e);
}

/* --- limits: kept on our own clock, so that they hold where time is a function --- */

static curl_off_t bytes_moved(const struct job *job)
{
    curl_off_t down = 0, up = 0;
    long head = 0, sent = 0;

    curl_easy_getinfo(job->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(job->easy, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(job->easy, CURLINFO_HEADER_SIZE, &head);
    curl_easy_getinfo(job->easy, CURLINFO_REQUEST_SIZE, &sent);
    return down + up + head + sent;
}

static bool is_out_of_time(struct job *job, int64_t now)
{
    curl_off_t moved = bytes_moved(job);

    if (moved != job->moved)
        job->moved_at = now;
    job->moved = moved;
    return now >= job->end_by || now >= job->moved_at + job->still_ms ||
           (now >= job->connect_by && !net_curl_is_asking(job->easy));
}

/* Who is expected to think in silence is not told of. */
static bool is_quiet(const struct job *job, int64_t now)
{
    return job->still_ms == STILL_MS && now >= job->moved_at + QUIET_MS;
}

static void tell_quiet(struct task *t, const struct job *job, int64_t now)
{
    char text[sizeof job->host + 80];

    snprintf(text, sizeof text, tr("no answer from %s yet; still waiting"), job->host);
    task_held(t, is_quiet(job, now) ? text : NULL);
}

static void wait_for_answer(struct task *t, const struct job *job, int64_t now)
{
    int64_t still_by = job->moved_at + job->still_ms;

    task_wait_curl(t);
    task_wait_until(t, still_by < job->end_by ? still_by : job->end_by);
    if (now < job->connect_by)
        task_wait_until(t, job->connect_by);
    if (job->still_ms == STILL_MS && !is_quiet(job, now))
        task_wait_until(t, job->moved_at + QUIET_MS);
    tell_quiet(t, job, now);
}

static enum task_state step(struct task *t)
{
    struct job *job = task_job(t, &type);
    enum task_state state = TASK_OK;
    int64_t now = clock_mono_ms();

    if (job->refusal.kind != ERR_NONE) {
        release(job);
        return task_fail(t, &job->refusal);
    }
    if (!t->curl_done && !is_out_of_time(job, now)) {
        wait_for_answer(t, job, now);
        return TASK_RUNNING;
    }
    if (!t->curl_done)
        t->curl_code = CURLE_OPERATION_TIMEDOUT;
    if (t->curl_code != CURLE_OK) {
        state = fail_transfer(t, job);
    } else {
        read_answer(job);
        log_line(2, "%s %s: %d, %zu bytes, %lld ms", job->method, job->url, job->answer.status,
                 job->answer.bytes, (long long)task_elapsed_ms(t));
    }
    release(job);
    return state;
}

static void stop(void *ctx)
{
    struct job *job = ctx;

    release(job);
    str_done(&job->answer_body);
}

const struct http_answer *http_answer(const struct task *t)
{
    const struct job *job = task_job(t, &type);

    return &job->answer;
}

bool http_was_sent(const struct task *t)
{
    const struct job *job = task_job(t, &type);

    return job->sent;
}

#include "api/google/exchange.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/google/credentials.h"

#include <stdio.h>
#include <string.h>

enum {
    TROUBLE_TEXT = 512,
    MOST_FAILURES = 5,  /* sendings of one request */
    MOST_GARBLED = 3,   /* of these with answers that cannot be read */
    MOST_UNREACHED = 3, /* of these without reaching anybody: the person waits for the message */
    LONGEST_PAUSE_MS = 32000,
    LONGEST_RETRY_AFTER_S = 60,
    LONGEST_TRY_MS = 75000, /* http.h: 60 s, and its backstop */
    BUDGET_MS = 300000      /* of failing, a call; facts/gcp.md E: IAM's own retry advice */
};

int64_t exchange_pause(int n, int64_t first_ms)
{
    int64_t top = first_ms;
    for (int i = 1; i < n && top < LONGEST_PAUSE_MS; i++)
        top *= 2;
    if (top > LONGEST_PAUSE_MS)
        top = LONGEST_PAUSE_MS;
    return (int64_t)(google_random() % (uint64_t)(top + 1));
}

enum { MOST_HEADERS = 2 };

static size_t own_headers(const struct exchange *x, struct http_header out[MOST_HEADERS])
{
    size_t n = 0;
    const char *project = x->no_quota ? NULL : google_quota_project(x->google);
    if (x->token == EXCHANGE_METADATA)
        out[n++] = (struct http_header){"Metadata-Flavor", "Google"};
    if (x->token == EXCHANGE_CLIENT && project)
        out[n++] = (struct http_header){"x-goog-user-project", project};
    if (!str_is_empty(x->if_match) && n < MOST_HEADERS)
        out[n++] = (struct http_header){"If-Match", x->if_match};
    return n;
}

static void start(struct exchange *x, struct task *owner, const struct secret *bearer)
{
    struct http_header headers[MOST_HEADERS];
    struct str url = {0};
    struct http_request q = {.method = x->method, .headers = headers};
    if (x->token == EXCHANGE_METADATA)
        google_metadata_url(x->google, x->path, &url);
    else
        google_url(x->google, x->host, x->path, &url);
    q.url = str_text(&url);
    q.n_headers = own_headers(x, headers);
    q.bearer = bearer;
    q.body = x->body;
    q.body_bytes = x->body ? strlen(x->body) : 0;
    q.content_type = x->body ? x->content_type : NULL;
    q.body_is_secret = x->secret_body;
    q.timeout_ms = x->timeout_ms;
    q.metadata = x->token == EXCHANGE_METADATA;
    q.only_once = x->repeat != REST_READ;
    secret_free(x->used);
    x->used = secret_dup(bearer);
    x->sent++;
    x->began = clock_mono_ms();
    x->http = http_send(task_net(owner), &q);
    str_done(&url);
}

static enum task_state begin(struct exchange *x, struct task *owner, struct err *e)
{
    if (x->pause_until > clock_mono_ms()) {
        task_wait_until(owner, x->pause_until);
        return TASK_RUNNING;
    }
    const struct secret *bearer = x->token == EXCHANGE_GIVEN ? x->bearer : NULL;
    if (x->token == EXCHANGE_CLIENT)
        switch (google_token(x->google, &x->ticket, &bearer, e)) {
        case GOOGLE_TOKEN_WAIT:
            return TASK_RUNNING;
        case GOOGLE_TOKEN_FAILED:
            return TASK_FAILED;
        case GOOGLE_TOKEN_READY:
            break;
        }
    start(x, owner, bearer);
    return TASK_RUNNING;
}

/* --- what the person is told meanwhile --- */

static void tell_trouble(struct task *owner, const struct err *cause)
{
    char text[TROUBLE_TEXT];
    snprintf(text, sizeof text, tr("%s: %s; trying again"), cause->what, cause->why);
    task_held(owner, text);
}

static void tell_busy(const struct exchange *x, struct task *owner)
{
    char text[TROUBLE_TEXT];
    int64_t left = x->pause_until - clock_mono_ms();
    snprintf(text, sizeof text, tr("%s answers %d; trying again in %lld s"), x->host,
             x->refusal.status, (long long)((left + 999) / 1000));
    task_held(owner, text);
}

/* It can take some minutes. */
static void tell_fresh(const struct exchange *x, struct task *owner)
{
    char text[TROUBLE_TEXT];
    snprintf(text, sizeof text,
             tr("%s does not know yet what was made or turned on just now; trying again"), x->host);
    task_held(owner, text);
}

static void tell_garbled(const struct exchange *x, struct task *owner)
{
    char text[TROUBLE_TEXT];
    snprintf(text, sizeof text, tr("the answer of %s broke off; trying again"), x->host);
    task_held(owner, text);
}

/* --- sending again --- */

/* No sending outlasts its time-out: what is beyond, the machine slept through, and a try that ended
 * in a sleep is no reason to give up. */
static int64_t spent_on_it(const struct exchange *x, int64_t now)
{
    int64_t spent = now - x->began;
    int64_t most = x->timeout_ms > LONGEST_TRY_MS ? x->timeout_ms : LONGEST_TRY_MS;
    return spent < most ? spent : most;
}

/* True: another try is due. */
static bool repeat_later(struct exchange *x, struct task *owner, int most, double wish_s)
{
    int64_t now = clock_mono_ms(), spent = spent_on_it(x, now);
    if (x->tries && most > x->tries)
        most = x->tries;
    if (++x->failures >= most || x->failing_ms + spent > BUDGET_MS ||
        wish_s > (double)LONGEST_RETRY_AFTER_S)
        return false;
    int64_t ms = exchange_pause(x->failures, google_poll_floor_ms(x->google));
    if (wish_s > 0.0 && (int64_t)(wish_s * 1000.0) > ms)
        ms = (int64_t)(wish_s * 1000.0);
    task_clear(&x->http);
    x->failing_ms += spent + ms;
    x->pause_until = now + ms;
    task_wait_until(owner, x->pause_until);
    return true;
}

bool exchange_garbled(struct exchange *x, struct task *owner)
{
    x->lost = true; /* whatever it was, it was carried out or not */
    x->refusal = (struct refusal){.status = 0, .retry_after_s = -1.0};
    tell_garbled(x, owner);
    return x->repeat == REST_READ && repeat_later(x, owner, MOST_GARBLED, -1.0);
}

static bool again_at_once(struct exchange *x, struct task *owner)
{
    task_clear(&x->http);
    x->pause_until = 0;
    task_again(owner);
    return true;
}

static enum task_state no_answer(struct exchange *x, struct task *owner, struct err *e)
{
    struct err cause = *task_error(x->http);
    x->refusal = (struct refusal){.status = 0, .retry_after_s = -1.0};
    bool unheard = !http_was_sent(x->http); /* repeating cannot do a thing twice */
    x->lost = x->lost || !unheard;
    bool passing = cause.kind == ERR_NETWORK && cause.retryable;
    if (passing)
        tell_trouble(owner, &cause);
    if (passing && (unheard || x->repeat == REST_READ) &&
        repeat_later(x, owner, unheard ? MOST_UNREACHED : MOST_FAILURES, -1.0))
        return TASK_RUNNING;
    *e = cause;
    str_copy(e->what, sizeof e->what, x->what);
    if (*x->resource)
        err_resource(e, x->resource);
    return TASK_FAILED;
}

/* Something about the sender was refused, not the request: put right, at once, once. */
static bool mended(struct exchange *x, struct task *owner)
{
    if (x->token != EXCHANGE_CLIENT)
        return false;
    if (x->refusal.status == 401 && !x->renewed) {
        x->renewed = true;
        google_token_refused(x->google, x->used);
        return again_at_once(x, owner);
    }
    if (str_eq(x->refusal.reason, "USER_PROJECT_DENIED") && !x->no_quota) {
        x->no_quota = true; /* another call may have dropped it while this one was under way */
        if (google_quota_project(x->google))
            google_quota_drop(x->google);
        return again_at_once(x, owner);
    }
    return false;
}

static bool is_disabled(const struct refusal *r)
{
    return str_eq(r->reason, "SERVICE_DISABLED") || str_eq(r->reason, "accessNotConfigured");
}

/* "The resource 'x@p.iam.gserviceaccount.com' of type 'serviceAccount' was not found": so it seems
 * to those who name an account right after it was made. */
static bool is_too_early(const struct exchange *x)
{
    const char *said = x->refusal.message;
    bool unknown = strstr(said, "not found") || strstr(said, "does not exist");
    bool account = strstr(said, "serviceAccount") || strstr(said, "ervice account");
    return unknown && account && (x->refusal.status == 400 || x->refusal.status == 404) &&
           !str_eq(x->method, "GET") && !str_eq(x->host, "iam.googleapis.com") &&
           google_just_made_account(x->google);
}

static enum task_state refused(struct exchange *x, struct task *owner, struct err *e)
{
    const struct http_answer *a = http_answer(x->http);
    refusal_read(a->status, a->body, a->bytes, &x->refusal);
    if (mended(x, owner))
        return TASK_RUNNING;
    if ((is_disabled(&x->refusal) && google_just_enabled(x->google)) || is_too_early(x)) {
        tell_fresh(x, owner);
        task_clear(&x->http);
        x->pause_until = clock_mono_ms() + 5 * google_poll_floor_ms(x->google);
        task_wait_until(owner, x->pause_until);
        return TASK_RUNNING;
    }
    bool unread =
        a->status == 429 || x->refusal.status == 403; /* refused before it was looked at */
    bool passing = refusal_is_passing(&x->refusal);
    if (passing && !unread)
        x->lost = true;
    double wish = x->refusal.retry_after_s;
    if (a->retry_after >= 0 && (double)a->retry_after > wish)
        wish = (double)a->retry_after;
    x->refusal.retry_after_s = wish;
    refusal_to_err(&x->refusal, x->what, x->resource, e);
    if (passing && (unread || x->repeat == REST_READ) &&
        repeat_later(x, owner, MOST_FAILURES, wish)) {
        tell_busy(x, owner);
        return TASK_RUNNING;
    }
    if (wish > (double)LONGEST_RETRY_AFTER_S)
        err_hint(e, tr("Google asks to wait %.0f s before the next try"), wish);
    return TASK_FAILED;
}

/* Somebody else's server on that address: what it says is of no use. */
static enum task_state not_metadata(struct exchange *x, struct err *e)
{
    x->refusal = (struct refusal){.status = 0, .retry_after_s = -1.0};
    err_set(e, ERR_DENIED, "%s", x->what);
    err_reason(e, "NO_LOGIN");
    err_resource(e, x->resource);
    err_why(e, tr("what answers there is not Google's metadata server"));
    err_hint(e, tr("unset GCE_METADATA_HOST, or %s"), tr(CREDENTIALS_LOGIN));
    return TASK_FAILED;
}

enum task_state exchange_step(struct exchange *x, struct task *owner, struct err *e)
{
    if (!x->http)
        return begin(x, owner, e);
    switch (task_state(x->http)) {
    case TASK_RUNNING:
        if (*task_held_by(x->http))
            task_held(owner, task_held_by(x->http));
        return TASK_RUNNING;
    case TASK_FAILED:
        return no_answer(x, owner, e);
    case TASK_OK:
        break;
    }
    const struct http_answer *a = http_answer(x->http);
    if (x->token == EXCHANGE_METADATA && !str_eq(a->metadata_flavor, "Google"))
        return not_metadata(x, e);
    google_saw_date(x->google, a->date);
    if (a->status >= 200 && a->status < 300) {
        task_held(owner, NULL);
        x->refusal = (struct refusal){.status = a->status, .retry_after_s = -1.0};
        return TASK_OK;
    }
    return refused(x, owner, e);
}

const struct http_answer *exchange_answer(const struct exchange *x)
{
    return http_answer(x->http);
}

void exchange_again(struct exchange *x)
{
    task_clear(&x->http);
    x->failures = 0;
    x->pause_until = 0;
    x->renewed = false;
}

void exchange_is_well(struct exchange *x)
{
    x->failing_ms = 0;
}

void exchange_stop(struct exchange *x)
{
    task_clear(&x->http);
    secret_free(x->used);
    x->used = NULL;
}

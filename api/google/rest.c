#include "api/google/rest_job.h"

#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/tr.h"
#include "api/google/client.h"

#include <assert.h>
#include <string.h>

enum {
    LIMIT_S = 1200,
    MOST_PAGES = 2000,
    LIST_BYTES = 64 * 1024 * 1024, /* of all its pages */
    LOOK_UP_MS = 3000,
    LONGEST_WISH_S = 120,  /* Retry-After between polls */
    POLL_BLIND_MS = 120000 /* without an answer to a poll before we give up asking */
};

static enum task_state step(struct task *t);
static void stop(void *job);
const struct task_type rest_type = {"google call", sizeof(struct rest_job), step, stop};

static enum task_state go_on(struct task *t)
{
    task_again(t);
    return TASK_RUNNING;
}

/* --- waiting for an operation or a state --- */

static enum task_state wait_a_while(struct task *t, struct rest_job *job, const char *path,
                                    enum rest_at at)
{
    int64_t now = clock_mono_ms(), waited = now - job->wait_from;
    int limit = job->call.limit_s ? job->call.limit_s : LIMIT_S;
    if (waited > (int64_t)limit * 1000) {
        struct err e;
        err_set(&e, ERR_NETWORK, "%s", job->call.what);
        e.retryable = true;
        err_reason(&e, "NOT_DONE_IN_TIME");
        err_resource(&e, job->call.resource);
        err_why(&e, tr("Google has not ended it after %d minutes"), limit / 60);
        err_hint(&e, tr("it goes on at Google: try the same again to go on waiting"));
        return task_fail(t, &e);
    }
    rest_aim_get(job, path, at);
    job->due = now + longrun_pace(waited, google_poll_floor_ms(job->call.google));
    job->gaps = net_gaps(task_net(t));
    task_again(t);
    return TASK_RUNNING;
}

/* A laptop that slept asks soon after instead of waiting the rest of its pause: that it slept is
 * noticed only by who wakes up. */
static bool is_due(struct task *t, const struct rest_job *job)
{
    int64_t now = clock_mono_ms();
    if (job->due <= now || job->gaps != net_gaps(task_net(t)))
        return true;
    task_wait_until(t, job->due < now + LOOK_UP_MS ? job->due : now + LOOK_UP_MS);
    return false;
}

/* --- answers --- */

static struct json *parse(const struct http_answer *a, struct rest_job *job, struct err *e)
{
    struct json *doc = json_parse(a->body, a->bytes, e);
    if (doc && json_is_object(doc))
        return doc;
    json_free(doc);
    struct err inner = *e;
    err_set(e, ERR_BUG, "%s", job->call.what);
    e->code = a->status;
    e->retryable = true;
    bool cut = !doc && a->bytes && *a->body == '{'; /* a page of somebody else's begins with '<' */
    err_reason(e, cut ? "CUT_OFF" : "NOT_JSON");
    err_resource(e, job->call.resource);
    err_why(e, tr("the answer is no JSON (%s): %s"),
            *a->content_type ? a->content_type : tr("no type"),
            doc ? tr("not an object") : inner.why);
    err_hint(e, tr("is a proxy or a login page in between? Look at HTTPS_PROXY"));
    return NULL;
}

/* False with *e filled; *doc is NULL for an empty answer. */
static bool read_answer(struct rest_job *job, struct json **doc, struct rest_answer *out,
                        struct err *e)
{
    const struct http_answer *a = exchange_answer(&job->x);
    *doc = NULL;
    *out = (struct rest_answer){.text = a->body, .bytes = a->bytes, .etag = a->etag};
    if (a->bytes == 0)
        return true;
    *doc = parse(a, job, e);
    out->json = *doc;
    return *doc != NULL;
}

static bool decode(struct task *t, struct rest_job *job, struct rest_answer *answer, struct err *e)
{
    if (!job->call.decode || job->call.size == 0)
        return true;
    if (!job->out)
        job->out = arena_alloc(task_arena(t), job->call.size);
    if (job->call.decode(task_arena(t), answer, job->out, e))
        return true;
    if (!*e->what)
        str_copy(e->what, sizeof e->what, job->call.what);
    if (!*e->resource)
        err_resource(e, job->call.resource);
    return false;
}

static enum task_state done(struct rest_job *job)
{
    if (job->call.enables)
        google_saw_enabled(job->call.google);
    if (job->call.makes_account)
        google_saw_account(job->call.google);
    exchange_stop(&job->x);
    rest_wipe(&job->call.body);
    rest_wipe(&job->body);
    return TASK_OK;
}

/* Google never repeats a token; who does would keep us for ever. And half a list must not pass for
 * the whole: what is not in it would be taken for absent. */
static enum task_state endless(struct task *t, struct rest_job *job)
{
    struct err e;
    err_set(&e, ERR_BUG, "%s", job->call.what);
    err_reason(&e, "ENDLESS");
    err_resource(&e, job->call.resource);
    err_why(&e, tr("the list does not end after %u pages"), job->pages);
    err_hint(&e, tr("is a proxy in between? Look at HTTPS_PROXY"));
    return task_fail(t, &e);
}

static enum task_state judge(struct task *t, struct rest_job *job);

/* The next page, or what comes after the last. */
static enum task_state next_page(struct task *t, struct rest_job *job,
                                 const struct rest_answer *answer)
{
    const char *token = json_string(answer->json, "nextPageToken");
    job->pages++;
    job->list_bytes += answer->bytes;
    if (job->call.pages == REST_ONE_PAGE || answer->stop || str_is_empty(token))
        return judge(t, job);
    if (str_eq(token, job->page) || job->pages >= MOST_PAGES || job->list_bytes > LIST_BYTES)
        return endless(t, job);
    job->page = arena_str(task_arena(t), token);
    rest_aim_send(job);
    return go_on(t);
}

/* What was decoded before is thrown away: a look at a thing starts from nothing. */
static enum task_state judge(struct task *t, struct rest_job *job)
{
    if (!job->call.judge || !job->out || (job->call.trusts && !job->refused))
        return done(job);
    struct err e = {.kind = ERR_NONE};
    enum rest_ready ready = job->call.judge(job->out, job->sent_at, &e);
    if (ready == REST_UNDONE && rest_is_worth_sending_again(job)) {
        job->refused = false;
        job->sendings++;
        rest_aim_send(job);
        return go_on(t);
    }
    switch (ready) {
    case REST_READY:
        return done(job);
    case REST_UNDONE:
    case REST_WRONG:
        if (job->refused)
            return task_fail(t, &job->why);
        if (!*e.what)
            str_copy(e.what, sizeof e.what, job->call.what);
        if (!*e.resource)
            err_resource(&e, job->call.resource);
        return task_fail(t, &e);
    case REST_NOT_YET:
        job->refused = false; /* it is on its way: what comes of it is what counts */
        break;
    }
    task_news(t);
    return wait_a_while(t, job, str_text(&job->call.look), AT_JUDGE);
}

static enum task_state failed(struct task *t, struct rest_job *job, struct err *e);

/* An answer that broke off is as good as lost; a page of somebody else's says that Google has not
 * been asked at all. */
static enum task_state garbled(struct task *t, struct rest_job *job, struct err *e)
{
    if (!str_eq(e->reason, "CUT_OFF"))
        return task_fail(t, e);
    if (exchange_garbled(&job->x, t))
        return TASK_RUNNING;
    return failed(t, job, e);
}

static enum task_state judged(struct task *t, struct rest_job *job)
{
    struct json *doc;
    struct rest_answer answer;
    struct err e = {.kind = ERR_NONE};
    job->out = NULL;
    if (!read_answer(job, &doc, &answer, &e))
        return garbled(t, job, &e);
    bool ok = decode(t, job, &answer, &e);
    json_free(doc);
    return ok ? judge(t, job) : task_fail(t, &e);
}

static enum task_state look_back(struct task *t, struct rest_job *job, const struct err *e)
{
    job->due = 0;
    job->sendings++;
    job->why = *e;
    rest_aim_get(job, str_text(&job->call.look), AT_LOOK_BACK);
    return go_on(t);
}

static enum task_state run_ended(struct task *t, struct rest_job *job)
{
    struct err e;
    if (job->run.failed) {
        longrun_to_err(&job->run, job->call.what, job->call.resource, &e);
        return rest_is_in_its_own_way(job) ? look_back(t, job, &e) : task_fail(t, &e);
    }
    if (!job->call.look.bytes || job->call.size == 0)
        return done(job);
    job->due = 0;
    rest_aim_get(job, str_text(&job->call.look), AT_JUDGE);
    return go_on(t);
}

/* The operation as it is now, from its first answer or from a poll. */
static enum task_state follow(struct task *t, struct rest_job *job, struct rest_answer *answer)
{
    struct err e = {.kind = ERR_NONE};
    const char *named = job->run.path;
    if (!longrun_read(task_arena(t), job->call.wait, job->call.host,
                      named ? named : str_text(&job->call.path), answer->json, &job->run)) {
        err_set(&e, ERR_BUG, "%s", job->call.what);
        err_resource(&e, job->call.resource);
        err_why(&e, tr("the answer names no operation"));
        err_hint(&e, tr("try it again: what is there will be looked at afresh"));
        return task_fail(t, &e);
    }
    if (!named)
        job->run.name = arena_printf(task_arena(t), "%s/%s", job->call.host, job->run.path);
    else
        job->run.path = named; /* the first name counts: an answer cannot send us elsewhere */
    if (!named || job->run.done)
        task_news(t);
    if (!job->run.done)
        return wait_a_while(t, job, job->run.path, AT_POLL);
    if (job->call.wait != REST_QUERY)
        return run_ended(t, job);
    return decode(t, job, answer, &e) ? done(job) : task_fail(t, &e);
}

static enum task_state sent(struct task *t, struct rest_job *job)
{
    struct json *doc;
    struct rest_answer answer;
    struct err e = {.kind = ERR_NONE};
    enum task_state state;
    if (!read_answer(job, &doc, &answer, &e))
        return garbled(t, job, &e);
    job->heard = clock_mono_ms();
    if (job->at == AT_POLL)
        exchange_is_well(&job->x);
    if (job->call.wait != REST_AT_ONCE)
        state = follow(t, job, &answer);
    else if (!decode(t, job, &answer, &e))
        state = task_fail(t, &e);
    else
        state = next_page(t, job, &answer);
    json_free(doc);
    return state;
}

/* --- failures --- */

/* Listed before it is made: it cannot be compared yet. */
static bool is_on_its_way(struct task *t, struct rest_job *job, struct rest_answer *answer)
{
    struct err ignored = {.kind = ERR_NONE};
    job->out = NULL;
    return job->call.judge && decode(t, job, answer, &ignored) && job->out &&
           job->call.judge(job->out, job->sent_at, &ignored) == REST_NOT_YET;
}

/* What was looked at after a lost answer: ours, or left as it is. */
static enum task_state adopt(struct task *t, struct rest_job *job)
{
    struct json *doc;
    struct rest_answer answer;
    struct err e = {.kind = ERR_NONE};
    if (!read_answer(job, &doc, &answer, &e))
        return garbled(t, job, &e);
    bool same = rest_same(&job->call, doc, &e);
    bool coming = !same && e.retryable && is_on_its_way(t, job, &answer);
    json_free(doc);
    if (coming)
        return wait_a_while(t, job, str_text(&job->call.look), AT_LOOK_BACK);
    e.retryable = false;
    if (!same) /* a change that did not happen is no conflict */
        return task_fail(t, str_eq(job->call.method, "PATCH") ? &job->why : &e);
    log_line(1, "google: the answer was lost, the thing is as we want it: %s", job->call.resource);
    job->adopted = true;
    return judged(t, job);
}

static enum task_state look_where_it_stands(struct task *t, struct rest_job *job,
                                            const struct err *e)
{
    job->refused = true;
    job->why = *e;
    job->due = 0;
    job->heard = clock_mono_ms();
    rest_aim_get(job, str_text(&job->call.look), AT_JUDGE);
    return go_on(t);
}

/* Asked again later: after our own pause, or after what Google asked for. */
static enum task_state poll_later(struct task *t, struct rest_job *job)
{
    double wish = job->x.refusal.retry_after_s;
    int64_t now = clock_mono_ms();
    int64_t asked_for = wish > 0.0 && wish < (double)LONGEST_WISH_S ? (int64_t)(wish * 1000.0) : 0;
    enum task_state state = wait_a_while(
        t, job, job->at == AT_POLL ? job->run.path : str_text(&job->call.look), job->at);
    if (job->due < now + asked_for)
        job->due = now + asked_for;
    return state;
}

static enum task_state failed(struct task *t, struct rest_job *job, struct err *e)
{
    int status = job->x.refusal.status;
    if (job->call.advice && str_eq(job->x.refusal.word, "FAILED_PRECONDITION"))
        err_hint(e, "%s", job->call.advice);
    switch (job->at) {
    case AT_SEND:
        if (job->call.gone_is_fine && status == 404)
            return done(job);
        if (rest_is_worth_judging(job))
            return look_where_it_stands(t, job, e);
        if (!rest_is_worth_a_look(job))
            break;
        return look_back(t, job, e);
    case AT_LOOK_BACK:
        if (status != 404)
            break;
        rest_aim_send(job);
        return go_on(t);
    case AT_POLL:
    case AT_JUDGE:
        if ((status == 0 || refusal_is_passing(&job->x.refusal)) && e->retryable &&
            clock_mono_ms() - job->heard < POLL_BLIND_MS)
            return poll_later(t, job);
        break;
    }
    return task_fail(t, e);
}

/* --- the task --- */

static enum task_state step(struct task *t)
{
    struct rest_job *job = task_job(t, &rest_type);
    struct err e = {.kind = ERR_NONE};
    if (job->call.refused.kind != ERR_NONE)
        return task_fail(t, &job->call.refused);
    if (job->at != AT_SEND && !job->x.http && !is_due(t, job))
        return TASK_RUNNING;
    switch (exchange_step(&job->x, t, &e)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_FAILED:
        return failed(t, job, &e);
    case TASK_OK:
        break;
    }
    switch (job->at) {
    case AT_LOOK_BACK:
        return adopt(t, job);
    case AT_JUDGE:
        job->heard = clock_mono_ms();
        return judged(t, job);
    case AT_SEND:
    case AT_POLL:
        break;
    }
    return sent(t, job);
}

static void stop(void *ctx)
{
    struct rest_job *job = ctx;
    exchange_stop(&job->x);
    str_done(&job->call.path);
    str_done(&job->call.query);
    str_done(&job->call.look);
    str_done(&job->url);
    rest_wipe(&job->call.body);
    rest_wipe(&job->body);
}

static struct rest_job *begin(struct google *g, struct task **t)
{
    *t = task_new(google_net(g), &rest_type);
    struct rest_job *job = task_job(*t, &rest_type);
    job->x.google = g;
    job->x.what = job->call.what;
    job->x.resource = job->call.resource;
    job->wait_from = job->heard = clock_mono_ms();
    return job;
}

struct task *rest_send(struct rest_call *c)
{
    struct task *t;
    if (c->json.to)
        json_close_object(&c->json);
    struct rest_job *job = begin(c->google, &t);
    job->call = *c;
    job->call.json.to = NULL;
    job->x.host = c->host;
    rest_aim_send(job);
    return t;
}

const void *rest_result(const struct task *t, rest_decoder *decoder)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct rest_job *job = task_job(t, &rest_type);
    assert(job->call.decode == decoder);
    (void)decoder;
    return job->out;
}

/* --- operations that outlived a run --- */

/* The journal is a file: a name in it that is none of Google's operations is asked of nobody. */
static void refuse_name(struct rest_call *c)
{
    err_set(&c->refused, ERR_INPUT, "%s", c->what);
    err_resource(&c->refused, c->resource);
    err_why(&c->refused, tr("the journal names an operation that is none of Google's"));
    err_hint(&c->refused, tr("try it again: what is there will be looked at afresh"));
}

struct task *google_operation_resume(struct google *g, const char *name, const char *what)
{
    struct task *t;
    struct rest_job *job = begin(g, &t);
    job->call = (struct rest_call){.google = g, .method = "GET"};
    str_copy(job->call.what, sizeof job->call.what, what);
    str_copy(job->call.resource, sizeof job->call.resource, rest_last(name));
    if (!longrun_name(task_arena(t), name, &job->run)) {
        refuse_name(&job->call);
        return t;
    }
    job->call.wait = job->run.kind;
    job->call.host = job->x.host = job->run.host;
    rest_aim_get(job, job->run.path, AT_POLL);
    return t;
}

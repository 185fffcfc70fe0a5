#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/google/client.h"
#include "api/google/exchange.h"
#include "api/google/token.h"

/* A person's e-mail address stands in no file: it is asked for. */

struct whoami_job {
    struct google *google;
    struct exchange x;
    unsigned ticket;
    struct google_identity who;
};

static enum task_state step(struct task *t);
static void stop(void *job);
static const struct task_type whoami_type = {"google whoami", sizeof(struct whoami_job), step,
                                             stop};

static enum task_state finish(struct task *t, struct whoami_job *job, const char *email)
{
    struct arena *a = task_arena(t);
    struct google_identity *who = &job->who;
    bool person = google_login_kind(job->google) == GOOGLE_LOGIN_PERSON;
    who->email = arena_str(a, email);
    who->member = *email ? arena_printf(a, "%s:%s", person ? "user" : "serviceAccount", email) : "";
    who->kind = google_login_kind(job->google);
    who->file = arena_str(a, google_login_file(job->google));
    who->until = google_token_until(job->google);
    who->clock_ahead_s = google_clock_ahead(job->google);
    exchange_stop(&job->x);
    return TASK_OK;
}

static enum task_state read_email(struct task *t, struct whoami_job *job)
{
    const struct http_answer *a = exchange_answer(&job->x);
    struct err ignored;
    struct json *doc = json_parse(a->body, a->bytes, &ignored);
    const char *email = json_string_or(doc, "email", "");
    enum task_state s = finish(t, job, str_starts(email, "-") ? "" : email);
    json_free(doc);
    return s;
}

static enum task_state step_account(struct task *t, struct whoami_job *job)
{
    const struct secret *token;
    struct err e;
    switch (google_token(job->google, &job->ticket, &token, &e)) {
    case GOOGLE_TOKEN_WAIT:
        return TASK_RUNNING;
    case GOOGLE_TOKEN_FAILED:
        return task_fail(t, &e);
    case GOOGLE_TOKEN_READY:
        break;
    }
    return finish(t, job, google_account_email(job->google));
}

static enum task_state step(struct task *t)
{
    struct whoami_job *job = task_job(t, &whoami_type);
    enum google_login_kind kind = google_login_kind(job->google);
    if (kind == GOOGLE_LOGIN_NONE)
        return task_fail(t, google_login_error(job->google));
    if (kind != GOOGLE_LOGIN_PERSON)
        return step_account(t, job);
    struct err e;
    switch (exchange_step(&job->x, t, &e)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_OK:
        return read_email(t, job);
    case TASK_FAILED:
        break;
    }
    /* Logged in all the same: a login without the scope for one's address is refused here alone. */
    if (job->x.refusal.status == 403 || job->x.refusal.status == 404)
        return finish(t, job, "");
    return task_fail(t, &e);
}

static void stop(void *ctx)
{
    struct whoami_job *job = ctx;
    exchange_stop(&job->x);
}

struct task *google_whoami(struct google *g)
{
    struct task *t = task_new(google_net(g), &whoami_type);
    struct whoami_job *job = task_job(t, &whoami_type);
    job->google = g;
    job->x = (struct exchange){.google = g,
                               .what = "Asking Google who one is",
                               .resource = "",
                               .method = "GET",
                               .host = "openidconnect.googleapis.com",
                               .path = "v1/userinfo",
                               .token = EXCHANGE_CLIENT,
                               .no_quota = true,
                               .repeat = REST_READ};
    return t;
}

const struct google_identity *google_identity(const struct task *t)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct whoami_job *job = task_job(t, &whoami_type);
    return &job->who;
}

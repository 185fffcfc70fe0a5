#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/safe.h"
#include "api/base/tr.h"
#include "api/google/client.h"
#include "api/google/exchange.h"
#include "api/google/metadata.h"
#include "api/google/token.h"

#include <string.h>

enum { LONGEST_EMAIL = 320 };

/* A person's e-mail address stands in no file, nor does a machine's: both are asked for. */

struct whoami_job {
    struct google *google;
    struct exchange x;
    unsigned ticket;
    bool has_token; /* of a machine: its address comes next */
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

/* The metadata server answers with the bare address. */
static enum task_state read_plain(struct task *t, struct whoami_job *job)
{
    const struct http_answer *a = exchange_answer(&job->x);
    size_t n = strcspn(a->body, "\r\n");
    const char *email = arena_strn(task_arena(t), a->body, n < LONGEST_EMAIL ? n : 0);
    bool plain = strchr(email, '@') && !strpbrk(email, " <>\"") && safe_is(email);
    return finish(t, job, plain ? email : "");
}

static void aim_at_machine(struct whoami_job *job)
{
    job->x.token = EXCHANGE_METADATA;
    job->x.path = METADATA_ACCOUNT "email";
    job->x.timeout_ms = METADATA_TIMEOUT_MS;
    job->x.tries = METADATA_TRIES;
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
    if (google_login_kind(job->google) == GOOGLE_LOGIN_MACHINE && !job->has_token) {
        job->has_token = true;
        aim_at_machine(job);
        task_again(t);
        return TASK_RUNNING;
    }
    return finish(t, job, google_account_email(job->google));
}

static enum task_state step(struct task *t)
{
    struct whoami_job *job = task_job(t, &whoami_type);
    enum google_login_kind kind = google_login_kind(job->google);
    if (kind == GOOGLE_LOGIN_NONE)
        return task_fail(t, google_login_error(job->google));
    if (kind != GOOGLE_LOGIN_PERSON && !job->has_token)
        return step_account(t, job);
    struct err e;
    switch (exchange_step(&job->x, t, &e)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_OK:
        return job->has_token ? read_plain(t, job) : read_email(t, job);
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
                               .what = tr("Asking Google who one is"),
                               .resource = arena_str(task_arena(t), google_login_file(g)),
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

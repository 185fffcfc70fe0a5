#include "api/google/token.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/google/exchange.h"
#include "api/google/jwt.h"
#include "api/google/metadata.h"

#include <string.h>

#define SCOPE "https://www.googleapis.com/auth/cloud-platform"

enum token_at { TOKEN_FETCH, TOKEN_IMPERSONATE };
enum { SKEW_WORTH_A_TRY_S = 120, LIFETIME_S = 3600, LONGEST_WAIT_MS = 60000 };

struct token_job {
    struct google *google;
    const struct credentials *login; /* whose token is fetched at the moment */
    struct credentials *outer;       /* what the whole is for */
    enum token_at at;
    struct exchange x;
    struct str body;
    struct secret *first; /* of the source, when impersonating */
    int64_t until;
    int64_t signed_at, signed_ahead; /* when, and with which correction, the JWT was made */
    bool signed_again;
};

static enum task_state step(struct task *t);
static void stop(void *job);
static const struct task_type token_type = {"google token", sizeof(struct token_job), step, stop};

static void wipe(struct str *s)
{
    if (s->text)
        secret_wipe(s->text, s->room);
    str_done(s);
}

/* Room at once, so that growing leaves no copies of the secret behind. */
static void add_room(struct str *s, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        str_addc(s, ' ');
    str_clear(s);
}

static void add_field(struct str *s, const char *name, const char *value)
{
    if (s->bytes)
        str_addc(s, '&');
    str_add(s, name);
    str_addc(s, '=');
    http_encode(s, value, false);
}

static void write_refresh(struct token_job *job)
{
    add_field(&job->body, "grant_type", "refresh_token");
    add_field(&job->body, "client_id", job->login->client_id);
    add_field(&job->body, "client_secret", secret_reveal(job->login->client_secret));
    add_field(&job->body, "refresh_token", secret_reveal(job->login->refresh_token));
}

static bool write_assertion(struct token_job *job, struct err *e)
{
    struct str jwt = {0};
    job->signed_ahead = google_clock_ahead(job->google);
    job->signed_at = clock_wall();
    bool ok = jwt_sign(job->login, clock_wall() - job->signed_ahead, &jwt, e);
    add_field(&job->body, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
    add_field(&job->body, "assertion", str_text(&jwt));
    wipe(&jwt);
    return ok;
}

static void begin_metadata(struct token_job *job)
{
    job->x.what = tr("Asking the machine's metadata server for a token");
    job->x.resource = google_login_file(job->google);
    job->x.method = "GET";
    job->x.path = job->login->token_path;
    job->x.token = EXCHANGE_METADATA;
    job->x.repeat = REST_READ;
    job->x.timeout_ms = METADATA_TIMEOUT_MS;
    job->x.tries = METADATA_TRIES;
}

/* Made afresh for each try: the JWT holds the time. */
static bool begin_fetch(struct token_job *job, struct err *e)
{
    if (job->login->kind == GOOGLE_LOGIN_MACHINE) {
        begin_metadata(job);
        return true;
    }
    wipe(&job->body);
    add_room(&job->body, 8192);
    job->x.what = tr("Getting a token from Google");
    job->x.resource =
        str_is_empty(job->login->email) ? google_login_file(job->google) : job->login->email;
    job->x.method = "POST";
    job->x.host = job->login->token_host;
    job->x.path = job->login->token_path;
    job->x.content_type = "application/x-www-form-urlencoded";
    job->x.token = EXCHANGE_NONE;
    job->x.secret_body = true;
    job->x.repeat = REST_READ;
    bool ok = true;
    if (job->login->kind == GOOGLE_LOGIN_PERSON)
        write_refresh(job);
    else
        ok = write_assertion(job, e);
    job->x.body = str_text(&job->body);
    return ok;
}

static void begin_impersonation(struct token_job *job)
{
    struct json_out o;
    wipe(&job->body);
    json_begin(&o, &job->body, false);
    json_open_object(&o, NULL);
    if (job->outer->n_delegates) {
        json_open_array(&o, "delegates");
        for (size_t i = 0; i < job->outer->n_delegates; i++)
            json_put_string(&o, NULL, job->outer->delegates[i]);
        json_close_array(&o);
    }
    json_open_array(&o, "scope");
    json_put_string(&o, NULL, SCOPE);
    json_close_array(&o);
    json_put_string(&o, "lifetime", "3600s"); /* LIFETIME_S */
    json_close_object(&o);
    exchange_again(&job->x);
    job->x.what = tr("Acting as a service account");
    job->x.resource = job->outer->impersonated;
    job->x.host = "iamcredentials.googleapis.com";
    job->x.path = job->outer->impersonate_path;
    job->x.content_type = "application/json";
    job->x.token = EXCHANGE_GIVEN;
    job->x.bearer = job->first;
    job->x.secret_body = false;
    job->x.body = str_text(&job->body);
    job->at = TOKEN_IMPERSONATE;
}

static struct secret *take(struct token_job *job, const struct json *doc)
{
    bool impersonating = job->at == TOKEN_IMPERSONATE;
    const char *text = json_string(doc, impersonating ? "accessToken" : "access_token");
    int64_t life = json_int64(doc, "expires_in", LIFETIME_S);
    if (life < 1 || life > INT64_C(12) * LIFETIME_S)
        life = LIFETIME_S;
    job->until = clock_wall() + life;
    if (impersonating) {
        int64_t end = clock_parse(json_string_or(doc, "expireTime", ""));
        if (end > 0)
            job->until = end + google_clock_ahead(job->google);
    }
    return str_is_empty(text) ? NULL : secret_new(text, strlen(text));
}

static enum task_state got(struct task *t, struct token_job *job)
{
    const struct http_answer *a = exchange_answer(&job->x);
    struct err e;
    struct json *doc = json_parse(a->body, a->bytes, &e);
    struct secret *token = take(job, doc);
    json_free(doc);
    if (!token) {
        err_set(&e, ERR_BUG, "%s", job->x.what);
        err_reason(&e, "NO_TOKEN");
        err_resource(&e, job->x.resource);
        err_why(&e, tr("the answer holds no token"));
        err_hint(&e, tr("is a proxy in between? Look at HTTPS_PROXY"));
        return task_fail(t, &e);
    }
    if (job->outer->source && job->at == TOKEN_FETCH) {
        job->first = token;
        begin_impersonation(job);
        task_again(t);
        return TASK_RUNNING;
    }
    google_token_keep(job->google, token, job->until);
    exchange_stop(&job->x);
    wipe(&job->body);
    return TASK_OK;
}

const char *google_clock_hint(int64_t ahead_s, char out[96])
{
    int64_t far = ahead_s < 0 ? -ahead_s : ahead_s, minutes = (far + 30) / 60;
    struct str text = {0};
    if (far >= SKEW_WORTH_A_TRY_S)
        str_printf(&text,
                   ahead_s > 0 ? tr("your clock is %lld minutes fast: set it right")
                               : tr("your clock is %lld minutes slow: set it right"),
                   (long long)minutes);
    str_copy(out, 96, str_text(&text));
    str_done(&text);
    return out;
}

static bool tell_clock(const struct token_job *job, struct err *e)
{
    char text[96];
    google_clock_hint(google_clock_ahead(job->google), text);
    if (*text)
        err_hint(e, "%s", text);
    return *text != '\0';
}

/* What the refusal means depends on whose login it is. */
static void tell_login(const struct token_job *job, struct err *e)
{
    int status = job->x.refusal.status;
    bool signs = job->at == TOKEN_FETCH && job->login->kind == GOOGLE_LOGIN_ACCOUNT;
    if (signs && (status == 400 || status == 401) && tell_clock(job, e))
        return; /* a person's login holds no time of this machine's: theirs is worn out */
    if (job->at == TOKEN_IMPERSONATE && (status == 403 || status == 404))
        err_hint(e, tr("ask for roles/iam.serviceAccountTokenCreator on %s, or %s"),
                 job->outer->impersonated, tr(CREDENTIALS_LOGIN));
    else if (job->login->kind == GOOGLE_LOGIN_ACCOUNT && (status == 400 || status == 401))
        err_hint(e, tr("its key was revoked or replaced: get a new key file, or %s"),
                 tr(CREDENTIALS_LOGIN));
    else if (job->login->kind == GOOGLE_LOGIN_MACHINE)
        err_hint(e, tr("no login file was found, and the machine gave none: %s"),
                 tr(CREDENTIALS_LOGIN));
}

/* A JWT that was signed by a wrong clock, or before the machine slept, is refused like a bad key;
 * the answer's Date tells. */
static bool sign_again(struct token_job *job)
{
    int64_t change = google_clock_ahead(job->google) - job->signed_ahead;
    bool old = clock_wall() - job->signed_at >= SKEW_WORTH_A_TRY_S;
    if (job->at != TOKEN_FETCH || job->login->kind != GOOGLE_LOGIN_ACCOUNT || job->signed_again ||
        (!old && change < SKEW_WORTH_A_TRY_S && change > -SKEW_WORTH_A_TRY_S))
        return false;
    job->signed_again = true;
    return true;
}

/* Whoever comes later waits as well; or hears, without asking, what the one before was told. */
static enum task_state wait_until_wanted(struct task *t, const struct credentials *c, int64_t left)
{
    struct err e = c->put_off;
    if (left <= LONGEST_WAIT_MS) {
        task_wait_until(t, c->not_before);
        return TASK_RUNNING;
    }
    err_hint(&e, tr("Google asks to wait %.0f s before the next try"), (double)left / 1000.0);
    return task_fail(t, &e);
}

static void remember_wish(struct token_job *job, const struct err *e)
{
    double wish = job->x.refusal.retry_after_s;
    if (wish <= 0.0)
        return;
    job->outer->not_before = clock_mono_ms() + (int64_t)(wish * 1000.0);
    job->outer->put_off = *e;
}

static enum task_state step(struct task *t)
{
    struct token_job *job = task_job(t, &token_type);
    int64_t left = job->outer->not_before - clock_mono_ms();
    struct err e;
    if (!job->x.method && left > 0)
        return wait_until_wanted(t, job->outer, left);
    if (!job->x.method && !begin_fetch(job, &e))
        return task_fail(t, &e);
    switch (exchange_step(&job->x, t, &e)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_OK:
        return got(t, job);
    case TASK_FAILED:
        break;
    }
    if (str_eq(job->x.refusal.reason, "invalid_grant") && sign_again(job)) {
        exchange_again(&job->x);
        job->x.method = NULL;
        task_again(t);
        return TASK_RUNNING;
    }
    tell_login(job, &e);
    remember_wish(job, &e);
    return task_fail(t, &e);
}

static void stop(void *ctx)
{
    struct token_job *job = ctx;
    exchange_stop(&job->x);
    wipe(&job->body);
    secret_free(job->first);
    job->first = NULL;
}

struct task *token_fetch(struct google *g, struct credentials *c)
{
    struct task *t = task_new(google_net(g), &token_type);
    struct token_job *job = task_job(t, &token_type);
    job->google = g;
    job->outer = c;
    job->login = c->source ? c->source : c;
    job->x.google = g;
    return t;
}

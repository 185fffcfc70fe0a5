#include "api/google/auth.h"

#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/base/tr.h"
#include "api/google/client.h"
#include "api/google/credentials.h"
#include "api/google/longrun.h"
#include "api/google/metadata.h"
#include "api/google/token.h"
#include "api/net/http.h"

#include <stdlib.h>
#include <string.h>

enum {
    RENEW_BEFORE_S = 225, /* facts/gcp.md G */
    SKEW_IGNORED_S = 30,
    JUST_ENABLED_MS = 300000, /* facts/gcp.md H: first calls may be refused for some minutes */
    JUST_MADE_MS = 60000,     /* facts/gcp.md E: of a new account, for some seconds */
    SLOWEST_FLOOR_MS = 15000
};

struct google {
    struct net *net;
    struct arena life;    /* endpoint and options */
    const char *endpoint; /* NULL: Google's own hosts; no final slash */
    const char *named_file, *named_quota;
    int64_t poll_floor_ms;

    struct arena login; /* what the credentials point to */
    struct credentials credentials;
    const char *file, *note;
    struct err login_error;

    struct task *fetch;
    unsigned attempt;
    struct secret *token;
    int64_t until, lifetime;

    char quota_project[128]; /* google_use_project */
    bool quota_dropped;
    int64_t ahead_s;
    int64_t enabled_at, account_at; /* clock_mono_ms; 0 never */
};

static bool bad_endpoint(struct err *e, const char *endpoint)
{
    err_set(e, ERR_INPUT, tr("Reading STROM_GCP_ENDPOINT"));
    err_why(e, tr("%s is no origin (http://127.0.0.1:PORT or https://HOST)"), endpoint);
    return err_hint(e, tr("correct or unset it; plain http is for loopback addresses only"));
}

static bool read_endpoint(struct google *g, const char *wish, struct err *e)
{
    const char *text = wish ? wish : getenv("STROM_GCP_ENDPOINT");
    if (!text || *text == '\0')
        return true;
    size_t n = strlen(text);
    while (n && text[n - 1] == '/')
        n--;
    char *origin = arena_strn(&g->life, text, n);
    const char *host = strstr(origin, "://");
    if (!host || strpbrk(host + 3, "/?#@ ") || host[3] == '\0')
        return bad_endpoint(e, text);
    if (!str_starts(origin, "https://") && !http_is_loopback(origin))
        return bad_endpoint(e, text);
    g->endpoint = origin;
    return true;
}

static int64_t floor_ms(double wish_s)
{
    double s = wish_s;
    const char *text = getenv("STROM_POLL_FLOOR");
    if (s <= 0.0 && text)
        s = strtod(text, NULL);
    if (!(s > 0.0))
        s = 1.0;
    double ms = s * 1000.0;
    if (ms < 1.0)
        return 1;
    return ms > SLOWEST_FLOOR_MS ? SLOWEST_FLOOR_MS : (int64_t)ms;
}

static void forget_token(struct google *g)
{
    secret_free(g->token);
    g->token = NULL;
    g->until = 0;
}

/* The last place of the search. */
static void look_for_machine(struct google *g)
{
    if (!metadata_find(&g->login, METADATA_PRODUCT, &g->credentials, &g->login_error))
        return;
    g->login_error = (struct err){.kind = ERR_NONE};
    g->file = g->credentials.metadata_host ? g->credentials.metadata_host : METADATA_HOST;
}

/* Whoever waited for the token of before must not wait for ever. */
static void fetch_anew(struct google *g)
{
    g->attempt++;
    g->fetch = g->login_error.kind == ERR_NONE ? token_fetch(g, &g->credentials)
                                               : task_refused(g->net, &g->login_error);
}

void google_reload(struct google *g)
{
    bool waited_for = g->fetch && task_state(g->fetch) == TASK_RUNNING;
    task_clear(&g->fetch);
    forget_token(g);
    credentials_done(&g->credentials);
    arena_reset(&g->login);
    g->login_error = (struct err){.kind = ERR_NONE};
    g->quota_dropped = false;
    bool must;
    g->file = credentials_path(&g->login, g->named_file, &must);
    if (!credentials_load(&g->login, g->file, must, g->endpoint, &g->credentials, &g->note,
                          &g->login_error) &&
        !must && str_eq(g->login_error.reason, "NO_LOGIN"))
        look_for_machine(g);
    if (waited_for)
        fetch_anew(g);
}

struct google *google_open(struct net *net, const struct google_options *options, struct err *e)
{
    struct google *g = mem_alloc(sizeof *g);
    g->net = net;
    arena_init(&g->life);
    arena_init(&g->login);
    if (!read_endpoint(g, options->endpoint, e)) {
        google_close(g);
        return NULL;
    }
    g->named_file = arena_str(&g->life, options->credentials);
    g->named_quota = arena_str(&g->life, options->quota_project);
    g->poll_floor_ms = floor_ms(options->poll_floor_s);
    google_reload(g);
    return g;
}

void google_close(struct google *g)
{
    if (!g)
        return;
    task_clear(&g->fetch);
    forget_token(g);
    credentials_done(&g->credentials);
    arena_done(&g->login);
    arena_done(&g->life);
    mem_free(g);
}

enum google_login_kind google_login_kind(const struct google *g)
{
    return g->login_error.kind == ERR_NONE ? g->credentials.kind : GOOGLE_LOGIN_NONE;
}

const struct err *google_login_error(const struct google *g)
{
    return &g->login_error;
}

const char *google_login_file(const struct google *g)
{
    return g->file;
}

const char *google_login_note(const struct google *g)
{
    return g->note;
}

/* --- what a request needs --- */

struct net *google_net(const struct google *g)
{
    return g->net;
}

void google_url(const struct google *g, const char *host, const char *path, struct str *out)
{
    if (g->endpoint)
        str_printf(out, "%s/%s/%s", g->endpoint, host, path);
    else
        str_printf(out, "https://%s/%s", host, path);
}

void google_metadata_url(const struct google *g, const char *path, struct str *out)
{
    const char *host = g->credentials.metadata_host;
    if (!host && g->endpoint)
        google_url(g, METADATA_HOST, path, out);
    else
        str_printf(out, "http://%s/%s", host ? host : METADATA_HOST, path);
}

int64_t google_poll_floor_ms(const struct google *g)
{
    return g->poll_floor_ms;
}

int64_t google_poll_pause_ms(const struct google *g, int64_t waited_ms)
{
    return longrun_pace(waited_ms, g->poll_floor_ms);
}

static bool token_is_fresh(const struct google *g)
{
    int64_t margin = g->lifetime / 2 < RENEW_BEFORE_S ? g->lifetime / 2 : RENEW_BEFORE_S;
    return g->token && clock_wall() < g->until - margin;
}

enum google_token google_token(struct google *g, unsigned *ticket, const struct secret **token,
                               struct err *e)
{
    if (token_is_fresh(g)) {
        *token = g->token;
        return GOOGLE_TOKEN_READY;
    }
    if (g->login_error.kind != ERR_NONE) {
        *e = g->login_error;
        return GOOGLE_TOKEN_FAILED;
    }
    if (g->fetch && task_state(g->fetch) == TASK_FAILED && *ticket == g->attempt) {
        *e = *task_error(g->fetch);
        return GOOGLE_TOKEN_FAILED;
    }
    if (!g->fetch || task_state(g->fetch) != TASK_RUNNING) {
        task_clear(&g->fetch);
        g->attempt++;
        g->fetch = token_fetch(g, &g->credentials);
    }
    *ticket = g->attempt;
    return GOOGLE_TOKEN_WAIT;
}

void google_token_keep(struct google *g, struct secret *token, int64_t until)
{
    forget_token(g);
    g->token = token;
    g->until = until;
    g->lifetime = until - clock_wall();
    log_line(2, "google token for %lld s", (long long)g->lifetime);
}

void google_token_refused(struct google *g, const struct secret *token)
{
    if (secret_eq(g->token, token))
        forget_token(g);
}

void google_use_project(struct google *g, const char *project)
{
    if (str_eq(g->quota_project, project))
        return;
    str_copy(g->quota_project, sizeof g->quota_project, project ? project : "");
    g->quota_dropped = false;
}

/* A service account is billed where it lives unless somebody says otherwise; a person has no home.
 */
static const char *wanted_quota_project(const struct google *g)
{
    const char *env = getenv("GOOGLE_CLOUD_QUOTA_PROJECT");
    if (!str_is_empty(g->named_quota))
        return g->named_quota;
    if (!str_is_empty(env))
        return env;
    if (!str_is_empty(g->credentials.quota_project))
        return g->credentials.quota_project;
    if (g->credentials.kind == GOOGLE_LOGIN_PERSON && *g->quota_project)
        return g->quota_project;
    return NULL;
}

const char *google_quota_project(const struct google *g)
{
    return g->quota_dropped ? NULL : wanted_quota_project(g);
}

const char *google_quota_refused(const struct google *g)
{
    return g->quota_dropped ? wanted_quota_project(g) : NULL;
}

bool google_api_is_off(const struct err *e)
{
    return str_eq(e->reason, "SERVICE_DISABLED") || str_eq(e->reason, "accessNotConfigured");
}

void google_quota_drop(struct google *g)
{
    if (!g->note)
        g->note =
            arena_printf(&g->login,
                         tr("%s may not be used as quota project: it goes on without one. Ask "
                            "for roles/serviceusage.serviceUsageConsumer in it, or name "
                            "another one in GOOGLE_CLOUD_QUOTA_PROJECT"),
                         google_quota_project(g));
    g->quota_dropped = true;
    log_line(1, "google: the quota project was refused, going on without it");
}

void google_saw_date(struct google *g, int64_t date)
{
    if (date < 0)
        return;
    int64_t ahead = clock_wall() - date;
    g->ahead_s = ahead > SKEW_IGNORED_S || ahead < -SKEW_IGNORED_S ? ahead : 0;
}

int64_t google_token_until(const struct google *g)
{
    return g->until;
}

const char *google_account_email(const struct google *g)
{
    const struct credentials *c = &g->credentials;
    const char *email = c->source ? c->impersonated : c->email;
    return email ? email : "";
}

int64_t google_clock_ahead(const struct google *g)
{
    return g->ahead_s;
}

void google_saw_enabled(struct google *g)
{
    g->enabled_at = clock_mono_ms();
}

bool google_just_enabled(const struct google *g)
{
    return g->enabled_at && clock_mono_ms() - g->enabled_at < JUST_ENABLED_MS;
}

void google_saw_account(struct google *g)
{
    g->account_at = clock_mono_ms();
}

bool google_just_made_account(const struct google *g)
{
    return g->account_at && clock_mono_ms() - g->account_at < JUST_MADE_MS;
}

#include "api/nais/cluster.h"

#include "api/base/clock.h"
#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/login.h"

#include <string.h>

enum {
    TRIES = 3,
    PAUSE_MS = 1000,
    LONGEST_WISH_S = 60,
    MOST_PAGES = 500,
    LIST_BYTES = 64 * 1024 * 1024, /* of all pages */
    PAGE = 500,
    CA_MAX = 1024 * 1024
};

struct cluster {
    struct net *net;
    struct arena arena;
    struct kubeconfig config;
    const struct kube_context *context;
    const char *ns, *server; /* server without a final slash */
    const char *ca;          /* PEM; NULL: the system's */
    struct login login;
    char says[480];
};

/* --- opening --- */

/* False, as err_why is: `return refuse(...) || err_why(...)` tells both. */
static bool refuse(struct err *e, const char *context, const char *what_is_wrong)
{
    err_set(e, ERR_INPUT, tr("Using the context %s"), context);
    err_resource(e, what_is_wrong);
    return err_hint(e, tr("get a new kubeconfig: nais kubeconfig"));
}

static bool load_ca(struct cluster *c, const struct kube_cluster *k, struct err *e)
{
    struct str pem = {0};
    if (*k->ca_data)
        c->ca = k->ca_data;
    else if (*k->ca_file) {
        if (!path_read(k->ca_file, CA_MAX, &pem, e)) {
            err_resource(e, k->ca_file);
            return err_hint(e,
                            tr("the kubeconfig names this file; get a new one: nais kubeconfig"));
        }
        c->ca = arena_str(&c->arena, str_text(&pem));
        str_done(&pem);
    }
    c->login.ca = c->ca;
    return true;
}

static bool choose_cluster(struct cluster *c, struct err *e)
{
    const char *name = c->context->name;
    const struct kube_cluster *k = kubeconfig_cluster(&c->config, c->context->cluster);
    if (!k || !*k->server)
        return refuse(e, name, c->context->cluster) ||
               err_why(e, tr("it names the cluster %s, which has no server"), c->context->cluster);
    if (k->insecure)
        return refuse(e, name, k->name) ||
               err_why(e, tr("its cluster %s turns checking of certificates off"), k->name);
    if (k->broken)
        return refuse(e, name, k->name) ||
               err_why(e, tr("its cluster has a %s that is no base64"), k->broken);
    size_t n = strlen(k->server);
    while (n && k->server[n - 1] == '/')
        n--;
    c->server = arena_strn(&c->arena, k->server, n);
    c->login.cluster = k;
    return load_ca(c, k, e);
}

static bool choose(struct cluster *c, const char *context, const char *ns, struct err *e)
{
    c->context = kubeconfig_context(&c->config, context, e);
    if (!c->context || !choose_cluster(c, e))
        return false;
    c->login.user = kubeconfig_user(&c->config, c->context->user);
    if (!c->login.user)
        return refuse(e, c->context->name, c->context->user) ||
               err_why(e, tr("it names the user %s, who is not there"), c->context->user);
    const char *own = *c->context->ns ? c->context->ns : "default";
    c->ns = arena_str(&c->arena, str_is_empty(ns) ? own : ns);
    return true;
}

struct cluster *cluster_open(struct net *net, const char *kubeconfig, const char *context,
                             const char *ns, struct err *e)
{
    struct cluster *c = mem_alloc(sizeof *c);
    c->net = c->login.net = net;
    arena_init(&c->arena);
    if (kubeconfig_load(&c->arena, kubeconfig, &c->config, e) && choose(c, context, ns, e))
        return c;
    cluster_close(c);
    return NULL;
}

void cluster_close(struct cluster *c)
{
    if (!c)
        return;
    login_done(&c->login);
    kubeconfig_done(&c->config);
    arena_done(&c->arena);
    mem_free(c);
}

struct net *cluster_net(const struct cluster *c)
{
    return c->net;
}

const char *cluster_context(const struct cluster *c)
{
    return c->context->name;
}

const char *cluster_namespace(const struct cluster *c)
{
    return c->ns;
}

const char *cluster_login_says(struct cluster *c)
{
    return login_says(&c->login, c->says, sizeof c->says) ? c->says : NULL;
}

/* --- one question --- */

struct get_job {
    struct cluster *cluster;
    const char *what, *base; /* base: the URL without page */
    bool list;
    struct task *http;
    unsigned ticket, signed_with; /* which run of the program, which credential */
    int tries;
    int64_t pause_until;
    bool renewed, anew; /* anew: the list was begun a second time */
    unsigned pages;
    const char *next; /* page token */
    size_t list_bytes;
    struct str items; /* of the pages before, "" when there was one only */
    struct json *doc;
};

static enum task_state step(struct task *t);
static void stop(void *job);
static const struct task_type get_type = {"cluster get", sizeof(struct get_job), step, stop};

static void ask(struct get_job *job)
{
    const struct cluster *c = job->cluster;
    struct str url = {0};
    str_add(&url, job->base);
    if (job->next) {
        str_addc(&url, strchr(job->base, '?') ? '&' : '?');
        str_add(&url, "continue=");
        http_encode(&url, job->next, false);
    }
    static const struct http_header accept = {"Accept", "application/json"};
    const struct kube_cluster *k = c->login.cluster;
    job->signed_with = c->login.generation;
    job->http = http_send(c->net, &(struct http_request){.method = "GET",
                                                         .url = str_text(&url),
                                                         .headers = &accept,
                                                         .n_headers = 1,
                                                         .bearer = login_token(&c->login),
                                                         .ca_pem = c->ca,
                                                         .client_cert_pem = login_cert(&c->login),
                                                         .client_key_pem = login_key(&c->login),
                                                         .tls_name = k->tls_server_name,
                                                         .proxy = k->proxy_url});
    str_done(&url);
}

/* wish_s: what the server asked for, -1 nothing. */
static bool try_again(struct task *t, struct get_job *job, int wish_s)
{
    int64_t pause = (int64_t)PAUSE_MS * ++job->tries;
    if (job->tries >= TRIES || wish_s > LONGEST_WISH_S)
        return false;
    task_clear(&job->http);
    if (pause < (int64_t)wish_s * 1000)
        pause = (int64_t)wish_s * 1000;
    job->pause_until = clock_mono_ms() + pause;
    task_wait_until(t, job->pause_until);
    return true;
}

static enum task_state unreached(struct task *t, struct get_job *job)
{
    struct err e = *task_error(job->http);
    if (e.kind == ERR_NETWORK && e.retryable && try_again(t, job, -1))
        return TASK_RUNNING;
    str_copy(e.what, sizeof e.what, job->what);
    if (str_eq(e.reason, "DNS") || str_eq(e.reason, "TIMEOUT") || str_eq(e.reason, "REFUSED"))
        err_hint(&e, tr("is naisdevice on and connected? Else check the context: kubectl config "
                        "get-contexts"));
    else if (str_eq(e.reason, "PROXY") && !str_is_empty(job->cluster->login.cluster->proxy_url))
        err_hint(&e,
                 tr("look at proxy-url of the cluster %s in the kubeconfig: its address, user "
                    "and password"),
                 job->cluster->login.cluster->name);
    return task_fail(t, &e);
}

static const char *hint_for(int status)
{
    switch (status) {
    case 401:
        return "log in: nais login, or: gcloud auth login";
    case 403:
        return "only members of the team may; is it the right namespace (-n) and context?";
    case 404:
        return "check namespace (-n), context (--context) and name";
    default:
        return status < 400 ? "is a proxy or a login page in between? Look at HTTPS_PROXY"
                            : "try again in a moment";
    }
}

static enum err_kind kind_for(int status)
{
    if (status == 401 || status == 403)
        return ERR_DENIED;
    if (status == 404)
        return ERR_MISSING;
    if (status == 429)
        return ERR_QUOTA;
    if (status == 409 || status == 410 || status == 412)
        return ERR_CONFLICT;
    return status >= 500 || status < 400 ? ERR_NETWORK : ERR_INPUT;
}

/* A list stays as it was when it was begun, some minutes long: after that it is refused (410
 * "Expired"), and whoever wants one whole list begins again. */
static bool begin_anew(struct task *t, struct get_job *job)
{
    if (!job->next || job->anew)
        return false;
    job->anew = true;
    job->next = NULL;
    job->pages = 0;
    job->list_bytes = 0;
    str_clear(&job->items);
    task_clear(&job->http);
    task_again(t);
    return true;
}

/* {"kind":"Status","status":"Failure","message","reason","code","details"} */
static enum task_state refused(struct task *t, struct get_job *job)
{
    const struct http_answer *a = http_answer(job->http);
    struct err e, ignored;
    if (a->status == 401 && !job->renewed) {
        job->renewed = true;
        login_refused(&job->cluster->login, job->signed_with);
        task_clear(&job->http);
        task_again(t);
        return TASK_RUNNING;
    }
    if ((a->status == 429 || a->status >= 500) && try_again(t, job, a->retry_after))
        return TASK_RUNNING;
    if (a->status == 410 && begin_anew(t, job))
        return TASK_RUNNING;
    struct json *doc = json_parse(a->body, a->bytes, &ignored);
    err_set(&e, kind_for(a->status), "%s", job->what);
    e.code = a->status;
    e.retryable = a->status == 429 || a->status >= 500;
    err_reason(&e, json_string_or(doc, "reason", ""));
    err_resource(&e, json_string_or(doc, "details.name", job->cluster->ns));
    err_why(&e, "%s",
            json_string_or(doc, "message",
                           tr(a->status < 400
                                  ? "the answer sends us to another place, which is not followed"
                                  : "the cluster answered without a word")));
    err_hint(&e, "%s", tr(hint_for(a->status)));
    json_free(doc);
    return task_fail(t, &e);
}

/* --- answers --- */

static void keep_items(struct get_job *job)
{
    for
        json_each(item, json_get(job->doc, "items"))
        {
            if (job->items.bytes)
                str_addc(&job->items, ',');
            json_print(item, &job->items);
        }
}

static enum task_state join(struct task *t, struct get_job *job)
{
    struct str whole = {0};
    struct err e;
    keep_items(job);
    str_printf(&whole, "{\"items\":[%s]}", str_text(&job->items));
    json_free(job->doc);
    job->doc = json_parse(str_text(&whole), whole.bytes, &e);
    str_done(&whole);
    return job->doc ? TASK_OK : task_fail(t, &e);
}

/* Half a list must not pass for the whole. */
static enum task_state endless(struct task *t, const struct get_job *job)
{
    struct err e;
    err_set(&e, ERR_BUG, "%s", job->what);
    err_reason(&e, "ENDLESS");
    err_resource(&e, job->cluster->server);
    err_why(&e, tr("the list does not end after %u pages"), job->pages);
    err_hint(&e, tr("is a proxy in between? Look at HTTPS_PROXY"));
    return task_fail(t, &e);
}

static enum task_state answered(struct task *t, struct get_job *job)
{
    const struct http_answer *a = http_answer(job->http);
    struct err e, inner;
    json_free(job->doc);
    job->doc = json_parse(a->body, a->bytes, &inner);
    if (!json_is_object(job->doc)) {
        err_set(&e, ERR_BUG, "%s", job->what);
        err_resource(&e, job->cluster->server);
        err_why(&e, tr("the answer is no JSON: %s"), job->doc ? tr("not an object") : inner.why);
        err_hint(&e, tr("is a proxy or a login page in between? Look at HTTPS_PROXY"));
        return task_fail(t, &e);
    }
    const char *next = json_string(job->doc, "metadata.continue");
    job->list_bytes += a->bytes;
    if (job->list && !str_is_empty(next)) {
        if (++job->pages >= MOST_PAGES || job->list_bytes > LIST_BYTES || str_eq(next, job->next))
            return endless(t, job);
        keep_items(job);
        job->next = arena_str(task_arena(t), next);
        task_clear(&job->http);
        task_again(t);
        return TASK_RUNNING;
    }
    task_clear(&job->http);
    return job->items.bytes ? join(t, job) : TASK_OK;
}

static enum task_state step(struct task *t)
{
    struct get_job *job = task_job(t, &get_type);
    struct err e;
    if (job->http) {
        switch (task_state(job->http)) {
        case TASK_RUNNING:
            return TASK_RUNNING;
        case TASK_FAILED:
            return unreached(t, job);
        case TASK_OK:
            return http_answer(job->http)->status == 200 ? answered(t, job) : refused(t, job);
        }
    }
    if (job->pause_until > clock_mono_ms()) {
        task_wait_until(t, job->pause_until);
        return TASK_RUNNING;
    }
    switch (login_get(&job->cluster->login, &job->ticket, &e)) {
    case LOGIN_WAIT:
        return TASK_RUNNING;
    case LOGIN_FAILED:
        return task_fail(t, &e);
    case LOGIN_READY:
        break;
    }
    ask(job);
    return TASK_RUNNING;
}

static void stop(void *ctx)
{
    struct get_job *job = ctx;
    task_clear(&job->http);
    str_done(&job->items);
    json_free(job->doc);
}

struct task *cluster_get(struct cluster *c, const char *group_version, const char *plural,
                         const char *name, const char *labels)
{
    struct task *t = task_new(c->net, &get_type);
    struct get_job *job = task_job(t, &get_type);
    struct str url = {0};
    job->cluster = c;
    job->list = name == NULL;
    job->what = arena_printf(task_arena(t), tr("Reading %s in the namespace %s"),
                             name ? name : plural, c->ns);
    str_printf(&url, "%s/%s/namespaces/", c->server, group_version);
    http_encode(&url, c->ns, false);
    str_printf(&url, "/%s", plural);
    if (name) {
        str_addc(&url, '/');
        http_encode(&url, name, false);
    } else {
        str_printf(&url, "?limit=%d", PAGE);
    }
    if (labels) {
        str_add(&url, "&labelSelector=");
        http_encode(&url, labels, false);
    }
    job->base = arena_str(task_arena(t), str_text(&url));
    str_done(&url);
    return t;
}

const struct json *cluster_document(const struct task *t)
{
    if (task_state(t) != TASK_OK)
        return NULL;
    const struct get_job *job = task_job(t, &get_type);
    return job->doc;
}

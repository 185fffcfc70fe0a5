#include "api/nais/login.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/path.h"
#include "api/net/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ; /* POSIX has it, no header declares it */

enum { PLUGIN_MS = 60000, RENEW_BEFORE_S = 30, FILE_MAX = 1024 * 1024, MOST_ENV = 256 };

/* What a login program may know of our environment: where things are, not what is secret. */
static const char *const passed[] = {
    "PATH=",       "HOME=",        "USER=",     "LOGNAME=",  "LANG=",        "LC_",
    "TMPDIR=",     "XDG_",         "CLOUDSDK_", "GOOGLE_",   "HTTPS_PROXY=", "https_proxy=",
    "HTTP_PROXY=", "http_proxy=",  "NO_PROXY=", "no_proxy=", "SSL_CERT_",    "KUBECONFIG=",
    "NAIS_",       "AZURE_CONFIG", "USE_GKE_",  "DISPLAY=",  "WAYLAND_",     "BROWSER=",
};

static bool may_pass(const char *pair)
{
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        if (str_starts(pair, passed[i]))
            return true;
    return false;
}

static void put_cluster(struct json_out *o, const struct kube_cluster *c)
{
    json_open_object(o, "cluster");
    json_put_string(o, "server", c->server);
    json_close_object(o);
}

/* KUBERNETES_EXEC_INFO, as client-go writes it. */
static const char *exec_info(const struct login *l, struct str *out)
{
    struct json_out o;
    str_add(out, "KUBERNETES_EXEC_INFO=");
    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "kind", "ExecCredential");
    json_put_string(&o, "apiVersion", l->user->exec.api_version);
    json_open_object(&o, "spec");
    if (l->user->exec.cluster_info)
        put_cluster(&o, l->cluster);
    json_put_bool(&o, "interactive", false);
    json_close_object(&o);
    json_close_object(&o);
    return str_text(out);
}

static bool known_version(const char *v)
{
    return str_eq(v, "client.authentication.k8s.io/v1") ||
           str_eq(v, "client.authentication.k8s.io/v1beta1");
}

static bool refuse_plugin(const struct kube_exec *x, struct err *e)
{
    if (known_version(x->api_version) && *x->command)
        return false;
    err_set(e, ERR_INPUT, "Logging in to the cluster");
    err_why(e, "the kubeconfig's exec has apiVersion %s", x->api_version);
    err_hint(e, "get a new kubeconfig: nais kubeconfig");
    return true;
}

static void run_plugin(struct login *l)
{
    const struct kube_exec *x = &l->user->exec;
    struct str info = {0};
    const char *env[MOST_ENV + 1], **argv = mem_grow(NULL, x->n_args + 2, sizeof *argv);
    size_t n = 0;
    env[n++] = exec_info(l, &info);
    for (size_t i = 0; i < x->n_env && n < MOST_ENV; i++)
        env[n++] = x->env[i];
    for (char **pair = environ; *pair && n < MOST_ENV; pair++)
        if (may_pass(*pair))
            env[n++] = *pair;
    env[n] = NULL;
    argv[0] = x->command;
    for (size_t i = 0; i < x->n_args; i++)
        argv[1 + i] = x->args[i];
    argv[1 + x->n_args] = NULL;
    l->plugin = child_run(
        l->net, &(struct child_request){.argv = argv, .env = env, .timeout_ms = PLUGIN_MS});
    mem_free(argv);
    str_done(&info);
}

/* --- its answer --- */

static void forget(struct login *l)
{
    secret_free(l->token);
    secret_free(l->key);
    mem_free(l->cert);
    l->token = l->key = NULL;
    l->cert = NULL;
    l->ready = false;
    l->until = -1;
}

static struct secret *take(const struct json *j, const char *key)
{
    const char *text = json_string(j, key);
    return str_is_empty(text) ? NULL : secret_new(text, strlen(text));
}

bool login_read(struct login *l, const char *text, size_t bytes, struct err *e)
{
    struct err inner;
    struct json *doc = json_parse(text, bytes, &inner);
    const struct json *status = json_get(doc, "status");
    forget(l);
    l->token = take(status, "token");
    l->key = take(status, "clientKeyData");
    const char *cert = json_string(status, "clientCertificateData");
    l->cert = cert ? mem_str(cert) : NULL;
    const char *end = json_string(status, "expirationTimestamp");
    l->until = end ? clock_parse(end) : -1;
    l->ready = l->token || (l->cert && l->key);
    json_free(doc);
    if (l->ready)
        return true;
    err_set(e, ERR_DENIED, "Logging in to the cluster");
    err_why(e, "the login program gave no token");
    return err_hint(e, "log in: nais login, or: gcloud auth login");
}

static void plugin_failed(const struct login *l, struct err *e)
{
    const struct kube_exec *x = &l->user->exec;
    *e = *task_error(l->plugin);
    str_copy(e->what, sizeof e->what, "Logging in to the cluster");
    if (*x->install_hint)
        err_hint(e, "%s", x->install_hint);
    else if (str_ends(x->command, "gke-gcloud-auth-plugin"))
        err_hint(e, "install it: gcloud components install gke-gcloud-auth-plugin");
}

static enum login_state plugin_ended(struct login *l, struct err *e)
{
    const struct child_answer *a = child_answer(l->plugin);
    if (a->status != 0) {
        err_set(e, ERR_DENIED, "Logging in to the cluster");
        err_resource(e, l->user->exec.command);
        err_why(e, "%s ended with %d: %.200s", l->user->exec.command, a->status, a->err_text);
        err_hint(e, "log in: nais login, or: gcloud auth login");
        return LOGIN_FAILED;
    }
    bool ok = login_read(l, a->out, a->out_bytes, e);
    if (ok)
        task_clear(&l->plugin);
    return ok ? LOGIN_READY : LOGIN_FAILED;
}

static bool is_fresh(const struct login *l)
{
    return l->ready && (l->until < 0 || clock_wall() < l->until - RENEW_BEFORE_S);
}

static enum login_state get_plugin(struct login *l, unsigned *ticket, struct err *e)
{
    if (l->plugin && *ticket == l->attempt) {
        switch (task_state(l->plugin)) {
        case TASK_RUNNING:
            return LOGIN_WAIT;
        case TASK_FAILED:
            plugin_failed(l, e);
            return LOGIN_FAILED;
        case TASK_OK:
            return plugin_ended(l, e);
        }
    }
    if (refuse_plugin(&l->user->exec, e))
        return LOGIN_FAILED;
    if (!l->plugin || task_state(l->plugin) != TASK_RUNNING) {
        task_clear(&l->plugin);
        l->attempt++;
        run_plugin(l);
    }
    *ticket = l->attempt;
    return LOGIN_WAIT;
}

/* --- certificates and tokens in files --- */

static bool read_file(const char *file, struct str *out, struct err *e)
{
    if (path_read(file, FILE_MAX, out, e))
        return true;
    err_resource(e, file);
    return err_hint(e, "the kubeconfig names this file; get a new one: nais kubeconfig");
}

static struct secret *read_secret(const char *file, struct err *e)
{
    struct str content = {0};
    struct secret *s = NULL;
    if (read_file(file, &content, e)) {
        while (content.bytes && strchr("\r\n \t", content.text[content.bytes - 1]))
            content.bytes--;
        s = secret_new(str_text(&content), content.bytes);
    }
    if (content.text)
        secret_wipe(content.text, content.room);
    str_done(&content);
    return s;
}

static bool load_files(struct login *l, struct err *e)
{
    const struct kube_user *u = l->user;
    struct str cert = {0};
    if (*u->token_file && !(l->token = read_secret(u->token_file, e)))
        return false;
    if (*u->key_file && !u->key_data && !(l->key = read_secret(u->key_file, e)))
        return false;
    if (*u->cert_file && !*u->cert_data) {
        bool ok = read_file(u->cert_file, &cert, e);
        l->cert = ok ? mem_str(str_text(&cert)) : NULL;
        str_done(&cert);
        if (!ok)
            return false;
    }
    l->ready = true;
    return true;
}

static bool unsupported(const struct kube_user *u, struct err *e)
{
    if (!u->has_password && !u->has_provider)
        return false;
    err_set(e, ERR_INPUT, "Logging in to the cluster");
    err_why(e, "the kubeconfig's user %s logs in by %s, which is not supported", u->name,
            u->has_provider ? "auth-provider" : "a password");
    err_hint(e, "get a new kubeconfig: nais kubeconfig");
    return true;
}

enum login_state login_get(struct login *l, unsigned *ticket, struct err *e)
{
    const struct kube_user *u = l->user;
    if (is_fresh(l))
        return LOGIN_READY;
    bool has_own = u->token || u->key_data || *u->token_file || *u->key_file;
    if (u->has_exec && !has_own)
        return get_plugin(l, ticket, e);
    if (!has_own && unsupported(u, e))
        return LOGIN_FAILED;
    forget(l);
    return load_files(l, e) ? LOGIN_READY : LOGIN_FAILED;
}

void login_refused(struct login *l)
{
    forget(l);
}

const struct secret *login_token(const struct login *l)
{
    return l->token ? l->token : l->user->token;
}

const char *login_cert(const struct login *l)
{
    if (l->cert)
        return l->cert;
    return *l->user->cert_data ? l->user->cert_data : NULL;
}

const struct secret *login_key(const struct login *l)
{
    return l->key ? l->key : l->user->key_data;
}

void login_done(struct login *l)
{
    task_clear(&l->plugin);
    forget(l);
}

#include "api/nais/plugin.h"

#include "api/base/json.h"
#include "api/base/tr.h"
#include "api/nais/base64.h"
#include "api/net/child.h"

#include <string.h>

extern char **environ; /* POSIX has it, no header declares it */

/* Two minutes: it may have opened a browser for the person to log in. */
enum { PLUGIN_MS = 120000, PLUGIN_BYTES = 256 * 1024, MOST_ENV = 256 };

/* --- its environment --- */

/* What a login program may know of ours: where things are, not what is secret. */
static const char *const passed[] = {
    "PATH=",       "HOME=",         "USER=",        "LOGNAME=",  "LANG=",        "LANGUAGE=",
    "LC_",         "TMPDIR=",       "TERM=",        "XDG_",      "CLOUDSDK_",    "GOOGLE_",
    "HTTPS_PROXY", "https_proxy",   "HTTP_PROXY",   "ALL_PROXY", "all_proxy",    "http_proxy",
    "NO_PROXY=",   "no_proxy=",     "SSL_CERT_",    "CURL_CA_",  "REQUESTS_CA_", "KUBECONFIG=",
    "NAIS_",       "AZURE_CONFIG_", "USE_GKE_",     "DISPLAY=",  "WAYLAND_",     "BROWSER=",
    "XAUTHORITY=", "KUBECACHEDIR=", "DBUS_SESSION_"};

/* gcloud's own variables are for gcloud, whatever they hold; all other names that sound like a
 * secret stay here. The platform's NAIS_DATABASE_..._URL has a password inside. */
static bool sounds_secret(const char *name, size_t n)
{
    static const char *const words[] = {"PASSW",   "SECRET",  "TOKEN",         "APIKEY",
                                        "API_KEY", "PRIVATE", "NAIS_DATABASE_"};
    char upper[128];
    if (n >= sizeof upper)
        return true;
    for (size_t i = 0; i < n; i++)
        upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    upper[n] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(upper, words[i]))
            return !str_starts(name, "CLOUDSDK_");
    return false;
}

static bool may_pass(const char *pair)
{
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        if (str_starts(pair, passed[i]))
            return !sounds_secret(pair, strcspn(pair, "="));
    return false;
}

struct environment {
    const char *pairs[MOST_ENV + 1];
    size_t n;
};

/* The first word on a name counts. */
static void put(struct environment *env, const char *pair)
{
    size_t name = strcspn(pair, "=") + 1;
    for (size_t i = 0; i < env->n; i++)
        if (strncmp(env->pairs[i], pair, name) == 0)
            return;
    if (env->n < MOST_ENV)
        env->pairs[env->n++] = pair;
}

static void put_cluster(struct json_out *o, const struct kube_cluster *k, const char *ca)
{
    struct str wrapped = {0};
    struct err ignored;
    json_open_object(o, "cluster");
    json_put_string(o, "server", k->server);
    if (*k->tls_server_name)
        json_put_string(o, "tls-server-name", k->tls_server_name);
    if (ca) {
        base64_encode(&wrapped, ca, strlen(ca));
        json_put_string(o, "certificate-authority-data", str_text(&wrapped));
    }
    if (*k->proxy_url)
        json_put_string(o, "proxy-url", k->proxy_url);
    struct json *config =
        k->exec_config ? json_parse(k->exec_config, strlen(k->exec_config), &ignored) : NULL;
    if (config)
        json_put_part(o, "config", config);
    json_free(config);
    json_close_object(o);
    str_done(&wrapped);
}

/* KUBERNETES_EXEC_INFO, as kubectl writes it. Nobody sits at the program's keyboard: the terminal
 * is ours. */
static const char *exec_info(const struct kube_exec *x, const struct kube_cluster *k,
                             const char *ca, struct str *out)
{
    struct json_out o;
    str_add(out, "KUBERNETES_EXEC_INFO=");
    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "kind", "ExecCredential");
    json_put_string(&o, "apiVersion", x->api_version);
    json_open_object(&o, "spec");
    if (x->cluster_info)
        put_cluster(&o, k, ca);
    json_put_bool(&o, "interactive", false);
    json_close_object(&o);
    json_close_object(&o);
    return str_text(out);
}

/* --- running it --- */

static bool known_version(const char *v)
{
    return str_eq(v, "client.authentication.k8s.io/v1") ||
           str_eq(v, "client.authentication.k8s.io/v1beta1");
}

bool plugin_refused(const struct kube_exec *x, struct err *e)
{
    err_set(e, ERR_INPUT, tr(PLUGIN_WHAT));
    err_resource(e, x->command);
    err_hint(e, tr("get a new kubeconfig: nais kubeconfig"));
    if (!*x->command)
        err_why(e, tr("the kubeconfig's exec names no command"));
    else if (!known_version(x->api_version))
        err_why(e, tr("the kubeconfig's exec has apiVersion %s, which is not known here"),
                *x->api_version ? x->api_version : "(none)");
    else if (str_eq(x->interactive_mode, "Always")) {
        err_why(e, tr("%s wants to ask at a keyboard of its own (interactiveMode: Always)"),
                x->command);
        err_hint(e, tr("get a kubeconfig that does not: nais kubeconfig"));
    } else
        return false;
    return true;
}

struct task *plugin_run(struct net *net, const struct kube_exec *x, const struct kube_cluster *k,
                        const char *ca)
{
    const char **argv = mem_grow(NULL, x->n_args + 2, sizeof *argv);
    struct environment env = {.n = 0};
    struct str info = {0};
    put(&env, exec_info(x, k, ca, &info));
    for (size_t i = x->n_env; i-- > 0;) /* of two words on a name, kubectl takes the later */
        put(&env, x->env[i]);
    for (char **pair = environ; *pair; pair++)
        if (may_pass(*pair))
            put(&env, *pair);
    env.pairs[env.n] = NULL;
    argv[0] = x->command;
    for (size_t i = 0; i < x->n_args; i++)
        argv[1 + i] = x->args[i];
    argv[1 + x->n_args] = NULL;
    struct task *t = child_run(net, &(struct child_request){.argv = argv,
                                                            .env = env.pairs,
                                                            .max_bytes = PLUGIN_BYTES,
                                                            .timeout_ms = PLUGIN_MS});
    mem_free(argv);
    str_done(&info);
    return t;
}

/* --- when it fails --- */

/* Where a program of that name comes from. */
static const char *hint(const struct kube_exec *x)
{
    static const struct {
        const char *program, *hint;
    } known[] = {
        {"gke-gcloud-auth-plugin",
         "install it: gcloud components install gke-gcloud-auth-plugin (Debian: apt install "
         "google-cloud-cli-gke-gcloud-auth-plugin), and put its folder on the PATH"},
        {"gcloud", "install the Google Cloud CLI: https://cloud.google.com/sdk/docs/install"},
        {"nais", "install it: brew install nais/tap/nais (docs.nais.io), then: nais kubeconfig"},
        {"kubelogin", "install it: brew install kubelogin (or Azure/kubelogin/kubelogin), or get "
                      "another kubeconfig: nais kubeconfig"},
        {"kubectl-oidc_login", "install it: kubectl krew install oidc-login, or get another "
                               "kubeconfig: nais kubeconfig"},
    };
    const char *slash = strrchr(x->command, '/'), *name = slash ? slash + 1 : x->command;
    if (*x->install_hint)
        return x->install_hint;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(name, known[i].program))
            return tr(known[i].hint);
    return tr("install it, put its folder on the PATH, or get another kubeconfig: nais kubeconfig");
}

void plugin_failed(const struct task *t, const struct kube_exec *x, struct err *e)
{
    const struct child_answer *a = child_answer(t);
    if (task_state(t) == TASK_FAILED) {
        *e = *task_error(t);
        str_copy(e->what, sizeof e->what, tr(PLUGIN_WHAT));
        if (str_eq(e->reason, "TIMEOUT"))
            err_hint(e, tr("run it by hand to see what it waits for: kubectl get namespaces"));
        else
            err_hint(e, "%s", hint(x));
        if (e->kind == ERR_MISSING)
            err_why(e, tr("there is no program %s on the PATH"), x->command);
        return;
    }
    err_set(e, ERR_DENIED, tr(PLUGIN_WHAT));
    err_resource(e, x->command);
    if (a->err_bytes)
        err_why(e, tr("%s ended with %d: %s"), x->command, a->status, a->err_text);
    else
        err_why(e, tr("%s ended with %d, without a word"), x->command, a->status);
    err_hint(e, tr("log in: nais login, or: gcloud auth login"));
}

#include "api/nais/login.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/log.h"
#include "api/base/path.h"
#include "api/base/safe.h"
#include "api/base/tr.h"
#include "api/nais/plugin.h"
#include "api/net/child.h"

#include <string.h>

/* TOKEN_FILE_S: whoever writes a token file writes it anew before the old token ends. */
enum { RENEW_BEFORE_S = 30, TOKEN_FILE_S = 60, FILE_MAX = 1024 * 1024 };

/* --- the login program's answer --- */

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

static bool no_credential(struct err *e, const char *why)
{
    err_set(e, ERR_DENIED, tr(PLUGIN_WHAT));
    err_why(e, "%s", tr(why));
    return err_hint(e, tr("log in: nais login, or: gcloud auth login"));
}

/* It has to answer in the version in which it was asked. */
static bool is_credential(const struct login *l, const struct json *doc, struct err *e)
{
    const char *kind = json_string_or(doc, "kind", ""), *v = json_string_or(doc, "apiVersion", "");
    if (!json_is_object(doc))
        return no_credential(e, "the login program's answer is no JSON");
    if (!str_eq(kind, "ExecCredential"))
        return no_credential(e, "the login program's answer is no ExecCredential");
    if (str_eq(v, l->user->exec.api_version))
        return true;
    no_credential(e, "");
    err_why(e, tr("the login program answers in %s, and the kubeconfig asks for %s"),
            *v ? v : "(none)", l->user->exec.api_version);
    return err_hint(e, tr("bring both up to date: gcloud components update; nais kubeconfig"));
}

/* An ExecCredential. */
static bool read_answer(struct login *l, const char *text, size_t bytes, struct err *e)
{
    struct err inner;
    struct json *doc = json_parse(text, bytes, &inner);
    const struct json *status = json_get(doc, "status");
    forget(l);
    if (!is_credential(l, doc, e)) {
        json_free(doc);
        return false;
    }
    l->token = take(status, "token");
    l->key = take(status, "clientKeyData");
    const char *cert = json_string(status, "clientCertificateData");
    l->cert = str_is_empty(cert) ? NULL : mem_str(cert);
    const char *end = json_string(status, "expirationTimestamp");
    l->until = end ? clock_parse(end) : -1;
    bool whole = (l->cert != NULL) == (l->key != NULL), dated = !end || l->until >= 0;
    l->ready = whole && dated && (l->token || l->cert);
    json_free(doc);
    if (l->ready) {
        l->generation++;
        return true;
    }
    forget(l);
    return no_credential(e, !whole  ? "the login program gave a certificate without its key"
                            : dated ? "the login program gave no token"
                                    : "the login program's token has an end that is no time");
}

/* --- running it --- */

static enum login_state plugin_ended(struct login *l, struct err *e)
{
    const struct child_answer *a = child_answer(l->plugin);
    if (a->status != 0) {
        plugin_failed(l->plugin, &l->user->exec, e);
        return LOGIN_FAILED;
    }
    if (a->err_bytes)
        log_line(1, "%s says: %s", l->user->exec.command, a->err_text);
    if (!read_answer(l, a->out, a->out_bytes, e)) {
        err_resource(e, l->user->exec.command);
        return LOGIN_FAILED;
    }
    task_clear(&l->plugin);
    return LOGIN_READY;
}

static bool is_fresh(const struct login *l)
{
    return l->ready && (l->until < 0 || clock_wall() < l->until - RENEW_BEFORE_S);
}

static enum login_state get_plugin(struct login *l, unsigned *ticket, struct err *e)
{
    const struct kube_exec *x = &l->user->exec;
    if (l->plugin && *ticket == l->attempt) {
        switch (task_state(l->plugin)) {
        case TASK_RUNNING:
            return LOGIN_WAIT;
        case TASK_FAILED:
            plugin_failed(l->plugin, x, e);
            return LOGIN_FAILED;
        case TASK_OK:
            return plugin_ended(l, e);
        }
    }
    if (plugin_refused(x, e))
        return LOGIN_FAILED;
    if (!l->plugin || task_state(l->plugin) != TASK_RUNNING) {
        task_clear(&l->plugin);
        l->attempt++;
        l->plugin = plugin_run(l->net, x, l->cluster, l->ca);
    }
    *ticket = l->attempt;
    return LOGIN_WAIT;
}

bool login_says(const struct login *l, char *out, size_t cap)
{
    out[0] = '\0';
    if (!l->plugin || task_state(l->plugin) != TASK_RUNNING)
        return false;
    struct str text = {0};
    str_add(&text, child_answer(l->plugin)->err_text);
    if (text.bytes) {
        secret_scrub(text.text);
        text.bytes = strlen(text.text);
        for (char *p = text.text; *p; p++) /* one line */
            *p = *p == '\n' || *p == '\r' || *p == '\t' ? ' ' : *p;
        while (text.bytes && text.text[text.bytes - 1] == ' ')
            text.text[--text.bytes] = '\0';
        safe_text(out, cap, text.text);
    }
    str_done(&text);
    return true;
}

/* --- certificates and tokens in files --- */

static bool read_file(const char *file, struct str *out, struct err *e)
{
    if (path_read(file, FILE_MAX, out, e))
        return true;
    err_resource(e, file);
    return err_hint(e, tr("the kubeconfig names this file; get a new one: nais kubeconfig"));
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

/* A file goes before the token that stands in the kubeconfig, which is kept for when it cannot be
 * read: kubectl's rule. */
static bool load_token(struct login *l, struct err *e)
{
    const struct kube_user *u = l->user;
    if (!*u->token_file)
        return true;
    l->token = read_secret(u->token_file, e);
    if (l->token && secret_is_empty(l->token)) {
        secret_free(l->token);
        l->token = NULL;
        err_set(e, ERR_DENIED, tr(PLUGIN_WHAT));
        err_resource(e, u->token_file);
        err_why(e, tr("the token file %s is empty"), u->token_file);
        err_hint(e, tr("get a new kubeconfig: nais kubeconfig"));
    }
    l->until = clock_wall() + TOKEN_FILE_S + RENEW_BEFORE_S;
    return l->token || u->token;
}

static bool load_files(struct login *l, struct err *e)
{
    const struct kube_user *u = l->user;
    struct str cert = {0};
    if (!load_token(l, e))
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
    l->generation++;
    return true;
}

static bool unsupported(const struct kube_user *u, struct err *e)
{
    bool has_cert = *u->cert_data || *u->cert_file, has_key = u->key_data || *u->key_file;
    bool has_own = u->token || *u->token_file || has_key || u->has_exec;
    err_set(e, ERR_INPUT, tr(PLUGIN_WHAT));
    err_hint(e, tr("get a new kubeconfig: nais kubeconfig"));
    if (u->broken)
        err_why(e, tr("the kubeconfig's user %s has a %s that is no base64"), u->name, u->broken);
    else if (u->has_impersonation)
        err_why(e,
                tr("the kubeconfig's user %s acts as somebody else (as:), which is not supported"),
                u->name);
    else if (has_cert != has_key)
        err_why(e, tr("the kubeconfig's user %s has a client certificate or its key, not both"),
                u->name);
    else if (!has_own && (u->has_password || u->has_provider))
        err_why(e, tr("the kubeconfig's user %s logs in by %s, which is not supported"), u->name,
                u->has_provider ? "auth-provider" : tr("a password"));
    else
        return false;
    return true;
}

/* As kubectl does it: a token goes before the program, the program before a certificate alone. */
enum login_state login_get(struct login *l, unsigned *ticket, struct err *e)
{
    const struct kube_user *u = l->user;
    if (is_fresh(l))
        return LOGIN_READY;
    if (unsupported(u, e))
        return LOGIN_FAILED;
    if (u->has_exec && !u->token && !*u->token_file)
        return get_plugin(l, ticket, e);
    forget(l);
    return load_files(l, e) ? LOGIN_READY : LOGIN_FAILED;
}

void login_refused(struct login *l, unsigned generation)
{
    if (generation == l->generation) /* else another request has renewed it meanwhile */
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

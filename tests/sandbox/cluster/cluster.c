/* The Kubernetes API of one namespace, read from what the platform has deployed. */

#include "tests/sandbox/cluster/cluster.h"

#include "api/base/arena.h"
#include "tests/sandbox/cluster/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cluster {
    struct sandbox *s;
    struct google *g;
    char token[96];
    pthread_mutex_t lock;
    enum cluster_secrets secrets;
};

static void token_of(const struct sandbox *s, char out[96])
{
    snprintf(out, 96, "sandbox-%.80s", s->token != NULL ? s->token : "");
}

void cluster_kubeconfig(const struct sandbox *s, int port, struct str *out)
{
    char token[96];
    token_of(s, token);
    str_printf(out,
               "apiVersion: v1\n"
               "kind: Config\n"
               "current-context: " SANDBOX_CONTEXT "\n"
               "clusters:\n"
               "- name: " SANDBOX_CONTEXT "\n"
               "  cluster:\n"
               "    server: http://127.0.0.1:%d/kubernetes\n"
               "contexts:\n"
               "- name: " SANDBOX_CONTEXT "\n"
               "  context:\n"
               "    cluster: " SANDBOX_CONTEXT "\n"
               "    namespace: " SANDBOX_NAMESPACE "\n"
               "    user: " SANDBOX_PERSON "\n"
               "users:\n"
               "- name: " SANDBOX_PERSON "\n"
               "  user:\n"
               "    token: %s\n",
               port, token);
}

/* --- answers --- */

static void give(struct google_reply *r, int status, struct val *v)
{
    struct str text = {0};
    val_print(v, &text, false);
    str_addc(&text, '\n');
    r->status = status;
    r->content_type = "application/json";
    r->body = malloc(text.bytes); /* the server library frees it */
    r->bytes = r->body != NULL ? text.bytes : 0;
    if (r->body != NULL)
        memcpy(r->body, str_text(&text), text.bytes);
    str_done(&text);
    val_free(v);
}

static void refuse(struct google_reply *r, int code, const char *reason, const char *message,
                   const struct cluster_ask *ask)
{
    struct val *v = val_make("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Failure',"
                             "'message':%s,'reason':%s,'code':%d}",
                             message, reason, code);
    if (ask != NULL && ask->kind != NULL) {
        if (ask->name[0] != '\0')
            val_put_text(v, "details.name", ask->name);
        if (ask->kind->group[0] != '\0')
            val_put_text(v, "details.group", ask->kind->group);
        val_put_text(v, "details.kind", ask->kind->plural);
    }
    give(r, code, v);
}

static void forbidden(struct google_reply *r, const struct cluster_ask *ask)
{
    char text[600], named[160];
    bool named_one = ask->name[0] != '\0';
    snprintf(named, sizeof named, " \"%.120s\"", ask->name);
    snprintf(text, sizeof text,
             "%s%s%s%s is forbidden: User \"" SANDBOX_PERSON
             "\" cannot %s resource \"%s\" in API group "
             "\"%s\" in the namespace \"%.60s\"",
             ask->kind->plural, ask->kind->group[0] != '\0' ? "." : "", ask->kind->group,
             named_one ? named : "", named_one ? "get" : "list", ask->kind->plural,
             ask->kind->group, ask->space);
    refuse(r, 403, "Forbidden", text, ask);
}

static void not_found(struct google_reply *r, const struct cluster_ask *ask)
{
    char text[400];
    snprintf(text, sizeof text, "%s%s%s \"%.120s\" not found", ask->kind->plural,
             ask->kind->group[0] != '\0' ? "." : "", ask->kind->group, ask->name);
    refuse(r, 404, "NotFound", text, ask);
}

/* --- selectors --- */

/* key=value, key==value, key!=value and key, separated by commas; false when it is none. */
static bool selects(const char *selector, const struct val *object, bool *hit)
{
    const struct val *labels = val_get(object, "metadata.labels");
    char part[256];
    *hit = true;
    while (*selector != '\0') {
        size_t n = strcspn(selector, ",");
        snprintf(part, sizeof part, "%.*s", (int)n, selector);
        char *equal = strchr(part, '=');
        bool negated = equal != NULL && equal > part && equal[-1] == '!';
        if (n == 0 || n >= sizeof part || strpbrk(part, " ()") != NULL)
            return false;
        const char *value = equal != NULL ? equal + 1 + (equal[1] == '=') : NULL;
        if (equal != NULL)
            equal[negated ? -1 : 0] = '\0';
        const struct val *label = val_member(labels, part);
        bool same = value == NULL ? label != NULL : label != NULL && str_eq(label->text, value);
        *hit = *hit && same != negated;
        selector += n + (selector[n] == ',');
    }
    return true;
}

static bool parameter(const char *query, const char *name, char out[256])
{
    size_t n = strlen(name);
    out[0] = '\0';
    for (const char *at = query; at != NULL; at = strchr(at, '&')) {
        at += *at == '&';
        if (strncmp(at, name, n) != 0 || at[n] != '=')
            continue;
        snprintf(out, 256, "%.*s", (int)strcspn(at + n + 1, "&"), at + n + 1);
        route_url_decode(out);
        return true;
    }
    return false;
}

/* --- the two calls --- */

static void list(struct cluster *c, const struct cluster_ask *ask, const char *query,
                 struct google_reply *r)
{
    char selector[256], limit[256], go_on[256];
    struct val *all = cluster_objects(c->s, ask->kind), *items = val_array();
    long long most = 0, from = 0, at = 0;
    bool fine = true, hit = false;
    parameter(query, "labelSelector", selector);
    if (parameter(query, "limit", limit))
        str_int64(limit, 0, INT32_MAX, &most);
    if (parameter(query, "continue", go_on))
        str_int64(go_on, 0, INT32_MAX, &from);
    struct val *out = val_make("{'apiVersion':%s,'kind':'%sList','metadata':{'resourceVersion':"
                               "'918273645'}}",
                               ask->kind->version, ask->kind->kind);
    for
        val_each(object, all)
        {
            fine = fine && selects(selector, object, &hit);
            if (!fine || !hit)
                continue;
            if (at >= from && (most == 0 || at < from + most))
                val_add(items, val_copy(object));
            if (most > 0 && at == from + most)
                val_putf(out, "metadata.continue", "%lld", at);
            at++;
        }
    val_put(out, "items", items);
    val_free(all);
    if (fine) {
        give(r, 200, out);
        return;
    }
    val_free(out);
    refuse(r, 400, "BadRequest", "unable to parse requirement: found an unexpected character", ask);
}

static bool may_read_secret(struct cluster *c, const char *name)
{
    pthread_mutex_lock(&c->lock);
    enum cluster_secrets rule = c->secrets;
    pthread_mutex_unlock(&c->lock);
    return rule == CLUSTER_SECRETS_ALL ||
           (rule == CLUSTER_SECRETS_DATASTREAM && str_ends(name, "-datastream"));
}

static void get(struct cluster *c, const struct cluster_ask *ask, struct google_reply *r)
{
    struct val *all = cluster_objects(c->s, ask->kind);
    for
        val_each(object, all) if (str_eq(val_text(object, "metadata.name"), ask->name))
        {
            give(r, 200, val_copy(object));
            val_free(all);
            return;
        }
    val_free(all);
    not_found(r, ask);
}

static bool logged_in(const struct cluster *c, const struct google_request *q)
{
    return str_starts(q->authorization, "Bearer ") && str_eq(q->authorization + 7, c->token);
}

static void serve(void *ctx, const struct google_request *q, struct google_reply *r)
{
    struct cluster *c = ctx;
    struct cluster_ask ask;
    if (!logged_in(c, q)) {
        refuse(r, 401, "Unauthorized", "Unauthorized", NULL);
        return;
    }
    if (!cluster_read_path(q->path, &ask)) {
        refuse(r, 404, "NotFound", "the server could not find the requested resource", NULL);
        return;
    }
    bool secret = ask.kind->secret;
    if (!str_eq(q->method, "GET"))
        refuse(r, 405, "MethodNotAllowed",
               "the server does not allow this method on the requested resource", &ask);
    else if (!str_eq(ask.space, SANDBOX_NAMESPACE) ||
             (secret && (ask.name[0] == '\0' || !may_read_secret(c, ask.name))))
        forbidden(r, &ask);
    else if (ask.name[0] != '\0')
        get(c, &ask, r);
    else
        list(c, &ask, q->query, r);
}

/* --- start and stop --- */

struct cluster *cluster_start(struct google *g, struct sandbox *s)
{
    struct cluster *c = mem_alloc(sizeof *c);
    c->s = s;
    c->g = g;
    token_of(s, c->token);
    pthread_mutex_init(&c->lock, NULL);
    google_mount(g, "kubernetes", serve, c);
    return c;
}

void cluster_stop(struct cluster *c)
{
    if (c == NULL)
        return;
    google_unmount(c->g, "kubernetes");
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
}

void cluster_set_secrets(struct cluster *c, enum cluster_secrets rule)
{
    pthread_mutex_lock(&c->lock);
    c->secrets = rule;
    pthread_mutex_unlock(&c->lock);
}

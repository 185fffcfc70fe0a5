#include "api/nais/kubeconfig.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/nais/base64.h"
#include "api/nais/yaml_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

enum { FILE_MAX = 4 * 1024 * 1024, MOST_ENTRIES = 4096 };

/* The document that is being read, and whither. */
struct reader {
    struct arena *a;
    yaml_document_t doc;
    const char *folder;
    struct kubeconfig *out;
};

/* --- the library's nodes --- */

static yaml_node_t *get(struct reader *r, yaml_node_t *map, const char *key)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        yaml_node_t *k = yaml_document_get_node(&r->doc, p->key);
        if (k && k->type == YAML_SCALAR_NODE && k->data.scalar.length == strlen(key) &&
            memcmp(k->data.scalar.value, key, k->data.scalar.length) == 0)
            return yaml_document_get_node(&r->doc, p->value);
    }
    return NULL;
}

/* Copied; "" when it is not there, no scalar, or holds a NUL. */
static const char *text_of(struct reader *r, yaml_node_t *node)
{
    if (!node || node->type != YAML_SCALAR_NODE ||
        memchr(node->data.scalar.value, 0, node->data.scalar.length))
        return "";
    char *copy = arena_alloc(r->a, node->data.scalar.length + 1);
    memcpy(copy, node->data.scalar.value, node->data.scalar.length);
    return copy;
}

static const char *text(struct reader *r, yaml_node_t *map, const char *key)
{
    return text_of(r, get(r, map, key));
}

static bool is_true(struct reader *r, yaml_node_t *map, const char *key)
{
    const char *t = text(r, map, key);
    return str_eq(t, "true") || str_eq(t, "True") || str_eq(t, "TRUE");
}

static struct secret *secret(struct reader *r, yaml_node_t *map, const char *key)
{
    yaml_node_t *node = get(r, map, key);
    if (!node || node->type != YAML_SCALAR_NODE || node->data.scalar.length == 0)
        return NULL;
    union {
        const unsigned char *bytes;
        const char *text;
    } u = {.bytes = node->data.scalar.value};
    return secret_new(u.text, node->data.scalar.length);
}

/* A path of the file counts from the file's folder. */
static const char *path(struct reader *r, yaml_node_t *map, const char *key)
{
    const char *p = text(r, map, key);
    return *p == '\0' || *p == '/' ? p : path_join(r->a, r->folder, p);
}

static size_t count(const yaml_node_t *list)
{
    if (!list || list->type != YAML_SEQUENCE_NODE)
        return 0;
    size_t n = (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
    return n > MOST_ENTRIES ? MOST_ENTRIES : n;
}

static yaml_node_t *item(struct reader *r, const yaml_node_t *list, size_t i)
{
    return yaml_document_get_node(&r->doc, list->data.sequence.items.start[i]);
}

/* --- what a kubeconfig holds --- */

/* PEM text from its base64, "" when there is none. What cannot be read is remembered: without it
 * another certificate would be trusted, or none be sent, and nobody would know why. */
static const char *pem(struct reader *r, yaml_node_t *map, const char *key, const char **broken)
{
    const char *wrapped = text(r, map, key);
    char *out = arena_alloc(r->a, strlen(wrapped) + 1);
    size_t n;
    if (base64_decode(wrapped, out, &n) && strlen(out) == n)
        return out;
    *broken = key;
    return "";
}

static struct secret *secret_pem(struct reader *r, yaml_node_t *map, const char *key,
                                 const char **broken)
{
    struct secret *wrapped = secret(r, map, key), *out = NULL;
    size_t room = strlen(secret_reveal(wrapped)) + 1, n;
    char *plain = mem_alloc(room);
    if (wrapped && base64_decode(secret_reveal(wrapped), plain, &n))
        out = secret_new(plain, n);
    else if (wrapped)
        *broken = key;
    secret_wipe(plain, room);
    mem_free(plain);
    secret_free(wrapped);
    return out;
}

/* What the cluster has to say to login programs: JSON, as they get it. */
static const char *exec_config(struct reader *r, yaml_node_t *cluster)
{
    yaml_node_t *list = get(r, cluster, "extensions");
    for (size_t i = 0; i < count(list); i++) {
        yaml_node_t *entry = item(r, list, i);
        if (str_eq(text(r, entry, "name"), "client.authentication.k8s.io/exec"))
            return yaml_to_json(r->a, &r->doc, get(r, entry, "extension"));
    }
    return NULL;
}

static void read_cluster(struct reader *r, const char *name, yaml_node_t *c)
{
    struct kube_cluster *cluster = r->out->clusters + r->out->n_clusters++;
    *cluster = (struct kube_cluster){
        .name = name,
        .server = text(r, c, "server"),
        .ca_base64 = text(r, c, "certificate-authority-data"),
        .ca_file = path(r, c, "certificate-authority"),
        .tls_server_name = text(r, c, "tls-server-name"),
        .proxy_url = text(r, c, "proxy-url"),
        .insecure = is_true(r, c, "insecure-skip-tls-verify"),
        .exec_config = exec_config(r, c),
    };
    cluster->ca_data = pem(r, c, "certificate-authority-data", &cluster->broken);
}

static void read_env(struct reader *r, yaml_node_t *list, struct kube_exec *e)
{
    e->env = arena_array(r->a, const char *, count(list) + 1);
    for (size_t i = 0; i < count(list); i++) {
        yaml_node_t *pair = item(r, list, i);
        const char *name = text(r, pair, "name");
        if (*name && !strchr(name, '='))
            e->env[e->n_env++] = arena_printf(r->a, "%s=%s", name, text(r, pair, "value"));
    }
}

static void read_exec(struct reader *r, yaml_node_t *node, struct kube_exec *e)
{
    yaml_node_t *args = get(r, node, "args");
    e->api_version = text(r, node, "apiVersion");
    e->command = text(r, node, "command");
    if (strchr(e->command, '/'))
        e->command = path(r, node, "command");
    e->args = arena_array(r->a, const char *, count(args) + 1);
    for (size_t i = 0; i < count(args); i++)
        e->args[e->n_args++] = text_of(r, item(r, args, i));
    read_env(r, get(r, node, "env"), e);
    e->cluster_info = is_true(r, node, "provideClusterInfo");
    e->install_hint = text(r, node, "installHint");
    e->interactive_mode = text(r, node, "interactiveMode");
}

static void read_user(struct reader *r, const char *name, yaml_node_t *u)
{
    struct kube_user *user = r->out->users + r->out->n_users++;
    *user = (struct kube_user){
        .name = name,
        .cert_file = path(r, u, "client-certificate"),
        .key_file = path(r, u, "client-key"),
        .token_file = path(r, u, "tokenFile"),
        .token = secret(r, u, "token"),
        .has_exec = get(r, u, "exec") != NULL,
        .has_password = get(r, u, "password") != NULL,
        .has_provider = get(r, u, "auth-provider") != NULL,
        .has_impersonation = get(r, u, "as") || get(r, u, "as-uid") || get(r, u, "as-groups") ||
                             get(r, u, "as-user-extra"),
    };
    user->cert_data = pem(r, u, "client-certificate-data", &user->broken);
    user->key_data = secret_pem(r, u, "client-key-data", &user->broken);
    if (user->has_exec)
        read_exec(r, get(r, u, "exec"), &user->exec);
}

static void read_context(struct reader *r, const char *name, yaml_node_t *c)
{
    *(r->out->contexts + r->out->n_contexts++) = (struct kube_context){
        name, text(r, c, "cluster"), text(r, c, "user"), text(r, c, "namespace")};
}

static bool known_context(const struct kubeconfig *k, const char *name)
{
    for (size_t i = 0; i < k->n_contexts; i++)
        if (str_eq(k->contexts[i].name, name))
            return true;
    return false;
}

static bool known_cluster(const struct kubeconfig *k, const char *name)
{
    return kubeconfig_cluster(k, name) != NULL;
}

static bool known_user(const struct kubeconfig *k, const char *name)
{
    return kubeconfig_user(k, name) != NULL;
}

/* One list of the file: the first mention of a name wins, in whatever file it stands. */
static void read_list(struct reader *r, yaml_node_t *root, const char *list, const char *member,
                      bool (*known)(const struct kubeconfig *, const char *),
                      void (*read)(struct reader *, const char *, yaml_node_t *))
{
    yaml_node_t *entries = get(r, root, list);
    for (size_t i = 0; i < count(entries); i++) {
        yaml_node_t *entry = item(r, entries, i);
        const char *name = text(r, entry, "name");
        if (*name && !known(r->out, name))
            read(r, name, get(r, entry, member));
    }
}

static void *more_room(struct arena *a, const void *old, size_t n, size_t more, size_t size)
{
    char *room = arena_calloc(a, n + more + 1, size);
    if (n)
        memcpy(room, old, n * size);
    return room;
}

static void read_root(struct reader *r)
{
    struct kubeconfig *k = r->out;
    yaml_node_t *root = yaml_document_get_root_node(&r->doc);
    k->contexts = more_room(r->a, k->contexts, k->n_contexts, count(get(r, root, "contexts")),
                            sizeof *k->contexts);
    k->clusters = more_room(r->a, k->clusters, k->n_clusters, count(get(r, root, "clusters")),
                            sizeof *k->clusters);
    k->users =
        more_room(r->a, k->users, k->n_users, count(get(r, root, "users")), sizeof *k->users);
    read_list(r, root, "contexts", "context", known_context, read_context);
    read_list(r, root, "clusters", "cluster", known_cluster, read_cluster);
    read_list(r, root, "users", "user", known_user, read_user);
    if (!*k->current)
        k->current = text(r, root, "current-context");
}

static bool broken(const yaml_parser_t *p, struct err *e)
{
    err_set(e, ERR_INPUT, tr("Reading the kubeconfig"));
    err_why(e, tr("line %zu: %s"), p->problem_mark.line + 1,
            p->problem ? p->problem : tr("no YAML"));
    return err_hint(e, tr("correct the file, or get a new one: nais kubeconfig"));
}

bool kubeconfig_merge(struct arena *a, const char *yaml, size_t bytes, const char *folder,
                      struct kubeconfig *out, struct err *e)
{
    struct reader r = {.a = a, .folder = folder, .out = out};
    yaml_parser_t parser;
    union {
        const char *text;
        const unsigned char *bytes;
    } u = {.text = yaml};
    if (!yaml_parser_initialize(&parser))
        return err_system(e, ENOMEM, tr("Reading the kubeconfig"));
    yaml_parser_set_input_string(&parser, u.bytes, bytes);
    bool ok = yaml_parser_load(&parser, &r.doc) != 0;
    if (ok) {
        if (!out->current)
            out->current = "";
        read_root(&r);
        yaml_document_delete(&r.doc);
    } else {
        broken(&parser, e);
    }
    yaml_parser_delete(&parser);
    return ok;
}

/* --- files --- */

static const char *folder_of(struct arena *a, const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? arena_strn(a, file, slash == file ? 1 : (size_t)(slash - file)) : ".";
}

/* Absent files of the list are passed over, as kubectl does. */
static bool merge_file(struct arena *a, const char *file, struct kubeconfig *out, size_t *found,
                       struct err *e)
{
    struct str content = {0};
    if (access(file, F_OK) != 0)
        return true;
    ++*found;
    bool ok = path_read(file, FILE_MAX, &content, e) &&
              kubeconfig_merge(a, str_text(&content), content.bytes, folder_of(a, file), out, e);
    if (!ok)
        err_resource(e, file);
    if (!ok && !*e->hint)
        err_hint(e, tr("correct the file, or get a new one: nais kubeconfig"));
    if (content.text)
        secret_wipe(content.text, content.room);
    str_done(&content);
    return ok;
}

bool kubeconfig_load(struct arena *a, const char *paths, struct kubeconfig *out, struct err *e)
{
    size_t found = 0;
    *out = (struct kubeconfig){.current = ""};
    if (str_is_empty(paths))
        paths = getenv("KUBECONFIG");
    if (!paths || *paths == '\0')
        paths = path_join(a, path_home(), ".kube/config");
    out->files = arena_str(a, paths);
    for (const char *p = paths; *p;) {
        size_t n = strcspn(p, ":");
        if (n && !merge_file(a, arena_strn(a, p, n), out, &found, e)) {
            kubeconfig_done(out);
            return false;
        }
        p += n + (p[n] == ':');
    }
    if (found)
        return true;
    err_set(e, ERR_MISSING, tr("Looking for the kubeconfig"));
    err_resource(e, out->files);
    err_why(e, tr("there is no %s"), out->files);
    return err_hint(e, tr("get one: nais kubeconfig (naisdevice must be on), or set KUBECONFIG"));
}

void kubeconfig_done(struct kubeconfig *k)
{
    for (size_t i = 0; i < k->n_users; i++) {
        secret_free(k->users[i].token);
        secret_free(k->users[i].key_data);
    }
    *k = (struct kubeconfig){.current = ""};
}

/* --- looking things up --- */

const struct kube_context *kubeconfig_context(const struct kubeconfig *k, const char *name,
                                              struct err *e)
{
    const char *wanted = name ? name : k->current;
    for (size_t i = 0; i < k->n_contexts; i++)
        if (str_eq(k->contexts[i].name, wanted))
            return &k->contexts[i];
    err_set(e, ERR_INPUT, tr("Looking for the context in the kubeconfig"));
    err_resource(e, k->files);
    if (str_is_empty(wanted))
        err_why(e, tr("no context was named, and the kubeconfig has no current one"));
    else
        err_why(e, tr("there is no context %s"), wanted);
    err_hint(e, tr("kubectl config get-contexts lists them; name one with --context"));
    return NULL;
}

const struct kube_cluster *kubeconfig_cluster(const struct kubeconfig *k, const char *name)
{
    for (size_t i = 0; i < k->n_clusters; i++)
        if (str_eq(k->clusters[i].name, name))
            return &k->clusters[i];
    return NULL;
}

const struct kube_user *kubeconfig_user(const struct kubeconfig *k, const char *name)
{
    for (size_t i = 0; i < k->n_users; i++)
        if (str_eq(k->users[i].name, name))
            return &k->users[i];
    return NULL;
}

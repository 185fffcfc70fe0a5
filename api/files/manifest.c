/* What a manifest says about its databases. */

#include "api/files/manifest.h"

#include "api/base/path.h"
#include "api/base/str.h"
#include "api/files/manifest_yaml.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char flag_name[] = "cloudsql.logical_decoding";

static const char *text_at(struct manifest_yaml *y, const yaml_node_t *map, const char *key)
{
    return manifest_scalar(y, manifest_value(y, map, key, NULL));
}

static bool is_true(struct manifest_yaml *y, const yaml_node_t *map, const char *key)
{
    static const char *const words[] = {"true", "True", "TRUE", "yes", "Yes", "on", "On"};
    const yaml_node_t *value = manifest_value(y, map, key, NULL);
    const char *text = manifest_scalar(y, value);
    if (text && value->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false; /* a string to the cluster, and refused */
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(text, words[i]))
            return true;
    return false;
}

/* --- reading --- */

static void read_users(struct manifest_yaml *y, const yaml_node_t *node,
                       struct manifest_database *out)
{
    const yaml_node_t *users = manifest_value(y, node, "users", NULL);
    size_t n = manifest_items(users);
    out->users = arena_array(y->mem, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *name = text_at(y, manifest_item(y, users, i), "name");
        if (name)
            out->users[out->n_users++] = name;
    }
}

static void read_databases(struct manifest_yaml *y, const yaml_node_t *node,
                           struct manifest_instance *out)
{
    const yaml_node_t *list = manifest_value(y, node, "databases", NULL);
    size_t n = manifest_items(list);
    out->databases = arena_array(y->mem, struct manifest_database, n + 1);
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *one = manifest_item(y, list, i);
        struct manifest_database *d = &out->databases[i];
        d->name = text_at(y, one, "name");
        d->env_prefix = text_at(y, one, "envVarPrefix");
        d->line = (int)one->start_mark.line + 1;
        read_users(y, one, d);
    }
    out->n_databases = n;
}

/* `value: on` without quotes is a boolean to the cluster, and refused. */
static void read_flag(struct manifest_yaml *y, const yaml_node_t *node,
                      struct manifest_instance *out)
{
    const yaml_node_t *flags = manifest_value(y, node, "flags", NULL);
    for (size_t i = 0; i < manifest_items(flags); i++) {
        const yaml_node_t *one = manifest_item(y, flags, i);
        const yaml_node_t *value = manifest_value(y, one, "value", NULL);
        if (!str_eq(text_at(y, one, "name"), flag_name))
            continue;
        out->flag = manifest_scalar(y, value);
        out->logical_decoding =
            str_eq(out->flag, "on") && value->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        return;
    }
}

static void read_instance(struct manifest_yaml *y, const yaml_node_t *node,
                          struct manifest_instance *out)
{
    out->name = text_at(y, node, "name");
    out->type = text_at(y, node, "type");
    out->disk_autoresize = is_true(y, node, "diskAutoresize");
    out->disk_limit = text_at(y, node, "diskAutoresizeLimit");
    out->line = (int)node->start_mark.line + 1;
    read_flag(y, node, out);
    read_databases(y, node, out);
}

static void read_document(struct manifest_yaml *y, struct manifest *out)
{
    yaml_node_t *root = y->has_doc ? yaml_document_get_root_node(&y->doc) : NULL;
    const yaml_node_t *name =
        manifest_value(y, manifest_value(y, root, "metadata", NULL), "name", NULL);
    const char *app = name && !manifest_has_template(y, name) ? manifest_scalar(y, name) : NULL;
    size_t n = manifest_items(y->instances);
    struct manifest_instance *all =
        arena_array(y->mem, struct manifest_instance, out->n_instances + n + 1);
    if (out->n_instances == 0) {
        out->kind = text_at(y, root, "kind");
        out->app = app;
    } else {
        memcpy(all, out->instances, out->n_instances * sizeof *all);
    }
    out->instances = all;
    for (size_t i = 0; i < n; i++) {
        struct manifest_instance *in = &all[out->n_instances++];
        read_instance(y, manifest_item(y, y->instances, i), in);
        in->app = app;
    }
}

bool manifest_read(struct arena *a, const char *text, struct manifest *out, struct err *e)
{
    enum { MOST_DOCUMENTS = 16 };
    bool ok = true, more = true;
    *out = (struct manifest){0};
    for (size_t nth = 0; ok && more && nth < MOST_DOCUMENTS; nth++) {
        struct manifest_yaml y;
        ok = manifest_open(&y, a, text, nth, e);
        more = ok && y.instances != NULL;
        if (more || (ok && nth == 0))
            read_document(&y, out);
        manifest_close(&y);
    }
    return ok;
}

/* --- finding --- */

struct search {
    struct arena *mem;
    const char *repo;
    const char **paths;
    size_t n, room;
    struct err trouble; /* the first folder that is there and cannot be read */
};

enum { MOST_FILES = 256, DEEPEST = 4 };

static bool is_yaml(const char *name)
{
    return str_ends(name, ".yaml") || str_ends(name, ".yml");
}

/* One that cannot be read is among them: whoever reads it again tells why. */
static void look_into(struct search *s, const char *path)
{
    struct str text = {0};
    struct err later;
    const char *whole = path_join(s->mem, s->repo, path);
    if (s->n < MOST_FILES && (!path_read(whole, MANIFEST_MAX_BYTES, &text, &later) ||
                              strstr(str_text(&text), "sqlInstances") != NULL)) {
        if (s->n == s->room) {
            s->room = s->room ? s->room * 2 : 16;
            s->paths = mem_grow(s->paths, s->room, sizeof *s->paths);
        }
        s->paths[s->n++] = path;
    }
    str_done(&text);
}

static void walk(struct search *s, const char *folder, int depth)
{
    DIR *d = depth < DEEPEST ? opendir(path_join(s->mem, s->repo, folder)) : NULL;
    if (d == NULL) {
        if (depth < DEEPEST && errno != ENOENT && errno != ENOTDIR && s->trouble.kind == ERR_NONE)
            err_system(&s->trouble, errno, "looking for manifests in %s", folder);
        return;
    }
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        struct stat st;
        if (entry->d_name[0] == '.' ||
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const char *path = path_join(s->mem, folder, entry->d_name);
        if (S_ISDIR(st.st_mode))
            walk(s, path, depth + 1);
        else if (S_ISREG(st.st_mode) && is_yaml(entry->d_name))
            look_into(s, path);
    }
    closedir(d);
}

static int compare(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

static void look_at_top(struct search *s)
{
    static const char *const names[] = {"nais.yaml", "nais.yml", "app.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (access(path_join(s->mem, s->repo, names[i]), F_OK) == 0)
            look_into(s, names[i]);
}

bool manifest_find(struct arena *a, const char *repo, const char ***paths, size_t *n, struct err *e)
{
    struct search s = {.mem = a, .repo = repo};
    struct stat st;
    if (stat(repo, &st) != 0)
        return err_system(e, errno, "looking for manifests in %s", repo);
    walk(&s, ".nais", 0);
    walk(&s, "nais", 0);
    look_at_top(&s);
    if (s.n > 0)
        qsort(s.paths, s.n, sizeof s.paths[0], compare);
    *paths = arena_copy(a, s.paths ? (const void *)s.paths : "", s.n * sizeof s.paths[0]);
    *n = s.n;
    mem_free(s.paths);
    if (s.trouble.kind != ERR_NONE)
        *e = s.trouble;
    return s.trouble.kind == ERR_NONE;
}

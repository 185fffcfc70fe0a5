#include "tests/sandbox/platform/manifest.h"
#include "tests/sandbox/folder.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { MANIFEST_MAX = 1 << 20, DISK_DEFAULT_GB = 10 };

struct reading {
    yaml_document_t doc;
    char *why;
};

static bool refuse(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(char *why, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, MANIFEST_WHY, fmt, args);
    va_end(args);
    return false;
}

/* --- the template --- */

/* {{#each x}}, {{/if}}, {{else}}, {{! remark }}: these steer and have no value. */
static bool only_steers(const char *line, size_t n)
{
    while (n > 0 && isspace((unsigned char)*line)) {
        line++;
        n--;
    }
    return n > 3 && strncmp(line, "{{", 2) == 0 &&
           (strchr("#/!^", line[2]) != NULL || strncmp(line + 2, "else", 4) == 0);
}

static size_t put_word(char *to, const char *from, size_t n)
{
    size_t used = 0;
    to[used++] = 'x';
    for (size_t i = 0; i < n; i++) {
        if (isalnum((unsigned char)from[i]))
            to[used++] = from[i];
    }
    return used;
}

/* As long as the text at most, line for line, so that the parser's line numbers are the file's. */
static char *without_template(const char *text, size_t bytes)
{
    char *out = malloc(bytes + 1);
    size_t used = 0;
    for (size_t at = 0; out != NULL && at < bytes;) {
        const char *line = text + at;
        const char *newline = memchr(line, '\n', bytes - at);
        size_t n = newline != NULL ? (size_t)(newline - line) : bytes - at;
        for (size_t i = 0; i < n && !only_steers(line, n);) {
            const char *end =
                i + 4 <= n && line[i] == '{' && line[i + 1] == '{' ? line + i + 2 : NULL;
            while (end != NULL && end + 1 < line + n && (end[0] != '}' || end[1] != '}'))
                end++;
            if (end == NULL || end + 1 >= line + n) {
                out[used++] = line[i++];
                continue;
            }
            used += put_word(out + used, line + i + 2, (size_t)(end - line) - i - 2);
            i = (size_t)(end - line) + 2;
        }
        at += n;
        if (at < bytes) {
            out[used++] = '\n';
            at++;
        }
    }
    if (out != NULL)
        out[used] = '\0';
    return out;
}

/* --- nodes --- */

static yaml_node_t *get(struct reading *r, yaml_node_t *map, const char *key)
{
    if (map == NULL || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        const yaml_node_t *k = yaml_document_get_node(&r->doc, p->key);
        if (k != NULL && k->type == YAML_SCALAR_NODE &&
            strcmp((const char *)k->data.scalar.value, key) == 0)
            return yaml_document_get_node(&r->doc, p->value);
    }
    return NULL;
}

static yaml_node_t *item(struct reading *r, yaml_node_t *list, size_t at)
{
    if (list == NULL || list->type != YAML_SEQUENCE_NODE)
        return NULL;
    yaml_node_item_t *first = list->data.sequence.items.start;
    return at < (size_t)(list->data.sequence.items.top - first)
               ? yaml_document_get_node(&r->doc, first[at])
               : NULL;
}

static const char *scalar(const yaml_node_t *node)
{
    return node != NULL && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
                                                          : NULL;
}

static size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

static const char *const yes_words[] = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                        "True", "TRUE", "on",  "On",  "ON",  NULL};
static const char *const no_words[] = {"n",     "N",     "no",  "No",  "NO",  "false",
                                       "False", "FALSE", "off", "Off", "OFF", NULL};

/* What yaml does not read as a string where it stands without quotes. */
static const char *other_type(const yaml_node_t *node)
{
    const char *text = scalar(node);
    if (text == NULL)
        return "object";
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return NULL;
    if (is_one_of(text, yes_words) || is_one_of(text, no_words))
        return "boolean";
    return *text != '\0' && strspn(text, "0123456789") == strlen(text) ? "integer" : NULL;
}

static bool take_string(struct reading *r, const yaml_node_t *node, const char *path, char *out,
                        size_t cap)
{
    if (node == NULL)
        return true;
    const char *wrong = other_type(node);
    if (wrong != NULL)
        return refuse(r->why, "line %zu: %s in body must be of type string: \"%s\"", line_of(node),
                      path, wrong);
    if (strlen(scalar(node)) >= cap)
        return refuse(r->why, "line %zu: %s is too long", line_of(node), path);
    snprintf(out, cap, "%s", scalar(node));
    return true;
}

static bool take_bool(struct reading *r, const yaml_node_t *node, const char *path, bool *out)
{
    if (node == NULL)
        return true;
    const char *wrong = other_type(node);
    if (wrong == NULL || strcmp(wrong, "boolean") != 0)
        return refuse(r->why, "line %zu: %s in body must be of type boolean: \"%s\"", line_of(node),
                      path, wrong != NULL ? wrong : "string");
    *out = is_one_of(scalar(node), yes_words);
    return true;
}

static bool take_int(struct reading *r, const yaml_node_t *node, const char *path, int *out)
{
    if (node == NULL)
        return true;
    const char *type = other_type(node);
    if (type == NULL || strcmp(type, "integer") != 0 || strlen(scalar(node)) > 6)
        return refuse(r->why, "line %zu: %s in body must be of type integer: \"%s\"", line_of(node),
                      path, type != NULL ? type : "string");
    *out = (int)strtol(scalar(node), NULL, 10);
    return true;
}

/* --- the parts --- */

/* Of those that a stream hangs on. What Cloud SQL takes besides is let be. */
static bool take_setting(struct reading *r, const yaml_node_t *flag, const char *name,
                         const char *value, struct manifest *m)
{
    static const char *const names[] = {"max_replication_slots", "max_wal_senders",
                                        "wal_sender_timeout", "max_slot_wal_keep_size", NULL};
    size_t n = strlen(m->settings), digits = strspn(value, "0123456789");
    if (!is_one_of(name, names))
        return true;
    if (digits == 0 || digits > 9 || value[digits] != '\0')
        return refuse(r->why, "line %zu: the flag %s takes a whole number, not \"%.40s\"",
                      line_of(flag), name, value);
    snprintf(m->settings + n, sizeof(m->settings) - n, "%s = %s\n", name, value);
    return true;
}

static bool read_flags(struct reading *r, yaml_node_t *instance, struct manifest *m)
{
    yaml_node_t *flags = get(r, instance, "flags"), *flag;
    for (size_t i = 0; (flag = item(r, flags, i)) != NULL; i++) {
        char name[SANDBOX_NAME] = "", value[SANDBOX_NAME] = "";
        if (!take_string(r, get(r, flag, "name"), "spec.gcp.sqlInstances[0].flags.name", name,
                         sizeof(name)) ||
            !take_string(r, get(r, flag, "value"), "spec.gcp.sqlInstances[0].flags.value", value,
                         sizeof(value)))
            return false;
        if (!take_setting(r, flag, name, value, m))
            return false;
        if (strcmp(name, "cloudsql.logical_decoding") != 0)
            continue;
        if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
            return refuse(r->why, "line %zu: the flag %s takes \"on\" or \"off\", not \"%.40s\"",
                          line_of(flag), name, value);
        m->logical_decoding = strcmp(value, "on") == 0;
    }
    return true;
}

static bool is_user_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    if (*name == '\0' || strchr(first, *name) == NULL || name[1] == '\0')
        return false;
    for (name++; *name != '\0'; name++) {
        if (strchr(first, *name) == NULL && !isdigit((unsigned char)*name))
            return false;
    }
    return true;
}

static bool read_users(struct reading *r, yaml_node_t *database, struct manifest *m)
{
    yaml_node_t *users = get(r, database, "users"), *user;
    for (size_t i = 0; (user = item(r, users, i)) != NULL; i++) {
        if (m->n_users == SANDBOX_USERS - 1)
            return refuse(r->why, "line %zu: more users than this platform takes", line_of(user));
        char *name = m->users[m->n_users];
        if (!take_string(r, get(r, user, "name"),
                         "spec.gcp.sqlInstances[0].databases[0].users.name", name, SANDBOX_NAME))
            return false;
        if (!is_user_name(name))
            return refuse(r->why,
                          "line %zu: spec.gcp.sqlInstances[0].databases[0].users[%zu].name in body "
                          "should match '^[_a-zA-Z][_a-zA-Z0-9]+$'",
                          line_of(user), i);
        m->n_users++;
    }
    return true;
}

static bool read_instance(struct reading *r, yaml_node_t *instance, struct manifest *m)
{
    static const char at[] = "spec.gcp.sqlInstances[0]";
    char path[96];
    snprintf(path, sizeof(path), "%s.name", at);
    bool ok = take_string(r, get(r, instance, "name"), path, m->instance, sizeof(m->instance));
    snprintf(path, sizeof(path), "%s.type", at);
    ok = ok && take_string(r, get(r, instance, "type"), path, m->type, sizeof(m->type));
    snprintf(path, sizeof(path), "%s.diskAutoresize", at);
    ok = ok && take_bool(r, get(r, instance, "diskAutoresize"), path, &m->disk_autoresize);
    snprintf(path, sizeof(path), "%s.diskSize", at);
    ok = ok && take_int(r, get(r, instance, "diskSize"), path, &m->disk_size_gb);
    snprintf(path, sizeof(path), "%s.diskAutoresizeLimit", at);
    ok = ok && take_int(r, get(r, instance, "diskAutoresizeLimit"), path, &m->disk_limit_gb);
    yaml_node_t *database = item(r, get(r, instance, "databases"), 0);
    snprintf(path, sizeof(path), "%s.databases[0].name", at);
    ok = ok && take_string(r, get(r, database, "name"), path, m->database, sizeof(m->database));
    if (ok && m->disk_size_gb < DISK_DEFAULT_GB)
        ok = refuse(r->why, "line %zu: %s.diskSize in body should be greater than or equal to %d",
                    line_of(instance), at, DISK_DEFAULT_GB);
    return ok && read_flags(r, instance, m) && read_users(r, database, m);
}

static bool read_application(struct reading *r, yaml_node_t *root, struct manifest *m)
{
    if (!take_string(r, get(r, get(r, root, "metadata"), "name"), "metadata.name", m->app,
                     sizeof(m->app)))
        return false;
    if (m->app[0] == '\0')
        return refuse(r->why, "metadata.name is required");
    snprintf(m->instance, sizeof(m->instance), "%s", m->app);
    snprintf(m->database, sizeof(m->database), "%s", m->app);
    yaml_node_t *instance = item(r, get(r, get(r, get(r, root, "spec"), "gcp"), "sqlInstances"), 0);
    m->has_instance = instance != NULL;
    return instance == NULL || read_instance(r, instance, m);
}

/* A file may hold several documents; the application is one of them. */
static bool read_documents(yaml_parser_t *parser, struct manifest *m, char *why)
{
    struct reading r = {.why = why};
    for (;;) {
        if (!yaml_parser_load(parser, &r.doc))
            return refuse(why, "line %zu: %s", parser->problem_mark.line + 1,
                          parser->problem != NULL ? parser->problem : "no yaml");
        yaml_node_t *root = yaml_document_get_root_node(&r.doc);
        const char *kind = scalar(get(&r, root, "kind"));
        bool found = kind != NULL && strcmp(kind, "Application") == 0;
        bool ok = found && read_application(&r, root, m);
        yaml_document_delete(&r.doc);
        if (found)
            return ok;
        if (root == NULL)
            return refuse(why, "no document of kind Application");
    }
}

bool manifest_parse(const char *text, size_t bytes, struct manifest *m, char why[MANIFEST_WHY])
{
    memset(m, 0, sizeof(*m));
    m->disk_size_gb = DISK_DEFAULT_GB;
    char *plain = without_template(text, bytes);
    yaml_parser_t parser;
    if (plain == NULL || !yaml_parser_initialize(&parser)) {
        free(plain);
        return refuse(why, "out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)plain, strlen(plain));
    bool ok = read_documents(&parser, m, why);
    yaml_parser_delete(&parser);
    free(plain);
    return ok;
}

bool manifest_read(const char *path, struct manifest *m, char why[MANIFEST_WHY])
{
    size_t bytes = 0;
    char *text = folder_read(path, MANIFEST_MAX, &bytes);
    if (text == NULL)
        return refuse(why, "cannot read %.400s", path);
    bool ok = manifest_parse(text, bytes, m, why);
    free(text);
    return ok;
}

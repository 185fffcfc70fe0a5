/* What is put into a manifest and taken out of it. The result is read again before it is handed
 * out: what was to be there must be there, and nothing else moved. */

#include "api/files/manifest.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/files/diff.h"
#include "api/files/manifest_edit.h"
#include "api/files/quote.h"

#include <string.h>

static const char flag_name[] = "cloudsql.logical_decoding";

/* --- what is asked for --- */

yaml_node_t *edit_flag(struct editor *ed, size_t *at)
{
    const yaml_node_t *flags = manifest_value(&ed->y, ed->instance, "flags", NULL);
    for (*at = 0; *at < manifest_items(flags); (*at)++) {
        yaml_node_t *one = manifest_item(&ed->y, flags, *at);
        if (str_eq(manifest_scalar(&ed->y, manifest_value(&ed->y, one, "name", NULL)), flag_name))
            return one;
    }
    return NULL;
}

static bool put_flag(struct editor *ed)
{
    static const char *const behind[] = {"type", "name", "tier", NULL};
    size_t at;
    yaml_node_t *item = edit_flag(ed, &at);
    if (item == NULL)
        return edit_put_item(
            ed, ed->instance,
            &(struct edit_item){"flags", "name: cloudsql.logical_decoding", "value: \"on\""},
            behind);
    yaml_node_t *value = manifest_value(&ed->y, item, "value", NULL);
    if (value == NULL)
        return edit_by_hand(ed, "the flag stands there without a value");
    return edit_set_scalar(ed, value, "\"on\"");
}

static bool put_autoresize(struct editor *ed)
{
    static const char *const behind[] = {"diskSize", "diskType", "tier", "type", "name", NULL};
    yaml_node_t *value = manifest_value(&ed->y, ed->instance, "diskAutoresize", NULL);
    if (value)
        return edit_set_scalar(ed, value, "true");
    edit_put_lines(ed, ed->instance, behind, "diskAutoresize: true");
    return true;
}

static bool put_user(struct editor *ed)
{
    static const char *const behind[] = {NULL};
    const char *name = arena_printf(ed->y.mem, "name: %s", ed->user);
    return edit_put_item(ed, ed->database, &(struct edit_item){"users", name, NULL}, behind);
}

static bool has_user(const struct editor *ed, const struct manifest_instance *in)
{
    for (size_t d = 0; d < in->n_databases; d++) {
        bool ours = ed->ask->database == NULL || str_eq(in->databases[d].name, ed->ask->database);
        for (size_t u = 0; ours && u < in->databases[d].n_users; u++)
            if (str_eq(in->databases[d].users[u], ed->ask->user))
                return true;
    }
    return false;
}

/* --- finding the instance and the database --- */

static bool missing(struct err *e, const char *what, const char *hint)
{
    err_set(e, ERR_MISSING, tr("editing the manifest"));
    err_why(e, "%s", what);
    return err_hint(e, "%s", hint);
}

static bool is_named(struct editor *ed, const yaml_node_t *node, const char *name,
                     const char *otherwise)
{
    const char *own = manifest_scalar(&ed->y, manifest_value(&ed->y, node, "name", NULL));
    return str_eq(own ? own : otherwise, name);
}

/* The one with that name; the only one when no name is asked for, or when its own is a template. */
static yaml_node_t *pick(struct editor *ed, const yaml_node_t *list, const char *name,
                         const char *otherwise)
{
    size_t n = manifest_items(list);
    if (name == NULL)
        return n == 1 ? manifest_item(&ed->y, list, 0) : NULL;
    for (size_t i = 0; i < n; i++)
        if (is_named(ed, manifest_item(&ed->y, list, i), name, otherwise))
            return manifest_item(&ed->y, list, i);
    yaml_node_t *only = n == 1 ? manifest_item(&ed->y, list, 0) : NULL;
    yaml_node_t *own = manifest_value(&ed->y, only, "name", NULL);
    bool untold = only && (own ? manifest_has_template(&ed->y, own) : otherwise == NULL);
    return untold ? only : NULL;
}

static const char *app_of(struct editor *ed)
{
    yaml_node_t *root = yaml_document_get_root_node(&ed->y.doc);
    yaml_node_t *metadata = manifest_value(&ed->y, root, "metadata", NULL);
    yaml_node_t *name = manifest_value(&ed->y, metadata, "name", NULL);
    return name && !manifest_has_template(&ed->y, name) ? manifest_scalar(&ed->y, name) : NULL;
}

static bool find_instance(struct editor *ed, struct err *e)
{
    ed->instance = pick(ed, ed->y.instances, ed->ask->instance, app_of(ed));
    if (ed->instance == NULL || ed->instance->type != YAML_MAPPING_NODE)
        return missing(e, "the manifest has no such instance, or more than one and none was named",
                       "say which one with --instance");
    return true;
}

static bool find_places(struct editor *ed, struct err *e)
{
    if (manifest_items(ed->y.instances) == 0)
        return missing(e, "the manifest has no sqlInstances",
                       "is this the manifest of the app that owns the database?");
    if (!find_instance(ed, e))
        return false;
    yaml_node_t *databases = manifest_value(&ed->y, ed->instance, "databases", NULL);
    ed->database = pick(ed, databases, ed->ask->database, NULL);
    if (ed->database == NULL || ed->database->type != YAML_MAPPING_NODE)
        return missing(e, "the instance has no such database, or more than one and none was named",
                       "say which one with --database");
    return true;
}

/* An instance whose own name says so goes before one that is taken because it stands alone. */
static bool is_named_in(const struct manifest *m, size_t first, size_t n, const char *name)
{
    for (size_t i = first; i < first + n && i < m->n_instances; i++) {
        const struct manifest_instance *in = &m->instances[i];
        if (str_eq(in->name ? in->name : in->app, name))
            return true;
    }
    return false;
}

/* The document of the instance asked for stays open; where none has it, the first one. */
static bool open_document(struct editor *ed, const char *text, const struct manifest *whole,
                          struct err *e)
{
    const char *name = ed->ask->instance;
    if (whole->n_instances == 0)
        return true; /* and find_places says it */
    for (size_t nth = 1; name && ed->y.instances; nth++) {
        size_t first = ed->y.n_instances_before, n = manifest_items(ed->y.instances);
        if (n == whole->n_instances || is_named_in(whole, first, n, name))
            return true;
        manifest_close(&ed->y);
        if (!manifest_open(&ed->y, ed->y.mem, text, nth, e))
            return false;
    }
    if (name == NULL && manifest_items(ed->y.instances) == whole->n_instances)
        return true;
    manifest_close(&ed->y);
    return missing(e, "the manifest has no such instance, or more than one and none was named",
                   "say which one with --instance");
}

/* --- what makes a manifest unsafe to edit --- */

static bool is_open_block(const yaml_node_t *node, yaml_node_type_t type)
{
    return node->type == type && !manifest_is_flow(node);
}

static bool has_mark(struct editor *ed, const yaml_node_t *node)
{
    return strchr("&!*", ed->y.text[manifest_from(&ed->y, node)]) != NULL;
}

static bool is_safe(struct editor *ed)
{
    const struct manifest_yaml *y = &ed->y;
    if (y->breaks_oddly)
        return edit_by_hand(ed, "some of its lines end in an unusual way");
    if (manifest_is_tangled_above(&ed->y))
        return edit_by_hand(ed, "spec.gcp.sqlInstances uses anchors, or a key stands twice");
    if (manifest_is_tangled(&ed->y, ed->instance) || has_mark(ed, ed->instance) ||
        has_mark(ed, ed->database))
        return edit_by_hand(ed, "the instance uses anchors, or a key stands twice");
    if (!is_open_block(ed->instance, YAML_MAPPING_NODE) ||
        !is_open_block(ed->database, YAML_MAPPING_NODE))
        return edit_by_hand(ed, "the instance or its database is written in flow style");
    size_t last = manifest_last_line(&ed->y, ed->instance);
    for (size_t line = ed->instance->start_mark.line; line <= last; line++)
        if (y->steers[line])
            return edit_by_hand(ed, "a template decides which lines of the instance are there");
    return true;
}

/* Counted over all documents, as manifest_read does. */
static size_t instance_at(struct editor *ed)
{
    for (size_t i = 0; i < manifest_items(ed->y.instances); i++)
        if (manifest_item(&ed->y, ed->y.instances, i) == ed->instance)
            return ed->y.n_instances_before + i;
    return 0;
}

static bool same_names(const struct manifest *a, const struct manifest *b)
{
    if (a->n_instances != b->n_instances || !str_eq(a->kind, b->kind) || !str_eq(a->app, b->app))
        return false;
    for (size_t i = 0; i < a->n_instances; i++) {
        const struct manifest_instance *x = &a->instances[i], *y = &b->instances[i];
        if (!str_eq(x->name, y->name) || !str_eq(x->app, y->app) || !str_eq(x->type, y->type) ||
            !str_eq(x->disk_limit, y->disk_limit) || x->n_databases != y->n_databases)
            return false;
        for (size_t d = 0; d < x->n_databases; d++)
            if (!str_eq(x->databases[d].name, y->databases[d].name) ||
                !str_eq(x->databases[d].env_prefix, y->databases[d].env_prefix))
                return false;
    }
    return true;
}

/* Reads the new text as the cluster will: it must say what was wanted, and all else as before. */
static bool holds(struct editor *ed, const char *text, bool wanted)
{
    struct manifest before, after;
    struct err ignored;
    if (!manifest_read(ed->y.mem, ed->y.text, &before, &ignored) ||
        !manifest_read(ed->y.mem, text, &after, &ignored) || !same_names(&before, &after))
        return edit_by_hand(ed, "the edited file would not read as it should");
    const struct manifest_instance *in = &after.instances[instance_at(ed)];
    bool fine = wanted ? in->logical_decoding && in->disk_autoresize && has_user(ed, in)
                       : in->flag == NULL && !has_user(ed, in);
    return fine || edit_by_hand(ed, "the edited file would not read as it should");
}

/* --- the answer --- */

static void give_by_hand(const struct editor *ed, struct manifest_result *out, const char *paste)
{
    out->outcome = MANIFEST_BY_HAND;
    out->reason = ed->reason;
    out->paste = paste;
}

static void give_text(struct editor *ed, const char *file, const char *text,
                      struct manifest_result *out)
{
    struct str diff = {0};
    out->outcome = MANIFEST_PATCHED;
    out->text = text;
    diff_unified(&diff, file, ed->y.text, text);
    out->diff = arena_str(ed->y.mem, str_text(&diff));
    str_done(&diff);
}

/* --- the whole --- */

/* No YAML, but the word stands there: the person can see what we cannot. */
static bool give_unread(struct editor *ed, const char *text, const struct err *e,
                        struct manifest_result *out)
{
    if (e->kind != ERR_INPUT || strstr(text, "sqlInstances") == NULL)
        return false;
    ed->reason = arena_printf(ed->y.mem, "it is no YAML: %s", e->why);
    give_by_hand(ed, out, edit_paste(ed, out));
    return true;
}

static bool open_editor(struct editor *ed, struct arena *a, const char *text,
                        const struct manifest_ask *ask, struct manifest_result *out, struct err *e)
{
    *ed = (struct editor){.ask = ask};
    *out = (struct manifest_result){0};
    struct str user = {0};
    bool ok = quote_yaml(&user, ask->user, e);
    ed->user = arena_str(a, str_text(&user));
    str_done(&user);
    struct manifest whole;
    ed->y.mem = a;
    if (!ok)
        return false;
    if (!manifest_open(&ed->y, a, text, 0, e) || !manifest_read(a, text, &whole, e))
        return give_unread(ed, text, e, out);
    if (!open_document(ed, text, &whole, e) || !find_places(ed, e))
        return false;
    ed->seen = whole.instances[instance_at(ed)];
    out->had_flag = ed->seen.logical_decoding;
    out->had_autoresize = ed->seen.disk_autoresize;
    out->had_user = has_user(ed, &ed->seen);
    return true;
}

static void patch(struct editor *ed, const char *file, struct manifest_result *out)
{
    /* Where all go behind the same line, what is indented most comes first. */
    bool ok = is_safe(ed) && (out->had_user || put_user(ed)) && (out->had_flag || put_flag(ed)) &&
              (out->had_autoresize || put_autoresize(ed));
    const char *text = ok ? edit_apply(ed) : NULL;
    if (ok && holds(ed, text, true))
        give_text(ed, file, text, out);
    else
        give_by_hand(ed, out, edit_paste(ed, out));
}

bool manifest_patch(struct arena *a, const char *file, const char *text,
                    const struct manifest_ask *ask, struct manifest_result *out, struct err *e)
{
    struct editor ed;
    bool ok = open_editor(&ed, a, text, ask, out, e);
    bool has_all = out->had_flag && out->had_autoresize && out->had_user;
    if (ok && ed.database && !has_all)
        patch(&ed, file, out);
    manifest_close(&ed.y);
    return ok;
}

/* --- taking out --- */

static bool take_user(struct editor *ed)
{
    const yaml_node_t *users = manifest_value(&ed->y, ed->database, "users", NULL);
    for (size_t i = 0; i < manifest_items(users); i++)
        if (is_named(ed, manifest_item(&ed->y, users, i), ed->ask->user, NULL))
            return edit_take_out(ed, ed->database, "users", i);
    return edit_by_hand(ed, "the user was not found below its database");
}

static bool take_flag(struct editor *ed)
{
    size_t at;
    return edit_flag(ed, &at) ? edit_take_out(ed, ed->instance, "flags", at) : true;
}

static const char *rest_of(const struct editor *ed, const struct manifest_result *r)
{
    return arena_printf(ed->y.mem, "%s%s%s%s", r->had_user ? tr("take out the user ") : "",
                        r->had_user ? ed->user : "",
                        r->had_user && ed->seen.flag ? tr(", then ") : "",
                        ed->seen.flag ? tr("take out the flag cloudsql.logical_decoding") : "");
}

bool manifest_unpatch(struct arena *a, const char *file, const char *text,
                      const struct manifest_ask *ask, struct manifest_result *out, struct err *e)
{
    struct editor ed;
    bool ok = open_editor(&ed, a, text, ask, out, e);
    if (ok && ed.database && (out->had_user || ed.seen.flag)) {
        bool done = is_safe(&ed) && (!out->had_user || take_user(&ed)) && take_flag(&ed);
        const char *fresh = done ? edit_apply(&ed) : NULL;
        if (done && holds(&ed, fresh, false))
            give_text(&ed, file, fresh, out);
        else
            give_by_hand(&ed, out, rest_of(&ed, out));
    }
    manifest_close(&ed.y);
    return ok;
}

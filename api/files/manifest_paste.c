/* For a file that is not edited: the lines that are missing, as they would stand there, and where.
 */

#include "api/files/manifest_edit.h"

#include "api/base/str.h"

#define FLAG_NAME  "name: cloudsql.logical_decoding"
#define FLAG_VALUE "value: \"on\""

struct paste {
    struct editor *ed;
    struct str out;
};

static void put(struct paste *p, size_t indent, const char *text)
{
    for (size_t i = 0; i < indent; i++)
        str_addc(&p->out, ' ');
    str_printf(&p->out, "%s\n", text);
}

static size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static const char *in_flow(struct paste *p, const char *key, const char *text)
{
    struct arena *a = p->ed->y.mem;
    return key ? arena_printf(a, "%s: [{%s}]", key, text) : arena_printf(a, "{%s}", text);
}

/* The list itself may begin with an anchor. */
static size_t dashes_at(struct paste *p, const yaml_node_t *list)
{
    size_t item = manifest_item(&p->ed->y, list, 0)->start_mark.column;

    return p->ed->y.text[manifest_from(&p->ed->y, list)] == '-' || item < 2
               ? list->start_mark.column
               : item - 2;
}

/* An item for a list, which may be there (in its own style) or not. */
static void put_item(struct paste *p, const yaml_node_t *map, const char *name, const char *first,
                     const char *rest)
{
    struct arena *a = p->ed->y.mem;
    const yaml_node_t *list = manifest_value(&p->ed->y, map, name, NULL);
    const char *flow = rest ? arena_printf(a, "%s, %s", first, rest) : first;
    bool there = list && list->type == YAML_SEQUENCE_NODE && manifest_items(list) > 0;
    size_t at = there ? dashes_at(p, list) : 0;

    if (there)
        str_printf(&p->out, "  into its list %s (line %zu):\n", name, line_of(list));
    if (there && manifest_is_flow(list)) {
        put(p, 4, in_flow(p, NULL, flow));
        return;
    }
    if (!there && manifest_is_flow(map)) {
        put(p, 4, in_flow(p, name, flow));
        return;
    }
    if (!there) {
        size_t key = edit_indent(p->ed, map);
        put(p, key, arena_printf(a, "%s:", name));
        at = key + edit_list_step(p->ed);
    }
    put(p, at, arena_printf(a, "- %s", first));
    if (rest)
        put(p, at + 2, rest);
}

static void put_flag(struct paste *p)
{
    size_t at;
    const yaml_node_t *flag = edit_flag(p->ed, &at);

    if (flag)
        str_printf(&p->out, "  in the flag cloudsql.logical_decoding (line %zu): %s\n",
                   line_of(flag), FLAG_VALUE);
    else
        put_item(p, p->ed->instance, "flags", FLAG_NAME, FLAG_VALUE);
}

static void put_autoresize(struct paste *p)
{
    const yaml_node_t *map = p->ed->instance;
    yaml_node_t *key = NULL;

    if (manifest_value(&p->ed->y, map, "diskAutoresize", &key))
        str_printf(&p->out, "  in line %zu: diskAutoresize: true\n", line_of(key));
    else
        put(p, manifest_is_flow(map) ? 4 : edit_indent(p->ed, map), "diskAutoresize: true");
}

static void put_place(struct paste *p, const char *what, const yaml_node_t *map)
{
    bool flow = manifest_is_flow(map);

    str_printf(&p->out, "%s %s (line %zu)%s:\n", flow ? "inside the braces of" : "in", what,
               line_of(map), flow ? ", each behind a comma" : "");
}

static void put_known(struct paste *p, const struct manifest_result *r)
{
    if (!r->had_flag || !r->had_autoresize)
        put_place(p, "the instance", p->ed->instance);
    if (!r->had_flag)
        put_flag(p);
    if (!r->had_autoresize)
        put_autoresize(p);
    if (r->had_user)
        return;
    put_place(p, "its database", p->ed->database);
    put_item(p, p->ed->database, "users", arena_printf(p->ed->y.mem, "name: %s", p->ed->user),
             NULL);
}

/* The file could not be read: nobody knows what stands there. */
static void put_unknown(struct paste *p)
{
    str_printf(&p->out,
               "in the instance, below spec.gcp.sqlInstances:\n"
               "        flags:\n"
               "          - %s\n"
               "            %s\n"
               "        diskAutoresize: true\n"
               "in its database:\n"
               "            users:\n"
               "              - name: %s\n",
               FLAG_NAME, FLAG_VALUE, p->ed->user);
}

const char *edit_paste(struct editor *ed, const struct manifest_result *r)
{
    struct paste p = {.ed = ed};

    if (ed->database)
        put_known(&p, r);
    else
        put_unknown(&p);
    const char *text = arena_str(ed->y.mem, str_text(&p.out));
    str_done(&p.out);
    return text;
}

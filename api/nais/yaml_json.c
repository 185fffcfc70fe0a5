#include "api/nais/yaml_json.h"

#include "api/base/json.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH = 16, BYTES = 64 * 1024 };

struct writer {
    struct arena *a;
    yaml_document_t *doc;
    struct str text;
    struct json_out out;
    bool too_much;
};

static const char *text_of(struct writer *w, const yaml_node_t *node)
{
    union {
        const unsigned char *bytes;
        const char *text;
    } u = {.bytes = node->data.scalar.value};
    return arena_strn(w->a, u.text, node->data.scalar.length);
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(text, *words))
            return true;
    return false;
}

/* Unquoted, a word may be something else than text. */
static void put_plain(struct writer *w, const char *key, const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    long long whole;
    char *end;
    double broken = strtod(text, &end);
    bool digits = *text && !*end && text[strspn(text, "+-.eE0123456789")] == '\0';

    if (is_one_of(text, nulls))
        json_put_null(&w->out, key);
    else if (is_one_of(text, yes) || is_one_of(text, no))
        json_put_bool(&w->out, key, is_one_of(text, yes));
    else if (digits && str_int64(text, INT64_MIN, INT64_MAX, &whole))
        json_put_int(&w->out, key, whole);
    else if (digits)
        json_put_double(&w->out, key, broken);
    else
        json_put_string(&w->out, key, text);
}

/* Depth is bounded twice over: by this, and by the size of what comes out. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void put(struct writer *w, const char *key, const yaml_node_t *node, int depth)
{
    w->too_much = w->too_much || depth > DEPTH || w->text.bytes > BYTES;
    if (w->too_much || !node || node->type == YAML_NO_NODE) {
        json_put_null(&w->out, key);
    } else if (node->type == YAML_SCALAR_NODE) {
        if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
            put_plain(w, key, text_of(w, node));
        else
            json_put_string(&w->out, key, text_of(w, node));
    } else if (node->type == YAML_SEQUENCE_NODE) {
        json_open_array(&w->out, key);
        for (yaml_node_item_t *i = node->data.sequence.items.start;
             i < node->data.sequence.items.top && !w->too_much; i++)
            put(w, NULL, yaml_document_get_node(w->doc, *i), depth + 1);
        json_close_array(&w->out);
    } else {
        json_open_object(&w->out, key);
        for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
             p < node->data.mapping.pairs.top && !w->too_much; p++) {
            const yaml_node_t *name = yaml_document_get_node(w->doc, p->key);
            if (name && name->type == YAML_SCALAR_NODE)
                put(w, text_of(w, name), yaml_document_get_node(w->doc, p->value), depth + 1);
        }
        json_close_object(&w->out);
    }
}

const char *yaml_to_json(struct arena *a, yaml_document_t *doc, const yaml_node_t *node)
{
    struct writer w = {.a = a, .doc = doc};
    const char *text = NULL;

    if (!node)
        return NULL;
    json_begin(&w.out, &w.text, false);
    put(&w, NULL, node, 0);
    if (!w.too_much)
        text = arena_str(a, str_text(&w.text));
    str_done(&w.text);
    return text;
}

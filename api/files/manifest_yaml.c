#include "api/files/manifest_yaml.h"

#include "api/base/str.h"
#include "api/base/tr.h"

#include <string.h>

/* --- masking templates --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* {{#each}}, {{/if}}, {{else}} alone on a line: nothing of the manifest stands there. */
static bool only_steers(const char *line, size_t n)
{
    while (n > 0 && is_blank(line[n - 1]))
        n--;
    while (n > 0 && is_blank(*line)) {
        line++;
        n--;
    }
    return n >= 4 && line[0] == '{' && line[1] == '{' && line[n - 1] == '}' && line[n - 2] == '}';
}

static void mask_line(char *line, size_t n, bool steers)
{
    size_t from = 0;
    if (steers) {
        while (is_blank(line[from]))
            from++;
        line[from] = '#';
        memset(line + from + 1, 'x', n - from - 1);
        return;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        if (line[i] != '{' || line[i + 1] != '{')
            continue;
        size_t end = i + 2;
        while (end + 1 < n && !(line[end] == '}' && line[end + 1] == '}'))
            end++;
        if (end + 1 >= n)
            return;
        end += 2;
        while (end < n && line[end] == '}') /* {{{raw}}} */
            end++;
        memset(line + i, 'x', end - i);
        i = end - 1;
    }
}

static size_t mark_bytes(const struct manifest_yaml *y)
{
    return str_starts(y->text, "\xEF\xBB\xBF") ? 3 : 0;
}

/* What YAML 1.1 takes for the end of a line, besides \n and \r\n. */
static bool is_odd_break(const char *at)
{
    return (at[0] == '\r' && at[1] != '\n') || str_starts(at, "\xC2\x85") ||
           str_starts(at, "\xE2\x80\xA8") || str_starts(at, "\xE2\x80\xA9");
}

static void find_lines(struct manifest_yaml *y)
{
    size_t n = 1;
    for (size_t i = 0; i < y->bytes; i++)
        n += y->text[i] == '\n';
    y->line_at = arena_array(y->mem, size_t, n + 1);
    y->steers = arena_array(y->mem, bool, n + 1);
    y->eol = "\n";
    y->line_at[0] = mark_bytes(y); /* the first line's columns count from behind the mark */
    for (size_t i = 0; i < y->bytes; i++) {
        y->breaks_oddly |= is_odd_break(y->text + i);
        if (y->text[i] != '\n')
            continue;
        if (y->n_lines == 0 && i > 0 && y->text[i - 1] == '\r')
            y->eol = "\r\n";
        y->line_at[++y->n_lines] = i + 1;
    }
    if (y->n_lines == 0 || y->line_at[y->n_lines] < y->bytes)
        y->n_lines++;
    y->line_at[y->n_lines] = y->bytes;
}

static char *masked(struct manifest_yaml *y)
{
    char *copy = arena_strn(y->mem, y->text, y->bytes);
    for (size_t i = 0; i < y->n_lines; i++) {
        size_t from = y->line_at[i], n = y->line_at[i + 1] - from;
        while (n > 0 && (copy[from + n - 1] == '\n' || copy[from + n - 1] == '\r'))
            n--;
        y->steers[i] = only_steers(copy + from, n);
        mask_line(copy + from, n, y->steers[i]);
    }
    return copy;
}

/* --- the tree --- */

yaml_node_t *manifest_node(struct manifest_yaml *y, int id)
{
    return yaml_document_get_node(&y->doc, id);
}

static bool is_word(const yaml_node_t *node, const char *word)
{
    return node && node->type == YAML_SCALAR_NODE && node->data.scalar.length == strlen(word) &&
           memcmp(node->data.scalar.value, word, node->data.scalar.length) == 0;
}

yaml_node_t *manifest_value(struct manifest_yaml *y, const yaml_node_t *map, const char *name,
                            yaml_node_t **key)
{
    if (map == NULL || map->type != YAML_MAPPING_NODE)
        return NULL;
    const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
    for (; pair < map->data.mapping.pairs.top; pair++) {
        if (!is_word(manifest_node(y, pair->key), name))
            continue;
        if (key)
            *key = manifest_node(y, pair->key);
        return manifest_node(y, pair->value);
    }
    return NULL;
}

size_t manifest_items(const yaml_node_t *list)
{
    if (list == NULL || list->type != YAML_SEQUENCE_NODE)
        return 0;
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

yaml_node_t *manifest_item(struct manifest_yaml *y, const yaml_node_t *list, size_t i)
{
    return i < manifest_items(list) ? manifest_node(y, list->data.sequence.items.start[i]) : NULL;
}

/* --- loading --- */

static bool refuse(struct err *e, const yaml_parser_t *p)
{
    err_set(e, ERR_INPUT, tr("reading the manifest"));
    err_why(e, tr("line %zu: %s"), p->problem_mark.line + 1, p->problem ? p->problem : "no YAML");
    return err_hint(e, tr("the file must be YAML apart from {{templates}}"));
}

static bool holds_instances(struct manifest_yaml *y)
{
    yaml_node_t *root = yaml_document_get_root_node(&y->doc);
    yaml_node_t *spec = manifest_value(y, root, "spec", NULL);
    yaml_node_t *gcp = manifest_value(y, spec, "gcp", NULL);
    y->instances = manifest_value(y, gcp, "sqlInstances", NULL);
    return manifest_items(y->instances) > 0;
}

static bool load_document(struct manifest_yaml *y, yaml_parser_t *p, bool *more, struct err *e)
{
    if (!yaml_parser_load(p, &y->doc))
        return refuse(e, p);
    y->has_doc = true;
    *more = yaml_document_get_root_node(&y->doc) != NULL;
    return true;
}

static bool load(struct manifest_yaml *y, yaml_parser_t *p, struct err *e)
{
    bool more = true;
    while (more) {
        if (!load_document(y, p, &more, e))
            return false;
        if (more && holds_instances(y) && y->wanted-- == 0)
            return true;
        y->n_instances_before += more ? manifest_items(y->instances) : 0;
        yaml_document_delete(&y->doc);
        y->has_doc = false;
        y->instances = NULL;
    }
    return true;
}

static bool load_first(struct manifest_yaml *y, yaml_parser_t *p, struct err *e)
{
    bool more;
    return load_document(y, p, &more, e);
}

static bool parse(struct manifest_yaml *y, const char *text, struct err *e,
                  bool (*how)(struct manifest_yaml *, yaml_parser_t *, struct err *))
{
    yaml_parser_t p;
    if (!yaml_parser_initialize(&p))
        return err_set(e, ERR_SYSTEM, tr("reading the manifest"));
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    const unsigned char *bytes = (const unsigned char *)text + mark_bytes(y);
    yaml_parser_set_input_string(&p, bytes, y->bytes - mark_bytes(y));
    bool ok = how(y, &p, e);
    yaml_parser_delete(&p);
    return ok;
}

bool manifest_open(struct manifest_yaml *y, struct arena *mem, const char *text, size_t nth,
                   struct err *e)
{
    *y = (struct manifest_yaml){.mem = mem, .text = text, .bytes = strlen(text), .wanted = nth};
    if (y->bytes > MANIFEST_TEXT_BYTES) {
        err_set(e, ERR_INPUT, tr("reading the manifest"));
        return err_why(e, tr("it is larger than %d bytes"), MANIFEST_TEXT_BYTES);
    }
    find_lines(y);
    const char *safe = masked(y);
    if (!parse(y, safe, e, load))
        return false;
    return y->has_doc || nth > 0 || parse(y, safe, e, load_first);
}

void manifest_close(struct manifest_yaml *y)
{
    if (y->has_doc)
        yaml_document_delete(&y->doc);
    y->has_doc = false;
}

/* --- where things stand --- */

/* Columns count characters, offsets bytes. */
static size_t offset_of(const struct manifest_yaml *y, yaml_mark_t mark)
{
    if (mark.line >= y->n_lines)
        return y->bytes;
    size_t at = y->line_at[mark.line];
    for (size_t column = 0; column < mark.column && at < y->bytes; column++) {
        at++;
        while (at < y->bytes && ((unsigned char)y->text[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

size_t manifest_from(struct manifest_yaml *y, const yaml_node_t *node)
{
    return offset_of(y, node->start_mark);
}

size_t manifest_to(struct manifest_yaml *y, const yaml_node_t *node)
{
    return offset_of(y, node->end_mark);
}

bool manifest_is_flow(const yaml_node_t *node)
{
    if (node->type == YAML_SEQUENCE_NODE)
        return node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE;
    return node->type == YAML_MAPPING_NODE && node->data.mapping.style == YAML_FLOW_MAPPING_STYLE;
}

bool manifest_is_null(const yaml_node_t *node)
{
    if (node == NULL || node->type != YAML_SCALAR_NODE ||
        node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return node == NULL;
    return node->data.scalar.length == 0 || is_word(node, "~") || is_word(node, "null");
}

bool manifest_has_template(struct manifest_yaml *y, const yaml_node_t *node)
{
    size_t to = manifest_to(y, node);
    for (size_t at = manifest_from(y, node); at + 1 < to; at++)
        if (y->text[at] == '{' && y->text[at + 1] == '{')
            return true;
    return false;
}

const char *manifest_scalar(struct manifest_yaml *y, const yaml_node_t *node)
{
    if (node == NULL || node->type != YAML_SCALAR_NODE || manifest_is_null(node))
        return NULL;
    const char *value = (const char *)node->data.scalar.value;
    if (!manifest_has_template(y, node))
        return arena_strn(y->mem, value, node->data.scalar.length);
    size_t from = manifest_from(y, node), to = manifest_to(y, node);
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE && to - from >= 2) {
        from++;
        to--;
    }
    return arena_strn(y->mem, y->text + from, to - from);
}

/* A block scalar ends where the next thing begins: back to its last line with something on it. */
static size_t last_of_scalar(struct manifest_yaml *y, const yaml_node_t *node)
{
    size_t first = node->start_mark.line, last = node->end_mark.line;
    bool block = node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                 node->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    if (block && last > first && node->end_mark.column == 0)
        last--;
    while (block && last > first &&
           strspn(y->text + y->line_at[last], " \t\r\n") >= y->line_at[last + 1] - y->line_at[last])
        last--;
    return last;
}

size_t manifest_last_line(struct manifest_yaml *y, const yaml_node_t *node)
{
    if (node->type == YAML_SCALAR_NODE)
        return last_of_scalar(y, node);
    if (manifest_is_flow(node))
        return node->end_mark.line;
    size_t last = node->start_mark.line;
    if (node->type == YAML_SEQUENCE_NODE) {
        size_t n = manifest_items(node);
        return n ? manifest_last_line(y, manifest_item(y, node, n - 1)) : last;
    }
    const yaml_node_pair_t *top = node->data.mapping.pairs.top;
    if (top == node->data.mapping.pairs.start)
        return last;
    size_t key = manifest_node(y, top[-1].key)->end_mark.line;
    size_t value = manifest_last_line(y, manifest_node(y, top[-1].value));
    return value > key ? value : key;
}

/* --- what cannot be edited safely --- */

static bool stands_outside(const yaml_node_t *inner, const yaml_node_t *outer)
{
    return inner == NULL || inner->start_mark.index < outer->start_mark.index ||
           inner->end_mark.index > outer->end_mark.index;
}

static bool is_twice(struct manifest_yaml *y, const yaml_node_t *map, const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = manifest_node(y, pair->key);
    const yaml_node_pair_t *other = map->data.mapping.pairs.start;
    for (; other < pair; other++) {
        const yaml_node_t *before = manifest_node(y, other->key);
        if (key->type == YAML_SCALAR_NODE && is_word(before, (const char *)key->data.scalar.value))
            return true;
    }
    return false;
}

static bool is_tangled(struct manifest_yaml *y, const yaml_node_t *node, int depth);

static bool is_tangled_map(struct manifest_yaml *y, const yaml_node_t *map, int depth)
{
    const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
    for (; pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = manifest_node(y, pair->key),
                          *value = manifest_node(y, pair->value);
        if (is_word(key, "<<") || is_twice(y, map, pair) || stands_outside(key, map) ||
            stands_outside(value, map) || is_tangled(y, value, depth + 1))
            return true;
    }
    return false;
}

static bool is_tangled(struct manifest_yaml *y, const yaml_node_t *node, int depth)
{
    enum { DEEPEST = 32 };
    if (depth > DEEPEST)
        return true;
    if (node->type == YAML_MAPPING_NODE)
        return is_tangled_map(y, node, depth);
    for (size_t i = 0; i < manifest_items(node); i++) {
        const yaml_node_t *item = manifest_item(y, node, i);
        if (stands_outside(item, node) || is_tangled(y, item, depth + 1))
            return true;
    }
    return false;
}

bool manifest_is_tangled(struct manifest_yaml *y, const yaml_node_t *node)
{
    return is_tangled(y, node, 0);
}

/* The way down as the cluster would go it: through no merge, no second key of that name, and
 * nothing that stands elsewhere. */
static yaml_node_t *go_down(struct manifest_yaml *y, yaml_node_t *map, const char *name)
{
    const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
    yaml_node_t *found = NULL;
    for (; pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = manifest_node(y, pair->key);
        if (is_word(key, "<<") || (is_word(key, name) && found))
            return NULL;
        if (is_word(key, name))
            found = manifest_node(y, pair->value);
    }
    bool marked = found && strchr("&!*", y->text[manifest_from(y, found)]) != NULL;
    return marked || stands_outside(found, map) ? NULL : found;
}

bool manifest_is_tangled_above(struct manifest_yaml *y)
{
    static const char *const way[] = {"spec", "gcp", "sqlInstances"};
    yaml_node_t *at = yaml_document_get_root_node(&y->doc);
    for (size_t i = 0; at && i < sizeof way / sizeof way[0]; i++)
        at = at->type == YAML_MAPPING_NODE ? go_down(y, at, way[i]) : NULL;
    return at == NULL || at != y->instances;
}

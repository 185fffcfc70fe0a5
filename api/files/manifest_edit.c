#include "api/files/manifest_edit.h"

#include "api/base/str.h"

#include <string.h>

bool edit_by_hand(struct editor *ed, const char *reason)
{
    if (ed->reason == NULL)
        ed->reason = reason;
    return false;
}

static void replace(struct editor *ed, size_t from, size_t to, const char *text)
{
    if (ed->n_edits < EDIT_MOST)
        ed->edits[ed->n_edits++] = (struct edit){from, to, text};
}

/* --- lines --- */

/* Where a line's own text ends: before its line feed, and before the carriage return of CRLF. */
static size_t end_of_line(const struct manifest_yaml *y, size_t line)
{
    size_t end = y->line_at[line + 1];
    if (end > y->line_at[line] && y->text[end - 1] == '\n')
        end--;
    if (end > y->line_at[line] && y->text[end - 1] == '\r')
        end--;
    return end;
}

/* Puts lines behind a line; `lines` are joined by \n and get the file's own indentation and ends.
 */
static void put_behind(struct editor *ed, size_t line, size_t indent, const char *lines)
{
    struct str out = {0};
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        str_add(&out, ed->y.eol);
        for (size_t i = 0; i < indent; i++)
            str_addc(&out, ' ');
        str_addn(&out, lines, n);
        lines += n + (lines[n] == '\n');
    }
    size_t at = end_of_line(&ed->y, line);
    replace(ed, at, at, arena_str(ed->y.mem, str_text(&out)));
    str_done(&out);
}

/* --- places --- */

/* A place inside a block mapping behind one of its simple keys: the favourite one, else the last of
 * its lines. */
static size_t place_in(struct editor *ed, const yaml_node_t *map, const char *const *favourites)
{
    for (; *favourites; favourites++) {
        yaml_node_t *key = NULL, *value = manifest_value(&ed->y, map, *favourites, &key);
        if (value && value->type == YAML_SCALAR_NODE && !manifest_is_null(value) &&
            key->start_mark.line == manifest_last_line(&ed->y, value))
            return key->start_mark.line;
    }
    return manifest_last_line(&ed->y, map);
}

size_t edit_indent(struct editor *ed, const yaml_node_t *map)
{
    return manifest_node(&ed->y, map->data.mapping.pairs.start->key)->start_mark.column;
}

/* How far the items' keys stand behind their dashes in the lists of this file: "- name". */
static size_t dash_width(struct editor *ed, const yaml_node_t *list)
{
    const yaml_node_t *first = manifest_item(&ed->y, list, 0);
    if (first == NULL || first->type != YAML_MAPPING_NODE ||
        first->start_mark.line != list->start_mark.line)
        return 2;
    return first->start_mark.column - list->start_mark.column;
}

/* The step between a key and its list's dashes, as the instance itself does it with databases. */
size_t edit_list_step(struct editor *ed)
{
    yaml_node_t *key = NULL, *list = manifest_value(&ed->y, ed->instance, "databases", &key);
    if (list == NULL || manifest_is_flow(list) || manifest_items(list) == 0)
        return 2;
    return list->start_mark.column - key->start_mark.column;
}

/* --- putting an item into a list --- */

static const char *spaces(struct editor *ed, size_t n)
{
    char *s = arena_alloc(ed->y.mem, n + 1);
    memset(s, ' ', n);
    return s;
}

static const char *item_lines(struct editor *ed, const struct edit_item *item, size_t indent,
                              size_t dash)
{
    const char *lead = spaces(ed, indent), *gap = spaces(ed, dash > 1 ? dash - 1 : 1);
    if (item->rest == NULL)
        return arena_printf(ed->y.mem, "%s-%s%s", lead, gap, item->first);
    return arena_printf(ed->y.mem, "%s-%s%s\n%s%s%s", lead, gap, item->first, lead,
                        spaces(ed, dash > 1 ? dash : 2), item->rest);
}

static const char *flow_item(struct editor *ed, const struct edit_item *item)
{
    if (item->rest == NULL)
        return arena_printf(ed->y.mem, "{%s}", item->first);
    return arena_printf(ed->y.mem, "{%s, %s}", item->first, item->rest);
}

static bool put_into_flow(struct editor *ed, const yaml_node_t *list, const struct edit_item *item)
{
    size_t from = manifest_from(&ed->y, list), to = manifest_to(&ed->y, list);
    if (list->start_mark.line != list->end_mark.line)
        return edit_by_hand(ed, "a list in flow style goes over several lines");
    if (to <= from + 1 || ed->y.text[to - 1] != ']')
        return edit_by_hand(ed, "the end of a list was not found");
    size_t at = to - 1;
    while (at > from + 1 && ed->y.text[at - 1] == ' ')
        at--;
    bool comma = at > from + 1 && ed->y.text[at - 1] == ',';
    const char *lead = manifest_items(list) == 0 ? "" : comma ? " " : ", ";
    replace(ed, at, at, arena_printf(ed->y.mem, "%s%s", lead, flow_item(ed, item)));
    return true;
}

void edit_put_lines(struct editor *ed, const yaml_node_t *map, const char *const *favourites,
                    const char *lines)
{
    put_behind(ed, place_in(ed, map, favourites), edit_indent(ed, map), lines);
}

static bool put_new_list(struct editor *ed, const yaml_node_t *map, const struct edit_item *item,
                         const char *const *favourites)
{
    const char *lines = item_lines(ed, item, edit_list_step(ed), 2);
    edit_put_lines(ed, map, favourites, arena_printf(ed->y.mem, "%s:\n%s", item->key, lines));
    return true;
}

/* `users:` with nothing behind it, `users: ~`, `users: []`. */
static bool fill_empty_list(struct editor *ed, const yaml_node_t *key, const yaml_node_t *value,
                            const struct edit_item *item)
{
    size_t from = manifest_from(&ed->y, value), to = manifest_to(&ed->y, value);
    if (to > from)
        replace(ed, from, to, arena_printf(ed->y.mem, "[%s]", flow_item(ed, item)));
    else
        put_behind(ed, key->start_mark.line, key->start_mark.column,
                   item_lines(ed, item, edit_list_step(ed), 2));
    return true;
}

bool edit_put_item(struct editor *ed, const yaml_node_t *map, const struct edit_item *item,
                   const char *const *favourites)
{
    yaml_node_t *key = NULL, *list = manifest_value(&ed->y, map, item->key, &key);
    if (list == NULL)
        return put_new_list(ed, map, item, favourites);
    if (manifest_is_null(list))
        return fill_empty_list(ed, key, list, item);
    if (list->type != YAML_SEQUENCE_NODE)
        return edit_by_hand(ed, arena_printf(ed->y.mem, "%s is no list", item->key));
    if (manifest_is_flow(list))
        return put_into_flow(ed, list, item);
    if (ed->y.text[manifest_from(&ed->y, list)] != '-')
        return edit_by_hand(ed, "a list has an anchor or a tag");
    put_behind(ed, manifest_last_line(&ed->y, list), list->start_mark.column,
               item_lines(ed, item, 0, dash_width(ed, list)));
    return true;
}

/* --- values --- */

bool edit_set_scalar(struct editor *ed, const yaml_node_t *value, const char *text)
{
    size_t from = manifest_from(&ed->y, value);
    if (value->type != YAML_SCALAR_NODE || manifest_has_template(&ed->y, value) ||
        value->start_mark.line != value->end_mark.line)
        return edit_by_hand(ed, "a value that must change is a template or no simple value");
    bool empty = from == manifest_to(&ed->y, value);
    if (!empty && strchr("&!*", ed->y.text[from]))
        return edit_by_hand(ed, "a value that must change has an anchor or a tag");
    replace(ed, from, manifest_to(&ed->y, value),
            empty ? arena_printf(ed->y.mem, " %s", text) : text);
    return true;
}

/* --- taking out --- */

/* Takes out an item with its lines; the key too when it was the only one. */
bool edit_take_out(struct editor *ed, const yaml_node_t *map, const char *name, size_t at)
{
    yaml_node_t *key = NULL, *list = manifest_value(&ed->y, map, name, &key);
    size_t n = manifest_items(list);
    const yaml_node_t *item = manifest_item(&ed->y, list, at);
    if (manifest_is_flow(list))
        return edit_by_hand(ed, "a list is written in flow style");
    size_t first = n == 1 ? key->start_mark.line : item->start_mark.line;
    size_t last = manifest_last_line(&ed->y, item);
    bool shares = n == 1 ? key == manifest_node(&ed->y, map->data.mapping.pairs.start->key)
                         : item->start_mark.line == key->start_mark.line;
    if (shares)
        return edit_by_hand(ed, "what must go shares a line with something else");
    replace(ed, ed->y.line_at[first], ed->y.line_at[last + 1], "");
    return true;
}

/* --- the new text --- */

static int compare_edits(const void *a, const void *b)
{
    const struct edit *left = a, *right = b;
    return left->from < right->from ? -1 : left->from > right->from;
}

/* Edits at the same place stay in the order in which they were made: qsort does not promise that.
 */
static void sort_edits(struct editor *ed)
{
    for (size_t i = 1; i < ed->n_edits; i++)
        for (size_t j = i; j > 0 && compare_edits(&ed->edits[j - 1], &ed->edits[j]) > 0; j--) {
            struct edit swap = ed->edits[j];
            ed->edits[j] = ed->edits[j - 1];
            ed->edits[j - 1] = swap;
        }
}

const char *edit_apply(struct editor *ed)
{
    struct str out = {0};
    size_t at = 0;
    sort_edits(ed);
    for (size_t i = 0; i < ed->n_edits; i++) {
        str_addn(&out, ed->y.text + at, ed->edits[i].from - at);
        str_add(&out, ed->edits[i].text);
        at = ed->edits[i].to;
    }
    str_add(&out, ed->y.text + at);
    const char *text = arena_str(ed->y.mem, str_text(&out));
    str_done(&out);
    return text;
}

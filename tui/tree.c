#include "tui/tree.h"

#include "api/base/arena.h"
#include "tui/cells.h"
#include "tui/key.h"

#include <string.h>

/* --- the model, seen with its defaults --- */

static size_t roots(const struct tree_model *m)
{
    return m->first_group == NULL ? 1 : m->n_roots;
}

static size_t first_of(const struct tree_model *m, size_t root)
{
    if (root >= roots(m))
        return m->n_groups;
    return m->first_group == NULL ? 0 : m->first_group(m->ctx, root);
}

static size_t id_of(const struct tree_model *m, size_t group)
{
    return m->group_id == NULL ? group : m->group_id(m->ctx, group);
}

/* --- open and closed --- */

static bool has_bit(const uint8_t *bits, size_t n, size_t id)
{
    return id / 8 < n && (bits[id / 8] >> (id % 8) & 1) != 0;
}

static uint8_t *grow(uint8_t *bytes, size_t *n, size_t need)
{
    if (need <= *n)
        return bytes;
    need = need * 2 + 64;
    bytes = mem_grow(bytes, need, 1);
    memset(bytes + *n, 0, need - *n);
    *n = need;
    return bytes;
}

static void put_bit(uint8_t **bits, size_t *n, size_t id, bool on)
{
    uint8_t bit = (uint8_t)(1U << (id % 8));

    *bits = grow(*bits, n, id / 8 + 1);
    if (on)
        (*bits)[id / 8] |= bit;
    else
        (*bits)[id / 8] &= (uint8_t)~bit;
}

/* The model opens it for now: apart from what the person has opened, which comes back. */
static bool model_opens(const struct tree_model *m, size_t group)
{
    return m->opens && m->opens(m->ctx, group);
}

static bool group_open(const struct tree *t, const struct tree_model *m, size_t group)
{
    size_t id = id_of(m, group);

    return model_opens(m, group) ? !has_bit(t->shut, t->n_shut, id)
                                 : t->open_default != has_bit(t->flipped, t->n_flipped, id);
}

static bool root_open(const struct tree *t, const struct tree_model *m, size_t root)
{
    return m->hide_roots || root >= t->n_root_closed || t->root_closed[root] == 0;
}

bool tree_is_open(const struct tree *t, const struct tree_model *m, struct tree_node node)
{
    if (node.leaf != TREE_NONE)
        return false;
    return node.group != TREE_NONE ? group_open(t, m, node.group) : root_open(t, m, node.root);
}

static void set_open(struct tree *t, const struct tree_model *m, struct tree_node node, bool open)
{
    if (node.group == TREE_NONE) {
        t->root_closed = grow(t->root_closed, &t->n_root_closed, node.root + 1);
        t->root_closed[node.root] = !open;
        return;
    }
    size_t id = id_of(m, node.group);
    if (model_opens(m, node.group))
        put_bit(&t->shut, &t->n_shut, id, !open);
    else
        put_bit(&t->flipped, &t->n_flipped, id, open != t->open_default);
}

/* --- rows --- */

static size_t count_root(struct tree *t, const struct tree_model *m, size_t root, size_t row)
{
    bool open = root_open(t, m, root);
    t->root_row[root] = row;
    row += !m->hide_roots;
    for (size_t g = first_of(m, root), end = first_of(m, root + 1); g < end; g++) {
        t->row[g] = row;
        if (open)
            row += 1 + (group_open(t, m, g) ? m->leaves(m->ctx, g) : 0);
    }
    return row;
}

static void count(struct tree *t, const struct tree_model *m)
{
    size_t n_roots = roots(m), row = 0;
    if (t->row == NULL || m->n_groups > t->n_groups)
        t->row = mem_grow(t->row, m->n_groups + 1, sizeof *t->row);
    if (t->root_row == NULL || n_roots > t->n_roots)
        t->root_row = mem_grow(t->root_row, n_roots + 1, sizeof *t->root_row);
    t->n_groups = m->n_groups;
    t->n_roots = n_roots;
    for (size_t r = 0; r < n_roots; r++)
        row = count_root(t, m, r, row);
    t->row[m->n_groups] = row;
    t->root_row[n_roots] = row;
}

size_t tree_rows(const struct tree *t)
{
    return t->root_row != NULL ? t->root_row[t->n_roots] : 0;
}

/* The last i of [from, end) with rows[i] <= row; rows ascend, from < end. */
static size_t last_at(const size_t *rows, size_t from, size_t end, size_t row)
{
    while (end - from > 1) {
        size_t middle = from + (end - from) / 2;
        if (rows[middle] <= row)
            from = middle;
        else
            end = middle;
    }
    return from;
}

struct tree_node tree_node_at(const struct tree *t, const struct tree_model *m, size_t row)
{
    struct tree_node node = {0, TREE_NONE, TREE_NONE};
    if (tree_rows(t) == 0)
        return node;
    if (row >= tree_rows(t))
        row = tree_rows(t) - 1;
    node.root = last_at(t->root_row, 0, t->n_roots, row);
    size_t first = first_of(m, node.root), end = first_of(m, node.root + 1);
    if ((!m->hide_roots && row == t->root_row[node.root]) || first == end)
        return node;
    node.group = last_at(t->row, first, end, row);
    if (row > t->row[node.group])
        node.leaf = row - t->row[node.group] - 1;
    return node;
}

/* The node itself, or what hides it. */
static struct tree_node visible(const struct tree *t, const struct tree_model *m,
                                struct tree_node node)
{
    if (node.root >= t->n_roots)
        node.root = t->n_roots > 0 ? t->n_roots - 1 : 0;
    if (node.group != TREE_NONE && !root_open(t, m, node.root))
        node.group = node.leaf = TREE_NONE;
    if (node.leaf != TREE_NONE && !group_open(t, m, node.group))
        node.leaf = TREE_NONE;
    if (node.leaf != TREE_NONE) {
        size_t n = m->leaves(m->ctx, node.group);
        if (node.leaf >= n)
            node.leaf = n > 0 ? n - 1 : TREE_NONE;
    }
    return node;
}

size_t tree_row_of(const struct tree *t, const struct tree_model *m, struct tree_node node)
{
    if (tree_rows(t) == 0)
        return 0;
    node = visible(t, m, node);
    if (node.group == TREE_NONE || node.group >= t->n_groups)
        return t->root_row[node.root];
    return t->row[node.group] + (node.leaf == TREE_NONE ? 0 : node.leaf + 1);
}

/* --- the cursor --- */

static size_t root_of(const struct tree_model *m, size_t group)
{
    size_t root = 0;
    while (root + 1 < roots(m) && first_of(m, root + 1) <= group)
        root++;
    return root;
}

static void find_again(struct tree *t, const struct tree_model *m)
{
    if (t->at.group == TREE_NONE)
        return;
    if (t->at.group >= m->n_groups || id_of(m, t->at.group) != t->at_id) {
        size_t g = 0;
        while (g < m->n_groups && id_of(m, g) != t->at_id)
            g++;
        if (g < m->n_groups) {
            t->at.group = g;
        } else { /* filtered away: what stands in its place now */
            t->at.leaf = TREE_NONE;
            if (t->at.group >= m->n_groups)
                t->at.group = m->n_groups > 0 ? m->n_groups - 1 : TREE_NONE;
        }
    }
    if (t->at.group != TREE_NONE)
        t->at.root = root_of(m, t->at.group);
}

static void put_cursor(struct tree *t, const struct tree_model *m, struct tree_node node)
{
    t->at = node;
    t->at_id = node.group != TREE_NONE && node.group < m->n_groups ? id_of(m, node.group) : 0;
}

void tree_update(struct tree *t, const struct tree_model *m)
{
    bool first = t->row == NULL;
    count(t, m);
    if (first && t->at.root == 0 && t->at.group == 0 && t->at.leaf == 0) {
        put_cursor(t, m, tree_node_at(t, m, 0));
        return;
    }
    if (first && t->at.group != TREE_NONE && t->at.group < m->n_groups)
        t->at_id = id_of(m, t->at.group); /* restored by its place */
    find_again(t, m);
    put_cursor(t, m, tree_node_at(t, m, tree_row_of(t, m, t->at)));
}

void tree_set_open(struct tree *t, const struct tree_model *m, struct tree_node node, bool open)
{
    set_open(t, m, node, open);
    tree_update(t, m);
}

void tree_show(struct tree *t, const struct tree_model *m, struct tree_node node)
{
    set_open(t, m, (struct tree_node){node.root, TREE_NONE, TREE_NONE}, true);
    if (node.leaf != TREE_NONE)
        set_open(t, m, (struct tree_node){node.root, node.group, TREE_NONE}, true);
    count(t, m);
    put_cursor(t, m, node);
}

void tree_open_again(struct tree *t, const struct tree_model *m, bool roots_too)
{
    if (t->n_shut > 0)
        memset(t->shut, 0, t->n_shut);
    if (roots_too && t->n_root_closed > 0)
        memset(t->root_closed, 0, t->n_root_closed);
    if (t->row)
        tree_update(t, m);
}

void tree_done(struct tree *t)
{
    mem_free(t->flipped);
    mem_free(t->shut);
    mem_free(t->root_closed);
    mem_free(t->row);
    mem_free(t->root_row);
    *t = (struct tree){0};
}

/* --- keys --- */

static void open_all(struct tree *t, const struct tree_model *m, bool open)
{
    if (t->n_flipped > 0)
        memset(t->flipped, 0, t->n_flipped);
    if (t->n_root_closed > 0)
        memset(t->root_closed, 0, t->n_root_closed);
    t->open_default = open;
    for (size_t g = 0; g < m->n_groups; g++)
        if (model_opens(m, g))
            put_bit(&t->shut, &t->n_shut, id_of(m, g), !open);
    if (!open)
        t->at.leaf = TREE_NONE;
    tree_update(t, m);
}

static void go_in(struct tree *t, const struct tree_model *m)
{
    if (t->at.leaf != TREE_NONE)
        return;
    if (!tree_is_open(t, m, t->at)) {
        tree_set_open(t, m, t->at, true);
        return;
    }
    size_t row = tree_row_of(t, m, t->at);
    struct tree_node next = tree_node_at(t, m, row + 1);
    bool child = t->at.group == TREE_NONE ? next.root == t->at.root && next.group != TREE_NONE
                                          : next.group == t->at.group && next.leaf != TREE_NONE;
    if (child)
        put_cursor(t, m, next);
}

static void go_out(struct tree *t, const struct tree_model *m)
{
    struct tree_node up = t->at;
    if (up.leaf != TREE_NONE) {
        up.leaf = TREE_NONE;
        put_cursor(t, m, up);
    } else if (tree_is_open(t, m, up)) {
        tree_set_open(t, m, up, false);
    } else if (up.group != TREE_NONE && !m->hide_roots) {
        up.group = TREE_NONE;
        put_cursor(t, m, up);
    }
}

bool tree_key(struct tree *t, const struct tree_model *m, int key)
{
    size_t row = tree_row_of(t, m, t->at);
    switch (key_as_motion(key)) {
    case TUI_RIGHT:
        go_in(t, m);
        return true;
    case TUI_LEFT:
        go_out(t, m);
        return true;
    case '+':
    case '-':
        open_all(t, m, key == '+');
        return true;
    default:
        if (!list_move(&row, tree_rows(t), seen_page(&t->seen), key))
            return false;
        put_cursor(t, m, tree_node_at(t, m, row));
        return true;
    }
}

/* --- drawing --- */

struct drawn {
    const struct tree *tree;
    const struct tree_model *model;
};

static const char *arrow(bool open, bool ascii)
{
    if (ascii)
        return open ? "-" : "+";
    return open ? "▾" : "▸";
}

static void put(const void *ctx, size_t row, struct page *p)
{
    const struct drawn *d = ctx;
    struct tree_node node = tree_node_at(d->tree, d->model, row);
    int depth = (node.group != TREE_NONE) + (node.leaf != TREE_NONE);
    p->x += 2 * (depth - (d->model->hide_roots && depth > 0));
    if (node.leaf == TREE_NONE)
        page_put(p, STYLE_TEXT, "%s ", arrow(tree_is_open(d->tree, d->model, node), p->ascii));
    else
        p->x += 2;
    if (d->model->box != NULL)
        page_put_box(p, d->model->box(d->model->ctx, node));
    d->model->put(d->model->ctx, node, p);
}

void tree_draw(const struct tree *t, const struct tree_model *m, struct page *p)
{
    struct drawn d = {t, m};
    struct list cursor = {.at = tree_row_of(t, m, t->at), .seen = t->seen};
    struct list_rows rows = {.n = tree_rows(t), .ctx = &d, .put = put, .empty = m->empty};
    list_draw(&cursor, &rows, p);
    seen_note(&t->seen, cursor.seen.top, cursor.seen.rows);
}

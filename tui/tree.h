#ifndef STROM_TUI_TREE_H
#define STROM_TUI_TREE_H

/* A tree of three levels (root, group, leaf: schema, table, column) with three-state boxes, made
 * for 10 000 groups of 20 leaves: prefix sums over the groups, binary search from a row to its
 * node, only the window is asked for. With one root that has no name (hide_roots) it is a tree of
 * two levels. */

#include "tui/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_NONE SIZE_MAX
/* A node: group and leaf are TREE_NONE above their level. Groups are numbered through all roots,
 * leaves within their group. */
struct tree_node {
    size_t root, group, leaf;
};

struct tree_model {
    const void *ctx;
    size_t n_roots, n_groups;
    bool hide_roots;
    const char *empty; /* said when there is no row; NULL: the theme's word */
    size_t (*first_group)(const void *ctx, size_t root); /* ascending; NULL: one root holds all */
    size_t (*leaves)(const void *ctx, size_t group);
    /* The caller's number of a group or root that does not change under a filter; NULL: its
     * position. */
    size_t (*group_id)(const void *ctx, size_t group);
    /* Open for now, whatever the person has opened, until the person closes it; NULL: none is. */
    bool (*opens)(const void *ctx, size_t group);
    enum box (*box)(const void *ctx, struct tree_node node); /* NULL: none */
    void (*put)(const void *ctx, struct tree_node node,
                struct page *p); /* the row's text, after the box */
};

struct tree {
    struct tree_node at; /* the cursor */
    size_t at_id;        /* of its group, to find it again under another filter */
    struct seen seen;
    bool open_default; /* groups start open; set before the first tree_update */
    uint8_t *flipped; /* a bit a group id: open differs from open_default; owned, as what follows */
    size_t n_flipped; /* bytes */
    uint8_t *shut;    /* likewise: closed, though the model opens it */
    size_t n_shut;
    uint8_t *root_closed; /* a byte a root */
    size_t n_root_closed;
    size_t *row;      /* row of each group; n_groups + 1 */
    size_t *root_row; /* row where each root begins; n_roots + 1, the last is the number of rows */
    size_t n_groups, n_roots;
};

void tree_done(struct tree *t);
/* After the model changed (loaded, filtered): counts again and keeps the cursor where it can.
 * Cheap: O(groups). */
void tree_update(struct tree *t, const struct tree_model *m);
void tree_draw(const struct tree *t, const struct tree_model *m, struct page *p);
/* Moves; Right/l opens, Left/h closes or goes to the parent; + and - open and close all. Space,
 * Enter and letters are the caller's. */
bool tree_key(struct tree *t, const struct tree_model *m, int key);
bool tree_is_open(const struct tree *t, const struct tree_model *m, struct tree_node node);
void tree_set_open(struct tree *t, const struct tree_model *m, struct tree_node node, bool open);
/* What the model opens is open again, also what the person has closed of it; the roots, too. */
void tree_open_again(struct tree *t, const struct tree_model *m, bool roots_too);
/* Opens what hides the node and puts the cursor there. */
void tree_show(struct tree *t, const struct tree_model *m, struct tree_node node);
size_t tree_rows(const struct tree *t);
size_t tree_row_of(const struct tree *t, const struct tree_model *m, struct tree_node node);
struct tree_node tree_node_at(const struct tree *t, const struct tree_model *m, size_t row);

#endif

#ifndef STROM_FILES_MANIFEST_EDIT_H
#define STROM_FILES_MANIFEST_EDIT_H

/* Edits of a manifest: pieces of text put in or taken out at places that the tree knows. Between
 * manifest*.c. */

#include "api/files/manifest.h"
#include "api/files/manifest_yaml.h"

#include <stdbool.h>
#include <stddef.h>

enum { EDIT_MOST = 8 };

struct edit {
    size_t from, to; /* what is replaced; equal: put in */
    const char *text;
};

struct editor {
    struct manifest_yaml y;
    const struct manifest_ask *ask;
    const char *user; /* quoted for YAML */
    yaml_node_t *instance, *database;
    struct manifest_instance seen;
    struct edit edits[EDIT_MOST];
    size_t n_edits;
    const char *reason; /* why it cannot be edited safely; NULL: it can */
};

struct edit_item {
    const char *key;          /* of the list: flags, users */
    const char *first, *rest; /* "name: x", and a second line, NULL: none */
};

/* All that return bool: false and the reason in the editor when it cannot be done safely. */
bool edit_by_hand(struct editor *ed, const char *reason);
/* Lines joined by \n, behind the first simple key of the map among favourites (NULL ends them). */
void edit_put_lines(struct editor *ed, const yaml_node_t *map, const char *const *favourites,
                    const char *lines);
bool edit_put_item(struct editor *ed, const yaml_node_t *map, const struct edit_item *item,
                   const char *const *favourites);
bool edit_set_scalar(struct editor *ed, const yaml_node_t *value, const char *text);
/* Takes out item `at` of the list `name` with its lines; the key too when it was the only one. */
bool edit_take_out(struct editor *ed, const yaml_node_t *map, const char *name, size_t at);
const char *edit_apply(struct editor *ed); /* the new text */

yaml_node_t *edit_flag(struct editor *ed, size_t *at); /* logical_decoding's item, or NULL */
/* What is missing, as it is to be pasted with the file's own indentation, and where. */
const char *edit_paste(struct editor *ed, const struct manifest_result *r);
size_t edit_indent(struct editor *ed, const yaml_node_t *map); /* of a block mapping's keys */
size_t edit_list_step(struct editor *ed);                      /* from a key to its list's dashes */

#endif

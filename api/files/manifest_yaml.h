#ifndef STROM_FILES_MANIFEST_YAML_H
#define STROM_FILES_MANIFEST_YAML_H

/* A manifest as text and as a tree whose nodes know where they stand in that text. Templates are
 * masked by harmless letters of the same length, so that positions hold. Between manifest*.c. */

#include "api/base/arena.h"
#include "api/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

enum { MANIFEST_TEXT_BYTES = 1024 * 1024 };

struct manifest_yaml {
    struct arena *mem;
    const char *text; /* as it was given */
    size_t bytes;
    size_t *line_at; /* offset of each line; one more for the end */
    bool *steers;    /* the line only steers the template: {{#each}}, {{/if}} */
    size_t n_lines;
    const char *eol;   /* "\n" or "\r\n" */
    bool breaks_oddly; /* YAML ends lines where an editor may not: line numbers cannot be trusted */
    yaml_document_t doc;
    bool has_doc;
    yaml_node_t *instances;    /* spec.gcp.sqlInstances, NULL: none */
    size_t n_instances_before; /* in the documents above */
    size_t wanted;             /* while loading: how many of those with instances come before */
};

/* Opens the nth document (from 0) with sqlInstances. For the 0th, where no document has any, the
 * first one is opened; beyond the last there is no document. Always close it. */
bool manifest_open(struct manifest_yaml *y, struct arena *mem, const char *text, size_t nth,
                   struct err *e);
void manifest_close(struct manifest_yaml *y);

yaml_node_t *manifest_node(struct manifest_yaml *y, int id);
/* The value of a key; *key (may be NULL) gets the key's node. NULL when it is not there. */
yaml_node_t *manifest_value(struct manifest_yaml *y, const yaml_node_t *map, const char *name,
                            yaml_node_t **key);
size_t manifest_items(const yaml_node_t *list);
yaml_node_t *manifest_item(struct manifest_yaml *y, const yaml_node_t *list, size_t i);

/* The scalar as it stands in the file, templates included, quotes removed; NULL when it is no
 * scalar. */
const char *manifest_scalar(struct manifest_yaml *y, const yaml_node_t *node);
bool manifest_is_null(const yaml_node_t *node); /* nothing, ~ or null */
bool manifest_is_flow(const yaml_node_t *node);
bool manifest_has_template(struct manifest_yaml *y, const yaml_node_t *node);
size_t manifest_from(struct manifest_yaml *y,
                     const yaml_node_t *node);                        /* offset of its first byte */
size_t manifest_to(struct manifest_yaml *y, const yaml_node_t *node); /* behind its last */
/* The last line (from 0) on which something of the node stands. */
size_t manifest_last_line(struct manifest_yaml *y, const yaml_node_t *node);
/* An alias, a merge or a key that stands twice, somewhere in it: an edit could change more. */
bool manifest_is_tangled(struct manifest_yaml *y, const yaml_node_t *node);
/* The same on the way from the top of the document down to its instances. */
bool manifest_is_tangled_above(struct manifest_yaml *y);

#endif

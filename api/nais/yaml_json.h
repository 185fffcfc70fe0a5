#ifndef STROM_NAIS_YAML_JSON_H
#define STROM_NAIS_YAML_JSON_H

/* Inside api/nais: a part of a YAML document as JSON text, as Kubernetes' own reader makes it. */

#include "api/base/arena.h"

#include <yaml.h>

/* NULL when there is no such part, or when it is too large or too deep (aliases may multiply). */
const char *yaml_to_json(struct arena *a, yaml_document_t *doc, const yaml_node_t *node);

#endif

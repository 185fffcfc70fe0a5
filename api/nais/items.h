#ifndef STROM_NAIS_ITEMS_H
#define STROM_NAIS_ITEMS_H

/* Inside api/nais: reading Kubernetes' resources. Texts are copied into the arena, "" when there is
 * none. */

#include "api/base/arena.h"
#include "api/base/json.h"

#define NAIS_SQL          "apis/sql.cnrm.cloud.google.com/v1beta1"
#define NAIS_APPLICATIONS "apis/nais.io/v1alpha1"
#define NAIS_CORE         "api/v1"

const char *item_text(struct arena *a, const struct json *j, const char *path);
/* A key that holds dots or slashes itself: no path. */
const char *item_member(struct arena *a, const struct json *object, const char *key);
/* What the service calls it: spec.resourceID, else the resource's own name. */
const char *item_service_name(struct arena *a, const struct json *item);
/* "a, b, c" of a list's service names. */
const char *items_names(struct arena *a, const struct json *items);
/* "project:region:instance"; a project of a domain has a colon of its own. */
bool item_connection(struct arena *a, const char *text, const char **project, const char **region,
                     const char **instance);

#endif

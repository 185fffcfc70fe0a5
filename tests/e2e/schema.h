#ifndef TESTS_E2E_SCHEMA_H
#define TESTS_E2E_SCHEMA_H

/* As much of JSON Schema as the project's own schemas use: type, const, enum, required, properties,
 * items, anyOf, $ref into $defs. A member that no schema names does not fit: what is printed stands
 * in the schema. Another keyword is an error, so that none is passed over. */

#include "api/base/json.h"

#include <stdbool.h>

/* why: what does not fit, and where. */
bool schema_fits(const struct json *value, const struct json *schema, char why[256]);

#endif

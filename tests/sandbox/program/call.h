#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

/* One HTTP request to the keeper of a running sandbox. */

#include "tests/sandbox/program/place.h"

#include "api/base/json.h"

/* path: "status"; body: NULL for GET. The document is the caller's to free; NULL with the reason in
 * why. */
struct json *call_keeper(const struct place *p, const char *path, const char *body,
                         char why[FOLDER_WHY]);

#endif

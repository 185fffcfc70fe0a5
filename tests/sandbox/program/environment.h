#ifndef SANDBOX_ENVIRONMENT_H
#define SANDBOX_ENVIRONMENT_H

/* What points a strom command at a sandbox. */

#include "tests/sandbox/program/place.h"

#include "api/base/json.h"
#include "api/base/str.h"

/* `export NAME='value'` lines for a POSIX shell. */
void environment_exports(const struct place *p, struct str *out);
/* As members of the open object. */
void environment_members(const struct place *p, struct json_out *o);

#endif

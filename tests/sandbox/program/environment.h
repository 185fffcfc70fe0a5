#ifndef SANDBOX_ENVIRONMENT_H
#define SANDBOX_ENVIRONMENT_H

/* What points a strom command at a sandbox. */

#include "tests/sandbox/program/place.h"

#include "api/base/json.h"
#include "api/base/str.h"

/* Lines for a POSIX shell: `unset NAME` for what leads elsewhere, `export NAME='value'`. */
void environment_exports(const struct place *p, struct str *out);
/* A word of a command line, quoted where that is needed. */
void environment_word(struct str *out, const char *word);
/* The same into the open object: "env", names and values, and "unset", names. */
void environment_json(const struct place *p, struct json_out *o);

#endif

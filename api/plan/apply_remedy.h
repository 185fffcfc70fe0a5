#ifndef STROM_PLAN_APPLY_REMEDY_H
#define STROM_PLAN_APPLY_REMEDY_H

/* What to do about a line of Datastream's validation. Its codes are opaque and grow (facts/gcp.md
 * B): a line is known by what its code, its words and its messages speak of. Pure. */

#include "api/base/err.h"
#include "api/google/operation.h"

/* It was the password that the database did not take. */
bool apply_is_wrong_password(const struct err *e);

/* The next step, in the language of the person; NULL for a line that passed. */
const char *apply_remedy(const struct google_validation *v);

#endif

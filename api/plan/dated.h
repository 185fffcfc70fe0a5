#ifndef STROM_PLAN_DATED_H
#define STROM_PLAN_DATED_H

/* Reasons that were given later than now: by hand, or on a clock that was wrong. A question to
 * whoever reviews, never a refusal. */

#include "api/base/arena.h"
#include "api/base/json.h"
#include "api/plan/selection.h"

/* Of what flows by s, with the first names and dates; NULL: there is none. In a, marked as in
 * said.h. */
const char *dated_ahead_text(const struct selection *s, struct arena *a);
/* As an array "dated_ahead" of {schema, table, column, at}. */
void dated_ahead_json(struct json_out *o, const struct selection *s);

#endif

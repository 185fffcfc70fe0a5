#ifndef STROM_SCREENS_CHOOSE_STEPS_H
#define STROM_SCREENS_CHOOSE_STEPS_H

/* What tables look like before and after a step, as undo keeps it: a line each of schema, table and
 * the columns that flow. */

#include "api/base/str.h"
#include "screens/journey.h"

void choose_describe(const struct journey *j, size_t table, struct str *out);
/* What the step had changed goes back; what has changed since in other columns stays. Both have a
 * line for each table, in the same order. */
void choose_restore(struct journey *j, const char *to, const char *from);

#endif

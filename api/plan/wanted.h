#ifndef STROM_PLAN_WANTED_H
#define STROM_PLAN_WANTED_H

/* The chosen tables and columns, as the questions to the source want them. */

#include "api/base/target.h"
#include "api/pg/facts.h"
#include "api/plan/selection.h"

/* s NULL or nothing chosen: no tables, which means every table that could be chosen. Names are
 * borrowed from both, lists live in a. */
void selection_wanted(const struct selection *s, const struct target *t, struct arena *a,
                      struct source_wanted *out);

#endif

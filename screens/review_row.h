#ifndef STROM_SCREENS_REVIEW_ROW_H
#define STROM_SCREENS_REVIEW_ROW_H

/* A line of a plan as a row of the screen: its colour, its sign, how far in. The first is the
 * total.
 */

#include "api/plan/render.h"
#include "screens/lines_view.h"

struct lines_row review_row(const struct plan_line *l, bool first);

#endif

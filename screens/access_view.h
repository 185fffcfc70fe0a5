#ifndef STROM_SCREENS_ACCESS_VIEW_H
#define STROM_SCREENS_ACCESS_VIEW_H

/* Who one is, who holds Editor and Owner, and the steps with what they need: of an answer, and of
 * as much of it as is known so far. */

#include "api/plan/rights.h"
#include "tui/list.h"
#include "tui/page.h"

/* The list's rows are the steps, ACCESS_REMOVE of them. */
void access_view_draw(const struct rights *r, const struct list *list, struct page *p);
void access_view_early(const struct rights_early *e, struct page *p);

#endif

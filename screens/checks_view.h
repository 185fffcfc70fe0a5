#ifndef STROM_SCREENS_CHECKS_VIEW_H
#define STROM_SCREENS_CHECKS_VIEW_H

/* A check as a line of the checklist, and all that is known of it. */

#include "api/checks/gather.h"
#include "tui/scroll.h"

struct checks_shown {
    const struct check_list *list;
    const bool *changed; /* turned green with the last look; by id */
};

void checks_view_row(const void *shown, size_t i, struct page *p); /* as list_rows wants it */
void checks_view_details(const struct check *c, const struct scroll *s, struct page *p);
/* What `y` copies: of a sentence with a command the command alone. May live in a. */
const char *checks_view_to_copy(const struct check *c, struct arena *a);

#endif

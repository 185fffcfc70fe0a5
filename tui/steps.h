#ifndef STROM_TUI_STEPS_H
#define STROM_TUI_STEPS_H

/* The steps of a longer way: done, current, blocked, not yet. */

#include "tui/page.h"

struct steps_item {
    const char *name;
    enum mark mark;   /* MARK_OK done, MARK_WAITING not yet, MARK_BLOCKED, ... */
    const char *note; /* why blocked, how long; may be NULL */
};

void steps_draw(const struct steps_item *items, size_t n, size_t current,
                struct page *p); /* a line each */
void steps_line(const struct steps_item *items, size_t n, size_t current,
                struct page *p); /* one line: breadcrumb */

#endif

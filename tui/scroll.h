#ifndef STROM_TUI_SCROLL_H
#define STROM_TUI_SCROLL_H

/* A part of the page that may be longer than its room: what is drawn between begin and end is
 * shown from line `top` on, and signs at its right edge tell that it goes on. A zeroed struct shows
 * the beginning; zero it when something else is drawn. */

#include "tui/list.h"

struct scroll {
    size_t top;
    struct seen seen, whole; /* what was shown, and how many lines there were */
};

/* The rest of the pane, where nothing else is drawn behind it. */
struct scroll_part {
    int from, rows, top, clip_top, clip_end; /* of the pane, before */
};
struct scroll_part scroll_begin(const struct scroll *s, struct page *p);
void scroll_end(const struct scroll *s, struct page *p, const struct scroll_part *part);
bool scroll_key(struct scroll *s, int key);   /* as list_key */
bool scroll_goes_on(const struct scroll *s);  /* as it was drawn last: not all was to be seen */
void scroll_mark(struct page *p, bool above); /* on the open line, behind the pane's edge */

#endif

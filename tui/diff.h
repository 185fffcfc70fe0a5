#ifndef STROM_TUI_DIFF_H
#define STROM_TUI_DIFF_H

/* Shows a unified diff or any long text, scrolled by lines and columns. + and - stay visible as
 * letters; colour only helps. */

#include "tui/list.h"

struct diff_view {
    size_t top;
    int left;
    struct seen seen;
};

void diff_draw(const struct diff_view *d, const char *text, bool is_diff, struct page *p);
bool diff_goes_on(const struct diff_view *d, const char *text); /* below what was drawn last */
bool diff_key(struct diff_view *d, const char *text, int key);

#endif

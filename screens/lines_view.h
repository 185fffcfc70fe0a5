#ifndef STROM_SCREENS_LINES_VIEW_H
#define STROM_SCREENS_LINES_VIEW_H

/* A long text of short lines, each with a sign and a style; where one is too narrow for its line,
 * the line under the cursor stands below in full. */

#include "tui/list.h"

#include <stdbool.h>
#include <stddef.h>

struct lines_row {
    enum style style;
    enum style sign_style; /* STYLE_TEXT: as the line */
    char sign;             /* '\0': none */
    int indent;            /* columns, where there is no sign */
    const char *text;
};

/* row: the i-th; called while drawing only. */
struct lines_view {
    const void *ctx;
    size_t n;
    struct lines_row (*row)(const void *ctx, size_t i);
    bool blurred; /* a field has the keys */
};

void lines_view_draw(const struct lines_view *v, const struct list *list, struct page *p);

#endif

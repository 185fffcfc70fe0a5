#ifndef STROM_SCREENS_RECEIPT_VIEW_H
#define STROM_SCREENS_RECEIPT_VIEW_H

/* What goes, stays, or is left to do by hand: a line of it, and all of it as text. */

#include "api/base/str.h"
#include "api/plan/remove.h"
#include "tui/page.h"

/* As a list shows them: the reasons stand behind the widest name that has one. */
struct receipt_rows {
    const struct receipt_line *lines; /* borrowed */
    int why_at;                       /* column */
};
struct receipt_rows receipt_view_rows(const struct receipt_line *lines, size_t n);
void receipt_view_row(const void *rows, size_t i, struct page *p); /* as list_rows wants it */
/* planned: nothing has been done yet. */
void receipt_view_text(const struct receipt_line *lines, size_t n, bool planned, struct str *out);

#endif

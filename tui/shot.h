#ifndef STROM_TUI_SHOT_H
#define STROM_TUI_SHOT_H

/* A page as text. All three are deterministic. */

#include "api/base/str.h"
#include "tui/page.h"

/* Lines without trailing blanks, then "-- cursor COL,ROW" when there is one and, with styles, a
 * second grid of letters (one a style; '.' plain) below "-- styles". */
void shot_text(const struct page *p, bool styles, struct str *out);
void shot_ansi(const struct page *p, bool color, struct str *out);
/* A picture of a terminal window on a dark theme; title stands in its bar and is the alt text. */
void shot_svg(const struct page *p, const char *title, struct str *out);

#endif

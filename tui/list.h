#ifndef STROM_TUI_LIST_H
#define STROM_TUI_LIST_H

/* A list of any length: only the rows in the window are asked for. A zeroed struct is a list with
 * the cursor on its first row. Keep `at` to restore it. */

#include "tui/page.h"

#include <stdbool.h>
#include <stddef.h>

/* What was shown last. Written while drawing (the one thing that is): PgDn and the scroll position
 * need it, no text depends on it. */
struct seen {
    size_t top;
    int rows;
};
void seen_note(const struct seen *s, size_t top, int rows);
size_t seen_top(const struct seen *s, size_t at, size_t n, int rows); /* the window with `at` */
int seen_page(const struct seen *s);                                  /* lines that PgDn moves */

struct list {
    size_t at;
    struct seen seen;
};

struct list_rows {
    size_t n;
    const void *ctx;
    /* Puts row i with page_put and friends; the list draws cursor and line end. */
    void (*put)(const void *ctx, size_t i, struct page *p);
    bool blurred;      /* another pane has the keys: the cursor's line is marked, not coloured */
    int height;        /* at most so many lines; 0: all the room there is */
    const char *empty; /* said when n is 0; NULL: the theme's word */
};

/* Columns at the right that a list of n rows keeps for the marks of what it does not show, when it
 * is drawn `head` lines further down: for headings of one's own. */
int list_margin(size_t n, int head, const struct page *p);
void list_draw(const struct list *l, const struct list_rows *rows, struct page *p);
/* Up Down PgUp PgDn Home End and hjkl g G; n is the number of rows. */
bool list_key(struct list *l, size_t n, int key);
/* Where a motion leads from `at` (also for widgets of one's own); `at` itself when key is none. */
bool list_move(size_t *at, size_t n, int page, int key);
void list_clamp(struct list *l, size_t n); /* after the rows changed */

#endif

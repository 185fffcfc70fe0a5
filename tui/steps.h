#ifndef STROM_TUI_STEPS_H
#define STROM_TUI_STEPS_H

/* The steps of a longer way, over the page: done, here, blocked, not yet; Enter, or a step's
 * number, goes there. */

#include "tui/list.h"

struct steps_item {
    const char *name;
    enum mark mark;   /* MARK_OK done, MARK_WAITING not yet, MARK_BLOCKED, ... */
    const char *note; /* the same in words, and of what or why */
};

enum { STEPS_OPEN = -1, STEPS_ESC = -2 };

struct steps {
    bool open;
    struct list list;
};

void steps_open(struct steps *s, size_t at); /* at: the one under the cursor */
/* title says where one is, n of m. current: the one that is looked at; n where it is none. */
void steps_draw(const struct steps *s, const char *title, const struct steps_item *items, size_t n,
                size_t current, struct page *p);
/* STEPS_OPEN, STEPS_ESC, or the index of the step that was chosen; then it is closed. */
int steps_key(struct steps *s, size_t n, int key);
/* The list alone. l NULL: for a page that is printed as lines, all of it, with no cursor but the
 * current step. */
void steps_list(const struct list *l, const struct steps_item *items, size_t n, size_t current,
                struct page *p);

#endif

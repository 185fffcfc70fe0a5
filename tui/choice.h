#ifndef STROM_TUI_CHOICE_H
#define STROM_TUI_CHOICE_H

/* One of a few: a list of radio buttons, or one line "label  ‹ value ›" that cycles. `at` is the
 * chosen one. */

#include "tui/page.h"

#include <stdbool.h>
#include <stddef.h>

struct choice_item {
    const char *name;
    const char *help; /* what it means; may be NULL */
    bool impossible;  /* shown, cannot be chosen; help says why */
};

struct choice {
    size_t at;     /* chosen */
    size_t cursor; /* radio list only */
};

void choice_draw(const struct choice *c, const struct choice_item *items, size_t n, bool focus,
                 struct page *p); /* a line each, help behind or below */
bool choice_key(struct choice *c, const struct choice_item *items, size_t n,
                int key); /* up, down move; Space chooses */

void choice_line(const struct choice *c, const char *label, const struct choice_item *items,
                 size_t n, bool focus, struct page *p);
bool choice_line_key(struct choice *c, const struct choice_item *items, size_t n,
                     int key); /* left, right, Space */

#endif

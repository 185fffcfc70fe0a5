#ifndef STROM_TUI_PALETTE_H
#define STROM_TUI_PALETTE_H

/* `?`: every action of this screen, then the global ones; typing filters by name, description and
 * key; Enter runs the one under the cursor. Drawn over the page. */

#include "tui/field.h"
#include "tui/list.h"

struct palette_item {
    int key;
    const char *name, *help;
    bool impossible; /* listed, cannot be run now */
};

enum { PALETTE_OPEN = -1, PALETTE_ESC = -2, PALETTE_TEXT = 64 };

struct palette {
    bool open;
    struct list list;
    char text[PALETTE_TEXT];
    struct field field;
};

void palette_open(struct palette *pal);
/* title: the screen's name; about: what this screen is (may be NULL). */
void palette_draw(const struct palette *pal, const char *title, const char *about,
                  const struct palette_item *items, size_t n, struct page *p);
/* PALETTE_OPEN, PALETTE_ESC, or the index of the item to run; then it is closed. */
int palette_key(struct palette *pal, const struct palette_item *items, size_t n, int key);

#endif

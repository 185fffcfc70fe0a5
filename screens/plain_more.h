#ifndef STROM_SCREENS_PLAIN_MORE_H
#define STROM_SCREENS_PLAIN_MORE_H

/* What the wizard has keys for on every screen, for who answers in words: help, the steps, the page
 * into a file, the address of what it shows. */

#include "screens/plain_page.h"
#include "screens/walk.h"

struct plain_more {
    struct walk *walk;
    const struct action *const *actions; /* as they are numbered, possible ones only */
    size_t n;
    const struct plain_page *read;
    struct page *page; /* as it was drawn last; for the list of steps it is drawn upon anew */
    int cols;
};

enum { PLAIN_MORE_SAID = -1, PLAIN_MORE_NOT = -2 };
/* What the line asks for is said or done; or the key of the screen's own action that does it. */
int plain_more(const struct plain_more *m, const char *line);

#endif

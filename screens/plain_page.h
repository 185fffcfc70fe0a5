#ifndef STROM_SCREENS_PLAIN_PAGE_H
#define STROM_SCREENS_PLAIN_PAGE_H

/* What the linear dialogue reads out: a page whole when it is another one, else the lines of it
 * that are new, and the one that the cursor came to. Who listens hears nothing twice. */

#include "api/base/str.h"

#include <stdbool.h>

struct plain_page {
    struct str title, text, actions; /* as they were read out last */
    int columns;                     /* of the terminal: longer lines are wrapped on words */
};

void plain_page_done(struct plain_page *page);
void plain_page_forget(struct plain_page *page); /* the next one is read whole */
/* text and actions: lines; they are harmless already. True: it was read whole. */
bool plain_page_read(struct plain_page *page, const char *title, const char *text,
                     const char *actions);

/* A line beside it, as narrow. */
void plain_page_say(const struct plain_page *page, const char *line);

#endif

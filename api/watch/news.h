#ifndef STROM_WATCH_NEWS_H
#define STROM_WATCH_NEWS_H

/* What between two looks is worth a word, and of that what is worth a bell: the stream runs (again),
 * every table has been copied, its health has changed. Pure. */

#include "api/watch/status.h"

struct watch_news {
    int64_t copying_ms; /* since when tables are being copied; 0: none is. Kept from look to look */
    bool copied;        /* that has just ended */
    bool well;          /* good news */
    bool bell;
    char text[160]; /* "" nothing happened */
};

/* before: NULL, or one that was not answered, tells nothing but what is copied now. */
void watch_news(struct watch_news *n, const struct watch_status *before,
                const struct watch_status *now, int64_t mono_ms);

#endif

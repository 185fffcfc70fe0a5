#ifndef STROM_SCREENS_REMOVE_ASK_H
#define STROM_SCREENS_REMOVE_ASK_H

/* The questions of Take down. What is gone does not come back: each names the thing, and it is
 * typed. */

#include "screens/journey.h"
#include "tui/dialog.h"

enum remove_answer { REMOVE_NOT_YET, REMOVE_ALL, REMOVE_DATASET_TOO, REMOVE_LEAVE };

struct remove_ask {
    enum remove_answer about; /* what a yes means */
    struct dialog dialog;
};

void remove_ask_all(struct remove_ask *q, struct journey *j, bool with_dataset);
void remove_ask_dataset(struct remove_ask *q, struct journey *j, const char *name);
void remove_ask_leave(struct remove_ask *q); /* while it is being taken down */
bool remove_ask_open(const struct remove_ask *q);
/* A key while it is open: REMOVE_NOT_YET, or what the yes means. */
enum remove_answer remove_ask_key(struct remove_ask *q, int key);
void remove_ask_ended(struct remove_ask *q); /* there is nothing to leave any more */
void remove_ask_draw(const struct remove_ask *q, struct page *p); /* draw it last */

#endif

#ifndef STROM_SCREENS_WAY_H
#define STROM_SCREENS_WAY_H

/* Where the way stands, step by step: for the list that `S` opens and for the plain dialogue. */

#include "screens/walk.h"
#include "tui/steps.h"

enum { WAY_STEPS = AT_MONITOR, WAY_NOTE = 320 };

struct way {
    struct steps_item items[WAY_STEPS]; /* the first is Connect */
    char notes[WAY_STEPS][WAY_NOTE];
    char title[WAY_NOTE]; /* "Steps: 4 of 8" */
    size_t current;       /* WAY_STEPS where it is none of them */
};

void way_read(const struct journey *j, struct way *out);
/* To a step that was reached. Where something is under way the step asks first, as it does when one
 * goes back; what was not reached yet is said. */
void way_go(struct walk *w, enum journey_step to);

#endif

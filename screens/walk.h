#ifndef STROM_SCREENS_WALK_H
#define STROM_SCREENS_WALK_H

/* The way through the screens, the same for the wizard and the plain dialogue: all of them in one
 * table, entering and leaving one, and where each of its words leads. */

#include "screens/journey.h"
#include "screens/step.h"

struct walk {
    struct journey j;
    const struct step *step; /* the one that is looked at */
    void *self;              /* its state */
};

const struct step *walk_step(enum journey_step at);

void walk_enter(struct walk *w, enum journey_step at);
void walk_keep(struct walk *w); /* cursors and half-typed fields into what is saved */
void walk_leave(struct walk *w);
/* From one to the next (or into the same one anew); what was to be said there is said. */
void walk_go(struct walk *w, enum journey_step to);
/* False: it stays here. QUIT is the caller's. */
bool walk_follow(struct walk *w, enum nav nav);

#endif

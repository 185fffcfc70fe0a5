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
    bool late; /* what it lacked when it was entered has come: it is to be entered anew */
};

const struct step *walk_step(enum journey_step at);
bool walk_is_beside(enum journey_step at); /* no step of the way: Take down, Reviewer */

/* Where it was left, after journey_open. What must be known from the first page on is said there:
 * that nothing can be kept, what the state file went through, roles that are held still. */
void walk_begin(struct walk *w);
void walk_enter(struct walk *w, enum journey_step at);
void walk_keep(struct walk *w); /* cursors and half-typed fields into what is saved */
void walk_leave(struct walk *w);
/* From one to the next (or into the same one anew); what was to be said there is said. */
void walk_go(struct walk *w, enum journey_step to);
/* Ask after news and after keys: when the connection has come, or what was read through it, the
 * step is entered anew, now that there is whom to ask; as soon as that loses nothing. True: it was.
 */
bool walk_catch_up(struct walk *w);
/* Once the screen is gone: what strom granted and is granted still, or is held, on stderr; nothing
 * in the sandbox. */
void walk_farewell(struct live *l);
/* False: it stays here. QUIT is the caller's. */
bool walk_follow(struct walk *w, enum nav nav);

#endif

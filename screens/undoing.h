#ifndef STROM_SCREENS_UNDOING_H
#define STROM_SCREENS_UNDOING_H

/* The undo logs of a journey (api/store/undo.h), as screens use them. */

#include "api/store/undo.h"
#include "screens/journey.h"

void undoing_push(struct journey *j, const char *of, const struct undo_step *step);
/* One back, or forward again; says so where there is none. Texts from a. */
bool undoing_step(struct journey *j, const char *of, bool back, struct arena *a,
                  struct undo_step *out);
/* Whether there is a step back, and one forward: asks the store, so not while drawing. */
void undoing_look(const struct journey *j, const char *of, bool *back, bool *forward);
void undoing_say(struct journey *j, bool back, const struct undo_step *step); /* it was done */

#endif

#ifndef STROM_SCREENS_CHOOSE_LATE_H
#define STROM_SCREENS_CHOOSE_LATE_H

/* What is chosen is kept, and can be undone. Of a few tables at once; of thousands (a schema)
 * behind the picture, some at a time between the keys: nothing stands between a key and its frame.
 */

#include "screens/choose_steps.h"
#include "screens/journey.h"

/* A step to be undone; takes it over. */
void choose_late_step(struct journey *j, const char *label, struct choose_step *step);
/* These tables have changed: counted at once. */
void choose_late_tables(struct journey *j, const size_t *tables, size_t n);
/* Some more of it, saved; false: nothing is left. */
bool choose_late_some(struct journey *j);
void choose_late_all(struct journey *j);
bool choose_late_waits(const struct journey *j);
void choose_late_free(struct journey *j); /* with the journey */

#endif

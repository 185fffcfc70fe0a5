#ifndef STROM_SCREENS_PLAIN_H
#define STROM_SCREENS_PLAIN_H

/* The linear dialogue: the same pages as text, their actions numbered, one driver for all steps.
 * For screen readers, scripts, dumb terminals and windows of 40x9. */

#include "screens/live.h"

bool plain_wanted(const struct options *o); /* --plain, ACCESSIBLE, STROM_ACCESSIBLE, a dumb TERM */
int plain_run(struct live *l);              /* returns the exit code */

#endif

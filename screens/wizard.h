#ifndef STROM_SCREENS_WIZARD_H
#define STROM_SCREENS_WIZARD_H

/* The steps in one table, the one loop, and what is the same on every screen: back, help, quit,
 * Ctrl-C, copy, saving. */

#include "screens/journey.h"
#include "screens/step.h"

/* Runs until the person leaves. Returns the exit code. */
int wizard_run(struct live *l);

/* For the plain dialogue, which walks the same steps. */
const struct step *wizard_step(enum journey_step at);

#endif

#ifndef STROM_SCREENS_WIZARD_H
#define STROM_SCREENS_WIZARD_H

/* The one loop, and what is the same on every screen: back, help, quit, Ctrl-C, copy, saving. */

#include "screens/live.h"

/* Runs until the person leaves. Returns the exit code. */
int wizard_run(struct live *l);

#endif

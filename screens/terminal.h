#ifndef STROM_SCREENS_TERMINAL_H
#define STROM_SCREENS_TERMINAL_H

/* Takes the terminal as the options want it, or says on stderr why not and what to use instead. */

#include "screens/cli/options.h"
#include "tui/term.h"

/* *out is NULL when it could not be taken: then the exit code is returned. */
int terminal_open(const struct options *o, struct term **out);

#endif

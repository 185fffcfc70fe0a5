#ifndef STROM_CLI_CARRYING_H
#define STROM_CLI_CARRYING_H

/* The plan of a creation carried out, an event a line; Ctrl-C asks what is meant (stopping.h). */

#include "screens/cli/creation.h"

bool carrying(struct creation *c, struct err *e);

#endif

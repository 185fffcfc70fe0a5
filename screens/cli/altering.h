#ifndef STROM_CLI_ALTERING_H
#define STROM_CLI_ALTERING_H

/* An order to a stream carried out, an event a line; Ctrl-C asks what is meant (stopping.h). */

#include "api/plan/alter.h"
#include "screens/cli/stopping.h"

/* False with *e: it failed, or was interrupted. *said: what Ctrl-C was answered with; it is left to
 * the caller to put back what is to be put back, which the run's end makes possible. */
bool altering(struct session *s, const struct alter_plan *plan, enum stopping *said, struct err *e);

#endif

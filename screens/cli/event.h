#ifndef STROM_CLI_EVENT_H
#define STROM_CLI_EVENT_H

/* A step of create, apply or delete as it happens (contract, section 6): with --json it is the
 * result, a line on stdout; for people it is progress, a line on stderr (section 1). */

#include "screens/cli/options.h"

struct event {
    const char *step, *name, *state; /* the contract's words */
    const char *message;             /* "" none */
    const char *receipt;             /* the receipt's word where it is a line of it; NULL */
    double elapsed;                  /* seconds; 0: it has not run */
};

void event_tell(const struct options *o, const struct event *e);

#endif

#ifndef STROM_CLI_TAKING_H
#define STROM_CLI_TAKING_H

/* Taking down, an event a line as it happens and the receipt at its end: for delete, and for
 * whoever takes back what a run has made. */

#include "api/plan/remove.h"
#include "screens/cli/session.h"

struct taken {
    bool left; /* something stays behind */
    bool gone; /* something was removed */
};

/* False with *e: not all went as it should, or it was interrupted. */
bool taking(struct session *s, const struct remove_options *o, struct taken *taken, struct err *e);
/* What this run has made, newest first, and nothing else; says what stays. */
bool taking_back(struct session *s, struct err *e);

#endif

#ifndef STROM_CLI_STATUS_RECONCILE_H
#define STROM_CLI_STATUS_RECONCILE_H

/* strom status --reconcile: the keys of some tables, compared on both sides. */

#include "screens/cli/session.h"

int status_reconcile(struct session *s, const struct target *t); /* returns the exit code */

#endif

#ifndef STROM_CLI_REMEMBERED_H
#define STROM_CLI_REMEMBERED_H

/* What the wizard has kept of values (screens/values.h), for commands: of the newest choices of the
 * same database. Rules and counts, never a value. */

#include "api/base/target.h"
#include "api/store/kept.h"
#include "api/store/store.h"

/* kept_free. NULL: nothing is kept of it, or project, instance or database are not known: nobody
 * could say that it is the same one. */
struct kept *remembered(struct store *s, const struct target *t);

#endif

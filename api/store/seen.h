#ifndef STROM_STORE_SEEN_H
#define STROM_STORE_SEEN_H

/* What was seen of a thing when it was looked at last: one text a key, replaced each time. The
 * newest hundred are kept. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/store/store.h"

bool seen_put(struct store *s, const char *key, const char *text, struct err *e);
/* NULL: nothing, or it could not be read. Lives in a. */
const char *seen_get(struct store *s, const char *key, struct arena *a);

#endif

#ifndef STROM_PLAN_RECORD_LEFT_H
#define STROM_PLAN_RECORD_LEFT_H

/* What an earlier run has left unfinished: for whoever comes next, a command or the wizard. */

#include "api/base/str.h"
#include "api/plan/names.h"
#include "api/store/store.h"

/* True when the newest run for this stream has not come to its end, or is under way at this moment:
 * a sentence about it is added to *out. What failed has said so itself, and is no news. */
bool record_left(struct store *s, const struct target *t, const char *stream, struct str *out);

#endif

#ifndef STROM_PLAN_FLOWING_H
#define STROM_PLAN_FLOWING_H

/* What a plan does to a stream that is there, told table by table. */

#include "api/base/str.h"
#include "api/plan/plan.h"

struct flowing {
    const char *const *items; /* "public.person: fnr, navn"; "public.sak, the whole table" */
    size_t n;
    size_t columns; /* in all of them; of tables that are not known here: unknown */
    size_t n_new;   /* of what starts: tables of which nothing flowed, which are copied, */
    size_t n_late;  /* and those that flow already: what has arrived lacks the new columns */
};

/* What flows now and will not any more, or (stops false) the other way round. Lives in a. */
void flowing(const struct plan *p, const struct selection *s, bool stops, struct arena *a,
             struct flowing *out);
/* What comes of it for the rows, a text each; NULL: nothing does. */
const char *flowing_copies(const struct flowing *starts);
const char *flowing_lacks(const struct flowing *starts);
/* Of a freshness that the stream is given: what the tables that are there have of it. */
const char *flowing_keeps(const struct plan_action *stream);
/* One sentence of them, ending in a blank: "Stops flowing: ...; and 3 more. "; "" when there is
 * none. */
void flowing_tell(const struct flowing *f, const char *what, size_t most, struct str *out);

#endif

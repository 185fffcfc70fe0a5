#ifndef STROM_PLAN_FLOWING_H
#define STROM_PLAN_FLOWING_H

/* What a plan does to a stream that is there, told table by table. */

#include "api/base/str.h"
#include "api/plan/plan.h"

struct flowing {
    const char *const *items; /* "public.person: fnr, navn"; "public.sak, the whole table" */
    size_t n;
    size_t columns; /* in all of them; of tables that are not known here: unknown */
};

/* What flows now and will not any more, or (stops false) the other way round. Lives in a. */
void flowing(const struct plan *p, const struct selection *s, bool stops, struct arena *a,
             struct flowing *out);
/* One sentence of them, ending in a blank: "Stops flowing: ...; and 3 more. "; "" when there is
 * none. */
void flowing_tell(const struct flowing *f, const char *what, size_t most, struct str *out);

#endif

#ifndef STROM_PLAN_CAUTIONS_H
#define STROM_PLAN_CAUTIONS_H

/* What to know of the source's tables before they flow, though it keeps no stream from being made:
 * rows that cannot be told apart, an application whose own changes fail, a copy that is too large,
 * rows that are held back. Pure. */

#include "api/base/arena.h"
#include "api/pg/facts.h"

#include <stdbool.h>
#include <stddef.h>

struct caution {
    const char *kind; /* "migration", "backfill" */
    const char *text; /* marked as in said.h */
    bool withholds;   /* rows that should flow do not: what a review calls missing */
};
struct cautions {
    struct caution *items;
    size_t n;
};

/* Of the tables that the facts were read for; facts NULL, or parts that are not known: nothing. */
void cautions_find(const struct source_facts *facts, const char *publication, struct arena *a,
                   struct cautions *out);

#endif

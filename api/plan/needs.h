#ifndef STROM_PLAN_NEEDS_H
#define STROM_PLAN_NEEDS_H

/* What must happen outside the cloud before a plan can be carried out: manifest, migrations. Pure.
 */

#include "api/pg/facts.h"
#include "api/plan/observed.h"
#include "api/plan/plan.h"

/* Adds to p->needs; facts NULL: the source was not asked, nothing is added. The facts must have
 * been read with the chosen tables as wanted. */
void plan_add_needs(struct plan *p, const struct source_facts *facts);
/* What the stream carries and this selection does not is still published afterwards: p->leaving. No
 * need: the stream must let go of it first. */
void plan_add_leaving(struct plan *p, const struct selection *s, const struct observed *seen,
                      const struct source_facts *facts);
/* By its own name in the stream's list; by whatever the lists say. */
bool plan_stream_names(const struct observed *seen, const char *schema, const char *table);
bool plan_stream_carries(const struct observed *seen, const char *schema, const char *table);

#endif

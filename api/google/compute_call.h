#ifndef STROM_GOOGLE_COMPUTE_CALL_H
#define STROM_GOOGLE_COMPUTE_CALL_H

/* Inside api/google: what Compute's calls have in common. */

#include "api/google/rest.h"

#define COMPUTE         "compute.googleapis.com"
#define COMPUTE_PROJECT "compute/v1/projects/{}/"

/* A requestId, and its operation awaited; a delete of what is gone is fine, a create (it has a
 * body) looks after a lost answer. */
void compute_write(struct rest_call *c, const struct google_write *w);
/* "projects/P/regions/R/subnetworks/S" as a member. */
void compute_put_subnetwork(struct json_out *o, const char *project, const char *region,
                            const char *subnetwork);

#endif

#ifndef STROM_GOOGLE_SERVICEUSAGE_H
#define STROM_GOOGLE_SERVICEUSAGE_H

/* Which Google APIs are on in a project, and turning them on (../gcp/serviceusage.v1.json). Who
 * owns what: operation.h. */

#include "api/google/operation.h"

struct google_apis {
    const char **names;
    size_t n;
}; /* "datastream.googleapis.com", as Google sorts them */

struct task *serviceusage_enabled(struct google *g, const char *project);
const struct google_apis *serviceusage_apis(const struct task *t);
bool serviceusage_has(const struct google_apis *apis, const char *name);

/* services:batchEnable, at most 20 names; harmless where they are on. Ends when the operation has.
 */
struct task *serviceusage_enable(struct google *g, const char *project, const char *const *names,
                                 size_t n);

#endif

#ifndef STROM_CHECKS_INSTANCE_CHECKS_H
#define STROM_CHECKS_INSTANCE_CHECKS_H

/* Verdicts on the Cloud SQL instance: instance.logical_decoding instance.version instance.disk.
 * Pure. */

#include "api/base/err.h"
#include "api/checks/check.h"
#include "api/google/sqladmin.h"
#include "api/pg/facts.h"

#define INSTANCE_FLAG "cloudsql.logical_decoding"

struct instance_view {
    const struct sql_instance *instance; /* NULL: error says why, or not asked */
    const struct err *error;
    int64_t used_bytes;               /* of its disk, from Monitoring; -1 unknown */
    const struct source_facts *facts; /* NULL: the database could not be asked */
};

void instance_checks(struct check_list *l, const struct instance_view *v);

/* Bytes until the disk can grow no further: to the limit of autoresize, else to its size; -1
 * unknown (no limit, or the use is not known). */
int64_t instance_room(const struct instance_view *v);

#endif

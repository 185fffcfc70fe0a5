#ifndef STROM_PLAN_SELECTION_CHURN_H
#define STROM_PLAN_SELECTION_CHURN_H

/* How much tables change: what PostgreSQL has counted (pg_stat_user_tables) since its statistics
 * were reset. No table is read. A partitioned table has what its partitions have. */

#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"

struct churn {
    bool known;
    bool a_day; /* else all that were counted: since when is not known */
    double inserts, updates, deletes;
};

struct task *churn_read(struct pg *pg, const struct catalog *c); /* c must outlive it */
/* Of one with TASK_OK: an array over the catalogue's tables, the caller's from now on (mem_free).
 */
struct churn *churn_take(struct task *t);
double churn_changes(const struct churn *c); /* of all three kinds; -1: not known */

#endif

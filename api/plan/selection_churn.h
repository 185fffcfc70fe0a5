#ifndef STROM_PLAN_SELECTION_CHURN_H
#define STROM_PLAN_SELECTION_CHURN_H

/* How much tables change: what PostgreSQL has counted (pg_stat_user_tables) since its statistics
 * began or were reset. No table is read. A partitioned table has what its partitions have. */

#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"

struct churn {
    bool known;
    bool a_day; /* else all that were counted: since when is not known, or too short ago */
    double inserts, updates, deletes;
};

enum { CHURN_LEAST_S = 3600 };
/* c must outlive it. least_s: what was counted in less time tells nothing of a day. */
struct task *churn_read(struct pg *pg, const struct catalog *c, int least_s);
/* Of one with TASK_OK: an array over the catalogue's tables, the caller's from now on (mem_free).
 */
struct churn *churn_take(struct task *t);
double churn_changes(const struct churn *c); /* of all three kinds; -1: not known */

#endif

#ifndef STROM_PLAN_SAMPLING_STATISTICS_H
#define STROM_PLAN_SAMPLING_STATISTICS_H

/* What PostgreSQL's own statistics say of values: no table is read. Asked in parts, each on any
 * connection; and of which tables they told enough to say that somebody has looked. */

#include "api/base/arena.h"
#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"
#include "api/plan/sampling_found.h"

enum { STATISTICS_PARTS = 2 };

struct statistics {
    const struct catalog *catalog;
    struct sampling_found *found; /* where it goes */
    uint32_t *columns;            /* of a table each: those whose values they tell */
    bool *wanted;                 /* of a table each; NULL: all are asked for */
    bool *whole;                  /* of a table each; NULL: not all parts were read */
};

/* wanted: of a table each, its partitions with it; NULL: all. Looked at now only. */
void statistics_init(struct statistics *s, const struct catalog *c, struct sampling_found *f,
                     const bool *wanted, struct arena *a);
/* Part 0 to STATISTICS_PARTS - 1; s must outlive the task. */
struct task *statistics_ask(struct statistics *s, struct pg *pg, size_t part);
/* All parts were read: it is noted of which tables they told enough (sampling_found_set_told).
 * version: the server's, as pg_version tells. */
void statistics_end(struct statistics *s, int version, struct arena *a);
/* They tell of each of its columns that is looked at. Of a partitioned table they do so themselves,
 * or at each of its partitions that may hold rows. */
bool statistics_whole(const struct statistics *s, size_t table);

#endif

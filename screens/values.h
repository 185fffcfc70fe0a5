#ifndef STROM_SCREENS_VALUES_H
#define STROM_SCREENS_VALUES_H

/* What values said, from the look (api/plan/sampling.h) into the choices, and across restarts:
 * rules and counts under "values." of what is kept, never a value. */

#include "api/plan/judging.h"
#include "screens/journey.h"

/* Of a survey that journey_survey began, once its catalogue was taken over. */
struct sampling_found *values_take(struct journey *j, struct task *survey);

/* For who judges without a look of its own (api/plan/judging.h): PostgreSQL's statistics, and what
 * is kept in k (NULL: nothing; it must outlive the task); rows with --sample alone. Texts are
 * borrowed. */
struct judging_values values_for_judging(const struct live *l, const char *dsn,
                                         const char *database, struct kept *k);
/* The same source, as far as values go: project, instance and database are known, and the same.
 * Behind a tunnel each server has the same host and port, and many a database the same name: the
 * instance alone tells them apart. */
bool values_are_of(const struct target *looked_at, const struct target *asked);

struct values_risen {
    size_t columns;       /* whose level rose */
    size_t chosen;        /* of them on: they stay on, and lack a reason */
    size_t table, column; /* the first that is chosen */
};
/* Takes over what is new: levels rise, nothing is turned off. At most so many tables a call, for a
 * key may wait; false: nothing was left. */
bool values_rise(struct journey *j, size_t tables, struct values_risen *out);
/* As if nobody had looked; levels stay as they are until the tables are read again. */
void values_forget(struct journey *j);

#endif

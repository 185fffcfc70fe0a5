#ifndef STROM_PLAN_DRIFTING_H
#define STROM_PLAN_DRIFTING_H

/* One look at what a plan file is held against: the stream as it runs, and what the source has and
 * lets be read, where it can be asked. Changes nothing. */

#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/pg/pg.h"
#include "api/plan/drift.h"
#include "api/plan/judging.h"

struct drifting_options {
    struct google *google; /* NULL: the stream is not asked */
    struct pg *pg;         /* NULL, or lost: the source is not asked */
    const struct target *target;
    const struct selection *file;  /* looked at now only; with `values` it must outlive the task */
    const struct rules_team *team; /* must outlive the task; NULL: none */
    const struct judging_values *values; /* copied; NULL: values are not looked at */
};

/* The file is of this very stream. */
bool drifting_concerns(const struct selection *file, const struct target *t);
/* Always TASK_OK in the end: what could not be asked is unknown. */
struct task *drifting(struct net *net, const struct drifting_options *o);
const struct drift_world *drifting_world(const struct task *t); /* lives with the task */
/* The same of the database's own judgement; NULL: it was not asked, or did not answer. */
const struct judgement *drifting_judgement(const struct task *t);
/* Why the stream is unknown; NULL: it is known, or there is none. */
const struct err *drifting_stream_trouble(const struct task *t);
/* The same of the source, where it was asked. */
const struct err *drifting_source_trouble(const struct task *t);

#endif

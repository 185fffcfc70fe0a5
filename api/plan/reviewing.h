#ifndef STROM_PLAN_REVIEWING_H
#define STROM_PLAN_REVIEWING_H

/* Reads all that a review of a plan file stands on: the file of another revision or another file,
 * the stream as it runs, what the source has and lets be read. Changes nothing. */

#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/pg/pg.h"
#include "api/plan/review.h"

struct reviewing_options {
    const struct selection *file; /* looked at now only */
    const char *name;             /* as it is shown */
    const char *path;             /* for git and for what lies beside it; NULL: from stdin */
    const char *repo;             /* where sensitivity.json may lie, too; NULL: none */
    const char *base;             /* a revision or another file; NULL: the running stream */
    struct google *google;        /* NULL: the stream is not asked */
    struct pg *pg;                /* NULL, or lost: the source is not asked */
    const char *source_why;       /* then: why not */
    const struct target *target;
    const struct rules_team *team;       /* must outlive the task; NULL: none */
    const struct judging_values *values; /* copied; NULL: values are not looked at */
};

/* Fails where the base cannot be read; where the stream is the base, and cannot be asked. Else what
 * could not be asked is unknown in the review, and why. */
struct task *reviewing(struct net *net, const struct reviewing_options *o);
const struct review *reviewing_review(const struct task *t); /* with TASK_OK; lives with the task */

#endif

#ifndef STROM_CHECKS_GATHER_H
#define STROM_CHECKS_GATHER_H

/* Asks everything that the checks judge, side by side, and judges it: one task for Prerequisites
 * and `strom check`. What cannot be asked, or gives no answer in its own time, makes its checks
 * unknown, with the reason; nothing is written. */

#include "api/base/target.h"
#include "api/checks/check.h"
#include "api/checks/source_checks.h"
#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/pg/source.h"

/* Which steps lie ahead, as ACCESS_BIT and ACCESS_LOOK: those who know the plan tell how to find
 * out. Asked only when not everything is held that could be needed. */
struct gather_ahead {
    struct task *(*look)(struct net *net, struct google *g, const struct target *t);
    uint32_t (*steps)(const struct task *look); /* ended, whichever way */
};

struct gather_options {
    struct google *google;
    struct pg *pg; /* NULL: pg_trouble says why there is no connection */
    struct err pg_trouble;
    const char *nowhere; /* why no project or instance was named; must outlive the task; NULL */
    const struct target *target;        /* copied */
    const struct source_wanted *wanted; /* must outlive the task */
    const char *repo; /* the app's repository, for the text of its migrations; NULL: none; copied */
    /* Both must outlive the task; NULL: none. */
    const struct source_facts *earlier; /* the last look: whose transactions are still open */
    const struct source_mark *since;    /* the look from which growth is measured */
    const struct gather_ahead *ahead;   /* NULL: everything is still to be made */
    int patience_ms;                    /* for each answer; 0: 10 s the database, 20 s Google */
};

struct task *gather(struct net *net, const struct gather_options *o);
/* With TASK_OK, which is always the end: a list is always made. Lives with the task. */
const struct check_list *gathered(const struct task *t);
/* What the source said; the caller owns it from now on. NULL when it could not be asked. */
struct source_facts *gather_take_facts(struct task *t);
const struct source_facts *
gather_facts(const struct task *t); /* NULL as above; lives with the task */

#endif

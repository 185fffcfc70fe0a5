#ifndef STROM_PLAN_PLANNING_H
#define STROM_PLAN_PLANNING_H

/* One look at the cloud and, where it can be asked, at the source, and the plan that follows.
 * Review and the commands begin with it, and look a second time just before the first write: what
 * was shown must hold then (contract, section 2). */

#include "api/base/str.h"
#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/pg/pg.h"
#include "api/plan/plan.h"
#include "api/store/store.h"

struct planning_options {
    struct google *google;
    struct store *store; /* NULL: no run that did not end is known of */
    struct pg *pg;       /* NULL, or lost: the source is not asked */
    const struct target *target;
    const struct selection *selection; /* looked at now, and by planning_make */
    bool start;                        /* as in plan_options */
    unsigned only;
};

struct task *planning(struct net *net, const struct planning_options *o);
size_t planning_answers(const struct task *t); /* for progress */
size_t planning_questions(void);
/* Of one with TASK_OK: the plan, which lives by itself. plan_done releases. */
void planning_make(const struct task *t, struct plan *out);

/* `digest` is that of the plan that was shown, `now` was made just now. True when it is the same,
 * or when all that differs was made by runs of our own (apply_continues). */
bool planning_holds(const struct plan *now, const char *digest, struct store *s);
/* The same of the plan itself that was shown: what was on its way then, or was begun by a run of
 * ours that did not finish, may have come to its end meanwhile. */
bool planning_still_holds(const struct plan *shown, const struct plan *now, struct store *s);
/* What differs, one line each, never empty; then NULL: only its digest is known. */
void planning_differences(const struct plan *then, const struct plan *now, struct str *out);
/* The refusal: ERR_CONFLICT, reason MOVED, with the differences. Always false. */
bool planning_moved(const struct plan *then, const struct plan *now, struct err *e);

#endif

#ifndef STROM_PLAN_OBSERVE_H
#define STROM_PLAN_OBSERVE_H

/* Looks at everything in the cloud that belongs to a target, all at once, and changes nothing. What
 * cannot exist because its API is off counts as absent; what may not be looked at is unknown. Fails
 * only when nothing at all could be looked at (no login, no network). */

#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/plan/observed.h"

struct task *observe(struct net *net, struct google *g,
                     const struct target *t);          /* copies the target */
/* By other names than the family's; where a stream is found, its own way counts. */
struct task *observe_as(struct net *net, struct google *g, const struct target *target,
                        const struct names *names);
const struct observed *observed(const struct task *t); /* with TASK_OK; lives with the task */
size_t observe_answers(const struct task *t);          /* questions answered so far, for progress */
size_t observe_questions(void);

#endif

#ifndef STROM_PLAN_PREPARE_LOOK_H
#define STROM_PLAN_PREPARE_LOOK_H

/* Whether a stream still carries what a migration would take out of its publication: looked at
 * where prepare says takes_out, which then is made once more with what was seen. */

#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/plan/prepare.h"

/* NULL: project, region or stream is not known, so that nobody can be asked. */
struct task *prepare_look(struct net *net, struct google *g, const struct target *t);
/* Fills seen and unseen; look ended, whichever way, or NULL. It must outlive the use of w. */
void prepare_use_look(struct prepare_wanted *w, const struct task *look);

#endif

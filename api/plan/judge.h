#ifndef STROM_PLAN_JUDGE_H
#define STROM_PLAN_JUDGE_H

/* A plan file is edited by people: what it calls harmless is judged again. Pure. */

#include "api/plan/selection.h"

/* Raises levels, never lowers them: by names, types and the team's rules always, by `seen` (what
 * the database told; NULL: it was not asked) besides. */
void judge_again(struct selection *s, const struct rules_team *team, const struct selection *seen);

#endif

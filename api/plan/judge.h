#ifndef STROM_PLAN_JUDGE_H
#define STROM_PLAN_JUDGE_H

/* A plan file is edited by people: what it calls harmless is judged again. Pure. */

#include "api/plan/selection.h"

/* Raises levels, never lowers them: by names, types and the team's rules always, by `seen` (what
 * the database told; NULL: it was not asked) besides. A type in a file is a claim: a column that
 * flows, and that `seen` tells no type of, is judged as text, too, and is `claimed` where that
 * makes it ask for a reason. */
void judge_again(struct selection *s, const struct rules_team *team, const struct selection *seen);

#endif

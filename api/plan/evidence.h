#ifndef STROM_PLAN_EVIDENCE_H
#define STROM_PLAN_EVIDENCE_H

/* What a verdict stands on, in words for who is to judge it. */

#include "api/base/arena.h"
#include "api/base/json.h"
#include "api/rules/rules.h"
#include "api/rules/team.h"

/* One sentence in the person's language, marked as in said.h; with counts where values told. */
const char *evidence_text(const struct rules_team *team, const struct rules_evidence *e,
                          struct arena *a);
/* Values said it: PostgreSQL's statistics, or rows. */
bool evidence_is_of_values(const struct rules_evidence *e);
/* As an array "evidence" of {by, rule, hits, sampled}, with the reason of a team's rule, and
 * `silenced` where the team has silenced it. */
void evidence_json(struct json_out *o, const struct rules_team *team,
                   const struct rules_verdict *v);

#endif

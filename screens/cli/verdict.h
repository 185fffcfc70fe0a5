#ifndef STROM_CLI_VERDICT_H
#define STROM_CLI_VERDICT_H

/* Verdicts as data (contract, section 5): the same with a database and without one. */

#include "api/base/json.h"
#include "api/rules/team.h"

struct counts {
    int64_t tables, columns, personal, special, sampled_rows;
};

void verdict_json(struct json_out *o, const struct rules_team *team, const struct rules_verdict *v,
                  struct counts *n); /* level, categories, evidence */
void summary_json(struct json_out *o, const struct counts *n);

#endif

#ifndef STROM_PLAN_SILENCED_H
#define STROM_PLAN_SILENCED_H

/* Columns that flow and that the team's own rules have silenced (sensitivity.json): who reviews is
 * told the reason, what was silenced, and where the values speak against it. Nothing is flagged by
 * that: the team has said so, in a file that is reviewed. */

#include "api/base/arena.h"
#include "api/base/json.h"
#include "api/plan/judging.h"
#include "api/rules/team.h"

struct silenced {
    const struct selection_table *table;
    const struct selection_column *column;
    struct rules_verdict verdict; /* of the database where it knows the column, else by the file */
    bool against;                 /* values speak against the silence: a question */
};

struct silenced_list {
    struct silenced *items; /* those that values speak against first, then as in the selection */
    size_t n, n_against;
};

/* Pure. Of what flows by s. judgement, team: may be NULL. Lives in a. */
void silenced_find(const struct judgement *judgement, const struct rules_team *team,
                   const struct selection *s, struct arena *a, struct silenced_list *out);
/* The categories that values speak of, and that are silenced. */
uint32_t silenced_against(const struct rules_verdict *v);
/* As an array "silenced" of {schema, table, column, against, categories (that values speak of),
 * evidence}. */
void silenced_json(struct json_out *o, const struct rules_team *team,
                   const struct silenced_list *l);

#endif

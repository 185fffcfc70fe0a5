#ifndef STROM_PLAN_JUDGING_H
#define STROM_PLAN_JUDGING_H

/* What a database says of tables and columns, values counted in: for those who judge a choice and
 * have no screen open (commands, the reviewer). By names, types, comments and foreign keys always;
 * by values of the tables that flow as far as they can be had: PostgreSQL's own statistics (no
 * table is read), what an earlier look has kept (sampling_found.h), and rows on request. */

#include "api/base/arena.h"
#include "api/base/json.h"
#include "api/net/task.h"
#include "api/pg/pg.h"
#include "api/plan/sampling_found.h"
#include "api/plan/selection.h"
#include "api/plan/survey.h"

struct judging_values {
    struct pg_options source; /* for a connection of its own; texts until the task has ended */
    uint32_t rows;            /* of a table at most; 0: statistics alone */
    bool remembered;          /* nothing is looked at now: only what was kept counts */
    survey_known *known;      /* what was kept; NULL: nothing. As in survey_remember */
    void *known_ctx;
};

struct judging_options {
    struct pg *pg;
    struct catalog_options catalog;
    const struct rules_team *team;       /* must outlive the task and its judgement; NULL: none */
    const struct selection *flows;       /* whose values count; NULL: all. Must outlive the task */
    const struct judging_values *values; /* copied; NULL: they are not looked at */
};

/* Fails as the survey does. Where values cannot be looked at, judgement_unseen tells. */
struct task *judging(struct net *net, const struct judging_options *o);

struct judgement;
/* The same of what was read and looked at elsewhere, which must outlive it: judgement_verdict and
 * judgement_unseen alone. found, team: may be NULL. */
struct judgement *judgement_over(const struct catalog *c, const struct sampling_found *found,
                                 const struct rules_team *team, bool sampled);
/* Of one with TASK_OK, once: judgement_free. */
struct judgement *judging_take(struct task *t);
void judgement_free(struct judgement *j); /* NULL is fine */

/* Everything off, levels as judged. Lives with the judgement. */
const struct selection *judgement_selection(const struct judgement *j);
/* The same, and the caller owns it from now on (selection_done). */
void judgement_take_selection(struct judgement *j, struct selection *out);
/* With all evidence. False: the database has no such column. j NULL: nothing is known. */
bool judgement_verdict(const struct judgement *j, const char *schema, const char *table,
                       const char *column, struct rules_verdict *out);

/* --- what was looked at --- */

struct judgement_unseen {
    size_t tables; /* that flow */
    const struct selection_table **unseen;
    size_t n_unseen;                       /* of them: nobody has looked at their values */
    const struct selection_table **hidden; /* of those, and they stand last: row security hides */
    size_t n_hidden;                       /* their rows */
    const char *why; /* why, of the others where there are any; NULL: all were looked at.
                        Harmless, in the person's language */
    const struct selection_table **in_part; /* of the others: a rare value may be missed, */
    size_t n_in_part;                       /* their rows were not all read */
    size_t n_remembered;                    /* of the others: looked at before, and not now */
    int64_t remembered_since; /* the longest ago of those, seconds since 1970; 0: there is none */
};
/* Of the tables that flow by s. j NULL: the database was not asked, and `why` says why (NULL: that
 * alone). Lives in a. */
void judgement_unseen(const struct judgement *j, const struct selection *s, const char *why,
                      struct arena *a, struct judgement_unseen *out);
/* One sentence, foreign parts marked as in said.h; NULL where all were looked at. */
const char *judgement_unseen_text(const struct judgement_unseen *u, struct arena *a);
/* Whose rows were not all read, one sentence as above; NULL: there is none. */
const char *judgement_part_text(const struct judgement_unseen *u, struct arena *a);
/* How old what counts is; NULL: all of it is of now. */
const char *judgement_remembered_text(const struct judgement_unseen *u, struct arena *a);
/* As an object {tables, looked_at, not_looked_at: [{schema, table}], why, in_part: [{schema,
 * table}], remembered, remembered_since}. */
void judgement_unseen_json(struct json_out *o, const char *key, const struct judgement_unseen *u);

#endif

#ifndef STROM_PLAN_SURVEY_H
#define STROM_PLAN_SURVEY_H

/* Reads a database's tables and columns and judges each: the catalogue, and a selection with
 * everything off that the person then chooses from. Judging is done in slices between keys. */

#include "api/base/str.h"
#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/plan/sampling_found.h"
#include "api/plan/selection.h"
#include "api/rules/rules.h"

/* team: sensitivity.json's rules (rules/team.h), must outlive the task; NULL: none. */
struct task *survey(struct pg *pg, const struct catalog_options *o, const struct rules_team *team);
/* Of one with TASK_OK: the caller owns both from now on (catalog_free, selection_done). Tables of
 * the selection have the catalogue's order and numbers, columns too. */
struct catalog *survey_take(struct task *t, struct selection *out);

/* What the values of a table said at another time, as sampling_found_write wrote it; NULL: nothing.
 */
typedef const char *survey_known(void *ctx, const char *schema, const char *table);
/* Right after survey(): the judgement counts it in, and the caller takes it over behind survey_take
 * (sampling_found_free; NULL where this was not asked for). ctx must outlive the task. */
void survey_remember(struct task *t, survey_known *known, void *ctx);
struct sampling_found *survey_take_found(struct task *t);

/* The verdict on one column, with its evidence: made afresh from the catalogue; cheap. What a
 * foreign key points at counts, too. */
void survey_verdict(const struct catalog *c, const struct rules_team *team, size_t table,
                    size_t column, struct rules_verdict *out);
/* Why a table cannot be chosen (views, partitions, foreign tables), or NULL. */
const char *survey_not_selectable(const struct catalog_table *t);

/* What stands in a table's way, or must be known (contract, section 5: `problems`). */
enum survey_problem {
    SURVEY_NO_PRIMARY_KEY,
    SURVEY_IDENTITY_FULL,
    SURVEY_IDENTITY_NOTHING,
    SURVEY_NOT_PUBLISHED,
    SURVEY_NOT_READABLE,
    SURVEY_ROW_SECURITY,
    SURVEY_PARTITION,
    SURVEY_TOO_MANY_KEY_COLUMNS,
    SURVEY_LARGE_TABLE,
    SURVEY_UNSUPPORTED_COLUMNS,
    SURVEY_PROBLEMS
};
/* Bits 1u << enum survey_problem. */
unsigned survey_problems(const struct catalog *c, size_t table);
const char *survey_problem_name(enum survey_problem p); /* "no_primary_key": as in --json */
/* One sentence for people, as true of this very table; passes tr(). */
const char *survey_problem_text(const struct catalog *c, size_t table, enum survey_problem p);
/* The statement that mends it, where one does; false: none, or the name cannot be written. */
bool survey_problem_sql(const struct catalog *c, size_t table, enum survey_problem p,
                        struct str *out);

/* What a PostgreSQL type becomes in BigQuery (facts/gcp.md D), "" when it is not carried. */
const char *survey_bigquery_type(const struct catalog_column *c);

#endif

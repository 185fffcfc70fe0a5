#ifndef STROM_PLAN_REVIEW_H
#define STROM_PLAN_REVIEW_H

/* What a plan file changes, for whom it is to judge: against another revision or file, or against
 * the stream that runs. A pure function of what was read; screen, plain output and Markdown show
 * the same lines. */

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/base/target.h"
#include "api/plan/compare.h"
#include "api/plan/drift.h"
#include "api/plan/judging.h"
#include "api/plan/silenced.h"
#include "api/rules/team.h"

#include <stdbool.h>
#include <stddef.h>

enum review_base { REVIEW_STREAM, REVIEW_REVISION, REVIEW_FILE };

struct review_rule { /* of the team's own (sensitivity.json): one that was changed comes twice */
    bool gone;
    const char *text; /* what it does to what */
    const char *reason;
};

/* Borrowed; must outlive the review. */
struct review_input {
    const char *file; /* as it is named */
    enum review_base base;
    const char *base_name;          /* "main", "other.json"; the stream's */
    const char *commit;             /* of a revision; else NULL */
    const struct selection *was;    /* NULL: the base has no such file, or there is no stream */
    const struct selection *is;     /* as the file has it */
    const struct selection *judged; /* the same file, judged again (judge.h): what apply goes by */
    const struct target *target;
    struct drift_world live; /* what runs; each part may be unknown */
    const char *live_why;    /* why the stream is unknown; NULL: known, or there is none */
    const char *source_why;  /* why the source is unknown; NULL: known */
    const struct judgement *judgement; /* of the database, with values; NULL: not asked */
    const struct rules_team *team;     /* that the file is judged by */
    const struct rules_team *team_was; /* of the base; counts only where team_known */
    bool team_known;
};

struct review_column {
    const struct compare_column *c;
    struct rules_verdict verdict; /* the evidence: of the database where it knows the column, else
                                     by the file's names and types */
    const struct selection_column *judged; /* as apply sees it; NULL: not in the file */
    enum rules_level level;                /* the highest of file and verdict, on either side */
    uint32_t categories;
    bool claimed;            /* judged as text: only the file tells its type */
    bool calmer;             /* the file calls it less than the rules do */
    bool unacknowledged;     /* flows, sensitive, no reason: apply refuses */
    enum rules_level before; /* flows, and was called more: see review_lowered; else RULES_NONE */
};

/* Flows, and was called more before: by the file, or by the team's rules of then. */
struct review_lowered {
    const struct selection_table *table;   /* of `judged` */
    const struct selection_column *column; /* as it is judged now */
    enum rules_level before;
    uint32_t categories; /* of then */
    bool listed;         /* among the columns of the change, too */
};

struct review_need {
    const char
        *kind; /* "migration", "grant", "manifest", "backfill", "bigquery", "recreate", "command" */
    const char *text; /* marked as in said.h */
    bool sure;        /* the source was asked; else it is what such a change takes */
};

/* What stays in BigQuery, and the statement that takes it away. */
struct review_stay {
    const char *schema, *table, *column; /* column NULL: the whole table */
    const char *sql; /* NULL: its name cannot be written safely, or `anothers` */
    bool anothers;   /* another table that flows arrives under the same name */
    bool renamed;    /* no plain name: what BigQuery calls it is to be looked up */
};

struct review {
    struct arena mem;
    const struct review_input *in; /* as given */
    struct comparison change;
    struct review_column *columns;       /* of change.columns, each at its place */
    const struct review_column **ranked; /* sensitive first, then by name */
    size_t n_columns;
    size_t n_sensitive; /* of what starts, stops, or is changed */
    struct review_lowered *lowered;
    size_t n_lowered;
    struct selection_place *unacknowledged; /* in `judged`, changed or not: apply refuses */
    size_t n_unacknowledged;
    struct review_need *needs;
    size_t n_needs;
    size_t n_missing; /* of them: what flows by the file lacks it now */
    struct review_stay *stays;
    size_t n_stays;
    struct review_rule *rules;
    size_t n_rules;
    struct silenced_list silenced;  /* flows by the file, and the team has silenced it */
    struct judgement_unseen values; /* of the tables that flow by the file */
    struct drift drift; /* of what runs against the base; without one against the file */
    bool lists_off;     /* the file lists tables that are off, as strom writes it: what it lacks is
                           new. One that lists only what flows does not tell that */
};

void review_make(const struct review_input *in, struct review *out); /* review_done releases */
void review_done(struct review *r);
/* Nothing is changed, nothing has drifted (what is new in the database is off), nothing lacks a
 * reason, and the database hands out what the file lets flow. */
bool review_is_fine(const struct review *r);

/* --- as lines --- */

enum review_line_kind {
    REVIEW_TITLE,
    REVIEW_TOTAL,
    REVIEW_HEAD,
    REVIEW_ITEM,
    REVIEW_DETAIL, /* of the item above it */
    REVIEW_NOTE,   /* under a heading */
    REVIEW_CODE
};
enum review_tone { REVIEW_PLAIN, REVIEW_ADDED, REVIEW_REMOVED, REVIEW_CHANGED, REVIEW_ALARM };
struct review_line {
    enum review_line_kind kind;
    enum review_tone tone;
    const char *text; /* marked as in said.h */
};
struct review_lines {
    struct review_line *items;
    size_t n;
};
/* Totals first, what is sensitive next, then the rest. In a. */
void review_lines(const struct review *r, struct arena *a, struct review_lines *out);
char review_sign(enum review_tone t); /* + - ~ !, or blank */
void review_print(const struct review *r, struct str *out);
void review_markdown(const struct review *r, struct str *out); /* for a pull request */
void review_json(const struct review *r, struct str *out);
const char *review_schema(void); /* of that document; ends in a newline */

#endif

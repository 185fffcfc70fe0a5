#ifndef STROM_RULES_RULES_H
#define STROM_RULES_RULES_H

/* Is a column sensitive? Judged by names, table, schema, type, comment and what it refers to; pure.
 * A flag is a question with its evidence, never a verdict: the person answers it. The rules are the
 * rows of rules.def, the vocabulary that of words.def; each row names its reason.
 *
 *     struct rules_table t;
 *     rules_table_of(&t, "public", "person", NULL);
 *     for each column: rules_table_sibling(&t, name);        // what stands beside it matters
 *     for each column: rules_judge(&t, &column, &verdict);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rules_level { RULES_NONE, RULES_PERSONAL, RULES_SPECIAL };

enum rules_category {
    RULES_FNR,
    RULES_AKTOERID,
    RULES_NAME,
    RULES_EMAIL,
    RULES_PHONE,
    RULES_ADDRESS,
    RULES_BIRTHDATE,
    RULES_BANK_ACCOUNT,
    RULES_NAVIDENT,
    RULES_HEALTH,
    RULES_PROTECTED_ADDRESS,
    RULES_INCOME,
    RULES_FREE_TEXT,
    RULES_JSON_DOCUMENT,
    RULES_SECRET,
    RULES_IP,
    RULES_ORG,
    RULES_OTHER,
    RULES_CATEGORIES
};

enum rules_by {
    RULES_BY_NAME,
    RULES_BY_TABLE,
    RULES_BY_TYPE,
    RULES_BY_COMMENT,
    RULES_BY_REFERENCE, /* printed as "table": a foreign key points at a sensitive column */
    RULES_BY_STATISTICS,
    RULES_BY_DATA,
    RULES_BY_TEAM,  /* the team's own rules (team.h) */
    RULES_BY_LABELS /* printed as "type": the labels of an enum */
};

/* Everything is borrowed; all but name may be NULL. type as format_type() gives it. */
struct rules_column {
    const char *name, *type, *comment;
    const char *labels; /* of an enum, a line each */
    bool is_key;        /* part of the primary key */
};

struct rules_team; /* a team's own rules: team.h */

/* What the table tells about its columns. Filled by rules_table_of and rules_table_sibling. */
struct rules_table {
    uint64_t what;        /* vocabulary (words.def): what its name says it holds */
    uint32_t whose, head; /* whom it is about: any word of its name, the last one */
    uint64_t beside;      /* what stands in it, from the names of its columns */
    uint32_t beside_whose;
    bool housekeeping;
    const struct rules_team *team; /* NULL: rules.def alone */
    const char *schema, *name;     /* borrowed, for the team's rules */
};

struct rules_evidence {
    uint16_t rule;          /* rules_rule_id gives its name */
    uint8_t by;             /* enum rules_by */
    bool quiet;             /* the team has silenced it: told, and counts for nothing */
    uint16_t team;          /* with RULES_BY_TEAM: 1 + number of the team's rule; else 0 */
    uint32_t hits, sampled; /* 0, 0 unless by statistics or data */
};

enum { RULES_EVIDENCE = 8 };

struct rules_verdict {
    enum rules_level level;
    uint32_t categories; /* 1u << enum rules_category */
    uint32_t n_evidence;
    struct rules_evidence evidence[RULES_EVIDENCE]; /* the weightiest first */
    /* What the team silences and raises (team.h): holds for what is added later, too. A column that
     * was silenced has its evidence by RULES_BY_TEAM, whatever its level, and behind all other what
     * it silenced, as far as there is room. */
    uint32_t silent, silent_values, raised; /* categories */
    uint16_t raised_by;                     /* 1 + number of the team's rule */
    uint8_t raised_to;
};

void rules_table_of(struct rules_table *t, const char *schema, const char *table,
                    const char *comment);
/* From now on the team's rules hold as well; NULL is fine. Names are borrowed from rules_table_of.
 */
void rules_table_team(struct rules_table *t, const struct rules_team *team);
void rules_table_sibling(struct rules_table *t, const char *column);
void rules_judge(const struct rules_table *t, const struct rules_column *c,
                 struct rules_verdict *out);

/* The column refers (foreign key) to one that was judged `target`, so it holds the same values:
 * takes the judgement over. Call after rules_judge. */
void rules_refer(struct rules_verdict *v, const struct rules_column *c,
                 const struct rules_verdict *target);

/* Adds evidence and raises level and categories; the weaker of two equal rows is dropped. */
void rules_add(struct rules_verdict *v, enum rules_level level, enum rules_category category,
               struct rules_evidence evidence);

/* The same with the level and category of the rule itself. */
void rules_add_rule(struct rules_verdict *v, struct rules_evidence evidence);

/* Adds what the values of the same column said: all its categories, also those whose evidence found
 * no room. */
void rules_add_values(struct rules_verdict *v, const struct rules_verdict *values);

/* Values say it, of a category that the team has silenced for values, too: nothing is flagged, and
 * somebody has to look. */
bool rules_contradicts(const struct rules_evidence *e);

enum rules_category rules_rule_category(uint16_t rule);
/* The number of a rule; asserts that there is one of that name. */
uint16_t rules_rule_named(const char *id);

/* Tables that are off unless asked for by name: Flyway's, Liquibase's and other tools' own. */
bool rules_is_housekeeping(const char *table);

/* Names as in the contract; never NULL. rules_..._from returns -1 for an unknown name. */
const char *rules_level_name(enum rules_level level);
const char *rules_category_name(enum rules_category category);
const char *rules_by_name(enum rules_by by);
int rules_level_from(const char *name);
int rules_category_from(const char *name);
size_t rules_count(void);
const char *rules_rule_id(uint16_t rule);
const char *rules_rule_why(uint16_t rule); /* one sentence for the person */

#endif

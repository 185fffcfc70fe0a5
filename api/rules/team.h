#ifndef STROM_RULES_TEAM_H
#define STROM_RULES_TEAM_H

/* What a team knows better than rules.def: `sensitivity.json`, beside the plan file (else at the
 * top of the app's repository), reviewed with it in git. Each rule has a reason.
 *
 *     {"version": 1, "rules": [
 *       {"do": "silence", "table": "regel_*", "column": "beskrivelse", "reason": "from the code
 * list"},
 *       {"do": "add", "column": "trekknr", "type": "text", "level": "special", "categories":
 * ["fnr"], "reason": "the old name of the national number"},
 *       {"do": "raise", "schema": "klinikk", "level": "special", "reason": "who comes there is
 * ill"}]}
 *
 *   add      the column is flagged, whatever it is called
 *   raise    what is flagged anyhow (of these categories; none named: of any) has at least this
 * level silence  names, tables, types, comments and foreign keys say nothing (of these categories;
 * none named: of any). What the values show is still said unless "values": true. A silence takes
 * nothing from what the team itself adds. schema, table, column and type are compared without case;
 * * stands for any run of characters; one that is left out fits all. */

#include "api/base/err.h"
#include "api/base/str.h"
#include "api/rules/rules.h"

#include <stdbool.h>
#include <stddef.h>

#define TEAM_FILE "sensitivity.json"

enum { TEAM_MAX_BYTES = 1024 * 1024, TEAM_MAX_RULES = 1000, TEAM_MAX_REASON = 500 };

enum team_does { TEAM_ADD, TEAM_SILENCE, TEAM_RAISE };

struct team_rule {
    enum team_does does;
    const char *schema, *table, *column, *type; /* patterns; NULL: fits all */
    enum rules_level level;                     /* add, raise */
    uint32_t categories;                        /* 1u << enum rules_category; 0: of any */
    bool values;                                /* silence: what the values show, too */
    const char *reason;                         /* never empty */
    int line;                                   /* in the file */
};

struct rules_team; /* owns its texts; NULL is a team without rules, everywhere */

/* Strict: unknown and doubled keys, wrong types, a rule without a reason or that fits everything, a
 * newer version: ERR_INPUT, the key and the line in `why`. Release with team_free. */
bool team_read(const char *text, size_t bytes, struct rules_team **out, struct err *e);
/* FOLDER/sensitivity.json. Where there is none: true, *out NULL. */
bool team_open(const char *folder, struct rules_team **out, struct err *e);
void team_free(struct rules_team *t);

size_t team_count(const struct rules_team *t);
const struct team_rule *team_at(const struct rules_team *t, size_t i); /* in the file's order */
const char *team_does_name(enum team_does does); /* "add", "silence", "raise" */
bool team_fits(const struct team_rule *r, const char *schema, const char *table, const char *column,
               const char *type);
/* "silence regel_*.beskrivelse (free_text)": what it does to what, without the reason. */
void team_rule_text(const struct team_rule *r, struct str *out);
/* The reason behind a piece of evidence with RULES_BY_TEAM; NULL for all other evidence. */
const char *team_reason(const struct rules_team *t, const struct rules_evidence *e);

/* What a review shows: calls for each rule that only `before` has (gone), then for each that only
 * `after` has; one that was changed comes twice. Order, spacing and lines do not count. */
typedef void team_differs(void *ctx, bool gone, const struct team_rule *r);
void team_compare(const struct rules_team *before, const struct rules_team *after,
                  team_differs *say, void *ctx);

/* Its JSON Schema, ending in a newline (`strom tables --schema`). */
const char *team_schema(void);

#endif

#ifndef STROM_RULES_CSV_H
#define STROM_RULES_CSV_H

/* Judges a list of columns from a CSV file, without a database (`strom tables --judge FILE`). The
 * first line names the columns: schema, table and column are needed; type, nullable, is_pk and
 * comment are read when they are there; others are ignored. team: the team's own rules, or NULL.
 * Quoting as RFC 4180; a BOM and CRLF are accepted, and fields between semicolons or tabs, as Excel
 * writes them in Norway: the first line tells which. Yes and no as psql, information_schema and
 * Excel (sann, usann) write them. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/rules/rules.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    CSV_MAX_BYTES = 64 * 1024 * 1024,
    CSV_MAX_FIELD = 64 * 1024,
    CSV_MAX_FIELDS = 256,
    CSV_MAX_ROWS = 2000000
};

struct judged_column {
    const char *name, *type; /* type "" when the file has none */
    bool nullable, is_key;
    struct rules_verdict verdict;
};

struct judged_table {
    const char *schema, *name;
    struct judged_column *columns;
    size_t n_columns;
};

struct judged {
    struct judged_table *tables; /* in the order of their first line */
    size_t n_tables, n_columns;
};

/* Everything lies in the arena. Errors name the line. The same column twice is an error. */
bool rules_judge_csv(struct arena *a, const char *text, size_t bytes, const struct rules_team *team,
                     struct judged *out, struct err *e);

#endif

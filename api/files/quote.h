#ifndef STROM_FILES_QUOTE_H
#define STROM_FILES_QUOTE_H

/* The only roads by which a name gets into text that another program will read. Each appends to out
 * and returns false, with nothing appended, when the text cannot be written safely there: a control
 * character (line breaks included) or invalid UTF-8. */

#include "api/base/err.h"
#include "api/base/str.h"

#include <stdbool.h>

enum { QUOTE_IDENT_BYTES = 63 };

/* "post""mottak": always in double quotes. Empty names and more than 63 bytes are refused:
 * PostgreSQL would cut them silently. */
bool quote_ident(struct str *out, const char *name, struct err *e);
bool quote_table(struct str *out, const char *schema, const char *table, struct err *e);
/* 'it''s', or E'...' when there is a backslash. */
bool quote_literal(struct str *out, const char *text, struct err *e);
/* `post-mottak`: a part of a path, or a column, of BigQuery; always in backticks, a backtick or
 * backslash inside escaped. */
bool quote_bigquery(struct str *out, const char *name, struct err *e);
/* Plain when YAML 1.1 and 1.2 read it as that very string, else in double quotes. */
bool quote_yaml(struct str *out, const char *text, struct err *e);
/* "a \"name\"": always in double quotes; ${ and %{ begin no template. */
bool quote_hcl(struct str *out, const char *text, struct err *e);
/* Plain when it is made of harmless characters, else in single quotes (POSIX sh). */
bool quote_shell(struct str *out, const char *text, struct err *e);

#endif

#ifndef STROM_CHECKS_NAMES_H
#define STROM_CHECKS_NAMES_H

/* Lists of names inside a sentence: the first few, and how many more. And SQL with names in it. */

#include "api/base/str.h"

#include <stddef.h>

struct names {
    struct str text;
    size_t n;
};

enum { NAMES_SHOWN = 6, NAMES_IN_SQL = 200 };

void names_add(struct names *l, const char *schema, const char *name); /* schema NULL: bare */
const char *names_text(struct names *l); /* "a, b and 3 more"; call once, when all were added */
void names_done(struct names *l);
void names_add_columns(struct names *l, const char *schema, const char *table,
                       const char *const *columns, size_t n);
/* Appends "what: a, b and 3 more" behind a semicolon; nothing when the list is empty. */
void names_say(struct str *to, const char *what, struct names *l);

/* Quoted for SQL; a name that cannot be written (a line break inside) becomes a comment that says
 * so. */
void sql_ident(struct str *out, const char *name);
void sql_table(struct str *out, const char *schema, const char *table);
void sql_literal(struct str *out, const char *text);

#endif

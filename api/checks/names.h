#ifndef STROM_CHECKS_NAMES_H
#define STROM_CHECKS_NAMES_H

/* Lists of names inside a sentence: the first few, and how many more. And SQL with names in it. */

#include "api/base/str.h"

#include <stddef.h>

struct name_list {
    struct str text;
    size_t n;
};

enum { NAMES_SHOWN = 6, NAMES_IN_SQL = 200 };

void names_add(struct name_list *l, const char *schema, const char *name); /* schema NULL: bare */
const char *names_text(struct name_list *l); /* "a, b and 3 more"; call once, when all were added */
void names_done(struct name_list *l);
void names_add_columns(struct name_list *l, const char *schema, const char *table,
                       const char *const *columns, size_t n);
/* Appends "what: a, b and 3 more" behind a semicolon; nothing when the list is empty. */
void names_say(struct str *to, const char *what, struct name_list *l);

/* Quoted for SQL; a name that cannot be written (a line break inside) becomes a comment that says
 * so. */
void sql_ident(struct str *out, const char *name);
void sql_table(struct str *out, const char *schema, const char *table);
void sql_literal(struct str *out, const char *text);

#endif

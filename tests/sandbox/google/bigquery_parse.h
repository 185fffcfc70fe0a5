#ifndef SANDBOX_GOOGLE_BIGQUERY_PARSE_H
#define SANDBOX_GOOGLE_BIGQUERY_PARSE_H

/* Between the files that read BigQuery's SQL: its words (bigquery_token.c), what has a value
 * (bigquery_expr.c), and the statement (bigquery_sql.c). */

#include "tests/sandbox/google/bigquery.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_QUOTED /* `name` */,
    TOKEN_TEXT,
    TOKEN_NUMBER,
    TOKEN_SIGN
};

struct token_at {
    enum token_kind kind;
    char text[256];
    size_t column; /* of the source, from 1 */
};

struct parser {
    const char *source, *at;
    struct token_at token;
    struct sql_query *out;
    char alias[128];
    size_t unnamed; /* columns so far */
    bool first;     /* the select that names the columns */
    bool inner;     /* the select in brackets, whose names the outer one uses */
    bool failed;
};

bool token_fail(struct parser *p, const char *fmt, const char *what); /* false */
bool token_unexpected(struct parser *p);                              /* false */
void token_advance(struct parser *p);
bool token_is_word(const struct parser *p, const char *word);
bool token_is_sign(const struct parser *p, const char *sign);
bool token_skip_word(struct parser *p, const char *word);
bool token_skip_sign(struct parser *p, const char *sign);
bool token_need_sign(struct parser *p, const char *sign);
bool token_need_word(struct parser *p, const char *word);
void token_add_name(struct str *out, const char *name);
void token_add_literal(struct str *out, const char *text);

/* A column, maybe of an alias; last: its bare name. */
bool expr_take_ref(struct parser *p, struct str *out, char last[128]);
/* A function of the list, a CAST, a literal or a column. name, type: as a column of a result; type
 * "" is the column's own. */
bool expr_take(struct parser *p, struct str *out, char name[128], char type[16]);

#endif

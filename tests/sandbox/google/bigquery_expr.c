/* What has a value: columns, literals, functions. */
#include "tests/sandbox/google/bigquery_parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What a query reads is what it is paid for. */
static void note_column(struct parser *p, const char *name)
{
    struct sql_query *q = p->out;
    for (size_t i = 0; i < q->n_read; i++)
        if (str_eq(q->read[i], name))
            return;
    if (q->n_read < SQL_COLUMNS)
        str_copy(q->read[q->n_read++], sizeof q->read[0], name);
}

bool expr_take_ref(struct parser *p, struct str *out, char last[128])
{
    char names[3][128];
    int n = 0;
    do {
        if ((p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_QUOTED) || n == 3)
            return token_unexpected(p);
        str_copy(names[n++], sizeof names[0], p->token.text);
        token_advance(p);
    } while (token_skip_sign(p, "."));
    int from = n > 1 && strcasecmp(names[0], "datastream_metadata") != 0 ? 1 : 0; /* an alias */
    str_copy(last, 128, names[n - 1]);
    note_column(p, names[from]);
    if (n - from == 2) {
        char field[128];
        for (size_t i = 0; i < sizeof field; i++)
            field[i] = (char)toupper((unsigned char)names[from + 1][i]);
        struct str path = {0};
        str_printf(&path, "$.%s", field);
        str_add(out, "json_extract(datastream_metadata, ");
        token_add_literal(out, str_text(&path));
        str_addc(out, ')');
        str_done(&path);
        return true;
    }
    token_add_name(out, names[from]);
    return true;
}

/* --- functions --- */

enum { ANY = 8 };
static const struct {
    const char *name, *sqlite, *type; /* type "": that of its argument */
    size_t least, most;
} functions[] = {
    {"COUNT", "count", "INTEGER", 1, 1},
    {"MIN", "min", "", 1, 1},
    {"MAX", "max", "", 1, 1},
    {"SUM", "sum", "INTEGER", 1, 1},
    {"SUBSTR", "substr", "STRING", 2, 3},
    {"LENGTH", "length", "INTEGER", 1, 1},
    {"CONCAT", "bq_concat", "STRING", 1, ANY},
    {"SHA256", "bq_sha256", "BYTES", 1, 1},
    {"TO_HEX", "bq_to_hex", "STRING", 1, 1},
};

static int function_at(const struct parser *p)
{
    const char *at = p->at;
    while (isspace((unsigned char)*at))
        at++;
    for (size_t i = 0; *at == '(' && i < sizeof functions / sizeof functions[0]; i++)
        if (token_is_word(p, functions[i].name))
            return (int)i;
    return -1;
}

static bool take_arguments(struct parser *p, int f, struct str *out, char type[16])
{
    char name[128], own[16] = "";
    size_t n = 0;
    if (f == 0 && token_skip_sign(p, "*")) {
        str_addc(out, '*');
        str_copy(type, 16, functions[f].type);
        return token_need_sign(p, ")");
    }
    if (f == 0 && token_skip_word(p, "DISTINCT"))
        str_add(out, "DISTINCT ");
    do {
        if (n++ > 0)
            str_add(out, ", ");
        if (!expr_take(p, out, name, own))
            return false;
    } while (token_skip_sign(p, ","));
    if (n < functions[f].least || n > functions[f].most)
        return token_fail(p, "No matching signature for function", functions[f].name);
    str_copy(type, 16, functions[f].type[0] != '\0' ? functions[f].type : own);
    return token_need_sign(p, ")");
}

static bool take_function(struct parser *p, int f, struct str *out, char type[16])
{
    token_advance(p);
    str_printf(out, "%s(", functions[f].sqlite);
    if (!token_need_sign(p, "(") || !take_arguments(p, f, out, type))
        return false;
    str_addc(out, ')');
    return true;
}

/* To text, or from text as a whole number: hexadecimal too. */
static bool take_cast(struct parser *p, struct str *out, char type[16])
{
    char name[128], own[16];
    struct str inner = {0};
    token_advance(p);
    bool fine =
        token_need_sign(p, "(") && expr_take(p, &inner, name, own) && token_need_word(p, "AS");
    bool text = fine && token_is_word(p, "STRING"), number = fine && token_is_word(p, "INT64");
    if (fine && !text && !number)
        fine = token_unexpected(p);
    if (fine) {
        str_printf(out, text ? "CAST(%s AS TEXT)" : "bq_int64(%s)", str_text(&inner));
        str_copy(type, 16, text ? "STRING" : "INTEGER");
        token_advance(p);
    }
    str_done(&inner);
    return fine && token_need_sign(p, ")");
}

bool expr_take(struct parser *p, struct str *out, char name[128], char type[16])
{
    int f = function_at(p);
    name[0] = type[0] = '\0';
    if (f >= 0)
        return take_function(p, f, out, type);
    if (token_is_word(p, "CAST"))
        return take_cast(p, out, type);
    if (p->token.kind == TOKEN_TEXT) {
        token_add_literal(out, p->token.text);
        str_copy(type, 16, "STRING");
    } else if (p->token.kind == TOKEN_NUMBER) {
        str_add(out, p->token.text);
        str_copy(type, 16, "INTEGER");
    } else {
        return expr_take_ref(p, out, name);
    }
    token_advance(p);
    return true;
}

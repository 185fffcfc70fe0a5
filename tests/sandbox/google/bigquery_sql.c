/* Counts and the like, from BigQuery's SQL to SQLite's. What is not understood is a syntax error.
 *
 *   query  = select { UNION ALL select } [ORDER BY ref [ASC|DESC]] [LIMIT n]
 *   select = SELECT item {, item} FROM `project.dataset.table` [[AS] alias] [WHERE test {AND test}]
 *   item   = (COUNT(*) | COUNT([DISTINCT] ref) | MIN(ref) | MAX(ref) | 'text' | n | ref) [[AS]
 * name] test   = ref (= != <> < <= > >=) value | ref IS [NOT] NULL | ref [NOT] IN (value {, value})
 *          | ref BETWEEN value AND value
 *   ref    = [alias.]column | datastream_metadata.field */

#include "tests/sandbox/google/bigquery.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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
    bool failed;
};

static bool fail(struct parser *p, const char *fmt, const char *what)
{
    if (!p->failed) {
        char text[200];
        snprintf(text, sizeof text, "%.60s \"%.60s\"", fmt, what);
        snprintf(p->out->wrong, sizeof p->out->wrong, "%.200s at [1:%zu]", text, p->token.column);
    }
    p->failed = true;
    return false;
}

static bool unexpected(struct parser *p)
{
    return p->token.kind == TOKEN_END ? fail(p, "Syntax error: Unexpected end of script", "")
                                      : fail(p, "Syntax error: Unexpected", p->token.text);
}

static void take_until(struct parser *p, char quote)
{
    size_t n = 0;
    for (p->at++; *p->at != '\0' && *p->at != quote; p->at++) {
        p->at += p->at[0] == '\\' && p->at[1] != '\0';
        if (n + 1 < sizeof p->token.text)
            p->token.text[n++] = *p->at;
    }
    p->token.text[n] = '\0';
    if (*p->at == quote)
        p->at++;
    else
        fail(p, "Syntax error: Unclosed literal", p->token.text);
}

static void take_while(struct parser *p, const char *extra)
{
    size_t n = 0;
    while (isalnum((unsigned char)*p->at) || (*p->at != '\0' && strchr(extra, *p->at) != NULL)) {
        if (n + 1 < sizeof p->token.text)
            p->token.text[n++] = *p->at;
        p->at++;
    }
    p->token.text[n] = '\0';
}

static void advance(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
    p->token.column = (size_t)(p->at - p->source) + 1;
    char ch = *p->at;
    if (ch == '\0') {
        p->token.kind = TOKEN_END;
        p->token.text[0] = '\0';
    } else if (ch == '`') {
        p->token.kind = TOKEN_QUOTED;
        take_until(p, '`');
    } else if (ch == '\'' || ch == '"') {
        p->token.kind = TOKEN_TEXT;
        take_until(p, ch);
    } else if (isdigit((unsigned char)ch) || (ch == '-' && isdigit((unsigned char)p->at[1]))) {
        p->token.kind = TOKEN_NUMBER;
        p->at += ch == '-';
        take_while(p, ".");
        if (ch == '-') {
            memmove(p->token.text + 1, p->token.text, sizeof p->token.text - 1);
            p->token.text[0] = '-';
        }
    } else if (isalpha((unsigned char)ch) || ch == '_') {
        p->token.kind = TOKEN_WORD;
        take_while(p, "_");
    } else {
        size_t n = (ch == '<' || ch == '>' || ch == '!') &&
                           (p->at[1] == '=' || (ch == '<' && p->at[1] == '>'))
                       ? 2
                       : 1;
        p->token.kind = TOKEN_SIGN;
        snprintf(p->token.text, sizeof p->token.text, "%.*s", (int)n, p->at);
        p->at += n;
    }
}

static bool is_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_WORD && strcasecmp(p->token.text, word) == 0;
}

static bool is_sign(const struct parser *p, const char *sign)
{
    return p->token.kind == TOKEN_SIGN && str_eq(p->token.text, sign);
}

static bool skip_word(struct parser *p, const char *word)
{
    if (!is_word(p, word))
        return false;
    advance(p);
    return true;
}

static bool skip_sign(struct parser *p, const char *sign)
{
    if (!is_sign(p, sign))
        return false;
    advance(p);
    return true;
}

static bool need_sign(struct parser *p, const char *sign)
{
    return skip_sign(p, sign) || unexpected(p);
}

static bool need_word(struct parser *p, const char *word)
{
    return skip_word(p, word) || unexpected(p);
}

static void add_name(struct str *out, const char *name)
{
    str_addc(out, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            str_addc(out, '"');
        str_addc(out, *name);
    }
    str_addc(out, '"');
}

static void add_literal(struct str *out, const char *text)
{
    str_addc(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            str_addc(out, '\'');
        str_addc(out, *text);
    }
    str_addc(out, '\'');
}

static bool take_ref(struct parser *p, struct str *out, char last[128])
{
    char names[3][128];
    int n = 0;
    do {
        if ((p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_QUOTED) || n == 3)
            return unexpected(p);
        str_copy(names[n++], sizeof names[0], p->token.text);
        advance(p);
    } while (skip_sign(p, "."));
    int from = n > 1 && strcasecmp(names[0], "datastream_metadata") != 0 ? 1 : 0; /* an alias */
    str_copy(last, 128, names[n - 1]);
    if (n - from == 2) {
        char field[128];
        for (size_t i = 0; i < sizeof field; i++)
            field[i] = (char)toupper((unsigned char)names[from + 1][i]);
        struct str path = {0};
        str_printf(&path, "$.%s", field);
        str_add(out, "json_extract(datastream_metadata, ");
        add_literal(out, str_text(&path));
        str_addc(out, ')');
        str_done(&path);
        return true;
    }
    add_name(out, names[from]);
    return true;
}

/* --- items --- */

static bool take_aggregate(struct parser *p, struct str *out, char type[16])
{
    char last[128];
    bool count = is_word(p, "COUNT");
    str_add(out, count ? "count(" : is_word(p, "MIN") ? "min(" : "max(");
    str_copy(type, 16, count ? "INTEGER" : "");
    advance(p);
    if (!need_sign(p, "("))
        return false;
    if (count && skip_sign(p, "*"))
        str_addc(out, '*');
    else {
        if (count && skip_word(p, "DISTINCT"))
            str_add(out, "DISTINCT ");
        if (!take_ref(p, out, last))
            return false;
    }
    str_addc(out, ')');
    return need_sign(p, ")");
}

static bool take_item(struct parser *p, struct str *out)
{
    struct sql_column column = {0};
    if (p->token.kind == TOKEN_TEXT) {
        add_literal(out, p->token.text);
        str_copy(column.type, sizeof column.type, "STRING");
        advance(p);
    } else if (p->token.kind == TOKEN_NUMBER) {
        str_add(out, p->token.text);
        str_copy(column.type, sizeof column.type, "INTEGER");
        advance(p);
    } else if (is_word(p, "COUNT") || is_word(p, "MIN") || is_word(p, "MAX")) {
        if (!take_aggregate(p, out, column.type))
            return false;
    } else if (!take_ref(p, out, column.name)) {
        return false;
    }
    bool as = skip_word(p, "AS");
    if (as || (p->token.kind == TOKEN_WORD && !is_word(p, "FROM"))) {
        if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_QUOTED)
            return unexpected(p);
        str_copy(column.name, sizeof column.name, p->token.text);
        advance(p);
    }
    if (!p->first)
        return true;
    if (p->out->n_columns == SQL_COLUMNS)
        return fail(p, "Too many columns", "");
    if (column.name[0] == '\0')
        snprintf(column.name, sizeof column.name, "f%zu_", p->unnamed++);
    str_add(out, " AS ");
    add_name(out, column.name);
    p->out->columns[p->out->n_columns++] = column;
    return true;
}

/* --- from and where --- */

static bool take_table(struct parser *p, struct str *out)
{
    struct sql_query *q = p->out;
    char project[128], dataset[128], table[128];
    if (p->token.kind != TOKEN_QUOTED)
        return unexpected(p);
    if (sscanf(p->token.text, "%127[^.].%127[^.].%127[^.]", project, dataset, table) != 3)
        return fail(p, "Table must be qualified with a dataset:", p->token.text);
    if (q->n_tables > 0 && (!str_eq(q->project, project) || !str_eq(q->dataset, dataset)))
        return fail(p, "The sandbox reads one dataset a query:", dataset);
    if (q->n_tables == SQL_TABLES)
        return fail(p, "Too many tables", "");
    str_copy(q->project, sizeof q->project, project);
    str_copy(q->dataset, sizeof q->dataset, dataset);
    str_copy(q->tables[q->n_tables++], sizeof q->tables[0], table);
    add_name(out, table);
    advance(p);
    skip_word(p, "AS");
    bool alias = p->token.kind == TOKEN_WORD && !is_word(p, "WHERE") && !is_word(p, "UNION") &&
                 !is_word(p, "ORDER") && !is_word(p, "LIMIT");
    if (alias)
        advance(p);
    return true;
}

static bool take_value(struct parser *p, struct str *out)
{
    if (p->token.kind == TOKEN_TEXT)
        add_literal(out, p->token.text);
    else if (p->token.kind == TOKEN_NUMBER)
        str_add(out, p->token.text);
    else if (is_word(p, "TRUE") || is_word(p, "FALSE"))
        str_add(out, is_word(p, "TRUE") ? "1" : "0");
    else
        return unexpected(p);
    advance(p);
    return true;
}

static bool take_list(struct parser *p, struct str *out)
{
    str_add(out, " IN (");
    if (!need_sign(p, "("))
        return false;
    do {
        if (!take_value(p, out))
            return false;
        if (is_sign(p, ","))
            str_addc(out, ',');
    } while (skip_sign(p, ","));
    str_addc(out, ')');
    return need_sign(p, ")");
}

static bool take_test(struct parser *p, struct str *out)
{
    static const char *const SIGNS[] = {"=", "!=", "<>", "<", "<=", ">", ">="};
    char last[128];
    if (!take_ref(p, out, last))
        return false;
    if (skip_word(p, "IS")) {
        str_add(out, skip_word(p, "NOT") ? " IS NOT NULL" : " IS NULL");
        return need_word(p, "NULL");
    }
    if (skip_word(p, "BETWEEN")) {
        str_add(out, " BETWEEN ");
        if (!take_value(p, out) || !need_word(p, "AND"))
            return false;
        str_add(out, " AND ");
        return take_value(p, out);
    }
    bool negated = skip_word(p, "NOT");
    str_add(out, negated ? " NOT" : "");
    if (skip_word(p, "IN"))
        return take_list(p, out);
    for (size_t i = 0; !negated && i < sizeof SIGNS / sizeof SIGNS[0]; i++)
        if (is_sign(p, SIGNS[i])) {
            str_addc(out, ' ');
            str_add(out, SIGNS[i]);
            str_addc(out, ' ');
            advance(p);
            return take_value(p, out);
        }
    return unexpected(p);
}

static bool take_select(struct parser *p, struct str *out)
{
    str_add(out, "SELECT ");
    if (!need_word(p, "SELECT"))
        return false;
    do {
        if (!take_item(p, out))
            return false;
        if (is_sign(p, ","))
            str_add(out, ", ");
    } while (skip_sign(p, ","));
    str_add(out, " FROM ");
    if (!need_word(p, "FROM") || !take_table(p, out))
        return false;
    if (!skip_word(p, "WHERE"))
        return true;
    str_add(out, " WHERE ");
    do {
        if (!take_test(p, out))
            return false;
        if (is_word(p, "AND"))
            str_add(out, " AND ");
    } while (skip_word(p, "AND"));
    return true;
}

static bool take_tail(struct parser *p, struct str *out)
{
    char last[128];
    if (skip_word(p, "ORDER")) {
        str_add(out, " ORDER BY ");
        if (!need_word(p, "BY") || !take_ref(p, out, last))
            return false;
        if (skip_word(p, "DESC"))
            str_add(out, " DESC");
        else
            skip_word(p, "ASC");
    }
    if (skip_word(p, "LIMIT")) {
        if (p->token.kind != TOKEN_NUMBER)
            return unexpected(p);
        str_printf(out, " LIMIT %s", p->token.text);
        advance(p);
    }
    skip_sign(p, ";");
    return p->token.kind == TOKEN_END || unexpected(p);
}

bool sql_translate(const char *text, struct sql_query *out)
{
    struct parser p = {.source = text, .at = text, .out = out, .first = true};
    memset(out, 0, sizeof *out);
    advance(&p);
    for (;;) {
        if (!take_select(&p, &out->text))
            return false;
        p.first = false;
        if (!skip_word(&p, "UNION"))
            break;
        if (!need_word(&p, "ALL"))
            return false;
        str_add(&out->text, " UNION ALL ");
    }
    return take_tail(&p, &out->text) && !p.failed;
}

void sql_done(struct sql_query *q)
{
    str_done(&q->text);
}

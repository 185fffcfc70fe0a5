/* Counts and the like, from BigQuery's SQL to SQLite's. What is not understood is a syntax error.
 *
 *   query  = select { UNION ALL select } [ORDER BY ref [ASC|DESC]] [LIMIT n]
 *   select = SELECT item {, item} FROM from [WHERE test {AND test}] [GROUP BY ref]
 *   from   = `project.dataset.table` [[AS] alias] | ( select ) [[AS] alias]
 *   item   = (COUNT(*) | expr) [[AS] name]
 *   expr   = FUNCTION( expr {, expr} ) | CAST( expr AS STRING|INT64 ) | 'text' | n | ref
 *   test   = expr (= != <> < <= > >=) value | expr IS [NOT] NULL
 *          | expr [NOT] IN (value {, value}) | expr BETWEEN value AND value
 *   ref    = [alias.]column | datastream_metadata.field */

#include "tests/sandbox/google/bigquery_parse.h"

#include <string.h>

/* --- items --- */

static bool take_item(struct parser *p, struct str *out)
{
    struct sql_column column = {0};
    if (!expr_take(p, out, column.name, column.type))
        return false;
    bool as = token_skip_word(p, "AS");
    if (as || (p->token.kind == TOKEN_WORD && !token_is_word(p, "FROM"))) {
        if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_QUOTED)
            return token_unexpected(p);
        str_copy(column.name, sizeof column.name, p->token.text);
        token_advance(p);
    }
    if (!p->first && !p->inner)
        return true;
    if (column.name[0] == '\0')
        snprintf(column.name, sizeof column.name, "f%zu_", p->unnamed++);
    str_add(out, " AS ");
    token_add_name(out, column.name);
    if (p->inner)
        return true;
    if (p->out->n_columns == SQL_COLUMNS)
        return token_fail(p, "Too many columns", "");
    p->out->columns[p->out->n_columns++] = column;
    return true;
}

/* --- from and where --- */

static bool take_select(struct parser *p, struct str *out);

/* A select in brackets: its columns are known to the outer one by their names alone. */
static bool take_inner(struct parser *p, struct str *out)
{
    bool inner = p->inner;
    p->inner = true;
    str_addc(out, '(');
    bool fine = take_select(p, out) && token_need_sign(p, ")");
    str_addc(out, ')');
    p->inner = inner;
    return fine;
}

static bool take_table(struct parser *p, struct str *out)
{
    struct sql_query *q = p->out;
    char project[128], dataset[128], table[128];
    if (token_skip_sign(p, "("))
        return take_inner(p, out);
    if (p->token.kind != TOKEN_QUOTED)
        return token_unexpected(p);
    if (sscanf(p->token.text, "%127[^.].%127[^.].%127[^.]", project, dataset, table) != 3)
        return token_fail(p, "Table must be qualified with a dataset:", p->token.text);
    if (q->n_tables > 0 && (!str_eq(q->project, project) || !str_eq(q->dataset, dataset)))
        return token_fail(p, "The sandbox reads one dataset a query:", dataset);
    if (q->n_tables == SQL_TABLES)
        return token_fail(p, "Too many tables", "");
    str_copy(q->project, sizeof q->project, project);
    str_copy(q->dataset, sizeof q->dataset, dataset);
    str_copy(q->tables[q->n_tables++], sizeof q->tables[0], table);
    token_add_name(out, table);
    token_advance(p);
    token_skip_word(p, "AS");
    bool alias = p->token.kind == TOKEN_WORD && !token_is_word(p, "WHERE") &&
                 !token_is_word(p, "UNION") && !token_is_word(p, "ORDER") &&
                 !token_is_word(p, "LIMIT") && !token_is_word(p, "GROUP");
    if (alias)
        token_advance(p);
    return true;
}

static bool take_value(struct parser *p, struct str *out)
{
    if (p->token.kind == TOKEN_TEXT)
        token_add_literal(out, p->token.text);
    else if (p->token.kind == TOKEN_NUMBER)
        str_add(out, p->token.text);
    else if (token_is_word(p, "TRUE") || token_is_word(p, "FALSE"))
        str_add(out, token_is_word(p, "TRUE") ? "1" : "0");
    else
        return token_unexpected(p);
    token_advance(p);
    return true;
}

static bool take_list(struct parser *p, struct str *out)
{
    str_add(out, " IN (");
    if (!token_need_sign(p, "("))
        return false;
    do {
        if (!take_value(p, out))
            return false;
        if (token_is_sign(p, ","))
            str_addc(out, ',');
    } while (token_skip_sign(p, ","));
    str_addc(out, ')');
    return token_need_sign(p, ")");
}

static bool take_test(struct parser *p, struct str *out)
{
    static const char *const SIGNS[] = {"=", "!=", "<>", "<", "<=", ">", ">="};
    char name[128], type[16];
    if (!expr_take(p, out, name, type))
        return false;
    if (token_skip_word(p, "IS")) {
        str_add(out, token_skip_word(p, "NOT") ? " IS NOT NULL" : " IS NULL");
        return token_need_word(p, "NULL");
    }
    if (token_skip_word(p, "BETWEEN")) {
        str_add(out, " BETWEEN ");
        if (!take_value(p, out) || !token_need_word(p, "AND"))
            return false;
        str_add(out, " AND ");
        return take_value(p, out);
    }
    bool negated = token_skip_word(p, "NOT");
    str_add(out, negated ? " NOT" : "");
    if (token_skip_word(p, "IN"))
        return take_list(p, out);
    for (size_t i = 0; !negated && i < sizeof SIGNS / sizeof SIGNS[0]; i++)
        if (token_is_sign(p, SIGNS[i])) {
            str_addc(out, ' ');
            str_add(out, SIGNS[i]);
            str_addc(out, ' ');
            token_advance(p);
            return take_value(p, out);
        }
    return token_unexpected(p);
}

static bool take_tests(struct parser *p, struct str *out)
{
    str_add(out, " WHERE ");
    do {
        if (!take_test(p, out))
            return false;
        if (token_is_word(p, "AND"))
            str_add(out, " AND ");
    } while (token_skip_word(p, "AND"));
    return true;
}

static bool take_group(struct parser *p, struct str *out)
{
    char last[128];
    str_add(out, " GROUP BY ");
    return token_need_word(p, "BY") && expr_take_ref(p, out, last);
}

static bool take_select(struct parser *p, struct str *out)
{
    str_add(out, "SELECT ");
    if (!token_need_word(p, "SELECT"))
        return false;
    do {
        if (!take_item(p, out))
            return false;
        if (token_is_sign(p, ","))
            str_add(out, ", ");
    } while (token_skip_sign(p, ","));
    str_add(out, " FROM ");
    if (!token_need_word(p, "FROM") || !take_table(p, out))
        return false;
    return (!token_skip_word(p, "WHERE") || take_tests(p, out)) &&
           (!token_skip_word(p, "GROUP") || take_group(p, out));
}

static bool take_tail(struct parser *p, struct str *out)
{
    char last[128];
    if (token_skip_word(p, "ORDER")) {
        str_add(out, " ORDER BY ");
        if (!token_need_word(p, "BY") || !expr_take_ref(p, out, last))
            return false;
        if (token_skip_word(p, "DESC"))
            str_add(out, " DESC");
        else
            token_skip_word(p, "ASC");
    }
    if (token_skip_word(p, "LIMIT")) {
        if (p->token.kind != TOKEN_NUMBER)
            return token_unexpected(p);
        str_printf(out, " LIMIT %s", p->token.text);
        token_advance(p);
    }
    token_skip_sign(p, ";");
    return p->token.kind == TOKEN_END || token_unexpected(p);
}

bool sql_translate(const char *text, struct sql_query *out)
{
    struct parser p = {.source = text, .at = text, .out = out, .first = true};
    memset(out, 0, sizeof *out);
    token_advance(&p);
    for (;;) {
        if (!take_select(&p, &out->text))
            return false;
        p.first = false;
        if (!token_skip_word(&p, "UNION"))
            break;
        if (!token_need_word(&p, "ALL"))
            return false;
        str_add(&out->text, " UNION ALL ");
    }
    return take_tail(&p, &out->text) && !p.failed;
}

void sql_done(struct sql_query *q)
{
    str_done(&q->text);
}

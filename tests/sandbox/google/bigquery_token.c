/* The words of BigQuery's SQL. */
#include "tests/sandbox/google/bigquery_parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool token_fail(struct parser *p, const char *fmt, const char *what)
{
    if (!p->failed) {
        char text[200];
        snprintf(text, sizeof text, "%.60s \"%.60s\"", fmt, what);
        snprintf(p->out->wrong, sizeof p->out->wrong, "%.200s at [1:%zu]", text, p->token.column);
    }
    p->failed = true;
    return false;
}

bool token_unexpected(struct parser *p)
{
    return p->token.kind == TOKEN_END ? token_fail(p, "Syntax error: Unexpected end of script", "")
                                      : token_fail(p, "Syntax error: Unexpected", p->token.text);
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
        token_fail(p, "Syntax error: Unclosed literal", p->token.text);
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

void token_advance(struct parser *p)
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

bool token_is_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_WORD && strcasecmp(p->token.text, word) == 0;
}

bool token_is_sign(const struct parser *p, const char *sign)
{
    return p->token.kind == TOKEN_SIGN && str_eq(p->token.text, sign);
}

bool token_skip_word(struct parser *p, const char *word)
{
    if (!token_is_word(p, word))
        return false;
    token_advance(p);
    return true;
}

bool token_skip_sign(struct parser *p, const char *sign)
{
    if (!token_is_sign(p, sign))
        return false;
    token_advance(p);
    return true;
}

bool token_need_sign(struct parser *p, const char *sign)
{
    return token_skip_sign(p, sign) || token_unexpected(p);
}

bool token_need_word(struct parser *p, const char *word)
{
    return token_skip_word(p, word) || token_unexpected(p);
}

void token_add_name(struct str *out, const char *name)
{
    str_addc(out, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            str_addc(out, '"');
        str_addc(out, *name);
    }
    str_addc(out, '"');
}

void token_add_literal(struct str *out, const char *text)
{
    str_addc(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            str_addc(out, '\'');
        str_addc(out, *text);
    }
    str_addc(out, '\'');
}

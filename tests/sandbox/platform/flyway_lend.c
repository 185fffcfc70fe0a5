/* Which files need more than a plain role of stock PostgreSQL may do? Cloud SQL's own superuser
 * group may make publications of all tables and give REPLICATION; here a superuser must. Only the
 * words of SQL count: `pg_create_logical_replication_slot('ds_replication', ...)` holds none of
 * them. */

#include "tests/sandbox/platform/flyway.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WORDS_KEPT = 4, WORD_MAX = 32, DEPTH_MAX = 8 };

struct scan {
    char last[WORDS_KEPT][WORD_MAX]; /* the newest at 0 */
    bool executing;                  /* inside EXECUTE ... ; where strings are SQL */
    bool found;
    int depth;
};

static void scan_sql(struct scan *s, const char *text, size_t bytes);

static bool is(const struct scan *s, int back, const char *word)
{
    return strcasecmp(s->last[back], word) == 0;
}

static void take_word(struct scan *s, const char *word, size_t n)
{
    memmove(s->last[1], s->last[0], sizeof(s->last[0]) * (WORDS_KEPT - 1));
    memset(s->last[0], 0, WORD_MAX);
    memcpy(s->last[0], word, n < WORD_MAX - 1 ? n : WORD_MAX - 1);
    if (is(s, 0, "EXECUTE"))
        s->executing = true;
    bool all_tables = is(s, 2, "FOR") && is(s, 1, "ALL") && is(s, 0, "TABLES");
    bool in_schema = is(s, 2, "TABLES") && is(s, 1, "IN") && is(s, 0, "SCHEMA") &&
                     !is(s, 3, "ALL"); /* GRANT ... ON ALL TABLES IN SCHEMA is anybody's */
    s->found = s->found || is(s, 0, "REPLICATION") || all_tables || in_schema;
}

static void take_string(struct scan *s, const char *text, size_t bytes)
{
    if (!s->executing || s->depth == DEPTH_MAX)
        return;
    char *plain = malloc(bytes + 1);
    size_t used = 0;
    for (size_t i = 0; plain != NULL && i < bytes; i++) {
        plain[used++] = text[i];
        i += text[i] == '\'' && i + 1 < bytes && text[i + 1] == '\''; /* '' is one quote */
    }
    struct scan inner = {.depth = s->depth + 1};
    if (plain != NULL)
        scan_sql(&inner, plain, used);
    s->found = s->found || inner.found;
    free(plain);
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

/* Past the quote that ends what begins at text[0]; a doubled one does not end it. */
static size_t quoted(const char *text, size_t bytes, bool backslash)
{
    size_t i = 1;
    for (; i < bytes; i++) {
        bool doubled = text[i] == text[0] && i + 1 < bytes && text[i + 1] == text[0];
        if (doubled || (backslash && text[i] == '\\'))
            i++;
        else if (text[i] == text[0])
            return i + 1;
    }
    return bytes;
}

static size_t comment(const char *text, size_t bytes)
{
    if (text[1] == '-') {
        const char *end = memchr(text, '\n', bytes);
        return end != NULL ? (size_t)(end - text) : bytes;
    }
    size_t i = 2;
    for (int depth = 1; i < bytes && depth > 0; i++) {
        bool pair = i + 1 < bytes;
        if (pair && text[i] == '/' && text[i + 1] == '*') {
            depth++;
            i++;
        } else if (pair && text[i] == '*' && text[i + 1] == '/') {
            depth--;
            i++;
        }
    }
    return i;
}

/* $$ or $name$: its length, or 0. What stands between two of them is SQL to us. */
static size_t dollar_tag(const char *text, size_t bytes)
{
    size_t i = 1;
    while (i < bytes && text[i] != '$' && is_word(text[i]))
        i++;
    return i < bytes && text[i] == '$' && (i == 1 || !isdigit((unsigned char)text[1])) ? i + 1 : 0;
}

static size_t step(struct scan *s, const char *text, size_t bytes, char before)
{
    bool two = bytes > 1;
    if (two && ((text[0] == '-' && text[1] == '-') || (text[0] == '/' && text[1] == '*')))
        return comment(text, bytes);
    if (text[0] == '\'') {
        size_t n = quoted(text, bytes, before == 'e' || before == 'E');
        take_string(s, text + 1, n > 2 ? n - 2 : 0);
        return n;
    }
    if (text[0] == '"') {
        size_t n = quoted(text, bytes, false);
        take_word(s, "\"", 1); /* a name: no word of ours, and it parts the words around it */
        return n;
    }
    size_t tag = text[0] == '$' ? dollar_tag(text, bytes) : 0;
    if (tag > 0)
        return tag;
    size_t n = 0;
    while (n < bytes && is_word(text[n]) && !(n == 0 && text[0] == '$'))
        n++;
    if (n > 0 && !(n == 1 && two && text[1] == '\''))
        take_word(s, text, n);
    if (text[0] == ';')
        s->executing = false;
    return n > 0 ? n : 1;
}

static void scan_sql(struct scan *s, const char *text, size_t bytes)
{
    char before = ' ';
    for (size_t at = 0; at < bytes && !s->found; before = text[at - 1])
        at += step(s, text + at, bytes - at, before);
}

bool flyway_needs_lending(const char *text, size_t bytes)
{
    struct scan s = {.found = false};
    scan_sql(&s, text, bytes);
    return s.found;
}

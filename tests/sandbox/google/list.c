/* Lists: filters, pages, partial answers. */

#include "tests/sandbox/google/inside.h"

#include "api/base/arena.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* --- filters: PATH OP VALUE joined by AND; compute's older form wraps each in brackets --- */

struct clause {
    char path[128], op[4], value[256];
    bool negated;
};

static const char *skip(const char *at)
{
    while (isspace((unsigned char)*at) || *at == '(' || *at == ')')
        at++;
    return at;
}

static const char *take_word(const char *at, char *out, size_t room)
{
    size_t n = 0;
    if (*at == '"') {
        for (at++; *at != '\0' && *at != '"'; at++) {
            at += at[0] == '\\' && at[1] != '\0';
            if (n + 1 < room)
                out[n++] = *at;
        }
        out[n] = '\0';
        return *at == '"' ? at + 1 : NULL;
    }
    for (; *at != '\0' && strchr(" ()", *at) == NULL; at++)
        if (n + 1 < room)
            out[n++] = *at;
    out[n] = '\0';
    return n > 0 ? at : NULL;
}

static const char *take_op(const char *at, char op[4])
{
    static const char *const OPS[] = {"!=", ">=", "<=", "=~", "=", ">", "<", ":", "eq ", "ne "};
    for (size_t i = 0; i < sizeof OPS / sizeof OPS[0]; i++)
        if (str_starts(at, OPS[i])) {
            str_copy(op, 4, OPS[i]);
            return at + strlen(OPS[i]);
        }
    return NULL;
}

static const char *take_path(const char *at, char *out, size_t room)
{
    size_t n = 0;
    for (; isalnum((unsigned char)*at) || (*at != '\0' && strchr("_.-/", *at) != NULL); at++)
        if (n + 1 < room)
            out[n++] = *at;
    out[n] = '\0';
    return n > 0 ? at : NULL;
}

/* NULL at the end or where it cannot be read; *fine tells which. */
static const char *take_clause(const char *at, struct clause *c, bool *fine)
{
    *fine = true;
    at = skip(at);
    if (str_starts(at, "AND ") || str_starts(at, "AND("))
        at = skip(at + 3);
    if (*at == '\0')
        return NULL;
    c->negated = str_starts(at, "NOT ");
    at = skip(c->negated ? at + 4 : at);
    *fine = false;
    if ((at = take_path(at, c->path, sizeof c->path)) == NULL)
        return NULL;
    at = skip(at);
    if ((at = take_op(at, c->op)) == NULL)
        return NULL;
    at = skip(at);
    if ((at = take_word(at, c->value, sizeof c->value)) == NULL)
        return NULL;
    *fine = true;
    return at;
}

bool filter_ok(const char *filter, bool compute)
{
    struct clause c;
    bool fine = true;
    for (const char *at = filter; at != NULL;) {
        at = take_clause(at, &c, &fine);
        if (at != NULL && !compute && (str_eq(c.op, "eq ") || str_eq(c.op, "ne ")))
            return false;
    }
    return fine;
}

static int severity(const char *word)
{
    static const char *const WORDS[] = {"DEFAULT", "DEBUG",    "INFO",  "NOTICE",   "WARNING",
                                        "ERROR",   "CRITICAL", "ALERT", "EMERGENCY"};
    for (int i = 0; i < 9; i++)
        if (str_eq(WORDS[i], word))
            return i;
    return -1;
}

static bool regex_match(const char *pattern, const char *text, bool whole)
{
    struct str full = {0};
    str_printf(&full, whole ? "^(%s)$" : "%s", pattern);
    regex_t re;
    bool hit = false;
    if (regcomp(&re, str_text(&full), REG_EXTENDED | REG_NOSUB) == 0) {
        hit = regexec(&re, text, 0, NULL, 0) == 0;
        regfree(&re);
    }
    str_done(&full);
    return hit;
}

static int compare(const char *a, const char *b)
{
    long long x, y;
    if (severity(a) >= 0 && severity(b) >= 0)
        return severity(a) - severity(b);
    if (str_int64(a, INT64_MIN, INT64_MAX, &x) && str_int64(b, INT64_MIN, INT64_MAX, &y))
        return x < y ? -1 : x > y;
    return strcmp(a, b);
}

static bool holds(const struct clause *c, const char *text)
{
    if (str_eq(c->op, "=") || str_eq(c->op, "eq "))
        return str_eq(c->op, "=") ? compare(text, c->value) == 0
                                  : regex_match(c->value, text, true);
    if (str_eq(c->op, "!="))
        return compare(text, c->value) != 0;
    if (str_eq(c->op, "ne "))
        return !regex_match(c->value, text, true);
    if (str_eq(c->op, "=~"))
        return regex_match(c->value, text, false);
    if (str_eq(c->op, ":"))
        return str_eq(c->value, "*") || strstr(text, c->value) != NULL;
    if (str_eq(c->op, ">="))
        return compare(text, c->value) >= 0;
    if (str_eq(c->op, "<="))
        return compare(text, c->value) <= 0;
    return str_eq(c->op, ">") ? compare(text, c->value) > 0 : compare(text, c->value) < 0;
}

static bool clause_match(const struct clause *c, const struct val *doc)
{
    const struct val *v = val_get(doc, c->path);
    struct str text = {0};
    if (v != NULL && v->kind == VAL_TEXT)
        str_add(&text, v->text);
    else if (v != NULL)
        val_print(v, &text, false);
    bool hit = (v != NULL || str_starts(c->op, "!")) && holds(c, str_text(&text));
    str_done(&text);
    return hit != c->negated;
}

bool filter_match(const char *filter, const struct val *doc)
{
    struct clause c;
    bool fine;
    for (const char *at = filter; at != NULL && (at = take_clause(at, &c, &fine)) != NULL;)
        if (!clause_match(&c, doc))
            return false;
    return true;
}

/* --- pages --- */

/* A token tells where to go on; it is bound to its list, as Google's are. */
static void page_token(const char *key, size_t from, char out[48])
{
    unsigned sum = 5381;
    for (const char *at = key; *at != '\0'; at++)
        sum = sum * 33 + (unsigned char)*at;
    snprintf(out, 48, "Cg%08x%06zx", sum, from);
}

static bool page_from(struct call *c, const char *key, size_t *from)
{
    const char *token = call_query(c, "pageToken");
    if (token == NULL && c->body != NULL)
        token = val_text(c->body, "pageToken");
    *from = 0;
    if (token == NULL || *token == '\0')
        return true;
    char same[48];
    if (strlen(token) == 16)
        *from = strtoul(token + 10, NULL, 16);
    page_token(key, *from, same);
    if (str_eq(same, token))
        return true;
    call_refuse_field(c, "page_token", "Invalid page token: %.60s", token);
    return false;
}

static size_t page_size(struct call *c, int size, int most)
{
    const char *asked = call_query(c, "pageSize");
    long long n = 0;
    if (asked == NULL)
        asked = call_query(c, "maxResults");
    if (asked != NULL)
        str_int64(asked, 0, INT32_MAX, &n);
    else if (c->body != NULL)
        n = val_int(c->body, "pageSize", 0);
    if (n <= 0)
        n = size;
    return (size_t)(n > most ? most : n);
}

void list_answer(struct call *c, const char *key, struct val *items, int size, int most,
                 struct val *frame)
{
    struct val *out = frame != NULL ? frame : val_object(), *page = val_array();
    bool compute = c->service->family == FAMILY_COMPUTE;
    const char *filter = call_query(c, "filter");
    size_t from, at = 0, n = page_size(c, size, most);
    if (filter != NULL && !filter_ok(filter, compute))
        call_refuse_field(c, "filter",
                          compute ? "Invalid value for field 'filter': '%.100s'. Invalid "
                                    "list filter expression."
                                  : "Invalid list filter: %.100s",
                          filter);
    else if (page_from(c, key, &from)) {
        char token[48] = "";
        for
            val_each(item, items)
            {
                if (filter != NULL && !filter_match(filter, item))
                    continue;
                if (at >= from && at < from + n)
                    val_add(page, val_copy(item));
                if (at == from + n)
                    page_token(key, at, token);
                at++;
            }
        if (page->first != NULL)
            val_put(out, key, val_copy(page));
        if (token[0] != '\0')
            val_put_text(out, "nextPageToken", token);
        call_answer(c, out);
        out = NULL;
    }
    val_free(out);
    val_free(page);
    val_free(items);
}

/* --- fields=a,b(c,d),e/f --- */

static const char *select_members(const char *at, struct val *want)
{
    char name[128];
    for (;;) {
        size_t n = 0;
        struct val *into = want;
        while (isalnum((unsigned char)*at) || (*at != '\0' && strchr("_*@$/-", *at) != NULL)) {
            if (*at == '/') {
                name[n] = '\0';
                struct val *deeper = val_member(into, name);
                if (deeper == NULL)
                    val_put_member(into, name, deeper = val_object());
                into = deeper;
                n = 0;
            } else if (n + 1 < sizeof name) {
                name[n++] = *at;
            }
            at++;
        }
        if (n == 0)
            return NULL;
        name[n] = '\0';
        struct val *child = val_object();
        val_put_member(into, name, child);
        if (*at == '(') {
            at = select_members(at + 1, child);
            if (at == NULL || *at != ')')
                return NULL;
            at++;
        }
        if (*at != ',')
            return at;
        at++;
    }
}

static void keep_selected(struct val *v, const struct val *want)
{
    if (want->first == NULL || val_member(want, "*") != NULL)
        return;
    if (v->kind == VAL_ARRAY) {
        for
            val_each(item, v) keep_selected(item, want);
        return;
    }
    for (struct val *item = v->first, *next; item != NULL; item = next) {
        next = item->next;
        const struct val *kept = val_member(want, item->key);
        if (kept == NULL)
            val_drop(v, item);
        else
            keep_selected(item, kept);
    }
}

bool fields_select(struct val *out, const char *fields)
{
    struct val *want = val_object();
    const char *end = select_members(fields, want);
    bool fine = end != NULL && *end == '\0';
    if (fine)
        keep_selected(out, want);
    val_free(want);
    return fine;
}

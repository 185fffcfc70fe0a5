/* Array literals ({1,NULL,"a \"b\""}, nested, with or without bounds) as JSON. */

#include "tests/sandbox/replicate/value.h"

#include "api/base/str.h"

#include <string.h>

enum { DEPTH_MAX = 8 }; /* PostgreSQL has six dimensions */

struct literal {
    const char *at, *end;
    enum value_kind kind;
    struct str token;
    struct str json;
};

static void add_json_string(struct str *to, const char *text, size_t n)
{
    static const char *const names[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};
    str_addc(to, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < sizeof names / sizeof *names && names[c])
            str_add(to, names[c]);
        else if (c < 0x20)
            str_printf(to, "\\u%04x", (unsigned)c);
        else if (c == '"' || c == '\\')
            str_printf(to, "\\%c", c);
        else
            str_addc(to, (char)c);
    }
    str_addc(to, '"');
}

/* What PostgreSQL prints for a number is one in JSON too, but for NaN and the infinities. */
static bool is_number(const char *text, size_t n)
{
    size_t i = n > 0 && text[0] == '-' ? 1 : 0;
    return i < n && text[i] >= '0' && text[i] <= '9' &&
           strspn(text + i, "0123456789.eE+-") == n - i;
}

static void add_base64(struct str *to, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    str_addc(to, '"');
    for (size_t i = 0; i < n; i += 3) {
        unsigned three = (unsigned)bytes[i] << 16;
        three |= i + 1 < n ? (unsigned)bytes[i + 1] << 8 : 0;
        three |= i + 2 < n ? bytes[i + 2] : 0;
        str_addc(to, digits[three >> 18]);
        str_addc(to, digits[three >> 12 & 63]);
        str_addn(to, i + 1 < n ? &digits[three >> 6 & 63] : "=", 1);
        str_addn(to, i + 2 < n ? &digits[three & 63] : "=", 1);
    }
    str_addc(to, '"');
}

static void add_blob(struct str *to, const char *text, size_t n)
{
    struct arena a;
    struct value blob;
    arena_init(&a);
    if (value_unhex(text, n, &a, &blob))
        add_base64(to, (const unsigned char *)blob.bytes, blob.n);
    else
        add_json_string(to, text, n);
    arena_done(&a);
}

static void add_element(struct literal *l)
{
    const char *text = str_text(&l->token);
    size_t n = l->token.bytes;
    if (l->kind == VALUE_DOCUMENTS || (l->kind == VALUE_NUMBERS && is_number(text, n)))
        str_addn(&l->json, text, n);
    else if (l->kind == VALUE_BOOLEANS && n == 1 && (text[0] == 't' || text[0] == 'f'))
        str_add(&l->json, text[0] == 't' ? "true" : "false");
    else if (l->kind == VALUE_BLOBS)
        add_blob(&l->json, text, n);
    else
        add_json_string(&l->json, text, n);
}

static bool read_quoted(struct literal *l)
{
    for (l->at++; l->at < l->end && *l->at != '"'; l->at++) {
        if (*l->at == '\\' && ++l->at == l->end)
            return false;
        str_addc(&l->token, *l->at);
    }
    return l->at < l->end && *l->at++ == '"';
}

static bool read_bare(struct literal *l)
{
    for (; l->at < l->end && !strchr("{},\"", *l->at); l->at++) {
        if (*l->at == '\\' && ++l->at == l->end)
            return false;
        str_addc(&l->token, *l->at);
    }
    return l->token.bytes > 0;
}

static bool read_element(struct literal *l)
{
    str_clear(&l->token);
    bool quoted = *l->at == '"';
    if (!(quoted ? read_quoted(l) : read_bare(l)))
        return false;
    if (!quoted && str_eq(str_text(&l->token), "NULL"))
        str_add(&l->json, "null");
    else
        add_element(l);
    return true;
}

static bool read_list(struct literal *l, int depth)
{
    if (depth > DEPTH_MAX || l->at == l->end || *l->at++ != '{')
        return false;
    str_addc(&l->json, '[');
    for (bool first = true; l->at < l->end && *l->at != '}'; first = false) {
        if (!first) {
            if (*l->at++ != ',' || l->at == l->end)
                return false;
            str_addc(&l->json, ',');
        }
        if (!(*l->at == '{' ? read_list(l, depth + 1) : read_element(l)))
            return false;
    }
    str_addc(&l->json, ']');
    return l->at < l->end && *l->at++ == '}';
}

/* "[0:2]={...}": bounds that are not 1 stand before the value; JSON has no place for them. */
static void skip_bounds(struct literal *l)
{
    const char *equals =
        l->at < l->end && *l->at == '[' ? memchr(l->at, '=', (size_t)(l->end - l->at)) : NULL;
    if (equals)
        l->at = equals + 1;
}

bool value_array(enum value_kind kind, const char *text, size_t n, struct arena *a,
                 struct value *out)
{
    struct literal l = {.at = text, .end = text + n, .kind = kind};
    skip_bounds(&l);
    bool good = read_list(&l, 1) && l.at == l.end;
    if (good)
        *out = (struct value){.form = VALUE_IS_TEXT,
                              .bytes = arena_copy(a, str_text(&l.json), l.json.bytes),
                              .n = l.json.bytes};
    str_done(&l.token);
    str_done(&l.json);
    return good;
}

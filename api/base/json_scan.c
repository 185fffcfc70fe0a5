#include "api/base/json_scan.h"

#include "api/base/json.h"
#include "api/base/utf8.h"

#include <string.h>

static const char cut_off[] = "the document is cut off";

struct scan {
    const char *at, *end;
    const char *why; /* the first fault */
    int line;
    int depth;
};

static bool fail(struct scan *s, const char *why)
{
    if (!s->why)
        s->why = why;
    return false;
}

static int peek(const struct scan *s)
{
    return s->at < s->end ? (unsigned char)*s->at : -1;
}

static void blank(struct scan *s)
{
    for (; s->at < s->end; s->at++) {
        if (*s->at == '\n')
            s->line++;
        else if (*s->at != ' ' && *s->at != '\t' && *s->at != '\r')
            return;
    }
}

static int hex4(const char *p)
{
    int value = 0;

    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *d = p[i] ? strchr(digits, p[i]) : NULL;
        if (!d)
            return -1;
        value = value * 16 + (int)((d - digits) % 16);
    }
    return value;
}

/* at stands behind "\u". A high surrogate needs its low one. */
static bool unicode_escape(struct scan *s)
{
    if (s->end - s->at < 4)
        return fail(s, "an escape is cut off");
    int unit = hex4(s->at);
    s->at += 4;
    if (unit < 0)
        return fail(s, "\\u needs four hexadecimal digits");
    if (unit == 0)
        return fail(s, "a text holds a NUL character");
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    bool pair = unit < 0xDC00 && s->end - s->at >= 6 && s->at[0] == '\\' && s->at[1] == 'u';
    int low = pair ? hex4(s->at + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return fail(s, "half a surrogate pair");
    s->at += 6;
    return true;
}

static bool escape(struct scan *s)
{
    s->at++;
    int c = peek(s);
    if (c < 0)
        return fail(s, "an escape is cut off");
    s->at++;
    if (c == 'u')
        return unicode_escape(s);
    return (c && strchr("\"\\/bfnrt", c)) || fail(s, "an unknown escape");
}

static bool string(struct scan *s)
{
    if (peek(s) != '"')
        return fail(s, s->at < s->end ? "a text in double quotes was expected" : cut_off);
    s->at++;
    for (;;) {
        int c = peek(s);
        uint32_t cp;
        if (c < 0)
            return fail(s, "a text does not end");
        if (c < 0x20)
            return fail(s, "a control character inside a text");
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c == '\\') {
            if (!escape(s))
                return false;
            continue;
        }
        size_t n = utf8_next(s->at, (size_t)(s->end - s->at), &cp);
        if (cp == UINT32_MAX)
            return fail(s, "not UTF-8");
        s->at += n;
    }
}

static bool digits(struct scan *s)
{
    const char *from = s->at;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > from || fail(s, "a number without digits");
}

static bool number(struct scan *s)
{
    const char *from = s->at;

    if (peek(s) == '-')
        s->at++;
    bool zero = peek(s) == '0';
    const char *first = s->at;
    if (!digits(s))
        return false;
    if (zero && s->at - first > 1)
        return fail(s, "a number with a leading zero");
    if (peek(s) == '.') {
        s->at++;
        if (!digits(s))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!digits(s))
            return false;
    }
    return s->at - from <= 63 || fail(s, "a number of more than 63 characters");
}

static bool word(struct scan *s, const char *text)
{
    size_t n = strlen(text);

    if ((size_t)(s->end - s->at) < n || memcmp(s->at, text, n) != 0)
        return fail(s, "a value was expected");
    s->at += n;
    return true;
}

static bool value(struct scan *s);

static bool member(struct scan *s, char close)
{
    if (close == ']')
        return value(s);
    blank(s);
    if (!string(s))
        return false;
    blank(s);
    if (peek(s) != ':')
        return fail(s, s->at < s->end ? "a colon was expected" : cut_off);
    s->at++;
    return value(s);
}

static bool container(struct scan *s, char close)
{
    if (++s->depth > JSON_MAX_DEPTH)
        return fail(s, "nested too deeply");
    s->at++;
    blank(s);
    bool empty = peek(s) == close;
    while (!empty) {
        if (!member(s, close))
            return false;
        blank(s);
        if (peek(s) == close)
            break;
        if (peek(s) != ',')
            return fail(s,
                        s->at < s->end ? "a comma or the end of the list was expected" : cut_off);
        s->at++;
    }
    s->at++;
    s->depth--;
    return true;
}

static bool value(struct scan *s)
{
    blank(s);
    int c = peek(s);
    if (c == '{' || c == '[')
        return container(s, c == '{' ? '}' : ']');
    if (c == '"')
        return string(s);
    if (c == '-' || (c >= '0' && c <= '9'))
        return number(s);
    if (c < 0)
        return fail(s, cut_off);
    return word(s, c == 't' ? "true" : c == 'f' ? "false" : "null");
}

bool json_scan(const char *text, size_t bytes, struct json_fault *fault)
{
    struct scan s = {.at = text, .end = text + bytes, .line = 1};
    bool ok = bytes <= JSON_MAX_BYTES || fail(&s, "the document is too large");

    if (ok)
        blank(&s);
    if (ok && s.at == s.end)
        ok = fail(&s, "the document is empty");
    ok = ok && value(&s);
    if (ok) {
        blank(&s);
        ok = s.at == s.end || fail(&s, "something follows the end of the document");
    }
    fault->why = s.why;
    fault->line = s.line;
    return ok;
}

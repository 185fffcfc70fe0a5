#include "api/base/json.h"
#include "api/base/safe.h"
#include "api/base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- writing --- */

void json_begin(struct json_out *o, struct str *to, bool pretty)
{
    *o = (struct json_out){.to = to, .pretty = pretty};
}

static void escaped(struct str *to, uint32_t cp)
{
    static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";

    for (const char *p = shorts; *p; p += 2)
        if ((uint32_t)*p == cp) {
            str_addc(to, '\\');
            str_addc(to, p[1]);
            return;
        }
    if (cp > 0xFFFF) {
        str_printf(to, "\\u%04x", 0xD7C0U + (unsigned)(cp >> 10));
        cp = 0xDC00U + (cp & 0x3FF);
    }
    str_printf(to, "\\u%04x", (unsigned)cp);
}

/* Foreign bytes that are not UTF-8 become U+FFFD: the document stays JSON. */
static void put_text(struct str *to, const char *text)
{
    size_t left = strlen(text);

    str_addc(to, '"');
    while (left > 0) {
        size_t plain = 0;
        while (plain < left && (unsigned char)text[plain] >= 0x20 && text[plain] != '"' &&
               text[plain] != '\\' && (unsigned char)text[plain] < 0x7F)
            plain++;
        str_addn(to, text, plain);
        text += plain;
        left -= plain;
        if (left == 0)
            break;
        uint32_t cp;
        size_t n = utf8_next(text, left, &cp);
        if (cp == UINT32_MAX)
            str_add(to, "\xEF\xBF\xBD");
        else if (cp == '"' || cp == '\\' || safe_is_harmful(cp)) /* the value stays exact */
            escaped(to, cp);
        else
            str_addn(to, text, n);
        text += n;
        left -= n;
    }
    str_addc(to, '"');
}

static void new_line(struct json_out *o)
{
    if (!o->pretty)
        return;
    str_addc(o->to, '\n');
    for (int i = 0; i < o->depth; i++)
        str_add(o->to, "  ");
}

/* What stands before every value: the comma, the line, the key. */
static void lead(struct json_out *o, const char *key)
{
    if (o->depth == 0)
        return;
    if (o->some[o->depth - 1])
        str_addc(o->to, ',');
    o->some[o->depth - 1] = true;
    new_line(o);
    if (!key)
        return;
    put_text(o->to, key);
    str_add(o->to, o->pretty ? ": " : ":");
}

static void open_with(struct json_out *o, const char *key, char c)
{
    assert(o->depth < JSON_MAX_DEPTH);
    lead(o, key);
    str_addc(o->to, c);
    o->some[o->depth++] = false;
}

static void close_with(struct json_out *o, char c)
{
    assert(o->depth > 0);
    o->depth--;
    if (o->some[o->depth])
        new_line(o);
    str_addc(o->to, c);
    if (o->depth == 0 && o->pretty)
        str_addc(o->to, '\n');
}

void json_open_object(struct json_out *o, const char *key)
{
    open_with(o, key, '{');
}

void json_open_array(struct json_out *o, const char *key)
{
    open_with(o, key, '[');
}

void json_close_object(struct json_out *o)
{
    close_with(o, '}');
}

void json_close_array(struct json_out *o)
{
    close_with(o, ']');
}

void json_put_string(struct json_out *o, const char *key, const char *value)
{
    lead(o, key);
    if (value)
        put_text(o->to, value);
    else
        str_add(o->to, "null");
}

void json_put_int(struct json_out *o, const char *key, int64_t value)
{
    lead(o, key);
    str_printf(o->to, "%" PRId64, value);
}

/* The shortest text that reads back as the same number, with a point in every locale. */
void json_put_double(struct json_out *o, const char *key, double value)
{
    char text[40];

    if (!isfinite(value)) {
        json_put_null(o, key);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double back = strtod(text, NULL);
        if (!(back < value) && !(back > value))
            break;
    }
    for (char *p = text; *p; p++)
        if (!strchr("+-0123456789eE", *p))
            *p = '.';
    lead(o, key);
    str_add(o->to, text);
}

void json_put_bool(struct json_out *o, const char *key, bool value)
{
    lead(o, key);
    str_add(o->to, value ? "true" : "false");
}

void json_put_null(struct json_out *o, const char *key)
{
    lead(o, key);
    str_add(o->to, "null");
}

void json_put_part(struct json_out *o, const char *key, const struct json *part)
{
    char number[64];

    if (json_is_object(part) || json_is_array(part)) {
        bool object = json_is_object(part);
        open_with(o, key, object ? '{' : '[');
        for
            json_each(item, part) json_put_part(o, object ? json_key(item) : NULL, item);
        close_with(o, object ? '}' : ']');
    } else if (json_is_string(part)) {
        json_put_string(o, key, json_text(part));
    } else if (json_is_number(part)) {
        lead(o, key);
        str_add(o->to, json_number_text(part, number));
    } else if (json_is_bool(part)) {
        json_put_bool(o, key, json_as_bool(part, false));
    } else {
        json_put_null(o, key);
    }
}

void json_print(const struct json *j, struct str *out)
{
    struct json_out o;

    json_begin(&o, out, false);
    json_put_part(&o, NULL, j);
}

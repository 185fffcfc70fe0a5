#include "tests/sandbox/google/shape.h"

#include "api/base/clock.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void shape_snake(const char *camel, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; camel[i] != '\0' && n + 2 < room; i++) {
        if (isupper((unsigned char)camel[i]) && i > 0)
            out[n++] = '_';
        out[n++] = (char)tolower((unsigned char)camel[i]);
    }
    out[n] = '\0';
}

const struct shape *shape_row(const struct shape *shape, const char *name)
{
    for (; shape != NULL && shape->name != NULL; shape++)
        if (str_eq(shape->name, name))
            return shape;
    return NULL;
}

__attribute__((format(printf, 3, 4))) static bool say(struct wrong *w, const char *field,
                                                      const char *fmt, ...)
{
    struct str text = {0};
    va_list args;
    va_start(args, fmt);
    str_vprintf(&text, fmt, args);
    va_end(args);
    str_copy(w->field, sizeof w->field, field);
    str_copy(w->text, sizeof w->text, str_text(&text));
    str_done(&text);
    return false;
}

static bool in_values(const char *values, const char *text)
{
    size_t n = strlen(text);
    for (const char *at = values; n > 0 && at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, text, n) == 0 && (at[n] == '|' || at[n] == '\0'))
            return true;
    }
    return false;
}

static bool is_uuid(const char *s)
{
    if (strlen(s) != 36 || str_eq(s, "00000000-0000-0000-0000-000000000000"))
        return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
            return false;
    }
    return true;
}

static bool is_duration(const char *s)
{
    size_t whole = strspn(s += *s == '-', "0123456789");
    if (whole == 0 || whole > 12)
        return false;
    s += whole;
    if (*s == '.') {
        size_t part = strspn(++s, "0123456789");
        if (part == 0 || part > 9)
            return false;
        s += part;
    }
    return str_eq(s, "s");
}

static bool is_base64(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");
    return s[n + strspn(s + n, "=")] == '\0' && strlen(s + n) <= 2 && n % 4 != 1;
}

static const char *type_name(enum shape_type type)
{
    switch (type) {
    case SHAPE_STRING:
    case SHAPE_UUID:
    case SHAPE_MASK:
        return "TYPE_STRING";
    case SHAPE_INT32:
        return "TYPE_INT32";
    case SHAPE_UINT32:
        return "TYPE_UINT32";
    case SHAPE_INT64:
        return "TYPE_INT64";
    case SHAPE_BOOL:
        return "TYPE_BOOL";
    case SHAPE_DOUBLE:
        return "TYPE_DOUBLE";
    case SHAPE_ENUM:
        return "TYPE_ENUM";
    case SHAPE_BYTES:
        return "TYPE_BYTES";
    case SHAPE_DURATION:
        return "type.googleapis.com/google.protobuf.Duration";
    case SHAPE_TIME:
        return "type.googleapis.com/google.protobuf.Timestamp";
    case SHAPE_MAP:
    case SHAPE_ANY:
    case SHAPE_MESSAGE:
        break;
    }
    return "Map";
}

static bool in_range(const struct shape *row, const char *field, long long n, struct wrong *w)
{
    long long lo = row->type == SHAPE_UINT32 ? 0 : INT32_MIN;
    long long hi = row->type == SHAPE_UINT32 ? UINT32_MAX : INT32_MAX;
    if (row->min != 0 || row->max != 0) {
        lo = row->min;
        hi = row->max;
    }
    if (n < lo || n > hi)
        return say(w, field, "Invalid value for '%s': %lld is out of range", field, n);
    return true;
}

static bool check_text(const struct shape *row, const char *field, const char *s, struct wrong *w)
{
    switch (row->type) {
    case SHAPE_ENUM:
        if (!in_values(row->values, s))
            return say(w, field, "Invalid value at '%s' (TYPE_ENUM), \"%s\"", field, s);
        return true;
    case SHAPE_DURATION:
        if (!is_duration(s))
            return say(w, field,
                       "Invalid value at '%s' (type.googleapis.com/google.protobuf.Duration), "
                       "Illegal duration format; duration must end with 's'",
                       field);
        return true;
    case SHAPE_TIME:
        if (clock_parse(s) < 0)
            return say(w, field,
                       "Invalid value at '%s' (type.googleapis.com/google.protobuf.Timestamp), "
                       "Illegal timestamp format; timestamps must end with 'Z' or have a valid "
                       "timezone offset.",
                       field);
        return true;
    case SHAPE_BYTES:
        if (!is_base64(s))
            return say(w, field,
                       "Invalid value at '%s' (TYPE_BYTES), Base64 decoding failed for \"%.40s\"",
                       field, s);
        return true;
    case SHAPE_UUID:
        if (!is_uuid(s))
            return say(w, field, "Invalid value for field \"%s\": \"%.60s\" is not a valid UUID.",
                       field, s);
        return true;
    case SHAPE_STRING:
    case SHAPE_MASK:
    case SHAPE_INT32:
    case SHAPE_UINT32:
    case SHAPE_INT64:
    case SHAPE_BOOL:
    case SHAPE_DOUBLE:
    case SHAPE_MAP:
    case SHAPE_ANY:
    case SHAPE_MESSAGE:
        break;
    }
    return true;
}

static bool is_textual(enum shape_type type)
{
    return type == SHAPE_STRING || type == SHAPE_ENUM || type == SHAPE_DURATION ||
           type == SHAPE_TIME || type == SHAPE_BYTES || type == SHAPE_UUID || type == SHAPE_MASK;
}

bool shape_check_text(const struct shape *row, const char *text, struct wrong *w)
{
    char field[128];
    shape_snake(row->name, field, sizeof field);
    long long n;
    if (row->type == SHAPE_BOOL && !str_eq(text, "true") && !str_eq(text, "false"))
        return say(w, field, "Invalid value at '%s' (TYPE_BOOL), \"%s\"", field, text);
    if (row->type == SHAPE_INT32 || row->type == SHAPE_UINT32) {
        if (!str_int64(text, INT64_MIN, INT64_MAX, &n))
            return say(w, field, "Invalid value at '%s' (%s), \"%s\"", field, type_name(row->type),
                       text);
        return in_range(row, field, n, w);
    }
    if (row->type == SHAPE_INT64 && !str_int64(text, INT64_MIN, INT64_MAX, &n))
        return say(w, field, "Invalid value at '%s' (TYPE_INT64), \"%s\"", field, text);
    return check_text(row, field, text, w);
}

static const char *show(const struct val *v, struct str *out)
{
    val_print(v, out, false);
    if (out->bytes > 80)
        out->text[out->bytes = 80] = '\0';
    return str_text(out);
}

static bool wrong_type(const struct shape *row, const char *field, const struct val *v,
                       struct wrong *w)
{
    struct str text = {0};
    if (v->kind == VAL_ARRAY)
        say(w, field, "Invalid value at '%s': Proto field is not repeating, cannot start list.",
            field);
    else if (v->kind == VAL_OBJECT)
        say(w, field, "Invalid value at '%s': starting an object on a scalar field", field);
    else
        say(w, field, "Invalid value at '%s' (%s), %s", field, type_name(row->type),
            show(v, &text));
    str_done(&text);
    return false;
}

static bool check_scalar(const struct shape *row, const char *field, const struct val *v,
                         struct wrong *w)
{
    long long n;
    if (is_textual(row->type))
        return v->kind == VAL_TEXT ? check_text(row, field, v->text, w)
                                   : wrong_type(row, field, v, w);
    if (row->type == SHAPE_BOOL)
        return v->kind == VAL_BOOL || wrong_type(row, field, v, w);
    if (row->type == SHAPE_DOUBLE)
        return v->kind == VAL_INT || v->kind == VAL_DOUBLE || wrong_type(row, field, v, w);
    if (v->kind == VAL_INT)
        n = v->number;
    else if (v->kind != VAL_TEXT || !str_int64(v->text, INT64_MIN, INT64_MAX, &n))
        return wrong_type(row, field, v, w);
    return row->type == SHAPE_INT64 || in_range(row, field, n, w);
}

static bool check_map(const struct shape *row, const char *field, const struct val *v,
                      struct wrong *w)
{
    if (v->kind != VAL_OBJECT)
        return wrong_type(row, field, v, w);
    for
        val_each(item, v) if (item->kind != VAL_TEXT) return wrong_type(
            &(struct shape){.type = SHAPE_STRING}, field, item, w);
    return true;
}

static bool check_value(const struct shape *row, const char *field, const struct val *v, bool made,
                        struct wrong *w)
{
    if (row->type == SHAPE_ANY)
        return true;
    if (row->type == SHAPE_MAP)
        return check_map(row, field, v, w);
    if (row->type != SHAPE_MESSAGE)
        return check_scalar(row, field, v, w);
    if (v->kind == VAL_ARRAY)
        return wrong_type(row, field, v, w);
    if (v->kind != VAL_OBJECT)
        return say(w, field, "Invalid value at '%s' (Map), a message is expected", field);
    return shape_check(row->of, v, field, made, w);
}

static bool check_list(const struct shape *row, const char *field, const struct val *v, bool made,
                       struct wrong *w)
{
    if (v->kind != VAL_ARRAY) {
        struct str text = {0};
        say(w, field, "Invalid value at '%s' (repeated field), %s", field, show(v, &text));
        str_done(&text);
        return false;
    }
    int i = 0;
    char at[300];
    for
        val_each(item, v)
        {
            snprintf(at, sizeof at, "%s[%d]", field, i++);
            if (!check_value(row, at, item, made, w))
                return false;
        }
    return true;
}

static void join(const char *path, const char *name, char out[256])
{
    char snake[128];
    shape_snake(name, snake, sizeof snake);
    snprintf(out, 256, "%s%s%s", path, path[0] != '\0' ? "." : "", snake);
}

static bool check_missing(const struct shape *shape, const struct val *body, const char *path,
                          bool made, struct wrong *w)
{
    char field[256];
    for (; shape != NULL && shape->name != NULL; shape++) {
        bool needed =
            (shape->flags & SHAPE_REQUIRED) != 0 || (made && (shape->flags & SHAPE_MADE) != 0);
        const struct val *v = val_member(body, shape->name);
        if (!needed ||
            (v != NULL && v->kind != VAL_NULL && !(v->kind == VAL_TEXT && v->text[0] == '\0')))
            continue;
        join(path, shape->name, field);
        return say(w, field, "Required field '%s' is missing", field);
    }
    return true;
}

static bool unknown(const char *path, const char *name, struct wrong *w)
{
    if (path[0] == '\0')
        return say(w, "",
                   "Invalid JSON payload received. Unknown name \"%.80s\": Cannot find field.",
                   name);
    return say(w, path,
               "Invalid JSON payload received. Unknown name \"%.80s\" at '%s': Cannot find field.",
               name, path);
}

bool shape_check(const struct shape *shape, const struct val *body, const char *root, bool made,
                 struct wrong *w)
{
    char field[256];
    for
        val_each(item, body)
        {
            const struct shape *row = shape_row(shape, item->key);
            if (row == NULL)
                return unknown(root, item->key, w);
            join(root, item->key, field);
            if ((row->flags & SHAPE_READONLY) != 0)
                return say(w, field, "Field '%s' is output only and cannot be set.", field);
            if (item->kind == VAL_NULL)
                continue;
            bool fine = (row->flags & SHAPE_LIST) != 0 ? check_list(row, field, item, made, w)
                                                       : check_value(row, field, item, made, w);
            if (!fine)
                return false;
        }
    return check_missing(shape, body, root, made, w);
}

bool shape_has_path(const struct shape *shape, const char *path, bool *fixed, bool *readonly)
{
    char name[128];
    for (;;) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof name)
            return false;
        memcpy(name, path, n);
        name[n] = '\0';
        const struct shape *row = shape_row(shape, name);
        if (row == NULL)
            return false;
        *fixed = *fixed || (row->flags & SHAPE_FIXED) != 0;
        *readonly = *readonly || (row->flags & SHAPE_READONLY) != 0;
        if (path[n] == '\0')
            return true;
        if (row->type == SHAPE_MAP)
            return true;
        if (row->type != SHAPE_MESSAGE || (row->flags & SHAPE_LIST) != 0)
            return false;
        shape = row->of;
        path += n + 1;
    }
}

#include "api/base/safe.h"

#include "api/base/str.h"
#include "api/base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NOT_SAID = -1 };

/* One conversion of a format: %-8.3lld. */
struct spec {
    bool left, zero, plus;
    int width, precision;
    char length; /* 'H' is hh, 'L' is ll; 0 none */
    char conversion;
};

static void pad(struct str *out, char with, int n)
{
    for (; n > 0; n--)
        str_addc(out, with);
}

/* Columns of the last n bytes of out; what has none that could be known counts as one a byte. */
static int columns(const struct str *out, size_t from)
{
    int width = out->bytes > from ? utf8_width(out->text + from) : 0;

    return width >= 0 ? width : (int)(out->bytes - from);
}

/* What was added behind `from`, in its field. */
static void into_field(struct str *out, size_t from, const struct spec *s)
{
    int lacks = s->width > 0 ? s->width - columns(out, from) : 0;

    if (lacks <= 0)
        return;
    size_t bytes = out->bytes - from;
    pad(out, ' ', lacks);
    if (s->left)
        return;
    memmove(out->text + from + lacks, out->text + from, bytes);
    memset(out->text + from, ' ', (size_t)lacks);
}

/* The first n bytes, less a character that is not whole in them. Nothing behind them is read. */
static size_t whole_characters(const char *text, size_t n)
{
    for (size_t back = 1; back <= n && back < 4; back++) {
        unsigned char c = (unsigned char)text[n - back];
        if (c < 0x80)
            break;
        if (c >= 0xF5)
            break;
        if (c >= 0xC0)
            return back < (c < 0xE0 ? 2U : c < 0xF0 ? 3U : 4U) ? n - back : n;
    }
    return n;
}

static void put_harmless(struct str *out, const char *text)
{
    if (safe_is(text)) {
        str_add(out, text);
        return;
    }
    size_t from = out->bytes, need = safe_text(NULL, 0, text);
    pad(out, ' ', (int)need);
    safe_text(out->text + from, need + 1, text);
}

static void put_text(struct str *out, const struct spec *s, const char *text)
{
    struct str cut = {0};
    size_t from = out->bytes;

    if (text == NULL)
        text = "(null)";
    if (s->precision != NOT_SAID) {
        size_t n = strnlen(text, (size_t)s->precision);
        str_addn(&cut, text, n == (size_t)s->precision ? whole_characters(text, n) : n);
        text = str_text(&cut);
    }
    put_harmless(out, text);
    str_done(&cut);
    into_field(out, from, s);
}

static void put_number(struct str *out, const struct spec *s, const char *digits)
{
    size_t from = out->bytes, n = strlen(digits);
    bool sign = *digits == '-' || *digits == '+';

    bool whole = strchr("fge", s->conversion) == NULL;
    if (s->zero && !s->left && (s->precision == NOT_SAID || !whole)) {
        if (sign)
            str_addc(out, *digits);
        pad(out, '0', s->width - (int)n);
        digits += sign;
    }
    str_add(out, digits);
    into_field(out, from, s);
}

static int least_digits(const struct spec *s)
{
    enum { MOST = 40 };

    if (s->precision == NOT_SAID)
        return 1;
    return s->precision < MOST ? s->precision : MOST;
}

static void put_signed(struct str *out, const struct spec *s, long long value)
{
    char digits[64];

    snprintf(digits, sizeof digits, s->plus ? "%+.*lld" : "%.*lld", least_digits(s), value);
    put_number(out, s, digits);
}

static void put_unsigned(struct str *out, const struct spec *s, unsigned long long value)
{
    char digits[64];
    int precision = least_digits(s);

    if (s->conversion == 'x')
        snprintf(digits, sizeof digits, "%.*llx", precision, value);
    else if (s->conversion == 'X')
        snprintf(digits, sizeof digits, "%.*llX", precision, value);
    else
        snprintf(digits, sizeof digits, "%.*llu", precision, value);
    put_number(out, s, digits);
}

static void put_double(struct str *out, const struct spec *s, double value)
{
    char digits[512];
    int precision = s->precision == NOT_SAID ? 6 : s->precision;

    if (s->conversion == 'f')
        snprintf(digits, sizeof digits, "%.*f", precision, value);
    else if (s->conversion == 'e')
        snprintf(digits, sizeof digits, "%.*e", precision, value);
    else
        snprintf(digits, sizeof digits, "%.*g", precision, value);
    put_number(out, s, digits);
}

static void put_letter(struct str *out, const struct spec *s, int c)
{
    char text[2] = {(char)c, '\0'};

    put_text(out, s, text);
}

static const char *read_flags(const char *at, struct spec *s)
{
    for (;; at++) {
        if (*at == '-')
            s->left = true;
        else if (*at == '0')
            s->zero = true;
        else if (*at == '+')
            s->plus = true;
        else
            return at;
    }
}

static const char *read_number(const char *at, int *number)
{
    for (*number = 0; *at >= '0' && *at <= '9'; at++)
        *number = *number < 100000 ? *number * 10 + (*at - '0') : *number;
    return at;
}

static const char *read_length(const char *at, struct spec *s)
{
    if (strchr("hlzjt", *at) == NULL || *at == '\0')
        return at;
    s->length = *at++;
    if (*at == s->length) {
        s->length = s->length == 'l' ? 'L' : 'H';
        at++;
    }
    return at;
}

/* A pointer to a va_list is passed on and read from by several: that is what makes it portable. */
struct args {
    va_list list;
};

static const char *read_spec(const char *at, struct spec *s, struct args *a)
{
    *s = (struct spec){.precision = NOT_SAID};
    at = read_flags(at, s);
    if (*at == '*') {
        s->width = va_arg(a->list, int);
        if (s->width < 0) {
            s->left = true;
            s->width = -s->width;
        }
        at++;
    } else {
        at = read_number(at, &s->width);
    }
    if (*at == '.' && at[1] == '*') {
        s->precision = va_arg(a->list, int);
        s->precision = s->precision < 0 ? NOT_SAID : s->precision;
        at += 2;
    } else if (*at == '.') {
        at = read_number(at + 1, &s->precision);
    }
    at = read_length(at, s);
    s->conversion = *at;
    return *at ? at + 1 : at;
}

static long long next_signed(const struct spec *s, struct args *a)
{
    switch (s->length) {
    case 'l':
        return va_arg(a->list, long);
    case 'L':
        return va_arg(a->list, long long);
    case 'z':
    case 't':
        return va_arg(a->list, ptrdiff_t);
    case 'j':
        return va_arg(a->list, intmax_t);
    default:
        return va_arg(a->list, int);
    }
}

static unsigned long long next_unsigned(const struct spec *s, struct args *a)
{
    switch (s->length) {
    case 'l':
        return va_arg(a->list, unsigned long);
    case 'L':
        return va_arg(a->list, unsigned long long);
    case 'z':
    case 't':
        return va_arg(a->list, size_t);
    case 'j':
        return va_arg(a->list, uintmax_t);
    default:
        return va_arg(a->list, unsigned);
    }
}

static void put(struct str *out, const struct spec *s, struct args *a)
{
    switch (s->conversion) {
    case 's':
        put_text(out, s, va_arg(a->list, const char *));
        break;
    case 'c':
        put_letter(out, s, va_arg(a->list, int));
        break;
    case 'd':
    case 'i':
        put_signed(out, s, next_signed(s, a));
        break;
    case 'u':
    case 'x':
    case 'X':
        put_unsigned(out, s, next_unsigned(s, a));
        break;
    case 'f':
    case 'e':
    case 'g':
        put_double(out, s, va_arg(a->list, double));
        break;
    default: /* one that this formatter does not know */
        assert(s->conversion == '%');
        str_addc(out, '%');
    }
}

void safe_vprintf(struct str *out, const char *fmt, va_list args)
{
    struct args a;
    struct spec s;

    va_copy(a.list, args);
    while (*fmt) {
        size_t plain = strcspn(fmt, "%");
        str_addn(out, fmt, plain);
        fmt += plain;
        if (*fmt == '%') {
            fmt = read_spec(fmt + 1, &s, &a);
            put(out, &s, &a);
        }
    }
    va_end(a.list);
}

void safe_printf(struct str *out, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    safe_vprintf(out, fmt, args);
    va_end(args);
}

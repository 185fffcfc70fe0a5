#include "api/base/str.h"

#include "api/base/arena.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void str_done(struct str *s)
{
    mem_free(s->text);
    *s = (struct str){0};
}

void str_clear(struct str *s)
{
    s->bytes = 0;
    if (s->text)
        s->text[0] = '\0';
}

const char *str_text(const struct str *s)
{
    return s->text ? s->text : "";
}

static void make_room(struct str *s, size_t more)
{
    size_t need = s->bytes + more + 1;

    assert(need > more);
    if (need <= s->room)
        return;
    size_t room = s->room ? s->room : 32;
    while (room < need)
        room = room > SIZE_MAX / 2 ? need : room * 2;
    s->text = mem_grow(s->text, room, 1);
    s->room = room;
}

void str_add(struct str *s, const char *more)
{
    if (more)
        str_addn(s, more, strlen(more));
}

void str_addn(struct str *s, const char *more, size_t bytes)
{
    make_room(s, bytes);
    if (bytes)
        memcpy(s->text + s->bytes, more, bytes);
    s->bytes += bytes;
    s->text[s->bytes] = '\0';
}

void str_addc(struct str *s, char c)
{
    str_addn(s, &c, 1);
}

void str_add_quoted(struct str *s, const char *text, char quote)
{
    str_addc(s, quote);
    for (; *text; text++) {
        if (*text == quote || *text == '\\')
            str_addc(s, '\\');
        str_addc(s, *text);
    }
    str_addc(s, quote);
}

void str_printf(struct str *s, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    str_vprintf(s, fmt, args);
    va_end(args);
}

void str_vprintf(struct str *s, const char *fmt, va_list args)
{
    va_list again;

    va_copy(again, args);
    make_room(s, 64);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the caller has begun it */
    int n = vsnprintf(s->text + s->bytes, s->room - s->bytes, fmt, args);
    assert(n >= 0);
    if ((size_t)n >= s->room - s->bytes) {
        make_room(s, (size_t)n);
        vsnprintf(s->text + s->bytes, s->room - s->bytes, fmt, again);
    }
    va_end(again);
    s->bytes += (size_t)n;
}

bool str_eq(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
    return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(suffix), have = s ? strlen(s) : 0;

    return s && have >= n && memcmp(s + have - n, suffix, n) == 0;
}

bool str_is_empty(const char *s)
{
    return !s || !*s;
}

bool str_copy(char *to, size_t cap, const char *from)
{
    size_t n = from ? strlen(from) : 0;
    bool whole = n < cap;

    assert(cap > 0);
    if (!whole) {
        n = cap - 1;
        while (n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80)
            n--;
    }
    if (n)
        memmove(to, from, n);
    to[n] = '\0';
    return whole;
}

bool str_int64(const char *s, long long min, long long max, long long *out)
{
    const char *digits = s && *s == '-' ? s + 1 : s;
    char *end = NULL;

    if (!digits || *digits < '0' || *digits > '9') /* strtoll takes blanks and '+' */
        return false;
    errno = 0;
    long long value = strtoll(s, &end, 10);
    if (errno || *end || value < min || value > max)
        return false;
    *out = value;
    return true;
}

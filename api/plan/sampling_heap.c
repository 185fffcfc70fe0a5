#include "api/plan/sampling_heap.h"

#include "api/pg/copy.h"

#include <stdio.h>
#include <string.h>

struct into {
    struct heap *heap;
    struct arena *arena;
};

/* Calls for each element of an array as PostgreSQL writes it: {a,"b \"c\"",NULL,{d}}, and
 * [0:1]={a,b}. In place. */
static void each_element(char *text, size_t n, void (*put)(struct into *, char *value, size_t n),
                         struct into *to)
{
    const char *last = text + n;
    char *bounds = n && *text == '[' ? memchr(text, '=', n) : NULL;

    for (char *at = bounds ? bounds + 1 : text; at < last;) {
        if (*at == '{' || *at == '}' || *at == ',') {
            at++;
            continue;
        }
        bool quoted = *at == '"';
        char *from = at + quoted, *end = from;
        for (at = from; at < last && (quoted ? *at != '"' : *at != ',' && *at != '}'); at++) {
            if (*at == '\\' && at + 1 < last)
                at++;
            *end++ = *at;
        }
        at += quoted && at < last;
        if (quoted || end - from != 4 || memcmp(from, "NULL", 4) != 0)
            put(to, from, (size_t)(end - from));
    }
}

static bool is_letter_or_digit(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10;
}

static void put_value(struct into *to, char *value, size_t n)
{
    struct heap *h = to->heap;

    values_add(&h->values, value, n);
    if (n == 0 || is_letter_or_digit(*value) || !document_begins(value, n))
        return;
    if (h->keys == NULL)
        h->keys = arena_new(to->arena, struct document_keys);
    document_keys_add(h->keys, value, n);
}

/* An element that is an array itself; unescaped by now, and so are its own elements. */
static void put_array(struct into *to, char *value, size_t n)
{
    char *list = mem_alloc(n + 1);

    memcpy(list, value, n);
    each_element(list, n, put_value, to);
    mem_free(list);
}

static void put_text(struct into *to, char *value, size_t n)
{
    if (to->heap->is_array)
        each_element(value, n, put_value, to);
    else
        put_value(to, value, n);
}

/* --- PostgreSQL's binary forms: big endian, days and microseconds from the year 2000 --- */

static unsigned short_at(const char *at)
{
    return (unsigned)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

static uint64_t long_at(const char *at)
{
    return (uint64_t)copy_number(at) << 32 | copy_number(at + 4);
}

static void put_integer(struct values *v, const char *value, size_t n)
{
    if (n == sizeof(int32_t))
        values_add_integer(v, (int32_t)copy_number(value));
    else if (n == sizeof(int64_t))
        values_add_integer(v, (int64_t)long_at(value));
}

enum { DAYS_OF_400_YEARS = 146097, YEARS = 400, MARCH_2000 = 60, CYCLES = 15000 };

/* By years that begin in March, so that the day that may be missing is the last one. */
static int64_t year_of(int64_t days)
{
    uint64_t day = (uint64_t)(days - MARCH_2000 + (int64_t)CYCLES * DAYS_OF_400_YEARS);
    uint64_t of = day % DAYS_OF_400_YEARS; /* 400 years */
    uint64_t year = (of - of / 1460 + of / 36524 - of / 146096) / 365;
    uint64_t in_year = of - (365 * year + year / 4 - year / 100);
    int64_t at = (int64_t)(day / DAYS_OF_400_YEARS * YEARS + year) - (int64_t)CYCLES * YEARS;

    return 2000 + at + (in_year >= 306); /* January and February */
}

static void put_day(struct values *v, int64_t days)
{
    int64_t year = year_of(days);

    if (year >= 1 && year <= 9999)
        values_add_day(v, (int)year);
    else
        values_add_plain(v);
}

/* A day for ever has no year. */
static void put_date(struct values *v, const char *value, size_t n)
{
    int32_t days = n == sizeof days ? (int32_t)copy_number(value) : INT32_MAX;

    if (days == INT32_MAX || days == INT32_MIN)
        values_add_plain(v);
    else
        put_day(v, days);
}

/* Midnight somewhere is a quarter of an hour here, seen from zone to zone. */
static void put_time(struct values *v, const char *value, size_t n, bool zoned)
{
    const int64_t quarter = INT64_C(900000000), hour = 4 * quarter, day = 24 * hour;
    int64_t us = n == sizeof us ? (int64_t)long_at(value) : INT64_MAX;

    if (us == INT64_MAX || us == INT64_MIN)
        values_add_plain(v);
    else if (us % (zoned ? quarter : hour) != 0)
        values_add_time(v);
    else
        put_day(v, us / day - (us % day < 0));
}

/* Groups of four digits; weight: of the first, in groups before the point. */
struct numeric {
    const char *groups;
    int n, weight, scale;
    bool negative;
};

static unsigned group_at(const struct numeric *d, int i)
{
    return i >= 0 && i < d->n ? short_at(d->groups + (ptrdiff_t)i * 2) % 10000 : 0;
}

static bool read_numeric(struct numeric *d, const char *value, size_t n)
{
    enum { HEADER = 8, NEGATIVE = 0x4000, SCALE = 0x3fff };

    if (n < HEADER)
        return false;
    unsigned sign = short_at(value + 4);
    *d = (struct numeric){.groups = value + HEADER,
                          .n = (int)short_at(value),
                          .weight = (int16_t)short_at(value + 2),
                          .scale = (int)short_at(value + 6) & SCALE,
                          .negative = sign == NEGATIVE};
    return (sign == 0 || d->negative) && n == HEADER + (size_t)d->n * 2;
}

/* As PostgreSQL writes it; what lies behind the room for it is cut. */
static void put_decimal(struct values *v, const struct numeric *d)
{
    char text[128], *at = text, *const end = text + sizeof text;
    int whole = d->weight < 0 ? 0 : d->weight, left = d->scale;

    if (d->negative)
        *at++ = '-';
    for (int i = 0; i <= whole && end - at > 5; i++) {
        unsigned group = group_at(d, d->weight < 0 ? -1 : i);
        at += snprintf(at, 6, i > 0 ? "%04u" : "%u", group);
    }
    if (left > 0 && end - at > 6)
        *at++ = '.';
    for (int i = d->weight + 1; left > 0 && end - at > 5; i++, left -= 4) {
        snprintf(at, 6, "%04u", group_at(d, i));
        at += left < 4 ? left : 4;
    }
    values_add(v, text, (size_t)(at - text));
}

static void put_numeric(struct values *v, const char *value, size_t n)
{
    enum { OF_64_BITS = 3, SAYS_NOTHING = 3 }; /* with four digits before the point at most */
    struct numeric d;
    int64_t number = 0;

    if (!read_numeric(&d, value, n)) {
        values_add_plain(v); /* not a number, and without an end */
        return;
    }
    if (d.scale > 0 && d.weight <= 0 && d.scale <= SAYS_NOTHING) {
        values_add_plain(v);
        return;
    }
    if (d.scale > 0 || d.weight > OF_64_BITS) {
        put_decimal(v, &d);
        return;
    }
    for (int i = 0; i <= d.weight; i++)
        number = number * 10000 + group_at(&d, i);
    values_add_integer(v, d.negative ? -number : number);
}

void heap_add(struct heap *h, struct arena *a, enum heap_form form, char *value, size_t n)
{
    struct into to = {h, a};

    switch (form) {
    case HEAP_TEXT:
        put_text(&to, value, n);
        break;
    case HEAP_JSONB:
        put_text(&to, value + (n > 0), n - (n > 0));
        break;
    case HEAP_INTEGER:
        put_integer(&h->values, value, n);
        break;
    case HEAP_NUMERIC:
        put_numeric(&h->values, value, n);
        break;
    case HEAP_DAY:
        put_date(&h->values, value, n);
        break;
    case HEAP_TIME:
    case HEAP_TIME_ZONED:
        put_time(&h->values, value, n, form == HEAP_TIME_ZONED);
        break;
    }
}

void heap_add_list(struct heap *h, struct arena *a, char *list, size_t n)
{
    each_element(list, n, h->is_array ? put_array : put_value, &(struct into){h, a});
}

void heap_verdict(const struct heap *h, const char *schema, const char *table, enum rules_by by,
                  struct rules_verdict *out)
{
    values_verdict(&h->values, by, out);
    if (h->keys)
        document_keys_verdict(h->keys, schema, table, by, out);
}

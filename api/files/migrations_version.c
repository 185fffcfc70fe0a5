/* Which version comes next, in the folder's own style. */

#include "api/files/migrations.h"

#include "api/base/str.h"

#include <string.h>
#include <time.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t migrations_version_bytes(const char *name)
{
    size_t n = 0;
    if (name[0] != 'V')
        return 0;
    for (const char *p = name + 1; is_digit(*p); p++) {
        while (is_digit(*p)) {
            p++;
            n++;
        }
        if (p[0] == '_' && p[1] == '_')
            return n;
        if ((*p != '.' && *p != '_') || !is_digit(p[1]))
            return 0;
        n++;
    }
    return 0;
}

/* The next number of a version, without leading zeros; moves behind the separator. */
static size_t next_part(const char **at, const char **digits)
{
    while (**at == '0' && is_digit((*at)[1]))
        (*at)++;
    *digits = *at;
    while (is_digit(**at))
        (*at)++;
    size_t n = (size_t)(*at - *digits);
    if (**at)
        (*at)++;
    return n;
}

int migrations_compare(const char *a, const char *b)
{
    while (*a || *b) {
        const char *x = "0", *y = "0";
        size_t nx = *a ? next_part(&a, &x) : 1, ny = *b ? next_part(&b, &y) : 1;
        if (nx != ny)
            return nx < ny ? -1 : 1;
        int order = memcmp(x, y, nx);
        if (order != 0)
            return order < 0 ? -1 : 1;
    }
    return 0;
}

/* Adds to the number at the end of the text, of any length; leading zeros stay. */
static const char *added(struct arena *a, const char *version, int n)
{
    size_t bytes = strlen(version), from = bytes;
    while (from > 0 && is_digit(version[from - 1]))
        from--;
    char *copy = arena_printf(a, "%.*s0%s", (int)from, version, version + from);
    int carry = n;
    for (size_t at = bytes; carry > 0 && at >= from; at--) {
        int sum = copy[at] - '0' + carry;
        copy[at] = (char)('0' + sum % 10);
        carry = sum / 10;
        if (at == 0)
            break;
    }
    if (copy[from] != '0')
        return copy;
    memmove(copy + from, copy + from + 1, bytes - from + 1);
    return copy;
}

/* --- versions that are dates --- */

enum { DATE = 8, DATE_MINUTE = 12, DATE_SECOND = 14 };

/* V20240131120000, V2024.01.31, V20240131_1200, V20240131.2 (the second one of that day). */
struct form {
    size_t digits;  /* of the date: 8, 12, 14 */
    size_t bytes;   /* of the date, with what stands between its digits */
    bool counted;   /* a number of the day follows */
    char separator; /* before that number */
};

static bool is_within(const char *digits, size_t at, size_t n, int low, int high)
{
    int value = 0;
    for (size_t i = at; i < at + n; i++)
        value = value * 10 + (digits[i] - '0');
    return value >= low && value <= high;
}

static bool is_date(const char *digits, size_t n)
{
    return is_within(digits, 0, 4, 1990, 2199) && is_within(digits, 4, 2, 1, 12) &&
           is_within(digits, 6, 2, 1, 31) &&
           (n < DATE_MINUTE ||
            (is_within(digits, 8, 2, 0, 23) && is_within(digits, 10, 2, 0, 59))) &&
           (n < DATE_SECOND || is_within(digits, 12, 2, 0, 59));
}

/* The first `wanted` digits are a date that ends with a group. */
static bool begins_with_date(const char *version, size_t wanted, struct form *f)
{
    char digits[DATE_SECOND];
    size_t n = 0, at = 0, first = strspn(version, "0123456789");
    for (; version[at] && n < wanted; at++)
        if (is_digit(version[at]))
            digits[n++] = version[at];
    *f = (struct form){.digits = wanted, .bytes = at, .separator = version[first]};
    return n == wanted && first >= 4 && !is_digit(version[at]) && is_date(digits, n);
}

static bool find_form(const char *version, struct form *f)
{
    static const size_t whole[] = {DATE_SECOND, DATE_MINUTE, DATE};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (begins_with_date(version, whole[i], f) && version[f->bytes] == '\0')
            return true;
    if (!begins_with_date(version, DATE, f))
        return false;
    f->separator = version[f->bytes];
    f->counted = version[f->bytes + 1 + strspn(version + f->bytes + 1, "0123456789")] == '\0';
    return f->counted;
}

/* That time, written as the date of `like` is. */
static const char *date_like(struct arena *a, const char *like, const struct form *f, long long now)
{
    time_t at = (time_t)now;
    struct tm tm;
    if (gmtime_r(&at, &tm) == NULL)
        return like;
    const char *digits = arena_printf(a, "%04d%02d%02d%02d%02d%02d", tm.tm_year + 1900,
                                      tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    char *text = arena_strn(a, like, f->bytes);
    for (char *p = text; *p; p++)
        if (is_digit(*p))
            *p = *digits++;
    return text;
}

/* Tomorrow's date would be somebody else's tomorrow: a day's further ones are numbered. */
static const char *next_of_day(struct arena *a, const char *last, const struct form *f, int n,
                               long long now)
{
    const char *today = date_like(a, last, f, now);
    char separator = f->separator ? f->separator : '.';
    if (migrations_compare(today, last) <= 0)
        return f->counted ? added(a, last, n) : arena_printf(a, "%s%c%d", last, separator, n);
    if (f->counted)
        return arena_printf(a, "%s%c%d", today, separator, n);
    return n == 1 ? today : arena_printf(a, "%s%c%d", today, separator, n - 1);
}

static const char *next_date(struct arena *a, const char *last, const struct form *f, int n,
                             long long now)
{
    if (f->digits == DATE)
        return next_of_day(a, last, f, n, now);
    if (migrations_compare(date_like(a, last, f, now), last) <= 0)
        return added(a, last, n);
    return date_like(a, last, f, now + (long long)(n - 1) * (f->digits == DATE_SECOND ? 1 : 60));
}

/* --- the next one --- */

const char *migrations_version(struct arena *a, const struct migrations_folder *folder,
                               const char *recorded, int n, long long now)
{
    const char *last = folder->last ? folder->last : "0";
    struct form f;
    if (!str_is_empty(recorded) && is_digit(recorded[strlen(recorded) - 1]) &&
        recorded[strspn(recorded, "0123456789._")] == '\0' &&
        migrations_compare(recorded, last) > 0)
        last = recorded;
    if (now > 0 && find_form(last, &f))
        return next_date(a, last, &f, n, now);
    return added(a, last, n);
}

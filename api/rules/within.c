#include "api/rules/within.h"

#include "api/rules/numbers.h"
#include "api/rules/shape.h"

#include <stdbool.h>
#include <string.h>

uint64_t within_person(const char d[11])
{
    if (value_is_fnr(d))
        return BIT(FNR);
    if (value_is_dnr(d))
        return BIT(DNR);
    return value_is_synthetic(d) ? BIT(SYNTHETIC) : 0;
}

size_t within_digits(const char *s, size_t n, char *out, size_t cap)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s[i]))
            continue;
        if (count == cap)
            return 0;
        out[count++] = s[i];
    }
    return count;
}

static bool is_letter(const char *s, size_t i)
{
    return class_at(s, i) == UPPER || class_at(s, i) == LOWER;
}

static bool is_hex(char c)
{
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f';
}

/* The word around the run: "NO17054026641" says what it is, "9f17054026641a03be" is a checksum,
 * and so may be what has no letter but a to f. */
static bool is_in_code(const char *s, size_t n, size_t from, size_t to)
{
    bool hex = false, other = false;
    for (; from > 0 && is_letter(s, from - 1); from--)
        *(is_hex(s[from - 1]) ? &hex : &other) = true;
    for (; to < n && is_letter(s, to); to++)
        *(is_hex(s[to]) ? &hex : &other) = true;
    bool more_digits = (from > 0 && is_digit(s[from - 1])) || (to < n && is_digit(s[to]));
    return more_digits || (hex && !other);
}

static uint64_t within_run(const char *digits)
{
    if (!number_is_dated(digits))
        return BIT(ELEVEN_WITHIN);
    return BIT(ELEVEN_WITHIN) | BIT(DATED_WITHIN) | (within_person(digits) ? BIT(FNR_WITHIN) : 0);
}

/* 010203 45678 from `from`, where the first six end at `end`. */
static bool is_split(const char *s, size_t n, size_t from, size_t end, char out[11])
{
    if (end - from != 6 || end + 6 > n || (s[end] != ' ' && s[end] != '-'))
        return false;
    memcpy(out, s + from, 6);
    return within_digits(s + end + 1, 5, out + 6, 5) == 5 &&
           (end + 6 == n || !is_digit(s[end + 6]));
}

uint64_t within_numbers(const char *s, size_t n)
{
    uint64_t kinds = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && is_digit(s[end]);)
            end++;
        size_t run = end - i;
        char d[11];
        if (run == 0) {
            end++;
            continue;
        }
        if (is_split(s, n, i, end, d))
            kinds |= within_run(d);
        else if (run == sizeof d && !is_in_code(s, n, i, end))
            kinds |= within_run(s + i);
        if (i > 0 && s[i - 1] == '+' && (run >= 8 || (run == 2 && end < n && s[end] == ' ')))
            kinds |= BIT(PHONE);
    }
    return kinds;
}

uint64_t within_print(const char *s, size_t n)
{
    enum { LONGEST = 4096 };
    uint64_t h = UINT64_C(14695981039346656037), first = 0, last = 0;
    if (n >= sizeof first && n <= 2 * sizeof first) {
        memcpy(&first, s, sizeof first);
        memcpy(&last, s + n - sizeof last, sizeof last);
        h = (first ^ last * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
    } else {
        for (size_t i = 0; i < n && i < LONGEST; i++)
            h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
    }
    h ^= h >> 32;
    return UINT64_C(1) << (h * UINT64_C(0x9E3779B97F4A7C15) >> 58);
}

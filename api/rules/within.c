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

/* What people write between the parts of a number: its bytes, 0 for none. Blanks and dashes of
 * Unicode come along when it is copied from a page. */
static size_t gap_at(const char *s, size_t n, size_t at)
{
    const unsigned char *b = (const unsigned char *)s + at;
    size_t left = n - at;
    if (left > 0 && (*b == ' ' || *b == '-' || *b == '.'))
        return 1;
    if (left > 1 && b[0] == 0xC2 && b[1] == 0xA0) /* U+00A0 */
        return 2;
    if (left < 3)
        return 0;
    bool punctuation = b[0] == 0xE2 && b[1] == 0x80 &&
                       (b[2] <= 0x8B || (b[2] >= 0x90 && b[2] <= 0x95) || b[2] == 0xAF);
    bool rest = (b[0] == 0xE2 && b[1] == 0x81 && b[2] == 0x9F) || /* U+205F */
                (b[0] == 0xE2 && b[1] == 0x88 && b[2] == 0x92) || /* U+2212 */
                (b[0] == 0xE3 && b[1] == 0x80 && b[2] == 0x80);   /* U+3000 */
    return punctuation || rest ? 3 : 0;
}

/* The groups of digits from `from`, as "\6\5"; behind them, or 0. */
static size_t groups_at(const char *s, size_t n, size_t from, const char *groups, char *out)
{
    size_t at = from;
    for (const char *g = groups; *g; g++) {
        size_t gap = g == groups ? 0 : gap_at(s, n, at), bytes = (size_t)*g;
        if (g != groups && gap == 0)
            return 0;
        at += gap;
        if (n - at < bytes || within_digits(s + at, bytes, out, bytes) != bytes)
            return 0;
        out += bytes;
        at += bytes;
        if (at < n && is_digit(s[at]))
            return 0;
    }
    return at;
}

/* 010203 45678, 01 02 03 45678; behind it, or 0. */
static size_t split_person(const char *s, size_t n, size_t from, size_t run, char out[11])
{
    if (run == 6)
        return groups_at(s, n, from, "\6\5", out);
    return run == 2 ? groups_at(s, n, from, "\2\2\2\5", out) : 0;
}

/* 1234.56.78901; with a month in the middle it may be a number in a journal: 2024.01.12345 */
static bool is_split_account(const char *s, size_t n, size_t from, size_t run)
{
    char d[11];
    if (run != 4 || n - from < 13 || s[from + 4] != '.' || s[from + 7] != '.' ||
        groups_at(s, n, from, "\4\2\5", d) == 0 || !value_is_account(d))
        return false;
    int year = number_of(d, 4), month = number_of(d + 4, 2);
    return !(year >= 1900 && year < 2100 && month >= 1 && month <= 12);
}

/* 99 88 77 66, 998 87 766: as mobiles are written, and nothing but a letter's end around them. */
static bool is_split_mobile(const char *s, size_t n, size_t from, size_t run)
{
    char d[8];
    if ((s[from] != '4' && s[from] != '9') ||
        (from > 1 && s[from - 1] == ' ' && is_digit(s[from - 2])))
        return false;
    size_t end = run == 2   ? groups_at(s, n, from, "\2\2\2\2", d)
                 : run == 3 ? groups_at(s, n, from, "\3\2\3", d)
                            : 0;
    if (end == 0 || s[from + run] != ' ')
        return false;
    return end + 1 >= n || s[end] != ' ' || !is_digit(s[end + 1]);
}

/* A word that says so before eight digits: "tlf 99887766", "mobil: 99887766". */
static bool is_called(const char *s, size_t from)
{
    static const char *const words[] = {"tlf", "telefon", "mobil", "mob", "ring", "phone", "call"};
    char word[8] = "";
    size_t to = from;
    while (to > 0 && strchr(" .:(", s[to - 1]))
        to--;
    size_t at = to, count = 0;
    while (at > 0 && is_letter(s, at - 1))
        at--;
    for (; at < to && count + 1 < sizeof word; at++)
        word[count++] = (char)(s[at] | 0x20);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static uint64_t within_eight(const char *s, size_t n, size_t from)
{
    bool mobile = s[from] == '4' || s[from] == '9';
    if (is_in_code(s, n, from, from + 8))
        return 0;
    if (strchr("2345679", s[from]) && is_called(s, from))
        return BIT(PHONE);
    return mobile ? BIT(EIGHT_WITHIN) | BIT(MOBILE_WITHIN) : BIT(EIGHT_WITHIN);
}

/* A number of a document, which has lost its leading zero. Seconds since 1970 have ten digits, too,
 * and those of our days begin as the synthetic ones of a first day do. */
static uint64_t within_ten(const char *s, size_t n, size_t from)
{
    char padded[11] = {'0'};
    size_t before = from, behind = from + 10;
    while (before > 0 && s[before - 1] == ' ')
        before--;
    while (behind < n && strchr(" \n\r", s[behind]))
        behind++;
    if (before == 0 || !strchr(":[,", s[before - 1]) || behind == n || !strchr(",]}", s[behind]) ||
        (s[from] == '1' && s[from + 1] >= '5'))
        return 0;
    memcpy(padded + 1, s + from, 10);
    if (!number_is_dated(padded))
        return BIT(TEN_WITHIN);
    return BIT(TEN_WITHIN) | BIT(DATED_SHORT_WITHIN) |
           (within_person(padded) ? BIT(FNR_SHORT_WITHIN) : 0);
}

static uint64_t of_run(const char *s, size_t n, size_t i, size_t run)
{
    char d[11];
    uint64_t kinds = 0;
    if (run == sizeof d)
        return is_in_code(s, n, i, i + run) ? 0 : within_run(s + i);
    if (run == 10)
        return within_ten(s, n, i);
    if (run == 8)
        return within_eight(s, n, i);
    if (split_person(s, n, i, run, d))
        kinds = within_run(d);
    if (is_split_account(s, n, i, run))
        kinds |= BIT(ACCOUNT_MARKED);
    return is_split_mobile(s, n, i, run) ? kinds | BIT(PHONE) : kinds;
}

uint64_t within_numbers(const char *s, size_t n)
{
    uint64_t kinds = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && is_digit(s[end]);)
            end++;
        size_t run = end - i;
        if (run == 0) {
            end++;
            continue;
        }
        kinds |= of_run(s, n, i, run);
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

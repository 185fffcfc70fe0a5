#include "api/rules/stamp.h"

#include "api/rules/numbers.h"
#include "api/rules/shape.h"

#include <string.h>

enum { DAY_BYTES = 10 };

static bool are_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_digit(s[i]))
            return false;
    return true;
}

/* Its year, or 0. */
static int day_at(const char *s, size_t n)
{
    if (n < DAY_BYTES || (n > DAY_BYTES && is_digit(s[DAY_BYTES])))
        return 0;
    bool iso = s[4] == '-' && s[7] == '-', norwegian = s[2] == '.' && s[5] == '.';
    if (!iso && !norwegian)
        return 0;
    const char *year = iso ? s : s + 6, *month = iso ? s + 5 : s + 3, *day = iso ? s + 8 : s;
    if (!are_digits(year, 4) || !are_digits(month, 2) || !are_digits(day, 2))
        return 0;
    return number_is_date(number_of(day, 2), number_of(month, 2)) ? number_of(year, 4) : 0;
}

/* :30 or .30; how many bytes. */
static size_t part_at(const char *s, size_t n, char mark)
{
    return n >= 3 && s[0] == mark && are_digits(s + 1, 2) ? 3 : 0;
}

/* 12:30, 12:30:00, 12.30, 12:30:00.123456; how many bytes. */
static size_t time_at(const char *s, size_t n)
{
    if (n < 5 || !are_digits(s, 2) || (s[2] != ':' && s[2] != '.'))
        return 0;
    size_t i = 2 + part_at(s + 2, n - 2, s[2]);
    if (i == 2)
        return 0;
    size_t seconds = part_at(s + i, n - i, s[2]);
    i += seconds;
    if (seconds && i + 1 < n && (s[i] == '.' || s[i] == ',') && is_digit(s[i + 1]))
        for (i++; i < n && is_digit(s[i]);)
            i++;
    return i < n && is_digit(s[i]) ? 0 : i;
}

/* +01, +0100, +01:00, +00:53:28 */
static size_t offset_at(const char *s, size_t n)
{
    if (n < 3 || (s[0] != '+' && s[0] != '-') || !are_digits(s + 1, 2))
        return 0;
    size_t i = 3;
    if (n >= 5 && are_digits(s + i, 2))
        i += 2;
    else
        for (size_t more = 0; more < 2 && part_at(s + i, n - i, ':'); more++)
            i += 3;
    return i < n && is_digit(s[i]) ? 0 : i;
}

static bool ends_word(const char *s, size_t n, size_t at)
{
    return at == n || (class_at(s, at) != UPPER && class_at(s, at) != LOWER &&
                       class_at(s, at) != WIDE && class_at(s, at) != DIGIT);
}

/* Names of zones that stand behind a time, and no names of people. */
static size_t word_at(const char *s, size_t n)
{
    static const char words[] = "Z UTC GMT CET CEST MET MEST WET WEST EET EEST BST EST EDT CST CDT "
                                "MST MDT PST PDT AM PM am pm BC AD";
    for (const char *w = words; *w;) {
        size_t bytes = strcspn(w, " ");
        if (n >= bytes && memcmp(s, w, bytes) == 0 && ends_word(s, n, bytes))
            return bytes;
        w += bytes + (w[bytes] == ' ');
    }
    return 0;
}

/* [Europe/Oslo] */
static size_t region_at(const char *s, size_t n)
{
    enum { LONGEST = 40 };
    bool parted = false;
    size_t i = 1;

    if (n < 3 || s[0] != '[')
        return 0;
    for (; i < n && i < LONGEST && s[i] != ']'; i++) {
        enum byte_class c = class_at(s, i);
        if (c != UPPER && c != LOWER && c != DIGIT && strchr("/_-+", s[i]) == NULL)
            return 0;
        parted = parted || s[i] == '/';
    }
    if (i == n || s[i] != ']')
        return 0;
    return parted || word_at(s + 1, i - 1) == i - 1 ? i + 1 : 0;
}

/* What may stand behind a time, several of them. */
static size_t zone_at(const char *s, size_t n)
{
    enum { PIECES = 3 };
    size_t i = 0;

    for (int piece = 0; piece < PIECES; piece++) {
        size_t space = i < n && s[i] == ' ', at = i + space, bytes = offset_at(s + at, n - at);
        bytes = bytes ? bytes : word_at(s + at, n - at);
        bytes = bytes ? bytes : region_at(s + at, n - at);
        if (bytes == 0)
            break;
        i = at + bytes;
    }
    return i;
}

/* Nothing but zeros behind the hour. */
static bool is_on_the_hour(const char *time, size_t n)
{
    for (size_t i = 2; i < n; i++)
        if (is_digit(time[i]) && time[i] != '0')
            return false;
    return true;
}

struct stamp stamp_at(const char *s, size_t n)
{
    struct stamp found = {.year = day_at(s, n), .whole_day = true};

    if (found.year == 0)
        return (struct stamp){0};
    found.bytes = DAY_BYTES;
    if (n <= DAY_BYTES + 1 || (s[DAY_BYTES] != 'T' && s[DAY_BYTES] != ' '))
        return found;
    const char *time = s + DAY_BYTES + 1;
    size_t left = n - DAY_BYTES - 1, bytes = time_at(time, left);
    if (bytes == 0)
        return found;
    found.whole_day = is_on_the_hour(time, bytes);
    found.bytes = DAY_BYTES + 1 + bytes + zone_at(time + bytes, left - bytes);
    return found;
}

size_t stamp_behind(const char *s, size_t n)
{
    enum { LONGEST = 48 };
    size_t end = n;

    while (end > 0 && (s[end - 1] == ')' || s[end - 1] == '.'))
        end--;
    for (size_t at = end > LONGEST ? end - LONGEST : 1; at + DAY_BYTES <= end; at++)
        if (is_digit(s[at]) && !is_digit(s[at - 1]) && stamp_at(s + at, end - at).bytes == end - at)
            return at;
    return n;
}

#include "api/rules/inside.h"

#include "api/rules/codes.h"
#include "api/rules/numbers.h"
#include "api/rules/people.h"

#include <string.h>

enum { SHORTEST_KEY = 20, IBAN_DIGITS = 12, STRING_BYTES = 120, NAME_BYTES = 60 };

static bool is_letter_or_digit(const char *s, size_t i)
{
    enum byte_class c = class_at(s, i);
    return c == UPPER || c == LOWER || c == DIGIT;
}

static bool is_key_byte(const char *s, size_t i)
{
    return is_letter_or_digit(s, i) || s[i] == '_' || s[i] == '-' || s[i] == '.';
}

static bool has_key(const char *s, size_t n)
{
    for (size_t i = 0, end; i < n; i = end + 1) {
        for (end = i; end < n && is_key_byte(s, end);)
            end++;
        if (end - i >= SHORTEST_KEY && code_is_key_inside(s + i, end - i))
            return true;
    }
    return false;
}

static bool has_url_with_password(const char *s, size_t n)
{
    const char *end = s + n;
    for (const char *at = s; (at = memchr(at, ':', (size_t)(end - at))) != NULL; at++)
        if (code_is_url_with_password(at, (size_t)(end - at)))
            return true;
    return false;
}

/* -----BEGIN PRIVATE KEY-----; certificates begin so, too, and are no secret. */
static bool has_private_key(const char *s, size_t n)
{
    static const char begins[] = "-----BEGIN ", key[] = "PRIVATE KEY";
    enum { BEGINS = sizeof begins - 1, KEY = sizeof key - 1, LONGEST_KIND = 12 };
    for (size_t i = 0; i + BEGINS + KEY <= n; i++) {
        if (s[i] != '-' || memcmp(s + i, begins, BEGINS) != 0)
            continue;
        for (size_t at = i + BEGINS; at + KEY <= n && at <= i + BEGINS + LONGEST_KIND; at++)
            if (memcmp(s + at, key, KEY) == 0)
                return true;
    }
    return false;
}

static bool has_iban(const char *s, size_t n)
{
    for (size_t i = 0; i + 15 <= n; i++)
        if (class_at(s, i) == UPPER && class_at(s, i + 1) == UPPER && is_digit(s[i + 2]) &&
            is_digit(s[i + 3]) && (i == 0 || !is_letter_or_digit(s, i - 1)) &&
            number_begins_iban(s + i, n - i))
            return true;
    return false;
}

uint64_t inside_text(const char *s, size_t n, const struct counts *c)
{
    bool secret = (n >= SHORTEST_KEY && c->of[DIGIT] > 0 && has_key(s, n)) ||
                  (c->of[AT] > 0 && c->of[PUNCT] > 1 && has_url_with_password(s, n)) ||
                  (c->of[DASH] >= 10 && has_private_key(s, n));
    bool iban = c->of[DIGIT] >= IBAN_DIGITS && c->of[UPPER] >= 2 && has_iban(s, n);
    return (secret ? BIT(SECRET) : 0) | (iban ? BIT(IBAN) : 0);
}

uint64_t inside_prose(const char *s, size_t n, const struct counts *c)
{
    return c->of[DIGIT] > 0 && people_holds_street(s, n) ? BIT(ADDRESS) | BIT(FULL_ADDRESS) : 0;
}

/* A text in quotes. */
static uint64_t of_string(const char *s, size_t n)
{
    if (n < 5 || n > STRING_BYTES || (class_at(s, 0) != UPPER && class_at(s, 0) != WIDE) ||
        memchr(s, ' ', n) == NULL)
        return 0;
    if (n <= NAME_BYTES && people_has_name(s, n) && people_is_full_name(s, n))
        return BIT(FULL_NAME);
    return people_is_full_address(s, n) ? BIT(FULL_ADDRESS) : 0;
}

uint64_t inside_document(const char *s, size_t n, const struct counts *c)
{
    uint64_t kinds = 0;
    const char *end = s + n, *at = c->of[SPACE] > 0 ? memchr(s, '"', n) : NULL;
    while (at != NULL) {
        const char *from = at + 1, *to = memchr(from, '"', (size_t)(end - from));
        if (to == NULL)
            break;
        kinds |= of_string(from, (size_t)(to - from));
        at = to; /* what stands between two strings holds no letters but true, false, null */
    }
    return kinds;
}

enum { CUT_OFF = 4096 }; /* its end may not be there */

bool inside_is_document(const char *s, size_t n)
{
    while (n > 0 && class_at(s, n - 1) == SPACE)
        n--;
    while (n > 0 && class_at(s, 0) == SPACE) {
        s++;
        n--;
    }
    if (n < 2)
        return false;
    if (n >= CUT_OFF && (s[0] == '{' || s[0] == '[') && strchr("{[\" \t\r\n", s[1]))
        return true;
    return (s[0] == '{' && s[n - 1] == '}') || (s[0] == '[' && s[n - 1] == ']') ||
           (s[0] == '<' && s[n - 1] == '>' && n > 6);
}

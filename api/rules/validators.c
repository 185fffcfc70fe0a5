/* The shapes of values. */

#include "api/rules/validators.h"

#include "api/rules/numbers.h"
#include "api/rules/people.h"

#include <string.h>

#define BIT(kind) (UINT32_C(1) << VALUE_##kind)

/* --- classes of bytes --- */

enum byte_class { OTHER, DIGIT, UPPER, LOWER, SPACE, AT, DOT, DASH, PUNCT, WIDE, CLASSES };

static const uint8_t class_of[256] = {
    [' '] = SPACE,   ['\t'] = SPACE,  ['\n'] = SPACE,  ['\r'] = SPACE, ['@'] = AT,
    ['.'] = DOT,     ['-'] = DASH,    [','] = PUNCT,   ['!'] = PUNCT,  ['?'] = PUNCT,
    [':'] = PUNCT,   [';'] = PUNCT,
#define TEN(class, c)                                                                              \
    [(c)] = (class), [(c) + 1] = (class), [(c) + 2] = (class), [(c) + 3] = (class),                \
    [(c) + 4] = (class), [(c) + 5] = (class), [(c) + 6] = (class), [(c) + 7] = (class),            \
    [(c) + 8] = (class), [(c) + 9] = (class)
    TEN(DIGIT, '0'), TEN(UPPER, 'A'), TEN(UPPER, 'K'), ['U'] = UPPER,  ['V'] = UPPER,
    ['W'] = UPPER,   ['X'] = UPPER,   ['Y'] = UPPER,   ['Z'] = UPPER,  TEN(LOWER, 'a'),
    TEN(LOWER, 'k'), ['u'] = LOWER,   ['v'] = LOWER,   ['w'] = LOWER,  ['x'] = LOWER,
    ['y'] = LOWER,   ['z'] = LOWER,
#undef TEN
};

static enum byte_class class_at(const char *s, size_t i)
{
    unsigned char c = (unsigned char)s[i];
    return c >= 0x80 ? WIDE : (enum byte_class)class_of[c];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- digits and nothing else --- */

static uint32_t person_number(const char d[11])
{
    if (value_is_fnr(d))
        return BIT(FNR);
    if (value_is_dnr(d))
        return BIT(DNR);
    return value_is_synthetic(d) ? BIT(SYNTHETIC) : 0;
}

/* 20240131: eight digits that are a date are no telephone. */
static bool is_packed_date(const char *d)
{
    int year = number_of(d, 4);
    return year >= 1900 && year <= 2100 && number_is_date(number_of(d + 6, 2), number_of(d + 4, 2));
}

static bool is_subscriber(const char *d)
{
    return strchr("2345679", d[0]) != NULL && !is_packed_date(d);
}

static uint32_t eleven(const char *d)
{
    uint32_t kinds = BIT(ELEVEN) | person_number(d);
    return value_is_account(d) ? kinds | BIT(ACCOUNT) : kinds;
}

static uint32_t of_digits(const char *d, size_t n)
{
    char padded[11] = {'0'};
    switch (n) {
    case 8:
        return is_packed_date(d) ? BIT(DATE) : is_subscriber(d) ? BIT(EIGHT) : 0;
    case 9:
        return value_is_orgnr(d) ? BIT(ORGNR) : 0;
    case 10:
        memcpy(padded + 1, d, 10);
        return BIT(ELEVEN) | person_number(padded);
    case 11:
        return eleven(d);
    case 13:
        return memcmp(d, "10", 2) == 0 || d[0] == '2' ? BIT(AKTOERID) : 0;
    case 14:
    case 15:
    case 16:
        return number_is_card(d, n) ? BIT(CARD) : 0;
    default:
        return 0;
    }
}

/* --- digits with marks between them --- */

/* Takes the digits out of "1234 56 78901", "+47 12345678"; 0 when there are more than fit. */
static size_t digits_of(const char *s, size_t n, char *out, size_t cap)
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

enum { MOST_DIGITS = 19 };

static bool is_ipv4(const char *s, size_t n)
{
    int dots = 0, value = -1;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '.') {
            if (value < 0 || ++dots > 3)
                return false;
            value = -1;
        } else if (!is_digit(s[i])) {
            return (s[i] == '/' || s[i] == ':') && dots == 3 && value >= 0;
        } else {
            if (value == 0)
                return false; /* 01: a version, not an address */
            value = (value < 0 ? 0 : value * 10) + (s[i] - '0');
            if (value > 255)
                return false;
        }
    }
    return dots == 3 && value >= 0;
}

/* 2024-01-31, 2024-01-31T..., 31.01.2024: the year, or 0. */
static int year_of(const char *s, size_t n)
{
    if (n < 10)
        return 0;
    bool iso = s[4] == '-' && s[7] == '-' && (n == 10 || s[10] == 'T' || s[10] == ' ');
    bool norwegian = n == 10 && s[2] == '.' && s[5] == '.';
    if (!iso && !norwegian)
        return 0;
    const char *year = iso ? s : s + 6, *month = iso ? s + 5 : s + 3, *day = iso ? s + 8 : s;
    for (size_t i = 0; i < 4; i++)
        if (!is_digit(year[i]) || (i < 2 && (!is_digit(month[i]) || !is_digit(day[i]))))
            return 0;
    return number_is_date(number_of(day, 2), number_of(month, 2)) ? number_of(year, 4) : 0;
}

static uint32_t of_marked_digits(const char *s, size_t n)
{
    char d[MOST_DIGITS];
    if (year_of(s, n))
        return BIT(DATE);
    if (is_ipv4(s, n))
        return BIT(IP);
    size_t count = digits_of(s, n, d, sizeof d);
    if (s[0] == '+' && count >= 8 && count <= 15)
        return BIT(PHONE);
    if (count > 4 && memcmp(d, "0047", 4) == 0 && count == 12)
        return BIT(PHONE);
    if (count == 8 && is_subscriber(d))
        return BIT(EIGHT);
    if (count == 11)
        return eleven(d);
    if (count == 9 && value_is_orgnr(d))
        return BIT(ORGNR);
    return count >= 14 && count <= 16 && number_is_card(d, count) ? BIT(CARD) : 0;
}

/* --- codes: letters and digits --- */

static bool is_icpc(const char *s, size_t n)
{
    int code = n == 3 ? number_of(s + 1, 2) : -1;
    return strchr("ABDFHKLNPRSTUWXYZ", s[0]) && ((code >= 1 && code <= 29) || code >= 70);
}

/* M54, M545, M54.5, S52.51: a letter, two digits, at most two more behind a dot. */
static bool is_diagnosis(const char *s, size_t n)
{
    if (n < 3 || n > 6 || class_at(s, 0) != UPPER || !is_digit(s[1]) || !is_digit(s[2]))
        return false;
    size_t at = 3;
    if (at < n && s[at] == '.')
        at++;
    else if (n == 3)
        return is_icpc(s, n) || strchr("CEGIJMOQ", s[0]) != NULL;
    size_t digits = n - at;
    for (; at < n; at++)
        if (!is_digit(s[at]))
            return false;
    return digits == 1 || digits == 2;
}

static bool is_navident(const char *s, size_t n)
{
    if (n != 7 || (class_at(s, 0) != UPPER && class_at(s, 0) != LOWER))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!is_digit(s[i]))
            return false;
    return true;
}

static bool is_uuid(const char *s, size_t n)
{
    if (n != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-')
        return false;
    for (size_t i = 0; i < n; i++)
        if (i != 8 && i != 13 && i != 18 && i != 23 && !is_digit(s[i]) &&
            !((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f'))
            return false;
    return true;
}

static bool is_ipv6(const char *s, size_t n)
{
    int colons = 0, run = 0;
    for (size_t i = 0; i < n; i++) {
        char c = (char)(s[i] | 0x20);
        if (s[i] == ':')
            colons++, run = 0;
        else if (is_digit(s[i]) || (c >= 'a' && c <= 'f')) {
            if (++run > 4)
                return false;
        } else {
            return s[i] == '/' && colons >= 2;
        }
    }
    return colons >= 2 && colons <= 7 && n >= 3;
}

static bool begins(const char *s, size_t n, const char *prefix)
{
    size_t bytes = strlen(prefix);
    return n > bytes && memcmp(s, prefix, bytes) == 0;
}

static bool has_secret_prefix(const char *s, size_t n)
{
    static const char *const prefixes[] = {
        "-----BEGIN ", "ya29.",  "AKIA",    "ASIA",    "AIza",     "ghp_",     "gho_",
        "ghs_",        "glpat-", "xoxb-",   "xoxp-",   "sk_live_", "rk_live_", "github_pat_",
        "$2a$",        "$2b$",   "$2y$",    "$argon2", "{bcrypt}", "{noop}",   "pbkdf2",
        "SG.",         "npm_",   "dop_v1_", "shpat_",  "Bearer "};
    if (n < 16)
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (begins(s, n, prefixes[i]))
            return true;
    return begins(s, n, "eyJ") && memchr(s, '.', n) != NULL;
}

struct counts {
    size_t of[CLASSES];
    size_t words; /* runs of letters */
};

enum { DENSE = 32, DENSE_MOST = 512 };

/* Upper, lower and digits in one long run, with as many different characters as chance gives. */
static bool is_dense(const char *s, size_t n, const struct counts *c)
{
    if (n < DENSE || n > DENSE_MOST || c->of[SPACE] || c->of[WIDE] || c->of[UPPER] < n / 8 ||
        c->of[LOWER] < n / 8 || c->of[DIGIT] < 3)
        return false;
    bool seen[128] = {false};
    size_t different = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char b = (unsigned char)s[i];
        if (class_of[b] == OTHER && strchr("+/=_~", b) == NULL)
            return false;
        different += !seen[b];
        seen[b] = true;
    }
    return different >= 20;
}

static uint32_t of_code(const char *s, size_t n, const struct counts *c)
{
    if (is_uuid(s, n))
        return BIT(UUID);
    if (is_navident(s, n))
        return BIT(NAVIDENT);
    if (is_diagnosis(s, n))
        return BIT(DIAGNOSIS);
    if (number_is_iban(s, n))
        return BIT(IBAN);
    if (memchr(s, ':', n) && is_ipv6(s, n))
        return BIT(IP);
    return is_dense(s, n, c) ? BIT(SECRET) : 0;
}

/* --- texts --- */

static bool is_mail_byte(const char *s, size_t i)
{
    enum byte_class c = class_at(s, i);
    return c == DIGIT || c == UPPER || c == LOWER || c == DOT || c == DASH || s[i] == '_' ||
           s[i] == '+' || c == WIDE;
}

/* Around the at sign: something, and a domain with a dot and letters at its end. */
static bool is_email_at(const char *s, size_t n, size_t at)
{
    size_t end = at + 1, dot = 0;
    if (at == 0 || !is_mail_byte(s, at - 1))
        return false;
    while (end < n && is_mail_byte(s, end) && s[end] != '_' && s[end] != '+') {
        if (s[end] == '.')
            dot = end;
        end++;
    }
    if (dot == end - 1) { /* the full stop of the sentence */
        end = dot;
        for (dot = 0; end > at + 1 && dot == 0; end--)
            if (s[end - 1] == '.')
                dot = end - 1;
        return dot > at + 1;
    }
    return dot > at + 1 && end - dot >= 3 && !is_digit(s[dot + 1]);
}

static uint32_t emails_in(const char *s, size_t n)
{
    for (const char *at = s; (at = memchr(at, '@', n - (size_t)(at - s))) != NULL; at++)
        if (is_email_at(s, n, (size_t)(at - s)))
            return BIT(EMAIL);
    return 0;
}

/* Runs of eleven digits, also as 010203 45678; "+47 ..." as a telephone. */
static uint32_t numbers_in(const char *s, size_t n)
{
    uint32_t kinds = 0;
    for (size_t i = 0; i < n;) {
        if (!is_digit(s[i])) {
            i++;
            continue;
        }
        size_t end = i;
        while (end < n && is_digit(s[end]))
            end++;
        size_t run = end - i;
        char d[11];
        if (run == 6 && end + 6 <= n && s[end] == ' ' && digits_of(s + end + 1, 5, d, 5) == 5 &&
            (end + 6 == n || !is_digit(s[end + 6]))) {
            memmove(d + 6, d, 5);
            memcpy(d, s + i, 6);
            kinds |= BIT(ELEVEN_WITHIN) | (person_number(d) ? BIT(FNR_WITHIN) : 0);
        } else if (run == 11) {
            kinds |= BIT(ELEVEN_WITHIN) | (person_number(s + i) ? BIT(FNR_WITHIN) : 0);
        }
        if (i > 0 && s[i - 1] == '+' && (run >= 8 || (run == 2 && end < n && s[end] == ' ')))
            kinds |= BIT(PHONE);
        i = end;
    }
    return kinds;
}

static bool looks_like_document(const char *s, size_t n)
{
    while (n > 0 && class_at(s, n - 1) == SPACE)
        n--;
    while (n > 0 && class_at(s, 0) == SPACE) {
        s++;
        n--;
    }
    if (n < 2)
        return false;
    return (s[0] == '{' && s[n - 1] == '}') || (s[0] == '[' && s[n - 1] == ']') ||
           (s[0] == '<' && s[n - 1] == '>' && n > 6);
}

enum { PROSE_WORDS = 6, NAME_BYTES = 60, NAME_WORDS = 4, ADDRESS_BYTES = 120 };

static uint32_t of_text(const char *s, size_t n, const struct counts *c)
{
    uint32_t kinds = 0;
    if (c->of[DIGIT] >= 8)
        kinds |= numbers_in(s, n);
    if (looks_like_document(s, n))
        return kinds | BIT(DOCUMENT);
    if (c->words >= PROSE_WORDS && c->of[SPACE] + 1 >= PROSE_WORDS)
        return kinds | BIT(PROSE);
    if (n <= ADDRESS_BYTES && c->of[DIGIT] > 0 && people_is_address(s, n))
        return kinds | BIT(ADDRESS);
    if (n <= NAME_BYTES && c->of[DIGIT] == 0 && c->words > 0 && c->words <= NAME_WORDS &&
        people_has_name(s, n))
        kinds |= BIT(NAME);
    return kinds;
}

/* --- the whole --- */

static void count(const char *s, size_t n, struct counts *c)
{
    bool inside = false;
    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < n; i++) {
        enum byte_class class = class_at(s, i);
        bool letter = class == UPPER || class == LOWER || class == WIDE;
        c->of[class]++;
        c->words += letter && !inside;
        inside = letter;
    }
}

/* Digits and what people put between them. */
static bool is_marked_digits(const char *s, size_t n, const struct counts *c)
{
    size_t marks = c->of[SPACE] + c->of[DOT] + c->of[DASH] + c->of[PUNCT] + (s[0] == '+');
    bool stamp = n > 10 && c->of[UPPER] <= 2 && (s[10] == 'T' || s[10] == ' ');
    return c->of[DIGIT] >= 4 && (c->of[DIGIT] + marks == n || (stamp && year_of(s, n) != 0) ||
                                 (c->of[DOT] == 3 && is_ipv4(s, n)));
}

enum { VALUE_BYTES = 64 * 1024 };

uint32_t value_classify(const char *s, size_t n)
{
    while (n > 0 && class_at(s, 0) == SPACE) {
        s++;
        n--;
    }
    while (n > 0 && class_at(s, n - 1) == SPACE)
        n--;
    if (n == 0)
        return 0;
    if (n > VALUE_BYTES)
        n = VALUE_BYTES;
    struct counts c;
    count(s, n, &c);
    if (c.of[DIGIT] == n)
        return of_digits(s, n);
    if (is_marked_digits(s, n, &c))
        return of_marked_digits(s, n);
    uint32_t kinds = c.of[AT] ? emails_in(s, n) : 0;
    if (has_secret_prefix(s, n))
        return kinds | BIT(SECRET);
    uint32_t code =
        c.of[SPACE] == 0 || memchr(s, ' ', n) == NULL || c.of[LOWER] == 0 ? of_code(s, n, &c) : 0;
    return code ? kinds | code : kinds | of_text(s, n, &c);
}

/* --- counting --- */

static int year_of_value(const char *s, size_t n)
{
    while (n > 0 && class_at(s, 0) == SPACE) {
        s++;
        n--;
    }
    bool packed = n == 8;
    for (size_t i = 0; packed && i < n; i++)
        packed = is_digit(s[i]);
    return packed ? number_of(s, 4) : year_of(s, n);
}

static void note_date(struct values *v, int year)
{
    enum { FIRST = 1900, LAST = 2099, OLD = 2000 };
    if (year < FIRST || year > LAST)
        return;
    v->old_dates += year < OLD;
    v->decades |= UINT32_C(1) << ((year - FIRST) / 10);
}

void values_add(struct values *v, const char *bytes, size_t n)
{
    if (bytes == NULL || n == 0)
        return;
    v->sampled++;
    uint32_t kinds = value_classify(bytes, n);
    for (int k = 0; k < VALUE_KINDS && kinds >> k; k++)
        v->hits[k] += (kinds >> k) & 1;
    if (kinds & BIT(DATE))
        note_date(v, year_of_value(bytes, n));
    if ((kinds & BIT(DIAGNOSIS)) && class_at(bytes, 0) == UPPER)
        v->letters |= UINT32_C(1) << (bytes[0] - 'A');
}

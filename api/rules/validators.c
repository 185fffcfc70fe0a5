/* The shapes of values. */

#include "api/rules/validators.h"

#include "api/rules/codes.h"
#include "api/rules/inside.h"
#include "api/rules/numbers.h"
#include "api/rules/people.h"
#include "api/rules/shape.h"
#include "api/rules/stamp.h"
#include "api/rules/within.h"

#include <string.h>

/* --- digits and nothing else --- */

/* 20240131: eight digits that are a date are no telephone. */
static bool is_packed_date(const char *d)
{
    int year = number_of(d, 4);
    return year >= 1900 && year <= 2100 && number_is_date(number_of(d + 6, 2), number_of(d + 4, 2));
}

static uint64_t eight(const char *d)
{
    if (is_packed_date(d))
        return BIT(DATE);
    if (strchr("2345679", d[0]) == NULL)
        return BIT(EIGHT_DIGITS);
    return BIT(EIGHT_DIGITS) | BIT(EIGHT) | (d[0] == '4' || d[0] == '9' ? BIT(MOBILE) : 0);
}

static uint64_t eleven(const char *d)
{
    if (!value_is_account(d)) /* its control digit is the second one of a person's number */
        return BIT(ELEVEN);
    uint64_t kinds = BIT(ELEVEN) | BIT(ACCOUNT);
    return number_is_dated(d) ? kinds | BIT(DATED) | within_person(d) : kinds;
}

/* A number that lost its leading zero. */
static uint64_t ten(const char *d)
{
    char padded[11] = {'0'};
    bool mobile = d[0] == '4' && d[1] == '7' && (d[2] == '4' || d[2] == '9');
    uint64_t kinds = mobile ? BIT(TEN) | BIT(MSISDN) : BIT(TEN);
    memcpy(padded + 1, d, 10);
    if (!number_is_dated(padded))
        return kinds;
    return kinds | BIT(DATED_SHORT) | (within_person(padded) ? BIT(FNR_SHORT) : 0);
}

static uint64_t nine(const char *d)
{
    return BIT(NINE_DIGITS) | (value_is_orgnr(d) ? BIT(ORGNR) : 0);
}

static uint64_t card(const char *d, size_t n)
{
    return BIT(CARD_DIGITS) | (number_is_card(d, n) ? BIT(CARD) : 0);
}

static uint64_t thirteen(const char *d)
{
    bool aktoer = memcmp(d, "10", 2) == 0 || d[0] == '2';
    return BIT(THIRTEEN_DIGITS) | (aktoer ? BIT(AKTOERID) : 0) | (number_is_ean(d) ? BIT(EAN) : 0);
}

static uint64_t of_digits(const char *d, size_t n)
{
    switch (n) {
    case 8:
        return eight(d);
    case 9:
        return nine(d);
    case 10:
        return ten(d);
    case 11:
        return eleven(d);
    case 12:
        return memcmp(d, "0047", 4) == 0 ? BIT(PHONE) : 0;
    case 13:
        return thirteen(d);
    case 14:
    case 15:
    case 16:
        return card(d, n);
    default:
        return 0;
    }
}

/* --- digits with marks between them --- */

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

/* The digits between the marks, as "3-2-3" for 998 87 766. */
static void groups_of(const char *s, size_t n, char out[16])
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i <= n && at + 2 < 16; i++) {
        if (i < n && is_digit(s[i])) {
            count++;
        } else if (count > 0) {
            out[at++] = (char)('0' + (count > 9 ? 9 : count));
            out[at++] = '-';
            count = 0;
        }
    }
    out[at ? at - 1 : 0] = '\0';
}

/* Grouped as people write it, a number says more than its digits. */
static uint64_t of_groups(const char *s, size_t n, const char *d, size_t count)
{
    char groups[16];
    groups_of(s, n, groups);
    if (count == 8 && (eight(d) & BIT(EIGHT)) &&
        (strcmp(groups, "2-2-2-2") == 0 || strcmp(groups, "3-2-3") == 0))
        return BIT(PHONE);
    if (count == 10 && strcmp(groups, "3-3-4") == 0 && d[0] > '1' && d[3] > '1')
        return BIT(PHONE); /* North America */
    if (count == 11 && strcmp(groups, "4-2-5") == 0 && value_is_account(d))
        return BIT(ACCOUNT_MARKED);
    return 0;
}

static uint64_t of_marked_digits(const char *s, size_t n)
{
    char d[MOST_DIGITS];
    size_t dots = 0;
    if (is_ipv4(s, n))
        return BIT(IP) | BIT(DOTTED) | (s[1] == '.' ? BIT(IP_LOW) : 0);
    for (size_t i = 0; i < n; i++)
        dots += s[i] == '.';
    size_t count = within_digits(s, n, d, sizeof d);
    uint64_t kinds = of_groups(s, n, d, count) | (dots >= 2 ? BIT(DOTTED) : 0);
    if (s[0] == '+' && count >= 8 && count <= 15)
        return kinds | BIT(PHONE);
    if (count == 12 && memcmp(d, "0047", 4) == 0)
        return kinds | BIT(PHONE);
    if (count == 8)
        return kinds | eight(d);
    if (count == 11)
        return kinds | eleven(d);
    if (count == 9)
        return kinds | nine(d);
    if (n > 11 && (count == 0 || count > 11)) /* several in a row: 01010112345, 02020212345 */
        kinds |= within_numbers(s, n);
    return count >= 14 && count <= 16 ? kinds | card(d, count) : kinds;
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

static uint64_t emails_in(const char *s, size_t n)
{
    for (const char *at = s; (at = memchr(at, '@', n - (size_t)(at - s))) != NULL; at++)
        if (is_email_at(s, n, (size_t)(at - s)))
            return BIT(EMAIL);
    return 0;
}

enum { PROSE_WORDS = 6, NAME_BYTES = 60, NAME_WORDS = 4, ADDRESS_BYTES = 120 };

/* Runs of letters. */
static uint32_t words_in(const char *s, size_t n)
{
    const uint32_t letters = 1u << UPPER | 1u << LOWER | 1u << WIDE;
    uint32_t words = 0, inside = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t letter = letters >> class_at(s, i) & 1;
        words += letter & ~inside;
        inside = letter;
    }
    return words;
}

static uint64_t of_text(const char *s, size_t n, const struct counts *c)
{
    uint64_t kinds = 0;
    if (c->of[DIGIT] >= 8)
        kinds |= within_numbers(s, n);
    kinds |= inside_text(s, n, c);
    if (inside_is_document(s, n))
        return kinds | BIT(DOCUMENT) | inside_document(s, n, c);
    if (c->of[SPACE] + 1 >= PROSE_WORDS && words_in(s, n) >= PROSE_WORDS)
        return kinds | BIT(PROSE) | inside_prose(s, n, c);
    if (n <= ADDRESS_BYTES && c->of[DIGIT] > 0 && people_is_address(s, n))
        return kinds | BIT(ADDRESS) | (people_is_full_address(s, n) ? BIT(FULL_ADDRESS) : 0);
    uint32_t words = n <= NAME_BYTES && c->of[DIGIT] == 0 ? words_in(s, n) : 0;
    if (words > 0 && words <= NAME_WORDS && people_has_name(s, n))
        kinds |= BIT(NAME) | (people_is_full_name(s, n) ? BIT(FULL_NAME) : 0);
    return kinds;
}

/* --- the whole --- */

/* The classes are counted side by side in one number, six bits each: a byte more is one addition,
 * and none waits for memory. */
enum { LANE = 6, AT_ONCE = 63 };

#define ONE(class) (UINT64_C(1) << ((class) * LANE))

static void take_lanes(uint64_t lanes, struct counts *c)
{
#define TAKE(class) (c->of[(class)] += (uint32_t)(lanes >> ((class) * LANE)) & AT_ONCE)
    TAKE(OTHER);
    TAKE(DIGIT);
    TAKE(UPPER);
    TAKE(LOWER);
    TAKE(SPACE);
    TAKE(AT);
    TAKE(DOT);
    TAKE(DASH);
    TAKE(PUNCT);
    TAKE(WIDE);
#undef TAKE
}

static void count(const char *s, size_t n, struct counts *c)
{
    static const uint64_t one[CLASSES] = {ONE(OTHER), ONE(DIGIT), ONE(UPPER), ONE(LOWER),
                                          ONE(SPACE), ONE(AT),    ONE(DOT),   ONE(DASH),
                                          ONE(PUNCT), ONE(WIDE)};
    memset(c, 0, sizeof *c);
    for (size_t from = 0; from < n; from += AT_ONCE) {
        size_t to = n - from < AT_ONCE ? n : from + AT_ONCE;
        uint64_t lanes = 0;
        for (size_t i = from; i < to; i++)
            lanes += one[class_at(s, i)];
        take_lanes(lanes, c);
    }
}

#undef ONE

/* Digits and what people put between them. */
static bool is_marked_digits(const char *s, size_t n, const struct counts *c)
{
    size_t marks = c->of[SPACE] + c->of[DOT] + c->of[DASH] + c->of[PUNCT] + (s[0] == '+');
    return (c->of[DIGIT] >= 4 || (c->of[DIGIT] > 0 && c->of[DOT] >= 2)) &&
           (c->of[DIGIT] + marks == n || (c->of[DOT] == 3 && is_ipv4(s, n)));
}

/* 4F3A9B2Z */
static bool is_mixed(size_t n, const struct counts *c)
{
    enum { LONGEST = 20 };
    return n <= LONGEST && c->of[DIGIT] > 0 && c->of[UPPER] + c->of[LOWER] > 0 && c->of[SPACE] == 0;
}

enum { VALUE_BYTES = 64 * 1024, DAY_DIGITS = 8 };

static size_t digits_at(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && is_digit(s[i]))
        i++;
    return i;
}

static size_t trim(const char **s, size_t n)
{
    while (n > 0 && class_at(*s, 0) == SPACE) {
        ++*s;
        n--;
    }
    while (n > 0 && class_at(*s, n - 1) == SPACE)
        n--;
    return n;
}

static uint64_t of_plain(const char *s, size_t n, const struct counts *c)
{
    if (is_marked_digits(s, n, c))
        return of_marked_digits(s, n);
    if (code_is_protection(s, n))
        return BIT(PROTECTION);
    uint64_t kinds = c->of[AT] ? emails_in(s, n) : is_mixed(n, c) ? BIT(MIXED) : 0;
    if (code_has_secret_prefix(s, n, c))
        return kinds | BIT(SECRET);
    uint64_t code = c->of[SPACE] == 0 || c->of[LOWER] == 0 ? code_classify(s, n, c) : 0;
    const uint64_t shapes = BIT(CODE) | BIT(CODE_DOTTED) | BIT(LETTER_NUMBER);
    return code & ~shapes ? kinds | code : kinds | code | of_text(s, n, c);
}

/* What stands beside a day: notes begin with theirs, and end with it. Numbers are found where they
 * are. */
static uint64_t of_stamped(const char *s, size_t n)
{
    const uint64_t said = BIT(NAME) | BIT(FULL_NAME) | BIT(ADDRESS) | BIT(FULL_ADDRESS) |
                          BIT(NAVIDENT) | BIT(CODE) | BIT(DIAGNOSIS) | BIT(DIAGNOSIS_DOTTED) |
                          BIT(SECRET);
    struct counts c;

    while (n > 0 && strchr(" ,:;-()", *s)) {
        s++;
        n--;
    }
    while (n > 0 && strchr(" ,:;-()", s[n - 1]))
        n--;
    if (n == 0)
        return 0;
    count(s, n, &c);
    return of_plain(s, n, &c) & said;
}

/* *year: of a day that stands alone; else as it was. */
static uint64_t classify(const char *s, size_t n, int *year)
{
    n = trim(&s, n);
    if (n == 0)
        return 0;
    if (n > VALUE_BYTES)
        n = VALUE_BYTES;
    if (digits_at(s, n) == n) {
        *year = n == 8 ? number_of(s, 4) : 0;
        return BIT(DIGITS) | of_digits(s, n);
    }
    struct counts c;
    count(s, n, &c);
    if (c.of[DIGIT] < DAY_DIGITS)
        return of_plain(s, n, &c);
    struct stamp day = stamp_at(s, n);
    if (day.bytes == n) {
        *year = day.year;
        return day.whole_day ? BIT(DATE) : BIT(TIME);
    }
    uint64_t kinds = of_plain(s, n, &c);
    if (day.bytes)
        return kinds | of_stamped(s + day.bytes, n - day.bytes);
    size_t words = n <= ADDRESS_BYTES && c.of[SPACE] > 0 ? stamp_behind(s, n) : n;
    return words < n ? kinds | of_stamped(s, words) : kinds;
}

uint64_t value_classify(const char *s, size_t n)
{
    int year = 0;
    return classify(s, n, &year);
}

/* --- counting --- */

static int lowest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return __builtin_ctzll(bits);
#else
    int k = 0;
    while (!(bits >> k & 1))
        k++;
    return k;
#endif
}

static void note_date(struct values *v, int year)
{
    enum { FIRST = 1900, LAST = 2099, OLD = 2000 };
    if (year < FIRST || year > LAST)
        return;
    v->old_dates += year < OLD;
    v->decades |= UINT32_C(1) << ((year - FIRST) / 10);
}

static void note_different(struct values *v, uint64_t kinds, const char *bytes, size_t n)
{
    const uint64_t persons = BIT(FNR) | BIT(DNR) | BIT(SYNTHETIC) | BIT(FNR_SHORT) |
                             BIT(FNR_WITHIN) | BIT(FNR_SHORT_WITHIN);
    uint64_t print = within_print(bytes, n);
    v->different_dated |= print;
    if (kinds & persons)
        v->different_persons |= print;
}

static uint32_t letter_bit(char letter)
{
    unsigned at = ((unsigned char)letter | 0x20u) - 'a';
    return at < 26 ? UINT32_C(1) << at : 0;
}

/* Where the first eight digits of a subscriber begin. */
static void note_phone(struct values *v, uint64_t kinds, const char *bytes, size_t n)
{
    size_t at = kinds & BIT(MSISDN) ? 2 : 0;
    if (kinds & BIT(MOBILE_WITHIN))
        while (at + 8 < n && digits_at(bytes + at, n - at) != 8)
            at += digits_at(bytes + at, n - at) + 1;
    if (n < at + 2 || !is_digit(bytes[at]) || !is_digit(bytes[at + 1]))
        return;
    v->firsts |= UINT32_C(1) << (bytes[at] - '0');
    v->seconds |= UINT32_C(1) << (bytes[at + 1] - '0');
}

void values_add(struct values *v, const char *bytes, size_t n)
{
    if (bytes == NULL || n == 0)
        return;
    v->sampled++;
    int year = 0;
    uint64_t kinds = classify(bytes, n, &year);
    for (uint64_t left = kinds; left; left &= left - 1)
        v->hits[lowest_bit(left)]++;
    if (kinds & BIT(DATE))
        note_date(v, year);
    if ((kinds & BIT(DIAGNOSIS)) && class_at(bytes, 0) == UPPER)
        v->letters |= letter_bit(bytes[0]);
    if ((kinds & BIT(NAVIDENT)) && (class_at(bytes, 0) == UPPER || class_at(bytes, 0) == LOWER))
        v->ident_letters |= letter_bit(bytes[0]);
    if (kinds & (BIT(DATED) | BIT(DATED_SHORT) | BIT(DATED_WITHIN) | BIT(DATED_SHORT_WITHIN)))
        note_different(v, kinds, bytes, n);
    if (kinds & (BIT(EIGHT) | BIT(MSISDN) | BIT(MOBILE_WITHIN)))
        note_phone(v, kinds, bytes, n);
}

void values_add_plain(struct values *v)
{
    v->sampled++;
}

void values_add_time(struct values *v)
{
    v->sampled++;
    v->hits[VALUE_TIME]++;
}

void values_add_day(struct values *v, int year)
{
    v->sampled++;
    v->hits[VALUE_DATE]++;
    note_date(v, year);
}

void values_add_integer(struct values *v, int64_t number)
{
    enum { SAYS_NOTHING = 10000000, ROOM = 20 }; /* seven digits at most */
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    char text[ROOM], *at = text + sizeof text;
    if (left < SAYS_NOTHING) {
        v->sampled++;
        v->hits[VALUE_DIGITS] += number >= 0;
        return;
    }
    for (; left; left /= 10)
        *--at = (char)('0' + left % 10);
    if (number < 0)
        *--at = '-';
    values_add(v, at, (size_t)(text + sizeof text - at));
}

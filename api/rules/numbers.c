/* The numbers with control digits: of persons, accounts, organisations, cards. */

#include "api/rules/numbers.h"

#include "api/rules/shape.h"

#include <string.h>

int number_of(const char *digits, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static int weighted(const char *digits, const int *weights, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (digits[i] - '0') * weights[i];
    return sum % 11;
}

/* Folkeregisteret: the weighted sums over ten and eleven digits are both divisible by 11. */
static bool controls_fit(const char *d)
{
    static const int first[] = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
    static const int second[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
    return weighted(d, first, 10) == 0 && weighted(d, second, 11) == 0;
}

bool number_is_date(int day, int month)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

bool value_is_fnr(const char d[11])
{
    return number_is_date(number_of(d, 2), number_of(d + 2, 2)) && controls_fit(d);
}

bool value_is_dnr(const char d[11])
{
    return number_is_date(number_of(d, 2) - 40, number_of(d + 2, 2)) && controls_fit(d);
}

static bool is_synthetic_date(int day, int month)
{
    static const int added[] = {40, 65, 80};
    bool fits = false;
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++)
        fits |= number_is_date(day, month - added[i]) || number_is_date(day - 40, month - added[i]);
    return fits;
}

bool value_is_synthetic(const char d[11])
{
    return is_synthetic_date(number_of(d, 2), number_of(d + 2, 2)) && controls_fit(d);
}

bool value_is_account(const char d[11])
{
    static const int weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
    return memcmp(d, "0000", 4) != 0 && weighted(d, weights, 11) == 0;
}

bool number_is_dated(const char d[11])
{
    int day = number_of(d, 2), month = number_of(d + 2, 2);
    return value_is_account(d) && (number_is_date(day, month) || number_is_date(day - 40, month) ||
                                   is_synthetic_date(day, month));
}

bool value_is_orgnr(const char d[9])
{
    static const int weights[] = {3, 2, 7, 6, 5, 4, 3, 2, 1};
    return (d[0] == '8' || d[0] == '9') && weighted(d, weights, 9) == 0;
}

static bool luhn(const char *digits, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        int value = digits[n - 1 - i] - '0';
        if (i % 2 == 1 && (value *= 2) > 9)
            value -= 9;
        sum += value;
    }
    return sum % 10 == 0;
}

/* Visa, Mastercard, American Express, Diners, Discover: prefix and length. */
bool number_is_card(const char *d, size_t n)
{
    int two = number_of(d, 2), four = number_of(d, 4);
    bool known = (n == 16 && (d[0] == '4' || (two >= 51 && two <= 55) ||
                              (four >= 2221 && four <= 2720) || four == 6011 || two == 65)) ||
                 (n == 15 && (two == 34 || two == 37)) || (n == 14 && (two == 36 || two == 38));
    return known && luhn(d, n);
}

/* Lengths of the IBAN registry (ISO 13616) for the countries of the single market, their neighbours
 * and those that many transfers go to. */
static bool is_iban_of_country(const char *s, size_t n)
{
    static const char countries[] =
        "AD24 AE23 AL28 AT20 BA20 BE16 BG22 BR29 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FO18 FR27 "
        "GB22 GE22 GI23 GL18 GR27 HR21 HU28 IE22 IL23 IS26 IT27 KW30 KZ20 LI21 LT20 LU20 LV21 MC27 "
        "MD24 ME22 MK19 MT31 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 "
        "TN24 TR26 UA29 XK20 ";
    for (const char *c = countries; *c; c += 5)
        if (c[0] == s[0] && c[1] == s[1])
            return (size_t)number_of(c + 2, 2) == n;
    return false;
}

/* Letters count 10 to 35; the first four characters go last; the whole is 1 modulo 97. */
bool number_is_iban(const char *s, size_t n)
{
    char plain[34];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == ' ')
            continue;
        if (count == sizeof plain || (!(s[i] >= 'A' && s[i] <= 'Z') && !is_digit(s[i])))
            return false;
        plain[count++] = s[i];
    }
    if (count < 15 || !is_digit(plain[2]) || !is_digit(plain[3]) ||
        !is_iban_of_country(plain, count))
        return false;
    int rest = 0;
    for (size_t i = 0; i < count; i++) {
        char c = plain[(i + 4) % count];
        int value = is_digit(c) ? c - '0' : c - 'A' + 10;
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest == 1;
}

bool number_begins_iban(const char *s, size_t n)
{
    size_t at = 0;
    for (size_t count = 1; at < n && count <= 34; at++) {
        if (s[at] == ' ')
            continue;
        if (!(s[at] >= 'A' && s[at] <= 'Z') && !is_digit(s[at]))
            return false;
        bool ends = at + 1 == n || !(is_digit(s[at + 1]) || (s[at + 1] >= 'A' && s[at + 1] <= 'Z'));
        if (ends && count >= 15 && number_is_iban(s, at + 1))
            return true;
        count++;
    }
    return false;
}

bool number_is_ean(const char d[13])
{
    int sum = 0;
    for (size_t i = 0; i < 13; i++)
        sum += (d[i] - '0') * (i % 2 ? 3 : 1);
    return sum % 10 == 0;
}

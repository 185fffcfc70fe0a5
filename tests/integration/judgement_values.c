#include "tests/integration/judgement_values.h"

#include "api/rules/rules.h"

#include <stdio.h>
#include <string.h>

static uint32_t seed = 20240131;

void seed_values(uint32_t with)
{
    seed = with;
}

uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * n) >> 32);
}

static const char *const given[] = {"Kari",  "Ola", "Anne",   "Mohammed", "Ingrid", "Nils",
                                    "Bente", "Liv", "Torunn", "Jostein",  "Aud",    "Emma"};
static const char *const family[] = {"Hansen", "Nordmann",  "Olsen", "Berg",     "Li",
                                     "Haugen", "Fjeldstad", "Moen",  "Kowalski", "Johansen"};
static const char *const streets[] = {"Storgata",  "Kirkeveien", "Bakkegata",
                                      "Skogstien", "Havnegata",  "Nedre vei"};
static const char *const places[] = {"Oslo", "Bergen", "Hamar", "Vads\xC3\xB8", "Mo i Rana"};

/* --- with control digits --- */

static int control(const char *d, const int *weights, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += (d[i] - '0') * weights[i];
    return (11 - sum % 11) % 11;
}

static void person_of(char d[VALUE_ROOM], unsigned day_more, unsigned month_more)
{
    static const int first[] = {3, 7, 6, 1, 8, 9, 4, 5, 2};
    static const int second[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int one, two;
    do {
        snprintf(d, VALUE_ROOM, "%02u%02u%02u%03u00", 1 + below(28) + day_more,
                 1 + below(12) + month_more, below(100), below(1000));
        one = control(d, first, 9);
        d[9] = (char)('0' + one % 10);
        two = control(d, second, 10);
        d[10] = (char)('0' + two % 10);
    } while (one == 10 || two == 10);
}

static void fnr(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    person_of(d, 0, 0);
}

static void dnr(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    person_of(d, 40, 0);
}

static void synthetic(char d[VALUE_ROOM], unsigned row)
{
    static const unsigned more[] = {40, 65, 80};
    person_of(d, row % 5 ? 0 : 40, more[row % 3]);
}

static void fnr_spaced(char d[VALUE_ROOM], unsigned row)
{
    char plain[VALUE_ROOM];
    fnr(plain, row);
    snprintf(d, VALUE_ROOM, "%.6s %.5s", plain, plain + 6);
}

static void fnr_in_text(char d[VALUE_ROOM], unsigned row)
{
    char plain[VALUE_ROOM];
    fnr(plain, row);
    snprintf(d, VALUE_ROOM, "Ringte om saken til %.11s, skal sjekkes mot registeret i morgen",
             plain);
}

static void fnr_in_json(char d[VALUE_ROOM], unsigned row)
{
    char plain[VALUE_ROOM];
    fnr(plain, row);
    snprintf(d, VALUE_ROOM, "{\"a\": {\"b\": [{\"c\": \"x\"}, {\"c\": {\"d\": \"%.11s\"}}]}}",
             plain);
}

static void key_in_json(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "{\"id\": %u, \"soker\": {\"fornavn\": null, \"epost\": null}}", row);
}

static void account(char d[VALUE_ROOM], unsigned row)
{
    static const int weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int k;
    (void)row;
    do {
        snprintf(d, VALUE_ROOM, "%04u%06u0", 1000 + below(9000), below(1000000));
        k = control(d, weights, 10);
        d[10] = (char)('0' + k % 10);
    } while (k == 10);
}

static void account_marked(char d[VALUE_ROOM], unsigned row)
{
    char plain[VALUE_ROOM];
    account(plain, row);
    snprintf(d, VALUE_ROOM, "%.4s.%.2s.%.5s", plain, plain + 4, plain + 6);
}

static void orgnr(char d[VALUE_ROOM], unsigned row)
{
    static const int weights[] = {3, 2, 7, 6, 5, 4, 3, 2};
    int k;
    (void)row;
    do {
        snprintf(d, VALUE_ROOM, "%u%07u0", 8 + below(2), below(10000000));
        k = control(d, weights, 8);
        d[8] = (char)('0' + k % 10);
    } while (k == 10);
}

int luhn_of(const char *d, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        int v = d[n - 1 - i] - '0';
        if (i % 2 == 0 && (v *= 2) > 9)
            v -= 9;
        sum += v;
    }
    return (10 - sum % 10) % 10;
}

static void card(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%s%06u%08u", row % 2 ? "4" : "5", below(1000000), below(100000000));
    if (row % 2 == 0)
        d[1] = (char)('1' + below(5));
    snprintf(d + 15, VALUE_ROOM - 15, "%d", luhn_of(d, 15));
}

/* Norwegian: BBAN is an account; the check digits are 98 - (BBAN NO00) mod 97. */
static void iban(char d[VALUE_ROOM], unsigned row)
{
    char bban[VALUE_ROOM], whole[32];
    unsigned rest = 0;
    account(bban, row);
    snprintf(whole, sizeof whole, "%.11s232400", bban);
    for (const char *p = whole; *p; p++)
        rest = (rest * 10 + (unsigned)(*p - '0')) % 97;
    snprintf(d, VALUE_ROOM, "NO%02u%.11s", 98 - rest, bban);
}

/* --- by shape --- */

static void aktoerid(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%s%05u%06u", row % 2 ? "10" : "25", below(100000), below(1000000));
}

static void navident(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%c%06u", 'A' + (int)(row % 26), below(1000000));
}

static void email(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%s.%u@example.no", PICK(given), row);
}

static void phone_plus(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, row % 3 ? "+47%u%07u" : "+46 70 %u%06u", 4 + below(2) * 5,
             below(1000000));
}

static void phone_eight(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%u%07u", row % 2 ? 4u : 9u, below(10000000));
}

static void phone_spaced(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, row % 2 ? "9%u%u %02u %u%02u" : "22 %u%u %02u %u%u", below(10),
             below(10), below(100), below(10), below(10));
}

static void address(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, row % 2 ? "%s %u" : "%s %uB, 0%03u %s", PICK(streets), 1 + below(200),
             100 + below(800), PICK(places));
}

static void full_name(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%s %s", PICK(given), PICK(family));
}

static void family_name(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%s", PICK(family));
}

static void one_name(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "Kari Nordmann");
}

static void birthdate(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%04u-%02u-%02u", 1931 + below(90), 1 + below(12), 1 + below(28));
}

static void birthdate_text(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%02u.%02u.%04u", 1 + below(28), 1 + below(12), 1931 + below(90));
}

static void ipv4(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "%u.%u.%u.%u", 10 + row % 200, below(256), below(256), 1 + below(254));
}

static void ipv6(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "2001:db8:%x::%x", below(65536), 1 + below(65535));
}

static void token(char d[VALUE_ROOM], unsigned row)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = 40 + row % 24;
    for (size_t i = 0; i < n; i++)
        d[i] = letters[below(sizeof letters - 1)];
    d[n] = '\0';
}

static void token_prefix(char d[VALUE_ROOM], unsigned row)
{
    static const char *const prefixes[] = {"ghp_", "xoxb-", "AKIA", "ya29.", "sk_live_", "$2b$12$"};
    snprintf(d, VALUE_ROOM, "%s%08xabcdefgh%u", PICK(prefixes), below(UINT32_MAX), row);
}

static void jwt(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI%08x%u.c2ln", below(UINT32_MAX), row);
}

static void icd10(char d[VALUE_ROOM], unsigned row)
{
    (void)row;
    snprintf(d, VALUE_ROOM, "%c%02u.%u", 'A' + (int)below(20), below(100), below(10));
}

static void icpc2(char d[VALUE_ROOM], unsigned row)
{
    static const char chapters[] = "ABDFHKLNPRSTUWXYZ";
    (void)row;
    snprintf(d, VALUE_ROOM, "%c%02u", chapters[below(17)],
             below(2) ? 1 + below(29) : 70 + below(30));
}

static void prose(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "Bruker ringte %u ganger og lurte paa hva som skjer med %s.", row,
             row % 2 ? "vedtaket" : "utbetalingen");
}

static void list_of_fnr(char d[VALUE_ROOM], unsigned row)
{
    char one[VALUE_ROOM], two[VALUE_ROOM];
    fnr(one, row);
    fnr(two, row);
    snprintf(d, VALUE_ROOM, "{%.11s,%.11s}", one, two);
}

/* Ten digits each, and one number of a person among them.
 */
static void fnr_among_tens(char d[VALUE_ROOM], unsigned row)
{
    if (row == 777)
        fnr(d, row);
    else
        snprintf(d, VALUE_ROOM, "%u", 2000000000u + below(2000000000));
}

static void birth_time(char d[VALUE_ROOM], unsigned row)
{
    birthdate(d, row);
    memcpy(d + strlen(d), " 00:00:00", 10);
}

static void list_of_documents(char d[VALUE_ROOM], unsigned row)
{
    char one[VALUE_ROOM];
    fnr(one, row);
    snprintf(d, VALUE_ROOM, "{\"{\\\\\"ident\\\\\": \\\\\"%.11s\\\\\"}\"}", one);
}

static void search_vector(char d[VALUE_ROOM], unsigned row)
{
    char one[VALUE_ROOM];
    fnr(one, row);
    snprintf(d, VALUE_ROOM, "gjelder %.11s vedlegg", one);
}

static void document_after_blanks(char d[VALUE_ROOM], unsigned row)
{
    snprintf(d, VALUE_ROOM, "   {\"diagnose\": {\"steg\": %u}}", row);
}

#define C(category) (UINT32_C(1) << RULES_##category)

const struct value_case value_cases[] = {
    {"fnr", "text", fnr, C(FNR), 0, false},
    {"fnr varchar", "varchar(11)", fnr, C(FNR), 0, false},
    {"fnr bigint", "bigint", fnr, C(FNR), 0, false},
    {"fnr numeric", "numeric", fnr, C(FNR), 0, false},
    {"fnr spaced", "text", fnr_spaced, C(FNR), 0, false},
    {"fnr list", "text[]", list_of_fnr, C(FNR), 0, false},
    {"d-number", "text", dnr, C(FNR), 0, false},
    {"synthetic", "text", synthetic, C(FNR), 0, false},
    {"synthetic bigint", "bigint", synthetic, C(FNR), 0, false},
    {"fnr in text", "text", fnr_in_text, C(FNR), C(FREE_TEXT), false},
    {"fnr in jsonb", "jsonb", fnr_in_json, C(FNR), C(JSON_DOCUMENT), false},
    {"fnr in json as text", "text", fnr_in_json, C(FNR), C(JSON_DOCUMENT), false},
    {"keys in jsonb", "jsonb", key_in_json, C(NAME), C(JSON_DOCUMENT) | C(EMAIL), false},
    {"aktorid", "varchar(13)", aktoerid, C(AKTOERID), 0, false},
    {"aktorid bigint", "bigint", aktoerid, C(AKTOERID), 0, false},
    {"navident", "varchar(7)", navident, C(NAVIDENT), 0, false},
    {"account", "text", account, C(BANK_ACCOUNT), 0, false},
    {"account marked", "text", account_marked, C(BANK_ACCOUNT), 0, false},
    {"account bigint", "bigint", account, C(BANK_ACCOUNT), 0, false},
    {"iban", "text", iban, C(BANK_ACCOUNT), 0, false},
    {"card", "text", card, C(BANK_ACCOUNT), 0, false},
    {"orgnr", "text", orgnr, C(ORG), 0, false},
    {"orgnr integer", "integer", orgnr, C(ORG), 0, false},
    {"email", "text", email, C(EMAIL), 0, false},
    {"phone +", "text", phone_plus, C(PHONE), 0, false},
    {"phone eight", "text", phone_eight, C(PHONE), 0, false},
    {"phone integer", "integer", phone_eight, C(PHONE), 0, false},
    {"phone spaced", "text", phone_spaced, C(PHONE), 0, false},
    {"address", "text", address, C(ADDRESS), 0, false},
    {"full name", "text", full_name, C(NAME), 0, false},
    {"family name", "text", family_name, C(NAME), 0, false},
    {"birth date", "date", birthdate, C(BIRTHDATE), 0, false},
    {"birth date text", "text", birthdate_text, C(BIRTHDATE), 0, false},
    {"ip", "text", ipv4, C(IP), 0, false},
    {"ip inet", "inet", ipv4, C(IP), 0, false},
    {"ipv6", "text", ipv6, C(IP), 0, false},
    {"token", "text", token, C(SECRET), 0, false},
    {"token prefix", "text", token_prefix, C(SECRET), 0, false},
    {"jwt", "text", jwt, C(SECRET), 0, false},
    {"icd10", "text", icd10, C(HEALTH), 0, false},
    {"icpc2", "text", icpc2, C(HEALTH), 0, false},
    {"prose", "text", prose, C(FREE_TEXT), 0, false},
    {"one fnr among ten digits", "bigint", fnr_among_tens, C(FNR), 0, false},
    {"fnr double", "double precision", fnr, C(FNR), 0, false},
    {"fnr name", "name", fnr, C(FNR), 0, false},
    {"fnr in jsonb list", "jsonb[]", list_of_documents, C(FNR), C(JSON_DOCUMENT), false},
    {"fnr in a search vector", "tsvector", search_vector, C(FNR), C(FREE_TEXT), false},
    {"birth time", "timestamp", birth_time, C(BIRTHDATE), 0, false},
    {"birth time zoned", "timestamptz", birth_time, C(BIRTHDATE), 0, false},
    {"keys after blanks", "text", document_after_blanks, C(HEALTH), C(JSON_DOCUMENT), false},
    {"one fnr", "text", fnr, C(FNR), 0, true},
    {"one d-number", "text", dnr, C(FNR), 0, true},
    {"one synthetic", "text", synthetic, C(FNR), 0, true},
    {"one fnr in text", "text", fnr_in_text, C(FNR), 0, true},
    {"one fnr in a document", "text", fnr_in_json, C(FNR), 0, true},
    {"one aktorid", "text", aktoerid, C(AKTOERID), 0, true},
    {"one navident", "text", navident, C(NAVIDENT), 0, true},
    {"one account", "text", account_marked, C(BANK_ACCOUNT), 0, true},
    {"one plain account", "text", account, C(BANK_ACCOUNT), 0, true},
    {"one iban", "text", iban, C(BANK_ACCOUNT), 0, true},
    {"one card", "text", card, C(BANK_ACCOUNT), 0, true},
    {"one orgnr", "text", orgnr, C(ORG), 0, true},
    {"one email", "text", email, C(EMAIL), 0, true},
    {"one phone", "text", phone_plus, C(PHONE), 0, true},
    {"one plain phone", "text", phone_eight, C(PHONE), 0, true},
    {"one phone spaced", "text", phone_spaced, C(PHONE), 0, true},
    {"one address", "text", address, C(ADDRESS), 0, true},
    {"one name", "text", one_name, C(NAME), 0, true},
    {"one ip", "text", ipv4, C(IP), 0, true},
    {"one token", "text", token, C(SECRET), 0, true},
    {"one jwt", "text", jwt, C(SECRET), 0, true},
    {"one icd10", "text", icd10, C(HEALTH), 0, true},
};
const size_t n_value_cases = sizeof value_cases / sizeof *value_cases;

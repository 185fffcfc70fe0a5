/* Every number here is made up from its control digits; none was given to anybody on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/rules/validators.h"

#include <stdio.h>
#include <string.h>

#define BIT(kind) (UINT32_C(1) << VALUE_##kind)

static uint32_t seed = 42;

static uint32_t next(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

/* --- making numbers --- */

/* Fills in the control digits behind nine; false where the register skips the number. */
static bool complete(char d[12])
{
    static const int first[] = {3, 7, 6, 1, 8, 9, 4, 5, 2};
    static const int second[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int k1 = 0, k2 = 0;
    for (int i = 0; i < 9; i++)
        k1 += (d[i] - '0') * first[i];
    k1 = (11 - k1 % 11) % 11;
    if (k1 == 10)
        return false;
    d[9] = (char)('0' + k1);
    for (int i = 0; i < 10; i++)
        k2 += (d[i] - '0') * second[i];
    k2 = (11 - k2 % 11) % 11;
    if (k2 == 10)
        return false;
    d[10] = (char)('0' + k2);
    d[11] = '\0';
    return true;
}

static void person(char d[12], int day_more, int month_more)
{
    do {
        char text[64];
        snprintf(text, sizeof text, "%02u%02u%02u%03u00", 1 + next(28) + (unsigned)day_more,
                 1 + next(12) + (unsigned)month_more, next(100), next(1000));
        memcpy(d, text, 11);
    } while (!complete(d));
}

static void account(char d[12])
{
    static const int weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int k;
    do {
        char text[32];
        snprintf(text, sizeof text, "%04u%06u0", 1000 + next(9000), next(1000000));
        memcpy(d, text, 11);
        d[11] = '\0';
        k = 0;
        for (int i = 0; i < 10; i++)
            k += (d[i] - '0') * weights[i];
        k = (11 - k % 11) % 11;
    } while (k == 10);
    d[10] = (char)('0' + k);
}

static void digits(char *d, size_t n)
{
    for (size_t i = 0; i < n; i++)
        d[i] = (char)('0' + next(10));
    d[n] = '\0';
}

/* --- numbers --- */

static void test_persons(void **state)
{
    (void)state;
    char d[12];
    for (int i = 0; i < 20000; i++) {
        person(d, 0, 0);
        assert_true(value_is_fnr(d));
        assert_false(value_is_dnr(d) || value_is_synthetic(d));
        person(d, 40, 0);
        assert_true(value_is_dnr(d));
        assert_false(value_is_fnr(d) || value_is_synthetic(d));
        static const int months[] = {40, 65, 80};
        person(d, i % 2 ? 40 : 0, months[i % 3]);
        assert_true(value_is_synthetic(d));
        assert_false(value_is_fnr(d) || value_is_dnr(d));
    }
}

/* One digit changed, two neighbours swapped: the control digits find it, but for swaps of equal
 * ones. */
static void test_all_control_digits(void **state)
{
    (void)state;
    char d[12];
    for (int i = 0; i < 500; i++) {
        person(d, 0, 0);
        for (int at = 0; at < 11; at++) {
            char kept = d[at];
            for (int c = '0'; c <= '9'; c++) {
                d[at] = (char)c;
                assert_int_equal(value_is_fnr(d) || value_is_dnr(d) || value_is_synthetic(d),
                                 c == kept);
            }
            d[at] = kept;
        }
        char last = d[10];
        d[10] = last == '9' ? '0' : (char)(last + 1);
        assert_false(value_is_account(d));
    }
}

static void test_dates_exist(void **state)
{
    (void)state;
    char d[12], text[32];
    int found = 0;
    for (int n = 0; n < 1000; n++) {
        snprintf(text, sizeof text, "310499%03d00", n);
        memcpy(d, text, 11);
        if (!complete(d))
            continue;
        assert_false(value_is_fnr(d)); /* the 31st of April */
        found++;
    }
    assert_true(found > 500);
}

/* A million random numbers: as many pass as the dates and the control digits let pass. */
static void test_random_elevens(void **state)
{
    (void)state;
    enum { ROUNDS = 1000000 };
    const double expected = ROUNDS * (8 * 366 / 10000.0) / 121;
    char d[12];
    int hits = 0, plain = 0, accounts = 0;
    for (int i = 0; i < ROUNDS; i++) {
        digits(d, 11);
        bool fnr = value_is_fnr(d);
        plain += fnr || value_is_dnr(d);
        hits += fnr || value_is_dnr(d) || value_is_synthetic(d);
        accounts += value_is_account(d);
    }
    print_message("%d of a million pass, %d without synthetic ones; %d as accounts\n", hits, plain,
                  accounts);
    assert_true(hits > expected * 0.9 && hits < expected * 1.1);
    assert_true(plain > expected / 4 * 0.8 && plain < expected / 4 * 1.2);
    assert_true(accounts > ROUNDS / 11.0 * 0.97 && accounts < ROUNDS / 11.0 * 1.03);
}

static void test_accounts_that_pass_as_persons(void **state)
{
    (void)state;
    char d[12];
    int both = 0;
    for (int i = 0; i < 100000; i++) {
        account(d);
        assert_true(value_is_account(d));
        both += value_is_fnr(d) || value_is_dnr(d);
    }
    assert_true(both < 1500); /* the date tells them apart */
}

/* --- one value --- */

static void has(const char *text, uint32_t kinds)
{
    uint32_t got = value_classify(text, strlen(text));
    if ((got & kinds) != kinds)
        fail_msg("%s: %08x, not %08x", text, got, kinds);
}

static void has_none(const char *text, uint32_t kinds)
{
    uint32_t got = value_classify(text, strlen(text));
    if (got & kinds)
        fail_msg("%s: %08x has one of %08x", text, got, kinds);
}

static void test_kinds(void **state)
{
    (void)state;
    has("kari.nordmann@example.com", BIT(EMAIL));
    has("Ring kari.nordmann@example.com.", BIT(EMAIL));
    has("+47 99 88 77 66", BIT(PHONE));
    has("+4799887766", BIT(PHONE));
    has("0047 99887766", BIT(PHONE));
    has("+46 8 123 456 78", BIT(PHONE));
    has("ring meg paa +47 99887766 i morgen", BIT(PHONE));
    has("99887766", BIT(EIGHT));
    has("22 33 44 55", BIT(EIGHT));
    has("Z999999", BIT(NAVIDENT));
    has("974760673", BIT(ORGNR));
    has("1000012345678", BIT(AKTOERID));
    has("4111 1111 1111 1111", BIT(CARD));
    has("378282246310005", BIT(CARD));
    has("NO93 8601 1117 947", BIT(IBAN));
    has("GB82WEST12345698765432", BIT(IBAN));
    has("10.0.0.12", BIT(IP));
    has("192.168.1.1:8080", BIT(IP));
    has("2001:db8::1", BIT(IP));
    has("M54.5", BIT(DIAGNOSIS));
    has("J069", BIT(DIAGNOSIS));
    has("L03", BIT(DIAGNOSIS));
    has("Kari Nordmann", BIT(NAME));
    has("Per-Olav Hansen", BIT(NAME));
    has("HANSEN, OLA", BIT(NAME));
    has("Bj\xC3\xB8rn \xC3\x85sen", BIT(NAME));
    has("Storgata 12", BIT(ADDRESS));
    has("Kirkeveien 3B, 0364 Oslo", BIT(ADDRESS));
    has("0364 Oslo", BIT(ADDRESS));
    has("221 Baker Street", BIT(ADDRESS));
    has("1978-02-28", BIT(DATE));
    has("28.02.1978", BIT(DATE));
    has("1978-02-28T00:00:00Z", BIT(DATE));
    has("19780228", BIT(DATE));
    has("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXI", BIT(SECRET));
    has("-----BEGIN PRIVATE KEY-----\nMII", BIT(SECRET));
    has("$2b$12$abcdefghijklmnopqrstuv", BIT(SECRET));
    has("q9Zx3LmP0vRtY7bNcK2wQeUaHj5sDfGi8Ok1", BIT(SECRET));
    has("{\"a\": 1}", BIT(DOCUMENT));
    has("<a><b/></a>", BIT(DOCUMENT));
    has("Bruker ringte og lurte paa hva som skjer med saken.", BIT(PROSE));
    has("123e4567-e89b-12d3-a456-426614174000", BIT(UUID));
    has("  99887766\n", BIT(EIGHT));
}

static void test_near_misses(void **state)
{
    (void)state;
    has_none("123e4567-e89b-12d3-a456-426614174000", BIT(SECRET) | BIT(PHONE) | BIT(NAVIDENT));
    has_none("20240131", BIT(EIGHT));
    has_none("1717171717171", BIT(AKTOERID)); /* milliseconds since 1970 */
    has_none("1717171717", BIT(FNR) | BIT(PHONE));
    has_none("2024-01-31 12:00:00.123456+01", BIT(PHONE) | BIT(ELEVEN) | BIT(CARD));
    has_none("1.2.3", BIT(IP));
    has_none("1.2.3.04", BIT(IP));
    has_none("256.1.1.1", BIT(IP));
    has_none("a@b", BIT(EMAIL));
    has_none("@Override", BIT(EMAIL));
    has_none("4111111111111112", BIT(CARD));
    has_none("NO9386011117948", BIT(IBAN));
    has_none("974760674", BIT(ORGNR));
    has_none("INNVILGET", BIT(NAME) | BIT(SECRET) | BIT(DIAGNOSIS));
    has_none("regel 12", BIT(ADDRESS));
    has_none("steg_historikk", BIT(NAME));
    has_none("d41d8cd98f00b204e9800998ecf8427e", BIT(SECRET)); /* a checksum */
    has_none("no.nav.aap.postmottak.JobbUtforer", BIT(SECRET) | BIT(NAME));
    has_none("12.50", BIT(DATE) | BIT(PHONE));
    has_none("", UINT32_MAX);
    has_none("   ", UINT32_MAX);
}

static void test_numbers_inside_texts(void **state)
{
    (void)state;
    char d[12], text[256];
    for (int i = 0; i < 2000; i++) {
        person(d, i % 2 ? 40 : 0, 0);
        snprintf(text, sizeof text, "Gjelder %s, se vedlegg", d);
        has(text, BIT(FNR_WITHIN) | BIT(ELEVEN_WITHIN));
        snprintf(text, sizeof text, "{\"ident\":{\"verdi\":\"%s\"}}", d);
        has(text, BIT(FNR_WITHIN) | BIT(DOCUMENT));
        snprintf(text, sizeof text, "fnr %.6s %s.", d, d + 6);
        has(text, BIT(FNR_WITHIN));
        snprintf(text, sizeof text, "lang 9%s tallrekke", d);
        has_none(text, BIT(FNR_WITHIN));
        has(d, BIT(ELEVEN));
        snprintf(text, sizeof text, "%.6s %s", d, d + 6);
        has(text, BIT(ELEVEN));
    }
}

/* Any bytes: only kinds that exist come out, and nothing is read beyond the end. */
static void test_hostile_bytes(void **state)
{
    (void)state;
    static const char marks[] = "0123456789+-. @:/{}<>[]\"aZ\xC3\xB8\xff\n";
    for (int i = 0; i < 200000; i++) {
        size_t n = next(40);
        char *text = mem_alloc(n + 1); /* exactly as long: reading on is seen */
        for (size_t k = 0; k < n; k++)
            text[k] = i % 2 ? marks[next(sizeof marks - 1)] : (char)next(256);
        text = mem_grow(text, n ? n : 1, 1);
        assert_true(value_classify(text, n) >> VALUE_KINDS == 0);
        mem_free(text);
    }
}

/* --- many values --- */

static struct rules_verdict judged(const struct values *v)
{
    struct rules_verdict out = {0};
    values_verdict(v, RULES_BY_DATA, &out);
    return out;
}

static bool says(const struct values *v, enum rules_category category)
{
    return (judged(v).categories & (UINT32_C(1) << category)) != 0;
}

static void add(struct values *v, const char *text)
{
    values_add(v, text, strlen(text));
}

static void test_columns_of_numbers(void **state)
{
    (void)state;
    struct values persons = {0}, lost = {0}, accounts = {0}, orders = {0}, one = {0};
    char d[12];
    for (int i = 0; i < 2000; i++) {
        person(d, i % 7 ? 0 : 40, i % 5 ? 0 : 80);
        add(&persons, d);
        add(&lost, d[0] == '0' ? d + 1 : d); /* stored as bigint */
        account(d);
        add(&accounts, d);
        digits(d, 11);
        add(&orders, d);
        add(&one, i == 1234 ? "01010112345" : "ord");
    }
    assert_true(says(&persons, RULES_FNR) && says(&lost, RULES_FNR));
    assert_false(says(&persons, RULES_BANK_ACCOUNT));
    assert_true(says(&accounts, RULES_BANK_ACCOUNT));
    assert_false(says(&accounts, RULES_FNR));
    assert_int_equal(judged(&orders).level, RULES_NONE);
    assert_int_equal(judged(&one).level, RULES_NONE); /* its control digits are wrong */
    struct rules_verdict v = judged(&persons);
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_int_equal(v.evidence[0].hits, 2000);
    assert_int_equal(v.evidence[0].sampled, 2000);
    assert_int_equal(v.evidence[0].by, RULES_BY_DATA);
    assert_string_equal(rules_rule_id(v.evidence[0].rule), "data.fnr");
}

/* One real hit among two thousand is still said. */
static void test_one_among_many(void **state)
{
    (void)state;
    char d[12], text[128];
    struct values alone = {0}, within = {0}, mail = {0}, phone = {0}, token = {0};
    for (int i = 0; i < 2000; i++) {
        bool hit = i == 777;
        person(d, 0, 0);
        add(&alone, hit ? d : "ukjent");
        snprintf(text, sizeof text, hit ? "se sak om %s" : "se sak om %.3s", d);
        add(&within, text);
        add(&mail, hit ? "ola@example.org" : "ingen");
        add(&phone, hit ? "+47 99887766" : "ingen");
        add(&token, hit ? "ghp_abcdefghijklmnopqrst123456" : "ingen");
    }
    assert_true(says(&alone, RULES_FNR) && says(&within, RULES_FNR));
    assert_true(says(&mail, RULES_EMAIL) && says(&phone, RULES_PHONE) &&
                says(&token, RULES_SECRET));
}

static void test_columns_that_stay_quiet(void **state)
{
    (void)state;
    struct values v[6] = {{0}};
    char text[64];
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "2024-%02u-%02uT10:00:00Z", 1 + next(12), 1 + next(28));
        add(&v[0], text);
        snprintf(text, sizeof text, "%08x-0000-4000-8000-%012x", next(UINT32_MAX),
                 next(UINT32_MAX));
        add(&v[1], text);
        snprintf(text, sizeof text, "ORDRE-%06u", next(1000000));
        add(&v[2], text);
        snprintf(text, sizeof text, "17%011u", next(1000000000));
        add(&v[3], text);
        snprintf(text, sizeof text, "A%02u", next(100)); /* rooms of one building */
        add(&v[4], text);
        snprintf(text, sizeof text, "ordre %011u sendt", next(2000000000));
        add(&v[5], text);
    }
    for (size_t i = 0; i < 6; i++)
        if (judged(&v[i]).level != RULES_NONE)
            fail_msg("column %zu: %s", i, rules_rule_id(judged(&v[i]).evidence[0].rule));
    assert_int_equal(judged(&(struct values){0}).level, RULES_NONE);
}

static void test_birthdates(void **state)
{
    (void)state;
    struct values born = {0}, made = {0}, sentinel = {0};
    char text[16];
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "%u-%02u-%02u", 1930 + next(85), 1 + next(12), 1 + next(28));
        add(&born, text);
        snprintf(text, sizeof text, "%u-%02u-%02u", 2015 + next(11), 1 + next(12), 1 + next(28));
        add(&made, text);
        add(&sentinel, i % 2 ? "1900-01-01" : text);
    }
    assert_true(says(&born, RULES_BIRTHDATE));
    assert_false(says(&made, RULES_BIRTHDATE));
    assert_false(says(&sentinel, RULES_BIRTHDATE));
}

static void test_names_and_places(void **state)
{
    (void)state;
    static const char *const given[] = {"Kari", "Ola", "Anne", "Mohammed", "Ingrid", "Nils"};
    static const char *const family[] = {"Hansen", "Nordmann", "Olsen", "Berg", "Li", "Ukjentsen"};
    static const char *const streets[] = {"Storgata", "Kirkeveien", "Bakkegata", "Skogstien"};
    static const char *const codes[] = {"M54.5", "J06.9", "F32.1", "L03", "R51", "A09"};
    struct values names = {0}, places = {0}, sick = {0}, idents = {0}, statuses = {0};
    char text[64];
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "%s %s", given[next(6)], family[next(6)]);
        add(&names, text);
        snprintf(text, sizeof text, "%s %u", streets[next(4)], 1 + next(200));
        add(&places, text);
        add(&sick, codes[next(6)]);
        snprintf(text, sizeof text, "Z%06u", next(1000000));
        add(&idents, text);
        add(&statuses, next(2) ? "OPPRETTET" : "Ferdig behandlet");
    }
    assert_true(says(&names, RULES_NAME));
    assert_true(says(&places, RULES_ADDRESS));
    assert_true(says(&sick, RULES_HEALTH));
    assert_true(says(&idents, RULES_NAVIDENT));
    assert_int_equal(judged(&statuses).level, RULES_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_persons),
        cmocka_unit_test(test_all_control_digits),
        cmocka_unit_test(test_dates_exist),
        cmocka_unit_test(test_random_elevens),
        cmocka_unit_test(test_accounts_that_pass_as_persons),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_numbers_inside_texts),
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_columns_of_numbers),
        cmocka_unit_test(test_one_among_many),
        cmocka_unit_test(test_columns_that_stay_quiet),
        cmocka_unit_test(test_birthdates),
        cmocka_unit_test(test_names_and_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

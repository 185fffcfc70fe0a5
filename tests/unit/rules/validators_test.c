/* Every number here is made up from its control digits; none was given to anybody on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/rules/validators.h"
#include "tests/unit/rules/made.h"

#include <stdio.h>
#include <string.h>

#define BIT(kind) (UINT64_C(1) << VALUE_##kind)

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

/* All hundred pairs of control digits behind nine digits: one passes, or none. */
static void test_every_pair_of_control_digits(void **state)
{
    (void)state;
    char d[12], right[12], text[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%02u%02u%02u%03u00", 1 + next(28), 1 + next(12), next(100),
                 next(1000));
        memcpy(d, text, 12);
        memcpy(right, d, 12);
        bool is_given = complete(right);
        int passed = 0;
        for (int pair = 0; pair < 100; pair++) {
            d[9] = (char)('0' + pair / 10);
            d[10] = (char)('0' + pair % 10);
            if (!value_is_fnr(d))
                continue;
            passed++;
            assert_memory_equal(d, right, 11);
        }
        assert_int_equal(passed, is_given);
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
    print_message("%d of a million pass (%.2f %%), %d without synthetic ones; %d as accounts\n",
                  hits, hits / 10000.0, plain, accounts);
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

static void has(const char *text, uint64_t kinds)
{
    uint64_t got = value_classify(text, strlen(text));
    if ((got & kinds) != kinds)
        fail_msg("%s: %llx, not %llx", text, (unsigned long long)got, (unsigned long long)kinds);
}

static void has_none(const char *text, uint64_t kinds)
{
    uint64_t got = value_classify(text, strlen(text));
    if (got & kinds)
        fail_msg("%s: %llx has one of %llx", text, (unsigned long long)got,
                 (unsigned long long)kinds);
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
    has("STRENGT_FORTROLIG", BIT(PROTECTION));
    has("strengtFortroligUtland", BIT(PROTECTION));
    has("Strengt fortrolig adresse", BIT(PROTECTION));
    has("STRICTLY_CONFIDENTIAL", BIT(PROTECTION));
    has("{\"a\": 1}", BIT(DOCUMENT));
    has("<a><b/></a>", BIT(DOCUMENT));
    has("Bruker ringte og lurte paa hva som skjer med saken.", BIT(PROSE));
    has("123e4567-e89b-12d3-a456-426614174000", BIT(UUID));
    has("  99887766\n", BIT(EIGHT));
}

/* Grouped as people write them, one is enough. */
static void test_groups(void **state)
{
    (void)state;
    char d[12], text[32];
    has("22 33 44 55", BIT(PHONE));
    has("998 87 766", BIT(PHONE));
    has("004799887766", BIT(PHONE));
    has_none("99 887 766", BIT(PHONE)); /* an amount */
    has_none("12 345 678", BIT(PHONE));
    has_none("11 22 33 44", BIT(PHONE)); /* no subscriber begins so */
    account(d);
    snprintf(text, sizeof text, "%.4s.%.2s.%s", d, d + 4, d + 6);
    has(text, BIT(ACCOUNT_MARKED) | BIT(ACCOUNT));
    d[10] = d[10] == '9' ? '0' : (char)(d[10] + 1);
    snprintf(text, sizeof text, "%.4s.%.2s.%s", d, d + 4, d + 6);
    has_none(text, BIT(ACCOUNT_MARKED) | BIT(ACCOUNT));
    has("Kari Nordmann", BIT(FULL_NAME));
    has("Nordmann, Kari", BIT(FULL_NAME));
    has("Bj\xC3\xB8rn Harald \xC3\x98"
        "deg\xC3\xA5rd",
        BIT(FULL_NAME));
    has_none("Kari", BIT(FULL_NAME));
    has_none("Hansen Kari AS", BIT(NAME) | BIT(FULL_NAME));
    has_none("Haugen Bygg AS", BIT(NAME));
    has("Storgata 12", BIT(FULL_ADDRESS));
    has("Kirkeveien 3 B", BIT(FULL_ADDRESS));
    has("Ukjent sted 4, gate 7, 0364 Oslo", BIT(FULL_ADDRESS));
    has_none("0364 Oslo", BIT(FULL_ADDRESS));
    has_none("Steg 12", BIT(ADDRESS) | BIT(FULL_ADDRESS));
    has_none("vei 12", BIT(FULL_ADDRESS));
    has_none("AA12 3456 7890 1234 56", BIT(IBAN)); /* no such country */
    has_none("git@github", BIT(EMAIL));
    has("M54.5", BIT(DIAGNOSIS_DOTTED) | BIT(CODE));
    has("1.2.3", BIT(DOTTED));
    has("(555) 234-1234", BIT(PHONE));
    has("555-234-1234", BIT(PHONE));
    has_none("100-234-1234", BIT(PHONE));
    has("NO974760673MVA", BIT(ORGNR));
    has_none("NO974760674MVA", BIT(ORGNR));
    has("postgres://app:hemmelig@db.local:5432/app", BIT(SECRET));
    has_none("https://www.nav.no:443/sak/1", BIT(SECRET));
    has_none("https://nav.no/a:b@c", BIT(SECRET));
    has("$6$saltsalt$0123456789abcdef", BIT(SECRET));
}

/* A time is a time when nothing else stands in the value; what stands beside it is looked at. */
static void test_days_and_times(void **state)
{
    (void)state;
    static const char *const times[] = {"2024-01-31 12:30",
                                        "31.01.2024 12.30",
                                        "2024-01-31T12:30:00Z",
                                        "2024-01-31 12:30:15.123456+01",
                                        "2024-01-31T12:30:00+01:00[Europe/Oslo]",
                                        "2024-01-31T12:30:00Z[UTC]",
                                        "2024-01-31 12:30 CET",
                                        "2024-01-31 12:30 PM",
                                        "0044-03-15 12:30:00+00:53:28 BC"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (value_classify(times[i], strlen(times[i])) != BIT(TIME))
            fail_msg("no time: %s", times[i]);
    has("2024-01-31 00:00:00+01", BIT(DATE));
    has("31.01.2024 12:00", BIT(DATE));
    has("2024-01-31 12:30 Kari", BIT(NAME));
    has("2024-01-31T12:30:00Z Kari", BIT(NAME));
    has("2024-01-31 12:30 CETERIS Kari Nordmann", BIT(NAME));
    has("2024-01-31 12:30: Kari Nordmann", BIT(NAME) | BIT(FULL_NAME));
    has("31.01.2024 Kari Nordmann", BIT(NAME) | BIT(FULL_NAME));
    has("Kari Nordmann, 31.01.2024 12:30", BIT(NAME) | BIT(FULL_NAME));
    has("Nordmann, Kari (2024-01-31)", BIT(NAME) | BIT(FULL_NAME));
    has("2024-01-31 12:30 Storgata 12", BIT(ADDRESS) | BIT(FULL_ADDRESS));
    has("2024-01-31 12:30 kari@nav.no", BIT(EMAIL));
    has("2024-01-31 12:30 M54.5", BIT(DIAGNOSIS));
    has_none("2024-01-31 12:30 Kari", BIT(DATE) | BIT(TIME));
    has_none("2024-01-31 - 2024-02-28", BIT(DATE) | BIT(TIME) | BIT(PHONE) | BIT(CARD) | BIT(NAME));
    has_none("2024-13-31 12:30", BIT(DATE) | BIT(TIME));
    has_none("2024-01-31 12:30 START", BIT(NAME) | BIT(DATE) | BIT(TIME));
    has_none("2024-01-31_12:30_Kari", BIT(TIME));
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
    has_none("FORTROLIG", BIT(PROTECTION)); /* documents are graded so */
    has_none("STRENGT_HEMMELIG", BIT(PROTECTION));
    has_none("FORTROLIGHETSGRAD_SATT", BIT(PROTECTION));
    has_none("INNVILGET", BIT(NAME) | BIT(SECRET) | BIT(DIAGNOSIS));
    has_none("regel 12", BIT(ADDRESS));
    has_none("steg_historikk", BIT(NAME));
    has_none("d41d8cd98f00b204e9800998ecf8427e", BIT(SECRET)); /* a checksum */
    has_none("no.nav.aap.postmottak.JobbUtforer", BIT(SECRET) | BIT(NAME));
    has_none("12.50", BIT(DATE) | BIT(PHONE));
    has_none("", UINT64_MAX);
    has_none("   ", UINT64_MAX);
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
        snprintf(text, sizeof text, "9f%sa03be", d);
        has_none(text, BIT(FNR_WITHIN) | BIT(ELEVEN_WITHIN));
        snprintf(text, sizeof text, "%sdeadbeef", d);
        has_none(text, BIT(FNR_WITHIN) | BIT(ELEVEN_WITHIN));
        snprintf(text, sizeof text, "K7Q%sX2", d);
        has_none(text, BIT(FNR_WITHIN) | BIT(ELEVEN_WITHIN));
        snprintf(text, sizeof text, "NO%s", d);
        has(text, BIT(FNR_WITHIN) | BIT(ELEVEN_WITHIN));
        snprintf(text, sizeof text, "FNR%s", d);
        has(text, BIT(FNR_WITHIN));
        snprintf(text, sizeof text, "%sperson", d);
        has(text, BIT(FNR_WITHIN));
        snprintf(text, sizeof text, "sak/fnr%s/v2", d);
        has(text, BIT(FNR_WITHIN));
        snprintf(text, sizeof text, "fnr%s og mer", d);
        has(text, BIT(FNR_WITHIN));
        snprintf(text, sizeof text, "fnr %.6s-%s.", d, d + 6);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_persons),
        cmocka_unit_test(test_all_control_digits),
        cmocka_unit_test(test_every_pair_of_control_digits),
        cmocka_unit_test(test_dates_exist),
        cmocka_unit_test(test_random_elevens),
        cmocka_unit_test(test_accounts_that_pass_as_persons),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_days_and_times),
        cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_numbers_inside_texts),
        cmocka_unit_test(test_hostile_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

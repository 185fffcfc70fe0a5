/* What many values say together: shares, shapes, one hit among many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/rules/validators.h"
#include "tests/unit/rules/made.h"

#include <stdio.h>
#include <string.h>

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

/* Numbers of every length count as their texts do. */
static void test_integers_as_texts(void **state)
{
    (void)state;
    char text[24];
    for (int i = 0; i < 200000; i++) {
        struct values number = {0}, written = {0};
        int64_t n = (int64_t)(((uint64_t)i * UINT64_C(0x9E3779B97F4A7C15)) >> (i % 64));
        values_add_integer(&number, n);
        snprintf(text, sizeof text, "%lld", (long long)n);
        add(&written, text);
        assert_memory_equal(&number, &written, sizeof number);
    }
    struct values least = {0};
    values_add_integer(&least, INT64_MIN);
    assert_int_equal(least.sampled, 1);
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
    struct values alone = {0}, within = {0}, glued = {0}, mail = {0}, phone = {0}, token = {0},
                  code = {0};
    for (int i = 0; i < 2000; i++) {
        bool hit = i == 777;
        person(d, 0, 0);
        add(&alone, hit ? d : "ukjent");
        snprintf(text, sizeof text, hit ? "se sak om %s" : "se sak om %.3s", d);
        add(&within, text);
        snprintf(text, sizeof text, hit ? "FNR%s" : "FNR%.3s", d);
        add(&glued, text);
        add(&mail, hit ? "ola@example.org" : "ingen");
        add(&phone, hit ? "+47 99887766" : "ingen");
        add(&code, hit ? "STRENGT_FORTROLIG" : "UGRADERT");
        add(&token, hit ? "ghp_abcdefghijklmnopqrst123456" : "ingen");
    }
    assert_true(says(&alone, RULES_FNR) && says(&within, RULES_FNR));
    assert_true(says(&glued, RULES_FNR));
    assert_true(says(&mail, RULES_EMAIL) && says(&phone, RULES_PHONE) &&
                says(&token, RULES_SECRET));
    assert_true(says(&code, RULES_PROTECTED_ADDRESS));
}

static void test_columns_that_stay_quiet(void **state)
{
    (void)state;
    struct values v[8] = {{0}};
    char text[64], d[12];
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
        digits(d, 11);
        snprintf(text, sizeof text, "ORD%s", d);
        add(&v[6], text);
        snprintf(text, sizeof text, "%08x%04x", next(UINT32_MAX), next(65536));
        add(&v[7], text);
    }
    for (size_t i = 0; i < 8; i++)
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

/* Numbers in a row begin alike, telephones do not; in a column of numbers of all lengths some have
 * eight digits, too. */
static void test_numbers_in_a_row(void **state)
{
    (void)state;
    struct values row = {0}, phones = {0}, mixed = {0};
    char text[32];
    for (unsigned i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "%u", 41200000 + i * 3);
        add(&row, text);
        snprintf(text, sizeof text, "%c%07u", i % 2 ? '4' : '9', next(10000000));
        add(&phones, text);
        snprintf(text, sizeof text, "%u", 1 + next(i == 7 ? 1 : 1000000));
        add(&mixed, i == 9 ? "49887766" : text);
    }
    assert_int_equal(judged(&row).level, RULES_NONE);
    assert_true(says(&phones, RULES_PHONE));
    assert_int_equal(judged(&mixed).level, RULES_NONE);
}

/* One number of a person among numbers of ten digits, and one that lost its zero among those of
 * eleven: neither length hides the other. */
static void test_lost_zeros(void **state)
{
    (void)state;
    char d[12], number[16];
    struct values tens = {0}, elevens = {0}, both = {0}, quiet = {0};
    do
        person(d, 0, 0);
    while (d[0] != '0');
    for (int i = 0; i < 2000; i++) {
        snprintf(number, sizeof number, "%u", 2000000000u + next(2000000000));
        add(&quiet, number);
        add(&tens, number);
        snprintf(number, sizeof number, "5%010u", next(2000000000));
        add(&elevens, number);
        add(&quiet, number);
    }
    assert_false(says(&tens, RULES_FNR) || says(&elevens, RULES_FNR) || says(&quiet, RULES_FNR));
    add(&tens, d);
    add(&elevens, d + 1);
    assert_true(says(&tens, RULES_FNR) && says(&elevens, RULES_FNR));
    assert_int_equal(judged(&tens).evidence[0].hits, 1);
    add(&both, d);
    add(&both, d + 1);
    assert_int_equal(judged(&both).evidence[0].hits, 2);
    assert_false(says(&both, RULES_BANK_ACCOUNT));
}

/* Of codes of letters and digits some are digits alone, and begin as a telephone does. */
static void test_codes_that_are_numbers(void **state)
{
    (void)state;
    struct values codes = {0}, phones = {0};
    char text[16];
    for (unsigned i = 0; i < 1200; i++) {
        for (int k = 1; k < 8; k++)
            text[k] = "23456789ABCDEFZY"[next(16)];
        text[0] = '4';
        text[8] = '\0';
        add(&codes, i % 100 ? text : "48765432");
        snprintf(text, sizeof text, "%c%07u", i % 2 ? '4' : '9', next(10000000));
        add(&phones, i % 3 ? text : "ukjent");
    }
    assert_int_equal(judged(&codes).level, RULES_NONE);
    assert_true(says(&phones, RULES_PHONE));
}

/* As a time, a date of birth stands at midnight: an hour of another time zone may be there. */
static void test_birthdates_as_times(void **state)
{
    (void)state;
    struct values born = {0}, zoned = {0}, times = {0};
    char text[40];
    for (int i = 0; i < 500; i++) {
        unsigned year = 1930 + next(85), month = 1 + next(12), day = 1 + next(28);
        snprintf(text, sizeof text, "%u-%02u-%02u 00:00:00", year, month, day);
        add(&born, text);
        snprintf(text, sizeof text, "%u-%02u-%02u 22:00:00+00", year, month, day);
        add(&zoned, text);
        snprintf(text, sizeof text, "%u-%02u-%02u 10:%02u:59.1", year, month, day, next(60));
        add(&times, text);
    }
    assert_true(says(&born, RULES_BIRTHDATE) && says(&zoned, RULES_BIRTHDATE));
    assert_false(says(&times, RULES_BIRTHDATE));
}

/* A long one arrives without its end. */
static void test_documents_that_were_cut(void **state)
{
    (void)state;
    enum { LONG = 5000 };
    static char text[LONG];
    struct values documents = {0}, remarks = {0};
    memset(text, 'x', sizeof text);
    memcpy(text, "{\"a\": \"", 7);
    values_add(&documents, text, sizeof text);
    memcpy(text, "[sic] and", 9);
    values_add(&remarks, text, sizeof text);
    assert_true(says(&documents, RULES_JSON_DOCUMENT));
    assert_false(says(&remarks, RULES_JSON_DOCUMENT));
}

/* Several numbers in one value, and notes that begin with their day. */
static void test_numbers_behind_others(void **state)
{
    static const struct {
        const char *before, *between, *after;
    } told[] = {{"", ",", ""},
                {"", "; ", ""},
                {"", "\n", ""},
                {"1;", ";", ";2"},
                {"2024-01-31 ", " ", ""},
                {"2024-01-31 12:30 ", ",", ""},
                {"2024-01-31 kunde ", " og ", " ringte"},
                {"31.01.2024 ", " ", ""}};
    static const char *const quiet[] = {"2024-01-31 12:30:11.123456789+01", "2024-01-31T12:30:11Z",
                                        "2024-01-31T12:30:11+01:00[Europe/Oslo]",
                                        "2024-01-31 - 2024-02-28",
                                        "2024-01-31 12:30, 2024-02-28 13:30"};
    char d[12], e[12], text[128];
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        struct values v = {0};
        for (int n = 0; n < 50; n++) {
            person(d, 0, 0);
            person(e, 0, 0);
            snprintf(text, sizeof text, "%s%s%s%s%s", told[i].before, d, told[i].between, e,
                     told[i].after);
            add(&v, text);
        }
        if (!says(&v, RULES_FNR))
            fail_msg("not seen: \"%s\", \"%s\"", told[i].before, told[i].between);
    }
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        struct values v = {0};
        for (int n = 0; n < 50; n++)
            add(&v, quiet[i]);
        if (judged(&v).level != RULES_NONE)
            fail_msg("said of %s", quiet[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_as_texts),
        cmocka_unit_test(test_columns_of_numbers),
        cmocka_unit_test(test_one_among_many),
        cmocka_unit_test(test_columns_that_stay_quiet),
        cmocka_unit_test(test_birthdates),
        cmocka_unit_test(test_names_and_places),
        cmocka_unit_test(test_numbers_in_a_row),
        cmocka_unit_test(test_lost_zeros),
        cmocka_unit_test(test_codes_that_are_numbers),
        cmocka_unit_test(test_birthdates_as_times),
        cmocka_unit_test(test_documents_that_were_cut),
        cmocka_unit_test(test_numbers_behind_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

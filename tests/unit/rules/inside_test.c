/* What stands in the middle of texts and documents, once among two thousand, and what only looks
 * like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/rules/validators.h"
#include "tests/unit/rules/made.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 2000 };

static void add(struct values *v, const char *text)
{
    values_add(v, text, strlen(text));
}

static uint32_t told(const struct values *v)
{
    struct rules_verdict out = {0};
    values_verdict(v, RULES_BY_DATA, &out);
    return out.categories;
}

static bool says(const struct values *v, enum rules_category category)
{
    return told(v) >> category & 1;
}

/* One in two thousand short texts, then alone. */
static void assert_found(const char *text, enum rules_category category)
{
    struct values v = {0};
    for (int i = 0; i < ROWS; i++)
        add(&v, i == 777 ? text : "ingen");
    if (!says(&v, category))
        fail_msg("not seen: %s", text);
}

static void assert_none(const char *text, enum rules_category category)
{
    struct values v = {0};
    for (int i = 0; i < ROWS; i++)
        add(&v, i % 2 ? text : "ingen");
    if (says(&v, category))
        fail_msg("said of: %s", text);
}

/* Parted as people and pages part it. */
static void test_persons_in_parts(void **state)
{
    static const char *const gaps[] = {
        " ", "-", ".", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x93", "\xE2\x80\x89", "\xE2\x88\x92"};
    char d[12], text[128];
    (void)state;
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        person(d, 0, 0);
        snprintf(text, sizeof text, "%.6s%s%s", d, gaps[i], d + 6);
        assert_found(text, RULES_FNR);
        snprintf(text, sizeof text, "bruker %.2s%s%.2s%s%.2s%s%s har ringt", d, gaps[i], d + 2,
                 gaps[i], d + 4, gaps[i], d + 6);
        assert_found(text, RULES_FNR);
    }
}

/* As a number of a document, where its zero was lost. */
static void test_lost_zero_in_a_document(void **state)
{
    char d[12], text[128];
    struct values times = {0};
    (void)state;
    do
        person(d, 0, 0);
    while (d[0] != '0');
    snprintf(text, sizeof text, "{\"v\": %s}", d + 1);
    assert_found(text, RULES_FNR);
    snprintf(text, sizeof text, "{\"v\":[1,%s]}", d + 1);
    assert_found(text, RULES_FNR);
    for (unsigned i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "{\"at\": %u}", 1600000000 + next(180000000));
        add(&times, text);
    }
    assert_false(says(&times, RULES_FNR));
}

static void test_keys_in_texts(void **state)
{
    (void)state;
    assert_found("se sk_"
                 "live_4eC39HqLyjWDarjtT1zdp7dc",
                 RULES_SECRET);
    assert_found("{\"a\": {\"x\": \"ghp_16C7e42F292c6912E7710c838347Ae178B4a\"}}", RULES_SECRET);
    assert_found("nøkkel=AKIAIOSFODNN7EXAMPL2, byttes", RULES_SECRET);
    assert_found("bruk postgres://app:hemmelig1@db/x her", RULES_SECRET);
    assert_found("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc123", RULES_SECRET);
    assert_found("{\"k\": \"-----BEGIN PRIVATE KEY-----\\nMIIE\"}", RULES_SECRET);
    assert_none("{\"k\": \"-----BEGIN CERTIFICATE-----\\nMIIE\"}", RULES_SECRET);
    assert_none("se npm_pakken-som-ble-oppdatert og risk-based-testing-2024-01", RULES_SECRET);
    assert_none("les https://nav.no/a:b@c om saken", RULES_SECRET);
}

static void test_accounts_in_texts(void **state)
{
    char d[12], text[128];
    (void)state;
    do
        account(d);
    while (d[0] == '1' || d[0] == '2');
    assert_found("betal til NO93 8601 1117 947 innen fredag", RULES_BANK_ACCOUNT);
    assert_found("{\"til\": \"NO9386011117947\"}", RULES_BANK_ACCOUNT);
    snprintf(text, sizeof text, "betal til %.4s.%.2s.%s innen fredag i denne uka", d, d + 4, d + 6);
    assert_found(text, RULES_BANK_ACCOUNT);
    assert_none("betal til NO94 8601 1117 947 innen fredag", RULES_BANK_ACCOUNT);
    assert_none("journal 2024.01.12345 og 2024.02.12345 i arkivet vårt i dag", RULES_BANK_ACCOUNT);
}

static void test_reaching_people(void **state)
{
    struct values bare = {0}, orders = {0}, msisdn = {0};
    char text[128];
    (void)state;
    assert_found("ring meg på 998 87 766 i morgen tidlig", RULES_PHONE);
    assert_found("hun har tlf. 99887766 og tar den hele dagen", RULES_PHONE);
    assert_found("bruker bor nå i Storgata 12 hos en venn", RULES_ADDRESS);
    assert_found("{\"hvem\": {\"n\": \"Kari Hansen\"}}", RULES_NAME);
    assert_found("{\"hvor\": \"Storgata 12\"}", RULES_ADDRESS);
    assert_none("stengt på Riksvei 15 ved brua hele uka", RULES_ADDRESS);
    assert_none("{\"Kari Hansen AS\": \"Oslo Sentrum\"}", RULES_NAME);
    for (unsigned i = 0; i < 100; i++) { /* no word beside it: the share decides */
        snprintf(text, sizeof text, "bruker kan nås på %c%07u hele dagen i dag", i % 2 ? '4' : '9',
                 next(10000000));
        add(&bare, text);
        snprintf(text, sizeof text, "ordre %u er sendt fra lageret vårt i dag", 41000000 + i);
        add(&orders, text);
        snprintf(text, sizeof text, "47%c%07u", i % 2 ? '4' : '9', next(10000000));
        add(&msisdn, text);
    }
    assert_true(says(&bare, RULES_PHONE) && says(&msisdn, RULES_PHONE));
    assert_false(says(&orders, RULES_PHONE));
}

/* Orders, versions, series, goods: many of them, and none about a person. */
static void test_near_misses(void **state)
{
    struct values v[6] = {{0}};
    char text[64];
    (void)state;
    for (unsigned i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "4%07u", next(10000000));
        add(&v[0], text);
        snprintf(text, sizeof text, "2%07u", next(10000000));
        add(&v[1], text);
        snprintf(text, sizeof text, "%u.%u.%u.%u", 1 + next(4), next(10), next(30), next(400));
        add(&v[2], text);
        snprintf(text, sizeof text, "1.3.6.%u", 1 + next(200));
        add(&v[3], text);
        snprintf(text, sizeof text, "H%06u", next(1000000));
        add(&v[4], text);
        snprintf(text, sizeof text, "20%010u", next(2000000000));
        int sum = 0;
        for (int at = 0; at < 12; at++)
            sum += (text[at] - '0') * (at % 2 ? 3 : 1);
        text[12] = (char)('0' + (10 - sum % 10) % 10);
        text[13] = '\0';
        add(&v[5], text);
    }
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        if (told(&v[i]))
            fail_msg("column %zu: %x", i, (unsigned)told(&v[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_persons_in_parts), cmocka_unit_test(test_lost_zero_in_a_document),
        cmocka_unit_test(test_keys_in_texts),    cmocka_unit_test(test_accounts_in_texts),
        cmocka_unit_test(test_reaching_people),  cmocka_unit_test(test_near_misses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

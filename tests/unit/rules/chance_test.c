/* Some among many: what stands in a part of a column only is said where chance does not give it,
 * and columns of other numbers stay quiet, however many of them are looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/rules/validators.h"
#include "tests/unit/rules/made.h"

#include <stdio.h>
#include <string.h>

static void add(struct values *v, const char *text)
{
    values_add(v, text, strlen(text));
}

static bool says(const struct values *v, enum rules_category category)
{
    struct rules_verdict out = {0};
    values_verdict(v, RULES_BY_DATA, &out);
    return (out.categories & (UINT32_C(1) << category)) != 0;
}

/* --- other numbers of eleven digits --- */

static void any_number(char d[12])
{
    digits(d, 11);
}

/* The day first, then a number: all that a person's number has but the control digits. */
static void order_of_day(char d[12])
{
    char text[64];
    snprintf(text, sizeof text, "%02u%02u%02u%05u", 1 + next(28), 1 + next(12), next(100),
             next(100000));
    memcpy(d, text, 12);
}

/* A few numbers that stand in many rows each: what points at other rows. */
static void one_of_a_hundred(char d[12])
{
    static char some[100][12];
    static uint32_t turn;
    if (turn++ % 1000 == 0)
        for (int i = 0; i < 100; i++)
            digits(some[i], 11);
    memcpy(d, some[next(100)], 12);
}

static uint32_t running = 40117;

static void numbered(char d[12])
{
    char text[64];
    snprintf(text, sizeof text, "3107%07u", running++);
    memcpy(d, text, 12);
}

struct source {
    const char *name;
    void (*make)(char d[12]);
};

static const struct source sources[] = {{"random", any_number},
                                        {"accounts", account},
                                        {"order numbers of a day", order_of_day},
                                        {"foreign keys", one_of_a_hundred},
                                        {"numbers in a row", numbered}};

enum { SOURCES = sizeof sources / sizeof sources[0], ROWS = 1000 };

/* What stands before a number and behind it. */
struct frame {
    const char *before, *behind;
};

/* ROWS values, `persons` of them persons' numbers; frames: of the others, and of these. */
static void fill(struct values *v, const struct source *s, const struct frame frames[2],
                 int persons)
{
    *v = (struct values){0};
    for (int i = 0; i < ROWS; i++) {
        char d[12], text[128];
        bool hit = i % (ROWS / (persons ? persons : 1)) == 0 && persons > 0;
        if (hit)
            person(d, i % 2 ? 0 : 40, 0);
        else
            s->make(d);
        snprintf(text, sizeof text, "%s%s%s", frames[hit].before, d, frames[hit].behind);
        add(v, text);
    }
}

static const struct frame bare[2] = {{"", ""}, {"", ""}};
static const struct frame inside[2] = {{"ordre ", " ble sendt i dag, alt i orden"},
                                       {"ringte, fnr ", ", ok"}};

static void test_one_in_twenty_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < SOURCES; i++)
        for (int round = 0; round < 20; round++) {
            struct values v;
            fill(&v, &sources[i], bare, 50);
            if (!says(&v, RULES_FNR))
                fail_msg("not seen among %s", sources[i].name);
            fill(&v, &sources[i], inside, 50);
            if (!says(&v, RULES_FNR))
                fail_msg("not seen in texts among %s", sources[i].name);
        }
}

static void test_others_stay_quiet(void **state)
{
    enum { COLUMNS = 200 };
    (void)state;
    for (size_t i = 0; i < SOURCES; i++) {
        int alone = 0, within = 0;
        for (int round = 0; round < COLUMNS; round++) {
            struct values v;
            fill(&v, &sources[i], bare, 0);
            alone += says(&v, RULES_FNR);
            fill(&v, &sources[i], inside, 0);
            within += says(&v, RULES_FNR);
        }
        print_message("%s: %d and %d of %d columns said\n", sources[i].name, alone, within,
                      COLUMNS);
        assert_true(alone <= COLUMNS / 100 && within <= COLUMNS / 100);
    }
}

/* The same luck in many rows is one piece of it. */
static void test_one_number_many_times(void **state)
{
    struct values v = {0};
    char lucky[12], d[12];
    (void)state;
    person(lucky, 0, 0);
    for (int i = 0; i < ROWS; i++) {
        digits(d, 11);
        add(&v, i % 20 ? d : lucky);
    }
    assert_false(says(&v, RULES_FNR));
}

/* Of three accounts one passes as a person's number now and then. */
static void test_a_few_accounts(void **state)
{
    enum { COLUMNS = 2000 };
    int said = 0, accounts = 0;
    (void)state;
    for (int round = 0; round < COLUMNS; round++) {
        struct values v = {0};
        char d[12];
        for (int i = 0; i < 4; i++) {
            account(d);
            add(&v, d);
        }
        said += says(&v, RULES_FNR);
        accounts += says(&v, RULES_BANK_ACCOUNT);
    }
    print_message("%d of %d columns of four accounts: persons\n", said, COLUMNS);
    assert_true(said <= COLUMNS / 100);
    assert_true(accounts >= COLUMNS - COLUMNS / 100);
}

/* --- with one control digit --- */

static void organisation(char d[12])
{
    static const int weights[] = {3, 2, 7, 6, 5, 4, 3, 2};
    int k;
    do {
        char text[32];
        snprintf(text, sizeof text, "9%07u", next(10000000));
        memcpy(d, text, 9);
        k = 0;
        for (int i = 0; i < 8; i++)
            k += (d[i] - '0') * weights[i];
        k = (11 - k % 11) % 11;
    } while (k == 10);
    d[8] = (char)('0' + k);
    d[9] = '\0';
}

static void test_accounts_and_organisations(void **state)
{
    struct values some = {0}, both = {0}, none = {0}, orgs = {0}, persons = {0}, nines = {0};
    char d[12];
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        account(d);
        if (i % 10 > 3)
            digits(d, 11);
        add(&some, d);
        account(d);
        if (i % 3 == 0)
            person(d, 0, 0);
        add(&both, d);
        digits(d, 11);
        add(&none, d);
        person(d, 0, 0);
        if (i % 50 == 0)
            digits(d + 10, 1);
        add(&persons, d);
        organisation(d);
        if (i % 10 > 3)
            digits(d, 9);
        add(&orgs, d);
        snprintf(d, sizeof d, "9%08u", next(100000000));
        add(&nines, d);
    }
    assert_true(says(&some, RULES_BANK_ACCOUNT));
    assert_true(says(&both, RULES_BANK_ACCOUNT) && says(&both, RULES_FNR));
    assert_false(says(&none, RULES_BANK_ACCOUNT));
    assert_true(says(&persons, RULES_FNR));
    assert_false(says(&persons, RULES_BANK_ACCOUNT));
    assert_true(says(&orgs, RULES_ORG));
    assert_false(says(&nines, RULES_ORG));
}

/* --- codes --- */

static void test_idents_among_codes(void **state)
{
    static const char *const names[] = {"srv-app1", "batch-2", "system01", "KAFKA-01", "AO01"};
    struct values mixed = {0}, passports = {0}, parts = {0}, keys = {0};
    char text[32];
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "%c%06u", 'A' + (int)next(26), next(1000000));
        add(&mixed, i % 4 ? names[next(5)] : text);
        for (size_t k = 0, n = 4 + next(6); k <= n; k++) {
            text[k] = (char)(k ? '0' + (int)next(10) : 'A' + (int)next(26));
            text[k + 1] = '\0';
        }
        add(&parts, text);
        snprintf(text, sizeof text, i % 4 ? "AB-%u" : "C%06u", next(1000000));
        add(&passports, text);
        for (int k = 0; k < 7; k++)
            text[k] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[next(36)];
        text[7] = '\0';
        add(&keys, text);
    }
    assert_true(says(&mixed, RULES_NAVIDENT));
    assert_false(says(&parts, RULES_NAVIDENT));
    assert_false(says(&passports, RULES_NAVIDENT));
    assert_false(says(&keys, RULES_NAVIDENT));
}

static void test_diagnoses_among_codes(void **state)
{
    static const char *const icpc[] = {"P76", "L03", "R74", "A97", "D73", "N01", "K86", "S18"};
    static const char *const icd[] = {"M54.5", "F32.1", "J06.9", "G43.0"};
    struct values dotted = {0}, bare_codes = {0}, versions = {0}, rooms = {0};
    char text[32];
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        snprintf(text, sizeof text, "SAK-%u", next(1000));
        add(&dotted, i % 5 ? text : icd[next(4)]);
        add(&bare_codes, i % 5 ? "UKJENT" : icpc[next(8)]);
        snprintf(text, sizeof text, "V%02u.%u", next(20), next(10));
        add(&versions, text);
        snprintf(text, sizeof text, "%c%02u", 'A' + (int)next(4), next(100));
        add(&rooms, i % 5 ? "UKJENT" : text);
    }
    assert_true(says(&dotted, RULES_HEALTH));
    assert_true(says(&bare_codes, RULES_HEALTH));
    assert_false(says(&versions, RULES_HEALTH));
    assert_false(says(&rooms, RULES_HEALTH));
}

/* --- inside texts --- */

static void test_numbers_in_free_text(void **state)
{
    static const struct frame written[] = {{"Bruker ringte, fnr ", ", og spurte om saken sin"},
                                           {"fnr ", ""},
                                           {"fnr: ", "."},
                                           {"Gjelder (", ") fra mandag"},
                                           {"", " ringte"},
                                           {"Ny tlf. Fnr.", ""},
                                           {"fødselsnummer ", ", se journal"},
                                           {"fnr=", ";navn=Kari"}};
    (void)state;
    for (size_t k = 0; k < sizeof written / sizeof written[0]; k++) {
        struct values v = {0};
        char d[12], text[160];
        for (int i = 0; i < ROWS; i++) {
            person(d, 0, 0);
            snprintf(text, sizeof text, "%s%s%s", written[k].before, d, written[k].behind);
            add(&v, i % 20 ? "Bruker ringte og spurte om saken sin, ordre 12345678901" : text);
        }
        if (!says(&v, RULES_FNR))
            fail_msg("not seen: %s", written[k].before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_in_twenty_is_said),
        cmocka_unit_test(test_others_stay_quiet),
        cmocka_unit_test(test_one_number_many_times),
        cmocka_unit_test(test_a_few_accounts),
        cmocka_unit_test(test_accounts_and_organisations),
        cmocka_unit_test(test_idents_among_codes),
        cmocka_unit_test(test_diagnoses_among_codes),
        cmocka_unit_test(test_numbers_in_free_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/rules/match.h"
#include "api/rules/rules.h"
#include "api/rules/types.h"
#include "api/rules/vocabulary.h"

#include <stdio.h>
#include <string.h>

static struct words words_of(const char *name)
{
    struct words w;
    match_name(name, &w);
    return w;
}

static void says(const char *name, uint64_t what)
{
    if (!(words_of(name).any & what))
        fail_msg("%s is not understood", name);
}

static void test_spellings(void **state)
{
    (void)state;
    static const char *const fnr[] = {"fnr",           "FNR",
                                      "fødselsnummer", "foedselsnummer",
                                      "fodselsnummer", "FODSELS_NUMMER",
                                      "fodselsNummer", "Fodsels-Nummer",
                                      "innsenderFnr",  "fnrbarn",
                                      "fnrInnsender",  "barnasFnr",
                                      "soekerfnr",     "person_identer",
                                      "personident",   "PERSONIDENT",
                                      "fnr2",          "fnr_dnr"};
    for (size_t i = 0; i < sizeof fnr / sizeof fnr[0]; i++)
        says(fnr[i], WHAT_BIT(FNR));
    says("aktoerId", WHAT_BIT(AKTOR));
    says("akt\xC3\xB8r_id", WHAT_BIT(AKTOR));
    says("aktorid", WHAT_BIT(AKTOR));
    says("HTTPUserAgent", WHAT_BIT(AGENT));
    says("ipAddress", WHAT_BIT(IP));
    says("adresselinje1", WHAT_BIT(ADDRESS));
    says("begrunnelsene", WHAT_BIT(PROSE));
    says("pa\xCC\x8A"
         "rorende",
         WHAT_BIT(PARTY)); /* å as a and a ring */
}

static void test_words_inside_words(void **state)
{
    (void)state;
    static const char *const harmless[] = {"kontekst",   "president", "incident", "ansvar",
                                           "kandidater", "capacity",  "mandat",   "grid",
                                           "valid",      "android",   "hybrid",   "tabellnavnet"};
    const uint64_t sensitive = WHAT_BIT(FNR) | WHAT_BIT(IDENT) | WHAT_BIT(TEXT) | WHAT_BIT(GEO) |
                               WHAT_BIT(EMAIL) | WHAT_BIT(GIVEN);
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (words_of(harmless[i]).any & sensitive)
            fail_msg("%s says too much", harmless[i]);
}

/* What hangs behind, a plural of y: the word before it decides. */
static void test_hanging_and_plural(void **state)
{
    (void)state;
    assert_true(words_of("belop_foer").last & WHAT_BIT(AMOUNT));
    assert_true(words_of("beloepEtter").last & WHAT_BIT(AMOUNT));
    assert_false(words_of("belop_fra").last & WHAT_BIT(AMOUNT));
    assert_true(words_of("injuries").any & WHAT_BIT(HEALTH));
    assert_false(words_of("omregningsfaktor").any & WHAT_BIT(AKTOR));
}

static void test_by_whom(void **state)
{
    (void)state;
    static const char *const persons[] = {"opprettet_av", "opprettetAv",       "endretav",
                                          "created_by",   "createdby",         "written_by",
                                          "vurdert_av",   "opprettet_av_navn", "OPPRETTET_AV",
                                          "deles_av",     "created_by_id"};
    static const char *const others[] = {
        "utlost_av",       "korrigert_av", "forlengelse_av",
        "ettersending_av", "locked_by",    "opprettet_av_inntektsmelding",
        "group_by",        "by",           "av",
        "standby"};
    for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++)
        if (!words_of(persons[i]).by_whom)
            fail_msg("%s is somebody's doing", persons[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (words_of(others[i]).by_whom)
            fail_msg("%s is nobody's doing", others[i]);
}

static void test_questions(void **state)
{
    (void)state;
    assert_true(words_of("er_skjermet").asks);
    assert_true(words_of("harEpost").asks);
    assert_false(words_of("er").asks);
    assert_false(words_of("erfaring").asks);
}

/* Names come from anywhere: nothing may make it read or write beyond its bounds. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "_",
        "___",
        "\xff\xfe",
        "\xC3",
        "a\xC3",
        "\xCC\x81",
        "1",
        "1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "aA",
        "aAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaA",
        "oe",
        "aa",
        "\xE2\x80\xAErnf", /* NOLINT(misc-misleading-bidirectional): a name may hold it */
        "\xF0\x9F\x98\x80"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)words_of(names[i]);
    char longest[1000];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    (void)words_of(longest);
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char name[80];
        size_t n = seed % 79;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525u + 1013904223u;
            name[i] = (char)(1 + (seed >> 16) % 255);
        }
        name[n] = '\0';
        seed++;
        struct words w = words_of(name);
        match_prose(name, &w);
    }
}

static void test_folding(void **state)
{
    (void)state;
    char out[16];
    assert_int_equal(match_fold(out, sizeof out, "\xC3\x85pner_\xC3\x86", 9), 6);
    assert_string_equal(out, "apnera");
    assert_int_equal(match_fold(out, 4, "abcdef", 6), 3);
    assert_string_equal(out, "abc");
    assert_int_equal(match_fold(out, sizeof out, "foer aa", 7), 4);
    assert_string_equal(out, "fora");
}

/* Every spelling in words.def is written as folding leaves it: or nothing would ever find it. */
static void test_vocabulary_is_folded(void **state)
{
    (void)state;
#define WORDS(what, whose, spellings)  spellings,
#define ALONE(what, whose, spellings)  spellings,
#define BEGINS(what, whose, spellings) spellings,
    static const char *const rows[] = {
#include "api/rules/words.def"
    };
    size_t words = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (const char *s = rows[i]; *s; s += strspn(s, " ")) {
            size_t n = strcspn(s, " ");
            char folded[MATCH_SPELLING + 1];
            assert_true(n <= MATCH_SPELLING);
            if (match_fold(folded, sizeof folded, s, n) != n || memcmp(folded, s, n) != 0)
                fail_msg("%.*s is found by nobody: its folded spelling is %s", (int)n, s, folded);
            struct text t;
            text_of(&t, folded, n);
            assert_non_null(vocabulary_find(&t, 0, n));
            s += n;
            words++;
        }
    print_message("%zu words\n", words);
    assert_true(words > 1500);
}

static void test_types(void **state)
{
    (void)state;
    assert_int_equal(types_of("text"), T_TEXT | T_LONG);
    assert_int_equal(types_of("character varying(11)"), T_TEXT | T_ELEVEN);
    assert_int_equal(types_of("character(11)"), T_TEXT | T_ELEVEN);
    assert_int_equal(types_of("character varying(12)"), T_TEXT);
    assert_int_equal(types_of("character varying(400)"), T_TEXT | T_LONG);
    assert_int_equal(types_of("character varying(4000)"), T_TEXT | T_LONG | T_WIDE);
    assert_int_equal(types_of("character varying"), T_TEXT | T_LONG);
    assert_int_equal(types_of("character(36)"), T_UUID);
    assert_int_equal(types_of("timestamp(3) without time zone"), T_TIME);
    assert_int_equal(types_of("timestamp with time zone"), T_TIME);
    assert_int_equal(types_of("time without time zone"), T_TIME);
    assert_int_equal(types_of("numeric(18,2)"), T_NUMBER);
    assert_int_equal(types_of("text[]"), T_ARRAY);
    assert_int_equal(types_of("character varying(3)[]"), T_ARRAY);
    assert_int_equal(types_of("bigint[]"), T_NUMBER);
    assert_int_equal(types_of("numeric(10,2)[]"), T_NUMBER);
    assert_int_equal(types_of("date[]"), T_TIME);
    assert_int_equal(types_of("uuid[]"), T_UUID);
    assert_int_equal(types_of("tsrange[]"), T_OTHER);
    assert_int_equal(types_of("jsonb[]"), T_JSON);
    assert_int_equal(types_of("geometry(Point,4326)"), T_GEO);
    assert_int_equal(types_of("auth.factor_type"), T_ENUM);
    assert_int_equal(types_of(""), T_TEXT | T_LONG);
    assert_int_equal(types_of(NULL), T_TEXT | T_LONG);
    assert_int_equal(types_of("("), T_ENUM);
}

static void test_names_of_the_contract(void **state)
{
    (void)state;
    for (int c = 0; c < RULES_CATEGORIES; c++)
        assert_int_equal(rules_category_from(rules_category_name((enum rules_category)c)), c);
    assert_int_equal(rules_level_from("special"), RULES_SPECIAL);
    assert_int_equal(rules_level_from("Special"), -1);
    assert_int_equal(rules_category_from("json_document"), RULES_JSON_DOCUMENT);
    assert_string_equal(rules_by_name(RULES_BY_REFERENCE), "table");
}

/* Ids stand in files and in --json: they are unique, and each row says why. */
static void test_rows(void **state)
{
    (void)state;
    uint16_t count = (uint16_t)rules_count();
    for (uint16_t i = 0; i < count; i++) {
        assert_true(strlen(rules_rule_id(i)) > 3);
        assert_true(strlen(rules_rule_why(i)) > 10);
        for (uint16_t j = 0; j < i; j++)
            assert_string_not_equal(rules_rule_id(i), rules_rule_id(j));
    }
    assert_string_equal(rules_rule_id(65535), "");
}

static void test_housekeeping(void **state)
{
    (void)state;
    assert_true(rules_is_housekeeping("flyway_schema_history"));
    assert_true(rules_is_housekeeping("shedlock"));
    assert_true(rules_is_housekeeping("qrtz_triggers"));
    assert_false(rules_is_housekeeping("flyway"));
    assert_false(rules_is_housekeeping("person"));
}

static void test_reference(void **state)
{
    (void)state;
    struct rules_table t;
    rules_table_of(&t, "public", "person_ident", NULL);
    struct rules_column ident = {.name = "ident", .type = "text"};
    struct rules_verdict target;
    rules_judge(&t, &ident, &target);
    struct rules_column pointer = {.name = "gjelder", .type = "text"};
    struct rules_verdict v;
    rules_judge(&t, &pointer, &v);
    assert_int_equal(v.level, RULES_NONE);
    rules_refer(&v, &pointer, &target);
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_int_equal(v.categories, UINT32_C(1) << RULES_FNR);
    assert_int_equal(v.evidence[0].by, RULES_BY_REFERENCE);
    struct rules_verdict nothing = {0}, key = {0};
    rules_refer(&key, &pointer, &nothing);
    assert_int_equal(key.n_evidence, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_words_inside_words),
        cmocka_unit_test(test_hanging_and_plural),
        cmocka_unit_test(test_by_whom),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_folding),
        cmocka_unit_test(test_vocabulary_is_folded),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_names_of_the_contract),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_housekeeping),
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sensitivity.json: what a column's verdict becomes by a team's rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/rules/team.h"

#include <string.h>

#include "tests/unit/rules/team_made.h"

static struct rules_verdict judged(const char *schema, const char *table, const char *column,
                                   const char *type)
{
    struct rules_table t;
    struct rules_verdict v;
    rules_table_of(&t, schema, table, NULL);
    rules_table_team(&t, team);
    rules_table_sibling(&t, column);
    rules_judge(&t, &(struct rules_column){.name = column, .type = type}, &v);
    return v;
}

static bool has(const struct rules_verdict *v, enum rules_category c)
{
    return (v->categories >> c) & 1;
}

static uint16_t rule_named(const char *id)
{
    uint16_t i = 0;
    while (i < rules_count() && !str_eq(rules_rule_id(i), id))
        i++;
    assert_true(i < rules_count());
    return i;
}

static void data(struct rules_verdict *v, const char *rule)
{
    rules_add_rule(v, (struct rules_evidence){
                          .rule = rule_named(rule), .by = RULES_BY_DATA, .hits = 3, .sampled = 9});
}

/* --- what it does --- */

static void test_add(void **state)
{
    (void)state;
    assert_true(reads_rules("{\"do\":\"add\",\"column\":\"trekk*\",\"type\":\"text\","
                            "\"level\":\"special\",\"categories\":[\"fnr\",\"other\"],"
                            "\"reason\":\"the old name\"}"));
    struct rules_verdict v = judged("public", "andel", "TrekkNr", "text");
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_true(has(&v, RULES_FNR) && has(&v, RULES_OTHER));
    assert_int_equal(v.evidence[0].by, RULES_BY_TEAM);
    assert_string_equal(rules_by_name(RULES_BY_TEAM), "team");
    assert_string_equal(rules_rule_id(v.evidence[0].rule), "team.add");
    assert_string_equal(team_reason(team, &v.evidence[0]), "the old name");
    v = judged("public", "ting", "trekknr", "bigint");
    assert_int_equal(v.level, RULES_NONE);
}

static void test_silence(void **state)
{
    (void)state;
    struct rules_verdict v = judged("public", "sak", "begrunnelse", "text");
    assert_int_equal(v.level, RULES_PERSONAL);
    assert_null(team_reason(team, &v.evidence[0]));
    assert_true(reads_rules("{\"do\":\"silence\",\"table\":\"sak\",\"column\":\"begrunnelse\","
                            "\"reason\":\"one of four fixed sentences\"}"));
    v = judged("public", "sak", "begrunnelse", "text");
    assert_int_equal(v.level, RULES_NONE);
    assert_int_equal(v.categories, 0);
    assert_int_equal(v.n_evidence, 2); /* it is told that, and why, and what was silenced */
    assert_string_equal(rules_rule_id(v.evidence[0].rule), "team.silence");
    assert_false(v.evidence[0].quiet);
    assert_true(v.evidence[1].quiet);
    assert_int_equal(rules_rule_category(v.evidence[1].rule), RULES_FREE_TEXT);
    assert_false(rules_contradicts(&v.evidence[1])); /* a name is no proof */
    assert_string_equal(team_reason(team, &v.evidence[0]), "one of four fixed sentences");
    data(&v, "data.fnr_within"); /* the team was wrong */
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_true(has(&v, RULES_FNR));
    assert_string_equal(rules_rule_id(v.evidence[0].rule), "team.silence");
    assert_string_equal(rules_rule_id(v.evidence[1].rule), "data.fnr_within");
    assert_false(v.evidence[1].quiet);
    assert_true(v.evidence[2].quiet); /* what counts stands before it */
    v = judged("public", "klage", "begrunnelse", "text");
    assert_int_equal(v.level, RULES_PERSONAL);
}

static void test_silence_of_values(void **state)
{
    (void)state;
    assert_true(reads_rules("{\"do\":\"silence\",\"column\":\"testnr\",\"values\":true,"
                            "\"categories\":[\"fnr\"],\"reason\":\"made up for tests\"}"));
    struct rules_verdict v = judged("public", "t", "testnr", "text");
    data(&v, "data.fnr");
    assert_int_equal(v.level, RULES_NONE);
    assert_int_equal(v.categories, 0);
    assert_int_equal(v.n_evidence, 2); /* the reason, and what speaks against it */
    assert_string_equal(team_reason(team, &v.evidence[0]), "made up for tests");
    assert_true(rules_contradicts(&v.evidence[1]));
    assert_string_equal(rules_rule_id(v.evidence[1].rule), "data.fnr");
    assert_int_equal(v.evidence[1].hits, 3);
    data(&v, "data.email"); /* another category */
    assert_int_equal(v.level, RULES_PERSONAL);
    assert_false(has(&v, RULES_FNR));
    assert_false(v.evidence[1].quiet);
    assert_true(rules_contradicts(&v.evidence[2]));
}

/* What was silenced never pushes out what counts, and what was kept of a look is silenced alike. */
static void test_silenced_evidence_keeps_its_place(void **state)
{
    (void)state;
    struct rules_verdict v, values = {0};
    assert_true(reads_rules("{\"do\":\"silence\",\"column\":\"melding\",\"values\":true,"
                            "\"categories\":[\"fnr\"],\"reason\":\"x\"}"));
    data(&values, "data.fnr_within");
    data(&values, "data.email");
    data(&values, "data.phone");
    v = judged("public", "sak", "melding", "text");
    rules_add_values(&v, &values);
    data(&v, "data.iban");
    data(&v, "data.card");
    data(&v, "data.ip");
    data(&v, "data.name");
    data(&v, "data.address");
    data(&v, "data.navident");
    assert_int_equal(v.n_evidence, RULES_EVIDENCE);
    for (uint32_t i = 0; i < v.n_evidence; i++)
        assert_false(v.evidence[i].quiet);
    assert_false(has(&v, RULES_FNR));
}

/* Of a column that is silenced in part another takes over what counts. */
static void test_reference_to_what_is_silenced_in_part(void **state)
{
    (void)state;
    struct rules_column c = {.name = "gjelder", .type = "text"};
    assert_true(reads_rules("{\"do\":\"silence\",\"column\":\"fnr\",\"categories\":[\"email\"],"
                            "\"reason\":\"x\"}"));
    struct rules_verdict target = judged("public", "person", "fnr", "text"),
                         v = judged("public", "sak", "gjelder", "text");
    assert_int_equal(target.evidence[0].by, RULES_BY_TEAM);
    rules_refer(&v, &c, &target);
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_int_equal(rules_rule_category(v.evidence[0].rule), RULES_FNR);
}

/* Of two things that a name says only one is silenced. */
static void test_silence_of_some(void **state)
{
    (void)state;
    assert_true(reads_rules("{\"do\":\"silence\",\"column\":\"fnr\",\"categories\":[\"email\"],"
                            "\"reason\":\"x\"}"));
    struct rules_verdict v = judged("public", "sak", "fnr", "text");
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_true(has(&v, RULES_FNR));
}

static void test_raise(void **state)
{
    (void)state;
    assert_true(reads_rules("{\"do\":\"raise\",\"schema\":\"klinikk\",\"level\":\"special\","
                            "\"reason\":\"who comes there is ill\"}"));
    struct rules_verdict v = judged("klinikk", "besok", "fornavn", "text");
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_true(has(&v, RULES_NAME));
    assert_string_equal(team_reason(team, &v.evidence[0]), "who comes there is ill");
    v = judged("public", "besok", "fornavn", "text");
    assert_int_equal(v.level, RULES_PERSONAL);
    v = judged("klinikk", "besok", "antall", "integer"); /* nothing to raise */
    assert_int_equal(v.level, RULES_NONE);
    assert_int_equal(v.n_evidence, 0);
    data(&v, "data.phone"); /* what comes later is raised, too */
    assert_int_equal(v.level, RULES_SPECIAL);
}

static void test_together(void **state)
{
    (void)state;
    assert_true(reads_rules(
        "{\"do\":\"add\",\"column\":\"kode\",\"level\":\"personal\",\"categories\":[\"other\"],"
        "\"reason\":\"a\"},"
        "{\"do\":\"silence\",\"column\":\"kode\",\"reason\":\"b\"},"
        "{\"do\":\"raise\",\"column\":\"kode\",\"level\":\"special\",\"categories\":[\"other\"],"
        "\"reason\":\"c\"}"));
    struct rules_verdict v = judged("public", "t", "kode", "text");
    assert_int_equal(v.level, RULES_SPECIAL); /* added, not silenced, raised */
    assert_int_equal(v.categories, 1u << RULES_OTHER);
    assert_int_equal(v.n_evidence, 3);
}

static void test_references(void **state)
{
    (void)state;
    struct rules_verdict target = judged("public", "person", "fnr", "text");
    struct rules_column c = {.name = "gjelder", .type = "text"};
    struct rules_verdict v = judged("public", "sak", "gjelder", "text");
    rules_refer(&v, &c, &target);
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_true(reads_rules("{\"do\":\"silence\",\"column\":\"gjelder\",\"reason\":\"x\"}"));
    v = judged("public", "sak", "gjelder", "text");
    rules_refer(&v, &c, &target);
    assert_int_equal(v.level, RULES_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_add, fresh, done),
        cmocka_unit_test_setup_teardown(test_silence, fresh, done),
        cmocka_unit_test_setup_teardown(test_silence_of_values, fresh, done),
        cmocka_unit_test_setup_teardown(test_silence_of_some, fresh, done),
        cmocka_unit_test_setup_teardown(test_silenced_evidence_keeps_its_place, fresh, done),
        cmocka_unit_test_setup_teardown(test_reference_to_what_is_silenced_in_part, fresh, done),
        cmocka_unit_test_setup_teardown(test_raise, fresh, done),
        cmocka_unit_test_setup_teardown(test_together, fresh, done),
        cmocka_unit_test_setup_teardown(test_references, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sensitivity.json: what it says, what it must not say, and what a column's verdict becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/rules/team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct rules_team *team;
static struct err failed;

static int fresh(void **state)
{
    (void)state;
    team = NULL;
    memset(&failed, 0, sizeof failed);
    return 0;
}

static int done(void **state)
{
    (void)state;
    team_free(team);
    team = NULL;
    return 0;
}

static bool reads(const char *text)
{
    team_free(team);
    return team_read(text, strlen(text), &team, &failed);
}

/* Rules inside a whole file. */
static bool reads_rules(const char *rules)
{
    struct str text = {0};
    str_printf(&text, "{\"version\": 1, \"rules\": [%s]}", rules);
    bool ok = reads(str_text(&text));
    str_done(&text);
    return ok;
}

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
    assert_int_equal(v.n_evidence, 1); /* it is told that, and why */
    assert_string_equal(rules_rule_id(v.evidence[0].rule), "team.silence");
    assert_string_equal(team_reason(team, &v.evidence[0]), "one of four fixed sentences");
    data(&v, "data.fnr_within"); /* the team was wrong */
    assert_int_equal(v.level, RULES_SPECIAL);
    assert_true(has(&v, RULES_FNR));
    assert_string_equal(rules_rule_id(v.evidence[0].rule), "team.silence");
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
    data(&v, "data.email"); /* another category */
    assert_int_equal(v.level, RULES_PERSONAL);
    assert_false(has(&v, RULES_FNR));
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

/* --- patterns --- */

static bool fits(const char *pattern, const char *text)
{
    struct team_rule r = {.column = pattern};
    return team_fits(&r, "s", "t", text, "text");
}

static void test_patterns(void **state)
{
    (void)state;
    assert_true(fits("fnr", "FNR"));
    assert_true(fits("*", ""));
    assert_true(fits("regel_*", "regel_navn"));
    assert_true(fits("*fnr*", "soker_fnr_2"));
    assert_true(fits("a*b*c", "a__b_bc"));
    assert_false(fits("a*b*c", "a__b_cb"));
    assert_false(fits("fnr", "fnr2"));
    assert_false(fits("", "x"));
    assert_false(fits("regel?", "regelx"));
    char many[600], text[600]; /* would take for ever if stars were tried in all ways */
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i + 2 < sizeof many; i += 2)
        memcpy(many + i, "*a", 2);
    memcpy(many + sizeof many - 3, "*b", 3);
    assert_false(fits(many, text));
}

/* --- telling and comparing --- */

static void test_text(void **state)
{
    (void)state;
    static const char *const expected[] = {"add *.a text (personal: name, email)",
                                           "silence s.t.* (fnr, values too)", "raise t.c (special)",
                                           "silence t.*"};
    assert_true(
        reads_rules("{\"do\":\"add\",\"column\":\"a\",\"type\":\"text\",\"level\":\"personal\","
                    "\"categories\":[\"name\",\"email\"],\"reason\":\"r\"},"
                    "{\"do\":\"silence\",\"schema\":\"s\",\"table\":\"t\",\"categories\":[\"fnr\"],"
                    "\"values\":true,\"reason\":\"r\"},"
                    "{\"do\":\"raise\",\"table\":\"t\",\"column\":\"c\",\"level\":\"special\","
                    "\"reason\":\"r\"},{\"do\":\"silence\",\"table\":\"t\",\"reason\":\"r\"}"));
    assert_int_equal(team_count(team), 4);
    for (size_t i = 0; i < 4; i++) {
        struct str text = {0};
        team_rule_text(team_at(team, i), &text);
        assert_string_equal(str_text(&text), expected[i]);
        str_done(&text);
    }
    assert_null(team_at(team, 4));
    assert_int_equal(team_count(NULL), 0);
}

static void note(void *ctx, bool gone, const struct team_rule *r)
{
    str_printf(ctx, "%s%s ", gone ? "-" : "+", r->column);
}

#define SILENCE(column, reason)                                                                    \
    "{\"do\":\"silence\",\"column\":\"" column "\",\"reason\":\"" reason "\"}"

static void test_compare(void **state)
{
    (void)state;
    struct rules_team *before = NULL;
    struct str told = {0};
    assert_true(reads_rules(SILENCE("a", "x") "," SILENCE("b", "x") "," SILENCE("c", "x")));
    before = team;
    team = NULL;
    assert_true(reads_rules(SILENCE("c", "x") ",\n " SILENCE("a", "other") "," SILENCE("c", "x")));
    team_compare(before, team, note, &told);
    assert_string_equal(str_text(&told), "-a -b +a +c ");
    str_clear(&told);
    team_compare(before, before, note, &told);
    assert_string_equal(str_text(&told), "");
    team_compare(NULL, before, note, &told);
    assert_string_equal(str_text(&told), "+a +b +c ");
    str_done(&told);
    team_free(before);
}

/* --- hostile files --- */

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *why;
    } bad[] = {
        {"1", "line 1: an object for each rule"},
        {"{\n\"do\":\"hide\",\"column\":\"a\",\"reason\":\"x\"}", "line 2: only \"add\""},
        {"{\"column\":\"a\",\"reason\":\"x\"}", "this is missing: \"do\""},
        {"{\"do\":\"silence\",\"column\":\"a\"}", "\"reason\""},
        {"{\"do\":\"silence\",\"column\":\"a\",\n\"reason\":\"  \"}", "line 2: the text is empty"},
        {"{\"do\":\"silence\",\"column\":\"a\",\"reason\":7}", "a text is needed: \"reason\""},
        {"{\"do\":\"silence\",\"column\":\"a\",\"reason\":\"a\\u0007b\"}", "control characters"},
        {"{\"do\":\"silence\",\"reason\":\"x\"}", "it fits every column"},
        {"{\"do\":\"silence\",\"table\":\"**\",\"column\":\"*\",\"reason\":\"x\"}",
         "it fits every column"},
        {"{\"do\":\"add\",\"column\":\"a\",\"level\":\"special\",\"reason\":\"x\"}",
         "\"categories\""},
        {"{\"do\":\"add\",\"column\":\"a\",\"categories\":[\"fnr\"],\"reason\":\"x\"}",
         "\"level\""},
        {"{\"do\":\"raise\",\"column\":\"a\",\"level\":\"none\",\"reason\":\"x\"}",
         "only \"personal\" and \"special\""},
        {"{\"do\":\"raise\",\"column\":\"a\",\"level\":\"special\",\"categories\":[],"
         "\"reason\":\"x\"}",
         "a list of categories"},
        {"{\"do\":\"raise\",\"column\":\"a\",\"level\":\"special\",\"categories\":[\"shoe\"],"
         "\"reason\":\"x\"}",
         "no such category: \"shoe\""},
        {"{\"do\":\"raise\",\"column\":\"a\",\"level\":\"special\",\"categories\":[[]],"
         "\"reason\":\"x\"}",
         "no such category"},
        {"{\"do\":\"silence\",\"column\":\"a\",\"level\":\"special\",\"reason\":\"x\"}",
         "has no level"},
        {"{\"do\":\"raise\",\"column\":\"a\",\"level\":\"special\",\"values\":true,"
         "\"reason\":\"x\"}",
         "\"values\""},
        {"{\"do\":\"silence\",\"column\":\"a\",\"values\":1,\"reason\":\"x\"}", "true or false"},
        {"{\"do\":\"silence\",\"column\":\"a\",\"reason\":\"x\",\n\n\"colour\":\"red\"}",
         "line 3: an unknown key: \"colour\""},
        {"{\"do\":\"silence\",\"column\":\"a\",\"reason\":\"x\",\n\"reason\":\"y\"}",
         "\"reason\" stands there twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(reads_rules(bad[i].rules));
        assert_null(team);
        assert_int_equal(failed.kind, ERR_INPUT);
        if (strstr(failed.why, bad[i].why) == NULL || strstr(failed.why, "line ") == NULL)
            fail_msg("%s: %s", bad[i].rules, failed.why);
    }
}

static void test_refused_files(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "line 1"},
        {"[]", "an object is needed"},
        {"{}", "this is missing: \"version\""},
        {"{\"version\": 1}", "this is missing: \"rules\""},
        {"{\"version\": 2, \"new\": 1}", "a newer version"},
        {"{\"version\": \"1\", \"rules\": []}", "only 1"},
        {"{\"version\": 0, \"rules\": []}", "only 1"},
        {"{\"version\": 1, \"rules\": {}}", "a list is needed"},
        {"{\"version\": 1,\n\"rules\": [], \"x\": 1}", "line 2: an unknown key: \"x\""},
        {"{\"version\": 1, \"rules\": [}", "line 1"},
        {"{\"version\": 1, \"rules\": []} x", "line 1"},
        {"{\"version\": 1, \"rules\": [{\"do\": \"silence\", \"reason\": \"\xff\"}]}", "line 1"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(reads(bad[i].text));
        if (strstr(failed.why, bad[i].why) == NULL)
            fail_msg("%s: %s", bad[i].text, failed.why);
    }
    struct str deep = {0};
    for (int i = 0; i < 5000; i++)
        str_addc(&deep, '[');
    assert_false(reads(str_text(&deep)));
    str_done(&deep);
}

static void test_too_much(void **state)
{
    (void)state;
    struct str rules = {0}, wide = {0};
    for (int i = 0; i <= TEAM_MAX_RULES; i++)
        str_printf(&rules, "%s" SILENCE("a", "x"), i ? ",\n" : "");
    assert_false(reads_rules(str_text(&rules)));
    assert_non_null(strstr(failed.why, "more than 1000"));
    str_done(&rules);
    for (int i = 0; i <= TEAM_MAX_REASON; i++)
        str_addc(&wide, 'x');
    struct str one = {0};
    str_printf(&one, "{\"do\":\"silence\",\"column\":\"a\",\"reason\":\"%s\"}", str_text(&wide));
    assert_false(reads_rules(str_text(&one)));
    assert_non_null(strstr(failed.why, "too long"));
    str_done(&one);
    str_done(&wide);
    assert_false(team_read("x", (size_t)TEAM_MAX_BYTES + 1, &team, &failed));
}

/* Cut off anywhere, one byte changed anywhere: an answer, and nothing read beyond the end. */
static void test_damaged(void **state)
{
    (void)state;
    static const char whole[] =
        "{\"version\": 1, \"rules\": [{\"do\": \"add\", \"column\": \"a*\", \"level\": "
        "\"special\", \"categories\": [\"fnr\"], \"reason\": \"x\"}]}";
    for (size_t n = 0; n + 1 < sizeof whole; n++) {
        char *cut = mem_alloc(n + 1);
        memcpy(cut, whole, n);
        team_free(team);
        assert_false(team_read(cut, n, &team, &failed));
        mem_free(cut);
    }
    for (size_t at = 0; at + 1 < sizeof whole; at++)
        for (int c = 1; c < 256; c += 7) {
            char text[sizeof whole];
            memcpy(text, whole, sizeof whole);
            text[at] = (char)c;
            if (!reads(text))
                assert_int_equal(failed.kind, ERR_INPUT);
        }
    assert_true(reads(whole));
}

static void test_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/strom-team-XXXXXX", path[64];
    static const char text[] = "{\"version\": 1, \"rules\": [" SILENCE("a", "x") "]}";
    assert_non_null(mkdtemp(folder));
    assert_true(team_open(folder, &team, &failed));
    assert_null(team);
    snprintf(path, sizeof path, "%s/" TEAM_FILE, folder);
    assert_true(path_write(path, text, sizeof text - 1, false, &failed));
    assert_true(team_open(folder, &team, &failed));
    assert_int_equal(team_count(team), 1);
    assert_int_equal(team_at(team, 0)->line, 1);
    team_free(team);
    assert_true(path_write(path, "{\n", 2, false, &failed));
    assert_false(team_open(folder, &team, &failed));
    assert_string_equal(failed.resource, path);
    unlink(path);
    rmdir(folder);
}

static void test_schema(void **state)
{
    (void)state;
    struct json *doc = json_parse_strict(team_schema(), strlen(team_schema()), &failed);
    assert_non_null(doc);
    const struct json *words = json_get(doc, "$defs.rule.properties.categories.items.enum");
    assert_int_equal(json_count(words), RULES_CATEGORIES);
    for
        json_each(word, words)
        {
            assert_true(rules_category_from(json_text(word)) >= 0);
        }
    json_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_add, fresh, done),
        cmocka_unit_test_setup_teardown(test_silence, fresh, done),
        cmocka_unit_test_setup_teardown(test_silence_of_values, fresh, done),
        cmocka_unit_test_setup_teardown(test_silence_of_some, fresh, done),
        cmocka_unit_test_setup_teardown(test_raise, fresh, done),
        cmocka_unit_test_setup_teardown(test_together, fresh, done),
        cmocka_unit_test_setup_teardown(test_references, fresh, done),
        cmocka_unit_test_setup_teardown(test_patterns, fresh, done),
        cmocka_unit_test_setup_teardown(test_text, fresh, done),
        cmocka_unit_test_setup_teardown(test_compare, fresh, done),
        cmocka_unit_test_setup_teardown(test_refusals, fresh, done),
        cmocka_unit_test_setup_teardown(test_refused_files, fresh, done),
        cmocka_unit_test_setup_teardown(test_too_much, fresh, done),
        cmocka_unit_test_setup_teardown(test_damaged, fresh, done),
        cmocka_unit_test_setup_teardown(test_folder, fresh, done),
        cmocka_unit_test_setup_teardown(test_schema, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sensitivity.json: what it says, and what it must not say. */
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

#include "tests/unit/rules/team_made.h"

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
    for (size_t i = 0; i + 3 < sizeof many; i++)
        many[i] = i % 2 ? 'a' : '*';
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
        {"{\"do\":\"silence\",\"column\":\"a\",\"reason\":\"a\u202eb\"}", "turns the text"},
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

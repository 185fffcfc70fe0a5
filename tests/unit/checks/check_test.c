#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/err.h"
#include "api/base/json.h"
#include "api/base/path.h"
#include "api/base/tr.h"
#include "api/checks/check.h"
#include "tests/unit/checks/check_ids.h"

#include <stdio.h>
#include <string.h>

static void test_ids(void **state)
{
    (void)state;
    assert_int_equal(sizeof check_ids / sizeof check_ids[0], CHECK_IDS);
    for (int i = 0; i < CHECK_IDS; i++) {
        enum check_id id = CHECK_IDS;
        assert_string_equal(check_name((enum check_id)i), check_ids[i]);
        assert_true(check_find(check_ids[i], &id));
        assert_int_equal(id, i);
        assert_true(check_title(id)[0] != '\0');
        size_t n = strlen(check_group(id));
        assert_int_equal(strncmp(check_group(id), check_ids[i], n), 0);
        assert_int_equal(check_ids[i][n], '.');
    }
    enum check_id none;
    assert_false(check_find("source", &none));
    assert_false(check_find("", &none));
}

/* The contract names every id, where it is at hand. */
static void test_contract(void **state)
{
    (void)state;
    struct str text = {0};
    struct err e;
    if (!path_read(SHARED_DIR "/contract.md", 1 << 20, &text, &e)) {
        str_done(&text);
        skip();
    }
    for (int i = 0; i < CHECK_IDS; i++) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "`%s`", check_ids[i]);
        if (strstr(str_text(&text), quoted) == NULL)
            fail_msg("%s is not in the contract", check_ids[i]);
    }
    str_done(&text);
}

static void test_afresh(void **state)
{
    (void)state;
    struct check_list l;
    check_list_init(&l);
    struct check_summary sum = check_summary(&l);
    assert_int_equal(sum.unknown, CHECK_IDS);
    assert_int_equal(check_exit(&l), 3);
    assert_false(l.at[CHECK_SLOT_WAL].asked);
    assert_string_equal(l.at[CHECK_SLOT_WAL].found, "not asked yet");
    check_set(&l, CHECK_SLOT_WAL, CHECK_PASS, "%d MiB", 5);
    check_unknown_group(&l, "slot", "no connection");
    assert_string_equal(l.at[CHECK_SLOT_WAL].found, "5 MiB");
    assert_string_equal(l.at[CHECK_SLOT_PLUGIN].found, "no connection");
    assert_true(l.at[CHECK_SLOT_PLUGIN].asked);
    assert_string_equal(l.at[CHECK_ROLE_LOGIN].found, "not asked yet");
    check_list_done(&l);
}

static void test_exit(void **state)
{
    (void)state;
    struct check_list l;
    check_list_init(&l);
    for (int i = 0; i < CHECK_IDS; i++)
        check_set(&l, (enum check_id)i, i % 2 == 0 ? CHECK_PASS : CHECK_WARN, "x");
    assert_int_equal(check_exit(&l), 0); /* warnings alone are fine */
    for (int i = 0; i < CHECK_IDS; i++) {
        enum check_result before = l.at[i].result;
        l.at[i].result = CHECK_FAIL;
        assert_int_equal(check_exit(&l), 3);
        l.at[i].result = CHECK_UNKNOWN;
        assert_int_equal(check_exit(&l), check_ahead((enum check_id)i) ? 3 : 0);
        l.at[i].result = before;
    }
    assert_true(check_ahead(CHECK_SOURCE_WAL_LEVEL));
    assert_false(check_ahead(CHECK_SLOT_WAL));
    check_list_done(&l);
}

static void test_foreign_text(void **state)
{
    (void)state;
    struct check_list l;
    check_list_init(&l);
    check_set(&l, CHECK_ROLE_LOGIN, CHECK_FAIL, "role %s", "a\x1b[31m\nb");
    assert_null(strchr(l.at[CHECK_ROLE_LOGIN].found, '\x1b'));
    assert_null(strchr(l.at[CHECK_ROLE_LOGIN].found, '\n'));
    check_remedy(&l, CHECK_ROLE_LOGIN, CHECK_REMEDY_SQL, "%s;\n%s;", "one\x1b", "two");
    assert_null(strchr(l.at[CHECK_ROLE_LOGIN].remedy.text, '\x1b'));
    assert_non_null(strstr(l.at[CHECK_ROLE_LOGIN].remedy.text, ";\ntwo;"));
    check_list_done(&l);
}

static void test_json(void **state)
{
    (void)state;
    struct check_list l;
    struct str text = {0};
    struct err e;
    check_list_init(&l);
    check_set(&l, CHECK_SOURCE_WAL_LEVEL, CHECK_FAIL, "replica");
    check_needed(&l, CHECK_SOURCE_WAL_LEVEL, "logical");
    check_why(&l, CHECK_SOURCE_WAL_LEVEL, "because \"so\"");
    check_remedy(&l, CHECK_SOURCE_WAL_LEVEL, CHECK_REMEDY_MANIFEST, "flags:\n  - æøå");
    check_set(&l, CHECK_SOURCE_SLOTS, CHECK_WARN, "few");
    check_json(&l, &text);
    struct json *doc = json_parse_strict(str_text(&text), text.bytes, &e);
    assert_non_null(doc);
    assert_int_equal(json_int64(doc, "version", 0), 1);
    assert_int_equal(json_count(json_get(doc, "checks")), CHECK_IDS);
    int i = 0;
    const struct json *checks = json_get(doc, "checks");
    for (const struct json *c = json_first(checks); c != NULL; c = json_next(c), i++) {
        assert_string_equal(json_string(c, "id"), check_ids[i]);
        assert_non_null(json_string(c, "title"));
        assert_non_null(json_string(c, "remedy.kind"));
        if (i != CHECK_SOURCE_WAL_LEVEL)
            continue;
        assert_string_equal(json_string(c, "result"), "fail");
        assert_string_equal(json_string(c, "found"), "replica");
        assert_string_equal(json_string(c, "needed"), "logical");
        assert_string_equal(json_string(c, "why"), "because \"so\"");
        assert_string_equal(json_string(c, "remedy.kind"), "manifest");
        assert_string_equal(json_string(c, "remedy.text"), "flags:\n  - æøå");
    }
    assert_int_equal(json_int64(doc, "summary.fail", 9), 1);
    assert_int_equal(json_int64(doc, "summary.warn", 9), 1);
    assert_int_equal(json_int64(doc, "summary.pass", 9), 0);
    assert_int_equal(json_int64(doc, "summary.unknown", 9), CHECK_IDS - 2);
    json_free(doc);
    str_done(&text);
    check_list_done(&l);
}

static void test_names_of_words(void **state)
{
    (void)state;
    assert_string_equal(check_result_name(CHECK_UNKNOWN), "unknown");
    assert_string_equal(check_result_name(CHECK_PASS), "pass");
    assert_string_equal(check_result_name(CHECK_WARN), "warn");
    assert_string_equal(check_result_name(CHECK_FAIL), "fail");
    static const char *const kinds[] = {"none",    "manifest", "migration", "sql",
                                        "command", "role",     "wait"};
    for (int i = 0; i < 7; i++)
        assert_string_equal(check_remedy_name((enum check_remedy_kind)i), kinds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_contract),
        cmocka_unit_test(test_afresh),
        cmocka_unit_test(test_exit),
        cmocka_unit_test(test_foreign_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_names_of_words),
    };
    tr_language("en");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

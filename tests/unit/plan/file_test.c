/* replication.json: whole.json and empty.json come back byte for byte; refused.case names what is
 * not read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/json.h"
#include "api/base/path.h"
#include "api/plan/file.h"
#include "tests/unit/plan/any.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20 };

static void read_case(const char *name, struct str *out)
{
    char path[512];
    struct err e;
    snprintf(path, sizeof path, "%s/cases/plan/%s", TESTS_DIR, name);
    assert_true(path_read(path, MOST_BYTES, out, &e));
}

static void goes_round(const char *text)
{
    struct selection s;
    struct err e = {0};
    if (!plan_file_read(text, strlen(text), &s, &e))
        fail_msg("%s", e.why);
    struct str again = {0};
    plan_file_write(&s, &again);
    assert_string_equal(str_text(&again), text);
    str_done(&again);
    selection_done(&s);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const files[] = {"whole.json", "empty.json"};
    for (size_t i = 0; i < 2; i++) {
        struct str text = {0};
        read_case(files[i], &text);
        goes_round(str_text(&text));
        str_done(&text);
    }
}

/* What is written can be read, and comes back to the byte, whatever is in it. */
static void test_any_selection_goes_round(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 500; seed++) {
        struct selection s;
        struct str text = {0};
        any_selection(&s, seed);
        plan_file_write(&s, &text);
        goes_round(str_text(&text));
        str_done(&text);
        selection_done(&s);
    }
}

/* PostgreSQL takes a line break into a name; the file could not be read again. */
static void test_a_name_with_a_line_break(void **state)
{
    (void)state;
    static const struct selection_fact facts[] = {{.name = "id", .type = "bigint"},
                                                  {.name = "skum\nlinje", .type = "text"}};
    struct selection s;
    struct str text = {0};
    struct err e;
    selection_init(&s);
    selection_add(&s, "public", "regel", facts, 2, NULL);
    selection_add(&s, "public", "skum\ttabell", facts, 1, NULL);
    plan_file_write(&s, &text);
    assert_null(strstr(text.text, "skum"));
    goes_round(str_text(&text));
    str_clear(&text);
    assert_int_equal(selection_set_column(&s, 0, 1, true), SELECTION_UNSUPPORTED);
    assert_int_equal(selection_set_table(&s, 1, true), SELECTION_NOT_SELECTABLE);
    assert_non_null(strstr(s.tables[1].why, "control character"));
    selection_set_flowing(&s, 0, 1, true); /* what flows is never left out in silence */
    assert_false(plan_file_save(&s, "/nonexistent/replication.json", &e));
    assert_non_null(strstr(e.why, "control character"));
    plan_file_write(&s, &text);
    selection_done(&s);
    assert_false(plan_file_read(text.text, text.bytes, &s, &e));
    assert_non_null(strstr(e.why, "control characters"));
    str_done(&text);
}

static void test_what_is_read(void **state)
{
    (void)state;
    struct str text = {0};
    struct selection s;
    struct err e;
    read_case("whole.json", &text);
    assert_true(plan_file_read(text.text, text.bytes, &s, &e));
    assert_string_equal(s.source.app, "postmottak-backend");
    assert_string_equal(s.source.slot, "ds_replication");
    assert_string_equal(s.destination.dataset, "datastream_postmottak");
    assert_int_equal(s.destination.freshness_seconds, 900);
    assert_string_equal(s.naming.stream, "postgres-postmottak-bigquery");
    assert_int_equal(s.n_tables, 3);
    assert_int_equal(s.tables[0].n_included, 2);
    assert_int_equal(s.tables[2].n_included, 0);
    const struct selection_column *c = &s.tables[0].columns[1];
    assert_int_equal(c->level, RULES_SPECIAL);
    assert_int_equal(c->categories, UINT32_C(1) << RULES_FNR);
    assert_string_equal(c->ack->reason, "avklart \"i PVK\" \xC3\xA6\xC3\xB8\xC3\xA5");
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 0);
    str_done(&text);
    selection_done(&s);
}

/* Unordered, compact, with nulls: read, and written in order. */
static void test_order_is_ours(void **state)
{
    (void)state;
    static const char text[] =
        "{\"tables\":[{\"columns\":[{\"categories\":[],\"level\":\"none\",\"included\":true,"
        "\"type\":\"t\","
        "\"name\":\"b\",\"acknowledged\":null},{\"name\":\"a\",\"type\":\"t\",\"included\":false,"
        "\"level\":\"none\",\"categories\":[\"ip\",\"fnr\"]}],\"table\":\"z\",\"schema\":\"s\"},"
        "{\"schema\":\"s\",\"table\":\"y\",\"columns\":[]},"
        "{\"schema\":\"r\",\"table\":\"zz\",\"columns\":[]}],"
        "\"naming\":{\"family\":\"procedure\"},\"destination\":{\"freshness_seconds\":9e2,"
        "\"mode\":\"merge\"},\"source\":{},\"version\":1}";
    struct selection s;
    struct err e = {0};
    if (!plan_file_read(text, sizeof text - 1, &s, &e))
        fail_msg("%s", e.why);
    struct str out = {0};
    plan_file_write(&s, &out);
    const char *zz = strstr(out.text, "\"zz\""), *y = strstr(out.text, "\"y\"");
    const char *z = strstr(out.text, "\"z\""), *a = strstr(out.text, "\"a\"");
    const char *b = strstr(out.text, "\"b\"");
    assert_true(zz && y && z && a && b);
    assert_true(zz < y && y < z && z < a && a < b);
    assert_non_null(strstr(out.text, "[\"fnr\", \"ip\"]"));
    goes_round(str_text(&out));
    str_done(&out);
    selection_done(&s);
}

/* The stream's project and the dataset's are two things; mostly they are one, and it is not said.
 */
static void test_a_dataset_elsewhere(void **state)
{
    (void)state;
    struct str text = {0}, out = {0};
    struct selection s;
    struct err e;
    read_case("whole.json", &text);
    assert_null(strstr(text.text, "dataset_project"));
    assert_true(plan_file_read(text.text, text.bytes, &s, &e));
    assert_null(s.destination.dataset_project);
    s.destination.dataset_project = "aap-data-cd34";
    plan_file_write(&s, &out);
    selection_done(&s);
    assert_true(plan_file_read(out.text, out.bytes, &s, &e));
    assert_string_equal(s.destination.dataset_project, "aap-data-cd34");
    assert_string_not_equal(s.destination.project, "aap-data-cd34");
    goes_round(str_text(&out));
    str_done(&text);
    str_done(&out);
    selection_done(&s);
}

static void replace(struct str *out, const char *text, const char *what, const char *with)
{
    const char *at = strstr(text, what);
    if (at == NULL)
        fail_msg("%s does not stand in whole.json", what);
    str_clear(out);
    str_addn(out, text, (size_t)(at - text));
    str_add(out, with);
    str_add(out, at + strlen(what));
}

static void check_refusal(const char *whole, char *line)
{
    char *with = strstr(line, " => ");
    assert_non_null(with);
    *with = '\0';
    with += 4;
    char *words = strstr(with, " => ");
    if (words == NULL && strncmp(with, "=> ", 3) == 0)
        words = with - 1;
    if (words == NULL)
        fail_msg("%s does not tell what is said", with);
    if (words > with)
        *words = '\0';
    else
        *with = '\0';
    words += 4;
    struct str text = {0};
    struct selection s;
    struct err e = {0};
    replace(&text, whole, line, with);
    if (plan_file_read(text.text, text.bytes, &s, &e))
        fail_msg("%s => %s was read", line, with);
    assert_int_equal(e.kind, ERR_INPUT);
    if (strstr(e.why, words) == NULL)
        fail_msg("%s => %s: \"%s\" was said", line, with, e.why);
    str_done(&text);
}

/* A reason that was written down for what does not flow is nobody's word for the next time. */
static void test_a_reason_goes_with_its_choice(void **state)
{
    (void)state;
    struct str whole = {0}, text = {0};
    struct selection s;
    struct err e;
    size_t column;
    read_case("whole.json", &whole);
    assert_true(plan_file_read(whole.text, whole.bytes, &s, &e));
    for (column = 0; s.tables[0].columns[column].ack == NULL;)
        column++;
    assert_int_equal(selection_set_column(&s, 0, column, false), SELECTION_DONE);
    plan_file_write(&s, &text);
    assert_null(strstr(text.text, "acknowledged"));
    selection_done(&s);
    char *on = strstr(whole.text, "\"included\": true, \"level\": \"special\"");
    assert_non_null(on);
    memcpy(on, "\"included\":false", strlen("\"included\":false")); /* as a person may edit it */
    assert_true(plan_file_read(whole.text, whole.bytes, &s, &e));
    assert_null(s.tables[0].columns[column].ack);
    assert_int_equal(selection_set_column(&s, 0, column, true), SELECTION_NEEDS_ACK);
    selection_done(&s);
    str_done(&whole);
    str_done(&text);
}

static void test_refusals(void **state)
{
    (void)state;
    struct str whole = {0}, cases = {0};
    read_case("whole.json", &whole);
    read_case("refused.case", &cases);
    size_t n = 0;
    char *rest = cases.text;
    for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(rest, "\n", &rest))
        if (line[0] != '#') {
            check_refusal(whole.text, line);
            n++;
        }
    assert_true(n > 30);
    str_done(&whole);
    str_done(&cases);
}

/* Cut off anywhere, or with any byte changed: read or refused, never worse. */
static void test_hostile_text(void **state)
{
    (void)state;
    struct str whole = {0};
    read_case("whole.json", &whole);
    for (size_t n = 0; n + 1 < whole.bytes; n += 7) {
        struct selection s;
        struct err e = {0};
        char *copy = mem_alloc(n + 1);
        memcpy(copy, whole.text, n);
        assert_false(plan_file_read(copy, n, &s, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        mem_free(copy);
    }
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        struct selection s;
        struct err e = {0};
        seed = seed * 1664525u + 1013904223u;
        size_t at = (seed >> 8) % whole.bytes;
        char kept = whole.text[at];
        whole.text[at] = "\"{}[],:0\\\xff \n"[seed % 12];
        if (plan_file_read(whole.text, whole.bytes, &s, &e))
            selection_done(&s);
        else
            assert_int_equal(e.kind, ERR_INPUT);
        whole.text[at] = kept;
    }
    str_done(&whole);
}

static void test_too_much(void **state)
{
    (void)state;
    struct selection s;
    struct err e = {0};
    assert_false(plan_file_read("{}", (size_t)PLAN_FILE_MAX_BYTES + 1, &s, &e));
    struct str text = {0};
    str_add(
        &text,
        "{\"version\":1,\"source\":{},\"destination\":{\"mode\":\"merge\",\"freshness_seconds\":1},"
        "\"naming\":{\"family\":\"procedure\"},\"tables\":[{\"schema\":\"s\",\"table\":\"t\","
        "\"columns\":[");
    for (int i = 0; i <= PLAN_FILE_MAX_COLUMNS; i++)
        str_printf(&text,
                   "%s{\"name\":\"c%d\",\"type\":\"t\",\"included\":true,\"level\":\"none\","
                   "\"categories\":[]}",
                   i ? "," : "", i);
    str_add(&text, "]}]}");
    assert_false(plan_file_read(text.text, text.bytes, &s, &e));
    assert_non_null(strstr(e.why, "more columns than a table can have"));
    str_done(&text);
}

static void test_schema_is_json(void **state)
{
    (void)state;
    const char *schema = plan_file_schema();
    struct err e;
    struct json *doc = json_parse_strict(schema, strlen(schema), &e);
    assert_non_null(doc);
    const struct json *categories = json_get(doc, "$defs.column.properties.categories.items.enum");
    assert_int_equal(json_count(categories), RULES_CATEGORIES);
    int at = 0;
    for
        json_each(item, categories)
            assert_string_equal(json_text(item), rules_category_name((enum rules_category)at++));
    assert_int_equal(schema[strlen(schema) - 1], '\n');
    json_free(doc);
}

static void test_saved(void **state)
{
    struct str wanted = {0}, found = {0};
    struct selection s;
    char path[] = "/tmp/strom-plan-XXXXXX";
    struct err e;
    int file = mkstemp(path);
    (void)state;
    assert_true(file >= 0);
    close(file);
    read_case("whole.json", &wanted);
    assert_true(plan_file_read(str_text(&wanted), wanted.bytes, &s, &e));
    assert_true(plan_file_save(&s, path, &e)); /* over what is there */
    assert_true(path_read(path, MOST_BYTES, &found, &e));
    assert_string_equal(str_text(&found), str_text(&wanted));
    unlink(path);
    assert_false(plan_file_save(&s, "/dev/null/replication.json", &e));
    selection_done(&s);
    str_done(&wanted);
    str_done(&found);
}

/* --- another slot --- */

static const char *with_slot(const char *text, struct str *out)
{
    str_done(out);
    *out = (struct str){0};
    return plan_file_with_slot(text, strlen(text), "ds_ny", out) ? str_text(out) : NULL;
}

/* By whomever it was written: every other byte is as it was. */
static void test_another_slot(void **state)
{
    static const char *const cases[][2] = {
        {"{\"source\":{\"slot\":\"a\"}}", "{\"source\":{\"slot\":\"ds_ny\"}}"},
        {"{ \"x\": {\"slot\": \"no\"},\r\n\t\"source\" : {\"app\":\"slot\", \"slot\"\n: \"a\\\"b\" "
         ", "
         "\"z\":[{\"slot\":1}]}  }\n\n",
         "{ \"x\": {\"slot\": \"no\"},\r\n\t\"source\" : {\"app\":\"slot\", \"slot\"\n: \"ds_ny\" "
         ", "
         "\"z\":[{\"slot\":1}]}  }\n\n"},
        {"{\"source\":{\"app\":\"a\"},\"destination\":{\"slot\":\"x\"}}", NULL},
        {"{\"slot\":\"a\"}", NULL},
        {"{\"source\":{\"a\":{\"slot\":\"x\"}}}", NULL},
        {"{\"source\":{\"slot\":7}}", NULL},
        {"{\"source\":{\"slot\":", NULL},
        {"\"", NULL},
        {"", NULL},
    };
    struct str out = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = with_slot(cases[i][0], &out);
        if (cases[i][1] == NULL)
            assert_null(got);
        else
            assert_string_equal(got, cases[i][1]);
    }
    str_done(&out);
}

/* Of a whole file one line is another, and it is read with the new name. */
static void test_another_slot_of_a_whole_file(void **state)
{
    struct str text = {0}, changed = {0};
    struct selection s;
    struct err e = {0};
    (void)state;
    read_case("whole.json", &text);
    const char *got = with_slot(str_text(&text), &changed);
    assert_non_null(got);
    assert_true(plan_file_read(got, strlen(got), &s, &e));
    assert_string_equal(s.source.slot, "ds_ny");
    s.source.slot = "ds_replication";
    struct str again = {0};
    plan_file_write(&s, &again);
    assert_string_equal(str_text(&again), str_text(&text));
    str_done(&again);
    str_done(&changed);
    str_done(&text);
    selection_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_selection_goes_round),
        cmocka_unit_test(test_a_name_with_a_line_break),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_what_is_read),
        cmocka_unit_test(test_order_is_ours),
        cmocka_unit_test(test_a_dataset_elsewhere),
        cmocka_unit_test(test_a_reason_goes_with_its_choice),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_schema_is_json),
        cmocka_unit_test(test_saved),
        cmocka_unit_test(test_another_slot),
        cmocka_unit_test(test_another_slot_of_a_whole_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

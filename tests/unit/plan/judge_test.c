/* What a file calls harmless is judged again, with a database or without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/plan/file.h"
#include "api/plan/judge.h"
#include "tests/unit/plan/scene.h"

#include <stdio.h>
#include <string.h>

static const char claims[] =
    "{\"version\":1,\"source\":{\"app\":\"a\",\"context\":\"dev\",\"namespace\":\"n\",\"instance\":"
    "\"i\",\"database\":\"d\",\"db_user\":\"datastream\",\"publication\":\"p\",\"slot\":\"s\"},"
    "\"destination\":{\"project\":\"p-dev\",\"location\":\"europe-north1\",\"dataset\":\"ds\","
    "\"mode\":\"merge\",\"freshness_seconds\":900},\"naming\":{\"family\":\"procedure\","
    "\"stream\":\"postgres-d-bigquery\"},\"tables\":[{\"schema\":\"public\",\"table\":"
    "\"person_ident\",\"columns\":["
    "{\"name\":\"ident\",\"type\":\"text\",\"included\":true,\"level\":\"none\",\"categories\":[]},"
    "{\"name\":\"opprettet_tid\",\"type\":\"timestamp\",\"included\":true,\"level\":\"none\","
    "\"categories\":[]}]}]}";

static void read_claims(struct selection *s)
{
    struct err e;
    if (!plan_file_read(claims, sizeof claims - 1, s, &e))
        fail_msg("%s: %s", e.what, e.why);
}

static void test_by_name_alone(void **state)
{
    (void)state;
    struct selection s;
    read_claims(&s);
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 0); /* as it claims */
    judge_again(&s, NULL, NULL);
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 1);
    assert_true(s.tables[0].columns[0].level != RULES_NONE);
    assert_true(s.tables[0].columns[0].categories != 0);
    assert_int_equal(s.tables[0].columns[1].level, RULES_NONE);
    selection_done(&s);
}

/* The file cannot tell what its reason was given for but by its categories. */
static void test_a_category_that_the_file_lacks(void **state)
{
    (void)state;
    static const char *const categories[] = {"\"health\"", "\"fnr\""};

    for (size_t i = 0; i < 2; i++) {
        struct selection s;
        struct str text = {0};
        struct err e;
        str_printf(&text,
                   "{\"version\":1,\"source\":{},\"destination\":{\"mode\":\"merge\","
                   "\"freshness_seconds\":900},\"naming\":{\"family\":\"procedure\"},"
                   "\"tables\":[{\"schema\":\"public\",\"table\":\"person\",\"columns\":[{"
                   "\"name\":\"fnr\",\"type\":\"text\",\"included\":true,\"level\":"
                   "\"special\",\"categories\":[%s],\"acknowledged\":{\"reason\":\"PVK\","
                   "\"reference\":\"B1\",\"by\":\"k\",\"at\":\"2026-01-02T03:04:05Z\"}}]}]}",
                   categories[i]);
        if (!plan_file_read(text.text, text.bytes, &s, &e))
            fail_msg("%s: %s", e.what, e.why);
        judge_again(&s, NULL, NULL);
        assert_int_equal(selection_unacknowledged(&s, NULL, 0), i == 0);
        selection_done(&s);
        str_done(&text);
    }
}

/* --- a type is a claim --- */

/* What `ident` is by a file that says so of its type, and by a database that says what it likes. */
static struct selection_column ident_as(const char *claimed, const char *live, bool included)
{
    static char text[2048];
    struct selection s, seen;
    struct err e;

    snprintf(text, sizeof text,
             "{\"version\":1,\"source\":{},\"destination\":{\"mode\":\"merge\","
             "\"freshness_seconds\":900},\"naming\":{\"family\":\"procedure\"},\"tables\":[{"
             "\"schema\":\"public\",\"table\":\"person_ident\",\"columns\":[{\"name\":\"id\","
             "\"type\":\"bigint\",\"included\":true,\"level\":\"none\",\"categories\":[]},{"
             "\"name\":\"ident\",\"type\":\"%s\",\"included\":%s,\"level\":\"none\","
             "\"categories\":[]}]}]}",
             claimed, included ? "true" : "false");
    if (!plan_file_read(text, strlen(text), &s, &e))
        fail_msg("%s: %s", e.what, e.why);
    const struct selection_fact facts[] = {{.name = "ident", .type = live}};
    selection_init(&seen);
    if (live)
        selection_add(&seen, "public", "person_ident", facts, 1, NULL);
    judge_again(&s, NULL, &seen);
    struct selection_column ident = s.tables[0].columns[1];
    assert_false(s.tables[0].columns[0].claimed); /* harmless as text, too */
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), included && ident.level != RULES_NONE);
    ident.name = ident.type = NULL;
    selection_done(&seen);
    selection_done(&s);
    return ident;
}

static void test_a_type_that_nobody_confirms(void **state)
{
    (void)state;
    struct selection_column c = ident_as("bigint", NULL, true);
    assert_int_equal(c.level, RULES_SPECIAL);
    assert_true(c.categories & 1u << RULES_FNR);
    assert_true(c.claimed);
    c = ident_as("uuid", NULL, true);
    assert_true(c.claimed);
    c = ident_as("text", NULL, true); /* sensitive as it stands */
    assert_int_equal(c.level, RULES_SPECIAL);
    assert_false(c.claimed);
    c = ident_as("bigint", NULL, false); /* nothing of it flows */
    assert_int_equal(c.level, RULES_NONE);
    c = ident_as("bigint", "", true); /* a profile that tells no type confirms none */
    assert_true(c.claimed);
}

static void test_a_type_that_is_confirmed(void **state)
{
    (void)state;
    struct selection_column c = ident_as("bigint", "bigint", true);
    assert_int_equal(c.level, RULES_NONE);
    assert_false(c.claimed);
    c = ident_as("bigint", "integer", true); /* the database's own judgement counts */
    assert_int_equal(c.level, RULES_NONE);
}

/* It was settled by who read the file: that holds, whatever the type is. */
static void test_a_reason_settles_a_claim(void **state)
{
    (void)state;
    struct selection s;
    const struct selection_ack ack = {.reason = "avklart", .reference = "PVK 17"};
    struct err e;
    read_claims(&s);
    s.tables[0].columns[0].type = "bigint";
    judge_again(&s, NULL, NULL);
    assert_true(s.tables[0].columns[0].claimed);
    assert_true(selection_acknowledge(&s, 0, 0, &ack, &e));
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 0);
    judge_again(&s, NULL, NULL);
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 0);
    selection_done(&s);
}

static void test_never_lowered(void **state)
{
    (void)state;
    struct selection s;
    read_claims(&s);
    s.tables[0].columns[1].level = RULES_SPECIAL;
    judge_again(&s, NULL, NULL);
    assert_int_equal(s.tables[0].columns[1].level, RULES_SPECIAL);
    selection_done(&s);
}

static void test_by_what_was_seen(void **state)
{
    (void)state;
    struct selection s, seen;
    static const struct selection_fact facts[] = {
        {.name = "opprettet_tid", .type = "text", .level = RULES_PERSONAL, .categories = 1u}};
    read_claims(&s);
    selection_init(&seen);
    selection_add(&seen, "public", "person_ident", facts, 1, NULL);
    judge_again(&s, NULL, &seen);
    assert_int_equal(selection_unacknowledged(&s, NULL, 0), 2);
    selection_done(&seen);
    selection_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_name_alone),
        cmocka_unit_test(test_a_type_that_nobody_confirms),
        cmocka_unit_test(test_a_type_that_is_confirmed),
        cmocka_unit_test(test_a_reason_settles_a_claim),
        cmocka_unit_test(test_never_lowered),
        cmocka_unit_test(test_a_category_that_the_file_lacks),
        cmocka_unit_test(test_by_what_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

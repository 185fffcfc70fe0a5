/* strom export terraform|gcloud, against the sandbox: the plan's own names, what exists already,
 * and never a password. What the texts do is tried in tests/unit/plan/export_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/one_world.h"

#include <stdlib.h>
#include <string.h>

#define CANARY "c4nary-Passord-7781"
#define APP    "--app", "postmottak-backend", "--include-tables", "regel_evaluering"

static const char *const formats[] = {"terraform", "gcloud"};

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "200");
    return 0;
}

static const char *text_of(const struct answer *a)
{
    const char *text = json_string(a->doc, "text");
    assert_non_null(text);
    return text;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("not there: %s\nin:\n%s", part, text);
}

static void what_plan_would_make(void **state)
{
    static const char *const env[] = {"STROM_DB_PASSWORD=" CANARY, NULL};
    static const char *const names[] = {"datastream-vpc",        "postgres-postmottak",
                                        "datastream_postmottak", "postgres-postmottak-bigquery",
                                        "regel_evaluering",      "aap-dev-ab12"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct answer *a = STROM_IN(&w, env, "export", formats[i], APP, "--json");
        answer_is(a, 0);
        answer_fits(&w, a, "export");
        assert_text(a->doc, "format", formats[i]);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            has(text_of(a), names[k]);
        assert_null(strstr(a->out, CANARY));
        char *text = strdup(text_of(a));
        a = STROM_IN(&w, env, "export", formats[i], APP, "-vvv");
        answer_is(a, 0);
        assert_string_equal(a->out, text);
        assert_null(strstr(a->err, CANARY));
        free(text);
        a = STROM(&w, "export", formats[i], APP, "--naming", "nav-module");
        answer_is(a, 0);
        has(a->out, "postmottak-backend-datastream");
        has(a->out, "allow-datastream-to-cloud-sql");
    }
}

static void sensitive_columns_need_a_reason(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "export", "terraform", "--app", "postmottak-backend",
                                   "--columns", "avsendermottaker:id,navn", "--json");
    answer_is(a, 4);
    answer_fits(&w, a, "export");
    assert_text(answer_error(a), "code", "UNACKNOWLEDGED");
    a = STROM(&w, "export", "terraform", "--app", "postmottak-backend", "--columns",
              "avsendermottaker:id,navn", "--acknowledge",
              "avsendermottaker.navn=navnet trengs; SAK-1");
    answer_is(a, 0);
    has(a->out, "column = \"navn\"");
    assert_null(strstr(a->out, "SAK-1"));
}

static void what_exists_is_named(void **state)
{
    (void)state;
    answer_is(STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables",
                    "regel_evaluering", "--yes"),
              0);
    for (size_t i = 0; i < 2; i++) {
        const struct answer *a = STROM(&w, "export", formats[i], APP, "--json");
        answer_is(a, 0);
        assert_int_equal(json_count(json_get(a->doc, "existing")), 13);
        has(text_of(a), "exists already");
        assert_null(strstr(text_of(a), "resource \""));
        assert_null(strstr(text_of(a), " create "));
    }
}

static void wrong_lines(void **state)
{
    (void)state;
    answer_is(STROM(&w, "export"), 2);
    const struct answer *a = STROM(&w, "export", "terrafrom");
    answer_is(a, 2);
    answer_says(a, "did you mean 'terraform'?");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_plan_would_make),
        cmocka_unit_test(sensitive_columns_need_a_reason),
        cmocka_unit_test(what_exists_is_named),
        cmocka_unit_test(wrong_lines),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

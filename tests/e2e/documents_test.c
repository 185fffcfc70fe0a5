/* Every document that a command prints fits the JSON Schema that the same command ships (C5). Those
 * of files, export, delete, access, review and config are held by their own tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/one_world.h"

#include <string.h>

#define APP "--app", "postmottak-backend"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "200");
    return 0;
}

static void documents_fit(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "check", APP, "--json", "-vvv");
    answer_document(a);
    answer_fits(&w, a, "check");
    a = STROM(&w, "tables", "--json", "-vvv");
    answer_is(a, 0);
    answer_fits(&w, a, "tables");
    a = STROM(&w, "plan", APP, "--columns", "avsendermottaker:id,navn", "--json", "-vvv");
    answer_is(a, 3);
    answer_fits(&w, a, "plan");
}

static void failures_fit(void **state)
{
    static const char *const commands[] = {"check", "tables", "plan", "apply", "create"};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct answer *a = STROM(&w, commands[i], "--json", "--bogus");
        answer_is(a, 2);
        answer_fits(&w, a, commands[i]);
    }
}

static void events_fit(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "create", "postmottak-backend", "datastream",
                                   "--include-tables", "regel_evaluering", "--yes", "--json");
    answer_is(a, 0);
    answer_events(a);
    answer_fits(&w, a, "create");
    a = STROM(&w, "apply", APP, "--include-tables", "regel_evaluering", "--yes", "--json");
    answer_events(a);
    answer_fits(&w, a, "apply");
}

/* A document that does not fit is found: the schemas are not empty. */
static void schemas_tell_something(void **state)
{
    static const char *const commands[] = {"check",  "tables", "files",  "plan",
                                           "apply",  "create", "status", "review",
                                           "delete", "access", "export", "config"};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct answer *a = STROM(&w, commands[i], "--schema", "--json");
        answer_is(a, 0);
        assert_non_null(strstr(a->out, "json-schema.org"));
        if (strstr(a->out, "\"required\"") == NULL)
            fail_msg("the schema of %s asks for nothing", commands[i]);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_fit),
        cmocka_unit_test(failures_fit),
        cmocka_unit_test(events_fit),
        cmocka_unit_test(schemas_tell_something),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

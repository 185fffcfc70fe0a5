/* What flows is changed ten times while the app goes on writing: every row of the columns that are
 * chosen in the end is equal on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/equal.h"
#include "tests/e2e/one_world.h"

#include <stdio.h>

#define RULES       "regel_evaluering"
#define RESULTS     "regelsett_resultat"
#define RULES_OF(c) "--columns", RULES ":" c

enum { MOST = 6 };

static const char *const changes[][MOST] = {
    {"--include-tables", RULES},
    {"--include-tables", RULES "," RESULTS},
    {"--include-tables", RULES "," RESULTS, RULES_OF("id,regel_resultat_id,resultat")},
    {"--include-tables", RESULTS},
    {"--include-tables", RULES "," RESULTS},
    {"--include-tables", RULES "," RESULTS, "--columns", RESULTS ":id,system_navn"},
    {"--include-tables", RULES, RULES_OF("id,regel_resultat_id,resultat")},
    {"--include-tables", RULES "," RESULTS, "--freshness", "30m"},
    {"--include-tables", RULES "," RESULTS},
    {"--include-tables", RULES "," RESULTS, RULES_OF("id,regel_resultat_id,resultat")},
};

/* Of the columns that flow in the end. */
static const struct equal_table rules_in_the_end = {
    "public.regel_evaluering", "public_regel_evaluering",
    "sum(id * 7 + regel_resultat_id * 3 + CASE WHEN resultat THEN 11 ELSE 0 END)"};

static void change(const char *const *words)
{
    const char *args[16] = {"create", "postmottak-backend", "datastream", "--yes", "--json"};
    size_t n = 5;
    for (size_t i = 0; i < MOST && words[i]; i++)
        args[n++] = words[i];
    const struct answer *a = world_run(&w, args);
    answer_is(a, 0);
    assert_text(a->line[a->n_lines - 1], "result", "running");
    const struct json *done = event_of(a, "datastream.stream", "done");
    if (done == NULL)
        fail_msg("%s changed nothing:\n%s", words[1], a->out);
}

static void every_row_of_the_chosen_columns_is_equal(void **state)
{
    static const char count[] = "SELECT count(*) FROM public.regel_evaluering";
    const char *const quiet[] = {"traffic", "0", NULL};
    char before[256], after[256];
    (void)state;
    world_source(&w, count, before);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        change(changes[i]);
    assert_int_equal(session_run(w.session, quiet, NULL), 0);
    world_source(&w, count, after);
    assert_string_not_equal(before, after);
    equal_await(&w, &rules_in_the_end);
    equal_await(&w, &equal_results);
    const struct answer *a = STROM(&w, "status", "--app", "postmottak-backend", "--json");
    assert_text(json_get(a->doc, "stream"), "state", "RUNNING");
}

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "400", "--rate", "30");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_of_the_chosen_columns_is_equal)};
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, stop_world);
}

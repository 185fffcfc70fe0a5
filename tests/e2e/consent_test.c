/* Consent on the command line, asked of a person at a terminal: what is declined is not done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/wizard.h"

#include <stdlib.h>
#include <string.h>

#define CREATE                                                                                     \
    "create", "postmottak-backend", "datastream", "--include-tables",                              \
        "regel_evaluering,regelsett_resultat"
#define STREAM "postgres-postmottak-bigquery"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "200");
    return 0;
}

/* The tool that strom takes after has made the stream that runs. */
static int start_theirs(void **state)
{
    (void)state;
    setenv("SANDBOX_STREAM_BY", "nada", 1);
    WORLD_UP(&w, "running", "--speed", "400", "--rate", "0");
    unsetenv("SANDBOX_STREAM_BY");
    return 0;
}

/* A command in a terminal, until it asks. */
static void ask(const char *question, const char *const *argv)
{
    struct vt_options o = {.cols = 120, .rows = 60, .argv = argv, .cwd = w.state};

    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
    see(question);
}
#define ASK(question, ...) ask(question, (const char *const[]){w.strom, __VA_ARGS__, NULL})

static void answer(const char *line, int code)
{
    vt_type(v, line);
    vt_key(v, "Enter");
    int ended = vt_wait_end(v, LONG_MS);
    if (ended != code)
        fail_msg("exit %d, wanted %d\n%s", ended, code, vt_screen(v));
}

static void no_is_no(void **state)
{
    size_t writes = world_writes(&w);

    (void)state;
    ASK("Do this? [y/N]", CREATE, "--json");
    answer("n", 1);
    see("\"code\":\"DECLINED\"");
    see("it was not given: nothing was done");
    assert_int_equal(world_writes(&w), writes);
}

/* The capital letter is what Enter alone means. */
static void enter_alone_is_no(void **state)
{
    size_t writes = world_writes(&w);

    (void)state;
    ASK("Do this? [y/N]", CREATE);
    answer("", 1);
    see("it was not given: nothing was done");
    assert_int_equal(world_writes(&w), writes);
}

static void yes_is_yes(void **state)
{
    (void)state;
    ASK("Do this? [y/N]", CREATE);
    answer("Y", 0); /* however it is written */
    see("running: " STREAM);
}

/* Longer than the gap (ten seconds) by which the net knows that the machine slept: who reads the
 * plan so long has not slept. The second look behind the consent goes over the same connection. */
static void reading_long_is_no_sleep(void **state)
{
    (void)state;
    ASK("Do this? [y/N]", CREATE, "--freshness", "0");
    assert_false(vt_wait_gone(v, "Do this? [y/N]", 11000));
    answer("y", 0);
    see("running: " STREAM);
}

static void another_name_takes_nothing_down(void **state)
{
    size_t writes = world_writes(&w);

    (void)state;
    ASK("Type the stream's name", "delete", "postmottak-backend", "datastream", "--json");
    answer("postgres-postmottak", 1);
    see("\"code\":\"DECLINED\"");
    assert_int_equal(world_writes(&w), writes);
}

#define APP      "postmottak-backend", "datastream"
#define NARROWER "create", APP, "--include-tables", "regel_evaluering"

static void what_flows_already_needs_no_name(void **state)
{
    (void)state;
    answer_is(STROM(&w, CREATE, "--yes"), 0);
}

/* --yes answers a question; it does not name somebody else's stream. */
static void yes_does_not_mean_anothers_stream(void **state)
{
    size_t writes = world_writes(&w);

    (void)state;
    const struct answer *a = STROM(&w, NARROWER, "--yes");
    answer_is(a, 2);
    answer_says(a, "strom has not made it (its label tells: created-by nada)");
    answer_says(a, "--confirm " STREAM);
    answer_is(STROM(&w, NARROWER, "--yes", "--confirm", "postgres-another-bigquery"), 2);
    assert_int_equal(world_writes(&w), writes);
    a = STROM(&w, "plan", "--app", "postmottak-backend", "--include-tables", "regel_evaluering",
              "--json");
    answer_is(a, 3); /* it is shown */
    assert_non_null(strstr(a->out, "strom has not made it"));
}

static void its_name_is_typed(void **state)
{
    size_t writes = world_writes(&w);

    (void)state;
    ASK("Type its name to change it:", NARROWER);
    answer("yes", 1);
    see("it was not given: nothing was done");
    assert_int_equal(world_writes(&w), writes);
    ASK("Type its name to change it:", NARROWER);
    answer(STREAM, 0);
    see("running: " STREAM);
}

static void its_name_is_given(void **state)
{
    (void)state;
    answer_is(STROM(&w, CREATE, "--yes", "--confirm", STREAM), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_is_no), cmocka_unit_test(enter_alone_is_no),
        cmocka_unit_test(yes_is_yes), cmocka_unit_test(reading_long_is_no_sleep),
        cmocka_unit_test(another_name_takes_nothing_down)};
    const struct CMUnitTest theirs[] = {cmocka_unit_test(what_flows_already_needs_no_name),
                                        cmocka_unit_test(yes_does_not_mean_anothers_stream),
                                        cmocka_unit_test(its_name_is_typed),
                                        cmocka_unit_test(its_name_is_given)};
    return cmocka_run_group_tests(tests, start, close_world) +
           cmocka_run_group_tests(theirs, start_theirs, close_world);
}

/* A command that was killed is known to the wizard: what it was, when, whose process; and it is
 * gone on with, taken back, or left so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "tests/e2e/wizard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define STREAM "postgres-postmottak-bigquery"
#define CREATE                                                                                     \
    "create", "postmottak-backend", "datastream", "--include-tables",                              \
        "regel_evaluering,regelsett_resultat", "--yes"
#define LONGEST "datastream.private_connection"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "60");
    return 0;
}

static void kill_a_creation(void)
{
    struct run *r = STROM_START(&w, NULL, CREATE);
    assert_true(run_wait_err(r, LONGEST, RUN_MS));
    run_signal(r, SIGKILL);
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGKILL);
    run_free(r);
}

static void start_wizard(void)
{
    const char *const argv[] = {w.strom, "--no-notify", NULL};
    struct vt_options o = {.cols = 130, .rows = 40, .argv = argv, .cwd = w.state};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}

static void at_home(void)
{
    start_wizard();
    see("What do you want to do?");
}

static void ask_about_it(void)
{
    see("Not finished: " STREAM);
    vt_key(v, "Enter");
    see("A command that did not end");
}

static void quit(void)
{
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
}

static const char *action_of(const char *step)
{
    const struct answer *a = STROM(&w, "plan", "--app", "postmottak-backend", "--include-tables",
                                   "regel_evaluering", "--json");
    return json_string_or(found_in(json_get(a->doc, "actions"), "step", step), "action", "");
}

static void what_it_was_is_said(void **state)
{
    (void)state;
    kill_a_creation();
    at_home();
    ask_about_it();
    see("strom create postmottak-backend datastream");
    see("process ");
    vt_key(v, "n");
    see("Not finished: " STREAM);
    quit();
}

/* The wizard closes, and the very command takes it up. */
static void it_is_gone_on_with(void **state)
{
    (void)state;
    at_home();
    ask_about_it();
    vt_key(v, "g");
    see("running: " STREAM);
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    assert_string_equal(action_of("datastream.stream"), "update"); /* one table of the two */
    at_home();
    see("Set up a replication");
    assert_false(vt_find(v, "Not finished", &(int){0}, &(int){0}));
    quit();
}

static void a_removal_too(void **state)
{
    (void)state;
    struct run *r =
        STROM_START(&w, NULL, "delete", "postmottak-backend", "datastream", "--confirm", STREAM);
    assert_true(run_wait_err(r, "running", RUN_MS));
    run_signal(r, SIGKILL);
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGKILL);
    run_free(r);
    at_home();
    ask_about_it();
    assert_false(vt_find(v, "undo: take down", &(int){0}, &(int){0}));
    vt_key(v, "g");
    int code = vt_wait_end(v, LONG_MS);
    assert_true(code == 0 || code == 3);
    assert_string_equal(action_of(LONGEST), "create");
}

static void it_is_taken_back(void **state)
{
    (void)state;
    kill_a_creation();
    at_home();
    ask_about_it();
    vt_key(v, "u");
    see("This is what the run has made");
    see("- Network ");
    see("it was there before"); /* the dataset: this run's undo cannot take it */
    assert_false(vt_find(v, "dataset too", &(int){0}, &(int){0}));
    quit();
    start_wizard();
    see("This is what the run has made"); /* it opens where it was */
    vt_key(v, "Esc");
    see("What do you want to do?");
    quit();
}

#define UNDO "delete", "postmottak-backend", "datastream", "--undo", "--confirm", STREAM

/* What Home would go on with, and a command as well. */
static void an_undo_is_left_half_way(void)
{
    answer_says(STROM(&w, "status", "--app", "postmottak-backend"), "strom delete --undo, or Home");
    start_wizard();
    see("strom delete --undo, or Home"); /* it opens where it was */
    vt_key(v, "Esc");
    see("Not finished: " STREAM);
    vt_key(v, "Home");
    for (int i = 0; i < 2 && !vt_find(v, "\xe2\x80\xba Not finished", &(int){0}, &(int){0}); i++)
        vt_key(v, "Down");
    see("\xe2\x80\xba Not finished: " STREAM);
    vt_key(v, "Enter");
    see("An undo that did not end");
    vt_key(v, "n");
    quit();
}

static size_t removed_by(const struct answer *a)
{
    size_t removed = 0;

    for (size_t i = 0; i < a->n_lines; i++)
        removed += str_eq(json_string_or(a->line[i], "receipt", ""), "removed");
    return removed;
}

/* What the killed one had asked for may all be gone by now: then this one only ends the run. */
static void it_is_gone_on_with_by_the_command(void)
{
    const struct answer *a = STROM(&w, UNDO, "--json");
    answer_events(a);
    answer_fits(&w, a, "delete");
    answer_is(a, 0);
    assert_text(a->line[a->n_lines - 1], "result", removed_by(a) ? "undone" : "unchanged");
    assert_string_equal(action_of(LONGEST), "create");
    assert_string_equal(action_of("compute.network"), "create");
    assert_string_equal(action_of("bigquery.dataset"), "keep"); /* it was there before */
    at_home();
    see("Set up a replication");
    assert_false(vt_find(v, "Not finished", &(int){0}, &(int){0}));
    quit();
    a = STROM(&w, UNDO, "--json"); /* it has come to its end */
    answer_is(a, 0);
    answer_says(a, "nothing is taken back");
    assert_text(a->line[a->n_lines - 1], "result", "unchanged");
}

static void an_undo_of_this_screen_is_known_to_commands(void **state)
{
    (void)state;
    at_home();
    ask_about_it();
    vt_key(v, "u");
    see("This is what the run has made");
    see("- Network ");
    vt_key(v, "Enter");
    see("Take it down?");
    vt_type(v, STREAM);
    vt_key(v, "Enter");
    see("Taking it down");
    see("on its way: "); /* it has begun, and is recorded */
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
    an_undo_is_left_half_way();
    it_is_gone_on_with_by_the_command();
}

static void an_undo_by_command_is_gone_on_with(void **state)
{
    (void)state;
    kill_a_creation();
    answer_says(STROM(&w, "status", "--app", "postmottak-backend"),
                "strom delete --undo takes back what it made");
    struct run *r = STROM_START(&w, NULL, UNDO);
    assert_true(run_wait_err(r, "running", RUN_MS));
    run_signal(r, SIGKILL);
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGKILL);
    run_free(r);
    answer_says(STROM(&w, "status", "--app", "postmottak-backend"), "strom delete --undo, or Home");
    it_is_gone_on_with_by_the_command();
}

/* The name is typed, as where all of it goes: --yes does not mean it. */
static void nothing_is_undone_unasked(void **state)
{
    (void)state;
    kill_a_creation();
    const struct answer *a = STROM(&w, "delete", "postmottak-backend", "datastream", "--undo");
    answer_is(a, 2);
    answer_says(a, "--confirm " STREAM);
    assert_string_equal(action_of("compute.network"), "keep");
}

static void it_is_left_so(void **state)
{
    (void)state;
    at_home();
    ask_about_it();
    vt_key(v, "l");
    see("left as it is");
    see_gone("Not finished");
    quit();
    assert_string_equal(action_of("compute.network"), "keep");
}

/* Somebody is at work on it at this moment. */
static void one_that_is_at_work_is_interrupted(void **state)
{
    (void)state;
    STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm", STREAM);
    struct run *r = STROM_START(&w, NULL, CREATE);
    assert_true(run_wait_err(r, LONGEST, RUN_MS));
    at_home();
    see("At work: " STREAM);
    vt_key(v, "Enter");
    see("A command is at work");
    vt_key(v, "i");
    see("it was told to stop");
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGTERM);
    run_free(r);
    quit();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_was_is_said),
        cmocka_unit_test(it_is_gone_on_with),
        cmocka_unit_test(a_removal_too),
        cmocka_unit_test(it_is_taken_back),
        cmocka_unit_test(an_undo_of_this_screen_is_known_to_commands),
        cmocka_unit_test(an_undo_by_command_is_gone_on_with),
        cmocka_unit_test(nothing_is_undone_unasked),
        cmocka_unit_test(it_is_left_so),
        cmocka_unit_test(one_that_is_at_work_is_interrupted),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, close_world);
}

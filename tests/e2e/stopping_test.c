/* Ctrl-C while a command carries something out, at a real terminal: what is meant is asked, and
 * each answer is kept to; a second one leaves at once, and so does a terminal that goes away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "tests/e2e/wizard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define STREAM "postgres-postmottak-bigquery"
#define CREATE                                                                                     \
    "create", "postmottak-backend", "datastream", "--include-tables",                              \
        "regel_evaluering,regelsett_resultat", "--yes"
#define DELETE  "delete", "postmottak-backend", "datastream", "--confirm", STREAM
#define LONGEST "datastream.private_connection"

enum { SECOND_MS = 1000, TRIES = 3 };

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "15");
    return 0;
}

static void open_in(const char *const *argv)
{
    struct vt_options o = {.cols = 150, .rows = 60, .argv = argv, .cwd = w.state};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}
#define OPEN(...) open_in((const char *const[]){w.strom, __VA_ARGS__, NULL})

/* What takes longest is under way: asked for, and here is the question. */
static void interrupt_at(const char *step)
{
    see(step);
    vt_key(v, "Ctrl-C");
    see("stop after the steps that run");
}

static void answer(const char *letter)
{
    vt_type(v, letter);
    vt_key(v, "Enter");
}

static void ends_with(int code)
{
    int got = vt_wait_end(v, LONG_MS);
    if (got != code)
        fail_msg("exit %d\n%s", got, vt_screen(v));
}

/* What the next command finds of it: nothing was lost. */
static void is_known_to_the_next(void)
{
    const struct answer *a = STROM(&w, "plan", "--app", "postmottak-backend", "--include-tables",
                                   "regel_evaluering", "--json");
    answer_says(a, "an earlier run, begun");
    answer_is(a, 3);
}

static const char *action_of(const char *step)
{
    const struct answer *a = STROM(&w, "plan", "--app", "postmottak-backend", "--include-tables",
                                   "regel_evaluering", "--json");
    return json_string_or(found_in(json_get(a->doc, "actions"), "step", step), "action", "");
}

/* However much is under way. */
static void a_second_one_leaves_within_a_second(void **state)
{
    (void)state;
    int64_t took = SECOND_MS + 1;
    for (int i = 0; i < TRIES && took > SECOND_MS; i++) {
        OPEN(CREATE);
        interrupt_at(LONGEST);
        int64_t from = clock_mono_ms();
        vt_key(v, "Ctrl-C");
        ends_with(130);
        took = clock_mono_ms() - from;
    }
    assert_in_range(took, 0, SECOND_MS);
    is_known_to_the_next();
}

static void what_hangs_up_is_recorded(void **state)
{
    (void)state;
    OPEN(CREATE);
    see(LONGEST);
    vt_close_terminal(v);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGHUP);
    is_known_to_the_next();
}

static void detached_it_goes_on_there(void **state)
{
    (void)state;
    OPEN(CREATE);
    interrupt_at(LONGEST);
    answer("d");
    ends_with(130);
    see("strom: Creating the stream: interrupted; what was begun goes on in the cloud");
    see("the same command continues, and so does Home");
    is_known_to_the_next();
}

static void a_letter_that_is_none_is_asked_again(void **state)
{
    (void)state;
    OPEN(CREATE);
    interrupt_at(LONGEST);
    answer("x");
    answer("t");
    see("nothing more is begun");
    ends_with(130);
    see("stopped before the last step");
    assert_false(vt_find(v, "running: " STREAM, &(int){0}, &(int){0}));
}

static void who_stays_sees_it_through(void **state)
{
    (void)state;
    OPEN(CREATE);
    see("running");
    vt_key(v, "Ctrl-C");
    see("stop after the steps that run");
    answer("");
    ends_with(0);
    see("running: " STREAM);
}

/* What is gone cannot be taken back, and is not offered. */
static void taking_down_is_stopped_and_gone_on_with(void **state)
{
    (void)state;
    OPEN(DELETE);
    interrupt_at("datastream.stream");
    assert_false(vt_find(v, "undo", &(int){0}, &(int){0}));
    answer("t");
    ends_with(130);
    see("not begun: it was stopped");
    assert_string_equal(action_of(LONGEST), "keep");
    const struct answer *a = STROM(&w, DELETE);
    assert_true(a->code == 0 || a->code == 3);
    answer_says(a, "an earlier run, begun");
    assert_string_equal(action_of(LONGEST), "create");
}

/* Only what this run made: the dataset was there, and stays. */
static void undone_it_is_as_before(void **state)
{
    (void)state;
    assert_string_equal(action_of("bigquery.dataset"), "keep");
    OPEN(CREATE);
    interrupt_at(LONGEST);
    answer("u");
    see("taking down what this run has made");
    ends_with(130);
    see("it was undone");
    assert_string_equal(action_of(LONGEST), "create");
    assert_string_equal(action_of("compute.proxy"), "create");
    assert_string_equal(action_of("bigquery.dataset"), "keep");
}

/* Without a terminal nobody is asked. */
static void a_script_leaves_at_once(void **state)
{
    (void)state;
    struct run *r = STROM_START(&w, NULL, CREATE);
    assert_true(run_wait_err(r, LONGEST, RUN_MS));
    run_signal(r, SIGINT);
    assert_int_equal(run_wait_end(r, RUN_MS), 130);
    assert_null(strstr(run_err(r), "Interrupt?"));
    run_free(r);
    is_known_to_the_next();
}

/* Also where the undo was chosen in a creation: that one would make it again. */
static void an_undo_that_is_left_says_what_goes_on_with_it(void **state)
{
    (void)state;
    struct run *r = STROM_START(&w, NULL, DELETE, "--undo");
    assert_true(run_wait_err(r, "running", RUN_MS));
    run_signal(r, SIGINT);
    assert_int_equal(run_wait_end(r, RUN_MS), 130);
    assert_non_null(strstr(run_err(r), "strom delete --undo continues"));
    run_free(r);
    answer_is(STROM(&w, DELETE, "--undo"), 0);
    assert_string_equal(action_of(LONGEST), "create");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_one_leaves_within_a_second),
        cmocka_unit_test(what_hangs_up_is_recorded),
        cmocka_unit_test(detached_it_goes_on_there),
        cmocka_unit_test(a_letter_that_is_none_is_asked_again),
        cmocka_unit_test(who_stays_sees_it_through),
        cmocka_unit_test(taking_down_is_stopped_and_gone_on_with),
        cmocka_unit_test(undone_it_is_as_before),
        cmocka_unit_test(a_script_leaves_at_once),
        cmocka_unit_test(an_undo_that_is_left_says_what_goes_on_with_it),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, close_world);
}

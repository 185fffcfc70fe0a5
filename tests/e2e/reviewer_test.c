/* The reviewer in a real terminal: opens the stream that runs, sees what flows, takes one column
 * out, reads what that means, and nothing else is changed. Each test goes on where the last ended.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#include <signal.h>

#define STREAM "postgres-postmottak-bigquery"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "300", "--rate", "0");
    return 0;
}

/* Who comes for a stream is led to it, not into a new set-up. */
STEP(the_streams_are_found)
{
    open_wizard(NULL);
    see("What do you want to do?");
    vt_keys(v, "Down Enter"); /* Open a stream that exists */
    see("Enter: on to the streams");
    see("postmottak as kari.nordmann@nav.no");
    see("number 482910375264");
    vt_key(v, "Enter");
    see("What do you want to do?");
    see(STREAM);
    vt_keys(v, "End Enter");
    see("RUNNING");
    see("public.regelsett_resultat");
}

STEP(what_flows_is_ticked)
{
    vt_key(v, "e");
    see("Tables");
    see("tables 2, columns 8");
    vt_key(v, "v");
    see("selected: 2 of 28");
    vt_keys(v, "Down Right");
    see("[x] regel_navn");
    see("[x] resultat");
}

STEP(one_column_goes)
{
    vt_keys(v, "Down Down Down Space");
    see("[ ] regel_navn");
    see("tables 2, columns 7");
    see("stops");
}

/* What was changed outlives a kill, and is still a change of that stream. */
STEP(a_kill_keeps_the_change)
{
    assert_true(vt_wait_quiet(v, 100, LONG_MS));
    vt_signal(v, SIGKILL);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    open_wizard(NULL);
    see("tables 2, columns 7");
}

STEP(review_says_what_stops)
{
    vt_key(v, "Enter");
    see("Where does it arrive?");
    vt_key(v, "Enter");
    see("0 to create, 1 to change");
    see("- stops flowing: public.regel_evaluering: regel_navn");
    see("what has arrived of it stays in BigQuery");
    see("12 kept");
}

STEP(create_asks_about_this_change)
{
    size_t before = world_writes(&w);
    vt_key(v, "Enter");
    see("Change what flows?");
    see("Stops flowing: public.regel_evaluering:");
    see("stays");
    assert_int_equal(world_writes(&w), before);
    vt_key(v, "c");
    see("the stream carries what was chosen");
    assert_int_equal(world_writes(&w), before + 1); /* one PATCH, and nothing else */
}

/* Its lists are exactly what is chosen: a plan of that finds nothing to change. */
STEP(the_stream_has_exactly_the_new_selection)
{
    const struct answer *a = STROM(&w, "plan", "--json", "--app", "postmottak-backend",
                                   "--include-tables", "regel_evaluering,regelsett_resultat",
                                   "--columns", "regel_evaluering:id,regel_resultat_id,resultat");
    answer_is(a, 0);
    const struct json *stream = found_in(json_get(a->doc, "actions"), "step", "datastream.stream");
    assert_text(stream, "action", "keep");
    answer_is(STROM(&w, "status", "--app", "postmottak-backend"), 0);
}

STEP(monitor_leads_there_again)
{
    vt_key(v, "Enter");
    see("RUNNING");
    vt_key(v, "e");
    see("tables 2, columns 7");
    see("[ ] regel_navn");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
}

STEP(requests_are_as_google_wants_them)
{
    world_check_requests(&w);
}

/* What would be gone is said: there the whole world ends with the wizard. */
STEP(leaving_the_sandbox_is_asked_about)
{
    const char *const argv[] = {w.strom, "--sandbox", "ready", "--no-notify", NULL};
    struct vt_options o = {.argv = argv, .cwd = w.state};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("Where is the data today?");
    see("postmottak as kari.nordmann@nav.no");
    see("number 482910375264"); /* the cluster has answered: Enter goes on */
    vt_key(v, "Enter");
    see("Prerequisites");
    vt_key(v, "q");
    see("The sandbox ends with it");
    vt_key(v, "Enter"); /* the safe answer stands first */
    if (!vt_wait_gone(v, "The sandbox ends with it", LONG_MS))
        fail_msg("the question does not close");
    vt_key(v, "q");
    see("The sandbox ends with it");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_streams_are_found),
        cmocka_unit_test(what_flows_is_ticked),
        cmocka_unit_test(one_column_goes),
        cmocka_unit_test(a_kill_keeps_the_change),
        cmocka_unit_test(review_says_what_stops),
        cmocka_unit_test(create_asks_about_this_change),
        cmocka_unit_test(the_stream_has_exactly_the_new_selection),
        cmocka_unit_test(monitor_leads_there_again),
        cmocka_unit_test(requests_are_as_google_wants_them),
        cmocka_unit_test(leaving_the_sandbox_is_asked_about),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

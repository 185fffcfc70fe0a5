/* What was begun is never lost, and nothing of one source reaches another one's stream. Each test
 * goes on where the last one ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#define THEIRS "postgres-behandlingsflyt-bigquery"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "shared", "--speed", "300", "--rate", "0");
    return 0;
}

/* A set-up of our own is begun. */
STEP(a_set_up_is_begun)
{
    open_wizard(NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("postmottak as kari.nordmann@nav.no");
    see("number 482910375264");
    vt_keys(v, "Enter Enter");
    see("14 held");
    vt_key(v, "Enter");
    see("28 of 28");
    vt_type(v, "/regel_ev");
    see("1 of 28");
    vt_keys(v, "Enter Down Space");
    see("tables 1, columns 4");
    vt_key(v, "Esc"); /* all tables again */
    see("28 of 28");
}

/* Nothing of our source reaches another app's stream: no slot, no tables, no names. */
STEP(another_apps_stream_brings_nothing_of_ours)
{
    vt_keys(v, "Esc Esc Esc Esc");
    see(THEIRS);
    vt_keys(v, "End Enter");
    see("RUNNING");
    see("there is no connection to the source");
    assert_false(vt_find(v, "active", NULL, NULL));
    assert_false(vt_find(v, "postmottak", NULL, NULL));
    vt_key(v, "e");
    see("this stream reads another database");
    see("Database        behandlingsflyt");
    see("of datastream; asked when it is needed"); /* our password is gone */
    assert_false(vt_find(v, "read from the cluster", NULL, NULL));
    vt_key(v, "Esc");
}

STEP(what_was_begun_is_listed)
{
    see("Go on: " THEIRS);
    see("Go on: postmottak-backend - dev-gcp");
    see("at Tables");
    vt_keys(v, "Home Down Enter");
    see("What flows: tables 1, columns 4");
    see("postmottak-backend - dev-gcp");
}

/* And a second set-up puts the first one aside, not away. */
STEP(a_new_set_up_loses_nothing)
{
    vt_keys(v, "Esc Esc Esc Esc");
    see("Go on: " THEIRS);
    vt_keys(v, "Home Down Down Enter");
    see("Where is the data today?");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Esc");
    see("at Connect");
    see("at Tables");
    see("at Monitor");
    vt_key(v, "q");
    see("You still hold Editor");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
}

/* From another app's stream to one's own: its source is connected again, without a word. */
STEP(ones_own_stream_has_its_source_again)
{
    answer_is(STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables",
                    "regel_evaluering", "--yes"),
              0);
    open_wizard(NULL);
    see("at Connect");
    vt_keys(v, "Home Enter");
    see("postmottak as kari.nordmann@nav.no");
    see("number 482910375264");
    vt_key(v, "Esc");
    see("✔ " THEIRS);
    vt_keys(v, "End Up Enter");
    see("there is no connection to the source");
    vt_key(v, "H");
    see("✔ postgres-postmottak-bigquery");
    vt_keys(v, "End Enter");
    see("public.regel_evaluering");
    see("ds_replication, active");
    see("postmottak-backend - dev-gcp");
    vt_key(v, "q");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_up_is_begun),
        cmocka_unit_test(another_apps_stream_brings_nothing_of_ours),
        cmocka_unit_test(what_was_begun_is_listed),
        cmocka_unit_test(a_new_set_up_loses_nothing),
        cmocka_unit_test(ones_own_stream_has_its_source_again),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

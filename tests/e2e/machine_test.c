/* A proxy machine that stands still, seen on Monitor: Review shows its start, Create does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/google_call.h"
#include "tests/e2e/wizard.h"

#define MACHINE                                                                                    \
    "compute.googleapis.com/compute/v1/projects/aap-dev-ab12/zones/europe-north1-b/instances/"     \
    "datastream-postmottak"
#define STREAM "postgres-postmottak-bigquery"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "60", "--rate", "0");
    return 0;
}

static void to_monitor(void)
{
    open_wizard(NULL);
    home_to_stream(STREAM);
    see("e change");
}

static void review_shows_it_and_create_starts_it(void **state)
{
    (void)state;
    assert_true(google_call("POST", MACHINE "/stop", ""));
    to_monitor();
    see("is TERMINATED");
    see("strom create");
    vt_key(v, "e");
    see("What flows: tables 2");
    vt_key(v, "Enter");
    see("5/8  Destination");
    vt_key(v, "Enter");
    see("0 to create, 1 to change, 0 to remove, 12 kept, 0 blocked");
    see("~ Proxy machine");
    see("status: TERMINATED");
    vt_key(v, "Enter");
    see("12 of 13 steps are done already, 1 ahead");
    see("The proxy machine will be started.");
    vt_key(v, "c");
    see("done: the stream runs");
    vt_key(v, "Enter");
    see("RUNNING ");
    see_gone("is TERMINATED");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(review_shows_it_and_create_starts_it),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, close_world);
}

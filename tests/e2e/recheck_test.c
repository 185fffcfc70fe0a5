/* The checklist looks again by itself while something is pending: a deploy that somebody else runs
 * turns it green without a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#include <signal.h>

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "fresh", "--speed", "200");
    return 0;
}

STEP(the_manifest_is_written)
{
    open_wizard(NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Enter");
    see("6 fail");
    vt_key(v, "w");
    see("Files to write: 2");
    see("+        flags:");
    vt_key(v, "End");
    see_gone("▼");
    vt_key(v, "w");
    see("2/2 ");
    vt_key(v, "End");
    see_gone("▼");
    vt_key(v, "w");
    see("2 files written");
}

/* Stopped for longer than a connection would live: it says so, and goes on looking. */
STEP(a_sleep_is_told)
{
    enum { GAP_MS = 10000, OFTEN_MS = 4000, MORE_MS = 1500 }; /* up to the next look it may wait */
    vt_signal(v, SIGSTOP);
    assert_true(vt_wait_stopped(v, LONG_MS));
    assert_true(vt_wait_quiet(v, GAP_MS + OFTEN_MS + MORE_MS, LONG_MS));
    vt_continue(v);
    see("the machine slept, or strom was stopped");
}

/* As the team's pipeline would: strom is not told. */
STEP(a_deploy_elsewhere_is_seen)
{
    static const char *const deploy[] = {"deploy", NULL};
    assert_int_equal(session_run(w.session, deploy, NULL), 0);
    see("now green");
    see("turned green");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manifest_is_written),
        cmocka_unit_test(a_sleep_is_told),
        cmocka_unit_test(a_deploy_elsewhere_is_seen),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

/* How what was begun on a screen ends: what nobody was there to hear is recorded, nothing is said
 * of a stream that is gone, and what is longer than the page can be read to its end, also at 60x16.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/store/journal.h"
#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STREAM "postgres-postmottak-bigquery"
#define LEFT   "an earlier run, begun"

static int start(void **state)
{
    (void)state;
    lost = false;
    WORLD_UP(&w, "running", "--speed", "60", "--rate", "0");
    return 0;
}

/* As a wizard that was killed while the cloud did the last of it. */
static void leave_one_behind(void)
{
    char folder[WORLD_PATH + 16];
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct arena a = {0};
        struct err e;
        struct journal_run run = {
            .target = "aap-dev-ab12/europe-north1/" STREAM, .kind = JOURNAL_CREATE, .plan = "{}"};
        snprintf(folder, sizeof folder, "%s/strom", w.state);
        struct store *s = store_open(folder, &e);
        _exit(s && journal_begin(s, &run, &a, &e) ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static bool is_left(void)
{
    const struct answer *a = STROM(&w, "status", "--app", "postmottak-backend");
    return strstr(a->err, LEFT) != NULL;
}

STEP(what_the_cloud_has_ended_is_recorded)
{
    open_wizard(NULL);
    home_to_stream(STREAM);
    see("m manage");
    leave_one_behind();
    assert_true(is_left());
    vt_key(v, "Esc");
    see("Everything is there already");
    see(LEFT);
    vt_key(v, "Enter");
    see("The stream runs");
    assert_false(is_left());
    vt_key(v, "Enter");
    see("m manage");
}

STEP(what_is_needed_first_does_not_hide_the_rest)
{
    vt_key(v, "m");
    see("Exchange the slot");
    vt_key(v, "Home");
    vt_keys(v, "Down Down Down Down Down");
    see("Needs first");
    assert_false(vt_find(v, "nextAvailableStartPosition", &(int){0}, &(int){0}));
    vt_key(v, "Tab");
    see("to the list");
    vt_key(v, "End");
    see("nextAvailableStartPosition");
    vt_key(v, "PgUp");
    see("Copies anew");
    vt_key(v, "Esc");
    see("Tab details");
    vt_key(v, "Esc");
    see("m manage");
}

STEP(what_is_left_to_do_is_read_to_its_end)
{
    vt_key(v, "D");
    see("! Manifest");
    vt_key(v, "End");
    see("last, when the migration has run");
    vt_key(v, "Tab");
    see("to the list");
    vt_key(v, "End");
    see("deletion-policy=none");
    vt_key(v, "Esc");
    see("Tab text");
}

STEP(nothing_is_said_to_run_that_is_gone)
{
    vt_key(v, "Enter");
    see("Type this name to confirm");
    vt_type(v, STREAM);
    vt_key(v, "Down");
    vt_key(v, "Enter");
    see(" gone, ");
    see("on its way:");
    see("Taken down.");
    see("› ! Slot"); /* what is left to do is told whole */
    see("of log. As a migration");
    vt_key(v, "Enter");
    see("it is gone");
    vt_key(v, "End");
    vt_key(v, "Enter");
    see("last, when the migration has run"); /* its cursor was kept from a longer list */
    see("Nothing of it is left to take down in the cloud");
    vt_key(v, "Enter"); /* no name is asked for */
    see("it is gone");
    vt_key(v, "Home");
    vt_key(v, "Enter");
    see("there is no stream");
    see("nobody reads the slot"); /* the slot's own trouble, and the stream's absence once */
    assert_null(strstr(strstr(vt_screen(v), "there is no stream") + 1, "there is no stream"));
    vt_key(v, "Esc");
    see("steps are done already");
    assert_false(vt_find(v, "The stream runs", &(int){0}, &(int){0}));
}

/* --- small --- */

static int start_small(void **state)
{
    (void)state;
    lost = false;
    WORLD_UP(&w, "ready", "--speed", "15");
    return 0;
}

STEP(what_runs_is_seen_at_60x16)
{
    open_wizard(NULL);
    see("Enter choose");
    vt_key(v, "Enter");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Enter");
    see("0 fail");
    vt_key(v, "Enter");
    see("May you do what lies ahead?");
    see("Step");
    vt_key(v, "Enter");
    see("avklaringsbehov");
    vt_keys(v, "Down Space");
    see("tables 1");
    vt_key(v, "Enter");
    see("Where does it arrive?");
    see("it will be made");
    vt_key(v, "Enter");
    see("12 to create");
    vt_key(v, "Enter");
    see("Create now?");
    vt_resize(v, 60, 16);
    vt_key(v, "c");
    see("\xe2\x80\xa6 Private connection");
    see("steps are done");
}

STEP(that_it_stops_stays_on_the_page)
{
    vt_key(v, "Ctrl-C");
    see("Interrupt?");
    vt_key(v, "t");
    see("Stopping, as you asked");
    vt_key(v, "Ctrl-L"); /* another key takes away what stood in the last lines */
    see("Stopping, as you asked");
    see("Stopped, as you asked");
    see("the private connection above all");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_cloud_has_ended_is_recorded),
        cmocka_unit_test(what_is_needed_first_does_not_hide_the_rest),
        cmocka_unit_test(what_is_left_to_do_is_read_to_its_end),
        cmocka_unit_test(nothing_is_said_to_run_that_is_gone),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    const struct CMUnitTest small[] = {
        cmocka_unit_test(what_runs_is_seen_at_60x16),
        cmocka_unit_test(that_it_stops_stays_on_the_page),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, close_world) +
           cmocka_run_group_tests(small, start_small, close_world);
}

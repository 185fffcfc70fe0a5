/* Access in a real terminal: narrow roles for a while, granted, counted down, taken away; what is
 * left after a kill; the text to send where one may not; one's own Editor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#include "tests/e2e/access_world.h"

#include <signal.h>
#include <string.h>

static int start(void **state)
{
    (void)state;
    access_up("", NULL, "200");
    return 0;
}

static int start_editor(void **state)
{
    (void)state;
    lost = false;
    access_up(NULL, NULL, "200");
    return 0;
}

static int start_powerless(void **state)
{
    (void)state;
    lost = false;
    access_up("roles/viewer", "", "200");
    return 0;
}

static void to_access(void)
{
    open_wizard(NULL);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("POSTGRES_");
    vt_key(v, "Enter");
    see(" unknown");
    vt_key(v, "Enter");
    see("May you do what lies ahead?");
    see("kari.nordmann@nav.no");
}

/* --- granted, counted down, taken away --- */

STEP(what_lacks_is_shown)
{
    to_access();
    see("You hold neither Owner nor Editor yourself");
    see("n grants you 10 narrow roles");
    see("lacks 14 of 14");
    see("serviceusage.services.use");
    assert_int_equal(world_writes(&w), 0);
}

STEP(the_change_is_shown_before_it_is_made)
{
    vt_key(v, "n");
    see("Narrow roles for a while");
    see("2 h");
    see("+      \"role\": \"roles/bigquery.user\"");
    vt_key(v, "Right");
    see("4 h");
    vt_keys(v, "Left Left");
    see("1 h");
    assert_int_equal(world_writes(&w), 0);
    vt_key(v, "Esc");
    see("May you do what lies ahead?");
    assert_int_equal(world_writes(&w), 0);
}

STEP(granted_it_is_waited_for_and_counted_down)
{
    see("n narrow roles");
    vt_key(v, "n");
    see("Narrow roles for a while");
    vt_key(v, "Left");
    see("1 h");
    vt_key(v, "Enter");
    see("granted until");
    see("48 of 48 permissions are held");
    see("roles 1 h 00 min"); /* on the first line */
    vt_key(v, "Esc");
    see("Narrow roles from strom until");
    see("14 held");
    vt_key(v, "Enter");
    see("tables 0, columns 0");
    see("roles 1 h 00 min"); /* on every screen */
    vt_key(v, "Esc");
    see("d drop them");
}

STEP(killed_the_next_start_knows)
{
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
    open_wizard(NULL);
    see("May you do what lies ahead?");
    see("roles 1 h 00 min");
    see("The roles that strom granted you in aap-dev-ab12");
    see("d drop them");
}

STEP(quitting_offers_to_take_them_away)
{
    vt_key(v, "q");
    see("Quit?");
    see("take the roles away, then quit");
    vt_key(v, "s");
    see_gone("Quit?");
}

STEP(taken_away_and_proved)
{
    vt_key(v, "d");
    see("Take away what strom granted");
    see("-      \"role\": \"roles/bigquery.user\"");
    vt_key(v, "Enter");
    see("the permissions are not held");
    see_gone("roles 1 h 00 min");
    vt_key(v, "Esc");
    see("n grants you 10 narrow roles");
}

STEP(taken_away_on_leaving)
{
    vt_key(v, "n");
    see("Narrow roles for a while");
    vt_key(v, "Enter");
    see("granted until");
    vt_key(v, "q");
    see("take the roles away, then quit");
    vt_key(v, "t");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    const struct answer *a = STROM(&w, "access", "--app", "postmottak-backend", "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "grants")), 0);
}

STEP(left_it_says_so)
{
    answer_is(STROM(&w, "access", "grant", "--for", "30m", "--app", "postmottak-backend", "--yes"),
              0);
    open_wizard(NULL);
    see("roles 30 min");
    vt_key(v, "q");
    see("quit, and leave the roles");
    vt_key(v, "q");
    see("last for 30 min more");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    answer_is(STROM(&w, "access", "drop", "--app", "postmottak-backend", "--yes"), 0);
}

STEP(google_agrees)
{
    world_check_requests(&w);
}

/* --- Editor --- */

STEP(editor_is_explained)
{
    to_access();
    see("You hold Editor in aap-dev-ab12; an expiry cannot be set on it");
    see("gives 11 979 permissions");
    see("lacks resourcemanager.projects.setIamPolicy");
    see("ola.hansen@nav.no (Editor)");
}

STEP(narrow_roles_take_its_place)
{
    vt_key(v, "n");
    see("Narrow roles for a while");
    vt_key(v, "Enter");
    see("granted until");
    see("Editor hides whether it works");
    vt_key(v, "Esc");
    see("e Editor away");
}

STEP(leaving_reminds_of_it)
{
    vt_key(v, "Enter");
    see("tables 0, columns 0");
    vt_key(v, "q");
    see("You still hold Editor in aap-dev-ab12");
    vt_key(v, "e");
    see("May you do what lies ahead?");
    see("e Editor away");
}

STEP(it_goes_when_the_project_is_typed)
{
    vt_key(v, "e");
    see("Take Editor away");
    see("-        \"user:kari.nordmann@nav.no\"");
    vt_key(v, "Enter");
    see("Take it away?");
    vt_type(v, "another");
    vt_keys(v, "Down Enter");
    see("this is not that name");
    vt_key(v, "Esc");
    see_gone("Take it away?");
    vt_key(v, "Enter");
    see("Take it away?");
    vt_type(v, "aap-dev-ab12");
    vt_keys(v, "Down Enter");
    see("the permissions are not held");
    vt_key(v, "Esc");
    see("You hold neither Owner nor Editor yourself");
    see("14 held"); /* the narrow roles work */
    see("Narrow roles from strom until");
}

/* --- where one may not --- */

STEP(the_text_to_send)
{
    to_access();
    see("n shows what to send to one who may grant roles");
    vt_key(v, "n");
    see("Roles to ask for");
    see("kari.nordmann@nav.no needs the roles below");
    see("roles/compute.networkAdmin");
    vt_key(v, "y");
    see("clipboard");
    assert_non_null(vt_clipboard(v));
    assert_non_null(strstr(vt_clipboard(v), "gcloud projects add-iam-policy-binding"));
    vt_key(v, "Esc");
    see("May you do what lies ahead?");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    assert_int_equal(world_writes(&w), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest road[] = {
        cmocka_unit_test(what_lacks_is_shown),
        cmocka_unit_test(the_change_is_shown_before_it_is_made),
        cmocka_unit_test(granted_it_is_waited_for_and_counted_down),
        cmocka_unit_test(killed_the_next_start_knows),
        cmocka_unit_test(quitting_offers_to_take_them_away),
        cmocka_unit_test(taken_away_and_proved),
        cmocka_unit_test(taken_away_on_leaving),
        cmocka_unit_test(left_it_says_so),
        cmocka_unit_test(google_agrees),
    };
    const struct CMUnitTest editor[] = {
        cmocka_unit_test(editor_is_explained),
        cmocka_unit_test(narrow_roles_take_its_place),
        cmocka_unit_test(leaving_reminds_of_it),
        cmocka_unit_test(it_goes_when_the_project_is_typed),
    };
    const struct CMUnitTest powerless[] = {
        cmocka_unit_test(the_text_to_send),
    };
    return cmocka_run_group_tests_name("road", road, start, close_world) +
           cmocka_run_group_tests_name("editor", editor, start_editor, close_world) +
           cmocka_run_group_tests_name("powerless", powerless, start_powerless, close_world);
}

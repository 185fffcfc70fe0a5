/* The wizard in a real terminal of 80x24, from a database that nobody has prepared to a change that
 * arrives in BigQuery. The sandbox is one; each test goes on where the last one ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOK_MS = 20, SOON_MS = 20000 };

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "fresh", "--speed", "200");
    return 0;
}

/* --- from Home to Monitor --- */

STEP(home_leads_to_connect)
{
    open_wizard(NULL);
    see("What do you want to do?");
    see("Enter choose"); /* the last line says which keys work */
    vt_key(v, "Enter");
    see("Where is the data today?");
    see("postmottak-backend");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
}

STEP(prerequisites_tell_what_is_missing)
{
    vt_key(v, "Enter");
    see("6 fail");
    see("fails");
    vt_keys(v, "n n"); /* the next that does not pass */
    see("Nobody holds Editor or Owner");
}

STEP(files_are_shown_then_written_then_deployed)
{
    vt_key(v, "w");
    see("Files to write: 2");
    see("+        flags:");
    vt_key(v, "w"); /* nothing is written that was not shown */
    see("+              - name: datastream");
    vt_key(v, "End");
    see_gone("▼");
    vt_key(v, "w");
    see("2/2 ");
    see("▼");
    vt_key(v, "End");
    see_gone("▼");
    see("+              - name: datastream");
    vt_key(v, "w");
    see("2 files written");
    vt_key(v, "d");
    see("now green");
    vt_key(v, "w");
    see("V1.51__datastream_oppsett.sql");
    see("fail on public.mottatt_melding"); /* with FOR ALL TABLES */
    vt_key(v, "End");
    see_gone("▼");
    vt_key(v, "w");
    see("2/2 ");
    see("PG_CREATE_LOGICAL_REPLICATION_SLOT");
    vt_key(v, "w");
    see("2 files written");
    vt_key(v, "w");
    see("V1.52__datastream_slot.sql is written, waiting");
    vt_key(v, "Esc");
    see_gone("waiting");
    vt_key(v, "d");
    see("0 fail, 0 unknown");
}

STEP(access_warns_of_editor)
{
    vt_key(v, "Enter");
    see("You hold Editor in aap-dev-ab12");
    see("14 held");
}

STEP(nothing_is_chosen_by_itself)
{
    vt_key(v, "Enter");
    see("tables 0, columns 0");
    vt_key(v, "Enter");
    see("Space selects"); /* asks first */
    vt_type(v, "/regel_ev");
    see("1 of 28");
    vt_keys(v, "Enter Down Space");
    see("tables 1, columns 4");
    vt_type(v, "/");
    vt_key(v, "Ctrl-U");
    vt_type(v, "REGELSETT"); /* case does not matter */
    see("regelsett_resultat");
    see_gone("regel_evaluering");
    vt_keys(v, "Enter Down Space");
    see("tables 2, columns 8");
}

STEP(a_sensitive_column_needs_a_reason)
{
    vt_type(v, "/");
    vt_key(v, "Ctrl-U");
    vt_type(v, "person_ident");
    see("1 of 28");
    vt_keys(v, "Enter Down Space");
    see("Why may person_ident.ident flow?");
    see("settled beforehand");
    vt_key(v, "Esc");
    see("tables 2, columns 8");
    vt_type(v, "/");
    vt_key(v, "Ctrl-U");
    vt_key(v, "Enter");
    see("28 of 28");
}

/* --- killed on the way --- */

static void cursor_to(const char *text)
{
    int col, row, at_col, at_row = -1;
    for (int i = 0; i < 200; i++) {
        assert_true(vt_wait_quiet(v, 50, LONG_MS));
        if (vt_find(v, text, &col, &row) && vt_cursor(v, &at_col, &at_row) && at_row == row)
            return;
        vt_key(v, "Down");
    }
    fail_msg("the cursor never came to %s, it is in row %d:\n%s", text, at_row, vt_screen(v));
}

static bool is_given_back(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_modes_sane(t) && !vt_altscreen(t) && vt_cursor(t, NULL, NULL);
}

static bool is_on(struct vt *t, void *text)
{
    int col, row, at_col, at_row;
    return vt_find(t, text, &col, &row) && vt_cursor(t, &at_col, &at_row) && at_row == row;
}

STEP(a_kill_at_tables_keeps_step_cursor_and_choices)
{
    char on[] = " steg_historikk ";
    cursor_to(on);
    vt_signal(v, SIGKILL);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    assert_true(vt_wait(v, is_given_back, NULL, LONG_MS)); /* by the guard */
    open_wizard(NULL);
    see("tables 2, columns 8");
    assert_true(vt_wait(v, is_on, on, LONG_MS));
}

/* --- the rest of the way --- */

STEP(destination_says_what_it_means)
{
    vt_key(v, "Enter");
    see("Where does it arrive?");
    see("datastream_postmottak");
    see("no dataset of that name yet: it will be made");
    vt_keys(v, "Down Down Ctrl-U");
    vt_type(v, "soon");
    see("900s, 15m, 1h"); /* inline, with how to mend it */
}

/* Half typed and wrong as it is: the same field, the cursor between the same letters. */
STEP(a_kill_at_destination_keeps_field_and_cursor)
{
    char on[] = "soon";
    int before, after, row;
    vt_keys(v, "Left Left");
    assert_true(vt_wait_quiet(v, 50, LONG_MS));
    assert_true(is_on(v, on));
    assert_true(vt_cursor(v, &before, &row));
    vt_signal(v, SIGKILL);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    open_wizard(NULL);
    see("Where does it arrive?");
    see("900s, 15m, 1h");
    assert_true(vt_wait(v, is_on, on, LONG_MS));
    assert_true(vt_cursor(v, &after, &row));
    assert_int_equal(after, before);
    vt_type(v, "xy"); /* and that is where typing goes on */
    see("soxyon");
    vt_key(v, "Ctrl-U");
    see_gone("soxyon");
    assert_true(vt_wait_quiet(v, 50, LONG_MS));
    vt_signal(v, SIGKILL); /* emptied, to type anew: not filled again meanwhile */
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    open_wizard(NULL);
    see("Where does it arrive?");
    see("900s, 15m, 1h");
}

/* A line at a time, each way, and what was typed before the kills too. */
STEP(fields_are_undone_after_a_kill_too)
{
    vt_type(v, "20m");
    vt_keys(v, "Tab Right");
    see("every change is a row of its own");
    assert_true(vt_wait_quiet(v, 50, LONG_MS));
    vt_signal(v, SIGKILL);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    open_wizard(NULL);
    see("every change is a row of its own");
    vt_key(v, "u");
    see("undone: Mode");
    see("updates and deletes are applied");
    vt_key(v, "u");
    see("undone: Freshness");
    see("Freshness       900s");
    vt_key(v, "Ctrl-X"); /* in a line of text a letter is text */
    see("nothing to undo");
    vt_key(v, "Ctrl-R");
    see("done again: Freshness");
    see("Freshness       20m");
    vt_key(v, "Ctrl-R");
    see("done again: Mode");
    see("every change is a row of its own");
    vt_key(v, "u");
    see("updates and deletes are applied");
    vt_key(v, "Up");
}

STEP(destination_leads_to_review)
{
    vt_key(v, "Ctrl-U");
    vt_type(v, "10m");
    see_gone("900s, 15m, 1h");
    vt_key(v, "Enter");
    see("13 to create");
    see("tables 2, columns 8");
}

STEP(a_kill_at_review_keeps_the_choices)
{
    vt_signal(v, SIGKILL);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    open_wizard(NULL);
    see("This is what will happen in aap-dev-ab12");
    see("13 to create");
    see("tables 2, columns 8");
}

STEP(create_asks_and_makes)
{
    vt_key(v, "Enter");
    see("Create now?");
    vt_key(v, "Enter"); /* the safe answer stands first */
    see_gone("Create now?");
    vt_key(v, "Enter");
    see("Create now?");
    vt_key(v, "c");
    see("Private connection");
    vt_key(v, "Esc");
    see("Interrupt?"); /* nothing under way ends without a question */
    vt_key(v, "s");
    see_gone("Interrupt?");
    vt_signal(v, SIGKILL);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    open_wizard(NULL); /* takes it up: the plan is made anew, and not asked once more */
    see("Go on with the creation?");
    see("It was begun and did not end: ");
    vt_key(v, "Enter");
    see("The stream runs");
    see("13 of 13 steps done");
}

static bool shows_equal_rows(struct vt *t, void *ctx)
{
    char copy[256];
    (void)ctx;
    if (!vt_find(t, "RUNNING", NULL, NULL))
        return false;
    for (int row = 0; row < 24; row++) {
        snprintf(copy, sizeof copy, "%s", vt_row(t, row));
        const char *first = strstr(copy, "10 000"),
                   *second = first ? strstr(first + 6, "10 000") : 0;
        if (strstr(copy, "evaluering") != NULL && second != NULL)
            return true;
    }
    return false;
}

STEP(monitor_shows_equal_rows)
{
    vt_key(v, "Enter");
    see("RUNNING");
    assert_true(vt_wait(v, shows_equal_rows, NULL, LONG_MS));
    see("COMPLETED");
    see("ds_replication, active");
    assert_int_equal(world_rows(&w, "public_regel_evaluering"), 10000);
    assert_int_equal(world_rows(&w, "public_regelsett_resultat"), 2500);
}

static void destination_says(const char *query, const char *wanted)
{
    const char *const args[] = {"sql", query, NULL};
    char *out = NULL;
    for (int waited = 0; waited < LONG_MS; waited += LOOK_MS) {
        free(out);
        out = NULL;
        if (session_run(w.session, args, &out) == 0 && strcmp(out, wanted) == 0)
            break;
        poll(NULL, 0, LOOK_MS);
    }
    assert_string_equal(out, wanted);
    free(out);
}

STEP(a_change_arrives_and_is_shown)
{
    char value[256];
    world_source(&w, "UPDATE regel_evaluering SET regel_navn = 'Blåbærgrød' WHERE id = 42", value);
    world_source(&w,
                 "INSERT INTO regel_evaluering (id, regel_resultat_id, regel_navn, resultat) "
                 "SELECT 900001, regel_resultat_id, 'ny', false FROM regel_evaluering WHERE id = 1",
                 value);
    world_source(&w, "DELETE FROM regel_evaluering WHERE id = 43", value);
    world_source(&w, "DELETE FROM regel_evaluering WHERE id = 44", value);
    destination_says("SELECT id, regel_navn FROM public_regel_evaluering WHERE id IN "
                     "(42, 43, 44, 900001) ORDER BY id",
                     "42\tBlåbærgrød\n900001\tny\n");
    vt_key(v, "r");
    see("9 999");
}

/* --- the terminal --- */

STEP(a_storm_of_sizes_is_survived)
{
    static const int sizes[][2] = {{80, 24}, {20, 5},   {200, 60}, {60, 16},
                                   {1, 1},   {132, 43}, {40, 9}};
    for (int round = 0; round < 6; round++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            vt_resize(v, sizes[i][0], sizes[i][1]);
    vt_resize(v, 20, 5);
    assert_true(vt_wait_quiet(v, 100, LONG_MS));
    assert_false(vt_find(v, "evaluering", NULL, NULL));
    vt_resize(v, 80, 24);
    see("Monitor");
    see("RUNNING");
    see("evaluering");
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

STEP(twice_ctrl_c_leaves_at_once)
{
    int64_t pressed = now_ms();
    vt_key(v, "Ctrl-C");
    see("Interrupted");
    vt_key(v, "Ctrl-C");
    assert_int_equal(vt_wait_end(v, LONG_MS), 130);
    assert_true(now_ms() - pressed < SOON_MS);
    assert_true(vt_wait(v, is_given_back, NULL, LONG_MS));
}

STEP(home_offers_to_go_on)
{
    open_wizard(NULL);
    see("RUNNING"); /* at Monitor, where it was left */
    vt_key(v, "H");
    see("What do you want to do?");
    see("postgres-postmottak-bigquery");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    assert_true(vt_wait(v, is_given_back, NULL, LONG_MS));
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(home_leads_to_connect),
        cmocka_unit_test(prerequisites_tell_what_is_missing),
        cmocka_unit_test(files_are_shown_then_written_then_deployed),
        cmocka_unit_test(access_warns_of_editor),
        cmocka_unit_test(nothing_is_chosen_by_itself),
        cmocka_unit_test(a_sensitive_column_needs_a_reason),
        cmocka_unit_test(a_kill_at_tables_keeps_step_cursor_and_choices),
        cmocka_unit_test(destination_says_what_it_means),
        cmocka_unit_test(a_kill_at_destination_keeps_field_and_cursor),
        cmocka_unit_test(fields_are_undone_after_a_kill_too),
        cmocka_unit_test(destination_leads_to_review),
        cmocka_unit_test(a_kill_at_review_keeps_the_choices),
        cmocka_unit_test(create_asks_and_makes),
        cmocka_unit_test(monitor_shows_equal_rows),
        cmocka_unit_test(a_change_arrives_and_is_shown),
        cmocka_unit_test(a_storm_of_sizes_is_survived),
        cmocka_unit_test(twice_ctrl_c_leaves_at_once),
        cmocka_unit_test(home_offers_to_go_on),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

/* An order given on the screen Manage: interrupted there it is put back, or stops and stands first
 * when it is looked again; left, the cloud goes on, and the next start ends it; killed, it is taken
 * up from Home. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/altering.h"
#include "tests/e2e/lose.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { TO_SLOT = 5 }; /* rows above "Exchange the slot" */

/* Where it was when it was killed; and there what was left is told. */
static void open_again(void)
{
    open_wide();
    see("m manage"); /* it is known by then what there is */
}

static void to_manage(void)
{
    open_wide();
    home_to_stream(STREAM);
    see("m manage");
    vt_key(v, "m");
    see("Exchange the slot");
}

/* Killed on this screen, the wizard opens at Monitor, which tells what was left. */
static void ask_at_home(const char *command)
{
    open_again();
    see("an earlier run, begun");
    see("Home: goes on with it");
    vt_key(v, "H");
    see("Not finished: " STREAM);
    vt_key(v, "Home"); /* the journey itself stands above it */
    vt_key(v, "Down");
    vt_key(v, "Enter");
    see("A command that did not end");
    see(command);
}

/* The command itself asks once more: the screen's consent was for that run. */
static void answer_there(const char *key)
{
    vt_key(v, key);
    see("Do this? [y/N]");
    vt_type(v, "y");
    vt_key(v, "Enter");
}

/* Again from Monitor, with another slot that nobody reads: it is the one that is offered. */
static void to_exchange(const char *own, const char *slot)
{
    char value[256], sql[200];
    reads(own);
    snprintf(sql, sizeof sql,
             "SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots "
             "WHERE slot_name <> '%s'",
             own);
    world_source(&w, sql, value);
    make_slot(slot);
    if (v)
        vt_key(v, "m");
    else
        to_manage();
    see("Exchange the slot");
    vt_key(v, "Home");
    for (int i = 0; i < TO_SLOT; i++)
        vt_key(v, "Down");
    see("Exchange the slot:");
    see(slot);
}

static void do_it(void)
{
    vt_key(v, "Enter");
    see("d do it");
    vt_key(v, "d");
    see("Each is seen to have taken effect");
}

static void begin_exchange(const char *own, const char *slot)
{
    to_exchange(own, slot);
    do_it();
    see("\xe2\x9c\x94 Pause"); /* it is written down by then, and half done */
}

static void interrupt(void)
{
    vt_key(v, "Ctrl-C");
    see("Interrupt?");
}

static void to_monitor(void)
{
    vt_key(v, "Enter");
    see("m manage");
}

/* Half way: it reads the other slot, and does not run yet. */
static void interrupt_when_it_is_written(const char *own, const char *slot)
{
    begin_exchange(own, slot);
    see("\xe2\x9c\x94 Another slot");
    interrupt();
}

/* The slot that it has written is not among those that another exchange would take. */
static void begun_stands_first(const char *slot)
{
    char said[80];
    int row, first, col;
    snprintf(said, sizeof said, "%s: was begun, and did not end", slot);
    see(said);
    assert_true(vt_find(v, said, &col, &row));
    assert_true(vt_find(v, "Resume", &col, &first));
    assert_true(row < first);
    assert_true(vt_find(v, "\xe2\x80\xba ! Exchange the slot", &col, &row)); /* under the cursor */
    see("goes on with what was begun");
}

static void go_on_with_it(const char *slot)
{
    do_it();
    see("Done, and it has taken effect");
    reads(slot);
    await_all_equal();
    to_monitor();
    assert_false(vt_find(v, "an earlier run", &(int){0}, &(int){0}));
    vt_key(v, "m");
    see("Exchange the slot");
    assert_false(vt_find(v, "was begun", &(int){0}, &(int){0}));
    vt_key(v, "Esc");
    see("m manage");
}

static void leave(void)
{
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
}

static void put_back_it_is_as_before(void **state)
{
    (void)state;
    begin_exchange("ds_replication", "ds_en");
    interrupt();
    see("put back what it changed");
    vt_key(v, "u");
    see("it was put back: the stream is as it was before");
    reads("ds_replication");
    assert_false(vt_find(v, "did not end", &(int){0}, &(int){0}));
    to_monitor();
    assert_false(vt_find(v, "an earlier run", &(int){0}, &(int){0}));
}

static void stopped_it_stands_first(void **state)
{
    (void)state;
    interrupt_when_it_is_written("ds_replication", "ds_to");
    vt_key(v, "t");
    see("it was stopped before the last call");
    vt_key(v, "r");
    begun_stands_first("ds_to");
    go_on_with_it("ds_to");
}

static void detached_the_cloud_goes_on_and_the_next_start_ends_it(void **state)
{
    (void)state;
    interrupt_when_it_is_written("ds_to", "ds_tre");
    vt_key(v, "d");
    see("an earlier run, begun");
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    reads("ds_tre"); /* nobody but the cloud was at work */
    open_again();
    see("an earlier run, begun");
    vt_key(v, "m");
    begun_stands_first("ds_tre");
    go_on_with_it("ds_tre");
}

static void killed_it_is_taken_up_from_home(void **state)
{
    (void)state;
    begin_exchange("ds_tre", "ds_fire");
    leave();
    ask_at_home("strom stream slot ds_fire");
    answer_there("g");
    see("running");
    assert_int_equal(vt_wait_end(v, LONG_MS), 0);
    reads("ds_fire");
    await_all_equal();
    nothing_is_left();
}

/* The cluster's secret is as old as the one that Datastream has: what was refused once is not taken
 * from there again, the person is asked. */
static void a_refused_password_is_typed(void **state)
{
    char value[256];
    (void)state;
    world_source(&w, "ALTER ROLE datastream PASSWORD 'ny-hemmelighet-23'", value);
    open_wide();
    see("RUNNING");
    vt_key(v, "End");
    vt_key(v, "Enter");
    see("m manage");
    vt_key(v, "m");
    see("Rebuilt machine");
    vt_key(v, "End");
    vt_key(v, "Up");
    see("New password:");
    vt_key(v, "Enter");
    see("the cluster keeps.");
    vt_key(v, "d");
    see("has in the database now: the wizard asks");
    int rows = 0;
    for (int row = 0; row < 45; row++)
        rows += strstr(vt_row(v, row), "password authentication failed") != NULL;
    assert_int_equal(rows, 1);
    vt_key(v, "r");
    see("Rebuilt machine");
    vt_key(v, "Enter");
    see("The one that is known was refused");
    vt_key(v, "Enter"); /* it may have been put right: the same once more */
    see("call to Google");
    vt_key(v, "n");
    assert_true(vt_wait_gone(v, "call to Google", LONG_MS));
    vt_key(v, "Enter");
    see("The one that is known was refused");
    vt_type(v, "ny-hemmelighet-23");
    vt_key(v, "Enter");
    see("call to Google");
    vt_key(v, "d");
    see("Done, and it has taken effect");
    leave();
}

/* The rest of the list cannot be done: what can is under the cursor. */
static void of_what_failed_for_good_a_way_on_is_chosen(void **state)
{
    char value[256];
    (void)state;
    lose_slot(&w, "ds_fire");
    open_wide();
    see("FAILED_PERMANENTLY");
    vt_key(v, "End");
    vt_key(v, "Enter");
    see("m manage");
    vt_key(v, "m");
    see("Exchange the slot:");
    leave();
    world_source(&w, "SELECT pg_drop_replication_slot('ds_fire')", value);
    make_slot("ds_fire");
    open_again();
    vt_key(v, "m");
    see("Recover:");
    leave();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_back_it_is_as_before),
        cmocka_unit_test(stopped_it_stands_first),
        cmocka_unit_test(detached_the_cloud_goes_on_and_the_next_start_ends_it),
        cmocka_unit_test(killed_it_is_taken_up_from_home),
        cmocka_unit_test(a_refused_password_is_typed),
        cmocka_unit_test(of_what_failed_for_good_a_way_on_is_chosen),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, close_world);
}

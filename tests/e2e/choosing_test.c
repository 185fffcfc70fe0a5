/* Choosing on the screen while values are looked at: a level that rises turns nothing off, but is
 * said; what was found, chosen and undone outlives kill -9; no value is ever written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/steps.h"
#include "tests/e2e/wizard.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Made up from its control digits. */
#define NUMBER "15907610036"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "400");
    at_source("CREATE TABLE public.lager (id bigint PRIMARY KEY, merke text)");
    at_source("INSERT INTO public.lager SELECT i, CASE i WHEN 3 THEN '" NUMBER
              "' ELSE 'vare ' || i END FROM generate_series(1, 2000) i");
    at_source("GRANT SELECT ON public.lager TO PUBLIC");
    return 0;
}

static void open_without_values(void)
{
    const char *const argv[] = {w.strom, "--no-notify", "--no-sample", NULL};
    struct vt_options o = {.argv = argv, .cwd = w.state};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}

/* What was chosen is kept behind the picture: the next picture tells that it is. */
static void killed(void)
{
    vt_key(v, "F1");
    see("select matching"); /* the list of what can be done */
    vt_key(v, "Esc");
    see_gone("select matching");
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
}

STEP(chosen_while_nobody_has_looked)
{
    open_without_values();
    see("Enter choose");
    vt_key(v, "Enter");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Enter");
    see("0 unknown");
    vt_key(v, "Enter");
    see("14 held");
    vt_key(v, "Enter");
    see("tables 0, columns 0");
    vt_type(v, "/lager");
    see("1 of 29");
    vt_key(v, "Enter");
    vt_key(v, "Space");
    see("tables 1, columns 2");
    see_gone("without a reason");
    vt_key(v, "Enter");
    see("no dataset of that name yet");
    vt_key(v, "Enter"); /* who decides on Review is told whose values nobody has seen */
    see("values were not looked at: public.lager (PostgreSQL has no statistics");
    vt_key(v, "Esc");
    see("5/8  Destination");
    vt_key(v, "Esc");
    see("tables 1, columns 2");
    killed();
}

STEP(what_rises_stays_chosen)
{
    open_wizard(NULL);
    see("lager.merke is sensitive; it stays chosen");
    see("tables 1, columns 2");
    see("without a reason: 1");
    killed();
}

/* Nothing is looked at anew: the table is gone from what may be read, and its evidence is there. */
STEP(what_was_found_outlives_a_kill)
{
    at_source("REVOKE SELECT ON public.lager FROM PUBLIC");
    open_wizard(NULL);
    see("tables 1, columns 2");
    see("without a reason: 1");
    vt_key(v, "Right");
    vt_keys(v, "Down Down");
    see("data.fnr: 1 of 2 000 values");
    see("it is chosen and has no reason");
    at_source("GRANT SELECT ON public.lager TO PUBLIC");
}

STEP(values_are_masked_and_not_copied)
{
    vt_key(v, "m");
    see("merke: ███████0036");
    vt_key(v, "y");
    see("values are shown on the screen alone");
    vt_key(v, "m");
    see("merke: ███████0036");
    vt_key(v, "w");
    see("values are shown on the screen alone");
    vt_key(v, "Down");
    see_gone("0036");
}

STEP(undo_and_redo_outlive_a_kill)
{
    killed();
    open_wizard(NULL);
    see("without a reason: 1");
    vt_key(v, "u");
    see("undone: lager");
    see("tables 0, columns 0");
    killed();
    open_wizard(NULL);
    see("tables 0, columns 0");
    vt_key(v, "Ctrl-R");
    see("done again: lager");
    see("tables 1, columns 2");
    see("without a reason: 1");
}

STEP(one_key_turns_it_off)
{
    vt_key(v, "s"); /* all was looked at: anew */
    see("values: rows");
    vt_key(v, "e");
    see("Why may lager.merke flow?");
    vt_type(v, "lagerstyring, avklart");
    vt_key(v, "Tab");
    vt_type(v, "B123");
    vt_key(v, "Enter");
    see_gone("without a reason");
    see("sensitive 1");
}

/* At the first look, and after a start that has nothing new to read: beside what we may not read.
 */
STEP(what_is_hidden_is_told_each_time)
{
    at_source("ALTER TABLE public.enhet ENABLE ROW LEVEL SECURITY");
    vt_key(v, "r"); /* looks by itself */
    see("could not be read: 2 (");
    killed();
    open_wizard(NULL);
    see("nothing new to read");
    see("could not be read: 2 (");
}

STEP(a_key_for_columns_says_so_on_a_table)
{
    vt_key(v, "Home");
    vt_key(v, "m");
    see("m shows values of a column");
}

/* The same letter opens a link where a screen has no other use for it. */
static bool is_behind_size(struct vt *t, void *ctx)
{
    int col, row;
    (void)ctx;
    return vt_find(t, "sorted by: change rate", &col, &row) ||
           vt_find(t, "is not known yet", &col, &row);
}

STEP(one_key_sorts)
{
    int col, row;

    do { /* the rates are read behind the picture: until then their turn is passed over */
        vt_key(v, "o");
        see("sorted by: size");
        vt_key(v, "o");
        assert_true(vt_wait(v, is_behind_size, NULL, LONG_MS));
    } while (!vt_find(v, "sorted by: change rate", &col, &row));
    vt_key(v, "o");
    see("sorted by: name");
}

STEP(no_value_is_written_down)
{
    vt_key(v, "q");
    vt_wait_end(v, LONG_MS);
    world_holds_none(w.state, NUMBER "|vare 17");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_while_nobody_has_looked),
        cmocka_unit_test(what_rises_stays_chosen),
        cmocka_unit_test(what_was_found_outlives_a_kill),
        cmocka_unit_test(values_are_masked_and_not_copied),
        cmocka_unit_test(undo_and_redo_outlive_a_kill),
        cmocka_unit_test(one_key_turns_it_off),
        cmocka_unit_test(what_is_hidden_is_told_each_time),
        cmocka_unit_test(a_key_for_columns_says_so_on_a_table),
        cmocka_unit_test(one_key_sorts),
        cmocka_unit_test(no_value_is_written_down),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

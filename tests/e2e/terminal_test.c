/* On every screen: it ends in each of the ways there are, and the terminal is as it was before; it
 * is drawn in every size from 1x1 to 500x200, in storms of them, and the picture comes back. One
 * wizard after the other walks on from what the last one kept. */
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
#include <sys/stat.h>

/* With the mouse on, so that every end has to give that back, too. */
static void open_one(const char *const *env)
{
    const char *const argv[] = {w.strom, "--no-notify", "--mouse", NULL};
    struct vt_options o = {.argv = argv, .cwd = w.state, .env = env};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "40");
    open_one(NULL);
    return 0;
}

/* --- ends --- */

static bool is_given_back(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_modes_sane(t) && !vt_altscreen(t) && !vt_paste_mode(t) && !vt_mouse_mode(t) &&
           vt_cursor(t, NULL, NULL);
}

/* The title that was kept aside is asked for again, after it was kept. */
static void assert_title_back(void)
{
    const char *log = vt_log(v, NULL), *kept = strstr(log, "\033[22;0t"), *last = NULL;
    for (const char *at = log; (at = strstr(at, "\033[23;0t")) != NULL; at++)
        last = at;
    assert_true(kept == NULL || (last != NULL && last > kept));
}

static void given_back(const char *where, int code)
{
    int ended = vt_wait_end(v, LONG_MS);
    if (ended != code)
        fail_msg("%s: ended with %d, wanted %d", where, ended, code);
    if (!vt_wait(v, is_given_back, NULL, LONG_MS))
        fail_msg("%s, %d: modes %d, other screen %d, paste %d, cursor %d", where, code,
                 vt_modes_sane(v), vt_altscreen(v), vt_paste_mode(v), vt_cursor(v, NULL, NULL));
    assert_title_back();
}

static void ends_by(const char *where, int number)
{
    vt_signal(v, number);
    given_back(where, 128 + number);
    if (number == SIGSEGV || number == SIGABRT || number == SIGKILL) /* how to go on */
        see("strom ended unexpectedly. What you entered is kept: start strom again to go on.");
}

static void open_again(const char *where, const char *text)
{
    open_one(NULL);
    if (!vt_wait_text(v, text, LONG_MS))
        fail_msg("%s does not come back", where);
}

static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT, SIGKILL};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static void every_end(const char *where, const char *text)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        ends_by(where, numbers[i]);
        open_again(where, text);
    }
    vt_type(v, "\x03\x03");
    given_back(where, 130);
    open_again(where, text);
}

/* --- sizes --- */

static bool is_drawn(struct vt *t, void *ctx)
{
    int cols, rows;
    (void)ctx;
    vt_size(t, &cols, &rows);
    if (cols < 60 || rows < 16)
        return cols < 30 || rows < 2 || vt_find(t, "60x16", NULL, NULL);
    if (vt_find(t, "60x16", NULL, NULL) || *vt_row(t, 0) == '\0')
        return false;
    const char *keys = vt_row(t, rows - 1);
    return strstr(keys, "Esc") || strstr(keys, "Enter") || strstr(keys, "? ");
}

/* The keys are whole words, and what has the focus can be seen. What the terminal made of the old
 * size may look like that for a moment, too: the cursor then stands anywhere. */
static bool is_usable(struct vt *t, void *ctx)
{
    int col, row, cols, rows;
    vt_size(t, &cols, &rows);
    if (!is_drawn(t, ctx) || strlen(vt_row(t, rows - 1)) <= 10)
        return false;
    return !vt_cursor(t, &col, &row) || (col < cols && row < rows && row > 0);
}

static void usable_when_narrow(const char *where)
{
    vt_resize(v, 60, 16);
    if (!vt_wait(v, is_usable, NULL, LONG_MS))
        fail_msg("%s is not usable at 60x16", where);
}

static void every_size(const char *where, const char *text)
{
    static const int sizes[][2] = {{1, 1},   {2, 500}, {500, 2}, {500, 200}, {59, 16}, {60, 15},
                                   {60, 16}, {61, 17}, {99, 40}, {100, 40},  {40, 9},  {200, 60}};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };

    for (size_t i = 0; i < SIZES; i++) {
        vt_resize(v, sizes[i][0], sizes[i][1]);
        if (!vt_wait(v, is_drawn, NULL, LONG_MS))
            fail_msg("%s is not drawn at %dx%d", where, sizes[i][0], sizes[i][1]);
    }
    for (int round = 0; round < 5; round++) /* without a look in between */
        for (size_t i = 0; i < SIZES; i++)
            vt_resize(v, sizes[i][0] + round, sizes[i][1] + round);
    usable_when_narrow(where);
    vt_resize(v, 80, 24);
    if (!vt_wait_text(v, text, LONG_MS))
        fail_msg("%s does not come back from a storm", where);
}

/* Whatever else drops: the list of everything, and the way back (Home has the way out). */
static bool has_help_and_back(struct vt *t, void *ctx)
{
    int cols, rows;
    vt_size(t, &cols, &rows);
    bool question = vt_find(t, "┌─", NULL, NULL);
    const char *keys = vt_row(t, rows - 1);
    return (question || strstr(keys, " help")) && (strstr(keys, "Esc ") || strstr(keys, ctx));
}

static void keys_stay(const char *where, const char *way_out)
{
    for (int cols = 60; cols <= 80; cols += 10) {
        vt_resize(v, cols, 24);
        if (!vt_wait(v, has_help_and_back, (void *)(uintptr_t)way_out, LONG_MS))
            fail_msg("%s, %d columns: no help or no way back below", where, cols);
    }
}

static void station(const char *where, const char *text)
{
    see(text);
    keys_stay(where, "q ");
    every_size(where, text);
    every_end(where, text);
}

/* A screen beside the road: it ends there, and what led to it is gone on with. */
static void beside(const char *where, const char *key, const char *text, const char *before)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        vt_type(v, key);
        see(text);
        if (i == 0) {
            keys_stay(where, "Esc");
            every_size(where, text);
        }
        ends_by(where, numbers[i]);
        open_again(where, before);
    }
    vt_type(v, key);
    see(text);
    vt_type(v, "\x03\x03");
    given_back(where, 130);
    open_again(where, before);
}

/* --- the road --- */

STEP(home)
{
    int col, row;
    station("home", "What do you want to do?");
    assert_true(vt_find(v, "Take one down", &col, &row));
    vt_click(v, col, row);
    see("› Take one down");
    vt_type(v, "\033[<64;9;9M"); /* the wheel, upwards */
    see("› Set up a replication");
    vt_key(v, "q");
    given_back("home", 0);
    open_again("home", "What do you want to do?");
}

STEP(connect)
{
    vt_key(v, "Enter");
    see("number 482910375264");
    station("connect", "Where is the data today?");
    see("postmottak as kari.nordmann@nav.no");
}

STEP(prerequisites)
{
    vt_key(v, "Enter");
    station("prerequisites", "0 fail");
}

STEP(access)
{
    vt_key(v, "Enter");
    station("access", "You hold Editor");
}

static bool asks_or_ended(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_has_ended(t) || vt_find(t, "Quit?", NULL, NULL);
}

/* Where Editor is known to be held it asks first. */
static void quits(const char *where)
{
    vt_key(v, "q");
    assert_true(vt_wait(v, asks_or_ended, NULL, LONG_MS));
    if (!vt_has_ended(v))
        vt_key(v, "q");
    given_back(where, 0);
}

static bool was_opened(struct vt *t, void *ctx)
{
    char text[600] = "";
    FILE *f = fopen(ctx, "r");
    (void)t;
    if (f == NULL)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    return n > 0 && strcmp(text, "1 https://console.cloud.google.com/iam-admin/iam?project="
                                 "aap-dev-ab12\n") == 0;
}

/* One argument, no shell, nothing of ours open; where no browser can be seen it is copied. */
STEP(a_link_is_opened_or_copied)
{
    char browser[1100], opened[1100], variable[1200];
    snprintf(browser, sizeof browser, "%s/browser", w.state);
    snprintf(opened, sizeof opened, "%s/opened", w.state);
    snprintf(variable, sizeof variable, "BROWSER=%s", browser);
    world_write_program(browser,
                        "#!/bin/sh\n[ -z \"$STROM_DB_PASSWORD$PGPASSWORD\" ] && [ ! -t 0 ] && "
                        "[ ! -t 2 ] &&\necho \"$# $*\" >'%s'\n",
                        opened);
    const char *const here[] = {variable, NULL};
    const char *const far[] = {"BROWSER", "SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22", "DISPLAY=:0",
                               NULL};

    quits("access");
    open_one(here);
    see("You hold Editor");
    vt_key(v, "o");
    see("handed to the browser:");
    assert_true(vt_wait(v, was_opened, opened, LONG_MS));
    quits("access");
    open_one(far);
    see("You hold Editor");
    vt_key(v, "o");
    see("no browser to be seen from here");
    assert_string_equal(vt_clipboard(v),
                        "https://console.cloud.google.com/iam-admin/iam?project=aap-dev-ab12");
}

STEP(tables)
{
    vt_key(v, "Enter");
    station("tables", "28 of 28");
    vt_type(v, "/regel_ev");
    see("1 of 28");
    vt_keys(v, "Enter Down Space");
    see("tables 1, columns 4");
}

/* A key below is clicked; M gives the mouse back to the terminal, and takes it again. */
STEP(the_mouse)
{
    int col, row;
    assert_true(vt_mouse_mode(v));
    assert_true(vt_find(v, "? help", &col, &row));
    vt_click(v, col + 3, row);
    see("type to filter");
    assert_true(vt_find(v, "Esc cancel", &col, &row));
    vt_click(v, col, row);
    see_gone("type to filter");
    vt_key(v, "M");
    see("the mouse is off");
    assert_false(vt_mouse_mode(v));
    vt_key(v, "M");
    see("the mouse is on");
    assert_true(vt_mouse_mode(v));
    vt_key(v, "Ctrl-Z");
    assert_true(vt_wait_stopped(v, LONG_MS));
    assert_true(vt_wait(v, is_given_back, NULL, LONG_MS));
    vt_continue(v);
    see("tables 1, columns 4");
    assert_true(vt_mouse_mode(v));
}

/* What lies over a page, and is not kept: the page is. */
STEP(over_a_page)
{
    static const char *const keys[] = {"?", "S", "Ctrl-C"};
    static const char *const texts[] = {"type to filter", "Steps: 4 of 8", "Interrupted"};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < NUMBERS; i += 3) {
            vt_key(v, keys[k]);
            see(texts[k]);
            if (i == 0)
                every_size(texts[k], texts[k]);
            ends_by(texts[k], numbers[i]);
            open_again(texts[k], "tables 1, columns 4");
        }
}

/* Done, here, blocked, not yet; any that was reached is one key away, and nothing is lost. */
STEP(the_steps)
{
    vt_key(v, "S");
    see("done: postmottak-backend - dev-gcp");
    see("4  Tables         you are here: tables 1, columns 4");
    see("8  Monitor        not yet");
    vt_key(v, "2");
    see("2/8  Prerequisites");
    vt_key(v, "S");
    see("4  Tables         you were here");
    for (int i = 0; i < 2; i++)
        vt_key(v, "Down");
    vt_key(v, "Enter");
    see("tables 1, columns 4");
    vt_key(v, "S");
    vt_key(v, "8");
    see("Monitor was not reached yet");
    vt_type(v, "u");
    see("tables 0, columns 0");
    vt_key(v, "S");
    see("7  Create         blocked: no table is chosen");
    vt_key(v, "Esc");
    vt_key(v, "Ctrl-R");
    see("tables 1, columns 4");
}

/* Drawn anew, and suspended, where a question stands as well. */
STEP(a_question_can_be_redrawn_and_suspended)
{
    vt_key(v, "Ctrl-C");
    see("Interrupted");
    assert_true(vt_wait_quiet(v, 100, LONG_MS));
    size_t before = vt_bytes(v);
    vt_key(v, "Ctrl-L");
    while (vt_bytes(v) < before + 300)
        assert_true(vt_wait_quiet(v, 20, LONG_MS) && vt_wait(v, is_drawn, NULL, LONG_MS));
    vt_key(v, "Ctrl-Z");
    assert_true(vt_wait_stopped(v, LONG_MS));
    assert_true(vt_wait(v, is_given_back, NULL, LONG_MS));
    vt_continue(v);
    see("Interrupted");
    vt_key(v, "Esc");
    see_gone("Interrupted");
}

STEP(destination)
{
    vt_key(v, "Enter");
    station("destination", "Where does it arrive?");
}

STEP(review)
{
    vt_key(v, "Enter");
    station("review", " to create, 0 to change");
}

STEP(reviewer)
{
    beside("reviewer", "c", "What this choice makes flow", " to create, 0 to change");
}

STEP(consent)
{
    vt_key(v, "Enter");
    station("consent", "Create now?");
}

/* While it is made; each of the next ones takes it up. */
STEP(creating)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        vt_key(v, "c");
        see("Private connection");
        if (i == 0)
            every_size("creating", "Private connection");
        ends_by("creating", numbers[i]);
        open_again("creating", "Go on with the creation?");
    }
    vt_key(v, "c");
    see("The stream runs");
}

STEP(monitor)
{
    vt_key(v, "Enter");
    see("RUNNING");
    station("monitor", "Monitor");
}

STEP(manage)
{
    see("m manage"); /* it is known by then what there is */
    beside("manage", "m", "Exchange the slot", "m manage");
}

STEP(taking_down)
{
    see("D take down");
    vt_type(v, "D");
    station("take down", "Enter take down");
    vt_key(v, "r"); /* what was planned is gone, and nothing has answered yet */
    see("Stream  ");
    see("Enter take down");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(home),
        cmocka_unit_test(connect),
        cmocka_unit_test(prerequisites),
        cmocka_unit_test(access),
        cmocka_unit_test(a_link_is_opened_or_copied),
        cmocka_unit_test(tables),
        cmocka_unit_test(the_mouse),
        cmocka_unit_test(over_a_page),
        cmocka_unit_test(the_steps),
        cmocka_unit_test(a_question_can_be_redrawn_and_suspended),
        cmocka_unit_test(destination),
        cmocka_unit_test(review),
        cmocka_unit_test(reviewer),
        cmocka_unit_test(consent),
        cmocka_unit_test(creating),
        cmocka_unit_test(monitor),
        cmocka_unit_test(manage),
        cmocka_unit_test(taking_down),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

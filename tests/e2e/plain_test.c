/* The linear dialogue in a terminal: what is secret is not echoed, a line that is too long is not
 * taken for commands, and an interrupt asks first where something is under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/wizard.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "hemmelig-k4nari-6108"

static size_t from; /* of its log: what the last line brought */

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "40");
    return 0;
}

static void open_at(int cols, int rows)
{
    const char *const argv[] = {w.strom, "--plain", NULL};
    struct vt_options o = {.cols = cols, .rows = rows, .argv = argv, .cwd = w.state};

    vt_free(v);
    from = 0;
    v = vt_start(&o);
    assert_non_null(v);
}

static void open_plain(void)
{
    open_at(120, 100);
}

/* The last line of a page: it waits for one of ours. */
#define PROMPT "back; quit"

static const char *page(void)
{
    while (strstr(vt_log(v, NULL) + from, PROMPT) == NULL)
        if (!vt_wait_quiet(v, 50, LONG_MS))
            fail_msg("it does not wait for a line:\n%s", vt_log(v, NULL) + from);
    return vt_log(v, NULL) + from;
}

static void type(const char *line)
{
    page();
    from = vt_bytes(v);
    vt_type(v, line);
    vt_type(v, "\r");
}

static void say(const char *line, const char *text)
{
    type(line);
    if (strstr(page(), text) == NULL)
        fail_msg("after %s it lacks %s:\n%s", line, text, page());
}

static void ends_with(int code)
{
    int ended = vt_wait_end(v, LONG_MS);
    if (ended != code)
        fail_msg("exit %d, wanted %d\n%s", ended, code, vt_screen(v));
    assert_true(vt_modes_sane(v));
}

static void a_password_is_not_echoed(void **state)
{
    (void)state;
    open_plain();
    say("", "postmottak as kari.nordmann@nav.no");
    while (strstr(page(), "> Password") == NULL)
        type("Tab");
    say("=" SECRET, "> Password        typed, not shown");
    assert_null(strstr(vt_log(v, NULL), "=" SECRET));
    say("Tab", "> Cluster");
    assert_null(strstr(page(), "Tab\r\n")); /* nothing shows while the password has the line */
    say("Down", "Down\r\n");                /* what follows shows again */
    assert_null(strstr(vt_log(v, NULL), SECRET));
    type("quit");
    ends_with(0);
}

static bool shows_what_is_typed(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_modes_sane(t);
}

static bool hides_what_is_typed(struct vt *t, void *ctx)
{
    return !shows_what_is_typed(t, ctx);
}

static void to_the_password(void)
{
    world_new_state(&w);
    open_plain();
    say("", "postmottak as kari.nordmann@nav.no");
    for (int i = 0; i < 10 && strstr(page(), "> Password") == NULL; i++)
        type("Tab");
    assert_non_null(strstr(page(), "> Password"));
    assert_true(vt_wait(v, hides_what_is_typed, NULL, LONG_MS));
}

/* However the line with the secret ends: a shell without a line editor would be left mute. */
static void a_terminal_is_not_left_mute(void **state)
{
    static const int numbers[] = {SIGQUIT, SIGABRT, SIGKILL, SIGTERM};
    (void)state;
    to_the_password();
    for (int i = 0; i < 2; i++) {
        vt_key(v, "Ctrl-Z");
        assert_true(vt_wait_stopped(v, LONG_MS));
        assert_true(vt_modes_sane(v));
        vt_continue(v);
        assert_true(vt_wait(v, hides_what_is_typed, NULL, LONG_MS));
    }
    say("=" SECRET, "> Password        typed, not shown"); /* the line goes on */
    assert_null(strstr(vt_log(v, NULL), SECRET));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        to_the_password();
        vt_signal(v, numbers[i]);
        assert_true(vt_wait_end(v, LONG_MS) > 0);
        assert_true(vt_wait(v, shows_what_is_typed, NULL, LONG_MS));
    }
    to_the_password();
    vt_key(v, "Ctrl-Z");
    assert_true(vt_wait_stopped(v, LONG_MS));
    vt_signal(v, SIGTERM); /* kill %1 */
    vt_continue(v);
    ends_with(143);
    assert_true(vt_modes_sane(v));
}

static void a_line_that_is_too_long_is_no_command(void **state)
{
    char input[1200];

    (void)state;
    memset(input, 'x', 1023);
    memcpy(input + 1023, "quit\nr\n", 8);
    struct run_options o = {.program = w.strom,
                            .args = (const char *const[]){"--plain", NULL},
                            .cwd = w.state,
                            .input = input};
    struct run *r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 0);
    assert_non_null(strstr(run_out(r), "not taken"));
    assert_null(strstr(run_out(r), "not understood"));
    run_free(r);
}

/* Said on the first page, before anybody has typed what would be lost. */
static void nothing_can_be_kept(void **state)
{
    (void)state;
    struct run_options o = {.program = w.strom,
                            .args = (const char *const[]){"--plain", NULL},
                            .cwd = w.state,
                            .env = (const char *const[]){"XDG_STATE_HOME=/dev/null/none", NULL},
                            .input = "quit\n"};
    struct run *r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 0);
    assert_non_null(strstr(run_out(r), "* cannot make the folder /dev/null/none"));
    run_free(r);
}

/* Where nothing is under way it leaves, and says so by its exit code. */
static void an_interrupt_leaves(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        open_plain();
        page();
        if (numbers[i] == SIGINT)
            vt_key(v, "Ctrl-C");
        else
            vt_signal(v, numbers[i]);
        ends_with(128 + numbers[i]);
    }
}

static size_t times(const char *text, const char *what)
{
    size_t n = 0;
    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

/* Who listens hears a page once, then what changes: the line the cursor came to, and no other. */
static void as_it_is_heard(void **state)
{
    (void)state;
    open_plain();
    while (strstr(page(), "What do you want to do?") == NULL)
        say("back", "==");
    say("page", "What do you want to do?");
    assert_non_null(strstr(page(), "1) "));
    type("Home");
    say("Down", "> ");
    assert_int_equal(times(page(), "\n> "), 1);
    assert_null(strstr(page(), "What do you want to do?"));
    assert_null(strstr(page(), "1) "));
    say("Home", "> ");
    say("Up", "> ");                          /* where am I? */
    assert_int_equal(times(page(), "\n"), 4); /* the echo, a gap, the line, what can be said */
    say("page", "What do you want to do?");
    say("zzz", "not understood: zzz");
    type("quit");
    ends_with(0);
}

static int widest_line(const char *text)
{
    int widest = 0;
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        int columns = 0; /* of UTF-8: all that is here takes one column a character */
        for (size_t i = 0; i < n && text[i] != '\r'; i++)
            columns += ((unsigned char)text[i] & 0xC0) != 0x80;
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

/* At 40x9 nothing is wider than the terminal, and no word is cut by it. */
static void forty_columns(void **state)
{
    (void)state;
    open_at(40, 9);
    while (strstr(page(), "What do you want to do?") == NULL)
        say("back", "==");
    say("page", "What do you want to do?");
    assert_true(widest_line(page()) <= 40);
    assert_non_null(strstr(page(), "step by step"));
    say("", "Where is the data today?");
    assert_true(widest_line(page()) <= 40);
    say("page", "+ ok  postmottak as");
    vt_resize(v, 80, 24); /* it is obeyed from the next page on */
    say("page", "Where is the data today?");
    assert_true(widest_line(page()) > 40);
    vt_resize(v, 50, 24);
    say("page", "Where is the data today?");
    assert_true(widest_line(page()) <= 50);
    type("quit");
    ends_with(0);
}

static void to_consent(void)
{
    open_plain();
    while (strstr(page(), "What do you want to do?") == NULL)
        say("back", "==");
    say("", "postmottak as kari.nordmann@nav.no");
    say("", "0 fail");
    say("", "You hold Editor");
    say("", "28 of 28");
    say("/", "> Filter");
    say("=regel_ev", "1 of 28");
    say("", "> ");
    type("Down");
    say("Space", "tables 1, columns 4");
    say("", "Where does it arrive?");
    say("", " to create, 0 to change");
    say("", "Create now?");
}

static void an_interrupted_creation_asks(void **state)
{
    (void)state;
    to_consent();
    type("c");
    while (world_writes(&w) == 0)
        assert_true(vt_wait_quiet(v, 20, LONG_MS));
    vt_key(v, "Ctrl-C");
    see("Interrupt?");
    see("detach");
    assert_null(strstr(vt_log(v, NULL), "\r\n\r\n\r\n\r\n"));
    vt_key(v, "Ctrl-C"); /* and a second one leaves: what was begun is recorded */
    ends_with(130);
    open_plain();
    say("c", "==");
    assert_null(
        strstr(page(), "Nothing was made")); /* what was under way stands by now: no matter */
    assert_non_null(strstr(page(), "The stream runs"));
    type("quit");
    ends_with(0);
}

/* What the wizard has keys for on every screen is there in words. */
static void what_is_the_same_everywhere(void **state)
{
    char file[1100];

    (void)state;
    open_at(62, 200);
    while (strstr(page(), "What do you want to do?") == NULL)
        say("back", "==");
    say("steps", "1  Connect");
    assert_null(strstr(page(), "you are here"));
    while (strstr(page(), "> Set up a replication") == NULL)
        type("Down");
    say("", "== 1/8 Connect ==");
    say("page", "postmottak as kari.nordmann@nav.no");
    say("help", "Which app, which project and which database.");
    assert_non_null(strstr(page(), "1) go on (Enter): to Prerequisites"));
    say("?", "steps: done, here, blocked, not yet");
    say("open", "\nhttps://console.cloud.google.com/sql/instances/postmottak-backend/");
    say("write", "written: strom-connect.txt");
    snprintf(file, sizeof file, "%s/strom-connect.txt", w.state);
    assert_int_equal(remove(file), 0);
    say("", "== 2/8 Prerequisites ==");
    assert_non_null(strstr(page(), "ok      Permissions for the steps ahead")); /* not cut */
    assert_null(strstr(page(), ".. "));
    say("write", "Files to write"); /* the screen's own */
    say("back", "0 fail");
    say("steps", "Steps: 2 of 8");
    assert_non_null(strstr(page(), "done: postmottak-backend - dev-gcp"));
    say("step 1", "== 1/8 Connect ==");
    say("step 2", "== 2/8 Prerequisites ==");
    say("step 8", "Monitor was not reached yet");
    type("quit");
    ends_with(0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_is_not_echoed),
        cmocka_unit_test(a_line_that_is_too_long_is_no_command),
        cmocka_unit_test(nothing_can_be_kept),
        cmocka_unit_test(an_interrupt_leaves),
        cmocka_unit_test(as_it_is_heard),
        cmocka_unit_test(forty_columns),
        cmocka_unit_test(an_interrupted_creation_asks),
        cmocka_unit_test(what_is_the_same_everywhere),
        cmocka_unit_test(a_terminal_is_not_left_mute),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

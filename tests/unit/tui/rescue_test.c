/* The terminal is taken and given back, however it ends: a real program in a real pty. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui/taken.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define NOTE "demo: your work is in /state"

static void taken_and_given_back(void **state)
{
    (void)state;
    struct vt *v = start();
    assert_true(vt_altscreen(v));
    assert_true(vt_paste_mode(v));
    assert_false(vt_modes_sane(v));
    assert_string_equal(vt_title(v), "demo");
    vt_key(v, "Enter");
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 0);
    assert_given_back(v);
    vt_free(v);
}

static void ended_by(int number, int code)
{
    struct vt *v = start();
    vt_signal(v, number);
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), code);
    assert_given_back(v);
    vt_free(v);
}

static void polite_signals(void **state)
{
    (void)state;
    ended_by(SIGTERM, 128 + SIGTERM);
    ended_by(SIGINT, 128 + SIGINT);
    ended_by(SIGHUP, 128 + SIGHUP);
    ended_by(SIGQUIT, 128 + SIGQUIT);
}

static void crashes(void **state)
{
    (void)state;
    static const int numbers[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct vt *v = start();
        vt_signal(v, numbers[i]);
        assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 128 + numbers[i]);
        assert_given_back(v);
        assert_true(vt_wait_text(v, NOTE, VT_WAIT_MS));
        vt_free(v);
    }
}

static void faults_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int code;
    } faults[] = {{"F5", 128 + SIGSEGV}, {"F6", 128 + SIGABRT}, {"F7", 7}};
    for (size_t i = 0; i < 3; i++) {
        struct vt *v = start();
        vt_key(v, faults[i].key);
        assert_int_equal(vt_wait_end(v, VT_WAIT_MS), faults[i].code);
        assert_given_back(v);
        vt_free(v);
    }
}

/* The guard, who comes last, puts nothing of it back under the cursor. */
static void what_follows_a_crash_has_rows_of_its_own(void **state)
{
    (void)state;
    static const char *const argv[] = {"sh", "-c",
                                       TUI_DEMO "; echo the first; read x; echo the next", NULL};
    static const char *const keys[] = {"F5", "F6"};
    for (size_t i = 0; i < 2; i++) {
        struct vt_options o = {.argv = argv};
        struct vt *v = vt_start(&o);
        int col, row, first, next;
        assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
        vt_key(v, keys[i]);
        assert_true(vt_wait_text(v, "the first", VT_WAIT_MS));
        assert_true(vt_wait_quiet(v, 50, VT_WAIT_MS));
        vt_key(v, "Enter");
        assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 0);
        assert_true(vt_wait_text(v, "the next", VT_WAIT_MS));
        assert_true(vt_find(v, NOTE, &col, &row));
        assert_string_equal(vt_row(v, row), NOTE);
        assert_null(strstr(strstr(vt_log(v, NULL), NOTE) + 1, NOTE));
        assert_true(vt_find(v, "the first", &col, &first) && col == 0 && first > row);
        assert_true(vt_find(v, "the next", &col, &next) && col == 0 && next > first);
        vt_free(v);
    }
}

/* Terminals without a second screen keep the page: what follows stands under it. */
static void what_follows_stands_under_the_page(void **state)
{
    (void)state;
    static const char *const terms[] = {"TERM=linux", "TERM=vt100", "TERM=vt220", "TERM=ansi"};
    static const char *const argv[] = {"sh", "-c", TUI_DEMO "; echo the next", NULL};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        const char *const env[] = {terms[i], NULL};
        struct vt_options o = {.argv = argv, .env = env};
        struct vt *v = vt_start(&o);
        int row;
        assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
        vt_key(v, "Enter");
        assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 0);
        assert_true(vt_wait_text(v, "the next", VT_WAIT_MS));
        assert_true(vt_find(v, "the next", NULL, &row));
        assert_string_equal(vt_row(v, row), "the next");
        assert_true(vt_find(v, "ready", NULL, NULL));
        for (int below = row + 1; below < 24; below++)
            assert_string_equal(vt_row(v, below), "");
        assert_true(row >= 22);
        vt_free(v);
    }
}

/* 0: a system without /proc. */
static pid_t guard_of(const struct vt *v)
{
    char path[64];
    int pid = 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", vt_pid(v), vt_pid(v));
    FILE *f = fopen(path, "r");
    if (f != NULL) {
        if (fscanf(f, "%d", &pid) != 1)
            pid = 0;
        fclose(f);
    }
    return pid;
}

/* The shell has the terminal before the guard comes: it took it when the program was stopped. */
static struct vt *killed_under(enum vt_leader leader)
{
    static const char *const argv[] = {TUI_DEMO, NULL};
    struct vt_options o = {.argv = argv, .leader = leader};
    struct vt *v = vt_start(&o);
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    if (leader != VT_SLOW) {
        vt_signal(v, SIGSTOP);
        assert_true(vt_wait_stopped(v, VT_WAIT_MS));
    }
    vt_signal(v, SIGKILL);
    return v;
}

/* A shell that takes the terminal back, or not, and leaves its modes alone: dash does. */
static void killed(void **state)
{
    (void)state;
    static const enum vt_leader leaders[] = {VT_SLOW, VT_QUICK};
    for (size_t i = 0; i < sizeof leaders / sizeof leaders[0]; i++) {
        struct vt *v = killed_under(leaders[i]);
        assert_given_back(v);
        assert_true(vt_wait_text(v, NOTE, VT_WAIT_MS));
        vt_free(v);
    }
}

static bool has_left_the_picture(struct vt *v, void *ctx)
{
    (void)ctx;
    return !vt_altscreen(v) && vt_cursor(v, NULL, NULL) && !vt_paste_mode(v);
}

/* One with a line editor of its own, which is at work when the guard comes: not to be touched. */
static void killed_under_a_line_editor(void **state)
{
    (void)state;
    struct vt *v = killed_under(VT_EDITOR);
    assert_true(vt_wait(v, has_left_the_picture, NULL, VT_WAIT_MS));
    assert_true(vt_wait_quiet(v, 50, VT_WAIT_MS)); /* the guard has said its last word */
    assert_true(vt_modes_editor(v));
    assert_true(vt_find(v, NOTE, NULL, NULL));
    vt_free(v);
}

/* A keyboard that cannot be written to: the way out is stdout. */
static void a_keyboard_that_only_reads(void **state)
{
    (void)state;
    static const char *const argv[] = {"sh", "-c", "exec " TUI_DEMO " </dev/tty", NULL};
    static const int numbers[] = {0, SIGTERM, SIGSEGV, SIGKILL};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct vt_options o = {.argv = argv, .leader = VT_SLOW};
        struct vt *v = vt_start(&o);
        assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
        if (numbers[i] == 0)
            vt_key(v, "Enter");
        else
            vt_signal(v, numbers[i]);
        assert_int_equal(vt_wait_end(v, VT_WAIT_MS), numbers[i] ? 128 + numbers[i] : 0);
        assert_given_back(v);
        vt_free(v);
    }
}

/* What was open when we were started would look alive to its other side for as long as the guard
 * lives. */
static void the_guard_holds_nothing(void **state)
{
    (void)state;
    char path[64];
    int ours = open("/dev/null", O_RDONLY), high = fcntl(ours, F_DUPFD, 300);
    struct vt *v = start();
    pid_t guard = guard_of(v);
    snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)guard, high);
    bool holds = true;
    for (int i = 0; i < 500 && holds; i++) { /* it may not have come to that yet */
        holds = access(path, F_OK) == 0;
        vt_wait_quiet(v, 20, VT_WAIT_MS);
    }
    vt_free(v);
    close(high);
    close(ours);
    if (guard == 0 || high < 300)
        skip();
    assert_false(holds);
}

static void hung_up(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_close_terminal(v);
    int code = vt_wait_end(v, VT_WAIT_MS);
    assert_true(code == 128 + SIGHUP ||
                code == 5); /* the signal or the end of stdin: who is first */
    vt_free(v);
}

static void hung_up_where_nobody_says_so(void **state)
{
    (void)state;
    static const char *const argv[] = {"sh", "-c", "trap '' HUP; exec " TUI_DEMO, NULL};
    struct vt_options o = {.argv = argv};
    struct vt *v = vt_start(&o);
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    vt_close_terminal(v);
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 5); /* the end of stdin is noticed */
    vt_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_and_given_back),
        cmocka_unit_test(polite_signals),
        cmocka_unit_test(crashes),
        cmocka_unit_test(faults_of_its_own),
        cmocka_unit_test(what_follows_a_crash_has_rows_of_its_own),
        cmocka_unit_test(what_follows_stands_under_the_page),
        cmocka_unit_test(killed),
        cmocka_unit_test(killed_under_a_line_editor),
        cmocka_unit_test(a_keyboard_that_only_reads),
        cmocka_unit_test(the_guard_holds_nothing),
        cmocka_unit_test(hung_up),
        cmocka_unit_test(hung_up_where_nobody_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

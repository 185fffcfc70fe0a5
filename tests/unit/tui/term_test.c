/* Keys, picture and kinds of terminal: a real program in a real pty. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tui/taken.h"
#include "tui/term.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void lent_to_another(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_key(v, "F8");
    assert_true(vt_wait_text(v, "outside", VT_WAIT_MS));
    assert_given_back(v);
    vt_type(v, "a line\r");
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    assert_true(vt_altscreen(v));
    assert_false(vt_modes_sane(v));
    vt_key(v, "Enter");
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 0);
    assert_given_back(v);
    vt_free(v);
}

/* --- keys --- */

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void escape_is_quick(void **state)
{
    (void)state;
    struct vt *v = start();
    int64_t best = INT64_MAX; /* the machine may be busy: the best one tells about the program */
    for (int i = 0; i < 60 && best > 32000; i++) {
        vt_key(v, "x");
        assert_true(vt_wait_text(v, "Key               x", VT_WAIT_MS));
        int64_t before = now_us();
        vt_type(v, "\033");
        assert_true(vt_wait_text(v, "Key               Esc", VT_WAIT_MS));
        int64_t took = now_us() - before;
        best = took < best ? took : best;
    }
    assert_true(best >= 20000);
    assert_true(best <= 32000);
    vt_free(v);
}

/* "blåb", and the cursor behind it: longer words begin so, too. */
static bool is_shortened(struct vt *v, void *ctx)
{
    int col, row;
    (void)ctx;
    return vt_find(v, "› Name            blåb", NULL, NULL) && vt_cursor(v, &col, &row) &&
           col == 22;
}

static void keys_and_letters(void **state)
{
    (void)state;
    static const char *const keys[] = {"Up", "PgDn", "Home", "F1", "Shift-Tab", "Ctrl-R", "Del"};
    struct vt *v = start();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char line[64];
        vt_key(v, keys[i]);
        snprintf(line, sizeof line, "Key               %s", keys[i]);
        assert_true(vt_wait_text(v, line, VT_WAIT_MS));
    }
    vt_type(v, "blåbær");
    vt_key(v, "Backspace");
    vt_type(v, "\x08");
    assert_true(vt_wait(v, is_shortened, NULL, VT_WAIT_MS));
    vt_free(v);
}

static void a_paste_is_one_event(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_paste(v, "select 1;\nselect\x1b[31m 2;\r\n");
    assert_true(vt_wait_text(v, "select 1;\\x0aselect\\x1b[31m 2;\\x0a", VT_WAIT_MS));
    assert_true(vt_wait_text(v, "Keys              0", VT_WAIT_MS));
    vt_free(v);
}

static void many_keys_cost_one_frame(void **state)
{
    (void)state;
    struct vt *v = start();
    char keys[201];
    memset(keys, 'a', 200);
    keys[200] = '\0';
    size_t before = vt_bytes(v);
    vt_type(v, keys);
    assert_true(vt_wait_text(v, "Keys              200", VT_WAIT_MS));
    assert_true(vt_bytes(v) - before < 3000); /* a frame for each would be 10 000 and more */
    vt_free(v);
}

static void type_ahead_is_discarded(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_type(v, "a\033[20~bcd\033[200~pasted\033[201~"); /* F9 puts a question */
    assert_true(vt_wait_text(v, "Key               F9", VT_WAIT_MS));
    assert_true(vt_wait_text(v, "Keys              2", VT_WAIT_MS));
    vt_type(v, "e");
    assert_true(vt_wait_text(v, "› Name            ae", VT_WAIT_MS));
    assert_false(vt_find(v, "pasted", NULL, NULL));
    vt_free(v);
}

/* --- picture --- */

static void suspended_and_back(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_type(v, "kept");
    assert_true(vt_wait_text(v, "kept", VT_WAIT_MS));
    char *before = strdup(vt_screen(v));
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            vt_key(v, "Ctrl-Z");
        else
            vt_signal(v, SIGTSTP);
        assert_true(vt_wait_stopped(v, VT_WAIT_MS));
        assert_given_back(v);
        vt_continue(v);
        assert_true(vt_wait_text(v, "kept", VT_WAIT_MS));
        assert_true(vt_wait_quiet(v, 50, VT_WAIT_MS));
        assert_true(vt_altscreen(v));
        assert_false(vt_modes_sane(v));
        assert_string_equal(vt_screen(v), before);
    }
    vt_key(v, "Enter");
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 0);
    assert_given_back(v);
    free(before);
    vt_free(v);
}

/* As `kill %1` does it: the shell has the terminal, and it is not taken once more for the end. */
static void ended_while_suspended(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_key(v, "Ctrl-Z");
    assert_true(vt_wait_stopped(v, VT_WAIT_MS));
    assert_given_back(v);
    size_t before = vt_bytes(v);
    vt_signal(v, SIGTERM);
    vt_continue(v);
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 128 + SIGTERM);
    assert_given_back(v);
    assert_null(strstr(vt_log(v, NULL) + before, "\033[?"));
    vt_free(v);
}

static size_t times(const char *log, size_t bytes, const char *what)
{
    size_t n = 0, length = strlen(what);
    for (size_t i = 0; i + length <= bytes; i++)
        n += memcmp(log + i, what, length) == 0;
    return n;
}

/* What was entered is left as often: else the title, which is on a stack, stays ours. */
static void assert_in_pairs(const struct vt *v)
{
    static const char *const pairs[][2] = {{"\033[?1049h", "\033[?1049l"},
                                           {"\033[22;0t", "\033[23;0t"}};
    size_t bytes;
    const char *log = vt_log(v, &bytes);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_true(times(log, bytes, pairs[i][0]) > 1);
        assert_int_equal(times(log, bytes, pairs[i][0]), times(log, bytes, pairs[i][1]));
    }
}

static void stopped_without_a_word(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_signal(v, SIGSTOP);
    assert_true(vt_wait_stopped(v, VT_WAIT_MS));
    size_t before = vt_bytes(v);
    vt_continue(v);
    while (vt_bytes(v) == before)
        assert_true(vt_wait_quiet(v, 20, VT_WAIT_MS));
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    vt_type(v, "on");
    assert_true(vt_wait_text(v, "› Name            on", VT_WAIT_MS));
    vt_key(v, "Enter");
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 0);
    assert_given_back(v);
    assert_in_pairs(v);
    vt_free(v);
}

static bool is_shown(struct vt *v, void *ctx)
{
    (void)ctx;
    return vt_cursor(v, NULL, NULL);
}

static bool is_hidden(struct vt *v, void *ctx)
{
    return !is_shown(v, ctx);
}

/* Going on without having been stopped: the cursor that is hidden does not stay so. */
static void continued_without_a_stop(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_resize(v, 20, 5); /* where there is no cursor */
    assert_true(vt_wait_text(v, "need 60x16", VT_WAIT_MS));
    assert_true(vt_wait(v, is_hidden, NULL, VT_WAIT_MS));
    size_t before = vt_bytes(v);
    vt_signal(v, SIGCONT);
    while (vt_bytes(v) == before)
        assert_true(vt_wait_quiet(v, 20, VT_WAIT_MS));
    vt_resize(v, 80, 24);
    assert_true(vt_wait_text(v, "Size              80x24", VT_WAIT_MS));
    assert_true(vt_wait(v, is_shown, NULL, VT_WAIT_MS));
    vt_signal(v, SIGTERM);
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 128 + SIGTERM);
    assert_given_back(v);
    vt_free(v);
}

static void resizes(void **state)
{
    (void)state;
    struct vt *v = start();
    char line[64];
    for (int i = 0; i < 30; i++) {
        vt_resize(v, 61 + i, 17 + i);
        if (i % 10 != 9)
            continue;
        snprintf(line, sizeof line, "Size              %dx%d", 61 + i, 17 + i);
        assert_true(vt_wait_text(v, line, VT_WAIT_MS));
    }
    vt_resize(v, 20, 5);
    assert_true(vt_wait_text(v, "need 60x16", VT_WAIT_MS));
    vt_resize(v, 80, 24);
    assert_true(vt_wait_text(v, "Size              80x24", VT_WAIT_MS));
    vt_free(v);
}

static void redraws_on_request(void **state)
{
    (void)state;
    struct vt *v = start();
    size_t before = vt_bytes(v);
    vt_key(v, "Ctrl-L");
    assert_true(vt_wait_quiet(v, 50, VT_WAIT_MS));
    assert_true(vt_bytes(v) - before > 300);
    assert_true(vt_wait_text(v, "Keys              0", VT_WAIT_MS)); /* it was no key of the page */
    vt_free(v);
}

static void copies(void **state)
{
    (void)state;
    struct vt *v = start();
    vt_type(v, "SELECT 'ø'");
    vt_key(v, "Ctrl-Y");
    assert_true(vt_wait_text(v, "Ctrl-Y", VT_WAIT_MS));
    assert_string_equal(vt_clipboard(v), "SELECT 'ø'");
    vt_free(v);
    static const char *const tmux[] = {"TMUX=/tmp/x,1,0", NULL};
    v = start_with(tmux);
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    vt_type(v, "a");
    vt_key(v, "Ctrl-Y");
    assert_true(vt_wait_text(v, "Ctrl-Y", VT_WAIT_MS));
    assert_non_null(strstr(vt_log(v, NULL), "\033Ptmux;\033\033]52;c;YQ==\a\033\\"));
    vt_free(v);
}

/* --- what kind of terminal --- */

static void assert_color(const char *const *env, const char *answer)
{
    struct vt *v = start_with(env);
    char line[64];
    snprintf(line, sizeof line, "Colour            %s", answer);
    assert_true(vt_wait_text(v, line, VT_WAIT_MS));
    int col, row;
    assert_true(vt_find(v, "ready", &col, &row));
    assert_true(vt_find(v, "ok", &col, &row));
    bool color = strcmp(answer, "yes") == 0;
    assert_int_equal(vt_cell(v, col, row).fg, color ? 2 : -1);
    assert_false(vt_cell(v, col, row).bold); /* what is well does not shout */
    vt_free(v);
}

/* Off until it is asked for; a click moves, the wheel scrolls; off again, or given back. */
static void clicks_and_the_wheel(void **state)
{
    (void)state;
    static const char *const argv[] = {TUI_DEMO, "tree", "30", "4", NULL};
    struct vt *v = vt_start(&(struct vt_options){.argv = argv});
    int col, row;
    assert_non_null(v);
    assert_true(vt_wait_text(v, "table_00001", VT_WAIT_MS));
    assert_false(vt_mouse_mode(v));
    vt_key(v, "F10");
    vt_key(v, "Down");
    assert_true(vt_wait_text(v, "›     [ ]", VT_WAIT_MS));
    assert_true(vt_mouse_mode(v));
    assert_true(vt_find(v, "table_00001", &col, &row));
    vt_click(v, col, row);
    assert_true(vt_wait_text(v, "› ▾ [-] table_00001", VT_WAIT_MS));
    for (int i = 0; i < 20; i++)
        vt_type(v, "\033[<65;5;5M");
    assert_true(vt_wait_text(v, "table_00012", VT_WAIT_MS));
    vt_key(v, "F10");
    vt_key(v, "Home");
    assert_true(vt_wait_text(v, "› ▾ [-] table_00000", VT_WAIT_MS));
    assert_false(vt_mouse_mode(v));
    vt_type(v, "\033[<65;5;5M"); /* another program's, late: nothing */
    vt_key(v, "F10");
    vt_key(v, "Down");
    assert_true(vt_wait_text(v, "›     [ ]", VT_WAIT_MS));
    vt_key(v, "q");
    assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 0);
    assert_given_back(v);
    vt_free(v);
}

static void color_or_none(void **state)
{
    (void)state;
    static const char *const none[] = {"NO_COLOR=1", "FORCE_COLOR=1", NULL};
    static const char *const empty[] = {"NO_COLOR=", NULL};
    static const char *const mono[] = {"TERM=vt100", NULL};
    assert_color(NULL, "yes");
    assert_color(none, "no");
    assert_color(empty, "yes");
    assert_color(mono, "no");
}

static void the_rule_of_color(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    unsetenv("FORCE_COLOR");
    setenv("TERM", "xterm", 1);
    assert_true(term_wants_color(TERM_COLOR_AUTO, true));
    assert_false(term_wants_color(TERM_COLOR_AUTO, false));
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_true(term_wants_color(TERM_COLOR_AUTO, false));
    setenv("CLICOLOR_FORCE", "0", 1);
    assert_false(term_wants_color(TERM_COLOR_AUTO, false));
    setenv("FORCE_COLOR", "1", 1);
    assert_true(term_wants_color(TERM_COLOR_AUTO, false));
    setenv("NO_COLOR", "x", 1);
    assert_false(term_wants_color(TERM_COLOR_AUTO, true));
    assert_true(term_wants_color(TERM_COLOR_ALWAYS, false));
    unsetenv("NO_COLOR");
    assert_false(term_wants_color(TERM_COLOR_NEVER, true));
    unsetenv("CLICOLOR_FORCE");
    unsetenv("FORCE_COLOR");
    setenv("TERM", "dumb", 1);
    assert_false(term_wants_color(TERM_COLOR_AUTO, true));
    setenv("TERM", "", 1);
    assert_false(term_wants_color(TERM_COLOR_AUTO, true));
}

static void unknown_and_dumb(void **state)
{
    (void)state;
    static const char *const odd[] = {"TERM=tmux-256color-nowhere", NULL};
    static const char *const dumb[] = {"TERM=dumb", NULL};
    static const char *const unset[] = {"TERM", NULL};
    struct vt *v = start_with(odd);
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    vt_key(v, "Enter");
    assert_true(
        vt_wait_text(v, "TERM=tmux-256color-nowhere is unknown here; using tmux", VT_WAIT_MS));
    vt_free(v);
    for (int i = 0; i < 2; i++) {
        v = start_with(i ? unset : dumb);
        assert_true(vt_wait_text(v, "no terminal: 1", VT_WAIT_MS));
        assert_int_equal(vt_wait_end(v, VT_WAIT_MS), 3);
        assert_null(strchr(vt_log(v, NULL), '\033'));
        vt_free(v);
    }
}

static void a_locale_without_utf8(void **state)
{
    (void)state;
    static const char *const env[] = {"LC_ALL=C", NULL};
    struct vt *v = start_with(env);
    assert_true(vt_wait_text(v, "ready", VT_WAIT_MS));
    assert_true(vt_find(v, "+ ok", NULL, NULL));
    for (const char *c = vt_log(v, NULL); *c != '\0'; c++)
        assert_true((unsigned char)*c < 0x80);
    vt_free(v);
}

static void no_terminal_at_all(void **state)
{
    (void)state;
    static const char *const argv[] = {
        "sh", "-c", TUI_DEMO " < /dev/null; echo in $?; " TUI_DEMO " | cat; echo out", NULL};
    struct vt_options o = {.argv = argv};
    struct vt *v = vt_start(&o);
    assert_true(vt_wait_text(v, "no terminal: 2", VT_WAIT_MS));
    assert_true(vt_wait_text(v, "in 3", VT_WAIT_MS));
    assert_true(vt_wait_text(v, "out", VT_WAIT_MS));
    vt_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lent_to_another),
        cmocka_unit_test(escape_is_quick),
        cmocka_unit_test(keys_and_letters),
        cmocka_unit_test(a_paste_is_one_event),
        cmocka_unit_test(many_keys_cost_one_frame),
        cmocka_unit_test(type_ahead_is_discarded),
        cmocka_unit_test(suspended_and_back),
        cmocka_unit_test(stopped_without_a_word),
        cmocka_unit_test(ended_while_suspended),
        cmocka_unit_test(continued_without_a_stop),
        cmocka_unit_test(resizes),
        cmocka_unit_test(redraws_on_request),
        cmocka_unit_test(copies),
        cmocka_unit_test(clicks_and_the_wheel),
        cmocka_unit_test(color_or_none),
        cmocka_unit_test(the_rule_of_color),
        cmocka_unit_test(unknown_and_dumb),
        cmocka_unit_test(a_locale_without_utf8),
        cmocka_unit_test(no_terminal_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A notification: which terminals get more than the bell, and that foreign text stays text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/clip.h"

#include <stdlib.h>
#include <string.h>

static int unset(void **state)
{
    (void)state;
    unsetenv("TERM_PROGRAM");
    unsetenv("TMUX");
    setenv("TERM", "xterm-256color", 1);
    return 0;
}

static void is(const char *text, const char *bytes)
{
    struct str out = {0};
    clip_notification(text, &out);
    assert_string_equal(str_text(&out), bytes);
    str_done(&out);
}

static void an_unknown_terminal_gets_the_bell(void **state)
{
    (void)state;
    is("the stream runs", "\a");
}

static void a_known_one_gets_the_text(void **state)
{
    (void)state;
    setenv("TERM_PROGRAM", "WezTerm", 1);
    is("the stream runs", "\a\033]9;the stream runs\a");
    setenv("TMUX", "/tmp/tmux-0/default,1,0", 1);
    is("runs", "\a\033Ptmux;\033\033]9;runs\a\033\\");
    unsetenv("TMUX");
    unsetenv("TERM_PROGRAM");
    setenv("TERM", "rxvt-unicode-256color", 1);
    is("runs", "\a\033]777;notify;strom;runs\a");
}

/* Whoever names a stream writes no sequences. */
static void foreign_text_is_harmless(void **state)
{
    struct str out = {0};
    (void)state;
    setenv("TERM", "foot", 1);
    clip_notification("a\a\033]2;owned\a\033[31mb\nc\x9b", &out);
    const char *inner = strstr(str_text(&out), "\033]9;");
    assert_non_null(inner);
    assert_null(strchr(inner + 4, '\033'));
    assert_null(strchr(inner, '\n'));
    assert_string_equal(strchr(inner, '\a'), "\a"); /* its own end, and no other */
    str_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_unknown_terminal_gets_the_bell, unset),
        cmocka_unit_test_setup(a_known_one_gets_the_text, unset),
        cmocka_unit_test_setup(foreign_text_is_harmless, unset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

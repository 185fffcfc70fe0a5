/* Bytes to keys; the names of keys; .keys files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/input.h"
#include "tui/key.h"
#include "tui/replay.h"

#include <stdlib.h>
#include <string.h>

static struct input in;

static int setup(void **state)
{
    (void)state;
    unsetenv("ESCDELAY");
    input_done(&in);
    input_init(&in, 64);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    input_done(&in);
    in = (struct input){0};
    return 0;
}

static void feed(const char *bytes)
{
    input_feed(&in, bytes, strlen(bytes), 1000);
}

static void assert_keys(const char *bytes, const int *keys)
{
    feed(bytes);
    for (; *keys != 0; keys++)
        assert_int_equal(input_next(&in, 1000), *keys);
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    assert_int_equal(in.n, 0);
}
#define KEYS(...) ((const int[]){__VA_ARGS__, 0})

static void plain_keys(void **state)
{
    (void)state;
    assert_keys("aZ ~", KEYS('a', 'Z', ' ', '~'));
    assert_keys("æø€👩", KEYS(0xe6, 0xf8, 0x20ac, 0x1f469));
    assert_keys("\x7f\x08\t\r\n",
                KEYS(TUI_BACKSPACE, TUI_BACKSPACE, TUI_TAB, TUI_ENTER, TUI_ENTER));
    assert_keys("\x03\x07\x15", KEYS(TUI_CTRL('C'), TUI_ESC, TUI_CTRL('U')));
    assert_keys("\xff\xc3(\xc2\x85z", KEYS('(', 'z')); /* invalid bytes and C1 are nothing */
}

static void sequences(void **state)
{
    (void)state;
    assert_keys("\033[A\033OB\033[C\033OD", KEYS(TUI_UP, TUI_DOWN, TUI_RIGHT, TUI_LEFT));
    assert_keys("\033[H\033[F\033[1~\033[4~\033[7~\033[8~",
                KEYS(TUI_HOME, TUI_END, TUI_HOME, TUI_END, TUI_HOME, TUI_END));
    assert_keys("\033[5~\033[6~\033[2~\033[3~\033[Z",
                KEYS(TUI_PGUP, TUI_PGDN, TUI_INS, TUI_DEL, TUI_BTAB));
    assert_keys("\033OP\033[11~\033[[A\033[15~\033[24~",
                KEYS(TUI_F1, TUI_F1, TUI_F1, TUI_F1 + 4, TUI_F12));
    assert_keys("\033[1;5C\033[3;2~\033[1;2P",
                KEYS(TUI_RIGHT, TUI_DEL, TUI_F1)); /* with modifiers */
    assert_keys("\033[?62;22c\033[99~\033[1;1R\033[Ia",
                KEYS(TUI_F1 + 2, 'a')); /* answers are no text */
    assert_keys("\033q\033?", KEYS(TUI_ESC, 'q', TUI_ESC, '?'));
    assert_keys("\033[1;\033[A", KEYS(TUI_UP)); /* cut off by the next one */
    char endless[100] = "\033[";
    memset(endless + 2, '0', 70); /* no end within 64 bytes: dropped, in whatever pieces it came */
    assert_keys(endless, KEYS('0', '0', '0', '0', '0', '0', '0', '0'));
    for (size_t i = 0; i < 72; i++) {
        input_feed(&in, endless + i, 1, 1000);
        assert_int_equal(input_next(&in, 1000), i < 64 ? TUI_NONE : '0');
    }
}

static void the_mouse(void **state)
{
    (void)state;
    feed("\033[<0;12;3M\033[<0;12;3ma\033[<65;1;1M");
    assert_int_equal(input_next(&in, 1000), TUI_MOUSE_KEY);
    assert_int_equal(in.mouse.button, 0);
    assert_int_equal(in.mouse.col, 11);
    assert_int_equal(in.mouse.row, 2);
    assert_int_equal(input_next(&in, 1000), 'a'); /* letting go is nothing */
    assert_int_equal(input_next(&in, 1000), TUI_MOUSE_KEY);
    assert_int_equal(in.mouse.button, 65);
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    /* None of these is one. */
    assert_keys("\033[<0;0;1M\033[<0;1M\033[<M\033[<0;1;2;3M\033[<0;99999999;1M\033[<;;Mb",
                KEYS('b'));
    feed("\033[<0;1"); /* in pieces */
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    feed("0;5M");
    assert_int_equal(input_next(&in, 1000), TUI_MOUSE_KEY);
    assert_int_equal(in.mouse.col, 9);
}

static void a_lone_escape_waits_25_ms(void **state)
{
    (void)state;
    feed("\033");
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    assert_int_equal(input_next(&in, 1024), TUI_NONE);
    assert_int_equal(input_deadline(&in), 1025);
    assert_int_equal(input_next(&in, 1025), TUI_ESC);
    assert_int_equal(input_deadline(&in), -1);
    feed("\033");
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    feed("[B"); /* the rest came in time */
    assert_int_equal(input_next(&in, 1010), TUI_DOWN);
    feed("\033[");
    assert_int_equal(input_next(&in, 1030), TUI_ESC); /* and here it did not */
    assert_int_equal(input_next(&in, 1030), '[');
    feed("\xc3");
    assert_int_equal(input_next(&in, 1010), TUI_NONE);
    feed("\xa6");
    assert_int_equal(input_next(&in, 1010), 0xe6);
    setenv("ESCDELAY", "100", 1);
    input_init(&in, 64);
    assert_int_equal(in.escape_ms, 100);
    setenv("ESCDELAY", "soon", 1);
    input_init(&in, 64);
    assert_int_equal(in.escape_ms, 25);
}

static void pastes(void **state)
{
    (void)state;
    feed("a\033[200~one\r\ntwo\rthree\n\033[A\x03\033[201~b");
    assert_int_equal(input_next(&in, 1000), 'a');
    assert_int_equal(input_next(&in, 1000), TUI_PASTE_KEY);
    assert_string_equal(str_text(&in.paste), "one\ntwo\nthree\n\033[A\x03");
    assert_int_equal(input_next(&in, 1000), 'b');
    feed("\033[200~in pie"); /* the end comes later, cut in two */
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    feed("ces\033[20");
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    feed("1~");
    assert_int_equal(input_next(&in, 1000), TUI_PASTE_KEY);
    assert_string_equal(str_text(&in.paste), "in pieces");
    feed("\033[200~\033[201~");
    assert_int_equal(input_next(&in, 1000), TUI_PASTE_KEY);
    assert_string_equal(str_text(&in.paste), "");
    feed("\033[200~never ended");
    assert_int_equal(input_next(&in, 1000), TUI_NONE);
    assert_int_equal(input_next(&in, 1000 + INPUT_PASTE_MS), TUI_PASTE_KEY);
    assert_string_equal(str_text(&in.paste), "never ended");
}

static void a_paste_is_bounded(void **state)
{
    (void)state;
    feed("\033[200~");
    for (int i = 0; i < 10000; i++) {
        feed("abcæ");
        assert_int_equal(input_next(&in, 1000), TUI_NONE);
    }
    feed("\033[201~x");
    assert_int_equal(input_next(&in, 1000), TUI_PASTE_KEY);
    assert_true(in.paste.bytes <= 64);
    assert_int_equal(input_next(&in, 1000), 'x');
}

static void any_bytes(void **state)
{
    (void)state;
    unsigned seed = 11;
    int64_t now = 0;
    for (int i = 0; i < 300000; i++) {
        static const char likely[] = "\033[O~;12345A\xc3\xa6";
        seed = seed * 1103515245U + 12345U;
        unsigned r = seed >> 16;
        char byte = (char)(r % 3 ? (unsigned char)likely[r % (sizeof likely - 1)] : r >> 3);
        input_feed(&in, &byte, 1, now);
        now += r % 7 ? 0 : 30;
        for (int key; (key = input_next(&in, now)) != TUI_NONE;)
            assert_true(key > 0 && key <= TUI_PASTE_KEY);
        assert_true(in.n < INPUT_BYTES);
    }
}

static void names(void **state)
{
    (void)state;
    char out[KEY_NAME];
    assert_string_equal(key_name(TUI_PGDN, out), "PgDn");
    assert_string_equal(key_name(TUI_CTRL('R'), out), "Ctrl-R");
    assert_string_equal(key_name(TUI_F12, out), "F12");
    assert_string_equal(key_name(0xf8, out), "ø");
    assert_string_equal(key_name(' ', out), "Space");
    assert_string_equal(key_name(TUI_NONE, out), "");
    for (int key = 1; key < TUI_PASTE_KEY; key++) {
        if (key == 0x7f || (key >= 0x80 && key < 0xa0) || (key >= 0xd800 && key < 0xe000) ||
            (key > 0x400 && key < TUI_UP))
            continue;
        assert_int_equal(key_of_name(key_name(key, out)), key);
    }
    assert_int_equal(key_of_name("nonsense"), TUI_NONE);
    assert_int_equal(key_of_name(""), TUI_NONE);
    assert_int_equal(key_of_name("backtab"), TUI_BTAB);
}

/* --- .keys files --- */

static void words(void **state)
{
    (void)state;
    static const char text[] = "# a comment\nDown*2 Enter q \"aæ \\\"b\" # more\n"
                               "paste:\"x\\ny\" size:60x16 tick shot:first * Ctrl-C";
    static const int keys[] = {TUI_DOWN, TUI_DOWN, TUI_ENTER, 'q', 'a', 0xe6, ' ', '"', 'b'};
    struct replay r = {0};
    struct replay_word w;
    char why[160];
    assert_true(replay_load(&r, text, why));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_true(replay_next(&r, &w, why));
        assert_int_equal(w.kind, REPLAY_KEY);
        assert_int_equal(w.key, keys[i]);
    }
    assert_true(replay_next(&r, &w, why));
    assert_int_equal(w.kind, REPLAY_PASTE);
    assert_string_equal(w.text, "x\ny");
    assert_true(replay_next(&r, &w, why));
    assert_int_equal(w.kind, REPLAY_SIZE);
    assert_int_equal(w.cols, 60);
    assert_int_equal(w.rows, 16);
    assert_true(replay_next(&r, &w, why));
    assert_int_equal(w.kind, REPLAY_TICK);
    assert_true(replay_next(&r, &w, why));
    assert_int_equal(w.kind, REPLAY_SHOT);
    assert_string_equal(w.text, "first");
    assert_true(replay_next(&r, &w, why));
    assert_int_equal(w.key, '*');
    assert_true(replay_next(&r, &w, why));
    assert_int_equal(w.key, TUI_CTRL('C'));
    assert_true(replay_next(&r, &w, why));
    assert_int_equal(w.kind, REPLAY_END);
    replay_done(&r);
}

static void wrong_words(void **state)
{
    (void)state;
    static const char *const wrong[] = {"Dwon",  "a\nsize:axb", "\"open",  "Down*x",
                                        "shot:", "paste:\"a",   "size:0x5"};
    struct replay r = {0};
    char why[160];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        why[0] = '\0';
        assert_false(replay_load(&r, wrong[i], why));
        assert_non_null(strstr(why, i == 1 ? "line 2" : "line 1"));
    }
    replay_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(sequences, setup, teardown),
        cmocka_unit_test_setup_teardown(the_mouse, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lone_escape_waits_25_ms, setup, teardown),
        cmocka_unit_test_setup_teardown(pastes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_paste_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(any_bytes, setup, teardown),
        cmocka_unit_test(names),
        cmocka_unit_test(words),
        cmocka_unit_test(wrong_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

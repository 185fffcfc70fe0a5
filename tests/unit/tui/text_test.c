#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/text.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
    (void)state;
    return setlocale(LC_ALL, "C.UTF-8") == NULL;
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("blåbærsyltetøy"), 14);
    assert_int_equal(text_width("e\xCC\x81"
                                "a"),
                     2); /* é in two parts */
    assert_int_equal(text_width("日本"), 4);
    assert_int_equal(text_width("a\xff"
                                "b"),
                     3);                         /* invalid: one column */
    assert_int_equal(text_width("\xCC\x81"), 1); /* a mark with nothing to stand on */
    assert_int_equal(text_width("👩"), 2);
}

static void clusters(void **state)
{
    (void)state;
    int width;
    assert_int_equal(text_cluster("e\xCC\x81x", SIZE_MAX, &width), 3);
    assert_int_equal(width, 1);
    assert_int_equal(text_cluster("a\xCC\x8A\xCC\xA3z", 5, &width), 5);
    assert_int_equal(text_cluster("日x", SIZE_MAX, &width), 3);
    assert_int_equal(width, 2);
    assert_int_equal(text_cluster("", SIZE_MAX, &width), 0);
    assert_int_equal(text_cluster("abc", 0, &width), 0);
    assert_int_equal(text_cluster_before("xe\xCC\x81", 4), 3);
    assert_int_equal(text_cluster_before("日本", 6), 3);
    assert_int_equal(text_cluster_before("abc", 0), 0);
    assert_int_equal(text_cluster_before("abc", 1), 1);
    char tails[100];
    memset(tails, 0x80, sizeof tails); /* no character begins anywhere near */
    assert_int_equal(text_cluster_before(tails, sizeof tails), 1);
}

static void cuts(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(text_cut(out, sizeof out, "regelsett", 20, false), "regelsett");
    assert_string_equal(text_cut(out, sizeof out, "regelsett", 9, false), "regelsett");
    assert_string_equal(text_cut(out, sizeof out, "regelsett", 5, false), "rege…");
    assert_string_equal(text_cut(out, sizeof out, "regelsett", 5, true), "reg..");
    assert_string_equal(text_cut(out, sizeof out, "regelsett", 1, false), "…");
    assert_string_equal(text_cut(out, sizeof out, "regelsett", 1, true), ".");
    assert_string_equal(text_cut(out, sizeof out, "regelsett", 0, false), "");
    assert_string_equal(text_cut(out, sizeof out, "日本語", 4, false),
                        "日…"); /* never half a sign */
    assert_string_equal(text_cut(out, sizeof out, "ae\xCC\x81xyz", 3, false), "ae\xCC\x81…");
    assert_string_equal(text_cut_middle(out, sizeof out, "regelsett_resultat_v2", 11, false),
                        "regel…at_v2");
    assert_string_equal(text_cut_middle(out, sizeof out, "kort", 11, false), "kort");
    assert_int_equal(text_width(text_cut_middle(out, sizeof out, "日本語日本語日本語", 9, false)),
                     9);
    text_cut(out, 4, "æøå", 10, false); /* the buffer is the limit: whole letters only */
    assert_string_equal(out, "æ");
}

static void pads(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(text_pad(out, sizeof out, "ab", 5, TEXT_LEFT, false), "ab   ");
    assert_string_equal(text_pad(out, sizeof out, "ab", 5, TEXT_RIGHT, false), "   ab");
    assert_string_equal(text_pad(out, sizeof out, "ab", 5, TEXT_CENTER, false), " ab  ");
    assert_string_equal(text_pad(out, sizeof out, "日本", 3, TEXT_LEFT, false), "日…");
    assert_string_equal(text_pad(out, sizeof out, "日本", 4, TEXT_RIGHT, false), "日本");
    assert_string_equal(text_pad(out, sizeof out, "abcdef", 3, TEXT_RIGHT, false), "ab…");
}

/* A text that begins with a mark: it sits on the blank before it, and still fills its columns. */
static void pads_a_mark(void **state)
{
    (void)state;
    static const enum text_align aligns[] = {TEXT_LEFT, TEXT_RIGHT, TEXT_CENTER};
    static const char *const texts[] = {"\xcc\x81"
                                        "a",
                                        "\xcc\x81",
                                        "\xcc\x81\xcc\x88"
                                        "ab",
                                        "\xe2\x80\x8d"
                                        "a"};
    char out[64];
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        for (size_t a = 0; a < 3; a++)
            for (int columns = text_width(texts[t]); columns < 9; columns++)
                assert_int_equal(
                    text_width(text_pad(out, sizeof out, texts[t], columns, aligns[a], false)),
                    columns);
}

static void wrapped(const char *text, int columns, const char *expected)
{
    char out[512] = "";
    bool more;
    size_t used = 0;
    int lines = 0;
    for (;;) {
        const char *line = text;
        size_t n = text_wrap(&text, columns, &more);
        if (!more)
            break;
        lines++;
        used += (size_t)snprintf(out + used, sizeof out - used, "%.*s|", (int)n, line);
    }
    assert_string_equal(out, expected);
    assert_true(lines < 100);
}

static void wraps(void **state)
{
    (void)state;
    wrapped("one two three", 7, "one two|three|");
    wrapped("one two three", 8, "one two|three|");
    wrapped("one two three", 3, "one|two|thr|ee|");
    wrapped("one  two", 4, "one|two|");
    wrapped("", 10, "");
    wrapped("a\n\nb", 10, "a||b|");
    wrapped("a\n", 10, "a|");
    wrapped("日本語", 4, "日本|語|");
    wrapped("日本語", 1, "日|本|語|"); /* too narrow for any: still it ends */
    wrapped("blåbær og fløte", 9, "blåbær og|fløte|");
    assert_int_equal(text_wrap_count("one two three", 7), 2);
    assert_int_equal(text_wrap_count("", 7), 1);
}

/* Whatever comes in, what goes out has the width that was asked for and is made of whole letters.
 */
static void any_bytes(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 20000; round++) {
        char text[24], out[256];
        for (size_t i = 0; i < sizeof text - 1; i++) {
            seed = seed * 1103515245U + 12345U;
            unsigned byte = (seed >> 16) % (round % 3 ? 256 : 128);
            text[i] = (char)(byte < 0x20 ? 0x20 : byte);
        }
        text[sizeof text - 1] = '\0';
        int columns = (int)(seed >> 8) % 20;
        columns = columns < 0 ? -columns : columns;
        text_pad(out, sizeof out, text, columns, TEXT_RIGHT, false);
        assert_int_equal(text_width(out), columns);
        text_cut_middle(out, sizeof out, text, columns, false);
        assert_true(text_width(out) <= columns);
        size_t before = text_cluster_before(text, strlen(text));
        assert_true(before > 0 && before <= strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths),    cmocka_unit_test(clusters),    cmocka_unit_test(cuts),
        cmocka_unit_test(pads),      cmocka_unit_test(pads_a_mark), cmocka_unit_test(wraps),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

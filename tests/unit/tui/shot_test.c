#include "tests/unit/tui/dump.h"
#include "tests/unit/tui/sample.h"
#include "tui/shot.h"

static void svg_is_small_and_stays_the_same(void **state)
{
    (void)state;
    struct str one = {0}, two = {0};
    struct page *p = new_page(80, 24);
    sample_draw(p);
    shot_svg(p, "strom: Prerequisites", &one);
    page_begin(p, 80, 24);
    sample_draw(p);
    shot_svg(p, "strom: Prerequisites", &two);
    assert_string_equal(one.text, two.text);
    assert_true(one.bytes < 8192);
    assert_text(&one, "sample.svg");
    str_done(&one);
    str_done(&two);
    page_free(p);
}

/* Every < opens or closes a tag that is known; quotes are even; no raw & is left. */
static void assert_well_formed(const char *svg)
{
    int depth = 0;
    for (const char *c = strchr(svg, '<'); c != NULL; c = strchr(c + 1, '<')) {
        const char *end = strchr(c, '>');
        assert_non_null(end);
        size_t quotes = 0;
        for (const char *q = c; q < end; q++)
            quotes += *q == '"';
        assert_int_equal(quotes % 2, 0);
        depth += c[1] == '/' ? -1 : end[-1] == '/' ? 0 : 1;
        assert_true(depth >= 0);
    }
    assert_int_equal(depth, 0);
    for (const char *c = strchr(svg, '&'); c != NULL; c = strchr(c + 1, '&'))
        assert_true(strncmp(c, "&lt;", 4) == 0 || strncmp(c, "&gt;", 4) == 0 ||
                    strncmp(c, "&amp;", 5) == 0 || strncmp(c, "&quot;", 6) == 0);
}

static void text_is_escaped(void **state)
{
    (void)state;
    struct str svg = {0};
    struct page *p = new_page(60, 16);
    page_text(p, "%s", "<script>\"a\" & b</script> \x1b[31m ]]> ─│┌┐└┘ ░▒▁█ 日本 e\xCC\x81");
    page_highlight(p);
    page_put(p, STYLE_FAIL, "<&>");
    page_newline(p);
    shot_svg(p, "a <b> & \"c\"", &svg);
    assert_null(strstr(svg.text, "<script"));
    assert_well_formed(svg.text);
    str_done(&svg);
    page_free(p);
}

static void ansi(void **state)
{
    (void)state;
    struct str text = {0};
    struct page *p = new_page(60, 16);
    page_put(p, STYLE_OK, "ok");
    page_put(p, STYLE_TEXT, " plain ");
    page_put(p, STYLE_WARN, "!");
    page_newline(p);
    shot_ansi(p, true, &text);
    assert_true(str_starts(text.text, "\033[0;32mok\033[0m plain \033[0;30;43m!\033[0m"));
    str_clear(&text);
    shot_ansi(p, false, &text);
    assert_true(str_starts(text.text, "ok plain \033[0;1m!\033[0m"));
    str_done(&text);
    page_free(p);
}

static void no_style_is_bright_black(void **state)
{
    (void)state;
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct look l = theme_look((enum style)s, true);
        assert_true(l.fg != 8 && l.bg != 8);
        assert_true(l.fg < 8 && l.bg < 8);
        if (l.attr & LOOK_BOLD)
            assert_true(l.fg != 0); /* many terminals draw bold black as bright black */
        if (l.fg == 3 || l.fg == 7)
            assert_true(l.bg >= 0); /* yellow and white need a ground of their own */
        l = theme_look((enum style)s, false);
        assert_true(l.fg == -1 && l.bg == -1);
    }
    assert_true(theme_look(STYLE_CURSOR, true).bg >= 0);
    assert_true(theme_look(STYLE_CURSOR, false).attr & LOOK_REVERSE);
}

static void every_mark_is_symbol_and_word(void **state)
{
    (void)state;
    for (int m = MARK_OK; m < MARK_COUNT; m++) {
        assert_true(theme_words()->mark[m][0] != '\0');
        assert_int_equal(strlen(theme_mark((enum mark)m, true)), 1);
        for (int other = MARK_OK; other < m; other++) {
            assert_string_not_equal(theme_mark((enum mark)m, false),
                                    theme_mark((enum mark)other, false));
            assert_string_not_equal(theme_mark((enum mark)m, true),
                                    theme_mark((enum mark)other, true));
        }
    }
}

static void words_in_another_language(void **state)
{
    (void)state;
    char key[KEY_NAME];
    static const struct theme_words norwegian = {
        .space = "Mellomrom", .mark = {[MARK_OK] = "i orden"}, .nothing = "ingenting"};
    theme_set_words(&norwegian);
    assert_string_equal(theme_words()->mark[MARK_OK], "i orden");
    assert_string_equal(theme_words()->mark[MARK_FAIL], "fails");
    assert_string_equal(theme_words()->nothing, "ingenting");
    assert_string_equal(theme_words()->more_below, "more below");
    assert_string_equal(key_shown(TUI_SPACE, key), "Mellomrom");
    assert_string_equal(key_shown(TUI_PGDN, key), "PgDn");
    assert_string_equal(key_name(TUI_SPACE, key), "Space"); /* in files and commands */
    theme_set_words(&(struct theme_words){.of = NULL});
    assert_string_equal(theme_words()->mark[MARK_OK], "ok");
    assert_string_equal(key_shown(TUI_SPACE, key), "Space");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(svg_is_small_and_stays_the_same),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(ansi),
        cmocka_unit_test(no_style_is_bright_black),
        cmocka_unit_test(every_mark_is_symbol_and_word),
        cmocka_unit_test(words_in_another_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/unit/tui/dump.h"
#include "tests/unit/tui/sample.h"
#include "tui/cells.h"
#include "tui/dialog.h"
#include "tui/list.h"

#include <stdlib.h>

static void sample(void **state)
{
    (void)state;
    struct page *p = new_page(80, 24);
    sample_draw(p);
    assert_page(p, "sample_80x24");
    page_begin(p, 60, 16);
    sample_draw(p);
    assert_page(p, "sample_60x16");
    page_set_ascii(p, true);
    page_begin(p, 80, 24);
    sample_draw(p);
    assert_page(p, "sample_ascii");
    page_free(p);
}

static void same_page_twice(void **state)
{
    (void)state;
    struct str one = {0}, two = {0};
    struct page *p = new_page(80, 24);
    sample_draw(p);
    shot_text(p, true, &one);
    page_begin(p, 80, 24);
    sample_draw(p);
    shot_text(p, true, &two);
    assert_string_equal(one.text, two.text);
    str_done(&one);
    str_done(&two);
    page_free(p);
}

static void blocks(void **state)
{
    (void)state;
    struct page *p = new_page(60, 24);
    page_gap(p); /* none at the top */
    page_heading(p, "A heading that is longer than the page is wide and so it wraps");
    page_gap(p);
    page_gap(p);
    page_text(p, "Text with a number %d and a word %s.", 42, "blåbærsyltetøy");
    page_note(p, "A note is indented and wraps under itself when it is longer than a line.");
    page_mark(p, MARK_BLOCKED, "a state wraps under its own text, so that symbols stand alone");
    page_field(p, "Label", "a value that is too long for one line wraps under itself too");
    page_field(p, "A label of great length", "value");
    page_rule(p);
    page_bar(p, "Copied", 5, 10);
    page_bar(p, "Copied", 0, 0);
    page_bar(p, "Copied", 99, 10);
    page_lines(p, STYLE_ADDED, "+ as it is\n\n+   with blanks\n");
    page_paragraphs(p, STYLE_TEXT, "first\nsecond");
    page_end(p);
    assert_page(p, "blocks");
    page_free(p);
}

static void lines_in_parts(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    page_put(p, STYLE_TEXT, "left");
    page_put_right(p, STYLE_OK, "right");
    page_newline(p);
    page_put(p, STYLE_TEXT, "a text that reaches far into what stands at the right edge");
    page_put_right(p, STYLE_OK, "right");
    page_newline(p);
    page_put(p, STYLE_TEXT, "ab");
    page_tab(p, 1); /* behind already: at least one blank */
    page_put(p, STYLE_TEXT, "c");
    page_tab(p, 20);
    page_put_box(p, BOX_SOME);
    page_put_mark(p, MARK_OK, true);
    page_newline(p);
    page_highlight(p);
    page_put(p, STYLE_OK, "under the cursor");
    page_newline(p);
    page_put(p, STYLE_TEXT, "%s",
             "a line that is much longer than the page is wide, cut at its end");
    page_newline(p);
    page_end(p);
    assert_page(p, "lines");
    page_free(p);
}

static void foreign_text_stays_in_its_place(void **state)
{
    (void)state;
    static const char rlo[] = {'\xe2', '\x80', '\xae', '\0'}; /* turns the direction of text */
    static char evil[64];
    snprintf(evil, sizeof evil, "a\033[2J\r\n\b\t\x7f\xc2\x9b%s%s\xe2\x80\x8b\xff\xcc\x81z", "31m",
             rlo);
    static const struct page_column columns[] = {{.title = "T", .want = 70}};
    const struct page_part part = {STYLE_TEXT, evil};
    struct page_title title = {.program = evil, .title = evil, .context = evil};
    struct page_key key = {'q', evil};
    struct page *p = new_page(80, 24);
    page_title(p, &title);
    page_keys(p, &key, 1);
    page_status(p, MARK_WARN, "%s", evil);
    page_heading(p, "%s", evil);
    page_text(p, "%s", evil);
    page_note(p, "%s", evil);
    page_mark(p, MARK_FAIL, "%s", evil);
    page_field(p, evil, "%s", evil);
    page_lines(p, STYLE_TEXT, evil);
    page_paragraphs(p, STYLE_TEXT, evil);
    struct page_layout layout = page_fit(p, columns, 1, 0);
    page_row(p, &layout, &part);
    page_put(p, STYLE_TEXT, "%s", evil);
    page_end(p);
    struct str text = {0};
    shot_ansi(p, false, &text);
    for (const char *c = str_text(&text); *c != '\0'; c++)
        assert_true((unsigned char)*c >= 0x20 || *c == '\n' ||
                    (*c == '\033' && c[1] == '[' && strspn(c + 2, "0147;") > 0));
    assert_null(strstr(str_text(&text), rlo));
    assert_null(strstr(str_text(&text), "\xc2\x9b"));
    assert_page(p, "hostile");
    str_done(&text);
    page_free(p);
}

static void wide_and_combining(void **state)
{
    (void)state;
    static const struct page_column columns[] = {{.title = "Navn", .want = 8},
                                                 {.title = "Sted", .want = 8},
                                                 {.title = "Tall", .want = 6, .align = PAGE_RIGHT}};
    static const struct page_part rows[][3] = {
        {{STYLE_TEXT, "日本語テキスト"}, {STYLE_TEXT, "東京"}, {STYLE_TEXT, "12"}},
        {{STYLE_TEXT, "Ba\xCC\x8A"
                      "rd"},
         {STYLE_TEXT, "Tromsø"},
         {STYLE_TEXT, "日"}},
        {{STYLE_TEXT, "emoji 👩x"}, {STYLE_TEXT, "æøåÆØÅ"}, {STYLE_TEXT, "1234567"}},
    };
    struct page *p = new_page(60, 16);
    struct page_layout layout = page_fit(p, columns, 3, 0);
    page_head(p, &layout);
    for (size_t i = 0; i < 3; i++) {
        page_put_row(p, &layout, rows[i]);
        page_put(p, STYLE_TEXT, " |");
        page_newline(p);
    }
    page_put(p, STYLE_TEXT, "日本日本");
    page_put_right(p, STYLE_TEXT, "%s", "x");
    page_newline(p);
    assert_page(p, "wide");
    page_free(p);
}

static void keys_drop_from_the_end(void **state)
{
    (void)state;
    static const struct page_key keys[] = {{TUI_ENTER, "go on to the next step"},
                                           {TUI_SPACE, "select what is here"},
                                           {'/', "filter"},
                                           {'q', "quit"}};
    struct page *p = new_page(60, 16);
    page_keys(p, keys, 4);
    assert_true(page_shows(p, "Enter go on to the next step  Space select what is here\n"));
    assert_false(page_shows(p, "filter"));
    page_free(p);
}

/* Whatever the width: the list of everything and the way back stay, whole words, in their order. */
static void help_and_the_way_back_never_drop(void **state)
{
    (void)state;
    static const struct page_key keys[] = {
        {TUI_SPACE, "select"},     {TUI_ENTER, "go on"},   {'/', "filter by name"}, {'?', "help"},
        {'n', "next hit of many"}, {'m', "masked values"}, {TUI_ESC, "back"},       {'q', "quit"}};
    struct page *p = new_page(61, 16);
    page_keys(p, keys, 8);
    assert_true(page_shows(p, "Space select  Enter go on  / filter by name  ? help  Esc back\n"));
    for (int cols = 60; cols < 140; cols++) {
        page_begin(p, cols, 16);
        page_keys(p, keys, 8);
        assert_true(page_shows(p, "? help  "));
        assert_true(page_shows(p, "Esc back"));
        assert_int_equal(page_shows(p, "masked"), page_shows(p, "masked values  Esc"));
    }
    assert_true(page_shows(p, "Esc back  q quit"));
    page_free(p);
}

static struct page_click click_on(struct page *p, int col, int row)
{
    return page_mouse(p, 0, col, row);
}

#define LEADS(to, wanted, many)                                                                    \
    do {                                                                                           \
        struct page_click led = (to);                                                              \
        assert_int_equal(led.key, wanted);                                                         \
        assert_int_equal(led.times, many);                                                         \
    } while (0)

static void put_number(const void *ctx, size_t i, struct page *p)
{
    (void)ctx;
    page_put(p, STYLE_TEXT, "row %zu", i);
}

/* A click is the presses that lead there; beside everything it is nothing. */
static void clicks_are_keys(void **state)
{
    (void)state;
    static const struct page_key keys[] = {{TUI_ENTER, "go on"}, {'/', "filter"}};
    struct list list = {.at = 5};
    struct list_rows rows = {.n = 100, .put = put_number};
    struct page *p = new_page(60, 16);
    page_keys(p, keys, 2);
    list_draw(&list, &rows, p);
    page_end(p);
    LEADS(click_on(p, 10, 5), TUI_NONE, 0); /* it stands there */
    LEADS(click_on(p, 10, 9), TUI_DOWN, 4);
    LEADS(click_on(p, 0, 0), TUI_UP, 5);
    LEADS(click_on(p, 0, 15), TUI_ENTER, 1);
    LEADS(click_on(p, 10, 15), TUI_ENTER, 1);
    LEADS(click_on(p, 11, 15), TUI_NONE, 0); /* the gap */
    LEADS(click_on(p, 13, 15), '/', 1);
    LEADS(click_on(p, 50, 15), TUI_NONE, 0);
    LEADS(page_mouse(p, 65, 30, 8), TUI_DOWN, 3);
    LEADS(page_mouse(p, 64, 30, 8), TUI_UP, 3);
    LEADS(page_mouse(p, 2, 10, 9), TUI_NONE, 0); /* another button */
    LEADS(click_on(p, 1000, 1000), TUI_NONE, 0);
    page_begin(p, 59, 16);
    LEADS(click_on(p, 10, 9), TUI_NONE, 0);
    page_free(p);
}

/* What lies under a question has no cursor; the question's options have. */
static void clicks_on_a_question(void **state)
{
    (void)state;
    static const struct dialog_option options[] = {{'s', "stay", false}, {'q', "quit", true}};
    struct dialog d;
    struct list list = {0};
    struct list_rows rows = {.n = 13, .put = put_number};
    struct page *p = new_page(60, 16);
    list_draw(&list, &rows, p);
    dialog_open(&d, "Quit?", "It is kept.", options, 2, 0);
    dialog_draw(&d, p);
    int col, row;
    page_cursor_at(p, &col, &row);
    LEADS(click_on(p, 30, row), TUI_NONE, 0);
    LEADS(click_on(p, 30, row + 1), TUI_DOWN, 1);
    LEADS(click_on(p, 1, row + 1), TUI_NONE, 0);
    LEADS(click_on(p, 30, 1), TUI_NONE, 0);
    page_free(p);
}

static void columns_shrink_then_go(void **state)
{
    (void)state;
    static const struct page_column columns[] = {
        {.title = "Name", .want = 20, .min = 10, .grow = 1},
        {.title = "State", .want = 10, .min = 6},
        {.title = "Last", .want = 20, .min = 10, .drop = 1},
        {.title = "Why", .want = 30, .min = 10, .drop = 2},
    };
    struct page *p = new_page(120, 30);
    struct page_layout l = page_fit(p, columns, 4, 0);
    assert_int_equal(l.width[0], 20 + 120 - 86);
    page_begin(p, 70, 30);
    l = page_fit(p, columns, 4, 0);
    assert_int_equal(l.width[0] + l.width[1] + l.width[2] + l.width[3], 70 - 6);
    page_begin(p, 40, 30);
    l = page_fit(p, columns, 4, 0);
    assert_int_equal(l.width[3], 0);
    assert_true(l.width[2] >= 10);
    page_begin(p, 20, 30);
    l = page_fit(p, columns, 4, 0);
    assert_int_equal(l.width[2], 0);
    assert_int_equal(l.width[0] + l.width[1], 18);
    page_begin(p, 1, 1);
    l = page_fit(p, columns, 4, 0);
    assert_true(l.width[0] >= 1);
    page_free(p);
}

static void too_small(void **state)
{
    (void)state;
    struct page *p = new_page(59, 16);
    assert_false(page_begin(p, 59, 16));
    assert_true(page_shows(p, "terminal too small: need 60x16, have 59x16"));
    assert_false(page_begin(p, 20, 5));
    assert_page(p, "small_20x5");
    sample_draw(p); /* a screen that draws all the same does no harm */
    assert_true(page_begin(p, 60, 16));
    assert_false(page_shows(p, "too small"));
    page_free(p);
}

static void long_content_scrolls(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    for (int offset = 0, round = 0; round < 3; round++) {
        struct page_title title = {.program = "strom", .title = "Long"};
        page_begin(p, 60, 16);
        page_title(p, &title);
        page_scroll(p, offset);
        for (int i = 0; i < 40; i++) {
            if (i == 25 && round > 0)
                page_highlight(p);
            page_put(p, STYLE_TEXT, "line %d", i);
            page_newline(p);
        }
        page_end(p);
        assert_int_equal(page_height(p), 40);
        assert_int_equal(page_body(p), 15);
        if (round == 0) {
            assert_true(page_shows(p, "line 0\n"));
            assert_true(page_shows(p, "▼ more below"));
            assert_false(page_shows(p, "more above"));
            assert_int_equal(page_scroll_wanted(p), 0);
        }
        offset = page_scroll_wanted(p);
    }
    assert_int_equal(page_scroll_wanted(p), 11); /* 25 on the last row of 15 */
    assert_true(page_shows(p, "line 25"));
    assert_true(page_shows(p, "more above"));
    assert_page(p, "scrolled");
    page_free(p);
}

static void two_panes(struct page *p)
{
    page_split(p, 60);
    page_heading(p, "Left");
    for (int i = 0; i < 4; i++)
        page_text(p, "item %d of the left side", i);
    page_next_pane(p);
    page_heading(p, "Right");
    page_text(p, "what is known of the item under the cursor, wrapped to the pane");
    page_join(p);
    page_text(p, "below both");
}

static void panes(void **state)
{
    (void)state;
    struct page *p = new_page(100, 16);
    two_panes(p);
    assert_page(p, "split_wide");
    page_begin(p, 80, 16);
    two_panes(p);
    assert_page(p, "split_narrow");
    page_free(p);
}

static void no_size_crashes(void **state)
{
    (void)state;
    static const struct dialog_option options[] = {{'y', "Yes", true}, {'n', "No", false}};
    struct dialog d;
    struct page *p = new_page(1, 1);
    struct str svg = {0};
    dialog_open(&d, "Sure?", "A question of some length that wraps.", options, 2, 1);
    dialog_confirm_name(&d, "postmottak");
    for (int cols = 1; cols <= 500; cols += cols < 130 ? 1 : 37)
        for (int rows = 1; rows <= 200; rows += rows < 40 ? 3 : 53) {
            page_begin(p, cols, rows);
            page_scroll(p, rows % 7);
            sample_draw(p);
            two_panes(p);
            dialog_draw(&d, p);
            page_end(p);
            assert_true(page_scroll_wanted(p) >= 0);
        }
    page_begin(p, 1, 1);
    sample_draw(p);
    shot_svg(p, "x", &svg);
    assert_true(svg.bytes > 0);
    page_begin(p, -5, 0);
    page_begin(p, 100000, 100000); /* an absurd answer of a terminal is bounded */
    assert_true(page_cols(p) <= 1000);
    str_done(&svg);
    page_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample),
        cmocka_unit_test(same_page_twice),
        cmocka_unit_test(blocks),
        cmocka_unit_test(lines_in_parts),
        cmocka_unit_test(foreign_text_stays_in_its_place),
        cmocka_unit_test(wide_and_combining),
        cmocka_unit_test(keys_drop_from_the_end),
        cmocka_unit_test(help_and_the_way_back_never_drop),
        cmocka_unit_test(clicks_are_keys),
        cmocka_unit_test(clicks_on_a_question),
        cmocka_unit_test(columns_shrink_then_go),
        cmocka_unit_test(too_small),
        cmocka_unit_test(long_content_scrolls),
        cmocka_unit_test(panes),
        cmocka_unit_test(no_size_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

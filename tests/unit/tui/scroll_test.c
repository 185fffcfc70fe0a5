#include "tests/unit/tui/dump.h"
#include "tui/key.h"
#include "tui/scroll.h"

/* A list above, and below it a text of so many lines in the rest of the page. */
static void draw(const struct scroll *s, int lines, struct page *p)
{
    page_begin(p, 60, 16);
    page_heading(p, "Above");
    page_split(p, 50);
    page_text(p, "the list");
    page_next_pane(p);
    struct scroll_part part = scroll_begin(s, p);
    for (int i = 0; i < lines; i++)
        page_text(p, "line %d", i);
    scroll_end(s, p, &part);
    page_join(p);
    page_end(p);
}

static void what_fits_is_shown_whole(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct scroll s = {0};
    draw(&s, 5, p);
    assert_true(page_shows(p, "line 0\n"));
    assert_true(page_shows(p, "line 4\n"));
    assert_false(page_shows(p, "▼"));
    assert_false(scroll_goes_on(&s));
    assert_true(scroll_key(&s, TUI_DOWN));
    assert_int_equal(s.top, 0);
    page_free(p);
}

static void it_says_that_it_goes_on(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct scroll s = {0};
    draw(&s, 40, p);
    assert_true(scroll_goes_on(&s));
    assert_true(page_shows(p, "▼"));
    assert_false(page_shows(p, "▲"));
    assert_false(page_shows(p, "more below")); /* the page itself does not go on */
    assert_true(page_shows(p, "the list\n"));
    scroll_key(&s, TUI_DOWN);
    draw(&s, 40, p);
    assert_false(page_shows(p, "line 0\n"));
    assert_true(page_shows(p, "▲"));
    assert_true(page_shows(p, "the list\n")); /* nothing is drawn over it */
    scroll_key(&s, TUI_END);
    draw(&s, 40, p);
    assert_true(page_shows(p, "line 39\n"));
    assert_false(page_shows(p, "▼"));
    scroll_key(&s, TUI_HOME);
    draw(&s, 40, p);
    assert_true(page_shows(p, "line 0\n"));
    page_free(p);
}

/* The next text is shorter: it is not scrolled out of sight for longer than a frame. */
static void a_shorter_text_is_found(void **state)
{
    (void)state;
    struct page *p = new_page(60, 16);
    struct scroll s = {0};
    draw(&s, 40, p);
    scroll_key(&s, TUI_END);
    draw(&s, 3, p);
    draw(&s, 3, p);
    assert_true(page_shows(p, "line 0\n"));
    page_free(p);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_shown_whole),
        cmocka_unit_test(it_says_that_it_goes_on),
        cmocka_unit_test(a_shorter_text_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

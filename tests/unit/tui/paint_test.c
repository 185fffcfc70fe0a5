/* Frames painted one after the other into a terminal emulator: what stands there must be the page,
 * whatever was there before. */

#include "tests/unit/tui/painted.h"
#include "tests/unit/tui/sample.h"
#include "tui/list.h"

/* --- pages that change at random --- */

static unsigned seed;

static unsigned chance(unsigned n)
{
    seed = seed * 1103515245U + 12345U;
    return (seed >> 16) % n;
}

static void scribble(struct page *p)
{
    static const char *const bits[] = {"id",  "opprettet",  " ",      "日本", "e\xCC\x81",
                                       "   ", "regelsett ", "─│┌▁░█", "👩",    "ærlig"};
    int rows = (int)chance(8);
    p->pane.y = 0;
    for (int i = 0; i < rows; i++) {
        p->pane.y = (int)chance(24);
        p->x = (int)chance(70);
        for (unsigned j = chance(6); j > 0; j--)
            page_put(p, (enum style)chance(STYLE_COUNT), "%s", bits[chance(10)]);
        if (chance(5) == 0)
            page_highlight(p);
        page_newline(p);
    }
}

/* Keeps the rows and moves them, as a list does. */
static void roll(struct page *p)
{
    size_t cols = (size_t)p->cols, by = (1 + chance(3)) * cols;
    size_t from = chance(4) * cols, n = (12 + chance(8)) * cols;
    if (chance(2))
        memmove(p->cells + from, p->cells + from + by, (n - by) * sizeof *p->cells);
    else
        memmove(p->cells + from + by, p->cells + from, (n - by) * sizeof *p->cells);
}

static void random_frames(const char *term, bool color)
{
    struct screen s;
    struct page *p = new_page(80, 24);
    open_screen(&s, term, color, 80, 24);
    for (int i = 0; i < 400; i++) {
        if (chance(12) == 0)
            page_begin(p, 80, 24);
        if (chance(3) == 0)
            roll(p);
        else
            scribble(p);
        if (chance(40) == 0)
            s.paint.known = false;
        paint(&s, p);
        assert_painted(&s, p);
    }
    close_screen(&s);
    page_free(p);
}

static void any_frame_after_any_other(void **state)
{
    (void)state;
    seed = 5;
    static const char *const terms[] = {"xterm-256color", "xterm", "screen",
                                        "tmux-256color",  "linux", "vt100"};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        random_frames(terms[i], true);
        random_frames(terms[i], false);
    }
}

static void nothing_new_costs_nothing(void **state)
{
    (void)state;
    struct screen s;
    struct page *p = new_page(80, 24);
    open_screen(&s, "xterm-256color", true, 80, 24);
    sample_draw(p);
    assert_true(paint(&s, p) > 500);
    assert_painted(&s, p);
    page_begin(p, 80, 24);
    sample_draw(p);
    assert_int_equal(paint(&s, p), 0);
    close_screen(&s);
    page_free(p);
}

static void put(const void *ctx, size_t i, struct page *p)
{
    (void)ctx;
    page_put(p, STYLE_TEXT, "table_%05zu", i * 7919 % 100000);
    page_put_right(p, STYLE_TEXT, "%zu rows", i * 37 % 1000);
}

/* ncdu: 260 to 320 bytes a cursor key, pspg 900 a page (facts); the list here is as wide. */
static void a_cursor_key_costs_little(void **state)
{
    (void)state;
    struct screen s;
    struct page *p = new_page(80, 24);
    struct list l = {0};
    struct list_rows rows = {.n = 1000, .put = put};
    size_t most = 0;
    open_screen(&s, "xterm-256color", true, 80, 24);
    for (int i = 0; i < 80; i++) {
        page_begin(p, 80, 24);
        list_draw(&l, &rows, p);
        size_t bytes = paint(&s, p);
        assert_painted(&s, p);
        if (i > 0 && bytes > most)
            most = bytes;
        l.at += i < 50 ? 1 : 0;
        l.at -= i >= 50 ? 1 : 0;
    }
    assert_true(most > 0 && most <= 180);
    close_screen(&s);
    page_free(p);
}

static void sizes_change(void **state)
{
    (void)state;
    struct screen s;
    struct page *p = new_page(80, 24);
    open_screen(&s, "xterm-256color", true, 80, 24);
    seed = 9;
    for (int i = 0; i < 200; i++) {
        int cols = 1 + (int)chance(200), rows = 1 + (int)chance(60);
        vterm_set_size(s.vt, rows, cols);
        page_begin(p, cols, rows);
        sample_draw(p);
        paint(&s, p);
        if (cols > 1 && rows > 1) /* the emulator itself is at a loss with one column */
            assert_painted(&s, p);
    }
    close_screen(&s);
    page_free(p);
}

/* A frame that scrolled was on its way when the terminal grew: its region is for the size before.
 */
static void a_region_of_the_size_before(void **state)
{
    (void)state;
    struct screen s;
    struct page *p = new_page(60, 16);
    struct list l = {0};
    struct list_rows rows = {.n = 1000, .put = put};
    open_screen(&s, "xterm-256color", true, 60, 16);
    for (int i = 0; i < 40 && (i < 2 || !strstr(str_text(&s.bytes), ";16r")); i++) {
        page_begin(p, 60, 16);
        list_draw(&l, &rows, p);
        if (i > 0)
            vterm_set_size(s.vt, 17, 60);
        paint(&s, p);
        l.at += 1;
    }
    assert_non_null(strstr(str_text(&s.bytes), ";16r"));
    s.paint.known = false;
    page_begin(p, 60, 17);
    list_draw(&l, &rows, p);
    paint(&s, p);
    assert_painted(&s, p);
    close_screen(&s);
    page_free(p);
}

static void a_locale_without_our_letters(void **state)
{
    (void)state;
    struct screen s;
    struct page *p = new_page(60, 16);
    open_screen(&s, "xterm", true, 60, 16);
    assert_non_null(setlocale(LC_ALL, "C"));
    s.paint.utf8 = false;
    page_set_ascii(p, true);
    page_put(p, STYLE_TEXT, "søker 日本");
    page_newline(p);
    page_put(p, STYLE_TEXT, "a · b → c");
    page_newline(p);
    paint(&s, p);
    for (size_t i = 0; i < s.bytes.bytes; i++)
        assert_true((unsigned char)s.bytes.text[i] < 0x80);
    assert_non_null(strstr(s.bytes.text, "ker"));
    assert_non_null(strstr(s.bytes.text, "a - b > c")); /* "?" is kept for what is unknown */
    close_screen(&s);
    page_free(p);
}

static void no_entry_no_terminal(void **state)
{
    (void)state;
    struct caps c;
    char notice[120];
    assert_false(caps_load(&c, "dumb", STDOUT_FILENO, notice, sizeof notice));
    assert_true(caps_load(&c, "no-such-terminal", STDOUT_FILENO, notice, sizeof notice));
    assert_non_null(strstr(notice, "TERM=no-such-terminal is unknown here"));
    assert_true(caps_load(&c, "xterm", STDOUT_FILENO, notice, sizeof notice));
    assert_string_equal(notice, "");
    caps_unload();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_frame_after_any_other),
        cmocka_unit_test(nothing_new_costs_nothing),
        cmocka_unit_test(a_cursor_key_costs_little),
        cmocka_unit_test(sizes_change),
        cmocka_unit_test(a_region_of_the_size_before),
        cmocka_unit_test(a_locale_without_our_letters),
        cmocka_unit_test(no_entry_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Frames painted one after the other into a terminal emulator: what stands there must be the page,
 * whatever was there before. */

#include "api/base/utf8.h"
#include "tests/unit/tui/dump.h"
#include "tests/unit/tui/sample.h"
#include "tui/inside.h"
#include "tui/list.h"

#include <unistd.h>
#include <vterm.h>

struct screen {
    VTerm *vt;
    VTermScreen *cells;
    struct str bytes;
    struct caps caps;
    struct paint paint;
};

static void open_screen(struct screen *s, const char *term, bool color, int cols, int rows)
{
    char notice[120];
    memset(s, 0, sizeof *s);
    setlocale(LC_ALL, "C.UTF-8");
    assert_true(caps_load(&s->caps, term, STDOUT_FILENO, notice, sizeof notice));
    caps_looks(&s->caps, color);
    s->paint = (struct paint){.caps = &s->caps, .out = &s->bytes, .utf8 = true};
    s->vt = vterm_new(rows, cols);
    vterm_set_utf8(s->vt, 1);
    s->cells = vterm_obtain_screen(s->vt);
    vterm_screen_reset(s->cells, 1);
}

static void close_screen(struct screen *s)
{
    paint_done(&s->paint);
    caps_unload();
    str_done(&s->bytes);
    vterm_free(s->vt);
}

static size_t paint(struct screen *s, const struct page *p)
{
    str_clear(&s->bytes);
    paint_page(&s->paint, p);
    vterm_input_write(s->vt, str_text(&s->bytes), s->bytes.bytes);
    return s->bytes.bytes;
}

static int index_of(VTermColor c, bool back)
{
    if (back ? VTERM_COLOR_IS_DEFAULT_BG(&c) : VTERM_COLOR_IS_DEFAULT_FG(&c))
        return -1;
    return VTERM_COLOR_IS_INDEXED(&c) ? c.indexed.idx : -2;
}

static void assert_cell(struct screen *s, const struct page *p, int col, int row)
{
    VTermScreenCell have;
    const struct cell *want = page_look(p, col, row);
    struct look look = s->caps.real[want->on ? STYLE_CURSOR : want->style];
    char text[64] = "";
    size_t n = 0;
    if (want->width == 0)
        return;
    vterm_screen_get_cell(s->cells, (VTermPos){.row = row, .col = col}, &have);
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && have.chars[i] != 0; i++)
        n += utf8_put(text + n, have.chars[i]);
    text[n] = '\0';
    const char *wanted = want->text[0] != '\0' ? want->text : "";
    if (strcmp(text, " ") == 0)
        text[0] = '\0';
    if (strcmp(text, wanted) != 0)
        fprintf(stderr, "row %d, column %d: '%s' for '%s'\n", row, col, text, wanted);
    assert_true(strcmp(text, wanted) == 0);
    assert_int_equal(index_of(have.bg, true), look.bg);
    assert_int_equal(have.attrs.reverse != 0, (look.attr & LOOK_REVERSE) != 0);
    assert_int_equal(have.attrs.underline != 0, (look.attr & LOOK_UNDERLINE) != 0);
    if (want->text[0] == '\0')
        return; /* no ink: no colour of it */
    assert_int_equal(index_of(have.fg, false), look.fg);
    assert_int_equal(have.attrs.bold != 0, (look.attr & LOOK_BOLD) != 0);
}

static void assert_painted(struct screen *s, const struct page *p)
{
    for (int row = 0; row < page_rows(p); row++)
        for (int col = 0; col < page_cols(p); col++)
            assert_cell(s, p, col, row);
    int col, row;
    page_cursor_at(p, &col, &row);
    if (col >= 0) {
        VTermPos pos;
        vterm_state_get_cursorpos(vterm_obtain_state(s->vt), &pos);
        assert_int_equal(pos.row, row);
        assert_int_equal(pos.col, col);
    }
}

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
        cmocka_unit_test(any_frame_after_any_other),    cmocka_unit_test(nothing_new_costs_nothing),
        cmocka_unit_test(a_cursor_key_costs_little),    cmocka_unit_test(sizes_change),
        cmocka_unit_test(a_locale_without_our_letters), cmocka_unit_test(no_entry_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

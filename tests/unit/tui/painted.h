#ifndef TESTS_UNIT_TUI_PAINTED_H
#define TESTS_UNIT_TUI_PAINTED_H

/* Frames painted into a terminal emulator; what stands there must be the page, cell by cell. */

#include "api/base/utf8.h"
#include "tests/unit/tui/dump.h"
#include "tui/inside.h"

#include <unistd.h>
#include <vterm.h>

struct screen {
    VTerm *vt;
    VTermScreen *cells;
    struct str bytes;
    struct caps caps;
    struct paint paint;
};

static inline void open_screen(struct screen *s, const char *term, bool color, int cols, int rows)
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

static inline void close_screen(struct screen *s)
{
    paint_done(&s->paint);
    caps_unload();
    str_done(&s->bytes);
    vterm_free(s->vt);
}

static inline size_t paint(struct screen *s, const struct page *p)
{
    str_clear(&s->bytes);
    paint_page(&s->paint, p);
    vterm_input_write(s->vt, str_text(&s->bytes), s->bytes.bytes);
    return s->bytes.bytes;
}

static inline int index_of(VTermColor c, bool back)
{
    if (back ? VTERM_COLOR_IS_DEFAULT_BG(&c) : VTERM_COLOR_IS_DEFAULT_FG(&c))
        return -1;
    return VTERM_COLOR_IS_INDEXED(&c) ? c.indexed.idx : -2;
}

/* The emulator's tables are older than ours: what is no mark to it gets a cell of its own, and what
 * comes next is written over that. */
static inline bool is_unknown_mark(const char *mark)
{
    uint32_t cp;
    char text[8] = "x";
    VTermPos pos;
    VTerm *vt = vterm_new(1, 8);

    utf8_next(mark, strlen(mark), &cp);
    vterm_set_utf8(vt, 1);
    vterm_screen_reset(vterm_obtain_screen(vt), 1);
    vterm_input_write(vt, text, 1 + utf8_put(text + 1, cp));
    vterm_state_get_cursorpos(vterm_obtain_state(vt), &pos);
    vterm_free(vt);
    return pos.col > 1;
}

static inline void assert_cell(struct screen *s, const struct page *p, int col, int row)
{
    VTermScreenCell have = {0}; /* its marks end at the first nought: those behind are left */
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
        text[n = 0] = '\0';
    bool full = have.chars[VTERM_MAX_CHARS_PER_CELL - 1] != 0; /* it keeps so many marks */
    bool begun = n > 0 && strncmp(text, wanted, n) == 0 && wanted[n];
    bool same = strcmp(text, wanted) == 0 || (begun && (full || is_unknown_mark(wanted + n)));
    if (!same)
        fprintf(stderr, "row %d, column %d: '%s' for '%s'\n", row, col, text, wanted);
    assert_true(same);
    assert_int_equal(index_of(have.bg, true), look.bg);
    assert_int_equal(have.attrs.reverse != 0, (look.attr & LOOK_REVERSE) != 0);
    assert_int_equal(have.attrs.underline != 0, (look.attr & LOOK_UNDERLINE) != 0);
    if (want->text[0] == '\0')
        return; /* no ink: no colour of it */
    assert_int_equal(index_of(have.fg, false), look.fg);
    assert_int_equal(have.attrs.bold != 0, (look.attr & LOOK_BOLD) != 0);
}

static inline void assert_painted(struct screen *s, const struct page *p)
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

#endif

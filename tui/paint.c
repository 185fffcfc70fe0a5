/* The difference between two frames, in as few bytes as is easy: only cells that changed, erasing
 * where blanks follow, one colour change a run. */

#include "api/base/arena.h"
#include "api/base/utf8.h"
#include "tui/inside.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>

static uint8_t style_of(const struct paint *pt, const struct cell *c)
{
    return pt->caps->same_as[c->on ? STYLE_CURSOR : c->style];
}

static bool is_blank(const struct cell *c)
{
    return c->text[0] == '\0' && c->width == 1;
}

/* Does the style show on a blank, by background or line? */
static bool shows_on_blank(const struct paint *pt, uint8_t s)
{
    struct look l = pt->caps->real[s];
    return l.bg >= 0 || (l.attr & (LOOK_UNDERLINE | LOOK_REVERSE)) != 0;
}

/* A bold blank is a plain one. */
static uint8_t shown_style(const struct paint *pt, const struct cell *c)
{
    uint8_t s = style_of(pt, c);
    return is_blank(c) && !shows_on_blank(pt, s) ? (uint8_t)STYLE_TEXT : s;
}

static bool same(const struct paint *pt, const struct cell *a, const struct cell *b)
{
    if (memcmp(a, b, sizeof *a) == 0)
        return true;
    return a->width == b->width && memcmp(a->text, b->text, CELL_TEXT) == 0 &&
           shown_style(pt, a) == shown_style(pt, b);
}

enum { WORTH_EL = 4, WORTH_ECH = 10, WORTH_TRYING = 24 }; /* bytes */

/* --- putting --- */

void paint_style(struct paint *pt, uint8_t s)
{
    if (s == pt->style)
        return;
    if (pt->style != STYLE_TEXT)
        str_add(pt->out, pt->caps->plain);
    str_add(pt->out, pt->caps->look[s]);
    pt->style = s;
}

/* For signs of our own where the locale has none: "?" means unknown here, and nothing else. */
static const char *stand_in(uint32_t cp)
{
    static const struct {
        uint32_t cp;
        const char *text;
    } signs[] = {{0x00b7, "-"}, {0x2013, "-"}, {0x2014, "-"}, {0x2022, "*"},
                 {0x2026, "."}, {0x2039, "<"}, {0x203a, ">"}, {0x2192, ">"}};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].cp == cp)
            return signs[i].text;
    return NULL;
}

static void put_text(struct paint *pt, const struct cell *c)
{
    if (c->text[0] == '\0') {
        str_addc(pt->out, ' ');
        return;
    }
    size_t n = strlen(c->text);
    if (pt->utf8 || n == 1) {
        str_addn(pt->out, c->text, n);
        return;
    }
    uint32_t cp;
    char bytes[MB_LEN_MAX];
    mbstate_t state;
    memset(&state, 0, sizeof state);
    utf8_next(c->text, n, &cp);
    size_t made = wcrtomb(bytes, (wchar_t)cp, &state);
    if (made != (size_t)-1)
        str_addn(pt->out, bytes, made);
    else if (stand_in(cp))
        str_add(pt->out, stand_in(cp));
    else
        str_addn(pt->out, "??", c->width);
}

/* Terminals differ about the width of what is not a plain letter; after such a one the place of the
 * cursor is not to be trusted. */
static bool is_sure(const struct cell *c)
{
    unsigned char first = (unsigned char)c->text[0];
    size_t n = strlen(c->text);
    return n <= 1 || (c->width == 1 && ((n == 2 && first >= 0xc2) || (n == 3 && first == 0xe2)));
}

/* May the cell be written in the style that is in force? */
static bool fits_style(const struct paint *pt, const struct cell *c)
{
    uint8_t s = shown_style(pt, c);
    return s == pt->style || (is_blank(c) && s == STYLE_TEXT && !shows_on_blank(pt, pt->style));
}

static void put_cell(struct paint *pt, const struct cell *c)
{
    if (!fits_style(pt, c))
        paint_style(pt, shown_style(pt, c));
    put_text(pt, c);
    pt->x += c->width;
    if (!is_sure(c))
        pt->x = -1;
}

static const struct cell *cell_at(const struct page *p, int col, int row)
{
    return &p->cells[(size_t)row * (size_t)p->cols + (size_t)col];
}

/* A short way ahead is cheapest by writing again what stands there. */
static bool rewrite(struct paint *pt, const struct page *p, int col)
{
    enum { SHORT = 4 };
    if (col - pt->x > SHORT)
        return false;
    for (int i = pt->x; i < col; i++) {
        const struct cell *c = cell_at(p, i, pt->y);
        if (c->width != 1 || strlen(c->text) > 1 || !fits_style(pt, c))
            return false;
    }
    while (pt->x < col)
        put_cell(pt, cell_at(p, pt->x, pt->y));
    return true;
}

/* A line feed keeps the column: with a word about that it is shorter than a whole address. */
static bool next_row(struct paint *pt, int col, int row)
{
    if (pt->y != row - 1 || pt->x < 0 || pt->x >= pt->cols || !pt->caps->xterm_like)
        return false;
    if (col != 0 && col != pt->x && pt->caps->hpa == NULL)
        return false;
    str_add(pt->out, col == 0 ? "\r\n" : "\n");
    if (col != 0 && col != pt->x)
        caps_put(pt->out, pt->caps->hpa, col, 0);
    return true;
}

void paint_go_to(struct paint *pt, const struct page *p, int col, int row)
{
    if (pt->x == col && pt->y == row)
        return;
    bool ahead = pt->y == row && pt->x >= 0 && pt->x < col;
    if (ahead && rewrite(pt, p, col))
        return;
    if (ahead && pt->caps->cuf != NULL)
        caps_put(pt->out, pt->caps->cuf, col - pt->x, 0);
    else if (!next_row(pt, col, row))
        caps_put(pt->out, pt->caps->cup, row, col);
    pt->x = col;
    pt->y = row;
}

/* --- erasing --- */

static bool may_erase(const struct paint *pt, uint8_t s)
{
    struct look l = pt->caps->real[s];
    bool only_back = l.bg >= 0 && (l.attr & (LOOK_UNDERLINE | LOOK_REVERSE)) == 0;
    return s == STYLE_TEXT || (pt->caps->bce && only_back);
}

/* How many cells from col on are blank and look alike. */
static int blanks(const struct paint *pt, const struct page *p, int col, int row)
{
    uint8_t s = shown_style(pt, cell_at(p, col, row));
    int n = 0;
    while (col + n < p->cols && is_blank(cell_at(p, col + n, row)) &&
           shown_style(pt, cell_at(p, col + n, row)) == s)
        n++;
    return n;
}

/* The blanks from here on by one sequence, when that is shorter. Gives how many cells it did. */
static int erase(struct paint *pt, const struct page *p, int col, int row)
{
    const struct cell *c = cell_at(p, col, row);
    if (!is_blank(c) || !may_erase(pt, shown_style(pt, c)))
        return 0;
    int n = blanks(pt, p, col, row);
    bool to_end = col + n == p->cols;
    if (to_end && n >= WORTH_EL && pt->caps->el != NULL) {
        paint_go_to(pt, p, col, row);
        paint_style(pt, shown_style(pt, c));
        str_add(pt->out, pt->caps->el);
        return n;
    }
    if (n < WORTH_ECH || pt->caps->ech == NULL)
        return 0;
    paint_go_to(pt, p, col, row);
    paint_style(pt, shown_style(pt, c));
    caps_put(pt->out, pt->caps->ech, n, 0);
    return n;
}

/* --- a frame --- */

static bool is_corner(const struct paint *pt, int col, int row)
{
    return row == pt->rows - 1 && col >= pt->cols && !pt->caps->safe_corner;
}

static void paint_cells(struct paint *pt, const struct page *p, int row, const struct cell *old)
{
    const struct cell *now = cell_at(p, 0, row);
    bool spilt = false; /* into the next cell, perhaps: a terminal may have drawn it wider */
    for (int col = 0; col < p->cols;) {
        if (now[col].width == 0 || (!spilt && same(pt, &now[col], &old[col]))) {
            col++;
            continue;
        }
        int erased = erase(pt, p, col, row);
        spilt = false;
        if (erased == 0) {
            if (is_corner(pt, col + now[col].width, row))
                return;
            paint_go_to(pt, p, col, row);
            put_cell(pt, &now[col]);
            spilt = !is_sure(&now[col]);
        }
        col += erased > 0 ? erased : now[col].width;
    }
}

/* The other way: erase to the end of the line and write what is not blank. */
static void paint_erased(struct paint *pt, const struct page *p, int row, struct cell *old)
{
    const struct cell *now = cell_at(p, 0, row);
    int first = 0;
    while (first < p->cols && (now[first].width == 0 || same(pt, &now[first], &old[first])))
        first++;
    if (first == p->cols)
        return;
    struct cell fill = {.width = 1, .style = STYLE_TEXT, .on = now[first].on};
    if (!may_erase(pt, shown_style(pt, &fill)))
        fill.on = 0;
    paint_go_to(pt, p, first, row);
    paint_style(pt, shown_style(pt, &fill));
    str_add(pt->out, pt->caps->el);
    for (int col = first; col < p->cols; col++)
        old[col] = fill;
    paint_cells(pt, p, row, old);
}

/* Both ways are tried and the shorter one is kept. */
static void paint_row(struct paint *pt, const struct page *p, int row)
{
    struct cell *old = pt->before + (size_t)row * (size_t)p->cols;
    if (memcmp(cell_at(p, 0, row), old, sizeof *old * (size_t)p->cols) == 0)
        return;
    struct paint start = *pt;
    size_t from = pt->out->bytes;
    paint_cells(pt, p, row, old);
    size_t plain = pt->out->bytes - from;
    if (plain < WORTH_TRYING || pt->caps->el == NULL)
        return;
    struct paint after = *pt;
    *pt = start;
    paint_erased(pt, p, row, old);
    size_t erased = pt->out->bytes - from - plain;
    if (erased < plain) {
        memmove(pt->out->text + from, pt->out->text + from + plain, erased);
        pt->out->bytes = from + erased;
    } else {
        *pt = after;
        pt->out->bytes = from + plain;
    }
    pt->out->text[pt->out->bytes] = '\0';
}

static void start_afresh(struct paint *pt, const struct page *p)
{
    size_t need = (size_t)p->cols * (size_t)p->rows;
    if (need > pt->room) {
        mem_free(pt->before);
        pt->before = mem_alloc(need * sizeof *pt->before);
        pt->room = need;
    }
    cells_blank(pt->before, need);
    pt->cols = p->cols;
    pt->rows = p->rows;
    str_add(pt->out, pt->caps->plain);
    /* A region that was set for the size before stays in a terminal that has grown meanwhile. */
    if (pt->caps->region != NULL)
        caps_put(pt->out, pt->caps->region, 0, p->rows - 1);
    str_add(pt->out, pt->caps->clear);
    pt->style = STYLE_TEXT;
    pt->x = pt->y = 0;
    pt->known = true;
}

static void place_cursor(struct paint *pt, const struct page *p)
{
    bool wanted = p->cursor_x >= 0 && p->cursor_y >= 0;
    if (!wanted && pt->shown && pt->caps->hide != NULL)
        str_add(pt->out, pt->caps->hide);
    if (wanted)
        paint_go_to(pt, p, p->cursor_x, p->cursor_y);
    if (wanted && !pt->shown && pt->caps->show != NULL)
        str_add(pt->out, pt->caps->show);
    pt->shown = wanted;
}

void paint_page(struct paint *pt, const struct page *p)
{
    if (!pt->known || pt->cols != p->cols || pt->rows != p->rows)
        start_afresh(pt, p);
    else
        paint_scroll(pt, p);
    for (int row = 0; row < p->rows; row++)
        paint_row(pt, p, row);
    memcpy(pt->before, p->cells, sizeof *p->cells * (size_t)p->cols * (size_t)p->rows);
    paint_style(pt, STYLE_TEXT);
    place_cursor(pt, p);
}

void paint_done(struct paint *pt)
{
    mem_free(pt->before);
    *pt = (struct paint){.x = -1, .y = -1};
}

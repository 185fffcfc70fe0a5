#include "api/base/arena.h"
#include "api/base/safe.h"
#include "api/base/utf8.h"
#include "tui/cells.h"
#include "tui/key.h"
#include "tui/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- the grid --- */

enum { COLS_MAX = 1000, ROWS_MAX = 1000 };

static int within(int n, int least, int most)
{
    return n < least ? least : n > most ? most : n;
}

void cells_blank(struct cell *cells, size_t n)
{
    memset(cells, 0, n * sizeof *cells);
    for (size_t i = 0; i < n; i++)
        cells[i].width = 1;
}

void page_resize(struct page *p, int cols, int rows)
{
    p->cols = within(cols, 1, COLS_MAX);
    p->rows = within(rows, 1, ROWS_MAX);
    size_t need = (size_t)p->cols * (size_t)p->rows;
    if (need > p->room) {
        mem_free(p->cells);
        p->cells = mem_alloc(need * sizeof *p->cells);
        p->room = need;
    }
    cells_blank(p->cells, need);
}

struct page *page_new(int cols, int rows)
{
    struct page *p = mem_alloc(sizeof *p);
    page_begin(p, cols, rows);
    return p;
}

void page_free(struct page *p)
{
    if (p == NULL)
        return;
    str_done(&p->raw);
    mem_free(p->safe);
    mem_free(p->cells);
    mem_free(p);
}

void page_set_ascii(struct page *p, bool ascii)
{
    p->ascii = ascii;
}

bool page_ascii(const struct page *p)
{
    return p->ascii;
}

/* The cell itself; the place must be on the screen. */
static struct cell *cell_at(struct page *p, int col, int row)
{
    return &p->cells[(size_t)row * (size_t)p->cols + (size_t)col];
}

struct cell *page_cell(struct page *p, int col, int row)
{
    if (col < 0 || row < 0 || col >= p->cols || row >= p->rows)
        return NULL;
    return cell_at(p, col, row);
}

const struct cell *page_look(const struct page *p, int col, int row)
{
    assert(col >= 0 && row >= 0 && col < p->cols && row < p->rows);
    return &p->cells[(size_t)row * (size_t)p->cols + (size_t)col];
}

/* Overwriting one half of a wide character leaves no half behind. */
static void blank_halves(struct page *p, int col, int row)
{
    struct cell *here = cell_at(p, col, row);
    if (here->width == 0 && col > 0) {
        struct cell *before = here - 1;
        memset(before->text, 0, CELL_TEXT);
        before->width = 1;
    } else if (here->width == 2 && col + 1 < p->cols) {
        here[1].width = 1;
    }
    here->width = 1;
}

/* A mark that nothing stands before would join, in the terminal, what is left of this cell. */
static bool lacks_base(const char *text, size_t n)
{
    uint32_t cp;

    return (unsigned char)text[0] >= 0x80 && utf8_next(text, n, &cp) > 0 && cp != UINT32_MAX &&
           utf8_char_width(cp) == 0;
}

static void set_text(struct cell *c, const char *text, size_t n)
{
    static const char base[] = "\xe2\x97\x8c"; /* a dotted circle */
    size_t used = lacks_base(text, n) ? sizeof base - 1 : 0, most = CELL_TEXT - 1 - used;

    memcpy(c->text, base, used);
    if (n > most)
        for (n = most; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
            n--;
    memcpy(c->text + used, text, n);
}

static void set_cell(struct page *p, int col, int row, const char *text, size_t n, int width,
                     enum style s)
{
    for (int i = 0; i < width; i++) {
        struct cell *c = cell_at(p, col + i, row);
        if (c->width != 1)
            blank_halves(p, col + i, row);
        memset(c, 0, sizeof *c);
        c->style = (uint8_t)s;
        c->width = (uint8_t)(i == 0 ? width : 0);
    }
    struct cell *c = cell_at(p, col, row);
    unsigned char first = (unsigned char)text[0];
    if (n == 1 && (first < 0x20 || first >= 0x7f))
        c->text[0] = '?'; /* the toolkit's own mistake; foreign text was made harmless before */
    else if (n != 1 || first != ' ')
        set_text(c, text, n);
}

void page_fill(struct page *p, int row, int from, int to, enum style s)
{
    if (row < p->pane.clip_top || row >= p->pane.clip_end)
        return;
    for (int col = from; col < to && col < p->cols; col++)
        set_cell(p, col, row, " ", 1, 1, s);
}

void page_cursor_at(const struct page *p, int *col, int *row)
{
    *col = p->cursor_x;
    *row = p->cursor_y;
}

int page_cols(const struct page *p)
{
    return p->cols;
}

int page_rows(const struct page *p)
{
    return p->rows;
}

int page_width(const struct page *p)
{
    int width = p->pane.width - p->pane.indent;
    return width > 0 ? width : 0;
}

int page_room(const struct page *p)
{
    int room = p->pane.floor - p->pane.y;
    return room > 0 && !p->small ? room : 0;
}

int page_height(const struct page *p)
{
    const struct pane *body = p->overlay ? &p->under : &p->pane;
    int height = body->y + (p->x > body->left && !p->overlay ? 1 : 0);
    return p->split == 2 && p->split_end > height ? p->split_end : height;
}

int page_body(const struct page *p)
{
    return p->body_end - p->body_top;
}

bool page_is_wide(const struct page *p)
{
    return p->cols >= PAGE_COLS_SPLIT;
}

/* --- writing into the open line --- */

int page_right(const struct page *p)
{
    return p->pane.left + p->pane.width;
}

const char *page_harmless(struct page *p, const char *text)
{
    if (safe_is(text))
        return text;
    size_t bytes = safe_text(NULL, 0, text) + 1;
    if (bytes > p->safe_room) {
        p->safe = mem_grow(p->safe, bytes, 1);
        p->safe_room = bytes;
    }
    safe_text(p->safe, p->safe_room, text);
    return p->safe;
}

const char *page_format(struct page *p, const char *fmt, va_list args)
{
    str_clear(&p->raw);
    safe_vprintf(&p->raw, fmt, args);
    return page_harmless(p, str_text(&p->raw));
}

void page_open_line(struct page *p)
{
    int start = p->pane.left + p->pane.indent;
    if (p->x < start)
        p->x = start;
}

/* Nearly every character: it is one byte and one column. */
static void set_plain(struct page *p, int col, int row, char c, enum style s)
{
    struct cell *here = cell_at(p, col, row);
    if (here->width != 1)
        blank_halves(p, col, row);
    *here = (struct cell){.text = {c == ' ' ? '\0' : c}, .width = 1, .style = (uint8_t)s};
}

static void write_clusters(struct page *p, int row, enum style s, const char *text, size_t n,
                           int end)
{
    bool seen = row >= p->pane.clip_top && row < p->pane.clip_end;
    int width;
    for (size_t plain = text_plain(text, n); plain > 0; plain--, text++, n--, p->x++) {
        if (p->x >= end)
            return;
        if (seen && p->x >= 0 && p->x < p->cols)
            set_plain(p, p->x, row, *text, s);
    }
    for (size_t used; (used = text_cluster(text, n, &width)) > 0; text += used, n -= used) {
        if (p->x + width > end)
            return;
        if (seen && p->x >= 0 && p->x + width <= p->cols)
            set_cell(p, p->x, row, text, used, width, s);
        p->x += width;
    }
}

enum { WRAPPED = 6 }; /* where the rest of a line begins */

void page_set_wrap(struct page *p, bool wraps)
{
    p->wraps = wraps;
}

void page_write(struct page *p, enum style s, const char *text, size_t n, int end)
{
    int row = p->pane.origin + p->pane.y, used;
    int room = end - p->x;
    size_t fits = text_fit(text, n, room, &used);
    if (fits == n) {
        write_clusters(p, row, s, text, n, end);
        return;
    }
    if (p->wraps && end >= page_right(p) && page_right(p) - p->pane.left > 4 * WRAPPED) {
        size_t n_here = room > 0 ? text_fit(text, n, room, &used) : 0, words = n_here;
        while (words > 0 && text[words] != ' ')
            words--;
        n_here = words > 0 ? words : p->x > p->pane.left + WRAPPED ? 0 : n_here;
        write_clusters(p, row, s, text, n_here, end);
        page_newline(p);
        while (n_here < n && text[n_here] == ' ')
            n_here++;
        p->x = p->pane.left + WRAPPED;
        if (n_here < n)
            page_write(p, s, text + n_here, n - n_here, end);
        return;
    }
    if (room <= 0)
        return;
    const char *dots = p->ascii ? (room > 1 ? ".." : ".") : "…";
    int dots_width = text_width(dots);
    fits = text_fit(text, n, room - dots_width, &used);
    write_clusters(p, row, s, text, fits, end);
    write_clusters(p, row, s, dots, strlen(dots), end);
}

void page_write_all(struct page *p, enum style s, const char *text)
{
    page_open_line(p);
    page_write(p, s, text, strlen(text), page_right(p));
}

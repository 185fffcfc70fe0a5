/* One frame: where it begins and ends, what is scrolled away, and the marks that say so. */

#include "tui/cells.h"
#include "tui/text.h"

#include <stdio.h>
#include <string.h>

static void whole_pane(struct page *p)
{
    p->pane = (struct pane){
        .width = p->cols,
        .floor = p->body_end - p->body_top,
        .origin = p->body_top - p->scroll,
        .clip_top = p->body_top,
        .clip_end = p->body_end,
        .blank = true,
    };
}

static void say_too_small(struct page *p)
{
    char text[160];
    snprintf(text, sizeof text, "%s %dx%d, %s %dx%d %s", theme_words()->too_small, PAGE_COLS_MIN,
             PAGE_ROWS_MIN, theme_words()->have, p->cols, p->rows, theme_words()->small_help);
    int lines = text_wrap_count(text, p->cols);
    const char *rest = text;
    p->pane.y = lines < p->rows ? (p->rows - lines) / 2 : 0;
    for (bool more = true; more;) {
        const char *line = rest;
        size_t n = text_wrap(&rest, p->cols, &more);
        p->x = (p->cols - text_widthn(line, n)) / 2;
        page_write(p, STYLE_TEXT, line, n, p->cols);
        p->pane.y++;
    }
}

bool page_begin(struct page *p, int cols, int rows)
{
    page_resize(p, cols, rows);
    p->body_top = 0;
    p->body_end = p->rows;
    p->scroll = 0;
    p->n_stops = p->n_spots = 0;
    p->split = 0;
    p->overlay = p->marked = p->line_on = p->small = p->hides = false;
    p->x = 0;
    p->cursor_x = p->cursor_y = p->focus = -1;
    whole_pane(p);
    p->small = cols < PAGE_COLS_MIN || rows < PAGE_ROWS_MIN;
    if (p->small) {
        say_too_small(p);
        p->pane.clip_end = p->pane.clip_top; /* whatever a screen draws all the same is not seen */
    }
    return !p->small;
}

void page_scroll(struct page *p, int offset)
{
    p->scroll = offset > 0 ? offset : 0;
    if (!p->small)
        whole_pane(p);
}

static bool is_blank(const struct page *p, int col, int row)
{
    const struct cell *c = page_look(p, col, row);
    return c->width == 1 && (c->text[0] == '\0' || c->text[0] == ' ');
}

/* The column behind the last whole word before `end`, where one may be cut. */
static int words_end(const struct page *p, int row, int end, bool cut)
{
    while (cut && end > 0 && !is_blank(p, end - 1, row))
        end--;
    while (end > 0 && is_blank(p, end - 1, row))
        end--;
    return end;
}

/* What stands on a line gives way to a mark at `from`: whole words, and dots behind them. True: a
 * word ends just there, and the dots stand on the mark's own blank. */
static bool give_way(struct page *p, int row, int from)
{
    const char *dots = p->ascii ? ".." : "…";
    int col = from;
    while (col < p->cols && is_blank(p, col, row))
        col++;
    if (col == p->cols || from == 0)
        return false;
    bool cut = !is_blank(p, from, row) && !is_blank(p, from - 1, row);
    int end = words_end(p, row, from, cut);
    if (end == 0) /* one word alone */
        end = from > 2 ? from - 2 : 0;
    page_fill(p, row, end, from, STYLE_TEXT);
    p->x = end;
    page_write(p, STYLE_TEXT, dots, strlen(dots), end == from ? from + 1 : from);
    return end == from;
}

static void more_mark(struct page *p, int row, const char *symbol, const char *words)
{
    char text[80];
    snprintf(text, sizeof text, " %s %s ", symbol, words);
    int width = text_width(text), from = p->cols > width ? p->cols - width : 0;
    p->pane.y = row - p->pane.origin;
    bool tight = give_way(p, row, from);
    p->x = from + tight;
    page_write(p, STYLE_KEY, text + tight, strlen(text) - tight, p->cols);
}

void page_end(struct page *p)
{
    if (p->marked || p->small)
        return;
    p->marked = true;
    struct pane keep = p->pane;
    int height = page_height(p);
    if (p->scroll > 0)
        more_mark(p, p->body_top, p->ascii ? "^" : "▲", theme_words()->more_above);
    if (height > p->scroll + page_body(p))
        more_mark(p, p->body_end - 1, p->ascii ? "v" : "▼", theme_words()->more_below);
    p->pane = keep;
    p->x = 0;
}

int page_scroll_wanted(const struct page *p)
{
    int body = page_body(p), most = page_height(p) - body;
    int wanted = p->scroll;
    if (p->focus >= 0 && p->focus < wanted)
        wanted = p->focus;
    if (p->focus >= 0 && p->focus >= wanted + body)
        wanted = p->focus - body + 1;
    if (wanted > most)
        wanted = most;
    return wanted > 0 ? wanted : 0;
}

/* One line in parts. */

#include "tui/cells.h"
#include "tui/text.h"

#include <string.h>

void page_put(struct page *p, enum style s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    page_write_all(p, s, page_format(p, fmt, args));
    va_end(args);
}

void page_put_pointer(struct page *p, bool here)
{
    page_write_all(p, STYLE_TEXT, !here ? "  " : p->ascii ? "> " : "› ");
}

void page_put_mark(struct page *p, enum mark mark, bool word)
{
    enum style s = theme_mark_style(mark);
    page_write_all(p, s, theme_mark(mark, p->ascii));
    if (!word)
        return;
    page_write_all(p, s, " ");
    page_write_all(p, s, theme_words()->mark[mark]);
}

void page_put_box(struct page *p, enum box box)
{
    page_write_all(p, STYLE_TEXT, theme_box(box));
    page_write_all(p, STYLE_TEXT, " ");
}

void page_put_until(struct page *p, enum style s, int column, const char *fmt, ...)
{
    enum { WIDEST = 2048 };
    char cut[WIDEST];
    va_list args;
    va_start(args, fmt);
    const char *text = page_format(p, fmt, args);
    va_end(args);
    page_open_line(p);
    int room = p->pane.left + column - 1 - p->x;
    if (p->wraps) /* who reads lines has no columns to keep: nothing is cut */
        page_write_all(p, s, text);
    else
        page_write_all(p, s, text_cut(cut, sizeof cut, text, room > 0 ? room : 0, p->ascii));
}

/* What reaches into the columns from `from` on ends in dots before them. */
static void make_way(struct page *p, int from)
{
    int row = p->pane.origin + p->pane.y;
    if (p->x <= from)
        return;
    page_fill(p, row, from > p->pane.left ? from : p->pane.left, p->x, STYLE_TEXT);
    p->x = from - 1;
    if (p->x >= p->pane.left)
        page_write(p, STYLE_TEXT, p->ascii ? "." : "…", strlen(p->ascii ? "." : "…"), from);
}

void page_put_right(struct page *p, enum style s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = page_format(p, fmt, args);
    va_end(args);
    int start = page_right(p) - text_width(text);
    page_open_line(p);
    if (start < p->pane.left)
        start = p->pane.left;
    make_way(p, start - 1);
    p->x = start;
    page_write_all(p, s, text);
}

void page_tab(struct page *p, int column)
{
    page_open_line(p);
    int to = p->pane.left + column;
    bool fresh = p->x == p->pane.left + p->pane.indent;
    if (to > p->x)
        p->x = to;
    else if (!fresh && p->x < page_right(p))
        p->x++;
}

void page_cursor(struct page *p)
{
    page_open_line(p);
    int row = p->pane.origin + p->pane.y;
    if (!p->overlay)
        p->focus = p->pane.y;
    if (row < p->pane.clip_top || row >= p->pane.clip_end)
        return;
    p->cursor_y = row;
    p->cursor_x = p->x < p->cols ? p->x : p->cols - 1;
}

void page_highlight(struct page *p)
{
    page_cursor(p);
    p->line_on = true;
}

void page_newline(struct page *p)
{
    int row = p->pane.origin + p->pane.y;
    if (p->line_on && row >= p->pane.clip_top && row < p->pane.clip_end)
        for (int col = p->pane.left; col < page_right(p) && col < p->cols; col++)
            page_cell(p, col, row)->on = 1;
    p->pane.blank = p->x <= p->pane.left + p->pane.indent;
    p->line_on = false;
    p->pane.y++;
    p->x = p->pane.left;
}

void page_flow(struct page *p, enum style s, const char *text, int hang)
{
    page_open_line(p);
    const char *rest = text;
    int start = p->pane.left + hang;
    for (bool more = true;;) {
        int room = page_right(p) - (p->x > start ? p->x : start);
        const char *line = rest;
        size_t n = text_wrap(&rest, room > 1 ? room : 1, &more);
        if (!more)
            break;
        if (p->x < start)
            p->x = start;
        page_write(p, s, line, n, page_right(p));
        page_newline(p);
    }
    if (rest == text) /* nothing to say is a line all the same */
        page_newline(p);
}

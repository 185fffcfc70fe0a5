/* Panes beside and below each other, and the box that lies over the page. */

#include "tui/cells.h"
#include "tui/text.h"

#include <string.h>

/* --- split --- */

static void split(struct page *p, int share, int upper)
{
    p->outer = p->pane;
    p->split = 1;
    p->split_end = p->pane.y;
    if (page_is_wide(p)) {
        p->pane.width = p->outer.width * share / 100;
        p->seam = p->pane.left + p->pane.width;
    } else {
        p->seam = -1;
        p->pane.floor = p->pane.y + (upper > 0 ? upper : 0);
    }
    p->pane.blank = true;
}

void page_split(struct page *p, int share)
{
    split(p, share, page_room(p) * share / 100);
}

void page_split_lines(struct page *p, int share, int lines)
{
    split(p, share, page_room(p) - lines - 1); /* a gap stands between them */
}

void page_next_pane(struct page *p)
{
    p->split = 2;
    p->split_end = p->pane.y;
    if (p->seam < 0) {
        p->pane.floor = p->outer.floor;
        page_gap(p);
        p->split_end = p->pane.y;
    } else {
        int left = p->seam + 3; /* blank, line, blank */
        int right = p->outer.left + p->outer.width;
        p->pane = p->outer;
        p->pane.left = left;
        p->pane.width = right > left ? right - left : 0;
        p->pane.indent = 0;
    }
    p->pane.blank = true;
    p->x = p->pane.left;
}

static void draw_seam(struct page *p, int from, int to)
{
    for (int y = from; y < to; y++) {
        p->pane.y = y;
        p->x = p->seam + 1;
        page_write(p, STYLE_MUTED, p->ascii ? "|" : "│", strlen(p->ascii ? "|" : "│"), p->cols);
    }
}

void page_join(struct page *p)
{
    int end = p->pane.y > p->split_end ? p->pane.y : p->split_end;
    int from = p->outer.y;
    p->pane = p->outer;
    p->split = 0;
    if (p->seam >= 0)
        draw_seam(p, from, end);
    p->pane.y = end;
    p->pane.blank = end == from;
    p->x = p->pane.left;
}

/* --- overlay --- */

static void frame_row(struct page *p, int row, int left, int width, const char *const parts[3])
{
    p->pane.y = row - p->pane.origin;
    p->x = left;
    page_write(p, STYLE_TEXT, parts[0], strlen(parts[0]), p->cols);
    while (p->x < left + width - 1)
        page_write(p, STYLE_TEXT, parts[1], strlen(parts[1]), p->cols);
    page_write(p, STYLE_TEXT, parts[2], strlen(parts[2]), p->cols);
}

static void frame(struct page *p, const char *title, int left, int top, int width, int height)
{
    static const char *const lines[2][3][3] = {
        {{"┌", "─", "┐"}, {"│", " ", "│"}, {"└", "─", "┘"}},
        {{"+", "-", "+"}, {"|", " ", "|"}, {"+", "-", "+"}},
    };
    const char *const(*set)[3] = lines[p->ascii];
    for (int i = 0; i < height; i++)
        frame_row(p, top + i, left, width, set[i == 0 ? 0 : i == height - 1 ? 2 : 1]);
    p->pane.y = top - p->pane.origin;
    p->x = left + 2;
    page_put(p, STYLE_TEXT, " ");
    page_write(p, STYLE_HEADING, page_harmless(p, title), strlen(page_harmless(p, title)),
               left + width - 3);
    page_write(p, STYLE_TEXT, " ", 1, left + width - 1);
}

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

enum { NARROW_REST = 6 }; /* columns */

/* The one in the box is the only one. */
static void hide_pointers(struct page *p)
{
    enum { WITHIN = 4 }; /* columns: lists may stand further in */
    for (int i = 0; i < p->n_stops; i++)
        for (int col = 0; col < WITHIN && p->stops[i].here && p->stops[i].row >= 0; col++) {
            struct cell *c = page_cell(p, p->stops[i].left + col, p->stops[i].row);
            if (c != NULL && strcmp(c->text, p->ascii ? ">" : "›") == 0)
                memset(c->text, 0, CELL_TEXT);
        }
}

void page_overlay(struct page *p, const char *title, int columns, int lines)
{
    page_end(p);
    hide_pointers(p);
    p->n_stops = 0; /* what lies below has no cursor now */
    for (size_t i = 0; i < (size_t)p->cols * (size_t)p->rows; i++)
        p->cells[i].on = 0; /* there is one cursor, and it is in the box now */
    p->under = p->pane;
    p->overlay = true;
    p->cursor_x = p->cursor_y = -1;
    int width = least_of(columns + 4, p->cols), height = least_of(lines + 2, page_body(p));
    int left = (p->cols - width) / 2, top = p->body_top + (page_body(p) - height) / 2;
    p->pane =
        (struct pane){.width = p->cols, .origin = top, .clip_top = top, .clip_end = top + height};
    bool whole = left < NARROW_REST; /* what is left beside it would be read as its own signs */
    for (int row = top; row < top + height; row++)
        page_fill(p, row, whole || left == 0 ? 0 : left - 1, whole ? p->cols : left + width + 1,
                  STYLE_TEXT);
    frame(p, title, left, top, width, height);
    p->pane = (struct pane){
        .left = left + 2,
        .width = width - 4,
        .floor = height - 2,
        .origin = top + 1,
        .clip_top = top + 1,
        .clip_end = top + height - 1,
        .blank = true,
    };
    p->x = p->pane.left;
}

void page_overlay_end(struct page *p)
{
    p->pane = p->under;
    p->overlay = false;
    p->x = p->pane.left;
}

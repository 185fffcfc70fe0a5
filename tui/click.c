/* Where a click leads. A page notes, as it is drawn, the lines on which the cursor can stand and
 * the keys of its last line; a click is the presses that lead there, so that no screen knows of
 * the mouse, and nothing can be done with it that the keyboard cannot. */

#include "tui/cells.h"
#include "tui/key.h"

void page_stop(struct page *p, bool here)
{
    if (p->n_stops == PAGE_STOPS)
        return;
    int row = p->pane.origin + p->pane.y;
    bool seen = row >= p->pane.clip_top && row < p->pane.clip_end;
    p->stops[p->n_stops++] =
        (struct page_stop){seen ? row : -1, seen ? row : -1, p->pane.left, page_right(p), here};
}

void page_stop_to(struct page *p)
{
    int last = p->pane.origin + p->pane.y - 1;
    if (p->n_stops == 0)
        return;
    struct page_stop *stop = &p->stops[p->n_stops - 1];
    if (stop->row >= 0 && last > stop->row)
        stop->last = last < p->pane.clip_end ? last : p->pane.clip_end - 1;
}

void page_spot(struct page *p, int key, int from, int end)
{
    if (p->n_spots < PAGE_SPOTS && key != TUI_NONE)
        p->spots[p->n_spots++] = (struct page_spot){key, from, end};
}

static struct page_click key_click(const struct page *p, int col)
{
    for (int i = 0; i < p->n_spots; i++)
        if (col >= p->spots[i].from && col < p->spots[i].end)
            return (struct page_click){p->spots[i].key, 1};
    return (struct page_click){TUI_NONE, 0};
}

static struct page_click from_to(int here, int there)
{
    if (here < 0 || there < 0 || here == there)
        return (struct page_click){TUI_NONE, 0};
    return there > here ? (struct page_click){TUI_DOWN, there - here}
                        : (struct page_click){TUI_UP, here - there};
}

static struct page_click click(const struct page *p, int col, int row)
{
    int here = -1, there = -1;
    if (row == p->rows - 1)
        return key_click(p, col);
    for (int i = 0; i < p->n_stops; i++) {
        const struct page_stop *s = &p->stops[i];
        if (s->here) /* the last one: a filter is typed into while the list below moves */
            here = i;
        if (s->row >= 0 && row >= s->row && row <= s->last && col >= s->left && col < s->end)
            there = i;
    }
    return from_to(here, there);
}

struct page_click page_mouse(const struct page *p, int button, int col, int row)
{
    enum { LEFT = 0, WHEEL_UP = PAGE_WHEEL, WHEEL_DOWN, WHEEL_LINES = 3 };

    if (p->small)
        return (struct page_click){TUI_NONE, 0};
    switch (button) {
    case LEFT:
        return click(p, col, row);
    case WHEEL_UP:
    case WHEEL_DOWN:
        return (struct page_click){button == WHEEL_UP ? TUI_UP : TUI_DOWN, WHEEL_LINES};
    default:
        return (struct page_click){TUI_NONE, 0};
    }
}

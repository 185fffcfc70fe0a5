#include "tui/scroll.h"

#include "tui/cells.h"

#include <string.h>

enum { MARKS = 2 }; /* columns that the signs take, with the blank before them */

void scroll_mark(struct page *p, bool above)
{
    const char *mark = above ? (p->ascii ? "^" : "▲") : (p->ascii ? "v" : "▼");

    p->x = page_right(p) + 1;
    page_write(p, STYLE_MUTED, mark, strlen(mark), page_right(p) + MARKS);
}

static int last_top(const struct scroll *s, int rows)
{
    return s->whole.rows > rows ? s->whole.rows - rows : 0;
}

struct scroll_part scroll_begin(const struct scroll *s, struct page *p)
{
    struct pane *pane = &p->pane;
    struct scroll_part part = {.from = pane->y,
                               .rows = page_room(p),
                               .clip_top = pane->clip_top,
                               .clip_end = pane->clip_end};
    int first = pane->origin + pane->y, end = pane->origin + pane->floor;

    part.top = (int)s->top < last_top(s, part.rows) ? (int)s->top : last_top(s, part.rows);
    pane->clip_top = first > pane->clip_top ? first : pane->clip_top;
    pane->clip_end = end < pane->clip_end ? end : pane->clip_end;
    pane->origin -= part.top;
    pane->floor += part.top;
    pane->width -= MARKS;
    return part;
}

void scroll_end(const struct scroll *s, struct page *p, const struct scroll_part *part)
{
    struct pane *pane = &p->pane;
    int lines = pane->y - part->from, shown = lines - part->top;

    seen_note(&s->seen, (size_t)part->top, part->rows);
    seen_note(&s->whole, 0, lines);
    pane->origin += part->top;
    pane->floor -= part->top;
    pane->clip_top = part->clip_top;
    pane->clip_end = part->clip_end;
    if (part->top > 0 && part->rows > 0) {
        pane->y = part->from;
        scroll_mark(p, true);
    }
    if (shown > part->rows && part->rows > 0) {
        pane->y = part->from + part->rows - 1;
        scroll_mark(p, false);
    }
    pane->width += MARKS;
    pane->y = part->from + (shown < part->rows ? (shown > 0 ? shown : 0) : part->rows);
    p->x = pane->left;
}

bool scroll_key(struct scroll *s, int key)
{
    size_t last = (size_t)last_top(s, s->seen.rows);

    s->top = s->top < last ? s->top : last;
    return list_move(&s->top, last + 1, seen_page(&s->seen), key);
}

bool scroll_goes_on(const struct scroll *s)
{
    return s->whole.rows > s->seen.rows;
}

#include "tui/list.h"

#include "tui/cells.h"
#include "tui/key.h"
#include "tui/scroll.h"

#include <string.h>

/* --- what was shown last --- */

void seen_note(const struct seen *s, size_t top, int rows)
{
    /* A draw takes its widget as const; this is the one thing that it leaves behind. */
    struct seen *mutable = (struct seen *)(uintptr_t)s;
    mutable->top = top;
    mutable->rows = rows;
}

size_t seen_top(const struct seen *s, size_t at, size_t n, int rows)
{
    size_t window = rows > 0 ? (size_t)rows : 1, top = s->top;
    if (at < top)
        top = at;
    if (at >= top + window)
        top = at - window + 1;
    if (top + window > n)
        top = n > window ? n - window : 0;
    return top;
}

int seen_page(const struct seen *s)
{
    return s->rows > 1 ? s->rows - 1 : 1;
}

/* --- list --- */

enum { LEAST = 5 }; /* lines of a list that begins below the edge of a scrolled page */
enum { MARKS = 2 };

static size_t window(const struct list_rows *rows, int head, const struct page *p)
{
    int room = page_room(p) - head;
    if (room < LEAST)
        room = LEAST;
    if (rows->height > 0 && rows->height < room)
        room = rows->height;
    return (size_t)room < rows->n ? (size_t)room : rows->n;
}

int list_margin(size_t n, int head, const struct page *p)
{
    return window(&(struct list_rows){.n = n}, head, p) < n ? MARKS : 0;
}

static void draw_row(const struct list_rows *rows, size_t i, bool here, struct page *p)
{
    if (here && !rows->blurred)
        page_highlight(p);
    if (!rows->blurred)
        page_stop(p, here);
    page_put_pointer(p, here);
    rows->put(rows->ctx, i, p);
}

void list_draw(const struct list *l, const struct list_rows *rows, struct page *p)
{
    size_t shown = window(rows, 0, p);
    if (rows->n == 0) {
        page_note(p, "%s", rows->empty != NULL ? rows->empty : theme_words()->nothing);
        return;
    }
    size_t at = l->at < rows->n ? l->at : rows->n - 1;
    size_t top = seen_top(&l->seen, at, rows->n, (int)shown);
    seen_note(&l->seen, top, (int)shown);
    bool marks = shown < rows->n;
    p->pane.width -= marks ? MARKS : 0;
    for (size_t i = top; i < top + shown; i++) {
        draw_row(rows, i, i == at, p);
        if (marks && ((i == top && top > 0) || (i + 1 == top + shown && i + 1 < rows->n)))
            scroll_mark(p, i == top && top > 0); /* in its last column */
        page_newline(p);
    }
    p->pane.width += marks ? MARKS : 0;
}

bool list_move(size_t *at, size_t n, int page, int key)
{
    size_t last = n > 0 ? n - 1 : 0, by = page > 0 ? (size_t)page : 1;
    switch (key_as_motion(key)) {
    case TUI_UP:
        *at -= *at > 0;
        return true;
    case TUI_DOWN:
        *at += *at < last;
        return true;
    case TUI_PGUP:
        *at -= *at < by ? *at : by;
        return true;
    case TUI_PGDN:
        *at = last - *at < by ? last : *at + by;
        return true;
    case TUI_HOME:
        *at = 0;
        return true;
    case TUI_END:
        *at = last;
        return true;
    default:
        return false;
    }
}

bool list_key(struct list *l, size_t n, int key)
{
    list_clamp(l, n);
    return list_move(&l->at, n, seen_page(&l->seen), key);
}

void list_clamp(struct list *l, size_t n)
{
    if (l->at >= n)
        l->at = n > 0 ? n - 1 : 0;
}

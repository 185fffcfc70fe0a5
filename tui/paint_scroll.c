/* A list that moves by a line changes every row; the terminal can move them itself. Finds the shift
 * under which most rows are those of the frame before. */

#include "tui/inside.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 256, FARTHEST = 16, WORTH = 4 };

static const struct cell *row_of(const struct cell *cells, const struct page *p, int row)
{
    return cells + (size_t)row * (size_t)p->cols;
}

/* The first eight bytes of a text tell it apart well enough to guess by: rows are compared as a
 * whole when they are painted. */
static uint64_t hash(const struct cell *cells, int n)
{
    uint64_t h = 0xcbf29ce484222325U;
    for (int i = 0; i < n; i++) {
        uint64_t part;
        uint32_t rest;
        memcpy(&part, &cells[i], sizeof part);
        memcpy(&rest, &cells[i].width, sizeof rest);
        h = (h ^ part ^ rest * 0x9e3779b97f4a7c15U) * 0x100000001b3U;
    }
    return h;
}

struct rows {
    uint64_t now[ROWS], old[ROWS];
    int first, last; /* what changed */
};

static int changed(const struct paint *pt, const struct page *p, struct rows *r)
{
    int n = 0;
    size_t bytes = (size_t)p->cols * sizeof(struct cell);
    r->first = p->rows;
    r->last = -1;
    for (int row = 0; row < p->rows; row++) {
        if (memcmp(row_of(p->cells, p, row), row_of(pt->before, p, row), bytes) == 0)
            continue;
        if (r->first > row)
            r->first = row;
        r->last = row;
        n++;
    }
    return n;
}

/* Rows that would be right after a shift by k (up: positive). */
static int matches(const struct rows *r, int k)
{
    int n = 0;
    for (int row = r->first; row <= r->last; row++)
        if (row + k >= r->first && row + k <= r->last && r->now[row] == r->old[row + k])
            n++;
    return n;
}

static int best_shift(const struct rows *r)
{
    int most = matches(r, 0) + WORTH - 1, best = 0;
    for (int k = 1; k <= FARTHEST && k < r->last - r->first; k++)
        for (int sign = -1; sign <= 1; sign += 2) {
            int n = matches(r, sign * k) - k; /* a farther shift saves less */
            if (n > most) {
                most = n;
                best = sign * k;
            }
        }
    return best;
}

/* Only what comes right is moved: rows below it that changed too would have to be drawn anew. */
static void narrow(struct rows *r, int k)
{
    int first = r->last, last = r->first;
    for (int row = r->first; row <= r->last; row++)
        if (row + k >= r->first && row + k <= r->last && r->now[row] == r->old[row + k]) {
            int low = k > 0 ? row : row + k, high = k > 0 ? row + k : row;
            first = low < first ? low : first;
            last = high > last ? high : last;
        }
    r->first = first;
    r->last = last;
}

static void shift_cells(struct paint *pt, const struct rows *r, int k)
{
    size_t cols = (size_t)pt->cols, far = (size_t)abs(k) * cols;
    struct cell *from = pt->before + (size_t)r->first * cols;
    size_t kept = (size_t)(r->last - r->first + 1) * cols - far;
    if (k > 0) {
        memmove(from, from + far, kept * sizeof *from);
        cells_blank(from + kept, far);
    } else {
        memmove(from + far, from, kept * sizeof *from);
        cells_blank(from, far);
    }
}

static void shift(struct paint *pt, const struct page *p, const struct rows *r, int k)
{
    const struct caps *c = pt->caps;
    paint_style(pt, STYLE_TEXT);
    caps_put(pt->out, c->region, r->first, r->last);
    pt->x = pt->y = -1; /* setting the region moves the cursor */
    paint_go_to(pt, p, 0, k > 0 ? r->last : r->first);
    for (int i = 0; i < abs(k); i++)
        caps_put(pt->out, k > 0 ? c->up : c->down, 0, 0);
    caps_put(pt->out, c->region, 0, p->rows - 1);
    pt->x = pt->y = -1;
    shift_cells(pt, r, k);
}

void paint_scroll(struct paint *pt, const struct page *p)
{
    struct rows r;
    const struct caps *c = pt->caps;
    if (p->rows > ROWS || c->region == NULL || c->up == NULL || c->down == NULL)
        return;
    if (changed(pt, p, &r) <= WORTH)
        return;
    for (int row = r.first; row <= r.last; row++) {
        r.now[row] = hash(row_of(p->cells, p, row), p->cols);
        r.old[row] = hash(row_of(pt->before, p, row), p->cols);
    }
    int k = best_shift(&r);
    if (k == 0)
        return;
    narrow(&r, k);
    shift(pt, p, &r, k);
}

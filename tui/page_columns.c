/* Aligned columns. */

#include "tui/cells.h"
#include "tui/text.h"

#include <assert.h>
#include <string.h>

enum { GAP = 2 };

static int least(const struct page_column *c)
{
    return c->min > 0 ? c->min : c->want;
}

static int total(const struct page_layout *l)
{
    int sum = -GAP;
    for (size_t i = 0; i < l->n; i++)
        if (l->width[i] > 0)
            sum += l->width[i] + GAP;
    return sum;
}

static bool drop_one(struct page_layout *l)
{
    size_t worst = l->n;
    for (size_t i = 0; i < l->n; i++)
        if (l->width[i] > 0 && l->columns[i].drop > 0 &&
            (worst == l->n || l->columns[i].drop > l->columns[worst].drop))
            worst = i;
    if (worst == l->n)
        return false;
    l->width[worst] = 0;
    return true;
}

/* Takes one column from whoever has most to spare. */
static bool shrink_one(struct page_layout *l, bool below_least)
{
    int most = 0;
    size_t who = l->n;
    for (size_t i = 0; i < l->n; i++) {
        int spare = l->width[i] - (below_least ? 1 : least(&l->columns[i]));
        if (l->width[i] > 0 && spare > most) {
            most = spare;
            who = i;
        }
    }
    if (who == l->n)
        return false;
    l->width[who]--;
    return true;
}

static void spread(struct page_layout *l, int left)
{
    int shares = 0;
    for (size_t i = 0; i < l->n; i++)
        shares += l->width[i] > 0 ? l->columns[i].grow : 0;
    for (size_t i = 0; i < l->n && shares > 0; i++) {
        if (l->width[i] == 0 || l->columns[i].grow == 0)
            continue;
        int part = left * l->columns[i].grow / shares;
        l->width[i] += part;
        left -= part;
        shares -= l->columns[i].grow;
    }
}

static int sum_of_least(const struct page_layout *l)
{
    int sum = -GAP;
    for (size_t i = 0; i < l->n; i++)
        if (l->width[i] > 0)
            sum += least(&l->columns[i]) + GAP;
    return sum;
}

struct page_layout page_fit(const struct page *p, const struct page_column *columns, size_t n,
                            int less)
{
    assert(n <= PAGE_COLUMNS);
    struct page_layout l = {.columns = columns, .n = n};
    int room = page_width(p) - less;
    for (size_t i = 0; i < n; i++)
        l.width[i] = columns[i].want > 0 ? columns[i].want : 1;
    while (sum_of_least(&l) > room && drop_one(&l))
        ;
    while (total(&l) > room && shrink_one(&l, false))
        ;
    while (total(&l) > room && shrink_one(&l, true))
        ;
    if (total(&l) < room)
        spread(&l, room - total(&l));
    return l;
}

static void put_cell(struct page *p, const struct page_column *c, int width, enum style s,
                     const char *text)
{
    char cut[512];
    int used = text_width(text);
    if (used > width && p->wraps) {
        page_write_all(p, s, text);
        return;
    }
    if (used > width && c->cut_middle) {
        text = text_cut_middle(cut, sizeof cut, text, width, p->ascii);
        used = text_width(text);
    }
    int end = p->x + width;
    if (c->align == PAGE_RIGHT && used < width)
        p->x += width - used;
    page_write(p, s, text, strlen(text), end < page_right(p) ? end : page_right(p));
    p->x = end;
}

static void put_columns(struct page *p, const struct page_layout *l, const struct page_part *parts)
{
    page_open_line(p);
    bool first = true;
    for (size_t i = 0; i < l->n; i++) {
        if (l->width[i] == 0)
            continue;
        if (!first)
            p->x += GAP;
        first = false;
        const char *text = parts[i].text != NULL ? page_harmless(p, parts[i].text) : "";
        put_cell(p, &l->columns[i], l->width[i], parts[i].style, text);
    }
    if (p->x > page_right(p))
        p->x = page_right(p);
}

void page_head(struct page *p, const struct page_layout *layout)
{
    struct page_part parts[PAGE_COLUMNS];
    for (size_t i = 0; i < layout->n; i++)
        parts[i] = (struct page_part){STYLE_HEADING, layout->columns[i].title};
    put_columns(p, layout, parts);
    page_newline(p);
}

void page_put_row(struct page *p, const struct page_layout *layout, const struct page_part *parts)
{
    put_columns(p, layout, parts);
}

void page_row(struct page *p, const struct page_layout *layout, const struct page_part *parts)
{
    put_columns(p, layout, parts);
    page_newline(p);
}

#include "tui/steps.h"

#include "tui/cells.h"
#include "tui/text.h"

static void put_mark(const struct steps_item *items, size_t i, size_t current, struct page *p)
{
    if (i == current && items[i].mark == MARK_WAITING)
        page_put(p, STYLE_ACCENT, "%s", p->ascii ? "*" : "•");
    else
        page_put_mark(p, items[i].mark, false);
}

static int widest(const struct steps_item *items, size_t n)
{
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        int width = text_width(items[i].name);
        most = width > most ? width : most;
    }
    return most;
}

void steps_draw(const struct steps_item *items, size_t n, size_t current, struct page *p)
{
    int hang = p->pane.indent + 7 + widest(items, n) + 2;
    for (size_t i = 0; i < n; i++) {
        page_put_pointer(p, i == current);
        put_mark(items, i, current, p);
        page_put(p, STYLE_TEXT, " %zu  ", i + 1);
        page_put(p, i == current ? STYLE_ACCENT : STYLE_TEXT, "%s", items[i].name);
        page_tab(p, hang);
        page_flow(p, STYLE_MUTED, items[i].note != NULL ? page_harmless(p, items[i].note) : "",
                  hang);
    }
}

static int line_width(const struct steps_item *items, size_t from, size_t end)
{
    int width = 0;
    for (size_t i = from; i < end; i++)
        width += text_width(items[i].name) + 5;
    return width;
}

void steps_line(const struct steps_item *items, size_t n, size_t current, struct page *p)
{
    size_t from = 0;
    int room = page_width(p);
    while (from < current && line_width(items, from, n) > room)
        from++;
    for (size_t i = from; i < n; i++) {
        int width = text_width(items[i].name) + 2 + (i > from ? 3 : 0);
        if (p->x + width > page_right(p))
            break;
        if (i > from)
            page_put(p, STYLE_MUTED, p->ascii ? " > " : " › ");
        put_mark(items, i, current, p);
        page_put(p, STYLE_TEXT, " ");
        page_put(p, i == current ? STYLE_ACCENT : STYLE_MUTED, "%s", items[i].name);
    }
    page_newline(p);
}

#include "tui/steps.h"

#include "tui/cells.h"
#include "tui/key.h"
#include "tui/text.h"

enum { WIDTH = 68 };

struct way {
    const struct steps_item *items;
    size_t n, current;
};

static int widest(const struct way *w)
{
    int most = 0;
    for (size_t i = 0; i < w->n; i++) {
        int width = text_width(w->items[i].name);
        most = width > most ? width : most;
    }
    return most;
}

static void put(const void *ctx, size_t i, struct page *p)
{
    const struct way *w = ctx;
    const struct steps_item *item = &w->items[i];
    int start = p->x - p->pane.left;
    if (i == w->current && item->mark == MARK_WAITING)
        page_put(p, STYLE_ACCENT, "%s", p->ascii ? "*" : "•");
    else
        page_put_mark(p, item->mark, false);
    page_put(p, STYLE_TEXT, " %zu  ", i + 1);
    page_put(p, i == w->current ? STYLE_ACCENT : STYLE_TEXT, "%s", item->name);
    page_tab(p, start + 5 + widest(w) + 2);
    page_put(p, STYLE_MUTED, "%s", item->note != NULL ? item->note : "");
}

void steps_list(const struct list *l, const struct steps_item *items, size_t n, size_t current,
                struct page *p)
{
    struct way way = {items, n, current};
    struct list_rows rows = {.n = n, .ctx = &way, .put = put};
    if (l != NULL)
        list_draw(l, &rows, p);
    for (size_t i = 0; l == NULL && i < n; i++) {
        page_put_pointer(p, i == current);
        put(&way, i, p);
        page_newline(p);
    }
}

void steps_open(struct steps *s, size_t at)
{
    *s = (struct steps){.open = true, .list = {.at = at}};
}

void steps_draw(const struct steps *s, const char *title, const struct steps_item *items, size_t n,
                size_t current, struct page *p)
{
    if (!s->open || p->small)
        return;
    const struct page_key keys[] = {{TUI_ENTER, theme_words()->run},
                                    {TUI_DOWN, theme_words()->choose},
                                    {TUI_ESC, theme_words()->cancel}};
    int width = p->cols - 8 < WIDTH ? p->cols - 8 : WIDTH;
    int most = page_body(p) - 2;
    page_keys_instead(p, keys, sizeof keys / sizeof *keys);
    page_overlay(p, title, width, (int)n < most ? (int)n : most);
    steps_list(&s->list, items, n, current, p);
    page_overlay_end(p);
}

int steps_key(struct steps *s, size_t n, int key)
{
    bool number = key >= '1' && key <= '9' && (size_t)(key - '1') < n;
    if (number)
        s->list.at = (size_t)(key - '1');
    if (number || key == TUI_ENTER || key == TUI_ESC) {
        s->open = false;
        return key == TUI_ESC || s->list.at >= n ? STEPS_ESC : (int)s->list.at;
    }
    list_key(&s->list, n, key);
    return STEPS_OPEN;
}

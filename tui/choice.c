#include "tui/choice.h"

#include "tui/cells.h"
#include "tui/key.h"
#include "tui/text.h"

static int widest(const struct choice_item *items, size_t n)
{
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        int width = text_width(items[i].name);
        most = width > most ? width : most;
    }
    return most;
}

static void put_item(const struct choice_item *item, bool chosen, bool here, int hang,
                     struct page *p)
{
    const char *radio = item->impossible ? "   " : !chosen ? "( )" : p->ascii ? "(*)" : "(•)";
    page_put_pointer(p, here);
    page_put(p, STYLE_TEXT, "%s ", radio);
    page_put(p, chosen ? STYLE_ACCENT : STYLE_TEXT, "%s", item->name);
    if (item->help == NULL) {
        page_newline(p);
        return;
    }
    page_tab(p, hang);
    page_flow(p, STYLE_MUTED, page_harmless(p, item->help), hang);
}

void choice_draw(const struct choice *c, const struct choice_item *items, size_t n, bool focus,
                 struct page *p)
{
    int hang = p->pane.indent + 6 + widest(items, n) + 2;
    for (size_t i = 0; i < n; i++) {
        bool here = focus && i == c->cursor;
        if (here)
            page_highlight(p);
        page_stop(p, here);
        put_item(&items[i], i == c->at, here, hang, p);
        page_stop_to(p);
    }
}

static bool step(const struct choice_item *items, size_t n, size_t *at, int by)
{
    for (size_t tries = 0; tries < n; tries++) {
        *at = (*at + n + (size_t)(by > 0 ? 1 : n - 1)) % n;
        if (!items[*at].impossible)
            return true;
    }
    return false;
}

bool choice_key(struct choice *c, const struct choice_item *items, size_t n, int key)
{
    switch (key_as_motion(key)) {
    case TUI_UP:
        if (c->cursor == 0)
            return false; /* the field above */
        c->cursor--;
        return true;
    case TUI_DOWN:
        if (c->cursor + 1 >= n)
            return false;
        c->cursor++;
        return true;
    case TUI_SPACE:
        if (c->cursor < n && !items[c->cursor].impossible)
            c->at = c->cursor;
        return true;
    default:
        return false;
    }
}

void choice_line(const struct choice *c, const char *label, const struct choice_item *items,
                 size_t n, bool focus, struct page *p)
{
    page_stop(p, focus);
    page_put_pointer(p, focus);
    page_put(p, focus ? STYLE_ACCENT : STYLE_MUTED, "%s", label);
    page_tab(p, p->pane.indent + PAGE_LABEL);
    if (focus)
        page_cursor(p);
    const char *name = c->at < n ? items[c->at].name : "";
    page_put(p, STYLE_TEXT, p->ascii ? "< " : "‹ ");
    page_put(p, STYLE_ACCENT, "%s", name);
    page_put(p, STYLE_TEXT, p->ascii ? " >" : " ›");
    if (c->at < n && items[c->at].help != NULL)
        page_put(p, STYLE_MUTED, "  %s", items[c->at].help);
    page_newline(p);
}

bool choice_line_key(struct choice *c, const struct choice_item *items, size_t n, int key)
{
    switch (key_as_motion(key)) {
    case TUI_LEFT:
        step(items, n, &c->at, -1);
        return true;
    case TUI_RIGHT:
    case TUI_SPACE:
        step(items, n, &c->at, 1);
        return true;
    default:
        return false;
    }
}

#include "tui/palette.h"

#include "api/base/str.h"
#include "api/base/utf8.h"
#include "tui/cells.h"
#include "tui/key.h"
#include "tui/text.h"

enum { ITEMS = 128, WIDTH = 72, LINES = 12 };

struct found {
    const struct palette_item *items;
    size_t index[ITEMS], n;
    int key_columns, name_columns;
};

static bool matches(const struct palette_item *item, const char *needle)
{
    char name[KEY_NAME];
    return utf8_contains(item->name, needle) ||
           (item->help != NULL && utf8_contains(item->help, needle)) ||
           utf8_contains(key_name(item->key, name), needle);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static void find(const char *text, const struct palette_item *items, size_t n, struct found *f)
{
    char needle[PALETTE_TEXT * 2], name[KEY_NAME];
    utf8_fold(needle, sizeof needle, text);
    *f = (struct found){.items = items};
    for (size_t i = 0; i < n && f->n < ITEMS; i++) {
        f->key_columns = larger(f->key_columns, text_width(key_name(items[i].key, name)));
        f->name_columns = larger(f->name_columns, text_width(items[i].name));
        if (matches(&items[i], needle))
            f->index[f->n++] = i;
    }
}

void palette_open(struct palette *pal)
{
    *pal = (struct palette){.open = true};
    field_init(&pal->field, pal->text, sizeof pal->text);
}

static void put(const void *ctx, size_t i, struct page *p)
{
    const struct found *f = ctx;
    const struct palette_item *item = &f->items[f->index[i]];
    char name[KEY_NAME];
    int start = p->x - p->pane.left;
    page_put(p, STYLE_ACCENT, "%s", key_name(item->key, name));
    page_tab(p, start + f->key_columns + 2);
    page_put(p, STYLE_TEXT, "%s", item->name);
    page_tab(p, start + f->key_columns + f->name_columns + 4);
    page_put(p, STYLE_MUTED, "%s", item->help != NULL ? item->help : "");
}

void palette_draw(const struct palette *pal, const char *title, const char *about,
                  const struct palette_item *items, size_t n, struct page *p)
{
    if (!pal->open || p->small)
        return;
    struct found f;
    find(pal->text, items, n, &f);
    int width = p->cols - 8 < WIDTH ? p->cols - 8 : WIDTH;
    int head = about != NULL ? text_wrap_count(about, width) + 1 : 0;
    int most = page_body(p) - 2 - head - 2;
    int lines = n < LINES ? (int)n : LINES;
    const struct page_key keys[] = {{TUI_ENTER, theme_words()->run},
                                    {TUI_DOWN, theme_words()->choose},
                                    {TUI_NONE, theme_words()->filter},
                                    {TUI_ESC, theme_words()->cancel}};
    page_keys_instead(p, keys, sizeof keys / sizeof *keys);
    page_overlay(p, title, width, head + 2 + (lines < most ? lines : most));
    if (about != NULL) {
        page_text(p, "%s", about);
        page_gap(p);
    }
    struct field_look look = {.placeholder = theme_words()->filter, .focus = true};
    field_draw(&pal->field, &look, p);
    page_gap(p);
    struct list_rows rows = {.n = f.n, .ctx = &f, .put = put, .empty = theme_words()->no_match};
    int col = p->cursor_x, row = p->cursor_y;
    list_draw(&pal->list, &rows, p);
    if (pal->text[0] != '\0' || f.n == 0) /* who types watches the text, who moves the list */
        p->cursor_x = col, p->cursor_y = row;
    page_overlay_end(p);
}

static bool moves(struct palette *pal, size_t n, int key)
{
    bool motion = key == TUI_UP || key == TUI_DOWN || key == TUI_PGUP || key == TUI_PGDN;
    return motion && list_key(&pal->list, n, key);
}

int palette_key(struct palette *pal, const struct palette_item *items, size_t n, int key)
{
    struct found f;
    find(pal->text, items, n, &f);
    if (key == TUI_ESC) {
        pal->open = false;
        return PALETTE_ESC;
    }
    if (key == TUI_ENTER) {
        if (pal->list.at >= f.n || items[f.index[pal->list.at]].impossible)
            return PALETTE_OPEN;
        pal->open = false;
        return (int)f.index[pal->list.at];
    }
    if (!moves(pal, f.n, key) && field_key(&pal->field, key))
        pal->list.at = 0;
    return PALETTE_OPEN;
}

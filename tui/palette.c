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
    int key_columns, name_columns, help_columns;
};

static bool matches(const struct palette_item *item, const char *needle)
{
    char name[KEY_NAME];
    return utf8_contains(item->name, needle) ||
           (item->help != NULL && utf8_contains(item->help, needle)) ||
           utf8_contains(key_shown(item->key, name), needle) ||
           utf8_contains(key_name(item->key, name), needle);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* "not now: " before what cannot be run. */
static const char *before_help(const struct palette_item *item)
{
    return item->impossible ? theme_words()->not_now : "";
}

static int help_width(const struct palette_item *item)
{
    return item->help != NULL ? text_width(item->help) + text_width(before_help(item)) : 0;
}

static void find(const char *text, const struct palette_item *items, size_t n, struct found *f)
{
    char needle[PALETTE_TEXT * 2], name[KEY_NAME];
    utf8_fold(needle, sizeof needle, text);
    *f = (struct found){.items = items};
    for (size_t i = 0; i < n && f->n < ITEMS; i++) {
        f->key_columns = larger(f->key_columns, text_width(key_shown(items[i].key, name)));
        f->name_columns = larger(f->name_columns, text_width(items[i].name));
        f->help_columns = larger(f->help_columns, help_width(&items[i]));
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
    page_put(p, item->impossible ? STYLE_MUTED : STYLE_ACCENT, "%s", key_shown(item->key, name));
    page_tab(p, start + f->key_columns + 2);
    page_put(p, STYLE_TEXT, "%s", item->name);
    page_tab(p, start + f->key_columns + f->name_columns + 4);
    page_put(p, STYLE_MUTED, "%s%s", before_help(item), item->help != NULL ? item->help : "");
}

/* How the room is shared: what the screen is, the list, and below it the whole of a description
 * that a row cuts. What the screen is gives way first. */
struct share {
    int about, list, rest;
};

static struct share share_of(const struct found *f, const char *about, size_t n, int width,
                             const struct page *p)
{
    enum { POINTER = 2, SCROLL = 2, LEAST = 5, MOST = 3 };
    struct share s = {.about = about != NULL ? text_wrap_count(about, width) + 1 : 0};
    int row = width - POINTER - SCROLL - f->key_columns - f->name_columns - 4;
    int room = page_body(p) - 4; /* the field and a gap, the border */
    for (int rest = f->help_columns; f->help_columns > row && rest > 0 && s.rest < MOST;
         rest -= width * 3 / 4) /* it wraps on words */
        s.rest++;
    s.rest += s.rest > 0; /* a gap before it */
    if (room - s.about - s.rest < LEAST)
        s.about = 0;
    s.list = n < LINES ? (int)n : LINES;
    if (s.list > room - s.about - s.rest)
        s.list = room - s.about - s.rest;
    return s;
}

static void draw_rest(const struct palette *pal, const struct found *f, int lines, struct page *p)
{
    while (page_room(p) >= lines)
        page_newline(p);
    if (pal->list.at >= f->n)
        return;
    const struct palette_item *item = &f->items[f->index[pal->list.at]];
    page_text(p, "%s%s", before_help(item), item->help != NULL ? item->help : "");
}

void palette_draw(const struct palette *pal, const char *title, const char *about,
                  const struct palette_item *items, size_t n, struct page *p)
{
    if (!pal->open || p->small)
        return;
    struct found f;
    find(pal->text, items, n, &f);
    int width = p->cols - 8 < WIDTH ? p->cols - 8 : WIDTH;
    struct share share = share_of(&f, about, n, width, p);
    const struct page_key keys[] = {{TUI_ENTER, theme_words()->run},
                                    {TUI_DOWN, theme_words()->choose},
                                    {TUI_NONE, theme_words()->filter},
                                    {TUI_ESC, theme_words()->cancel}};
    page_keys_instead(p, keys, sizeof keys / sizeof *keys);
    page_overlay(p, title, width, share.about + 2 + share.list + share.rest);
    if (share.about > 0) {
        page_text(p, "%s", about);
        page_gap(p);
    }
    struct field_look look = {.placeholder = theme_words()->filter, .focus = true};
    field_draw(&pal->field, &look, p);
    page_gap(p);
    struct list_rows rows = {
        .n = f.n, .ctx = &f, .put = put, .height = share.list, .empty = theme_words()->no_match};
    int col = p->cursor_x, row = p->cursor_y;
    list_draw(&pal->list, &rows, p);
    if (pal->text[0] != '\0' || f.n == 0) /* who types watches the text, who moves the list */
        p->cursor_x = col, p->cursor_y = row;
    if (share.rest > 0)
        draw_rest(pal, &f, share.rest, p);
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

#include "tui/field.h"

#include "api/base/str.h"
#include "api/base/utf8.h"
#include "tui/cells.h"
#include "tui/key.h"
#include "tui/text.h"

#include <string.h>

void field_init(struct field *f, char *buffer, size_t cap)
{
    bool secret = f->secret;
    *f = (struct field){.text = buffer, .cap = cap, .at = strlen(buffer), .secret = secret};
}

void field_set(struct field *f, const char *text)
{
    str_copy(f->text, f->cap, text);
    f->at = strlen(f->text);
}

void field_place(struct field *f, int64_t at)
{
    size_t n = f->text ? strlen(f->text) : 0;

    if (at >= 0 && (uint64_t)at <= n &&
        (f->text == NULL || ((unsigned char)f->text[at] & 0xc0) != 0x80))
        f->at = (size_t)at;
}

/* --- editing --- */

static size_t length(const struct field *f)
{
    return strlen(f->text);
}

/* What was cut off is wiped, not only ended: it may be a password. */
static void cut(struct field *f, size_t from, size_t to)
{
    size_t n = length(f);
    memmove(f->text + from, f->text + to, n - to);
    memset(f->text + n - (to - from), 0, to - from);
    f->at = from;
}

static bool insert(struct field *f, const char *bytes, size_t n)
{
    size_t have = length(f);
    if (have + n + 1 > f->cap)
        return false;
    memmove(f->text + f->at + n, f->text + f->at, have - f->at + 1);
    memcpy(f->text + f->at, bytes, n);
    f->at += n;
    return true;
}

static size_t next_border(const struct field *f)
{
    int width;
    return f->at + text_cluster(f->text + f->at, length(f) - f->at, &width);
}

static size_t word_start(const struct field *f)
{
    size_t at = f->at;
    while (at > 0 && f->text[at - 1] == ' ')
        at--;
    while (at > 0 && f->text[at - 1] != ' ')
        at--;
    return at;
}

static bool move(struct field *f, int key)
{
    switch (key) {
    case TUI_LEFT:
        f->at -= text_cluster_before(f->text, f->at);
        return true;
    case TUI_RIGHT:
        f->at = next_border(f);
        return true;
    case TUI_HOME:
    case TUI_CTRL('A'):
        f->at = 0;
        return true;
    case TUI_END:
    case TUI_CTRL('E'):
        f->at = length(f);
        return true;
    default:
        return false;
    }
}

bool field_key(struct field *f, int key)
{
    char bytes[4];
    if (key_is_text(key)) {
        size_t n = utf8_put(bytes, (uint32_t)key);
        insert(f, bytes, n); /* a full field takes no more; the key was ours all the same */
        return true;
    }
    switch (key) {
    case TUI_BACKSPACE:
        cut(f, f->at - text_cluster_before(f->text, f->at), f->at);
        return true;
    case TUI_DEL:
    case TUI_CTRL('D'):
        cut(f, f->at, next_border(f));
        return true;
    case TUI_CTRL('U'):
        cut(f, 0, length(f));
        return true;
    case TUI_CTRL('W'):
        cut(f, word_start(f), f->at);
        return true;
    case TUI_CTRL('K'):
        cut(f, f->at, length(f));
        return true;
    default:
        return move(f, key);
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool field_paste(struct field *f, const char *text)
{
    size_t n = strlen(text), used;
    struct str kept = {0};
    while (n > 0 && is_blank(text[0]))
        text++, n--;
    while (n > 0 && is_blank(text[n - 1]))
        n--;
    for (; n > 0; text += used, n -= used) {
        uint32_t cp;
        used = utf8_next(text, n, &cp);
        if (used == 0)
            break;
        if (is_blank(text[0]))
            str_addc(&kept, ' ');
        else if (cp != UINT32_MAX && key_is_text((int)cp))
            str_addn(&kept, text, used);
    }
    bool fits = insert(f, str_text(&kept), kept.bytes);
    if (kept.text != NULL)
        memset(kept.text, 0, kept.bytes);
    str_done(&kept);
    return fits;
}

/* --- drawing --- */

enum { WIDEST = 60 };

/* The window onto a long text moves by half its width, so it does not run with every key. */
static int scrolled(const struct field *f, int width)
{
    int before = text_widthn(f->text, f->at), offset = 0;
    int half = width > 1 ? width / 2 : 1;
    while (before - offset >= width)
        offset += half;
    return offset;
}

static size_t skip_columns(const char *text, int columns)
{
    size_t at = 0;
    int width;
    for (int done = 0; done < columns && text[at] != '\0'; done += width)
        at += text_cluster(text + at, SIZE_MAX, &width);
    return at;
}

static void put_text(const struct field *f, const struct field_look *look, int left, int end,
                     struct page *p)
{
    if (f->text[0] == '\0') {
        if (look->placeholder != NULL)
            page_write(p, STYLE_MUTED, page_harmless(p, look->placeholder),
                       strlen(page_harmless(p, look->placeholder)), end);
        p->x = left;
        return;
    }
    if (f->secret) {
        page_write(p, STYLE_FIELD, theme_words()->hidden, strlen(theme_words()->hidden), end);
        return;
    }
    int offset = scrolled(f, end - left);
    size_t from = skip_columns(f->text, offset);
    const char *text = page_harmless(p, f->text + from);
    int used;
    page_write(p, STYLE_FIELD, text, text_fit(text, SIZE_MAX, end - left, &used), end);
    size_t before = f->at > from ? f->at - from : 0;
    char part[1024];
    if (before >= sizeof part)
        before = sizeof part - 1;
    memcpy(part, f->text + from, before);
    part[before] = '\0';
    p->x = left + text_width(page_harmless(p, part)); /* as it is shown, escapes and all */
    if (p->x >= end)
        p->x = end - 1;
}

bool field_hides(const struct page *p)
{
    return p->hides;
}

void field_draw(const struct field *f, const struct field_look *look, struct page *p)
{
    int label = look->label_width > 0 ? look->label_width : PAGE_LABEL;
    label = look->label != NULL ? label : 0;
    int row = p->pane.origin + p->pane.y;
    page_open_line(p);
    page_stop(p, look->focus);
    if (look->label != NULL) {
        page_put_pointer(p, look->focus);
        page_put(p, look->focus ? STYLE_ACCENT : STYLE_MUTED, "%s", look->label);
        page_tab(p, p->pane.indent + label);
    }
    int left = p->x, end = page_right(p);
    if (end > left + WIDEST)
        end = left + WIDEST;
    page_fill(p, row, left, end, STYLE_FIELD);
    if (end > left)
        put_text(f, look, left, end, p);
    if (look->focus) {
        page_cursor(p);
        p->hides = f->secret;
    }
    page_newline(p);
    p->pane.blank = false;
    if (look->problem == NULL)
        return;
    page_tab(p, p->pane.indent + label);
    page_put_mark(p, MARK_FAIL, false);
    page_put(p, STYLE_TEXT, " ");
    page_flow(p, STYLE_TEXT, page_harmless(p, look->problem), p->pane.indent + label + 2);
}

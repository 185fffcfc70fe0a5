/* Blocks: each takes whole lines. */

#include "tui/cells.h"
#include "tui/key.h"
#include "tui/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void flow(struct page *p, enum style s, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

static void flow(struct page *p, enum style s, const char *fmt, va_list args)
{
    page_flow(p, s, page_format(p, fmt, args), p->pane.indent);
}

void page_heading(struct page *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    flow(p, STYLE_HEADING, fmt, args);
    va_end(args);
}

void page_text(struct page *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    flow(p, STYLE_TEXT, fmt, args);
    va_end(args);
}

void page_styled(struct page *p, enum style s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    flow(p, s, fmt, args);
    va_end(args);
}

/* The column under which texts stand on a form; 0: it is none, or too narrow for that. */
static int form_column(const struct page *p)
{
    enum { ROOMY = 72 };
    return p->pane.form && page_width(p) >= ROOMY ? PAGE_LABEL : 0;
}

void page_note(struct page *p, const char *fmt, ...)
{
    int in = form_column(p) > 0 ? form_column(p) : 2;
    va_list args;
    va_start(args, fmt);
    page_indent(p, in);
    flow(p, STYLE_MUTED, fmt, args);
    page_indent(p, -in);
    va_end(args);
}

int page_mark_columns(void)
{
    int widest = 0;
    for (int i = 0; i < MARK_COUNT; i++) {
        int width = text_width(theme_words()->mark[i]);
        widest = width > widest ? width : widest;
    }
    return 2 + widest;
}

void page_form(struct page *p, bool on)
{
    p->pane.form = on;
}

void page_mark(struct page *p, enum mark mark, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int left = p->pane.indent + (p->pane.form ? 2 : 0);
    int hang =
        form_column(p) > 0 ? p->pane.indent + form_column(p) : left + page_mark_columns() + 2;
    if (p->pane.form)
        page_tab(p, left);
    page_put_mark(p, mark, true);
    page_tab(p, hang);
    page_flow(p, STYLE_TEXT, page_format(p, fmt, args), hang);
    va_end(args);
}

void page_field(struct page *p, const char *label, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int hang = p->pane.indent + PAGE_LABEL;
    page_put(p, STYLE_MUTED, "%s", label);
    page_tab(p, hang);
    page_flow(p, STYLE_ACCENT, page_format(p, fmt, args), hang);
    va_end(args);
}

enum { LINE = 4096 };

/* One line of text without its end; true while there was one. */
static bool next_line(const char **text, char line[LINE])
{
    if (**text == '\0')
        return false;
    *text += text_line(line, LINE, *text);
    return true;
}

enum { WRAPPED = 2 }; /* the rest of a long line stands further in */

static void put_whole(struct page *p, enum style s, const char *line)
{
    int blanks = (int)strspn(line, " ");
    bool more;
    page_open_line(p);
    int room = page_right(p) - p->x;
    if (text_width(line) <= room || room <= blanks + WRAPPED) {
        page_write_all(p, s, line);
        page_newline(p);
        return;
    }
    const char *rest = line;
    size_t n = text_wrap(&rest, room, &more);
    page_write(p, s, line, n, page_right(p));
    page_newline(p);
    page_flow(p, s, rest, p->pane.indent + blanks + WRAPPED);
}

void page_lines(struct page *p, enum style s, const char *text)
{
    char line[LINE];
    while (next_line(&text, line))
        put_whole(p, s, page_harmless(p, line));
}

void page_paragraphs(struct page *p, enum style s, const char *text)
{
    char line[LINE];
    while (next_line(&text, line))
        page_flow(p, s, page_harmless(p, line), p->pane.indent);
}

void page_gap(struct page *p)
{
    if (!p->pane.blank)
        page_newline(p);
    p->pane.blank = true;
}

void page_rule(struct page *p)
{
    page_open_line(p);
    while (p->x < page_right(p))
        page_write(p, STYLE_MUTED, p->ascii ? "-" : "─", strlen(p->ascii ? "-" : "─"),
                   page_right(p));
    page_newline(p);
}

void page_indent(struct page *p, int columns)
{
    p->pane.indent += columns;
    if (p->pane.indent < 0)
        p->pane.indent = 0;
}

static void bar(struct page *p, uint64_t done, uint64_t of)
{
    int room = page_width(p) - PAGE_LABEL - 28;
    int columns = room < 8 ? 8 : room > 40 ? 40 : room;
    int full = of > 0 ? (int)((double)done / (double)of * columns) : 0;
    for (int i = 0; i < columns; i++)
        if (i < full)
            page_write_all(p, STYLE_OK, p->ascii ? "#" : "█");
        else
            page_write_all(p, STYLE_MUTED, p->ascii ? "." : "░");
}

void page_bar(struct page *p, const char *label, uint64_t done, uint64_t of)
{
    if (done > of)
        done = of;
    if (*label != '\0') {
        page_put(p, STYLE_MUTED, "%s", label);
        page_tab(p, p->pane.indent + PAGE_LABEL);
    }
    bar(p, done, of);
    if (of > 0)
        page_put(p, STYLE_TEXT, " %3u %%  %" PRIu64 "/%" PRIu64,
                 (unsigned)((double)done * 100 / (double)of), done, of);
    else
        page_put(p, STYLE_TEXT, "  ?  ");
    page_newline(p);
}

void page_share(struct page *p, unsigned percent)
{
    bar(p, percent, 100);
    page_put(p, STYLE_TEXT, " %3u %%", percent);
    page_newline(p);
}

/* --- the frame around the body --- */

/* Writes outside the body: a pane of one row of the screen. */
static struct pane enter_row(struct page *p, int row)
{
    struct pane keep = p->pane;
    p->pane = (struct pane){
        .width = p->cols, .origin = row, .floor = 1, .clip_top = row, .clip_end = row + !p->small};
    p->x = 0;
    return keep;
}

static void back_to_body(struct page *p)
{
    p->x = 0;
    page_scroll(p, p->scroll);
}

enum { ROOMY = 30 }; /* rows from which an empty one below the title is no waste */

void page_title(struct page *p, const struct page_title *title)
{
    enter_row(p, 0);
    page_fill(p, 0, 0, p->cols, STYLE_TITLE);
    page_put(p, STYLE_TITLE, " %s", title->program);
    if (title->of > 0)
        page_put(p, STYLE_TITLE, "  %d/%d", title->at, title->of);
    page_put(p, STYLE_TITLE, "  %s ", title->title);
    if (title->context != NULL) {
        char cut[512];
        int room = p->cols - p->x - 2;
        const char *context = page_harmless(p, title->context);
        text_cut_middle(cut, sizeof cut, context, room > 0 ? room : 0, p->ascii);
        page_put_right(p, STYLE_TITLE, "%s ", cut);
    }
    p->body_top = p->rows >= ROOMY ? 2 : 1;
    back_to_body(p);
}

enum { KEY_GAP = 2 };

static int key_width(const struct page_key *k)
{
    char name[KEY_NAME];
    int width = k->key == TUI_NONE ? 0 : text_width(key_shown(k->key, name)) + 1;
    return width + text_width(k->label);
}

/* The way back and the list of everything. */
static bool never_drops(const struct page_key *k)
{
    return k->key == TUI_ESC || k->key == '?' || k->key == TUI_F1;
}

/* Columns of those behind `from` that never drop. */
static int kept_width(const struct page_key *keys, size_t from, size_t n)
{
    int width = 0;
    for (size_t i = from; i < n; i++)
        width += never_drops(&keys[i]) ? KEY_GAP + key_width(&keys[i]) : 0;
    return width;
}

static void put_key(struct page *p, const struct page_key *k)
{
    char name[KEY_NAME];
    const char *key = k->key == TUI_NONE ? "" : key_shown(k->key, name);
    p->x += p->x > 0 ? KEY_GAP : 0;
    page_spot(p, k->key, p->x, p->x + key_width(k));
    if (*key != '\0') {
        page_put(p, STYLE_KEY, "%s", key);
        p->x++;
    }
    page_put(p, STYLE_TEXT, "%s", k->label);
}

static void put_keys(struct page *p, const struct page_key *keys, size_t n)
{
    enter_row(p, p->rows - 1);
    p->n_spots = 0;
    bool full = false;
    for (size_t i = 0; i < n; i++) {
        int end = p->x + (p->x > 0 ? KEY_GAP : 0) + key_width(&keys[i]);
        full = full || end + kept_width(keys, i + 1, n) > p->cols;
        if (never_drops(&keys[i]) ? end <= p->cols : !full)
            put_key(p, &keys[i]);
    }
}

void page_keys(struct page *p, const struct page_key *keys, size_t n)
{
    put_keys(p, keys, n);
    p->body_end--;
    back_to_body(p);
}

void page_keys_instead(struct page *p, const struct page_key *keys, size_t n)
{
    struct pane keep = enter_row(p, p->rows - 1);
    page_fill(p, p->rows - 1, 0, p->cols, STYLE_TEXT);
    put_keys(p, keys, n);
    p->pane = keep;
    p->x = keep.left;
}

enum { STATUS_LINES = 3, STATUS_BYTES = 1024 };

void page_status(struct page *p, enum mark mark, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char text[STATUS_BYTES];
    const char *rest = text;
    snprintf(text, sizeof text, "%s", page_format(p, fmt, args));
    va_end(args);
    int room = p->cols - 2, lines = text_wrap_count(text, room);
    lines = lines < STATUS_LINES ? lines : STATUS_LINES;
    for (int i = 0; i < lines; i++) {
        bool more, last = i + 1 == lines;
        const char *line = rest;
        size_t n = text_wrap(&rest, room, &more);
        enter_row(p, p->body_end - lines + i);
        if (i == 0)
            page_put_mark(p, mark, false);
        p->x = i == 0 && mark == MARK_NONE ? p->x + 1 : 2;
        page_write(p, STYLE_TEXT, line, last ? strlen(line) : n, p->cols);
    }
    p->body_end -= lines;
    back_to_body(p);
}

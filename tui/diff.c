#include "tui/diff.h"

#include "api/base/str.h"
#include "tui/cells.h"
#include "tui/key.h"
#include "tui/scroll.h"
#include "tui/text.h"

#include <string.h>

enum { SIDEWAYS = 8, LINE = 4096 };

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; n++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return n;
}

static const char *skip_lines(const char *text, size_t n)
{
    while (n-- > 0 && *text != '\0') {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return text;
}

static enum style line_style(const char *line, bool is_diff)
{
    if (!is_diff)
        return STYLE_TEXT;
    if (str_starts(line, "+++") || str_starts(line, "---") || str_starts(line, "diff "))
        return STYLE_HEADING;
    switch (line[0]) {
    case '+':
        return STYLE_ADDED;
    case '-':
        return STYLE_REMOVED;
    case '@':
        return STYLE_ACCENT;
    default:
        return STYLE_TEXT;
    }
}

static void put_line(const struct diff_view *d, const char *text, bool is_diff, struct page *p)
{
    char line[LINE];
    text_line(line, sizeof line, text);
    enum style s = line_style(line, is_diff);
    const char *shown = page_harmless(p, line);
    int skipped;
    size_t from = text_fit(shown, SIZE_MAX, d->left, &skipped);
    page_write_all(p, s, shown + from);
}

void diff_draw(const struct diff_view *d, const char *text, bool is_diff, struct page *p)
{
    size_t n = count_lines(text);
    int room = page_room(p) > 0 ? page_room(p) : 1;
    size_t rows = (size_t)room, top = d->top;
    if (top + rows > n)
        top = n > rows ? n - rows : 0;
    seen_note(&d->seen, top, room);
    const char *rest = skip_lines(text, top);
    bool above = top > 0, below = top + rows < n;
    p->pane.width -= above || below ? 2 : 0; /* for the marks */
    for (size_t i = 0; i < rows && *rest != '\0'; i++) {
        put_line(d, rest, is_diff, p);
        if ((i == 0 && above) || (i + 1 == rows && below))
            scroll_mark(p, i == 0 && above);
        page_newline(p);
        rest = skip_lines(rest, 1);
    }
    p->pane.width += above || below ? 2 : 0;
}

bool diff_goes_on(const struct diff_view *d, const char *text)
{
    return d->seen.rows > 0 && count_lines(text) > d->seen.top + (size_t)d->seen.rows;
}

bool diff_key(struct diff_view *d, const char *text, int key)
{
    size_t n = count_lines(text), rows = (size_t)(d->seen.rows > 0 ? d->seen.rows : 1);
    switch (key_as_motion(key)) {
    case TUI_LEFT:
        d->left -= d->left < SIDEWAYS ? d->left : SIDEWAYS;
        return true;
    case TUI_RIGHT:
        d->left += d->left < LINE ? SIDEWAYS : 0;
        return true;
    default:
        return list_move(&d->top, n > rows ? n - rows + 1 : 1, seen_page(&d->seen), key);
    }
}

/* A page as plain text and as ANSI. */

#include "tui/shot.h"

#include "tui/cells.h"

#include <stdio.h>

static const char *text_of(const struct cell *c)
{
    return c->text[0] != '\0' ? c->text : " ";
}

static void trim(struct str *out, size_t line)
{
    while (out->bytes > line && out->text[out->bytes - 1] == ' ')
        out->text[--out->bytes] = '\0';
}

static void text_row(const struct page *p, int row, struct str *out)
{
    size_t line = out->bytes;
    for (int col = 0; col < p->cols; col++) {
        const struct cell *c = page_look(p, col, row);
        if (c->width > 0)
            str_add(out, text_of(c));
    }
    trim(out, line);
    str_addc(out, '\n');
}

static char letter(const struct cell *c)
{
    static const char letters[STYLE_COUNT] = {
        [STYLE_TEXT] = '.',    [STYLE_HEADING] = 'H', [STYLE_TITLE] = 'T',     [STYLE_MUTED] = '.',
        [STYLE_ACCENT] = 'A',  [STYLE_OK] = 'O',      [STYLE_WARN] = 'W',      [STYLE_FAIL] = 'F',
        [STYLE_RUNNING] = 'R', [STYLE_KEY] = 'K',     [STYLE_SENSITIVE] = 'S', [STYLE_FIELD] = '_',
        [STYLE_LINK] = 'L',    [STYLE_ADDED] = '+',   [STYLE_REMOVED] = '-',   [STYLE_CURSOR] = 'C',
    };
    return (char)(c->on ? 'C' : letters[c->style]);
}

static bool shows(const struct cell *c)
{
    return c->text[0] != '\0' || c->on || c->style == STYLE_TITLE || c->style == STYLE_FIELD;
}

static void style_row(const struct page *p, int row, struct str *out)
{
    size_t line = out->bytes;
    for (int col = 0; col < p->cols; col++) {
        const struct cell *c = page_look(p, col, row);
        str_addc(out, (char)(c->width == 0 || shows(c) ? letter(c) : ' '));
    }
    trim(out, line);
    str_addc(out, '\n');
}

void shot_text(const struct page *p, bool styles, struct str *out)
{
    for (int row = 0; row < p->rows; row++)
        text_row(p, row, out);
    if (p->cursor_x >= 0)
        str_printf(out, "-- cursor %d,%d\n", p->cursor_x, p->cursor_y);
    if (!styles)
        return;
    str_add(out, "-- styles\n");
    for (int row = 0; row < p->rows; row++)
        style_row(p, row, out);
}

/* --- ANSI --- */

static struct look look_of(const struct cell *c, bool color)
{
    return theme_look(c->on ? STYLE_CURSOR : (enum style)c->style, color);
}

static bool same(struct look a, struct look b)
{
    return a.fg == b.fg && a.bg == b.bg && a.attr == b.attr;
}

static void sgr(struct look l, struct str *out)
{
    str_add(out, "\033[0");
    if (l.attr & LOOK_BOLD)
        str_add(out, ";1");
    if (l.attr & LOOK_UNDERLINE)
        str_add(out, ";4");
    if (l.attr & LOOK_REVERSE)
        str_add(out, ";7");
    if (l.fg >= 0)
        str_printf(out, ";%d", l.fg < 8 ? 30 + l.fg : 82 + l.fg);
    if (l.bg >= 0)
        str_printf(out, ";%d", l.bg < 8 ? 40 + l.bg : 92 + l.bg);
    str_addc(out, 'm');
}

void shot_ansi(const struct page *p, bool color, struct str *out)
{
    const struct look plain = theme_look(STYLE_TEXT, color);
    for (int row = 0; row < p->rows; row++) {
        struct look now = plain;
        for (int col = 0; col < p->cols; col++) {
            const struct cell *c = page_look(p, col, row);
            struct look wanted = look_of(c, color);
            if (c->width == 0)
                continue;
            if (!same(now, wanted))
                sgr(wanted, out);
            now = wanted;
            str_add(out, text_of(c));
        }
        if (!same(now, plain))
            str_add(out, "\033[0m");
        str_addc(out, '\n');
    }
}

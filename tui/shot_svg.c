/* A page as a picture: runs of equal look become <text>, backgrounds <rect>, box lines one <path>,
 * so that lines join whatever font the viewer has. */

#include "tui/shot.h"

#include "tui/cells.h"
#include "tui/text.h"

#include <stdio.h>
#include <string.h>

/* Sizes in tenths of a pixel, so that no number depends on how doubles are printed. */
enum { CELL_W = 84, CELL_H = 190, PAD = 140, BAR = 340, BASE = 138 };

static const char *const palette[8] = {"#10141b", "#ff7b72", "#7ee787", "#f2cc60",
                                       "#2f5fb3", "#d2a8ff", "#4db6c4", "#f0f6fc"};
#define PAPER "#10141b"
#define INK   "#d5dbe3"

static struct look look_of(const struct cell *c)
{
    return theme_look(c->on ? STYLE_CURSOR : (enum style)c->style, true);
}

static bool same(struct look a, struct look b)
{
    return a.fg == b.fg && a.bg == b.bg && a.attr == b.attr;
}

/* Tenths as "12" or "12.5". */
static const char *px(int tenths, char out[16])
{
    if (tenths % 10 == 0)
        snprintf(out, 16, "%d", tenths / 10);
    else
        snprintf(out, 16, "%d.%d", tenths / 10, tenths % 10);
    return out;
}

static int x_of(int col)
{
    return PAD + col * CELL_W;
}

static int y_of(int row)
{
    return BAR + row * CELL_H + PAD / 2;
}

static void escape(struct str *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        switch (text[i]) {
        case '<':
            str_add(out, "&lt;");
            break;
        case '>':
            str_add(out, "&gt;");
            break;
        case '&':
            str_add(out, "&amp;");
            break;
        case '"':
            str_add(out, "&quot;");
            break;
        default:
            str_addc(out, text[i]);
        }
}

static void rect(struct str *out, int x, int y, int w, int h, const char *fill)
{
    char a[16], b[16], c[16], d[16];
    str_printf(out, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n", px(x, a),
               px(y, b), px(w, c), px(h, d), fill);
}

/* --- what is drawn, not written --- */

enum { LEFT = 1, RIGHT = 2, ABOVE = 4, BELOW = 8 };

static int box_arms(const char *text)
{
    static const struct {
        const char *text;
        int arms;
    } lines[] = {
        {"─", LEFT | RIGHT},          {"│", ABOVE | BELOW},        {"┌", RIGHT | BELOW},
        {"┐", LEFT | BELOW},          {"└", RIGHT | ABOVE},        {"┘", LEFT | ABOVE},
        {"├", ABOVE | BELOW | RIGHT}, {"┤", ABOVE | BELOW | LEFT},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (strcmp(lines[i].text, text) == 0)
            return lines[i].arms;
    return 0;
}

/* Eighths of a cell's height that a block fills; 0: none. ░ is a full one, faint. */
static int block_eighths(const char *text)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    for (int i = 0; i < 8; i++)
        if (strcmp(bars[i], text) == 0)
            return i + 1;
    return strcmp(text, "░") == 0 ? 8 : 0;
}

static bool is_drawn(const struct cell *c)
{
    return (unsigned char)c->text[0] == 0xe2 &&
           (box_arms(c->text) != 0 || block_eighths(c->text) != 0);
}

static void lines_of_row(const struct page *p, int row, struct str *path)
{
    char a[16], b[16], c[16];
    for (int col = 0; col < p->cols; col++) {
        int arms = box_arms(page_look(p, col, row)->text), end = col;
        if (arms == 0)
            continue;
        int mid_x = x_of(col) + CELL_W / 2, mid_y = y_of(row) + CELL_H / 2;
        if (arms & (LEFT | RIGHT)) {
            while (end + 1 < p->cols && (arms & RIGHT) &&
                   (box_arms(page_look(p, end + 1, row)->text) & (LEFT | RIGHT)) == (LEFT | RIGHT))
                end++;
            int from = arms & LEFT ? x_of(col) : mid_x;
            int to = arms & RIGHT ? x_of(end + 1) : mid_x;
            str_printf(path, "M%s %sH%s", px(from, a), px(mid_y, b), px(to, c));
        }
        if (arms & (ABOVE | BELOW)) {
            int from = arms & ABOVE ? y_of(row) : mid_y;
            int to = arms & BELOW ? y_of(row + 1) : mid_y;
            str_printf(path, "M%s %sV%s", px(mid_x, a), px(from, b), px(to, c));
        }
        col = end;
    }
}

static const char *color_of(int8_t color, const char *otherwise)
{
    return color >= 0 ? palette[color & 7] : otherwise;
}

static void blocks_of_row(const struct page *p, int row, struct str *out)
{
    for (int col = 0; col < p->cols; col++) {
        const struct cell *c = page_look(p, col, row);
        int eighths = block_eighths(c->text), end = col;
        if (eighths == 0)
            continue;
        while (end + 1 < p->cols && memcmp(page_look(p, end + 1, row), c, sizeof *c) == 0)
            end++;
        bool faint = strcmp(c->text, "░") == 0;
        bool bar = strcmp(c->text, "█") == 0 || faint;
        int inset = bar ? 40 : 20;
        int height = (CELL_H - 2 * inset) * eighths / 8;
        rect(out, x_of(col), y_of(row + 1) - inset - height, (end - col + 1) * CELL_W, height,
             faint ? "#2d3542" : color_of(look_of(c).fg, INK));
        col = end;
    }
}

/* What reaches from edge to edge does so in the picture too. */
static void across(const struct page *p, int row, int col, int end, int y, int h, const char *fill,
                   struct str *out)
{
    bool whole = col == 0 && end == p->cols - 1;
    int x = whole ? 0 : x_of(col);
    rect(out, x, y_of(row) + y, whole ? 2 * PAD + p->cols * CELL_W : x_of(end + 1) - x, h, fill);
}

static void backgrounds_of_row(const struct page *p, int row, struct str *out)
{
    for (int col = 0; col < p->cols; col++) {
        int8_t bg = look_of(page_look(p, col, row)).bg;
        int end = col;
        if (bg < 0)
            continue;
        while (end + 1 < p->cols && look_of(page_look(p, end + 1, row)).bg == bg)
            end++;
        across(p, row, col, end, 0, CELL_H, palette[bg & 7], out);
        col = end;
    }
}

/* Lines of our own: not every viewer draws one under blanks. */
static void underlines_of_row(const struct page *p, int row, struct str *out)
{
    for (int col = 0; col < p->cols; col++) {
        int end = col;
        while (end < p->cols && (look_of(page_look(p, end, row)).attr & LOOK_UNDERLINE))
            end++;
        if (end == col)
            continue;
        across(p, row, col, end - 1, BASE + 25, 10, INK, out);
        col = end;
    }
}

/* --- text --- */

static bool is_blank(const struct cell *c)
{
    return c->text[0] == '\0' || is_drawn(c);
}

/* A run goes on over single blanks; two of them end it, and the next begins at its own place. */
static int run_end(const struct page *p, int row, int col)
{
    struct look l = look_of(page_look(p, col, row));
    int end = col;
    for (int i = col; i < p->cols; i++) {
        const struct cell *c = page_look(p, i, row);
        if (!same(look_of(c), l) || is_drawn(c))
            break;
        if (!is_blank(c))
            end = i + 1;
        else if (i > end)
            break;
    }
    return end;
}

static void classes(struct look l, struct str *out)
{
    bool bold = (l.attr & LOOK_BOLD) != 0;
    if (l.fg < 0 && !bold)
        return;
    str_add(out, " class=\"");
    if (l.fg >= 0)
        str_printf(out, "f%d%s", l.fg & 7, bold ? " " : "");
    if (bold)
        str_addc(out, 'b');
    str_addc(out, '"');
}

static void text_of_row(const struct page *p, int row, struct str *out)
{
    char a[16], b[16], c[16];
    for (int col = 0; col < p->cols;) {
        const struct cell *first = page_look(p, col, row);
        if (first->width == 0 || is_blank(first)) {
            col++;
            continue;
        }
        int end = run_end(p, row, col);
        str_printf(out, "<text x=\"%s\" y=\"%s\"", px(x_of(col), a), px(y_of(row) + BASE, b));
        if (end - col > 2)
            str_printf(out, " textLength=\"%s\"", px((end - col) * CELL_W, c));
        classes(look_of(first), out);
        str_addc(out, '>');
        for (; col < end; col++) {
            const struct cell *cell = page_look(p, col, row);
            if (cell->width > 0)
                escape(out, cell->text[0] ? cell->text : " ",
                       cell->text[0] ? strlen(cell->text) : 1);
        }
        str_add(out, "</text>\n");
    }
}

static void window(const struct page *p, const char *title, struct str *out)
{
    char w[16], h[16];
    int width = 2 * PAD + p->cols * CELL_W, height = BAR + p->rows * CELL_H + PAD;
    px(width, w);
    px(height, h);
    str_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" "
               "viewBox=\"0 0 %s %s\" role=\"img\">\n<title>",
               w, h, w, h);
    escape(out, title, strlen(title));
    str_add(out, "</title>\n<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"
                 "'DejaVu Sans Mono',monospace;fill:" INK ";white-space:pre}"
                 ".b{font-weight:700}");
    for (int i = 0; i < 8; i++)
        str_printf(out, ".f%d{fill:%s}", i, palette[i]);
    str_printf(out,
               "</style>\n<rect width=\"%s\" height=\"%s\" rx=\"9\" fill=\"" PAPER "\"/>\n"
               "<path d=\"M0 34V9a9 9 0 0 1 9-9H%d.%da9 9 0 0 1 9 9V34z\" fill=\"#1c222c\"/>\n"
               "<circle cx=\"20\" cy=\"17\" r=\"5.5\" fill=\"#ff5f57\"/>"
               "<circle cx=\"39\" cy=\"17\" r=\"5.5\" fill=\"#febc2e\"/>"
               "<circle cx=\"58\" cy=\"17\" r=\"5.5\" fill=\"#28c840\"/>\n",
               w, h, (width - 90) / 10, (width - 90) % 10);
    str_printf(out, "<text x=\"%s\" y=\"21.5\" text-anchor=\"middle\" style=\"fill:#8b949e\">",
               px(width / 2, w));
    escape(out, title, strlen(title));
    str_add(out, "</text>\n");
}

void shot_svg(const struct page *p, const char *title, struct str *out)
{
    struct str path = {0};
    window(p, title, out);
    for (int row = 0; row < p->rows; row++) {
        backgrounds_of_row(p, row, out);
        underlines_of_row(p, row, out);
        blocks_of_row(p, row, out);
        lines_of_row(p, row, &path);
        text_of_row(p, row, out);
    }
    if (path.bytes > 0)
        str_printf(out, "<path d=\"%s\" fill=\"none\" stroke=\"#6e7a8a\"/>\n", str_text(&path));
    if (p->cursor_x >= 0 && !page_look(p, p->cursor_x, p->cursor_y)->on)
        rect(out, x_of(p->cursor_x), y_of(p->cursor_y) + 20, 18, CELL_H - 40, palette[6]);
    str_add(out, "</svg>\n");
    str_done(&path);
}

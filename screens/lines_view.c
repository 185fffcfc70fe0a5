#include "screens/lines_view.h"

#include "tui/text.h"

enum { IN_FULL = 3, WIDEST = 100, BESIDE = 5 }; /* lines; columns; those of cursor, sign and bar */

static void put_row(const void *ctx, size_t i, struct page *p)
{
    const struct lines_view *v = ctx;
    struct lines_row row = v->row(v->ctx, i);

    if (row.sign)
        page_put(p, row.sign_style == STYLE_TEXT ? row.style : row.sign_style, "%c ", row.sign);
    else
        page_put(p, STYLE_TEXT, "%*s", row.indent, "");
    page_put(p, row.style, "%s", row.text);
}

void lines_view_draw(const struct lines_view *v, const struct list *list, struct page *p)
{
    struct list_rows rows = {.n = v->n, .ctx = v, .put = put_row, .blurred = v->blurred};

    if (page_is_wide(p)) {
        list_draw(list, &rows, p);
        return;
    }
    page_split_lines(p, WIDEST, IN_FULL);
    list_draw(list, &rows, p);
    page_next_pane(p);
    if (list->at < v->n) {
        struct lines_row row = v->row(v->ctx, list->at);
        if (text_width(row.text) + row.indent + BESIDE > page_width(p))
            page_text(p, "%s", row.text);
    }
    page_join(p);
}

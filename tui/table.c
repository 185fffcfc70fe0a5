#include "tui/table.h"

#include <string.h>

enum { SCRATCH = 1024, CURSOR_COLUMNS = 2, BOX_COLUMNS = 4 };

struct drawn {
    const struct table_rows *rows;
    struct page_layout layout;
};

static void put(const void *ctx, size_t i, struct page *p)
{
    const struct drawn *d = ctx;
    struct page_part parts[PAGE_COLUMNS];
    char scratch[SCRATCH] = "";
    memset(parts, 0, sizeof parts);
    d->rows->parts(d->rows->ctx, i, parts, scratch, sizeof scratch);
    if (d->rows->box != NULL)
        page_put_box(p, d->rows->box(d->rows->ctx, i));
    page_put_row(p, &d->layout, parts);
}

static bool has_head(const struct table_rows *rows)
{
    for (size_t i = 0; i < rows->n_columns; i++)
        if (rows->columns[i].title != NULL)
            return true;
    return false;
}

void table_draw(const struct list *l, const struct table_rows *rows, struct page *p)
{
    int before = CURSOR_COLUMNS + (rows->box != NULL ? BOX_COLUMNS : 0);
    /* Two more at the right, where a long list says that it goes on. */
    struct drawn d = {rows, page_fit(p, rows->columns, rows->n_columns, before + 2)};
    struct list_rows lines = {
        .n = rows->n,
        .ctx = &d,
        .put = put,
        .blurred = rows->blurred,
        .height = rows->height,
        .empty = rows->empty,
    };
    if (has_head(rows)) {
        page_indent(p, before);
        page_head(p, &d.layout);
        page_indent(p, -before);
    }
    list_draw(l, &lines, p);
}

#ifndef STROM_TUI_TABLE_H
#define STROM_TUI_TABLE_H

/* A list in aligned columns with headings. Its state is a struct list: list_key, list_clamp. */

#include "tui/list.h"

struct table_rows {
    size_t n;
    const void *ctx;
    const struct page_column *columns;
    size_t n_columns;
    /* Fills parts[0..n_columns-1] for row i; texts live until the next call (scratch: `room` bytes
     * to print into). */
    void (*parts)(const void *ctx, size_t i, struct page_part *parts, char *scratch, size_t room);
    enum box (*box)(const void *ctx, size_t i); /* NULL: no boxes */
    bool blurred;
    int height;
    const char *empty;
};

void table_draw(const struct list *l, const struct table_rows *rows, struct page *p);

#endif

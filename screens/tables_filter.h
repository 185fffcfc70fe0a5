#ifndef STROM_SCREENS_TABLES_FILTER_H
#define STROM_SCREENS_TABLES_FILTER_H

/* The filter line of Tables: what is typed there narrows the view at once. */

#include "screens/tables_view.h"
#include "tui/field.h"

struct tables_filter {
    bool typing;
    struct field field; /* over view->filter */
};

void tables_filter_init(struct tables_filter *f, struct tables_view *v); /* after load */
void tables_filter_start(struct tables_filter *f);
void tables_filter_clear(struct tables_filter *f, struct tables_view *v, const struct journey *j);
/* Any key while it is typed into; the arrows move in the tree below. */
void tables_filter_key(struct tables_filter *f, struct tables_view *v, const struct journey *j,
                       int key);
void tables_filter_paste(struct tables_filter *f, struct tables_view *v, const struct journey *j,
                         const char *text);
/* Nothing where there is no filter. With hits it says how to see what else the tables have. */
void tables_filter_draw(const struct tables_filter *f, const struct tables_view *v, struct page *p);
void tables_filter_save(const struct tables_filter *f, struct kept *k);
void tables_filter_load(struct tables_filter *f, const struct kept *k);

#endif

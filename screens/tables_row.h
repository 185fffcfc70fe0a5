#ifndef STROM_SCREENS_TABLES_ROW_H
#define STROM_SCREENS_TABLES_ROW_H

/* A table or a column as a row of Tables: names on the left, what is known on the right. */

#include "screens/tables_view.h"

/* The line above them: what flows, and how much of all is seen. */
void tables_row_totals(const struct tables_view *v, const struct journey *j, struct page *p);
/* What the choices need elsewhere: publication, rights. Nothing where nothing is needed. */
void tables_row_needs(const struct journey *j, struct page *p);
void tables_row_categories(uint32_t categories, struct page *p); /* "fnr, name" */
void tables_row_head(int margin, struct page *p); /* what the columns of the rows are */
void tables_row_table(const struct journey *j, size_t table, struct page *p);
/* What differs from the last review says so; flows: that is a stream, else the plan file. */
void tables_row_column(const struct selection_column *c, bool flows, struct page *p);

#endif

#ifndef STROM_SCREENS_TABLES_DETAILS_H
#define STROM_SCREENS_TABLES_DETAILS_H

/* What there is to know of the table or column under the cursor: types and what becomes of them,
 * key, identity, size, growth, publication, rights, problems, the evidence of a flag, the reason
 * that was given. Numbers are the catalogue's. */

#include "screens/tables_view.h"

void tables_details_here(const struct tables_view *v, struct page *p);
void tables_details_column(const struct journey *j, size_t table, size_t column, struct page *p);

#endif

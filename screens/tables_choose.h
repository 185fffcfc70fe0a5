#ifndef STROM_SCREENS_TABLES_CHOOSE_H
#define STROM_SCREENS_TABLES_CHOOSE_H

/* What choosing means where the cursor of Tables stands: a column, a table, a schema, all that is
 * shown. A sensitive column opens the form for its reason. */

#include "screens/reason_form.h"
#include "screens/tables_view.h"

void tables_choose_here(struct tables_view *v, struct reason_form *reason, struct journey *j);
/* What matches the filter: a table whose name does, else its columns that do; on, unless all of
 * them are. */
void tables_choose_shown(struct tables_view *v, struct journey *j);
/* The column under the cursor is flagged, or one of the table. */
bool tables_choose_is_flagged(const struct tables_view *v);
/* Its reason, or another one; of a table: of all its flagged columns that have none. */
void tables_choose_reason(struct tables_view *v, struct reason_form *reason, struct journey *j);

#endif

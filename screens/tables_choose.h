#ifndef STROM_SCREENS_TABLES_CHOOSE_H
#define STROM_SCREENS_TABLES_CHOOSE_H

/* What choosing means where the cursor of Tables stands: a column, a table, a schema, all that is
 * shown. A sensitive column opens the form for its reason. */

#include "screens/reason_form.h"
#include "screens/tables_view.h"

void tables_choose_here(struct tables_view *v, struct reason_form *reason, struct journey *j);
/* Every table that is shown: on, unless all of them are. */
void tables_choose_shown(struct tables_view *v, struct journey *j);
bool tables_choose_is_flagged(const struct tables_view *v); /* the column under the cursor */
/* Its reason, or another one. */
void tables_choose_reason(struct tables_view *v, struct reason_form *reason, struct journey *j);

#endif

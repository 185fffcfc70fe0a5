#ifndef STROM_SCREENS_KEPT_REASONS_H
#define STROM_SCREENS_KEPT_REASONS_H

/* Why sensitive columns flow, across restarts: an entry a column, with the level that the reason
 * was given for. A level that rose since asks again. */

#include "screens/journey.h"

void kept_reasons_put(struct journey *j, const struct selection_table *t);
void kept_reasons_restore(struct journey *j); /* onto the selection as it was judged now */
/* Those that the plan file of this very stream holds. */
void kept_reasons_of_file(struct journey *j);

#endif

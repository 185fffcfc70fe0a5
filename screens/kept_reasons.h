#ifndef STROM_SCREENS_KEPT_REASONS_H
#define STROM_SCREENS_KEPT_REASONS_H

/* Why sensitive columns flow, across restarts: an entry a column, with the level that the reason
 * was given for. A level that rose since asks again. */

#include "screens/journey.h"

enum { KEPT_REASON_PARTS = 6 };

/* One in a line, its parts between separators. */
void kept_reason_write(struct str *out, const struct selection_ack *a);
/* The reason of a column is this one now, here and in what is kept: the parts that were written;
 * none: it was taken back. */
void kept_reason_set(struct journey *j, size_t table, size_t column, char **parts, size_t n);
void kept_reasons_put(struct journey *j, const struct selection_table *t);
void kept_reasons_restore(struct journey *j); /* onto the selection as it was judged now */
/* Those that the plan file of this very stream holds. */
void kept_reasons_of_file(struct journey *j);

#endif

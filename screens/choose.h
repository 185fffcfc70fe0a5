#ifndef STROM_SCREENS_CHOOSE_H
#define STROM_SCREENS_CHOOSE_H

/* Turning columns, tables and schemas on and off, with undo and redo that survive a restart. */

#include "screens/journey.h"

/* Each keeps the choice, records it for undo, and says what happened. The answer tells whether a
 * reason is wanted first (SELECTION_NEEDS_ACK). */
enum selection_answer choose_column(struct journey *j, size_t table, size_t column, bool on);
enum selection_answer choose_table(struct journey *j, size_t table, bool on);
/* Tables by number; those that cannot be chosen are passed over. Says how many changed. */
void choose_tables(struct journey *j, const size_t *tables, size_t n, bool on);
/* Gives a flagged column its reason and turns it on. */
bool choose_with_reason(struct journey *j, size_t table, size_t column, const char *reason,
                        const char *reference, struct err *e);
void choose_undo(struct journey *j);
void choose_redo(struct journey *j);

#endif

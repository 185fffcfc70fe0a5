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
/* Gives flagged columns their reason and turns them on, and with them others of the first one's
 * table (`besides`): one step to be undone. Places of a table stand together. */
struct choose_reasoned {
    const struct selection_place *places, *besides;
    size_t n, n_besides;
    const char *reason, *reference;
};
bool choose_with_reason(struct journey *j, const struct choose_reasoned *r, struct err *e);
/* Columns by place, as the shown hits of a filter; those that cannot be are passed over. Says how
 * many changed. */
void choose_columns(struct journey *j, const struct selection_place *places, size_t n, bool on);
void choose_undo(struct journey *j);
void choose_redo(struct journey *j);

#endif

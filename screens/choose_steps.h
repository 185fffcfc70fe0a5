#ifndef STROM_SCREENS_CHOOSE_STEPS_H
#define STROM_SCREENS_CHOOSE_STEPS_H

/* What tables look like before and after a step. While it is taken, that is a mark for each column:
 * a key waits for it. What undo keeps is made of the marks later, and outlives a catalogue: a line
 * a table of schema, table and the columns that flow, then one a reason that was given or changed.
 */

#include "api/base/str.h"
#include "screens/journey.h"

struct choose_reason {
    struct selection_place at;
    const struct selection_ack *was, *is; /* borrowed of the selection; NULL: none */
};

struct choose_step { /* {0}: nothing yet */
    size_t *tables;
    size_t n, room;
    struct str before, after; /* marks of one table behind the other */
    struct choose_reason *reasons;
    size_t n_reasons, reasons_room;
    size_t told, marks, reasons_told; /* tables that are text by now, their marks, and reasons */
};

/* Around what may change a table; what did not change is no part of the step. */
void choose_step_begin(struct choose_step *s, const struct journey *j, size_t table);
void choose_step_end(struct choose_step *s, const struct journey *j, bool changed);
void choose_step_reason(struct choose_step *s, const struct choose_reason *r);
bool choose_step_is_told(const struct choose_step *s); /* all of it is text */
/* The texts of up to `most` more tables and reasons. */
void choose_step_texts(struct choose_step *s, const struct journey *j, size_t most,
                       struct str *before, struct str *after);
void choose_step_done(struct choose_step *s);
/* What the step had changed goes back; what has changed since in other columns stays. Both have a
 * line for each table and each reason, in the same order. */
void choose_restore(struct journey *j, const char *to, const char *from);

#endif

#ifndef SANDBOX_ROW_H
#define SANDBOX_ROW_H

/* One change of one row in the dataset. A statement is kept for each set of columns that a change
 * brings: what a change does not bring (an unchanged TOASTed value) is not touched. */

#include "tests/sandbox/replicate/mirror.h"
#include "tests/sandbox/replicate/pgoutput.h"

/* By the mirror's column. NULL: the source has no such column (any more). A cell of the kind
 * PGOUTPUT_UNCHANGED: the source has a value that did not travel. */
struct row {
    const struct pgoutput_cell *cells[MIRROR_COLUMNS];
};

static inline void row_clear(struct row *r, size_t n_columns)
{
    for (size_t i = 0; i < n_columns; i++)
        r->cells[i] = NULL;
}

enum row_change { ROW_INSERT, ROW_UPDATE_INSERT, ROW_UPDATE_DELETE, ROW_DELETE };

/* What goes into datastream_metadata; mark counts up with every row written. */
struct row_mark {
    uint64_t seed[2]; /* makes the uuids of this run its own */
    uint64_t seq;
    int64_t time_ms; /* of the commit; of the snapshot for copied rows */
    uint64_t lsn;
};

/* Of a table with a key, in merge mode. Removing or moving what is not there is no error. */
bool row_put(struct mirror *m, struct store *s, const struct row *r, struct row_mark *mark,
             struct arena *a, struct err *e);
/* The row of old's key gets r's key and what r brings; the rest stays. */
bool row_move(struct mirror *m, struct store *s, const struct row *r, const struct row *old,
              struct row_mark *mark, struct arena *a, struct err *e);
bool row_remove(struct mirror *m, struct store *s, const struct row *old, struct arena *a,
                struct err *e);
/* Of all others. An unchanged value is taken from the last row of old's key (of r's: old is NULL).
 */
bool row_append(struct mirror *m, struct store *s, const struct row *r, const struct row *old,
                enum row_change change, struct row_mark *mark, struct arena *a, struct err *e);
/* A row of a backfill; into the copy or the table itself, as m->way says. */
bool row_copy(struct mirror *m, struct store *s, const struct row *r, struct row_mark *mark,
              struct arena *a, struct err *e);
void row_statements_done(struct mirror *m);

#endif

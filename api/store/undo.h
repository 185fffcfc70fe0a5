#ifndef STROM_STORE_UNDO_H
#define STROM_STORE_UNDO_H

/* The undo logs of a journey: without limit, and they survive a restart. `of` says which: "" is the
 * choice of tables and columns, else a screen's own. What `before` and `after` say is the caller's
 * business. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/store/store.h"

#include <stdint.h>

struct undo_step {
    const char *label; /* "leave out innsender_fnr" */
    const char *before, *after;
};

/* Records a change that was made; what had been undone can no longer be redone. While another
 * process writes it waits in memory, and goes first in the next change of this store. */
bool undo_push(struct store *s, int64_t journey, const char *of, const struct undo_step *step,
               struct err *e);
/* One back: apply step->before. ERR_MISSING when there is nothing left. Texts from a. */
bool undo_back(struct store *s, int64_t journey, const char *of, struct arena *a,
               struct undo_step *step, struct err *e);
/* One forward: apply step->after. */
bool undo_forward(struct store *s, int64_t journey, const char *of, struct arena *a,
                  struct undo_step *step, struct err *e);
/* The labels of the next undo and redo, NULL where there is none; moves nothing. */
bool undo_labels(struct store *s, int64_t journey, const char *of, struct arena *a,
                 const char **undo, const char **redo, struct err *e);

#endif

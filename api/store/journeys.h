#ifndef STROM_STORE_JOURNEYS_H
#define STROM_STORE_JOURNEYS_H

/* What people have chosen so far, saved at every change: after kill -9 the newest one is loaded and
 * the wizard opens at the same step and cursor. One save is one small transaction. */

#include "api/base/arena.h"
#include "api/store/kept.h"
#include "api/store/store.h"

struct journeys_row {
    int64_t id;
    const char *title;
    int64_t updated;    /* seconds since 1970 */
    const char *stream; /* of journeys_list: its key "target.stream", "" none */
    int64_t reached;    /* of journeys_list: its key "reached" */
    bool opened;        /* of journeys_list: its key "opened" */
};

/* *id 0 makes a new one and sets *id. Only the keys that changed since the last save (or the load)
 * of this very map are written; nothing at all when nothing changed. */
bool journeys_save(struct store *s, int64_t *id, const char *title, struct kept *k, struct err *e);
/* The choices, owned by the caller (kept_free), row filled (title from a). NULL with e->kind
 * ERR_MISSING when there is none. */
struct kept *journeys_load(struct store *s, int64_t id, struct arena *a, struct journeys_row *row,
                           struct err *e);
struct kept *journeys_latest(struct store *s, struct arena *a, struct journeys_row *row,
                             struct err *e);
/* Newest first. */
bool journeys_list(struct store *s, struct arena *a, const struct journeys_row **rows, size_t *n,
                   struct err *e);
/* Those that nobody has touched for a year, and all but the newest hundred; and the runs that ended
 * a year ago. */
bool journeys_prune(struct store *s, struct err *e);
bool journeys_remove(struct store *s, int64_t id, struct err *e); /* and its undo log */

#endif

#ifndef STROM_WATCH_HISTORY_H
#define STROM_WATCH_HISTORY_H

/* What earlier looks have seen, kept in the store from one `strom status` to the next: what the
 * slot held and when (so that a single look has a pace), when it moved last, and which table was
 * which (so that one that was dropped and made again is noticed). No row and no value of a table.
 */

#include "api/base/target.h"
#include "api/store/store.h"
#include "api/watch/status.h"

enum { WATCH_MARKS = 60 };

struct watch_mark {
    int64_t ms, wal_bytes, confirmed; /* wall clock; bytes; -1 unknown */
};

struct kept;

struct watch_history {
    char slot[64];
    struct watch_mark marks[WATCH_MARKS]; /* oldest first, a minute apart at least but the last */
    size_t n;
    int64_t moved_ms;    /* of the look that saw the slot move last; 0: none */
    int64_t seen_ms;     /* of the last look, whatever slot it saw; 0: none */
    struct kept *tables; /* NULL: none known */
};

/* Never fails: what cannot be read was not seen. */
void watch_history_open(struct watch_history *h, struct store *s, const struct target *t);
void watch_history_close(struct watch_history *h);
/* What a look has seen; of another slot, it begins anew. */
void watch_history_add(struct watch_history *h, const struct watch_status *s);
void watch_history_save(const struct watch_history *h, struct store *s, const struct target *t);

/* Of this very slot: a name may be used again, and no slot goes back. */
bool watch_history_is_of(const struct watch_history *h, const struct watch_slot *slot);
/* The look against which a pace is measured: the oldest of the last hour, else the newest of the
 * two days before; NULL when there is none. */
const struct watch_mark *watch_history_before(const struct watch_history *h, int64_t now_ms);
/* Was this table another one when it was seen first? backfill_started: RFC 3339 or ""; a backfill
 * that was begun after the change has healed it. */
bool watch_history_remade(const struct watch_history *h, const struct watch_table *t);

#endif

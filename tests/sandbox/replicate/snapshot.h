#ifndef SANDBOX_SNAPSHOT_H
#define SANDBOX_SNAPSHOT_H

/* Which transactions a backfill has already seen: pg_current_snapshot() as text, and the question
 * whether the transaction of a Begin message is visible in it. Positions in the WAL cannot answer
 * that: a transaction may have written its commit and not yet be visible. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot {
    uint64_t xmin, xmax;
    uint64_t *running; /* sorted; owned */
    size_t n_running;
};

/* "xmin:xmax:xid,xid,..."; false (and an empty snapshot) for anything else. */
bool snapshot_read(struct snapshot *s, const char *text);
void snapshot_done(struct snapshot *s);
/* xid has 32 bits; it is extended with the epoch that brings it nearest to the snapshot. */
bool snapshot_sees(const struct snapshot *s, uint32_t xid);

#endif

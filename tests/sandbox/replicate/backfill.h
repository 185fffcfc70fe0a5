#ifndef SANDBOX_BACKFILL_H
#define SANDBOX_BACKFILL_H

/* One table copied by a thread and a connection of its own: lock, snapshot, COPY. What it reads is
 * handed over in chunks; at most BACKFILL_CHUNKS of about BACKFILL_BYTES wait to be taken. */

#include "api/base/str.h"
#include "tests/sandbox/replicate/describe.h"

enum { BACKFILL_CHUNKS = 8, BACKFILL_BYTES = 256 * 1024, BACKFILL_SNAPSHOT = 1 << 20 };

enum backfill_kind {
    BACKFILL_OPENED, /* first: snapshot, fence and columns are known; rows follow */
    BACKFILL_ROWS,
    BACKFILL_ENDED, /* all rows were handed over */
    BACKFILL_FAILED /* nothing more comes; why says the reason */
};

struct backfill_chunk {
    enum backfill_kind kind;
    struct backfill_chunk *next;
    struct str bytes;       /* OPENED: the snapshot as text; ROWS: whole lines of COPY text */
    uint64_t fence;         /* OPENED: end of WAL, read after the snapshot was taken */
    int64_t time_ms;        /* OPENED: wall clock */
    struct described table; /* OPENED: all columns */
    bool *copied;           /* OPENED: which of them a line holds, in this order */
    struct err why;         /* FAILED */
};

struct backfill;

/* wake_fd gets a byte when there is something to take. What the arguments point to is copied. */
struct backfill *backfill_start(const char *conninfo, const char *schema, const char *table,
                                const char *const *wanted, size_t n_wanted, int wake_fd,
                                struct err *e);
struct backfill_chunk *backfill_take(struct backfill *b); /* NULL: nothing at the moment */
void backfill_chunk_free(struct backfill_chunk *c);
void backfill_stop(struct backfill *b); /* ends the thread wherever it is; frees */

#endif

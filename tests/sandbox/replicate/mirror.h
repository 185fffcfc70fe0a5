#ifndef SANDBOX_MIRROR_H
#define SANDBOX_MIRROR_H

/* A source table's image in the dataset: what it looks like, whether its events are applied or held
 * back, and the bookkeeping of both. Used by the replica's own thread only. */

#include "api/base/str.h"
#include "tests/sandbox/replicate/describe.h"
#include "tests/sandbox/replicate/replicate.h"
#include "tests/sandbox/replicate/snapshot.h"
#include "tests/sandbox/replicate/store.h"

enum { MIRROR_COLUMNS = 1999, MIRROR_WORDS = (MIRROR_COLUMNS + 63) / 64 };

/* WAITING, COPYING and DRAINING hold events back. */
enum mirror_phase {
    MIRROR_LIVE,    /* events are applied as they come */
    MIRROR_WAITING, /* a backfill is due */
    MIRROR_COPYING, /* it runs */
    MIRROR_DRAINING /* it is over; what was held is applied first */
};

/* Where a backfill writes. */
enum mirror_way {
    MIRROR_NOWHERE,
    MIRROR_DIRECT, /* the table itself: it was empty */
    MIRROR_SWAP,   /* a copy that takes the table's place */
    MIRROR_APPEND  /* a copy whose rows are added: append-only mode */
};

struct mirror_column {
    char name[64];
    enum value_kind kind;
    bool is_key;
};

struct row_statement;
struct backfill;

struct mirror {
    int64_t id;
    char schema[64], table[64], destination[136];
    char **wanted; /* names; n_wanted 0: all */
    size_t n_wanted;

    struct mirror_column *columns; /* of the destination */
    size_t n_columns, n_keys;
    struct row_statement *statements;
    size_t n_statements, last_statement;

    char *snapshot_text;
    struct snapshot snapshot; /* of the backfill: what it has seen is skipped in the stream */
    uint64_t fence;           /* no transaction that commits at or behind it is in the snapshot */
    uint64_t held_from;       /* count of transactions read when holding began */
    struct backfill *job;
    int16_t *copy_to; /* of a line's values: the column here, -1 none */
    size_t n_copy;
    int64_t copy_ms;  /* when the snapshot was taken, wall clock */
    int64_t retry_at; /* monotonic ms */

    int64_t started, ended, rows, events, unsupported, last_event;
    char error[256];

    enum mirror_phase phase;
    enum mirror_way way;
    enum replica_backfill state;
    unsigned version; /* counts up when columns change: what was derived from them is void */
    unsigned hold;    /* counts how often holding began */
    int tries;
    bool selected, manual, has_snapshot;
    bool append_only; /* the stream's mode */
    bool defined;     /* the destination exists and columns says how */
    bool broken;      /* it exists with another key: events cannot be applied; error says so */
    bool dirty;       /* bookkeeping differs from the file */
};

struct mirror *mirror_new(const char *schema, const char *table, bool append_only);
void mirror_free(struct mirror *m); /* statements too; its job must be gone */
void mirror_want(struct mirror *m, const char *const *columns, size_t n);
bool mirror_wants(const struct mirror *m, const char *column);
/* Rows are added and never changed: append-only mode, or no key. */
bool mirror_appends(const struct mirror *m);
static inline bool mirror_holds(const struct mirror *m)
{
    return m->phase != MIRROR_LIVE;
}

/* Reads what the destination looks like; `defined` says whether it exists. */
bool mirror_look(struct mirror *m, struct store *s, struct err *e);
/* Makes the destination, or adds the columns it lacks: those of cols that are wanted and carried.
 */
bool mirror_shape(struct mirror *m, struct store *s, const struct described_column *cols, size_t n,
                  struct err *e);
int mirror_find(const struct mirror *m, const char *column); /* index, -1 */
bool mirror_is_empty(struct mirror *m, struct store *s, bool *empty, struct err *e);

/* The copy of SWAP and APPEND. */
const char *mirror_copy_name(const struct mirror *m, char out[64]);
bool mirror_make_copy(struct mirror *m, struct store *s, struct err *e);
bool mirror_drop_copy(struct mirror *m, struct store *s, struct err *e);
bool mirror_take_copy(struct mirror *m, struct store *s, struct err *e); /* swaps or appends */
bool mirror_clear(struct mirror *m, struct store *s, struct err *e);     /* deletes all rows */

bool mirror_see(struct mirror *m, const char *snapshot, uint64_t fence); /* false: no snapshot */
void mirror_forget_snapshot(struct mirror *m);
bool mirror_skips(const struct mirror *m, uint32_t xid);
void mirror_complain(struct mirror *m, const char *why, ...) __attribute__((format(printf, 2, 3)));

/* "name" with quotes doubled, added to a statement. */
void sql_name(struct str *to, const char *name);

#endif

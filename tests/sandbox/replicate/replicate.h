#ifndef SANDBOX_REPLICATE_H
#define SANDBOX_REPLICATE_H

/* Datastream's work, for real: an initial copy per chosen table and column from a slot that exists
 * already, joined to the stream of changes without loss or doubling (by snapshot visibility, never
 * by positions), decoded from pgoutput, stored in a SQLite file that plays a BigQuery dataset:
 * tables
 * "<schema>_<table>" with a `datastream_metadata` column. A replica runs on threads of its own. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What lies in the file, for those who read it: the first word of a column's declared type is the
 * type that tables.get shows (INTEGER FLOAT BOOLEAN STRING NUMERIC BIGNUMERIC BYTES DATE TIME
 * TIMESTAMP INTERVAL JSON, RECORD for datastream_metadata); the key is the PRIMARY KEY (merge mode
 * only). BOOLEAN is 0 or 1, BYTES a blob, TIMESTAMP 2026-01-31T12:00:00.5Z, an array its JSON text;
 * numbers without precision, dates and the rest are text as PostgreSQL writes them; infinities stay
 * words. Tables whose names begin with REPLICA_OWN are bookkeeping: never show them. Readers open
 * the file read-only with a busy time-out; it is in WAL mode. Several replicas may share one file.
 */
#define REPLICA_OWN "_replica_"

struct replica;

struct replica_table {
    const char *schema, *table;
    const char *const *columns; /* those that flow; key columns flow in any case */
    size_t n_columns;           /* 0: all columns, later ones too */
};

struct replica_config {
    const char *stream;   /* id, for the bookkeeping kept in the SQLite file */
    const char *conninfo; /* libpq, as the replication user over TCP */
    const char *publication, *slot;
    const char *sqlite_path; /* of the dataset; made when missing */
    bool append_only;
    bool backfill;     /* backfillAll: copy what was there; false: changes only */
    int max_backfills; /* at once; 0: our choice */
    const struct replica_table *tables;
    size_t n_tables;
};

enum replica_backfill {
    REPLICA_BACKFILL_NONE,
    REPLICA_BACKFILL_PENDING,
    REPLICA_BACKFILL_ACTIVE,
    REPLICA_BACKFILL_STOPPED,
    REPLICA_BACKFILL_FAILED,
    REPLICA_BACKFILL_COMPLETED
};

struct replica_table_look {
    char schema[64], table[64];
    enum replica_backfill backfill;
    bool manual;                              /* started by hand */
    int64_t backfill_started, backfill_ended; /* wall clock ms, 0 none */
    int64_t rows_copied,
        events; /* events: inserts, updates, deletes applied since the replica was made */
    int64_t unsupported_events;
    int64_t last_event_ms; /* wall clock of the last change applied, 0 none */
    char error[256];
};

enum replica_state {
    REPLICA_STARTING,
    REPLICA_RUNNING,
    REPLICA_FAILED /* keeps trying */,
    REPLICA_FAILED_PERMANENTLY /* slot gone or lost, 42704 */
};

struct replica_look {
    enum replica_state state;
    char reason[64]; /* SQLSTATE or a word */
    char error[512];
    int64_t freshness_ms;  /* age of the oldest change that is read but not stored; 0 when idle */
    int64_t events, bytes; /* since the replica was made */
    int64_t copied;        /* rows of backfills, since it was started */
    int64_t unsupported_events;
    int64_t latency_p50_ms, latency_p95_ms,
        latency_p99_ms; /* commit at the source -> stored; last minute; -1 none */
    uint64_t confirmed_lsn;
    size_t n_tables;
    struct replica_table_look *tables; /* owned by the look; replica_look_done frees */
};

/* Checks what Datastream's validation checks, in order, and stops at nothing: each line gets a
 * verdict. */
struct replica_check {
    char code[64], description[160], message[320];
    enum replica_verdict { REPLICA_PASSED, REPLICA_WARNING, REPLICA_NOT_OK, REPLICA_NOT_RUN } state;
};
enum { REPLICA_CHECKS = 8 };
size_t replica_validate(const struct replica_config *c, struct replica_check out[REPLICA_CHECKS]);

/* NULL with the reason in why. A replica that was stopped, killed or crashed goes on where SQLite
 * stands. */
struct replica *replica_start(const struct replica_config *c, char why[512]);
void replica_stop(struct replica *r); /* ends its threads and frees; progress stays in the file */
/* Another selection for a running replica: new tables are copied, removed ones stay in the file. */
bool replica_select(struct replica *r, const struct replica_table *tables, size_t n, char why[512]);
/* Both are taken at once and done soon after; look at the table's state. A backfill of a table that
 * has rows already goes into a copy that takes its place at the end (append_only: is appended
 * then). */
bool replica_start_backfill(struct replica *r, const char *schema, const char *table,
                            char why[512]);
bool replica_stop_backfill(struct replica *r, const char *schema, const char *table, char why[512]);
void replica_look(struct replica *r, struct replica_look *out);
void replica_look_done(struct replica_look *look);
/* When a stream is deleted (none may run): its bookkeeping goes, so that a later stream of that
 * name begins anew; what it has written stays. True also when there was nothing. */
bool replica_forget(const char *sqlite_path, const char *stream, char why[512]);

#endif

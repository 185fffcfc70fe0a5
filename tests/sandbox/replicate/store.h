#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

/* The SQLite file of a dataset: one connection, used by one thread at a time, and one open
 * transaction at most. What is stored and how far the stream was read are written in the same
 * transaction, so a kill at any moment leaves them in step. synchronous=NORMAL: a killed process
 * loses nothing, a power cut may lose the last commits. */

#include "api/base/err.h"
#include "tests/sandbox/replicate/link.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct store {
    sqlite3 *db;
    struct halt *halt; /* ends waiting for another writer */
    bool open;         /* a transaction is open */
    int64_t rows;      /* written in it */
    sqlite3_stmt *begin, *commit;
};

/* The file and our bookkeeping tables are made when missing. */
bool sqlfile_open(struct store *s, const char *path, struct halt *h, struct err *e);
void sqlfile_close(
    struct store *s); /* what is not committed is lost; statements must be finalized */

bool sqlfile_begin(struct store *s, struct err *e);  /* nothing when one is open already */
bool sqlfile_commit(struct store *s, struct err *e); /* nothing when none is open */
void sqlfile_rollback(struct store *s);

/* For schema changes: opens a transaction first. */
bool sqlfile_run(struct store *s, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
sqlite3_stmt *sqlfile_prepare(struct store *s, const char *sql, struct err *e); /* kept for long */
/* Steps a statement that gives no rows, resets it, and counts it as written. */
bool sqlfile_step(struct store *s, sqlite3_stmt *st, struct err *e);
bool sqlfile_fault(struct store *s, struct err *e, const char *what); /* false; reason SQLITE_... */

void bind_text(sqlite3_stmt *st, int at,
               const char *text); /* NULL binds null; must outlive the step */

#endif

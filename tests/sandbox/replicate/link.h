#ifndef SANDBOX_LINK_H
#define SANDBOX_LINK_H

/* libpq connections for threads of their own: every wait ends at once when the thread is told to
 * halt. Settings that change how values are written are fixed (UTC, ISO, hex). */

#include "api/base/err.h"

#include <libpq-fe.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request to end, seen by poll. */
struct halt {
    int fds[2];
    atomic_bool asked;
};
bool halt_init(struct halt *h, struct err *e);
void halt_ask(struct halt *h); /* from any thread; stays asked */
void halt_done(struct halt *h);

enum link_mode { LINK_SQL, LINK_REPLICATION };
enum { LINK_TIMEOUT_MS = 10000 };

/* NULL with *e filled: ERR_INTERRUPTED when halted. Close with PQfinish. */
PGconn *link_open(const char *conninfo, enum link_mode mode, struct halt *h, struct err *e);
/* The first result; COPY states are results too. Parameters as text (not with LINK_REPLICATION:
 * n must be 0 then). NULL with *e filled when the statement failed. timeout_ms 0: none. */
PGresult *link_run(PGconn *c, const char *sql, int n, const char *const *values, int timeout_ms,
                   struct halt *h, struct err *e);
/* Waits for the socket to be readable: 1, 0 after timeout_ms (-1: none), -1 when halted. */
int link_wait(PGconn *c, int timeout_ms, struct halt *h);
/* Ends what link_run began: reads results to the end. False when one of them is an error. */
bool link_finish(PGconn *c, struct halt *h, struct err *e);
/* *e from the connection and, where there is one, the failed result; reason is the SQLSTATE, or
 * CONNECTION. Always false. */
bool link_fault(struct err *e, const PGconn *c, const PGresult *r, const char *what);

#endif

#ifndef TESTS_CHECKS_WATCH_H
#define TESTS_CHECKS_WATCH_H

/* The locks that strom's sessions hold, looked at from another session while they work. */

#include <libpq-fe.h>
#include <stddef.h>

struct locks {
    size_t seen;   /* locks of the checks that another session has seen in pg_locks */
    size_t strong; /* those beyond ACCESS SHARE */
};

struct watch;

struct watch *watch_begin(PGconn *db); /* takes the connection; aborts without a thread */
size_t watch_seen(const struct watch *w);
struct locks watch_end(struct watch *w);

#endif

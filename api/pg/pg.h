#ifndef STROM_PG_PG_H
#define STROM_PG_PG_H

/* A PostgreSQL connection as a handle in the one loop; nothing here blocks. Reading only: the
 * session is read-only, with time-outs, without parallel workers, named `strom`. No other folder
 * includes libpq.
 *
 *     struct task *t = pg_connect(net, &options);  ... TASK_OK ...
 *     struct pg *pg = pg_take(t);  task_clear(&t);
 *     struct task *q = pg_query(pg, "SELECT $1", params, 1);  ... TASK_OK ...
 *     pg_value(pg_rows(q), 0, 0);
 *     task_drop(q);  pg_close(pg);
 *
 * Names in SQL need their schema: the search path holds pg_catalog alone, so that nobody's function
 * of the same name runs under our login. Close a connection before its net.
 *
 * Errors: `reason` is the SQLSTATE where the server gave one, else one of the words below. */

#include "api/base/secret.h"
#include "api/net/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PG_BAD_CONNINFO   "BAD_CONNINFO" /* not a connection string */
#define PG_HOST_UNKNOWN   "HOST_UNKNOWN" /* no such name */
#define PG_REFUSED        "REFUSED"      /* nobody listens there */
#define PG_TIMEOUT        "TIMEOUT"      /* no answer in time, connecting */
#define PG_TLS            "TLS"          /* encryption or certificate */
#define PG_NO_PASSWORD    "NO_PASSWORD"  /* the server asks for one and none was given */
#define PG_LOST           "LOST"         /* the connection broke */
#define PG_WRONG_PASSWORD "28P01"
#define PG_NOT_ADMITTED   "28000" /* no such role, no login, pg_hba.conf */
#define PG_NO_DATABASE    "3D000"
#define PG_STARTING       "57P03"
#define PG_TOO_MANY       "53300"
#define PG_DENIED         "42501"
#define PG_CANCELLED      "57014" /* statement_timeout, or somebody cancelled it */

struct pg;
struct pg_rows;

struct pg_options {
    const char *dsn; /* conninfo or URI; NULL or "": PG* and service files alone */
    const char *host, *port, *database, *user; /* each NULL: as dsn says */
    const struct secret *password;             /* NULL: PGPASSWORD, ~/.pgpass */
    int connect_timeout_ms;                    /* 0: connect_timeout of the dsn, else 10 s */
    int statement_timeout_ms;                  /* 0: 30 s */
    int lock_timeout_ms;                       /* 0: 2 s */
};

/* True when a connection string has a password inside; those are refused on a command line. */
bool pg_dsn_has_password(const char *dsn);
/* The database that the string itself names; false with "" when it names none. */
bool pg_dsn_database(const char *dsn, char *out, size_t cap);
/* False with *e filled when dsn is no connection string, or does not fit into PG_DSN bytes. NULL
 * and "" are fine. */
enum { PG_DSN = 4096 };
bool pg_dsn_check(const char *dsn, struct err *e);

struct task *pg_connect(struct net *net, const struct pg_options *o); /* copies what it needs */
struct pg *
pg_take(struct task *t);      /* of one with TASK_OK; the caller owns it; NULL the second time */
void pg_close(struct pg *pg); /* at once; queries under way fail with PG_LOST; NULL is fine */

/* Looks at the socket without waiting: false when the server has gone. */
bool pg_alive(struct pg *pg);
bool pg_lost(const struct pg *pg); /* known to have gone, without looking: for what is drawn */
const char *pg_host(const struct pg *pg); /* as given: name, address or socket folder */
const char *pg_user(const struct pg *pg);
const char *pg_database(const struct pg *pg);
bool pg_encrypted(const struct pg *pg);
bool pg_nearby(const struct pg *pg); /* through a socket or loopback: it stays on this machine */
int pg_version(const struct pg *pg); /* 150020 */
int pg_backend(const struct pg *pg); /* the server's process id */
struct net *pg_net(const struct pg *pg);

/* One statement, parameters as text (NULL is SQL's NULL), sent as soon as it can be: statements
 * queue up and are answered in order, many in one round trip, each on its own (no common
 * transaction). Copies sql and parameters. Dropping the task cancels it on the server. */
struct task *pg_query(struct pg *pg, const char *sql, const char *const *params, size_t n);

/* Rows of a query with TASK_OK; they live with the task. */
const struct pg_rows *pg_rows(const struct task *t);
size_t pg_count(const struct pg_rows *rows);
size_t pg_width(const struct pg_rows *rows);
const char *pg_value(const struct pg_rows *rows, size_t r, size_t c); /* NULL for SQL's NULL */
const char *pg_text(const struct pg_rows *rows, size_t r, size_t c);  /* "" for NULL */
bool pg_is_true(const struct pg_rows *rows, size_t r, size_t c);      /* of a boolean */
int64_t pg_number(const struct pg_rows *rows, size_t r, size_t c, int64_t otherwise);

#endif

#ifndef STROM_PG_INTERNAL_H
#define STROM_PG_INTERNAL_H

/* Shared between the files of this folder; nobody else includes it. */

#include "api/base/str.h"
#include "api/pg/copy.h"
#include "api/pg/pg.h"

#include <libpq-fe.h>
#include <poll.h>

/* --- where to connect, and how: options.c --- */

struct pg_host {
    const char *host;     /* NULL: libpq's own socket folder */
    const char *hostaddr; /* NULL: not known (yet) */
    const char *port;
    bool socket; /* a Unix socket */
    bool local;  /* that, or loopback */
};

struct pg_plan {
    size_t holders; /* the connection, and those made beside it */
    struct arena arena;
    const char *dsn;             /* NULL: none */
    const char *user, *database; /* overrides; NULL: as dsn says */
    const char *show_user, *show_database;
    const char *sslmode_far;     /* for what is not local; NULL: as the person said */
    const char *sslrootcert_far; /* goes with it: nearby it would make libpq doubt the server */
    const char *sslrootcert;     /* NULL: as libpq finds it */
    const char *options;
    const char *passfile_refused; /* others may read it; NULL: none, or fine */
    bool keepalive;               /* the person did not choose */
    struct secret *password;
    int connect_timeout_ms, statement_timeout_ms;
    struct pg_host *hosts;
    size_t n_hosts;
};

/* Keywords and values for libpq. */
struct pg_keys {
    const char *keys[24], *values[24];
    size_t n;
};
void pg_keys_put(struct pg_keys *k, const char *key, const char *value); /* NULL: not said */

/* What libpq makes of string, environment and service file together; PQconninfoFree. Its password
 * is "none". */
PQconninfoOption *pg_effective(const struct pg_options *o, const char *dsn);
struct pg_plan *plan_new(const struct pg_options *o, struct err *e); /* NULL with *e */
struct pg_plan *plan_hold(struct pg_plan *plan);
void plan_free(struct pg_plan *plan); /* what was held once less */
/* Begins to connect; NULL only without memory. hostaddr must be known where host is a name. */
PGconn *plan_start(const struct pg_plan *plan, const struct pg_host *host);

/* --- a connection on its way: dial.c --- */

struct dial {
    const struct pg_plan *plan;
    size_t at;           /* host being tried */
    struct pg_host host; /* that one, with its address */
    struct task *resolve;
    PGconn *conn;
    PostgresPollingStatusType polling;
    ConnStatusType phase; /* last seen before it failed */
    int64_t deadline_ms;
    struct str address;
    struct err e;
};

void dial_begin(struct dial *d, const struct pg_plan *plan, const struct pg_host *only);
/* One step inside the task t; TASK_OK: d->conn is ready; TASK_FAILED: d->e says why. */
enum task_state dial_step(struct dial *d, struct task *t);
void dial_end(struct dial *d); /* drops what is left; conn too unless it was taken (set to NULL) */

/* --- statements: queue.c, flow.c --- */

struct pg_rows {
    PGresult *result;
};

enum job_at { JOB_WAITING, JOB_SENT, JOB_DONE };

struct pg_job {
    struct pg_job *next;
    struct pg *pg;     /* NULL once it is done or the connection closed */
    struct task *task; /* NULL: dropped, or our own */
    bool own;          /* nobody waits for it and nobody dropped it */
    enum job_at at;
    bool cancel_asked;
    bool again;         /* was hit by the cancelling of another once */
    bool failed, ended; /* ended: all results but the pipeline's sync were read */
    char *sql;
    char **params;
    size_t n_params;
    copy_row *row; /* a COPY */
    bool binary;   /* of the binary format */
    bool joins;    /* may go out in one string with its neighbours that may, too */
    bool joined;   /* did */
    bool begun;    /* something of it was read */
    void *ctx;
    struct pg_rows rows;
    struct err e;
};

struct pg {
    size_t holders; /* its owner, and jobs that will ask again */
    struct net *net;
    unsigned gaps; /* of the net, when the connection was made */
    struct pg_plan *plan;
    struct pg_host host;
    char *address;
    PGconn *conn;
    struct pg_job *first, *last;
    size_t n_sent;
    struct task *pump;    /* runs while there is something to do */
    struct task *cancel;  /* runs while a dropped statement is being ended */
    int64_t cancelled_ms; /* when one was asked for or done; 0 never */
    int64_t moved_ms;     /* the server last said something, or a statement was sent */
    bool lost;
    struct err lost_why;
};

/* A second connection to the same server as the same user, for what may have to wait there: with
 * pg_take, as pg_connect. pg must be held until the task is dropped. */
struct task *connect_beside(struct pg *pg);

struct pg *pg_hold(struct pg *pg); /* it stays a valid (maybe closed) thing until pg_release */
void pg_release(struct pg *pg);
struct pg_job *job_new(struct pg *pg, const char *sql, const char *const *params, size_t n);
void job_free(struct pg_job *job);
void queue_add(struct pg *pg, struct pg_job *job);
void queue_remove(struct pg *pg, struct pg_job *job);
void queue_finish(struct pg *pg, struct pg_job *job);  /* done: its task is told */
void queue_lose(struct pg *pg, const struct err *why); /* the connection is gone: all fail */
bool queue_slept(struct pg *pg);                       /* the machine slept: lost, and true */
void queue_pump(struct pg *pg);                        /* sees to it that somebody works on it */
bool flow_send(struct pg *pg);                         /* what may be sent; false: lost */
bool flow_read(struct pg *pg, bool *more); /* in the pump's step; more: its slice was used up */
/* What was sent ends by itself at that time; clock_mono_ms. */
int64_t flow_ends_ms(const struct pg *pg);
void cancel_look(struct pg *pg, struct task *t); /* towards the end of a dropped statement */

/* --- COPY's binary format: copy.c --- */

enum copy_binary { COPY_ROW, COPY_END, COPY_BROKEN };
/* What the server has sent at once; of a row, *at and *bytes are its fields then. */
enum copy_binary copy_binary_row(bool first, char **at, size_t *bytes);

/* --- texts: sqltext.c --- */

struct sql_part {
    const char *name, *text; /* ":reader_oid" */
};

/* Fills in the parts, and what differs between versions of the server. Parts are our own words, or
 * quoted. */
void sql_fill(const struct pg *pg, struct str *out, const char *sql, const struct sql_part *parts,
              size_t n);
/* The same for a server of that version: 150020. */
void sql_fill_for(int version, struct str *out, const char *sql, const struct sql_part *parts,
                  size_t n);

/* --- words --- */

bool error_connect(struct err *e, const struct dial *d, bool timed_out);
bool error_result(struct err *e, const PGresult *result);
bool error_lost(struct err *e, PGconn *conn);
void notice_swallow(void *unused, const PGresult *notice);
/* Append a text or a name, quoted for this connection. */
void quote_literal_for(struct pg *pg, struct str *out, const char *text);
void quote_name_for(struct pg *pg, struct str *out, const char *name);

#endif

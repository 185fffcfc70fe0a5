#include "tests/sandbox/replicate/link.h"

#include "api/base/clock.h"
#include "api/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

bool halt_init(struct halt *h, struct err *e)
{
    atomic_init(&h->asked, false);
    if (pipe(h->fds) != 0)
        return err_system(e, errno, "making a pipe");
    for (int i = 0; i < 2; i++) {
        fcntl(h->fds[i], F_SETFD, FD_CLOEXEC);
        fcntl(h->fds[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

void halt_ask(struct halt *h)
{
    atomic_store(&h->asked, true);
    ssize_t n = write(h->fds[1], "", 1); /* a full pipe wakes as well */
    (void)n;
}

void halt_done(struct halt *h)
{
    close(h->fds[0]);
    close(h->fds[1]);
}

static bool halted(struct err *e)
{
    return err_set(e, ERR_INTERRUPTED, "stopped");
}

/* 1 when the socket is ready, 0 at the deadline (0: none), -1 when halted. */
static int wait_until(PGconn *c, short events, int64_t deadline, struct halt *h)
{
    for (;;) {
        if (atomic_load(&h->asked))
            return -1;
        int64_t left = deadline ? deadline - clock_mono_ms() : -1;
        if (deadline && left <= 0)
            return 0;
        struct pollfd p[2] = {{.fd = h->fds[0], .events = POLLIN},
                              {.fd = PQsocket(c), .events = events}};
        int n = poll(p, 2, left > 60000 ? 60000 : (int)left);
        if (n > 0 && p[1].revents != 0)
            return 1;
        if (n < 0 && errno != EINTR)
            return 1; /* let libpq find out what is wrong with its socket */
    }
}

int link_wait(PGconn *c, int timeout_ms, struct halt *h)
{
    return wait_until(c, POLLIN, timeout_ms < 0 ? 0 : clock_mono_ms() + timeout_ms + 1, h);
}

static enum err_kind kind_of(const char *state)
{
    if (!state || str_starts(state, "08") || str_starts(state, "57P"))
        return ERR_NETWORK;
    if (str_starts(state, "28") || str_eq(state, "42501"))
        return ERR_DENIED;
    if (str_starts(state, "42704") || str_starts(state, "42P01"))
        return ERR_MISSING;
    return ERR_SQL;
}

bool link_fault(struct err *e, const PGconn *c, const PGresult *r, const char *what)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *words = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    err_set(e, kind_of(state), "%s", what);
    if (!words || !*words)
        words = PQerrorMessage(c);
    err_why(e, "%s", *words ? words : "the connection was closed");
    err_reason(e, state ? state : "CONNECTION");
    e->retryable = e->kind == ERR_NETWORK;
    return false;
}

static bool timed_out(struct err *e, const char *what)
{
    err_set(e, ERR_NETWORK, "%s", what);
    err_why(e, "no answer in time");
    err_reason(e, "TIMEOUT");
    return false;
}

/* libpq does not give the SQLSTATE of a refused connection; in its verbose texts it stands behind
 * the severity: "... failed: FATAL:  28P01: password authentication failed ...", then a line for
 * experts. */
static bool refused(struct err *e, PGconn *c)
{
    char text[sizeof e->why], state[6] = "";
    str_copy(text, sizeof text, PQerrorMessage(c));
    text[strcspn(text, "\n")] = '\0';
    char *code = strstr(text, ":  ");
    link_fault(e, c, NULL, "connecting to the database");
    e->retryable = true;
    if (!code || strspn(code + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5 || code[8] != ':')
        return false;
    memcpy(state, code + 3, 5);
    memmove(code + 3, code + 10, strlen(code + 9));
    e->kind = kind_of(state);
    err_why(e, "%s", text);
    err_reason(e, state);
    return false;
}

static bool finish_connecting(PGconn *c, struct halt *h, struct err *e)
{
    int64_t deadline = clock_mono_ms() + LINK_TIMEOUT_MS;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    if (PQstatus(c) == CONNECTION_BAD)
        next = PGRES_POLLING_FAILED;
    while (next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
        short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        int ready = wait_until(c, events, deadline, h);
        if (ready < 0)
            return halted(e);
        if (ready == 0)
            return timed_out(e, "connecting to the database");
        next = PQconnectPoll(c);
    }
    PQsetErrorVerbosity(c, PQERRORS_DEFAULT);
    return next == PGRES_POLLING_OK || refused(e, c);
}

static void keep_quiet(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

/* How values are written must not depend on who set up the database. */
static const char settings[] =
    "-c datestyle=ISO -c intervalstyle=iso_8601 -c timezone=UTC"
    " -c extra_float_digits=1 -c bytea_output=hex -c statement_timeout=0";

PGconn *link_open(const char *conninfo, enum link_mode mode, struct halt *h, struct err *e)
{
    const char *keys[] = {
        "dbname",  "client_encoding",           "gssencmode",
        "options", "fallback_application_name", mode == LINK_REPLICATION ? "replication" : NULL,
        NULL};
    const char *values[] = {conninfo, "UTF8",       "disable",
                            settings, "datastream", mode == LINK_REPLICATION ? "database" : NULL,
                            NULL};
    PGconn *c = PQconnectStartParams(keys, values, 1);
    if (c)
        PQsetErrorVerbosity(c, PQERRORS_VERBOSE);
    if (c && finish_connecting(c, h, e)) {
        PQsetNoticeProcessor(c, keep_quiet, NULL);
        return c;
    }
    if (!c)
        err_set(e, ERR_BUG, "libpq gave no connection");
    PQfinish(c);
    return NULL;
}

/* Sends what is left and reads until a result can be had without blocking. */
static bool await_result(PGconn *c, int64_t deadline, struct halt *h, struct err *e)
{
    for (;;) {
        int unsent = PQflush(c);
        if (unsent < 0)
            return link_fault(e, c, NULL, "sending to the database");
        if (unsent == 0 && !PQisBusy(c))
            return true;
        int ready = wait_until(c, unsent > 0 ? POLLIN | POLLOUT : POLLIN, deadline, h);
        if (ready < 0)
            return halted(e);
        if (ready == 0)
            return timed_out(e, "asking the database");
        if (PQconsumeInput(c) == 0)
            return link_fault(e, c, NULL, "reading from the database");
    }
}

static bool is_good(const PGresult *r)
{
    switch (PQresultStatus(r)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        return true;
    case PGRES_EMPTY_QUERY:
    case PGRES_COPY_IN:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
    case PGRES_SINGLE_TUPLE:
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED:
        break;
    }
    return false;
}

static bool is_copy(const PGresult *r)
{
    return PQresultStatus(r) == PGRES_COPY_OUT || PQresultStatus(r) == PGRES_COPY_BOTH;
}

PGresult *link_run(PGconn *c, const char *sql, int n, const char *const *values, int timeout_ms,
                   struct halt *h, struct err *e)
{
    int64_t deadline = timeout_ms ? clock_mono_ms() + timeout_ms : 0;
    int sent =
        n > 0 ? PQsendQueryParams(c, sql, n, NULL, values, NULL, NULL, 0) : PQsendQuery(c, sql);
    if (!sent) {
        link_fault(e, c, NULL, "asking the database");
        return NULL;
    }
    if (!await_result(c, deadline, h, e))
        return NULL;
    PGresult *r = PQgetResult(c);
    if (!r || !is_good(r)) {
        link_fault(e, c, r, "asking the database");
        PQclear(r);
        struct err ignored;
        if (PQstatus(c) == CONNECTION_OK)
            link_finish(c, h, &ignored);
        return NULL;
    }
    struct err after;
    if (is_copy(r) || link_finish(c, h, &after))
        return r;
    *e = after;
    PQclear(r);
    return NULL;
}

bool link_finish(PGconn *c, struct halt *h, struct err *e)
{
    bool good = true;
    for (;;) {
        if (!await_result(c, clock_mono_ms() + LINK_TIMEOUT_MS, h, e))
            return false;
        PGresult *r = PQgetResult(c);
        if (!r)
            return good;
        if (good && !is_good(r))
            good = link_fault(e, c, r, "asking the database");
        bool again = !is_copy(r) && PQstatus(c) == CONNECTION_OK;
        PQclear(r);
        if (!again)
            return good;
    }
}

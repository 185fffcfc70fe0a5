#include "api/base/clock.h"
#include "api/base/log.h"
#include "api/net/resolve.h"
#include "api/pg/internal.h"

#include "api/base/tr.h"
#include <errno.h>

void dial_begin(struct dial *d, const struct pg_plan *plan, const struct pg_host *only)
{
    *d = (struct dial){.plan = plan, .polling = PGRES_POLLING_WRITING};
    if (only != NULL) {
        d->at = plan->n_hosts; /* no other is tried after it */
        d->host = *only;
    } else {
        d->host = plan->hosts[0];
    }
}

void dial_end(struct dial *d)
{
    task_clear(&d->resolve);
    PQfinish(d->conn);
    d->conn = NULL;
    str_done(&d->address);
}

static enum task_state failed(struct dial *d, struct task *t)
{
    task_clear(&d->resolve);
    PQfinish(d->conn);
    d->conn = NULL;
    bool elsewhere = d->e.kind == ERR_NETWORK && d->at + 1 < d->plan->n_hosts;
    if (!elsewhere)
        return TASK_FAILED;
    log_line(2, "postgres: %s: %s", d->e.what, d->e.why);
    d->host = d->plan->hosts[++d->at];
    d->deadline_ms = 0;
    task_again(t);
    return TASK_RUNNING;
}

static enum task_state start(struct dial *d, struct task *t)
{
    d->polling = PGRES_POLLING_WRITING;
    d->phase = CONNECTION_STARTED;
    d->conn = plan_start(d->plan, &d->host);
    if (d->conn == NULL) {
        err_system(&d->e, ENOMEM, "could not connect to the database");
        return TASK_FAILED;
    }
    if (PQstatus(d->conn) == CONNECTION_BAD) {
        error_connect(&d->e, d, false);
        return failed(d, t);
    }
    log_line(2, "postgres: connecting to %s port %s",
             d->host.host != NULL ? d->host.host : "socket", d->host.port);
    return TASK_RUNNING;
}

/* libpq would wait for the name server; the answer is also the first test whether anybody is there.
 */
static enum task_state resolve(struct dial *d, struct task *t)
{
    long long port = 5432;
    if (d->resolve == NULL) {
        if (!str_int64(d->host.port, 1, 65535, &port)) {
            err_set(&d->e, ERR_INPUT, tr("could not connect to the database on %s"), d->host.host);
            err_reason(&d->e, PG_BAD_CONNINFO);
            err_why(&d->e, tr("%s is no port"), d->host.port);
            err_hint(&d->e,
                     tr("A port is a number between 1 and 65535; PostgreSQL's own is 5432."));
            return TASK_FAILED;
        }
        d->resolve =
            resolve_host(task_net(t), d->host.host, (int)port, d->plan->connect_timeout_ms);
    }
    switch (task_state(d->resolve)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_FAILED:
        error_connect(&d->e, d, false);
        return failed(d, t);
    case TASK_OK:
        break;
    }
    str_clear(&d->address);
    str_add(&d->address, resolve_address(d->resolve));
    d->host.hostaddr = str_text(&d->address);
    task_clear(&d->resolve);
    return start(d, t);
}

static enum task_state poll_once(struct dial *d, struct task *t)
{
    ConnStatusType phase = PQstatus(d->conn);
    if (phase != CONNECTION_BAD)
        d->phase = phase;
    d->polling = PQconnectPoll(d->conn);
    switch (d->polling) {
    case PGRES_POLLING_OK:
        PQsetErrorVerbosity(d->conn, PQERRORS_DEFAULT);
        return TASK_OK;
    case PGRES_POLLING_FAILED:
        error_connect(&d->e, d, false);
        return failed(d, t);
    case PGRES_POLLING_READING:
    case PGRES_POLLING_WRITING:
    case PGRES_POLLING_ACTIVE:
        break;
    }
    return TASK_RUNNING;
}

/* Whether the socket is ready is not told to a step; asking libpq too early would make it block in
 * the middle of its own state machine. */
static bool is_ready(const struct dial *d)
{
    struct pollfd fd = {.fd = PQsocket(d->conn),
                        .events = d->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT};
    return fd.fd < 0 || poll(&fd, 1, 0) != 0;
}

enum task_state dial_step(struct dial *d, struct task *t)
{
    enum task_state state = TASK_RUNNING;
    if (d->deadline_ms == 0)
        d->deadline_ms = clock_mono_ms() + d->plan->connect_timeout_ms;
    if (d->resolve == NULL && clock_mono_ms() >= d->deadline_ms) {
        error_connect(&d->e, d, true);
        return failed(d, t);
    }
    if (d->conn == NULL)
        state = d->host.hostaddr != NULL || d->host.socket ? start(d, t) : resolve(d, t);
    for (int rounds = 0; state == TASK_RUNNING && d->conn != NULL && rounds < 4; rounds++) {
        if (!is_ready(d))
            break;
        state = poll_once(d, t);
    }
    if (state == TASK_RUNNING && d->conn != NULL) {
        task_wait_fd(t, PQsocket(d->conn), d->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        task_wait_until(t, d->deadline_ms);
    } /* else the look-up has its own time limit, and its end is what we wait for */
    return state;
}

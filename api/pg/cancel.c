#include "api/pg/internal.h"

#include "api/base/clock.h"
#include "api/base/log.h"

/* A statement that nobody waits for any more is ended on the server: PQcancel would block, so a
 * second connection says pg_cancel_backend. When that does not help either, the connection is
 * dropped. */

enum { PATIENCE_MS = 5000 };

struct cancel {
    struct pg *pg;
    int backend;
    bool sent;
    struct dial dial;
};

static enum task_state cancel_step(struct task *t);

static void cancel_stop(void *job)
{
    struct cancel *c = job;
    dial_end(&c->dial);
}

static const struct task_type cancel_type = {"postgres cancel", sizeof(struct cancel), cancel_step,
                                             cancel_stop};

static enum task_state broken(struct task *t, struct cancel *c)
{
    struct err e;
    error_lost(&e, c->dial.conn);
    return task_fail(t, &e);
}

static enum task_state ask(struct task *t, struct cancel *c)
{
    char sql[64];
    snprintf(sql, sizeof sql, "SELECT pg_catalog.pg_cancel_backend(%d)", c->backend);
    c->sent = PQsendQuery(c->dial.conn, sql) == 1;
    if (!c->sent || PQflush(c->dial.conn) < 0)
        return broken(t, c);
    task_wait_fd(t, PQsocket(c->dial.conn), POLLIN);
    return TASK_RUNNING;
}

static enum task_state listen_for(struct task *t, struct cancel *c)
{
    PGconn *conn = c->dial.conn;
    if (PQconsumeInput(conn) != 1)
        return broken(t, c);
    while (!PQisBusy(conn)) {
        PGresult *result = PQgetResult(conn);
        if (result == NULL)
            return TASK_OK;
        PQclear(result);
    }
    task_wait_fd(t, PQsocket(conn), POLLIN);
    return TASK_RUNNING;
}

static enum task_state further(struct task *t, struct cancel *c)
{
    if (c->sent)
        return listen_for(t, c);
    switch (dial_step(&c->dial, t)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_OK:
        return ask(t, c);
    case TASK_FAILED:
        break;
    }
    return task_fail(t, &c->dial.e);
}

static enum task_state cancel_step(struct task *t)
{
    struct cancel *c = task_job(t, &cancel_type);
    enum task_state state = further(t, c);
    if (state != TASK_RUNNING && c->pg->pump != NULL)
        task_again(c->pg->pump);
    return state;
}

static void give_up(struct pg *pg, const char *why)
{
    struct err e;
    log_line(2, "postgres: could not cancel (%s), dropping the connection", why);
    err_set(&e, ERR_NETWORK, "could not ask the database");
    err_reason(&e, PG_LOST);
    err_why(&e, "a cancelled statement did not end; the connection was dropped");
    err_hint(&e, "Connect again.");
    e.retryable = true;
    PQfinish(pg->conn);
    pg->conn = NULL;
    queue_lose(pg, &e);
}

static bool is_dropped(const struct pg_job *job)
{
    return job != NULL && job->at == JOB_SENT && job->task == NULL && !job->own;
}

static void begin(struct pg *pg)
{
    pg->first->cancel_asked = true;
    pg->cancelled_ms = clock_mono_ms();
    pg->cancel = task_new(pg->net, &cancel_type);
    struct cancel *c = task_job(pg->cancel, &cancel_type);
    c->pg = pg;
    c->backend = PQbackendPID(pg->conn);
    dial_begin(&c->dial, pg->plan, &pg->host);
}

/* The statement ended by itself, and nobody was asked to end it yet. */
static bool is_idle(const struct pg *pg)
{
    return !is_dropped(pg->first) && !((struct cancel *)task_job(pg->cancel, &cancel_type))->sent;
}

static void settle(struct pg *pg)
{
    if (task_state(pg->cancel) == TASK_FAILED && is_dropped(pg->first)) {
        give_up(pg, task_error(pg->cancel)->why);
    } else if (task_state(pg->cancel) != TASK_RUNNING || is_idle(pg)) {
        task_clear(&pg->cancel);
        pg->cancelled_ms = clock_mono_ms();
    }
}

void cancel_look(struct pg *pg, struct task *t)
{
    if (pg->cancel != NULL)
        settle(pg);
    if (pg->lost || (pg->cancel == NULL && !is_dropped(pg->first)))
        return;
    if (pg->cancel == NULL && !pg->first->cancel_asked)
        begin(pg);
    else if (clock_mono_ms() > pg->cancelled_ms + PATIENCE_MS)
        give_up(pg, "no answer");
    task_wait_until(t, pg->cancelled_ms + PATIENCE_MS + 1);
}

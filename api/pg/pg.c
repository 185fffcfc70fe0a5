#include "api/pg/pg.h"

#include "api/pg/internal.h"

#include "api/base/clock.h"
#include "api/base/log.h"

#include <string.h>

struct connect {
    struct pg_plan *plan;
    struct dial dial;
    struct pg *pg;
};

static enum task_state connect_step(struct task *t);

static void connect_stop(void *job)
{
    struct connect *c = job;
    dial_end(&c->dial);
    pg_close(c->pg);
    plan_free(c->plan);
}

static const struct task_type connect_type = {"postgres connect", sizeof(struct connect),
                                              connect_step, connect_stop};

/* A server that is busy with a statement looks at times whether we are still there. */
static void look_for_us(struct pg *pg)
{
    if (PQserverVersion(pg->conn) < 140000)
        return;
    struct pg_job *job = job_new(pg, "SET client_connection_check_interval = '2s'", NULL, 0);
    job->own = true;
    queue_add(pg, job);
    queue_pump(pg);
}

static struct pg *open_pg(struct net *net, struct connect *c)
{
    struct pg *pg = mem_alloc(sizeof *pg);
    pg->holders = 1;
    pg->net = net;
    pg->plan = c->plan;
    c->plan = NULL;
    pg->host = c->dial.host;
    pg->address = c->dial.host.hostaddr != NULL ? mem_str(c->dial.host.hostaddr) : NULL;
    pg->host.hostaddr = pg->address;
    pg->conn = c->dial.conn;
    c->dial.conn = NULL;
    PQsetnonblocking(pg->conn, 1);
    look_for_us(pg);
    log_line(2, "postgres: connected, server %d", PQserverVersion(pg->conn));
    return pg;
}

static enum task_state connect_step(struct task *t)
{
    struct connect *c = task_job(t, &connect_type);
    switch (dial_step(&c->dial, t)) {
    case TASK_RUNNING:
        return TASK_RUNNING;
    case TASK_OK:
        c->pg = open_pg(task_net(t), c);
        return TASK_OK;
    case TASK_FAILED:
        break;
    }
    return task_fail(t, &c->dial.e);
}

struct task *pg_connect(struct net *net, const struct pg_options *o)
{
    struct err e;
    struct pg_plan *plan = plan_new(o, &e);
    if (plan == NULL)
        return task_refused(net, &e);
    struct task *t = task_new(net, &connect_type);
    struct connect *c = task_job(t, &connect_type);
    c->plan = plan;
    dial_begin(&c->dial, plan, NULL);
    return t;
}

struct pg *pg_take(struct task *t)
{
    struct connect *c = task_job(t, &connect_type);
    struct pg *pg = c->pg;
    c->pg = NULL;
    return pg;
}

struct pg *pg_hold(struct pg *pg)
{
    pg->holders++;
    return pg;
}

void pg_release(struct pg *pg)
{
    if (pg == NULL || --pg->holders > 0)
        return;
    plan_free(pg->plan);
    mem_free(pg->address);
    mem_free(pg);
}

void pg_close(struct pg *pg)
{
    if (pg == NULL)
        return;
    struct err e;
    err_set(&e, ERR_NETWORK, "could not ask the database");
    err_reason(&e, PG_LOST);
    err_why(&e, "the connection was closed");
    err_hint(&e, "Connect again.");
    queue_lose(pg, &e);
    task_clear(&pg->pump);
    task_clear(&pg->cancel);
    PQfinish(pg->conn);
    pg->conn = NULL;
    pg_release(pg);
}

bool pg_alive(struct pg *pg)
{
    for (int looks = 0; looks < 4 && !pg->lost && pg->n_sent == 0; looks++) {
        struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};
        if (fd.fd >= 0 && poll(&fd, 1, 0) == 0)
            break;
        if (fd.fd >= 0 && PQconsumeInput(pg->conn) == 1)
            continue;
        struct err e;
        error_lost(&e, pg->conn);
        queue_lose(pg, &e);
    }
    return !pg->lost;
}

const char *pg_host(const struct pg *pg)
{
    return pg->host.host != NULL ? pg->host.host : pg->address != NULL ? pg->address : "";
}

const char *pg_port(const struct pg *pg)
{
    return pg->host.port;
}

const char *pg_user(const struct pg *pg)
{
    return pg->plan->show_user;
}

const char *pg_database(const struct pg *pg)
{
    return pg->plan->show_database;
}

bool pg_encrypted(const struct pg *pg)
{
    return pg->conn != NULL && PQsslInUse(pg->conn) == 1;
}

int pg_version(const struct pg *pg)
{
    return pg->conn != NULL ? PQserverVersion(pg->conn) : 0;
}

int pg_backend(const struct pg *pg)
{
    return pg->conn != NULL ? PQbackendPID(pg->conn) : 0;
}

struct net *pg_net(const struct pg *pg)
{
    return pg->net;
}

#include "api/pg/internal.h"

#include "api/base/log.h"
#include "api/net/net.h"

PGconn *plan_start(const struct pg_plan *plan, const struct pg_host *host)
{
    struct pg_keys k = {.n = 0};
    pg_keys_put(&k, "dbname", plan->dsn);
    pg_keys_put(&k, "dbname", plan->database);
    pg_keys_put(&k, "user", plan->user);
    pg_keys_put(&k, "host", host->host != NULL ? host->host : "");
    pg_keys_put(&k, "hostaddr", host->hostaddr != NULL ? host->hostaddr : "");
    pg_keys_put(&k, "port", host->port);
    if (!secret_is_empty(plan->password))
        pg_keys_put(&k, "password", secret_reveal(plan->password));
    if (plan->passfile_refused != NULL)
        pg_keys_put(&k, "passfile", "/nonexistent");
    pg_keys_put(&k, "gssencmode", "disable");
    if (!host->local) {
        pg_keys_put(&k, "sslmode", plan->sslmode_far);
        pg_keys_put(&k, "sslrootcert", plan->sslrootcert_far);
    }
    pg_keys_put(&k, "sslrootcert", plan->sslrootcert);
    pg_keys_put(&k, "application_name", "strom");
    pg_keys_put(&k, "client_encoding", "UTF8");
    pg_keys_put(&k, "options", plan->options);
    if (plan->keepalive) {
        pg_keys_put(&k, "keepalives_idle", "20");
        pg_keys_put(&k, "keepalives_interval", "5");
        pg_keys_put(&k, "keepalives_count", "3");
    }
    PGconn *conn = PQconnectStartParams(k.keys, k.values, 1);
    if (conn == NULL)
        return NULL;
    PQsetNoticeReceiver(conn, notice_swallow, NULL);
    PQsetErrorVerbosity(conn, PQERRORS_VERBOSE); /* brings the SQLSTATE into the text */
    return conn;
}

/* --- as a task --- */

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
    pg->gaps = net_gaps(net);
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

struct task *connect_beside(struct pg *pg)
{
    struct task *t = task_new(pg->net, &connect_type);
    struct connect *c = task_job(t, &connect_type);
    c->plan = plan_hold(pg->plan);
    dial_begin(&c->dial, c->plan, &pg->host);
    return t;
}

struct pg *pg_take(struct task *t)
{
    struct connect *c = task_job(t, &connect_type);
    struct pg *pg = c->pg;
    c->pg = NULL;
    return pg;
}

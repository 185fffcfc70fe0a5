#include "api/pg/pg.h"

#include "api/base/tr.h"
#include "api/pg/internal.h"

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
    err_set(&e, ERR_NETWORK, tr("could not ask the database"));
    err_reason(&e, PG_LOST);
    err_why(&e, tr("the connection was closed"));
    err_hint(&e, tr("Connect again."));
    queue_lose(pg, &e);
    task_clear(&pg->pump);
    task_clear(&pg->cancel);
    PQfinish(pg->conn);
    pg->conn = NULL;
    pg_release(pg);
}

bool pg_alive(struct pg *pg)
{
    if (queue_slept(pg))
        return false;
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

bool pg_lost(const struct pg *pg)
{
    return pg->lost;
}

const char *pg_host(const struct pg *pg)
{
    return pg->host.host != NULL ? pg->host.host : pg->address != NULL ? pg->address : "";
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

bool pg_nearby(const struct pg *pg)
{
    return pg->host.local;
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

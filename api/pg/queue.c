#include "api/pg/internal.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/net/net.h"

#include <assert.h>

/* Statements of one connection wait in a line, the sent ones first. A task of our own (the pump)
 * works on it as long as there is something to do; whoever asked only looks whether his is done. */

struct pump {
    struct pg *pg;
};

struct pg_job *job_new(struct pg *pg, const char *sql, const char *const *params, size_t n)
{
    struct pg_job *job = mem_alloc(sizeof *job);
    job->pg = pg;
    job->sql = mem_str(sql);
    job->n_params = n;
    if (n > 0)
        job->params = mem_grow(NULL, n, sizeof *job->params);
    for (size_t i = 0; i < n; i++)
        job->params[i] = params[i] != NULL ? mem_str(params[i]) : NULL;
    return job;
}

void job_free(struct pg_job *job)
{
    PQclear(job->rows.result);
    for (size_t i = 0; i < job->n_params; i++)
        mem_free(job->params[i]);
    mem_free(job->params);
    mem_free(job->sql);
    mem_free(job);
}

void queue_add(struct pg *pg, struct pg_job *job)
{
    job->next = NULL;
    if (pg->last != NULL)
        pg->last->next = job;
    else
        pg->first = job;
    pg->last = job;
}

void queue_remove(struct pg *pg, struct pg_job *job)
{
    struct pg_job **at = &pg->first, *before = NULL;
    while (*at != job) {
        assert(*at != NULL);
        before = *at;
        at = &before->next;
    }
    *at = job->next;
    if (pg->last == job)
        pg->last = before;
    job->next = NULL;
}

void queue_finish(struct pg *pg, struct pg_job *job)
{
    queue_remove(pg, job);
    if (job->at == JOB_SENT)
        pg->n_sent--;
    job->at = JOB_DONE;
    job->pg = NULL;
    if (job->task != NULL)
        task_again(job->task);
    else
        job_free(job);
}

void queue_lose(struct pg *pg, const struct err *why)
{
    if (!pg->lost)
        pg->lost_why = *why;
    pg->lost = true;
    while (pg->first != NULL) {
        struct pg_job *job = pg->first;
        if (!job->failed) /* what the server said last belongs to the first */
            job->e = pg->lost_why;
        job->failed = true;
        queue_finish(pg, job);
    }
}

static void drop_unsent(struct pg *pg)
{
    for (struct pg_job *job = pg->first, *next; job != NULL; job = next) {
        next = job->next;
        if (job->at == JOB_WAITING && job->task == NULL && !job->own)
            queue_finish(pg, job);
    }
}

/* The server ends a statement by itself; when even that does not arrive, nobody is there any more.
 */
static bool is_silent(const struct pg *pg)
{
    return pg->n_sent > 0 && clock_mono_ms() > flow_ends_ms(pg);
}

static void lose(struct pg *pg, const char *why)
{
    struct err e;
    err_set(&e, ERR_NETWORK, tr("could not ask the database"));
    err_reason(&e, PG_LOST);
    err_why(&e, "%s", why);
    err_hint(&e, tr("The network may have changed: connect again."));
    e.retryable = true;
    queue_lose(pg, &e);
}

/* The other end has long forgotten the connection, or its address is no longer ours: waiting for
 * the network to say so takes half a minute. */
bool queue_slept(struct pg *pg)
{
    if (pg->lost || pg->host.socket || net_gaps(pg->net) == pg->gaps)
        return false;
    lose(pg, tr("the machine slept meanwhile"));
    return true;
}

static enum task_state finish(struct pg *pg)
{
    task_clear(&pg->cancel);
    return TASK_OK;
}

static enum task_state pump_step(struct task *t);

static void pump_stop(void *job)
{
    struct pump *pump = job;
    if (pump->pg == NULL)
        return;
    finish(pump->pg);
    pump->pg->pump = NULL;
}

static const struct task_type pump_type = {"postgres", sizeof(struct pump), pump_step, pump_stop};

static void work(struct pg *pg, bool *more)
{
    if (queue_slept(pg))
        return;
    drop_unsent(pg);
    if (!flow_send(pg) || !flow_read(pg, more)) {
        struct err e;
        error_lost(&e, pg->conn);
        queue_lose(pg, &e);
    } else if (is_silent(pg)) {
        lose(pg, tr("the server does not answer any more"));
    }
}

static enum task_state pump_step(struct task *t)
{
    struct pg *pg = ((struct pump *)task_job(t, &pump_type))->pg;
    bool more = false;
    if (!pg->lost)
        work(pg, &more);
    if (!pg->lost)
        cancel_look(pg, t);
    if (pg->lost || (pg->first == NULL && pg->cancel == NULL))
        return finish(pg);
    /* what had to wait for an answer, or for the cancelling; when it fails the next step says why
     */
    if (!flow_send(pg) || more)
        task_again(t);
    int unsent = PQflush(pg->conn);
    task_wait_fd(t, PQsocket(pg->conn), (short)(unsent == 1 ? POLLIN | POLLOUT : POLLIN));
    task_wait_until(t, flow_ends_ms(pg) + 1);
    return TASK_RUNNING;
}

void queue_pump(struct pg *pg)
{
    if (pg->pump != NULL && task_state(pg->pump) != TASK_RUNNING)
        task_drop(pg->pump); /* its stop forgets it */
    if (pg->pump == NULL) {
        pg->pump = task_new(pg->net, &pump_type);
        ((struct pump *)task_job(pg->pump, &pump_type))->pg = pg;
        pg->moved_ms = clock_mono_ms();
    }
    task_again(pg->pump);
}

#include "api/pg/internal.h"

#include <stdlib.h>

/* A statement as a task: it only looks whether the line has come to it. */

struct query {
    struct pg_job *job;
};

static enum task_state query_step(struct task *t);

static void query_stop(void *job)
{
    struct query *q = job;
    struct pg_job *line = q->job;
    if (line == NULL)
        return;
    line->task = NULL;
    if (line->pg == NULL)
        job_free(line);
    else if (line->pg->pump != NULL)
        task_again(line->pg->pump); /* it takes it out, or cancels it */
}

static const struct task_type query_type = {"postgres query", sizeof(struct query), query_step,
                                            query_stop};

static enum task_state query_step(struct task *t)
{
    const struct query *q = task_job(t, &query_type);
    if (q->job->at != JOB_DONE)
        return TASK_RUNNING;
    return q->job->failed ? task_fail(t, &q->job->e) : TASK_OK;
}

static struct task *enqueue(struct pg *pg, struct pg_job *job)
{
    struct task *t = task_new(pg->net, &query_type);
    ((struct query *)task_job(t, &query_type))->job = job;
    job->task = t;
    queue_add(pg, job);
    queue_pump(pg);
    return t;
}

struct task *pg_query(struct pg *pg, const char *sql, const char *const *params, size_t n)
{
    if (!pg_alive(pg))
        return task_refused(pg->net, &pg->lost_why);
    return enqueue(pg, job_new(pg, sql, params, n));
}

static struct pg_job *copy_job(struct pg *pg, const char *select, const char *how, copy_row *row,
                               void *ctx)
{
    struct str sql = {0};
    str_printf(&sql, "COPY (%s) TO STDOUT%s", select, how);
    struct pg_job *job = job_new(pg, str_text(&sql), NULL, 0);
    str_done(&sql);
    job->row = row;
    job->ctx = ctx;
    job->binary = how[0] != '\0';
    return job;
}

static const char binary[] = " (FORMAT binary)";

struct task *pg_copy(struct pg *pg, const char *select, copy_row *row, void *ctx)
{
    if (!pg_alive(pg))
        return task_refused(pg->net, &pg->lost_why);
    return enqueue(pg, copy_job(pg, select, "", row, ctx));
}

struct task *pg_copy_binary(struct pg *pg, const char *select, copy_row *row, void *ctx)
{
    if (!pg_alive(pg))
        return task_refused(pg->net, &pg->lost_why);
    return enqueue(pg, copy_job(pg, select, binary, row, ctx));
}

/* Before, a time-out was of the whole string. */
enum { TIMES_EACH_STATEMENT = 130000 };

struct task *pg_copy_joined(struct pg *pg, const char *select, copy_row *row, void *ctx)
{
    if (!pg_alive(pg))
        return task_refused(pg->net, &pg->lost_why);
    struct pg_job *job = copy_job(pg, select, binary, row, ctx);
    job->joins = pg_version(pg) >= TIMES_EACH_STATEMENT;
    return enqueue(pg, job);
}

const struct pg_rows *pg_rows(const struct task *t)
{
    const struct query *q = task_job(t, &query_type);
    return &q->job->rows;
}

size_t pg_count(const struct pg_rows *rows)
{
    return (size_t)PQntuples(rows->result);
}

size_t pg_width(const struct pg_rows *rows)
{
    return (size_t)PQnfields(rows->result);
}

const char *pg_value(const struct pg_rows *rows, size_t r, size_t c)
{
    if (r >= pg_count(rows) || c >= pg_width(rows) ||
        PQgetisnull(rows->result, (int)r, (int)c) == 1)
        return NULL;
    return PQgetvalue(rows->result, (int)r, (int)c);
}

const char *pg_text(const struct pg_rows *rows, size_t r, size_t c)
{
    const char *value = pg_value(rows, r, c);
    return value != NULL ? value : "";
}

bool pg_is_true(const struct pg_rows *rows, size_t r, size_t c)
{
    return pg_text(rows, r, c)[0] == 't';
}

int64_t pg_number(const struct pg_rows *rows, size_t r, size_t c, int64_t otherwise)
{
    long long n = 0;
    return str_int64(pg_value(rows, r, c), INT64_MIN, INT64_MAX, &n) ? (int64_t)n : otherwise;
}

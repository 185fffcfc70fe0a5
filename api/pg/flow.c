#include "api/pg/internal.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <string.h>

/* Sends and reads. Plain statements go out many at once, each with a sync of its own, so that one
 * that fails does not take the next with it (libpq's pipeline mode). COPY cannot be among them;
 * several of it are one string, whose rest is sent again when one of them failed. */

enum { AHEAD = 24, ROWS_A_LOOK = 64, GRACE_MS = 5000 };

static size_t n_together(const struct pg_job *first)
{
    size_t n = 1;

    for (const struct pg_job *job = first->next;
         first->joins && job != NULL && job->joins && n < COPY_TOGETHER; job = job->next)
        n++;
    return n;
}

static bool send_copies(struct pg *pg, struct pg_job *first)
{
    if (pg->n_sent > 0)
        return true; /* later: nothing else may be on its way */
    if (PQpipelineStatus(pg->conn) != PQ_PIPELINE_OFF && PQexitPipelineMode(pg->conn) != 1)
        return false;
    size_t n = n_together(first), at = 0;
    struct str sql = {0};
    for (const struct pg_job *job = first; at < n; job = job->next)
        str_printf(&sql, "%s%s", at++ > 0 ? "; " : "", job->sql);
    bool sent = PQsendQuery(pg->conn, str_text(&sql)) == 1;
    str_done(&sql);
    for (struct pg_job *job = first; sent && pg->n_sent < n; job = job->next) {
        job->at = JOB_SENT;
        job->joined = n > 1;
        pg->n_sent++;
    }
    return sent;
}

static bool send_query(struct pg *pg, struct pg_job *job)
{
    if (PQpipelineStatus(pg->conn) == PQ_PIPELINE_OFF) {
        if (pg->n_sent > 0)
            return true;
        if (PQenterPipelineMode(pg->conn) != 1)
            return false;
    }
    const char *const *params = (const char *const *)job->params;
    if (PQsendQueryParams(pg->conn, job->sql, (int)job->n_params, NULL, params, NULL, NULL, 0) != 1)
        return false;
    if (PQpipelineSync(pg->conn) != 1)
        return false;
    job->at = JOB_SENT;
    pg->n_sent++;
    return true;
}

bool flow_send(struct pg *pg)
{
    size_t sent = pg->n_sent;
    for (struct pg_job *job = pg->cancel == NULL ? pg->first : NULL;
         job != NULL && pg->n_sent < AHEAD; job = job->next) {
        if (job->at == JOB_SENT) {
            if (job->row != NULL)
                break;
            continue;
        }
        if (!(job->row != NULL ? send_copies(pg, job) : send_query(pg, job)))
            return false;
        if (job->at == JOB_WAITING || job->row != NULL)
            break;
    }
    if (pg->n_sent > sent)
        pg->moved_ms = clock_mono_ms();
    return PQflush(pg->conn) >= 0;
}

static void keep_failure(struct pg_job *job, const PGresult *result)
{
    if (!job->failed)
        error_result(&job->e, result);
    job->failed = true;
}

/* A result of the statement that runs now. */
static void take_result(struct pg_job *job, PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        PQclear(job->rows.result);
        job->rows.result = result;
        return;
    case PGRES_COPY_OUT:
        break;
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_PIPELINE_ABORTED:
    case PGRES_COPY_IN:
    case PGRES_COPY_BOTH:
    case PGRES_SINGLE_TUPLE:
    case PGRES_PIPELINE_SYNC:
    default:
        keep_failure(job, result);
        break;
    }
    PQclear(result);
}

/* It was meant for the one before: a request to cancel names a process, not a statement. */
static bool hit_by_mistake(struct pg *pg, struct pg_job *job)
{
    enum { ECHO_MS = 2000 };
    bool lately = pg->cancel != NULL ||
                  (pg->cancelled_ms > 0 && clock_mono_ms() - pg->cancelled_ms < ECHO_MS);
    return lately && job->failed && !job->again && !job->begun && job->task != NULL &&
           strcmp(job->e.reason, PG_CANCELLED) == 0;
}

/* The server reads a string whole before it begins: what it says of that is said of any of them. */
static bool of_whole_string(const struct pg_job *job)
{
    return job->joined && job->failed && !job->begun && job->task != NULL &&
           (strcmp(job->e.reason, "42601") == 0 || strcmp(job->e.reason, "22021") == 0);
}

static void complete(struct pg *pg, struct pg_job *job)
{
    bool mistaken = hit_by_mistake(pg, job), whole = of_whole_string(job);
    if (!mistaken && !whole) {
        queue_finish(pg, job);
        return;
    }
    queue_remove(pg, job);
    pg->n_sent--;
    job->again = job->again || mistaken;
    job->joins = job->joins && !whole;
    job->at = JOB_WAITING;
    job->failed = job->ended = false;
    queue_add(pg, job);
}

/* The string ended with the first of them; those behind it did not run. */
static void complete_string(struct pg *pg, struct pg_job *first)
{
    bool whole = of_whole_string(first);

    for (struct pg_job *job = first->next, *next; job != NULL && job->at == JOB_SENT; job = next) {
        next = job->next;
        if (job->task == NULL && !job->own) { /* nobody waits for it any more */
            queue_finish(pg, job);
            continue;
        }
        job->at = JOB_WAITING;
        job->joins = job->joins && !whole;
        pg->n_sent--;
    }
    complete(pg, first);
}

static bool read_query(struct pg *pg, struct pg_job *job, bool *moved)
{
    while (!PQisBusy(pg->conn)) {
        PGresult *result = PQgetResult(pg->conn);
        *moved = true;
        if (result == NULL) {
            if (job->ended)
                return PQstatus(pg->conn) != CONNECTION_BAD; /* the sync is still on its way */
            job->ended = true;
            if (PQstatus(pg->conn) == CONNECTION_BAD)
                return false;
            continue;
        }
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            complete(pg, job);
            return true;
        }
        take_result(job, result);
    }
    return PQstatus(pg->conn) != CONNECTION_BAD;
}

/* A line without its break, or the fields of a binary row; false: there is none. */
static bool is_row(struct pg_job *job, char **line, size_t *bytes)
{
    if (!job->binary) {
        if (*bytes > 0 && (*line)[*bytes - 1] == '\n')
            (*line)[--*bytes] = '\0';
        return true;
    }
    enum copy_binary is = copy_binary_row(!job->begun, line, bytes);
    if (is == COPY_BROKEN && !job->failed) {
        err_set(&job->e, ERR_NETWORK, tr("could not ask the database"));
        err_why(&job->e, "its rows are not in the format that was asked for");
        job->failed = true;
    }
    return is == COPY_ROW;
}

static void hand_over(struct pg_job *job, char *line, size_t bytes)
{
    bool row = is_row(job, &line, &bytes);
    job->begun = true;
    if (!row || job->task == NULL || job->failed)
        return;
    if (!job->row(job->ctx, line, bytes, &job->e))
        job->failed = true;
}

enum copied { COPIED_ALL, COPIED_SOME, COPIED_SLICE, COPIED_BROKEN };

static enum copied read_lines(struct pg *pg, struct pg_job *job, bool *moved)
{
    for (size_t rows = 1;; rows++) {
        char *line = NULL;
        int n = PQgetCopyData(pg->conn, &line, 1);
        if (n == 0)
            return COPIED_SOME;
        if (n == -1)
            return COPIED_ALL;
        if (n < 0)
            return COPIED_BROKEN;
        *moved = true;
        hand_over(job, line, (size_t)n);
        PQfreemem(line);
        if (rows % ROWS_A_LOOK == 0 && task_slice_over(pg->pump))
            return COPIED_SLICE;
    }
}

/* It ended well (for the server), and another one of its string is on its way. */
static bool goes_on(const struct pg_job *job, ExecStatusType status)
{
    return status == PGRES_COMMAND_OK && job->next != NULL && job->next->at == JOB_SENT;
}

static bool read_copy(struct pg *pg, struct pg_job *job, bool *moved, bool *more)
{
    while (!PQisBusy(pg->conn)) {
        if (PQtransactionStatus(pg->conn) == PQTRANS_UNKNOWN)
            return false;
        PGresult *result = PQgetResult(pg->conn);
        if (result == NULL) {
            complete_string(pg, job);
            return true;
        }
        ExecStatusType status = PQresultStatus(result);
        take_result(job, result);
        if (goes_on(job, status)) {
            *moved = true;
            queue_finish(pg, job);
            return true;
        }
        if (status != PGRES_COPY_OUT)
            continue;
        switch (read_lines(pg, job, moved)) {
        case COPIED_ALL:
            break;
        case COPIED_SOME:
            return PQstatus(pg->conn) != CONNECTION_BAD;
        case COPIED_SLICE:
            *more = true;
            return true;
        case COPIED_BROKEN:
            return PQstatus(pg->conn) != CONNECTION_BAD;
        }
    }
    return PQstatus(pg->conn) != CONNECTION_BAD;
}

/* What libpq holds already. */
static bool read_held(struct pg *pg, bool *moved, bool *more)
{
    while (pg->first != NULL && pg->first->at == JOB_SENT && !*more) {
        size_t sent = pg->n_sent;
        bool fine = pg->first->row != NULL ? read_copy(pg, pg->first, moved, more)
                                           : read_query(pg, pg->first, moved);
        if (!fine)
            return false;
        if (pg->n_sent == sent) /* it goes on */
            return true;
        if (task_slice_over(pg->pump))
            *more = pg->n_sent > 0;
    }
    return true;
}

bool flow_read(struct pg *pg, bool *more)
{
    bool moved = true;
    while (moved && !*more) {
        moved = false;
        bool alive = PQconsumeInput(pg->conn) == 1;
        if (!read_held(pg, &moved, more) || !alive)
            return false;
        if (moved)
            pg->moved_ms = clock_mono_ms();
        if (moved && pg->first != NULL && task_slice_over(pg->pump))
            *more = true;
    }
    return true;
}

/* Of a string each statement has its time, and its end may come with the last one's. */
int64_t flow_ends_ms(const struct pg *pg)
{
    int64_t statements = pg->first != NULL && pg->first->joined ? (int64_t)pg->n_sent : 1;

    return pg->moved_ms + statements * pg->plan->statement_timeout_ms + GRACE_MS;
}

#include "api/pg/internal.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <string.h>

/* Sends and reads. Plain statements go out many at once, each with a sync of its own, so that one
 * that fails does not take the next with it (libpq's pipeline mode). COPY cannot be among them. */

enum { AHEAD = 24, ROWS_A_LOOK = 64 };

static bool send_copy(struct pg *pg, struct pg_job *job)
{
    if (pg->n_sent > 0)
        return true; /* later: it must be alone */
    if (PQpipelineStatus(pg->conn) != PQ_PIPELINE_OFF && PQexitPipelineMode(pg->conn) != 1)
        return false;
    if (PQsendQuery(pg->conn, job->sql) != 1)
        return false;
    job->at = JOB_SENT;
    pg->n_sent++;
    return true;
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
        if (!(job->row != NULL ? send_copy(pg, job) : send_query(pg, job)))
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
    return lately && job->failed && !job->again && job->row == NULL && job->task != NULL &&
           strcmp(job->e.reason, PG_CANCELLED) == 0;
}

static void complete(struct pg *pg, struct pg_job *job)
{
    if (!hit_by_mistake(pg, job)) {
        queue_finish(pg, job);
        return;
    }
    queue_remove(pg, job);
    pg->n_sent--;
    job->again = true;
    job->at = JOB_WAITING;
    job->failed = job->ended = false;
    queue_add(pg, job);
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
    job->begun = true;
    if (is == COPY_BROKEN && !job->failed) {
        err_set(&job->e, ERR_NETWORK, tr("could not ask the database"));
        err_why(&job->e, "its rows are not in the format that was asked for");
        job->failed = true;
    }
    return is == COPY_ROW;
}

static void hand_over(struct pg_job *job, char *line, size_t bytes)
{
    if (!is_row(job, &line, &bytes) || job->task == NULL || job->failed)
        return;
    if (!job->row(job->ctx, line, bytes, &job->e))
        job->failed = true;
}

enum copied { COPIED_ALL, COPIED_SOME, COPIED_SLICE, COPIED_BROKEN };

static enum copied read_lines(struct pg *pg, struct pg_job *job, int64_t until_ms, bool *moved)
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
        if (rows % ROWS_A_LOOK == 0 && clock_mono_ms() >= until_ms)
            return COPIED_SLICE;
    }
}

static bool read_copy(struct pg *pg, struct pg_job *job, int64_t until_ms, bool *moved, bool *more)
{
    while (!PQisBusy(pg->conn)) {
        if (PQtransactionStatus(pg->conn) == PQTRANS_UNKNOWN)
            return false;
        PGresult *result = PQgetResult(pg->conn);
        if (result == NULL) {
            queue_finish(pg, job);
            return true;
        }
        bool copying = PQresultStatus(result) == PGRES_COPY_OUT;
        take_result(job, result);
        if (!copying)
            continue;
        switch (read_lines(pg, job, until_ms, moved)) {
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
static bool read_held(struct pg *pg, int64_t until_ms, bool *moved, bool *more)
{
    while (pg->first != NULL && pg->first->at == JOB_SENT && !*more) {
        size_t sent = pg->n_sent;
        bool fine = pg->first->row != NULL ? read_copy(pg, pg->first, until_ms, moved, more)
                                           : read_query(pg, pg->first, moved);
        if (!fine)
            return false;
        if (pg->n_sent == sent) /* it goes on */
            return true;
        if (clock_mono_ms() >= until_ms)
            *more = pg->n_sent > 0;
    }
    return true;
}

bool flow_read(struct pg *pg, int64_t until_ms, bool *more)
{
    bool moved = true;
    while (moved && !*more) {
        moved = false;
        bool alive = PQconsumeInput(pg->conn) == 1;
        if (!read_held(pg, until_ms, &moved, more) || !alive)
            return false;
        if (moved)
            pg->moved_ms = clock_mono_ms();
        if (moved && pg->first != NULL && pg->moved_ms >= until_ms)
            *more = true;
    }
    return true;
}

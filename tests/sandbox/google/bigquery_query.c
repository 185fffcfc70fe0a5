/* bigquery: jobs.query and getQueryResults. */

#include "tests/sandbox/google/bigquery.h"
#include "tests/sandbox/google/datastream.h"

#include <inttypes.h>
#include <string.h>

enum { ROWS_A_PAGE = 1000 };

struct job {
    struct job *next;
    char id[80];
    int64_t ready_ms;
    struct val *schema, *rows;
};

static const struct shape PARAMETER_TYPE[] = {F("type", STRING), END};
static const struct shape PARAMETER_VALUE[] = {F("value", STRING), END};
static const struct shape PARAMETER[] = {F("name", STRING), OBJECT("parameterType", PARAMETER_TYPE),
                                         OBJECT("parameterValue", PARAMETER_VALUE), END};
static const struct shape DEFAULT_DATASET[] = {NEED("datasetId", STRING), F("projectId", STRING),
                                               END};
static const struct shape FORMAT[] = {
    F("useInt64Timestamp", BOOL),
    ONE_OF("timestampOutputFormat",
           "TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED|FLOAT64|INT64|ISO8601_STRING"),
    END};
static const struct shape QUERY[] = {NEED("query", STRING),
                                     F("useLegacySql", BOOL),
                                     F("kind", STRING),
                                     F("location", STRING),
                                     {.name = "maxResults", .type = SHAPE_UINT32},
                                     {.name = "timeoutMs", .type = SHAPE_UINT32},
                                     F("dryRun", BOOL),
                                     F("useQueryCache", BOOL),
                                     F("requestId", STRING),
                                     F("labels", MAP),
                                     F("maximumBytesBilled", INT64),
                                     OBJECT("defaultDataset", DEFAULT_DATASET),
                                     OBJECT("formatOptions", FORMAT),
                                     F("parameterMode", STRING),
                                     OBJECTS("queryParameters", PARAMETER),
                                     ONE_OF("jobCreationMode",
                                            "JOB_CREATION_MODE_UNSPECIFIED|JOB_CREATION_REQUIRED|"
                                            "JOB_CREATION_OPTIONAL"),
                                     END};
static const struct shape RESULT_QUERY[] = {F("location", STRING),
                                            {.name = "maxResults", .type = SHAPE_UINT32},
                                            F("pageToken", STRING),
                                            F("startIndex", INT64),
                                            {.name = "timeoutMs", .type = SHAPE_UINT32},
                                            F("formatOptions.useInt64Timestamp", BOOL),
                                            F("formatOptions.timestampOutputFormat", STRING),
                                            END};

static void invalid_query(struct call *c, const char *text)
{
    call_refuse(c, 400, NULL, "%s", text);
    call_refuse_reason(c, "invalidQuery");
}

static struct val *cell(sqlite3_stmt *st, int i)
{
    struct val *v = val_object();
    const char *text = (const char *)sqlite3_column_text(st, i);
    val_put_member(v, "v", val_text_new(text)); /* every value is text, NULL is null */
    return v;
}

static void read_rows(sqlite3_stmt *st, struct job *job)
{
    while (sqlite3_step(st) == SQLITE_ROW) {
        struct val *row = val_object(), *cells = val_array();
        for (int i = 0; i < sqlite3_column_count(st); i++)
            val_add(cells, cell(st, i));
        val_put(row, "f", cells);
        val_add(job->rows, row);
    }
}

static void read_schema(sqlite3_stmt *st, const struct sql_query *q, struct job *job)
{
    struct val *fields = val_array();
    for (size_t i = 0; i < q->n_columns; i++) {
        char type[16];
        const char *declared = sqlite3_column_decltype(st, (int)i);
        str_copy(type, sizeof type, q->columns[i].type);
        if (type[0] == '\0')
            snprintf(type, sizeof type, "%.*s", declared != NULL ? (int)strcspn(declared, " (") : 6,
                     declared != NULL ? declared : "STRING");
        val_add(fields,
                val_make("{'name':%s,'type':%s,'mode':'NULLABLE'}", q->columns[i].name, type));
    }
    job->schema = val_object();
    val_put(job->schema, "fields", fields);
}

static bool tables_fit(struct call *c, sqlite3 *db, const struct sql_query *q)
{
    for (size_t i = 0; i < q->n_tables; i++)
        if (db == NULL || str_starts(q->tables[i], REPLICA_OWN) ||
            !dataset_has_table(db, q->tables[i])) {
            call_refuse(c, 404, NULL, "Not found: Table %s:%s.%s was not found in location %s",
                        q->project, q->dataset, q->tables[i], SANDBOX_REGION);
            return false;
        }
    return true;
}

static struct job *job_new(struct google *g)
{
    char uuid[40];
    struct job *job = mem_alloc(sizeof *job);
    google_fresh_uuid(g, uuid);
    snprintf(job->id, sizeof job->id, "job_%s", uuid);
    job->rows = val_array();
    job->ready_ms = google_later(g, 1);
    job->next = g->jobs;
    g->jobs = job;
    return job;
}

void jobs_done(struct google *g)
{
    for (struct job *job; (job = g->jobs) != NULL;) {
        g->jobs = job->next;
        val_free(job->schema);
        val_free(job->rows);
        mem_free(job);
    }
}

static struct job *execute(struct call *c, sqlite3 *db, const struct sql_query *q)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, str_text(&q->text), -1, &st, NULL) != SQLITE_OK) {
        char text[300];
        const char *why = sqlite3_errmsg(db), *name = strstr(why, "no such column: ");
        snprintf(text, sizeof text,
                 name != NULL ? "Unrecognized name: %.200s at [1:8]" : "Query error: %.200s",
                 name != NULL ? name + 16 : why);
        invalid_query(c, text);
        sqlite3_finalize(st);
        return NULL;
    }
    struct job *job = job_new(c->g);
    read_schema(st, q, job);
    read_rows(st, job);
    sqlite3_finalize(st);
    return job;
}

static struct val *result_doc(struct call *c, const struct job *job, const char *kind, size_t from,
                              size_t most)
{
    struct val *doc =
        val_make("{'kind':%s,'jobReference':{'projectId':%s,'jobId':%s,'location':%s}}", kind,
                 SANDBOX_PROJECT, job->id, SANDBOX_REGION);
    bool ready = clock_mono_ms() >= job->ready_ms;
    (void)c;
    val_put_bool(doc, "jobComplete", ready);
    if (!ready)
        return doc;
    struct val *page = val_array();
    size_t at = 0, total = val_count(job->rows);
    for
        val_each(row, job->rows)
        {
            if (at >= from && at < from + most)
                val_add(page, val_copy(row));
            at++;
        }
    val_put(doc, "schema", val_copy(job->schema));
    val_put_int64(doc, "totalRows", (int64_t)total);
    val_put(doc, "rows", page);
    if (from + most < total)
        val_putf(doc, "pageToken", "BQ%zu", from + most);
    val_put_text(doc, "totalBytesProcessed", "0");
    val_put_bool(doc, "cacheHit", false);
    return doc;
}

/* Waits for the job up to the time that the caller gives it. */
static void await_job(struct call *c, const struct job *job, int64_t most_ms)
{
    int64_t until = clock_mono_ms() + most_ms;
    while (clock_mono_ms() < job->ready_ms && clock_mono_ms() < until && !c->g->stopping)
        google_wait_until(c->g, job->ready_ms < until ? job->ready_ms : until);
}

static size_t page_most(int64_t asked)
{
    return asked > 0 && asked < ROWS_A_PAGE ? (size_t)asked : ROWS_A_PAGE;
}

/* --- what is paid for --- */

enum { BYTES_A_VALUE = 8, LEAST_BILLED = 10 << 20 };

int64_t bigquery_number(sqlite3 *db, const char *fmt, const char *table, const char *column)
{
    sqlite3_stmt *st = NULL;
    char *sql = sqlite3_mprintf(fmt, table, column);
    int64_t n = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_free(sql);
    return n;
}

/* The columns that are read, whole: of a count alone none is. */
static int64_t weight(sqlite3 *db, const struct sql_query *q)
{
    int64_t bytes = 0;
    for (size_t t = 0; t < q->n_tables; t++)
        for (size_t i = 0; i < q->n_read; i++)
            if (bigquery_number(db, "SELECT count(*) FROM pragma_table_info(%Q) WHERE name = %Q",
                                q->tables[t], q->read[i]) > 0)
                bytes += BYTES_A_VALUE *
                         bigquery_number(db, "SELECT count(*) FROM \"%w\"", q->tables[t], NULL);
    return bytes;
}

static bool is_within(struct call *c, sqlite3 *db, const struct sql_query *q)
{
    int64_t most = val_int(c->body, "maximumBytesBilled", 0), bytes = weight(db, q);
    int64_t billed = bytes < LEAST_BILLED ? LEAST_BILLED : bytes;
    if (most <= 0 || billed <= most)
        return true;
    call_refuse(c, 400, NULL,
                "Query exceeded limit for bytes billed: %lld. %lld or higher required.",
                (long long)most, (long long)billed);
    call_refuse_reason(c, "bytesBilledLimitExceeded");
    return false;
}

/* A dry run: valid it must be, and nothing is read. */
static void weigh(struct call *c, sqlite3 *db, const struct sql_query *q)
{
    sqlite3_stmt *st = NULL;
    struct val *doc = val_make("{'kind':'bigquery#queryResponse','jobReference':{'projectId':%s,"
                               "'location':%s}}",
                               SANDBOX_PROJECT, SANDBOX_REGION);
    bool valid = sqlite3_prepare_v2(db, str_text(&q->text), -1, &st, NULL) == SQLITE_OK;
    sqlite3_finalize(st);
    if (!valid) {
        invalid_query(c, sqlite3_errmsg(db));
        val_free(doc);
        return;
    }
    val_put_bool(doc, "jobComplete", true);
    val_put_int64(doc, "totalBytesProcessed", weight(db, q));
    call_answer(c, doc);
}

static void run(struct call *c, const struct sql_query *q)
{
    const struct thing *dataset = thing_find(c->g, "dataset", q->dataset);
    if (!policy_is_our_project(q->project) || dataset == NULL) {
        call_refuse(c, 404, NULL, "Not found: Dataset %s:%s was not found in location %s",
                    q->project, q->dataset, SANDBOX_REGION);
        return;
    }
    if (!dataset_permit(c, dataset, "bigquery.tables.getData"))
        return;
    sqlite3 *db = dataset_open(c->g, q->dataset);
    const struct job *job = NULL;
    bool fits = tables_fit(c, db, q);
    if (fits && val_truth(c->body, "dryRun"))
        weigh(c, db, q);
    else if (fits && is_within(c, db, q))
        job = execute(c, db, q);
    sqlite3_close(db);
    if (job == NULL)
        return;
    await_job(c, job, val_int(c->body, "timeoutMs", 10000));
    call_answer(c, result_doc(c, job, "bigquery#queryResponse", 0,
                              page_most(val_int(c->body, "maxResults", 0))));
}

static void query(struct call *c)
{
    struct sql_query q;
    const struct val *legacy = val_member(c->body, "useLegacySql");
    if (legacy == NULL || legacy->truth) { /* legacy is what one gets without saying */
        invalid_query(c, "Invalid table name: legacy SQL does not know backticks. [Try using "
                         "standard SQL (https://cloud.google.com/bigquery/docs/reference/"
                         "standard-sql/enabling-standard-sql)].");
        return;
    }
    if (val_member(c->body, "queryParameters") != NULL) {
        invalid_query(c, "The sandbox answers without parameters.");
        return;
    }
    if (sql_translate(val_text_or(c->body, "query", ""), &q))
        run(c, &q);
    else
        invalid_query(c, q.wrong);
    sql_done(&q);
}

static const struct job *asked_job(struct call *c)
{
    for (const struct job *job = c->g->jobs; job != NULL; job = job->next)
        if (str_eq(job->id, c->param[1]))
            return job;
    call_refuse(c, 404, NULL, "Not found: Job %s:%s", SANDBOX_PROJECT, c->param[1]);
    return NULL;
}

static void results(struct call *c)
{
    const struct job *job = asked_job(c);
    long long timeout = 10000, most = 0, from = 0;
    const char *token = call_query(c, "pageToken");
    if (job == NULL)
        return;
    if (call_query(c, "timeoutMs") != NULL)
        str_int64(call_query(c, "timeoutMs"), 0, UINT32_MAX, &timeout);
    if (call_query(c, "maxResults") != NULL)
        str_int64(call_query(c, "maxResults"), 0, UINT32_MAX, &most);
    if (call_query(c, "startIndex") != NULL)
        str_int64(call_query(c, "startIndex"), 0, INT32_MAX, &from);
    if (token != NULL && (!str_starts(token, "BQ") || !str_int64(token + 2, 0, INT32_MAX, &from))) {
        call_refuse_field(c, "page_token", "Invalid page token");
        return;
    }
    await_job(c, job, timeout);
    call_answer(
        c, result_doc(c, job, "bigquery#getQueryResultsResponse", (size_t)from, page_most(most)));
}

static void get_job(struct call *c)
{
    const struct job *job = asked_job(c);
    if (job == NULL)
        return;
    bool ready = clock_mono_ms() >= job->ready_ms;
    call_answer(c, val_make("{'kind':'bigquery#job','id':'%s:%s.%s','jobReference':{'projectId':%s,"
                            "'jobId':%s,'location':%s},'status':{'state':%s},'user_email':%s}",
                            SANDBOX_PROJECT, SANDBOX_REGION, job->id, SANDBOX_PROJECT, job->id,
                            SANDBOX_REGION, ready ? "DONE" : "RUNNING", SANDBOX_PERSON));
}

static const struct shape JOB_QUERY[] = {F("location", STRING), END};

#define P "bigquery/v2/projects/{}"
const struct route bigquery_query_routes[] = {
    {"POST", P "/queries", query, "bigquery.jobs.create", NULL, QUERY, "", 0},
    {"GET", P "/queries/{}", results, "bigquery.jobs.create", RESULT_QUERY, NULL, NULL, 0},
    {"GET", P "/jobs/{}", get_job, "bigquery.jobs.get", JOB_QUERY, NULL, NULL, 0},
    {0},
};

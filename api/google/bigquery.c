#include "api/google/bigquery.h"

#include "api/base/tr.h"
#include "api/google/client.h"
#include "api/google/rest.h"

#include <stdio.h>
#include <string.h>

#define HOST    "bigquery.googleapis.com"
#define PROJECT "bigquery/v2/projects/{}/"
#define DATASET PROJECT "datasets/{}"

enum { QUERY_WAIT_MS = 10000, MOST_ROWS = 1000 };

static int64_t seconds(const struct json *j, const char *key)
{
    int64_t ms = json_int64(j, key, -1);
    return ms < 0 ? -1 : ms / 1000;
}

/* --- datasets --- */

static void read_dataset(struct arena *a, const struct json *j, struct bigquery_dataset *d)
{
    d->project = rest_string(a, j, "datasetReference.projectId");
    d->id = rest_string(a, j, "datasetReference.datasetId");
    d->location = rest_string(a, j, "location");
    d->description = rest_string(a, j, "description");
    d->etag = rest_string(a, j, "etag");
    d->created = seconds(j, "creationTime");
    rest_labels(a, json_get(j, "labels"), &d->labels);
}

static bool decode_dataset(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    read_dataset(a, answer->json, out);
    return true;
}

static bool decode_datasets(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct bigquery_datasets *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "datasets"))
            read_dataset(a, j, rest_push(a, list->items, list->n));
    return true;
}

struct task *bigquery_dataset_get(struct google *g, const char *project, const char *dataset)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the dataset %s", dataset);
    rest_resource(&c, "%s:%s", project, dataset);
    rest_path(&c, DATASET, project, dataset);
    rest_decode_with(&c, sizeof(struct bigquery_dataset), decode_dataset);
    return rest_send(&c);
}

struct task *bigquery_dataset_list(struct google *g, const char *project)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the datasets in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, PROJECT "datasets", project);
    rest_query_int(&c, "maxResults", 1000);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct bigquery_datasets), decode_datasets);
    return rest_send(&c);
}

struct task *bigquery_dataset_insert(struct google *g, const char *project, const char *dataset,
                                     const char *location, const char *description,
                                     const struct google_labels *labels)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", HOST, "Making the dataset %s", dataset);
    rest_resource(&c, "%s:%s", project, dataset);
    rest_path(&c, PROJECT "datasets", project);
    rest_look(&c, DATASET, project, dataset);
    c.repeat = REST_LOOK;
    c.adopts = true;
    struct json_out *o = rest_body(&c);
    json_open_object(o, "datasetReference");
    json_put_string(o, "projectId", project);
    json_put_string(o, "datasetId", dataset);
    json_close_object(o);
    json_put_string(o, "location", location);
    if (!str_is_empty(description))
        json_put_string(o, "description", description);
    rest_put_labels(o, labels);
    rest_decode_with(&c, sizeof(struct bigquery_dataset), decode_dataset);
    return rest_send(&c);
}

struct task *bigquery_dataset_delete(struct google *g, const char *project, const char *dataset,
                                     const char *etag, bool with_tables)
{
    struct rest_call c;
    rest_begin(&c, g, "DELETE", HOST, "Deleting the dataset %s", dataset);
    rest_resource(&c, "%s:%s", project, dataset);
    rest_path(&c, DATASET, project, dataset);
    rest_query(&c, "deleteContents", with_tables ? "true" : "false");
    rest_if_match(&c, etag);
    c.repeat = REST_READ;
    c.gone_is_fine = true;
    return rest_send(&c);
}

const struct bigquery_dataset *bigquery_dataset(const struct task *t)
{
    return rest_result(t, decode_dataset);
}

const struct bigquery_datasets *bigquery_datasets(const struct task *t)
{
    return rest_result(t, decode_datasets);
}

/* --- tables --- */

static bool decode_table(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct bigquery_table *t = out;
    const struct json *j = answer->json;
    (void)e;
    t->id = rest_string(a, j, "tableReference.tableId");
    t->type = rest_string(a, j, "type");
    t->rows = json_int64(j, "numRows", -1);
    t->bytes = json_int64(j, "numBytes", -1);
    t->modified = seconds(j, "lastModifiedTime");
    t->max_staleness = rest_string(a, j, "maxStaleness");
    for
        json_each(f, json_get(j, "schema.fields")) * rest_push(a, t->fields, t->n_fields) =
            (struct bigquery_field){rest_string(a, f, "name"), rest_string(a, f, "type"),
                                    rest_string(a, f, "mode")};
    return true;
}

static bool decode_tables(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct bigquery_tables *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "tables"))
        {
            struct bigquery_table *t = rest_push(a, list->items, list->n);
            t->id = rest_string(a, j, "tableReference.tableId");
            t->type = rest_string(a, j, "type");
            t->max_staleness = "";
            t->rows = t->bytes = t->modified = -1;
        }
    return true;
}

struct task *bigquery_table_get(struct google *g, const char *project, const char *dataset,
                                const char *table)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the table %s.%s", dataset, table);
    rest_resource(&c, "%s:%s.%s", project, dataset, table);
    rest_path(&c, DATASET "/tables/{}", project, dataset, table);
    rest_decode_with(&c, sizeof(struct bigquery_table), decode_table);
    return rest_send(&c);
}

struct task *bigquery_table_list(struct google *g, const char *project, const char *dataset)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the tables of %s", dataset);
    rest_resource(&c, "%s:%s", project, dataset);
    rest_path(&c, DATASET "/tables", project, dataset);
    rest_query_int(&c, "maxResults", 1000);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct bigquery_tables), decode_tables);
    return rest_send(&c);
}

const struct bigquery_table *bigquery_table(const struct task *t)
{
    return rest_result(t, decode_table);
}

const struct bigquery_tables *bigquery_tables(const struct task *t)
{
    return rest_result(t, decode_tables);
}

/* --- queries --- */

static const char **read_row(struct arena *a, const struct json *row, size_t n_columns)
{
    const char **cells = arena_array(a, const char *, n_columns + 1);
    size_t at = 0;
    for
        json_each(cell, json_get(row, "f"))
        {
            if (at >= n_columns)
                break;
            cells[at++] = arena_str(a, json_string(cell, "v"));
        }
    return cells;
}

static bool decode_rows(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct bigquery_rows *r = out;
    (void)e;
    for
        json_each(f, json_get(answer->json, "schema.fields")) *
            rest_push(a, r->columns, r->n_columns) = rest_string(a, f, "name");
    for
        json_each(row, json_get(answer->json, "rows")) * rest_push(a, r->rows, r->n_rows) =
            read_row(a, row, r->n_columns);
    return true;
}

/* What a query is, whether it runs or is only weighed. */
static struct json_out *begin_query(struct rest_call *c, struct google *g, const char *project,
                                    const char *location, const char *sql)
{
    rest_begin(c, g, "POST", HOST, "Asking BigQuery");
    rest_resource(c, "%s", project);
    rest_path(c, PROJECT "queries", project);
    struct json_out *o = rest_body(c);
    json_put_string(o, "query", sql);
    json_put_bool(o, "useLegacySql", false);
    if (!str_is_empty(location))
        json_put_string(o, "location", location);
    c->repeat = REST_READ;
    return o;
}

static struct task *send_query(struct google *g, const char *project, const char *location,
                               const char *sql, int64_t most_bytes)
{
    struct rest_call c;
    char id[GOOGLE_UUID_TEXT], most[24];
    struct json_out *o = begin_query(&c, g, project, location, sql);
    json_put_int(o, "timeoutMs", QUERY_WAIT_MS);
    json_put_int(o, "maxResults", MOST_ROWS);
    json_put_string(o, "requestId", google_uuid(id));
    if (most_bytes > 0) { /* 64 bits are text in Google's JSON */
        snprintf(most, sizeof most, "%lld", (long long)most_bytes);
        json_put_string(o, "maximumBytesBilled", most);
    }
    c.wait = REST_QUERY;
    rest_decode_with(&c, sizeof(struct bigquery_rows), decode_rows);
    return rest_send(&c);
}

struct task *bigquery_query(struct google *g, const char *project, const char *location,
                            const char *sql)
{
    return send_query(g, project, location, sql, 0);
}

struct task *bigquery_query_within(struct google *g, const char *project, const char *location,
                                   const char *sql, int64_t most_bytes)
{
    return send_query(g, project, location, sql, most_bytes);
}

static bool decode_weight(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    int64_t *bytes = out;
    (void)a;
    (void)e;
    *bytes = json_int64(answer->json, "totalBytesProcessed", -1);
    return true;
}

struct task *bigquery_weigh(struct google *g, const char *project, const char *location,
                            const char *sql)
{
    struct rest_call c;
    json_put_bool(begin_query(&c, g, project, location, sql), "dryRun", true);
    rest_decode_with(&c, sizeof(int64_t), decode_weight);
    return rest_send(&c);
}

int64_t bigquery_weight(const struct task *t)
{
    const int64_t *bytes = rest_result(t, decode_weight);
    return bytes ? *bytes : -1;
}

const struct bigquery_rows *bigquery_rows(const struct task *t)
{
    return rest_result(t, decode_rows);
}

/* What may stand between backticks: a name of BigQuery's has nothing else, and what ends the
 * quoting would be a statement of its own, sent with the person's rights. */
static bool is_name(const char *text, const char *also)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x80 && !strchr(plain, *c) && !strchr(also, *c))
            return false;
    return *text != '\0';
}

bool bigquery_is_name(const char *project, const char *dataset, const char *table)
{
    return is_name(project, ".:") && is_name(dataset, "") && is_name(table, " ");
}

static struct task *refuse_name(struct google *g, const char *table)
{
    struct err e;

    err_set(&e, ERR_INPUT, tr("Counting the rows of a table"));
    err_reason(&e, "NO_SUCH_NAME");
    err_resource(&e, table);
    err_why(&e, tr("no table in BigQuery can be called '%s'"), table);
    err_hint(&e, tr("look in the console under which name it arrives"));
    return task_refused(google_net(g), &e);
}

struct task *bigquery_count(struct google *g, const char *project, const char *location,
                            const char *dataset, const char *table)
{
    if (!bigquery_is_name(project, dataset, table))
        return refuse_name(g, table);
    struct str sql = {0};
    str_printf(&sql, "SELECT COUNT(*) FROM `%s.%s.%s`", project, dataset, table);
    struct task *t = bigquery_query(g, project, location, str_text(&sql));
    str_done(&sql);
    return t;
}

int64_t bigquery_count_of(const struct task *t)
{
    if (task_state(t) != TASK_OK) /* one that was refused asked nothing */
        return -1;
    const struct bigquery_rows *r = bigquery_rows(t);
    long long n = -1;
    if (!r || r->n_rows == 0 || r->n_columns == 0 || !r->rows[0][0] ||
        !str_int64(r->rows[0][0], 0, INT64_MAX, &n))
        return -1;
    return n;
}

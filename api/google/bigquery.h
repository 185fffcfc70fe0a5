#ifndef STROM_GOOGLE_BIGQUERY_H
#define STROM_GOOGLE_BIGQUERY_H

/* BigQuery: datasets, tables and small queries (../gcp/bigquery.v2.json). Who owns what:
 * operation.h. */

#include "api/google/operation.h"

struct bigquery_dataset {
    const char *project, *id, *location, *description, *etag;
    int64_t created; /* seconds since 1970; -1 unknown */
    struct google_labels labels;
};
struct bigquery_datasets {
    struct bigquery_dataset *items;
    size_t n;
};
struct task *bigquery_dataset_get(struct google *g, const char *project, const char *dataset);
struct task *bigquery_dataset_list(struct google *g, const char *project);
struct task *bigquery_dataset_insert(struct google *g, const char *project, const char *dataset,
                                     const char *location, const char *description,
                                     const struct google_labels *labels);
/* Only while it is as it was seen: etag of then; ERR_CONFLICT when somebody has changed it since.
 * "", NULL: whatever it is now. with_tables: deletes the tables too; else a dataset with tables is
 * refused. 404 is fine. */
struct task *bigquery_dataset_delete(struct google *g, const char *project, const char *dataset,
                                     const char *etag, bool with_tables);
const struct bigquery_dataset *bigquery_dataset(const struct task *t); /* of get and insert */
const struct bigquery_datasets *bigquery_datasets(const struct task *t);

struct bigquery_field {
    const char *name, *type, *mode;
};
struct bigquery_table {
    const char *id, *type; /* TABLE, VIEW, ... */
    int64_t rows, bytes;   /* -1 unknown; rows may lag behind (streaming buffer) */
    int64_t modified;      /* seconds since 1970; -1 unknown */
    const char *max_staleness;
    struct bigquery_field *fields; /* of the top level */
    size_t n_fields;
};
struct bigquery_tables {
    struct bigquery_table *items;
    size_t n;
};
struct task *bigquery_table_get(struct google *g, const char *project, const char *dataset,
                                const char *table);
const struct bigquery_table *bigquery_table(const struct task *t);
struct task *bigquery_table_list(struct google *g, const char *project,
                                 const char *dataset); /* id and type only */
const struct bigquery_tables *bigquery_tables(const struct task *t);

/* jobs.query in standard SQL, awaited; at most 1000 rows. A cell that is NULL is a NULL pointer. */
struct bigquery_rows {
    const char **columns;
    size_t n_columns;
    const char ***rows; /* rows[i][column] */
    size_t n_rows;
};
struct task *bigquery_query(struct google *g, const char *project, const char *location,
                            const char *sql);
/* The same, refused where it would read more than so many bytes; 0: however many. */
struct task *bigquery_query_within(struct google *g, const char *project, const char *location,
                                   const char *sql, int64_t most_bytes);
const struct bigquery_rows *bigquery_rows(const struct task *t);
/* A dry run: nothing is read and nothing is paid for. How many bytes the query would read; -1
 * when it does not say. */
struct task *bigquery_weigh(struct google *g, const char *project, const char *location,
                            const char *sql);
int64_t bigquery_weight(const struct task *t);
/* May stand between backticks. */
bool bigquery_is_name(const char *project, const char *dataset, const char *table);
/* SELECT COUNT(*) of one table, exact: row 0, column 0 of bigquery_rows; see bigquery_count_of.
 * Refused before anything is sent (ERR_INPUT) when a name is none that BigQuery has. */
struct task *bigquery_count(struct google *g, const char *project, const char *location,
                            const char *dataset, const char *table);
int64_t bigquery_count_of(const struct task *t); /* -1 when there is none */

#endif

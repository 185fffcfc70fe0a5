#ifndef SANDBOX_GOOGLE_BIGQUERY_H
#define SANDBOX_GOOGLE_BIGQUERY_H

/* What the parts of BigQuery share. A dataset is a thing of that name; its tables lie in SQLite. */

#include "tests/sandbox/google/inside.h"

#include <sqlite3.h>

extern const struct route bigquery_dataset_routes[], bigquery_table_routes[],
    bigquery_query_routes[];

struct thing *dataset_make(struct google *g, const char *id, const char *location);
/* By the project's roles or by the dataset's own access list; refuses. */
bool dataset_permit(struct call *c, const struct thing *dataset, const char *permission);
struct thing *dataset_asked(struct call *c);             /* of the path; refuses */
sqlite3 *dataset_open(struct google *g, const char *id); /* read-only; NULL: nothing written yet */
void jobs_done(struct google *g);
bool dataset_has_table(sqlite3 *db, const char *table);
void dataset_forget(struct google *g, const char *id); /* the file too */

/* What a statement counts; %Q and %w stand for table, then column (NULL: none). 0 when it fails. */
int64_t bigquery_number(sqlite3 *db, const char *fmt, const char *table, const char *column);

/* --- the little SQL that is understood (bigquery_sql.c) --- */

struct sql_column {
    char name[128], type[16]; /* "INTEGER", "STRING" or "" for the column's own */
};
enum { SQL_COLUMNS = 16, SQL_TABLES = 64 };
struct sql_query {
    struct str text; /* for SQLite */
    struct sql_column columns[SQL_COLUMNS];
    size_t n_columns;
    char project[128], dataset[128], tables[SQL_TABLES][128];
    size_t n_tables;
    char read[SQL_COLUMNS][128]; /* columns: what is paid for */
    size_t n_read;
    char wrong[256]; /* BigQuery's words */
};
bool sql_translate(const char *text, struct sql_query *out); /* done by sql_done, also when false */
void sql_done(struct sql_query *q);
void sql_add_functions(sqlite3 *db); /* those that SQLite lacks (bigquery_functions.c) */

#endif

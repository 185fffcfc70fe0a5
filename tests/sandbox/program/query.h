#ifndef SANDBOX_QUERY_H
#define SANDBOX_QUERY_H

/* The destination asked: every dataset is a SQLite file, read only; tables may be written as in
 * BigQuery, `project.dataset.table` in backticks included. */

#include "api/base/json.h"

/* Puts "columns" and "rows" (all cells as text, null for NULL) into the open object. */
bool query_run(const char *folder, const char *sql, struct json_out *o, char why[512]);
/* Without a question: what is there, and how many rows it has. */
bool query_overview(const char *folder, struct json_out *o, char why[512]);

#endif

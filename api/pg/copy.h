#ifndef STROM_PG_COPY_H
#define STROM_PG_COPY_H

/* Bulk reading: COPY (SELECT ...) TO STDOUT, row by row to a callback that only
 * stores. A row is the text format's line without its line break, may be changed in place, and is
 * gone afterwards. */

#include "api/pg/pg.h"

typedef bool copy_row(void *ctx, char *line, size_t bytes,
                      struct err *e); /* false ends it with *e */

/* `select` is the query alone. TASK_OK when the last row was handed over; ctx must outlive the
 * task. */
struct task *pg_copy(struct pg *pg, const char *select, copy_row *row, void *ctx);

/* The same in COPY's binary format: the server writes no numbers and times out as words, and texts
 * come as they are. A row is its fields, without the format's head. */
struct task *pg_copy_binary(struct pg *pg, const char *select, copy_row *row, void *ctx);

/* The next field of such a row, not ended by a NUL; NULL stands for SQL's NULL. False when there is
 * none left. *at moves on, at most to `end`. */
bool copy_field_binary(char **at, const char *end, char **field, size_t *bytes);

/* The next field of a line, unescaped in place and NUL-terminated; NULL stands for SQL's NULL.
 * False when there is none left. *line moves on. */
bool copy_field(char **line, char **field, size_t *bytes);

#endif

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

/* The same, for many short ones: up to COPY_TOGETHER that follow each other in the line go to the
 * server as one string, so that it does not wait for us in between. Each succeeds or fails by
 * itself, and time-outs are of each: after one that failed the rest is sent again. The locks of all
 * are held until the last one ended. Dropping all of them cancels at once; one alone ends when the
 * server has told of those before it, which it may do late: the one behind it may have begun by
 * then, and fails as cancelled. */
enum { COPY_TOGETHER = 8 };
struct task *pg_copy_joined(struct pg *pg, const char *select, copy_row *row, void *ctx);

static inline uint32_t copy_number(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* The next field of such a row, not ended by a NUL; NULL stands for SQL's NULL. False when there is
 * none left. *at moves on, at most to `end`. Here, for there are millions of them. */
static inline bool copy_field_binary(char **at, const char *end, char **field, size_t *bytes)
{
    enum { LENGTH_BYTES = 4 };
    if (end - *at < LENGTH_BYTES)
        return false;
    uint32_t n = copy_number(*at);
    *at += LENGTH_BYTES;
    *bytes = 0;
    *field = NULL;
    if (n == UINT32_MAX)
        return true;
    if (n > (size_t)(end - *at))
        return false;
    *field = *at;
    *bytes = n;
    *at += n;
    return true;
}

/* The next field of a line, unescaped in place and NUL-terminated; NULL stands for SQL's NULL.
 * False when there is none left. *line moves on. */
bool copy_field(char **line, char **field, size_t *bytes);

#endif

#ifndef STROM_PLAN_SAMPLING_FOUND_H
#define STROM_PLAN_SAMPLING_FOUND_H

/* What the values of a database have said, table by table: rules and counts, never a value. It
 * outlives the task that looks (sampling.h), and can be written down and read again, so that a
 * table that was looked at is not looked at anew without a wish. */

#include "api/base/str.h"
#include "api/pg/catalog.h"
#include "api/rules/rules.h"

struct sampling_found;

struct sampling_found *sampling_found_new(const struct catalog *c); /* c must outlive it */
void sampling_found_free(struct sampling_found *f);                 /* NULL is fine */

/* --- filling --- */

/* What the values of one column said, in place of what the same source (statistics, rows) said
 * before; a verdict without evidence says nothing and is not kept. */
void sampling_found_put(struct sampling_found *f, size_t table, size_t column,
                        const struct rules_verdict *v);
/* Besides what the same source said before: a partitioned table is told by each of its parts. */
void sampling_found_join(struct sampling_found *f, size_t table, size_t column,
                         const struct rules_verdict *v);
/* How far a table was looked at, and when (seconds since 1970; 0: not). */
struct sampling_seen {
    bool read;
    uint64_t rows;   /* that came */
    bool in_part;    /* there are more, or may be: a rare value may be missed */
    bool hidden;     /* row security hides rows from us: nobody looks at those */
    bool aged;       /* its rows were read longer ago than a look holds: not read, by that */
    int64_t at;      /* rows were read, or found hidden */
    int64_t told_at; /* statistics told of each column that is looked at */
};
/* What values said ages: they are others by now. */
enum { SAMPLING_DAYS = 30 };
/* Rows are looked at (anew), now: what was said by those of another time is gone, so before the
 * puts. at and told_at are not looked at. */
void sampling_found_set_read(struct sampling_found *f, size_t table,
                             const struct sampling_seen *seen);
void sampling_found_set_told(struct sampling_found *f, size_t table); /* by statistics, now */
void sampling_found_set_statistics(struct sampling_found *f);         /* they were asked for */
void sampling_found_forget(struct sampling_found *f);                 /* everything, to look anew */

/* --- looking --- */

/* Adds it to the verdict on the column's name. Cheap; NULL adds nothing. */
void sampling_found_add(const struct sampling_found *f, size_t table, size_t column,
                        struct rules_verdict *v);
bool sampling_found_knows(const struct sampling_found *f, size_t table, size_t column);
bool sampling_found_is_read(const struct sampling_found *f, size_t table);
uint64_t sampling_found_rows(const struct sampling_found *f, size_t table); /* 0: not read */
struct sampling_seen sampling_found_seen(const struct sampling_found *f, size_t table);
bool sampling_found_has_statistics(const struct sampling_found *f);
/* A table of which something is new since it was asked last; false: there is none left. */
bool sampling_found_news(struct sampling_found *f, size_t *table);

/* --- written down --- */

/* Of all tables and the columns that are looked at; another number when one of them is new or
 * another. Never 0. */
int64_t sampling_found_shape(struct sampling_found *f);
/* This table of it, where they come one after the other: what is left then is quick. */
void sampling_found_shape_add(struct sampling_found *f, size_t table);
/* One table, as a line without its end; "" when nothing is known of it. */
void sampling_found_write(const struct sampling_found *f, size_t table, struct str *out);
/* As it was written, perhaps by an earlier version, of a table that may have changed since: what
 * fits is taken. A table that was empty, was looked at by another version or more than
 * SAMPLING_DAYS ago, or had other columns to look at (number, name, place or type), counts as not
 * read; until it is, its columns keep what was said under their name, and what was said of their
 * place: a renamed one stays a question. */
void sampling_found_take(struct sampling_found *f, size_t table, const char *text);

#endif

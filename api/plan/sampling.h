#ifndef STROM_PLAN_SAMPLING_H
#define STROM_PLAN_SAMPLING_H

/* Looks at values, with little load (facts/engineering.md, "Sampling"): PostgreSQL's own statistics
 * first, of all tables in one statement and without reading a table; then some rows of each table,
 * on two connections of its own, with short time-outs for every statement, read-only; a few short
 * tables are one string, and one transaction (sampling_reading.h). Tables that reading would harm,
 * or where others' functions would run, are left out (sampling_apart.h).
 * A value is classified where it arrives and is gone: nothing but counts leaves.
 *
 *     struct task *t = sampling(net, &options);
 *     ... at any time: sampling_add(t, table, column, &verdict);
 */

#include "api/base/str.h"
#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"
#include "api/plan/sampling_found.h"
#include "api/plan/sampling_heap.h"
#include "api/rules/rules.h"

enum {
    SAMPLING_ROWS = 1000,  /* of a table, when nobody says otherwise */
    SAMPLING_WHOLE = 5000, /* tables estimated at so many rows or fewer are read whole */
    SAMPLING_MOST = 100000,
    SAMPLING_WALL_MS = 10 * 60 * 1000
};

struct sampling_options {
    struct pg_options source;      /* copied; the time-outs are set here */
    const struct catalog *catalog; /* must outlive the task */
    uint32_t rows;                 /* of a table at most; 0: statistics alone, no table is read */
    const bool *wanted; /* of each table of the catalogue; NULL: all. Must outlive the task */
    /* Where it goes; must outlive the task. What was read before is not read again. NULL: into the
     * task itself. */
    struct sampling_found *found;
    uint32_t wall_ms; /* no table is begun so long after the beginning; 0: SAMPLING_WALL_MS */
};

/* Something was not looked at yet. */
bool sampling_has_work(const struct sampling_options *o);
/* Fails only when nothing can be read any more (no connection, or all are lost); what was found
 * until then stays. A table that may not be read, or not in time, is left out. */
struct task *sampling(struct net *net, const struct sampling_options *o);

/* Adds what the values of a column say to the verdict on its name. Cheap; NULL adds nothing. */
void sampling_add(const struct task *t, size_t table, size_t column, struct rules_verdict *v);

struct sampling_told {
    size_t tables, of;  /* read so far, or left out; to read */
    size_t left_out;    /* could not be read, or must not be, or were not reached */
    size_t in_part;     /* more rows than were read, or nobody knows: a rare value may be missed */
    size_t hidden;      /* of those left out: row security hides rows from us */
    size_t not_reached; /* of those left out: the time for all of it was over */
    uint64_t rows;      /* read */
    /* That time was over, or else of the first that was left out; NULL: none. Foreign text made
     * harmless. */
    const char *why;
    /* PostgreSQL's statistics: of tables that we may not read, or not whole, they are hidden. */
    size_t statistics_hidden;
    const char *statistics_why; /* they could not be read at all; NULL: they were, or need not */
};
struct sampling_told sampling_told(const struct task *t);

/* --- pure parts --- */

/* Its values can say something: text, documents, numbers and dates. */
bool sampling_looks_at(const struct catalog_column *c);
/* A field of that statement's rows, in COPY's binary format. A column may have two of them, one of
 * which is NULL. */
struct sampling_field {
    size_t column;
    enum heap_form form;
};
enum { SAMPLING_FIELDS = 2 }; /* of a column at most */
/* The statement that reads a table's rows; its fields, those of columns that are looked at in their
 * order, in fields[*n] with room for SAMPLING_FIELDS of each column. False: there is none, or a
 * name cannot be written. again: from the beginning, for the blocks that were drawn were empty. */
bool sampling_sql(const struct catalog *c, size_t table, uint32_t rows, bool again, struct str *out,
                  struct sampling_field *fields, size_t *n);
/* So many rows came of that statement: there are more in the table, or nobody knows. */
bool sampling_sql_leaves(const struct catalog *c, size_t table, uint32_t rows, bool again,
                         uint64_t came);
/* One column's value as text: cut by the server, and not unpacked at all where that would be very
 * much, however little room it takes where it is stored.
 * Types of the database's own are not cast, for those are somebody's functions. NULL may become
 * empty. False: the name cannot be written. */
bool sampling_sql_value(struct str *out, const struct catalog_column *c);
const char *sampling_sql_from(const struct catalog_table *t); /* " FROM ", as it suits the table */
/* As it may be told: what a function of the database's own says (row security runs them), or what
 * is wrong with a value, may hold that value. */
struct err sampling_sql_error(const struct err *e, bool row_security);

#endif

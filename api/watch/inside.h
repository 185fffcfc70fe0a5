#ifndef STROM_WATCH_INSIDE_H
#define STROM_WATCH_INSIDE_H

/* One look under way: between status.c, which asks, and answers.c, which makes facts of what was
 * answered. */

#include "api/google/datastream.h"
#include "api/google/monitoring.h"
#include "api/pg/pg.h"
#include "api/watch/history.h"
#include "api/watch/status.h"

enum {
    LOOK_WINDOW_S = 3600,
    LOOK_EXACT_ROWS = 100000, /* below it rows are counted, above estimated (contract, 5b) */
};

struct counting { /* one table's rows, on both sides, and what BigQuery tells of it for nothing */
    struct task *source, *destination, *told;
};

struct watch_job {
    struct watch_options o;
    struct target t;
    char publication[64]; /* the stream's own */
    char proxy[64];
    struct watch_history history;
    struct watch_table *earlier; /* names and rows alone */
    size_t n_earlier;
    int64_t month_begin;
    struct task *stream, *objects, *log, *machine;
    struct task *dataset; /* the stream's own; NULL: it is not known */
    struct task *metrics[MONITORING_METRICS];
    struct task *slot, *estimates, *published;
    struct task *instance, *disk; /* NULL: the instance's name is not known */
    struct counting *counts;      /* one an object, once objects are known */
    size_t n_counts;
    bool counting;
    int64_t asked_ms; /* clock_mono_ms; 0: not yet */
    bool adopted;     /* the stream's own slot and dataset are known, or it has none to tell */
    struct watch_status s;
};

/* Of the estimates: columns schema, table, rows, oid, kind, in the order of their bytes. */
enum { ESTIMATE_ROWS = 2, ESTIMATE_OID, ESTIMATE_KIND };
/* Of the publication: schema and table, likewise, and what it holds back. */
enum { PUBLISHED_HELD = 2, PUBLISHED_LACKS };
/* It was asked, and has answered. */
static inline bool watch_ok(const struct task *t)
{
    return t && task_state(t) == TASK_OK;
}

/* The row of that table; -1 there is none, or they could not be asked. */
long watch_find(const struct task *rows, const char *schema, const char *table);
int64_t watch_estimate(const struct watch_job *j, const char *schema, const char *table);
/* One table of the stream, at the source: schema and table are known. */
void watch_see_source(const struct watch_job *j, struct watch_table *w, struct arena *a);
/* All of it, once nothing is under way any more. */
void watch_see(struct watch_job *j, struct arena *a);

#endif

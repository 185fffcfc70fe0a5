#ifndef STROM_WATCH_COST_H
#define STROM_WATCH_COST_H

/* What a stream costs, as a range and never as a price: from the bytes that Datastream says it has
 * processed this calendar month and the price drivers of facts/gcp.md D. The low end takes those
 * bytes as they are; the high end takes them for the tables' own size, which Datastream's format
 * makes up to five times of. Pure. */

#include <stdbool.h>
#include <stdint.h>

enum { WATCH_COST_PARTS = 3 };

struct watch_usage {
    int64_t changes_bytes, backfill_bytes; /* this month so far; -1 unknown */
    int64_t since, now; /* seconds since 1970: the month's beginning, or the stream's when later */
};

struct watch_cost_part {
    const char *name;           /* "changes" "backfill" "machine": as in the document */
    int64_t bytes;              /* -1: it has none */
    double so_far[2], month[2]; /* USD: low, high */
};

struct watch_cost {
    bool known;                 /* so far */
    bool month_known;           /* an hour or more to judge the month by */
    int64_t since;              /* seconds since 1970 */
    double so_far[2], month[2]; /* USD: low, high */
    struct watch_cost_part parts[WATCH_COST_PARTS];
    int driver; /* the part with the highest month (or so far, while that is not known) */
};

void watch_cost(struct watch_cost *c, const struct watch_usage *u);
/* The first second of the month, in UTC. */
int64_t watch_month_begin(int64_t now);
int watch_month_days(int64_t now);

#endif

#ifndef STROM_WATCH_STATUS_H
#define STROM_WATCH_STATUS_H

/* How a stream is doing: what Datastream, Monitoring, Logging and BigQuery say, and what the source
 * says of the slot and the rows, gathered by one task, judged by a pure function (contract, 5b).
 * What is not known is said to be unknown, never 0. */

#include "api/base/str.h"
#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/net/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg;

enum watch_health { WATCH_UNKNOWN, WATCH_OK, WATCH_DEGRADED, WATCH_FAILED };
enum { WATCH_POINTS = 60, WATCH_COUNTED = 200 };

struct watch_error {
    const char *reason, *message, *hint, *time;
};

struct watch_table {
    const char *schema, *table;
    const char *backfill_state;                    /* "" never begun */
    const char *backfill_started, *backfill_ended; /* RFC 3339 or "" */
    int64_t rows_source, rows_destination;         /* -1 unknown */
    bool rows_source_is_estimate;
    int64_t last_event;         /* seconds since 1970, -1 unknown */
    int64_t unsupported_events; /* -1 unknown */
    const struct watch_error *errors;
    size_t n_errors;
};

struct watch_slot {
    const char *name; /* the one that the stream reads; else the one that was meant */
    bool known;       /* the source could be asked */
    const char *why;  /* when not */
    bool exists, active;
    const char *wal_status;
    int64_t wal_bytes;          /* held; -1 */
    int64_t wal_bytes_per_hour; /* -1 unknown: needs two looks */
    double hours_until_full;    /* negative: unknown or never */
    int64_t seen_ms;            /* wall clock */
};

struct watch_status {
    enum watch_health health;
    const char *const *why;
    size_t n_why;
    const char *stream, *state; /* state "" : no answer */
    struct err stream_error;    /* why there is no answer */
    const struct watch_error *errors;
    size_t n_errors;
    double freshness_s;          /* negative: unknown */
    double latency_s[3];         /* p50 p95 p99; negative: unknown */
    double events_per_s;         /* negative: unknown */
    double points[WATCH_POINTS]; /* events a second, oldest first; negative: a gap */
    size_t n_points;
    struct watch_slot slot;
    const struct watch_table *tables;
    size_t n_tables;
    const char *tables_why;        /* they could not be asked; NULL: these are all */
    const struct watch_error *log; /* newest first */
    size_t n_log;
    int64_t seen_ms; /* wall clock of this look */
};

struct watch_options {
    struct google *google;
    struct pg *pg; /* NULL: the source is not asked */
    const struct target *target;
    const struct watch_status
        *earlier; /* for the slot's trend; NULL: none. Looked at only at the start */
    bool count_rows;
};

struct task *watch(struct net *net, const struct watch_options *o);
const struct watch_status *
watch_status(const struct task *t); /* with TASK_OK; lives with the task */

/* Who has not answered a look that is under way, and for how long: what was seen before is as old
 * as that. All zero when nothing is under way, or t is NULL. */
struct watch_silence {
    int64_t ms;
    bool google, source;
};
struct watch_silence watch_silence(const struct task *t);

/* Pure: the slot's pace against the look before it (NULL: there was none), and how long the disk
 * lasts at that pace. Where there is only one look and nobody reads the slot, the disk's own pace
 * counts. room: bytes that it may still grow, disk_per_hour: bytes; each -1 when it is not known.
 */
void watch_trend(struct watch_slot *slot, const struct watch_slot *before, int64_t room,
                 int64_t disk_per_hour);
/* Pure: health and why from the rest. Strings live in a. */
void watch_judge(struct watch_status *s, struct arena *a);
const char *watch_health_name(enum watch_health h); /* "ok", ... */
/* What to do about an error or state of a stream, in one sentence; "" when nothing is known. */
const char *watch_hint(const char *reason, const char *message);
/* The document of the contract, 5b; as one line where looks follow one another. */
void watch_json(const struct watch_status *s, const char *slot_name, struct str *out);
void watch_json_line(const struct watch_status *s, const char *slot_name, struct str *out);

#endif

#ifndef STROM_WATCH_STATUS_H
#define STROM_WATCH_STATUS_H

/* How a stream is doing: what Datastream, Monitoring, Logging, BigQuery and Compute say, and what
 * the source says of the slot, the publication and the rows, gathered by one task, judged by a pure
 * function (contract, 5b). What is not known is said to be unknown, never 0. */

#include "api/base/str.h"
#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/net/task.h"
#include "api/plan/drift.h"
#include "api/watch/cost.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg;
struct watch_history;

enum watch_health { WATCH_UNKNOWN, WATCH_OK, WATCH_DEGRADED, WATCH_FAILED };
enum { WATCH_POINTS = 60, WATCH_COUNTED = 200 };
enum { WATCH_STALE_S = 600 }; /* no point for ten minutes means unknown (facts/gcp.md F) */

/* What can be wrong, each with a next step of its own (facts/domain.md, 26). */
enum watch_kind {
    WATCH_NO_STREAM,
    WATCH_NO_ANSWER,
    WATCH_FAILED_FOR_GOOD,
    WATCH_FAILED_FOR_NOW,
    WATCH_NEVER_STARTED,
    WATCH_PAUSED,
    WATCH_IN_BETWEEN, /* STARTING, MAINTENANCE, or a state that we do not know */
    WATCH_SILENT,     /* runs, they say, and Monitoring has no point of it any more */
    WATCH_ERROR,      /* of the stream; no word of it is known */
    WATCH_PASSWORD,
    WATCH_UNREACHABLE, /* the proxy does not answer */
    WATCH_MACHINE_DOWN,
    WATCH_SLOT_GONE,
    WATCH_SLOT_LOST,
    WATCH_SLOT_ENDANGERED,
    WATCH_SLOT_TAKEN, /* by another reader */
    WATCH_SLOT_UNREAD,
    WATCH_DISK_SOON_FULL,
    WATCH_PUBLICATION_GONE,
    WATCH_PUBLICATION_CHANGED,
    WATCH_TABLE_GONE,
    WATCH_TABLE_REMADE,
    WATCH_GRANT,
    WATCH_DATASET,
    WATCH_TABLES_UNKNOWN,
    WATCH_BACKFILL,
    WATCH_TABLE_ERROR,
    WATCH_UNSUPPORTED,
    WATCH_DRIFT, /* from the plan file */
    WATCH_KINDS
};

struct watch_error {
    const char *reason, *message, *hint, *time;
};

/* One thing that is wrong, and what to do about it. */
struct watch_reason {
    enum watch_kind kind;
    enum watch_health health;
    const char *text, *hint;
    const char *time; /* of the stream's own error, RFC 3339; "" none */
};

/* What the source says of a table that the stream reads. */
enum watch_source {
    WATCH_SOURCE_UNKNOWN,
    WATCH_SOURCE_FINE,
    WATCH_SOURCE_GONE,
    WATCH_SOURCE_UNPUBLISHED,
    WATCH_SOURCE_REMADE,
    WATCH_SOURCE_NARROWED /* published, but not all: some rows, some operations */
};

struct watch_table {
    const char *schema, *table;
    const char *backfill_state;                    /* "" never begun */
    const char *backfill_started, *backfill_ended; /* RFC 3339 or "" */
    int64_t rows_source, rows_destination;         /* -1 unknown */
    bool rows_source_is_estimate;
    int64_t counted_ms;         /* wall clock: when rows were counted; 0 never */
    int64_t last_event;         /* written in BigQuery last, seconds since 1970, -1 unknown */
    int64_t unsupported_events; /* of the last hour; -1 unknown */
    enum watch_source source;
    const char *lacks;                /* chosen columns that its publication leaves out; NULL */
    int64_t oid;                      /* at the source; -1 */
    const struct watch_error *errors; /* the table's own, then those of its backfill */
    size_t n_errors, n_backfill_errors;
};

struct watch_slot {
    const char *name; /* the one that the stream reads; else the one that was meant */
    bool known;       /* the source could be asked */
    const char *why;  /* when not */
    bool exists, active;
    const char *wal_status;
    int64_t wal_bytes;          /* held; -1 */
    int64_t wal_bytes_per_hour; /* -1 unknown: needs two looks */
    double pace_s;              /* over how long that was measured; negative: not */
    double hours_until_full;    /* negative: unknown or never */
    int64_t seen_ms;            /* wall clock */
    int64_t confirmed;          /* the position that its reader has confirmed, in bytes; -1 */
    int64_t behind_bytes;       /* log that its reader has not confirmed; -1 */
    int64_t moved_ms;           /* wall clock of the look that saw it move; 0: none has */
    int64_t heartbeat; /* the reader's last sign of life, seconds since 1970; -1 not told */
    double trend[WATCH_POINTS]; /* bytes held at the looks that are remembered, oldest first */
    size_t n_trend;
};

/* Figures of the last hour, a minute each. */
enum watch_figure {
    WATCH_EVENTS_PER_S,
    WATCH_BYTES_PER_S,
    WATCH_FRESHNESS,
    WATCH_LATENCY_P50,
    WATCH_LATENCY_P95,
    WATCH_LATENCY_P99,
    WATCH_FIGURES
};

struct watch_status {
    enum watch_health health;
    const struct watch_reason *why; /* the worst first */
    size_t n_why;
    const char *stream, *state; /* state "" : no answer */
    const char *maker;          /* "strom", "terraform", ...: by its label; "" not known */
    struct err stream_error;    /* why there is no answer */
    const struct watch_error *errors;
    size_t n_errors;
    double now[WATCH_FIGURES];                  /* negative: unknown */
    double points[WATCH_FIGURES][WATCH_POINTS]; /* oldest first; negative: a gap */
    int64_t newest_point;    /* of any figure, seconds since 1970; -1: none in the last hour */
    bool figures_known;      /* Monitoring has answered */
    int64_t update_time;     /* the stream was changed last, or started: seconds since 1970; -1 */
    const char *publication; /* "" not known */
    enum watch_source published; /* FINE, GONE, NARROWED, UNKNOWN: the publication itself */
    const char *held_back;       /* NARROWED: "insert, delete" */
    const char *machine;         /* the proxy's name; "" not known */
    const char *dataset_gone;    /* "project:dataset" that is not there any more; NULL */
    const char *machine_state;   /* RUNNING, TERMINATED, ... "GONE"; "" not known */
    const char *machine_zone;    /* "" not known */
    const char *project;         /* of stream and machine */
    struct watch_slot slot;
    const struct watch_table *tables;
    size_t n_tables;
    const char *tables_why;        /* they could not be asked; NULL: these are all */
    const struct watch_error *log; /* newest first */
    size_t n_log;
    struct watch_cost cost;
    int64_t seen_ms;           /* wall clock of this look */
    const struct drift *drift; /* against the plan file; NULL: not looked at */
};

struct watch_options {
    struct google *google;
    struct pg *pg; /* NULL: the source is not asked */
    const struct target *target;
    /* What earlier looks have seen, for the slot's pace; NULL: none. Looked at only at the start.
     */
    const struct watch_history *history;
    /* Rows are taken over from there unless they are counted; NULL: none. Only at the start. */
    const struct watch_status *earlier;
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
/* Holds what was found against a plan file: what flows without the file's word is no good health.
 * drift must outlive s; strings live in a. */
void watch_add_drift(struct watch_status *s, const struct drift *drift, struct arena *a);
/* Something moves: a stream that starts, a backfill that has not ended. */
bool watch_is_changing(const struct watch_status *s);
const char *watch_health_name(enum watch_health h); /* "ok", ... */
const char *watch_kind_name(enum watch_kind k);     /* "slot_lost", ... */
/* What an error or a log line is about (WATCH_ERROR: not known), and what to do about it, in one
 * sentence; "" when nothing is known. */
enum watch_kind watch_kind_of(const char *reason, const char *message);
const char *watch_hint(const char *reason, const char *message);
const char *watch_step(enum watch_kind k); /* the next step that its kind has; "" none */

/* The document of the contract, 5b; as one line where looks follow one another. */
void watch_json(const struct watch_status *s, const char *slot_name, struct str *out);
void watch_json_line(const struct watch_status *s, const char *slot_name, struct str *out);
/* Of that document, of reconcile_json's, and of a failure; ends in a newline. */
void watch_schema(struct str *out);

#endif

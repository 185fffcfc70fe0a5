#ifndef STROM_GOOGLE_DATASTREAM_H
#define STROM_GOOGLE_DATASTREAM_H

/* Datastream's streams and their objects (../gcp/datastream.v1.json, facts/gcp.md B). Names given
 * are ids ("postgres-x-bigquery"), names read are full ("projects/P/locations/L/streams/...");
 * unknown enum values are kept as text. Every write ends when its operation has. Who owns what:
 * operation.h. */

#include "api/google/datastream_objects.h"
#include "api/google/operation.h"

struct datastream_fault { /* an entry of errors[] */
    const char *reason, *uuid, *message, *time;
};
struct datastream_faults {
    struct datastream_fault *items;
    size_t n;
};

enum datastream_mode { DATASTREAM_MODE_UNKNOWN, DATASTREAM_MODE_MERGE, DATASTREAM_MODE_APPEND };
enum datastream_backfill {
    DATASTREAM_BACKFILL_UNKNOWN,
    DATASTREAM_BACKFILL_ALL,
    DATASTREAM_BACKFILL_NONE
};

/* In place of a location, for lists: every one of the project. */
#define DATASTREAM_EVERYWHERE "-"

struct datastream_stream {
    const char *name, *id, *display_name;
    const char *state; /* RUNNING, NOT_STARTED, ... */
    const char *create_time, *update_time;
    const char *source_profile, *destination_profile; /* full names */
    bool postgres, bigquery;                          /* of that kind at all */
    const char *publication, *slot;
    int max_backfill_tasks;
    struct datastream_selection include, exclude;
    enum datastream_mode mode;
    int64_t freshness_s;                           /* -1: not said */
    const char *dataset_project, *dataset;         /* of a single target dataset, else "" */
    const char *dataset_prefix, *dataset_location; /* of a dataset per schema, else "" */
    enum datastream_backfill backfill;
    struct datastream_selection backfill_exclude;
    struct google_labels labels;
    struct datastream_faults errors;
};
struct datastream_streams {
    struct datastream_stream *items;
    size_t n;
    size_t n_unreachable;
};

struct datastream_stream_order {
    const char *id, *display_name;
    const char *source_profile, *destination_profile; /* ids in the same project and location */
    const char *publication, *slot;
    int max_backfill_tasks;              /* 0: the server's choice */
    struct datastream_selection include; /* never empty */
    enum datastream_mode mode;
    int64_t freshness_s;
    const char *dataset_project, *dataset;
    struct google_labels labels;
};

struct task *datastream_stream_list(struct google *g, const char *project, const char *location);
const struct datastream_streams *datastream_streams(const struct task *t);
struct task *datastream_stream_get(struct google *g, const char *project, const char *location,
                                   const char *id);
struct task *datastream_stream_create(struct google *g, const char *project, const char *location,
                                      const struct datastream_stream_order *order,
                                      const struct google_write *w);
/* Ends when the stream is RUNNING (or PAUSED), or says why it is not: the operation alone is not
 * success. */
struct task *datastream_stream_start(struct google *g, const char *project, const char *location,
                                     const char *id, const struct google_write *w);
struct task *datastream_stream_pause(struct google *g, const char *project, const char *location,
                                     const char *id, const struct google_write *w);
/* What to change; NULL and -1 leave as it is. A selection replaces the one before. */
struct datastream_stream_change {
    const char *display_name;
    const struct datastream_selection *include;
    int64_t freshness_s;
    int max_backfill_tasks; /* -1: leave */
    const char *publication, *slot;
    const struct google_labels *labels;
};
struct task *datastream_stream_patch(struct google *g, const char *project, const char *location,
                                     const char *id, const struct datastream_stream_change *change,
                                     const struct google_write *w);
/* Recovery of a FAILED_PERMANENTLY stream from the next position in the slot: what lies between is
 * lost. */
struct task *datastream_stream_run(struct google *g, const char *project, const char *location,
                                   const char *id, bool force);
const struct datastream_stream *datastream_stream(const struct task *t); /* of get, create, start,
                                                 pause, patch, run; NULL after validate_only */
struct task *datastream_stream_delete(struct google *g, const char *project, const char *location,
                                      const char *id, const struct google_write *w);

/* --- objects: a table each, with its backfill --- */
struct datastream_object {
    const char *name, *id, *display_name, *schema, *table;
    const char *backfill_state; /* "" when none was ever begun */
    const char *backfill_trigger, *backfill_started, *backfill_ended;
    struct datastream_faults errors, backfill_errors;
};
struct datastream_object_list {
    struct datastream_object *items;
    size_t n;
};
struct task *datastream_object_list(struct google *g, const char *project, const char *location,
                                    const char *stream);
const struct datastream_object_list *datastream_objects(const struct task *t);
struct task *datastream_object_lookup(struct google *g, const char *project, const char *location,
                                      const char *stream, const char *schema, const char *table);
/* object: its full name */
struct task *datastream_backfill_start(struct google *g, const char *object);
struct task *datastream_backfill_stop(struct google *g, const char *object);
const struct datastream_object *
datastream_object(const struct task *t); /* of lookup, start, stop */

#endif

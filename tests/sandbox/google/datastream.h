#ifndef SANDBOX_GOOGLE_DATASTREAM_H
#define SANDBOX_GOOGLE_DATASTREAM_H

/* What the parts of Datastream share. Resources are kept under their full name. */

#include "api/base/arena.h"
#include "tests/sandbox/google/inside.h"
#include "tests/sandbox/replicate/replicate.h"

#include <libpq-fe.h>

extern const struct route private_connection_routes[], profile_routes[], stream_routes[],
    object_routes[], location_routes[];
extern const struct shape connection_profile_shape[], private_connection_shape[], stream_shape[],
    discover_shape[], run_shape[], lookup_shape[], start_backfill_shape[], nothing_shape[],
    datastream_list_query[], datastream_delete_query[];

/* --- resources --- */

/* "projects/P/locations/L/KIND/ID" of the call's path; the project as its id. */
void resource_name(const struct call *c, const char *kind, const char *id, char out[320]);
bool resource_id_fits(struct call *c, const char *parameter, const char *id);
/* A reference in a body: the project may be given by number. */
void resource_resolve(const char *given, char out[320]);
void resource_complete(struct val *doc, const char *name); /* name, createTime, updateTime */
void resource_type(struct val *doc, const char *message);  /* "@type" of an operation's response */
bool resource_location_fits(struct call *c);
void resource_touch(struct val *doc);

/* Copies the fields that updateMask names from body onto doc. */
void mask_apply(struct val *doc, const struct val *body, const char *mask);

/* --- the source, as seen from Datastream (source.c) --- */

struct source_fault {
    char code[64], message[512]; /* CONNECTION_TIMEOUT, or what PostgreSQL said */
    bool timeout;                /* may still come */
};
/* May packets get from the private connection to the proxy, and is the proxy up? No network is
 * used. */
bool source_reached(struct google *g, const struct val *profile, struct source_fault *why);
/* conninfo of the throwaway PostgreSQL as the profile's user. */
void source_conninfo(struct google *g, const char *profile_name, const struct val *profile,
                     char out[512]);
/* Reached and logged in; PQfinish it. NULL with the reason. */
PGconn *source_connect(struct google *g, const char *profile_name, const struct val *profile,
                       struct source_fault *why);
/* The same, and out again. */
bool source_login(struct google *g, const char *profile_name, const struct val *profile,
                  struct source_fault *why);
void source_version(struct sandbox *s, char out[16]);
/* A line of validationResult. */
struct val *validation_line(const char *code, const char *description, const char *state,
                            const char *message_code, const char *message);

/* --- selections (selection.c) --- */

struct selection {
    struct arena arena;
    struct replica_table *tables;
    size_t n;
    bool open; /* "all tables of", now and later */
};
/* include, exclude: PostgresqlRdbms or NULL. */
bool stream_selection_resolve(PGconn *db, const char *publication, const struct val *include,
                              const struct val *exclude, struct selection *out);
void stream_selection_done(struct selection *s);
bool stream_selection_same(const struct selection *a, const struct selection *b);

/* --- streams (stream.c, stream_life.c, stream_object.c) --- */

enum stream_state {
    STREAM_NOT_STARTED,
    STREAM_STARTING,
    STREAM_RUNNING,
    STREAM_DRAINING,
    STREAM_PAUSED,
    STREAM_FAILED,
    STREAM_FAILED_PERMANENTLY
};

enum { STREAM_SAMPLES = 512 };

struct sample {
    int64_t wall_ms, freshness_ms, events, bytes,
        unsupported; /* the last three: since the one before */
    int64_t p50, p95, p99;
};

struct stream {
    struct stream *next;
    char name[320], id[80], dataset[80];
    struct val *doc; /* without state and errors */
    enum stream_state state;
    struct val *errors, *objects;
    bool phantom; /* another app's, with no database behind it */
    struct replica *replica;
    struct selection selection;
    int64_t began_ms; /* wall clock of the first start */
    int64_t seen_events, seen_copied, seen_bytes, seen_unsupported;
    struct sample samples[STREAM_SAMPLES];
    size_t n_samples; /* ever taken */
};

struct stream *stream_find(struct google *g, const char *name);
struct stream *stream_new(struct google *g, const char *name, struct val *doc);
void stream_drop(struct google *g, struct stream *s);
const char *stream_state_name(enum stream_state state);
struct val *stream_doc(struct google *g, struct stream *s); /* as a get answers */
/* Looks at the replica: states, errors, objects, the log. */
void stream_refresh(struct google *g, struct stream *s);
bool stream_begin(struct google *g, struct stream *s, char why[512]); /* starts its replica */
void stream_halt(struct google *g, struct stream *s);
void stream_look(struct google *g, struct stream *s);        /* once more, before it is halted */
void stream_set_objects(struct google *g, struct stream *s); /* from the selection */
void stream_set_backfills(struct google *g, struct stream *s, const struct replica_look *look);
bool stream_reselect(struct google *g, struct stream *s, char why[512]);
/* The validations of a stream; false when one failed. */
bool stream_validate(struct google *g, const struct val *doc, const char *id, struct val *out);
void stream_set_error(struct google *g, struct stream *s, const char *reason, const char *message);
int64_t streams_keep(struct google *g); /* refreshes and samples; when to be called again */
void streams_done(struct google *g);
void stream_sqlite_path(struct google *g, const char *dataset, char out[512]);

void stream_log(struct google *g, const struct stream *s, const char *severity, const char *code,
                const char *message);

void profile_discover(struct call *c); /* discover.c */
struct thing *profile_make(struct google *g, const char *id, const struct val *body,
                           const char *password);
struct thing *private_connection_make(struct google *g, const char *id, const char *network,
                                      const char *subnet);

#endif

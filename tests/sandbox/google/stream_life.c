/* datastream: what a stream does. The replica works; here its look becomes states, errors, figures.
 */

#include "tests/sandbox/google/datastream.h"

#include <string.h>
#include <sys/stat.h>

enum { MOST_ENTRIES = 2000 };

const char *stream_state_name(enum stream_state state)
{
    static const char *const NAMES[] = {"NOT_STARTED", "STARTING", "RUNNING",           "DRAINING",
                                        "PAUSED",      "FAILED",   "FAILED_PERMANENTLY"};
    return NAMES[state];
}

struct stream *stream_new(struct google *g, const char *name, struct val *doc)
{
    struct stream *s = mem_alloc(sizeof *s), **end = &g->streams;
    const char *dataset = val_text_or(
        doc, "destinationConfig.bigqueryDestinationConfig.singleTargetDataset.datasetId", ":");
    str_copy(s->name, sizeof s->name, name);
    str_copy(s->id, sizeof s->id, strrchr(name, '/') + 1);
    str_copy(s->dataset, sizeof s->dataset, strchr(dataset, ':') + 1);
    s->doc = doc;
    s->objects = val_array();
    while (*end != NULL)
        end = &(*end)->next;
    *end = s;
    return s;
}

void stream_drop(struct google *g, struct stream *s)
{
    struct stream **link = &g->streams;
    while (*link != s)
        link = &(*link)->next;
    *link = s->next;
    stream_halt(g, s);
    stream_selection_done(&s->selection);
    val_free(s->doc);
    val_free(s->errors);
    val_free(s->objects);
    mem_free(s);
}

void streams_done(struct google *g)
{
    while (g->streams != NULL)
        stream_drop(g, g->streams);
}

void stream_sqlite_path(struct google *g, const char *dataset, char out[512])
{
    snprintf(out, 512, "%.300s/bigquery", g->s->folder);
    mkdir(out, 0700);
    snprintf(out, 512, "%.300s/bigquery/%.100s.sqlite", g->s->folder, dataset);
}

void stream_log(struct google *g, const struct stream *s, const char *severity, const char *code,
                const char *message)
{
    char now[40], id[40];
    google_fresh_uuid(g, id);
    struct val *entry = val_make(
        "{'logName':'projects/" SANDBOX_PROJECT
        "/logs/datastream.googleapis.com%%2Fstream_activity',"
        "'resource':{'type':'datastream.googleapis.com/Stream','labels':{'resource_container':"
        "'projects/" SANDBOX_PROJECT_NUMBER "','location':'" SANDBOX_REGION "','stream_id':%s}},"
        "'timestamp':%s,'severity':%s,'insertId':%s,'jsonPayload':{'message':%s,'event_code':%s,"
        "'read_method':'postgresql-cdc','context':'CDC'}}",
        s->id, stamp_now(now), severity, id, message, code);
    val_put_text(entry, "receiveTimestamp", now);
    val_put_text(entry, "jsonPayload.stream_state_change", stream_state_name(s->state));
    val_add(g->entries, entry);
    if (val_count(g->entries) > MOST_ENTRIES)
        val_drop(g->entries, g->entries->first);
}

void stream_set_error(struct google *g, struct stream *s, const char *reason, const char *message)
{
    char now[40], uuid[40];
    const struct val *last = s->errors != NULL ? s->errors->first : NULL;
    if (last != NULL && str_eq(val_text(last, "message"), message))
        return; /* its time is that of the first */
    val_free(s->errors);
    s->errors = val_array();
    google_fresh_uuid(g, uuid);
    val_add(s->errors, val_make("{'reason':%s,'errorUuid':%s,'message':%s,'errorTime':%s,'details':"
                                "{'stream':%s}}",
                                reason, uuid, message, stamp_now(now), s->id));
}

static void no_error(struct stream *s)
{
    val_free(s->errors);
    s->errors = NULL;
}

/* --- the replica --- */

static const struct thing *source_profile(struct google *g, const struct val *doc)
{
    char name[320];
    resource_resolve(val_text_or(doc, "sourceConfig.sourceConnectionProfile", ""), name);
    return thing_find(g, "profile", name);
}

/* Strings are borrowed from doc, conninfo, path and id. */
static struct replica_config config_of(const struct val *doc, const char *id, const char *conninfo,
                                       const char *path, const struct selection *selection)
{
    const struct val *source = val_get(doc, "sourceConfig.postgresqlSourceConfig");
    return (struct replica_config){
        .stream = id,
        .conninfo = conninfo,
        .publication = val_text_or(source, "publication", ""),
        .slot = val_text_or(source, "replicationSlot", ""),
        .sqlite_path = path,
        .append_only =
            val_get(doc, "destinationConfig.bigqueryDestinationConfig.appendOnly") != NULL,
        .backfill = val_member(doc, "backfillAll") != NULL,
        .max_backfills = (int)val_int(source, "maxConcurrentBackfillTasks", 0),
        .tables = selection->tables,
        .n_tables = selection->n,
    };
}

/* The tables that are named; a schema without tables has none on paper. */
static bool resolve_on_paper(const struct val *include, struct selection *out)
{
    size_t n = 0;
    memset(out, 0, sizeof *out);
    for
        val_each(s, val_member(include, "postgresqlSchemas")) n +=
            val_count(val_member(s, "postgresqlTables"));
    out->tables = arena_calloc(&out->arena, n + 1, sizeof *out->tables);
    for
        val_each(s, val_member(include, "postgresqlSchemas"))
        {
            for
                val_each(t, val_member(s, "postgresqlTables"))
                {
                    struct replica_table *table = &out->tables[out->n++];
                    table->schema = arena_str(&out->arena, val_text_or(s, "schema", ""));
                    table->table = arena_str(&out->arena, val_text_or(t, "table", ""));
                }
        }
    return true;
}

static bool resolve(struct google *g, const struct val *doc, struct selection *out, char why[512])
{
    struct source_fault fault = {0};
    if (g->paper)
        return resolve_on_paper(val_get(doc, "sourceConfig.postgresqlSourceConfig.includeObjects"),
                                out);
    const struct val *source = val_get(doc, "sourceConfig.postgresqlSourceConfig");
    const struct thing *profile = source_profile(g, doc);
    PGconn *db = profile != NULL ? source_connect(g, profile->name, profile->doc, &fault) : NULL;
    memset(out, 0, sizeof *out);
    if (db == NULL) {
        snprintf(why, 512, "%s: %.400s", fault.code, fault.message);
        return false;
    }
    bool fine = stream_selection_resolve(db, val_text_or(source, "publication", ""),
                                         val_member(source, "includeObjects"),
                                         val_member(source, "excludeObjects"), out);
    if (!fine)
        snprintf(why, 512, "%.500s", PQerrorMessage(db));
    PQfinish(db);
    return fine;
}

bool stream_begin(struct google *g, struct stream *s, char why[512])
{
    char conninfo[512], path[512];
    const struct thing *profile = source_profile(g, s->doc);
    if (s->phantom || s->replica != NULL) {
        s->began_ms = s->began_ms != 0 ? s->began_ms : clock_wall_ms();
        return true;
    }
    struct selection fresh;
    if (!resolve(g, s->doc, &fresh, why)) {
        stream_selection_done(&fresh);
        return false;
    }
    stream_selection_done(&s->selection);
    s->selection = fresh;
    if (g->paper) {
        s->began_ms = s->began_ms != 0 ? s->began_ms : clock_wall_ms();
        return true;
    }
    source_conninfo(g, profile->name, profile->doc, conninfo);
    stream_sqlite_path(g, s->dataset, path);
    struct replica_config config = config_of(s->doc, s->id, conninfo, path, &s->selection);
    s->replica = replica_start(&config, why);
    s->seen_copied = 0; /* the others are counted since the replica was made */
    if (s->replica == NULL)
        return false;
    s->began_ms = s->began_ms != 0 ? s->began_ms : clock_wall_ms();
    no_error(s);
    return true;
}

void stream_halt(struct google *g, struct stream *s)
{
    if (s->replica == NULL)
        return;
    stream_look(g, s);
    replica_stop(s->replica);
    s->replica = NULL;
}

bool stream_reselect(struct google *g, struct stream *s, char why[512])
{
    struct selection fresh;
    if (!resolve(g, s->doc, &fresh, why)) {
        stream_selection_done(&fresh);
        return false;
    }
    bool fine = true;
    if (s->replica != NULL && !stream_selection_same(&s->selection, &fresh))
        fine = replica_select(s->replica, fresh.tables, fresh.n, why);
    stream_selection_done(&s->selection);
    s->selection = fresh;
    stream_set_objects(g, s);
    return fine;
}

/* --- validation --- */

static const char *check_state(const struct replica_check *check)
{
    switch (check->state) {
    case REPLICA_PASSED:
        return "PASSED";
    case REPLICA_WARNING:
        return "WARNING";
    case REPLICA_NOT_OK:
        return "FAILED";
    case REPLICA_NOT_RUN:
        break;
    }
    return "NOT_EXECUTED";
}

/* A running stream's own hold on its slot is no fault. */
static void forgive_own_slot(const struct google *g, const char *id, struct replica_check *check)
{
    if (check->state != REPLICA_NOT_OK || strstr(check->code, "REPLICATION_SLOT") == NULL ||
        strstr(check->message, "already used") == NULL)
        return;
    for (const struct stream *s = g->streams; s != NULL; s = s->next)
        if (str_eq(s->id, id) && s->replica != NULL) {
            check->state = REPLICA_PASSED;
            check->message[0] = '\0';
        }
}

static bool validate_on_paper(struct val *out)
{
    static const char *const LINES[][2] = {
        {"POSTGRES_VALIDATE_CONNECTIVITY", "Validates that Datastream can connect"},
        {"POSTGRES_VALIDATE_LOGICAL_DECODING", "Validates that logical decoding is on"},
        {"POSTGRES_VALIDATE_PUBLICATION", "Validates the publication"},
        {"POSTGRES_VALIDATE_REPLICATION_SLOT", "Validates the replication slot"}};
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++)
        val_add(out, validation_line(LINES[i][0], LINES[i][1], "PASSED", "", NULL));
    return true;
}

static bool validate_source(struct google *g, const struct val *doc, const char *id,
                            struct val *out)
{
    char conninfo[512], path[512], why[512];
    struct selection selection;
    struct source_fault fault = {0};
    struct replica_check checks[REPLICA_CHECKS];
    const struct thing *profile = source_profile(g, doc);
    if (profile == NULL || !source_reached(g, profile->doc, &fault)) {
        val_add(out, validation_line("POSTGRES_VALIDATE_CONNECTIVITY",
                                     "Validates that Datastream can connect", "FAILED", fault.code,
                                     fault.message));
        val_add(out, validation_line("POSTGRES_VALIDATE_REPLICATION_SLOT",
                                     "Validates the replication slot", "NOT_EXECUTED", "", NULL));
        return false;
    }
    if (g->paper)
        return validate_on_paper(out);
    resolve(g, doc, &selection, why); /* what fails here fails below, with its own words */
    source_conninfo(g, profile->name, profile->doc, conninfo);
    stream_sqlite_path(g, "validation", path);
    struct replica_config config = config_of(doc, id, conninfo, path, &selection);
    size_t n = replica_validate(&config, checks);
    bool fine = true;
    for (size_t i = 0; i < n; i++) {
        forgive_own_slot(g, id, &checks[i]);
        fine = fine && checks[i].state != REPLICA_NOT_OK;
        val_add(out, validation_line(checks[i].code, checks[i].description, check_state(&checks[i]),
                                     checks[i].code, checks[i].message));
    }
    stream_selection_done(&selection);
    return fine;
}

bool stream_validate(struct google *g, const struct val *doc, const char *id, struct val *out)
{
    const char *dataset = val_text_or(
        doc, "destinationConfig.bigqueryDestinationConfig.singleTargetDataset.datasetId", ":");
    const struct thing *there = thing_find(g, "dataset", strchr(dataset, ':') + 1);
    bool fine = validate_source(g, doc, id, out);
    struct str text = {0};
    str_printf(&text, "The dataset %s does not exist.", dataset);
    val_add(out, validation_line("BIGQUERY_VALIDATE_DATASET",
                                 "Validates that the destination dataset exists",
                                 there != NULL ? "PASSED" : "FAILED", "BIGQUERY_DATASET_NOT_FOUND",
                                 there != NULL ? NULL : str_text(&text)));
    str_done(&text);
    return fine && there != NULL;
}

/* --- as time goes by --- */

static void fall(struct google *g, struct stream *s, enum stream_state state, const char *reason,
                 const char *message)
{
    stream_set_error(g, s, reason, message);
    if (s->state == state)
        return;
    s->state = state;
    stream_log(g, s, "ERROR", "POSTGRES_CDC_FETCH_FAILED", message);
}

static void rise(struct google *g, struct stream *s)
{
    no_error(s);
    if (s->state == STREAM_RUNNING)
        return;
    s->state = STREAM_RUNNING;
    stream_log(g, s, "INFO", "STREAM_RECOVERED", "The stream runs again.");
}

static const char *reason_of(const char *sqlstate)
{
    static const char *const KNOWN[][2] = {{"28P01", "POSTGRES_INVALID_CREDENTIALS"},
                                           {"28000", "POSTGRES_INVALID_CREDENTIALS"},
                                           {"42704", "POSTGRES_REPLICATION_OBJECT_MISSING"},
                                           {"55006", "POSTGRES_REPLICATION_SLOT_IN_USE"},
                                           {"55000", "POSTGRES_REPLICATION_SLOT_LOST"},
                                           {"42501", "POSTGRES_INSUFFICIENT_PRIVILEGES"}};
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (str_eq(KNOWN[i][0], sqlstate))
            return KNOWN[i][1];
    return "POSTGRES_CDC_FETCH_FAILED";
}

static void follow_replica(struct google *g, struct stream *s)
{
    struct replica_look look = {0};
    replica_look(s->replica, &look);
    stream_set_backfills(g, s, &look);
    if (look.state == REPLICA_FAILED)
        fall(g, s, STREAM_FAILED, reason_of(look.reason), look.error);
    else if (look.state == REPLICA_FAILED_PERMANENTLY)
        fall(g, s, STREAM_FAILED_PERMANENTLY, reason_of(look.reason), look.error);
    else if (look.state == REPLICA_RUNNING)
        rise(g, s);
    replica_look_done(&look);
}

void stream_refresh(struct google *g, struct stream *s)
{
    struct source_fault fault = {0};
    char why[512] = "";
    const struct thing *profile = source_profile(g, s->doc);
    if (s->phantom || (s->state != STREAM_RUNNING && s->state != STREAM_FAILED) || g->stopping)
        return;
    bool reached = profile != NULL && source_reached(g, profile->doc, &fault);
    if (reached && g->paper) {
        rise(g, s);
    } else if (!reached) {
        stream_halt(g, s);
        fall(g, s, STREAM_FAILED, fault.code, fault.message);
    } else if (s->replica != NULL) {
        follow_replica(g, s);
    } else if (stream_begin(g, s, why)) {
        rise(g, s);
    } else {
        fall(g, s, STREAM_FAILED, "POSTGRES_CDC_FETCH_FAILED", why);
    }
}

void stream_look(struct google *g, struct stream *s)
{
    if (s->replica != NULL)
        follow_replica(g, s);
}

struct val *stream_doc(struct google *g, struct stream *s)
{
    stream_refresh(g, s);
    struct val *doc = val_copy(s->doc);
    val_put_text(doc, "state", stream_state_name(s->state));
    if (s->errors != NULL)
        val_put(doc, "errors", val_copy(s->errors));
    return doc;
}

/* What has come since the sample before. A replica that has not read its books yet says 0. */
static int64_t since(int64_t *seen, int64_t now)
{
    int64_t grown = now > *seen ? now - *seen : 0;

    *seen = now > 0 ? now : *seen;
    return grown;
}

/* A row that is copied is an event, too: Google counts those of a backfill beside the changes. */
static void take_sample(struct stream *s)
{
    struct replica_look look = {0};
    if (s->replica == NULL)
        return;
    replica_look(s->replica, &look);
    s->samples[s->n_samples++ % STREAM_SAMPLES] = (struct sample){
        .wall_ms = clock_wall_ms(),
        .freshness_ms = look.freshness_ms,
        .events = since(&s->seen_events, look.events) + since(&s->seen_copied, look.copied),
        .bytes = since(&s->seen_bytes, look.bytes),
        .unsupported = since(&s->seen_unsupported, look.unsupported_events),
        .p50 = look.latency_p50_ms,
        .p95 = look.latency_p95_ms,
        .p99 = look.latency_p99_ms};
    replica_look_done(&look);
}

static int64_t at_least(int64_t ms, int64_t least)
{
    return ms > least ? ms : least;
}

int64_t streams_keep(struct google *g)
{
    int64_t every = at_least(sandbox_ms(g->s, 10), 250), now = clock_mono_ms();
    int64_t minute = at_least(sandbox_ms(g->s, 60), 250);
    bool sample = now - g->sampled_ms >= minute;
    char why[512];
    for (struct stream *s = g->streams; s != NULL && !g->stopping; s = s->next) {
        stream_refresh(g, s);
        if (s->state != STREAM_RUNNING)
            continue;
        if (sample)
            take_sample(s);
        if (sample && s->selection.open && s->replica != NULL)
            stream_reselect(g, s, why); /* tables that turned up */
    }
    if (sample)
        g->sampled_ms = now;
    return g->streams != NULL ? now + every : INT64_MAX;
}

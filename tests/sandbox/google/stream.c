/* datastream: streams as resources. What they do is in stream_life.c. */

#include "tests/sandbox/google/datastream.h"

#include <stdlib.h>
#include <string.h>

enum { CREATE_SECONDS = 15, START_SECONDS = 20, PAUSE_SECONDS = 10, UPDATE_SECONDS = 5, MOST = 50 };

struct stream *stream_find(struct google *g, const char *name)
{
    for (struct stream *s = g->streams; s != NULL; s = s->next)
        if (str_eq(s->name, name))
            return s;
    return NULL;
}

/* --- what a body must be --- */

static bool profile_fits(struct call *c, const struct val *doc, const char *path, const char *field,
                         const char *kind)
{
    char name[320], here[320];
    resource_resolve(val_text_or(doc, path, ""), name);
    resource_name(c, "connectionProfiles", "", here);
    const struct thing *t = thing_find(c->g, "profile", name);
    if (t == NULL || t->hidden)
        call_refuse(c, 404, NULL, "Resource '%s' was not found", name);
    else if (!str_starts(name, here))
        call_refuse_field(c, field,
                          "The connection profile must be in the location of the stream.");
    else if (val_member(t->doc, kind) == NULL)
        call_refuse_field(c, field, "The connection profile '%s' is of the wrong type.", name);
    else
        return true;
    return false;
}

static bool one_of(struct call *c, const struct val *doc, const char *a, const char *b,
                   const char *field, const char *text)
{
    if ((val_get(doc, a) == NULL) != (val_get(doc, b) == NULL))
        return true;
    call_refuse_field(c, field, "%s", text);
    return false;
}

static bool destination_fits(struct call *c, const struct val *doc)
{
    const char *base = "stream.destination_config.bigquery_destination_config";
    const struct val *bq = val_get(doc, "destinationConfig.bigqueryDestinationConfig");
    const char *dataset = val_text_or(bq, "singleTargetDataset.datasetId", "");
    if (bq == NULL)
        call_refuse_field(
            c, "stream.destination_config",
            "Required field 'stream.destination_config.bigquery_destination_config' is "
            "missing");
    else if (val_member(bq, "merge") != NULL && val_member(bq, "appendOnly") != NULL)
        call_refuse_field(c, base, "Only one of merge and append_only can be set.");
    else if (val_member(bq, "sourceHierarchyDatasets") != NULL)
        call_refuse_field(c, base, "The sandbox plays single_target_dataset only.");
    else if (!str_starts(dataset, SANDBOX_PROJECT ":") || strchr(dataset, '/') != NULL)
        call_refuse_field(c,
                          "stream.destination_config.bigquery_destination_config."
                          "single_target_dataset.dataset_id",
                          "Invalid dataset ID '%.100s': it must have the form project:dataset.",
                          dataset);
    else
        return true;
    return false;
}

static bool body_fits(struct call *c, const struct val *doc)
{
    if (val_get(doc, "sourceConfig.postgresqlSourceConfig") == NULL) {
        call_refuse_field(
            c, "stream.source_config",
            "Required field 'stream.source_config.postgresql_source_config' is missing");
        return false;
    }
    return profile_fits(c, doc, "sourceConfig.sourceConnectionProfile",
                        "stream.source_config.source_connection_profile", "postgresqlProfile") &&
           profile_fits(c, doc, "destinationConfig.destinationConnectionProfile",
                        "stream.destination_config.destination_connection_profile",
                        "bigqueryProfile") &&
           destination_fits(c, doc) &&
           one_of(c, doc, "backfillAll", "backfillNone", "stream.backfill_strategy",
                  "Exactly one of backfill_all and backfill_none must be set.");
}

static void resolve_names(struct val *doc)
{
    static const char *const PATHS[] = {"sourceConfig.sourceConnectionProfile",
                                        "destinationConfig.destinationConnectionProfile"};
    char full[320];
    for (size_t i = 0; i < 2; i++) {
        resource_resolve(val_text_or(doc, PATHS[i], ""), full);
        val_put_text(doc, PATHS[i], full);
    }
    struct val *bq = val_get(doc, "destinationConfig.bigqueryDestinationConfig");
    if (val_member(bq, "merge") == NULL && val_member(bq, "appendOnly") == NULL)
        val_put(bq, "merge", val_object());
    if (val_member(bq, "dataFreshness") == NULL)
        val_put_text(bq, "dataFreshness", "900s");
}

/* --- create --- */

static bool validated(struct google *g, struct operation *op, const struct val *doc, const char *id)
{
    struct val *list = val_array();
    bool fine = stream_validate(g, doc, id, list);
    val_put(op->metadata, "validationResult.validations", list);
    if (!fine && !val_truth(op->input, "force")) {
        operation_fail(op, "FAILED_PRECONDITION",
                       "Stream validation failed. See the validation results in the operation's "
                       "metadata.");
        return false;
    }
    return true;
}

static void respond(struct google *g, struct operation *op, struct stream *s)
{
    op->response = s != NULL ? stream_doc(g, s) : val_object();
    resource_type(op->response, "Stream");
}

static void created(struct google *g, struct operation *op)
{
    struct val *doc = val_copy(val_member(op->input, "body"));
    const char *id = strrchr(op->target, '/') + 1;
    if (!validated(g, op, doc, id) || val_truth(op->input, "validateOnly")) {
        if (op->error == NULL)
            respond(g, op, NULL);
        val_free(doc);
        return;
    }
    if (stream_find(g, op->target) != NULL) {
        operation_fail(op, "ALREADY_EXISTS", "Resource '%s' already exists", op->target);
        val_free(doc);
        return;
    }
    struct stream *s = stream_new(g, op->target, doc);
    char why[512];
    resource_complete(s->doc, op->target);
    stream_reselect(g, s, why);
    stream_log(g, s, "INFO", "STREAM_CREATED", "The stream was created.");
    respond(g, op, s);
}

static struct val *work(struct call *c, struct val *body)
{
    struct val *input = val_object();
    val_put(input, "body", body);
    val_put_bool(input, "force", call_query_bool(c, "force"));
    val_put_bool(input, "validateOnly", call_query_bool(c, "validateOnly"));
    return input;
}

static void create(struct call *c)
{
    char name[320];
    const char *id = call_query(c, "streamId"), *state = val_text(c->body, "state");
    size_t n = 0;
    if (operation_again(c) || !resource_location_fits(c) || !resource_id_fits(c, "stream_id", id) ||
        !body_fits(c, c->body))
        return;
    resource_name(c, "streams", id, name);
    for (struct stream *s = c->g->streams; s != NULL; s = s->next)
        n++;
    if (stream_find(c->g, name) != NULL)
        call_refuse_exists(c, name);
    else if (n >= MOST)
        call_refuse(c, 429, NULL,
                    "Quota limit 'StreamsPerProjectPerRegion' has been exceeded. Limit: %d.",
                    (int)MOST);
    else if (state != NULL && !str_eq(state, "NOT_STARTED") && !str_eq(state, "RUNNING"))
        call_refuse_field(c, "stream.state", "A stream cannot be created in state %s.", state);
    else {
        struct val *body = val_copy(c->body);
        val_put(body, "state", NULL); /* made NOT_STARTED whatever was asked for */
        resolve_names(body);
        operation_start(c, "create", name, call_query_bool(c, "validateOnly") ? 5 : CREATE_SECONDS,
                        created, work(c, body));
    }
}

/* --- look --- */

static struct stream *asked_for(struct call *c)
{
    char name[320];
    resource_name(c, "streams", c->param[2], name);
    struct stream *s = stream_find(c->g, name);
    if (s == NULL)
        call_refuse_missing(c, name);
    return s;
}

static void get(struct call *c)
{
    struct stream *s = asked_for(c);
    if (s != NULL)
        call_answer(c, stream_doc(c->g, s));
}

static void list(struct call *c)
{
    char prefix[320];
    struct val *all = val_array();
    resource_name(c, "streams", "", prefix);
    call_everywhere(prefix);
    for (struct stream *s = c->g->streams; s != NULL; s = s->next)
        if (str_starts(s->name, prefix))
            val_add(all, stream_doc(c->g, s));
    list_answer(c, "streams", all, 50, 1000, NULL);
}

/* --- change --- */

static void started(struct google *g, struct operation *op)
{
    struct stream *s = stream_find(g, op->target);
    char why[512] = "";
    if (s == NULL)
        return;
    enum stream_state before =
        s->began_ms != 0 ? STREAM_PAUSED : STREAM_NOT_STARTED; /* never back to NOT_STARTED */
    if (!s->phantom && !validated(g, op, s->doc, s->id)) {
        s->state = before;
        return;
    }
    if (!stream_begin(g, s, why)) {
        s->state = before;
        operation_fail(op, "FAILED_PRECONDITION", "%s", why);
        return;
    }
    s->state = STREAM_RUNNING;
    stream_log(g, s, "INFO", "STREAM_STARTED", "The stream is running.");
    respond(g, op, s);
}

static void paused(struct google *g, struct operation *op)
{
    struct stream *s = stream_find(g, op->target);
    if (s == NULL)
        return;
    stream_halt(g, s);
    s->state = STREAM_PAUSED;
    stream_log(g, s, "INFO", "STREAM_PAUSED", "The stream was paused.");
    respond(g, op, s);
}

static void change_state(struct call *c, struct stream *s, const char *wanted)
{
    bool run = str_eq(wanted, "RUNNING"), pause = str_eq(wanted, "PAUSED");
    bool startable = s->state == STREAM_NOT_STARTED || s->state == STREAM_PAUSED;
    bool pausable = s->state == STREAM_RUNNING || s->state == STREAM_FAILED;
    if ((run && s->state == STREAM_RUNNING) || (pause && s->state == STREAM_PAUSED)) {
        struct operation *op = operation_start(c, "update", s->name, 1, NULL, NULL);
        respond(c->g, op, s);
        return;
    }
    if (!(run && startable) && !(pause && pausable)) {
        call_refuse(c, 400, "FAILED_PRECONDITION",
                    "The state of the stream '%s' cannot be changed from %s to %s.", s->name,
                    stream_state_name(s->state), wanted);
        return;
    }
    s->state = run ? STREAM_STARTING : STREAM_DRAINING;
    operation_start(c, "update", s->name, run ? START_SECONDS : PAUSE_SECONDS,
                    run ? started : paused, work(c, val_object()));
}

static void updated(struct google *g, struct operation *op)
{
    struct stream *s = stream_find(g, op->target);
    const struct val *doc = val_member(op->input, "body");
    char why[512] = "";
    if (s == NULL || !validated(g, op, doc, s->id))
        return;
    if (!val_truth(op->input, "validateOnly")) {
        val_free(s->doc);
        s->doc = val_copy(doc);
        resource_touch(s->doc);
        if (!s->phantom && !stream_reselect(g, s, why))
            operation_fail(op, "FAILED_PRECONDITION", "%s", why);
        else
            stream_log(g, s, "INFO", "STREAM_UPDATED", "The stream was updated.");
    }
    if (op->error == NULL)
        respond(g, op, s);
}

/* Google's reference calls it immutable, its guide tells how it is changed of a stream that does
 * not run: the sandbox does as the guide says, or with SANDBOX_SLOT_IMMUTABLE set as the reference.
 */
static bool slot_fits(struct call *c, const struct stream *s, const struct val *wanted)
{
    static const char path[] = "sourceConfig.postgresqlSourceConfig.replicationSlot",
                      field[] = "stream.source_config.postgresql_source_config.replication_slot";
    bool runs = s->state != STREAM_PAUSED && s->state != STREAM_FAILED_PERMANENTLY &&
                s->state != STREAM_NOT_STARTED;
    if (val_equal(val_get(s->doc, path), val_get(wanted, path)))
        return true;
    if (str_is_empty(val_text(wanted, path)))
        call_refuse_field(c, field, "Required field '%s' is missing", field);
    else if (runs || getenv("SANDBOX_SLOT_IMMUTABLE") != NULL)
        call_refuse_field(c, field, "Field '%s' is immutable and cannot be updated.", field);
    else
        return true;
    return false;
}

static bool change_fits(struct call *c, const struct stream *s, const struct val *wanted)
{
    static const char *const FIXED[][2] = {
        {"destinationConfig.bigqueryDestinationConfig.merge",
         "stream.destination_config.bigquery_destination_config.merge"},
        {"destinationConfig.bigqueryDestinationConfig.appendOnly",
         "stream.destination_config.bigquery_destination_config.append_only"},
        {"customerManagedEncryptionKey", "stream.customer_managed_encryption_key"},
    };
    for (size_t i = 0; i < sizeof FIXED / sizeof FIXED[0]; i++)
        if (!val_equal(val_get(s->doc, FIXED[i][0]), val_get(wanted, FIXED[i][0]))) {
            call_refuse_field(c, FIXED[i][1], "Field '%s' is immutable and cannot be updated.",
                              FIXED[i][1]);
            return false;
        }
    if (!slot_fits(c, s, wanted))
        return false;
    if (s->state == STREAM_STARTING || s->state == STREAM_DRAINING) {
        call_refuse(c, 400, "FAILED_PRECONDITION", "The stream '%s' cannot be updated in state %s.",
                    s->name, stream_state_name(s->state));
        return false;
    }
    return body_fits(c, wanted);
}

/* state stands alone or at the end of the mask: what is left besides it. */
static bool split_mask(const char *mask, char rest[1024])
{
    bool state = false;
    rest[0] = '\0';
    while (*mask != '\0') {
        size_t n = strcspn(mask, ","), used = strlen(rest);
        if (n == 5 && strncmp(mask, "state", 5) == 0)
            state = true;
        else
            snprintf(rest + used, 1024 - used, "%s%.*s", used > 0 ? "," : "", (int)n, mask);
        mask += n + (mask[n] == ',');
    }
    return state;
}

static void patch(struct call *c)
{
    char rest[1024];
    bool state = split_mask(call_query(c, "updateMask"), rest);
    if (operation_again(c))
        return;
    struct stream *s = asked_for(c);
    if (s == NULL)
        return;
    stream_refresh(c->g, s);
    struct val *wanted = val_copy(s->doc);
    mask_apply(wanted, c->body, rest);
    if (val_get(wanted, "destinationConfig.bigqueryDestinationConfig") != NULL)
        resolve_names(wanted);
    if (state && rest[0] != '\0')
        call_refuse_field(c, "update_mask", "The state must be updated by itself.");
    else if (state)
        change_state(c, s, val_text_or(c->body, "state", "STATE_UNSPECIFIED"));
    else if (change_fits(c, s, wanted)) {
        operation_start(c, "update", s->name, UPDATE_SECONDS, updated, work(c, wanted));
        wanted = NULL;
    }
    val_free(wanted);
}

static void recovered(struct google *g, struct operation *op)
{
    struct stream *s = stream_find(g, op->target);
    if (s == NULL)
        return;
    stream_halt(g, s);
    started(g, op);
    if (op->error == NULL) {
        char now[40];
        val_put_text(s->doc, "lastRecoveryTime", stamp_now(now));
    }
}

static void run(struct call *c)
{
    struct stream *s = asked_for(c);
    const struct val *strategy = val_member(c->body, "cdcStrategy");
    if (s == NULL)
        return;
    stream_refresh(c->g, s);
    if (val_count(strategy) > 1)
        call_refuse_field(c, "cdc_strategy", "Only one start position can be set.");
    else if (s->state == STREAM_STARTING || s->state == STREAM_DRAINING ||
             s->state == STREAM_RUNNING)
        call_refuse(c, 400, "FAILED_PRECONDITION", "The stream '%s' cannot be run in state %s.",
                    s->name, stream_state_name(s->state));
    else {
        struct val *input = work(c, val_object());
        val_put_bool(input, "force", val_truth(c->body, "force"));
        s->state = STREAM_STARTING;
        operation_start(c, "run", s->name, START_SECONDS, recovered, input);
    }
}

/* The slot at the source stays, and goes on holding WAL. */
static void deleted(struct google *g, struct operation *op)
{
    struct stream *s = stream_find(g, op->target);
    char path[512], why[512];
    if (s == NULL)
        return;
    stream_halt(g, s);
    stream_sqlite_path(g, s->dataset, path);
    if (!s->phantom && !g->paper)
        replica_forget(path, s->id, why);
    stream_drop(g, s);
}

static void drop(struct call *c)
{
    if (operation_again(c))
        return;
    const struct stream *s = asked_for(c);
    if (s != NULL)
        operation_start(c, "delete", s->name, 10, deleted, NULL);
}

static const struct shape CREATE_QUERY[] = {NEED("streamId", STRING), F("requestId", UUID),
                                            F("force", BOOL), F("validateOnly", BOOL), END};
static const struct shape PATCH_QUERY[] = {F("updateMask", MASK), F("requestId", UUID),
                                           F("force", BOOL), F("validateOnly", BOOL), END};

#define STREAMS "v1/projects/{}/locations/{}/streams"
const struct route stream_routes[] = {
    {"POST", STREAMS, create, "datastream.streams.create", CREATE_QUERY, stream_shape, "stream", 0},
    {"GET", STREAMS, list, "datastream.streams.list", datastream_list_query, NULL, NULL, 0},
    {"GET", STREAMS "/{}", get, "datastream.streams.get", NULL, NULL, NULL, 0},
    {"PATCH", STREAMS "/{}", patch, "datastream.streams.update", PATCH_QUERY, stream_shape,
     "stream", ROUTE_NEEDS_MASK},
    {"DELETE", STREAMS "/{}", drop, "datastream.streams.delete", datastream_delete_query, NULL,
     NULL, 0},
    {"POST", STREAMS "/{}:run", run, "datastream.streams.update", NULL, run_shape, NULL, 0},
    {0},
};

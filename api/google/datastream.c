#include "api/google/datastream.h"

#include "api/base/tr.h"
#include "api/google/datastream_read.h"

#include <stdio.h>
#include <string.h>

/* --- shared --- */

void datastream_fault_read(struct arena *a, const struct json *j, struct datastream_fault *out)
{
    out->reason = rest_string(a, j, "reason");
    out->uuid = rest_string(a, j, "errorUuid");
    out->message = rest_string(a, j, "message");
    out->time = rest_string(a, j, "errorTime");
}

void datastream_faults_read(struct arena *a, const struct json *array,
                            struct datastream_faults *out)
{
    for
        json_each(j, array) datastream_fault_read(a, j, rest_push(a, out->items, out->n));
}

void datastream_paged(struct rest_call *c)
{
    rest_query_int(c, "pageSize", 1000);
    c->pages = REST_PAGES_QUERY;
}

void datastream_write(struct rest_call *c, const struct google_write *w)
{
    rest_write(c, w);
    c->wait = REST_LRO;
    c->gone_is_fine = str_eq(c->method, "DELETE");
    c->adopts = str_eq(c->method, "POST") || str_eq(c->method, "PATCH");
}

void datastream_refuse_no_change(struct rest_call *c)
{
    err_set(&c->refused, ERR_INPUT, "%s", c->what);
    err_resource(&c->refused, c->resource);
    err_why(&c->refused, tr("nothing is to be changed"));
    err_hint(&c->refused, tr("say what is to be otherwise"));
}

void datastream_put_name(struct json_out *o, const char *key, const char *project,
                         const char *location, const char *kind, const char *id)
{
    char name[GOOGLE_NAME_TEXT];
    snprintf(name, sizeof name, "projects/%s/locations/%s/%s/%s", project, location, kind, id);
    json_put_string(o, key, name);
}

/* --- reading a stream --- */

/* "900s", "0.5s"; -1 when it is none */
static int64_t seconds_of(const char *text)
{
    char whole[24];
    long long n = 0;
    size_t len = text ? strspn(text, "0123456789") : 0;
    if (len == 0 || len >= sizeof whole)
        return -1;
    memcpy(whole, text, len);
    whole[len] = '\0';
    return str_int64(whole, 0, 1000000000, &n) ? (int64_t)n : -1;
}

/* "project:dataset"; older answers have the path of the resource */
static void read_dataset(struct arena *a, const struct json *single, struct datastream_stream *s)
{
    const char *id = rest_string(a, single, "datasetId");
    const char *colon = strrchr(id, ':');
    s->dataset_project = colon ? arena_strn(a, id, (size_t)(colon - id)) : "";
    s->dataset = colon ? colon + 1 : rest_last(id);
}

static void read_destination(struct arena *a, const struct json *d, struct datastream_stream *s)
{
    const struct json *bq = json_get(d, "bigqueryDestinationConfig");
    s->destination_profile = rest_string(a, d, "destinationConnectionProfile");
    s->bigquery = json_is_object(bq);
    s->freshness_s = seconds_of(json_string(bq, "dataFreshness"));
    if (json_is_object(json_get(bq, "merge")))
        s->mode = DATASTREAM_MODE_MERGE;
    if (json_is_object(json_get(bq, "appendOnly")))
        s->mode = DATASTREAM_MODE_APPEND;
    read_dataset(a, json_get(bq, "singleTargetDataset"), s);
    const struct json *each = json_get(bq, "sourceHierarchyDatasets.datasetTemplate");
    s->dataset_prefix = rest_string(a, each, "datasetIdPrefix");
    s->dataset_location = rest_string(a, each, "location");
}

static void read_source(struct arena *a, const struct json *j, struct datastream_stream *s)
{
    const struct json *pg = json_get(j, "postgresqlSourceConfig");
    s->source_profile = rest_string(a, j, "sourceConnectionProfile");
    s->postgres = json_is_object(pg);
    s->publication = rest_string(a, pg, "publication");
    s->slot = rest_string(a, pg, "replicationSlot");
    s->max_backfill_tasks = (int)json_int64(pg, "maxConcurrentBackfillTasks", 0);
    datastream_selection_read(a, json_get(pg, "includeObjects"), &s->include);
    datastream_selection_read(a, json_get(pg, "excludeObjects"), &s->exclude);
}

static void read_backfill(struct arena *a, const struct json *j, struct datastream_stream *s)
{
    const struct json *all = json_get(j, "backfillAll");
    if (json_is_object(all))
        s->backfill = DATASTREAM_BACKFILL_ALL;
    if (json_is_object(json_get(j, "backfillNone")))
        s->backfill = DATASTREAM_BACKFILL_NONE;
    datastream_selection_read(a, json_get(all, "postgresqlExcludedObjects"), &s->backfill_exclude);
}

static void read_stream(struct arena *a, const struct json *j, struct datastream_stream *s)
{
    s->name = rest_string(a, j, "name");
    s->id = rest_last(s->name);
    s->display_name = rest_string(a, j, "displayName");
    s->state = rest_string(a, j, "state");
    s->create_time = rest_string(a, j, "createTime");
    s->update_time = rest_string(a, j, "updateTime");
    read_source(a, json_get(j, "sourceConfig"), s);
    read_destination(a, json_get(j, "destinationConfig"), s);
    read_backfill(a, j, s);
    rest_labels(a, json_get(j, "labels"), &s->labels);
    datastream_faults_read(a, json_get(j, "errors"), &s->errors);
}

static bool decode_stream(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    read_stream(a, answer->json, out);
    return true;
}

static bool decode_streams(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct datastream_streams *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "streams"))
            read_stream(a, j, rest_push(a, list->items, list->n));
    list->n_unreachable += json_count(json_get(answer->json, "unreachable"));
    return true;
}

struct task *datastream_stream_list(struct google *g, const char *project, const char *location)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", DATASTREAM, "Reading the streams in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, DATASTREAM_LOCATION "streams", project, location);
    datastream_paged(&c);
    rest_decode_with(&c, sizeof(struct datastream_streams), decode_streams);
    return rest_send(&c);
}

const struct datastream_streams *datastream_streams(const struct task *t)
{
    return rest_result(t, decode_streams);
}

/* What every call about one stream has in common. */
static void about(struct rest_call *c, const char *project, const char *location, const char *id)
{
    rest_resource(c, "projects/%s/locations/%s/streams/%s", project, location, id);
    rest_look(c, DATASTREAM_LOCATION "streams/{}", project, location, id);
    rest_decode_with(c, sizeof(struct datastream_stream), decode_stream);
}

struct task *datastream_stream_get(struct google *g, const char *project, const char *location,
                                   const char *id)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", DATASTREAM, "Reading the stream %s", id);
    about(&c, project, location, id);
    rest_path(&c, DATASTREAM_LOCATION "streams/{}", project, location, id);
    return rest_send(&c);
}

const struct datastream_stream *datastream_stream(const struct task *t)
{
    return rest_result(t, decode_stream);
}

/* --- writing --- */

static void put_freshness(struct json_out *o, int64_t seconds)
{
    char text[32];
    snprintf(text, sizeof text, "%llds", (long long)seconds);
    json_put_string(o, "dataFreshness", text);
}

static void put_empty(struct json_out *o, const char *key)
{
    json_open_object(o, key);
    json_close_object(o);
}

static void put_source(struct json_out *o, const char *project, const char *location,
                       const struct datastream_stream_order *order)
{
    json_open_object(o, "sourceConfig");
    datastream_put_name(o, "sourceConnectionProfile", project, location, "connectionProfiles",
                        order->source_profile);
    json_open_object(o, "postgresqlSourceConfig");
    json_put_string(o, "publication", order->publication);
    json_put_string(o, "replicationSlot", order->slot);
    if (order->max_backfill_tasks)
        json_put_int(o, "maxConcurrentBackfillTasks", order->max_backfill_tasks);
    datastream_selection_write(o, "includeObjects", &order->include);
    json_close_object(o);
    json_close_object(o);
}

static void put_destination(struct json_out *o, const char *project, const char *location,
                            const struct datastream_stream_order *order)
{
    char dataset[256];
    snprintf(dataset, sizeof dataset, "%s:%s", order->dataset_project, order->dataset);
    json_open_object(o, "destinationConfig");
    datastream_put_name(o, "destinationConnectionProfile", project, location, "connectionProfiles",
                        order->destination_profile);
    json_open_object(o, "bigqueryDestinationConfig");
    put_freshness(o, order->freshness_s);
    put_empty(o, order->mode == DATASTREAM_MODE_APPEND ? "appendOnly" : "merge");
    json_open_object(o, "singleTargetDataset");
    json_put_string(o, "datasetId", dataset); /* with a colon, no path: facts/gcp.md B */
    json_close_object(o);
    json_close_object(o);
    json_close_object(o);
}

/* No schema at all, or one without tables, would mean everything that is published, later things
 * too. */
static void refuse_empty(struct rest_call *c, const struct datastream_selection *s)
{
    bool empty = s->n_schemas == 0;
    for (size_t i = 0; i < s->n_schemas; i++)
        empty = empty || s->schemas[i].n_tables == 0;
    if (!empty)
        return;
    err_set(&c->refused, ERR_INPUT, "%s", c->what);
    err_resource(&c->refused, c->resource);
    err_why(&c->refused, tr("an empty selection would let everything in"));
    err_hint(&c->refused, tr("choose at least one table"));
}

struct task *datastream_stream_create(struct google *g, const char *project, const char *location,
                                      const struct datastream_stream_order *order,
                                      const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM,
               w && w->validate_only ? "Trying out the stream %s" : "Making the stream %s",
               order->id);
    about(&c, project, location, order->id);
    rest_path(&c, DATASTREAM_LOCATION "streams", project, location);
    rest_query(&c, "streamId", order->id);
    struct json_out *o = rest_body(&c);
    json_put_string(o, "displayName", order->display_name);
    rest_put_labels(o, &order->labels);
    put_source(o, project, location, order);
    put_destination(o, project, location, order);
    put_empty(o, "backfillAll");
    refuse_empty(&c, &order->include);
    datastream_write(&c, w);
    return rest_send(&c);
}

/* --- states --- */

static enum rest_ready wrong_state(const struct datastream_stream *s, const char *what,
                                   struct err *e)
{
    const struct datastream_fault *f = s->errors.n ? &s->errors.items[0] : NULL;
    err_set(e, ERR_CONFLICT, "%s %s", tr(what), s->id);
    err_reason(e, f && *f->reason ? f->reason : s->state);
    err_resource(e, s->name);
    if (f && *f->message)
        err_why(e, tr("it is %s: %s"), s->state, f->message);
    else
        err_why(e, tr("it is %s"), s->state);
    if (str_eq(s->state, "FAILED_PERMANENTLY"))
        err_hint(e, tr("it needs a recovery: see Monitor, strom status"));
    else
        err_hint(e,
                 tr("look at its errors with strom status, put them right, then start it again"));
    return REST_WRONG;
}

static enum rest_ready judge_started(const void *out, int64_t sent_at, struct err *e)
{
    const struct datastream_stream *s = out;
    (void)sent_at;
    if (str_eq(s->state, "RUNNING"))
        return REST_READY;
    if (str_eq(s->state, "STARTING") || str_eq(s->state, "MAINTENANCE"))
        return REST_NOT_YET;
    return wrong_state(s, "Starting the stream", e);
}

/* As it was, failed for good or at rest for another slot: a recovery that was lost is sent again. */
static enum rest_ready judge_recovered(const void *out, int64_t sent_at, struct err *e)
{
    const struct datastream_stream *s = out;
    enum rest_ready ready = judge_started(out, sent_at, e);
    bool as_it_was = str_eq(s->state, "FAILED_PERMANENTLY") || str_eq(s->state, "PAUSED") ||
                     str_eq(s->state, "NOT_STARTED");
    return as_it_was ? REST_UNDONE : ready;
}

static enum rest_ready judge_paused(const void *out, int64_t sent_at, struct err *e)
{
    const struct datastream_stream *s = out;
    (void)sent_at;
    if (str_eq(s->state, "PAUSED"))
        return REST_READY;
    if (str_eq(s->state, "DRAINING") || str_eq(s->state, "MAINTENANCE"))
        return REST_NOT_YET;
    return wrong_state(s, "Pausing the stream", e);
}

static struct task *set_state(struct google *g, const char *what, const char *state,
                              rest_judge *judge, const char *project, const char *location,
                              const char *id, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "PATCH", DATASTREAM, "%s %s", tr(what), id);
    about(&c, project, location, id);
    rest_path(&c, DATASTREAM_LOCATION "streams/{}", project, location, id);
    rest_query(&c, "updateMask", "state");
    json_put_string(rest_body(&c), "state", state);
    datastream_write(&c, w);
    c.judge = judge;
    c.settles = true;
    return rest_send(&c);
}

struct task *datastream_stream_start(struct google *g, const char *project, const char *location,
                                     const char *id, const struct google_write *w)
{
    return set_state(g, "Starting the stream", "RUNNING", judge_started, project, location, id, w);
}

struct task *datastream_stream_pause(struct google *g, const char *project, const char *location,
                                     const char *id, const struct google_write *w)
{
    return set_state(g, "Pausing the stream", "PAUSED", judge_paused, project, location, id, w);
}

struct task *datastream_stream_run(struct google *g, const char *project, const char *location,
                                   const char *id, bool force)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM, "Recovering the stream %s", id);
    about(&c, project, location, id);
    rest_path(&c, DATASTREAM_LOCATION "streams/{}:run", project, location, id);
    struct json_out *o = rest_body(&c);
    json_open_object(o, "cdcStrategy");
    put_empty(o, "nextAvailableStartPosition");
    json_close_object(o);
    if (force)
        json_put_bool(o, "force", true);
    c.wait = REST_LRO;
    c.judge = judge_recovered;
    c.settles = true;
    return rest_send(&c);
}

struct task *datastream_stream_delete(struct google *g, const char *project, const char *location,
                                      const char *id, const struct google_write *w)
{
    struct rest_call c;
    struct google_write plain = {.request_id = w ? w->request_id : NULL};
    rest_begin(&c, g, "DELETE", DATASTREAM, "Deleting the stream %s", id);
    rest_resource(&c, "projects/%s/locations/%s/streams/%s", project, location, id);
    rest_path(&c, DATASTREAM_LOCATION "streams/{}", project, location, id);
    datastream_write(&c, &plain);
    return rest_send(&c);
}

/* --- changes --- */

static void add_path(struct str *mask, const char *path)
{
    if (mask->bytes)
        str_addc(mask, ',');
    str_add(mask, path);
}

#define PG "sourceConfig.postgresqlSourceConfig."

static void write_mask(const struct datastream_stream_change *ch, struct str *mask)
{
    if (ch->display_name)
        add_path(mask, "displayName");
    if (ch->labels)
        add_path(mask, "labels");
    if (ch->include)
        add_path(mask, PG "includeObjects");
    if (ch->max_backfill_tasks >= 0)
        add_path(mask, PG "maxConcurrentBackfillTasks");
    if (ch->publication)
        add_path(mask, PG "publication");
    if (ch->slot)
        add_path(mask, PG "replicationSlot");
    if (ch->freshness_s >= 0)
        add_path(mask, "destinationConfig.bigqueryDestinationConfig.dataFreshness");
}

static void put_source_change(struct json_out *o, const struct datastream_stream_change *ch)
{
    if (!ch->include && ch->max_backfill_tasks < 0 && !ch->publication && !ch->slot)
        return;
    json_open_object(o, "sourceConfig");
    json_open_object(o, "postgresqlSourceConfig");
    if (ch->publication)
        json_put_string(o, "publication", ch->publication);
    if (ch->slot)
        json_put_string(o, "replicationSlot", ch->slot);
    if (ch->max_backfill_tasks >= 0)
        json_put_int(o, "maxConcurrentBackfillTasks", ch->max_backfill_tasks);
    if (ch->include)
        datastream_selection_write(o, "includeObjects", ch->include);
    json_close_object(o);
    json_close_object(o);
}

static void put_change(struct json_out *o, const struct datastream_stream_change *ch)
{
    if (ch->display_name)
        json_put_string(o, "displayName", ch->display_name);
    if (ch->labels)
        rest_put_labels(o, ch->labels);
    put_source_change(o, ch);
    if (ch->freshness_s < 0)
        return;
    json_open_object(o, "destinationConfig");
    json_open_object(o, "bigqueryDestinationConfig");
    put_freshness(o, ch->freshness_s);
    json_close_object(o);
    json_close_object(o);
}

struct task *datastream_stream_patch(struct google *g, const char *project, const char *location,
                                     const char *id, const struct datastream_stream_change *change,
                                     const struct google_write *w)
{
    struct rest_call c;
    struct str mask = {0};
    write_mask(change, &mask);
    rest_begin(&c, g, "PATCH", DATASTREAM,
               w && w->validate_only ? "Trying out a change of the stream %s"
                                     : "Changing the stream %s",
               id);
    about(&c, project, location, id);
    rest_path(&c, DATASTREAM_LOCATION "streams/{}", project, location, id);
    rest_query(&c, "updateMask", str_text(&mask));
    bool has_change = mask.bytes > 0;
    str_done(&mask);
    put_change(rest_body(&c), change);
    if (!has_change)
        datastream_refuse_no_change(&c);
    if (change->include)
        refuse_empty(&c, change->include);
    datastream_write(&c, w);
    return rest_send(&c);
}

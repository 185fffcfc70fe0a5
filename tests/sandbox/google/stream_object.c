/* datastream: the objects (tables) of a stream and their backfills. */

#include "tests/sandbox/google/datastream.h"

#include <string.h>

static struct val *find_object(const struct stream *s, const char *schema, const char *table)
{
    for
        val_each(
            object,
            s->objects) if (str_eq(val_text(object, "sourceObject.postgresqlIdentifier.schema"),
                                   schema) &&
                            str_eq(val_text(object, "sourceObject.postgresqlIdentifier.table"),
                                   table)) return object;
    return NULL;
}

static struct val *object_new(struct google *g, const struct stream *s, const char *schema,
                              const char *table)
{
    char uuid[40], name[420];
    google_fresh_uuid(g, uuid);
    snprintf(name, sizeof name, "%s/objects/%s", s->name, uuid);
    struct val *object = val_make("{'displayName':'%s.%s','sourceObject':{'postgresqlIdentifier':"
                                  "{'schema':%s,'table':%s}}}",
                                  schema, table, schema, table);
    resource_complete(object, name);
    return object;
}

static bool selected(const struct stream *s, const struct val *object)
{
    for (size_t i = 0; i < s->selection.n; i++)
        if (find_object(s, s->selection.tables[i].schema, s->selection.tables[i].table) == object)
            return true;
    return false;
}

void stream_set_objects(struct google *g, struct stream *s)
{
    for (struct val *object = s->objects->first, *next; object != NULL; object = next) {
        next = object->next;
        if (!selected(s, object))
            val_drop(s->objects, object);
    }
    for (size_t i = 0; i < s->selection.n; i++) {
        const struct replica_table *t = &s->selection.tables[i];
        if (find_object(s, t->schema, t->table) == NULL)
            val_add(s->objects, object_new(g, s, t->schema, t->table));
    }
}

static const char *backfill_name(enum replica_backfill state)
{
    static const char *const NAMES[] = {"NOT_STARTED", "PENDING", "ACTIVE",
                                        "STOPPED",     "FAILED",  "COMPLETED"};
    return NAMES[state];
}

static struct val *error_list(const char *message)
{
    return val_make("[{'reason':'POSTGRES_BACKFILL_FAILED','message':%s}]", message);
}

static struct val *job_doc(const struct replica_table_look *t)
{
    char when[40];
    struct val *job = val_make("{'state':%s,'trigger':%s}", backfill_name(t->backfill),
                               t->manual ? "MANUAL" : "AUTOMATIC");
    if (t->backfill_started > 0)
        val_put_text(job, "lastStartTime", stamp_of(t->backfill_started, when));
    if (t->backfill_ended > 0)
        val_put_text(job, "lastEndTime", stamp_of(t->backfill_ended, when));
    if (t->backfill == REPLICA_BACKFILL_FAILED && t->error[0] != '\0')
        val_put(job, "errors", error_list(t->error));
    return job;
}

static void tell_change(struct google *g, const struct stream *s, const struct val *object,
                        const struct val *before, const struct val *job)
{
    const char *state = val_text_or(job, "state", ""), *was = val_text_or(before, "state", "");
    struct str text = {0};
    if (str_eq(state, was) || (!str_eq(state, "COMPLETED") && !str_eq(state, "FAILED")))
        return;
    bool failed = str_eq(state, "FAILED");
    str_printf(&text, "Backfill of %s %s.", val_text_or(object, "displayName", ""),
               failed ? "failed" : "completed");
    stream_log(g, s, failed ? "ERROR" : "INFO", failed ? "BACKFILL_FAILED" : "BACKFILL_COMPLETED",
               str_text(&text));
    str_done(&text);
}

void stream_set_backfills(struct google *g, struct stream *s, const struct replica_look *look)
{
    for (size_t i = 0; i < look->n_tables; i++) {
        const struct replica_table_look *t = &look->tables[i];
        struct val *object = find_object(s, t->schema, t->table);
        if (object == NULL)
            val_add(s->objects, object = object_new(g, s, t->schema, t->table));
        if (t->backfill != REPLICA_BACKFILL_NONE) {
            struct val *job = job_doc(t), *before = val_member(object, "backfillJob");
            tell_change(g, s, object, before, job);
            val_put(object, "backfillJob", job);
        }
        val_put(object, "errors",
                t->error[0] != '\0' && t->backfill != REPLICA_BACKFILL_FAILED ? error_list(t->error)
                                                                              : NULL);
    }
}

/* --- calls --- */

static struct stream *asked_stream(struct call *c)
{
    char name[320];
    resource_name(c, "streams", c->param[2], name);
    struct stream *s = stream_find(c->g, name);
    if (s == NULL)
        call_refuse_missing(c, name);
    else
        stream_refresh(c->g, s);
    return s;
}

static void list(struct call *c)
{
    const struct stream *s = asked_stream(c);
    if (s != NULL)
        list_answer(c, "streamObjects", val_copy(s->objects), 50, 1000, NULL);
}

static struct val *asked_object(struct call *c, const struct stream *s)
{
    for
        val_each(object, s->objects) if (str_ends(val_text_or(object, "name", ""),
                                                  c->param[3])) return object;
    call_refuse(c, 404, NULL, "Resource '%s/objects/%s' was not found", s->name, c->param[3]);
    return NULL;
}

static void get(struct call *c)
{
    const struct stream *s = asked_stream(c);
    const struct val *object = s != NULL ? asked_object(c, s) : NULL;
    if (object != NULL)
        call_answer(c, val_copy(object));
}

static void lookup(struct call *c)
{
    const struct stream *s = asked_stream(c);
    const struct val *id = val_get(c->body, "sourceObjectIdentifier.postgresqlIdentifier");
    if (s == NULL)
        return;
    const struct val *object =
        find_object(s, val_text_or(id, "schema", ""), val_text_or(id, "table", ""));
    if (id == NULL)
        call_refuse_field(
            c, "source_object_identifier",
            "Required field 'source_object_identifier.postgresql_identifier' is missing");
    else if (object == NULL)
        call_refuse(c, 404, NULL, "No object of stream '%s' matches the identifier.", s->name);
    else
        call_answer(c, val_copy(object));
}

static bool job_can(struct call *c, const struct stream *s, const struct val *object, bool start)
{
    const char *state = val_text_or(object, "backfillJob.state", "NOT_STARTED");
    bool under_way = str_eq(state, "PENDING") || str_eq(state, "ACTIVE");
    bool works = s->replica != NULL || c->g->paper;
    if (s->phantom || !works || s->state != STREAM_RUNNING)
        call_refuse(c, 400, "FAILED_PRECONDITION",
                    "A backfill job can be changed only while its stream is running; it is %s.",
                    stream_state_name(s->state));
    else if (under_way == start)
        call_refuse(c, 400, "FAILED_PRECONDITION", "The backfill job cannot be %s in state %s.",
                    start ? "started" : "stopped", state);
    else
        return true;
    return false;
}

static void change_job(struct call *c, bool start)
{
    char why[512] = "";
    struct stream *s = asked_stream(c);
    struct val *object = s != NULL ? asked_object(c, s) : NULL;
    if (object == NULL || !job_can(c, s, object, start))
        return;
    const char *schema = val_text(object, "sourceObject.postgresqlIdentifier.schema");
    const char *table = val_text(object, "sourceObject.postgresqlIdentifier.table");
    if (val_member(c->body, "eventFilter") != NULL) {
        call_refuse_field(c, "event_filter", "An event filter is not supported for this source.");
        return;
    }
    if (c->g->paper)
        val_put_text(object, "backfillJob.state", start ? "PENDING" : "STOPPED");
    else if (!(start ? replica_start_backfill : replica_stop_backfill)(s->replica, schema, table,
                                                                       why)) {
        call_refuse(c, 400, "FAILED_PRECONDITION", "%s", why);
        return;
    }
    stream_refresh(c->g, s);
    struct val *out = val_object();
    val_put(out, "object", val_copy(object));
    call_answer(c, out);
}

static void start(struct call *c)
{
    change_job(c, true);
}

static void stop(struct call *c)
{
    change_job(c, false);
}

#define OBJECTS_PATH "v1/projects/{}/locations/{}/streams/{}/objects"
const struct route object_routes[] = {
    {"GET", OBJECTS_PATH, list, "datastream.objects.list", datastream_list_query, NULL, NULL, 0},
    {"POST", OBJECTS_PATH ":lookup", lookup, "datastream.objects.get", NULL, lookup_shape, NULL, 0},
    {"GET", OBJECTS_PATH "/{}", get, "datastream.objects.get", NULL, NULL, NULL, 0},
    {"POST", OBJECTS_PATH "/{}:startBackfillJob", start, "datastream.objects.startBackfillJob",
     NULL, start_backfill_shape, NULL, 0},
    {"POST", OBJECTS_PATH "/{}:stopBackfillJob", stop, "datastream.objects.stopBackfillJob", NULL,
     nothing_shape, NULL, 0},
    {0},
};

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/google/datastream_read.h"

/* Objects of a stream: a table each, with its backfill. */

static void read_object(struct arena *a, const struct json *j, struct datastream_object *o)
{
    const struct json *id = json_get(j, "sourceObject.postgresqlIdentifier");
    const struct json *job = json_get(j, "backfillJob");
    o->name = rest_string(a, j, "name");
    o->id = rest_last(o->name);
    o->display_name = rest_string(a, j, "displayName");
    o->schema = rest_string(a, id, "schema");
    o->table = rest_string(a, id, "table");
    o->backfill_state = rest_string(a, job, "state");
    o->backfill_trigger = rest_string(a, job, "trigger");
    o->backfill_started = rest_string(a, job, "lastStartTime");
    o->backfill_ended = rest_string(a, job, "lastEndTime");
    datastream_faults_read(a, json_get(j, "errors"), &o->errors);
    datastream_faults_read(a, json_get(job, "errors"), &o->backfill_errors);
}

/* start and stop wrap it in "object"; lookup does not */
static bool decode_object(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    const struct json *inner = json_get(answer->json, "object");
    (void)e;
    read_object(a, json_is_object(inner) ? inner : answer->json, out);
    return true;
}

static bool decode_objects(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct datastream_object_list *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "streamObjects"))
            read_object(a, j, rest_push(a, list->items, list->n));
    return true;
}

struct task *datastream_object_list(struct google *g, const char *project, const char *location,
                                    const char *stream)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", DATASTREAM, "Reading the tables of the stream %s", stream);
    rest_resource(&c, "%s", stream);
    rest_path(&c, DATASTREAM_LOCATION "streams/{}/objects", project, location, stream);
    datastream_paged(&c);
    rest_decode_with(&c, sizeof(struct datastream_object_list), decode_objects);
    return rest_send(&c);
}

const struct datastream_object_list *datastream_objects(const struct task *t)
{
    return rest_result(t, decode_objects);
}

struct task *datastream_object_lookup(struct google *g, const char *project, const char *location,
                                      const char *stream, const char *schema, const char *table)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM, "Looking for %s.%s in the stream %s", schema, table,
               stream);
    rest_resource(&c, "%s.%s", schema, table);
    rest_path(&c, DATASTREAM_LOCATION "streams/{}/objects:lookup", project, location, stream);
    c.repeat = REST_READ;
    struct json_out *o = rest_body(&c);
    json_open_object(o, "sourceObjectIdentifier");
    json_open_object(o, "postgresqlIdentifier");
    json_put_string(o, "schema", schema);
    json_put_string(o, "table", table);
    json_close_object(o);
    json_close_object(o);
    rest_decode_with(&c, sizeof(struct datastream_object), decode_object);
    return rest_send(&c);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(*words, word))
            return true;
    return false;
}

static const char *const at_work[] = {"PENDING", "ACTIVE", NULL};
static const char *const at_rest[] = {"STOPPED", "NOT_STARTED", "COMPLETED", "FAILED", "", NULL};

enum { CLOCKS_DIFFER_S = 60 };

/* After a lost answer: is it on its way, or through already? One that ended long ago is another. */
static enum rest_ready judge_begun(const void *out, int64_t sent_at, struct err *e)
{
    const struct datastream_object *o = out;
    (void)e; /* the lost answer is what is told */
    if (is_one_of(o->backfill_state, at_work) ||
        clock_parse(o->backfill_started) >= sent_at - CLOCKS_DIFFER_S)
        return REST_READY;
    return is_one_of(o->backfill_state, at_rest) ? REST_UNDONE : REST_WRONG;
}

static enum rest_ready judge_stopped(const void *out, int64_t sent_at, struct err *e)
{
    const struct datastream_object *o = out;
    (void)sent_at;
    (void)e;
    if (is_one_of(o->backfill_state, at_rest))
        return REST_READY;
    return is_one_of(o->backfill_state, at_work) ? REST_UNDONE : REST_WRONG;
}

static struct task *job(struct google *g, const char *object, const char *verb, const char *what,
                        rest_judge *judge)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", DATASTREAM, "%s", tr(what));
    rest_resource(&c, "%s", object);
    rest_path(&c, "v1/{/}:{}", object, verb);
    rest_look(&c, "v1/{/}", object);
    rest_body(&c);
    c.judge = judge;
    c.settles = true;
    c.trusts = true;
    rest_decode_with(&c, sizeof(struct datastream_object), decode_object);
    return rest_send(&c);
}

struct task *datastream_backfill_start(struct google *g, const char *object)
{
    return job(g, object, "startBackfillJob", "Starting the backfill of a table", judge_begun);
}

struct task *datastream_backfill_stop(struct google *g, const char *object)
{
    return job(g, object, "stopBackfillJob", "Stopping the backfill of a table", judge_stopped);
}

const struct datastream_object *datastream_object(const struct task *t)
{
    return rest_result(t, decode_object);
}

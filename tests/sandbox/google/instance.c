/* compute: virtual machines. */

#include "tests/sandbox/google/compute.h"

#include <string.h>

static const struct shape SET_LABELS[] = {F("labels", MAP), F("labelFingerprint", BYTES), END};
static const struct shape INSERT_QUERY[] = {F("requestId", UUID),
                                            F("sourceInstanceTemplate", STRING),
                                            F("sourceMachineImage", STRING), END};
static const struct shape SERIAL_QUERY[] = {RANGE("port", 1, 4), F("start", INT64), END};

/* It stands, or is about to. */
static bool is_stopped(const struct thing *vm)
{
    const char *status = val_text(vm->doc, "status");
    return str_eq(status, "TERMINATED") || str_eq(status, "STOPPING");
}

int64_t instance_running_ms(const struct thing *vm)
{
    return is_stopped(vm) || clock_mono_ms() < vm->ready_ms ? INT64_MAX : vm->ready_ms;
}

static struct val *as_seen(const struct thing *vm)
{
    struct val *doc = val_copy(vm->doc);
    bool coming = clock_mono_ms() < vm->ready_ms && !is_stopped(vm);
    if (coming)
        val_put_text(doc, "status",
                     clock_mono_ms() - vm->born_ms < (vm->ready_ms - vm->born_ms) / 4
                         ? "PROVISIONING"
                         : "STAGING");
    return doc;
}

static void get(struct call *c)
{
    const struct thing *t = thing_asked(c, "instance");
    if (t != NULL)
        call_answer(c, as_seen(t));
}

static void list(struct call *c)
{
    char prefix[300];
    struct val *all = val_array();
    instance_path(c->param[1], "", prefix);
    for (struct thing *t = c->g->things; t != NULL; t = t->next)
        if (str_eq(t->kind, "instance") && str_starts(t->name, prefix))
            val_add(all, as_seen(t));
    list_answer(c, "items", all, 500, 500, compute_frame("instanceList", prefix));
}

static void aggregated(struct call *c)
{
    struct val *items = val_object();
    const char *filter = call_query(c, "filter");
    for (struct thing *t = c->g->things; t != NULL; t = t->next) {
        if (!str_eq(t->kind, "instance"))
            continue;
        struct val *doc = as_seen(t), *scope;
        char key[80];
        snprintf(key, sizeof key, "zones/%.60s", compute_last(val_text(doc, "zone")));
        scope = val_member(items, key);
        if (!filter_match(filter, doc)) {
            val_free(doc);
            continue;
        }
        if (scope == NULL) {
            val_put_member(items, key, scope = val_object());
            val_put(scope, "instances", val_array());
        }
        val_add(val_member(scope, "instances"), doc);
    }
    struct val *out = compute_frame("instanceAggregatedList", HOME "/aggregated/instances");
    val_put(out, "items", items);
    call_answer(c, out);
}

static void drop(struct call *c)
{
    if (operation_again(c))
        return;
    struct thing *t = thing_asked(c, "instance");
    if (t == NULL)
        return;
    if (val_truth(t->doc, "deletionProtection")) {
        call_refuse(c, 400, NULL,
                    "Invalid resource usage: 'Resource cannot be deleted if it's protected against "
                    "deletion. %s'.",
                    t->name);
        return;
    }
    val_put_text(t->doc, "status", "TERMINATED");
    thing_delete(c, t, 25);
}

static void up(struct call *c, const char *verb, double seconds)
{
    if (operation_again(c))
        return;
    struct thing *t = thing_asked(c, "instance");
    if (t == NULL)
        return;
    bool stopped = str_eq(val_text(t->doc, "status"), "TERMINATED"),
         stopping = str_eq(val_text(t->doc, "status"), "STOPPING");
    if (stopping || stopped == str_eq(verb, "reset")) {
        call_refuse(c, 400, NULL, "Instance is %s.",
                    stopping  ? "stopping"
                    : stopped ? "not running"
                              : "already running");
        call_refuse_reason(c, "resourceNotReady");
        return;
    }
    val_put_text(t->doc, "status", "RUNNING");
    t->born_ms = clock_mono_ms();
    t->ready_ms = google_later(c->g, seconds);
    operation_start(c, verb, t->name, seconds, NULL, NULL);
}

static void reset(struct call *c)
{
    up(c, "reset", 2);
}

static void start(struct call *c)
{
    up(c, "start", 20);
}

static void stopped(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, "instance", op->target);
    if (t != NULL)
        val_put_text(t->doc, "status", "TERMINATED");
}

static void stop(struct call *c)
{
    if (operation_again(c))
        return;
    struct thing *t = thing_asked(c, "instance");
    if (t == NULL)
        return;
    val_put_text(t->doc, "status", "STOPPING");
    operation_start(c, "stop", t->name, 20, stopped, NULL);
}

static void set_labels(struct call *c)
{
    struct thing *t = thing_asked(c, "instance");
    if (t == NULL)
        return;
    if (!str_eq(val_text(c->body, "labelFingerprint"), val_text(t->doc, "labelFingerprint"))) {
        call_refuse(c, 412, NULL,
                    "Labels fingerprint either invalid or resource labels have changed");
        return;
    }
    val_put(t->doc, "labels", val_copy(val_member(c->body, "labels")));
    operation_start(c, "setLabels", t->name, 3, NULL, NULL);
}

static void set_metadata(struct call *c)
{
    struct thing *t = thing_asked(c, "instance");
    if (t == NULL)
        return;
    if (!str_eq(val_text(c->body, "fingerprint"), val_text(t->doc, "metadata.fingerprint"))) {
        call_refuse(c, 412, NULL,
                    "Supplied fingerprint does not match current metadata fingerprint.");
        return;
    }
    val_put(t->doc, "metadata.items", val_copy(val_member(c->body, "items")));
    operation_start(c, "setMetadata", t->name, 3, NULL, NULL);
}

static void serial(struct call *c)
{
    const struct thing *t = thing_asked(c, "instance");
    long long from = 0;
    if (t == NULL)
        return;
    str_int64(call_query(c, "start") != NULL ? call_query(c, "start") : "0", 0, INT64_MAX, &from);
    struct str text = {0};
    proxy_serial(c->g, t, &text);
    size_t at = (size_t)from > text.bytes ? text.bytes : (size_t)from;
    struct val *out = val_make("{'kind':'compute#serialPortOutput','contents':%s,'start':'%lld',"
                               "'next':'%lld','selfLink':'" COMPUTE_URL "%s/serialPort'}",
                               str_text(&text) + at, (long long)at, (long long)text.bytes, t->name);
    str_done(&text);
    call_answer(c, out);
}

void google_set_exhausted(struct google *g, const char *zone)
{
    pthread_mutex_lock(&g->lock);
    str_copy(g->exhausted, sizeof g->exhausted, zone != NULL ? zone : "");
    pthread_mutex_unlock(&g->lock);
}

#define INSTANCES "compute/v1/projects/{}/zones/{}/instances"
const struct route compute_instance_routes[] = {
    {"GET", "compute/v1/projects/{}/aggregated/instances", aggregated, "compute.instances.list",
     compute_list_query, NULL, NULL, 0},
    {"POST", INSTANCES, instance_insert, "compute.instances.create", INSERT_QUERY, instance_shape,
     "", 0},
    {"GET", INSTANCES, list, "compute.instances.list", compute_list_query, NULL, NULL, 0},
    {"GET", INSTANCES "/{}", get, "compute.instances.get", NULL, NULL, NULL, 0},
    {"DELETE", INSTANCES "/{}", drop, "compute.instances.delete", compute_change_query, NULL, NULL,
     0},
    {"POST", INSTANCES "/{}/reset", reset, "compute.instances.reset", compute_insert_query, NULL,
     NULL, 0},
    {"POST", INSTANCES "/{}/start", start, "compute.instances.start", compute_insert_query, NULL,
     NULL, 0},
    {"POST", INSTANCES "/{}/stop", stop, "compute.instances.stop", compute_change_query, NULL, NULL,
     0},
    {"POST", INSTANCES "/{}/setLabels", set_labels, "compute.instances.setLabels",
     compute_insert_query, SET_LABELS, "", 0},
    {"POST", INSTANCES "/{}/setMetadata", set_metadata, "compute.instances.setMetadata",
     compute_insert_query, instance_metadata_shape, "", 0},
    {"GET", INSTANCES "/{}/serialPort", serial, "compute.instances.getSerialPortOutput",
     SERIAL_QUERY, NULL, NULL, 0},
    {0},
};

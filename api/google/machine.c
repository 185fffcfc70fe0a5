#include "api/google/machine.h"

#include "api/base/tr.h"
#include "api/google/compute_call.h"

#include <stdio.h>

#define MACHINE COMPUTE_PROJECT "zones/{}/instances/{}"

/* --- zones, images --- */

static bool decode_zones(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_zones *list = out;
    (void)e;
    for
        json_each(z, json_get(answer->json, "items")) * rest_push(a, list->items, list->n) =
            (struct compute_zone){rest_string(a, z, "name"), rest_string(a, z, "status")};
    return true;
}

struct task *compute_zone_list(struct google *g, const char *project, const char *region)
{
    struct rest_call c;
    char filter[128];
    snprintf(filter, sizeof filter, "region eq .*/%s", region);
    rest_begin(&c, g, "GET", COMPUTE, "Reading the zones of %s", region);
    rest_resource(&c, "%s", region);
    rest_path(&c, COMPUTE_PROJECT "zones", project);
    rest_query(&c, "filter", filter);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct compute_zones), decode_zones);
    return rest_send(&c);
}

const struct compute_zones *compute_zones(const struct task *t)
{
    return rest_result(t, decode_zones);
}

static bool decode_image(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_image *i = out;
    (void)e;
    i->name = rest_string(a, answer->json, "name");
    i->link = rest_string(a, answer->json, "selfLink");
    i->family = rest_string(a, answer->json, "family");
    i->status = rest_string(a, answer->json, "status");
    return true;
}

struct task *compute_image_from_family(struct google *g, const char *image_project,
                                       const char *family)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Looking for the newest image of %s", family);
    rest_resource(&c, "%s/%s", image_project, family);
    rest_path(&c, COMPUTE_PROJECT "global/images/family/{}", image_project, family);
    rest_decode_with(&c, sizeof(struct compute_image), decode_image);
    return rest_send(&c);
}

const struct compute_image *compute_image(const struct task *t)
{
    return rest_result(t, decode_image);
}

/* --- machines, read --- */

static void read_machine(struct arena *a, const struct json *j, struct compute_machine *m)
{
    const struct json *nic = json_first(json_get(j, "networkInterfaces"));
    m->name = rest_string(a, j, "name");
    m->zone = rest_last(rest_string(a, j, "zone"));
    m->status = rest_string(a, j, "status");
    m->machine_type = rest_last(rest_string(a, j, "machineType"));
    m->internal_ip = rest_string(a, nic, "networkIP");
    m->external_ip = rest_string(a, json_first(json_get(nic, "accessConfigs")), "natIP");
    m->network = rest_last(rest_string(a, nic, "network"));
    m->subnetwork = rest_last(rest_string(a, nic, "subnetwork"));
    m->service_account = rest_string(a, json_first(json_get(j, "serviceAccounts")), "email");
    rest_labels(a, json_get(j, "labels"), &m->labels);
    for
        json_each(item, json_get(j, "metadata.items")) * rest_push(a, m->metadata, m->n_metadata) =
            (struct compute_item){rest_string(a, item, "key"), rest_string(a, item, "value")};
}

static bool decode_machine(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    read_machine(a, answer->json, out);
    return true;
}

static bool decode_machines(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_machines *list = out;
    (void)e;
    for json_each (scope, json_get(answer->json, "items"))
        for json_each (j, json_get(scope, "instances"))
            read_machine(a, j, rest_push(a, list->items, list->n));
    return true;
}

struct task *compute_machine_get(struct google *g, const char *project, const char *zone,
                                 const char *name)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Reading the machine %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, MACHINE, project, zone, name);
    rest_decode_with(&c, sizeof(struct compute_machine), decode_machine);
    return rest_send(&c);
}

struct task *compute_machine_find(struct google *g, const char *project, const char *name)
{
    struct rest_call c;
    char filter[160];
    snprintf(filter, sizeof filter, "name = \"%s\"", name ? name : "");
    rest_begin(&c, g, "GET", COMPUTE,
               name ? "Looking for the machine %s" : "Reading the machines in %s",
               name ? name : project);
    rest_resource(&c, "%s", name ? name : project);
    rest_path(&c, COMPUTE_PROJECT "aggregated/instances", project);
    if (name)
        rest_query(&c, "filter", filter);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct compute_machines), decode_machines);
    return rest_send(&c);
}

const struct compute_machine *compute_machine(const struct task *t)
{
    return rest_result(t, decode_machine);
}

const struct compute_machines *compute_machines(const struct task *t)
{
    return rest_result(t, decode_machines);
}

const char *compute_metadata(const struct compute_machine *m, const char *key)
{
    for (size_t i = 0; i < m->n_metadata; i++)
        if (str_eq(m->metadata[i].key, key))
            return m->metadata[i].value;
    return NULL;
}

/* --- machines, written --- */

static void put_disk(struct json_out *o, const struct compute_machine_order *order)
{
    json_open_array(o, "disks");
    json_open_object(o, NULL);
    json_put_bool(o, "boot", true);
    json_put_bool(o, "autoDelete", true);
    json_open_object(o, "initializeParams");
    json_put_string(o, "sourceImage", order->image);
    if (order->disk_gb) {
        char gb[16];
        snprintf(gb, sizeof gb, "%d", order->disk_gb);
        json_put_string(o, "diskSizeGb", gb);
    }
    json_close_object(o);
    json_close_object(o);
    json_close_array(o);
}

static void put_nic(struct json_out *o, const char *project,
                    const struct compute_machine_order *order)
{
    json_open_array(o, "networkInterfaces");
    json_open_object(o, NULL);
    compute_put_subnetwork(o, project, order->region, order->subnetwork);
    if (!str_is_empty(order->internal_ip))
        json_put_string(o, "networkIP", order->internal_ip);
    if (order->external_ip) {
        json_open_array(o, "accessConfigs");
        json_open_object(o, NULL);
        json_put_string(o, "name", "External NAT");
        json_put_string(o, "type", "ONE_TO_ONE_NAT");
        json_close_object(o);
        json_close_array(o);
    }
    json_close_object(o);
    json_close_array(o);
}

static void put_account_and_metadata(struct json_out *o, const struct compute_machine_order *order)
{
    json_open_array(o, "serviceAccounts");
    json_open_object(o, NULL);
    json_put_string(o, "email", order->service_account);
    json_open_array(o, "scopes");
    json_put_string(o, NULL, "https://www.googleapis.com/auth/cloud-platform");
    json_close_array(o);
    json_close_object(o);
    json_close_array(o);
    json_open_object(o, "metadata");
    json_open_array(o, "items");
    json_open_object(o, NULL);
    json_put_string(o, "key", "user-data");
    json_put_string(o, "value", order->user_data);
    json_close_object(o);
    json_close_array(o);
    json_close_object(o);
}

static enum rest_ready judge_machine(const void *out, int64_t sent_at, struct err *e)
{
    const struct compute_machine *m = out;
    (void)sent_at;
    if (str_eq(m->status, "RUNNING"))
        return REST_READY;
    if (str_eq(m->status, "PROVISIONING") || str_eq(m->status, "STAGING") ||
        str_eq(m->status, "PENDING") || str_eq(m->status, "REPAIRING"))
        return REST_NOT_YET;
    err_set(e, ERR_CONFLICT, tr("Waiting for the machine %s to run"), m->name);
    err_reason(e, m->status);
    err_why(e, tr("its state is %s"), m->status);
    err_hint(e, tr("look at its serial port and its quota, then start it or delete it"));
    return REST_WRONG;
}

/* A machine shows the disk that it has, not the image that it came from. */
static const char *const made_from[] = {"disks", NULL};

struct task *compute_machine_insert(struct google *g, const char *project,
                                    const struct compute_machine_order *order,
                                    const struct google_write *w)
{
    struct rest_call c;
    char type[160];
    snprintf(type, sizeof type, "zones/%s/machineTypes/%s", order->zone, order->machine_type);
    rest_begin(&c, g, "POST", COMPUTE, "Making the machine %s in %s", order->name, order->zone);
    rest_resource(&c, "%s", order->name);
    rest_path(&c, COMPUTE_PROJECT "zones/{}/instances", project, order->zone);
    rest_look(&c, MACHINE, project, order->zone, order->name);
    struct json_out *o = rest_body(&c);
    json_put_string(o, "name", order->name);
    if (!str_is_empty(order->description))
        json_put_string(o, "description", order->description);
    json_put_string(o, "machineType", type);
    rest_put_labels(o, &order->labels);
    put_disk(o, order);
    put_nic(o, project, order);
    put_account_and_metadata(o, order);
    rest_decode_with(&c, sizeof(struct compute_machine), decode_machine);
    c.judge = judge_machine;
    c.unseen = made_from;
    compute_write(&c, w);
    return rest_send(&c);
}

struct task *compute_machine_delete(struct google *g, const char *project, const char *zone,
                                    const char *name, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "DELETE", COMPUTE, "Deleting the machine %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, MACHINE, project, zone, name);
    compute_write(&c, w);
    return rest_send(&c);
}

static struct task *act(struct google *g, const char *verb, const char *what, const char *project,
                        const char *zone, const char *name, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", COMPUTE, "%s %s", tr(what), name);
    rest_resource(&c, "%s", name);
    rest_path(&c, MACHINE "/{}", project, zone, name, verb);
    rest_look(&c, MACHINE, project, zone, name);
    rest_decode_with(&c, sizeof(struct compute_machine), decode_machine);
    c.judge = judge_machine;
    c.settles =
        str_eq(verb, "start"); /* one that runs already, or is about to, is what was wanted */
    compute_write(&c, w);
    return rest_send(&c);
}

struct task *compute_machine_start(struct google *g, const char *project, const char *zone,
                                   const char *name, const struct google_write *w)
{
    return act(g, "start", "Starting the machine", project, zone, name, w);
}

struct task *compute_machine_reset(struct google *g, const char *project, const char *zone,
                                   const char *name, const struct google_write *w)
{
    return act(g, "reset", "Resetting the machine", project, zone, name, w);
}

/* --- serial port --- */

static bool decode_serial(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_serial *s = out;
    (void)e;
    s->text = rest_string(a, answer->json, "contents");
    s->next = json_int64(answer->json, "next", 0);
    return true;
}

struct task *compute_serial_port(struct google *g, const char *project, const char *zone,
                                 const char *name, int64_t start)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Reading the serial port of %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, MACHINE "/serialPort", project, zone, name);
    rest_query_int(&c, "port", 1);
    rest_query_int(&c, "start", start);
    rest_decode_with(&c, sizeof(struct compute_serial), decode_serial);
    return rest_send(&c);
}

const struct compute_serial *compute_serial(const struct task *t)
{
    return rest_result(t, decode_serial);
}

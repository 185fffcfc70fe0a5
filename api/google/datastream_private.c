#include "api/google/datastream_profiles.h"

#include "api/base/tr.h"
#include "api/google/datastream_read.h"

#define PRIVATES DATASTREAM_LOCATION "privateConnections"

enum { PRIVATE_LIMIT_S = 1800 }; /* facts/gcp.md B: others wait 30 minutes */

static void read_private(struct arena *a, const struct json *j, struct datastream_private *p)
{
    p->name = rest_string(a, j, "name");
    p->id = rest_last(p->name);
    p->display_name = rest_string(a, j, "displayName");
    p->state = rest_string(a, j, "state");
    p->create_time = rest_string(a, j, "createTime");
    p->vpc = rest_string(a, j, "vpcPeeringConfig.vpc");
    p->subnet = rest_string(a, j, "vpcPeeringConfig.subnet");
    p->network_attachment = rest_string(a, j, "pscInterfaceConfig.networkAttachment");
    rest_labels(a, json_get(j, "labels"), &p->labels);
    datastream_fault_read(a, json_get(j, "error"), &p->error);
}

static bool decode_private(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    read_private(a, answer->json, out);
    return true;
}

static bool decode_privates(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct datastream_privates *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "privateConnections"))
            read_private(a, j, rest_push(a, list->items, list->n));
    list->n_unreachable += json_count(json_get(answer->json, "unreachable"));
    return true;
}

struct task *datastream_private_list(struct google *g, const char *project, const char *location)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", DATASTREAM, "Reading the private connections in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, PRIVATES, project, location);
    datastream_paged(&c);
    rest_decode_with(&c, sizeof(struct datastream_privates), decode_privates);
    return rest_send(&c);
}

const struct datastream_privates *datastream_privates(const struct task *t)
{
    return rest_result(t, decode_privates);
}

struct task *datastream_private_get(struct google *g, const char *project, const char *location,
                                    const char *id)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", DATASTREAM, "Reading the private connection %s", id);
    rest_resource(&c, "projects/%s/locations/%s/privateConnections/%s", project, location, id);
    rest_path(&c, PRIVATES "/{}", project, location, id);
    rest_decode_with(&c, sizeof(struct datastream_private), decode_private);
    return rest_send(&c);
}

const struct datastream_private *datastream_private(const struct task *t)
{
    return rest_result(t, decode_private);
}

/* Its operation may end well while the thing is FAILED: facts/gcp.md B. */
static enum rest_ready judge_private(const void *out, int64_t sent_at, struct err *e)
{
    const struct datastream_private *p = out;
    (void)sent_at;
    if (str_eq(p->state, "CREATED"))
        return REST_READY;
    if (str_eq(p->state, "CREATING"))
        return REST_NOT_YET;
    err_set(e, ERR_CONFLICT, tr("Making the private connection %s"), p->id);
    err_reason(e, *p->error.reason ? p->error.reason : p->state);
    err_resource(e, p->name);
    if (*p->error.message)
        err_why(e, tr("it is %s: %s"), p->state, p->error.message);
    else
        err_why(e, tr("it is %s"), *p->state ? p->state : tr("in no known state"));
    err_hint(e, tr("it cannot be changed: delete it, put the cause right, make it again"));
    return REST_WRONG;
}

struct task *datastream_private_create(struct google *g, const char *project, const char *location,
                                       const char *id, const char *network, const char *subnet,
                                       const struct google_labels *labels,
                                       const struct google_write *w)
{
    struct rest_call c;
    struct str vpc = {0};
    str_printf(&vpc, "projects/%s/global/networks/%s", project, network);
    rest_begin(&c, g, "POST", DATASTREAM, "Making the private connection %s", id);
    rest_resource(&c, "projects/%s/locations/%s/privateConnections/%s", project, location, id);
    rest_path(&c, PRIVATES, project, location);
    rest_look(&c, PRIVATES "/{}", project, location, id);
    rest_query(&c, "privateConnectionId", id);
    struct json_out *o = rest_body(&c);
    json_put_string(o, "displayName", id);
    rest_put_labels(o, labels);
    json_open_object(o, "vpcPeeringConfig");
    json_put_string(o, "vpc", str_text(&vpc));
    json_put_string(o, "subnet", subnet);
    json_close_object(o);
    str_done(&vpc);
    rest_decode_with(&c, sizeof(struct datastream_private), decode_private);
    datastream_write(&c, w);
    c.judge = judge_private;
    c.limit_s = PRIVATE_LIMIT_S;
    return rest_send(&c);
}

struct task *datastream_private_delete(struct google *g, const char *project, const char *location,
                                       const char *id, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "DELETE", DATASTREAM, "Deleting the private connection %s", id);
    rest_resource(&c, "projects/%s/locations/%s/privateConnections/%s", project, location, id);
    rest_path(&c, PRIVATES "/{}", project, location, id);
    datastream_write(&c, w);
    c.limit_s = PRIVATE_LIMIT_S;
    return rest_send(&c);
}

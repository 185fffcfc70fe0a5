/* datastream: what its resources share, locations and operations. */

#include "tests/sandbox/google/datastream.h"
#include "tests/sandbox/google/services.h"

#include <ctype.h>
#include <string.h>

void resource_name(const struct call *c, const char *kind, const char *id, char out[320])
{
    snprintf(out, 320, "projects/" SANDBOX_PROJECT "/locations/%.60s/%s/%.80s", c->param[1], kind,
             id);
}

void resource_resolve(const char *given, char out[320])
{
    const char *number = "projects/" SANDBOX_PROJECT_NUMBER "/";
    if (str_starts(given, number))
        snprintf(out, 320, "projects/" SANDBOX_PROJECT "/%.250s", given + strlen(number));
    else
        snprintf(out, 320, "%.300s", given);
}

bool resource_id_fits(struct call *c, const char *parameter, const char *id)
{
    size_t n = strlen(id);
    bool fine = n > 0 && n <= 60 && islower((unsigned char)id[0]) && id[n - 1] != '-';
    for (size_t i = 0; fine && i < n; i++)
        fine = islower((unsigned char)id[i]) || isdigit((unsigned char)id[i]) || id[i] == '-';
    if (!fine)
        call_refuse_field(
            c, parameter,
            "Invalid resource ID \"%.80s\". It must be 1 to 60 characters long, begin with "
            "a letter, and hold lower case letters, digits and dashes only.",
            id);
    return fine;
}

void resource_touch(struct val *doc)
{
    char now[40];
    val_put_text(doc, "updateTime", stamp_now(now));
}

void resource_complete(struct val *doc, const char *name)
{
    char now[40];
    val_put_text(doc, "name", name);
    val_put_text(doc, "createTime", stamp_now(now));
    val_put_text(doc, "updateTime", now);
}

void resource_type(struct val *doc, const char *message)
{
    struct str type = {0};
    str_printf(&type, "type.googleapis.com/google.cloud.datastream.v1.%s", message);
    val_put_member(doc, "@type", val_text_new(str_text(&type)));
    str_done(&type);
}

bool resource_location_fits(struct call *c)
{
    static const char *const ELSEWHERE[] = {"europe-west1", "europe-west4", "europe-north1",
                                            "us-central1"};
    for (size_t i = 0; i < sizeof ELSEWHERE / sizeof ELSEWHERE[0]; i++)
        if (str_eq(c->param[1], ELSEWHERE[i]))
            return true;
    call_refuse(c, 403, NULL, "Permission denied on 'locations/%.60s' (or it may not exist).",
                c->param[1]);
    return false;
}

void mask_apply(struct val *doc, const struct val *body, const char *mask)
{
    char path[256];
    while (*mask != '\0') {
        size_t n = strcspn(mask, ",");
        snprintf(path, sizeof path, "%.*s", (int)(n < 255 ? n : 255), mask);
        val_put(doc, path, val_copy(val_get(body, path)));
        mask += n + (mask[n] == ',');
    }
}

struct val *validation_line(const char *code, const char *description, const char *state,
                            const char *message_code, const char *message)
{
    struct val *v = val_make("{'description':%s,'state':%s,'code':%s}", description, state, code);
    if (!str_is_empty(message))
        val_put(v, "message",
                val_make("[{'code':%s,'level':%s,'message':%s}]", message_code,
                         str_eq(state, "WARNING") ? "WARNING" : "ERROR", message));
    return v;
}

/* --- locations and operations --- */

static struct val *location_doc(const char *region)
{
    return val_make("{'name':'projects/" SANDBOX_PROJECT "/locations/%s','locationId':%s,"
                    "'labels':{'cloud.googleapis.com/region':%s}}",
                    region, region, region);
}

static void locations(struct call *c)
{
    struct val *all = val_array();
    val_add(all, location_doc("europe-north1"));
    val_add(all, location_doc("europe-west1"));
    val_add(all, location_doc("europe-west4"));
    val_add(all, location_doc("us-central1"));
    list_answer(c, "locations", all, 50, 1000, NULL);
}

static void location(struct call *c)
{
    if (resource_location_fits(c))
        call_answer(c, location_doc(c->param[1]));
}

static void static_ips(struct call *c)
{
    if (resource_location_fits(c))
        list_answer(c, "staticIps",
                    val_make("['34.88.10.113','34.88.56.14','34.88.133.73','35.228.42.201',"
                             "'35.228.190.6']"),
                    50, 1000, NULL);
}

static void operation(struct call *c)
{
    char name[320];
    resource_name(c, "operations", c->param[2], name);
    const struct operation *op = operation_find(c->g, name);
    if (op != NULL)
        call_answer(c, operation_doc(op));
    else
        call_refuse_missing(c, name);
}

static void operations(struct call *c)
{
    char prefix[320];
    struct val *all = val_array();
    resource_name(c, "operations", "", prefix);
    for (struct operation *op = c->g->operations; op != NULL; op = op->next)
        if (str_starts(op->name, prefix))
            val_add(all, operation_doc(op));
    list_answer(c, "operations", all, 50, 1000, NULL);
}

/* Cancelling is asked for, and as often at Google the operation goes on to its end. */
static void cancel(struct call *c)
{
    char name[320];
    resource_name(c, "operations", c->param[2], name);
    struct operation *op = operation_find(c->g, name);
    if (op == NULL) {
        call_refuse_missing(c, name);
        return;
    }
    if (!op->done)
        val_put_bool(op->metadata, "requestedCancellation", true);
    call_answer(c, val_object());
}

#define L "v1/projects/{}/locations/{}"
const struct route location_routes[] = {
    {"GET", "v1/projects/{}/locations", locations, "datastream.locations.list",
     datastream_list_query, NULL, NULL, 0},
    {"GET", L, location, "datastream.locations.get", NULL, NULL, NULL, 0},
    {"GET", L ":fetchStaticIps", static_ips, "datastream.locations.fetchStaticIps",
     datastream_list_query, NULL, NULL, 0},
    {"GET", L "/operations", operations, "datastream.operations.list", datastream_list_query, NULL,
     NULL, 0},
    {"GET", L "/operations/{}", operation, "datastream.operations.get", NULL, NULL, NULL, 0},
    {"POST", L "/operations/{}:cancel", cancel, "datastream.operations.cancel", NULL, nothing_shape,
     NULL, 0},
    {0},
};

static const struct route *const PARTS[] = {
    location_routes, private_connection_routes, profile_routes, stream_routes, object_routes, NULL};

const struct service datastream_service = {.host = "datastream.googleapis.com",
                                           .title = "Datastream API",
                                           .api = "datastream.googleapis.com",
                                           .family = FAMILY_ONEP,
                                           .parts = PARTS};

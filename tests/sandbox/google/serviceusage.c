/* serviceusage: which APIs are on. Turning one on takes a while, and a while more until calls pass.
 */

#include "tests/sandbox/google/services.h"

#include "api/base/arena.h"

#include <string.h>

static const struct {
    const char *name, *title;
    bool base; /* on in every project of the platform */
} APIS[] = {
    {"bigquery.googleapis.com", "BigQuery API", true},
    {"bigquerystorage.googleapis.com", "BigQuery Storage API", true},
    {"cloudapis.googleapis.com", "Google Cloud APIs", true},
    {"cloudresourcemanager.googleapis.com", "Cloud Resource Manager API", true},
    {"compute.googleapis.com", "Compute Engine API", false},
    {"datastream.googleapis.com", "Datastream API", false},
    {"iam.googleapis.com", "Identity and Access Management (IAM) API", true},
    {"iamcredentials.googleapis.com", "IAM Service Account Credentials API", true},
    {"logging.googleapis.com", "Cloud Logging API", true},
    {"monitoring.googleapis.com", "Cloud Monitoring API", true},
    {"secretmanager.googleapis.com", "Secret Manager API", true},
    {"servicenetworking.googleapis.com", "Service Networking API", false},
    {"serviceusage.googleapis.com", "Service Usage API", true},
    {"sqladmin.googleapis.com", "Cloud SQL Admin API", true},
    {"storage.googleapis.com", "Cloud Storage API", true},
    {"pubsub.googleapis.com", "Cloud Pub/Sub API", false},
    {"bigqueryconnection.googleapis.com", "BigQuery Connection API", false},
    {"bigquerydatatransfer.googleapis.com", "BigQuery Data Transfer API", false},
};
enum {
    N_APIS = sizeof APIS / sizeof APIS[0],
    MOST_AT_ONCE = 20,
    ENABLE_SECONDS = 40,
    SPREAD_SECONDS = 30 /* until calls are let through */
};

static struct service_state *state_of(struct google *g, const char *name)
{
    for (struct service_state *s = g->services; s != NULL; s = s->next)
        if (str_eq(s->name, name))
            return s;
    return NULL;
}

bool services_ready(struct google *g, const char *api)
{
    const struct service_state *s = state_of(g, api);
    return s != NULL && clock_mono_ms() >= s->from_ms;
}

void services_init(struct google *g, bool disabled)
{
    for (size_t i = N_APIS; i-- > 0;) {
        struct service_state *s = mem_alloc(sizeof *s);
        bool asked = str_eq(APIS[i].name, "compute.googleapis.com") ||
                     str_eq(APIS[i].name, "datastream.googleapis.com") ||
                     str_eq(APIS[i].name, "servicenetworking.googleapis.com");
        str_copy(s->name, sizeof s->name, APIS[i].name);
        s->listed = APIS[i].base || (asked && !disabled);
        s->from_ms = s->listed ? 0 : INT64_MAX;
        s->next = g->services;
        g->services = s;
    }
}

void google_set_api(struct google *g, const char *service, bool enabled)
{
    pthread_mutex_lock(&g->lock);
    struct service_state *s = state_of(g, service);
    if (s != NULL) {
        s->listed = enabled;
        s->from_ms = enabled ? 0 : INT64_MAX;
    }
    pthread_mutex_unlock(&g->lock);
}

static const char *title_of(const char *name)
{
    for (size_t i = 0; i < N_APIS; i++)
        if (str_eq(APIS[i].name, name))
            return APIS[i].title;
    return "";
}

static struct val *doc(const struct service_state *s)
{
    return val_make("{'name':'projects/%s/services/%s','config':{'name':%s,'title':%s},"
                    "'state':%s,'parent':'projects/%s'}",
                    SANDBOX_PROJECT_NUMBER, s->name, s->name, title_of(s->name),
                    s->listed ? "ENABLED" : "DISABLED", SANDBOX_PROJECT_NUMBER);
}

static void list(struct call *c)
{
    const char *filter = call_query(c, "filter");
    if (filter != NULL && !str_eq(filter, "state:ENABLED") && !str_eq(filter, "state:DISABLED")) {
        call_refuse_field(c, "filter",
                          "Invalid filter: %.100s. The allowed filter strings are "
                          "'state:ENABLED' and 'state:DISABLED'.",
                          filter);
        return;
    }
    struct val *all = val_array();
    for (struct service_state *s = c->g->services; s != NULL; s = s->next)
        if (filter == NULL || s->listed == str_eq(filter, "state:ENABLED"))
            val_add(all, doc(s));
    val_put_member(c->query, "filter", NULL);
    list_answer(c, "services", all, 50, 200, NULL);
}

static struct service_state *asked_for(struct call *c, const char *name)
{
    struct service_state *s = state_of(c->g, name);
    if (s == NULL) {
        call_refuse(c, 404, NULL, "Not found or permission denied for service(s): %.200s.", name);
        call_refuse_info(c, "SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED",
                         "serviceusage.googleapis.com", val_make("{'services':%s}", name));
    }
    return s;
}

static void get(struct call *c)
{
    const struct service_state *s = asked_for(c, c->param[1]);
    if (s != NULL)
        call_answer(c, doc(s));
}

static void batch_get(struct call *c)
{
    struct val *found = val_array();
    for
        val_each(name, val_member(c->query, "names"))
        {
            const char *last = strrchr(name->text, '/');
            const struct service_state *s = asked_for(c, last != NULL ? last + 1 : name->text);
            if (s == NULL) {
                val_free(found);
                return;
            }
            val_add(found, doc(s));
        }
    struct val *out = val_object();
    val_put(out, "services", found);
    call_answer(c, out);
}

/* --- turning on --- */

static void enabled(struct google *g, struct operation *op)
{
    struct val *services = val_array();
    for
        val_each(name, val_member(op->input, "serviceIds"))
        {
            struct service_state *s = state_of(g, name->text);
            if (s == NULL) /* was refused when it was asked for */
                continue;
            s->listed = true;
            if (s->from_ms == INT64_MAX)
                s->from_ms = google_later(g, SPREAD_SECONDS);
            val_add(services, doc(s));
        }
    op->response = val_object();
    bool batch = val_truth(op->input, "batch");
    val_put_member(op->response, "@type",
                   val_text_new(batch ? "type.googleapis.com/google.api.serviceusage.v1."
                                        "BatchEnableServicesResponse"
                                      : "type.googleapis.com/google.api.serviceusage.v1."
                                        "EnableServiceResponse"));
    if (batch) {
        val_put(op->response, "services", services);
        return;
    }
    val_put(op->response, "service", val_copy(services->first));
    val_free(services);
}

static void enable_these(struct call *c, struct val *ids, bool batch)
{
    bool all = true;
    for
        val_each(name, ids)
        {
            const struct service_state *s = asked_for(c, name->text);
            if (s == NULL) {
                val_free(ids);
                return;
            }
            all = all && s->listed;
        }
    struct val *input = val_object();
    val_put(input, "serviceIds", ids);
    val_put_bool(input, "batch", batch);
    if (!all) {
        struct operation *op =
            operation_start(c, "enable", "projects/x/services", ENABLE_SECONDS, enabled, input);
        struct val *names = val_array();
        for
            val_each(name, ids)
            {
                struct str full = {0};
                str_printf(&full, "services/%s", name->text);
                val_add_text(names, str_text(&full));
                str_done(&full);
            }
        val_put(op->metadata, "resourceNames", names);
        call_answer(c, operation_doc(op));
        return;
    }
    struct operation nothing = {.input = input}; /* on already: answered at once */
    enabled(c->g, &nothing);
    struct val *out = val_make("{'name':'operations/noop.DONE_OPERATION','done':true}");
    val_put(out, "response", nothing.response);
    call_answer(c, out);
    val_free(input);
}

static void batch_enable(struct call *c)
{
    const struct val *ids = val_member(c->body, "serviceIds");
    if (val_is_empty(ids) || val_count(ids) > MOST_AT_ONCE)
        call_refuse_field(c, "service_ids", "Between 1 and %d services can be enabled at once.",
                          (int)MOST_AT_ONCE);
    else
        enable_these(c, val_copy(ids), true);
}

static void enable(struct call *c)
{
    struct val *ids = val_array();
    val_add_text(ids, c->param[1]);
    enable_these(c, ids, false);
}

static void disable(struct call *c)
{
    struct service_state *s = asked_for(c, c->param[1]);
    if (s == NULL)
        return;
    s->listed = false;
    s->from_ms = INT64_MAX;
    struct val *out = val_make("{'name':'operations/noop.DONE_OPERATION','done':true}");
    val_put(out, "response.service", doc(s));
    call_answer(c, out);
}

static void get_operation(struct call *c)
{
    char name[300];
    snprintf(name, sizeof name, "operations/%.200s", c->param[0]);
    const struct operation *op = operation_find(c->g, name);
    if (op != NULL)
        call_answer(c, operation_doc(op));
    else if (str_eq(c->param[0], "noop.DONE_OPERATION"))
        call_answer(
            c, val_make("{'name':'operations/noop.DONE_OPERATION','done':true,'response':{}}"));
    else
        call_refuse_missing(c, name);
}

static const struct shape NOTHING[] = {END};
static const struct shape BATCH[] = {LISTED("serviceIds", STRING), END};
static const struct shape DISABLE[] = {
    F("disableDependentServices", BOOL),
    ONE_OF("checkIfServiceHasUsage", "CHECK_IF_SERVICE_HAS_USAGE_UNSPECIFIED|SKIP|CHECK"), END};
static const struct shape LIST_QUERY[] = {F("filter", STRING), RANGE("pageSize", 0, 200),
                                          F("pageToken", STRING), END};
static const struct shape BATCH_QUERY[] = {LISTED("names", STRING), END};

static const struct route ROUTES[] = {
    {"GET", "v1/projects/{}/services", list, "serviceusage.services.list", LIST_QUERY, NULL, NULL,
     0},
    {"GET", "v1/projects/{}/services:batchGet", batch_get, "serviceusage.services.get", BATCH_QUERY,
     NULL, NULL, 0},
    {"GET", "v1/projects/{}/services/{}", get, "serviceusage.services.get", NULL, NULL, NULL, 0},
    {"POST", "v1/projects/{}/services:batchEnable", batch_enable, "serviceusage.services.enable",
     NULL, BATCH, NULL, 0},
    {"POST", "v1/projects/{}/services/{}:enable", enable, "serviceusage.services.enable", NULL,
     NOTHING, NULL, 0},
    {"POST", "v1/projects/{}/services/{}:disable", disable, "serviceusage.services.disable", NULL,
     DISABLE, NULL, 0},
    {"GET", "v1/operations/{}", get_operation, NULL, NULL, NULL, NULL, 0},
    {0},
};

const struct service serviceusage_service = {"serviceusage.googleapis.com",
                                             "Service Usage API",
                                             "serviceusage.googleapis.com",
                                             FAMILY_ONEP,
                                             ROUTES,
                                             NULL};

/* compute: virtual machines. */

#include "tests/sandbox/google/compute.h"

#include <string.h>

static const struct shape ACCESS_CONFIG[] = {
    F("name", STRING),
    ONE_OF("type", "DIRECT_IPV6|ONE_TO_ONE_NAT"),
    F("natIP", STRING),
    ONE_OF("networkTier", "FIXED_STANDARD|PREMIUM|STANDARD|STANDARD_OVERRIDES_FIXED_STANDARD"),
    OUTPUT("kind"),
    END};
static const struct shape NIC[] = {
    F("network", STRING),
    F("subnetwork", STRING),
    F("networkIP", STRING),
    OBJECTS("accessConfigs", ACCESS_CONFIG),
    ONE_OF("nicType", "GVNIC|IDPF|IRDMA|MRDMA|UNSPECIFIED_NIC_TYPE|VIRTIO_NET"),
    ONE_OF("stackType", "IPV4_IPV6|IPV4_ONLY|IPV6_ONLY|UNSPECIFIED_STACK_TYPE"),
    OUTPUT("name"),
    OUTPUT("kind"),
    END};
static const struct shape INIT[] = {F("sourceImage", STRING),
                                    F("diskSizeGb", INT64),
                                    F("diskType", STRING),
                                    F("diskName", STRING),
                                    F("labels", MAP),
                                    F("description", STRING),
                                    END};
static const struct shape DISK[] = {F("boot", BOOL),
                                    F("autoDelete", BOOL),
                                    F("deviceName", STRING),
                                    F("source", STRING),
                                    F("diskSizeGb", INT64),
                                    OBJECT("initializeParams", INIT),
                                    ONE_OF("interface", "NVME|SCSI"),
                                    ONE_OF("mode", "READ_ONLY|READ_WRITE"),
                                    ONE_OF("type", "PERSISTENT|SCRATCH"),
                                    OUTPUT("index"),
                                    OUTPUT("kind"),
                                    OUTPUT("licenses"),
                                    END};
static const struct shape ITEM[] = {F("key", STRING), F("value", STRING), END};
static const struct shape METADATA[] = {OBJECTS("items", ITEM), F("fingerprint", BYTES),
                                        OUTPUT("kind"), END};
static const struct shape ACCOUNT[] = {F("email", STRING), LISTED("scopes", STRING), END};
static const struct shape TAGS[] = {LISTED("items", STRING), F("fingerprint", BYTES), END};
static const struct shape SCHEDULING[] = {
    F("automaticRestart", BOOL), F("preemptible", BOOL),
    ONE_OF("onHostMaintenance", "MIGRATE|TERMINATE"),
    ONE_OF("provisioningModel", "FLEX_START|RESERVATION_BOUND|SPOT|STANDARD"), END};
static const struct shape INSTANCE[] = {F("name", STRING),
                                        F("description", STRING),
                                        F("machineType", STRING),
                                        OBJECTS("disks", DISK),
                                        OBJECTS("networkInterfaces", NIC),
                                        OBJECTS("serviceAccounts", ACCOUNT),
                                        OBJECT("metadata", METADATA),
                                        F("labels", MAP),
                                        OBJECT("tags", TAGS),
                                        F("canIpForward", BOOL),
                                        F("deletionProtection", BOOL),
                                        OBJECT("scheduling", SCHEDULING),
                                        F("hostname", STRING),
                                        F("minCpuPlatform", STRING),
                                        F("labelFingerprint", BYTES),
                                        F("fingerprint", BYTES),
                                        OUTPUT("id"),
                                        OUTPUT("kind"),
                                        OUTPUT("selfLink"),
                                        OUTPUT("status"),
                                        OUTPUT("zone"),
                                        OUTPUT("creationTimestamp"),
                                        OUTPUT("cpuPlatform"),
                                        OUTPUT("statusMessage"),
                                        END};
static const struct shape SET_LABELS[] = {F("labels", MAP), F("labelFingerprint", BYTES), END};
static const struct shape INSERT_QUERY[] = {F("requestId", UUID),
                                            F("sourceInstanceTemplate", STRING),
                                            F("sourceMachineImage", STRING), END};
static const struct shape SERIAL_QUERY[] = {RANGE("port", 1, 4), F("start", INT64), END};

static void path_of(const char *zone, const char *name, char out[300])
{
    snprintf(out, 300, HOME "/zones/%.60s/instances/%.63s", zone, name);
}

int64_t instance_running_ms(const struct thing *vm)
{
    bool stopped = str_eq(val_text(vm->doc, "status"), "TERMINATED");
    return stopped || now_ms() < vm->ready_ms ? INT64_MAX : vm->ready_ms;
}

static struct val *as_seen(const struct thing *vm)
{
    struct val *doc = val_copy(vm->doc);
    bool coming = now_ms() < vm->ready_ms && !str_eq(val_text(doc, "status"), "TERMINATED");
    if (coming)
        val_put_text(doc, "status",
                     now_ms() - vm->born_ms < (vm->ready_ms - vm->born_ms) / 4 ? "PROVISIONING"
                                                                               : "STAGING");
    return doc;
}

/* --- insert: each part of the body --- */

static bool disks_fit(struct call *c)
{
    const struct val *disks = val_member(c->body, "disks");
    char path[300] = "";
    if (val_is_empty(disks)) {
        compute_refuse_value(c, "resource.disks", "", "No disks are specified.");
        return false;
    }
    for
        val_each(disk, disks)
        {
            if (!val_truth(disk, "boot"))
                continue;
            const char *image = val_text_or(disk, "initializeParams.sourceImage", "");
            compute_path(image, path);
            if (compute_image_is(path))
                return true;
            if (str_starts(path, "projects/"))
                refuse_missing(c, path);
            else
                compute_refuse_value(c, "resource.disks[0].initializeParams.sourceImage", image,
                                     "The URL is malformed.");
            return false;
        }
    compute_refuse_value(c, "resource.disks", "", "No boot disk is specified.");
    return false;
}

static bool machine_fits(struct call *c)
{
    const char *type = val_text_or(c->body, "machineType", ""), *zone = c->param[1];
    struct str expected = {0};
    str_printf(&expected, "zones/%s/machineTypes/%s", zone, compute_last(type));
    bool fine = str_ends(type, str_text(&expected));
    str_done(&expected);
    if (!fine)
        compute_refuse_value(
            c, "resource.machineType", type,
            "The URL is malformed. Must be a zonal machine type of the VM's zone.");
    else if (!compute_machine_is(compute_last(type)))
        refuse_missing(c, type);
    else
        return true;
    return false;
}

static bool account_fits(struct call *c)
{
    const struct val *accounts = val_member(c->body, "serviceAccounts");
    if (val_is_empty(accounts))
        return true;
    const char *email = val_text_or(accounts->first, "email", "");
    if (str_eq(email, "default") ||
        str_eq(email, SANDBOX_PROJECT_NUMBER "-compute@developer.gserviceaccount.com"))
        return permit(c, "iam.serviceAccounts.actAs", HOME "/serviceAccounts/default");
    const struct thing *account = thing_find(c->g, "account", email);
    if (account == NULL || !due(account)) {
        compute_refuse_value(c, "resource.serviceAccounts[0].email", email,
                             "The specified service account does not exist.");
        refuse_reason(c, "invalid");
        return false;
    }
    if (policy_holds(c->g, "iam.serviceAccounts.actAs"))
        return true;
    refuse(c, 400, NULL,
           "The user does not have access to service account '%s'.  User: '%s'.  Ask a project "
           "owner to grant you the iam.serviceAccountUser role on the service account",
           email, SANDBOX_PERSON);
    refuse_reason(c, "SERVICE_ACCOUNT_ACCESS_DENIED");
    return false;
}

static bool held_by(struct google *g, const char *ip)
{
    for (struct thing *t = g->things; t != NULL; t = t->next) {
        const struct val *nics = val_member(t->doc, "networkInterfaces");
        if (nics != NULL && str_eq(val_text(nics->first, "networkIP"), ip))
            return true;
    }
    return false;
}

static bool nic_fits(struct call *c, struct val *nic, const struct thing **subnetwork)
{
    char path[300] = "", region[60];
    struct cidr range = {0}, one = {.size = 1, .bits = 32};
    const char *given = val_text_or(nic, "subnetwork", ""), *ip = val_text(nic, "networkIP");
    snprintf(region, sizeof region, "/regions/%.*s/", (int)strlen(c->param[1]) - 2, c->param[1]);
    compute_path(given, path);
    *subnetwork = thing_find(c->g, "subnetwork", path);
    if (given[0] == '\0' || !str_starts(path, "projects/"))
        compute_refuse_value(c, "resource.networkInterfaces[0].subnetwork", given,
                             "A subnetwork of the VM's region must be named.");
    else if (*subnetwork == NULL)
        refuse_missing(c, path);
    else if (strstr(path, region) == NULL)
        compute_refuse_value(c, "resource.networkInterfaces[0].subnetwork", given,
                             "The subnetwork is in another region than the zone.");
    else if (ip != NULL &&
             (!cidr_read(val_text_or((*subnetwork)->doc, "ipCidrRange", ""), &range) ||
              !ip_read(ip, &one.from) || !cidr_holds(range, one)))
        compute_refuse_value(c, "resource.networkInterfaces[0].networkIP", ip,
                             "The IP address is not in the range of the subnetwork.");
    else if (ip != NULL && held_by(c->g, ip))
        refuse(c, 400, NULL, "IP '%s' is already being used by another resource.", ip);
    else
        return true;
    return false;
}

static bool nics_fit(struct call *c, const struct thing **subnetwork)
{
    struct val *nics = val_member(c->body, "networkInterfaces");
    if (val_count(nics) != 1) {
        compute_refuse_value(c, "resource.networkInterfaces", "",
                             "Exactly one network interface is expected here.");
        return false;
    }
    bool external = !val_is_empty(val_member(nics->first, "accessConfigs"));
    return nic_fits(c, nics->first, subnetwork) && permit(c, "compute.subnetworks.use", HOME) &&
           (!external || permit(c, "compute.subnetworks.useExternalIp", HOME));
}

static bool rights_fit(struct call *c)
{
    const struct val *b = c->body;
    return permit(c, "compute.disks.create", HOME) &&
           (val_is_empty(val_get(b, "metadata.items")) ||
            permit(c, "compute.instances.setMetadata", HOME)) &&
           (val_is_empty(val_member(b, "labels")) ||
            permit(c, "compute.instances.setLabels", HOME)) &&
           (val_is_empty(val_get(b, "tags.items")) ||
            permit(c, "compute.instances.setTags", HOME)) &&
           (val_is_empty(val_member(b, "serviceAccounts")) ||
            permit(c, "compute.instances.setServiceAccount", HOME));
}

static bool metadata_fits(struct call *c)
{
    const struct val *items = val_get(c->body, "metadata.items");
    for
        val_each(item, items) for (const struct val *other = item->next; other != NULL;
                                   other = other->next) if (str_eq(val_text(item, "key"),
                                                                   val_text(other, "key")))
        {
            compute_refuse_value(c, "resource.metadata.items", val_text_or(item, "key", ""),
                                 "The key is given twice.");
            return false;
        }
    return true;
}

/* --- insert: what comes of it --- */

static void complete_nic(struct google *g, struct val *nic, const struct thing *subnetwork)
{
    char ip[20];
    if (val_text(nic, "networkIP") == NULL)
        val_put_text(nic, "networkIP", subnetwork_address(g, subnetwork->name, ip));
    val_put(nic, "network", val_copy(val_member(subnetwork->doc, "network")));
    val_putf(nic, "subnetwork", COMPUTE_URL "%s", subnetwork->name);
    val_put_text(nic, "name", "nic0");
    val_put_text(nic, "stackType", "IPV4_ONLY");
    for
        val_each(config, val_member(nic, "accessConfigs"))
        {
            uint64_t n = fresh_number(g);
            val_put_text(config, "name", "external-nat");
            val_put_text(config, "networkTier", "PREMIUM");
            val_putf(config, "natIP", "34.88.%d.%d", (int)(n % 250), (int)(n / 250 % 250) + 1);
        }
}

static struct thing *instance_new(struct google *g, const char *zone, const char *name,
                                  const struct val *body, const struct thing *subnetwork)
{
    char path[300];
    struct val *doc = val_copy(body);
    path_of(zone, name, path);
    compute_complete(g, doc, "instance", path);
    val_put_text(doc, "status", "RUNNING");
    val_putf(doc, "zone", COMPUTE_URL HOME "/zones/%s", zone);
    val_putf(doc, "machineType", COMPUTE_URL HOME "/zones/%s/machineTypes/%s", zone,
             compute_last(val_text(body, "machineType")));
    val_put_text(doc, "cpuPlatform", "Intel Broadwell");
    val_put_text(doc, "labelFingerprint", "42WmSpB8rSM=");
    val_put_text(doc, "metadata.fingerprint", "2kV9QhVnB1s=");
    complete_nic(g, val_member(doc, "networkInterfaces")->first, subnetwork);
    return thing_new(g, "instance", path, doc);
}

struct thing *instance_make(struct google *g, const char *name, const char *zone,
                            const char *address, const char *user_data)
{
    struct val *body = val_make(
        "{'machineType':'zones/%s/machineTypes/e2-small','labels':{'created-by':'strom'},'disks':["
        "{'boot':true,'autoDelete':true,'initializeParams':{'sourceImage':'projects/cos-cloud/"
        "global/images/family/cos-129-lts'}}],'networkInterfaces':[{'networkIP':%s,'accessConfigs'"
        ":[{'type':'ONE_TO_ONE_NAT'}]}],'serviceAccounts':[{'email':'datastream@" SANDBOX_PROJECT
        ".iam.gserviceaccount.com','scopes':['https://www.googleapis.com/auth/cloud-platform']}],"
        "'metadata':{'items':[{'key':'user-data','value':%s}]}}",
        zone, address, user_data);
    const struct thing *subnetwork =
        thing_find(g, "subnetwork", HOME "/regions/" SANDBOX_REGION "/subnetworks/datastream-vpc");
    struct thing *vm = instance_new(g, zone, name, body, subnetwork);
    val_free(body);
    vm->born_ms = vm->ready_ms = now_ms() - sandbox_ms(g->s, 3600); /* long since up */
    return vm;
}

static void inserted(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, "instance", op->target);
    const char *zone = val_text_or(op->input, "zone", "");
    if (!str_eq(g->exhausted, zone) || t == NULL)
        return;
    operation_fail_compute(op, 503, "ZONE_RESOURCE_POOL_EXHAUSTED",
                           "The zone '" HOME "/zones/%s' does not have enough resources available "
                           "to fulfill the request.  Try a different zone, or try again later.",
                           zone);
    thing_drop(g, t);
}

static void insert(struct call *c)
{
    char path[300];
    const char *name = val_text_or(c->body, "name", "");
    const struct thing *subnetwork = NULL;
    if (operation_again(c) || !compute_name_fits(c, name))
        return;
    path_of(c->param[1], name, path);
    if (!compute_zone_is(c->param[1])) {
        refuse_missing(c, c->param[1]);
        return;
    }
    if (thing_find(c->g, "instance", path) != NULL) {
        refuse_exists(c, path);
        return;
    }
    if (!machine_fits(c) || !disks_fit(c) || !nics_fit(c, &subnetwork) || !metadata_fits(c) ||
        !rights_fit(c) || !account_fits(c))
        return;
    struct thing *t = instance_new(c->g, c->param[1], name, c->body, subnetwork);
    bool exhausted = str_eq(c->g->exhausted, c->param[1]);
    t->ready_ms = later(c->g, 25);
    operation_start(c, "insert", path, exhausted ? 6 : 25, inserted,
                    val_make("{'zone':%s}", c->param[1]));
}

/* --- the rest --- */

static struct thing *asked_for(struct call *c)
{
    char path[300];
    path_of(c->param[1], c->param[2], path);
    struct thing *t = thing_find(c->g, "instance", path);
    if (t == NULL)
        refuse_missing(c, path);
    return t;
}

static void get(struct call *c)
{
    const struct thing *t = asked_for(c);
    if (t != NULL)
        answer(c, as_seen(t));
}

static void list(struct call *c)
{
    char prefix[300];
    struct val *all = val_array();
    path_of(c->param[1], "", prefix);
    for (struct thing *t = c->g->things; t != NULL; t = t->next)
        if (str_eq(t->kind, "instance") && str_starts(t->name, prefix))
            val_add(all, as_seen(t));
    list_answer(c, "items", all, 500, 500, compute_frame("instanceList", prefix));
}

static void aggregated(struct call *c)
{
    struct val *items = val_object();
    const char *filter = query_text(c, "filter");
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
    answer(c, out);
}

static void deleted(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, "instance", op->target);
    if (t != NULL)
        thing_drop(g, t);
}

static void delete (struct call *c)
{
    if (operation_again(c))
        return;
    struct thing *t = asked_for(c);
    if (t == NULL)
        return;
    if (val_truth(t->doc, "deletionProtection")) {
        refuse(c, 400, NULL,
               "Invalid resource usage: 'Resource cannot be deleted if it's protected against "
               "deletion. %s'.",
               t->name);
        return;
    }
    val_put_text(t->doc, "status", "TERMINATED");
    operation_start(c, "delete", t->name, 25, deleted, NULL);
}

static void up(struct call *c, const char *verb, double seconds)
{
    if (operation_again(c))
        return;
    struct thing *t = asked_for(c);
    if (t == NULL)
        return;
    bool stopped = str_eq(val_text(t->doc, "status"), "TERMINATED");
    if (stopped == str_eq(verb, "reset")) {
        refuse(c, 400, NULL, "Instance is %s.", stopped ? "not running" : "already running");
        refuse_reason(c, "resourceNotReady");
        return;
    }
    val_put_text(t->doc, "status", "RUNNING");
    t->born_ms = now_ms();
    t->ready_ms = later(c->g, seconds);
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

static void stop(struct call *c)
{
    if (operation_again(c))
        return;
    struct thing *t = asked_for(c);
    if (t == NULL)
        return;
    val_put_text(t->doc, "status", "TERMINATED");
    operation_start(c, "stop", t->name, 20, NULL, NULL);
}

static void set_labels(struct call *c)
{
    struct thing *t = asked_for(c);
    if (t == NULL)
        return;
    if (!str_eq(val_text(c->body, "labelFingerprint"), val_text(t->doc, "labelFingerprint"))) {
        refuse(c, 412, NULL, "Labels fingerprint either invalid or resource labels have changed");
        return;
    }
    val_put(t->doc, "labels", val_copy(val_member(c->body, "labels")));
    operation_start(c, "setLabels", t->name, 3, NULL, NULL);
}

static void set_metadata(struct call *c)
{
    struct thing *t = asked_for(c);
    if (t == NULL)
        return;
    if (!str_eq(val_text(c->body, "fingerprint"), val_text(t->doc, "metadata.fingerprint"))) {
        refuse(c, 412, NULL, "Supplied fingerprint does not match current metadata fingerprint.");
        return;
    }
    val_put(t->doc, "metadata.items", val_copy(val_member(c->body, "items")));
    operation_start(c, "setMetadata", t->name, 3, NULL, NULL);
}

static void serial(struct call *c)
{
    const struct thing *t = asked_for(c);
    long long from = 0;
    if (t == NULL)
        return;
    str_int64(query_text(c, "start") != NULL ? query_text(c, "start") : "0", 0, INT64_MAX, &from);
    struct str text = {0};
    proxy_serial(c->g, t, &text);
    size_t at = (size_t)from > text.bytes ? text.bytes : (size_t)from;
    struct val *out = val_make("{'kind':'compute#serialPortOutput','contents':%s,'start':'%lld',"
                               "'next':'%lld','selfLink':'" COMPUTE_URL "%s/serialPort'}",
                               str_text(&text) + at, (long long)at, (long long)text.bytes, t->name);
    str_done(&text);
    answer(c, out);
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
    {"POST", INSTANCES, insert, "compute.instances.create", INSERT_QUERY, INSTANCE, "", 0},
    {"GET", INSTANCES, list, "compute.instances.list", compute_list_query, NULL, NULL, 0},
    {"GET", INSTANCES "/{}", get, "compute.instances.get", NULL, NULL, NULL, 0},
    {"DELETE", INSTANCES "/{}", delete, "compute.instances.delete", compute_change_query, NULL,
     NULL, 0},
    {"POST", INSTANCES "/{}/reset", reset, "compute.instances.reset", compute_insert_query, NULL,
     NULL, 0},
    {"POST", INSTANCES "/{}/start", start, "compute.instances.start", compute_insert_query, NULL,
     NULL, 0},
    {"POST", INSTANCES "/{}/stop", stop, "compute.instances.stop", compute_change_query, NULL, NULL,
     0},
    {"POST", INSTANCES "/{}/setLabels", set_labels, "compute.instances.setLabels",
     compute_insert_query, SET_LABELS, "", 0},
    {"POST", INSTANCES "/{}/setMetadata", set_metadata, "compute.instances.setMetadata",
     compute_insert_query, METADATA, "", 0},
    {"GET", INSTANCES "/{}/serialPort", serial, "compute.instances.getSerialPortOutput",
     SERIAL_QUERY, NULL, NULL, 0},
    {0},
};

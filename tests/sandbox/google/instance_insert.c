/* compute: making a virtual machine; each part of the body is held against what there is. */

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
const struct shape instance_metadata_shape[] = {OBJECTS("items", ITEM), F("fingerprint", BYTES),
                                                OUTPUT("kind"), END};
static const struct shape ACCOUNT[] = {F("email", STRING), LISTED("scopes", STRING), END};
static const struct shape TAGS[] = {LISTED("items", STRING), F("fingerprint", BYTES), END};
static const struct shape SCHEDULING[] = {
    F("automaticRestart", BOOL), F("preemptible", BOOL),
    ONE_OF("onHostMaintenance", "MIGRATE|TERMINATE"),
    ONE_OF("provisioningModel", "FLEX_START|RESERVATION_BOUND|SPOT|STANDARD"), END};
const struct shape instance_shape[] = {F("name", STRING),
                                       F("description", STRING),
                                       F("machineType", STRING),
                                       OBJECTS("disks", DISK),
                                       OBJECTS("networkInterfaces", NIC),
                                       OBJECTS("serviceAccounts", ACCOUNT),
                                       OBJECT("metadata", instance_metadata_shape),
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

void instance_path(const char *zone, const char *name, char out[300])
{
    snprintf(out, 300, HOME "/zones/%.60s/instances/%.63s", zone, name);
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
                call_refuse_missing(c, path);
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
        call_refuse_missing(c, type);
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
        return call_permit(c, "iam.serviceAccounts.actAs", HOME "/serviceAccounts/default");
    const struct thing *account = thing_find(c->g, "account", email);
    if (account == NULL || !thing_due(account)) {
        compute_refuse_value(c, "resource.serviceAccounts[0].email", email,
                             "The specified service account does not exist.");
        call_refuse_reason(c, "invalid");
        return false;
    }
    if (policy_holds(c->g, "iam.serviceAccounts.actAs"))
        return true;
    call_refuse(
        c, 400, NULL,
        "The user does not have access to service account '%s'.  User: '%s'.  Ask a project "
        "owner to grant you the iam.serviceAccountUser role on the service account",
        email, SANDBOX_PERSON);
    call_refuse_reason(c, "SERVICE_ACCOUNT_ACCESS_DENIED");
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
        call_refuse_missing(c, path);
    else if (strstr(path, region) == NULL)
        compute_refuse_value(c, "resource.networkInterfaces[0].subnetwork", given,
                             "The subnetwork is in another region than the zone.");
    else if (ip != NULL &&
             (!cidr_read(val_text_or((*subnetwork)->doc, "ipCidrRange", ""), &range) ||
              !ip_read(ip, &one.from) || !cidr_holds(range, one)))
        compute_refuse_value(c, "resource.networkInterfaces[0].networkIP", ip,
                             "The IP address is not in the range of the subnetwork.");
    else if (ip != NULL && held_by(c->g, ip))
        call_refuse(c, 400, NULL, "IP '%s' is already being used by another resource.", ip);
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
    return nic_fits(c, nics->first, subnetwork) &&
           call_permit(c, "compute.subnetworks.use", HOME) &&
           (!external || call_permit(c, "compute.subnetworks.useExternalIp", HOME));
}

static bool rights_fit(struct call *c)
{
    const struct val *b = c->body;
    return call_permit(c, "compute.disks.create", HOME) &&
           (val_is_empty(val_get(b, "metadata.items")) ||
            call_permit(c, "compute.instances.setMetadata", HOME)) &&
           (val_is_empty(val_member(b, "labels")) ||
            call_permit(c, "compute.instances.setLabels", HOME)) &&
           (val_is_empty(val_get(b, "tags.items")) ||
            call_permit(c, "compute.instances.setTags", HOME)) &&
           (val_is_empty(val_member(b, "serviceAccounts")) ||
            call_permit(c, "compute.instances.setServiceAccount", HOME));
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
            uint64_t n = google_fresh_number(g);
            if (val_text(config, "name") == NULL)
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
    instance_path(zone, name, path);
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
    vm->born_ms = vm->ready_ms = clock_mono_ms() - sandbox_ms(g->s, 3600); /* long since up */
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

void instance_insert(struct call *c)
{
    char path[300];
    const char *name = val_text_or(c->body, "name", "");
    const struct thing *subnetwork = NULL;
    if (operation_again(c) || !compute_name_fits(c, name))
        return;
    instance_path(c->param[1], name, path);
    if (!compute_zone_is(c->param[1])) {
        call_refuse_missing(c, c->param[1]);
        return;
    }
    if (thing_find(c->g, "instance", path) != NULL) {
        call_refuse_exists(c, path);
        return;
    }
    if (!machine_fits(c) || !disks_fit(c) || !nics_fit(c, &subnetwork) || !metadata_fits(c) ||
        !rights_fit(c) || !account_fits(c))
        return;
    struct thing *t = instance_new(c->g, c->param[1], name, c->body, subnetwork);
    bool exhausted = str_eq(c->g->exhausted, c->param[1]);
    t->ready_ms = google_later(c->g, 25);
    operation_start(c, "insert", path, exhausted ? 6 : 25, inserted,
                    val_make("{'zone':%s}", c->param[1]));
}

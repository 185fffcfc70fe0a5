/* compute: reserved internal addresses. */

#include "tests/sandbox/google/compute.h"

#include <string.h>

static const struct shape ADDRESS[] = {
    F("name", STRING),
    F("description", STRING),
    F("address", STRING),
    ONE_OF("addressType", "EXTERNAL|INTERNAL|UNSPECIFIED_TYPE"),
    ONE_OF("purpose", "DNS_RESOLVER|GCE_ENDPOINT|IPSEC_INTERCONNECT|NAT_AUTO|"
                      "PRIVATE_SERVICE_CONNECT|SERVERLESS|SHARED_LOADBALANCER_VIP|VPC_PEERING"),
    F("subnetwork", STRING),
    F("network", STRING),
    F("labels", MAP),
    F("labelFingerprint", BYTES),
    ONE_OF("networkTier", "FIXED_STANDARD|PREMIUM|STANDARD|STANDARD_OVERRIDES_FIXED_STANDARD"),
    ONE_OF("ipVersion", "IPV4|IPV6|UNSPECIFIED_VERSION"),
    RANGE("prefixLength", 0, 32),
    OUTPUT("id"),
    OUTPUT("kind"),
    OUTPUT("selfLink"),
    OUTPUT("status"),
    OUTPUT("region"),
    OUTPUT("users"),
    OUTPUT("creationTimestamp"),
    END};

static void path_of(const char *region, const char *name, char out[300])
{
    snprintf(out, 300, HOME "/regions/%.60s/addresses/%.63s", region, name);
}

static struct val *address_doc(struct google *g, const char *path, const char *region,
                               const char *ip, const char *subnetwork)
{
    struct val *doc =
        val_make("{'address':%s,'addressType':'INTERNAL','purpose':'GCE_ENDPOINT',"
                 "'networkTier':'PREMIUM','status':'RESERVED','region':'" COMPUTE_URL HOME
                 "/regions/%s','subnetwork':'" COMPUTE_URL "%s',"
                 "'labelFingerprint':'42WmSpB8rSM='}",
                 ip, region, subnetwork);
    compute_complete(g, doc, "address", path);
    return doc;
}

struct thing *address_make(struct google *g, const char *name, const char *ip)
{
    char path[300];
    path_of(SANDBOX_REGION, name, path);
    return thing_new(g, "address", path,
                     address_doc(g, path, SANDBOX_REGION, ip,
                                 HOME "/regions/" SANDBOX_REGION "/subnetworks/datastream-vpc"));
}

static bool ip_taken(struct google *g, const char *ip)
{
    for (struct thing *t = g->things; t != NULL; t = t->next) {
        const struct val *nics = val_member(t->doc, "networkInterfaces");
        if (str_eq(val_text(t->doc, "address"), ip) ||
            (nics != NULL && str_eq(val_text(nics->first, "networkIP"), ip)))
            return true;
    }
    return false;
}

static bool ip_fits(struct call *c, const struct thing *subnetwork, const char *ip)
{
    struct cidr range = {0}, one = {.size = 1, .bits = 32};
    cidr_read(val_text_or(subnetwork->doc, "ipCidrRange", ""), &range);
    if (!ip_read(ip, &one.from) || !cidr_holds(range, one))
        compute_refuse_value(c, "resource.address", ip,
                             "The IP address is not in the range of the subnetwork.");
    else if (ip_taken(c->g, ip))
        call_refuse(c, 400, NULL, "IP '%s' is already being used by another resource.", ip);
    else
        return true;
    return false;
}

static void insert(struct call *c)
{
    char path[300], subnetwork[300] = "", ip[20];
    const char *name = val_text_or(c->body, "name", "");
    const char *wanted = val_text(c->body, "address");
    if (operation_again(c) || !compute_name_fits(c, name))
        return;
    if (!str_eq(val_text(c->body, "addressType"), "INTERNAL")) {
        if (call_permit(c, "compute.addresses.create", HOME))
            compute_refuse_value(c, "resource.addressType",
                                 val_text_or(c->body, "addressType", "EXTERNAL"),
                                 "External addresses cannot be reserved in the sandbox.");
        return;
    }
    if (!call_permit(c, "compute.addresses.createInternal", HOME) ||
        !call_permit(c, "compute.subnetworks.use", HOME))
        return;
    path_of(c->param[1], name, path);
    compute_path(val_text_or(c->body, "subnetwork", ""), subnetwork);
    const struct thing *net = thing_find(c->g, "subnetwork", subnetwork);
    if (net == NULL) {
        call_refuse_missing(c, subnetwork);
        return;
    }
    if (thing_find(c->g, "address", path) != NULL) {
        call_refuse_exists(c, path);
        return;
    }
    if (wanted != NULL && !ip_fits(c, net, wanted))
        return;
    if (wanted == NULL)
        wanted = subnetwork_address(c->g, subnetwork, ip);
    struct val *doc = address_doc(c->g, path, c->param[1], wanted, subnetwork);
    val_put(doc, "labels", val_copy(val_member(c->body, "labels")));
    val_put_text(doc, "description", val_text(c->body, "description"));
    thing_new(c->g, "address", path, doc);
    operation_start(c, "insert", path, 3, NULL, NULL);
}

/* Used or only reserved is a matter of the VMs there are. */
static void set_users(struct google *g, struct val *doc)
{
    struct val *users = val_array();
    for (struct thing *t = g->things; t != NULL; t = t->next) {
        const struct val *nics = val_member(t->doc, "networkInterfaces");
        if (nics != NULL && str_eq(val_text(nics->first, "networkIP"), val_text(doc, "address")))
            val_add(users, val_copy(val_member(t->doc, "selfLink")));
    }
    val_put_text(doc, "status", users->first != NULL ? "IN_USE" : "RESERVED");
    val_put(doc, "users", users->first != NULL ? val_copy(users) : NULL);
    val_free(users);
}

static void get(struct call *c)
{
    const struct thing *t = thing_asked(c, "address");
    if (t == NULL)
        return;
    set_users(c->g, t->doc);
    call_answer(c, val_copy(t->doc));
}

static void list(struct call *c)
{
    for (struct thing *t = c->g->things; t != NULL; t = t->next)
        if (str_eq(t->kind, "address"))
            set_users(c->g, t->doc);
    compute_list(c, "address", "addressList");
}

static void drop(struct call *c)
{
    if (operation_again(c))
        return;
    struct thing *t = thing_asked(c, "address");
    if (t == NULL)
        return;
    set_users(c->g, t->doc);
    const struct val *users = val_member(t->doc, "users");
    if (users != NULL) {
        call_refuse(c, 400, NULL, "The address resource '%s' is already being used by '%s'",
                    t->name, users->first->text);
        call_refuse_reason(c, "resourceInUseByAnotherResource");
        return;
    }
    thing_delete(c, t, 3);
}

#define ADDRESSES "compute/v1/projects/{}/regions/{}/addresses"
const struct route compute_address_routes[] = {
    {"POST", ADDRESSES, insert, NULL, compute_insert_query, ADDRESS, "", 0},
    {"GET", ADDRESSES, list, "compute.addresses.list", compute_list_query, NULL, NULL, 0},
    {"GET", ADDRESSES "/{}", get, "compute.addresses.get", NULL, NULL, NULL, 0},
    {"DELETE", ADDRESSES "/{}", drop, "compute.addresses.deleteInternal", compute_insert_query,
     NULL, NULL, 0},
    {0},
};

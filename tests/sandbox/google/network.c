/* compute: networks, their subnetworks, peerings and routes. */

#include "tests/sandbox/google/compute.h"

#include <string.h>

static const struct shape ROUTING[] = {ONE_OF("routingMode", "GLOBAL|REGIONAL"),
                                       ONE_OF("bgpBestPathSelectionMode", "LEGACY|STANDARD"), END};
static const struct shape NETWORK[] = {F("name", STRING),
                                       F("description", STRING),
                                       F("autoCreateSubnetworks", BOOL),
                                       OBJECT("routingConfig", ROUTING),
                                       RANGE("mtu", 1300, 8896),
                                       F("enableUlaInternalIpv6", BOOL),
                                       F("IPv4Range", STRING),
                                       F("internalIpv6Range", STRING),
                                       ONE_OF("networkFirewallPolicyEnforcementOrder",
                                              "AFTER_CLASSIC_FIREWALL|BEFORE_CLASSIC_FIREWALL"),
                                       OUTPUT("id"),
                                       OUTPUT("kind"),
                                       OUTPUT("selfLink"),
                                       OUTPUT("peerings"),
                                       OUTPUT("subnetworks"),
                                       OUTPUT("creationTimestamp"),
                                       OUTPUT("gatewayIPv4"),
                                       END};
static const struct shape REMOVE_PEERING[] = {F("name", STRING), END};
static const struct shape ROUTES_QUERY[] = {
    ONE_OF("direction", "INCOMING|OUTGOING"),
    F("peeringName", STRING),
    F("region", STRING),
    F("filter", STRING),
    {.name = "maxResults", .type = SHAPE_UINT32, .min = 0, .max = 500},
    F("pageToken", STRING),
    F("orderBy", STRING),
    F("returnPartialSuccess", BOOL),
    END};
static const struct shape SUBNETWORK[] = {
    F("name", STRING),
    F("description", STRING),
    F("network", STRING),
    F("ipCidrRange", STRING),
    F("region", STRING),
    F("privateIpGoogleAccess", BOOL),
    F("enableFlowLogs", BOOL),
    ONE_OF("stackType", "IPV4_IPV6|IPV4_ONLY|IPV6_ONLY|UNSPECIFIED_STACK_TYPE"),
    ONE_OF("purpose", "PRIVATE|PRIVATE_RFC_1918|PRIVATE_NAT|PRIVATE_SERVICE_CONNECT"),
    F("fingerprint", BYTES),
    OUTPUT("id"),
    OUTPUT("kind"),
    OUTPUT("selfLink"),
    OUTPUT("gatewayAddress"),
    OUTPUT("creationTimestamp"),
    OUTPUT("state"),
    END};

static const char *path_of(const char *name, char out[300])
{
    snprintf(out, 300, HOME "/global/networks/%.63s", name);
    return out;
}

struct thing *network_make(struct google *g, const char *name, bool automatic)
{
    char path[300];
    struct val *doc = val_object();
    compute_complete(g, doc, "network", path_of(name, path));
    val_put_bool(doc, "autoCreateSubnetworks", automatic);
    val_put_text(doc, "routingConfig.routingMode", "REGIONAL");
    val_put_text(doc, "networkFirewallPolicyEnforcementOrder", "AFTER_CLASSIC_FIREWALL");
    return thing_new(g, "network", path, doc);
}

static void subnetwork_make(struct google *g, const char *name, const char *region,
                            const char *network, const char *range)
{
    char path[300], ip[20];
    struct cidr cidr = {0};
    struct val *doc = val_object();
    snprintf(path, sizeof path, HOME "/regions/%.60s/subnetworks/%.63s", region, name);
    compute_complete(g, doc, "subnetwork", path);
    cidr_read(range, &cidr);
    val_putf(doc, "network", COMPUTE_URL "%s", network);
    val_put_text(doc, "ipCidrRange", range);
    val_put_text(doc, "gatewayAddress", ip_text(cidr.from + 1, ip));
    val_putf(doc, "region", COMPUTE_URL HOME "/regions/%s", region);
    val_put_bool(doc, "privateIpGoogleAccess", false);
    val_put_text(doc, "stackType", "IPV4_ONLY");
    val_put_text(doc, "purpose", "PRIVATE");
    val_put_text(doc, "fingerprint", "Uw0dqPdQ5pQ=");
    thing_new(g, "subnetwork", path, doc);
    struct thing *t = thing_find(g, "network", network);
    struct val *list = val_member(t->doc, "subnetworks");
    if (list == NULL)
        val_put(t->doc, "subnetworks", list = val_array());
    val_add(list, val_copy(val_member(doc, "selfLink")));
}

void network_subnets(struct google *g, const char *name)
{
    char path[300];
    struct val *regions = compute_regions();
    path_of(name, path);
    for
        val_each(region, regions)
            subnetwork_make(g, name, region->text, path, compute_region_range(region->text));
    val_free(regions);
}

static void inserted(struct google *g, struct operation *op)
{
    const struct thing *t = thing_find(g, "network", op->target);
    if (t != NULL && val_truth(t->doc, "autoCreateSubnetworks"))
        network_subnets(g, compute_last(op->target));
}

static void insert(struct call *c)
{
    char path[300];
    const char *name = val_text_or(c->body, "name", "");
    if (operation_again(c) || !compute_name_fits(c, name))
        return;
    if (val_text(c->body, "IPv4Range") != NULL) {
        compute_refuse_value(c, "resource.IPv4Range", val_text(c->body, "IPv4Range"),
                             "Legacy networks can no longer be created.");
        return;
    }
    if (thing_find(c->g, "network", path_of(name, path)) != NULL) {
        call_refuse_exists(c, path);
        return;
    }
    /* Absent means automatic, says the API. */
    const struct val *mode = val_member(c->body, "autoCreateSubnetworks");
    struct thing *t = network_make(c->g, name, mode == NULL || mode->truth);
    val_merge(t->doc, c->body);
    operation_start(c, "insert", path, 20, inserted, NULL);
}

static void get(struct call *c)
{
    thing_get(c, "network");
}

static void list(struct call *c)
{
    compute_list(c, "network", "networkList");
}

/* --- taking one down --- */

static bool uses(const struct thing *t, const char *network)
{
    const struct val *nics = val_member(t->doc, "networkInterfaces");
    if (nics != NULL && nics->first != NULL)
        return str_ends(val_text_or(nics->first, "network", ""), network);
    return str_eq(t->kind, "firewall") && str_ends(val_text_or(t->doc, "network", ""), network);
}

static const char *network_user(struct google *g, const struct thing *t)
{
    for (struct thing *other = g->things; other != NULL; other = other->next)
        if (uses(other, t->name))
            return other->name;
    return NULL;
}

static void deleted(struct google *g, struct operation *op)
{
    struct thing *t = thing_find(g, "network", op->target);
    if (t == NULL)
        return;
    for (struct thing *s = g->things, *next; s != NULL; s = next) {
        next = s->next;
        if (str_eq(s->kind, "subnetwork") && str_ends(val_text_or(s->doc, "network", ""), t->name))
            thing_drop(g, s);
    }
    thing_drop(g, t);
}

static void drop(struct call *c)
{
    if (operation_again(c))
        return;
    const struct thing *t = thing_asked(c, "network");
    const char *user = t != NULL ? network_user(c->g, t) : NULL;
    const struct val *peering = t != NULL ? val_get(t->doc, "peerings") : NULL;
    if (t == NULL)
        return;
    if (user == NULL && !val_is_empty(peering))
        user = val_text_or(peering->first, "name", "a peering");
    if (user != NULL) {
        call_refuse(c, 400, NULL, "The network resource '%s' is already being used by '%s'",
                    t->name, user);
        call_refuse_reason(c, "resourceInUseByAnotherResource");
        return;
    }
    operation_start(c, "delete", t->name, 20, deleted, NULL);
}

/* --- peerings and routes --- */

void network_peer(struct google *g, const char *network, const char *peering, const char *subnet)
{
    struct thing *t = thing_find(g, "network", network);
    struct val *list = val_member(t->doc, "peerings");
    if (list == NULL)
        val_put(t->doc, "peerings", list = val_array());
    val_add(list,
            val_make("{'name':%s,'network':'" COMPUTE_URL "projects/ne4fe4b0d5e2c9a1ep-tp/"
                     "global/networks/datastream','state':'ACTIVE','stateDetails':'[2026-01-01"
                     "T00:00:00.000-07:00]: Connected.','autoCreateRoutes':true,"
                     "'exchangeSubnetRoutes':true,'exportCustomRoutes':false,"
                     "'importCustomRoutes':false,'stackType':'IPV4_ONLY'}",
                     peering));
    struct val *route = val_make("{'destRange':%s,'type':'SUBNET_PEERING_ROUTE','nextHopRegion':%s,"
                                 "'priority':0,'imported':true}",
                                 subnet, SANDBOX_REGION);
    struct str name = {0};
    str_printf(&name, "%s %s", network, peering);
    thing_new(g, "peering-route", str_text(&name), route);
    str_done(&name);
}

void network_unpeer(struct google *g, const char *network, const char *peering)
{
    struct thing *t = thing_find(g, "network", network);
    struct thing *route = thing_find_fmt(g, "peering-route", "%s %s", network, peering);
    struct val *list = t != NULL ? val_member(t->doc, "peerings") : NULL;
    if (route != NULL)
        thing_drop(g, route);
    for (struct val *p = list != NULL ? list->first : NULL, *next; p != NULL; p = next) {
        next = p->next;
        if (str_eq(val_text(p, "name"), peering))
            val_drop(list, p);
    }
}

static void peering_routes(struct call *c)
{
    const struct thing *t = thing_asked(c, "network");
    const char *name = call_query(c, "peeringName"), *direction = call_query(c, "direction");
    char prefix[400];
    if (t == NULL)
        return;
    if (str_is_empty(name) || direction == NULL) {
        call_refuse(c, 400, NULL, "Required field '%s' not specified",
                    str_is_empty(name) ? "peeringName" : "direction");
        call_refuse_reason(c, "required");
        return;
    }
    snprintf(prefix, sizeof prefix, "%s %s", t->name, name);
    struct val *routes =
        str_eq(direction, "INCOMING") ? thing_list(c->g, "peering-route", prefix) : val_array();
    list_answer(c, "items", routes, 500, 500, compute_frame("exchangedPeeringRoutesList", t->name));
}

static void remove_peering(struct call *c)
{
    const struct thing *t = thing_asked(c, "network");
    const char *name = val_text_or(c->body, "name", "");
    if (t == NULL || operation_again(c))
        return;
    network_unpeer(c->g, t->name, name);
    operation_start(c, "removePeering", t->name, 5, NULL, NULL);
}

static void routes(struct call *c)
{
    struct val *all = val_array();
    for (struct thing *t = c->g->things; t != NULL; t = t->next) {
        if (!str_eq(t->kind, "subnetwork"))
            continue;
        struct val *route =
            val_make("{'kind':'compute#route','priority':0,'destRange':%s,'network':"
                     "%s,'nextHopNetwork':%s,'name':'default-route-%s'}",
                     val_text(t->doc, "ipCidrRange"), val_text(t->doc, "network"),
                     val_text(t->doc, "network"), val_text(t->doc, "id"));
        val_add(all, route);
    }
    list_answer(c, "items", all, 500, 500, compute_frame("routeList", HOME "/global/routes"));
}

#define NETWORKS "compute/v1/projects/{}/global/networks"
const struct route compute_network_routes[] = {
    {"POST", NETWORKS, insert, "compute.networks.create", compute_insert_query, NETWORK, "", 0},
    {"GET", NETWORKS, list, "compute.networks.list", compute_list_query, NULL, NULL, 0},
    {"GET", NETWORKS "/{}", get, "compute.networks.get", NULL, NULL, NULL, 0},
    {"DELETE", NETWORKS "/{}", drop, "compute.networks.delete", compute_insert_query, NULL, NULL,
     0},
    {"GET", NETWORKS "/{}/listPeeringRoutes", peering_routes, "compute.networks.listPeeringRoutes",
     ROUTES_QUERY, NULL, NULL, 0},
    {"POST", NETWORKS "/{}/removePeering", remove_peering, "compute.networks.removePeering",
     compute_insert_query, REMOVE_PEERING, "", 0},
    {"GET", "compute/v1/projects/{}/global/routes", routes, "compute.routes.list",
     compute_list_query, NULL, NULL, 0},
    {0},
};

/* --- subnetworks --- */

static void get_subnet(struct call *c)
{
    thing_get(c, "subnetwork");
}

static void list_subnets(struct call *c)
{
    compute_list(c, "subnetwork", "subnetworkList");
}

/* One page: items is a map of regions, those without anything carry a warning. */
static void aggregated(struct call *c)
{
    struct val *items = val_object(), *regions = compute_regions();
    const char *filter = call_query(c, "filter");
    if (filter != NULL && !filter_ok(filter, true)) {
        compute_refuse_value(c, "filter", filter, "Invalid list filter expression.");
        val_free(items);
        val_free(regions);
        return;
    }
    for
        val_each(region, regions)
        {
            char prefix[200], key[80];
            snprintf(prefix, sizeof prefix, HOME "/regions/%s/subnetworks/", region->text);
            snprintf(key, sizeof key, "regions/%s", region->text);
            struct val *all = thing_list(c->g, "subnetwork", prefix), *scoped = val_object();
            for (struct val *s = all->first, *next; s != NULL; s = next) {
                next = s->next;
                if (!filter_match(filter, s))
                    val_drop(all, s);
            }
            if (all->first != NULL)
                val_put(scoped, "subnetworks", all);
            else {
                val_free(all);
                val_put(
                    scoped, "warning",
                    val_make("{'code':'NO_RESULTS_ON_PAGE','message':'There are no results for "
                             "scope \\'%s\\' on this page.','data':[{'key':'scope','value':%s}]}",
                             key, key));
            }
            val_put_member(items, key, scoped);
        }
    val_free(regions);
    struct val *out = compute_frame("subnetworkAggregatedList", HOME "/aggregated/subnetworks");
    val_put(out, "items", items);
    call_answer(c, out);
}

static bool range_free(struct call *c, const char *network, const char *range)
{
    struct cidr mine, other;
    if (!cidr_read(range, &mine)) {
        compute_refuse_value(c, "resource.ipCidrRange", range,
                             "Must be a CIDR address range that is contained in the network.");
        return false;
    }
    for (struct thing *t = c->g->things; t != NULL; t = t->next)
        if (str_eq(t->kind, "subnetwork") &&
            str_ends(val_text_or(t->doc, "network", ""), network) &&
            cidr_read(val_text_or(t->doc, "ipCidrRange", ""), &other) &&
            cidr_overlaps(mine, other)) {
            call_refuse(c, 400, NULL,
                        "Invalid IPCidrRange: %s conflicts with existing subnetwork '%s' in region "
                        "'%s'.",
                        range, compute_last(t->name), compute_last(val_text(t->doc, "region")));
            return false;
        }
    return true;
}

static void insert_subnet(struct call *c)
{
    char network[300] = "", path[300];
    const char *name = val_text_or(c->body, "name", "");
    const char *range = val_text_or(c->body, "ipCidrRange", "");
    if (operation_again(c) || !compute_name_fits(c, name))
        return;
    snprintf(path, sizeof path, HOME "/regions/%.60s/subnetworks/%.63s", c->param[1], name);
    if (!compute_path(val_text_or(c->body, "network", ""), network) ||
        thing_find(c->g, "network", network) == NULL)
        call_refuse_missing(c, network);
    else if (thing_find(c->g, "subnetwork", path) != NULL)
        call_refuse_exists(c, path);
    else if (compute_region_range(c->param[1]) == NULL)
        compute_refuse_value(c, "region", c->param[1], "Unknown region.");
    else if (range_free(c, network, range)) {
        subnetwork_make(c->g, name, c->param[1], network, range);
        operation_start(c, "insert", path, 15, NULL, NULL);
    }
}

const char *subnetwork_address(struct google *g, const char *subnetwork, char out[20])
{
    const struct thing *t = thing_find(g, "subnetwork", subnetwork);
    struct cidr range = {0};
    if (t == NULL || !cidr_read(val_text_or(t->doc, "ipCidrRange", ""), &range))
        return NULL;
    for (uint32_t at = range.from + 2; at < range.from + range.size - 2; at++) {
        bool taken = false;
        ip_text(at, out);
        for (struct thing *o = g->things; o != NULL && !taken; o = o->next) {
            const struct val *nics = val_member(o->doc, "networkInterfaces");
            taken = str_eq(val_text(o->doc, "address"), out) ||
                    (nics != NULL && str_eq(val_text(nics->first, "networkIP"), out));
        }
        if (!taken)
            return out;
    }
    return NULL;
}

#define SUBNETWORKS "compute/v1/projects/{}/regions/{}/subnetworks"
const struct route compute_subnetwork_routes[] = {
    {"GET", "compute/v1/projects/{}/aggregated/subnetworks", aggregated, "compute.subnetworks.list",
     compute_list_query, NULL, NULL, 0},
    {"GET", SUBNETWORKS, list_subnets, "compute.subnetworks.list", compute_list_query, NULL, NULL,
     0},
    {"GET", SUBNETWORKS "/{}", get_subnet, "compute.subnetworks.get", NULL, NULL, NULL, 0},
    {"POST", SUBNETWORKS, insert_subnet, "compute.subnetworks.create", compute_insert_query,
     SUBNETWORK, "", 0},
    {0},
};

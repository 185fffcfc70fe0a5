/* datastream: private connections. The peering takes minutes; what is wrong with it is told by the
 * resource's state, not by the operation. */

#include "tests/sandbox/google/compute.h"
#include "tests/sandbox/google/datastream.h"

#include <string.h>

enum { MOST = 5, PEERING_SECONDS = 270 };

static void peering_name(const char *id, char out[100])
{
    snprintf(out, 100, "peering-datastream-%.60s", id);
}

static void vpc_of(const struct val *doc, char out[320])
{
    char full[320];
    resource_resolve(val_text_or(doc, "vpcPeeringConfig.vpc", ""), full);
    if (!compute_path(full, out))
        out[0] = '\0';
}

/* What stands in the way of the peering; NULL: nothing. */
static const char *conflict(struct google *g, const struct val *doc, const char *mine)
{
    char vpc[320];
    struct cidr want, there;
    vpc_of(doc, vpc);
    if (thing_find(g, "network", vpc) == NULL)
        return vpc[0] != '\0' ? "the VPC network" : "";
    cidr_read(val_text_or(doc, "vpcPeeringConfig.subnet", ""), &want);
    for (struct thing *t = g->things; t != NULL; t = t->next) {
        bool subnet =
            str_eq(t->kind, "subnetwork") && str_ends(val_text_or(t->doc, "network", ""), vpc);
        bool route = str_eq(t->kind, "peering-route") && str_starts(t->name, vpc) &&
                     !str_ends(t->name, mine);
        const char *range = val_text_or(t->doc, subnet ? "ipCidrRange" : "destRange", "");
        if ((subnet || route) && cidr_read(range, &there) && cidr_overlaps(want, there))
            return range;
    }
    return NULL;
}

static void created(struct google *g, struct operation *op)
{
    char peering[100], vpc[320], now[40], uuid[40];
    struct thing *t = thing_find(g, "private-connection", op->target);
    if (t == NULL)
        return;
    peering_name(compute_last(t->name), peering);
    const char *wrong = conflict(g, t->doc, peering);
    if (wrong == NULL) {
        vpc_of(t->doc, vpc);
        network_peer(g, vpc, peering, val_text(t->doc, "vpcPeeringConfig.subnet"));
        val_put_text(t->doc, "state", "CREATED");
    } else {
        val_put_text(t->doc, "state", "FAILED");
        google_fresh_uuid(g, uuid);
        val_put(t->doc, "error",
                val_make("{'reason':'PRIVATE_CONNECTION_SUBNET_CONFLICT','errorUuid':%s,'message':"
                         "'The IP range of the private connection conflicts with %s.','errorTime':"
                         "%s}",
                         uuid, wrong, stamp_now(now)));
    }
    resource_touch(t->doc);
    op->response = val_copy(t->doc);
    resource_type(op->response, "PrivateConnection");
}

static bool subnet_fits(struct call *c, const char *subnet)
{
    struct cidr range;
    if (cidr_read(subnet, &range) && range.bits == 29)
        return true;
    call_refuse_field(c, "private_connection.vpc_peering_config.subnet",
                      "Invalid subnet '%.60s': a free range with a prefix length of /29 is needed.",
                      subnet);
    return false;
}

static bool body_fits(struct call *c)
{
    char vpc[320];
    const struct val *peering = val_member(c->body, "vpcPeeringConfig");
    const struct val *psc = val_member(c->body, "pscInterfaceConfig");
    if ((peering == NULL) == (psc == NULL)) {
        call_refuse_field(
            c, "private_connection",
            "Exactly one of vpc_peering_config and psc_interface_config must be set.");
        return false;
    }
    if (psc != NULL) {
        call_refuse_field(c, "private_connection.psc_interface_config",
                          "The network attachment does not exist.");
        return false;
    }
    if (!subnet_fits(c, val_text_or(peering, "subnet", "")))
        return false;
    vpc_of(c->body, vpc);
    if (thing_find(c->g, "network", vpc) != NULL)
        return call_permit(c, "compute.networks.get", "projects/" SANDBOX_PROJECT);
    call_refuse_field(c, "private_connection.vpc_peering_config.vpc",
                      "The VPC '%.200s' was not found.", val_text_or(peering, "vpc", ""));
    return false;
}

static void create(struct call *c)
{
    char name[320];
    const char *id = call_query(c, "privateConnectionId");
    if (operation_again(c) || !resource_location_fits(c) ||
        !resource_id_fits(c, "private_connection_id", id) || !body_fits(c))
        return;
    resource_name(c, "privateConnections", id, name);
    struct val *there = thing_list(c->g, "private-connection", "");
    size_t n = val_count(there);
    val_free(there);
    if (thing_find(c->g, "private-connection", name) != NULL)
        call_refuse_exists(c, name);
    else if (n >= MOST)
        call_refuse(c, 429, NULL,
                    "Quota limit 'PrivateConnectionsPerProject' has been exceeded. Limit: %d.",
                    (int)MOST);
    else if (call_query_bool(c, "validateOnly"))
        operation_start(c, "create", name, 10, NULL, NULL);
    else {
        struct thing *t = thing_new(c->g, "private-connection", name, val_copy(c->body));
        resource_complete(t->doc, name);
        val_put_text(t->doc, "state", "CREATING");
        operation_start(c, "create", name, PEERING_SECONDS, created, NULL);
    }
}

struct thing *private_connection_make(struct google *g, const char *id, const char *network,
                                      const char *subnet)
{
    char name[320], peering[100];
    snprintf(name, sizeof name,
             "projects/" SANDBOX_PROJECT "/locations/" SANDBOX_REGION "/privateConnections/%.60s",
             id);
    struct val *doc =
        val_make("{'displayName':%s,'labels':{'created-by':'strom'},'state':'CREATED',"
                 "'vpcPeeringConfig':{'vpc':%s,'subnet':%s}}",
                 id, network, subnet);
    resource_complete(doc, name);
    peering_name(id, peering);
    network_peer(g, network, peering, subnet);
    return thing_new(g, "private-connection", name, doc);
}

static void get(struct call *c)
{
    thing_get(c, "private-connection");
}

static void list(struct call *c)
{
    list_answer(c, "privateConnections", thing_below(c, "private-connection"), 50, 1000, NULL);
}

static void deleted(struct google *g, struct operation *op)
{
    char peering[100], vpc[320];
    struct thing *t = thing_find(g, "private-connection", op->target);
    if (t == NULL)
        return;
    peering_name(compute_last(t->name), peering);
    vpc_of(t->doc, vpc);
    network_unpeer(g, vpc, peering);
    thing_drop(g, t);
}

static void drop(struct call *c)
{
    if (operation_again(c))
        return;
    struct thing *t = thing_asked(c, "private-connection");
    if (t == NULL)
        return;
    for (struct thing *p = c->g->things; p != NULL; p = p->next)
        if (str_eq(p->kind, "profile") &&
            str_eq(val_text(p->doc, "privateConnectivity.privateConnection"), t->name)) {
            call_refuse(
                c, 400, "FAILED_PRECONDITION",
                "The private connection '%s' is in use by the connection profile '%s' and cannot "
                "be deleted.",
                t->name, p->name);
            return;
        }
    val_put_text(t->doc, "state", "DELETING");
    operation_start(c, "delete", t->name, 60, deleted, NULL);
}

/* No routes can be made here, so a private connection has none. */
static void routes(struct call *c)
{
    if (thing_asked(c, "private-connection") != NULL)
        list_answer(c, "routes", val_array(), 50, 1000, NULL);
}

static const struct shape CREATE_QUERY[] = {NEED("privateConnectionId", STRING),
                                            F("requestId", UUID), F("force", BOOL),
                                            F("validateOnly", BOOL), END};
static const struct shape DELETE_QUERY[] = {F("requestId", UUID), F("force", BOOL), END};

#define CONNECTIONS "v1/projects/{}/locations/{}/privateConnections"
const struct route private_connection_routes[] = {
    {"POST", CONNECTIONS, create, "datastream.privateConnections.create", CREATE_QUERY,
     private_connection_shape, "private_connection", 0},
    {"GET", CONNECTIONS, list, "datastream.privateConnections.list", datastream_list_query, NULL,
     NULL, 0},
    {"GET", CONNECTIONS "/{}", get, "datastream.privateConnections.get", NULL, NULL, NULL, 0},
    {"DELETE", CONNECTIONS "/{}", drop, "datastream.privateConnections.delete", DELETE_QUERY, NULL,
     NULL, 0},
    {"GET", CONNECTIONS "/{}/routes", routes, "datastream.routes.list", datastream_list_query, NULL,
     NULL, 0},
    {0},
};

#include "api/google/network.h"

#include "api/google/compute_call.h"

#include <stdio.h>
#include <string.h>

#define GLOBAL   COMPUTE_PROJECT "global/"
#define NETWORK  GLOBAL "networks/{}"
#define FIREWALL GLOBAL "firewalls/{}"
#define ADDRESS  COMPUTE_PROJECT "regions/{}/addresses/{}"

/* --- networks --- */

static bool decode_network(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_network *n = out;
    (void)e;
    n->name = rest_string(a, answer->json, "name");
    n->link = rest_string(a, answer->json, "selfLink");
    n->description = rest_string(a, answer->json, "description");
    n->auto_subnets = json_bool(answer->json, "autoCreateSubnetworks", false);
    n->routing_mode = rest_string(a, answer->json, "routingConfig.routingMode");
    for
        json_each(p, json_get(answer->json, "peerings")) *
            rest_push(a, n->peerings, n->n_peerings) = (struct compute_peering){
            rest_string(a, p, "name"), rest_string(a, p, "network"), rest_string(a, p, "state")};
    return true;
}

struct task *compute_network_get(struct google *g, const char *project, const char *network)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Reading the network %s", network);
    rest_resource(&c, "%s", network);
    rest_path(&c, NETWORK, project, network);
    rest_decode_with(&c, sizeof(struct compute_network), decode_network);
    return rest_send(&c);
}

struct task *compute_network_insert(struct google *g, const char *project, const char *network,
                                    const char *description, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", COMPUTE, "Making the network %s", network);
    rest_resource(&c, "%s", network);
    rest_path(&c, GLOBAL "networks", project);
    rest_look(&c, NETWORK, project, network);
    struct json_out *o = rest_body(&c);
    json_put_string(o, "name", network);
    if (!str_is_empty(description))
        json_put_string(o, "description", description);
    json_put_bool(o, "autoCreateSubnetworks", true);
    json_open_object(o, "routingConfig");
    json_put_string(o, "routingMode", "REGIONAL");
    json_close_object(o);
    rest_decode_with(&c, sizeof(struct compute_network), decode_network);
    compute_write(&c, w);
    return rest_send(&c);
}

struct task *compute_network_delete(struct google *g, const char *project, const char *network,
                                    const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "DELETE", COMPUTE, "Deleting the network %s", network);
    rest_resource(&c, "%s", network);
    rest_path(&c, NETWORK, project, network);
    compute_write(&c, w);
    return rest_send(&c);
}

const struct compute_network *compute_network(const struct task *t)
{
    return rest_result(t, decode_network);
}

/* --- ranges in use --- */

static void add_range(struct arena *a, struct compute_ranges *r, const struct json *j,
                      const char *key, const char *what, const char *network, const char *region)
{
    const char *cidr = rest_string(a, j, key);
    if (*cidr)
        *rest_push(a, r->items, r->n) = (struct compute_range){cidr, what, network, region};
}

static void add_subnet(struct arena *a, struct compute_ranges *r, const struct json *s)
{
    const char *network = rest_last(rest_string(a, s, "network"));
    const char *region = rest_last(rest_string(a, s, "region"));
    const char *name = rest_string(a, s, "name");
    add_range(a, r, s, "ipCidrRange", name, network, region);
    for
        json_each(more, json_get(s, "secondaryIpRanges"))
            add_range(a, r, more, "ipCidrRange", name, network, region);
}

/* Subnets by scope ("regions/europe-north1"), routes of a peering in a plain list. */
static bool decode_ranges(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_ranges *r = out;
    const struct json *items = json_get(answer->json, "items");
    (void)e;
    if (json_is_array(items)) {
        for
            json_each(route, items)
                add_range(a, r, route, "destRange", rest_string(a, route, "type"), "",
                          rest_string(a, route, "nextHopRegion"));
        return true;
    }
    for json_each (scope, items)
        for json_each (s, json_get(scope, "subnetworks"))
            add_subnet(a, r, s);
    return true;
}

struct task *compute_subnet_ranges(struct google *g, const char *project)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Reading the address ranges in use in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, COMPUTE_PROJECT "aggregated/subnetworks", project);
    rest_query_int(&c, "maxResults", 500);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct compute_ranges), decode_ranges);
    return rest_send(&c);
}

struct task *compute_peering_ranges(struct google *g, const char *project, const char *network,
                                    const char *peering, const char *region)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Reading the routes of the peering %s", peering);
    rest_resource(&c, "%s", network);
    rest_path(&c, NETWORK "/listPeeringRoutes", project, network);
    rest_query(&c, "peeringName", peering);
    rest_query(&c, "region", region);
    rest_query(&c, "direction", "INCOMING");
    rest_query_int(&c, "maxResults", 500);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct compute_ranges), decode_ranges);
    return rest_send(&c);
}

const struct compute_ranges *compute_ranges(const struct task *t)
{
    return rest_result(t, decode_ranges);
}

/* --- firewall rules --- */

static void read_allowed(struct arena *a, const struct json *rule, struct compute_firewall *f)
{
    const char *protocol = rest_string(a, rule, "IPProtocol");
    const struct json *ports = json_get(rule, "ports");
    if (json_count(ports) == 0)
        *rest_push(a, f->allowed, f->n_allowed) = protocol;
    for
        json_each(port, ports) if (json_text(port)) * rest_push(a, f->allowed, f->n_allowed) =
            arena_printf(a, "%s:%s", protocol, json_text(port));
}

static void read_firewall(struct arena *a, const struct json *j, struct compute_firewall *f)
{
    f->name = rest_string(a, j, "name");
    f->network = rest_string(a, j, "network");
    f->direction = rest_string(a, j, "direction");
    f->description = rest_string(a, j, "description");
    f->sources = rest_strings(a, json_get(j, "sourceRanges"), &f->n_sources);
    f->disabled = json_bool(j, "disabled", false);
    f->limited = json_count(json_get(j, "targetTags")) > 0 ||
                 json_count(json_get(j, "targetServiceAccounts")) > 0;
    for
        json_each(rule, json_get(j, "allowed")) read_allowed(a, rule, f);
}

static bool decode_firewall(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    read_firewall(a, answer->json, out);
    return true;
}

static bool decode_firewalls(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_firewalls *all = out;
    (void)e;
    for
        json_each(rule, json_get(answer->json, "items"))
            read_firewall(a, rule, rest_push(a, all->items, all->n));
    return true;
}

struct task *compute_firewall_list(struct google *g, const char *project)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Listing the firewall rules of %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, COMPUTE_PROJECT "global/firewalls", project);
    rest_query_int(&c, "maxResults", 500);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct compute_firewalls), decode_firewalls);
    return rest_send(&c);
}

const struct compute_firewalls *compute_firewalls(const struct task *t)
{
    return rest_result(t, decode_firewalls);
}

struct task *compute_firewall_get(struct google *g, const char *project, const char *name)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Reading the firewall rule %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, FIREWALL, project, name);
    rest_decode_with(&c, sizeof(struct compute_firewall), decode_firewall);
    return rest_send(&c);
}

static void put_firewall(struct json_out *o, const char *project, const char *name,
                         const char *network, const char *source_cidr, int port,
                         const char *description)
{
    char link[256], text[16];
    snprintf(link, sizeof link, "projects/%s/global/networks/%s", project, network);
    snprintf(text, sizeof text, "%d", port);
    json_put_string(o, "name", name);
    if (!str_is_empty(description))
        json_put_string(o, "description", description);
    json_put_string(o, "network", link);
    json_put_string(o, "direction", "INGRESS");
    json_open_array(o, "sourceRanges");
    json_put_string(o, NULL, source_cidr);
    json_close_array(o);
    json_open_array(o, "allowed");
    json_open_object(o, NULL);
    json_put_string(o, "IPProtocol", "tcp"); /* with capitals: facts/gcp.md I */
    json_open_array(o, "ports");
    json_put_string(o, NULL, text);
    json_close_array(o);
    json_close_object(o);
    json_close_array(o);
}

struct task *compute_firewall_insert(struct google *g, const char *project, const char *name,
                                     const char *network, const char *source_cidr, int port,
                                     const char *description, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", COMPUTE, "Making the firewall rule %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, GLOBAL "firewalls", project);
    rest_look(&c, FIREWALL, project, name);
    put_firewall(rest_body(&c), project, name, network, source_cidr, port, description);
    rest_decode_with(&c, sizeof(struct compute_firewall), decode_firewall);
    compute_write(&c, w);
    return rest_send(&c);
}

struct task *compute_firewall_delete(struct google *g, const char *project, const char *name,
                                     const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "DELETE", COMPUTE, "Deleting the firewall rule %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, FIREWALL, project, name);
    compute_write(&c, w);
    return rest_send(&c);
}

const struct compute_firewall *compute_firewall(const struct task *t)
{
    return rest_result(t, decode_firewall);
}

/* --- addresses --- */

static bool decode_address(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct compute_address *ad = out;
    (void)e;
    ad->name = rest_string(a, answer->json, "name");
    ad->address = rest_string(a, answer->json, "address");
    ad->status = rest_string(a, answer->json, "status");
    ad->type = rest_string(a, answer->json, "addressType");
    ad->subnetwork = rest_last(rest_string(a, answer->json, "subnetwork"));
    ad->region = rest_last(rest_string(a, answer->json, "region"));
    ad->description = rest_string(a, answer->json, "description");
    ad->users = rest_strings(a, json_get(answer->json, "users"), &ad->n_users);
    return true;
}

struct task *compute_address_get(struct google *g, const char *project, const char *region,
                                 const char *name)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", COMPUTE, "Reading the address %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, ADDRESS, project, region, name);
    rest_decode_with(&c, sizeof(struct compute_address), decode_address);
    return rest_send(&c);
}

static enum rest_ready judge_address(const void *out, int64_t sent_at, struct err *e)
{
    const struct compute_address *ad = out;
    (void)sent_at;
    (void)e;
    return *ad->address && !str_eq(ad->status, "RESERVING") ? REST_READY : REST_NOT_YET;
}

struct task *compute_address_insert(struct google *g, const char *project, const char *region,
                                    const char *name, const char *subnetwork,
                                    const char *description, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "POST", COMPUTE, "Reserving the address %s", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, COMPUTE_PROJECT "regions/{}/addresses", project, region);
    rest_look(&c, ADDRESS, project, region, name);
    struct json_out *o = rest_body(&c);
    json_put_string(o, "name", name);
    if (!str_is_empty(description))
        json_put_string(o, "description", description);
    json_put_string(o, "addressType", "INTERNAL");
    compute_put_subnetwork(o, project, region, subnetwork);
    rest_decode_with(&c, sizeof(struct compute_address), decode_address);
    c.judge = judge_address;
    compute_write(&c, w);
    return rest_send(&c);
}

struct task *compute_address_delete(struct google *g, const char *project, const char *region,
                                    const char *name, const struct google_write *w)
{
    struct rest_call c;
    rest_begin(&c, g, "DELETE", COMPUTE, "Giving the address %s back", name);
    rest_resource(&c, "%s", name);
    rest_path(&c, ADDRESS, project, region, name);
    compute_write(&c, w);
    return rest_send(&c);
}

const struct compute_address *compute_address(const struct task *t)
{
    return rest_result(t, decode_address);
}

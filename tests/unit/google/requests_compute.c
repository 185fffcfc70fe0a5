#include "api/google/machine.h"
#include "api/google/network.h"
#include "tests/unit/google/requests.h"

#include <stdio.h>

#define VPC     "datastream-vpc"
#define PROXY   "datastream-postmottak-backend"
#define ADDRESS "datastream-postmottak-backend-ip"
#define RULE    "allow-datastream-cloudsql-proxy"

/* --- networks --- */

static struct task *network_get(struct google *g, const char *with)
{
    (void)with;
    return compute_network_get(g, P, VPC);
}

static struct task *network_insert(struct google *g, const char *with)
{
    (void)with;
    return compute_network_insert(g, P, VPC, "made by strom", NULL);
}

static struct task *network_delete(struct google *g, const char *with)
{
    (void)with;
    return compute_network_delete(g, P, VPC, NULL);
}

static void show_network(const struct task *t, struct str *out)
{
    const struct compute_network *n = compute_network(t);
    show(out, "name", n->name);
    show(out, "link", n->link);
    show_bool(out, "auto_subnets", n->auto_subnets);
    show(out, "routing_mode", n->routing_mode);
    for (size_t i = 0; i < n->n_peerings; i++) {
        show(out, nth("peering", i), n->peerings[i].name);
        show(out, "  network", n->peerings[i].network);
        show(out, "  state", n->peerings[i].state);
    }
}

static struct task *subnet_ranges(struct google *g, const char *with)
{
    (void)with;
    return compute_subnet_ranges(g, P);
}

static struct task *peering_ranges(struct google *g, const char *with)
{
    (void)with;
    return compute_peering_ranges(g, P, VPC, "peering-to-datastream", L);
}

static void show_ranges(const struct task *t, struct str *out)
{
    const struct compute_ranges *r = compute_ranges(t);
    for (size_t i = 0; i < r->n; i++) {
        show(out, nth("range", i), r->items[i].cidr);
        show(out, "  what", r->items[i].what);
        show(out, "  network", r->items[i].network);
        show(out, "  region", r->items[i].region);
    }
}

/* --- firewall rules, addresses --- */

static struct task *firewall_get(struct google *g, const char *with)
{
    (void)with;
    return compute_firewall_get(g, P, RULE);
}

static struct task *firewall_list(struct google *g, const char *with)
{
    (void)with;
    return compute_firewall_list(g, P);
}

static struct task *firewall_insert(struct google *g, const char *with)
{
    (void)with;
    return compute_firewall_insert(g, P, RULE, VPC, "10.2.0.0/29", 5432, "made by strom", NULL);
}

static struct task *firewall_delete(struct google *g, const char *with)
{
    (void)with;
    return compute_firewall_delete(g, P, RULE, NULL);
}

static void show_one_firewall(struct str *out, const struct compute_firewall *f)
{
    show(out, "name", f->name);
    show(out, "network", f->network);
    show(out, "direction", f->direction);
    for (size_t i = 0; i < f->n_sources; i++)
        show(out, nth("source", i), f->sources[i]);
    for (size_t i = 0; i < f->n_allowed; i++)
        show(out, nth("allowed", i), f->allowed[i]);
    show_bool(out, "disabled", f->disabled);
}

static void show_firewall(const struct task *t, struct str *out)
{
    show_one_firewall(out, compute_firewall(t));
}

static void show_firewalls(const struct task *t, struct str *out)
{
    const struct compute_firewalls *list = compute_firewalls(t);
    for (size_t i = 0; i < list->n; i++)
        show_one_firewall(out, &list->items[i]);
}

static struct task *address_get(struct google *g, const char *with)
{
    (void)with;
    return compute_address_get(g, P, L, ADDRESS);
}

static struct task *address_insert(struct google *g, const char *with)
{
    (void)with;
    return compute_address_insert(g, P, L, ADDRESS, VPC, "made by strom", NULL);
}

static struct task *address_delete(struct google *g, const char *with)
{
    (void)with;
    return compute_address_delete(g, P, L, ADDRESS, NULL);
}

static void show_address(const struct task *t, struct str *out)
{
    const struct compute_address *a = compute_address(t);
    show(out, "name", a->name);
    show(out, "address", a->address);
    show(out, "status", a->status);
    show(out, "type", a->type);
    show(out, "subnetwork", a->subnetwork);
    show(out, "region", a->region);
    for (size_t i = 0; i < a->n_users; i++)
        show(out, nth("user", i), a->users[i]);
}

/* --- machines --- */

static struct task *zone_list(struct google *g, const char *with)
{
    (void)with;
    return compute_zone_list(g, P, L);
}

static void show_zones(const struct task *t, struct str *out)
{
    const struct compute_zones *list = compute_zones(t);
    for (size_t i = 0; i < list->n; i++) {
        show(out, nth("zone", i), list->items[i].name);
        show(out, "  status", list->items[i].status);
    }
}

static struct task *image(struct google *g, const char *with)
{
    (void)with;
    return compute_image_from_family(g, "cos-cloud", "cos-129-lts");
}

static void show_image(const struct task *t, struct str *out)
{
    const struct compute_image *i = compute_image(t);
    show(out, "name", i->name);
    show(out, "link", i->link);
    show(out, "family", i->family);
    show(out, "status", i->status);
}

static struct task *machine_get(struct google *g, const char *with)
{
    (void)with;
    return compute_machine_get(g, P, Z, PROXY);
}

static struct task *machine_find(struct google *g, const char *with)
{
    return compute_machine_find(g, P, str_eq(with, "all") ? NULL : PROXY);
}

static struct google_label label_items[] = {{"created-by", "strom"}};

static struct task *machine_insert(struct google *g, const char *with)
{
    const struct compute_machine_order order = {
        .name = PROXY,
        .zone = Z,
        .region = L,
        .machine_type = "e2-small",
        .image = "projects/cos-cloud/global/images/cos-129-19506-0-1",
        .disk_gb = 10,
        .subnetwork = VPC,
        .internal_ip = "10.166.0.5",
        .external_ip = !str_eq(with, "internal"),
        .service_account = "datastream@" P ".iam.gserviceaccount.com",
        .user_data = "#cloud-config\nruncmd: [\"true\"]\n",
        .description = "Cloud SQL proxy for Datastream",
        .labels = {label_items, 1}};
    return compute_machine_insert(g, P, &order, NULL);
}

static struct task *machine_delete(struct google *g, const char *with)
{
    (void)with;
    return compute_machine_delete(g, P, Z, PROXY, NULL);
}

static struct task *machine_start(struct google *g, const char *with)
{
    (void)with;
    return compute_machine_start(g, P, Z, PROXY, NULL);
}

static struct task *machine_reset(struct google *g, const char *with)
{
    (void)with;
    return compute_machine_reset(g, P, Z, PROXY, NULL);
}

static void show_one_machine(struct str *out, const struct compute_machine *m)
{
    show(out, "name", m->name);
    show(out, "zone", m->zone);
    show(out, "status", m->status);
    show(out, "machine_type", m->machine_type);
    show(out, "internal_ip", m->internal_ip);
    show(out, "external_ip", m->external_ip);
    show(out, "network", m->network);
    show(out, "subnetwork", m->subnetwork);
    show(out, "service_account", m->service_account);
    show_labels(out, &m->labels);
    for (size_t i = 0; i < m->n_metadata; i++)
        show(out, m->metadata[i].key, m->metadata[i].value);
}

static void show_machine(const struct task *t, struct str *out)
{
    show_one_machine(out, compute_machine(t));
}

static void show_machines(const struct task *t, struct str *out)
{
    const struct compute_machines *list = compute_machines(t);
    show_int(out, "machines", (long long)list->n);
    for (size_t i = 0; i < list->n; i++)
        show_one_machine(out, &list->items[i]);
}

static struct task *serial(struct google *g, const char *with)
{
    (void)with;
    return compute_serial_port(g, P, Z, PROXY, 4711);
}

static void show_serial(const struct task *t, struct str *out)
{
    show(out, "text", compute_serial(t)->text);
    show_int(out, "next", compute_serial(t)->next);
}

/* --- an operation of the journal --- */

static struct task *resume(struct google *g, const char *with)
{
    if (str_eq(with, "compute"))
        return google_operation_resume(g,
                                       "compute.googleapis.com/compute/v1/projects/" P "/zones/" Z
                                       "/operations/operation-1",
                                       "Waiting for the machine");
    return google_operation_resume(
        g, "datastream.googleapis.com/v1/projects/" P "/locations/" L "/operations/operation-1",
        "Waiting for the stream");
}

const struct request_call compute_calls[] = {
    {"compute_network_get", network_get, show_network},
    {"compute_network_insert", network_insert, show_network},
    {"compute_network_delete", network_delete, show_nothing},
    {"compute_subnet_ranges", subnet_ranges, show_ranges},
    {"compute_peering_ranges", peering_ranges, show_ranges},
    {"compute_firewall_list", firewall_list, show_firewalls},
    {"compute_firewall_get", firewall_get, show_firewall},
    {"compute_firewall_insert", firewall_insert, show_firewall},
    {"compute_firewall_delete", firewall_delete, show_nothing},
    {"compute_address_get", address_get, show_address},
    {"compute_address_insert", address_insert, show_address},
    {"compute_address_delete", address_delete, show_nothing},
    {"compute_zone_list", zone_list, show_zones},
    {"compute_image_from_family", image, show_image},
    {"compute_machine_get", machine_get, show_machine},
    {"compute_machine_find", machine_find, show_machines},
    {"compute_machine_insert", machine_insert, show_machine},
    {"compute_machine_delete", machine_delete, show_nothing},
    {"compute_machine_start", machine_start, show_machine},
    {"compute_machine_reset", machine_reset, show_machine},
    {"compute_serial_port", serial, show_serial},
    {"google_operation_resume", resume, show_nothing},
    {NULL, NULL, NULL},
};

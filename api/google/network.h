#ifndef STROM_GOOGLE_NETWORK_H
#define STROM_GOOGLE_NETWORK_H

/* Compute's networks, firewall rules and addresses (../gcp/compute.v1.json, facts/gcp.md I). Every
 * write ends when its operation has, and gives the thing as it then is. Who owns what: operation.h.
 */

#include "api/google/operation.h"

struct compute_peering {
    const char *name, *network, *state;
};
struct compute_network {
    const char *name, *link, *description; /* link: selfLink */
    bool auto_subnets;
    const char *routing_mode;
    struct compute_peering *peerings;
    size_t n_peerings;
};
struct task *compute_network_get(struct google *g, const char *project, const char *network);
/* Auto mode, regional routing. */
struct task *compute_network_insert(struct google *g, const char *project, const char *network,
                                    const char *description, const struct google_write *w);
struct task *compute_network_delete(struct google *g, const char *project, const char *network,
                                    const struct google_write *w);
const struct compute_network *compute_network(const struct task *t);

/* Ranges in use: subnets with their secondary ranges, and the routes that come over a peering. */
struct compute_range {
    const char *cidr, *what, *network, *region;
};
struct compute_ranges {
    struct compute_range *items;
    size_t n;
};
struct task *compute_subnet_ranges(struct google *g, const char *project);
struct task *compute_peering_ranges(struct google *g, const char *project, const char *network,
                                    const char *peering, const char *region);
const struct compute_ranges *compute_ranges(const struct task *t);

struct compute_firewall {
    const char *name, *network, *direction, *description;
    const char **sources;
    size_t n_sources;
    const char **allowed; /* "tcp:5432", "all" */
    size_t n_allowed;
    bool disabled;
    bool limited; /* to machines with a tag, or of an account */
};
struct compute_firewalls {
    struct compute_firewall *items;
    size_t n;
};
struct task *compute_firewall_list(struct google *g, const char *project);
const struct compute_firewalls *compute_firewalls(const struct task *t);
struct task *compute_firewall_get(struct google *g, const char *project, const char *name);
/* Ingress, tcp. */
struct task *compute_firewall_insert(struct google *g, const char *project, const char *name,
                                     const char *network, const char *source_cidr, int port,
                                     const char *description, const struct google_write *w);
struct task *compute_firewall_delete(struct google *g, const char *project, const char *name,
                                     const struct google_write *w);
const struct compute_firewall *compute_firewall(const struct task *t);

struct compute_address {
    const char *name, *address, *status, *type, *subnetwork, *region, *description;
    const char **users;
    size_t n_users;
};
struct task *compute_address_get(struct google *g, const char *project, const char *region,
                                 const char *name);
/* Internal, from that subnetwork (its name, in the same region). */
struct task *compute_address_insert(struct google *g, const char *project, const char *region,
                                    const char *name, const char *subnetwork,
                                    const char *description, const struct google_write *w);
struct task *compute_address_delete(struct google *g, const char *project, const char *region,
                                    const char *name, const struct google_write *w);
const struct compute_address *compute_address(const struct task *t);

#endif

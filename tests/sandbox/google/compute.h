#ifndef SANDBOX_GOOGLE_COMPUTE_H
#define SANDBOX_GOOGLE_COMPUTE_H

/* What the parts of compute share. Things are kept under their path:
 * "projects/P/zones/Z/instances/I". */

#include "tests/sandbox/google/inside.h"

#define COMPUTE_URL "https://www.googleapis.com/compute/v1/"
#define HOME        "projects/" SANDBOX_PROJECT

extern const struct route compute_network_routes[], compute_subnetwork_routes[],
    compute_firewall_routes[], compute_address_routes[], compute_instance_routes[],
    compute_place_routes[], compute_operation_routes[];

extern const struct shape compute_insert_query[], compute_change_query[], compute_list_query[];

/* A full, partial or bare reference as a path; false when it is none. */
bool compute_path(const char *given, char out[300]);
/* Name as RFC 1035 wants it; refuses the call otherwise. */
bool compute_name_fits(struct call *c, const char *name);
void compute_refuse_value(struct call *c, const char *field, const char *value, const char *why);
/* kind, id, creationTimestamp, selfLink. */
void compute_complete(struct google *g, struct val *doc, const char *kind, const char *path);
struct val *compute_frame(const char *kind, const char *path); /* of a list */
void compute_list(struct call *c, const char *kind, const char *list_kind);
const char *compute_last(const char *path); /* after the last slash */

/* IPv4. cidr_read: false when it is no range. */
struct cidr {
    uint32_t from, size;
    int bits;
};
bool cidr_read(const char *text, struct cidr *out);
bool cidr_overlaps(struct cidr a, struct cidr b);
bool cidr_holds(struct cidr range, struct cidr inner);
bool ip_read(const char *text, uint32_t *out);
const char *ip_text(uint32_t ip, char out[20]);

const char *compute_region_range(const char *region); /* auto mode's; NULL: no such region */
bool compute_zone_is(const char *zone);
bool compute_machine_is(const char *type);
bool compute_image_is(const char *path);
struct val *compute_regions(void);

struct thing *network_make(struct google *g, const char *name, bool automatic);
void network_subnets(struct google *g, const char *name);
void network_peer(struct google *g, const char *network, const char *peering, const char *subnet);
void network_unpeer(struct google *g, const char *network, const char *peering);
/* A free address of the subnetwork. */
const char *subnetwork_address(struct google *g, const char *subnetwork, char out[20]);
struct thing *firewall_make(struct google *g, const char *name, const char *network,
                            const char *range, const char *port);
struct thing *address_make(struct google *g, const char *name, const char *ip);
struct thing *instance_make(struct google *g, const char *name, const char *zone,
                            const char *address, const char *user_data);

void instance_path(const char *zone, const char *name, char out[300]);
void instance_insert(struct call *c); /* instance_insert.c */
extern const struct shape instance_shape[], instance_metadata_shape[];

/* The proxy on a VM (proxy.c). */
enum proxy_state {
    PROXY_READY,
    PROXY_BOOTING,
    PROXY_DOWN /* the VM */,
    PROXY_NOT_THERE /* no usable
cloud-init */
    ,
    PROXY_NOT_ALLOWED /* account */
};
enum proxy_state proxy_look(struct google *g, const struct thing *vm);
bool proxy_is_opened(const struct thing *vm); /* iptables lets 5432 in */
bool proxy_serves(const struct thing *vm, const char *connection_name);
void proxy_serial(struct google *g, const struct thing *vm, struct str *out);
/* A cloud-init as the road needs it. */
void proxy_cloud_init(struct str *out);
int64_t instance_running_ms(const struct thing *vm); /* when it came up; INT64_MAX: not */

#endif

#ifndef STROM_GOOGLE_MACHINE_H
#define STROM_GOOGLE_MACHINE_H

/* Compute's zones, images and virtual machines: the proxy (../gcp/compute.v1.json, facts/gcp.md I).
 * Who owns what: operation.h. */

#include "api/google/operation.h"

struct compute_zone {
    const char *name, *status;
}; /* UP, DOWN */
struct compute_zones {
    struct compute_zone *items;
    size_t n;
};
struct task *compute_zone_list(struct google *g, const char *project, const char *region);
const struct compute_zones *compute_zones(const struct task *t);

struct compute_image {
    const char *name, *link, *family, *status;
};
struct task *compute_image_from_family(struct google *g, const char *image_project,
                                       const char *family);
const struct compute_image *compute_image(const struct task *t);

struct compute_item {
    const char *key, *value;
};
struct compute_machine {
    const char *name, *zone, *status, *machine_type;
    const char *internal_ip, *external_ip; /* "" when none */
    const char *network, *subnetwork, *service_account;
    struct google_labels labels;
    struct compute_item *metadata; /* user-data among them */
    size_t n_metadata;
};
struct compute_machines {
    struct compute_machine *items;
    size_t n;
};
struct task *compute_machine_get(struct google *g, const char *project, const char *zone,
                                 const char *name);
const struct compute_machine *
compute_machine(const struct task *t); /* of get, insert, start and reset */
/* Every machine of that name in whatever zone; name NULL: every machine. */
struct task *compute_machine_find(struct google *g, const char *project, const char *name);
const struct compute_machines *compute_machines(const struct task *t);
const char *compute_metadata(const struct compute_machine *m,
                             const char *key); /* NULL when absent */

struct compute_machine_order {
    const char *name, *zone, *region, *machine_type; /* "e2-small" */
    const char *image;                               /* selfLink or projects/.../images/... */
    int disk_gb;                                     /* 0: the image's own */
    const char *subnetwork;                          /* name */
    const char *internal_ip;                         /* "" or NULL: any */
    bool external_ip;
    const char *service_account;
    const char *user_data; /* cloud-init */
    const char *description;
    struct google_labels labels;
};
/* Ends when it runs. ERR_QUOTA with reason ZONE_RESOURCE_POOL_EXHAUSTED: try the next zone. */
struct task *compute_machine_insert(struct google *g, const char *project,
                                    const struct compute_machine_order *order,
                                    const struct google_write *w);
struct task *compute_machine_delete(struct google *g, const char *project, const char *zone,
                                    const char *name, const struct google_write *w);
struct task *compute_machine_start(struct google *g, const char *project, const char *zone,
                                   const char *name, const struct google_write *w);
struct task *compute_machine_reset(struct google *g, const char *project, const char *zone,
                                   const char *name, const struct google_write *w);

struct compute_serial {
    const char *text;
    int64_t next;
}; /* next: where to go on reading */
struct task *compute_serial_port(struct google *g, const char *project, const char *zone,
                                 const char *name, int64_t start);
const struct compute_serial *compute_serial(const struct task *t);

#endif

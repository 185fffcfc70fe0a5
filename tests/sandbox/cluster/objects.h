#ifndef SANDBOX_CLUSTER_OBJECTS_H
#define SANDBOX_CLUSTER_OBJECTS_H

/* The objects that lie in the namespace, in Config Connector's and Nais' shapes. */

#include "tests/sandbox/google/val.h"
#include "tests/sandbox/sandbox.h"

struct cluster_kind {
    const char *group, *version, *plural, *kind; /* version: "sql.cnrm.cloud.google.com/v1beta1" */
    bool secret;
};

struct cluster_ask {
    const struct cluster_kind *kind;
    char space[128], name[256]; /* name "" in a list */
};

bool cluster_read_path(const char *path, struct cluster_ask *out); /* after /kubernetes/ */
struct val *cluster_objects(struct sandbox *s, const struct cluster_kind *kind);
void route_url_decode(char *text); /* of google/route.c */

#endif

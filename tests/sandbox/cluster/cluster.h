#ifndef SANDBOX_CLUSTER_H
#define SANDBOX_CLUSTER_H

/* The stand-in for the Kubernetes API of the team's namespace, mounted on the server of google.h as
 * /kubernetes. What it shows follows from what the platform has deployed (sandbox_facts): Config
 * Connector's sqlinstances, sqldatabases and sqlusers, the Nais application, the users' secrets. */

#include "api/base/str.h"
#include "tests/sandbox/google/google.h"

struct cluster;

/* Which secrets a person may read: all of the namespace as before, the datastream user's alone (the
 * sandbox's default), or none, which is the rule in the real clusters today. */
enum cluster_secrets { CLUSTER_SECRETS_DATASTREAM, CLUSTER_SECRETS_ALL, CLUSTER_SECRETS_NONE };

struct cluster *cluster_start(struct google *g,
                              struct sandbox *s); /* mounts itself; ends before google_stop */
void cluster_stop(struct cluster *c);
void cluster_set_secrets(struct cluster *c, enum cluster_secrets rule);

/* A kubeconfig with the one context SANDBOX_CONTEXT and its bearer token; the program writes it. */
void cluster_kubeconfig(const struct sandbox *s, int port, struct str *out);

#endif

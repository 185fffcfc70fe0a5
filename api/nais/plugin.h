#ifndef STROM_NAIS_PLUGIN_H
#define STROM_NAIS_PLUGIN_H

/* Inside api/nais: the login program of a kubeconfig (user.exec), by the protocol of
 * client.authentication.k8s.io v1 and v1beta1. No shell; of our environment it gets what says where
 * things are, and nothing that looks like a secret. What is given is copied. */

#include "api/nais/kubeconfig.h"
#include "api/net/net.h"
#include "api/net/task.h"

#define PLUGIN_WHAT "Logging in to the cluster"

/* What stands against running it at all; true with *e filled. */
bool plugin_refused(const struct kube_exec *x, struct err *e);
/* A child_run. ca: PEM of the cluster's own authority, NULL when none. */
struct task *plugin_run(struct net *net, const struct kube_exec *x, const struct kube_cluster *k,
                        const char *ca);
/* Of one that has ended badly: could not be started, too late, or an exit status. */
void plugin_failed(const struct task *t, const struct kube_exec *x, struct err *e);

#endif

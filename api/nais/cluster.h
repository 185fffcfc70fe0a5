#ifndef STROM_NAIS_CLUSTER_H
#define STROM_NAIS_CLUSTER_H

/* The Kubernetes API of one context: reads only. The exec plugin runs when the first call needs a
 * token (no shell), its token is kept until it expires and asked for anew once after a 401. */

#include "api/base/json.h"
#include "api/nais/kubeconfig.h"
#include "api/net/net.h"
#include "api/net/task.h"

struct cluster;

/* kubeconfig: colon-separated files or NULL (KUBECONFIG, else the default); context NULL: the
 * current one; ns NULL: that context's namespace, else "default". No network, no program run. NULL
 * with *e filled. */
struct cluster *cluster_open(struct net *net, const char *kubeconfig, const char *context,
                             const char *ns, struct err *e);
void cluster_close(struct cluster *c); /* after its tasks were dropped */

struct net *cluster_net(const struct cluster *c);
const char *cluster_context(const struct cluster *c);
const char *cluster_namespace(const struct cluster *c);
/* While the login program is at work: what it says to people ("open this page, type that code"),
 * made harmless, "" when nothing; NULL when none is at work. */
const char *cluster_login_says(struct cluster *c);

/* GET of a list or a thing: group_version "apis/sql.cnrm.cloud.google.com/v1beta1" or "api/v1",
 * plural "sqlinstances", in the namespace; name NULL: the list, selected by `labels` ("app=x",
 * NULL: all), followed through `continue`. Items of all pages are in one document. */
struct task *cluster_get(struct cluster *c, const char *group_version, const char *plural,
                         const char *name, const char *labels);
/* The document; lives with the task. A list is {"items":[...]}. */
const struct json *cluster_document(const struct task *t);

#endif

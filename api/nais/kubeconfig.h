#ifndef STROM_NAIS_KUBECONFIG_H
#define STROM_NAIS_KUBECONFIG_H

/* The person's kubeconfig, by kubectl's rules: every file of KUBECONFIG in order, the first mention
 * of a name wins, else ~/.kube/config. Reading is pure; nothing is run here. Relative paths in a
 * file count from that file's folder; data goes before the file of the same thing. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/base/secret.h"

#include <stdbool.h>
#include <stddef.h>

struct kube_exec {           /* user.exec: a program that gives a token */
    const char *api_version; /* client.authentication.k8s.io/v1 or v1beta1 */
    const char *command;
    const char **args;
    size_t n_args;
    const char **env; /* NAME=value */
    size_t n_env;
    bool cluster_info;            /* provideClusterInfo */
    const char *install_hint;     /* "" when none */
    const char *interactive_mode; /* "Never", "IfAvailable", "Always"; "" when it says nothing */
};
struct kube_cluster {
    const char *name, *server, *ca_data, *ca_file, *tls_server_name, *proxy_url;
    const char *ca_base64;   /* certificate-authority-data as it was written */
    const char *exec_config; /* JSON of the extension for exec plugins; NULL: none */
    bool insecure;           /* insecure-skip-tls-verify: refused when it is used */
    const char *broken;      /* the field that is no base64; NULL: all are well */
};
struct kube_user {
    const char *name;
    const char *cert_data, *cert_file, *key_file, *token_file;
    struct secret *key_data, *token;
    /* the latter three are not supported */
    bool has_exec, has_password, has_provider, has_impersonation;
    const char *broken; /* as for clusters */
    struct kube_exec exec;
};
struct kube_context {
    const char *name, *cluster, *user, *ns;
}; /* ns "" when it names none */

struct kubeconfig {
    const char *files;   /* where it was read from, for people: "a:b" */
    const char *current; /* "" when none */
    struct kube_context *contexts;
    size_t n_contexts;
    struct kube_cluster *clusters;
    size_t n_clusters;
    struct kube_user *users;
    size_t n_users;
};

/* paths: colon-separated, NULL: KUBECONFIG, else the default. ERR_MISSING when there is no file at
 * all. */
bool kubeconfig_load(struct arena *a, const char *paths, struct kubeconfig *out, struct err *e);
/* One file's text, merged into *out; folder for relative paths. For kubeconfig_load and tests. */
bool kubeconfig_merge(struct arena *a, const char *text, size_t bytes, const char *folder,
                      struct kubeconfig *out, struct err *e);
void kubeconfig_done(struct kubeconfig *k); /* wipes the secrets; the rest is the arena's */

/* NULL name: the current one. NULL with *e filled when there is none of that name. */
const struct kube_context *kubeconfig_context(const struct kubeconfig *k, const char *name,
                                              struct err *e);
const struct kube_cluster *kubeconfig_cluster(const struct kubeconfig *k, const char *name);
const struct kube_user *kubeconfig_user(const struct kubeconfig *k, const char *name);

#endif

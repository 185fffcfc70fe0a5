#ifndef STROM_NAIS_LOGIN_H
#define STROM_NAIS_LOGIN_H

/* Inside api/nais: what a request to a cluster is signed with. The kubeconfig is borrowed and must
 * outlive it; tokens and keys are its own, wiped by login_done or when they are renewed. */

#include "api/nais/kubeconfig.h"
#include "api/net/http.h"
#include "api/net/net.h"
#include "api/net/task.h"

struct login {
    struct net *net;
    const struct kube_user *user;
    const struct kube_cluster *cluster;
    const char *ca;       /* PEM of the cluster's own authority; NULL: none */
    struct task *plugin;  /* the exec program at work */
    unsigned attempt;     /* counts its runs */
    unsigned generation;  /* counts what was got */
    struct secret *token; /* from the program; NULL: none yet */
    char *cert;           /* PEM, from the program or a file; NULL: none */
    struct secret *key;
    int64_t until; /* -1: the program named no end */
    bool ready;
};

enum login_state { LOGIN_WAIT, LOGIN_READY, LOGIN_FAILED };
/* Runs the program when it is needed; *ticket (0 at first) tells its runs apart. */
enum login_state login_get(struct login *l, unsigned *ticket, struct err *e);
/* Answered 401: what was got as the `generation`th is worth nothing. */
void login_refused(struct login *l, unsigned generation);
/* False when no program is at work; out: what it says to people meanwhile, made harmless. */
bool login_says(const struct login *l, char *out, size_t cap);
const struct secret *login_token(const struct login *l);
const char *login_cert(const struct login *l); /* NULL: none */
const struct secret *login_key(const struct login *l);
void login_done(struct login *l);

#endif

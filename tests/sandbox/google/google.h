#ifndef SANDBOX_GOOGLE_H
#define SANDBOX_GOOGLE_H

/* The stand-in for Google's APIs (and, through cluster/, for Kubernetes): one HTTP server on a
 * loopback port. A request for https://HOST/PATH arrives as /HOST/PATH (contract, section 3). */

#include "api/base/str.h"
#include "tests/sandbox/sandbox.h"

struct google;

/* The login that the stand-in accepts. The program writes google_credentials into the file that
 * GOOGLE_APPLICATION_CREDENTIALS names; the refresh token is derived from the sandbox's own token.
 */
#define SANDBOX_CLIENT_ID     "482910375264-sandbox.apps.googleusercontent.com"
#define SANDBOX_CLIENT_SECRET "sandbox-client"
void google_credentials(const struct sandbox *s, struct str *out); /* authorized_user, JSON */

struct google_options {
    int port; /* 0: any */
    const char
        *request_log; /* JSON lines, as ../shared/tools/check_requests.py reads them; NULL: none */
    bool disabled_apis; /* a fresh project: compute, datastream and servicenetworking are off */
    /* No port, no thread, no PostgreSQL: requests are handed to server_answer by a test that owns
     * the clock. The source is one on paper: the users of `facts` log in with their passwords,
     * streams run and carry nothing. */
    bool paper;
};

struct google *google_start(struct sandbox *s, const struct google_options *o, char why[512]);
void google_stop(struct google *g); /* replicas included */
int google_port(const struct google *g);
int64_t google_idle_ms(const struct google *g); /* since the last request */

/* Prepared clouds. */
bool google_prepare_running(struct google *g,
                            char why[512]); /* all resources and a RUNNING stream of two tables */
bool google_prepare_shared(struct google *g,
                           char why[512]); /* another app's stream uses the shared network */
bool google_prepare_trouble(struct google *g,
                            char why[512]); /* things that are wrong in the cloud */

/* What tests and scenarios turn. Roles replace the person's own bindings (roles/editor at the
 * start); those that come from the team's group stay. */
void google_set_roles(struct google *g, const char *const *roles, size_t n);
/* Gives the person a role that ends after so many seconds, at once; false where it is none that can
 * be had here, or a basic one. */
bool google_grant(struct google *g, const char *role, int seconds);
void google_set_lacking(struct google *g, const char *permission,
                        bool lacking); /* whatever the roles say */
void google_set_api(struct google *g, const char *service, bool enabled);
void google_set_exhausted(struct google *g,
                          const char *zone); /* no room for VMs there; NULL: none */

/* Other handlers for paths under "/NAME/": the cluster and the control calls of the program. */
struct google_request {
    const char *method, *path; /* path without the first part, decoded query apart */
    const char *query;         /* raw, "" when none */
    const char *body;
    size_t bytes;
    const char *authorization; /* header, "" when none */
};
struct google_reply {
    int status;
    const char *content_type;
    char *body; /* malloc'ed by the handler, freed by the server */
    size_t bytes;
};
typedef void google_handler(void *ctx, const struct google_request *q, struct google_reply *reply);
void google_mount(struct google *g, const char *name, google_handler *handler, void *ctx);
void google_unmount(struct google *g, const char *name); /* returns when no handler of it runs */

#endif

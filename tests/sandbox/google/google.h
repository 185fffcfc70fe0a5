#ifndef SANDBOX_GOOGLE_H
#define SANDBOX_GOOGLE_H

/* The stand-in for Google's APIs (and, through cluster/, for Kubernetes): one HTTP server on a
 * loopback port. A request for https://HOST/PATH arrives as /HOST/PATH (contract, section 3). */

#include "tests/sandbox/sandbox.h"

struct google;

struct google_options {
    int  port;                  /* 0: any */
    const char *request_log;    /* JSON lines, as ../shared/tools/check_requests.py reads them; NULL: none */
    bool disabled_apis;         /* a fresh project: only serviceusage, cloudresourcemanager, iam, bigquery are on */
};

struct google *google_start(struct sandbox *s, const struct google_options *o, char why[512]);
void google_stop(struct google *g);            /* replicas included */
int  google_port(const struct google *g);
int64_t google_idle_ms(const struct google *g); /* since the last request */

/* Prepared clouds. */
bool google_prepare_running(struct google *g, char why[512]); /* all resources and a RUNNING stream of two tables */
bool google_prepare_shared(struct google *g, char why[512]);  /* another app's stream uses the shared network */
bool google_prepare_trouble(struct google *g, char why[512]); /* things that are wrong in the cloud */

/* Other handlers for paths under "/NAME/": the cluster and the control calls of the program. */
struct google_request {
    const char *method, *path;      /* path without the first part, decoded query apart */
    const char *query;              /* raw, "" when none */
    const char *body;
    size_t bytes;
    const char *authorization;      /* header, "" when none */
};
struct google_reply {
    int status;
    const char *content_type;
    char *body;                     /* malloc'ed by the handler, freed by the server */
    size_t bytes;
};
typedef void google_handler(void *ctx, const struct google_request *q, struct google_reply *reply);
void google_mount(struct google *g, const char *name, google_handler *handler, void *ctx);

#endif

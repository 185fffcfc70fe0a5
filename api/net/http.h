#ifndef STROM_NET_HTTP_H
#define STROM_NET_HTTP_H

/* One HTTP exchange as a task. TASK_OK means that an answer came, whatever its status; TASK_FAILED
 * that none came, with the phase that broke named. TLS is always verified, redirects are never
 * followed, plain http is refused beyond loopback, sizes and times are bounded. Repeating is the
 * caller's decision (api/google/rest.c, api/nais/cluster.c). */

#include "api/base/secret.h"
#include "api/base/str.h"
#include "api/net/task.h"

#include <stdbool.h>
#include <stddef.h>

struct http_header {
    const char *name, *value;
};

struct http_request {
    const char *method; /* "GET", "POST", ... */
    const char *url;    /* https://..., or http:// on loopback */
    const struct http_header *headers;
    size_t n_headers;
    const struct secret *bearer; /* sent as Authorization, never logged; NULL: none */
    const char *content_type;    /* with a body */
    const char *body;
    size_t body_bytes;
    bool body_is_secret; /* wiped after sending, never logged (token requests) */
    int timeout_ms;      /* whole exchange; 0: 60 s */
    size_t max_bytes;    /* of the answer; 0: 32 MiB */
    const char *ca_pem;  /* trusted instead of the system's (clusters) */
    const char *client_cert_pem;
    const struct secret *client_key_pem;
    bool metadata;        /* Google's metadata server: plain http to it is fine, and no proxy */
    const char *tls_name; /* whom the certificate must name, where that is not the URL's host */
    const char *proxy;    /* this one, whatever the environment says; NULL: as usual */
    bool only_once; /* harmful to repeat: it goes over a connection of its own. On one that was
                       kept, and breaks, the library sends again by itself, unasked */
};

struct http_answer {
    int status;
    const char *body; /* NUL-terminated besides */
    size_t bytes;
    const char *content_type; /* "" when none */
    const char *etag;
    int64_t date;                /* of the server, seconds since 1970; -1 unknown */
    int retry_after;             /* seconds; -1 none */
    const char *metadata_flavor; /* of a metadata server; NULL when none */
};

struct task *http_send(struct net *net,
                       const struct http_request *request); /* copies what it needs */
const struct http_answer *
http_answer(const struct task *t); /* of one with TASK_OK; lives with the task */
/* Of one with TASK_FAILED: false when nothing of it has left this machine (no name, no connection,
 * no agreement on encryption): nobody can have carried it out. */
bool http_was_sent(const struct task *t);

/* Appends value percent-encoded (everything but unreserved characters; '/' stays when keep_slash).
 */
void http_encode(struct str *out, const char *value, bool keep_slash);
/* True for http://127.x, http://[::1], http://localhost. */
bool http_is_loopback(const char *url);
/* "HOST" or "HOST:PORT" is a place for a metadata server: its name, a link-local address, or this
 * machine. */
bool http_is_metadata_host(const char *host);

#endif

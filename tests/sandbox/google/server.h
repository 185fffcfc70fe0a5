#ifndef SANDBOX_GOOGLE_SERVER_H
#define SANDBOX_GOOGLE_SERVER_H

/* HTTP around the stand-in: one thread a connection, so that a request that waits holds up no
 * other. */

#include "tests/sandbox/google/inside.h"

struct exchange {
    char *uri; /* as it came, with the query */
    char *method;
    struct str body;
    const char *authorization, *user_project, *content_type, *if_match, *user_agent;
    bool too_big;
    int status; /* the answer */
    const char *answer_type;
    char *answer; /* malloc'ed */
    size_t answer_bytes;
    int64_t hold_until_ms; /* not sent before */
};

bool server_start(struct google *g, int port, char why[512]);
void server_stop(struct google *g);
/* google.c: from request to answer; `serve` waits until it may go out, `answer` leaves that to the
 * caller (hold_until_ms). */
void server_serve(struct google *g, struct exchange *x);
void server_answer(struct google *g, struct exchange *x);
/* Into the sandbox's own log; and what a client of ours has asked into a file in the folder
 * $SANDBOX_REQUEST_LOGS too, for whoever holds the requests of many tests against the documents. */
void request_log_write(struct google *g, const struct exchange *x);
void request_log_open_common(struct google *g);

#endif

#ifndef TESTS_FAULTS_AIM_H
#define TESTS_FAULTS_AIM_H

/* Between the product and the wire. http_send, child_run and curl_multi_poll are wrapped at link
 * time: the first two give a call its fault, the last pumps the wire and lets the clock jump to
 * whatever is due next when nothing moves any more. Programs take their own time, and it stands
 * still for them. getaddrinfo is ours too: a name that is not known is not known at once, and a
 * name server that is silent is so until the next aim. */

#include "tests/faults/wire.h"

/* "do POST datastream.googleapis.com/v1/.../streams": a call, told apart by what the run is doing.
 * "do RUN plugin": a login program. */
enum { AIM_KEY = 320, AIM_CALLS = 256 };

struct aim_call {
    char key[AIM_KEY];
    bool operation; /* some answer to it was an operation */
};

/* HTTPS_PROXY while a fault is a proxy's: its password is as secret as any. NULL: over. */
void aim_open(struct wire *w, const char *proxy_password);
/* A literal: goes in front of the keys that follow. NULL: what follows is nobody's concern. */
void aim_phase(const char *phase);
/* From now on every call of this key meets the fault, or the first one only. NULL: none does. */
void aim_at(const char *key, enum fault_kind kind, bool once);
/* The calls since aim_forget, each once, in the order in which they were first made. */
const struct aim_call *aim_calls(size_t *n);
void aim_forget(void);
bool aim_fits(const struct aim_call *call,
              enum fault_kind kind); /* such a thing can happen to it */
bool aim_hit(void);                  /* the fault was met */
bool aim_too_soon(void);             /* after Retry-After the call came again before its time */
bool aim_too_late(void); /* after a sleep nothing was asked for a long time, or in an old way */
bool aim_stuck(void);    /* nothing was left to wait for: ends the wait that found it out */
void aim_unstick(void);

#endif

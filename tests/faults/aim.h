#ifndef TESTS_FAULTS_AIM_H
#define TESTS_FAULTS_AIM_H

/* Between the product and the wire. http_send and curl_multi_poll are wrapped at link time: the one
 * gives a call its fault, the other pumps the wire and lets the clock jump to whatever is due next
 * when nothing moves any more. getaddrinfo is ours too: a name that is not known is not known at
 * once. */

#include "tests/faults/wire.h"

/* "do POST datastream.googleapis.com/v1/.../streams": a call, told apart by what the run is doing.
 */
enum { AIM_KEY = 320, AIM_CALLS = 256 };

struct aim_call {
    char key[AIM_KEY];
    bool operation; /* some answer to it was an operation */
};

void aim_open(struct wire *w);
void aim_phase(const char *phase); /* a literal: goes in front of the keys that follow */
/* From now on every call of this key meets the fault, or the first one only. NULL: none does. */
void aim_at(const char *key, enum fault_kind kind, bool once);
/* The calls since aim_forget, each once, in the order in which they were first made. */
const struct aim_call *aim_calls(size_t *n);
void aim_forget(void);
bool aim_hit(void);      /* the fault was met */
bool aim_too_soon(void); /* after Retry-After the call came again before its time */
bool aim_stuck(void);    /* nothing was left to wait for: ends the wait that found it out */
void aim_unstick(void);

#endif

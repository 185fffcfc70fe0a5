#ifndef SANDBOX_TRAFFIC_H
#define SANDBOX_TRAFFIC_H

/* The app at work: inserts, updates and deletes as the app's role, on a thread of its own, some
 * with values that PostgreSQL keeps out of line (TOAST). Rolls some back, as apps do. */

#include "tests/sandbox/sandbox.h"

struct traffic;

enum { TRAFFIC_MAX = 2000 };

struct traffic_look {
    double rate;                                   /* changes a second that are asked for; 0: off */
    uint64_t inserts, updates, deletes, rollbacks; /* since the start */
    char error[256];                               /* the last refusal of PostgreSQL, "" none */
};

struct traffic *traffic_start(struct sandbox *s, double rate);
void traffic_stop(struct traffic *t);
void traffic_set(struct traffic *t, double rate); /* at once; clamped to 0..TRAFFIC_MAX */
void traffic_look(struct traffic *t, struct traffic_look *out);

#endif

#ifndef STROM_NET_RESOLVE_H
#define STROM_NET_RESOLVE_H

/* Host name -> address without blocking, by opening (and closing) a TCP connection: tells "no such
 * host", "nobody listens there" and "no answer" apart before libpq is asked. */

#include "api/net/task.h"

struct task *resolve_host(struct net *net, const char *host, int port, int timeout_ms);
const char *resolve_address(const struct task *t); /* "10.0.0.5" or "::1"; lives with the task */

#endif

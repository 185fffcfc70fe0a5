#ifndef TESTS_FAULTS_WIRE_H
#define TESTS_FAULTS_WIRE_H

/* The other side of the socket: raw sockets on the loopback, pumped by hand, without a thread and
 * without waiting. A request for /=N=/HOST/PATH meets fault N (fault.h), and so does a CONNECT to
 * N.proxied.invalid; every other one is answered by the stand-in. */

#include "tests/faults/fault.h"

#include <stdint.h>

struct wire;
struct stand; /* stand.h */

enum wire_door {
    WIRE_OPEN,
    WIRE_REFUSED,  /* nobody listens */
    WIRE_SILENT,   /* connections are never accepted */
    WIRE_STRANGER, /* TLS, signed by nobody we know */
    WIRE_EXPIRED,  /* TLS, signed by us, long ago */
    WIRE_OTHER,    /* TLS, signed by us for another address */
    WIRE_MUTE,     /* TLS wanted: connections are accepted, and that is all */
    WIRE_DOORS
};

/* folder: where ours.pem goes, the certificate that SSL_CERT_FILE should name. NULL with a message
 * on stderr. */
struct wire *wire_open(const char *folder);
void wire_close(struct wire *w);
const char *wire_origin(const struct wire *w, enum wire_door door);
void wire_serve(struct wire *w, struct stand *s); /* whom to ask from now on; NULL: nobody */

bool wire_pump(struct wire *w);          /* whatever can go on now; true when something did */
int64_t wire_next(const struct wire *w); /* when something is due; -1: nothing */
void wire_forget_lines(struct wire *w);  /* whoever goes on with a connection of before is wrong */
/* Since then: requests on such connections, and with tokens that had expired. */
unsigned wire_stale(const struct wire *w);
unsigned wire_strays(const struct wire *w);    /* requests that followed a redirect */
bool wire_saw_operation(const struct wire *w); /* the last answer of the stand-in was one */

#endif

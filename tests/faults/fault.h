#ifndef TESTS_FAULTS_FAULT_H
#define TESTS_FAULTS_FAULT_H

/* What may go wrong with one call, and what may come of it. A fault reaches its call through the
 * address: http_send is wrapped at link time (aim.c), so that the product knows nothing of it. */

#include "api/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_DNS,
    FAULT_DNS_SILENT, /* the name server never answers */
    FAULT_REFUSED,
    FAULT_CONNECT_TIMEOUT,
    FAULT_PROXY_DNS,     /* HTTPS_PROXY, or the call's own: nobody knows its name */
    FAULT_PROXY_REFUSED, /* ... nobody listens there */
    FAULT_PROXY_LOGIN,   /* ... 407 */
    FAULT_PROXY_GATEWAY, /* ... 502 */
    FAULT_PROXY_SILENT,  /* ... takes the request and says no more */
    FAULT_WRONG_CERTIFICATE,
    FAULT_EXPIRED_CERTIFICATE,
    FAULT_OTHER_NAME,   /* a good certificate, of another host */
    FAULT_TLS_SILENT,   /* connected, and the handshake is never answered */
    FAULT_SLEEP,        /* carried out, and the machine sleeps for hours before the answer comes */
    FAULT_READ_TIMEOUT, /* carried out, and no answer ever */
    FAULT_RESET_HEADER, /* not carried out */
    FAULT_RESET_BODY,   /* carried out; half the answer */
    FAULT_SLOW,         /* carried out; a byte a second */
    FAULT_TRUNCATED,    /* carried out; the answer is no JSON any more */
    FAULT_HTML,         /* a login page, 200 */
    FAULT_HUGE,         /* 200 MB */
    FAULT_REDIRECT,
    FAULT_400,
    FAULT_401,
    FAULT_403,
    FAULT_404,
    FAULT_409,
    FAULT_412,
    FAULT_429, /* with Retry-After */
    FAULT_500, /* carried out */
    FAULT_503, /* not carried out */
    FAULT_OPERATION_ERROR,
    FAULT_OPERATION_NEVER,
    FAULT_DUPLICATE, /* delivered twice, and no answer */
    FAULT_REVOKED,   /* invalid_grant: this login is worth nothing any more */
    FAULT_TOKEN,     /* every token has expired when the call arrives */
    FAULT_AWAY,      /* carried out, and from then on the network loses everything for a while */
    FAULT_ODD_EMPTY, /* tables are told of in a way that nobody expects: not at all */
    FAULT_ODD_NULL,
    FAULT_ODD_OTHER, /* ... as another kind of database's */
    FAULT_ODD_TYPES, /* ... with things of other types where lists and names should be */
    FAULT_ODD_NAMES, /* ... without names, with very long ones, with those that move a cursor */
    FAULT_ODD_TWICE, /* ... each twice */
    FAULT_ODD_NUMBERS,
    FAULT_ODD_MANY, /* ... of four thousand columns */
    FAULT_PLUGIN_MISSING,
    FAULT_PLUGIN_FAILS, /* with a word on stderr that is nobody's business */
    FAULT_PLUGIN_GARBLED,
    FAULT_PLUGIN_HUGE,
    FAULT_PLUGIN_SILENT, /* never ends */
    FAULT_PLUGIN_WORN,   /* its token is refused */
    FAULTS
};

/* What a fault may meet. */
enum fault_of_what {
    FAULT_ANY_CALL,
    FAULT_OPERATION,
    FAULT_PROXIED,
    FAULT_LOGIN,
    FAULT_PLUGIN,
    FAULT_DISCOVERY
};

struct fault {
    const char *name;
    bool passes; /* met once, the run must still end well */
    int status;  /* of the answer, where that is all */
    enum fault_of_what meets;
    const char *hint; /* what the next step must tell; NULL: anything */
    unsigned kinds;   /* bits of the err_kind that may come of it */
};

const struct fault *fault_of(enum fault_kind kind);
enum {
    FAULT_RETRY_AFTER_S = 7,
    FAULT_SLEEP_MS = 2 * 3600000,
    FAULT_AWAKE_MS = 5000,
    FAULT_AWAY_MS = 90000
};

#endif

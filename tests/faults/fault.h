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
    FAULT_REFUSED,
    FAULT_CONNECT_TIMEOUT,
    FAULT_WRONG_CERTIFICATE,
    FAULT_EXPIRED_CERTIFICATE,
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
    FAULT_TOKEN,     /* every token has expired when the call arrives */
    FAULTS
};

struct fault {
    const char *name;
    bool passes;     /* met once, the run must still end well */
    int status;      /* of the answer, where that is all */
    bool operations; /* only where the answer is an operation */
    unsigned kinds;  /* bits of the err_kind that may come of it */
};

const struct fault *fault_of(enum fault_kind kind);
enum { FAULT_RETRY_AFTER_S = 7 };

#endif

#ifndef STROM_GOOGLE_REFUSAL_H
#define STROM_GOOGLE_REFUSAL_H

/* Inside api/google: every way in which Google says no, read into a struct err. Envelopes: AIP-193,
 * the older one of Compute, BigQuery and Cloud SQL, the bare Status of an operation, the token
 * endpoint's, and HTML of a front end. Pure. */

#include "api/base/err.h"
#include "api/base/json.h"

struct refusal {
    int status;      /* HTTP */
    char word[48];   /* PERMISSION_DENIED, NOT_FOUND, ...; "" unknown */
    char reason[64]; /* SERVICE_DISABLED, notFound, invalid_grant, ...; "" none */
    char message[512];
    char field[160];      /* first field violation */
    char permission[96];  /* metadata.permission */
    char service[96];     /* metadata.service */
    double retry_after_s; /* RetryInfo; -1 none */
};

void refusal_read(int status, const char *body, size_t bytes, struct refusal *out);
/* A google.rpc.Status without wrapper. */
void refusal_read_status(const struct json *status, struct refusal *out);
/* {"errors":[{code,message}]} of a Compute or Cloud SQL operation; http_status 0 unknown. */
void refusal_read_errors(const struct json *error, int http_status, struct refusal *out);

/* kind, code, reason, why, hint, retryable; `what` and resource are the call's. */
void refusal_to_err(const struct refusal *r, const char *what, const char *resource, struct err *e);

/* 408, 429, 500, 502, 503, 504 and their words: the same request may succeed later. */
bool refusal_is_passing(const struct refusal *r);

#endif

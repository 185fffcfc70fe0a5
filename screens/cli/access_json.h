#ifndef STROM_CLI_ACCESS_JSON_H
#define STROM_CLI_ACCESS_JSON_H

/* What `strom access` prints: for people, and as documents with their JSON Schema. */

#include "api/plan/rights.h"

extern const char access_schema[]; /* ends in a newline */

void access_print(const struct rights *r); /* `show`, for people */
void access_json(const struct rights *r, struct str *out);

struct access_change_told {
    const char *result; /* "granted", "dropped", "unchanged" */
    const struct rights *r;
    const char *const *roles; /* granted */
    size_t n_roles;
    int64_t until;
    int works;                            /* 1 it does, 0 not yet, -1 cannot be told */
    const struct access_dropped *dropped; /* NULL: nothing was */
    const char *diff;                     /* unified; "" nothing was changed */
};
void access_change_json(const struct access_change_told *c, struct str *out);

#endif

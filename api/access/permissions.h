#ifndef STROM_ACCESS_PERMISSIONS_H
#define STROM_ACCESS_PERMISSIONS_H

/* Which permission each step needs and which role brings it. Source of both tables: facts/gcp.md E
 * and
 * ../gcp/iam_roles.json (public IAM data set of 2026-08-22). Pure. */

#include "api/base/arena.h"
#include "api/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum access_step {
    ACCESS_APIS,
    ACCESS_NETWORK,
    ACCESS_FIREWALL,
    ACCESS_ACCOUNT,
    ACCESS_BINDING,
    ACCESS_ADDRESS,
    ACCESS_PROXY,
    ACCESS_PRIVATE,
    ACCESS_PROFILES,
    ACCESS_DATASET,
    ACCESS_STREAM,
    ACCESS_WATCH,
    ACCESS_INSTANCE,
    ACCESS_QUERY,
    ACCESS_REMOVE,
    ACCESS_STEPS /* how many there are */
};
#define ACCESS_BIT(step) (1u << (unsigned)(step))
#define ACCESS_CREATE    ((1u << ACCESS_REMOVE) - 1u) /* everything up to a watched stream */

const char *access_step_name(enum access_step step); /* "private connection": for people */

/* Every permission that the steps (a set of ACCESS_BIT) need, each once, sorted. */
const char *const *access_needed(struct arena *a, uint32_t steps, size_t *n);
/* Is it needed by that step? */
bool access_step_needs(enum access_step step, const char *permission);

struct access_lack {
    const char *permission;
    uint32_t steps; /* which of the steps need it */
    const char
        *role; /* "roles/datastream.admin": the narrowest of the narrow set; "" none has it */
};
struct access_verdict {
    struct access_lack *lacks; /* in the order of the steps */
    size_t n_lacks;
    uint32_t blocked;   /* steps that lack something */
    const char **roles; /* fewest of the narrow set that close every gap, sorted */
    size_t n_roles;
};
/* held: what testIamPermissions gave for access_needed(steps). */
void access_judge(struct arena *a, uint32_t steps, const char *const *held, size_t n_held,
                  struct access_verdict *out);

/* The narrow set of facts/domain.md 6.1, each with what it is for; ends with a row of NULL. */
struct access_role {
    const char *role, *why;
};
const struct access_role *access_narrow_set(void);
bool access_role_has(const char *role, const char *permission); /* by the table; "roles/..." */

#endif

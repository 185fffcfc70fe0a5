#ifndef STROM_ACCESS_PERMISSIONS_H
#define STROM_ACCESS_PERMISSIONS_H

/* Which permission each step needs and which role brings it. Source of the tables: facts/gcp.md E
 * and the public IAM data set of 2026-08-22 (github.com/iann0036/iam-dataset). Pure. */

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
/* A set of steps: bits of what is made (or done), and of what is there already and is only looked
 * at, which asks for less. */
#define ACCESS_BIT(step)  (1u << (unsigned)(step))
#define ACCESS_LOOK(step) (1u << ((unsigned)(step) + 16u))
/* The proxy machine is there, and is to be started: beside ACCESS_LOOK(ACCESS_PROXY). */
#define ACCESS_START  (1u << 15u)
#define ACCESS_CREATE ((1u << ACCESS_REMOVE) - 1u) /* everything up to a watched stream */
/* All that a way up to a watched stream can need, whatever there is already. */
#define ACCESS_ANY (ACCESS_CREATE | ACCESS_START)

const char *access_step_name(enum access_step step); /* "private connection": for people */
const char *access_step_id(enum access_step step);   /* "datastream.private_connection": in JSON */

/* Every permission that the steps need, each once, sorted. */
const char *const *access_needed(struct arena *a, uint32_t steps, size_t *n);
/* Is it needed by that step, when it is made? */
bool access_step_needs(enum access_step step, const char *permission);
/* Is it needed by that one of the steps, as the set says it stands? */
bool access_step_asks(uint32_t steps, enum access_step step, const char *permission);

struct access_lack {
    const char *permission;
    uint32_t steps;   /* ACCESS_BIT of the steps that need it */
    const char *role; /* "roles/datastream.admin": the narrowest that has it; "" none of ours has */
};
struct access_verdict {
    struct access_lack *lacks; /* in the order of the steps */
    size_t n_lacks;
    uint32_t blocked;   /* steps that lack something */
    const char **roles; /* those that close every gap and bring least besides, sorted */
    size_t n_roles;
};
/* held: what testIamPermissions gave for access_needed(steps). */
void access_judge(struct arena *a, uint32_t steps, const char *const *held, size_t n_held,
                  struct access_verdict *out);

/* The narrow set of facts/domain.md 6.1, with what is narrower still for a single step: those that
 * only look first, the fewest permissions first. Ends with a row of NULL. */
struct access_role {
    const char *role, *why;
    int permissions; /* in all, not only those that are needed here */
    bool looks;      /* changes nothing */
};
const struct access_role *access_narrow_set(void);
/* The narrowest that has the permission; "" none. */
const char *access_narrowest(const char *permission);
bool access_role_has(const char *role, const char *permission); /* by the table; "roles/..." */
int access_role_permissions(const char *role);                  /* in all; 0: not in the table */

/* What no step needs: row i, false beyond the end. */
bool access_excess(size_t i, const char **permission, const char **words);

#endif

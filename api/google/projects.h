#ifndef STROM_GOOGLE_PROJECTS_H
#define STROM_GOOGLE_PROJECTS_H

/* Resource Manager: the project, what one may do in it, and its IAM policy at version 3
 * (../gcp/cloudresourcemanager.v1.json, facts/gcp.md E). Edits of a policy: api/access/policy.h.
 * Who owns what: operation.h. */

#include "api/google/operation.h"

struct google_project {
    const char *id, *number, *name, *state; /* state ACTIVE, DELETE_REQUESTED, ... */
};
struct task *projects_get(struct google *g, const char *project);
const struct google_project *projects_project(const struct task *t);

/* Those of the permissions that are held, asked in portions of 100. */
struct google_held {
    const char **permissions;
    size_t n;
};
struct task *projects_test_permissions(struct google *g, const char *project,
                                       const char *const *permissions, size_t n);
const struct google_held *projects_held(const struct task *t);
bool projects_holds(const struct google_held *held, const char *permission);

struct google_condition {
    const char *title, *description, *expression;
};
struct google_binding {
    const char *role; /* "roles/owner" */
    const char **members;
    size_t n_members;
    bool conditional;
    struct google_condition condition; /* when conditional; "" where absent */
};
struct google_policy {
    const char *text; /* the policy as it came: what an edit starts from */
    const char *etag;
    int version;
    struct google_binding *bindings;
    size_t n_bindings;
};
struct task *projects_policy_get(struct google *g, const char *project);
/* policy_text: the whole policy object with its etag, as projects_policy_get gave it and an edit
 * changed it. A change by somebody else meanwhile is ERR_CONFLICT: read again, edit again. */
struct task *projects_policy_set(struct google *g, const char *project, const char *policy_text);
const struct google_policy *projects_policy(const struct task *t); /* of either */

#endif

#ifndef STROM_GOOGLE_IAM_H
#define STROM_GOOGLE_IAM_H

/* Service accounts (../gcp/iam.v1.json). Who owns what: operation.h. */

#include "api/google/operation.h"

struct google_account {
    const char *name, *email, *display_name, *unique_id, *description;
    bool disabled;
};
struct task *iam_account_get(struct google *g, const char *project, const char *email);
struct task *iam_account_create(struct google *g, const char *project, const char *id,
                                const char *display_name, const char *description);
struct task *iam_account_delete(struct google *g, const char *project,
                                const char *email);             /* 404 is fine */
const struct google_account *iam_account(const struct task *t); /* of get and create */

/* Which of the permissions one holds on that account (actAs); projects_held-like answer. */
struct iam_held {
    const char **permissions;
    size_t n;
};
struct task *iam_account_test(struct google *g, const char *project, const char *email,
                              const char *const *permissions, size_t n);
const struct iam_held *iam_account_held(const struct task *t);

#endif

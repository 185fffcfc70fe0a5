#ifndef STROM_ACCESS_INSTEAD_H
#define STROM_ACCESS_INSTEAD_H

/* How to do with less than Editor or Owner: what such a role gives in excess of narrow ones and
 * what it lacks for this very job, what would be held without it, and who may change the policy
 * when oneself may not. Pure. */

#include "api/access/editor.h"

/* Of `held`, those that come from elsewhere than Owner and Editor held by name: from other roles of
 * one's own that the tables know and that last beyond `until`, or presumably through a group. */
const char *const *access_held_otherwise(struct arena *a, const struct google_policy *policy,
                                         const char *member, const struct google_held *held,
                                         int64_t until, size_t *n);

struct access_compared {
    int permissions;     /* of the basic role, in all */
    int narrow;          /* of the narrow ones, at most: sum */
    const char **excess; /* words: what it allows that no step of ours asks for */
    size_t n_excess;
    const char **lacks; /* permissions of these steps that it does not have */
    size_t n_lacks;
};
void access_compare(struct arena *a, enum access_basic basic, const char *const *roles, size_t n,
                    uint32_t steps, struct access_compared *out);

/* People and groups that may change the policy, oneself left out; as members. */
const char *const *access_setters(struct arena *a, const struct google_policy *policy,
                                  const char *member, size_t *n);

/* What to send to one of them: why, which roles, until when, and the lines that do it. In the
 * person's language. */
void access_request(struct str *out, const char *project, const char *member,
                    const char *const *roles, size_t n, int64_t until);

#endif

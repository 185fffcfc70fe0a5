#ifndef STROM_ACCESS_POLICY_H
#define STROM_ACCESS_POLICY_H

/* Edits of an IAM policy as text in, text out: only the bytes of the binding concerned change;
 * version becomes 3, the etag stays. Same role with another condition is another binding. Pure. */

#include "api/base/err.h"
#include "api/base/str.h"
#include "api/google/projects.h"

enum policy_edit { POLICY_SAME, POLICY_CHANGED, POLICY_FAILED };

/* condition NULL: the unconditional binding of that role. POLICY_SAME when the member is there
 * already. */
enum policy_edit policy_add(const char *policy, const char *role, const char *member,
                            const struct google_condition *condition, struct str *out,
                            struct err *e);
/* Takes the member out of that very binding; a binding left without members goes too. */
enum policy_edit policy_remove(const char *policy, const char *role, const char *member,
                               const struct google_condition *condition, struct str *out,
                               struct err *e);
/* Takes every member that begins with `deleted:` + member (an account that was removed) out of the
 * role. */
enum policy_edit policy_remove_deleted(const char *policy, const char *role, const char *member,
                                       struct str *out, struct err *e);

/* Is the member in that very binding? */
bool policy_has(const char *policy, const char *role, const char *member,
                const struct google_condition *condition);
/* The difference from one to the other, unified, a member a line; nothing when both say the same.
 * Neither need be a policy: then it is their texts'. */
void policy_diff(struct str *out, const char *project, const char *before, const char *after);

#endif

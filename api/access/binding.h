#ifndef STROM_ACCESS_BINDING_H
#define STROM_ACCESS_BINDING_H

/* Read, edit, write of a project's policy as one task: the whole cycle again when somebody else
 * wrote in between (409), and again for some seconds while a new account is not known everywhere
 * (400). */

#include "api/access/policy.h"
#include "api/net/task.h"

struct access_change {
    const char *role, *member;
    const struct google_condition *condition; /* NULL: none */
    bool remove;
};
/* The same on a text, without asking anybody: what would be written. Out is left empty when nothing
 * is to be done. */
enum policy_edit access_edit(const char *policy, const struct access_change *changes, size_t n,
                             struct str *out, struct err *e);

/* All changes in one write; nothing is written when all is so already. Copies what it needs. */
struct task *access_bind(struct google *g, const char *project, const struct access_change *changes,
                         size_t n);
bool access_bind_changed(const struct task *t); /* something was written */
/* The policy as it was read in the cycle that wrote, and as it was after: as Google answered. Both
 * NULL when nothing was written. Live with the task. */
const char *access_bind_before(const struct task *t);
const char *access_bind_after(const struct task *t);
unsigned access_bind_cycles(const struct task *t); /* times the policy was read */

#endif

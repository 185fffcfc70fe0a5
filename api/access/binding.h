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
/* All changes in one write; nothing is written when all is so already. Copies what it needs. */
struct task *access_bind(struct google *g, const char *project, const struct access_change *changes,
                         size_t n);
bool access_bind_changed(const struct task *t);    /* something was written */
unsigned access_bind_cycles(const struct task *t); /* times the policy was read */

#endif

#ifndef STROM_STORE_GRANTS_H
#define STROM_STORE_GRANTS_H

/* Roles that strom gave somebody for a while. A row stands on the disk (fsync) before the project's
 * policy is changed, and stays open until it was proved that the roles are gone again: after a
 * crash the next start finds what may have been granted. */

#include "api/base/arena.h"
#include "api/base/err.h"
#include "api/store/store.h"

#include <stddef.h>
#include <stdint.h>

enum grant_state {
    GRANT_MEANT, /* about to be asked for: it may have been granted */
    GRANT_HELD,  /* it stood in the policy */
    GRANT_GONE   /* proved, or never granted */
};

struct grant_row {
    int64_t id;
    const char *project;
    const char *member;             /* "user:kari@nav.no" */
    const char *roles;              /* "roles/a roles/b" */
    const char *title, *expression; /* of the condition */
    const char *brings;  /* permissions that were not held before, blanks between; "" none */
    int64_t made, until; /* seconds since 1970 */
    enum grant_state state;
};

/* Commits what is about to be granted, synced to the disk; sets row->id and row->made. **Ask only
 * when it says true.** */
bool grants_mean(struct store *s, struct grant_row *row, struct err *e);
/* Synced, too. GRANT_GONE closes the row. */
bool grants_set(struct store *s, int64_t id, enum grant_state state, struct err *e);
/* Those that are open, the newest first. project NULL: of all. Strings live in a. */
bool grants_open(struct store *s, const char *project, struct arena *a,
                 const struct grant_row **rows, size_t *n, struct err *e);

#endif

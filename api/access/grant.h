#ifndef STROM_ACCESS_GRANT_H
#define STROM_ACCESS_GRANT_H

/* Giving oneself narrow roles for a while, and taking them back. What is going to be granted stands
 * in the store before the policy is touched, and stays open there until it was proved gone. Both
 * wait for Google to act on the change by asking which permissions are held: nothing is guessed. */

#include "api/access/binding.h"
#include "api/access/ours.h"
#include "api/store/store.h"

/* --- granting --- */

enum access_phase {
    ACCESS_RECORDING,
    ACCESS_WRITING, /* the policy, again when somebody else wrote */
    ACCESS_TESTING, /* it stands there; until it works, or works no longer */
    ACCESS_OVER
};

struct access_grant_order {
    struct google *google;
    struct store *store;
    const char *project, *member;
    const char *what; /* for the title: an app, or the project */
    const char *const *roles;
    size_t n_roles;
    const char *const *brings; /* permissions that are not held now and that the roles bring: it
                                  works when all are. None: it cannot be told */
    size_t n_brings;
    int64_t until; /* seconds since 1970 */
};
/* The changes that it makes: for a look at the difference first. Live in a. */
struct access_change *access_grant_changes(struct arena *a, const struct access_grant_order *o);
/* Copies what it needs. Dropped while it runs, it leaves its row in the store open. */
struct task *access_grant(struct net *net, const struct access_grant_order *o);
enum access_phase access_grant_phase(const struct task *t);
/* Of n_brings, how many are held by now. Fewer with TASK_OK: it takes longer than Google says. */
size_t access_grant_works(const struct task *t);
/* Of the change that was made, from ACCESS_TESTING on; NULL: none, all was so already. */
const char *access_grant_before(const struct task *t);
const char *access_grant_after(const struct task *t);

/* --- taking away --- */

struct access_drop_order {
    struct google *google;
    struct store *store;
    const char *project, *member; /* member "": not known; what the store tells is taken away */
    bool ours;                    /* everything that strom granted there */
    bool editor, owner;           /* the member's own, unconditional */
    const char
        *only_by_basic; /* a permission that goes with Editor or Owner; NULL: none is known */
};
/* The same, for a look first: what would be taken away by that policy. */
struct access_change *access_drop_changes(struct arena *a, const struct access_drop_order *o,
                                          const struct google_policy *policy,
                                          const struct grant_row *rows, size_t n_rows, size_t *n);
struct task *access_drop(struct net *net, const struct access_drop_order *o);
enum access_phase access_drop_phase(const struct task *t);

struct access_dropped {
    const struct access_change *gone; /* what was taken away, or was gone already */
    size_t n_gone;
    bool read_again;           /* the policy was read once more, and holds none of it */
    const char *const *tested; /* permissions that went with it */
    size_t n_tested;
    const char *const *held; /* those of them that are still held: through something else, or
                                because Google takes more time than was waited */
    size_t n_held;
};
/* From ACCESS_TESTING on. Lives with the task. */
const struct access_dropped *access_drop_result(const struct task *t);
const char *access_drop_before(const struct task *t);
const char *access_drop_after(const struct task *t);

#endif

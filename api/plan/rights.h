#ifndef STROM_PLAN_RIGHTS_H
#define STROM_PLAN_RIGHTS_H

/* Who one is, what the steps ahead of this very plan need, and what is held of it: one task for the
 * screen Access and `strom access`. What exists already needs less. Writes nothing but its own
 * record of grants that turn out to be gone. */

#include "api/access/grant.h"
#include "api/access/instead.h"
#include "api/checks/gather.h"
#include "api/google/auth.h"
#include "api/plan/observed.h"
#include "api/plan/plan.h"

struct rights_options {
    struct google *google;
    struct store *store;
    const struct target *target; /* copied */
    const struct plan *plan;     /* looked at now; NULL: what stands in the cloud is looked at */
};

struct rights {
    const char *project;
    const char *email, *member;  /* "" when Google did not tell */
    const struct err *who_error; /* NULL: none */
    uint32_t ahead;              /* ACCESS_BIT and ACCESS_LOOK of the steps */
    uint32_t unknown; /* ACCESS_BIT of those of which nobody could tell whether they exist */
    const struct err *unseen;  /* what exists could not be looked at: all is asked for */
    const char *const *needed; /* permissions */
    size_t n_needed;
    struct access_verdict verdict;      /* what lacks now */
    bool may_set;                       /* change the policy */
    const struct google_policy *policy; /* NULL: policy_error says why */
    const struct err *policy_error;
    struct access_holders holders;   /* empty without the policy */
    bool broad;                      /* oneself holds Owner or Editor, by name */
    enum access_basic basic;         /* then: the broadest */
    struct access_compared compared; /* then: against the narrow ones */
    const char *only_by_basic;       /* a permission that goes when it goes */
    struct access_verdict narrow;    /* what would lack without it: narrow.roles do instead */
    const char *const *setters;      /* who may change the policy, oneself left out */
    size_t n_setters;
    const struct access_ours *ours; /* what strom has granted and is not proved gone */
    size_t n_ours;
};

/* What is known while the rest is still being asked. */
struct rights_early {
    const char *project;
    const char *email; /* NULL: not yet */
    const struct err *who_error, *policy_error;
    bool policy; /* it is known, and so is: */
    bool broad;
    enum access_basic basic;
    bool held; /* it is known how many of all that could be needed: */
    size_t n_held, n_asked;
    size_t n_answers, n_questions; /* about what exists; 0, 0: nothing is looked at */
};

struct task *rights(struct net *net, const struct rights_options *o);
void rights_so_far(const struct task *t, struct rights_early *out); /* while it runs */
const struct rights *rights_of(const struct task *t); /* with TASK_OK; lives with the task */

/* Which steps lie ahead: of a plan, or of what was seen. NULL: everything is made. Pure. */
uint32_t rights_ahead_of_plan(const struct plan *p);
uint32_t rights_ahead_of(const struct observed *seen);
/* For the checklist: what stands in the cloud, and what that leaves to be done. */
extern const struct gather_ahead rights_for_checks;
/* The end of what strom granted and still works, the last one's; 0: nothing does. */
int64_t rights_until(const struct rights *r, int64_t now);
/* Nothing that is held, by whatever role, gives it; of those that a step ahead needs. */
bool rights_lack(const struct rights *r, const char *permission);
/* What a grant of narrow.roles brings that is not held now; a has room for the list. */
const char *const *rights_brings(const struct rights *r, struct arena *a, size_t *n);

#endif

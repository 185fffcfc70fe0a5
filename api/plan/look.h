#ifndef STROM_PLAN_LOOK_H
#define STROM_PLAN_LOOK_H

/* Between observe.c, which asks, and see.c, which makes facts of the answers. Inside api/plan only.
 */

#include "api/base/target.h"
#include "api/google/auth.h"
#include "api/google/network.h"
#include "api/net/task.h"
#include "api/plan/observed.h"

/* One question each, all at once; what the answers lead to is asked for afterwards. */
enum question {
    ASK_SERVICES,
    ASK_NETWORK,
    ASK_RANGES,
    ASK_ACCOUNT,
    ASK_POLICY,
    ASK_ADDRESS,
    ASK_PROXY, /* every machine */
    ASK_PRIVATE,
    ASK_PRIVATES,
    ASK_FIREWALL,
    ASK_SOURCE,
    ASK_DESTINATION,
    ASK_DATASET,
    ASK_STREAM,
    ASK_STREAMS,  /* of every region */
    ASK_PROFILES, /* too */
    QUESTIONS
};
enum { PEERINGS = 25 }; /* as many as a network may have */

struct look {
    struct google *g;
    struct target t;
    struct names n; /* the family's, then those of what there is */
    struct task *asked[QUESTIONS];
    struct task *firewalls; /* all rules, when none has our name */
    struct task *peering[PEERINGS];
    size_t n_peerings;
    bool peerings_asked, too_many_peerings;
    int followed; /* how far the way from the stream to its network has been followed */
    struct observed seen;
};

/* "projects/p/global/networks/datastream-vpc" -> "datastream-vpc" */
const char *look_short(const char *full);
/* What a private connection that has failed is worth, and what makes room for another: its command,
 * or, as long as `user`, a profile that must go before it, is there, the way through both. Whose
 * profile: `ours`. NULL: none uses it. */
const char *look_made_anew(struct arena *a, const struct target *t, const char *connection,
                           const char *user, bool ours);
bool look_in_region(const struct look *l, const char *full, struct arena *a); /* a full name */
bool look_machine_comes(const char *status); /* it will run in a while, by itself */
/* A rule of that network that lets `subnet` reach the proxy's port on every machine. */
bool look_admits(const struct compute_firewall *f, const char *network, const char *subnet);
/* The only private connection that is usable, where there is one; NULL: none, or several. */
const char *look_only_private(const struct look *l);
/* The usual part of a step: there, absent, unknown. True when it is there and the caller goes on.
 */
bool look_there(struct look *l, enum step_id step, enum question q);
void look_see_firewall(struct look *l, struct arena *a);
void look_see_others(struct look *l, struct arena *a);
void look_see(struct look *l, struct arena *a);

#endif

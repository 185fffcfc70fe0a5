#include "api/plan/look.h"

#include "api/base/str.h"
#include "api/google/datastream_profiles.h"
#include "api/plan/diff.h"
#include "api/plan/maker.h"
#include "api/plan/proxy.h"

#include <stdio.h>

/* Which rule lets Datastream reach the proxy, and which private connection it comes from. */

/* "tcp:5432", "tcp:5000-6000", "tcp", "all" */
static bool opens_port(const char *allowed)
{
    int first, last, n;

    if (str_eq(allowed, "tcp") || str_eq(allowed, "all"))
        return true;
    n = sscanf(allowed, "tcp:%d-%d", &first, &last);
    return (n == 1 && first == PROXY_PORT) || (n == 2 && first <= PROXY_PORT && PROXY_PORT <= last);
}

static bool opens(const struct compute_firewall *f)
{
    for (size_t i = 0;
         i < f->n_allowed && !f->disabled && !f->limited && !str_eq(f->direction, "EGRESS"); i++)
        if (opens_port(f->allowed[i]))
            return true;
    return false;
}

bool look_admits(const struct compute_firewall *f, const char *network, const char *subnet)
{
    if (!str_eq(look_short(f->network), network) || !opens(f))
        return false;
    for (size_t i = 0; i < f->n_sources; i++)
        if (diff_range_within(subnet, f->sources[i]))
            return true;
    return false;
}

/* By our name; else the rule that somebody gave another name, and that does it. */
static const struct compute_firewall *find_firewall(struct look *l)
{
    if (look_there(l, STEP_FIREWALL, ASK_FIREWALL))
        return compute_firewall(l->asked[ASK_FIREWALL]);
    if (task_state(l->firewalls) != TASK_OK || l->seen.connection_subnet == NULL)
        return NULL;
    const struct compute_firewalls *all = compute_firewalls(l->firewalls);
    for (size_t i = 0; i < all->n; i++)
        if (look_admits(&all->items[i], l->n.network, l->seen.connection_subnet)) {
            l->seen.things[STEP_FIREWALL].seen = SEEN_READY;
            str_copy(l->n.firewall, sizeof l->n.firewall, all->items[i].name);
            return &all->items[i];
        }
    return NULL;
}

void look_see_firewall(struct look *l, struct arena *a)
{
    const struct compute_firewall *f = find_firewall(l);

    if (f == NULL)
        return;
    struct observed_thing *o = &l->seen.things[STEP_FIREWALL];
    o->run = maker_described(a, f->description);
    o->created_by = o->run ? "strom" : NULL;
    l->seen.firewall_network = look_short(f->network);
    l->seen.firewall_sources = f->sources;
    l->seen.n_firewall_sources = f->n_sources;
    l->seen.firewall_opens_5432 = opens(f);
}

const char *look_only_private(const struct look *l)
{
    const struct task *t = l->asked[ASK_PRIVATES];
    const char *only = NULL;

    if (task_state(t) != TASK_OK)
        return NULL;
    const struct datastream_privates *p = datastream_privates(t);
    for (size_t i = 0; i < p->n; i++) {
        if (!str_eq(p->items[i].state, "CREATED") || !*p->items[i].vpc)
            continue;
        if (only)
            return NULL;
        only = p->items[i].id;
    }
    return only;
}

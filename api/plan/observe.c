#include "api/plan/observe.h"

#include "api/base/str.h"
#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/machine.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"
#include "api/plan/look.h"

#include <stdio.h>
#include <string.h>

static void ask(struct look *l)
{
    const char *p = l->t.project, *r = l->t.region;
    const char *dataset_project = l->t.dataset_project[0] ? l->t.dataset_project : p;
    struct task **a = l->asked;

    a[ASK_SERVICES] = serviceusage_enabled(l->g, p);
    a[ASK_NETWORK] = compute_network_get(l->g, p, l->n.network);
    a[ASK_RANGES] = compute_subnet_ranges(l->g, p);
    a[ASK_ACCOUNT] = iam_account_get(l->g, p, l->n.service_account_email);
    a[ASK_POLICY] = projects_policy_get(l->g, p);
    a[ASK_ADDRESS] = compute_address_get(l->g, p, r, l->n.address);
    a[ASK_PROXY] = compute_machine_find(l->g, p, NULL);
    a[ASK_PRIVATE] = datastream_private_get(l->g, p, r, l->n.private_connection);
    a[ASK_PRIVATES] = datastream_private_list(l->g, p, r);
    a[ASK_FIREWALL] = compute_firewall_get(l->g, p, l->n.firewall);
    a[ASK_SOURCE] = datastream_profile_get(l->g, p, r, l->n.source_profile);
    a[ASK_DESTINATION] = datastream_profile_get(l->g, p, r, l->n.destination_profile);
    a[ASK_DATASET] = bigquery_dataset_get(l->g, dataset_project, l->n.dataset);
    a[ASK_STREAM] = datastream_stream_get(l->g, p, r, l->n.stream);
    a[ASK_STREAMS] = datastream_stream_list(l->g, p, DATASTREAM_EVERYWHERE);
    a[ASK_PROFILES] = datastream_profile_list(l->g, p, DATASTREAM_EVERYWHERE);
}

/* --- from the stream to its network, whatever the parts are called --- */

enum { FOLLOW_STREAM, FOLLOW_SOURCE, FOLLOW_PRIVATE, FOLLOW_FIREWALL, FOLLOWED };

static bool is_over(const struct look *l, enum question q)
{
    return task_state(l->asked[q]) != TASK_RUNNING;
}

static bool is_missing(const struct look *l, enum question q)
{
    return task_state(l->asked[q]) == TASK_FAILED && task_error(l->asked[q])->kind == ERR_MISSING;
}

/* True when it leads to another thing than was asked for, of the same place: `place` stands in its
 * full name. One that is longer than any name of Google's is not followed: cut, it would be another
 * thing's. */
static bool leads_on(const char *full, const char *place, char *name, size_t cap)
{
    const char *id = look_short(full);

    if (str_is_empty(id) || strlen(id) >= cap || strstr(full, place) == NULL || str_eq(id, name))
        return false;
    return str_copy(name, cap, id);
}

static void follow_stream(struct look *l)
{
    const char *p = l->t.project, *r = l->t.region;
    char place[64];

    if (task_state(l->asked[ASK_STREAM]) != TASK_OK)
        return;
    const struct datastream_stream *s = datastream_stream(l->asked[ASK_STREAM]);
    if (!s->postgres || !s->bigquery)
        return;
    snprintf(place, sizeof place, "/locations/%s/connectionProfiles/", r);
    if (leads_on(s->source_profile, place, l->n.source_profile, sizeof l->n.source_profile)) {
        task_clear(&l->asked[ASK_SOURCE]);
        l->asked[ASK_SOURCE] = datastream_profile_get(l->g, p, r, l->n.source_profile);
    }
    if (leads_on(s->destination_profile, place, l->n.destination_profile,
                 sizeof l->n.destination_profile)) {
        task_clear(&l->asked[ASK_DESTINATION]);
        l->asked[ASK_DESTINATION] = datastream_profile_get(l->g, p, r, l->n.destination_profile);
    }
}

/* The module is given its private connection: one that is there is the one that is meant. */
static void follow_source(struct look *l)
{
    const char *p = l->t.project, *r = l->t.region, *only = NULL;
    char *name = l->n.private_connection, place[64];
    bool on = false;

    snprintf(place, sizeof place, "/locations/%s/privateConnections/", r);
    if (task_state(l->asked[ASK_SOURCE]) == TASK_OK)
        on = leads_on(datastream_profile(l->asked[ASK_SOURCE])->private_connection, place, name,
                      sizeof l->n.private_connection);
    else if (l->t.naming == TARGET_NAV_MODULE && is_missing(l, ASK_PRIVATE))
        only = look_only_private(l);
    if (!on && only)
        on = leads_on(only, "", name, sizeof l->n.private_connection);
    if (!on)
        return;
    task_clear(&l->asked[ASK_PRIVATE]);
    l->asked[ASK_PRIVATE] = datastream_private_get(l->g, p, r, name);
}

static void follow_private(struct look *l)
{
    char place[128];

    if (task_state(l->asked[ASK_PRIVATE]) != TASK_OK)
        return;
    snprintf(place, sizeof place, "projects/%s/global/networks/", l->t.project);
    if (!leads_on(datastream_private(l->asked[ASK_PRIVATE])->vpc, place, l->n.network,
                  sizeof l->n.network))
        return;
    task_clear(&l->asked[ASK_NETWORK]);
    l->asked[ASK_NETWORK] = compute_network_get(l->g, l->t.project, l->n.network);
}

/* No rule has our name: another may do it. */
static void look_for_rule(struct look *l)
{
    if (is_missing(l, ASK_FIREWALL) && task_state(l->asked[ASK_PRIVATE]) == TASK_OK)
        l->firewalls = compute_firewall_list(l->g, l->t.project);
}

static void follow(struct look *l)
{
    if (l->followed == FOLLOW_STREAM && is_over(l, ASK_STREAM)) {
        follow_stream(l);
        l->followed++;
    }
    if (l->followed == FOLLOW_SOURCE && is_over(l, ASK_SOURCE) && is_over(l, ASK_PRIVATE) &&
        is_over(l, ASK_PRIVATES)) {
        follow_source(l);
        l->followed++;
    }
    if (l->followed == FOLLOW_PRIVATE && is_over(l, ASK_PRIVATE)) {
        follow_private(l);
        l->followed++;
    }
    if (l->followed == FOLLOW_FIREWALL && is_over(l, ASK_FIREWALL)) {
        look_for_rule(l);
        l->followed++;
    }
}

static void ask_peerings(struct look *l)
{
    if (l->peerings_asked || l->followed < FOLLOWED || !is_over(l, ASK_NETWORK))
        return;
    l->peerings_asked = true;
    if (task_state(l->asked[ASK_NETWORK]) != TASK_OK)
        return;
    const struct compute_network *n = compute_network(l->asked[ASK_NETWORK]);
    l->too_many_peerings = n->n_peerings > PEERINGS;
    for (size_t i = 0; i < n->n_peerings && l->n_peerings < PEERINGS; i++)
        l->peering[l->n_peerings++] = compute_peering_ranges(l->g, l->t.project, l->n.network,
                                                             n->peerings[i].name, l->t.region);
}

static bool all_over(const struct look *l)
{
    for (size_t i = 0; i < QUESTIONS; i++)
        if (task_state(l->asked[i]) == TASK_RUNNING)
            return false;
    for (size_t i = 0; i < l->n_peerings; i++)
        if (task_state(l->peering[i]) == TASK_RUNNING)
            return false;
    return l->followed == FOLLOWED &&
           (l->firewalls == NULL || task_state(l->firewalls) != TASK_RUNNING);
}

/* --- the task --- */

static enum task_state step(struct task *t);
static void stop(void *job)
{
    struct look *l = job;

    for (size_t i = 0; i < QUESTIONS; i++)
        task_clear(&l->asked[i]);
    for (size_t i = 0; i < PEERINGS; i++)
        task_clear(&l->peering[i]);
    task_clear(&l->firewalls);
}

static const struct task_type type = {"observe", sizeof(struct look), step, stop};

/* Without a login or a network nothing can be looked at: that is one failure, with its own next
 * step, not thirteen. */
static bool saw_something(const struct look *l)
{
    if (task_state(l->asked[0]) != TASK_FAILED)
        return true;
    for (enum step_id s = 0; s < STEPS; s++)
        if (l->seen.things[s].seen != SEEN_UNKNOWN)
            return true;
    return false;
}

static enum task_state step(struct task *t)
{
    struct look *l = task_job(t, &type);

    if (l->asked[0] == NULL)
        ask(l);
    follow(l);
    ask_peerings(l);
    if (!all_over(l))
        return TASK_RUNNING;
    look_see(l, task_arena(t));
    return saw_something(l) ? TASK_OK : task_fail_like(t, l->asked[0]);
}

struct task *observe(struct net *net, struct google *g, const struct target *target)
{
    struct names names;

    names_of(target, &names);
    return observe_as(net, g, target, &names);
}

struct task *observe_as(struct net *net, struct google *g, const struct target *target,
                        const struct names *names)
{
    struct task *t = task_new(net, &type);
    struct look *l = task_job(t, &type);

    l->g = g;
    l->t = *target;
    l->n = *names;
    return t;
}

const struct observed *observed(const struct task *t)
{
    const struct look *l = task_job(t, &type);

    return task_state(t) == TASK_OK ? &l->seen : NULL;
}

size_t observe_answers(const struct task *t)
{
    const struct look *l = task_job(t, &type);
    size_t n = 0;

    for (size_t i = 0; i < QUESTIONS; i++)
        n += task_state(l->asked[i]) != TASK_RUNNING;
    return n;
}

size_t observe_questions(void)
{
    return QUESTIONS;
}

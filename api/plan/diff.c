#include "api/plan/plan.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/diff.h"
#include "api/plan/maker.h"
#include "api/plan/needs.h"
#include "api/plan/proxy.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* One function a step decides what is to be done; all of them write into the same job. */

struct plan_action *diff_decide(struct diff_job *j, enum step_id step, enum plan_verb verb,
                                const char *name, const char *why)
{
    struct plan_action *a = &j->p->actions[j->p->n_actions++];

    *a = (struct plan_action){.step = step, .verb = verb, .name = name, .why = why};
    return a;
}

void diff_add_change(struct plan *p, struct plan_action *a, const char *path, const char *from,
                     const char *to)
{
    if ((a->n_changes & (a->n_changes - 1)) == 0) { /* full at every power of two */
        struct plan_change *more =
            arena_array(&p->mem, struct plan_change, a->n_changes ? a->n_changes * 2 : 1);
        if (a->n_changes)
            memcpy(more, a->changes, a->n_changes * sizeof *more);
        a->changes = more;
    }
    a->changes[a->n_changes++] = (struct plan_change){
        arena_str(&p->mem, path), arena_str(&p->mem, from), arena_str(&p->mem, to)};
}

struct plan_action *diff_block(struct diff_job *j, enum step_id step, const char *name,
                               const char *why, const char *hint)
{
    struct plan_action *a = diff_decide(j, step, PLAN_BLOCKED, name, why);

    a->hint = hint ? arena_str(&j->p->mem, hint) : NULL; /* it may be that of what was seen */
    return a;
}

struct plan_action *diff_usual(struct diff_job *j, enum step_id step, const char *name,
                               const char *create_why)
{
    const struct observed_thing *o = &j->seen->things[step];

    switch (o->seen) {
    case SEEN_ABSENT:
        return diff_decide(j, step, PLAN_CREATE, name, create_why);
    case SEEN_PENDING:
        return diff_decide(j, step, PLAN_UPDATE, name,
                           arena_printf(&j->p->mem,
                                        tr("it is being made at this moment (%s): waited for"),
                                        o->state ? o->state : "pending"));
    case SEEN_LEAVING:
        return diff_block(j, step, name,
                          arena_printf(&j->p->mem,
                                       tr("it is being taken down or stopped at this "
                                          "moment (%s)"),
                                       o->state ? o->state : "leaving"),
                          "wait until that has ended, and plan again: what is gone is made anew");
    case SEEN_BROKEN:
        return diff_block(j, step, name,
                          arena_printf(&j->p->mem, tr("it is there, but cannot be used: %s"),
                                       o->why ? o->why : tr("no reason was given")),
                          o->hint ? o->hint : "look at it, or remove it, and plan again");
    case SEEN_UNKNOWN:
        return diff_block(j, step, name,
                          arena_printf(&j->p->mem, tr("could not be looked at: %s"),
                                       o->why ? o->why : tr("no reason was given")),
                          o->hint ? o->hint : "mend that first: without looking nothing is made");
    case SEEN_STOPPED: /* as one that is ready, until its step says what is to be done */
    case SEEN_READY:
        break;
    }
    return NULL;
}

static const char *shared_why(const struct diff_job *j)
{
    return j->seen->other_streams > 0 || j->seen->other_user
               ? "is there, and other streams use it too"
               : "is there";
}

static void services(struct diff_job *j)
{
    struct plan_action *a = diff_usual(j, STEP_SERVICES, j->t->project, "the rest needs them");

    if (a == NULL)
        a = diff_decide(j, STEP_SERVICES, j->seen->n_services_off ? PLAN_CREATE : PLAN_KEEP,
                        j->t->project,
                        j->seen->n_services_off ? "the rest needs them" : "all are on");
    for (size_t i = 0; i < j->seen->n_services_off; i++)
        diff_add_change(j->p, a, j->seen->services_off[i], "off", "on");
}

static void simple(struct diff_job *j, enum step_id step, const char *name, const char *create_why)
{
    if (diff_usual(j, step, name, create_why) == NULL)
        diff_decide(j, step, PLAN_KEEP, name, step_type(step)->shared ? shared_why(j) : "is there");
}

/* A machine that runs under another account (the Terraform module's do) needs none of ours. */
static void account(struct diff_job *j)
{
    const struct observed *seen = j->seen;
    const struct names *n = &j->p->names;

    if (seen->things[STEP_PROXY].seen != SEEN_ABSENT && !str_is_empty(seen->proxy_account) &&
        !str_eq(seen->proxy_account, n->service_account_email))
        return;
    simple(j, STEP_ACCOUNT, n->service_account, "the proxy runs under it");
    simple(j, STEP_BINDING, "roles/cloudsql.client", "lets the proxy connect to Cloud SQL");
}

/* Not reserved, but in use: a machine of an older tool has an address of its own choice, and what
 * leads to it stays as it is. */
static void address(struct diff_job *j)
{
    const struct observed_thing *proxy = &j->seen->things[STEP_PROXY];
    bool in_use =
        proxy->seen == SEEN_READY || proxy->seen == SEEN_PENDING || proxy->seen == SEEN_STOPPED;

    if (j->seen->things[STEP_ADDRESS].seen != SEEN_ABSENT || !in_use)
        simple(j, STEP_ADDRESS, j->p->names.address, "a rebuilt proxy keeps its place");
}

/* Its address, its disk and what it runs are as they were. */
static void start_proxy(struct diff_job *j, const char *name)
{
    struct plan_action *a = diff_decide(
        j, STEP_PROXY, PLAN_UPDATE, name,
        j->seen->proxy_by_declaration
            ? "it stands still, and is started as it is: by a container declaration, which Google "
              "ends on 2027-07-31"
            : "it stands still, and is started");

    diff_add_change(j->p, a, "status", j->seen->things[STEP_PROXY].state, "RUNNING");
}

static void proxy(struct diff_job *j)
{
    const struct observed *seen = j->seen;
    struct plan *p = j->p;
    const char *name = p->names.proxy;
    const char *wanted =
        arena_printf(&p->mem, "%s:%s:%s", j->t->project, j->t->region, j->t->instance);

    if (seen->things[STEP_PROXY].seen == SEEN_ABSENT && !proxy_user_data(&p->mem, wanted, false))
        diff_block(j, STEP_PROXY, name,
                   arena_printf(&p->mem, tr("%s is not the name of an instance"), wanted),
                   "see --project, --location and --instance");
    else if (diff_usual(j, STEP_PROXY, name, "Datastream reaches the database through it"))
        return;
    else if (seen->proxy_instance == NULL)
        diff_block(j, STEP_PROXY, name,
                   "a machine of this name is there, but it does not start the Cloud SQL proxy",
                   "remove or rename that machine; it is not touched");
    else if (!str_eq(seen->proxy_instance, wanted))
        diff_block(j, STEP_PROXY, name,
                   arena_printf(&p->mem, tr("a machine of this name serves another instance: %s"),
                                seen->proxy_instance),
                   "it is not touched; choose another name for this stream");
    else if (seen->things[STEP_PROXY].seen == SEEN_STOPPED)
        start_proxy(j, name);
    else if (j->options->unheard & 1u << STEP_PROXY) /* that it runs is not yet that it answers */
        diff_decide(j, STEP_PROXY, PLAN_UPDATE, name,
                    "an earlier run has begun it: waited for until its proxy answers");
    else
        diff_decide(j, STEP_PROXY, PLAN_KEEP, name,
                    seen->proxy_by_declaration
                        ? "runs and serves this instance; started by a container declaration, "
                          "which Google ends on 2027-07-31: a machine made anew would not start"
                        : "runs and serves this instance");
}

/* The range for a connection that has to be made. False: said why there is none. */
static bool choose_subnet(struct diff_job *j)
{
    struct plan *p = j->p;
    const char *name = p->names.private_connection;

    if (j->seen->ranges_why && j->seen->things[STEP_NETWORK].seen != SEEN_ABSENT) {
        diff_block(j, STEP_PRIVATE_CONNECTION, name,
                   arena_printf(&p->mem, tr("the ranges in use could not be looked at: %s"),
                                j->seen->ranges_why),
                   "mend that first: a range that overlaps would break the network");
        return false;
    }
    if (plan_free_subnet(p->names.subnet_range, j->seen->ranges, j->seen->n_ranges, p->subnet))
        return true;
    diff_block(j, STEP_PRIVATE_CONNECTION, name,
               "no free range of eight addresses is left in 10.0.0.0/9",
               "free a range in the network");
    return false;
}

static void private_connection(struct diff_job *j)
{
    const struct observed *seen = j->seen;
    struct plan *p = j->p;
    const char *name = p->names.private_connection;

    if (seen->connection_subnet)
        str_copy(p->subnet, sizeof p->subnet, seen->connection_subnet);
    else if (seen->things[STEP_PRIVATE_CONNECTION].seen == SEEN_ABSENT && !choose_subnet(j))
        return;
    if (diff_usual(j, STEP_PRIVATE_CONNECTION, name,
                   arena_printf(&p->mem, tr("joins Datastream to %s, over %s"), p->names.network,
                                p->subnet)))
        return;
    if (seen->connection_network == NULL || seen->connection_subnet == NULL)
        diff_block(j, STEP_PRIVATE_CONNECTION, name, "it is no peering with a network",
                   "it is not touched; remove it, or choose another naming");
    else if (!str_eq(seen->connection_network, p->names.network))
        diff_block(
            j, STEP_PRIVATE_CONNECTION, name,
            arena_printf(&p->mem, tr("it joins another network: %s"), seen->connection_network),
            "it is not touched; remove it, or choose another naming");
    else
        diff_decide(j, STEP_PRIVATE_CONNECTION, PLAN_KEEP, name, shared_why(j));
}

static void firewall(struct diff_job *j)
{
    const struct observed *seen = j->seen;
    struct plan *p = j->p;
    const char *name = p->names.firewall;
    const char *range = p->subnet[0] ? p->subnet : tr("the private connection's range");
    bool admits = false;

    if (diff_usual(j, STEP_FIREWALL, name,
                   arena_printf(&p->mem, tr("opens 5432 to %s only"), range)))
        return;
    for (size_t i = 0; i < seen->n_firewall_sources; i++)
        admits = admits || diff_range_within(p->subnet, seen->firewall_sources[i]);
    if (seen->firewall_network && !str_eq(seen->firewall_network, p->names.network))
        diff_block(j, STEP_FIREWALL, name,
                   arena_printf(&p->mem,
                                tr("a rule of this name is there, for another network: %s"),
                                seen->firewall_network),
                   "it is not touched; remove or rename that rule");
    else if (!seen->firewall_opens_5432 || !admits)
        diff_block(j, STEP_FIREWALL, name,
                   arena_printf(&p->mem,
                                tr("a rule of this name is there, but it does not open 5432 to %s"),
                                range),
                   "add that range to the rule; it is not changed, since others may rely on it");
    else
        diff_decide(j, STEP_FIREWALL, PLAN_KEEP, name, shared_why(j));
}

/* Where the proxy is reached: known, or known as soon as the address is reserved. */
static const char *host_wanted(const struct diff_job *j)
{
    bool to_be_made = j->seen->things[STEP_ADDRESS].seen == SEEN_ABSENT &&
                      j->seen->things[STEP_PROXY].seen == SEEN_ABSENT;

    return j->p->address[0] ? j->p->address : to_be_made ? "the address that is reserved" : NULL;
}

static void compare_source(struct diff_job *j, struct plan_action *a)
{
    const struct observed *seen = j->seen;
    const char *host = host_wanted(j);

    if (!str_eq(seen->source_user, j->t->db_user))
        diff_add_change(j->p, a, "postgresqlProfile.username", seen->source_user, j->t->db_user);
    if (host && !str_eq(seen->source_host, host))
        diff_add_change(j->p, a, "postgresqlProfile.hostname", seen->source_host, host);
    if (seen->source_port != PROXY_PORT)
        diff_add_change(j->p, a, "postgresqlProfile.port",
                        arena_printf(&j->p->mem, "%d", seen->source_port),
                        arena_printf(&j->p->mem, "%d", PROXY_PORT));
    if (a->n_changes == 0)
        return;
    a->verb = PLAN_UPDATE;
    a->why = "it leads somewhere else than the proxy, or logs in as somebody else";
    if (str_eq(seen->things[STEP_SOURCE_PROFILE].created_by, "strom"))
        return;
    a->verb = PLAN_BLOCKED;
    a->why = "it leads somewhere else than the proxy, or logs in as somebody else, and strom has "
             "not made it";
    a->hint =
        arena_printf(&j->p->mem,
                     tr("it is not touched; when it is yours, set its host and user (gcloud "
                        "datastream connection-profiles update %s --location %s) or remove it"),
                     a->name, j->t->region);
}

static void source_profile(struct diff_job *j)
{
    const struct observed *seen = j->seen;
    struct plan *p = j->p;
    const char *name = p->names.source_profile;

    if (diff_usual(j, STEP_SOURCE_PROFILE, name, "how Datastream logs in to the database"))
        return;
    if (seen->source_database && !str_eq(seen->source_database, j->t->database))
        diff_block(j, STEP_SOURCE_PROFILE, name,
                   arena_printf(&p->mem, tr("a profile of this name leads to another database: %s"),
                                seen->source_database),
                   "it is not touched; choose another name for this stream");
    else if (seen->source_connection &&
             !str_eq(seen->source_connection, p->names.private_connection))
        diff_block(j, STEP_SOURCE_PROFILE, name,
                   arena_printf(&p->mem, tr("a profile of this name goes another way: %s"),
                                seen->source_connection[0] ? seen->source_connection
                                                           : tr("without a private connection")),
                   "it is not touched; remove it, or choose another naming");
    else
        compare_source(j, diff_decide(j, STEP_SOURCE_PROFILE, PLAN_KEEP, name, "is there"));
}

static void dataset(struct diff_job *j)
{
    if (diff_usual(j, STEP_DATASET, j->p->names.dataset, "the tables arrive there"))
        return;
    if (j->seen->dataset_location && !str_eq(j->seen->dataset_location, j->t->location)) {
        struct plan_action *a =
            diff_block(j, STEP_DATASET, j->p->names.dataset, "it lies in another location",
                       "a dataset cannot be moved: take its location, or another dataset");
        diff_add_change(j->p, a, "location", j->seen->dataset_location, j->t->location);
    } else {
        diff_decide(j, STEP_DATASET, PLAN_KEEP, j->p->names.dataset, "is there");
    }
}

/* --- the whole --- */

static const char *name_unsettled(struct diff_job *j)
{
    enum { FIRST = 3 };
    struct plan *p = j->p;
    struct str names = {0};

    for (size_t i = 0; i < p->n_unacknowledged && i < FIRST; i++) {
        const struct selection_table *t = &j->s->tables[p->unacknowledged[i].table];
        str_printf(&names, "%s%s.%s.%s", i ? ", " : "", t->schema, t->name,
                   t->columns[p->unacknowledged[i].column].name);
    }
    if (p->n_unacknowledged > FIRST)
        str_printf(&names, tr(" and %zu more"), p->n_unacknowledged - FIRST);
    const char *kept = arena_str(&p->mem, str_text(&names));
    str_done(&names);
    return kept;
}

static void unacknowledged(struct diff_job *j)
{
    struct plan *p = j->p;

    p->n_unacknowledged = selection_unacknowledged(j->s, NULL, 0);
    p->unacknowledged = arena_array(&p->mem, struct selection_place, p->n_unacknowledged + 1);
    selection_unacknowledged(j->s, p->unacknowledged, p->n_unacknowledged);
    if (p->n_unacknowledged)
        p->unsettled = name_unsettled(j);
    for (size_t i = 0; i < p->n_unacknowledged; i++) {
        const struct selection_place *at = &p->unacknowledged[i];
        const struct selection_column *c = &j->s->tables[at->table].columns[at->column];
        p->n_claimed += c->claimed;
        p->n_unprotected += selection_lacks_protected(c);
    }
}

static void keep_only(struct plan *p, unsigned only)
{
    size_t n = 0;

    for (size_t i = 0; only && i < p->n_actions; i++)
        if (only & 1u << p->actions[i].step)
            p->actions[n++] = p->actions[i];
    p->n_actions = only ? n : p->n_actions;
}

static const char *stream_maker(const struct observed *seen, struct arena *a)
{
    const char *maker = seen->things[STEP_STREAM].created_by;

    if (seen->stream_state && str_eq(maker, MAKER_TERRAFORM))
        return tr("Terraform manages it, by its label: strom export terraform writes what its code "
                  "must say");
    return seen->stream_state ? maker_says(maker, a) : NULL;
}

void plan_make(const struct target *t, const struct selection *s, const struct observed *seen,
               const struct plan_options *options, struct plan *out)
{
    struct diff_job j = {&out->target, s, seen, out, options};

    *out = (struct plan){.target = *t};
    arena_init(&out->mem);
    observed_names(seen, t, &out->names);
    str_copy(out->subnetwork, sizeof out->subnetwork,
             seen->subnetwork ? seen->subnetwork : out->names.network);
    str_copy(out->address, sizeof out->address,
             !str_is_empty(seen->proxy_ip) ? seen->proxy_ip
             : seen->address_ip            ? seen->address_ip
                                           : "");
    str_copy(out->proxy_zone, sizeof out->proxy_zone, seen->proxy_zone ? seen->proxy_zone : "");
    out->stream_state = arena_str(&out->mem, seen->stream_state);
    out->stream_maker = stream_maker(seen, &out->mem);
    services(&j);
    simple(&j, STEP_NETWORK, out->names.network, "Datastream and the proxy meet there");
    account(&j);
    address(&j);
    proxy(&j);
    private_connection(&j);
    firewall(&j);
    source_profile(&j);
    simple(&j, STEP_DESTINATION_PROFILE, out->names.destination_profile, "the way into BigQuery");
    dataset(&j);
    diff_stream(&j);
    if (options->start)
        diff_start(&j);
    unacknowledged(&j);
    plan_add_needs(out, options->facts);
    plan_add_leaving(out, s, seen, options->facts);
    cautions_find(options->facts, out->target.publication, &out->mem, &out->cautions);
    keep_only(out, options->only);
    for (size_t i = 0; i < out->n_actions; i++)
        out->count[out->actions[i].verb]++;
    diff_digest(&j);
}

void plan_done(struct plan *p)
{
    arena_done(&p->mem);
    *p = (struct plan){0};
}

bool plan_changes_nothing(const struct plan *p)
{
    return p->count[PLAN_KEEP] == p->n_actions;
}

const struct plan_action *plan_action(const struct plan *p, enum step_id step)
{
    for (size_t i = 0; i < p->n_actions; i++)
        if (p->actions[i].step == step)
            return &p->actions[i];
    return NULL;
}

const char *plan_verb_name(enum plan_verb v)
{
    static const char *const names[] = {"keep", "create", "update", "delete", "blocked"};

    assert((size_t)v < sizeof names / sizeof *names);
    return names[v];
}

bool plan_starts_machine(const struct plan *p)
{
    const struct plan_action *a = plan_action(p, STEP_PROXY);

    return a && a->verb == PLAN_UPDATE && a->n_changes;
}

size_t plan_waits_for(const struct plan *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n_actions; i++)
        n += p->actions[i].verb == PLAN_UPDATE && p->actions[i].n_changes == 0 &&
             p->actions[i].step != STEP_START;
    return n;
}

const char *plan_changes_anothers(const struct plan *p)
{
    const struct plan_action *a = plan_action(p, STEP_STREAM);

    return a && a->verb == PLAN_UPDATE && a->n_changes ? p->stream_maker : NULL;
}

int plan_usual_seconds(const struct plan *p)
{
    unsigned todo = 0;

    for (size_t i = 0; i < p->n_actions; i++)
        if (p->actions[i].verb == PLAN_CREATE || p->actions[i].verb == PLAN_UPDATE)
            todo |= 1u << p->actions[i].step;
    return step_critical_seconds(todo);
}

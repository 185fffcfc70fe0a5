#include "api/plan/remove.h"

#include "api/access/binding.h"
#include "api/base/str.h"
#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/machine.h"
#include "api/google/network.h"
#include "api/plan/names.h"
#include "api/store/lock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The order of going: each is begun when those before it, on which something of it hangs, are gone.
 */
static const struct {
    enum step_id step;
    unsigned after;
} order[] = {
    {STEP_STREAM, 0},
    {STEP_SOURCE_PROFILE, 1u << STEP_STREAM},
    {STEP_DESTINATION_PROFILE, 1u << STEP_STREAM},
    {STEP_PROXY, 1u << STEP_SOURCE_PROFILE},
    {STEP_ADDRESS, 1u << STEP_PROXY},
    {STEP_PRIVATE_CONNECTION, 1u << STEP_SOURCE_PROFILE},
    {STEP_FIREWALL, 1u << STEP_SOURCE_PROFILE},
    {STEP_NETWORK, 1u << STEP_PRIVATE_CONNECTION | 1u << STEP_FIREWALL | 1u << STEP_ADDRESS},
    {STEP_BINDING, 1u << STEP_PROXY},
    {STEP_ACCOUNT, 1u << STEP_BINDING},
    {STEP_DATASET, 1u << STEP_STREAM},
};
enum { ORDERED = sizeof order / sizeof *order, LINES = 32 };

struct job {
    struct remove_options o;
    struct target t;
    struct names n;
    struct remove_step steps[ORDERED];
    struct task *calls[ORDERED];
    bool go[ORDERED];      /* to be removed */
    unsigned gone, failed; /* bits of steps */
    struct receipt_line lines[LINES];
    size_t n_lines;
    char lock_name[256];
    bool locked;
    bool begun;
};

const char *receipt_kind_name(enum receipt_kind k)
{
    static const char *const names[] = {"removed", "kept", "by_hand", "failed"};

    assert((size_t)k < sizeof names / sizeof *names);
    return names[k];
}

/* --- what is to go, pure
 * ----------------------------------------------------------------------------- */

static const char *name_of(const struct names *n, enum step_id step)
{
    switch ((int)step) {
    case STEP_NETWORK:
        return n->network;
    case STEP_ACCOUNT:
        return n->service_account_email;
    case STEP_BINDING:
        return "roles/cloudsql.client";
    case STEP_ADDRESS:
        return n->address;
    case STEP_PROXY:
        return n->proxy;
    case STEP_PRIVATE_CONNECTION:
        return n->private_connection;
    case STEP_FIREWALL:
        return n->firewall;
    case STEP_SOURCE_PROFILE:
        return n->source_profile;
    case STEP_DESTINATION_PROFILE:
        return n->destination_profile;
    case STEP_DATASET:
        return n->dataset;
    default:
        return n->stream;
    }
}

static bool differs(const char *seen, const char *ours)
{
    return !str_is_empty(seen) && !str_is_empty(ours) && !str_eq(seen, ours);
}

static bool serves(const struct target *t, const char *connection)
{
    char ours[256];

    snprintf(ours, sizeof ours, "%s:%s:%s", t->project, t->region, t->instance);
    return t->instance[0] == '\0' || str_eq(connection, ours);
}

/* "project:dataset", as a stream calls it. */
static bool writes_elsewhere(const struct remove_options *o, const struct names *n)
{
    const struct target *t = o->target;
    char ours[256];

    snprintf(ours, sizeof ours, "%s:%s", t->dataset_project[0] ? t->dataset_project : t->project,
             n->dataset);
    return differs(o->seen->stream_dataset, ours);
}

/* It has our name, and is not ours: somebody else's is never taken away. Why, or NULL. */
static const char *not_ours(const struct remove_options *o, const struct names *n,
                            enum step_id step)
{
    const struct observed *seen = o->seen;

    switch ((int)step) {
    case STEP_PROXY:
        return seen->proxy_instance == NULL              ? "it does not start the Cloud SQL proxy"
               : serves(o->target, seen->proxy_instance) ? NULL
                                                         : "it serves another instance";
    case STEP_SOURCE_PROFILE:
        return differs(seen->source_database, o->target->database) ? "it leads to another database"
               : differs(seen->stream_source, n->source_profile)   ? "the stream has another one"
                                                                   : NULL;
    case STEP_DESTINATION_PROFILE:
        return differs(seen->stream_destination, n->destination_profile)
                   ? "the stream has another one"
                   : NULL;
    case STEP_PRIVATE_CONNECTION:
        return differs(seen->connection_network, n->network) ? "it joins another network" : NULL;
    case STEP_FIREWALL:
        return differs(seen->firewall_network, n->network) ? "it is for another network" : NULL;
    case STEP_DATASET:
        return writes_elsewhere(o, n) ? "the stream writes to another one" : NULL;
    default:
        return NULL;
    }
}

/* Others use the same one: the second profile is shared by the Terraform module's streams only. */
static bool is_shared(const struct remove_options *o, enum step_id step)
{
    return step_type(step)->shared ||
           (step == STEP_DESTINATION_PROFILE && o->target->naming == TARGET_NAV_MODULE);
}

/* What streams share, under a name that none of ours has: Terraform's, or a person's own. */
static bool has_another_name(const struct remove_options *o, const struct names *n,
                             enum step_id step)
{
    struct names family;

    names_of(o->target, &family);
    return is_shared(o, step) && !str_eq(name_of(n, step), name_of(&family, step));
}

/* NULL: it goes. */
static const char *keep_why(const struct remove_options *o, const struct names *n,
                            enum step_id step)
{
    const struct observed_thing *thing = &o->seen->things[step];

    if (thing->seen == SEEN_UNKNOWN)
        return thing->why ? thing->why : "it could not be looked at";
    if (step == STEP_ACCOUNT && o->seen->things[STEP_BINDING].seen == SEEN_UNKNOWN)
        return "whether it still holds a role could not be looked at"; /* else the role outlives it
                                                                        */
    if (step == STEP_DATASET && !o->with_dataset)
        return "what has arrived stays; ask for its removal by name";
    if (is_shared(o, step) && o->seen->other_streams > 0)
        return "other streams use it";
    if (is_shared(o, step) && o->seen->streams_why)
        return "whether other streams use it could not be asked";
    if (has_another_name(o, n, step))
        return "strom has not made it: whoever has takes it away";
    return not_ours(o, n, step);
}

static bool is_there(const struct remove_options *o, enum step_id step)
{
    return o->seen->things[step].seen != SEEN_ABSENT;
}

void remove_plan(const struct remove_options *o, struct arena *a, struct receipt_line **lines,
                 size_t *n)
{
    struct names names;

    observed_names(o->seen, o->target, &names);
    *lines = arena_array(a, struct receipt_line, LINES);
    *n = 0;
    for (size_t i = 0; i < ORDERED; i++) {
        const char *why = keep_why(o, &names, order[i].step);
        if (is_there(o, order[i].step))
            (*lines)[(*n)++] = (struct receipt_line){
                why ? RECEIPT_KEPT : RECEIPT_REMOVED, step_type(order[i].step)->id,
                arena_str(a, name_of(&names, order[i].step)), why ? why : ""};
    }
    remove_by_hand(o, a, *lines, n);
}

/* --- the calls
 * -------------------------------------------------------------------------------------- */

static struct task *call(struct job *j, enum step_id step)
{
    struct google *g = j->o.google;
    const char *p = j->t.project, *r = j->t.region;
    struct google_write w = {0}, with_routes = {.force = true};
    char member[160];

    switch ((int)step) {
    case STEP_STREAM:
        return datastream_stream_delete(g, p, r, j->n.stream, &w);
    case STEP_SOURCE_PROFILE:
        return datastream_profile_delete(g, p, r, j->n.source_profile, &w);
    case STEP_DESTINATION_PROFILE:
        return datastream_profile_delete(g, p, r, j->n.destination_profile, &w);
    case STEP_PROXY:
        return compute_machine_delete(g, p, j->o.seen->proxy_zone, j->n.proxy, &w);
    case STEP_ADDRESS:
        return compute_address_delete(g, p, r, j->n.address, &w);
    case STEP_PRIVATE_CONNECTION:
        return datastream_private_delete(g, p, r, j->n.private_connection, &with_routes);
    case STEP_FIREWALL:
        return compute_firewall_delete(g, p, j->n.firewall, &w);
    case STEP_NETWORK:
        return compute_network_delete(g, p, j->n.network, &w);
    case STEP_ACCOUNT:
        return iam_account_delete(g, p, j->n.service_account_email);
    case STEP_DATASET:
        return bigquery_dataset_delete(g, j->t.dataset_project[0] ? j->t.dataset_project : p,
                                       j->n.dataset, true);
    default:
        snprintf(member, sizeof member, "serviceAccount:%s", j->n.service_account_email);
        struct access_change change = {
            .role = "roles/cloudsql.client", .member = member, .remove = true};
        return access_bind(g, p, &change, 1);
    }
}

/* --- the task
 * --------------------------------------------------------------------------------------- */

static void line(struct job *j, enum receipt_kind kind, enum step_id step, const char *why)
{
    if (j->n_lines < LINES)
        j->lines[j->n_lines++] =
            (struct receipt_line){kind, step_type(step)->id, name_of(&j->n, step), why};
}

static void begin(struct job *j)
{
    j->begun = true;
    for (size_t i = 0; i < ORDERED; i++) {
        const char *why = keep_why(&j->o, &j->n, order[i].step);
        j->steps[i] =
            (struct remove_step){.step = order[i].step, .name = name_of(&j->n, order[i].step)};
        j->go[i] = is_there(&j->o, order[i].step) && why == NULL;
        j->steps[i].over = !j->go[i];
        if (!j->go[i])
            j->gone |= 1u << order[i].step;
        if (is_there(&j->o, order[i].step) && why)
            line(j, RECEIPT_KEPT, order[i].step, why);
    }
}

static void end(struct job *j, size_t i)
{
    j->steps[i].running = false;
    j->steps[i].over = true;
    if (task_state(j->calls[i]) == TASK_OK) {
        j->gone |= 1u << order[i].step;
        line(j, RECEIPT_REMOVED, order[i].step, "");
    } else {
        j->failed |= 1u << order[i].step;
        j->steps[i].failed = true;
        line(j, RECEIPT_FAILED, order[i].step, task_error(j->calls[i])->why);
    }
}

/* True when something changed. */
static bool drive(struct job *j, size_t i)
{
    unsigned after = order[i].after;

    if (j->steps[i].over)
        return false;
    if (j->calls[i]) {
        if (task_state(j->calls[i]) == TASK_RUNNING)
            return false;
        end(j, i);
        return true;
    }
    if (after & j->failed) {
        j->steps[i].over = true;
        j->failed |= 1u << order[i].step;
        line(j, RECEIPT_KEPT, order[i].step, "something that needs it could not be removed");
        return true;
    }
    if ((after & j->gone) != after)
        return false;
    j->calls[i] = call(j, order[i].step);
    j->steps[i].running = true;
    return true;
}

static enum task_state step(struct task *t);

static void stop(void *job)
{
    struct job *j = job;
    struct err e;

    for (size_t i = 0; i < ORDERED; i++)
        task_clear(&j->calls[i]);
    if (j->locked)
        lock_give(j->o.store, j->lock_name, &e);
}

static const struct task_type type = {"remove", sizeof(struct job), step, stop};

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    struct lock_holder holder;
    struct err e;
    bool changed = true, over = true;

    if (!j->begun) {
        if (j->o.store && !lock_take(j->o.store, j->lock_name, task_arena(t), &holder, &e))
            return task_fail(t, &e);
        j->locked = j->o.store != NULL;
        begin(j);
    }
    while (changed) {
        changed = false;
        for (size_t i = 0; i < ORDERED; i++)
            changed = drive(j, i) || changed;
        if (changed)
            task_news(t);
    }
    for (size_t i = 0; i < ORDERED; i++)
        over = over && j->steps[i].over;
    if (!over)
        return TASK_RUNNING;
    remove_by_hand(&j->o, task_arena(t), j->lines, &j->n_lines);
    if (j->failed == 0)
        return TASK_OK;
    for (size_t i = 0; i < ORDERED; i++)
        if (j->calls[i] && task_state(j->calls[i]) == TASK_FAILED)
            return task_fail_like(t, j->calls[i]);
    return TASK_OK;
}

struct task *remove_all(struct net *net, const struct remove_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);

    j->o = *o;
    j->t = *o->target;
    names_complete(&j->t);
    j->o.target = &j->t;
    observed_names(o->seen, &j->t, &j->n);
    snprintf(j->lock_name, sizeof j->lock_name, "%s/%s/%s", j->t.project, j->t.region, j->n.stream);
    return t;
}

const struct receipt_line *remove_receipt(const struct task *t, size_t *n)
{
    const struct job *j = task_job(t, &type);

    *n = j->n_lines;
    return j->lines;
}

const struct remove_step *remove_steps(const struct task *t, size_t *n)
{
    const struct job *j = task_job(t, &type);

    *n = ORDERED;
    return j->steps;
}

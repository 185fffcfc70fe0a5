#include "api/plan/removal.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/diff.h"
#include "api/plan/names.h"

#include <assert.h>
#include <stdio.h>

#define BIT(step) (1u << (step))

/* The order of going: whatever needs another stands above it. */
static const enum step_id order[REMOVALS] = {
    STEP_STREAM,   STEP_SOURCE_PROFILE, STEP_DESTINATION_PROFILE,
    STEP_PROXY,    STEP_ADDRESS,        STEP_PRIVATE_CONNECTION,
    STEP_FIREWALL, STEP_NETWORK,        STEP_BINDING,
    STEP_ACCOUNT,  STEP_DATASET};

unsigned removal_users(enum step_id step)
{
    unsigned users = 0;

    for (size_t i = 0; i < REMOVALS; i++)
        if (step_needs_all(order[i]) & BIT(step))
            users |= BIT(order[i]);
    return users;
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

/* The profile's host is the proxy's, and that one leads to another instance. */
static bool is_of_another_instance(const struct remove_options *o)
{
    const struct observed *seen = o->seen;

    return !str_is_empty(seen->source_host) && str_eq(seen->source_host, seen->proxy_ip) &&
           seen->proxy_instance && !serves(o->target, seen->proxy_instance);
}

/* The name that this target's stream has when nobody chose another. */
static bool has_family_name(const struct remove_options *o, const struct names *n)
{
    struct target t = *o->target;
    struct names family;

    t.stream[0] = '\0';
    names_of(&t, &family);
    return str_eq(n->stream, family.stream);
}

const char *removal_foreign(const struct remove_options *o, const struct names *n, struct arena *a)
{
    const struct observed *seen = o->seen;
    const struct target *t = o->target;

    if (seen->things[STEP_STREAM].seen == SEEN_ABSENT)
        return NULL;
    if (differs(seen->source_database, t->database))
        return arena_printf(a, tr("its source is the database %s"), seen->source_database);
    if (is_of_another_instance(o))
        return arena_printf(a, tr("its source is the instance %s"), seen->proxy_instance);
    if (str_is_empty(seen->source_database) && t->database[0] && !has_family_name(o, n))
        return tr("which database it reads could not be looked at");
    return NULL;
}

/* Nor is a rule that lets others in, or lets nobody in: what plan would not touch stays. */
static const char *other_rule(const struct observed *seen, const struct names *n)
{
    bool admits = seen->connection_subnet == NULL && /* gone already: one range of its size tells */
                  seen->n_firewall_sources == 1 && str_ends(seen->firewall_sources[0], "/29");

    if (differs(seen->firewall_network, n->network))
        return tr("it is for another network");
    for (size_t i = 0; seen->connection_subnet && i < seen->n_firewall_sources; i++)
        admits = admits || diff_range_within(seen->connection_subnet, seen->firewall_sources[i]);
    return seen->firewall_opens_5432 && admits
               ? NULL
               : tr("it does not open 5432 to the private connection");
}

/* It has our name, and is not ours: somebody else's is never taken away. Why, or NULL. */
static const char *not_ours(const struct remove_options *o, const struct names *n,
                            enum step_id step, struct arena *a)
{
    const struct observed *seen = o->seen;

    switch ((int)step) {
    case STEP_STREAM:
        return removal_foreign(o, n, a);
    case STEP_PROXY:
        return seen->proxy_instance == NULL ? tr("it does not start the Cloud SQL proxy")
               : serves(o->target, seen->proxy_instance) ? NULL
                                                         : tr("it serves another instance");
    case STEP_SOURCE_PROFILE:
        return differs(seen->source_database, o->target->database)
                   ? tr("it leads to another database")
               : is_of_another_instance(o) ? tr("it leads to another instance")
               : differs(seen->stream_source, n->source_profile) ? tr("the stream has another one")
                                                                 : NULL;
    case STEP_DESTINATION_PROFILE:
        return differs(seen->stream_destination, n->destination_profile)
                   ? tr("the stream has another one")
                   : NULL;
    case STEP_PRIVATE_CONNECTION:
        return differs(seen->connection_network, n->network) ? tr("it joins another network")
                                                             : NULL;
    case STEP_FIREWALL:
        return other_rule(seen, n);
    case STEP_DATASET:
        return writes_elsewhere(o, n) ? tr("the stream writes to another one") : NULL;
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
    return is_shared(o, step) && !str_eq(step_name(step, n), step_name(step, &family));
}

/* Who else lives on it. A private connection and its profiles are one region's, the rest is the
 * project's. */
static const char *used_why(const struct remove_options *o, enum step_id step, struct arena *a)
{
    const struct observed *seen = o->seen;
    bool regional = step == STEP_PRIVATE_CONNECTION || step == STEP_DESTINATION_PROFILE;
    const char *user = regional ? seen->other_user_here : seen->other_user;

    if (!is_shared(o, step))
        return NULL;
    if ((regional ? seen->other_streams_here : seen->other_streams) > 0)
        return tr("other streams use it");
    if (user)
        return arena_printf(a, tr("another app is set up to use it: %s"), user);
    return seen->streams_why ? tr("whether other streams use it could not be asked") : NULL;
}

/* The journal tells what a run meant to make; a call that was never sent, or met a thing that was
 * there by then, has made nothing. What is being made at this moment bears no mark yet. */
static const char *anothers_why(const struct remove_options *o, enum step_id step, struct arena *a)
{
    const struct observed_thing *thing = &o->seen->things[step];

    bool there =
        thing->seen == SEEN_READY || thing->seen == SEEN_BROKEN || thing->seen == SEEN_STOPPED;

    if (!step_type(step)->marked || !there || maker_is_mark(&o->made, thing->run))
        return NULL;
    return str_is_empty(thing->run)
               ? tr("nothing on it tells that this run made it: somebody else has meanwhile")
               : arena_printf(a, tr("another run of strom has made it: %s"), thing->run);
}

/* Nothing tells whose a role is but the answer to the call that gave it; or the account, which had
 * none before it was made. */
static bool is_doubtful(const struct remove_options *o, enum step_id step)
{
    return step == STEP_BINDING && !(o->made.sure & BIT(step)) &&
           !maker_is_mark(&o->made, o->seen->things[STEP_ACCOUNT].run);
}

/* By the journal; or by its mark: where what came behind its making failed (a machine whose proxy
 * did not answer, an operation that ended in an error), the journal has the step as failed, and the
 * thing is there all the same. */
static bool is_of_run(const struct remove_options *o, enum step_id step)
{
    return (o->made.steps & BIT(step)) ||
           (step_type(step)->marked && maker_is_mark(&o->made, o->seen->things[step].run));
}

/* Its own reason to stay, whatever becomes of the others. */
static const char *own_why(const struct remove_options *o, const struct names *n, enum step_id step,
                           struct arena *a)
{
    const struct observed_thing *thing = &o->seen->things[step];

    if (o->undo && !is_of_run(o, step))
        return tr("it was there before");
    if (o->undo && is_doubtful(o, step))
        return tr("whether this run or somebody else gave it was not heard");
    const char *anothers = o->undo ? anothers_why(o, step, a) : NULL;
    if (anothers)
        return anothers;
    if (thing->seen == SEEN_UNKNOWN)
        return thing->why ? thing->why : tr("it could not be looked at");
    if (step == STEP_ACCOUNT && o->seen->things[STEP_BINDING].seen == SEEN_UNKNOWN)
        return tr(
            "whether it still holds a role could not be looked at"); /* else the role outlives it
                                                                      */
    if (step == STEP_DATASET && !o->with_dataset)
        return tr("what has arrived stays; ask for its removal by name");
    const char *used = used_why(o, step, a);
    if (used)
        return used;
    if (has_another_name(o, n, step))
        return tr("strom has not made it: whoever has takes it away");
    return not_ours(o, n, step, a);
}

static const char *needed_why(const struct remove_part *all, size_t upto, unsigned users,
                              struct arena *a)
{
    for (size_t i = 0; i < upto; i++)
        if ((users & BIT(all[i].step)) && all[i].there && all[i].why)
            return arena_printf(a, tr("%s needs it, and stays"), step_type(all[i].step)->id);
    return NULL;
}

void removal_decide(const struct remove_options *o, const struct names *n, struct arena *a,
                    struct remove_part out[REMOVALS])
{
    for (size_t i = 0; i < REMOVALS; i++) {
        enum step_id step = order[i];
        out[i] = (struct remove_part){.step = step,
                                      .name = step_name(step, n),
                                      .there = o->seen->things[step].seen != SEEN_ABSENT,
                                      .note = ""};
        if (!out[i].there)
            continue;
        out[i].why = own_why(o, n, step, a);
        if (out[i].why == NULL)
            out[i].why = needed_why(out, i, removal_users(step), a);
        if (out[i].why == NULL && o->undo && !step_type(step)->marked)
            out[i].note = tr("made by this run: by its journal alone, no mark tells");
    }
}

#include "api/plan/plan.h"

#include "api/base/str.h"
#include "api/plan/needs.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One function a step decides what is to be done; all of them write into the same job. */
struct job {
    const struct target *t;
    const struct selection *s;
    const struct observed *seen;
    struct plan *p;
};

static struct plan_action *decide(struct job *j, enum step_id step, enum plan_verb verb,
                                  const char *name, const char *why)
{
    struct plan_action *a = &j->p->actions[j->p->n_actions++];

    *a = (struct plan_action){.step = step, .verb = verb, .name = name, .why = why};
    return a;
}

static struct plan_change *add_change(struct plan *p, struct plan_action *a, const char *path,
                                      const char *from, const char *to)
{
    struct plan_change *more = arena_array(&p->mem, struct plan_change, a->n_changes + 1);

    if (a->n_changes)
        memcpy(more, a->changes, a->n_changes * sizeof *more);
    more[a->n_changes] = (struct plan_change){arena_str(&p->mem, path), arena_str(&p->mem, from),
                                              arena_str(&p->mem, to)};
    a->changes = more;
    return &more[a->n_changes++];
}

static struct plan_action *blocked(struct job *j, enum step_id step, const char *name,
                                   const char *why, const char *hint)
{
    struct plan_action *a = decide(j, step, PLAN_BLOCKED, name, why);

    a->hint = hint;
    return a;
}

/* What is the same for every resource: not asked, absent, on its way, broken. NULL: it is there and
 * healthy, the caller looks closer. */
static struct plan_action *usual(struct job *j, enum step_id step, const char *name,
                                 const char *create_why)
{
    const struct observed_thing *o = &j->seen->things[step];

    switch (o->seen) {
    case SEEN_ABSENT:
        return decide(j, step, PLAN_CREATE, name, create_why);
    case SEEN_PENDING:
        return decide(j, step, PLAN_UPDATE, name,
                      arena_printf(&j->p->mem, "it is being made at this moment (%s): waited for",
                                   o->state ? o->state : "pending"));
    case SEEN_BROKEN:
        return blocked(j, step, name,
                       arena_printf(&j->p->mem, "it is there, but cannot be used: %s",
                                    o->why ? o->why : "no reason was given"),
                       "look at it, or remove it, and plan again");
    case SEEN_UNKNOWN:
        return blocked(j, step, name,
                       arena_printf(&j->p->mem, "could not be looked at: %s",
                                    o->why ? o->why : "no reason was given"),
                       "mend that first: without looking nothing is made");
    case SEEN_READY:
        break;
    }
    return NULL;
}

static const char *shared_why(const struct job *j)
{
    return j->seen->other_streams > 0 ? "is there, and other streams use it too" : "is there";
}

static void services(struct job *j)
{
    struct plan_action *a = usual(j, STEP_SERVICES, j->t->project, "the rest needs them");

    if (a == NULL)
        a = decide(j, STEP_SERVICES, j->seen->n_services_off ? PLAN_CREATE : PLAN_KEEP,
                   j->t->project, j->seen->n_services_off ? "the rest needs them" : "all are on");
    for (size_t i = 0; i < j->seen->n_services_off; i++)
        add_change(j->p, a, j->seen->services_off[i], "off", "on");
}

static void simple(struct job *j, enum step_id step, const char *name, const char *create_why)
{
    if (usual(j, step, name, create_why) == NULL)
        decide(j, step, PLAN_KEEP, name, step_type(step)->shared ? shared_why(j) : "is there");
}

static void proxy(struct job *j)
{
    char wanted[256];

    snprintf(wanted, sizeof wanted, "%s:%s:%s", j->t->project, j->t->region, j->t->instance);
    if (usual(j, STEP_PROXY, j->p->names.proxy, "Datastream reaches the database through it"))
        return;
    if (j->seen->proxy_instance == NULL)
        blocked(j, STEP_PROXY, j->p->names.proxy,
                "a machine of this name is there, but it does not start the Cloud SQL proxy",
                "remove or rename that machine; it is not touched");
    else if (!str_eq(j->seen->proxy_instance, wanted))
        blocked(j, STEP_PROXY, j->p->names.proxy,
                arena_printf(&j->p->mem, "a machine of this name serves another instance: %s",
                             j->seen->proxy_instance),
                "it is not touched; choose another name for this stream");
    else
        decide(j, STEP_PROXY, PLAN_KEEP, j->p->names.proxy, "runs and serves this instance");
}

static void private_connection(struct job *j)
{
    struct plan *p = j->p;

    if (j->seen->connection_subnet)
        str_copy(p->subnet, sizeof p->subnet, j->seen->connection_subnet);
    else if (!plan_free_subnet(p->names.subnet_range, j->seen->ranges, j->seen->n_ranges,
                               p->subnet)) {
        blocked(j, STEP_PRIVATE_CONNECTION, p->names.private_connection,
                "no free range of eight addresses is left in 10.0.0.0/8",
                "free a range in the network");
        return;
    }
    if (usual(
            j, STEP_PRIVATE_CONNECTION, p->names.private_connection,
            arena_printf(&p->mem, "joins Datastream to %s, over %s", p->names.network, p->subnet)))
        return;
    if (j->seen->connection_network && !str_eq(j->seen->connection_network, p->names.network))
        blocked(j, STEP_PRIVATE_CONNECTION, p->names.private_connection,
                arena_printf(&p->mem, "it joins another network: %s", j->seen->connection_network),
                "it is not touched; remove it, or name the network that it joins");
    else
        decide(j, STEP_PRIVATE_CONNECTION, PLAN_KEEP, p->names.private_connection, shared_why(j));
}

static void firewall(struct job *j)
{
    const struct observed *seen = j->seen;
    bool admits = false;

    if (usual(j, STEP_FIREWALL, j->p->names.firewall,
              arena_printf(&j->p->mem, "opens 5432 to %s only", j->p->subnet)))
        return;
    for (size_t i = 0; i < seen->n_firewall_sources; i++)
        admits = admits || str_eq(seen->firewall_sources[i], j->p->subnet);
    if (seen->firewall_opens_5432 && admits)
        decide(j, STEP_FIREWALL, PLAN_KEEP, j->p->names.firewall, shared_why(j));
    else
        blocked(j, STEP_FIREWALL, j->p->names.firewall,
                arena_printf(&j->p->mem,
                             "a rule of this name is there, but it does not open 5432 to %s",
                             j->p->subnet),
                "add that range to the rule; it is not changed, since others may rely on it");
}

static void source_profile(struct job *j)
{
    const struct observed *seen = j->seen;
    const char *name = j->p->names.source_profile;

    if (usual(j, STEP_SOURCE_PROFILE, name, "how Datastream logs in to the database"))
        return;
    struct plan_action *a = decide(j, STEP_SOURCE_PROFILE, PLAN_KEEP, name, "is there");
    if (seen->source_database && !str_eq(seen->source_database, j->t->database)) {
        a->verb = PLAN_BLOCKED;
        a->why = arena_printf(&j->p->mem, "a profile of this name leads to another database: %s",
                              seen->source_database);
        a->hint = "it is not touched; choose another name for this stream";
        return;
    }
    if (!str_eq(seen->source_user, j->t->db_user))
        add_change(j->p, a, "postgresqlProfile.username", seen->source_user, j->t->db_user);
    if (seen->address_ip && !str_eq(seen->source_host, seen->address_ip))
        add_change(j->p, a, "postgresqlProfile.hostname", seen->source_host, seen->address_ip);
    if (a->n_changes) {
        a->verb = PLAN_UPDATE;
        a->why = "it leads somewhere else than the proxy that is there";
    }
}

static void dataset(struct job *j)
{
    if (usual(j, STEP_DATASET, j->p->names.dataset, "the tables arrive there"))
        return;
    if (j->seen->dataset_location && !str_eq(j->seen->dataset_location, j->t->location)) {
        struct plan_action *a =
            blocked(j, STEP_DATASET, j->p->names.dataset, "it lies in another location",
                    "a dataset cannot be moved: take its location, or another dataset");
        add_change(j->p, a, "location", j->seen->dataset_location, j->t->location);
    } else {
        decide(j, STEP_DATASET, PLAN_KEEP, j->p->names.dataset, "is there");
    }
}

/* --- the stream itself --- */

static const struct observed_column_set *streamed(const struct observed *seen, const char *schema,
                                                  const char *table)
{
    for (size_t i = 0; i < seen->n_stream_tables; i++) {
        const struct observed_column_set *o = &seen->stream_tables[i];
        if (str_eq(o->schema, schema) && (o->table == NULL || str_eq(o->table, table)))
            return o;
    }
    return NULL;
}

static bool has_column(const struct observed_column_set *o, const char *column)
{
    if (o == NULL)
        return false;
    if (o->n_columns == 0)
        return true;
    for (size_t i = 0; i < o->n_columns; i++)
        if (str_eq(o->columns[i], column))
            return true;
    return false;
}

static void compare_table(struct job *j, struct plan_action *a, const struct selection_table *t)
{
    const struct observed_column_set *o = streamed(j->seen, t->schema, t->name);

    for (size_t i = 0; i < t->n_columns; i++) {
        const struct selection_column *c = &t->columns[i];
        bool flows = j->seen->stream_takes_all || has_column(o, c->name);
        if (c->included != flows)
            add_change(j->p, a, arena_printf(&j->p->mem, "%s.%s.%s", t->schema, t->name, c->name),
                       flows ? "flows" : "left out", c->included ? "flows" : "left out");
    }
}

/* Tables that flow and of which the selection knows nothing. */
static void compare_unknown(struct job *j, struct plan_action *a)
{
    for (size_t i = 0; i < j->seen->n_stream_tables; i++) {
        const struct observed_column_set *o = &j->seen->stream_tables[i];
        size_t at;
        if (o->table && !selection_find(j->s, o->schema, o->table, &at))
            add_change(j->p, a, arena_printf(&j->p->mem, "%s.%s", o->schema, o->table), "flows",
                       "left out");
    }
}

static void compare_fixed(struct job *j, struct plan_action *a)
{
    const struct observed *seen = j->seen;
    char wanted[256];

    snprintf(wanted, sizeof wanted, "%s:%s",
             j->t->dataset_project[0] ? j->t->dataset_project : j->t->project, j->p->names.dataset);
    if (!str_eq(seen->stream_slot, j->t->slot))
        add_change(j->p, a, "replicationSlot", seen->stream_slot, j->t->slot);
    if (!str_eq(seen->stream_dataset, wanted))
        add_change(j->p, a, "datasetId", seen->stream_dataset, wanted);
    if (seen->stream_append_only != (j->t->mode == TARGET_APPEND_ONLY))
        add_change(j->p, a, "mode", seen->stream_append_only ? "append_only" : "merge",
                   seen->stream_append_only ? "merge" : "append_only");
    if (a->n_changes) {
        a->verb = PLAN_BLOCKED;
        a->why = "a stream of this name is there, and these cannot be changed afterwards";
        a->hint = "take the values that it has, or take it down first";
    }
}

static void compare_stream(struct job *j, struct plan_action *a)
{
    char from[24], to[24];

    compare_fixed(j, a);
    if (a->verb == PLAN_BLOCKED)
        return;
    if (!str_eq(j->seen->stream_publication, j->t->publication))
        add_change(j->p, a, "publication", j->seen->stream_publication, j->t->publication);
    if (j->seen->stream_freshness_seconds != j->t->freshness_seconds) {
        snprintf(from, sizeof from, "%ds", j->seen->stream_freshness_seconds);
        snprintf(to, sizeof to, "%ds", j->t->freshness_seconds);
        add_change(j->p, a, "dataFreshness", from, to);
    }
    for (size_t i = 0; i < j->s->n_tables; i++)
        compare_table(j, a, &j->s->tables[i]);
    compare_unknown(j, a);
    if (a->n_changes) {
        a->verb = PLAN_UPDATE;
        a->why = "what flows differs from what is chosen";
    }
}

static void stream(struct job *j)
{
    struct selection_totals totals;
    const char *name = j->p->names.stream;

    selection_totals(j->s, &totals);
    if (totals.columns == 0) {
        blocked(j, STEP_STREAM, name, "no table is chosen",
                "choose tables first: a stream without a list would take everything");
        return;
    }
    struct plan_action *a = usual(j, STEP_STREAM, name,
                                  arena_printf(&j->p->mem, "tables %zu, columns %zu, each named",
                                               totals.tables, totals.columns));
    if (a == NULL) {
        a = decide(j, STEP_STREAM, PLAN_KEEP, name, "is there, with this selection");
        compare_stream(j, a);
    }
}

static void start(struct job *j, bool wanted)
{
    const char *state = j->seen->stream_state;
    const char *name = j->p->names.stream;

    if (!wanted)
        return;
    if (j->seen->things[STEP_STREAM].seen == SEEN_READY && str_eq(state, "RUNNING")) {
        decide(j, STEP_START, PLAN_KEEP, name, "runs");
        return;
    }
    if (str_eq(state, "FAILED_PERMANENTLY")) {
        blocked(j, STEP_START, name, "the stream has failed for good: FAILED_PERMANENTLY",
                "see its errors on Monitor; it is recovered there, and what is lost is said");
        return;
    }
    struct plan_action *a = decide(j, STEP_START, state ? PLAN_UPDATE : PLAN_CREATE, name,
                                   "a stream that is made does not run by itself");
    add_change(j->p, a, "state", state, "RUNNING");
}

/* --- the whole --- */

static uint64_t mix(uint64_t h, const char *text)
{
    for (const char *c = text ? text : "\1"; *c; c++)
        h = (h ^ (unsigned char)*c) * 1099511628211u;
    return (h ^ 0xff) * 1099511628211u;
}

static void digest(struct job *j)
{
    uint64_t h = 14695981039346656037u;
    const struct target *t = j->t;
    char number[32];

    for (size_t i = 0; i < j->p->n_actions; i++) {
        const struct plan_action *a = &j->p->actions[i];
        h = mix(mix(mix(h, step_type(a->step)->id), plan_verb_name(a->verb)), a->name);
        for (size_t c = 0; c < a->n_changes; c++)
            h = mix(mix(mix(h, a->changes[c].path), a->changes[c].from), a->changes[c].to);
    }
    for (size_t i = 0; i < j->s->n_tables; i++) {
        const struct selection_table *table = &j->s->tables[i];
        for (size_t c = 0; table->n_included && c < table->n_columns; c++)
            if (table->columns[c].included)
                h = mix(mix(mix(h, table->schema), table->name), table->columns[c].name);
    }
    snprintf(number, sizeof number, "%d %d", t->freshness_seconds, (int)t->mode);
    h = mix(mix(mix(mix(mix(h, t->publication), t->slot), t->db_user), t->location), number);
    h = mix(mix(h, j->seen->stream_state), j->seen->source_host);
    snprintf(j->p->digest, sizeof j->p->digest, "%016" PRIx64, h);
}

static void unacknowledged(struct job *j)
{
    struct plan *p = j->p;

    p->n_unacknowledged = selection_unacknowledged(j->s, NULL, 0);
    p->unacknowledged = arena_array(&p->mem, struct selection_place, p->n_unacknowledged + 1);
    selection_unacknowledged(j->s, p->unacknowledged, p->n_unacknowledged);
}

static void keep_only(struct plan *p, unsigned only)
{
    size_t n = 0;

    for (size_t i = 0; only && i < p->n_actions; i++)
        if (only & 1u << p->actions[i].step)
            p->actions[n++] = p->actions[i];
    p->n_actions = only ? n : p->n_actions;
}

void plan_make(const struct target *t, const struct selection *s, const struct observed *seen,
               const struct plan_options *options, struct plan *out)
{
    struct job j = {t, s, seen, out};

    *out = (struct plan){.target = *t};
    arena_init(&out->mem);
    names_of(t, &out->names);
    str_copy(out->address, sizeof out->address, seen->address_ip ? seen->address_ip : "");
    services(&j);
    simple(&j, STEP_NETWORK, out->names.network, "Datastream and the proxy meet there");
    simple(&j, STEP_ACCOUNT, out->names.service_account, "the proxy runs under it");
    simple(&j, STEP_BINDING, "roles/cloudsql.client", "lets the proxy connect to Cloud SQL");
    simple(&j, STEP_ADDRESS, out->names.address, "a rebuilt proxy keeps its place");
    proxy(&j);
    private_connection(&j);
    firewall(&j);
    source_profile(&j);
    simple(&j, STEP_DESTINATION_PROFILE, out->names.destination_profile, "the way into BigQuery");
    dataset(&j);
    stream(&j);
    start(&j, options->start);
    unacknowledged(&j);
    plan_add_needs(out, options->facts);
    keep_only(out, options->only);
    for (size_t i = 0; i < out->n_actions; i++)
        out->count[out->actions[i].verb]++;
    digest(&j);
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

int plan_usual_seconds(const struct plan *p)
{
    unsigned todo = 0;

    for (size_t i = 0; i < p->n_actions; i++)
        if (p->actions[i].verb == PLAN_CREATE || p->actions[i].verb == PLAN_UPDATE)
            todo |= 1u << p->actions[i].step;
    return step_critical_seconds(todo);
}

#include "api/plan/observe.h"

#include "api/base/str.h"
#include "api/checks/google_checks.h"
#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/machine.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"
#include "api/plan/names.h"
#include "api/plan/proxy.h"

#include <stdio.h>
#include <string.h>

/* One question each, all at once; the peerings' routes are asked for when the network has answered.
 */
enum question {
    ASK_SERVICES,
    ASK_NETWORK,
    ASK_RANGES,
    ASK_ACCOUNT,
    ASK_POLICY,
    ASK_ADDRESS,
    ASK_PROXY,
    ASK_PRIVATE,
    ASK_FIREWALL,
    ASK_SOURCE,
    ASK_DESTINATION,
    ASK_DATASET,
    ASK_STREAM,
    ASK_STREAMS,
    QUESTIONS
};
enum { PEERINGS = 25 };     /* as many as a network may have */
enum { FRESHNESS_S = 900 }; /* of a stream that does not say: facts/gcp.md D */

struct look {
    struct google *g;
    struct target t;
    struct names n;
    struct task *asked[QUESTIONS];
    struct task *peering[PEERINGS];
    size_t n_peerings;
    bool peerings_asked, too_many_peerings;
    struct observed seen;
};

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
    a[ASK_PROXY] = compute_machine_find(l->g, p, l->n.proxy);
    a[ASK_PRIVATE] = datastream_private_get(l->g, p, r, l->n.private_connection);
    a[ASK_FIREWALL] = compute_firewall_get(l->g, p, l->n.firewall);
    a[ASK_SOURCE] = datastream_profile_get(l->g, p, r, l->n.source_profile);
    a[ASK_DESTINATION] = datastream_profile_get(l->g, p, r, l->n.destination_profile);
    a[ASK_DATASET] = bigquery_dataset_get(l->g, dataset_project, l->n.dataset);
    a[ASK_STREAM] = datastream_stream_get(l->g, p, r, l->n.stream);
    a[ASK_STREAMS] = datastream_stream_list(l->g, p, r);
}

/* --- from answers to facts --- */

/* "projects/p/global/networks/datastream-vpc" -> "datastream-vpc" */
static const char *short_name(const char *full)
{
    const char *slash = full ? strrchr(full, '/') : NULL;

    return slash ? slash + 1 : full;
}

/* Not there, and cannot be: its API is off. */
static bool is_off(const struct err *e)
{
    return str_eq(e->reason, "SERVICE_DISABLED") || str_eq(e->reason, "accessNotConfigured");
}

/* The usual part; true when it is there and the caller goes on. */
static bool there(struct look *l, enum step_id step, enum question q)
{
    struct observed_thing *o = &l->seen.things[step];
    const struct err *e;

    if (task_state(l->asked[q]) == TASK_OK) {
        o->seen = SEEN_READY;
        return true;
    }
    e = task_error(l->asked[q]);
    if (e->kind == ERR_MISSING || is_off(e)) {
        o->seen = SEEN_ABSENT;
    } else {
        o->seen = SEEN_UNKNOWN;
        o->why = e->why[0] ? e->why : e->what;
    }
    return false;
}

static void state_is(struct observed_thing *o, const char *state, const char *good,
                     const char *const *pending, size_t n_pending, const char *why)
{
    o->state = state;
    if (str_eq(state, good))
        return;
    o->seen = SEEN_BROKEN;
    for (size_t i = 0; i < n_pending; i++)
        if (str_eq(state, pending[i]))
            o->seen = SEEN_PENDING;
    o->why = !str_is_empty(why) ? why : state;
}

static void see_services(struct look *l, struct arena *a)
{
    size_t n;
    const char *const *needed = google_needed_apis(&n);
    const char **off = arena_array(a, const char *, n + 1);

    if (!there(l, STEP_SERVICES, ASK_SERVICES)) { /* without Service Usage nothing is turned on */
        l->seen.things[STEP_SERVICES].seen = SEEN_UNKNOWN;
        l->seen.things[STEP_SERVICES].why = task_error(l->asked[ASK_SERVICES])->why;
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (!serviceusage_has(serviceusage_apis(l->asked[ASK_SERVICES]), needed[i]))
            off[l->seen.n_services_off++] = needed[i];
    l->seen.services_off = off;
}

static void add_ranges(struct look *l, struct arena *a, const struct task *t, const char *network)
{
    const struct compute_ranges *r = task_state(t) == TASK_OK ? compute_ranges(t) : NULL;
    const char **all;

    if (r == NULL) {
        l->seen.ranges_why = task_error(t)->why;
        return;
    }
    all = arena_array(a, const char *, l->seen.n_ranges + r->n);
    if (l->seen.n_ranges)
        memcpy(all, l->seen.ranges, l->seen.n_ranges * sizeof *all);
    for (size_t i = 0; i < r->n; i++)
        if (network == NULL || str_eq(short_name(r->items[i].network), network))
            all[l->seen.n_ranges++] = r->items[i].cidr;
    l->seen.ranges = all;
}

static void see_network(struct look *l, struct arena *a)
{
    there(l, STEP_NETWORK, ASK_NETWORK);
    add_ranges(l, a, l->asked[ASK_RANGES], l->n.network);
    for (size_t i = 0; i < l->n_peerings; i++)
        add_ranges(l, a, l->peering[i], NULL);
    if (l->too_many_peerings)
        l->seen.ranges_why = "the network has more peerings than are looked at";
}

static void see_account(struct look *l)
{
    struct observed_thing *o = &l->seen.things[STEP_ACCOUNT];

    if (there(l, STEP_ACCOUNT, ASK_ACCOUNT) && iam_account(l->asked[ASK_ACCOUNT])->disabled) {
        o->seen = SEEN_BROKEN;
        o->why = "the account is disabled";
    }
}

static void see_binding(struct look *l)
{
    struct observed_thing *o = &l->seen.things[STEP_BINDING];
    char member[160];

    if (!there(l, STEP_BINDING, ASK_POLICY))
        return;
    snprintf(member, sizeof member, "serviceAccount:%s", l->n.service_account_email);
    o->seen = SEEN_ABSENT;
    const struct google_policy *p = projects_policy(l->asked[ASK_POLICY]);
    for (size_t i = 0; i < p->n_bindings; i++)
        if (str_eq(p->bindings[i].role, "roles/cloudsql.client") && !p->bindings[i].conditional)
            for (size_t m = 0; m < p->bindings[i].n_members; m++)
                if (str_eq(p->bindings[i].members[m], member))
                    o->seen = SEEN_READY;
}

static void see_address(struct look *l)
{
    if (there(l, STEP_ADDRESS, ASK_ADDRESS))
        l->seen.address_ip = compute_address(l->asked[ASK_ADDRESS])->address;
}

static void see_proxy(struct look *l, struct arena *a)
{
    static const char *const pending[] = {"PROVISIONING", "STAGING", "REPAIRING"};
    struct observed_thing *o = &l->seen.things[STEP_PROXY];

    if (!there(l, STEP_PROXY, ASK_PROXY))
        return;
    const struct compute_machines *m = compute_machines(l->asked[ASK_PROXY]);
    if (m->n == 0) {
        o->seen = SEEN_ABSENT;
        return;
    }
    const struct compute_machine *vm = &m->items[0];
    o->name = vm->name;
    o->created_by = google_label(&vm->labels, "created-by");
    state_is(o, vm->status, "RUNNING", pending, 3, NULL);
    l->seen.proxy_ip = vm->internal_ip;
    l->seen.proxy_zone = vm->zone;
    l->seen.proxy_instance = proxy_connection_of(a, compute_metadata(vm, "user-data"));
    if (l->seen.proxy_instance == NULL) /* made by the procedure's tool, before August 2026 */
        l->seen.proxy_instance =
            proxy_connection_of(a, compute_metadata(vm, "gce-container-declaration"));
}

static void see_private(struct look *l)
{
    static const char *const pending[] = {"CREATING", "DELETING"};
    struct observed_thing *o = &l->seen.things[STEP_PRIVATE_CONNECTION];

    if (!there(l, STEP_PRIVATE_CONNECTION, ASK_PRIVATE))
        return;
    const struct datastream_private *c = datastream_private(l->asked[ASK_PRIVATE]);
    o->name = c->name;
    o->created_by = google_label(&c->labels, "created-by");
    state_is(o, c->state, "CREATED", pending, 2, c->error.message);
    if (c->vpc[0]) {
        l->seen.connection_network = short_name(c->vpc);
        l->seen.connection_subnet = c->subnet;
    }
}

/* "tcp:5432", "tcp:5000-6000", "tcp", "all" */
static bool opens_port(const char *allowed)
{
    int first, last, n;

    if (str_eq(allowed, "tcp") || str_eq(allowed, "all"))
        return true;
    n = sscanf(allowed, "tcp:%d-%d", &first, &last);
    return (n == 1 && first == PROXY_PORT) || (n == 2 && first <= PROXY_PORT && PROXY_PORT <= last);
}

static void see_firewall(struct look *l)
{
    if (!there(l, STEP_FIREWALL, ASK_FIREWALL))
        return;
    const struct compute_firewall *f = compute_firewall(l->asked[ASK_FIREWALL]);
    l->seen.firewall_network = short_name(f->network);
    l->seen.firewall_sources = f->sources;
    l->seen.n_firewall_sources = f->n_sources;
    for (size_t i = 0; i < f->n_allowed && !f->disabled && !str_eq(f->direction, "EGRESS"); i++)
        if (opens_port(f->allowed[i]))
            l->seen.firewall_opens_5432 = true;
}

static void see_profiles(struct look *l)
{
    if (there(l, STEP_SOURCE_PROFILE, ASK_SOURCE)) {
        const struct datastream_profile *p = datastream_profile(l->asked[ASK_SOURCE]);
        l->seen.things[STEP_SOURCE_PROFILE].created_by = google_label(&p->labels, "created-by");
        l->seen.source_host = p->host;
        l->seen.source_port = p->port;
        l->seen.source_user = p->user;
        l->seen.source_database = p->database;
        l->seen.source_connection = short_name(p->private_connection);
        if (str_is_empty(p->display_name)) { /* listed before it is ready: facts/domain.md 5 */
            l->seen.things[STEP_SOURCE_PROFILE].seen = SEEN_PENDING;
        } else if (p->kind != DATASTREAM_PROFILE_POSTGRES) {
            l->seen.things[STEP_SOURCE_PROFILE].seen = SEEN_BROKEN;
            l->seen.things[STEP_SOURCE_PROFILE].why =
                "a profile of this name is not for PostgreSQL";
        }
    }
    if (there(l, STEP_DESTINATION_PROFILE, ASK_DESTINATION) &&
        datastream_profile(l->asked[ASK_DESTINATION])->kind != DATASTREAM_PROFILE_BIGQUERY) {
        l->seen.things[STEP_DESTINATION_PROFILE].seen = SEEN_BROKEN;
        l->seen.things[STEP_DESTINATION_PROFILE].why = "a profile of this name is not for BigQuery";
    }
}

static void see_dataset(struct look *l)
{
    if (there(l, STEP_DATASET, ASK_DATASET))
        l->seen.dataset_location = bigquery_dataset(l->asked[ASK_DATASET])->location;
}

static const struct observed_column_set *
lists_of(struct arena *a, const struct datastream_selection *s, size_t *count)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_schemas; i++)
        n += s->schemas[i].n_tables ? s->schemas[i].n_tables : 1;
    struct observed_column_set *all = arena_array(a, struct observed_column_set, n + 1), *o = all;
    for (size_t i = 0; i < s->n_schemas; i++) {
        const struct datastream_schema *schema = &s->schemas[i];
        if (schema->n_tables == 0)
            *o++ = (struct observed_column_set){.schema = schema->name};
        for (size_t t = 0; t < schema->n_tables; t++, o++) {
            const struct datastream_table *table = &schema->tables[t];
            const char **names = arena_array(a, const char *, table->n_columns + 1);
            for (size_t c = 0; c < table->n_columns; c++)
                names[c] = table->columns[c].name;
            *o = (struct observed_column_set){schema->name, table->name, names, table->n_columns};
        }
    }
    *count = n;
    return all;
}

static size_t count_others(const struct datastream_streams *all, const char *ours)
{
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        n += !str_eq(all->items[i].id, ours);
    return n;
}

static void see_other_streams(struct look *l)
{
    const struct task *t = l->asked[ASK_STREAMS];

    if (task_state(t) == TASK_OK && datastream_streams(t)->n_unreachable == 0)
        l->seen.other_streams = count_others(datastream_streams(t), l->n.stream);
    else if (task_state(t) == TASK_OK)
        l->seen.streams_why = "not all locations answered";
    else if (!is_off(task_error(t)))
        l->seen.streams_why = task_error(t)->why;
}

static void see_stream(struct look *l, struct arena *a)
{
    struct observed_thing *o = &l->seen.things[STEP_STREAM];

    if (there(l, STEP_STREAM, ASK_STREAM)) {
        const struct datastream_stream *s = datastream_stream(l->asked[ASK_STREAM]);
        o->name = s->name;
        o->state = l->seen.stream_state = s->state;
        o->created_by = google_label(&s->labels, "created-by");
        l->seen.stream_display_name = s->display_name;
        l->seen.stream_source = short_name(s->source_profile);
        l->seen.stream_destination = short_name(s->destination_profile);
        l->seen.stream_publication = s->publication;
        l->seen.stream_slot = s->slot;
        l->seen.stream_dataset = arena_printf(a, "%s:%s", s->dataset_project, s->dataset);
        l->seen.stream_freshness_seconds = s->freshness_s < 0 ? FRESHNESS_S : (int)s->freshness_s;
        l->seen.stream_append_only = s->mode == DATASTREAM_MODE_APPEND;
        l->seen.stream_tables = lists_of(a, &s->include, &l->seen.n_stream_tables);
        l->seen.stream_excluded = lists_of(a, &s->exclude, &l->seen.n_stream_excluded);
        l->seen.stream_takes_all = l->seen.n_stream_tables == 0;
        if (!s->postgres || !s->bigquery) {
            o->seen = SEEN_BROKEN;
            o->why = "a stream of this name does not lead from PostgreSQL to BigQuery";
        }
    }
    see_other_streams(l);
}

static void see_all(struct look *l, struct arena *a)
{
    see_services(l, a);
    see_network(l, a);
    see_account(l);
    see_binding(l);
    see_address(l);
    see_proxy(l, a);
    see_private(l);
    see_firewall(l);
    see_profiles(l);
    see_dataset(l);
    see_stream(l, a);
    l->seen.things[STEP_START] = l->seen.things[STEP_STREAM];
}

/* --- the task --- */

static void ask_peerings(struct look *l)
{
    if (l->peerings_asked || task_state(l->asked[ASK_NETWORK]) == TASK_RUNNING)
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

static enum task_state step(struct task *t);
static void stop(void *job)
{
    struct look *l = job;

    for (size_t i = 0; i < QUESTIONS; i++)
        task_clear(&l->asked[i]);
    for (size_t i = 0; i < PEERINGS; i++)
        task_clear(&l->peering[i]);
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
    ask_peerings(l);
    for (size_t i = 0; i < QUESTIONS; i++)
        if (task_state(l->asked[i]) == TASK_RUNNING)
            return TASK_RUNNING;
    for (size_t i = 0; i < l->n_peerings; i++)
        if (task_state(l->peering[i]) == TASK_RUNNING)
            return TASK_RUNNING;
    see_all(l, task_arena(t));
    return saw_something(l) ? TASK_OK : task_fail_like(t, l->asked[0]);
}

struct task *observe(struct net *net, struct google *g, const struct target *target)
{
    struct task *t = task_new(net, &type);
    struct look *l = task_job(t, &type);

    l->g = g;
    l->t = *target;
    names_of(target, &l->n);
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

#include "api/plan/look.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/checks/google_checks.h"
#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/machine.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"
#include "api/plan/maker.h"
#include "api/plan/proxy.h"

#include <stdio.h>
#include <string.h>

enum { FRESHNESS_S = 900 }; /* of a stream that does not say: facts/gcp.md D */

const char *look_short(const char *full)
{
    const char *slash = full ? strrchr(full, '/') : NULL;

    return slash ? slash + 1 : full;
}

bool look_there(struct look *l, enum step_id step, enum question q)
{
    struct observed_thing *o = &l->seen.things[step];
    const struct err *e;

    if (task_state(l->asked[q]) == TASK_OK) {
        o->seen = SEEN_READY;
        return true;
    }
    e = task_error(l->asked[q]);
    if (e->kind == ERR_MISSING || google_api_is_off(e)) {
        o->seen = SEEN_ABSENT;
    } else {
        o->seen = SEEN_UNKNOWN;
        o->why = e->why[0] ? e->why : e->what;
        o->hint = e->hint[0] ? e->hint : NULL;
    }
    return false;
}

/* The service's own words for a thing that comes, and for one that goes; each list ends in NULL. */
struct words {
    const char *good, *coming[4], *leaving[4];
};

static bool is_among(const char *state, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(state, *words))
            return true;
    return false;
}

static void state_is(struct observed_thing *o, const char *state, const struct words *w,
                     const char *why)
{
    o->state = state;
    if (str_eq(state, w->good))
        return;
    o->seen = is_among(state, w->coming)    ? SEEN_PENDING
              : is_among(state, w->leaving) ? SEEN_LEAVING
                                            : SEEN_BROKEN;
    o->why = !str_is_empty(why) ? why : state;
}

static void made_by(struct observed_thing *o, const struct google_labels *labels)
{
    o->created_by = google_label(labels, "created-by");
    o->run = google_label(labels, "strom-run");
}

static void described(struct look *l, enum step_id step, const char *description, struct arena *a)
{
    struct observed_thing *o = &l->seen.things[step];

    o->run = maker_described(a, description);
    o->created_by = o->run ? "strom" : NULL;
}

static void see_services(struct look *l, struct arena *a)
{
    size_t n;
    const char *const *needed = google_needed_apis(&n);
    const char **off = arena_array(a, const char *, n + 1);

    if (!look_there(l, STEP_SERVICES,
                    ASK_SERVICES)) { /* without Service Usage nothing is turned on */
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
        if (network == NULL || str_eq(look_short(r->items[i].network), network))
            all[l->seen.n_ranges++] = r->items[i].cidr;
    l->seen.ranges = all;
}

/* Where the proxy stands: in auto mode it is called like the network, else as somebody chose. */
static void see_subnetwork(struct look *l, struct arena *a)
{
    const struct compute_ranges *r =
        task_state(l->asked[ASK_RANGES]) == TASK_OK ? compute_ranges(l->asked[ASK_RANGES]) : NULL;
    struct observed_thing *o = &l->seen.things[STEP_NETWORK];

    for (size_t i = 0; r && i < r->n; i++)
        if (str_eq(r->items[i].network, l->n.network) && str_eq(r->items[i].region, l->t.region) &&
            (l->seen.subnetwork == NULL || str_eq(r->items[i].what, l->n.network)))
            l->seen.subnetwork = r->items[i].what;
    if (l->seen.subnetwork || r == NULL || compute_network(l->asked[ASK_NETWORK])->auto_subnets)
        return;
    o->seen = SEEN_BROKEN;
    o->why = arena_printf(a, tr("it has no subnetwork in %s"), l->t.region);
    o->hint = arena_printf(a,
                           tr("its subnetworks are made by hand: gcloud compute networks subnets "
                              "create %s --network %s --region %s --range RANGE"),
                           l->n.network, l->n.network, l->t.region);
}

/* Of private connections, too: one that is being made has no routes yet. */
static void add_privates(struct look *l, struct arena *a)
{
    const struct task *t = l->asked[ASK_PRIVATES];

    if (task_state(t) != TASK_OK) {
        /* who may not list them: those that are made show as routes of the peering */
        if (!google_api_is_off(task_error(t)) && task_error(t)->kind != ERR_DENIED)
            l->seen.ranges_why = task_error(t)->why;
        return;
    }
    const struct datastream_privates *p = datastream_privates(t);
    const char **all = arena_array(a, const char *, l->seen.n_ranges + p->n + 1);
    if (l->seen.n_ranges)
        memcpy(all, l->seen.ranges, l->seen.n_ranges * sizeof *all);
    for (size_t i = 0; i < p->n; i++)
        if (*p->items[i].subnet)
            all[l->seen.n_ranges++] = p->items[i].subnet;
    l->seen.ranges = all;
}

static void see_network(struct look *l, struct arena *a)
{
    if (look_there(l, STEP_NETWORK, ASK_NETWORK)) {
        described(l, STEP_NETWORK, compute_network(l->asked[ASK_NETWORK])->description, a);
        see_subnetwork(l, a);
    }
    add_privates(l, a);
    add_ranges(l, a, l->asked[ASK_RANGES], l->n.network);
    for (size_t i = 0; i < l->n_peerings; i++)
        add_ranges(l, a, l->peering[i], NULL);
    if (l->too_many_peerings)
        l->seen.ranges_why = tr("the network has more peerings than are looked at");
}

static void see_account(struct look *l, struct arena *a)
{
    struct observed_thing *o = &l->seen.things[STEP_ACCOUNT];

    if (!look_there(l, STEP_ACCOUNT, ASK_ACCOUNT))
        return;
    described(l, STEP_ACCOUNT, iam_account(l->asked[ASK_ACCOUNT])->description, a);
    if (iam_account(l->asked[ASK_ACCOUNT])->disabled) {
        o->seen = SEEN_BROKEN;
        o->why = tr("the account is disabled");
        o->hint = arena_printf(a, "gcloud iam service-accounts enable %s --project %s",
                               l->n.service_account_email, l->t.project);
    }
}

static void see_binding(struct look *l)
{
    struct observed_thing *o = &l->seen.things[STEP_BINDING];
    char member[160];

    if (!look_there(l, STEP_BINDING, ASK_POLICY)) {
        if (o->seen == SEEN_ABSENT) { /* a project has a policy: the project is missing */
            o->seen = SEEN_UNKNOWN;
            o->why = task_error(l->asked[ASK_POLICY])->why;
        }
        return;
    }
    snprintf(member, sizeof member, "serviceAccount:%s", l->n.service_account_email);
    o->seen = SEEN_ABSENT;
    const struct google_policy *p = projects_policy(l->asked[ASK_POLICY]);
    for (size_t i = 0; i < p->n_bindings; i++)
        if (str_eq(p->bindings[i].role, "roles/cloudsql.client") && !p->bindings[i].conditional)
            for (size_t m = 0; m < p->bindings[i].n_members; m++)
                if (str_eq(p->bindings[i].members[m], member))
                    o->seen = SEEN_READY;
}

/* It has our name, and cannot be the proxy's. */
static const char *address_why(const struct look *l, struct arena *a,
                               const struct compute_address *x)
{
    if (str_eq(x->type, "EXTERNAL"))
        return tr("an external address has this name");
    if (l->seen.subnetwork && *x->subnetwork &&
        !str_eq(look_short(x->subnetwork), l->seen.subnetwork))
        return arena_printf(a, tr("it lies in another subnetwork: %s"), look_short(x->subnetwork));
    for (size_t i = 0; i < x->n_users; i++)
        if (!str_eq(look_short(x->users[i]), l->n.proxy))
            return arena_printf(a, tr("it is in use by %s"), look_short(x->users[i]));
    return NULL;
}

static void see_address(struct look *l, struct arena *a)
{
    struct observed_thing *o = &l->seen.things[STEP_ADDRESS];

    if (!look_there(l, STEP_ADDRESS, ASK_ADDRESS))
        return;
    const struct compute_address *x = compute_address(l->asked[ASK_ADDRESS]);
    described(l, STEP_ADDRESS, x->description, a);
    o->why = address_why(l, a, x);
    if (o->why == NULL) {
        l->seen.address_ip = x->address;
        return;
    }
    o->seen = SEEN_BROKEN;
    o->hint = tr("it is not touched; release or rename that address, and plan again");
}

/* Of several machines of that name, the one that serves this instance. */
static const struct compute_machine *choose_machine(struct look *l, struct arena *a,
                                                    const struct compute_machines *m)
{
    const struct compute_machine *best = NULL;
    const char *ours = arena_printf(a, "%s:%s:%s", l->t.project, l->t.region, l->t.instance);

    for (size_t i = 0; i < m->n; i++) {
        const struct compute_machine *vm = &m->items[i];
        const char *serves = proxy_connection_of(a, compute_metadata(vm, "user-data"));
        bool old = serves == NULL; /* made by the procedure's tool, before August 2026 */
        if (old)
            serves = proxy_connection_of(a, compute_metadata(vm, "gce-container-declaration"));
        if (!str_eq(vm->name, l->n.proxy) || (best && !str_eq(serves, ours)))
            continue;
        best = vm;
        l->seen.proxy_instance = serves;
        l->seen.proxy_by_declaration = old && serves;
    }
    return best;
}

static const struct words machine_words = {
    "RUNNING", {"PROVISIONING", "STAGING", "REPAIRING"}, {"STOPPING", "SUSPENDING"}};

/* SUSPENDED is none of them: what was kept of its memory is taken up by another call, and that is
 * left to whoever has suspended it. */
static const char *const machine_stands[] = {"TERMINATED", "STOPPED", NULL};

bool look_machine_comes(const char *status)
{
    return is_among(status, machine_words.coming);
}

static void see_proxy(struct look *l, struct arena *a)
{
    struct observed_thing *o = &l->seen.things[STEP_PROXY];

    if (!look_there(l, STEP_PROXY, ASK_PROXY))
        return;
    const struct compute_machine *vm = choose_machine(l, a, compute_machines(l->asked[ASK_PROXY]));
    if (vm == NULL) {
        o->seen = SEEN_ABSENT;
        return;
    }
    o->name = vm->name;
    made_by(o, &vm->labels);
    l->seen.proxy_ip = vm->internal_ip;
    l->seen.proxy_zone = vm->zone;
    l->seen.proxy_account = vm->service_account;
    state_is(o, vm->status, &machine_words, NULL);
    if (is_among(vm->status, machine_stands))
        o->seen = SEEN_STOPPED;
    if (o->seen == SEEN_BROKEN) {
        o->why = arena_printf(a, tr("the machine is %s"), vm->status);
        const char *wake = proxy_wake(a, vm->status, vm->name, vm->zone, l->t.project);
        o->hint = wake ? arena_printf(a, tr("start it, the stream goes on by itself: %s"), wake)
                       : tr("look at it in Google's console (Compute Engine)");
    } else if (*vm->network && !str_eq(look_short(vm->network), l->n.network)) {
        o->seen = SEEN_BROKEN;
        o->why = arena_printf(a, tr("the machine stands in another network: %s"),
                              look_short(vm->network));
        o->hint = tr("it is not touched; remove or rename that machine, or choose another naming");
    }
}

const char *look_made_anew(struct arena *a, const struct target *t, const char *connection,
                           const char *user, bool ours)
{
    if (user && ours)
        return arena_printf(
            a,
            tr("it cannot be mended, only made anew, and %s uses it: Take down (D), "
               "or strom delete, takes both away in the right order; then create "
               "it again"),
            user);
    if (user)
        return arena_printf(a,
                            tr("it cannot be mended, only made anew, and %s uses it: whoever has "
                               "that one takes it down first, or choose another naming"),
                            user);
    return arena_printf(a,
                        tr("it cannot be mended, only made anew: gcloud datastream "
                           "private-connections delete %s --location %s --project %s"),
                        connection, t->region, t->project);
}

/* Google takes none away that a profile goes through: ours goes with the rest, another's does not.
 */
static void see_made_anew(struct look *l, struct arena *a)
{
    const struct datastream_profiles *all = task_state(l->asked[ASK_PROFILES]) == TASK_OK
                                                ? datastream_profiles(l->asked[ASK_PROFILES])
                                                : NULL;
    const char *user = NULL;
    bool ours = true;

    for (size_t i = 0; all && i < all->n && ours; i++) {
        const struct datastream_profile *p = &all->items[i];
        if (!str_eq(look_short(p->private_connection), l->n.private_connection) ||
            !look_in_region(l, p->name, a))
            continue;
        user = p->id;
        ours = str_eq(p->id, l->n.source_profile);
    }
    l->seen.things[STEP_PRIVATE_CONNECTION].hint =
        look_made_anew(a, &l->t, l->n.private_connection, user, ours);
}

static void see_private(struct look *l, struct arena *a)
{
    static const struct words words = {"CREATED", {"CREATING"}, {"DELETING"}};
    struct observed_thing *o = &l->seen.things[STEP_PRIVATE_CONNECTION];

    if (!look_there(l, STEP_PRIVATE_CONNECTION, ASK_PRIVATE))
        return;
    const struct datastream_private *c = datastream_private(l->asked[ASK_PRIVATE]);
    o->name = c->name;
    made_by(o, &c->labels);
    state_is(o, c->state, &words, c->error.message);
    if (o->seen == SEEN_BROKEN) {
        o->why = arena_printf(a, tr("it is %s%s%s"), c->state, c->error.message[0] ? ": " : "",
                              c->error.message);
        see_made_anew(l, a);
    }
    if (c->vpc[0]) {
        l->seen.connection_network = look_short(c->vpc);
        l->seen.connection_subnet = c->subnet;
    }
}

static void see_profiles(struct look *l)
{
    if (look_there(l, STEP_SOURCE_PROFILE, ASK_SOURCE)) {
        const struct datastream_profile *p = datastream_profile(l->asked[ASK_SOURCE]);
        made_by(&l->seen.things[STEP_SOURCE_PROFILE], &p->labels);
        l->seen.source_host = p->host;
        l->seen.source_port = p->port;
        l->seen.source_user = p->user;
        l->seen.source_database = p->database;
        l->seen.source_connection = look_short(p->private_connection);
        if (str_is_empty(p->display_name)) { /* listed before it is ready: facts/domain.md 5 */
            l->seen.things[STEP_SOURCE_PROFILE].seen = SEEN_PENDING;
        } else if (p->kind != DATASTREAM_PROFILE_POSTGRES) {
            l->seen.things[STEP_SOURCE_PROFILE].seen = SEEN_BROKEN;
            l->seen.things[STEP_SOURCE_PROFILE].why =
                tr("a profile of this name is not for PostgreSQL");
        }
    }
    if (look_there(l, STEP_DESTINATION_PROFILE, ASK_DESTINATION)) {
        const struct datastream_profile *p = datastream_profile(l->asked[ASK_DESTINATION]);
        struct observed_thing *o = &l->seen.things[STEP_DESTINATION_PROFILE];
        made_by(o, &p->labels);
        if (str_is_empty(p->display_name)) {
            o->seen = SEEN_PENDING;
        } else if (p->kind != DATASTREAM_PROFILE_BIGQUERY) {
            o->seen = SEEN_BROKEN;
            o->why = tr("a profile of this name is not for BigQuery");
        }
    }
}

static void see_dataset(struct look *l)
{
    if (!look_there(l, STEP_DATASET, ASK_DATASET))
        return;
    made_by(&l->seen.things[STEP_DATASET], &bigquery_dataset(l->asked[ASK_DATASET])->labels);
    l->seen.dataset_location = bigquery_dataset(l->asked[ASK_DATASET])->location;
    l->seen.dataset_etag = bigquery_dataset(l->asked[ASK_DATASET])->etag;
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

static void see_stream(struct look *l, struct arena *a)
{
    struct observed_thing *o = &l->seen.things[STEP_STREAM];

    if (look_there(l, STEP_STREAM, ASK_STREAM)) {
        const struct datastream_stream *s = datastream_stream(l->asked[ASK_STREAM]);
        o->name = s->name;
        o->state = l->seen.stream_state = s->state;
        made_by(o, &s->labels);
        o->created_by = maker_of(&s->labels);
        l->seen.stream_display_name = s->display_name;
        l->seen.stream_source = look_short(s->source_profile);
        l->seen.stream_destination = look_short(s->destination_profile);
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
            o->why = tr("a stream of this name does not lead from PostgreSQL to BigQuery");
        }
    }
}

void look_see(struct look *l, struct arena *a)
{
    see_services(l, a);
    see_network(l, a);
    see_account(l, a);
    see_binding(l);
    see_address(l, a);
    see_proxy(l, a);
    see_private(l, a);
    look_see_firewall(l, a);
    see_profiles(l);
    see_dataset(l);
    see_stream(l, a);
    look_see_others(l, a);
    l->seen.things[STEP_START] = l->seen.things[STEP_STREAM];
    l->seen.names = l->n;
}

#include "api/plan/moves.h"

#include "api/access/binding.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/network.h"
#include "api/google/serviceusage.h"
#include "api/plan/moves_proxy.h"
#include "api/plan/moves_wait.h"
#include "api/plan/proxy.h"

#include <stdio.h>
#include <string.h>

enum {
    ENABLE_LIMIT_MS =
        5 * 60 * 1000, /* an API that was just turned on may be refused so long (facts/gcp.md H) */
    NETWORK_LIMIT_MS = 3 * 60 * 1000,
    PROFILE_TRIES = 4
};

struct google_write move_write_of(struct doing *d)
{
    return (struct google_write){.request_id = d->request_id};
}

void move_mark_unsure(const struct run *r, const struct apply_step *s, struct task *call)
{
    if (r->unsure & 1u << s->step)
        google_may_be_sent(call);
}

/* --- one call and it is done --- */

static struct task *begin_services(struct run *r, const struct plan_action *a)
{
    const char *names[16];
    size_t n = 0;

    for (size_t i = 0; i < a->n_changes && n < sizeof names / sizeof *names; i++)
        names[n++] = a->changes[i].path;
    return serviceusage_enable(r->google, r->t->project, names, n);
}

static struct task *begin_binding(struct run *r)
{
    char member[160];

    snprintf(member, sizeof member, "serviceAccount:%s", r->n->service_account_email);
    struct access_change change = {.role = "roles/cloudsql.client", .member = member};
    return access_bind(r->google, r->t->project, &change, 1);
}

static struct task *begin_stream(struct run *r, const struct plan_action *a, struct doing *d)
{
    const struct target *t = r->t;
    struct google_write w = move_write_of(d);

    if (a->verb == PLAN_UPDATE) {
        struct datastream_stream_change change = {.include = &r->include,
                                                  .freshness_s = t->freshness_seconds,
                                                  .max_backfill_tasks = -1,
                                                  .publication = t->publication};
        return datastream_stream_patch(r->google, t->project, t->region, r->n->stream, &change, &w);
    }
    struct datastream_stream_order order = {
        .id = r->n->stream,
        .display_name = r->n->stream,
        .source_profile = r->n->source_profile,
        .destination_profile = r->n->destination_profile,
        .publication = t->publication,
        .slot = t->slot,
        .include = r->include,
        .mode = t->mode == TARGET_APPEND_ONLY ? DATASTREAM_MODE_APPEND : DATASTREAM_MODE_MERGE,
        .freshness_s = t->freshness_seconds,
        .dataset_project = t->dataset_project[0] ? t->dataset_project : t->project,
        .dataset = r->n->dataset,
        .labels = r->labels};
    return datastream_stream_create(r->google, t->project, t->region, &order, &w);
}

static struct task *begin_source(struct run *r, const struct plan_action *a, struct doing *d)
{
    const struct target *t = r->t;
    struct google_write w = move_write_of(d);
    struct datastream_source source = {.host = r->address,
                                       .user = t->db_user,
                                       .database = t->database,
                                       .port = PROXY_PORT,
                                       .password = r->password,
                                       .private_connection = r->n->private_connection};

    if (a->verb == PLAN_UPDATE) {
        source.private_connection = NULL;
        return datastream_profile_patch(r->google, t->project, t->region, r->n->source_profile,
                                        &source, &w);
    }
    return datastream_profile_create_postgres(r->google, t->project, t->region,
                                              r->n->source_profile, r->n->source_profile, &source,
                                              &r->labels, &w);
}

static struct task *begin_dataset(struct run *r)
{
    const struct target *t = r->t;

    return bigquery_dataset_insert(
        r->google, t->dataset_project[0] ? t->dataset_project : t->project, r->n->dataset,
        t->location, "Raw zone: written by Datastream. Share views, not these tables.", &r->labels);
}

static struct task *begin_in_network(struct run *r, enum step_id step, struct doing *d)
{
    const struct target *t = r->t;
    struct google_write w = move_write_of(d);

    switch ((int)step) {
    case STEP_NETWORK:
        return compute_network_insert(r->google, t->project, r->n->network,
                                      "Datastream and the proxies meet here", &w);
    case STEP_ADDRESS:
        return compute_address_insert(r->google, t->project, t->region, r->n->address,
                                      r->plan->subnetwork,
                                      "Address of the Cloud SQL proxy for Datastream", &w);
    case STEP_FIREWALL:
        return compute_firewall_insert(r->google, t->project, r->n->firewall, r->n->network,
                                       r->plan->subnet, PROXY_PORT,
                                       "Datastream's private connection reaches the proxies", &w);
    default:
        return datastream_private_create(r->google, t->project, t->region, r->n->private_connection,
                                         r->n->network, r->plan->subnet, &r->labels, &w);
    }
}

static struct task *begin(struct run *r, const struct plan_action *a, struct doing *d)
{
    const struct target *t = r->t;
    struct google_write w = move_write_of(d);

    switch (a->step) {
    case STEP_SERVICES:
        return begin_services(r, a);
    case STEP_ACCOUNT:
        return iam_account_create(r->google, t->project, r->n->service_account,
                                  r->n->service_account,
                                  "The Cloud SQL proxy for Datastream runs as this account");
    case STEP_BINDING:
        return begin_binding(r);
    case STEP_NETWORK:
    case STEP_ADDRESS:
    case STEP_FIREWALL:
    case STEP_PRIVATE_CONNECTION:
        return begin_in_network(r, a->step, d);
    case STEP_SOURCE_PROFILE:
        return begin_source(r, a, d);
    case STEP_DESTINATION_PROFILE:
        return datastream_profile_create_bigquery(r->google, t->project, t->region,
                                                  r->n->destination_profile,
                                                  r->n->destination_profile, &r->labels, &w);
    case STEP_DATASET:
        return begin_dataset(r);
    case STEP_STREAM:
        return begin_stream(r, a, d);
    case STEP_START:
        return datastream_stream_start(r->google, t->project, t->region, r->n->stream, &w);
    case STEP_PROXY:
    case STEPS:
        break;
    }
    return NULL;
}

/* --- worth waiting --- */

/* An API that was just turned on, by this run or by the one that it continues, is refused for a
 * while although it is listed. */
bool move_not_on_yet(const struct run *r, const struct doing *d)
{
    const struct err *e = task_error(d->task);
    bool turned_on = false;

    for (size_t i = 0; i < r->n_steps; i++)
        turned_on =
            turned_on || (r->steps[i].step == STEP_SERVICES &&
                          (r->steps[i].state == APPLY_DONE || r->steps[i].state == APPLY_KEPT));
    return turned_on &&
           (str_eq(e->reason, "SERVICE_DISABLED") || str_eq(e->reason, "accessNotConfigured")) &&
           clock_mono_ms() - d->since_ms < ENABLE_LIMIT_MS;
}

/* A network that another run is still making is there before its subnetworks are. */
static bool not_laid_yet(const struct apply_step *s, const struct doing *d)
{
    const struct err *e = task_error(d->task);

    return (str_eq(e->reason, "resourceNotReady") || str_eq(e->reason, "RESOURCE_NOT_READY") ||
            (s->step == STEP_ADDRESS && e->kind == ERR_MISSING)) &&
           clock_mono_ms() - d->since_ms < NETWORK_LIMIT_MS;
}

/* --- the rest --- */

static bool speaks_of_time(const char *text)
{
    return text && (strstr(text, "TIMEOUT") || strstr(text, "imed out") || strstr(text, "ime out"));
}

/* In the error, or in a line of Datastream's validation: where it stands is not told anywhere. */
static bool timed_out(const struct task *t)
{
    size_t n;
    const struct google_validation *v = google_validations(t, &n);

    for (size_t i = 0; i < n; i++) {
        if (v[i].state == GOOGLE_VALIDATION_PASSED)
            continue;
        if (speaks_of_time(v[i].code))
            return true;
        for (size_t k = 0; k < v[i].n_messages; k++)
            if (speaks_of_time(v[i].codes[k]) || speaks_of_time(v[i].messages[k]))
                return true;
    }
    const struct err *e = task_error(t);
    if (str_eq(e->reason, "TIMEOUT")) /* our own way to Google, not Datastream's to the database */
        return false;
    return speaks_of_time(e->why) || speaks_of_time(e->reason);
}

/* Datastream tests the profile at once and gives up after 2.5 minutes: wait and try again rather
 * than give up what was made (facts/gcp.md I). */
static bool worth_another_try(const struct plan_action *a, const struct doing *d)
{
    return a->step == STEP_SOURCE_PROFILE && d->tries < PROFILE_TRIES && timed_out(d->task);
}

/* A password that is wrong is worth its own words: it is the one thing that the person brought. */
static enum move refused(const struct plan_action *a, struct apply_step *s, const struct task *t)
{
    move_fail_like(s, t);
    if (a->step == STEP_SOURCE_PROFILE && strstr(s->error.why, "password authentication failed")) {
        err_reason(&s->error, APPLY_WRONG_PASSWORD);
        err_hint(
            &s->error,
            "the password of the database user is another one: go on from here and type it again");
    }
    return MOVE_FAILED;
}

static void take_validations(struct apply_step *s, const struct doing *d)
{
    if (d->is_call)
        s->validations = google_validations(d->task, &s->n_validations);
}

static enum move single(struct run *r, const struct plan_action *a, struct apply_step *s,
                        struct doing *d)
{
    if (move_must_settle(r, a, d)) {
        enum move m = move_settle(r, a, s, d);
        if (m != MOVE_AGAIN || d->phase != SETTLED)
            return m;
    }
    if (d->phase != SINGLE_BEGUN) {
        task_clear(&d->task);
        d->task = begin(r, a, d);
        d->is_call = a->step != STEP_BINDING;
        if (d->is_call)
            move_mark_unsure(r, s, d->task);
        d->phase = SINGLE_BEGUN;
        return MOVE_AGAIN;
    }
    if (task_state(d->task) == TASK_FAILED) {
        if (move_not_reached(s, d, d->task))
            return move_pause_then(r, d, SINGLE_BEGIN);
        if (move_not_on_yet(r, d)) {
            str_copy(s->message, sizeof s->message,
                     "the API was just turned on; waiting until it answers");
            return move_pause_then(r, d, 0);
        }
        if (not_laid_yet(s, d)) {
            google_uuid(d->request_id);
            str_copy(s->message, sizeof s->message, "the network is still being made; waiting");
            return move_pause_then(r, d, 0);
        }
        if (worth_another_try(a, d)) {
            d->tries++;
            google_uuid(d->request_id);
            str_copy(s->message, sizeof s->message, "the proxy did not answer yet; trying again");
            return move_pause_then(r, d, 0);
        }
        take_validations(s, d);
        return refused(a, s, d->task);
    }
    take_validations(s, d);
    if (a->step == STEP_ADDRESS)
        str_copy(r->address, sizeof r->address, compute_address(d->task)->address);
    if (d->is_call && google_adopted(d->task))
        str_copy(s->message, sizeof s->message,
                 "was there already when the answer came; taken over");
    return MOVE_DONE;
}

enum move move_on(struct run *r, const struct plan_action *a, struct apply_step *s, struct doing *d,
                  struct arena *mem)
{
    bool begun_by_another = a->verb == PLAN_UPDATE && a->n_changes == 0;

    if (begun_by_another && !d->place[0])
        return move_pending(r, a->step, s, d, mem);
    if (a->step == STEP_PROXY)
        return move_proxy(r, s, d, mem);
    return single(r, a, s, d);
}

void move_stop(struct doing *d)
{
    task_clear(&d->task);
    task_clear(&d->zones);
    task_clear(&d->image);
}

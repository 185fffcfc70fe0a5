#include "api/plan/actions_inside.h"

#include "api/access/binding.h"
#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/network.h"
#include "api/google/serviceusage.h"
#include "api/plan/apply_remedy.h"
#include "api/plan/moves_wait.h"
#include "api/plan/proxy.h"

#include <stdio.h>
#include <string.h>

enum { PROFILE_TRIES = 4 };

START(start_services)
{
    const char *names[16];
    size_t n = 0;

    (void)w;
    for (size_t i = 0; i < a->n_changes && n < sizeof names / sizeof *names; i++)
        names[n++] = a->changes[i].path;
    return serviceusage_enable(r->google, r->t->project, names, n);
}

START(start_network)
{
    char text[MAKER_TEXT];

    (void)a;
    return compute_network_insert(
        r->google, r->t->project, r->n->network,
        maker_describe(text, "Datastream and the proxies meet here", r->mark), w);
}

START(start_account)
{
    char text[MAKER_TEXT];

    (void)a;
    (void)w;
    return iam_account_create(
        r->google, r->t->project, r->n->service_account, r->n->service_account,
        maker_describe(text, "The Cloud SQL proxy for Datastream runs as this account", r->mark));
}

START(start_binding)
{
    char member[160];

    (void)w;
    snprintf(member, sizeof member, "serviceAccount:%s", r->n->service_account_email);
    struct access_change change = {.role = step_name(a->step, r->n), .member = member};
    return access_bind(r->google, r->t->project, &change, 1);
}

START(start_address)
{
    char text[MAKER_TEXT];

    (void)a;
    return compute_address_insert(
        r->google, r->t->project, r->t->region, r->n->address, r->plan->subnetwork,
        maker_describe(text, "Address of the Cloud SQL proxy for Datastream", r->mark), w);
}

START(start_private)
{
    (void)a;
    return datastream_private_create(r->google, r->t->project, r->t->region,
                                     r->n->private_connection, r->n->network, r->plan->subnet,
                                     &r->labels, w);
}

START(start_firewall)
{
    char text[MAKER_TEXT];

    (void)a;
    return compute_firewall_insert(
        r->google, r->t->project, r->n->firewall, r->n->network, r->plan->subnet, PROXY_PORT,
        maker_describe(text, "Datastream's private connection reaches the proxies", r->mark), w);
}

START(start_source)
{
    const struct target *t = r->t;
    struct datastream_source source = {.host = r->address,
                                       .user = t->db_user,
                                       .database = t->database,
                                       .port = PROXY_PORT,
                                       .password = r->password,
                                       .private_connection = r->n->private_connection};

    if (a->verb == PLAN_UPDATE) {
        source.private_connection = NULL;
        return datastream_profile_patch(r->google, t->project, t->region, r->n->source_profile,
                                        &source, w);
    }
    return datastream_profile_create_postgres(r->google, t->project, t->region,
                                              r->n->source_profile, r->n->source_profile, &source,
                                              &r->labels, w);
}

START(start_destination)
{
    (void)a;
    return datastream_profile_create_bigquery(r->google, r->t->project, r->t->region,
                                              r->n->destination_profile, r->n->destination_profile,
                                              &r->labels, w);
}

START(start_dataset)
{
    const struct target *t = r->t;

    (void)a;
    (void)w;
    return bigquery_dataset_insert(
        r->google, t->dataset_project[0] ? t->dataset_project : t->project, r->n->dataset,
        t->location, "Raw zone: written by Datastream. Share views, not these tables.", &r->labels);
}

START(start_stream)
{
    const struct target *t = r->t;

    if (a->verb == PLAN_UPDATE) {
        struct datastream_stream_change change = {.include = &r->include,
                                                  .freshness_s = t->freshness_seconds,
                                                  .max_backfill_tasks = -1,
                                                  .publication = t->publication};
        return datastream_stream_patch(r->google, t->project, t->region, r->n->stream, &change, w);
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
    return datastream_stream_create(r->google, t->project, t->region, &order, w);
}

START(start_running)
{
    (void)a;
    return datastream_stream_start(r->google, r->t->project, r->t->region, r->n->stream, w);
}

/* --- how it ends --- */

/* A network that another run is still making is there before its subnetworks are. */
bool passes_address(struct apply_step *s, struct doing *d)
{
    return task_error(d->task)->kind == ERR_MISSING && move_not_laid_yet(s, d);
}

/* Datastream tests the profile at once and gives up after 2.5 minutes: wait and try again rather
 * than give up what was made (facts/gcp.md I). */
bool passes_source(struct apply_step *s, struct doing *d)
{
    if (d->tries >= PROFILE_TRIES || !move_timed_out(d->task))
        return false;
    d->tries++;
    str_copy(s->message, sizeof s->message, tr("the proxy did not answer yet; trying again"));
    return true;
}

/* A password that is wrong is worth its own words: it is the one thing that the person brought. */
void failed_source(struct apply_step *s)
{
    if (!apply_is_wrong_password(&s->error))
        return;
    err_reason(&s->error, APPLY_WRONG_PASSWORD);
    err_hint(&s->error,
             "the password of the database user is another one: go on from here and type it again");
}

/* Somebody may have given it the role since the plan was made. */
bool made_binding(const struct doing *d)
{
    return access_bind_changed(d->task);
}

void done_address(struct run *r, const struct doing *d)
{
    str_copy(r->address, sizeof r->address, compute_address(d->task)->address);
}

/* From `strom create` in a fresh project to RUNNING, on a clock that jumps: the operations take the
 * stand-in's seconds, which stand below. Beside it the same operations in the strictly serial order
 * of nada-datastream, which asks for its private connection every 30 s (facts/gcp.md A). */

#include "api/access/binding.h"
#include "api/base/clock.h"
#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/machine.h"
#include "api/google/network.h"
#include "api/google/serviceusage.h"
#include "api/plan/proxy.h"
#include "tests/faults/aim.h"
#include "tests/faults/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define P  w->google, w->target.project
#define PL P, w->target.region

#define ACCOUNT "datastream@aap-dev-ab12.iam.gserviceaccount.com"
#define ADDRESS "10.166.0.2"

enum { NADA_POLL_S = 30, MOST_PERCENT = 105 };

/* The longest way through the operations: what cannot be had sooner by anybody. */
static const struct {
    const char *what;
    int seconds;
} critical[] = {
    {"APIs: batchEnable", 40},
    {"until they let calls through", 30},
    {"network", 20},
    {"private connection", 270},
    {"source profile and its test", 10},
    {"stream: validated", 15},
    {"start: STARTING to RUNNING", 20},
};

static int critical_seconds(void)
{
    int sum = 0;

    for (size_t i = 0; i < sizeof critical / sizeof *critical; i++)
        sum += critical[i].seconds;
    return sum;
}

static bool begin(struct world *w)
{
    if (world_begin(w, WORLD_FRESH)) {
        aim_at(NULL, FAULT_NONE, false);
        aim_phase("do");
        return true;
    }
    fprintf(stderr, "no stand-in\n");
    return false;
}

static bool our_way(struct world *w, double *seconds)
{
    struct outcome o;

    if (!begin(w))
        return false;
    scenario_run(w, scenario_at(0), &o);
    if (!o.ok)
        fprintf(stderr, "%s: %s\n", o.err.what, o.err.why);
    *seconds = (double)o.took_ms / 1000;
    return o.ok;
}

/* --- the other way: one after the other --- */

static bool await(struct world *w, struct task *t)
{
    bool ok = scenario_await(w, t) && task_state(t) == TASK_OK;

    if (!ok)
        fprintf(stderr, "%s: %s\n", task_error(t)->what, task_error(t)->why);
    task_drop(t);
    return ok;
}

static bool enable_each(struct world *w)
{
    static const char *const apis[] = {"bigquery.googleapis.com", "compute.googleapis.com",
                                       "datastream.googleapis.com",
                                       "servicenetworking.googleapis.com"};
    bool ok = true;

    for (size_t i = 0; ok && i < sizeof apis / sizeof *apis; i++)
        ok = await(w, serviceusage_enable(P, &apis[i], 1));
    return ok;
}

static bool bind(struct world *w)
{
    const struct access_change change = {.role = "roles/cloudsql.client",
                                         .member = "serviceAccount:" ACCOUNT};

    return await(w, iam_account_create(P, "datastream", "datastream", "")) &&
           await(w, access_bind(P, &change, 1));
}

static bool machine(struct world *w)
{
    struct arena mem = {0};
    const struct compute_machine_order order = {
        .name = "datastream-postmottak",
        .zone = "europe-north1-b",
        .region = w->target.region,
        .machine_type = PROXY_MACHINE_TYPE,
        .image = "projects/cos-cloud/global/images/cos-129-19506-32-25",
        .subnetwork = "datastream-vpc",
        .internal_ip = ADDRESS,
        .external_ip = true,
        .service_account = ACCOUNT,
        .user_data = proxy_user_data(&mem, "aap-dev-ab12:europe-north1:postmottak-backend", false),
        .description = ""};
    bool ok = await(w, compute_machine_insert(P, &order, NULL));

    arena_done(&mem);
    return ok;
}

/* It looks every 30 s and learns the end at the next of these. */
static bool private_connection(struct world *w)
{
    int64_t from = clock_mono_ms(), poll = (int64_t)NADA_POLL_S * 1000;

    if (!await(w, datastream_private_create(PL, "datastream-connection", "datastream-vpc",
                                            "10.2.0.0/29", NULL, NULL)))
        return false;
    int64_t took = clock_mono_ms() - from;
    clock_advance((poll - took % poll) % poll);
    return true;
}

static bool profiles(struct world *w)
{
    const struct datastream_source source = {.host = ADDRESS,
                                             .user = "datastream",
                                             .database = w->target.database,
                                             .port = 5432,
                                             .password = w->password,
                                             .private_connection = "datastream-connection"};

    return await(w, datastream_profile_create_postgres(
                        PL, "postgres-postmottak", "postgres-postmottak", &source, NULL, NULL)) &&
           await(w, datastream_profile_create_bigquery(PL, "bigquery-postmottak",
                                                       "bigquery-postmottak", NULL, NULL));
}

static bool stream(struct world *w)
{
    static struct datastream_column columns[] = {{.name = "id"}};
    static struct datastream_table tables[] = {{"regel_evaluering", columns, 1}};
    static struct datastream_schema schemas[] = {{"public", tables, 1}};
    const struct datastream_stream_order order = {
        .id = "postgres-postmottak-bigquery",
        .display_name = "postgres-postmottak-bigquery",
        .source_profile = "postgres-postmottak",
        .destination_profile = "bigquery-postmottak",
        .publication = "ds_publication",
        .slot = "ds_replication",
        .include = {.given = true, .schemas = schemas, .n_schemas = 1},
        .freshness_s = 900,
        .dataset_project = w->target.project,
        .dataset = "datastream_postmottak"};

    return await(w, datastream_stream_create(PL, &order, NULL)) &&
           await(w, datastream_stream_start(PL, order.id, NULL));
}

static bool serial_way(struct world *w, double *seconds)
{
    if (!begin(w))
        return false;
    int64_t from = clock_mono_ms();
    bool ok =
        enable_each(w) && await(w, compute_network_insert(P, "datastream-vpc", "", NULL)) &&
        bind(w) && machine(w) && private_connection(w) &&
        await(w, compute_firewall_insert(P, "allow-datastream-cloudsql-proxy", "datastream-vpc",
                                         "10.2.0.0/29", 5432, "", NULL)) &&
        profiles(w) &&
        await(w, bigquery_dataset_insert(P, "datastream_postmottak", w->target.region, "", NULL)) &&
        stream(w);
    *seconds = (double)(clock_mono_ms() - from) / 1000;
    return ok;
}

int main(void)
{
    struct world w;
    double ours = 0, serial = 0, shortest = critical_seconds();
    bool ok = world_open(&w) && our_way(&w, &ours) && serial_way(&w, &serial);

    world_close(&w);
    if (!ok)
        return 1;
    printf("running: strom create to RUNNING %.1f s, critical path %.0f s, ratio %.3f (goal %.2f)  "
           "%s\n",
           ours, shortest, ours / shortest, MOST_PERCENT / 100.0,
           ours * 100 <= shortest * MOST_PERCENT ? "ok" : "missed");
    printf("running: nada-datastream's serial order %.1f s, ratio %.2f\n", serial, ours / serial);
    return 0;
}

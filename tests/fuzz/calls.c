#include "tests/fuzz/calls.h"

#include "api/base/secret.h"
#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/logging.h"
#include "api/google/machine.h"
#include "api/google/monitoring.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"
#include "api/google/sqladmin.h"

#define P        "p", "europe-north1"
#define ACCOUNT  "a@p.iam.gserviceaccount.com"
#define OBJECT   "projects/p/locations/l/streams/s/objects/o"
#define ON_THEIR "datastream.googleapis.com/v1/projects/p/locations/l/operations/o"

static const char *const names[] = {"datastream.streams.get", "compute.networks.get"};
static struct google_label label = {"made-by", "strom"};
static const struct google_labels labels = {&label, 1};
static const struct google_write forced = {.force = true}, unreal = {.validate_only = true};

static struct datastream_column columns[] = {{.name = "id"}, {.name = "navn"}};
static struct datastream_table tables[] = {{.name = "t", .columns = columns, .n_columns = 2},
                                           {.name = "whole"}};
static struct datastream_schema schemas[] = {{.name = "public", .tables = tables, .n_tables = 2}};
#define SELECTION                                                                                  \
    {                                                                                              \
        .schemas = schemas, .n_schemas = 1, .given = true                                          \
    }

/* What may be in a stream, and what may be changed in one. */
static struct task *stream_made(struct google *g, const struct google_write *w)
{
    const struct datastream_stream_order order = {.id = "s",
                                                  .display_name = "s",
                                                  .source_profile = "c",
                                                  .destination_profile = "b",
                                                  .publication = "pub",
                                                  .slot = "slot",
                                                  .max_backfill_tasks = 4,
                                                  .include = SELECTION,
                                                  .mode = DATASTREAM_MODE_MERGE,
                                                  .freshness_s = 900,
                                                  .dataset_project = "p",
                                                  .dataset = "d",
                                                  .labels = labels};
    return datastream_stream_create(g, P, &order, w);
}

static struct task *stream_changed(struct google *g)
{
    const struct datastream_selection include = SELECTION;
    const struct datastream_stream_change change = {.display_name = "s",
                                                    .include = &include,
                                                    .freshness_s = 60,
                                                    .max_backfill_tasks = 2,
                                                    .publication = "pub",
                                                    .slot = "slot",
                                                    .labels = &labels};
    return datastream_stream_patch(g, P, "s", &change, NULL);
}

enum source_use { SOURCE_MAKE, SOURCE_CHANGE, SOURCE_DISCOVER };

static struct task *source_used(struct google *g, enum source_use use)
{
    struct secret *password = secret_new("hemmelig0Kanarifugl", 19);
    const struct datastream_source source = {.host = "10.0.0.2",
                                             .user = "u",
                                             .database = "db",
                                             .port = 5432,
                                             .password = password,
                                             .private_connection = "c"};
    struct task *t = use == SOURCE_MAKE     ? datastream_profile_create_postgres(g, P, "c", "c",
                                                                                 &source, &labels, NULL)
                     : use == SOURCE_CHANGE ? datastream_profile_patch(g, P, "c", &source, NULL)
                                            : datastream_discover_source(g, P, &source);
    secret_free(password);
    return t;
}

static struct task *machine_made(struct google *g, bool whole)
{
    struct compute_machine_order order = {.name = "m",
                                          .zone = "z",
                                          .region = "r",
                                          .machine_type = "e2-small",
                                          .image = "projects/i/global/images/x",
                                          .subnetwork = "n"};
    if (whole) {
        order.disk_gb = 20;
        order.internal_ip = "10.0.0.3";
        order.external_ip = true;
        order.service_account = ACCOUNT;
        order.user_data = "#cloud-config";
        order.description = "d";
        order.labels = labels;
    }
    return compute_machine_insert(g, "p", &order, NULL);
}

static struct task *datastream(struct google *g, unsigned which)
{
    switch (which) {
    case 0:
        return datastream_stream_list(g, P);
    case 1:
        return datastream_stream_get(g, P, "s");
    case 2:
        return datastream_stream_start(g, P, "s", NULL);
    case 3:
        return datastream_object_list(g, P, "s");
    case 4:
        return datastream_object_lookup(g, P, "s", "public", "t");
    case 5:
        return datastream_private_list(g, P);
    case 6:
        return datastream_private_create(g, P, "c", "n", "10.0.0.0/29", NULL, NULL);
    case 7:
        return datastream_profile_list(g, P);
    case 8:
        return datastream_profile_create_bigquery(g, P, "b", "b", NULL, NULL);
    default:
        return datastream_discover(g, P, "c");
    }
}

static struct task *compute(struct google *g, unsigned which)
{
    switch (which) {
    case 0:
        return compute_zone_list(g, P);
    case 1:
        return compute_image_from_family(g, "debian-cloud", "debian-12");
    case 2:
        return compute_machine_get(g, "p", "z", "m");
    case 3:
        return compute_machine_find(g, "p", "m");
    case 4:
        return compute_serial_port(g, "p", "z", "m", 0);
    case 5:
        return compute_network_get(g, "p", "n");
    case 6:
        return compute_subnet_ranges(g, "p");
    case 7:
        return compute_peering_ranges(g, "p", "n", "peer", "r");
    case 8:
        return compute_firewall_list(g, "p");
    case 9:
        return compute_firewall_insert(g, "p", "f", "n", "10.0.0.0/29", 5432, "d", NULL);
    default:
        return compute_address_insert(g, P, "a", "s", "d", NULL);
    }
}

static struct task *bigquery(struct google *g, unsigned which)
{
    switch (which) {
    case 0:
        return bigquery_dataset_get(g, "p", "d");
    case 1:
        return bigquery_dataset_list(g, "p");
    case 2:
        return bigquery_dataset_insert(g, "p", "d", "europe-north1", "text", &labels);
    case 3:
        return bigquery_table_get(g, "p", "d", "t");
    case 4:
        return bigquery_table_list(g, "p", "d");
    case 5:
        return bigquery_query(g, P, "SELECT 1");
    case 6:
        return bigquery_weigh(g, P, "SELECT 1");
    default:
        return bigquery_count(g, P, "d", "t");
    }
}

static struct task *others(struct google *g, unsigned which)
{
    switch (which) {
    case 0:
        return sqladmin_instance_get(g, "p", "i");
    case 1:
        return sqladmin_instance_list(g, "p");
    case 2:
        return sqladmin_user_list(g, "p", "i");
    case 3:
        return sqladmin_database_list(g, "p", "i");
    case 4:
        return monitoring_stream(g, "p", "s", MONITORING_EVENTS, 3600, 60);
    case 5:
        return monitoring_instance(g, "p", "i", MONITORING_DISK_USED, 3600);
    case 6:
        return logging_stream(g, "p", "s", 0, true, 20);
    case 7:
        return iam_account_get(g, "p", ACCOUNT);
    case 8:
        return iam_account_test(g, "p", ACCOUNT, names, 1);
    case 9:
        return projects_get(g, "p");
    case 10:
        return projects_policy_get(g, "p");
    default:
        return serviceusage_enabled(g, "p");
    }
}

static struct task *datastream_write(struct google *g, unsigned which)
{
    switch (which) {
    case 0:
        return stream_made(g, &forced);
    case 1:
        return stream_made(g, &unreal);
    case 2:
        return datastream_stream_pause(g, P, "s", NULL);
    case 3:
        return datastream_stream_run(g, P, "s", true);
    case 4:
        return stream_changed(g);
    case 5:
        return datastream_stream_delete(g, P, "s", NULL);
    case 6:
        return datastream_private_get(g, P, "c");
    case 7:
        return datastream_private_delete(g, P, "c", &forced);
    case 8:
        return datastream_profile_get(g, P, "c");
    case 9:
        return source_used(g, SOURCE_MAKE);
    case 10:
        return source_used(g, SOURCE_CHANGE);
    case 11:
        return datastream_profile_delete(g, P, "c", NULL);
    case 12:
        return source_used(g, SOURCE_DISCOVER);
    case 13:
        return datastream_backfill_start(g, OBJECT);
    default:
        return datastream_backfill_stop(g, OBJECT);
    }
}

static struct task *compute_write(struct google *g, unsigned which)
{
    switch (which) {
    case 0:
        return compute_network_insert(g, "p", "n", "d", NULL);
    case 1:
        return compute_network_delete(g, "p", "n", NULL);
    case 2:
        return compute_firewall_get(g, "p", "f");
    case 3:
        return compute_firewall_delete(g, "p", "f", NULL);
    case 4:
        return compute_address_get(g, P, "a");
    case 5:
        return compute_address_delete(g, P, "a", NULL);
    case 6:
        return machine_made(g, true);
    case 7:
        return compute_machine_delete(g, "p", "z", "m", NULL);
    case 8:
        return compute_machine_start(g, "p", "z", "m", NULL);
    default:
        return compute_machine_reset(g, "p", "z", "m", NULL);
    }
}

static struct task *other_write(struct google *g, unsigned which)
{
    switch (which) {
    case 0:
        return bigquery_dataset_delete(g, "p", "d", "\"e\"", true);
    case 1:
        return bigquery_query_within(g, P, "SELECT 1", 1 << 20);
    case 2:
        return iam_account_create(g, "p", "account", "A", "d");
    case 3:
        return iam_account_delete(g, "p", ACCOUNT);
    case 4:
        return projects_policy_set(g, "p", "{\"etag\":\"e\",\"version\":3,\"bindings\":[]}");
    case 5:
        return serviceusage_enable(g, "p", names, 1);
    case 6:
        return monitoring_stream(g, "p", "s", MONITORING_FRESHNESS, 3600, 60);
    case 7:
        return monitoring_stream(g, "p", "s", MONITORING_PROCESSED, 3600, 60);
    case 8:
        return compute_machine_find(g, "p", NULL);
    case 9:
        return machine_made(g, false);
    case 10:
        return projects_test_permissions(g, "p", names, 2);
    case 11:
        return google_operation_resume(g, ON_THEIR, "Waiting");
    default:
        return google_whoami(g);
    }
}

struct task *call_ask(struct google *g, unsigned which)
{
    static const struct {
        struct task *(*ask)(struct google *g, unsigned which);
        unsigned n;
    } groups[] = {{datastream, 10},       {compute, 11},       {bigquery, 8},    {others, 12},
                  {datastream_write, 15}, {compute_write, 10}, {other_write, 13}};
    enum { GROUPS = sizeof groups / sizeof *groups };
    size_t i = 0;
    for (which %= CALLS; i + 1 < GROUPS && which >= groups[i].n; i++)
        which -= groups[i].n;
    return groups[i].ask(g, which);
}

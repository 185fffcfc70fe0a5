/* Calls that the runs do not make, each by itself, in a project where a stream runs. */

#include "api/access/binding.h"
#include "api/base/clock.h"
#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/logging.h"
#include "api/google/machine.h"
#include "api/google/monitoring.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/sqladmin.h"
#include "api/nais/lookups.h"
#include "tests/faults/scenario.h"

#define P  w->google, w->target.project
#define PL P, w->target.region

#define STREAM  "postgres-postmottak-bigquery"
#define ACCOUNT "datastream@aap-dev-ab12.iam.gserviceaccount.com"

#define CALL(name, what)                                                                           \
    static struct task *name(struct world *w)                                                      \
    {                                                                                              \
        return what;                                                                               \
    }

static const char *const permissions[] = {"datastream.streams.create", "compute.networks.get"};
static const char *const on_account[] = {"iam.serviceAccounts.actAs"};

CALL(apps, nais_apps(w->cluster))
CALL(source, nais_source(w->cluster, "postmottak-backend", NULL, "datastream"))
CALL(whoami, google_whoami(w->google))
CALL(project, projects_get(P))
CALL(held, projects_test_permissions(P, permissions, 2))
CALL(held_on_account, iam_account_test(P, ACCOUNT, on_account, 1))
CALL(instance, sqladmin_instance_get(P, w->target.instance))
CALL(instances, sqladmin_instance_list(P))
CALL(users, sqladmin_user_list(P, w->target.instance))
CALL(databases, sqladmin_database_list(P, w->target.instance))
CALL(datasets, bigquery_dataset_list(P))
CALL(tables, bigquery_table_list(P, "datastream_postmottak"))
CALL(query, bigquery_count(PL, "datastream_postmottak", "public_regel_evaluering"))
CALL(table, bigquery_table_get(P, "datastream_postmottak", "public_regel_evaluering"))
CALL(rows, bigquery_query(PL, "SELECT COUNT(*) FROM `aap-dev-ab12.datastream_postmottak"
                              ".public_regel_evaluering`"))
CALL(rows_within, bigquery_query_within(PL,
                                        "SELECT COUNT(*) FROM `aap-dev-ab12.datastream_postmottak"
                                        ".public_regel_evaluering`",
                                        1 << 30))
CALL(weight, bigquery_weigh(PL, "SELECT COUNT(*) FROM `aap-dev-ab12.datastream_postmottak"
                                ".public_regel_evaluering`"))
CALL(profiles, datastream_profile_list(PL))
CALL(privates, datastream_private_list(PL))
CALL(discover, datastream_discover(PL, "postgres-postmottak"))
CALL(objects, datastream_object_list(PL, STREAM))
CALL(object, datastream_object_lookup(PL, STREAM, "public", "regel_evaluering"))
CALL(pause, datastream_stream_pause(PL, STREAM, NULL))
CALL(entries, logging_stream(P, STREAM, clock_wall() - 3600, true, 20))
CALL(freshness, monitoring_stream(P, STREAM, MONITORING_FRESHNESS, 3600, 60))
CALL(disk, monitoring_instance(P, w->target.instance, MONITORING_DISK_USED, 3600))
CALL(firewalls, compute_firewall_list(P))
CALL(machine, compute_machine_get(P, "europe-north1-b", "datastream-postmottak"))
CALL(restart, compute_machine_reset(P, "europe-north1-b", "datastream-postmottak", NULL))

static struct task *discover_source(struct world *w)
{
    struct datastream_source source = {.host = "10.166.0.2",
                                       .user = "datastream",
                                       .database = w->target.database,
                                       .port = 5432,
                                       .password = w->password,
                                       .private_connection = "datastream-connection"};

    return datastream_discover_source(PL, &source);
}

static struct task *new_password(struct world *w)
{
    struct datastream_source source = {.host = "10.166.0.2",
                                       .user = "datastream",
                                       .database = w->target.database,
                                       .port = 5432,
                                       .password = w->password};

    return datastream_profile_patch(PL, "postgres-postmottak", &source, NULL);
}

static struct task *grant(struct world *w)
{
    const struct google_condition hour = {.title = "strom",
                                          .description = "for an hour",
                                          .expression =
                                              "request.time < timestamp('2027-01-01T12:00:00Z')"};
    const struct access_change change = {.role = "roles/datastream.viewer",
                                         .member = "user:kari.nordmann@nav.no",
                                         .condition = &hour};

    return access_bind(P, &change, 1);
}

#define AS(word, what, whose)                                                                      \
    {                                                                                              \
        .name = word, .scene = WORLD_RUNNING, .call = what, .login = whose                         \
    }
#define ONE(what) AS(#what, what, STAND_PERSON)

static const struct scenario calls[] = {
    ONE(whoami),
    ONE(apps),
    ONE(source),
    AS("as-account", project, STAND_ACCOUNT),
    AS("impersonated", project, STAND_IMPERSONATED),
    AS("as-machine", project, STAND_MACHINE),
    AS("by-program", apps, STAND_PLUGIN),
    AS("by-proxy", source, STAND_PROXIED),
    ONE(project),
    ONE(held),
    ONE(held_on_account),
    ONE(grant),
    ONE(instance),
    ONE(instances),
    ONE(users),
    ONE(databases),
    ONE(datasets),
    ONE(tables),
    ONE(query),
    ONE(table),
    ONE(rows),
    ONE(rows_within),
    ONE(weight),
    ONE(profiles),
    ONE(privates),
    ONE(discover),
    ONE(discover_source),
    ONE(new_password),
    ONE(objects),
    ONE(object),
    ONE(pause),
    ONE(entries),
    ONE(freshness),
    ONE(disk),
    ONE(firewalls),
    ONE(machine),
    ONE(restart),
};

const struct scenario *calls_at(size_t i)
{
    return i < sizeof calls / sizeof *calls ? &calls[i] : NULL;
}

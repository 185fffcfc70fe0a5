#include "api/plan/steps.h"

#include "api/base/str.h"

#include <assert.h>

#define BIT(id) (1u << (id))

#define NAMED(member)                                                                              \
    .name = offsetof(struct names, member), .room = sizeof((struct names *)NULL)->member

static const struct step_type steps[STEPS] = {
    [STEP_SERVICES] = {"services.enable", "APIs", "Turns on the Google APIs that the rest needs", 0,
                       .usual_seconds = 15, .shared = 1, .rights = ACCESS_APIS, NAMED(stream)},
    [STEP_NETWORK] = {"compute.network", "Network",
                      "A network in which Datastream and the proxy meet", BIT(STEP_SERVICES),
                      .usual_seconds = 20, .shared = 1, .followed = 1, .rights = ACCESS_NETWORK,
                      .marked = 1, NAMED(network)},
    [STEP_ACCOUNT] = {"iam.service_account", "Service account",
                      "The account under which the proxy runs", BIT(STEP_SERVICES),
                      .usual_seconds = 2, .shared = 1, .rights = ACCESS_ACCOUNT, .marked = 1,
                      NAMED(service_account_email)},
    [STEP_BINDING] = {"iam.binding", "Role cloudsql.client",
                      "Lets the proxy's account connect to Cloud SQL", BIT(STEP_ACCOUNT),
                      .usual_seconds = 3, .shared = 1, .rights = ACCESS_BINDING,
                      .fixed = "roles/cloudsql.client"},
    [STEP_ADDRESS] = {"compute.address", "Internal address",
                      "A fixed address, so that a rebuilt proxy keeps its place", BIT(STEP_NETWORK),
                      .usual_seconds = 3, .rights = ACCESS_ADDRESS, .marked = 1, NAMED(address)},
    [STEP_PROXY] = {"compute.proxy", "Proxy machine",
                    "A small machine that runs the Cloud SQL proxy: Datastream cannot reach the "
                    "database directly",
                    BIT(STEP_ADDRESS) | BIT(STEP_BINDING), .usual_seconds = 85, .costly = 1,
                    .rights = ACCESS_PROXY, .marked = 1, NAMED(proxy)},
    [STEP_PRIVATE_CONNECTION] = {"datastream.private_connection", "Private connection",
                                 "Joins Datastream to the network", BIT(STEP_NETWORK),
                                 .usual_seconds = 180, .shared = 1, .costly = 1, .followed = 1,
                                 .rights = ACCESS_PRIVATE, .marked = 1, NAMED(private_connection)},
    [STEP_FIREWALL] = {"compute.firewall", "Firewall rule",
                       "Lets Datastream reach the proxy on port 5432, and nothing else",
                       BIT(STEP_NETWORK), .usual_seconds = 8, .shared = 1, .followed = 1,
                       .rights = ACCESS_FIREWALL, .marked = 1, NAMED(firewall)},
    [STEP_SOURCE_PROFILE] = {"datastream.source_profile", "Source profile",
                             "How Datastream logs in to the database; tested when it is made",
                             BIT(STEP_PROXY) | BIT(STEP_PRIVATE_CONNECTION) | BIT(STEP_FIREWALL),
                             .usual_seconds = 10, .followed = 1, .rights = ACCESS_PROFILES,
                             .marked = 1, NAMED(source_profile)},
    [STEP_DESTINATION_PROFILE] = {"datastream.destination_profile", "BigQuery profile",
                                  "Tells Datastream to write into BigQuery", BIT(STEP_SERVICES),
                                  .usual_seconds = 5, .followed = 1, .rights = ACCESS_PROFILES,
                                  .marked = 1, NAMED(destination_profile)},
    [STEP_DATASET] = {"bigquery.dataset", "Dataset",
                      "Where the tables arrive: the raw zone of the team", BIT(STEP_SERVICES),
                      .usual_seconds = 1, .rights = ACCESS_DATASET, .marked = 1, NAMED(dataset)},
    [STEP_STREAM] = {"datastream.stream", "Stream",
                     "The chosen tables and columns; validated by Datastream",
                     BIT(STEP_SOURCE_PROFILE) | BIT(STEP_DESTINATION_PROFILE) | BIT(STEP_DATASET),
                     .usual_seconds = 15, .rights = ACCESS_STREAM, .marked = 1, NAMED(stream)},
    [STEP_START] = {"datastream.start", "Start", "Starts the stream and the backfill",
                    BIT(STEP_STREAM), .usual_seconds = 20, .rights = ACCESS_STREAM, NAMED(stream)},
};

const struct step_type *step_type(enum step_id id)
{
    assert(id < STEPS);
    return &steps[id];
}

enum step_id step_by_id(const char *id)
{
    for (enum step_id s = 0; s < STEPS; s++)
        if (str_eq(steps[s].id, id))
            return s;
    return STEPS;
}

const char *step_name(enum step_id id, const struct names *n)
{
    return step_type(id)->fixed ? step_type(id)->fixed : (const char *)n + step_type(id)->name;
}

unsigned step_needs_all(enum step_id id)
{
    unsigned all = step_type(id)->needs;

    for (enum step_id s = id; s-- > 0;) /* a row stands below all that it needs */
        if (all & BIT(s))
            all |= steps[s].needs;
    return all;
}

int step_critical_left(const int *left)
{
    int ends[STEPS] = {0}, longest = 0;

    for (enum step_id s = 0; s < STEPS; s++) { /* the table is in an order that works */
        int begins = 0;
        for (enum step_id before = 0; before < s; before++)
            if ((steps[s].needs & BIT(before)) && ends[before] > begins)
                begins = ends[before];
        ends[s] = begins + left[s];
        if (ends[s] > longest)
            longest = ends[s];
    }
    return longest;
}

int step_critical_seconds(unsigned todo)
{
    int left[STEPS];

    for (enum step_id s = 0; s < STEPS; s++)
        left[s] = (todo & BIT(s)) ? steps[s].usual_seconds : 0;
    return step_critical_left(left);
}

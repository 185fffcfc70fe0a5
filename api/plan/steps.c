#include "api/plan/steps.h"

#include "api/base/str.h"

#include <assert.h>

#define BIT(id) (1u << (id))

static const struct step_type steps[STEPS] = {
    [STEP_SERVICES] = {"services.enable", "APIs", "Turns on the Google APIs that the rest needs", 0,
                       15, 1},
    [STEP_NETWORK] = {"compute.network", "Network",
                      "A network in which Datastream and the proxy meet", BIT(STEP_SERVICES), 20,
                      1},
    [STEP_ACCOUNT] = {"iam.service_account", "Service account",
                      "The account under which the proxy runs", BIT(STEP_SERVICES), 2, 1},
    [STEP_BINDING] = {"iam.binding", "Role cloudsql.client",
                      "Lets the proxy's account connect to Cloud SQL", BIT(STEP_ACCOUNT), 3, 1},
    [STEP_ADDRESS] = {"compute.address", "Internal address",
                      "A fixed address, so that a rebuilt proxy keeps its place", BIT(STEP_NETWORK),
                      3, 0},
    [STEP_PROXY] = {"compute.proxy", "Proxy machine",
                    "A small machine that runs the Cloud SQL proxy: Datastream cannot reach the "
                    "database directly",
                    BIT(STEP_ADDRESS) | BIT(STEP_BINDING), 85, 0},
    [STEP_PRIVATE_CONNECTION] = {"datastream.private_connection", "Private connection",
                                 "Joins Datastream to the network", BIT(STEP_NETWORK), 180, 1},
    [STEP_FIREWALL] = {"compute.firewall", "Firewall rule",
                       "Lets Datastream reach the proxy on port 5432, and nothing else",
                       BIT(STEP_NETWORK), 8, 1},
    [STEP_SOURCE_PROFILE] = {"datastream.source_profile", "Source profile",
                             "How Datastream logs in to the database; tested when it is made",
                             BIT(STEP_PROXY) | BIT(STEP_PRIVATE_CONNECTION) | BIT(STEP_FIREWALL),
                             10, 0},
    [STEP_DESTINATION_PROFILE] = {"datastream.destination_profile", "BigQuery profile",
                                  "Tells Datastream to write into BigQuery", BIT(STEP_SERVICES), 5,
                                  0},
    [STEP_DATASET] = {"bigquery.dataset", "Dataset",
                      "Where the tables arrive: the raw zone of the team", BIT(STEP_SERVICES), 1,
                      0},
    [STEP_STREAM] = {"datastream.stream", "Stream",
                     "The chosen tables and columns; validated by Datastream",
                     BIT(STEP_SOURCE_PROFILE) | BIT(STEP_DESTINATION_PROFILE) | BIT(STEP_DATASET),
                     15, 0},
    [STEP_START] = {"datastream.start", "Start", "Starts the stream and the backfill",
                    BIT(STEP_STREAM), 20, 0},
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

int step_critical_seconds(unsigned todo)
{
    int ends[STEPS] = {0}, longest = 0;

    for (enum step_id s = 0; s < STEPS; s++) { /* the table is in an order that works */
        int begins = 0;
        for (enum step_id before = 0; before < s; before++)
            if ((steps[s].needs & BIT(before)) && ends[before] > begins)
                begins = ends[before];
        ends[s] = begins + ((todo & BIT(s)) ? steps[s].usual_seconds : 0);
        if (ends[s] > longest)
            longest = ends[s];
    }
    return longest;
}

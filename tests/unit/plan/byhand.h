#ifndef TESTS_UNIT_PLAN_BYHAND_H
#define TESTS_UNIT_PLAN_BYHAND_H

/* A cloud that answers by hand, in the two families: everything there and fit. A test puts its own
 * answer before. Include behind cmocka.h, in one file of a program. */

#include "api/plan/observe.h"
#include "tests/unit/google/client.h"
#include "tests/unit/plan/scene.h"

#define P  "aap-dev-ab12"
#define L  "europe-north1"
#define C  "/compute.googleapis.com/compute/v1/projects/" P
#define D  "/datastream.googleapis.com/v1/projects/" P "/locations/" L
#define DN "projects/" P "/locations/" L

struct answer {
    const char *path, *body; /* body NULL: 404 */
};

static struct world w;
static struct scene scene;
static struct task *looking;

/* --- the world as strom has made it --- */

#define NETWORK    C "/global/networks/datastream-vpc"
#define SUBNETS    C "/aggregated/subnetworks"
#define ACCOUNT    "/iam.googleapis.com/v1/projects/" P "/serviceAccounts/datastream"
#define ADDRESS    C "/regions/" L "/addresses/datastream-postmottak-ip"
#define MACHINES   C "/aggregated/instances"
#define PRIVATE    D "/privateConnections/datastream-connection"
#define PRIVATES   D "/privateConnections?"
#define FIREWALL   C "/global/firewalls/allow-datastream-cloudsql-proxy"
#define FIREWALLS  C "/global/firewalls?"
#define SOURCE     D "/connectionProfiles/postgres-postmottak"
#define TARGET_    D "/connectionProfiles/bigquery-postmottak"
#define DATASET    "/bigquery.googleapis.com/bigquery/v2/projects/" P "/datasets/datastream_postmottak"
#define STREAM     D "/streams/postgres-postmottak-bigquery"
#define EVERYWHERE "/datastream.googleapis.com/v1/projects/" P "/locations/-"
#define STREAMS    EVERYWHERE "/streams?"
#define PROFILES   EVERYWHERE "/connectionProfiles?"
#define OURS       "\"labels\":{\"created-by\":\"strom\",\"strom-run\":\"run-1\"}"
#define CONNECTION "docker run cloud-sql-proxy:2 " P ":" L ":postmottak-backend"

#define MACHINE(name, status, network, account, script)                                            \
    "{\"items\":{\"zones/europe-north1-c\":{\"instances\":[{\"name\":\"" name                      \
    "\",\"zone\":\"https://x/zones/europe-north1-c\",\"status\":\"" status "\"," OURS              \
    ",\"networkInterfaces\":[{\"network\":\"https://x/global/networks/" network                    \
    "\",\"networkIP\":\"10.166.0.2\"}],\"serviceAccounts\":[{\"email\":\"" account                 \
    "\"}],\"metadata\":{\"items\":[{\"key\":\"user-data\",\"value\":\"" script "\"}]}}]}}}"
#define PROXY(status, network, script)                                                             \
    MACHINE("datastream-postmottak", status, network, "datastream@" P ".iam.gserviceaccount.com",  \
            script)
#define SUBNET(name, network, region, range)                                                       \
    "{\"name\":\"" name "\",\"network\":\"https://x/global/networks/" network                      \
    "\",\"region\":\"https://x/regions/" region "\",\"ipCidrRange\":\"" range "\"}"
#define SUBNETS_OF(list) "{\"items\":{\"regions/" L "\":{\"subnetworks\":[" list "]}}}"
#define ADDRESS_OF(type, subnet, users)                                                            \
    "{\"name\":\"a\",\"address\":\"10.166.0.2\",\"description\":\"Address (strom "                 \
    "run-1)\",\"addressType\":\"" type "\",\"subnetwork\":\"https://x/subnetworks/" subnet         \
    "\",\"users\":[" users "]}"
#define USED_BY(name) "\"https://x/instances/" name "\""
#define PRIVATE_OF(id, state, vpc, subnet, more)                                                   \
    "{\"name\":\"" DN "/privateConnections/" id "\",\"displayName\":\"x\",\"state\":\"" state      \
    "\"," OURS ",\"vpcPeeringConfig\":{\"vpc\":\"" vpc "\",\"subnet\":\"" subnet "\"}" more "}"
#define VPC(name) "projects/" P "/global/networks/" name
#define RULE_OF(name, network, source, port, more)                                                 \
    "{\"name\":\"" name "\",\"network\":\"https://x/global/networks/" network                      \
    "\",\"direction\":\"INGRESS\",\"sourceRanges\":[\"" source                                     \
    "\"],\"allowed\":[{\"IPProtocol\":\"tcp\",\"ports\":[\"" port "\"]}]" more "}"
#define RULE(network, source, port, more)                                                          \
    RULE_OF("allow-datastream-cloudsql-proxy", network, source, port, more)
#define SOURCE_OF(host, user, database, private, labels)                                           \
    "{\"displayName\":\"x\"," labels "\"postgresqlProfile\":{\"hostname\":\"" host                 \
    "\",\"port\":5432,\"username\":\"" user "\",\"database\":\"" database                          \
    "\"},\"privateConnectivity\":{\"privateConnection\":\"" DN                                     \
    "/privateConnections/" private "\"}}"
#define STREAM_OF(id, source, target, publication, slot, fresh, dataset, include)                  \
    "{\"name\":\"" DN "/streams/" id "\",\"displayName\":\"x\",\"state\":\"RUNNING\","             \
    "\"sourceConfig\":{\"sourceConnectionProfile\":\"" DN "/connectionProfiles/" source            \
    "\",\"postgresqlSourceConfig\":{\"publication\":\"" publication                                \
    "\",\"replicationSlot\":\"" slot "\"," include                                                 \
    "}},\"destinationConfig\":{\"destinationConnectionProfile\":\"" DN                             \
    "/connectionProfiles/" target "\",\"bigqueryDestinationConfig\":{\"dataFreshness\":\"" fresh   \
    "\",\"merge\":{},\"singleTargetDataset\":{\"datasetId\":\"" P ":" dataset                      \
    "\"}}},\"backfillAll\":{}}"
#define INCLUDE                                                                                    \
    "\"includeObjects\":{\"postgresqlSchemas\":[{\"schema\":\"public\",\"postgresqlTables\":[{"    \
    "\"table\":\"regel\",\"postgresqlColumns\":[{\"column\":\"id\"},{\"column\":\"resultat\"}]}]}" \
    "]}"
#define THE_STREAM                                                                                 \
    STREAM_OF("postgres-postmottak-bigquery", "postgres-postmottak", "bigquery-postmottak",        \
              "ds_publication", "ds_replication", "900s", "datastream_postmottak", INCLUDE)

static const struct answer always[] = {
    {"/oauth2.googleapis.com/token", TOKEN_ANSWER},
    {"/serviceusage.googleapis.com/v1/projects/" P "/services",
     "{\"services\":[{\"name\":\"projects/1/services/bigquery.googleapis.com\"},"
     "{\"name\":\"projects/1/services/compute.googleapis.com\"},"
     "{\"name\":\"projects/1/services/datastream.googleapis.com\"},"
     "{\"name\":\"projects/1/services/servicenetworking.googleapis.com\"},"
     "{\"name\":\"projects/1/services/sqladmin.googleapis.com\"}]}"},
    {"/cloudresourcemanager.googleapis.com/v1/projects/" P ":getIamPolicy",
     "{\"version\":3,\"etag\":\"x\",\"bindings\":[{\"role\":\"roles/cloudsql.client\",\"members\":["
     "\"serviceAccount:datastream@" P ".iam.gserviceaccount.com\"]}]}"},
};

static const struct answer made[] = {
    {NETWORK, "{\"name\":\"datastream-vpc\",\"autoCreateSubnetworks\":true}"},
    {SUBNETS, SUBNETS_OF(SUBNET("datastream-vpc", "datastream-vpc", L, "10.166.0.0/20"))},
    {ACCOUNT, "{\"email\":\"datastream@" P ".iam.gserviceaccount.com\"}"},
    {ADDRESS, ADDRESS_OF("INTERNAL", "datastream-vpc", USED_BY("datastream-postmottak"))},
    {MACHINES, PROXY("RUNNING", "datastream-vpc", CONNECTION)},
    {PRIVATE,
     PRIVATE_OF("datastream-connection", "CREATED", VPC("datastream-vpc"), "10.2.0.0/29", "")},
    {PRIVATES,
     "{\"privateConnections\":[" PRIVATE_OF("datastream-connection", "CREATED",
                                            VPC("datastream-vpc"), "10.2.0.0/29", "") "]}"},
    {FIREWALL, RULE("datastream-vpc", "10.2.0.0/29", "5432", "")},
    {SOURCE,
     SOURCE_OF("10.166.0.2", "datastream", "postmottak", "datastream-connection", OURS ",")},
    {TARGET_, "{\"displayName\":\"x\",\"bigqueryProfile\":{}}"},
    {DATASET, "{\"location\":\"europe-north1\"}"},
    {STREAM, THE_STREAM},
    {STREAMS, "{\"streams\":[" THE_STREAM "]}"},
    {PROFILES, "{}"},
};

static void rules(const struct answer *answers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        server_rule(&w.server,
                    (struct rule){NULL, answers[i].path, answers[i].body ? 200 : 404, NULL,
                                  answers[i].body ? answers[i].body
                                                  : "{\"error\":{\"code\":404,\"message\":\"no\","
                                                    "\"status\":\"NOT_FOUND\"}}",
                                  0});
}
#define RULES(list) rules(list, sizeof(list) / sizeof *(list))

static void set_up(void)
{
    world_open(&w, PERSON);
    scene_open(&scene);
    scene_table(&scene, "public", "regel", "+id:key +resultat fnr:special");
}

static void tear_down(void)
{
    task_clear(&looking);
    scene_done(&scene);
    world_close(&w);
}

static const struct plan *look(void)
{
    task_clear(&looking);
    names_complete(&scene.target);
    looking = observe(w.net, w.google, &scene.target);
    assert_true(net_until(w.net, looking));
    if (task_state(looking) != TASK_OK)
        fail_msg("%s: %s", task_error(looking)->what, task_error(looking)->why);
    if (scene.planned)
        plan_done(&scene.plan);
    plan_make(&scene.target, &scene.selection, observed(looking), &scene.options, &scene.plan);
    scene.planned = true;
    return &scene.plan;
}

/* --- the Terraform module's world: its names, and a team's own for what is shared --- */

#define FLEX_NETWORK C "/global/networks/flex-datastream-vpc"
#define FLEX_PRIVATE D "/privateConnections/flex-datastream-private-connection"
#define FLEX_CONNECTION                                                                            \
    PRIVATE_OF("flex-datastream-private-connection", "CREATED", VPC("flex-datastream-vpc"),        \
               "10.1.0.0/29", "")
#define MODULE_STREAM(include)                                                                     \
    STREAM_OF("postmottak-datastream", "postmottak-postgresql-connection-profile",                 \
              "datastream-bigquery-connection-profile", "postmottak_backend_publication",          \
              "postmottak_backend_replication", "3600s", "postmottak_datastream", include)
#define FLEX_RULE                                                                                  \
    RULE_OF("allow-datastream-to-cloud-sql", "flex-datastream-vpc", "10.1.0.0/29", "5432", "")

static const struct answer module[] = {
    {FLEX_NETWORK, "{\"name\":\"flex-datastream-vpc\",\"autoCreateSubnetworks\":true}"},
    {SUBNETS, SUBNETS_OF(SUBNET("flex-datastream-vpc", "flex-datastream-vpc", L, "10.166.0.0/20"))},
    {C "/regions/" L "/addresses/postmottak-cloud-sql-auth-proxy-ip",
     ADDRESS_OF("INTERNAL", "flex-datastream-vpc", USED_BY("postmottak-cloud-sql-auth-proxy"))},
    {MACHINES, MACHINE("postmottak-cloud-sql-auth-proxy", "RUNNING", "flex-datastream-vpc",
                       "1-compute@developer.gserviceaccount.com", CONNECTION)},
    {FLEX_PRIVATE, FLEX_CONNECTION},
    {PRIVATES, "{\"privateConnections\":[" FLEX_CONNECTION "]}"},
    {C "/global/firewalls/allow-datastream-to-cloud-sql", FLEX_RULE},
    {D "/connectionProfiles/postmottak-postgresql-connection-profile",
     SOURCE_OF("10.166.0.2", "datastream", "postmottak", "flex-datastream-private-connection", "")},
    {D "/connectionProfiles/datastream-bigquery-connection-profile",
     "{\"displayName\":\"x\",\"bigqueryProfile\":{}}"},
    {"/bigquery.googleapis.com/bigquery/v2/projects/" P "/datasets/postmottak_datastream",
     "{\"location\":\"europe-north1\"}"},
    {D "/streams/postmottak-datastream", MODULE_STREAM(INCLUDE)},
    {STREAMS, "{\"streams\":[" MODULE_STREAM(INCLUDE) "]}"},
    {PROFILES, "{}"},
};

#endif

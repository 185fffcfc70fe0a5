/* Prepared clouds: made through the same functions as the calls, without waiting. */

#include "tests/sandbox/google/bigquery.h"
#include "tests/sandbox/google/compute.h"
#include "tests/sandbox/google/datastream.h"

#include <stdlib.h>
#include <string.h>

#define L       "projects/" SANDBOX_PROJECT "/locations/" SANDBOX_REGION
#define VPC     HOME "/global/networks/datastream-vpc"
#define ACCOUNT "serviceAccount:datastream@" SANDBOX_PROJECT ".iam.gserviceaccount.com"

static void make_shared(struct google *g, bool automatic, const char *port)
{
    network_make(g, "datastream-vpc", automatic);
    if (automatic)
        network_subnets(g, "datastream-vpc");
    account_make(g, "datastream", "datastream");
    policy_bind(g, "roles/cloudsql.client", ACCOUNT);
    firewall_make(g, "allow-datastream-cloudsql-proxy", VPC, "10.2.0.0/29", port);
    private_connection_make(g, "datastream-connection", VPC, "10.2.0.0/29");
}

static void enable(struct google *g, bool all)
{
    for (struct service_state *s = g->services; s != NULL; s = s->next)
        if (str_starts(s->name, "compute.") || str_starts(s->name, "datastream.") ||
            (all && str_starts(s->name, "servicenetworking."))) {
            s->listed = true;
            s->from_ms = 0;
        }
}

static struct val *source_body(const char *id, const char *host, const char *db)
{
    return val_make(
        "{'displayName':%s,'labels':{'created-by':'strom'},'postgresqlProfile':{'hostname'"
        ":%s,'port':5432,'username':'datastream','database':%s},'privateConnectivity':{"
        "'privateConnection':'" L "/privateConnections/datastream-connection'}}",
        id, host, db);
}

static void make_profiles(struct google *g, const char *db, const char *host, const char *password)
{
    char id[80];
    snprintf(id, sizeof id, "postgres-%.60s", db);
    struct val *body = source_body(id, host, db);
    profile_make(g, id, body, password);
    val_free(body);
    snprintf(id, sizeof id, "bigquery-%.60s", db);
    body = val_make("{'displayName':%s,'labels':{'created-by':'strom'},'bigqueryProfile':{}}", id);
    profile_make(g, id, body, NULL);
    val_free(body);
}

static struct val *two_tables(void)
{
    return val_make(
        "{'postgresqlSchemas':[{'schema':'public','postgresqlTables':["
        "{'table':'regel_evaluering','postgresqlColumns':[{'column':'id'},{'column':"
        "'regel_resultat_id'},{'column':'regel_navn'},{'column':'resultat'}]},"
        "{'table':'regelsett_resultat','postgresqlColumns':[{'column':'id'},{'column':"
        "'innkommende_journalpost'},{'column':'system_navn'},{'column':'opprettet_tid'}]}]}]}");
}

static struct stream *make_stream(struct google *g, const char *db, const char *dataset,
                                  struct val *include, const char *maker)
{
    char name[320];
    snprintf(name, sizeof name, L "/streams/postgres-%.60s-bigquery", db);
    struct val *doc = val_make(
        "{'displayName':'postgres-%s-bigquery','labels':{'created-by':%s},'sourceConfig':{"
        "'sourceConnectionProfile':'" L
        "/connectionProfiles/postgres-%s','postgresqlSourceConfig':{"
        "'publication':'ds_publication','replicationSlot':'ds_replication',"
        "'maxConcurrentBackfillTasks':16}},'destinationConfig':{'destinationConnectionProfile':'" L
        "/connectionProfiles/bigquery-%s','bigqueryDestinationConfig':{'dataFreshness':'900s',"
        "'merge':{},'singleTargetDataset':{'datasetId':'" SANDBOX_PROJECT
        ":%s'}}},'backfillAll':{}}",
        db, maker, db, db, dataset);
    val_put(doc, "sourceConfig.postgresqlSourceConfig.includeObjects", include);
    if (str_eq(maker, "terraform")) /* whose provider has a label of its own */
        val_put(doc, "labels", val_make("{'goog-terraform-provisioned':'true'}"));
    resource_complete(doc, name);
    return stream_new(g, name, doc);
}

static bool datastream_password(struct google *g, char out[64], char why[512])
{
    if (sandbox_password(g->s, "datastream", out))
        return true;
    snprintf(why, 512, "The platform has not made the user datastream.");
    return false;
}

/* The proxy VM under its reserved address. */
static void make_vm(struct google *g, const char *db, const char *ip, bool right)
{
    struct str text = {0};
    char name[80];
    snprintf(name, sizeof name, "datastream-%.60s", db);
    proxy_cloud_init(&text);
    if (!right)
        str_clear(&text);
    instance_make(g, name, "europe-north1-b", ip, str_text(&text));
    snprintf(name, sizeof name, "datastream-%.60s-ip", db);
    address_make(g, name, ip);
    str_done(&text);
}

bool google_prepare_running(struct google *g, char why[512])
{
    char password[64];
    if (!datastream_password(g, password, why))
        return false;
    pthread_mutex_lock(&g->lock);
    enable(g, true);
    make_shared(g, true, "5432");
    make_vm(g, SANDBOX_DATABASE, "10.166.0.2", true);
    make_profiles(g, SANDBOX_DATABASE, "10.166.0.2", password);
    dataset_make(g, "datastream_" SANDBOX_DATABASE, SANDBOX_REGION);
    const char *maker = getenv("SANDBOX_STREAM_BY"); /* tests: another tool's */
    struct stream *s = make_stream(g, SANDBOX_DATABASE, "datastream_" SANDBOX_DATABASE,
                                   two_tables(), maker ? maker : "strom");
    bool fine = stream_begin(g, s, why);
    if (fine) {
        s->state = STREAM_RUNNING;
        stream_set_objects(g, s);
        stream_log(g, s, "INFO", "STREAM_STARTED", "The stream is running.");
    }
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    return fine;
}

bool google_prepare_shared(struct google *g, char why[512])
{
    why[0] = '\0';
    pthread_mutex_lock(&g->lock);
    enable(g, true);
    make_shared(g, true, "5432");
    make_vm(g, "behandlingsflyt", "10.166.0.2", true);
    make_profiles(g, "behandlingsflyt", "10.166.0.2", "another-app");
    dataset_make(g, "datastream_behandlingsflyt", SANDBOX_REGION);
    struct stream *s =
        make_stream(g, "behandlingsflyt", "datastream_behandlingsflyt", NULL, "nada");
    s->phantom = true;
    s->state = STREAM_RUNNING;
    pthread_mutex_unlock(&g->lock);
    return true;
}

/* Nearly: a tenth of it is left. */
static void fill_disk(struct sandbox *s)
{
    pthread_mutex_lock(&s->facts.lock);
    int64_t gb = s->facts.disk_size_gb > 0 ? s->facts.disk_size_gb : 10;
    s->facts.disk_other_bytes = (gb << 30) / 10 * 9;
    pthread_mutex_unlock(&s->facts.lock);
}

/* The binding that the proxy needs is gone, and with it who could give it: the person's Editor may
 * not, the team's group not any more; Ola may. */
static void take_binding(struct google *g)
{
    policy_unbind(g, "roles/cloudsql.client", ACCOUNT);
    policy_bind(g, "roles/cloudsql.client",
                "deleted:serviceAccount:old-datastream@" SANDBOX_PROJECT
                ".iam.gserviceaccount.com?uid=108912345678901234567");
    policy_unbind(g, "roles/resourcemanager.projectIamAdmin", "group:aap@nav.no");
    policy_bind(g, "roles/resourcemanager.projectIamAdmin", "user:ola.hansen@nav.no");
}

/* Each thing has a right name and a fault: an API is off, the network is of another shape, its
 * private connection has failed, the rule opens another port, the VM is down and runs nothing, the
 * profile names another host, the dataset lies elsewhere, the binding is a deleted account's, no
 * zone "b" has room, and the database's disk is nearly full. */
bool google_prepare_trouble(struct google *g, char why[512])
{
    why[0] = '\0';
    char password[64] = "";
    sandbox_password(g->s, "datastream", password);
    pthread_mutex_lock(&g->lock);
    enable(g, false);
    make_shared(g, true, "3306");
    make_vm(g, SANDBOX_DATABASE, "10.166.0.2", false);
    make_profiles(g, SANDBOX_DATABASE, "10.166.0.99", password);
    dataset_make(g, "datastream_" SANDBOX_DATABASE, "US");
    struct thing *network = thing_find(g, "network", VPC);
    struct thing *vm =
        thing_find(g, "instance", HOME "/zones/europe-north1-b/instances/datastream-postmottak");
    struct thing *connection =
        thing_find(g, "private-connection", L "/privateConnections/datastream-connection");
    val_put_bool(network->doc, "autoCreateSubnetworks", false);
    val_put_text(vm->doc, "status", "TERMINATED");
    val_put_text(connection->doc, "state", "FAILED");
    val_put(
        connection->doc, "error",
        val_make("{'reason':'PRIVATE_CONNECTION_SUBNET_CONFLICT','errorUuid':'0c3c1f0e-6c2a-4d0b-"
                 "9a57-5d1d5b1f7a11','message':'The IP range of the private connection conflicts "
                 "with 10.2.0.0/24.','errorTime':'2026-07-01T09:30:11.000000Z'}"));
    take_binding(g);
    str_copy(g->exhausted, sizeof g->exhausted, "europe-north1-a");
    pthread_mutex_unlock(&g->lock);
    fill_disk(g->s);
    return true;
}

/* sqladmin: the one instance, as the platform has deployed it. */

#include "tests/sandbox/google/services.h"

#include <string.h>

#define CONNECTION SANDBOX_PROJECT ":" SANDBOX_REGION ":" SANDBOX_INSTANCE
#define SELF       "https://sqladmin.googleapis.com/v1/projects/" SANDBOX_PROJECT "/instances/"

struct facts {
    bool deployed, logical, autoresize;
    int size_gb, limit_gb;
    size_t n_users;
    struct sandbox_user users[SANDBOX_USERS];
    char version[32];
};

static void read_facts(struct google *g, struct facts *out)
{
    struct sandbox_facts *f = &g->s->facts;
    pthread_mutex_lock(&f->lock);
    out->deployed = f->app_deployed;
    out->logical = f->logical_decoding;
    out->autoresize = f->disk_autoresize;
    out->size_gb = f->disk_size_gb > 0 ? f->disk_size_gb : 10;
    out->limit_gb = f->disk_limit_gb;
    out->n_users = f->n_users;
    memcpy(out->users, f->users, sizeof out->users);
    str_copy(out->version, sizeof out->version, f->version);
    pthread_mutex_unlock(&f->lock);
    if (out->version[0] == '\0')
        snprintf(out->version, sizeof out->version, "POSTGRES_%s", g->pg_version);
    for (size_t i = 0; i < SANDBOX_USERS; i++)
        memset(out->users[i].password, 0, sizeof out->users[i].password);
}

static struct val *settings(const struct facts *f)
{
    struct val *s = val_make(
        "{'kind':'sql#settings','tier':'db-f1-micro','edition':'ENTERPRISE','availabilityType':"
        "'ZONAL','pricingPlan':'PER_USE','activationPolicy':'ALWAYS','dataDiskType':'PD_SSD',"
        "'dataDiskSizeGb':'%d','storageAutoResizeLimit':'%d','settingsVersion':'%d',"
        "'backupConfiguration':{'kind':'sql#backupConfiguration','enabled':true,'startTime':'02:00'"
        ","
        "'pointInTimeRecoveryEnabled':false},'ipConfiguration':{'ipv4Enabled':true,'requireSsl':"
        "true,"
        "'sslMode':'TRUSTED_CLIENT_CERTIFICATE_REQUIRED','privateNetwork':'projects/nais-dev-2e7b/"
        "global/networks/nais-vpc','authorizedNetworks':[]},'userLabels':{'app':%s,'team':%s},"
        "'databaseFlags':[{'name':'cloudsql.iam_authentication','value':'on'}]}",
        f->size_gb, f->limit_gb, f->logical ? 7 : 6, SANDBOX_APP, SANDBOX_NAMESPACE);
    if (f->autoresize)
        val_put_bool(s, "storageAutoResize", true);
    if (f->logical)
        val_add(val_member(s, "databaseFlags"),
                val_make("{'name':'cloudsql.logical_decoding','value':'on'}"));
    return s;
}

static struct val *instance_doc(const struct facts *f)
{
    struct val *doc = val_make(
        "{'kind':'sql#instance','state':'RUNNABLE','databaseVersion':%s,'name':%s,'project':%s,"
        "'region':%s,'gceZone':'europe-north1-b','connectionName':%s,'backendType':'SECOND_GEN',"
        "'instanceType':'CLOUD_SQL_INSTANCE','selfLink':'" SELF "%s','etag':'6d1f2b','createTime':"
        "'2024-09-02T08:11:40.512Z','ipAddresses':[{'type':'PRIMARY','ipAddress':'34.88.201.17'},"
        "{'type':'OUTGOING','ipAddress':'34.88.77.3'},{'type':'PRIVATE','ipAddress':'10.30.4.19'}],"
        "'serviceAccountEmailAddress':'p%s-x1k2j3@gcp-sa-cloud-sql.iam.gserviceaccount.com',"
        "'maintenanceVersion':'%s.R20260801.00_04'}",
        f->version, SANDBOX_INSTANCE, SANDBOX_PROJECT, SANDBOX_REGION, CONNECTION, SANDBOX_INSTANCE,
        SANDBOX_PROJECT_NUMBER, f->version);
    val_put(doc, "settings", settings(f));
    return doc;
}

static bool asked_for(struct call *c, struct facts *f)
{
    read_facts(c->g, f);
    if (f->deployed && str_eq(c->param[1], SANDBOX_INSTANCE))
        return true;
    call_refuse(c, 404, NULL, "The Cloud SQL instance does not exist.");
    call_refuse_reason(c, "instanceDoesNotExist");
    return false;
}

static void get(struct call *c)
{
    struct facts f;
    if (asked_for(c, &f))
        call_answer(c, instance_doc(&f));
}

static void list(struct call *c)
{
    struct facts f;
    struct val *all = val_array();
    read_facts(c->g, &f);
    if (f.deployed)
        val_add(all, instance_doc(&f));
    list_answer(c, "items", all, 50, 1000, val_make("{'kind':'sql#instancesList'}"));
}

static struct val *user_doc(const char *name, const char *type)
{
    struct val *doc = val_make("{'kind':'sql#user','name':%s,'host':'','instance':%s,'project':%s,"
                               "'etag':'9b0c'}",
                               name, SANDBOX_INSTANCE, SANDBOX_PROJECT);
    val_put_text(doc, "type", type);
    return doc;
}

static void users(struct call *c)
{
    struct facts f;
    struct val *all, *out;
    if (!asked_for(c, &f))
        return;
    all = val_array();
    val_add(all, user_doc("postgres", NULL));
    for (size_t i = 0; i < f.n_users; i++)
        val_add(all, user_doc(f.users[i].name, NULL)); /* BUILT_IN is left out */
    val_add(all, user_doc(SANDBOX_PERSON, "CLOUD_IAM_USER"));
    out = val_make("{'kind':'sql#usersList'}");
    val_put(out, "items", all);
    call_answer(c, out);
}

static struct val *database_doc(const char *name)
{
    return val_make("{'kind':'sql#database','name':%s,'charset':'UTF8','collation':'en_US.UTF8',"
                    "'instance':%s,'project':%s,'selfLink':'" SELF
                    "%s/databases/%s','etag':'51ad'}",
                    name, SANDBOX_INSTANCE, SANDBOX_PROJECT, SANDBOX_INSTANCE, name);
}

static void databases(struct call *c)
{
    struct facts f;
    if (!asked_for(c, &f))
        return;
    struct val *all = val_array(), *out = val_make("{'kind':'sql#databasesList'}");
    val_add(all, database_doc("postgres"));
    val_add(all, database_doc(SANDBOX_DATABASE));
    val_put(out, "items", all);
    call_answer(c, out);
}

static void database(struct call *c)
{
    struct facts f;
    if (!asked_for(c, &f))
        return;
    if (str_eq(c->param[2], SANDBOX_DATABASE) || str_eq(c->param[2], "postgres")) {
        call_answer(c, database_doc(c->param[2]));
        return;
    }
    call_refuse(c, 404, NULL, "Not Found");
    call_refuse_reason(c, "databaseDoesNotExist");
}

static void flags(struct call *c)
{
    call_answer(
        c,
        val_make(
            "{'kind':'sql#flagsList','items':["
            "{'kind':'sql#flag','name':'cloudsql.logical_decoding','type':'BOOLEAN','"
            "requiresRestart':"
            "true,'allowedStringValues':['on','off']},"
            "{'kind':'sql#flag','name':'cloudsql.iam_authentication','type':'BOOLEAN',"
            "'allowedStringValues':['on','off']},"
            "{'kind':'sql#flag','name':'max_replication_slots','type':'INTEGER','requiresRestart':"
            "true,"
            "'minValue':'10','maxValue':'262143'},"
            "{'kind':'sql#flag','name':'max_wal_senders','type':'INTEGER','requiresRestart':true,"
            "'minValue':'10','maxValue':'262143'},"
            "{'kind':'sql#flag','name':'max_slot_wal_keep_size','type':'INTEGER','minValue':'-1',"
            "'maxValue':'2147483647'}]}"));
}

static void connect_settings(struct call *c)
{
    struct facts f;
    if (asked_for(c, &f))
        call_answer(
            c, val_make("{'kind':'sql#connectSettings','ipAddresses':[{'type':'PRIMARY',"
                        "'ipAddress':'34.88.201.17'},{'type':'PRIVATE','ipAddress':'10.30.4.19'}],"
                        "'region':%s,'databaseVersion':%s,'backendType':'SECOND_GEN'}",
                        SANDBOX_REGION, f.version));
}

static const struct shape LIST_QUERY[] = {
    F("filter", STRING), {.name = "maxResults", .type = SHAPE_UINT32}, F("pageToken", STRING), END};
static const struct shape FLAGS_QUERY[] = {F("databaseVersion", STRING), END};
static const struct shape SETTINGS_QUERY[] = {F("readTime", TIME), END};

#define INSTANCES "v1/projects/{}/instances"
static const struct route ROUTES[] = {
    {"GET", INSTANCES, list, "cloudsql.instances.list", LIST_QUERY, NULL, NULL, 0},
    {"GET", INSTANCES "/{}", get, "cloudsql.instances.get", NULL, NULL, NULL, 0},
    {"GET", INSTANCES "/{}/users", users, "cloudsql.users.list", NULL, NULL, NULL, 0},
    {"GET", INSTANCES "/{}/databases", databases, "cloudsql.databases.list", NULL, NULL, NULL, 0},
    {"GET", INSTANCES "/{}/databases/{}", database, "cloudsql.databases.list", NULL, NULL, NULL, 0},
    {"GET", INSTANCES "/{}/connectSettings", connect_settings, "cloudsql.instances.get",
     SETTINGS_QUERY, NULL, NULL, 0},
    {"GET", "v1/flags", flags, NULL, FLAGS_QUERY, NULL, NULL, 0},
    {0},
};

const struct service sqladmin_service = {.host = "sqladmin.googleapis.com",
                                         .title = "Cloud SQL Admin API",
                                         .api = "sqladmin.googleapis.com",
                                         .family = FAMILY_SQL,
                                         .routes = ROUTES};

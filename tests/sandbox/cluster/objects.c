#include "tests/sandbox/cluster/objects.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define CONNECTION SANDBOX_PROJECT ":" SANDBOX_REGION ":" SANDBOX_INSTANCE
#define PREFIX     "DB_POSTMOTTAK" /* envVarPrefix of the manifest */
#define CNRM       "sql.cnrm.cloud.google.com"

enum {
    KIND_INSTANCES,
    KIND_USERS,
    KIND_DATABASES,
    KIND_APPLICATIONS,
    KIND_POSTGRES,
    KIND_SECRETS,
    N_KINDS
};

static const struct cluster_kind KINDS[N_KINDS] = {
    [KIND_INSTANCES] = {CNRM, CNRM "/v1beta1", "sqlinstances", "SQLInstance", false},
    [KIND_USERS] = {CNRM, CNRM "/v1beta1", "sqlusers", "SQLUser", false},
    [KIND_DATABASES] = {CNRM, CNRM "/v1beta1", "sqldatabases", "SQLDatabase", false},
    [KIND_APPLICATIONS] = {"nais.io", "nais.io/v1alpha1", "applications", "Application", false},
    [KIND_POSTGRES] = {"data.nais.io", "data.nais.io/v1", "postgreses", "Postgres", false},
    [KIND_SECRETS] = {"", "v1", "secrets", "Secret", true},
};

bool cluster_read_path(const char *path, struct cluster_ask *out)
{
    char head[200], rest[300];
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < N_KINDS; i++) {
        snprintf(head, sizeof head, "%s/%s/namespaces/", KINDS[i].group[0] != '\0' ? "apis" : "api",
                 KINDS[i].version);
        if (!str_starts(path, head))
            continue;
        const char *space = path + strlen(head), *slash = strchr(space, '/');
        if (slash == NULL)
            return false;
        snprintf(out->space, sizeof out->space, "%.*s", (int)(slash - space), space);
        snprintf(rest, sizeof rest, "%.250s", slash + 1);
        size_t n = strcspn(rest, "/");
        if (n != strlen(KINDS[i].plural) || strncmp(rest, KINDS[i].plural, n) != 0)
            continue;
        if (rest[n] == '/')
            snprintf(out->name, sizeof out->name, "%s", rest + n + 1);
        out->kind = &KINDS[i];
        return strchr(out->name, '/') == NULL;
    }
    return false;
}

/* --- what has been deployed --- */

struct deployed {
    bool app, logical, autoresize;
    int size_gb, limit_gb;
    unsigned generation;
    size_t n_users;
    struct sandbox_user users[SANDBOX_USERS];
    char version[32];
};

static void read_facts(struct sandbox *s, struct deployed *d)
{
    struct sandbox_facts *f = &s->facts;
    pthread_mutex_lock(&f->lock);
    d->app = f->app_deployed;
    d->logical = f->logical_decoding;
    d->autoresize = f->disk_autoresize;
    d->size_gb = f->disk_size_gb > 0 ? f->disk_size_gb : 10;
    d->limit_gb = f->disk_limit_gb;
    d->generation = f->generation;
    d->n_users = f->n_users;
    memcpy(d->users, f->users, sizeof d->users);
    str_copy(d->version, sizeof d->version, f->version[0] != '\0' ? f->version : "POSTGRES_15");
    pthread_mutex_unlock(&f->lock);
}

static struct val *object_new(const struct cluster_kind *kind, const char *name,
                              const struct deployed *d)
{
    struct val *v =
        val_make("{'apiVersion':%s,'kind':%s,'metadata':{'name':%s,'namespace':%s,"
                 "'generation':%d,'resourceVersion':'9182736%d','creationTimestamp':"
                 "'2024-09-02T08:10:12Z','labels':{'app':%s,'team':%s}}}",
                 kind->version, kind->kind, name, SANDBOX_NAMESPACE, (int)d->generation + 1,
                 (int)d->generation, SANDBOX_APP, SANDBOX_NAMESPACE);
    unsigned sum = 5381;
    for (const char *at = name; *at != '\0'; at++)
        sum = sum * 33 + (unsigned char)*at;
    val_putf(v, "metadata.uid", "5b0f6a52-1f7e-4f3c-8f59-%04x%08x", sum >> 16 & 0xffff, sum);
    return v;
}

static void annotate(struct val *v)
{
    struct val *annotations = val_object();
    val_put_member(annotations, "cnrm.cloud.google.com/project-id", val_text_new(SANDBOX_PROJECT));
    val_put_member(annotations, "cnrm.cloud.google.com/deletion-policy", val_text_new("abandon"));
    val_put_member(annotations, "cnrm.cloud.google.com/state-into-spec", val_text_new("merge"));
    val_put(v, "metadata.annotations", annotations);
}

static struct val *ready(void)
{
    return val_make(
        "[{'type':'Ready','status':'True','reason':'UpToDate','message':'The resource is "
        "up to date','lastTransitionTime':'2024-09-02T08:14:51Z'}]");
}

static struct val *instance(const struct deployed *d)
{
    struct val *v = object_new(&KINDS[KIND_INSTANCES], SANDBOX_INSTANCE, d);
    annotate(v);
    val_put(v, "spec",
            val_make("{'databaseVersion':%s,'region':%s,'resourceID':%s,'settings':{'tier':"
                     "'db-f1-micro','availabilityType':'ZONAL','diskSize':%d,'diskType':'PD_SSD',"
                     "'diskAutoresizeLimit':%d,'ipConfiguration':{'requireSsl':true,"
                     "'privateNetworkRef':{'external':'projects/nais-dev-2e7b/global/networks/"
                     "nais-vpc'}},'databaseFlags':[{'name':'cloudsql.iam_authentication','value':"
                     "'on'}]}}",
                     d->version, SANDBOX_REGION, SANDBOX_INSTANCE, d->size_gb, d->limit_gb));
    val_put_bool(v, "spec.settings.diskAutoresize", d->autoresize);
    if (d->logical)
        val_add(val_get(v, "spec.settings.databaseFlags"),
                val_make("{'name':'cloudsql.logical_decoding','value':'on'}"));
    val_put(
        v, "status",
        val_make("{'connectionName':%s,'instanceType':'CLOUD_SQL_INSTANCE','observedGeneration':%d,"
                 "'firstIpAddress':'34.88.201.17','publicIpAddress':'34.88.201.17',"
                 "'privateIpAddress':'10.30.4.19'}",
                 CONNECTION, (int)d->generation + 1));
    val_put(v, "status.conditions", ready());
    return v;
}

static struct val *database(const struct deployed *d)
{
    struct val *v = object_new(&KINDS[KIND_DATABASES], SANDBOX_APP "-" SANDBOX_DATABASE, d);
    annotate(v);
    val_put(v, "spec",
            val_make("{'instanceRef':{'name':%s},'resourceID':%s}", SANDBOX_INSTANCE,
                     SANDBOX_DATABASE));
    val_put(v, "status.conditions", ready());
    return v;
}

/* --- users and their secrets --- */

static bool is_own(const struct deployed *d, size_t i)
{
    return str_eq(d->users[i].name, SANDBOX_INSTANCE) || (i == 0 && d->n_users == 1);
}

static void dashed(const char *user, char out[SANDBOX_NAME])
{
    str_copy(out, SANDBOX_NAME, user);
    for (char *at = out; *at != '\0'; at++)
        *at = *at == '_' ? '-' : *at;
}

static void object_name(const struct deployed *d, size_t i, const char *before, char out[300])
{
    char user[SANDBOX_NAME];
    dashed(d->users[i].name, user);
    if (is_own(d, i))
        snprintf(out, 300, "%s" SANDBOX_APP, before);
    else
        snprintf(out, 300, "%s" SANDBOX_APP "-" SANDBOX_DATABASE "-%s", before, user);
}

static void key_name(const struct deployed *d, size_t i, const char *what, char out[300])
{
    char user[SANDBOX_NAME];
    str_copy(user, sizeof user, d->users[i].name);
    for (char *at = user; *at != '\0'; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    if (is_own(d, i))
        snprintf(out, 300, PREFIX "_%s", what);
    else
        snprintf(out, 300, PREFIX "_%s_%s", user, what);
}

static struct val *user(const struct deployed *d, size_t i)
{
    char name[300], secret[300], key[300];
    object_name(d, i, "", name);
    object_name(d, i, "google-sql-", secret);
    key_name(d, i, "PASSWORD", key);
    struct val *v = object_new(&KINDS[KIND_USERS], name, d);
    annotate(v);
    val_put(
        v, "spec",
        val_make("{'host':'','instanceRef':{'name':%s},'password':{'valueFrom':{'secretKeyRef':{"
                 "'key':%s,'name':%s}}},'resourceID':%s,'type':'BUILT_IN'}",
                 SANDBOX_INSTANCE, key, secret, d->users[i].name));
    val_put(v, "status.conditions", ready());
    return v;
}

static void put_base64(struct val *data, const char *key, const char *text)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct str out = {0};
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i += 3) {
        unsigned bits = (unsigned)(unsigned char)text[i] << 16;
        bits |= i + 1 < n ? (unsigned)(unsigned char)text[i + 1] << 8 : 0;
        bits |= i + 2 < n ? (unsigned)(unsigned char)text[i + 2] : 0;
        str_addc(&out, DIGITS[bits >> 18 & 63]);
        str_addc(&out, DIGITS[bits >> 12 & 63]);
        str_addc(&out, i + 1 < n ? DIGITS[bits >> 6 & 63] : '=');
        str_addc(&out, i + 2 < n ? DIGITS[bits & 63] : '=');
    }
    val_put_member(data, key, val_text_new(str_text(&out)));
    str_done(&out);
}

static struct val *secret(const struct deployed *d, size_t i)
{
    char name[300], key[300];
    const char *user_name = d->users[i].name, *password = d->users[i].password;
    struct str url = {0};
    object_name(d, i, "google-sql-", name);
    str_printf(&url, "postgresql://%s:%s@127.0.0.1:5432/" SANDBOX_DATABASE, user_name, password);
    const char *const PARTS[][2] = {
        {"USERNAME", user_name}, {"PASSWORD", password}, {"DATABASE", SANDBOX_DATABASE},
        {"HOST", "127.0.0.1"},   {"PORT", "5432"},       {"URL", str_text(&url)}};
    struct val *v = object_new(&KINDS[KIND_SECRETS], name, d), *data = val_object();
    for (size_t k = 0; k < sizeof PARTS / sizeof PARTS[0]; k++) {
        key_name(d, i, PARTS[k][0], key);
        put_base64(data, key, PARTS[k][1]);
    }
    val_put_text(v, "type", "Opaque");
    val_put(v, "data", data);
    str_done(&url);
    return v;
}

/* --- the application --- */

static struct val *application(const struct deployed *d)
{
    struct val *v = object_new(&KINDS[KIND_APPLICATIONS], SANDBOX_APP, d), *users = val_array();
    for (size_t i = 0; i < d->n_users; i++)
        if (!is_own(d, i))
            val_add(users, val_make("{'name':%s}", d->users[i].name));
    struct val *one =
        val_make("{'type':%s,'tier':'db-f1-micro','diskAutoresize':%s}", d->version, "");
    val_put_bool(one, "diskAutoresize", d->autoresize);
    if (d->logical)
        val_put(one, "flags", val_make("[{'name':'cloudsql.logical_decoding','value':'on'}]"));
    struct val *base = val_make("{'name':%s,'envVarPrefix':%s}", SANDBOX_DATABASE, PREFIX);
    if (users->first != NULL)
        val_put(base, "users", users);
    else
        val_free(users);
    struct val *bases = val_array(), *instances = val_array();
    val_add(bases, base);
    val_put(one, "databases", bases);
    val_add(instances, one);
    val_put(v, "spec.image",
            val_text_new("europe-north1-docker.pkg.dev/nais-management/aap/" SANDBOX_APP));
    val_put(v, "spec.gcp.sqlInstances", instances);
    val_put_text(v, "status.synchronizationState", "RolloutComplete");
    return v;
}

struct val *cluster_objects(struct sandbox *s, const struct cluster_kind *kind)
{
    struct deployed d;
    struct val *all = val_array();
    read_facts(s, &d);
    if (!d.app || kind == &KINDS[KIND_POSTGRES])
        return all;
    if (kind == &KINDS[KIND_INSTANCES])
        val_add(all, instance(&d));
    else if (kind == &KINDS[KIND_DATABASES])
        val_add(all, database(&d));
    else if (kind == &KINDS[KIND_APPLICATIONS])
        val_add(all, application(&d));
    for (size_t i = 0; i < d.n_users && (kind == &KINDS[KIND_USERS] || kind->secret); i++)
        val_add(all, kind->secret ? secret(&d, i) : user(&d, i));
    memset(&d, 0, sizeof d);
    return all;
}

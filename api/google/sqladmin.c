#include "api/google/sqladmin.h"

#include "api/google/rest.h"

#include <string.h>

#define HOST     "sqladmin.googleapis.com"
#define INSTANCE "v1/projects/{}/instances/{}"

static int postgres_version(const char *version)
{
    static const char head[] = "POSTGRES_";
    long long n = 0;
    char major[8] = "";
    if (!str_starts(version, head))
        return 0;
    size_t len = strcspn(version + strlen(head), "_");
    if (len == 0 || len >= sizeof major)
        return 0;
    memcpy(major, version + strlen(head), len);
    return str_int64(major, 1, 999, &n) ? (int)n : 0;
}

static void read_settings(struct arena *a, const struct json *s, struct sql_instance *i)
{
    i->tier = rest_string(a, s, "tier");
    i->edition = rest_string(a, s, "edition");
    i->private_network = rest_string(a, s, "ipConfiguration.privateNetwork");
    i->ssl_mode = rest_string(a, s, "ipConfiguration.sslMode");
    i->public_ip = json_bool(s, "ipConfiguration.ipv4Enabled", false);
    i->point_in_time_recovery =
        json_bool(s, "backupConfiguration.pointInTimeRecoveryEnabled", false);
    i->disk_autoresize = json_bool(s, "storageAutoResize", false);
    i->disk_gb = json_int64(s, "dataDiskSizeGb", 0);
    i->disk_limit_gb = json_int64(s, "storageAutoResizeLimit", 0);
    i->settings_version = json_int64(s, "settingsVersion", 0);
    for
        json_each(f, json_get(s, "databaseFlags")) * rest_push(a, i->flags, i->n_flags) =
            (struct sql_flag){rest_string(a, f, "name"), rest_string(a, f, "value")};
}

static void read_instance(struct arena *a, const struct json *j, struct sql_instance *i)
{
    i->name = rest_string(a, j, "name");
    i->project = rest_string(a, j, "project");
    i->region = rest_string(a, j, "region");
    i->zone = rest_string(a, j, "gceZone");
    i->connection_name = rest_string(a, j, "connectionName");
    i->state = rest_string(a, j, "state");
    i->version = rest_string(a, j, "databaseVersion");
    i->type = rest_string(a, j, "instanceType");
    i->postgres = postgres_version(i->version);
    for
        json_each(ip, json_get(j, "ipAddresses")) * rest_push(a, i->addresses, i->n_addresses) =
            (struct sql_address){rest_string(a, ip, "type"), rest_string(a, ip, "ipAddress")};
    read_settings(a, json_get(j, "settings"), i);
}

static bool decode_instance(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    (void)e;
    read_instance(a, answer->json, out);
    return true;
}

static bool decode_instances(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct sql_instances *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "items"))
            read_instance(a, j, rest_push(a, list->items, list->n));
    return true;
}

static bool decode_users(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct sql_users *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "items")) * rest_push(a, list->items, list->n) =
            (struct sql_user){rest_string(a, j, "name"), rest_string(a, j, "host"),
                              rest_string(a, j, "type")};
    return true;
}

static bool decode_databases(struct arena *a, struct rest_answer *answer, void *out, struct err *e)
{
    struct sql_databases *list = out;
    (void)e;
    for
        json_each(j, json_get(answer->json, "items")) * rest_push(a, list->items, list->n) =
            (struct sql_database){rest_string(a, j, "name"), rest_string(a, j, "charset"),
                                  rest_string(a, j, "collation")};
    return true;
}

struct task *sqladmin_instance_get(struct google *g, const char *project, const char *instance)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the instance %s", instance);
    rest_resource(&c, "%s", instance);
    rest_path(&c, INSTANCE, project, instance);
    rest_decode_with(&c, sizeof(struct sql_instance), decode_instance);
    return rest_send(&c);
}

struct task *sqladmin_instance_list(struct google *g, const char *project)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the Cloud SQL instances in %s", project);
    rest_resource(&c, "%s", project);
    rest_path(&c, "v1/projects/{}/instances", project);
    c.pages = REST_PAGES_QUERY;
    rest_decode_with(&c, sizeof(struct sql_instances), decode_instances);
    return rest_send(&c);
}

struct task *sqladmin_user_list(struct google *g, const char *project, const char *instance)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the users of %s", instance);
    rest_resource(&c, "%s", instance);
    rest_path(&c, INSTANCE "/users", project, instance);
    rest_decode_with(&c, sizeof(struct sql_users), decode_users);
    return rest_send(&c);
}

struct task *sqladmin_database_list(struct google *g, const char *project, const char *instance)
{
    struct rest_call c;
    rest_begin(&c, g, "GET", HOST, "Reading the databases of %s", instance);
    rest_resource(&c, "%s", instance);
    rest_path(&c, INSTANCE "/databases", project, instance);
    rest_decode_with(&c, sizeof(struct sql_databases), decode_databases);
    return rest_send(&c);
}

const struct sql_instance *sqladmin_instance(const struct task *t)
{
    return rest_result(t, decode_instance);
}

const struct sql_instances *sqladmin_instances(const struct task *t)
{
    return rest_result(t, decode_instances);
}

const struct sql_users *sqladmin_users(const struct task *t)
{
    return rest_result(t, decode_users);
}

const struct sql_databases *sqladmin_databases(const struct task *t)
{
    return rest_result(t, decode_databases);
}

const char *sqladmin_flag(const struct sql_instance *i, const char *name)
{
    for (size_t k = 0; k < i->n_flags; k++)
        if (str_eq(i->flags[k].name, name))
            return i->flags[k].value;
    return NULL;
}

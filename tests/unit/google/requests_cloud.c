#include "api/google/bigquery.h"
#include "api/google/iam.h"
#include "api/google/logging.h"
#include "api/google/monitoring.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"
#include "api/google/sqladmin.h"
#include "tests/unit/google/requests.h"

#include <stdio.h>

#define ACCOUNT "datastream@" P ".iam.gserviceaccount.com"
#define DS      "datastream_postmottak_backend"

static const char *const permissions[] = {"datastream.streams.create", "compute.networks.get",
                                          "resourcemanager.projects.setIamPolicy"};

/* --- who, what is on, what one may --- */

static struct task *whoami(struct google *g, const char *with)
{
    (void)with;
    return google_whoami(g);
}

static void show_whoami(const struct task *t, struct str *out)
{
    static const char *const kinds[] = {"none", "person", "account", "impersonated", "machine"};
    const struct google_identity *who = google_identity(t);
    show(out, "email", who->email);
    show(out, "member", who->member);
    show(out, "kind", kinds[who->kind]);
    show_int(out, "until", who->until);
    show_int(out, "clock_ahead_s", who->clock_ahead_s);
}

static struct task *apis(struct google *g, const char *with)
{
    (void)with;
    return serviceusage_enabled(g, P);
}

static void show_apis(const struct task *t, struct str *out)
{
    const struct google_apis *a = serviceusage_apis(t);
    for (size_t i = 0; i < a->n; i++)
        show(out, nth("api", i), a->names[i]);
}

static struct task *enable(struct google *g, const char *with)
{
    static const char *const names[] = {"datastream.googleapis.com", "compute.googleapis.com"};
    (void)with;
    return serviceusage_enable(g, P, names, 2);
}

static struct task *project(struct google *g, const char *with)
{
    (void)with;
    return projects_get(g, P);
}

static void show_project(const struct task *t, struct str *out)
{
    const struct google_project *p = projects_project(t);
    show(out, "id", p->id);
    show(out, "number", p->number);
    show(out, "name", p->name);
    show(out, "state", p->state);
}

static struct task *test_permissions(struct google *g, const char *with)
{
    (void)with;
    return projects_test_permissions(g, P, permissions, 3);
}

static void show_held(const struct task *t, struct str *out)
{
    const struct google_held *held = projects_held(t);
    show_int(out, "held", (long long)held->n);
    for (size_t i = 0; i < held->n; i++)
        show(out, nth("permission", i), held->permissions[i]);
}

static struct task *policy_get(struct google *g, const char *with)
{
    (void)with;
    return projects_policy_get(g, P);
}

static struct task *policy_set(struct google *g, const char *with)
{
    (void)with;
    return projects_policy_set(
        g, P,
        "{\"version\":3,\"etag\":\"BwXqk1Vf2bE=\",\"bindings\":[{\"role\":\"roles/"
        "cloudsql.client\","
        "\"members\":[\"serviceAccount:" ACCOUNT "\"]},{\"role\":\"roles/viewer\",\"members\":["
        "\"user:kari.nordmann@nav.no\"],\"condition\":{\"title\":\"nais_cli_access\","
        "\"expression\":\"request.time < timestamp('2026-01-01T12:00:00Z')\"}}]}");
}

static void show_policy(const struct task *t, struct str *out)
{
    const struct google_policy *p = projects_policy(t);
    show(out, "etag", p->etag);
    show_int(out, "version", p->version);
    for (size_t i = 0; i < p->n_bindings; i++) {
        const struct google_binding *b = &p->bindings[i];
        show(out, nth("role", i), b->role);
        for (size_t k = 0; k < b->n_members; k++)
            show(out, "  member", b->members[k]);
        if (b->conditional) {
            show(out, "  condition.title", b->condition.title);
            show(out, "  condition.description", b->condition.description);
            show(out, "  condition.expression", b->condition.expression);
        }
    }
}

/* --- service accounts --- */

static struct task *account_get(struct google *g, const char *with)
{
    (void)with;
    return iam_account_get(g, P, ACCOUNT);
}

static struct task *account_create(struct google *g, const char *with)
{
    (void)with;
    return iam_account_create(g, P, "datastream", "datastream", "made by strom");
}

static struct task *account_delete(struct google *g, const char *with)
{
    (void)with;
    return iam_account_delete(g, P, ACCOUNT);
}

static struct task *account_test(struct google *g, const char *with)
{
    static const char *const act_as[] = {"iam.serviceAccounts.actAs"};
    (void)with;
    return iam_account_test(g, P, ACCOUNT, act_as, 1);
}

static void show_account(const struct task *t, struct str *out)
{
    const struct google_account *a = iam_account(t);
    show(out, "name", a->name);
    show(out, "email", a->email);
    show(out, "display_name", a->display_name);
    show(out, "unique_id", a->unique_id);
    show(out, "description", a->description);
    show_bool(out, "disabled", a->disabled);
}

static void show_account_held(const struct task *t, struct str *out)
{
    const struct iam_held *held = iam_account_held(t);
    for (size_t i = 0; i < held->n; i++)
        show(out, nth("permission", i), held->permissions[i]);
}

/* --- Cloud SQL --- */

static struct task *instance_get(struct google *g, const char *with)
{
    (void)with;
    return sqladmin_instance_get(g, P, "postmottak-backend");
}

static struct task *instance_list(struct google *g, const char *with)
{
    (void)with;
    return sqladmin_instance_list(g, P);
}

static struct task *user_list(struct google *g, const char *with)
{
    (void)with;
    return sqladmin_user_list(g, P, "postmottak-backend");
}

static struct task *database_list(struct google *g, const char *with)
{
    (void)with;
    return sqladmin_database_list(g, P, "postmottak-backend");
}

static void show_one_instance(struct str *out, const struct sql_instance *i)
{
    show(out, "name", i->name);
    show(out, "project", i->project);
    show(out, "region", i->region);
    show(out, "zone", i->zone);
    show(out, "connection_name", i->connection_name);
    show(out, "state", i->state);
    show(out, "version", i->version);
    show_int(out, "postgres", i->postgres);
    show(out, "type", i->type);
    show(out, "tier", i->tier);
    show(out, "edition", i->edition);
    for (size_t k = 0; k < i->n_flags; k++)
        show(out, i->flags[k].name, i->flags[k].value);
    for (size_t k = 0; k < i->n_addresses; k++)
        show(out, i->addresses[k].type, i->addresses[k].address);
    show(out, "private_network", i->private_network);
    show(out, "ssl_mode", i->ssl_mode);
    show_bool(out, "public_ip", i->public_ip);
    show_bool(out, "point_in_time_recovery", i->point_in_time_recovery);
    show_bool(out, "disk_autoresize", i->disk_autoresize);
    show_int(out, "disk_gb", i->disk_gb);
    show_int(out, "disk_limit_gb", i->disk_limit_gb);
    show_int(out, "settings_version", i->settings_version);
}

static void show_instance(const struct task *t, struct str *out)
{
    show_one_instance(out, sqladmin_instance(t));
}

static void show_instances(const struct task *t, struct str *out)
{
    const struct sql_instances *list = sqladmin_instances(t);
    for (size_t i = 0; i < list->n; i++) {
        show(out, nth("instance", i), list->items[i].name);
        show(out, "  state", list->items[i].state);
        show_int(out, "  postgres", list->items[i].postgres);
    }
}

static void show_users(const struct task *t, struct str *out)
{
    const struct sql_users *list = sqladmin_users(t);
    for (size_t i = 0; i < list->n; i++) {
        show(out, nth("user", i), list->items[i].name);
        show(out, "  host", list->items[i].host);
        show(out, "  type", list->items[i].type);
    }
}

static void show_databases(const struct task *t, struct str *out)
{
    const struct sql_databases *list = sqladmin_databases(t);
    for (size_t i = 0; i < list->n; i++) {
        show(out, nth("database", i), list->items[i].name);
        show(out, "  charset", list->items[i].charset);
        show(out, "  collation", list->items[i].collation);
    }
}

/* --- BigQuery --- */

static struct google_label label_items[] = {{"created-by", "strom"}};
static const struct google_labels labels = {label_items, 1};

static struct task *dataset_get(struct google *g, const char *with)
{
    (void)with;
    return bigquery_dataset_get(g, P, DS);
}

static struct task *dataset_list(struct google *g, const char *with)
{
    (void)with;
    return bigquery_dataset_list(g, P);
}

static struct task *dataset_insert(struct google *g, const char *with)
{
    (void)with;
    return bigquery_dataset_insert(g, P, DS, L, "raw", &labels);
}

static struct task *dataset_delete(struct google *g, const char *with)
{
    const char *etag = str_eq(with, "seen") ? "/HpHiJeoeJBkYXLoFjfzEA==" : "";
    return bigquery_dataset_delete(g, P, DS, etag, !str_eq(with, "empty"));
}

static void show_one_dataset(struct str *out, const struct bigquery_dataset *d)
{
    show(out, "project", d->project);
    show(out, "id", d->id);
    show(out, "location", d->location);
    show(out, "description", d->description);
    show(out, "etag", d->etag);
    show_int(out, "created", d->created);
    show_labels(out, &d->labels);
}

static void show_dataset(const struct task *t, struct str *out)
{
    show_one_dataset(out, bigquery_dataset(t));
}

static void show_datasets(const struct task *t, struct str *out)
{
    const struct bigquery_datasets *list = bigquery_datasets(t);
    for (size_t i = 0; i < list->n; i++) {
        show(out, nth("dataset", i), list->items[i].id);
        show(out, "  location", list->items[i].location);
    }
}

static struct task *table_get(struct google *g, const char *with)
{
    (void)with;
    return bigquery_table_get(g, P, DS, "public_vedtak");
}

static struct task *table_list(struct google *g, const char *with)
{
    (void)with;
    return bigquery_table_list(g, P, DS);
}

static void show_table(const struct task *t, struct str *out)
{
    const struct bigquery_table *b = bigquery_table(t);
    show(out, "id", b->id);
    show(out, "type", b->type);
    show_int(out, "rows", b->rows);
    show_int(out, "bytes", b->bytes);
    show_int(out, "modified", b->modified);
    show(out, "max_staleness", b->max_staleness);
    for (size_t i = 0; i < b->n_fields; i++) {
        show(out, nth("field", i), b->fields[i].name);
        show(out, "  type", b->fields[i].type);
        show(out, "  mode", b->fields[i].mode);
    }
}

static void show_tables(const struct task *t, struct str *out)
{
    const struct bigquery_tables *list = bigquery_tables(t);
    for (size_t i = 0; i < list->n; i++) {
        show(out, nth("table", i), list->items[i].id);
        show(out, "  type", list->items[i].type);
        show_int(out, "  rows", list->items[i].rows);
    }
}

static struct task *query(struct google *g, const char *with)
{
    (void)with;
    return bigquery_query(g, P, L, "SELECT table_name, watermark FROM `x`");
}

static struct task *query_within(struct google *g, const char *with)
{
    (void)with;
    return bigquery_query_within(g, P, L, "SELECT id FROM `x`", 10485760);
}

static struct task *weigh(struct google *g, const char *with)
{
    (void)with;
    return bigquery_weigh(g, P, L, "SELECT id FROM `x`");
}

static void show_weight(const struct task *t, struct str *out)
{
    show_int(out, "bytes", bigquery_weight(t));
}

static struct task *count(struct google *g, const char *with)
{
    (void)with;
    return bigquery_count(g, P, L, DS, "public_vedtak");
}

static void show_rows(const struct task *t, struct str *out)
{
    const struct bigquery_rows *r = bigquery_rows(t);
    for (size_t i = 0; i < r->n_rows; i++)
        for (size_t k = 0; k < r->n_columns; k++)
            show(out, nth(r->columns[k], i), r->rows[i][k] ? r->rows[i][k] : "NULL");
}

static void show_count(const struct task *t, struct str *out)
{
    show_int(out, "count", bigquery_count_of(t));
}

/* --- figures and logs --- */

static const char *const metric_words[MONITORING_METRICS] = {
    "freshness", "p50", "p95", "p99", "events", "bytes", "unsupported", "processed"};

static struct task *stream_figures(struct google *g, const char *with)
{
    int m = 0;
    while (m + 1 < (int)MONITORING_METRICS && !str_eq(metric_words[m], with))
        m++;
    return monitoring_stream(g, P, "postgres-x-bigquery", (enum monitoring_metric)m, 3600, 60);
}

static struct task *instance_figures(struct google *g, const char *with)
{
    return monitoring_instance(g, P, "postmottak-backend",
                               str_eq(with, "quota") ? MONITORING_DISK_QUOTA : MONITORING_DISK_USED,
                               3600);
}

static void show_figures(const struct task *t, struct str *out)
{
    const struct monitoring_answer *m = monitoring_answer(t);
    double latest = 0.0;
    char text[64];
    for (size_t i = 0; i < m->n_series; i++) {
        show_int(out, nth("points", i), (long long)m->series[i].n_points);
        show_labels(out, &m->series[i].labels);
    }
    bool known = monitoring_latest(m, 1763798400, 600, &latest);
    snprintf(text, sizeof text, "%.3f", latest);
    show(out, "latest", known ? text : "unknown");
}

static struct task *entries(struct google *g, const char *with)
{
    return logging_stream(g, P, "postgres-x-bigquery", 1763794800, str_eq(with, "all"), 50);
}

static void show_entries(const struct task *t, struct str *out)
{
    const struct logging_entries *list = logging_entries(t);
    for (size_t i = 0; i < list->n; i++) {
        const struct logging_entry *e = &list->items[i];
        show(out, nth("entry", i), e->time);
        show(out, "  severity", e->severity);
        show(out, "  id", e->id);
        show(out, "  message", e->message);
        show(out, "  event_code", e->event_code);
        show(out, "  read_method", e->read_method);
        show(out, "  object", e->object);
    }
}

const struct request_call cloud_calls[] = {
    {"google_whoami", whoami, show_whoami},
    {"serviceusage_enabled", apis, show_apis},
    {"serviceusage_enable", enable, show_nothing},
    {"projects_get", project, show_project},
    {"projects_test_permissions", test_permissions, show_held},
    {"projects_policy_get", policy_get, show_policy},
    {"projects_policy_set", policy_set, show_policy},
    {"iam_account_get", account_get, show_account},
    {"iam_account_create", account_create, show_account},
    {"iam_account_delete", account_delete, show_nothing},
    {"iam_account_test", account_test, show_account_held},
    {"sqladmin_instance_get", instance_get, show_instance},
    {"sqladmin_instance_list", instance_list, show_instances},
    {"sqladmin_user_list", user_list, show_users},
    {"sqladmin_database_list", database_list, show_databases},
    {"bigquery_dataset_get", dataset_get, show_dataset},
    {"bigquery_dataset_list", dataset_list, show_datasets},
    {"bigquery_dataset_insert", dataset_insert, show_dataset},
    {"bigquery_dataset_delete", dataset_delete, show_nothing},
    {"bigquery_table_get", table_get, show_table},
    {"bigquery_table_list", table_list, show_tables},
    {"bigquery_query", query, show_rows},
    {"bigquery_query_within", query_within, show_rows},
    {"bigquery_weigh", weigh, show_weight},
    {"bigquery_count", count, show_count},
    {"monitoring_stream", stream_figures, show_figures},
    {"monitoring_instance", instance_figures, show_figures},
    {"logging_stream", entries, show_entries},
    {NULL, NULL, NULL},
};

#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* The whole road against the stand-in: every resource is made, watched and taken down. */

#include "api/access/binding.h"
#include "api/access/editor.h"
#include "api/access/permissions.h"
#include "api/base/clock.h"
#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/logging.h"
#include "api/google/machine.h"
#include "api/google/monitoring.h"
#include "api/google/network.h"
#include "api/google/serviceusage.h"
#include "api/google/sqladmin.h"
#include "api/net/http.h"
#include "tests/unit/google/run.h"
#include "tests/unit/google/sandbox.h"

#define P       "aap-dev-ab12"
#define L       "europe-north1"
#define ACCOUNT "datastream@" P ".iam.gserviceaccount.com"
#define MEMBER  "serviceAccount:" ACCOUNT
#define STREAM  "postgres-postmottak-bigquery"

static struct box box;
static struct net *net;
static struct google *g;
static char program[1024];

static struct google_label label_items[] = {{"created-by", "strom"}};
static const struct google_labels labels = {label_items, 1};

static struct task *end(struct task *t)
{
    size_t n;
    assert_true(net_until(net, t));
    if (task_state(t) == TASK_OK)
        return t;
    const struct err *e = task_error(t);
    print_message("%s: %s (%s; %s)\n", e->what, e->why, e->reason, e->hint);
    (void)n;
    fail();
    return t;
}

#define done(task) task_drop(end(task))

/* --- who, what, where --- */

static void who_and_what(void **state)
{
    (void)state;
    struct arena a;
    size_t n;
    arena_init(&a);
    struct task *t = end(google_whoami(g));
    assert_string_equal(google_identity(t)->member, "user:kari.nordmann@nav.no");
    task_drop(t);
    t = end(projects_get(g, P));
    assert_string_equal(projects_project(t)->state, "ACTIVE");
    task_drop(t);
    const char *const *needed = access_needed(&a, ACCESS_CREATE, &n);
    t = end(projects_test_permissions(g, P, needed, n));
    struct access_verdict v;
    access_judge(&a, ACCESS_CREATE, projects_held(t)->permissions, projects_held(t)->n, &v);
    for (size_t i = 0; i < v.n_lacks; i++)
        print_message("lacking %s\n", v.lacks[i].permission);
    assert_int_equal(v.n_lacks, 0);
    task_drop(t);
    t = end(projects_policy_get(g, P));
    struct access_holders h;
    access_holders(&a, projects_policy(t), "user:kari.nordmann@nav.no", &h);
    assert_true(h.self_editor || h.self_owner);
    task_drop(t);
    arena_done(&a);
}

static void the_instance(void **state)
{
    (void)state;
    struct task *t = end(sqladmin_instance_list(g, P));
    assert_true(sqladmin_instances(t)->n >= 1);
    task_drop(t);
    t = end(sqladmin_instance_get(g, P, "postmottak-backend"));
    const struct sql_instance *i = sqladmin_instance(t);
    assert_string_equal(i->connection_name, P ":" L ":postmottak-backend");
    assert_string_equal(sqladmin_flag(i, "cloudsql.logical_decoding"), "on");
    assert_true(i->postgres >= 13 && i->disk_gb > 0);
    task_drop(t);
    t = end(sqladmin_user_list(g, P, "postmottak-backend"));
    assert_true(sqladmin_users(t)->n >= 2);
    task_drop(t);
    t = end(sqladmin_database_list(g, P, "postmottak-backend"));
    assert_true(sqladmin_databases(t)->n >= 1);
    task_drop(t);
}

/* --- making --- */

static void ground(void)
{
    static const char *const apis[] = {
        "bigquery.googleapis.com",          "compute.googleapis.com",  "datastream.googleapis.com",
        "servicenetworking.googleapis.com", "sqladmin.googleapis.com",
    };
    const struct access_change binding = {.role = "roles/cloudsql.client", .member = MEMBER};
    done(serviceusage_enable(g, P, apis, 5));
    struct task *t = end(serviceusage_enabled(g, P));
    assert_true(serviceusage_has(serviceusage_apis(t), apis[2]));
    task_drop(t);
    struct task *network = compute_network_insert(g, P, "datastream-vpc", "by strom", NULL);
    struct task *account = iam_account_create(g, P, "datastream", "datastream", "by strom");
    struct task *dataset =
        bigquery_dataset_insert(g, P, "datastream_postmottak", L, "raw", &labels);
    struct task *profile = datastream_profile_create_bigquery(g, P, L, "bigquery-postmottak",
                                                              "bigquery-postmottak", &labels, NULL);
    assert_true(compute_network(end(network))->auto_subnets);
    assert_string_equal(iam_account(end(account))->email, ACCOUNT);
    assert_string_equal(google_label(&bigquery_dataset(end(dataset))->labels, "created-by"),
                        "strom");
    assert_int_equal(datastream_profile(end(profile))->kind, DATASTREAM_PROFILE_BIGQUERY);
    task_drop(network);
    task_drop(account);
    task_drop(dataset);
    task_drop(profile);
    t = end(access_bind(g, P, &binding, 1));
    assert_true(access_bind_changed(t));
    task_drop(t);
    t = end(access_bind(g, P, &binding, 1));
    assert_false(access_bind_changed(t));
    task_drop(t);
}

static void wires(void)
{
    struct task *t = end(compute_subnet_ranges(g, P));
    assert_true(compute_ranges(t)->n > 0);
    task_drop(t);
    struct task *private = datastream_private_create(
        g, P, L, "datastream-connection", "datastream-vpc", "10.2.0.0/29", &labels, NULL);
    struct task *firewall =
        compute_firewall_insert(g, P, "allow-datastream-cloudsql-proxy", "datastream-vpc",
                                "10.2.0.0/29", 5432, "by strom", NULL);
    struct task *address = compute_address_insert(g, P, L, "datastream-postmottak-ip",
                                                  "datastream-vpc", "by strom", NULL);
    assert_string_equal(compute_firewall(end(firewall))->allowed[0], "tcp:5432");
    assert_string_equal(compute_address(end(address))->status, "RESERVED");
    assert_string_equal(datastream_private(end(private))->state, "CREATED");
    assert_non_null(google_operation_name(private));
    done(google_operation_resume(g, google_operation_name(private), "Waiting again"));
    task_drop(private);
    task_drop(firewall);
    task_drop(address);
}

static const char user_data[] =
    "#cloud-config\nwrite_files:\n- path: /etc/systemd/system/proxy.service\n  content: |\n"
    "    [Service]\n    ExecStartPre=/bin/sh -c 'iptables -w -I INPUT 1 -p tcp --dport 5432 -j "
    "ACCEPT'\n"
    "    ExecStart=/usr/bin/docker run --rm --name proxy --network=host "
    "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.25.0 --address=0.0.0.0 --port=5432 "
    "--structured-logs " P ":" L ":postmottak-backend\nruncmd:\n- systemctl daemon-reload\n"
    "- systemctl enable --now proxy.service\n";

static void wait_for_proxy(const char *zone)
{
    int64_t until = clock_mono_ms() + 30000, at = 0;
    bool ready = false;
    while (!ready && clock_mono_ms() < until) {
        struct task *t = end(compute_serial_port(g, P, zone, "datastream-postmottak", at));
        ready = strstr(compute_serial(t)->text, "ready for new connections") != NULL;
        at = compute_serial(t)->next;
        task_drop(t);
        done(task_timer(net, 20));
    }
    assert_true(ready);
}

static void proxy(char ip[64])
{
    struct task *zones = end(compute_zone_list(g, P, L));
    struct task *image = end(compute_image_from_family(g, "cos-cloud", "cos-129-lts"));
    struct task *address = end(compute_address_get(g, P, L, "datastream-postmottak-ip"));
    const char *zone = compute_zones(zones)->items[0].name;
    snprintf(ip, 64, "%s", compute_address(address)->address);
    const struct compute_machine_order order = {.name = "datastream-postmottak",
                                                .zone = zone,
                                                .region = L,
                                                .machine_type = "e2-small",
                                                .image = compute_image(image)->link,
                                                .subnetwork = "datastream-vpc",
                                                .internal_ip = ip,
                                                .external_ip = true,
                                                .service_account = ACCOUNT,
                                                .user_data = user_data,
                                                .labels = labels};
    struct task *vm = end(compute_machine_insert(g, P, &order, NULL));
    assert_string_equal(compute_machine(vm)->internal_ip, ip);
    assert_string_equal(compute_machine(vm)->status, "RUNNING");
    wait_for_proxy(zone);
    task_drop(vm);
    struct task *found = end(compute_machine_find(g, P, "datastream-postmottak"));
    assert_int_equal(compute_machines(found)->n, 1);
    assert_string_equal(compute_machines(found)->items[0].zone, zone);
    assert_string_equal(compute_metadata(&compute_machines(found)->items[0], "user-data"),
                        user_data);
    task_drop(found);
    task_drop(zones);
    task_drop(image);
    task_drop(address);
}

/* --- the password, from the platform's secret --- */

static char *file_text(const char *path)
{
    static char text[65536];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

static struct secret *unwrap(const char *wrapped)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char plain[256];
    size_t n = 0;
    unsigned hold = 0;
    int bits = 0;
    for (; *wrapped && *wrapped != '='; wrapped++) {
        hold = (hold << 6 | (unsigned)(strchr(set, *wrapped) - set)) & 0xffff;
        bits += 6;
        if (bits >= 8 && n < sizeof plain)
            plain[n++] = (char)(hold >> (bits -= 8));
    }
    return secret_new(plain, n);
}

static struct secret *password(void)
{
    char *config = file_text(getenv("KUBECONFIG")), url[512];
    char *token = strstr(config, "token: ");
    assert_non_null(token);
    token += strlen("token: ");
    token[strcspn(token, "\r\n")] = '\0';
    token += *token == '"';
    token[strcspn(token, "\"")] = '\0';
    struct secret *bearer = secret_new(token, strlen(token)), *found = NULL;
    snprintf(url, sizeof url,
             "%s/kubernetes/api/v1/namespaces/aap/secrets/"
             "google-sql-postmottak-backend-postmottak-datastream",
             getenv("STROM_GCP_ENDPOINT"));
    struct task *t =
        end(http_send(net, &(struct http_request){.method = "GET", .url = url, .bearer = bearer}));
    struct err e;
    struct json *doc = json_parse(http_answer(t)->body, http_answer(t)->bytes, &e);
    for
        json_each(v, json_get(doc, "data")) if (str_ends(json_key(v), "_PASSWORD")) found =
            unwrap(json_text(v));
    assert_non_null(found);
    json_free(doc);
    task_drop(t);
    secret_free(bearer);
    return found;
}

static void profile(const char *ip)
{
    struct secret *pw = password();
    const struct datastream_source source = {ip,   "datastream", "postmottak",
                                             5432, pw,           "datastream-connection"};
    struct task *t = end(datastream_profile_create_postgres(
        g, P, L, "postgres-postmottak", "postgres-postmottak", &source, &labels, NULL));
    assert_string_equal(datastream_profile(t)->host, ip);
    assert_int_equal(datastream_profile(t)->port, 5432);
    task_drop(t);
    t = end(datastream_discover(g, P, L, "postgres-postmottak"));
    assert_non_null(
        datastream_selection_table(datastream_discovered(t), "public", "regel_evaluering"));
    task_drop(t);
    secret_free(pw);
}

static struct datastream_column columns[] = {
    {.name = "id"}, {.name = "regel_resultat_id"}, {.name = "regel_navn"}, {.name = "resultat"}};
static struct datastream_table tables[] = {{"regel_evaluering", columns, 4}};
static struct datastream_schema schemas[] = {{"public", tables, 1}};

static struct datastream_stream_order stream_order(void)
{
    return (struct datastream_stream_order){.id = STREAM,
                                            .display_name = STREAM,
                                            .source_profile = "postgres-postmottak",
                                            .destination_profile = "bigquery-postmottak",
                                            .publication = "ds_publication",
                                            .slot = "ds_replication",
                                            .include = {schemas, 1, true},
                                            .mode = DATASTREAM_MODE_MERGE,
                                            .freshness_s = 900,
                                            .dataset_project = P,
                                            .dataset = "datastream_postmottak",
                                            .labels = labels};
}

static void make_stream(void)
{
    size_t n;
    const struct datastream_stream_order order = stream_order();
    const struct google_write dry = {.validate_only = true};
    struct task *t = end(datastream_stream_create(g, P, L, &order, &dry));
    const struct google_validation *v = google_validations(t, &n);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(v[i].state, GOOGLE_VALIDATION_FAILED);
    task_drop(t);
    t = end(datastream_stream_create(g, P, L, &order, NULL));
    const struct datastream_stream *s = datastream_stream(t);
    assert_string_equal(s->state, "NOT_STARTED");
    assert_string_equal(s->dataset, "datastream_postmottak");
    assert_string_equal(s->dataset_project, P);
    assert_int_equal(s->freshness_s, 900);
    assert_int_equal(s->mode, DATASTREAM_MODE_MERGE);
    assert_int_equal(s->backfill, DATASTREAM_BACKFILL_ALL);
    assert_int_equal(
        datastream_selection_table(&s->include, "public", "regel_evaluering")->n_columns, 4);
    task_drop(t);
    t = end(datastream_stream_start(g, P, L, STREAM, NULL));
    assert_string_equal(datastream_stream(t)->state, "RUNNING");
    task_drop(t);
}

static void making(void **state)
{
    (void)state;
    char ip[64];
    ground();
    wires();
    proxy(ip);
    profile(ip);
    make_stream();
}

/* --- watching --- */

static void wait_for_backfill(void)
{
    int64_t until = clock_mono_ms() + 30000;
    for (;;) {
        struct task *t = end(datastream_object_list(g, P, L, STREAM));
        const struct datastream_object_list *list = datastream_objects(t);
        bool complete = list->n == 1 && strcmp(list->items[0].backfill_state, "COMPLETED") == 0;
        task_drop(t);
        if (complete)
            return;
        assert_true(clock_mono_ms() < until);
        done(task_timer(net, 50));
    }
}

static void watching(void **state)
{
    (void)state;
    wait_for_backfill();
    struct task *t =
        end(bigquery_count(g, P, L, "datastream_postmottak", "public_regel_evaluering"));
    assert_true(bigquery_count_of(t) > 0);
    int64_t rows = bigquery_count_of(t);
    task_drop(t);
    t = end(bigquery_table_get(g, P, "datastream_postmottak", "public_regel_evaluering"));
    assert_true(bigquery_table(t)->rows == rows);
    assert_true(bigquery_table(t)->n_fields >= 5);
    task_drop(t);
    t = end(bigquery_table_list(g, P, "datastream_postmottak"));
    assert_int_equal(bigquery_tables(t)->n, 1);
    task_drop(t);
    for (int m = 0; m < (int)MONITORING_METRICS; m++)
        done(monitoring_stream(g, P, STREAM, (enum monitoring_metric)m, 3600, 60));
    done(monitoring_instance(g, P, "postmottak-backend", MONITORING_DISK_USED, 3600));
    done(monitoring_instance(g, P, "postmottak-backend", MONITORING_DISK_QUOTA, 3600));
    done(logging_stream(g, P, STREAM, clock_wall() - 86400, true, 50));
    t = end(datastream_object_lookup(g, P, L, STREAM, "public", "regel_evaluering"));
    done(datastream_backfill_start(g, datastream_object(t)->name));
    task_drop(t);
    wait_for_backfill();
}

static void changing(void **state)
{
    (void)state;
    tables[0].n_columns = 3;
    const struct datastream_selection fewer = {schemas, 1, true};
    const struct datastream_stream_change change = {
        .include = &fewer, .freshness_s = 3600, .max_backfill_tasks = -1};
    done(datastream_stream_pause(g, P, L, STREAM, NULL));
    struct task *t = end(datastream_stream_patch(g, P, L, STREAM, &change, NULL));
    assert_int_equal(datastream_stream(t)->freshness_s, 3600);
    assert_int_equal(
        datastream_selection_table(&datastream_stream(t)->include, "public", "regel_evaluering")
            ->n_columns,
        3);
    task_drop(t);
    done(datastream_stream_start(g, P, L, STREAM, NULL));
}

/* --- taking down --- */

static void taking_down(void **state)
{
    (void)state;
    const struct google_write forced = {.force = true};
    const struct access_change gone = {
        .role = "roles/cloudsql.client", .member = MEMBER, .remove = true};
    struct task *t = datastream_profile_delete(g, P, L, "postgres-postmottak", NULL);
    assert_true(net_until(net, t));
    assert_int_equal(task_state(t), TASK_FAILED); /* in use */
    assert_int_equal(task_error(t)->kind, ERR_CONFLICT);
    task_drop(t);
    t = end(compute_machine_find(g, P, "datastream-postmottak"));
    char zone[64];
    snprintf(zone, sizeof zone, "%s", compute_machines(t)->items[0].zone);
    task_drop(t);
    done(datastream_stream_delete(g, P, L, STREAM, NULL));
    done(datastream_profile_delete(g, P, L, "postgres-postmottak", NULL));
    done(datastream_profile_delete(g, P, L, "bigquery-postmottak", NULL));
    done(datastream_private_delete(g, P, L, "datastream-connection", &forced));
    done(compute_machine_delete(g, P, zone, "datastream-postmottak", NULL));
    done(compute_address_delete(g, P, L, "datastream-postmottak-ip", NULL));
    done(compute_firewall_delete(g, P, "allow-datastream-cloudsql-proxy", NULL));
    done(compute_network_delete(g, P, "datastream-vpc", NULL));
    t = end(access_bind(g, P, &gone, 1));
    assert_true(access_bind_changed(t));
    task_drop(t);
    done(iam_account_delete(g, P, ACCOUNT));
    done(bigquery_dataset_delete(g, P, "datastream_postmottak", NULL, true));
    done(datastream_stream_delete(g, P, L, STREAM, NULL)); /* gone is fine */
}

static void the_log_holds(void **state)
{
    (void)state;
    char command[2048], said[4096];
    if (access(SHARED_DIR "/tools/check_requests.py", R_OK) != 0)
        skip();
    snprintf(command, sizeof command,
             "python3 " SHARED_DIR "/tools/check_requests.py %s/requests.log 2>&1", box.folder);
    assert_int_equal(run_command(command, said, sizeof said), 0);
    assert_non_null(strstr(said, " 0 refused, 0 warnings"));
}

static int setup(void **state)
{
    (void)state;
    struct err e;
    if (!box_open(&box, program, "ready"))
        return -1;
    net = net_open(&e);
    g = google_open(net, &(struct google_options){.endpoint = NULL}, &e);
    return g ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    google_close(g);
    net_close(net);
    box_close(&box);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_and_what),  cmocka_unit_test(the_instance),
        cmocka_unit_test(making),        cmocka_unit_test(watching),
        cmocka_unit_test(changing),      cmocka_unit_test(taking_down),
        cmocka_unit_test(the_log_holds),
    };
    if (!box_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}

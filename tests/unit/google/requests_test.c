#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Every request that this code can send, held against Google's discovery documents. */

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/path.h"
#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/logging.h"
#include "api/google/machine.h"
#include "api/google/monitoring.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"
#include "api/google/sqladmin.h"
#include "tests/unit/google/client.h"
#include "tests/unit/google/run.h"

#define P "team-dev-ab12"
#define L "europe-north1"
#define Z "europe-north1-b"

static struct datastream_column columns[] = {{.name = "id"}, {.name = "bel\303\270p"}};
static struct datastream_table tables[] = {{"vedtak", columns, 2}, {"hele", NULL, 0}};
static struct datastream_schema schemas[] = {{"public", tables, 2}};
static struct google_label label_items[] = {{"created-by", "strom"}};
static const struct google_labels labels = {label_items, 1};

static struct world w;

static void answers(void)
{
    static const char done[] =
        "{\"name\":\"projects/p/locations/l/operations/op-1\",\"done\":true,\"status\":\"DONE\","
        "\"jobComplete\":true,\"schema\":{\"fields\":[{\"name\":\"f0_\"}]},"
        "\"rows\":[{\"f\":[{\"v\":\"41\"}]}]}";
    static const char thing[] = "{\"name\":\"projects/p/locations/l/things/"
                                "x\",\"displayName\":\"x\",\"status\":\"RUNNING\","
                                "\"address\":\"10.128.0.5\"}";
    static const char state[] = "{\"name\":\"x\",\"displayName\":\"x\",\"state\":\"RUNNING\"}";
    struct server *s = &w.server;
    world_token(&w);
    server_rule(s, (struct rule){"GET",
                                 "/datastream.googleapis.com/v1/projects/" P "/locations/" L
                                 "/privateConnections/",
                                 200, NULL, "{\"name\":\"x\",\"state\":\"CREATED\"}", 0});
    server_rule(s, (struct rule){"GET",
                                 "/datastream.googleapis.com/v1/projects/" P "/locations/" L
                                 "/streams/pause",
                                 200, NULL, "{\"name\":\"x\",\"state\":\"PAUSED\"}", 0});
    server_rule(s, (struct rule){"GET",
                                 "/datastream.googleapis.com/v1/projects/" P "/locations/" L
                                 "/streams/",
                                 200, NULL, state, 0});
    server_rule(
        s, (struct rule){"GET", "/datastream.googleapis.com/v1/projects/p/", 200, NULL, done, 0});
    server_rule(s, (struct rule){"GET", NULL, 200, NULL, thing, 0});
    server_rule(s, (struct rule){NULL, NULL, 200, NULL, done, 0});
}

static void end(struct task *t)
{
    assert_true(net_until(w.net, t));
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s (%s)", task_error(t)->what, task_error(t)->why, task_error(t)->hint);
    task_drop(t);
}

static void reads(struct google *g)
{
    static const char *const some[] = {"datastream.streams.create", "compute.networks.get"};
    end(serviceusage_enabled(g, P));
    end(projects_get(g, P));
    end(projects_test_permissions(g, P, some, 2));
    end(projects_policy_get(g, P));
    end(iam_account_get(g, P, "datastream@" P ".iam.gserviceaccount.com"));
    end(iam_account_test(g, P, "datastream@" P ".iam.gserviceaccount.com", some, 2));
    end(sqladmin_instance_get(g, P, "postmottak-backend"));
    end(sqladmin_instance_list(g, P));
    end(sqladmin_user_list(g, P, "postmottak-backend"));
    end(sqladmin_database_list(g, P, "postmottak-backend"));
    end(compute_network_get(g, P, "datastream-vpc"));
    end(compute_subnet_ranges(g, P));
    end(compute_peering_ranges(g, P, "datastream-vpc", "peer-1", L));
    end(compute_firewall_get(g, P, "allow-datastream-cloudsql-proxy"));
    end(compute_address_get(g, P, L, "datastream-x-ip"));
    end(compute_zone_list(g, P, L));
    end(compute_image_from_family(g, "cos-cloud", "cos-129-lts"));
    end(compute_machine_get(g, P, Z, "datastream-x"));
    end(compute_machine_find(g, P, "datastream-x"));
    end(compute_serial_port(g, P, Z, "datastream-x", 4711));
    end(datastream_stream_list(g, P, L));
    end(datastream_stream_get(g, P, L, "postgres-x-bigquery"));
    end(datastream_object_list(g, P, L, "postgres-x-bigquery"));
    end(datastream_object_lookup(g, P, L, "postgres-x-bigquery", "public", "vedtak"));
    end(datastream_private_list(g, P, L));
    end(datastream_private_get(g, P, L, "datastream-connection"));
    end(datastream_profile_list(g, P, L));
    end(datastream_profile_get(g, P, L, "postgres-x"));
    end(datastream_discover(g, P, L, "postgres-x"));
    end(bigquery_dataset_get(g, P, "datastream_x"));
    end(bigquery_dataset_list(g, P));
    end(bigquery_table_get(g, P, "datastream_x", "public_vedtak"));
    end(bigquery_table_list(g, P, "datastream_x"));
    end(bigquery_count(g, P, L, "datastream_x", "public_vedtak"));
    for (int m = 0; m < (int)MONITORING_METRICS; m++)
        end(monitoring_stream(g, P, "postgres-x-bigquery", (enum monitoring_metric)m, 3600, 60));
    end(monitoring_instance(g, P, "postmottak-backend", MONITORING_DISK_USED, 3600));
    end(monitoring_instance(g, P, "postmottak-backend", MONITORING_DISK_QUOTA, 3600));
    end(logging_stream(g, P, "postgres-x-bigquery", 1700000000, false, 50));
    end(logging_stream(g, P, "postgres-x-bigquery", 1700000000, true, 5));
}

static void cloud_writes(struct google *g)
{
    static const char *const apis[] = {"datastream.googleapis.com", "compute.googleapis.com"};
    const struct compute_machine_order vm = {.name = "datastream-x",
                                             .zone = Z,
                                             .region = L,
                                             .machine_type = "e2-small",
                                             .image = "projects/cos-cloud/global/images/cos-1",
                                             .disk_gb = 10,
                                             .subnetwork = "datastream-vpc",
                                             .internal_ip = "10.166.0.5",
                                             .external_ip = true,
                                             .service_account = "datastream@x",
                                             .user_data = "#cloud-config\n",
                                             .description = "proxy",
                                             .labels = labels};
    end(serviceusage_enable(g, P, apis, 2));
    end(projects_policy_set(g, P,
                            "{\"version\":3,\"etag\":\"BwX=\",\"bindings\":[{\"role\":"
                            "\"roles/cloudsql.client\",\"members\":[\"serviceAccount:a@b\"]}]}"));
    end(iam_account_create(g, P, "datastream", "datastream", "made by strom"));
    end(iam_account_delete(g, P, "datastream@" P ".iam.gserviceaccount.com"));
    end(compute_network_insert(g, P, "datastream-vpc", "made by strom", NULL));
    end(compute_firewall_insert(g, P, "allow-x", "datastream-vpc", "10.2.0.0/29", 5432, "x", NULL));
    end(compute_address_insert(g, P, L, "datastream-x-ip", "datastream-vpc", "x", NULL));
    end(compute_machine_insert(g, P, &vm, NULL));
    end(compute_machine_start(g, P, Z, "datastream-x", NULL));
    end(compute_machine_reset(g, P, Z, "datastream-x", NULL));
    end(compute_machine_delete(g, P, Z, "datastream-x", NULL));
    end(compute_address_delete(g, P, L, "datastream-x-ip", NULL));
    end(compute_firewall_delete(g, P, "allow-x", NULL));
    end(compute_network_delete(g, P, "datastream-vpc", NULL));
    end(bigquery_dataset_insert(g, P, "datastream_x", L, "raw", &labels));
    end(bigquery_dataset_delete(g, P, "datastream_x", true));
}

static void datastream_writes(struct google *g)
{
    struct secret *password = secret_new("canary-password", 15);
    const struct datastream_source source = {"10.166.0.5", "datastream",           "postmottak", 0,
                                             password,     "datastream-connection"};
    const struct datastream_stream_order order = {.id = "postgres-x-bigquery",
                                                  .display_name = "postgres-x-bigquery",
                                                  .source_profile = "postgres-x",
                                                  .destination_profile = "bigquery-x",
                                                  .publication = "ds_publication",
                                                  .slot = "ds_replication",
                                                  .max_backfill_tasks = 4,
                                                  .include = {schemas, 1, true},
                                                  .mode = DATASTREAM_MODE_MERGE,
                                                  .freshness_s = 900,
                                                  .dataset_project = P,
                                                  .dataset = "datastream_x",
                                                  .labels = labels};
    const struct datastream_stream_change change = {"ny", &order.include, 3600,   2,
                                                    "p2", "s2",           &labels};
    const struct google_write dry = {.validate_only = true}, forced = {.force = true};
    const char *object = "projects/" P "/locations/" L "/streams/postgres-x-bigquery/objects/o1";
    end(datastream_private_create(g, P, L, "datastream-connection", "datastream-vpc", "10.2.0.0/29",
                                  &labels, NULL));
    end(datastream_profile_create_postgres(g, P, L, "postgres-x", "x", &source, &labels, NULL));
    end(datastream_profile_create_bigquery(g, P, L, "bigquery-x", "x", &labels, NULL));
    end(datastream_profile_patch(g, P, L, "postgres-x", &source, NULL));
    end(datastream_stream_create(g, P, L, &order, &dry));
    end(datastream_stream_create(g, P, L, &order, NULL));
    end(datastream_stream_start(g, P, L, "postgres-x-bigquery", NULL));
    end(datastream_stream_pause(g, P, L, "pause", NULL));
    end(datastream_stream_run(g, P, L, "postgres-x-bigquery", true));
    end(datastream_stream_patch(g, P, L, "postgres-x-bigquery", &change, NULL));
    end(datastream_backfill_start(g, object));
    end(datastream_backfill_stop(g, object));
    end(datastream_stream_delete(g, P, L, "postgres-x-bigquery", NULL));
    end(datastream_profile_delete(g, P, L, "postgres-x", NULL));
    end(datastream_private_delete(g, P, L, "datastream-connection", &forced));
    end(google_operation_resume(
        g, "datastream.googleapis.com/v1/projects/p/locations/l/operations/o", "Waiting"));
    secret_free(password);
}

/* As the checker reads it: one line a request, the origin taken off again. */
static void write_log(const char *path)
{
    struct str out = {0};
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (size_t i = 0; i < w.server.n_seen; i++) {
        const struct seen *q = &w.server.seen[i];
        struct json_out o;
        str_clear(&out);
        json_begin(&o, &out, false);
        json_open_object(&o, NULL);
        json_put_string(&o, "method", q->method);
        struct str url = {0};
        str_printf(&url, "https://%s", q->target + 1);
        json_put_string(&o, "url", str_text(&url));
        str_done(&url);
        json_put_string(
            &o, "content_type",
            strcasestr(q->headers, "content-type: application/json") ? "application/json" : "");
        if (*q->body)
            json_put_string(&o, "body", q->body);
        json_close_object(&o);
        fprintf(f, "%s\n", str_text(&out));
    }
    fclose(f);
    str_done(&out);
}

/* --- the whole of each request, against a case file --- */

/* Random ids become one word. */
static void add_plain(struct str *out, const char *text)
{
    static const char *const marks[] = {"requestId=", "\"requestId\":\""};
    while (*text) {
        size_t mark = 0;
        for (size_t i = 0; i < 2; i++)
            if (str_starts(text, marks[i]))
                mark = strlen(marks[i]);
        if (!mark) {
            str_addc(out, *text++);
            continue;
        }
        str_addn(out, text, mark);
        str_add(out, "UUID");
        text += mark + 36;
    }
}

static void add_header(struct str *out, const struct seen *q, const char *name)
{
    const char *at = strcasestr(q->headers, name);
    if (at)
        str_printf(out, "    %.*s\n", (int)strcspn(at, "\r\n"), at);
}

static void write_case(struct str *out)
{
    for (size_t i = 0; i < w.server.n_seen; i++) {
        const struct seen *q = &w.server.seen[i];
        str_printf(out, "%s ", q->method);
        add_plain(out, q->target + 1);
        str_addc(out, '\n');
        add_header(out, q, "authorization:");
        add_header(out, q, "x-goog-user-project:");
        add_header(out, q, "content-type:");
        if (*q->body) {
            str_add(out, "    ");
            add_plain(out, q->body);
            str_addc(out, '\n');
        }
    }
}

/* STROM_ACCEPT_CASES=1 writes the file anew: look at its diff then. */
static void compare_case(const struct str *got)
{
    static const char file[] = TESTS_DIR "/cases/google/requests.case";
    struct str want = {0};
    struct err e;
    if (getenv("STROM_ACCEPT_CASES")) {
        FILE *f = fopen(file, "w");
        assert_non_null(f);
        fputs(str_text(got), f);
        fclose(f);
    }
    assert_true(path_read(file, SERVER_BYTES, &want, &e));
    const char *a = str_text(got), *b = str_text(&want), *line = a;
    while (*a && *a == *b) {
        line = *a == '\n' ? a + 1 : line;
        a++, b++;
    }
    if (*a != *b)
        fail_msg("differs from the case file at: %.*s", (int)strcspn(line, "\n"), line);
    str_done(&want);
}

static void every_request_is_googles(void **state)
{
    (void)state;
    char log[] = "/tmp/strom-requests-XXXXXX", command[512], said[4096];
    struct str plain = {0};
    clock_freeze(1763798400);
    world_open(&w, PERSON);
    google_use_project(w.google, P);
    answers();
    reads(w.google);
    cloud_writes(w.google);
    datastream_writes(w.google);
    int fd = mkstemp(log);
    assert_true(fd >= 0);
    close(fd);
    write_log(log);
    write_case(&plain);
    compare_case(&plain);
    str_done(&plain);
    clock_freeze(0);
    size_t n = w.server.n_seen;
    world_close(&w);
    assert_true(n > 90);
    if (access(SHARED_DIR "/tools/check_requests.py", R_OK) != 0) {
        unlink(log);
        skip();
    }
    snprintf(command, sizeof command, "python3 " SHARED_DIR "/tools/check_requests.py %s 2>&1",
             log);
    int status = run_command(command, said, sizeof said);
    unlink(log);
    assert_int_equal(status, 0);
    assert_non_null(strstr(said, " 0 refused, 0 warnings"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_request_is_googles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

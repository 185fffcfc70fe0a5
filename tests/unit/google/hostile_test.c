#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Answers that are JSON, but not what was promised: no call may break on them. */

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
#include "tests/unit/google/calls.h"

/* Every name that a decoder asks for, each with a value of another kind. */
static const char *const names[] = {"name",
                                    "items",
                                    "services",
                                    "permissions",
                                    "bindings",
                                    "condition",
                                    "streams",
                                    "streamObjects",
                                    "sourceObject",
                                    "backfillJob",
                                    "object",
                                    "errors",
                                    "error",
                                    "sourceConfig",
                                    "destinationConfig",
                                    "state",
                                    "displayName",
                                    "labels",
                                    "connectionProfiles",
                                    "postgresqlProfile",
                                    "privateConnections",
                                    "vpcPeeringConfig",
                                    "postgresqlRdbms",
                                    "datasets",
                                    "tables",
                                    "datasetReference",
                                    "tableReference",
                                    "schema",
                                    "rows",
                                    "jobReference",
                                    "jobComplete",
                                    "timeSeries",
                                    "points",
                                    "entries",
                                    "jsonPayload",
                                    "settings",
                                    "ipAddresses",
                                    "databaseVersion",
                                    "networkInterfaces",
                                    "metadata",
                                    "serviceAccounts",
                                    "allowed",
                                    "sourceRanges",
                                    "users",
                                    "peerings",
                                    "contents",
                                    "next",
                                    "projectId",
                                    "etag",
                                    "version",
                                    "numRows",
                                    "nextPageToken",
                                    "unreachable",
                                    "status",
                                    "done",
                                    "backfillAll",
                                    "operationType",
                                    "zone",
                                    "response"};

static const char *const values[] = {
    "5",
    "-1e999",
    "\"text\"",
    "true",
    "null",
    "[]",
    "{}",
    "[1,null,[],{},\"x\",[[{}]]]",
    "{\"a\":{\"b\":[]},\"items\":[3],\"fields\":7,\"message\":{}}",
    "[{\"members\":5,\"f\":[{\"v\":{}}],\"instances\":[4],\"subnetworks\":{\"x\":1},\"fields\":[{}]"
    ","
    "\"points\":[{\"value\":{\"int64Value\":\"99999999999999999999999\"}}],\"postgresqlTables\":9,"
    "\"ports\":[1,2],\"interval\":[],\"config\":[],\"accessConfigs\":\"z\"}]"};

static void write_body(struct str *out, const char *value)
{
    str_clear(out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        str_printf(out, "%s\"%s\":%s", i ? "," : "{", names[i], value);
    str_addc(out, '}');
}

static size_t ask_all(struct task **t)
{
    struct google *g = w.google;
    size_t n = 0;
    static const char *const perms[] = {"a.b.c"};
    t[n++] = serviceusage_enabled(g, "p");
    t[n++] = projects_get(g, "p");
    t[n++] = projects_test_permissions(g, "p", perms, 1);
    t[n++] = projects_policy_get(g, "p");
    t[n++] = iam_account_get(g, "p", "x");
    t[n++] = iam_account_test(g, "p", "x", perms, 1);
    t[n++] = sqladmin_instance_get(g, "p", "i");
    t[n++] = sqladmin_instance_list(g, "p");
    t[n++] = sqladmin_user_list(g, "p", "i");
    t[n++] = sqladmin_database_list(g, "p", "i");
    t[n++] = compute_network_get(g, "p", "n");
    t[n++] = compute_subnet_ranges(g, "p");
    t[n++] = compute_peering_ranges(g, "p", "n", "x", "r");
    t[n++] = compute_firewall_get(g, "p", "f");
    t[n++] = compute_address_get(g, "p", "r", "a");
    t[n++] = compute_zone_list(g, "p", "r");
    t[n++] = compute_image_from_family(g, "p", "f");
    t[n++] = compute_machine_get(g, "p", "z", "m");
    t[n++] = compute_machine_find(g, "p", "m");
    t[n++] = compute_serial_port(g, "p", "z", "m", 0);
    t[n++] = datastream_stream_list(g, "p", "l");
    t[n++] = datastream_stream_get(g, "p", "l", "s");
    t[n++] = datastream_object_list(g, "p", "l", "s");
    t[n++] = datastream_object_lookup(g, "p", "l", "s", "a", "b");
    t[n++] = datastream_private_list(g, "p", "l");
    t[n++] = datastream_private_get(g, "p", "l", "c");
    t[n++] = datastream_profile_list(g, "p", "l");
    t[n++] = datastream_profile_get(g, "p", "l", "c");
    t[n++] = datastream_discover(g, "p", "l", "c");
    t[n++] = compute_firewall_list(g, "p");
    t[n++] = monitoring_instance(g, "p", "i", MONITORING_DISK_USED, 600);
    t[n++] = bigquery_query(g, "p", "l", "SELECT 1");
    t[n++] = bigquery_dataset_get(g, "p", "d");
    t[n++] = bigquery_dataset_list(g, "p");
    t[n++] = bigquery_table_get(g, "p", "d", "t");
    t[n++] = bigquery_table_list(g, "p", "d");
    t[n++] = monitoring_stream(g, "p", "s", MONITORING_FRESHNESS, 600, 60);
    t[n++] = logging_stream(g, "p", "s", 0, true, 5);
    t[n++] = google_whoami(g);
    return n;
}

static void odd_shapes_do_no_harm(void **state)
{
    (void)state;
    struct task *t[64];
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        struct str body = {0};
        write_body(&body, values[v]);
        server_forget(&w.server);
        world_token(&w);
        rule(NULL, NULL, 200, str_text(&body), 0);
        size_t n = ask_all(t);
        assert_true(n < 64);
        for (size_t i = 0; i < n; i++) {
            enum task_state s = wait_for(t[i]);
            /* what failed said so; what went well gave a struct, not NULL */
            if (s == TASK_FAILED)
                assert_true(*task_error(t[i])->what && *task_error(t[i])->why);
            task_drop(t[i]);
        }
        server_forget(&w.server);
        str_done(&body);
    }
}

/* Google leaves out what is false, 0, "" or empty: an empty object is an answer to every question,
 * and so is one with nothing but what nobody knows yet. */
static void what_is_absent_has_its_default(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"jobComplete\":true}",
        "{\"jobComplete\":true,\"aNewField\":{\"deep\":[1,{\"x\":null}]},\"another\":\"x\"}"};
    struct task *t[64];
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        world_token(&w);
        rule(NULL, NULL, 200, bodies[i], 0);
        size_t n = ask_all(t);
        for (size_t k = 0; k < n; k++) {
            expect_ok(t[k]);
            task_drop(t[k]);
        }
        server_forget(&w.server);
    }
}

/* Writes meet the same: an operation without a name, a state that nobody knows. */
static void odd_operations_end(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{}", "{\"name\":5}", "{\"name\":\"x\",\"done\":\"yes\"}",
        "{\"name\":\"../../x\",\"done\":true,\"error\":7}",
        "{\"name\":\"x\",\"done\":true,\"error\":{\"code\":\"z\"}}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        world_token(&w);
        rule("DELETE", NULL, 200, bodies[i], 0);
        rule("GET", NULL, 404, "{}", 0);
        struct task *t = datastream_stream_delete(w.google, "p", "l", "s", NULL);
        (void)wait_for(t);
        task_drop(t);
        t = compute_network_delete(w.google, "p", "n", NULL);
        (void)wait_for(t);
        task_drop(t);
        server_forget(&w.server);
    }
}

/* What is polled is an operation, and lies where operations lie. */
static void an_operation_sends_us_nowhere(void **state)
{
    static const char *const odd[] = {"x", "../../x", "projects/p/operations/../../../x",
                                      "operations/a/../../../../compute/v1/x"};
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"name\":\"%s\"}", odd[i]);
        world_token(&w);
        rule("DELETE", NULL, 200, body, 0);
        struct task *t = datastream_stream_delete(w.google, "p", "l", "s", NULL);
        expect_failure(t, ERR_BUG, "names no operation");
        assert_int_equal(server_count(&w.server, "GET", "/"), 0);
        task_drop(t);
        server_forget(&w.server);
    }
}

/* A source's table may be called anything: nothing of it becomes a statement. */
static void a_name_is_no_statement(void **state)
{
    (void)state;
    static const char *const odd[] = {"x` WHERE FALSE;DELETE FROM `y", "x\\", "x\n", "a.b", ""};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        world_token(&w);
        rule("POST", NULL, 200, "{\"jobComplete\":true}", 0);
        struct task *t = bigquery_count(w.google, "p", "l", "d", odd[i]);
        assert_int_equal(wait_for(t), TASK_FAILED);
        assert_int_equal(task_error(t)->kind, ERR_INPUT);
        assert_int_equal(bigquery_count_of(t), -1);
        assert_int_equal(w.server.n_seen, 0);
        task_drop(t);
        server_forget(&w.server);
    }
    world_token(&w);
    rule("POST", NULL, 200,
         "{\"jobComplete\":true,\"schema\":{\"fields\":[{\"name\":\"f0_\"}]},"
         "\"rows\":[{\"f\":[{\"v\":\"7\"}]}]}",
         0);
    struct task *t = bigquery_count(w.google, "nav.no:p", "l", "d", "public_søknad nr-1");
    expect_ok(t);
    assert_int_equal(bigquery_count_of(t), 7);
    task_drop(t);
    server_forget(&w.server);
}

static void figures_that_are_strings(void **state)
{
    (void)state;
    double value = -1.0;
    world_token(&w);
    rule("GET", "/monitoring", 200,
         "{\"timeSeries\":[{\"metric\":{\"labels\":{\"read_method\":\"postgresql-cdc\"}},"
         "\"points\":[{"
         "\"interval\":{\"endTime\":\"2025-11-22T08:00:00Z\"},\"value\":{\"int64Value\":\"42\"}},{"
         "\"interval\":{\"endTime\":\"2025-11-22T07:59:00Z\"},\"value\":{\"int64Value\":\"7\"}}]},"
         "{\"points\":[{\"interval\":{\"endTime\":\"2025-11-22T08:00:00Z\"},\"value\":{"
         "\"doubleValue\":"
         "0.5}}]}]}",
         0);
    struct task *t = monitoring_stream(w.google, "p", "s", MONITORING_EVENTS, 600, 60);
    expect_ok(t);
    const struct monitoring_answer *m = monitoring_answer(t);
    assert_string_equal(google_label(&m->series[0].labels, "read_method"), "postgresql-cdc");
    assert_true(monitoring_latest(m, 1763798400 + 60, 600, &value));
    assert_true(value > 42.4 && value < 42.6);
    assert_false(monitoring_latest(m, 1763798400 + 601, 600, &value));
    task_drop(t);
    rule("GET", "/sqladmin", 200,
         "{\"name\":\"i\",\"databaseVersion\":\"POSTGRES_16\",\"state\":\"SOME_NEW_STATE\","
         "\"settings\":{"
         "\"dataDiskSizeGb\":\"10\",\"storageAutoResizeLimit\":\"0\",\"settingsVersion\":"
         "\"9007199254740993\"}}",
         0);
    t = sqladmin_instance_get(w.google, "p", "i");
    expect_ok(t);
    const struct sql_instance *i = sqladmin_instance(t);
    assert_int_equal(i->disk_gb, 10);
    assert_false(i->disk_autoresize); /* absent means false */
    assert_string_equal(i->state, "SOME_NEW_STATE");
    assert_true(i->settings_version == 9007199254740993LL);
    task_drop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(odd_shapes_do_no_harm),  CASE(what_is_absent_has_its_default),
        CASE(odd_operations_end),     CASE(an_operation_sends_us_nowhere),
        CASE(a_name_is_no_statement), CASE(figures_that_are_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

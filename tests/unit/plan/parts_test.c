/* Names, steps, ranges and the proxy's start script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/plan/discovered.h"
#include "api/plan/names.h"
#include "api/plan/plan.h"
#include "api/plan/proxy.h"
#include "api/plan/steps.h"

#include <stdio.h>
#include <string.h>

/* --- names --- */

static struct target target_of(const char *database, enum target_naming naming)
{
    struct target t = {.app = "postmottak-backend",
                       .project = "aap-dev-ab12",
                       .region = "europe-north1",
                       .instance = "Postmottak-Backend",
                       .naming = naming};
    str_copy(t.database, sizeof t.database, database);
    return t;
}

static void test_names_of_the_procedure(void **state)
{
    (void)state;
    struct target t = target_of("post_mottak", TARGET_PROCEDURE);
    struct names n;
    names_of(&t, &n);
    assert_string_equal(n.network, "datastream-vpc");
    assert_string_equal(n.proxy, "datastream-post-mottak");
    assert_string_equal(n.address, "datastream-post-mottak-ip");
    assert_string_equal(n.source_profile, "postgres-post-mottak");
    assert_string_equal(n.destination_profile, "bigquery-post-mottak");
    assert_string_equal(n.dataset, "datastream_post_mottak");
    assert_string_equal(n.stream, "postgres-post-mottak-bigquery");
    assert_string_equal(n.service_account_email, "datastream@aap-dev-ab12.iam.gserviceaccount.com");
    assert_string_equal(n.firewall, "allow-datastream-cloudsql-proxy");
    assert_string_equal(n.private_connection, "datastream-connection");
    assert_int_equal(n.freshness_seconds, 900);
}

static void test_names_of_the_module(void **state)
{
    (void)state;
    struct target t = target_of("postmottak", TARGET_NAV_MODULE);
    struct names n;
    names_of(&t, &n);
    assert_string_equal(n.proxy, "postmottak-backend-cloud-sql-auth-proxy");
    assert_string_equal(n.source_profile, "postmottak-backend-postgresql-connection-profile");
    assert_string_equal(n.destination_profile, "datastream-bigquery-connection-profile");
    assert_string_equal(n.dataset, "postmottak_backend_datastream");
    assert_string_equal(n.stream, "postmottak-backend-datastream");
    assert_string_equal(n.publication, "postmottak_backend_publication");
    assert_string_equal(n.slot, "postmottak_backend_replication");
    assert_int_equal(n.freshness_seconds, 3600);
}

/* A stream's name tells its family, and in the module's the name that all the rest has. */
static void test_recognised_by_the_stream(void **state)
{
    (void)state;
    static const char *const neither[] = {"",           "x",          "-datastream", "postgres-x",
                                          "x-bigquery", "datastream", "my-stream"};
    struct target t = target_of("postmottak", TARGET_PROCEDURE);
    struct names n;
    assert_true(names_recognise("mottak-datastream", &t));
    assert_int_equal(t.naming, TARGET_NAV_MODULE);
    assert_string_equal(t.app, "postmottak-backend"); /* known: the module's may differ */
    names_of(&t, &n);
    assert_string_equal(n.stream, "mottak-datastream");
    assert_string_equal(n.proxy, "mottak-cloud-sql-auth-proxy");
    assert_string_equal(n.address, "mottak-cloud-sql-auth-proxy-ip");
    assert_string_equal(n.source_profile, "mottak-postgresql-connection-profile");
    assert_string_equal(n.dataset, "mottak_datastream");
    assert_string_equal(n.slot, "postmottak_backend_replication"); /* the instance's */
    assert_true(names_recognise("postgres-postmottak-bigquery", &t));
    assert_int_equal(t.naming, TARGET_PROCEDURE);
    assert_true(names_recognise("postgres-other-db-bigquery", &t));
    names_of(&t, &n); /* not another database's machine */
    assert_string_equal(n.proxy, "datastream-other-db");
    assert_string_equal(n.address, "datastream-other-db-ip");
    assert_string_equal(n.source_profile, "postgres-other-db");
    assert_string_equal(n.destination_profile, "bigquery-other-db");
    t.app[0] = '\0';
    assert_true(names_recognise("mottak-datastream", &t));
    assert_string_equal(t.app, "mottak");
    for (size_t i = 0; i < sizeof neither / sizeof *neither; i++) {
        assert_false(names_recognise(neither[i], &t));
        assert_string_equal(t.stream, "mottak-datastream");
    }
}

static void check_id(const char *id)
{
    size_t n = strlen(id);
    if (n == 0 || n > 60 || id[0] < 'a' || id[0] > 'z' || id[n - 1] == '-' ||
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != n)
        fail_msg("'%s' is no id", id);
}

/* Whatever a database is called, what comes of it is an id. */
static void test_odd_databases(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "Post.Mottak",
        "1",
        "_",
        "-",
        "b\xC3\xB8ter",
        "a b;drop",
        "UPPER_lower",
        "x--y",
        "\x80\xff",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct target t = target_of(odd[i], TARGET_PROCEDURE);
        struct names n;
        names_of(&t, &n);
        check_id(n.proxy);
        check_id(n.address);
        check_id(n.source_profile);
        check_id(n.destination_profile);
        check_id(n.stream);
        struct names again;
        str_copy(t.stream, sizeof t.stream, n.stream);
        names_of(&t, &again); /* the same when the stream has been named after the database */
        assert_memory_equal(&again, &n, sizeof n);
        assert_int_equal(strspn(n.dataset, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                         strlen(n.dataset));
    }
    struct target t = target_of("Post.Mottak", TARGET_PROCEDURE);
    struct names n;
    names_of(&t, &n);
    assert_string_equal(n.stream, "postgres-post-mottak-bigquery");
    assert_string_equal(n.dataset, "datastream_post_mottak");
}

static void test_completing(void **state)
{
    (void)state;
    struct target t = target_of("postmottak", TARGET_PROCEDURE);
    str_copy(t.slot, sizeof t.slot, "mine");
    str_copy(t.stream, sizeof t.stream, "my-stream");
    t.freshness_seconds = 0;
    t.freshness_chosen = true; /* every query merges first: it is a choice */
    names_complete(&t);
    assert_int_equal(t.freshness_seconds, 0);
    t.freshness_seconds = 60;
    names_complete(&t);
    assert_string_equal(t.db_user, "datastream");
    assert_string_equal(t.publication, "ds_publication");
    assert_string_equal(t.slot, "mine");
    assert_string_equal(t.location, "europe-north1");
    assert_string_equal(t.dataset, "datastream_postmottak");
    assert_int_equal(t.freshness_seconds, 60);
    struct names n;
    names_of(&t, &n);
    assert_string_equal(n.stream, "my-stream");
    t = target_of("", TARGET_PROCEDURE);
    names_complete(&t);
    assert_string_equal(t.stream, ""); /* nothing is named after a database that is not known */
}

/* --- steps --- */

static void test_steps_are_in_order(void **state)
{
    (void)state;
    static const char *const ids[STEPS] = {"services.enable",
                                           "compute.network",
                                           "iam.service_account",
                                           "iam.binding",
                                           "compute.address",
                                           "compute.proxy",
                                           "datastream.private_connection",
                                           "compute.firewall",
                                           "datastream.source_profile",
                                           "datastream.destination_profile",
                                           "bigquery.dataset",
                                           "datastream.stream",
                                           "datastream.start"};
    for (enum step_id s = 0; s < STEPS; s++) {
        assert_string_equal(step_type(s)->id, ids[s]);
        assert_int_equal(step_by_id(ids[s]), s);
        assert_true(step_type(s)->needs < 1u << s); /* only what stands before it: no circle */
        assert_true(step_type(s)->usual_seconds > 0);
        assert_true(step_type(s)->title[0] && step_type(s)->explain[0]);
    }
    assert_int_equal(step_by_id("compute.nothing"), STEPS);
}

static void test_longest_way(void **state)
{
    (void)state;
    const unsigned all = (1u << STEPS) - 1;
    assert_int_equal(step_critical_seconds(0), 0);
    assert_int_equal(step_critical_seconds(1u << STEP_DATASET), 1);
    /* APIs, network, private connection, source profile, stream, start */
    assert_int_equal(step_critical_seconds(all), 15 + 20 + 180 + 10 + 15 + 20);
    /* with the private connection there, the proxy is the longest way */
    assert_int_equal(step_critical_seconds(all & ~(1u << STEP_PRIVATE_CONNECTION)),
                     15 + 20 + 3 + 85 + 10 + 15 + 20);
    for (enum step_id s = 0; s < STEPS; s++)
        assert_true(step_critical_seconds(all & ~(1u << s)) <= step_critical_seconds(all));
    /* when the private connection is nearly there, the proxy is */
    const int left[STEPS] = {[STEP_PRIVATE_CONNECTION] = 10, [STEP_PROXY] = 25, [STEP_STREAM] = 15};
    assert_int_equal(step_critical_left(left), 25 + 15);
}

/* --- ranges --- */

static void check_subnet(const char *wish, const char *const *ranges, size_t n, const char *wanted)
{
    char out[32] = "";
    bool found = plan_free_subnet(wish, ranges, n, out);
    if (wanted == NULL)
        assert_false(found);
    else
        assert_string_equal(out, wanted);
}
#define SUBNET(wish, wanted, ...)                                                                  \
    check_subnet(wish, (const char *const[]){"", __VA_ARGS__},                                     \
                 sizeof((const char *const[]){"", __VA_ARGS__}) / sizeof(char *), wanted)

static void test_free_subnet(void **state)
{
    (void)state;
    SUBNET("10.2.0.0/29", "10.2.0.0/29", "10.3.0.0/16");
    SUBNET("10.2.0.0/29", "10.2.0.8/29", "10.2.0.0/29");
    SUBNET("10.2.0.0/29", "10.2.0.8/29", "10.2.0.7/32");
    SUBNET("10.2.0.0/29", "10.2.0.8/29", "10.2.0.3"); /* an address by itself */
    SUBNET("10.2.0.0/29", "10.2.1.0/29", "10.2.0.0/25", "10.2.0.128/25");
    SUBNET("10.2.0.0/29", "10.3.0.0/29", "10.2.5.0/16"); /* bits beyond the mask */
    SUBNET("10.2.0.0/29", "10.2.0.0/29", "0.0.0.0/0");   /* the default route */
    SUBNET("10.2.0.0/29", "10.2.0.0/29", "fd00::/8", "nonsense", "10.2.0.0/99", "10.2.0.0/29x");
    SUBNET("10.1.0.0/29", "10.1.0.0/29", "10.2.0.0/15");
    SUBNET("10.2.0.0/29", "10.0.0.0/29", "10.2.0.0/15", "10.4.0.0/14", "10.8.0.0/13",
           "10.16.0.0/12", "10.32.0.0/11", "10.64.0.0/10"); /* the half behind is full */
    SUBNET("10.2.0.0/29", NULL, "10.0.0.0/8");
    SUBNET("10.2.0.0/29", NULL, "10.0.0.0/9"); /* the other half is for networks in auto mode */
    SUBNET("192.168.0.0/29", "10.2.0.0/29", "172.16.0.0/12");
    SUBNET("10.127.255.248/29", "10.0.0.0/29", "10.127.255.248/29");
    SUBNET("10.2.0.3", "10.2.0.0/29", "10.3.0.0/16"); /* in the middle of eight */
    SUBNET("10.127.255.255", "10.127.255.248/29", "10.3.0.0/16");
    SUBNET("10.127.255.255", "10.0.0.0/29", "10.127.255.250"); /* no eight are left behind it */
    SUBNET("10.0.0.5", NULL, "10.0.0.0/9");
}

/* --- the proxy --- */

#define CONNECTION "aap-dev-ab12:europe-north1:postmottak-backend"

static void test_start_script(void **state)
{
    (void)state;
    struct arena a = {0};
    const char *text = proxy_user_data(&a, CONNECTION, false);
    assert_non_null(text);
    assert_int_equal(strncmp(text, "#cloud-config\n", 14), 0);
    assert_non_null(strstr(text, "--dport 5432 -j ACCEPT"));
    assert_non_null(strstr(text, "--address=0.0.0.0 --port=5432"));
    assert_non_null(strstr(text, " " CONNECTION "\n"));
    assert_null(strstr(text, "--private-ip"));
    assert_null(strchr(text, '\t')); /* YAML knows no tabs */
    assert_non_null(strstr(proxy_user_data(&a, CONNECTION, true), " --private-ip " CONNECTION));
    assert_string_equal(proxy_connection_of(&a, text), CONNECTION);
    assert_non_null(proxy_user_data(&a, "nav.no:prosjekt:europe-north1:db", false));
    arena_done(&a);
}

static void test_hostile_connections(void **state)
{
    (void)state;
    static const char *const hostile[] = {"",        ":",       "::",           "a:b",
                                          "a::c",    ":b:c",    "a:b:",         "a:b:c:d:e",
                                          "a:b:c d", "a:b:c\n", "a:b:c;d",      "a:b:$(c)",
                                          "a:b:`c`", "a:b:c'",  "a:b:c\"",      "a:b:c?port=1",
                                          "a:b:c/d", "-a:b:c",  "a:-b:c",       "a:b:--private-ip",
                                          "a:b:C",   "a:b.c:d", "a:b:\xC3\xB8", "a:b:c#"};
    struct arena a = {0};
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        if (proxy_user_data(&a, hostile[i], false))
            fail_msg("'%s' was taken", hostile[i]);
    arena_done(&a);
}

static void test_reading_it_back(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        /* the Terraform module's cloud-init */
        "#cloud-config\nwrite_files:\n- path: /etc/systemd/system/cloudsqlproxy.service\n  "
        "content: "
        "|\n    [Service]\n    ExecStart=/usr/bin/docker run --rm --name=proxy -p 5432:5432 "
        "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.15.1 \\\n      --address 0.0.0.0 --port "
        "5432 \\\n      " CONNECTION "\n",
        /* the container declaration of old: an argument a line, the image last */
        "spec:\n  containers:\n  - args:\n    - " CONNECTION
        "?port=5432\n    - --address=0.0.0.0\n "
        "   image: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.1.1-alpine\n    name: proxy\n",
        "spec:\n  containers:\n  - image: "
        "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.1.1-alpine\n"
        "    args: [\"" CONNECTION "?port=5432\",\"--address=0.0.0.0\"]\n",
        /* version 1 of the proxy */
        "docker run gcr.io/cloudsql-docker/gce-proxy:1.33 /cloud_sql_proxy -instances=" CONNECTION
        "=tcp:0.0.0.0:5432\n"};
    struct arena a = {0};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        const char *found = proxy_connection_of(&a, scripts[i]);
        if (found == NULL || strcmp(found, CONNECTION) != 0)
            fail_msg("script %zu: %s", i, found ? found : "nothing");
    }
    assert_null(proxy_connection_of(&a, NULL));
    assert_null(proxy_connection_of(&a, ""));
    assert_null(proxy_connection_of(&a, "#!/bin/sh\nrun " CONNECTION "\n")); /* not the proxy */
    assert_null(proxy_connection_of(&a, "cloud-sql-proxy:2.25.0 --port=5432 12:30:45 a:b:c"));
    arena_done(&a);
}

static void test_ready_line(void **state)
{
    (void)state;
    assert_false(proxy_is_ready(""));
    assert_false(proxy_is_ready("Listening on [::]:5432"));
    assert_true(proxy_is_ready("x\n{\"severity\":\"INFO\",\"message\":\"The proxy has started "
                               "successfully and is ready for new connections!\"}\n"));
}

/* --- what a profile sees --- */

static void test_discovered(void **state)
{
    (void)state;
    struct datastream_column columns[] = {{.name = "id", .type = "bigint", .primary_key = true},
                                          {.name = "fodselsnummer", .type = "text"},
                                          {.name = "sted", .type = "POINT"},
                                          {.name = "periode", .type = "tstzrange"},
                                          {.name = "resultat", .type = "text"},
                                          {.name = "ukjent"}};
    struct datastream_table tables[] = {{"regel", columns, 6}, {"tom", NULL, 0}};
    struct datastream_schema schema = {"public", tables, 2};
    const struct datastream_selection seen = {&schema, 1, true};
    struct selection s;
    discovered_selection(&seen, NULL, &s);
    assert_int_equal(s.n_tables, 2);
    const struct selection_table *t = &s.tables[0];
    assert_int_equal(t->n_included, 0); /* nothing is chosen by itself */
    assert_int_equal(t->rows, -1);
    assert_true(t->columns[0].key && !t->columns[0].unsupported);
    assert_true(t->columns[1].level != RULES_NONE);
    assert_true(t->columns[2].unsupported && t->columns[3].unsupported);
    assert_false(t->columns[4].unsupported || t->columns[5].unsupported);
    assert_int_equal(t->columns[4].level, RULES_NONE);
    selection_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_the_procedure),
        cmocka_unit_test(test_names_of_the_module),
        cmocka_unit_test(test_recognised_by_the_stream),
        cmocka_unit_test(test_odd_databases),
        cmocka_unit_test(test_completing),
        cmocka_unit_test(test_steps_are_in_order),
        cmocka_unit_test(test_longest_way),
        cmocka_unit_test(test_free_subnet),
        cmocka_unit_test(test_start_script),
        cmocka_unit_test(test_hostile_connections),
        cmocka_unit_test(test_reading_it_back),
        cmocka_unit_test(test_ready_line),
        cmocka_unit_test(test_discovered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

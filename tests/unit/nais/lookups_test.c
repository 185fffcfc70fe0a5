#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* The cluster: its refusals, what it knows of an app's database. */

#include "tests/unit/nais/world.h"

/* --- the resources of one app --- */

#define INSTANCE                                                                                   \
    "{\"metadata\":{\"name\":\"postmottak-backend\",\"labels\":{\"app\":\"postmottak-backend\"},"  \
    "\"annotations\":{\"cnrm.cloud.google.com/project-id\":\"aap-dev-ab12\"}},\"spec\":{"          \
    "\"databaseVersion\":\"POSTGRES_16\",\"region\":\"europe-north1\"},\"status\":{"               \
    "\"connectionName\":\"aap-dev-ab12:europe-north1:postmottak-backend\"}}"
#define USERS                                                                                      \
    "{\"items\":[{\"metadata\":{\"name\":\"postmottak-backend\"},\"spec\":{\"password\":{"         \
    "\"valueFrom\":{"                                                                              \
    "\"secretKeyRef\":{\"key\":\"DB_POSTMOTTAK_PASSWORD\",\"name\":\"google-sql-postmottak-"       \
    "backend\"}}}}},"                                                                              \
    "{\"metadata\":{\"name\":\"postmottak-backend-postmottak-datastream\"},\"spec\":{"             \
    "\"resourceID\":"                                                                              \
    "\"datastream\",\"password\":{\"valueFrom\":{\"secretKeyRef\":{\"key\":"                       \
    "\"DB_POSTMOTTAK_DATASTREAM_PASSWORD\",\"name\":\"google-sql-x-9f3a\"}}}}}]}"
#define DATABASES                                                                                  \
    "{\"items\":[{\"metadata\":{\"name\":\"x\"},\"spec\":{\"resourceID\":\"postmottak\"}}]}"

static void lists(const char *instances)
{
    rule(SQL "sqlinstances?limit=500&labelSelector=app%3Dpostmottak-backend", 200, instances, 0);
    rule(SQL "sqlusers", 200, USERS, 0);
    rule(SQL "sqldatabases", 200, DATABASES, 0);
}

static void the_password_is_read_where_one_may(void **state)
{
    (void)state;
    open_with("{token: canary}");
    lists("{\"items\":[" INSTANCE "]}");
    rule(SECRETS "google-sql-x-9f3a", 200,
         "{\"data\":{\"DB_POSTMOTTAK_PASSWORD\":\"bm8=\",\"DB_POSTMOTTAK_DATASTREAM_PASSWORD\":"
         "\"aGVtbWVsaWc=\",\"DB_POSTMOTTAK_DATASTREAM_USERNAME\":\"ZGF0YXN0cmVhbQ==\","
         "\"DB_POSTMOTTAK_DATASTREAM_DATABASE\":\"cG9zdG1vdHRhaw==\"}}",
         0);
    struct task *t = nais_source(cluster, "postmottak-backend", "datastream");
    assert_int_equal(ended(t), TASK_OK);
    const struct nais_source *f = nais_source_found(t);
    assert_string_equal(f->project, "aap-dev-ab12");
    assert_string_equal(f->region, "europe-north1");
    assert_string_equal(f->instance, "postmottak-backend");
    assert_string_equal(f->database, "postmottak");
    assert_string_equal(f->user, "datastream");
    assert_string_equal(f->version, "POSTGRES_16");
    assert_int_equal(f->n_users, 2);
    assert_int_equal(f->password_state, NAIS_PASSWORD_READ);
    assert_string_equal(secret_reveal(nais_source_password(t)), "hemmelig");
    assert_non_null(
        strstr(server_last(&server, "GET", SECRETS)->headers, "Authorization: Bearer canary"));
    task_drop(t);
}

static void the_rule_of_today_hides_it(void **state)
{
    (void)state;
    open_with("{token: canary}");
    lists("{\"items\":[" INSTANCE "]}");
    rule(SECRETS, 403,
         "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"secrets is forbidden: User "
         "kari cannot "
         "get resource\",\"reason\":\"Forbidden\",\"code\":403}",
         0);
    struct task *t = nais_source(cluster, "postmottak-backend", "datastream");
    assert_int_equal(ended(t), TASK_OK);
    const struct nais_source *f = nais_source_found(t);
    assert_int_equal(f->password_state, NAIS_PASSWORD_HIDDEN);
    assert_non_null(strstr(f->password_why, "secrets is forbidden"));
    assert_non_null(strstr(f->password_where, "google-sql-x-9f3a"));
    assert_non_null(strstr(f->password_where, "DB_POSTMOTTAK_DATASTREAM_PASSWORD"));
    assert_string_equal(f->database, "postmottak");
    assert_null(nais_source_password(t));
    task_drop(t);
}

static void a_user_that_is_not_there_is_no_failure(void **state)
{
    (void)state;
    open_with("{token: canary}");
    lists("{\"items\":[" INSTANCE "]}");
    struct task *t = nais_source(cluster, "postmottak-backend", "big-query");
    assert_int_equal(ended(t), TASK_OK);
    const struct nais_source *f = nais_source_found(t);
    assert_false(f->has_user);
    assert_int_equal(f->password_state, NAIS_PASSWORD_MISSING);
    assert_non_null(strstr(f->password_why, "knows no database user big-query"));
    task_drop(t);
}

static void fail_with(const char *instances, enum err_kind kind, const char *why, const char *hint)
{
    server_forget(&server);
    lists(instances);
    struct task *t = nais_source(cluster, "postmottak-backend", "datastream");
    assert_int_equal(ended(t), TASK_FAILED);
    const struct err *e = task_error(t);
    if (e->kind != kind || !strstr(e->why, why) || !strstr(e->hint, hint))
        fail_msg("%d '%s' '%s'", (int)e->kind, e->why, e->hint);
    task_drop(t);
}

static void instances_that_do_not_fit(void **state)
{
    (void)state;
    open_with("{token: canary}");
    fail_with("{\"items\":[]}", ERR_MISSING, "no SQL instance has the label app=postmottak-backend",
              "in-cluster Postgres");
    fail_with("{\"items\":[" INSTANCE ",{\"metadata\":{\"name\":\"old\"}}]}", ERR_CONFLICT,
              "2 instances belong to it: postmottak-backend, old", "--instance");
    fail_with("{\"items\":[{\"metadata\":{\"name\":\"new\"}}]}", ERR_CONFLICT,
              "the instance new has no connection name yet", "wait");
    fail_with("{\"items\":[{\"status\":{\"connectionName\":\"a:b\"}}]}", ERR_CONFLICT,
              "no connection name", "wait");
}

static void apps_of_the_namespace(void **state)
{
    (void)state;
    open_with("{token: canary}");
    rule(SQL "sqlinstances?limit=500&continue=n%2F1", 200,
         "{\"items\":[{\"metadata\":{\"name\":\"young\",\"labels\":{\"app\":\"young\"}},\"spec\":{"
         "\"region\":"
         "\"europe-north1\"}}],\"metadata\":{}}",
         0);
    rule(SQL "sqlinstances", 200, "{\"items\":[" INSTANCE "],\"metadata\":{\"continue\":\"n/1\"}}",
         0);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_OK);
    const struct nais_apps *apps = nais_apps_found(t);
    assert_int_equal(apps->n, 2);
    assert_string_equal(apps->items[0].app, "postmottak-backend");
    assert_string_equal(apps->items[0].project, "aap-dev-ab12");
    assert_true(apps->items[0].ready);
    assert_false(apps->items[1].ready);
    task_drop(t);
}

/* --- refusals --- */

static void a_refusal_has_the_clusters_words(void **state)
{
    (void)state;
    open_with("{token: canary}");
    rule(SQL, 403,
         "{\"kind\":\"Status\",\"message\":\"sqlinstances is "
         "forbidden\",\"reason\":\"Forbidden\",\"code\":403}",
         0);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_DENIED);
    assert_string_equal(task_error(t)->reason, "Forbidden");
    assert_string_equal(task_error(t)->why, "sqlinstances is forbidden");
    assert_non_null(strstr(task_error(t)->hint, "-n"));
    task_drop(t);
}

static void nobody_there_means_naisdevice(void **state)
{
    (void)state;
    struct err e;
    open_with("{token: canary}");
    cluster_close(cluster);
    write_text("config",
               "current-context: d\ncontexts: [{name: d, context: {cluster: c, user: u}}]\n"
               "clusters: [{name: c, cluster: {server: \"http://127.0.0.1:1\"}}]\n"
               "users: [{name: u, user: {token: t}}]\n",
               0600);
    cluster = cluster_open(net, config, NULL, "other", &e);
    assert_non_null(cluster);
    assert_string_equal(cluster_namespace(cluster), "other");
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_NETWORK);
    assert_non_null(strstr(task_error(t)->hint, "naisdevice"));
    task_drop(t);
}

static void keys_belong_to_users(void **state)
{
    (void)state;
    assert_true(nais_key_is_of("NAIS_DATABASE_DATASTREAM_POSTMOTTAK_PASSWORD", "datastream"));
    assert_true(nais_key_is_of("DB_BIG_QUERY_PASSWORD", "big-query"));
    assert_false(nais_key_is_of("DB_DATASTREAM2_PASSWORD", "datastream"));
    assert_false(nais_key_is_of("DB_PASSWORD", ""));
    assert_false(nais_key_is_of(NULL, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_password_is_read_where_one_may),
        CASE(the_rule_of_today_hides_it),
        CASE(a_user_that_is_not_there_is_no_failure),
        CASE(instances_that_do_not_fit),
        CASE(apps_of_the_namespace),
        CASE(a_refusal_has_the_clusters_words),
        CASE(nobody_there_means_naisdevice),
        cmocka_unit_test(keys_belong_to_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

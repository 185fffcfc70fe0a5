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
    struct task *t = nais_source(cluster, "postmottak-backend", NULL, "datastream");
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
    struct task *t = nais_source(cluster, "postmottak-backend", NULL, "datastream");
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
    struct task *t = nais_source(cluster, "postmottak-backend", NULL, "big-query");
    assert_int_equal(ended(t), TASK_OK);
    const struct nais_source *f = nais_source_found(t);
    assert_false(f->has_user);
    assert_int_equal(f->password_state, NAIS_PASSWORD_MISSING);
    assert_non_null(strstr(f->password_why, "knows no database user big-query"));
    task_drop(t);
}

/* --- the instance: none, several, not ready --- */

#define APPLICATIONS "/apis/nais.io/v1alpha1/namespaces/aap/applications"
#define LABELLED     APPLICATIONS "?limit=500&labelSelector=app%3Dpostmottak-backend"
#define BY_NAME      APPLICATIONS "/postmottak-backend"
#define GONE(name)                                                                                 \
    "{\"kind\":\"Status\",\"message\":\"not "                                                      \
    "found\",\"reason\":\"NotFound\",\"details\":{\"name\":"                                       \
    "\"" name "\"},\"code\":404}"

static void fail_with(const char *instances, const char *wanted, enum err_kind kind,
                      const char *why, const char *hint)
{
    lists(instances);
    struct task *t = nais_source(cluster, "postmottak-backend", wanted, "datastream");
    assert_int_equal(ended(t), TASK_FAILED);
    const struct err *e = task_error(t);
    if (e->kind != kind || !strstr(e->why, why) || !strstr(e->hint, hint))
        fail_msg("%d '%s' '%s'", (int)e->kind, e->why, e->hint);
    task_drop(t);
    server_forget(&server);
}

static void instances_that_are_not_ready(void **state)
{
    (void)state;
    open_with("{token: canary}");
    fail_with("{\"items\":[{\"metadata\":{\"name\":\"new\"}}]}", NULL, ERR_CONFLICT,
              "has not begun with the instance new: it has no status", "kubectl describe");
    fail_with("{\"items\":[{\"metadata\":{\"name\":\"new\"},\"status\":{}}]}", NULL, ERR_CONFLICT,
              "the instance new has no connection name yet", "wait");
    fail_with("{\"items\":[{\"metadata\":{\"name\":\"new\"},\"status\":{\"conditions\":[{\"type\":"
              "\"Ready\",\"status\":\"False\",\"reason\":\"UpdateFailed\",\"message\":\"quota "
              "exceeded\"}]}}]}",
              NULL, ERR_CONFLICT, "yet: quota exceeded (UpdateFailed)", "wait");
    fail_with(
        "{\"items\":[{\"metadata\":{\"name\":\"odd\"},\"status\":{\"connectionName\":\"a:b\"}}"
        "]}",
        NULL, ERR_CONFLICT, "is not project:region:instance: a:b", "wait");
    fail_with("{\"items\":[{\"status\":\"none\"}]}", NULL, ERR_CONFLICT, "no connection name", "");
}

static void several_instances(void **state)
{
    (void)state;
    static const char two[] =
        "{\"items\":[{\"metadata\":{\"name\":\"old\"},\"status\":{\"connectionName\":"
        "\"p:europe-north1:old\"}}," INSTANCE "]}";
    open_with("{token: canary}");
    fail_with(two, NULL, ERR_CONFLICT, "2 instances belong to it: old, postmottak-backend",
              "--instance");
    fail_with(two, "third", ERR_CONFLICT, "third is none of them: old, postmottak-backend",
              "--instance");
    rule(SQL "sqlinstances", 200, two, 0);
    rule(SQL "sqlusers", 200,
         "{\"items\":[{\"metadata\":{\"name\":\"a\"},\"spec\":{\"instanceRef\":{\"name\":"
         "\"postmottak-backend\"},\"resourceID\":\"datastream\"}},{\"metadata\":{\"name\":\"b\"},"
         "\"spec\":{\"instanceRef\":{\"name\":\"old\"},\"resourceID\":\"datastream\",\"password\":{"
         "\"valueFrom\":{\"secretKeyRef\":{\"key\":\"K_PASSWORD\",\"name\":\"of-old\"}}}}}]}",
         0);
    rule(SQL "sqldatabases", 200,
         "{\"items\":[{\"spec\":{\"instanceRef\":{\"name\":\"old\"},\"resourceID\":\"past\"}},{"
         "\"spec\":"
         "{\"instanceRef\":{\"name\":\"postmottak-backend\"},\"resourceID\":\"now\"}}]}",
         0);
    struct task *t = nais_source(cluster, "postmottak-backend", "old", "datastream");
    assert_int_equal(ended(t), TASK_OK);
    const struct nais_source *f = nais_source_found(t);
    assert_string_equal(f->instance, "old");
    assert_string_equal(f->database, "past"); /* the other instance's are left out */
    assert_string_equal(f->secret_name, "of-old");
    assert_int_equal(f->n_databases, 1);
    assert_int_equal(f->n_users, 1);
    task_drop(t);
}

/* Nothing has the label: the app's manifest tells why. */
static void no_instance_has_a_reason(void **state)
{
    (void)state;
    open_with("{token: canary}");
    fail_with("{\"items\":[]}", NULL, ERR_MISSING,
              "no SQL instance has the label app=postmottak-backend in the namespace aap",
              "in-cluster Postgres"); /* the cluster does not know applications */
    rule(BY_NAME, 404, GONE("postmottak-backend"), 0);
    rule(LABELLED, 200, "{\"items\":[]}", 0);
    fail_with("{\"items\":[]}", NULL, ERR_MISSING, "there is no application postmottak-backend",
              "--context");
    rule(BY_NAME, 403, "{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"code\":403}", 0);
    rule(LABELLED, 200, "{\"items\":[]}", 0);
    fail_with("{\"items\":[]}", NULL, ERR_MISSING, "no SQL instance has the label", "-n");
    rule(BY_NAME, 200, "{\"spec\":{\"postgres\":{\"clusterName\":\"mottak-pg\"}},\"status\":{}}",
         0);
    rule(LABELLED, 200, "{\"items\":[]}", 0);
    fail_with("{\"items\":[]}", NULL, ERR_MISSING, "the in-cluster Postgres mottak-pg", "Naisjob");
    rule(LABELLED, 200,
         "{\"items\":[{\"metadata\":{\"name\":\"postmottak-backend\"},\"spec\":{}}]}", 0);
    fail_with("{\"items\":[]}", NULL, ERR_MISSING, "its manifest has no database", "--app");
    rule(LABELLED, 200,
         "{\"items\":[{\"metadata\":{\"name\":\"postmottak-backend\"},\"spec\":{\"gcp\":{"
         "\"sqlInstances\":[{\"type\":\"POSTGRES_16\"}]}},\"status\":{\"synchronizationState\":"
         "\"FailedSynchronization\"}}]}",
         0);
    fail_with("{\"items\":[]}", NULL, ERR_MISSING,
              "asks for the instance postmottak-backend, and the platform has not made it "
              "(FailedSynchronization)",
              "kubectl describe app postmottak-backend -n aap");
}

/* --- the user and its secret --- */

static const struct nais_source *source_with(const char *users, const char *databases,
                                             struct task **t)
{
    server_forget(&server);
    rule(SQL "sqlinstances", 200, "{\"items\":[" INSTANCE "]}", 0);
    rule(SQL "sqlusers", 200, users, 0);
    rule(SQL "sqldatabases", 200, databases, 0);
    rule(LABELLED, 200,
         "{\"items\":[{\"metadata\":{\"name\":\"postmottak-backend\"},\"spec\":{\"gcp\":{"
         "\"sqlInstances\":[{\"databases\":[{\"name\":\"x\",\"users\":[{\"name\":\"datastream\"}]}]"
         "}]}}"
         ",\"status\":{\"synchronizationState\":\"Synchronized\"}}]}",
         0);
    rule(SECRETS, 403, "{\"kind\":\"Status\",\"message\":\"secrets is forbidden\",\"code\":403}",
         0);
    *t = nais_source(cluster, "postmottak-backend", NULL, "datastream");
    if (ended(*t) != TASK_OK)
        fail_msg("%s: %s", task_error(*t)->what, task_error(*t)->why);
    return nais_source_found(*t);
}

static void a_user_that_is_on_its_way(void **state)
{
    (void)state;
    struct task *t;
    open_with("{token: canary}");
    const struct nais_source *f = source_with("{\"items\":[]}", DATABASES, &t);
    assert_false(f->has_user);
    assert_int_equal(f->password_state, NAIS_PASSWORD_MISSING);
    assert_string_equal(f->password_why, "the manifest names the user datastream, and the platform "
                                         "has not made it yet (Synchronized)");
    assert_non_null(strstr(f->password_where, "wait for the platform"));
    task_drop(t);
    f = source_with("{\"items\":[{\"spec\":{\"resourceID\":\"datastream\"}}]}", DATABASES, &t);
    assert_true(f->has_user);
    assert_string_equal(f->password_why, "the platform's user datastream names no secret");
    task_drop(t);
}

#define USER(name, id, key, secret)                                                                \
    "{\"metadata\":{\"name\":\"" name "\"},\"spec\":{" id "\"password\":{\"valueFrom\":{"          \
    "\"secretKeyRef\":{\"key\":\"" key "\",\"name\":\"" secret "\"}}}}}"

/* A database called like the user: the app's own key has that word in it, too. */
static void the_apps_own_user_is_not_taken(void **state)
{
    (void)state;
    struct task *t;
    open_with("{token: canary}");
    const struct nais_source *f = source_with(
        "{\"items\":[" USER("own", "\"resourceID\":\"postmottak-backend\",",
                            "NAIS_DATABASE_POSTMOTTAK_DATASTREAM_PASSWORD",
                            "of-app") "," USER("extra", "\"resourceID\":\"datastream\",",
                                               "NAIS_DATABASE_DATASTREAM_DATASTREAM_PASSWORD",
                                               "of-user") "]}",
        "{\"items\":[{\"spec\":{\"resourceID\":\"datastream\"}}]}", &t);
    assert_string_equal(f->secret_name, "of-user");
    assert_string_equal(f->user, "datastream");
    task_drop(t);
    f = source_with("{\"items\":[" USER("old", "", "DB_DATASTREAM_PASSWORD", "of-old") "]}",
                    DATABASES, &t); /* a resource without an id is told by its key */
    assert_string_equal(f->secret_name, "of-old");
    assert_string_equal(f->user, "datastream");
    task_drop(t);
}

/* envVarPrefix hides the database in the key; the resource's name tells it. */
static void the_users_database_of_several(void **state)
{
    (void)state;
    struct task *t;
    open_with("{token: canary}");
    const struct nais_source *f = source_with(
        "{\"items\":[" USER("postmottak-backend-other-db-datastream",
                            "\"resourceID\":\"datastream\",", "DB_DATASTREAM_PASSWORD", "s") "]}",
        "{\"items\":[{\"spec\":{\"resourceID\":\"postmottak\"}},{\"spec\":{\"resourceID\":"
        "\"other_db\"}}]}",
        &t);
    assert_string_equal(f->database, "other_db");
    assert_string_equal(f->password_where,
                        "Nais console: team aap, app postmottak-backend, Secrets, s, key "
                        "DB_DATASTREAM_PASSWORD (a reason of at least 10 characters is asked for)");
    task_drop(t);
}

#define LONG "et-veldig-langt-navn-paa-en-database-som-ingen-kan-huske"

static void a_shortened_name_is_explained(void **state)
{
    (void)state;
    struct task *t;
    open_with("{token: canary}");
    const struct nais_source *f = source_with(
        "{\"items\":[" USER("x", "\"resourceID\":\"datastream\",", "DB_DATASTREAM_PASSWORD",
                            "google-sql-postmottak-backend-et-veldig-lang-9f3a12cd") "]}",
        "{\"items\":[{\"spec\":{\"resourceID\":\"" LONG "\"}}]}", &t);
    assert_non_null(strstr(f->password_where,
                           "google-sql-postmottak-backend-et-veldig-lang-9f3a12cd (shortened from "
                           "google-sql-postmottak-backend-" LONG "-datastream)"));
    assert_string_equal(server_last(&server, "GET", SECRETS)->target,
                        SECRETS "google-sql-postmottak-backend-et-veldig-lang-9f3a12cd");
    task_drop(t);
}

/* Whatever else lies in the secret, the values are those that stand beside the password. */
static void values_beside_the_password(void **state)
{
    (void)state;
    open_with("{token: canary}");
    lists("{\"items\":[" INSTANCE "]}");
    rule(SECRETS, 200,
         "{\"data\":{\"A_USERNAME\":\"bm8=\",\"DB_POSTMOTTAK_DATASTREAM_URL_PASSWORD\":\"bm8=\","
         "\"DB_POSTMOTTAK_DATASTREAM_PASSWORD\":\"aGVtbWVsaWc=\",\"Z_DATABASE\":\"bm8=\","
         "\"DB_POSTMOTTAK_DATASTREAM_DATABASE\":\"cG9zdG1vdHRhaw==\",\"Z_PASSWORD\":\"bm8=\"}}",
         1);
    rule(SECRETS, 200, "{\"data\":{\"DB_POSTMOTTAK_PASSWORD\":\"bm8=\"}}", 1);
    rule(SECRETS, 200, "{\"data\":{\"DB_POSTMOTTAK_DATASTREAM_PASSWORD\":\"%%%\"}}", 1);
    rule(SECRETS, 404, GONE("google-sql-x-9f3a"), 1);
    struct task *t = nais_source(cluster, "postmottak-backend", NULL, "datastream");
    assert_int_equal(ended(t), TASK_OK);
    assert_string_equal(secret_reveal(nais_source_password(t)), "hemmelig");
    assert_string_equal(nais_source_found(t)->database, "postmottak");
    assert_string_equal(nais_source_found(t)->user, "datastream");
    task_drop(t);
    for (size_t i = 0; i < 3; i++) {
        t = nais_source(cluster, "postmottak-backend", NULL, "datastream");
        assert_int_equal(ended(t), TASK_OK);
        assert_int_equal(nais_source_found(t)->password_state, NAIS_PASSWORD_MISSING);
        assert_non_null(strstr(nais_source_found(t)->password_why,
                               i == 2 ? "not found" : "google-sql-x-9f3a holds no password of"));
        assert_null(nais_source_password(t));
        task_drop(t);
    }
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
        CASE(instances_that_are_not_ready),
        CASE(several_instances),
        CASE(no_instance_has_a_reason),
        CASE(a_user_that_is_on_its_way),
        CASE(the_apps_own_user_is_not_taken),
        CASE(the_users_database_of_several),
        CASE(a_shortened_name_is_explained),
        CASE(values_beside_the_password),
        CASE(apps_of_the_namespace),
        CASE(a_refusal_has_the_clusters_words),
        CASE(nobody_there_means_naisdevice),
        cmocka_unit_test(keys_belong_to_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/cluster/cluster.h"
#include "tests/unit/sandbox_google/rig.h"

/* The namespace as the platform leaves it. */

static struct rig rig;
static struct cluster *cluster;

#define CNRM  "kubernetes/apis/sql.cnrm.cloud.google.com/v1beta1/namespaces/aap/"
#define APP   "?labelSelector=app%3D" SANDBOX_APP
#define CORE  "kubernetes/api/v1/namespaces/aap/secrets/"
#define THEIR "google-sql-postmottak-backend-postmottak-datastream"

static int begin(void **state)
{
    (void)state;
    rig_start(&rig, 100, false);
    cluster = cluster_start(rig.g, &rig.s);
    struct sandbox_facts *f = &rig.s.facts;
    f->n_users = 2;
    str_copy(f->users[0].name, sizeof f->users[0].name, SANDBOX_INSTANCE);
    str_copy(f->users[1].name, sizeof f->users[1].name, "datastream");
    str_copy(f->users[1].password, sizeof f->users[1].password, "pass");
    snprintf(rig.token, sizeof rig.token, "sandbox-%s", rig.s.token);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cluster_stop(cluster);
    rig_stop(&rig);
    return 0;
}

static const struct json *only(const char *url)
{
    rig_ok(&rig, "GET", url, NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 1);
    return json_first(json_get(rig.body, "items"));
}

static void instances(void **state)
{
    (void)state;
    const struct json *one = only(CNRM "sqlinstances" APP);
    assert_string_equal(json_string_or(one, "status.connectionName", ""),
                        SANDBOX_PROJECT ":" SANDBOX_REGION ":" SANDBOX_INSTANCE);
    const struct json *annotations = json_get(one, "metadata.annotations"), *project = NULL;
    for
        json_each(item, annotations) if (str_eq(json_key(item), "cnrm.cloud.google.com/project-id"))
            project = item;
    assert_string_equal(json_text(project), SANDBOX_PROJECT);
    assert_int_equal(json_count(json_get(one, "spec.settings.databaseFlags")), 1);
    rig.s.facts.logical_decoding = true;
    one = only(CNRM "sqlinstances" APP);
    assert_int_equal(json_count(json_get(one, "spec.settings.databaseFlags")), 2);
    rig_ok(&rig, "GET", CNRM "sqlinstances?labelSelector=app%3Dother", NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 0);
    only(CNRM "sqldatabases" APP);
    only("kubernetes/apis/nais.io/v1alpha1/namespaces/aap/applications" APP);
    rig_ok(&rig, "GET", CNRM "sqlinstances/" SANDBOX_INSTANCE, NULL);
    rig.s.facts.app_deployed = false;
    rig_ok(&rig, "GET", CNRM "sqlinstances" APP, NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 0);
    rig.s.facts.app_deployed = true;
}

static void users(void **state)
{
    (void)state;
    rig_ok(&rig, "GET", CNRM "sqlusers" APP, NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 2);
    const struct json *user = json_next(json_first(json_get(rig.body, "items")));
    assert_string_equal(json_string_or(user, "metadata.name", ""),
                        "postmottak-backend-postmottak-datastream");
    const struct json *ref = json_get(user, "spec.password.valueFrom.secretKeyRef");
    assert_string_equal(json_string_or(ref, "name", ""), THEIR);
    assert_string_equal(json_string_or(ref, "key", ""), "DB_POSTMOTTAK_DATASTREAM_PASSWORD");
    rig_ok(&rig, "GET", CNRM "sqlusers" APP "&limit=1", NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 1);
    assert_string_equal(rig_text(&rig, "metadata.continue"), "1");
}

static void secrets(void **state)
{
    (void)state;
    rig_ok(&rig, "GET", CORE THEIR, NULL);
    assert_string_equal(rig_text(&rig, "data.DB_POSTMOTTAK_DATASTREAM_PASSWORD"), "cGFzcw==");
    assert_string_equal(rig_text(&rig, "data.DB_POSTMOTTAK_DATASTREAM_DATABASE"),
                        "cG9zdG1vdHRhaw==");
    rig_refused(&rig, 403, "GET", CORE "google-sql-postmottak-backend", NULL, "Forbidden");
    cluster_set_secrets(cluster, CLUSTER_SECRETS_NONE);
    rig_refused(&rig, 403, "GET", CORE THEIR, NULL, "cannot get resource");
    cluster_set_secrets(cluster, CLUSTER_SECRETS_ALL);
    rig_ok(&rig, "GET", CORE "google-sql-postmottak-backend", NULL);
    rig_refused(&rig, 404, "GET", CORE "nothing", NULL, "NotFound");
    cluster_set_secrets(cluster, CLUSTER_SECRETS_DATASTREAM);
}

static void refusals(void **state)
{
    (void)state;
    rig_refused(&rig, 404, "GET", "kubernetes/apis/none/v1/namespaces/aap/things", NULL, "Status");
    rig_refused(&rig, 403, "GET",
                "kubernetes/apis/sql.cnrm.cloud.google.com/v1beta1/namespaces/other/sqlusers", NULL,
                "cannot list resource");
    rig_refused(&rig, 400, "GET", CNRM "sqlusers?labelSelector=app%20x", NULL, "BadRequest");
    rig_refused(&rig, 405, "POST", CNRM "sqlusers", "{}", "MethodNotAllowed");
    rig_refused(&rig, 404, "GET", CNRM "sqlusers/none", NULL, "NotFound");
    rig.token[0] = 'x';
    rig_refused(&rig, 401, "GET", CNRM "sqlusers", NULL, "Unauthorized");
    rig.token[0] = 's';
}

static void kubeconfig(void **state)
{
    (void)state;
    struct str text = {0};
    cluster_kubeconfig(&rig.s, 4711, &text);
    assert_non_null(strstr(str_text(&text), "server: http://127.0.0.1:4711/kubernetes\n"));
    assert_non_null(strstr(str_text(&text), rig.token));
    str_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances), cmocka_unit_test(users),      cmocka_unit_test(secrets),
        cmocka_unit_test(refusals),  cmocka_unit_test(kubeconfig),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sandbox_google/rig.h"

#include "api/base/path.h"
#include "tests/sandbox/google/inside.h"

/* Roles against the list of roles, where it is at hand; the policy's read-modify-write. */

static struct rig rig;

#define GET_POLICY CRM "/" SANDBOX_PROJECT ":getIamPolicy"
#define SET_POLICY CRM "/" SANDBOX_PROJECT ":setIamPolicy"
#define TEST_PERMS CRM "/" SANDBOX_PROJECT ":testIamPermissions"
#define VERSION_3  "{\"options\":{\"requestedPolicyVersion\":3}}"

static int begin(void **state)
{
    (void)state;
    rig_start(&rig, 5000, false);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

/* Is the permission in a role of the list? */
static bool listed(const struct json *role, const char *permission)
{
    for
        json_each(item, role) if (str_eq(json_text(item), permission)) return true;
    return false;
}

static void compare_role(const struct json *role, const char *permission)
{
    char name[100];
    snprintf(name, sizeof name, "roles/%s", json_key(role));
    bool played = !str_starts(permission, "bigquery.connections.") &&
                  !str_starts(permission, "bigquery.transfers.") &&
                  !str_starts(permission, "bigquery.routines.") &&
                  !str_starts(permission, "secretmanager.") &&
                  !str_starts(permission, "compute.networkAttachments.") &&
                  !str_starts(permission, "compute.routers.") &&
                  !str_starts(permission, "monitoring.alertPolicies.");
    if (str_eq(name, "roles/secretmanager.admin") || str_eq(name, "roles/bigquery.connectionAdmin"))
        return;
    if (played && roles_hold(name, permission) != listed(role, permission))
        fail_msg("%s and %s", name, permission);
}

static void roles_are_googles(void **state)
{
    (void)state;
    struct str text = {0};
    struct err e = {0};
    size_t compared = 0;
    if (!path_read(SHARED_DIR "/gcp/iam_roles.json", 1 << 20, &text, &e))
        skip();
    struct json *doc = json_parse(str_text(&text), text.bytes, &e);
    assert_non_null(doc);
    const struct json *roles = json_get(doc, "roles");
    for
        json_each(permission, json_get(roles, "owner"))
        {
            assert_int_equal(roles_permission(json_text(permission)), PERMISSION_KNOWN);
        for
            json_each(role, roles) compare_role(role, json_text(permission));
        compared++;
        }
    assert_true(compared > 100);
    json_free(doc);
    str_done(&text);
}

static void what_one_may(void **state)
{
    (void)state;
    rig_ok(
        &rig, "POST", TEST_PERMS,
        "{\"permissions\":[\"datastream.streams.create\",\"resourcemanager.projects.setIamPolicy\","
        "\"bigquery.datasets.update\",\"secretmanager.versions.access\"]}");
    assert_int_equal(json_count(json_get(rig.body, "permissions")), 2);
    rig_refused(&rig, 400, "POST", TEST_PERMS, "{\"permissions\":[\"datastream.streams.make\"]}",
                "is not valid for this resource");
    static const char *const NARROW[] = {"roles/compute.networkAdmin"};
    google_set_roles(rig.g, NARROW, 1);
    rig_ok(&rig, "POST", TEST_PERMS,
           "{\"permissions\":[\"compute.networks.create\",\"compute.firewalls.create\"]}");
    assert_int_equal(json_count(json_get(rig.body, "permissions")), 1);
    rig_refused(&rig, 403, "POST", GCE "/global/firewalls",
                "{\"name\":\"a\",\"allowed\":[{\"IPProtocol\":\"tcp\"}]}",
                "compute.firewalls.create");
    google_set_roles(rig.g, NULL, 0);
    rig_ok(&rig, "POST", TEST_PERMS, "{\"permissions\":[\"compute.networks.create\"]}");
    assert_null(json_get(rig.body, "permissions"));
    static const char *const EDITOR[] = {"roles/editor"};
    google_set_roles(rig.g, EDITOR, 1);
}

/* Writes the policy as it was read, with one more binding; {0} for none. */
static int write_back(const char *binding, int version)
{
    struct str body = {0};
    str_printf(&body, "{\"policy\":{\"version\":%d,\"etag\":\"%s\",\"bindings\":", version,
               rig_text(&rig, "etag"));
    json_print(json_get(rig.body, "bindings"), &body);
    if (binding != NULL) {
        body.text[--body.bytes] = '\0';
        str_printf(&body, ",%s]", binding);
    }
    str_add(&body, ",\"auditConfigs\":");
    json_print(json_get(rig.body, "auditConfigs"), &body);
    str_add(&body, "}}");
    int status = rig_ask(&rig, "POST", SET_POLICY, str_text(&body));
    str_done(&body);
    return status;
}

static void read_modify_write(void **state)
{
    (void)state;
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    assert_int_equal(json_int64(rig.body, "version", 0), 3);
    assert_non_null(strstr(str_text(&rig.text), "nais_cli_access"));
    size_t before = json_count(json_get(rig.body, "bindings"));
    assert_int_equal(
        write_back("{\"role\":\"roles/cloudsql.viewer\",\"members\":["
                   "\"user:" SANDBOX_PERSON "\"],\"condition\":{\"title\":\"strom\","
                   "\"expression\":\"request.time < timestamp('2100-01-01T00:00:00Z')\"}}",
                   3),
        200);
    assert_int_equal(json_count(json_get(rig.body, "bindings")), before + 1);
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    assert_int_equal(write_back("{\"role\":\"roles/editor\",\"members\":[\"user:a@nav.no\"],"
                                "\"condition\":{\"title\":\"x\",\"expression\":\"true\"}}",
                                3),
                     400);
    assert_non_null(strstr(str_text(&rig.text), "primitive roles"));
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    assert_int_equal(write_back("{\"role\":\"roles/viewer\",\"members\":[\"nobody\"]}", 3), 400);
    assert_non_null(strstr(str_text(&rig.text), "prefix for the member"));
}

static void conditions_are_not_lost(void **state)
{
    (void)state;
    rig_ok(&rig, "POST", GET_POLICY, "{}");
    assert_non_null(strstr(str_text(&rig.text), "_withcond_"));
    assert_null(strstr(str_text(&rig.text), "nais_cli_access"));
    assert_int_equal(write_back(NULL, 1), 400); /* neither as it was read... */
    rig_ok(&rig, "POST", GET_POLICY, "{}");
    assert_int_equal(write_back(NULL, 3), 400); /* nor with the right version */
    assert_non_null(strstr(str_text(&rig.text), "not supported"));
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    assert_int_equal(write_back(NULL, 0), 400);
}

static void stale_etag(void **state)
{
    (void)state;
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    struct json *mine = rig.body; /* kept while another writes */
    rig.body = NULL;
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    assert_int_equal(write_back(NULL, 3), 200);
    json_free(rig.body);
    rig.body = mine;
    assert_int_equal(write_back(NULL, 3), 409);
    assert_string_equal(rig_text(&rig, "error.status"), "ABORTED");
}

static void await_held(const char *permission, bool held)
{
    char body[200];
    int64_t until = clock_mono_ms() + 60000;
    snprintf(body, sizeof body, "{\"permissions\":[\"%s\"]}", permission);
    do
        rig_ok(&rig, "POST", TEST_PERMS, body);
    while ((json_get(rig.body, "permissions") != NULL) != held && clock_mono_ms() < until);
    assert_int_equal(json_get(rig.body, "permissions") != NULL, held);
}

static void an_expired_condition_gives_nothing(void **state)
{
    (void)state;
    google_set_roles(rig.g, NULL, 0);
    rig_ok(&rig, "POST", TEST_PERMS, "{\"permissions\":[\"cloudsql.instances.get\"]}");
    assert_int_equal(json_count(json_get(rig.body, "permissions")), 0);
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    assert_int_equal(
        write_back("{\"role\":\"roles/cloudsql.viewer\",\"members\":["
                   "\"user:" SANDBOX_PERSON "\"],\"condition\":{\"title\":\"old\","
                   "\"expression\":\"request.time < timestamp('2020-01-01T00:00:00Z')\"}}",
                   3),
        200);
    rig_ok(&rig, "POST", TEST_PERMS, "{\"permissions\":[\"cloudsql.instances.get\"]}");
    assert_int_equal(json_count(json_get(rig.body, "permissions")), 0);
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    assert_int_equal(write_back("{\"role\":\"roles/cloudsql.viewer\",\"members\":["
                                "\"user:" SANDBOX_PERSON "\"],\"condition\":{\"title\":\"new\","
                                "\"expression\":\"request.time < timestamp(\\\"2100-01-01T00:00:00Z"
                                "\\\")\"}}",
                                3),
                     200);
    await_held("cloudsql.instances.get", true);
    static const char *const EDITOR[] = {"roles/editor"};
    google_set_roles(rig.g, EDITOR, 1);
}

static bool strip(struct str *text, const char *part)
{
    char *at = strstr(text->text, part);
    if (at != NULL)
        memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
    return at != NULL;
}

/* A role that was granted, or taken away, does or undoes so only after some time. */
static void a_change_works_later(void **state)
{
    (void)state;
    static const char *const NONE[] = {"roles/browser"};
    google_set_roles(rig.g, NONE, 1);
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    rig.s.speed = 20; /* so that it can be seen: three seconds */
    assert_int_equal(write_back("{\"role\":\"roles/datastream.viewer\",\"members\":["
                                "\"user:" SANDBOX_PERSON "\"]}",
                                3),
                     200);
    rig.s.speed = 5000;
    rig_ok(&rig, "POST", TEST_PERMS, "{\"permissions\":[\"datastream.streams.get\"]}");
    assert_null(json_get(rig.body, "permissions"));
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3); /* it stands there, though */
    assert_non_null(strstr(str_text(&rig.text), "datastream.viewer"));
    await_held("datastream.streams.get", true);
    struct str body = {0};
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    str_printf(&body,
               "{\"policy\":{\"version\":3,\"etag\":\"%s\",\"bindings\":", rig_text(&rig, "etag"));
    json_print(json_get(rig.body, "bindings"), &body);
    str_add(&body, "}}");
    assert_true(strip(&body, ",{\"role\":\"roles/datastream.viewer\",\"members\":["
                             "\"user:" SANDBOX_PERSON "\"]}"));
    assert_int_equal(rig_ask(&rig, "POST", SET_POLICY, str_text(&body)), 200);
    str_done(&body);
    await_held("datastream.streams.get", false);
    static const char *const EDITOR[] = {"roles/editor"};
    google_set_roles(rig.g, EDITOR, 1);
}

static void projects(void **state)
{
    (void)state;
    rig_ok(&rig, "GET", CRM "/" SANDBOX_PROJECT, NULL);
    assert_string_equal(rig_text(&rig, "projectNumber"), SANDBOX_PROJECT_NUMBER);
    rig_ok(&rig, "GET", "cloudresourcemanager.googleapis.com/v3/projects/" SANDBOX_PROJECT, NULL);
    assert_string_equal(rig_text(&rig, "name"), "projects/" SANDBOX_PROJECT_NUMBER);
    rig_ok(&rig, "GET", CRM, NULL);
    assert_int_equal(json_count(json_get(rig.body, "projects")), 1);
    rig_ok(&rig, "GET", "cloudresourcemanager.googleapis.com/v3/projects:search", NULL);
    assert_int_equal(json_count(json_get(rig.body, "projects")), 1);
    rig_ok(&rig, "POST", "iam.googleapis.com/v1/" P "/serviceAccounts",
           "{\"accountId\":\"dataflyt\"}");
    rig_ok(&rig, "POST",
           "iam.googleapis.com/v1/" P "/serviceAccounts/dataflyt@" SANDBOX_PROJECT
           ".iam.gserviceaccount.com:testIamPermissions",
           "{\"permissions\":[\"iam.serviceAccounts.actAs\"]}");
    assert_int_equal(json_count(json_get(rig.body, "permissions")), 1);
}

static void google_agrees(void **state)
{
    (void)state;
    rig_check_log(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_are_googles),
        cmocka_unit_test(what_one_may),
        cmocka_unit_test(read_modify_write),
        cmocka_unit_test(conditions_are_not_lost),
        cmocka_unit_test(stale_etag),
        cmocka_unit_test(an_expired_condition_gives_nothing),
        cmocka_unit_test(a_change_works_later),
        cmocka_unit_test(projects),
        cmocka_unit_test(google_agrees),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

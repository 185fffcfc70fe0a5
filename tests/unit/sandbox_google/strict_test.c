#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sandbox_google/rig.h"

/* Every refusal in the words and the envelope of its family. */

static struct rig rig;

static int begin(void **state)
{
    (void)state;
    rig_start(&rig, 2000, false);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

#define VPC_BODY "{\"name\":\"datastream-vpc\",\"autoCreateSubnetworks\":true}"

static void unknown_things(void **state)
{
    (void)state;
    rig_refused(&rig, 404, "GET", "datastream.googleapis.com/v1/nothing", NULL, "<html");
    rig_refused(&rig, 404, "GET", "unknown.googleapis.com/v1/x", NULL, "<html");
    rig_refused(&rig, 404, "PUT", GCE "/global/networks", "{}", "<html");
    rig_refused(&rig, 400, "GET", DS "/streams?pagesize=3", NULL,
                "Unknown name \\\"pagesize\\\": Cannot bind query parameter");
    rig_refused(&rig, 400, "GET", DS "/streams?pageSize=many", NULL, "TYPE_INT32");
    rig_refused(&rig, 400, "POST", GCE "/global/networks", "{\"name\":\"x\",\"colour\":1}",
                "Unknown name \\\"colour\\\": Cannot find field");
    rig_refused(&rig, 400, "POST", DS "/privateConnections?privateConnectionId=a",
                "{\"displayName\":\"a\",\"vpcPeeringConfig\":{\"vpc\":\"x\",\"subnets\":\"y\"}}",
                "private_connection.vpc_peering_config");
    rig_refused(&rig, 400, "POST", DS "/streams?streamId=a",
                "{\"displayName\":\"a\",\"sourceConfig\":{\"sourceConnectionProfileName\":\"x\"}}",
                "sourceConnectionProfileName");
    rig_refused(&rig, 400, "POST", DS "/streams?streamId=a", "{\"name\":\"a\"}", "output only");
    rig_refused(&rig, 400, "POST", DS "/streams?streamId=a", "{\"state\":\"STARTED\"}",
                "TYPE_ENUM");
    rig_refused(&rig, 400, "POST", DS "/streams", "{\"displayName\":\"a\"}", "stream_id");
}

static void wrong_types(void **state)
{
    (void)state;
    rig_refused(&rig, 400, "POST", GCE "/global/networks", "{\"name\":5}", "TYPE_STRING");
    rig_refused(&rig, 400, "POST", GCE "/global/networks", "{\"name\":[\"a\"]}",
                "cannot start list");
    rig_refused(&rig, 400, "POST", GCE "/global/networks",
                "{\"name\":\"a\",\"autoCreateSubnetworks\":\"true\"}", "TYPE_BOOL");
    rig_refused(&rig, 400, "POST", GCE "/global/networks", "{\"name\":", "Invalid JSON payload");
    rig_refused(&rig, 400, "POST", GCE "/global/networks", "{\"name\":\"a\",\"name\":\"b\"}",
                "Invalid JSON payload");
    rig_refused(&rig, 400, "POST", GCE "/global/networks", "[]", "Root element must be a message");
    rig_refused(&rig, 400, "POST", GCE "/global/networks?requestId=1", VPC_BODY,
                "is not a valid UUID");
    rig_send(&rig, "POST", GCE "/global/networks", "text/plain", VPC_BODY);
    assert_int_equal(rig.status, 400);
    rig_refused(&rig, 400, "POST", GCE "/global/networks", "{\"name\":\"Big\"}", "resource.name");
}

static void envelopes(void **state)
{
    (void)state;
    rig_ask(&rig, "GET", DS "/streams/none", NULL);
    assert_int_equal(rig.status, 404);
    assert_string_equal(rig_text(&rig, "error.status"), "NOT_FOUND");
    assert_null(json_get(rig.body, "error.errors"));
    rig_ask(&rig, "GET", GCE "/global/networks/none", NULL);
    assert_int_equal(rig.status, 404);
    const struct json *first = json_first(json_get(rig.body, "error.errors"));
    assert_string_equal(json_string_or(first, "reason", ""), "notFound");
    assert_null(json_get(rig.body, "error.status"));
    rig_ask(&rig, "GET", BQ "/datasets/none", NULL);
    assert_int_equal(rig.status, 404);
    assert_string_equal(rig_text(&rig, "error.status"), "NOT_FOUND");
    assert_non_null(json_get(rig.body, "error.errors"));
    rig_ask(&rig, "GET", "sqladmin.googleapis.com/v1/" P "/instances/none", NULL);
    assert_int_equal(rig.status, 404);
    rig_ask(&rig, "POST", DS "/connectionProfiles?connectionProfileId=a", "{\"labels\":5}");
    const struct json *detail = json_first(json_get(rig.body, "error.details"));
    assert_string_equal(json_string_or(detail, "@type", ""),
                        "type.googleapis.com/google.rpc.BadRequest");
    const struct json *violation = json_first(json_get(detail, "fieldViolations"));
    assert_string_equal(json_string_or(violation, "field", ""), "connection_profile.labels");
}

static void logins(void **state)
{
    (void)state;
    char token[128];
    str_copy(token, sizeof token, rig.token);
    str_copy(rig.token, sizeof rig.token, "ya29.wrong");
    rig_refused(&rig, 401, "GET", DS "/streams", NULL, "ACCESS_TOKEN_EXPIRED");
    rig_refused(&rig, 401, "GET", GCE "/zones", NULL, "authError");
    rig.token[0] = '\0';
    rig_refused(&rig, 401, "GET", DS "/streams", NULL, "CREDENTIALS_MISSING");
    rig_send(&rig, "POST", "oauth2.googleapis.com/token", "application/x-www-form-urlencoded",
             "grant_type=refresh_token&client_id=" SANDBOX_CLIENT_ID
             "&client_secret=" SANDBOX_CLIENT_SECRET "&refresh_token=1%2F%2Fwrong");
    assert_int_equal(rig.status, 400);
    assert_string_equal(rig_text(&rig, "error"), "invalid_grant");
    rig_send(&rig, "POST", "oauth2.googleapis.com/token", "application/x-www-form-urlencoded",
             "grant_type=refresh_token&client_id=x&client_secret=y&refresh_token=z");
    assert_int_equal(rig.status, 401);
    str_copy(rig.token, sizeof rig.token, token);
    rig_ok(&rig, "GET", "openidconnect.googleapis.com/v1/userinfo", NULL);
    assert_string_equal(rig_text(&rig, "email"), SANDBOX_PERSON);
}

static void projects_of_others(void **state)
{
    (void)state;
    rig_refused(&rig, 403, "GET", "datastream.googleapis.com/v1/projects/x/locations/y/streams",
                NULL, "IAM_PERMISSION_DENIED");
    rig_refused(&rig, 403, "GET", CRM "/other-project", NULL, "caller does not have permission");
    rig.extra = "x-goog-user-project: other-project\r\n";
    rig_refused(&rig, 403, "GET", DS "/streams", NULL, "USER_PROJECT_DENIED");
    rig.extra = "x-goog-user-project: " SANDBOX_PROJECT "\r\n";
    rig_ok(&rig, "GET", DS "/streams", NULL);
    rig.extra = NULL;
}

static void by_name(void **state)
{
    (void)state;
    google_set_lacking(rig.g, "datastream.streams.list", true);
    rig_refused(&rig, 403, "GET", DS "/streams", NULL, "datastream.streams.list");
    google_set_lacking(rig.g, "datastream.streams.list", false);
    rig_ok(&rig, "GET", DS "/streams", NULL);
    google_set_lacking(rig.g, "compute.zones.list", true);
    rig_refused(&rig, 403, "GET", GCE "/zones", NULL, "Required 'compute.zones.list' permission");
    google_set_lacking(rig.g, "compute.zones.list", false);
    google_set_api(rig.g, "datastream.googleapis.com", false);
    rig_refused(&rig, 403, "GET", DS "/streams", NULL, "SERVICE_DISABLED");
    google_set_api(rig.g, "datastream.googleapis.com", true);
    rig_ok(&rig, "GET", DS "/streams", NULL);
}

static void pages(void **state)
{
    (void)state;
    char url[300], token[64];
    size_t seen = 0;
    int asked = 0;
    str_copy(url, sizeof url, USAGE P "/services?filter=state:ENABLED&pageSize=4");
    for (;;) {
        const struct json *page = rig_ok(&rig, "GET", url, NULL);
        seen += json_count(json_get(page, "services"));
        asked++;
        str_copy(token, sizeof token, json_string_or(page, "nextPageToken", ""));
        if (token[0] == '\0')
            break;
        snprintf(url, sizeof url, USAGE P "/services?filter=state:ENABLED&pageSize=4&pageToken=%s",
                 token);
    }
    assert_int_equal(seen, 15);
    assert_int_equal(asked, 4);
    rig_refused(&rig, 400, "GET", USAGE P "/services?pageToken=abc", NULL, "Invalid page token");
    rig_refused(&rig, 400, "GET", USAGE P "/services?pageSize=500", NULL, "out of range");
    rig_ok(&rig, "GET", GCE "/zones?filter=region%20eq%20.*/europe-north1", NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 3);
    rig_ok(&rig, "GET", GCE "/zones?filter=name%3Deurope-north1-b&fields=items(name,status)", NULL);
    const struct json *zone = json_first(json_get(rig.body, "items"));
    assert_int_equal(json_count(zone), 2);
    assert_string_equal(json_string_or(zone, "name", ""), "europe-north1-b");
    rig_refused(&rig, 400, "GET", GCE "/zones?filter=what", NULL, "list filter expression");
}

static void secrets_stay_out_of_the_log(void **state)
{
    (void)state;
    char line[4000];
    bool seen = false;
    rig_ask(&rig, "POST", DS "/connectionProfiles?connectionProfileId=a",
            "{\"displayName\":\"a\",\"postgresqlProfile\":{\"hostname\":\"h\",\"username\":\"u\","
            "\"password\" : \"kanari\\\"fugl\",\"database\":\"d\"}}");
    FILE *log = fopen(rig.log, "r");
    assert_non_null(log);
    while (fgets(line, sizeof line, log) != NULL) {
        assert_null(strstr(line, "kanari"));
        assert_null(strstr(line, "0123456789abcdef0123"));
        seen = seen || strstr(line, "\\\"password\\\" : \\\"***\\\"") != NULL;
    }
    fclose(log);
    assert_true(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_things),
        cmocka_unit_test(wrong_types),
        cmocka_unit_test(envelopes),
        cmocka_unit_test(logins),
        cmocka_unit_test(projects_of_others),
        cmocka_unit_test(by_name),
        cmocka_unit_test(pages),
        cmocka_unit_test(secrets_stay_out_of_the_log),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

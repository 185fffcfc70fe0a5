#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sandbox_google/rig.h"
#include "tests/unit/sandbox_google/road.h"

/* Virtual machines and what must be right about them before a proxy answers. */

static struct rig rig;

#define CONNECTION SANDBOX_PROJECT ":" SANDBOX_REGION ":" SANDBOX_INSTANCE
#define DOCKER     "docker run gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.25.0 --address=0.0.0.0 "
#define OPENING    "iptables -I INPUT -p tcp --dport 5432 -j ACCEPT\\n "
#define GOOD       "#cloud-config\\nruncmd:\\n " OPENING DOCKER CONNECTION "\\n"

#define READY "ready for new connections"

struct order {
    const char *zone, *type, *image, *subnetwork, *ip, *user_data, *email, *key;
    bool no_address;
};

static const struct order RIGHT = {
    .zone = "europe-north1-a",
    .type = "zones/europe-north1-a/machineTypes/e2-small",
    .image = "projects/cos-cloud/global/images/family/cos-129-lts",
    .subnetwork = SUBNET,
    .ip = "10.166.0.9",
    .user_data = GOOD,
    .email = ACCOUNT,
    .key = "user-data",
};

static int insert(const struct order *o, const char *name)
{
    struct str body = {0};
    char url[200];
    str_printf(
        &body,
        "{\"name\":\"%s\",\"machineType\":\"%s\",\"disks\":[{\"boot\":true,"
        "\"initializeParams\":{\"sourceImage\":\"%s\"}}],\"networkInterfaces\":[{"
        "\"subnetwork\":\"%s\",\"networkIP\":\"%s\"%s}],\"serviceAccounts\":[{\"email\":\"%s\","
        "\"scopes\":[\"https://www.googleapis.com/auth/cloud-platform\"]}],\"metadata\":{"
        "\"items\":[{\"key\":\"%s\",\"value\":\"%s\"}]}}",
        name, o->type, o->image, o->subnetwork, o->ip,
        o->no_address ? "" : ",\"accessConfigs\":[{\"type\":\"ONE_TO_ONE_NAT\"}]", o->email, o->key,
        o->user_data);
    snprintf(url, sizeof url, GCE "/zones/%s/instances", o->zone);
    int status = rig_ask(&rig, "POST", url, str_text(&body));
    str_done(&body);
    return status;
}

static void refused(struct order o, int status, const char *words)
{
    int got = insert(&o, "vm");
    if (got != status || strstr(str_text(&rig.text), words) == NULL)
        fail_msg("expected %d with %s: %s", status, words, str_text(&rig.text));
}

static int begin(void **state)
{
    (void)state;
    rig_start(&rig, 5000, false);
    rig_do(&rig, "POST", GCE "/global/networks",
           "{\"name\":\"datastream-vpc\",\"autoCreateSubnetworks\":true}");
    rig_ok(&rig, "POST", "iam.googleapis.com/v1/" P "/serviceAccounts",
           "{\"accountId\":\"datastream\"}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

static void bodies(void **state)
{
    (void)state;
    struct order o = RIGHT;
    o.zone = "europe-north1-z";
    refused(o, 404, "notFound");
    o = RIGHT;
    o.type = "zones/europe-north1-b/machineTypes/e2-small";
    refused(o, 400, "resource.machineType");
    o = RIGHT;
    o.type = "zones/europe-north1-a/machineTypes/e9-huge";
    refused(o, 404, "notFound");
    o = RIGHT;
    o.image = "projects/cos-cloud/global/images/family/cos-1-lts";
    refused(o, 404, "notFound");
    o = RIGHT;
    o.image = "cos";
    refused(o, 400, "URL is malformed");
    o = RIGHT;
    o.subnetwork = "regions/europe-west1/subnetworks/datastream-vpc";
    refused(o, 400, "another region");
    o = RIGHT;
    o.ip = "10.1.1.1";
    refused(o, 400, "not in the range");
    o = RIGHT;
    o.email = "nobody@" SANDBOX_PROJECT ".iam.gserviceaccount.com";
    refused(o, 400, "service account does not exist");
}

static void rights(void **state)
{
    (void)state;
    static const char *const NEEDED[] = {
        "compute.instances.create",      "compute.disks.create",
        "compute.subnetworks.use",       "compute.subnetworks.useExternalIp",
        "compute.instances.setMetadata", "compute.instances.setServiceAccount"};
    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++) {
        google_set_lacking(rig.g, NEEDED[i], true);
        refused(RIGHT, 403, NEEDED[i]);
        google_set_lacking(rig.g, NEEDED[i], false);
    }
    google_set_lacking(rig.g, "iam.serviceAccounts.actAs", true);
    refused(RIGHT, 400, "iam.serviceAccountUser");
    google_set_lacking(rig.g, "iam.serviceAccounts.actAs", false);
}

/* Makes the VM, waits until its console says this, and takes the VM away. */
static void console_says(const struct order *o, const char *words)
{
    char url[300];
    int64_t until = clock_mono_ms() + 20000;
    assert_int_equal(insert(o, "vm"), 200);
    rig_await(&rig);
    snprintf(url, sizeof url, GCE "/zones/%s/instances/vm/serialPort", o->zone);
    do {
        rig_ok(&rig, "GET", url, NULL);
        if (clock_mono_ms() > until)
            fail_msg("not \"%s\" but %s", words, rig_text(&rig, "contents"));
    } while (strstr(rig_text(&rig, "contents"), words) == NULL);
    bool ready = strstr(rig_text(&rig, "contents"), READY) != NULL;
    assert_true(ready == str_eq(words, READY));
    snprintf(url, sizeof url, GCE "/zones/%s/instances/vm", o->zone);
    rig_do(&rig, "DELETE", url, NULL);
}

static void bind_client(void)
{
    struct str body = {0};
    rig_ok(&rig, "POST", CRM "/" SANDBOX_PROJECT ":getIamPolicy",
           "{\"options\":{\"requestedPolicyVersion\":3}}");
    str_printf(&body,
               "{\"policy\":{\"version\":3,\"etag\":\"%s\",\"bindings\":", rig_text(&rig, "etag"));
    json_print(json_get(rig.body, "bindings"), &body);
    body.text[--body.bytes] = '\0';
    str_add(&body, ",{\"role\":\"roles/cloudsql.client\",\"members\":[\"serviceAccount:" ACCOUNT
                   "\"]}]}}");
    rig_ok(&rig, "POST", CRM "/" SANDBOX_PROJECT ":setIamPolicy", str_text(&body));
    str_done(&body);
}

static void proxies(void **state)
{
    (void)state;
    struct order o = RIGHT;
    console_says(&o, "boss::NOT_AUTHORIZED"); /* the account may not connect */
    bind_client();
    console_says(&o, READY);
    o.key = "gce-container-declaration"; /* no longer started */
    console_says(&o, "no unit of that name");
    o = RIGHT;
    o.user_data = OPENING DOCKER CONNECTION; /* not cloud-init */
    console_says(&o, "no unit of that name");
    o = RIGHT;
    o.no_address = true; /* the image cannot be pulled */
    console_says(&o, "Client.Timeout exceeded");
    o = RIGHT;
    o.image = "projects/debian-cloud/global/images/family/debian-12";
    console_says(&o, "no unit of that name");
    o = RIGHT;
    google_set_api(rig.g, "sqladmin.googleapis.com", false);
    console_says(&o, "boss::NOT_AUTHORIZED");
    google_set_api(rig.g, "sqladmin.googleapis.com", true);
}

static void up_and_down(void **state)
{
    (void)state;
    assert_int_equal(insert(&RIGHT, "vm"), 200);
    rig_await(&rig);
    assert_int_equal(insert(&RIGHT, "vm"), 409);
    struct order o = RIGHT;
    assert_int_equal(insert(&o, "vm2"), 400);
    assert_non_null(strstr(str_text(&rig.text), "already being used"));
    rig_refused(&rig, 400, "POST", GCE "/zones/europe-north1-a/instances/vm/start", NULL,
                "running");
    rig_do(&rig, "POST", GCE "/zones/europe-north1-a/instances/vm/reset", NULL);
    rig_do(&rig, "POST", GCE "/zones/europe-north1-a/instances/vm/stop", NULL);
    rig_ok(&rig, "GET", GCE "/zones/europe-north1-a/instances?filter=status%3DTERMINATED", NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 1);
    rig_do(&rig, "POST", GCE "/zones/europe-north1-a/instances/vm/start", NULL);
    rig_refused(&rig, 412, "POST", GCE "/zones/europe-north1-a/instances/vm/setLabels",
                "{\"labels\":{\"a\":\"b\"},\"labelFingerprint\":\"AAAA\"}", "conditionNotMet");
    rig_ok(&rig, "GET", GCE "/aggregated/instances", NULL);
    const struct json *zone = json_first(json_get(rig.body, "items"));
    assert_string_equal(json_key(zone), "zones/europe-north1-a");
}

static void addresses_and_rules(void **state)
{
    (void)state;
#define ADDRESSES GCE "/regions/europe-north1/addresses"
    rig_refused(&rig, 400, "POST", ADDRESSES,
                "{\"name\":\"a\",\"addressType\":\"INTERNAL\",\"subnetwork\":\"" SUBNET
                "\",\"address\":\"10.166.0.9\"}",
                "already being used");
    rig_do(&rig, "POST", ADDRESSES,
           "{\"name\":\"a\",\"addressType\":\"INTERNAL\",\"subnetwork\":\"" SUBNET
           "\",\"address\":\"10.166.0.77\"}");
    rig_ok(&rig, "GET", ADDRESSES "/a", NULL);
    assert_string_equal(rig_text(&rig, "status"), "RESERVED");
    struct order o = RIGHT;
    o.ip = "10.166.0.77";
    assert_int_equal(insert(&o, "vm3"), 200);
    rig_ok(&rig, "GET", ADDRESSES "/a", NULL);
    assert_string_equal(rig_text(&rig, "status"), "IN_USE");
    rig_refused(&rig, 400, "DELETE", ADDRESSES "/a", NULL, "resourceInUseByAnotherResource");
    rig_refused(&rig, 400, "POST", GCE "/global/firewalls",
                "{\"name\":\"f\",\"network\":\"" VPC "\",\"sourceRanges\":[\"10.2.0.1/29\"],"
                "\"allowed\":[{\"IPProtocol\":\"tcp\"}]}",
                "sourceRanges");
    rig_refused(&rig, 400, "POST", GCE "/global/firewalls",
                "{\"name\":\"f\",\"network\":\"" VPC
                "\",\"allowed\":[{\"IPProtocol\":\"tcp\",\"ports\":"
                "[\"five\"]}]}",
                "ports");
    rig_refused(&rig, 400, "POST", GCE "/global/firewalls",
                "{\"name\":\"f\",\"network\":\"" VPC "\",\"allowed\":[{\"ipProtocol\":\"tcp\"}]}",
                "ipProtocol");
    rig_do(&rig, "POST", GCE "/global/firewalls",
           "{\"name\":\"f\",\"network\":\"" VPC
           "\",\"sourceRanges\":[\"10.2.0.0/29\"],\"allowed\":[{"
           "\"IPProtocol\":\"tcp\",\"ports\":[\"5432\"]}]}");
    rig_do(&rig, "PATCH", GCE "/global/firewalls/f", "{\"disabled\":true}");
    rig_ok(&rig, "GET", GCE "/global/firewalls/f", NULL);
    assert_true(json_bool(rig.body, "disabled", false));
}

static void google_agrees(void **state)
{
    (void)state;
    rig_check_log(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(rights),
        cmocka_unit_test(proxies),
        cmocka_unit_test(up_and_down),
        cmocka_unit_test(addresses_and_rules),
        cmocka_unit_test(google_agrees),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sandbox_google/rig.h"

/* The smaller services, without a database behind them. */

static struct rig rig;

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

#define SQL "sqladmin.googleapis.com/v1/" P "/instances"

static bool has_flag(const char *name)
{
    for
        json_each(
            flag,
            json_get(
                rig.body,
                "settings.databaseFlags")) if (str_eq(json_string(flag, "name"),
                                                      name)) return str_eq(json_string(flag,
                                                                                       "value"),
                                                                           "on");
    return false;
}

static void instance(void **state)
{
    (void)state;
    struct sandbox_facts *f = &rig.s.facts;
    rig_ok(&rig, "GET", SQL "/" SANDBOX_INSTANCE, NULL);
    assert_string_equal(rig_text(&rig, "databaseVersion"), "POSTGRES_15");
    assert_false(has_flag("cloudsql.logical_decoding"));
    assert_false(json_bool(rig.body, "settings.storageAutoResize", false));
    pthread_mutex_lock(&f->lock);
    f->logical_decoding = f->disk_autoresize = true;
    f->disk_size_gb = 25;
    f->disk_limit_gb = 50;
    str_copy(f->users[0].name, sizeof f->users[0].name, "datastream");
    f->n_users = 1;
    pthread_mutex_unlock(&f->lock);
    rig_ok(&rig, "GET", SQL "/" SANDBOX_INSTANCE, NULL);
    assert_true(has_flag("cloudsql.logical_decoding"));
    assert_true(json_bool(rig.body, "settings.storageAutoResize", false));
    assert_string_equal(rig_text(&rig, "settings.dataDiskSizeGb"), "25");
    assert_string_equal(rig_text(&rig, "settings.storageAutoResizeLimit"), "50");
    rig_ok(&rig, "GET", SQL "/" SANDBOX_INSTANCE "/users", NULL);
    assert_non_null(strstr(str_text(&rig.text), "\"datastream\""));
    assert_non_null(strstr(str_text(&rig.text), "CLOUD_IAM_USER"));
    rig_ok(&rig, "GET", SQL "/" SANDBOX_INSTANCE "/databases", NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 2);
    rig_ok(&rig, "GET", SQL "/" SANDBOX_INSTANCE "/databases/" SANDBOX_DATABASE, NULL);
    rig_ok(&rig, "GET", SQL, NULL);
    assert_int_equal(json_count(json_get(rig.body, "items")), 1);
    rig_ok(&rig, "GET", "sqladmin.googleapis.com/v1/flags?databaseVersion=POSTGRES_15", NULL);
    rig_refused(&rig, 404, "GET", SQL "/other", NULL, "instanceDoesNotExist");
    google_set_lacking(rig.g, "cloudsql.instances.get", true);
    rig_refused(&rig, 403, "GET", SQL "/" SANDBOX_INSTANCE, NULL, "cloudsql.instances.get");
    google_set_lacking(rig.g, "cloudsql.instances.get", false);
}

#define DATASET BQ "/datasets/innsiden"

static void datasets(void **state)
{
    (void)state;
    rig_refused(&rig, 400, "POST", BQ "/datasets", "{\"datasetReference\":{\"datasetId\":\"a-b\"}}",
                "alphanumeric");
    rig_refused(&rig, 400, "POST", BQ "/datasets", "{\"location\":\"EU\"}", "dataset_reference");
    rig_ok(&rig, "POST", BQ "/datasets",
           "{\"datasetReference\":{\"datasetId\":\"innsiden\"},\"location\":\"europe-north1\","
           "\"labels\":{\"created-by\":\"strom\"}}");
    assert_int_equal(json_count(json_get(rig.body, "access")), 4); /* the maker owns it */
    rig_ok(&rig, "PATCH", DATASET, "{\"description\":\"rå\",\"labels\":{\"team\":\"aap\"}}");
    assert_string_equal(rig_text(&rig, "description"), "rå");
    assert_int_equal(json_count(json_get(rig.body, "labels")), 2);
    rig_refused(&rig, 400, "PATCH", DATASET, "{\"location\":\"US\"}",
                "Cannot change dataset location");
    static char etag[64], line[128]; /* rig.extra may outlive a failure */
    rig_ok(&rig, "GET", DATASET, NULL);
    str_copy(etag, sizeof etag, rig_text(&rig, "etag"));
    snprintf(line, sizeof line, "If-Match: \"%s\"\r\n", etag);
    rig.extra = line;
    rig_ok(&rig, "PATCH", DATASET, "{\"description\":\"kjent\"}");
    rig_refused(&rig, 412, "PATCH", DATASET, "{\"description\":\"x\"}",
                "Precondition check failed.");
    rig_refused(&rig, 412, "DELETE", DATASET, NULL, "conditionNotMet");
    assert_string_equal(rig_text(&rig, "error.status"), "FAILED_PRECONDITION");
    assert_string_equal(
        json_string_or(json_first(json_get(rig.body, "error.errors")), "location", ""), "If-Match");
    rig.extra = "If-Match: other, *\r\n";
    rig_ok(&rig, "PATCH", DATASET, "{\"description\":\"r\303\245\"}");
    rig.extra = NULL;
    rig_ok(&rig, "PATCH", DATASET,
           "{\"access\":[{\"role\":\"READER\",\"specialGroup\":\"projectReaders\"},{\"role\":"
           "\"WRITER\",\"specialGroup\":\"projectWriters\"}]}");
    rig_ok(&rig, "GET", DATASET, NULL);
    rig_refused(&rig, 403, "PATCH", DATASET, "{\"description\":\"x\"}", "bigquery.datasets.update");
    rig_refused(&rig, 403, "DELETE", DATASET, NULL, "bigquery.datasets.delete");
    rig_ok(&rig, "GET", BQ "/datasets", NULL);
    assert_int_equal(json_count(json_get(rig.body, "datasets")), 1);
    rig_ok(&rig, "GET", DATASET "/tables", NULL);
    assert_int_equal(json_count(json_get(rig.body, "tables")), 0);
    rig_refused(&rig, 404, "GET", DATASET "/tables/t", NULL, "Not found: Table");
}

static void base64url(struct str *out, const char *text)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i += 3) {
        unsigned bits = (unsigned)(unsigned char)text[i] << 16;
        bits |= i + 1 < n ? (unsigned)(unsigned char)text[i + 1] << 8 : 0;
        bits |= i + 2 < n ? (unsigned)(unsigned char)text[i + 2] : 0;
        for (size_t k = 0; k < 4 && i + k <= n; k++)
            str_addc(out, DIGITS[bits >> (18 - 6 * k) & 63]);
    }
}

static int ask_with_jwt(const char *audience, int seconds)
{
    struct str claims = {0}, body = {0};
    str_printf(
        &claims,
        "{\"iss\":\"sa@x.iam.gserviceaccount.com\",\"scope\":\"https://www.googleapis.com/auth/"
        "cloud-platform\",\"aud\":\"%s\",\"iat\":%lld,\"exp\":%lld}",
        audience, (long long)clock_wall(), (long long)clock_wall() + seconds);
    str_add(&body, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=");
    base64url(&body, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    str_addc(&body, '.');
    base64url(&body, str_text(&claims));
    str_add(&body, ".c2lnbmF0dXI");
    int status = rig_send(&rig, "POST", "oauth2.googleapis.com/token",
                          "application/x-www-form-urlencoded", str_text(&body));
    str_done(&claims);
    str_done(&body);
    return status;
}

static void service_accounts_log_in(void **state)
{
    (void)state;
    assert_int_equal(ask_with_jwt("https://oauth2.googleapis.com/token", 3600), 200);
    assert_int_equal(json_int64(rig.body, "expires_in", 0), 3599);
    assert_int_equal(ask_with_jwt("https://elsewhere.example", 3600), 400);
    assert_string_equal(rig_text(&rig, "error"), "invalid_grant");
    assert_int_equal(ask_with_jwt("https://oauth2.googleapis.com/token", 7200), 400);
    assert_non_null(strstr(str_text(&rig.text), "60 minutes"));
}

static void accounts(void **state)
{
    (void)state;
#define ACCOUNTS "iam.googleapis.com/v1/" P "/serviceAccounts"
    rig_refused(&rig, 400, "POST", ACCOUNTS, "{\"accountId\":\"kort\"}", "account ID");
    rig_refused(&rig, 400, "POST", ACCOUNTS, "{}", "account_id");
    rig_ok(&rig, "POST", ACCOUNTS,
           "{\"accountId\":\"datastream\",\"serviceAccount\":{\"displayName\":"
           "\"datastream\"}}");
    rig_ok(&rig, "GET", ACCOUNTS "/datastream@" SANDBOX_PROJECT ".iam.gserviceaccount.com", NULL);
    char url[300];
    snprintf(url, sizeof url, ACCOUNTS "/%s", rig_text(&rig, "uniqueId"));
    rig_ok(&rig, "GET", url, NULL);
    rig_ok(&rig, "GET", ACCOUNTS, NULL);
    assert_int_equal(json_count(json_get(rig.body, "accounts")), 1);
    rig_refused(&rig, 404, "DELETE", ACCOUNTS "/none", NULL, "Unknown service account");
}

static void regions_and_images(void **state)
{
    (void)state;
    rig_ok(&rig, "GET", GCE "/zones/europe-north1-c/machineTypes/e2-small", NULL);
    assert_int_equal(json_int64(rig.body, "memoryMb", 0), 2048);
    rig_ok(&rig, "GET", GCE "/regions/europe-north1", NULL);
    assert_int_equal(json_count(json_get(rig.body, "zones")), 3);
    rig_ok(&rig, "GET", GCE, NULL);
    rig_refused(&rig, 404, "GET", GCE "/zones/europe-north1-x", NULL, "notFound");
    rig_refused(
        &rig, 404, "GET",
        "compute.googleapis.com/compute/v1/projects/cos-cloud/global/images/family/cos-1-lts", NULL,
        "notFound");
    rig_ok(&rig, "GET", DS ":fetchStaticIps", NULL);
    assert_int_equal(json_count(json_get(rig.body, "staticIps")), 5);
    rig_ok(&rig, "GET", "datastream.googleapis.com/v1/" P "/locations", NULL);
    rig_refused(&rig, 403, "POST",
                "datastream.googleapis.com/v1/" P
                "/locations/moon-1/connectionProfiles?connectionProfileId=a",
                "{\"displayName\":\"a\",\"bigqueryProfile\":{}}", "moon-1");
}

#define SERIES "monitoring.googleapis.com/v3/" P "/timeSeries?interval.endTime=2026-01-02T00:00:00Z"

static void series(void **state)
{
    (void)state;
    rig_refused(&rig, 400, "GET", SERIES, NULL, "filter");
    rig_refused(&rig, 400, "GET", SERIES "&filter=resource.type%3D%22x%22", NULL, "metric.type");
    rig_refused(&rig, 400, "GET", SERIES "&filter=metric.type%3D%22x%22&interval.startTime=tirsdag",
                NULL, "Illegal timestamp format");
    rig_refused(&rig, 400, "GET",
                SERIES "&filter=metric.type%3D%22x%22&aggregation.perSeriesAligner=ALIGN_BEST",
                NULL, "TYPE_ENUM");
    rig_refused(&rig, 400, "GET",
                SERIES "&filter=metric.type%3D%22x%22&aggregation.perSeriesAligner=ALIGN_MAX&"
                       "aggregation.alignmentPeriod=30s",
                NULL, "at least 60 seconds");
    rig_ok(&rig, "GET",
           SERIES "&filter=metric.type%3D%22cloudsql.googleapis.com%2Fdatabase%2Fdisk%2Fquota%22",
           NULL);
    const struct json *one = json_first(json_get(rig.body, "timeSeries"));
    const struct json *point = json_first(json_get(one, "points"));
    assert_string_equal(json_string_or(point, "value.int64Value", ""), "26843545600");
    rig_refused(&rig, 400, "POST", "logging.googleapis.com/v2/entries:list", "{}",
                "resource_names");
    rig_refused(&rig, 403, "POST", "logging.googleapis.com/v2/entries:list",
                "{\"resourceNames\":[\"projects/other\"]}", "logging.logEntries.list");
}

static void services(void **state)
{
    (void)state;
    rig_ok(&rig, "GET", USAGE P "/services/compute.googleapis.com", NULL);
    assert_string_equal(rig_text(&rig, "state"), "ENABLED");
    rig_ok(&rig, "GET", USAGE P "/services/pubsub.googleapis.com", NULL);
    assert_string_equal(rig_text(&rig, "state"), "DISABLED");
    rig_ok(&rig, "GET",
           USAGE P "/services:batchGet?names=" P "/services/compute.googleapis.com&names=" P
                   "/services/pubsub.googleapis.com",
           NULL);
    assert_int_equal(json_count(json_get(rig.body, "services")), 2);
    rig_refused(&rig, 400, "GET", USAGE P "/services?filter=state%3DENABLED", NULL, "filter");
    rig_refused(&rig, 400, "POST", USAGE P "/services:batchEnable", "{}", "service_ids");
    rig_do(&rig, "POST", USAGE P "/services/pubsub.googleapis.com:enable", "{}");
    rig_ok(&rig, "GET", USAGE P "/services/pubsub.googleapis.com", NULL);
    assert_string_equal(rig_text(&rig, "state"), "ENABLED");
    rig_ok(&rig, "POST", USAGE P "/services/pubsub.googleapis.com:disable", "{}");
    rig_refused(&rig, 404, "GET", "serviceusage.googleapis.com/v1/operations/none", NULL,
                "NOT_FOUND");
}

static void google_agrees(void **state)
{
    (void)state;
    rig_check_log(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instance),
        cmocka_unit_test(datasets),
        cmocka_unit_test(service_accounts_log_in),
        cmocka_unit_test(accounts),
        cmocka_unit_test(regions_and_images),
        cmocka_unit_test(series),
        cmocka_unit_test(services),
        cmocka_unit_test(google_agrees),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Every way in which Google says no. */

#include "api/google/longrun.h"
#include "api/google/refusal.h"

#include <string.h>

static void expect(int status, const char *body, enum err_kind kind, const char *reason,
                   const char *why, bool retryable)
{
    struct refusal r;
    struct err e;
    refusal_read(status, body, strlen(body), &r);
    refusal_to_err(&r, "Doing it", "thing", &e);
    if (e.kind != kind || strcmp(e.reason, reason) != 0 || !strstr(e.why, why) ||
        e.retryable != retryable || !*e.hint || e.code != status)
        fail_msg("kind %d reason '%s' why '%s' hint '%s' retryable %d", (int)e.kind, e.reason,
                 e.why, e.hint, e.retryable);
    assert_string_equal(e.what, "Doing it");
    assert_string_equal(e.resource, "thing");
}

static void envelopes(void **state)
{
    (void)state;
    expect(403,
           "{\"error\":{\"code\":403,\"message\":\"Permission 'a.b.c' denied\",\"status\":"
           "\"PERMISSION_DENIED\",\"details\":[{\"@type\":\"type.googleapis.com/"
           "google.rpc.ErrorInfo\","
           "\"reason\":\"IAM_PERMISSION_DENIED\",\"metadata\":{\"permission\":\"a.b.c\"}}]}}",
           ERR_DENIED, "IAM_PERMISSION_DENIED", "a.b.c", false);
    expect(
        400,
        "{\"error\":{\"code\":400,\"message\":\"Request contains an invalid argument.\",\"status\":"
        "\"INVALID_ARGUMENT\",\"details\":[{\"@type\":\"x/"
        "google.rpc.BadRequest\",\"fieldViolations\":"
        "[{\"field\":\"stream.display_name\",\"description\":\"must be set\"}]}]}}",
        ERR_INPUT, "INVALID_ARGUMENT", "stream.display_name: must be set", false);
    expect(404,
           "{\"error\":{\"code\":404,\"message\":\"Not found: Dataset "
           "p:d\",\"errors\":[{\"message\":\"Not "
           "found: Dataset "
           "p:d\",\"domain\":\"global\",\"reason\":\"notFound\"}],\"status\":\"NOT_FOUND\"}}",
           ERR_MISSING, "notFound", "Dataset p:d", false);
    expect(409,
           "{\"error\":{\"code\":409,\"status\":\"ABORTED\",\"message\":\"concurrent policy "
           "changes\"}}",
           ERR_CONFLICT, "ABORTED", "concurrent", true);
    expect(409,
           "{\"error\":{\"code\":409,\"errors\":[{\"reason\":\"duplicate\",\"message\":\"Already\"}"
           "]}}",
           ERR_CONFLICT, "duplicate", "Already", false);
    expect(403,
           "{\"error\":{\"code\":403,\"errors\":[{\"reason\":\"rateLimitExceeded\",\"message\":"
           "\"slow\"}]}}",
           ERR_QUOTA, "rateLimitExceeded", "slow", true);
    expect(400,
           "{\"error\":{\"code\":400,\"status\":\"FAILED_PRECONDITION\",\"message\":\"in use\"}}",
           ERR_CONFLICT, "FAILED_PRECONDITION", "in use", false);
    expect(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been expired\"}",
           ERR_DENIED, "invalid_grant", "expired", false);
    expect(412,
           "{\"error\":{\"code\":412,\"message\":\"Constraint constraints/"
           "compute.vmExternalIpAccess violated for project p.\",\"errors\":[{\"reason\":"
           "\"conditionNotMet\",\"message\":\"Constraint\"}]}}",
           ERR_DENIED, "conditionNotMet", "vmExternalIpAccess", false);
    expect(403,
           "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\",\"message\":\"no billing\","
           "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"
           "\"BILLING_DISABLED\"}]}}",
           ERR_DENIED, "BILLING_DISABLED", "no billing", false);
    expect(503, "", ERR_NETWORK, "UNAVAILABLE", "answered 503 without a word", true);
    expect(418, "<html><b>I'm a\n\n teapot</b></html>", ERR_INPUT, "INVALID_ARGUMENT",
           "I'm a teapot", false);
    expect(502,
           "[{\"error\":{\"code\":502,\"message\":\"Bad gateway\",\"status\":\"UNAVAILABLE\"}}]",
           ERR_NETWORK, "UNAVAILABLE", "Bad gateway", true);
    expect(404,
           "{\"error\":{\"code\":404,\"message\":\"a\\u001b[31mb Authorization: Bearer "
           "ya29.canary\"}}",
           ERR_MISSING, "NOT_FOUND", "a\\x1b[31mb", false);
}

static void secrets_do_not_come_back(void **state)
{
    (void)state;
    struct refusal r;
    struct err e;
    const char *body =
        "{\"error\":{\"code\":400,\"message\":\"bad token ya29.canarycanarycanary and "
        "password=canary1\"}}";
    refusal_read(400, body, strlen(body), &r);
    refusal_to_err(&r, "x", "y", &e);
    assert_null(strstr(e.why, "canary"));
}

static void retry_info(void **state)
{
    (void)state;
    struct refusal r;
    const char *body =
        "{\"error\":{\"code\":429,\"details\":[{\"@type\":\"t/google.rpc.RetryInfo\","
        "\"retryDelay\":\"3.5s\"}]}}";
    refusal_read(429, body, strlen(body), &r);
    assert_true(r.retry_after_s > 3.4 && r.retry_after_s < 3.6);
    assert_true(refusal_is_passing(&r));
    refusal_read(400, "{}", 2, &r);
    assert_true(r.retry_after_s < 0);
    assert_false(refusal_is_passing(&r));
}

static void a_status_of_an_operation(void **state)
{
    (void)state;
    static const struct {
        int code;
        enum err_kind kind;
    } cases[] = {{3, ERR_INPUT},    {5, ERR_MISSING},  {6, ERR_CONFLICT},
                 {7, ERR_DENIED},   {8, ERR_QUOTA},    {9, ERR_CONFLICT},
                 {13, ERR_NETWORK}, {14, ERR_NETWORK}, {99, ERR_NETWORK}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = {0};
        struct refusal r;
        struct err e;
        str_printf(&text, "{\"code\":%d,\"message\":\"m\"}", cases[i].code);
        struct json *doc = json_parse(str_text(&text), text.bytes, &e);
        refusal_read_status(doc, &r);
        refusal_to_err(&r, "x", "y", &e);
        assert_int_equal(e.kind, cases[i].kind);
        json_free(doc);
        str_done(&text);
    }
}

static void names_of_operations(void **state)
{
    (void)state;
    static const char *const good[] = {
        "datastream.googleapis.com/v1/projects/p/locations/l/operations/o",
        "serviceusage.googleapis.com/v1/operations/acat.p2-1",
        "compute.googleapis.com/compute/v1/projects/p/global/operations/o"};
    static const char *const bad[] = {"",
                                      "evil/v1/operations/o",
                                      "datastream.googleapis.com.evil/v1/operations/o",
                                      "datastream.googleapis.com/v1/../operations/o",
                                      "datastream.googleapis.com/v2/operations/o",
                                      "datastream.googleapis.com/v1/operations/o?alt=media",
                                      "compute.googleapis.com/v1/operations/o",
                                      "bigquery.googleapis.com/bigquery/v2/operations/o"};
    struct arena a;
    struct longrun run;
    arena_init(&a);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(longrun_name(&a, good[i], &run));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(longrun_name(&a, bad[i], &run));
    assert_false(longrun_name(&a, NULL, &run));
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(envelopes),           cmocka_unit_test(secrets_do_not_come_back),
        cmocka_unit_test(retry_info),          cmocka_unit_test(a_status_of_an_operation),
        cmocka_unit_test(names_of_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

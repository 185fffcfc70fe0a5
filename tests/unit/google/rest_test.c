#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* One call: tokens, repeats, pages, operations, lost answers, failures. */

#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/exchange.h"
#include "api/google/iam.h"
#include "api/google/logging.h"
#include "api/google/longrun.h"
#include "api/google/machine.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/serviceusage.h"
#include "tests/unit/google/calls.h"

/* --- tokens --- */

static void one_token_serves_many(void **state)
{
    (void)state;
    struct task *t[5];
    world_token(&w);
    rule("GET", CRM, 200, "{\"projectId\":\"p\",\"lifecycleState\":\"ACTIVE\"}", 0);
    for (int i = 0; i < 5; i++)
        t[i] = projects_get(w.google, "p");
    for (int i = 0; i < 5; i++)
        expect_ok(t[i]);
    assert_string_equal(projects_project(t[4])->state, "ACTIVE");
    assert_int_equal(server_count(&w.server, "POST", "/oauth2"), 1);
    const struct seen *q = server_last(&w.server, "GET", CRM);
    assert_non_null(strstr(q->headers, "Authorization: Bearer canary-token"));
    for (int i = 0; i < 5; i++)
        task_drop(t[i]);
}

static void a_401_renews_once(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", CRM, 401, "{\"error\":{\"code\":401,\"status\":\"UNAUTHENTICATED\"}}", 1);
    rule("GET", CRM, 200, "{\"projectId\":\"p\"}", 1);
    rule("GET", CRM, 401,
         "{\"error\":{\"code\":401,\"message\":\"no\",\"status\":\"UNAUTHENTICATED\"}}", 0);
    struct task *t = projects_get(w.google, "p");
    expect_ok(t);
    assert_int_equal(server_count(&w.server, "POST", "/oauth2"), 2);
    task_drop(t);
    t = projects_get(w.google, "p");
    expect_failure(t, ERR_DENIED, "no");
    assert_int_equal(server_count(&w.server, "POST", "/oauth2"), 3);
    task_drop(t);
}

static void a_worn_out_login_says_what_to_do(void **state)
{
    (void)state;
    rule("POST", "/oauth2", 400,
         "{\"error\":\"invalid_grant\",\"error_description\":\"reauth related error\","
         "\"error_subtype\":\"invalid_rapt\"}",
         0);
    struct task *t = projects_get(w.google, "p");
    expect_failure(t, ERR_DENIED, "reauth related error");
    assert_string_equal(task_error(t)->reason, "invalid_rapt");
    assert_non_null(strstr(task_error(t)->hint, "nais login"));
    assert_int_equal(server_count(&w.server, "POST", "/oauth2"), 1);
    task_drop(t);
    /* the next call tries again */
    t = projects_get(w.google, "p");
    expect_failure(t, ERR_DENIED, "reauth");
    assert_int_equal(server_count(&w.server, "POST", "/oauth2"), 2);
    task_drop(t);
}

static void a_refused_quota_project_is_left_out(void **state)
{
    (void)state;
    world_token(&w);
    google_use_project(w.google, "team");
    rule("GET", CRM, 403,
         "{\"error\":{\"code\":403,\"message\":\"denied\",\"status\":\"PERMISSION_DENIED\","
         "\"details\":[{"
         "\"@type\":\"type.googleapis.com/"
         "google.rpc.ErrorInfo\",\"reason\":\"USER_PROJECT_DENIED\"}]}}",
         1);
    rule("GET", CRM, 200, "{\"projectId\":\"p\"}", 0);
    struct task *t = projects_get(w.google, "p");
    expect_ok(t);
    assert_string_equal(google_quota_refused(w.google), "team");
    assert_non_null(strstr(google_login_note(w.google), "team may not be used as quota project"));
    assert_null(strstr(server_last(&w.server, "GET", CRM)->headers, "x-goog-user-project"));
    task_drop(t);
}

/* --- repeats --- */

static void reads_are_repeated(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", CRM, 503, "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}", 2);
    rule("GET", CRM, 0, NULL, 1);
    rule("GET", CRM, 200, "{\"projectId\":\"p\"}", 0);
    struct task *t = projects_get(w.google, "p");
    expect_ok(t);
    assert_int_equal(server_count(&w.server, "GET", CRM), 4);
    task_drop(t);
}

static void repeats_end(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", CRM, 500, "{\"error\":{\"code\":500,\"message\":\"oops\",\"status\":\"INTERNAL\"}}",
         0);
    struct task *t = projects_get(w.google, "p");
    expect_failure(t, ERR_NETWORK, "oops");
    assert_true(task_error(t)->retryable);
    assert_int_equal(server_count(&w.server, "GET", CRM), 5);
    task_drop(t);
}

static void a_plain_refusal_is_not_repeated(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", CRM, 403,
         "{\"error\":{\"code\":403,\"message\":\"The caller does not have permission\",\"status\":"
         "\"PERMISSION_DENIED\"}}",
         0);
    struct task *t = projects_get(w.google, "p");
    expect_failure(t, ERR_DENIED, "does not have permission");
    assert_int_equal(server_count(&w.server, "GET", CRM), 1);
    task_drop(t);
}

static void retry_after_is_obeyed_or_told(void **state)
{
    (void)state;
    world_token(&w);
    server_rule(&w.server,
                (struct rule){"GET", CRM, 429, "Retry-After: 1\r\n",
                              "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}", 1});
    server_rule(&w.server,
                (struct rule){"GET", CRM, 429, "Retry-After: 3600\r\n",
                              "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}", 0});
    struct task *t = projects_get(w.google, "p");
    assert_int_equal(wait_for(t), TASK_FAILED);
    assert_true(task_elapsed_ms(t) >= 1000);
    assert_int_equal(task_error(t)->kind, ERR_QUOTA);
    assert_non_null(strstr(task_error(t)->hint, "3600 s"));
    assert_int_equal(server_count(&w.server, "GET", CRM), 2);
    task_drop(t);
}

static void a_write_keeps_its_request_id(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", STREAMS, 503, "{\"error\":{\"code\":503}}", 1);
    rule("POST", STREAMS, 200, "{\"name\":\"" OP "\",\"done\":true,\"response\":{}}", 0);
    const struct datastream_stream_order order = {.id = "s",
                                                  .display_name = "s",
                                                  .source_profile = "a",
                                                  .destination_profile = "b",
                                                  .publication = "p",
                                                  .slot = "s",
                                                  .mode = DATASTREAM_MODE_MERGE,
                                                  .dataset_project = "p",
                                                  .dataset = "d",
                                                  .include = one_table()};
    const struct google_write write = {.request_id = "6f1c0b1e-7b8f-4d7e-9c55-0d5a1f6f2a11",
                                       .validate_only = true};
    struct task *t = datastream_stream_create(w.google, "p", "l", &order, &write);
    expect_ok(t);
    assert_null(datastream_stream(t));
    assert_int_equal(server_count(&w.server, "POST",
                                  STREAMS "?streamId=s&requestId=6f1c0b1e-7b8f-4d7e-9c55-"
                                          "0d5a1f6f2a11&validateOnly=true"),
                     2);
    task_drop(t);
}

static void a_lost_create_is_looked_for(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", "/bigquery", 0, NULL, 1);
    rule("GET", "/bigquery.googleapis.com/bigquery/v2/projects/p/datasets/d", 200,
         "{\"datasetReference\":{\"projectId\":\"p\",\"datasetId\":\"d\"},\"location\":\"EU\"}", 0);
    struct task *t = bigquery_dataset_insert(w.google, "p", "d", "EU", NULL, NULL);
    expect_ok(t);
    assert_true(google_adopted(t));
    assert_string_equal(bigquery_dataset(t)->location, "EU");
    assert_int_equal(server_count(&w.server, "POST", "/bigquery"), 1);
    task_drop(t);
}

static void a_create_that_did_not_happen_is_sent_again(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", "/bigquery", 500, "{\"error\":{\"code\":500}}", 1);
    rule("POST", "/bigquery", 200, "{\"datasetReference\":{\"datasetId\":\"d\"}}", 1);
    rule("GET", "/bigquery", 404,
         "{\"error\":{\"code\":404,\"errors\":[{\"reason\":\"notFound\"}]}}", 0);
    struct task *t = bigquery_dataset_insert(w.google, "p", "d", "EU", NULL, NULL);
    expect_ok(t);
    assert_false(google_adopted(t));
    assert_int_equal(server_count(&w.server, "POST", "/bigquery"), 2);
    task_drop(t);
}

static void what_exists_is_a_conflict_when_nothing_was_lost(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", "/iam", 409,
         "{\"error\":{\"code\":409,\"message\":\"Service account datastream already exists\","
         "\"status\":\"ALREADY_EXISTS\"}}",
         0);
    rule("GET", "/iam", 200, "{\"email\":\"x\"}", 0);
    struct task *t = iam_account_create(w.google, "p", "datastream", "datastream", NULL);
    expect_failure(t, ERR_CONFLICT, "already exists");
    assert_int_equal(server_count(&w.server, "GET", "/iam"), 0);
    task_drop(t);
}

/* --- pages --- */

static void pages_are_joined(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", STREAMS "?pageSize=1000&pageToken=zwei%2F2", 200,
         "{\"streams\":[{\"name\":\"projects/p/locations/l/streams/c\"}]}", 0);
    rule("GET", STREAMS, 200,
         "{\"streams\":[{\"name\":\"projects/p/locations/l/streams/a\"},{\"name\":\"x/b\"}],"
         "\"nextPageToken\":\"zwei/2\",\"unreachable\":[\"q\"]}",
         0);
    struct task *t = datastream_stream_list(w.google, "p", "l");
    expect_ok(t);
    const struct datastream_streams *list = datastream_streams(t);
    assert_int_equal(list->n, 3);
    assert_string_equal(list->items[2].id, "c");
    assert_int_equal(list->n_unreachable, 1);
    task_drop(t);
}

/* Half a list is none: what it leaves out would be made once more. */
static void a_list_without_an_end_is_told(void **state)
{
    enum { PAD = 4 * 1024 * 1024 };
    (void)state;
    world_token(&w);
    rule("GET", STREAMS, 200, "{\"streams\":[{\"name\":\"a\"}],\"nextPageToken\":\"t\"}", 0);
    struct task *t = datastream_stream_list(w.google, "p", "l");
    expect_failure(t, ERR_BUG, "does not end after 2 pages");
    task_drop(t);
    server_forget(&w.server);
    world_token(&w);
    struct str even = {0}, odd = {0}, pad = {0};
    while (pad.bytes < PAD)
        str_add(&pad, "0123456789abcdef0123456789abcdef");
    str_printf(&even, "{\"nextPageToken\":\"odd\",\"x\":\"%s\"}", str_text(&pad));
    str_printf(&odd, "{\"nextPageToken\":\"even\",\"x\":\"%s\"}", str_text(&pad));
    rule("GET", STREAMS "?pageSize=1000&pageToken=odd", 200, str_text(&odd), 0);
    rule("GET", STREAMS, 200, str_text(&even), 0);
    t = datastream_stream_list(w.google, "p", "l");
    expect_failure(t, ERR_BUG, "does not end after 16 pages");
    task_drop(t);
    server_forget(&w.server);
    str_done(&even);
    str_done(&odd);
    str_done(&pad);
}

static void an_empty_log_page_means_go_on(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", "/logging", 200, "{\"nextPageToken\":\"a\"}", 1);
    rule("POST", "/logging", 200,
         "{\"entries\":[{\"timestamp\":\"2026-01-01T00:00:00Z\",\"severity\":\"ERROR\","
         "\"jsonPayload\":"
         "{\"message\":\"slot is active\",\"event_code\":\"POSTGRES_CDC_FETCH_FAILED\"}}],"
         "\"nextPageToken\":\"b\"}",
         0);
    struct task *t = logging_stream(w.google, "p", "s", 1700000000, false, 5);
    expect_ok(t);
    assert_int_equal(logging_entries(t)->n, 1);
    assert_string_equal(logging_entries(t)->items[0].event_code, "POSTGRES_CDC_FETCH_FAILED");
    const struct seen *q = server_last(&w.server, "POST", "/logging");
    assert_non_null(strstr(q->body, "\"pageSize\":5,\"pageToken\":\"a\"}"));
    task_drop(t);
}

/* --- answers that are none --- */

static void what_is_no_json_is_told(void **state)
{
    (void)state;
    world_token(&w);
    server_rule(&w.server, (struct rule){"GET", CRM, 200, "Content-Type: text/html\r\n",
                                         "<html><body>Log in to the hotel</body></html>", 1});
    server_rule(&w.server,
                (struct rule){"GET", CRM, 404, "Content-Type: text/html\r\n",
                              "<title>Error 404 (Not Found)!!1</title><p>The requested URL "
                              "<code>/v1</code> was not found",
                              1});
    rule("GET", CRM, 200, "[1,2]", 1);
    rule("GET", CRM, 200, "{\"projectId\":\"p\"", 0);
    struct task *t = projects_get(w.google, "p");
    expect_failure(t, ERR_BUG, "no JSON (text/html)");
    task_drop(t);
    t = projects_get(w.google, "p");
    expect_failure(t, ERR_MISSING, "The requested URL /v1 was not found");
    task_drop(t);
    t = projects_get(w.google, "p");
    expect_failure(t, ERR_BUG, "not an object");
    task_drop(t);
    t = projects_get(w.google, "p");
    expect_failure(t, ERR_BUG, "no JSON");
    assert_string_equal(task_error(t)->reason, "CUT_OFF");
    assert_int_equal(google_requests(t), 3);
    task_drop(t);
}

static void a_dropped_call_leaves_nothing(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", CRM, 200, "{}", 0);
    struct task *t = projects_get(w.google, "p");
    net_step(w.net);
    task_drop(t);
    t = projects_get(w.google, "p");
    expect_ok(t);
    task_drop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_token_serves_many),
        CASE(a_401_renews_once),
        CASE(a_worn_out_login_says_what_to_do),
        CASE(a_refused_quota_project_is_left_out),
        CASE(reads_are_repeated),
        CASE(repeats_end),
        CASE(a_plain_refusal_is_not_repeated),
        CASE(retry_after_is_obeyed_or_told),
        CASE(a_write_keeps_its_request_id),
        CASE(a_lost_create_is_looked_for),
        CASE(a_create_that_did_not_happen_is_sent_again),
        CASE(what_exists_is_a_conflict_when_nothing_was_lost),
        CASE(pages_are_joined),
        CASE(a_list_without_an_end_is_told),
        CASE(an_empty_log_page_means_go_on),
        CASE(what_is_no_json_is_told),
        CASE(a_dropped_call_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

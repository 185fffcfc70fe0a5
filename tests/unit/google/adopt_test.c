#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Lost answers: the world is looked at, and what is found is taken over only when it is what was
 * asked for. */

#include "api/base/clock.h"
#include "api/google/bigquery.h"
#include "api/google/datastream_profiles.h"
#include "api/google/iam.h"
#include "api/google/machine.h"
#include "api/google/network.h"
#include "api/google/projects.h"
#include "api/google/rest.h"
#include "tests/unit/google/calls.h"

#define OBJECT "projects/p/locations/l/streams/s/objects/o"

/* --- the comparison alone --- */

static bool same(const char *asked, const char *found, const char *tells)
{
    struct rest_call c = {.method = "POST"};
    struct err e, differs = {.kind = ERR_NONE};
    str_add(&c.body, asked);
    struct json *doc = json_parse(found, strlen(found), &e);
    assert_non_null(doc);
    bool ok = rest_same(&c, doc, &differs);
    if (tells && !strstr(differs.why, tells))
        fail_msg("'%s' instead of '%s'", differs.why, tells);
    assert_true(ok || *differs.why);
    json_free(doc);
    str_done(&c.body);
    return ok;
}

static void wishes_are_compared(void **state)
{
    (void)state;
    assert_true(same("{\"a\":1,\"b\":\"x\",\"c\":true}",
                     "{\"a\":\"1\",\"b\":\"x\",\"c\":true,\"d\":5}", NULL));
    assert_true(same("{\"a\":0,\"b\":\"\",\"c\":false,\"d\":[]}", "{}", NULL));
    assert_true(same("{\"description\":\"ours\",\"labels\":{\"run\":\"1\"},\"displayName\":\"n\"}",
                     "{\"description\":\"theirs\"}", NULL));
    assert_false(same("{\"a\":{\"b\":\"1\"}}", "{\"a\":{\"b\":\"2\"}}", "its a.b is 2, not 1"));
    assert_false(same("{\"a\":true}", "{}", "its a"));
    assert_false(same("{\"merge\":{}}", "{\"appendOnly\":{}}", "its merge"));
    assert_true(same("{\"merge\":{}}", "{\"merge\":{}}", NULL));
    assert_true(same("{\"l\":[{\"k\":\"a\"},{\"k\":\"b\"}]}",
                     "{\"l\":[{\"k\":\"b\"},{\"k\":\"a\"}]}", NULL));
    assert_false(same("{\"l\":[{\"k\":\"a\"}]}", "{\"l\":[{\"k\":\"a\"},{\"k\":\"b\"}]}", "its l"));
    assert_false(same("{\"l\":[{\"k\":\"a\"},{\"k\":\"b\"}],\"z\":1}",
                      "{\"l\":[{\"k\":\"b\"},{\"k\":\"a\"}],\"z\":2}", "its z is 2, not 1"));
    assert_false(same("{\"l\":[{\"k\":\"a\"}]}", "{\"l\":[{\"k\":\"b\"}]}", "its l.k is b, not a"));
}

static void links_have_long_forms(void **state)
{
    (void)state;
    const char *asked = "{\"m\":\"zones/z/machineTypes/e2-small\"}";
    assert_true(same(asked,
                     "{\"m\":\"https://www.googleapis.com/compute/v1/projects/p/zones/z/"
                     "machineTypes/e2-small\"}",
                     NULL));
    assert_false(same(asked,
                      "{\"m\":\"https://www.googleapis.com/compute/v1/projects/p/zones/z/"
                      "machineTypes/xe2-small\"}",
                      "its m is not"));
    asked = "{\"n\":\"projects/p/global/networks/v\"}";
    assert_true(same(asked, "{\"n\":\"projects/4711/global/networks/v\"}", NULL));
    assert_true(same(asked,
                     "{\"n\":\"https://compute.googleapis.com/compute/v1/projects/p/global/"
                     "networks/v\"}",
                     NULL));
    assert_false(same(asked, "{\"n\":\"projects/4711/global/networks/w\"}", "its n is"));
    assert_false(same("{\"n\":\"v\"}", "{\"n\":\"projects/p/global/networks/v\"}", NULL));
}

/* --- creates --- */

static struct task *private_connection(void)
{
    return datastream_private_create(w.google, "p", "l", "c", "datastream-vpc", "10.2.0.0/29", NULL,
                                     NULL);
}

static void lost_and_there(const char *found)
{
    world_token(&w);
    rule("POST", PRIVATES, 503, "{\"error\":{\"code\":503}}", 1);
    rule("POST", PRIVATES, 409,
         "{\"error\":{\"code\":409,\"status\":\"ALREADY_EXISTS\",\"message\":\"exists\"}}", 0);
    rule("GET", PRIVATES "/c", 200, found, 0);
}

static void what_we_made_is_ours(void **state)
{
    (void)state;
    lost_and_there("{\"name\":\"projects/4711/locations/l/privateConnections/c\",\"state\":"
                   "\"CREATED\",\"vpcPeeringConfig\":{\"vpc\":\"projects/4711/global/networks/"
                   "datastream-vpc\",\"subnet\":\"10.2.0.0/29\"}}");
    struct task *t = private_connection();
    expect_ok(t);
    assert_true(google_adopted(t));
    task_drop(t);
}

/* Said to have been sent before: "exists already" is looked at without a lost answer, too. */
static void what_an_earlier_run_sent_is_ours(void **state)
{
    (void)state;
    static const char found[] =
        "{\"name\":\"projects/p/locations/l/privateConnections/c\",\"state\":\"CREATED\","
        "\"vpcPeeringConfig\":{\"vpc\":\"projects/p/global/networks/datastream-vpc\",\"subnet\":"
        "\"10.2.0.0/29\"}}";
    for (int sent = 0; sent < 2; sent++) {
        world_token(&w);
        rule("POST", PRIVATES, 409,
             "{\"error\":{\"code\":409,\"status\":\"ALREADY_EXISTS\",\"message\":\"exists\"}}", 0);
        rule("GET", PRIVATES "/c", 200, found, 0);
        struct task *t = private_connection();
        if (sent)
            google_may_be_sent(t);
        if (sent)
            expect_ok(t);
        else
            expect_failure(t, ERR_CONFLICT, "exists");
        assert_int_equal(google_adopted(t), sent);
        task_drop(t);
        server_forget(&w.server);
    }
}

/* Sent twice, since the first answer was lost: the second operation finds the first one's work. */
static void an_operation_in_its_own_way(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", PRIVATES, 0, NULL, 1);
    rule("GET", PRIVATES "/c", 404, "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\"}}", 1);
    rule("POST", PRIVATES, 200,
         "{\"name\":\"" OP "\",\"done\":true,\"error\":{\"code\":6,\"message\":\"exists\"}}", 0);
    rule("GET", PRIVATES "/c", 200,
         "{\"name\":\"projects/p/locations/l/privateConnections/c\",\"state\":\"CREATED\","
         "\"vpcPeeringConfig\":{\"vpc\":\"projects/p/global/networks/datastream-vpc\",\"subnet\":"
         "\"10.2.0.0/29\"}}",
         0);
    struct task *t = private_connection();
    expect_ok(t);
    assert_true(google_adopted(t));
    task_drop(t);
}

static void what_is_not_known_is_told_so(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", PRIVATES, 0, NULL, 0);
    rule("GET", PRIVATES "/c", 404, "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\"}}", 0);
    struct task *t = private_connection();
    assert_int_equal(wait_for(t), TASK_FAILED);
    assert_true(google_may_have_happened(t));
    task_drop(t);
    server_forget(&w.server);
    world_token(&w);
    rule("POST", PRIVATES, 403, "{\"error\":{\"code\":403,\"status\":\"PERMISSION_DENIED\"}}", 0);
    t = private_connection();
    assert_int_equal(wait_for(t), TASK_FAILED);
    assert_false(google_may_have_happened(t));
    task_drop(t);
}

static void what_somebody_else_made_is_theirs(void **state)
{
    (void)state;
    lost_and_there("{\"name\":\"projects/p/locations/l/privateConnections/c\",\"state\":"
                   "\"CREATED\",\"labels\":{\"created-by\":\"nada\"},\"vpcPeeringConfig\":{\"vpc\":"
                   "\"projects/p/global/networks/datastream-vpc\",\"subnet\":\"10.9.0.0/29\"}}");
    struct task *t = private_connection();
    expect_failure(t, ERR_CONFLICT,
                   "it is there already (created-by nada), but its vpcPeeringConfig.subnet is "
                   "10.9.0.0/29, not 10.2.0.0/29");
    assert_string_equal(task_error(t)->reason, "SOMEBODY_ELSES");
    assert_string_equal(task_error(t)->resource, "projects/p/locations/l/privateConnections/c");
    assert_false(google_adopted(t));
    task_drop(t);
}

/* The password is compared with nothing, and told to nobody. */
static void a_profile_of_another_host_is_not_taken(void **state)
{
    (void)state;
    struct secret *password = secret_new("canary-password", 15);
    const struct datastream_source source = {"10.0.0.5", "datastream", "db", 0, password, "c"};
    static const char path[] =
        "/datastream.googleapis.com/v1/projects/p/locations/l/connectionProfiles";
    static const char *const hosts[] = {"10.0.0.6", "10.0.0.5"};
    for (int i = 0; i < 2; i++) {
        char found[512];
        snprintf(found, sizeof found,
                 "{\"name\":\"x/c\",\"displayName\":\"old\",\"postgresqlProfile\":{\"hostname\":"
                 "\"%s\",\"port\":5432,\"username\":\"datastream\",\"database\":\"db\"},"
                 "\"privateConnectivity\":{\"privateConnection\":"
                 "\"projects/9/locations/l/privateConnections/c\"}}",
                 hosts[i]);
        world_token(&w);
        rule("POST", path, 0, NULL, 0);
        rule("GET", path, 200, found, 0);
        struct task *t =
            datastream_profile_create_postgres(w.google, "p", "l", "x", "new", &source, NULL, NULL);
        if (i == 0)
            expect_failure(t, ERR_CONFLICT, "its postgresqlProfile.hostname is 10.0.0.6");
        else
            expect_ok(t);
        task_drop(t);
        server_forget(&w.server);
    }
    secret_free(password);
}

static void compute_things_are_compared(void **state)
{
    (void)state;
    static const char fire[] = "/compute.googleapis.com/compute/v1/projects/p/global/firewalls";
    world_token(&w);
    rule("POST", fire, 0, NULL, 0);
    rule("GET", fire, 200,
         "{\"name\":\"f\",\"network\":\"https://www.googleapis.com/compute/v1/projects/p/global/"
         "networks/v\",\"direction\":\"INGRESS\",\"sourceRanges\":[\"0.0.0.0/0\"],\"allowed\":[{"
         "\"IPProtocol\":\"tcp\",\"ports\":[\"5432\"]}]}",
         0);
    struct task *t =
        compute_firewall_insert(w.google, "p", "f", "v", "10.2.0.0/29", 5432, "x", NULL);
    expect_failure(t, ERR_CONFLICT, "its sourceRanges is 0.0.0.0/0, not 10.2.0.0/29");
    task_drop(t);
}

static void an_account_is_compared_by_itself(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", "/iam", 0, NULL, 0);
    rule("GET", "/iam", 200, "{\"email\":\"datastream@p.iam.gserviceaccount.com\"}", 0);
    struct task *t = iam_account_create(w.google, "p", "datastream", "datastream", NULL);
    expect_ok(t);
    assert_true(google_adopted(t));
    task_drop(t);
}

/* --- changes of state --- */

/* began: seconds before now; -1 it is not told. lost: so many of the answers. sendings: how often
 * it was sent in the end. */
static void lost_backfill(bool start, const char *state_word, int began, int lost, size_t sendings,
                          bool well)
{
    char found[320], time[CLOCK_TEXT] = "";
    if (began >= 0)
        clock_rfc3339(clock_wall() - began, time);
    snprintf(found, sizeof found,
             "{\"name\":\"" OBJECT
             "\",\"backfillJob\":{\"state\":\"%s\",\"lastStartTime\":\"%s\"}}",
             state_word, time);
    world_token(&w);
    rule("POST", "/datastream", 0, NULL, lost);
    rule("POST", "/datastream", 200, "{\"object\":{\"backfillJob\":{\"state\":\"SENT\"}}}", 0);
    rule("GET", "/datastream.googleapis.com/v1/" OBJECT, 200, found, 0);
    struct task *t = start ? datastream_backfill_start(w.google, OBJECT)
                           : datastream_backfill_stop(w.google, OBJECT);
    if (well) {
        expect_ok(t);
        assert_string_equal(datastream_object(t)->backfill_state,
                            sendings == 1 ? state_word : "SENT");
    } else {
        expect_failure(t, ERR_NETWORK, "closed without an answer");
    }
    assert_int_equal(server_count(&w.server, "POST", "/datastream"), sendings);
    task_drop(t);
    server_forget(&w.server);
}

/* It knows no requestId. Where the table shows that it arrived, that is the answer; where it shows
 * that it did not, it is sent again. */
static void a_lost_backfill_is_looked_at(void **state)
{
    enum { FOR_EVER = 0, A_DAY = 86400 };
    (void)state;
    lost_backfill(true, "PENDING", -1, 1, 1, true);
    lost_backfill(true, "ACTIVE", A_DAY, 1, 1, true);
    lost_backfill(true, "COMPLETED", 0, 1, 1, true); /* a small table */
    lost_backfill(true, "FAILED", 0, 1, 1, true);
    lost_backfill(true, "COMPLETED", A_DAY, 1, 2, true); /* that was another one */
    lost_backfill(true, "STOPPED", A_DAY, 2, 3, true);
    lost_backfill(true, "", -1, FOR_EVER, 4, false);
    lost_backfill(true, "UNSUPPORTED", -1, 1, 1, false);
    lost_backfill(false, "STOPPED", A_DAY, 1, 1, true);
    lost_backfill(false, "COMPLETED", A_DAY, 1, 1, true);
    lost_backfill(false, "ACTIVE", A_DAY, 1, 2, true);
}

/* Refused, not lost: what it stands in the way of is told, and nothing is sent again. */
static void a_refused_backfill_is_not_sent_again(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", "/datastream", 400,
         "{\"error\":{\"status\":\"FAILED_PRECONDITION\",\"message\":\"not now\"}}", 0);
    rule("GET", "/datastream", 200, "{\"backfillJob\":{\"state\":\"STOPPED\"}}", 0);
    struct task *t = datastream_backfill_start(w.google, OBJECT);
    expect_failure(t, ERR_CONFLICT, "not now");
    assert_int_equal(server_count(&w.server, "POST", "/datastream"), 1);
    task_drop(t);
}

/* --- changes --- */

static void lost_patch_is(const char *found, bool well)
{
    const struct datastream_stream_change change = {
        .display_name = "ny", .freshness_s = 3600, .max_backfill_tasks = -1};
    world_token(&w);
    rule("PATCH", STREAMS "/s", 0, NULL, 0);
    rule("GET", STREAMS "/s", 200, found, 0);
    struct task *t = datastream_stream_patch(w.google, "p", "l", "s", &change, NULL);
    if (well) {
        expect_ok(t);
        assert_true(google_adopted(t));
        assert_string_equal(datastream_stream(t)->state, "RUNNING");
    } else {
        expect_failure(t, ERR_NETWORK, "closed without an answer");
    }
    task_drop(t);
    server_forget(&w.server);
}

#define FRESH(name, s)                                                                             \
    "{\"state\":\"RUNNING\",\"displayName\":\"" name "\",\"destinationConfig\":{"                  \
    "\"bigqueryDestinationConfig\":{\"dataFreshness\":\"" s "\",\"merge\":{}}}}"

static void a_lost_change_is_looked_at(void **state)
{
    (void)state;
    lost_patch_is(FRESH("ny", "3600s"), true);
    lost_patch_is(FRESH("ny", "900s"), false);
    lost_patch_is(FRESH("gammel", "3600s"), false);
}

/* A password is not shown: that it was changed cannot be seen. */
static void a_lost_password_stays_lost(void **state)
{
    (void)state;
    struct secret *password = secret_new("canary-password", 15);
    const struct datastream_source change = {.password = password};
    world_token(&w);
    rule("PATCH", NULL, 0, NULL, 0);
    rule("GET", NULL, 200, "{\"displayName\":\"x\",\"postgresqlProfile\":{}}", 0);
    struct task *t = datastream_profile_patch(w.google, "p", "l", "x", &change, NULL);
    expect_failure(t, ERR_NETWORK, "closed without an answer");
    task_drop(t);
    secret_free(password);
}

/* --- other answers --- */

static void half_an_answer_is_asked_for_again(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", CRM, 200, "{\"projectId\":", 1);
    rule("GET", CRM, 200, "{\"projectId\":\"p\"}", 1);
    rule("POST", "/bigquery", 200, "{\"datasetRef", 1);
    rule("GET", "/bigquery", 200,
         "{\"datasetReference\":{\"projectId\":\"p\",\"datasetId\":\"d\"},\"location\":\"EU\"}", 0);
    struct task *t = projects_get(w.google, "p");
    expect_ok(t);
    assert_string_equal(projects_project(t)->id, "p");
    task_drop(t);
    t = bigquery_dataset_insert(w.google, "p", "d", "EU", NULL, NULL);
    expect_ok(t);
    assert_true(google_adopted(t));
    assert_int_equal(server_count(&w.server, "POST", "/bigquery"), 1);
    task_drop(t);
}

static void nobody_is_followed(void **state)
{
    (void)state;
    world_token(&w);
    server_rule(&w.server, (struct rule){"GET", CRM, 302, "Location: https://evil.example/\r\n",
                                         "<html>moved</html>", 0});
    struct task *t = projects_get(w.google, "p");
    expect_failure(t, ERR_NETWORK, "sends us to another place (HTTP 302)");
    assert_string_equal(task_error(t)->reason, "REDIRECTED");
    assert_non_null(strstr(task_error(t)->hint, "HTTPS_PROXY"));
    assert_int_equal(google_requests(t), 1);
    task_drop(t);
}

static void a_dataset_goes_only_as_it_was_seen(void **state)
{
    (void)state;
    world_token(&w);
    rule("DELETE", "/bigquery", 412,
         "{\"error\":{\"code\":412,\"message\":\"Precondition check failed.\",\"errors\":[{"
         "\"reason\":\"conditionNotMet\"}]}}",
         1);
    rule("DELETE", "/bigquery", 204, "", 0);
    struct task *t = bigquery_dataset_delete(w.google, "p", "d", "\"abc==\"", true);
    expect_failure(t, ERR_CONFLICT, "Precondition");
    assert_non_null(
        strstr(server_last(&w.server, "DELETE", "/bigquery")->headers, "If-Match: \"abc==\""));
    task_drop(t);
    t = bigquery_dataset_delete(w.google, "p", "d", NULL, false);
    expect_ok(t);
    assert_null(strstr(server_last(&w.server, "DELETE", "/bigquery")->headers, "If-Match"));
    task_drop(t);
    t = bigquery_dataset_delete(w.google, "p", "d", "a\r\nX-Evil: 1", true);
    expect_failure(t, ERR_BUG, "etag");
    task_drop(t);
}

static void a_patch_of_nothing_is_never_sent(void **state)
{
    (void)state;
    const struct datastream_stream_change none = {.freshness_s = -1, .max_backfill_tasks = -1};
    const struct datastream_source same_source = {.host = NULL};
    world_token(&w);
    struct task *t = datastream_stream_patch(w.google, "p", "l", "s", &none, NULL);
    expect_failure(t, ERR_INPUT, "nothing is to be changed");
    task_drop(t);
    t = datastream_profile_patch(w.google, "p", "l", "x", &same_source, NULL);
    expect_failure(t, ERR_INPUT, "nothing is to be changed");
    task_drop(t);
    assert_int_equal(server_count(&w.server, "PATCH", "/"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wishes_are_compared),
        cmocka_unit_test(links_have_long_forms),
        CASE(what_we_made_is_ours),
        CASE(what_an_earlier_run_sent_is_ours),
        CASE(an_operation_in_its_own_way),
        CASE(what_is_not_known_is_told_so),
        CASE(what_somebody_else_made_is_theirs),
        CASE(a_profile_of_another_host_is_not_taken),
        CASE(compute_things_are_compared),
        CASE(an_account_is_compared_by_itself),
        CASE(a_lost_backfill_is_looked_at),
        CASE(a_refused_backfill_is_not_sent_again),
        CASE(a_lost_change_is_looked_at),
        CASE(a_lost_password_stays_lost),
        CASE(half_an_answer_is_asked_for_again),
        CASE(nobody_is_followed),
        CASE(a_dataset_goes_only_as_it_was_seen),
        CASE(a_patch_of_nothing_is_never_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

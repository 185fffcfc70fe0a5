#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* Long-running operations: their end, their names, the pace at which they are asked for. */

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
#include "api/net/internal.h"
#include "tests/unit/google/calls.h"

#include <fcntl.h>
#include <sys/resource.h>

/* --- operations --- */

static struct task *make_private(void)
{
    return datastream_private_create(w.google, "p", "l", "c", "net", "10.2.0.0/29", NULL, NULL);
}

static void a_finished_operation_is_not_yet_success(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", PRIVATES, 200, "{\"name\":\"" OP "\"}", 0);
    rule("GET", "/datastream.googleapis.com/v1/" OP, 200, "{\"name\":\"" OP "\"}", 3);
    rule("GET", "/datastream.googleapis.com/v1/" OP, 200,
         "{\"name\":\"elsewhere\",\"done\":true,\"response\":{\"name\":\"c\"}}", 0);
    rule("GET", PRIVATES "/c", 200, "{\"name\":\"x/c\",\"state\":\"CREATING\"}", 2);
    rule("GET", PRIVATES "/c", 200,
         "{\"name\":\"x/"
         "c\",\"state\":\"FAILED\",\"error\":{\"reason\":\"SUBNET_IN_USE\",\"message\":"
         "\"10.2.0.0/29 overlaps\"}}",
         0);
    struct task *t = make_private();
    expect_failure(t, ERR_CONFLICT, "10.2.0.0/29 overlaps");
    assert_string_equal(task_error(t)->reason, "SUBNET_IN_USE");
    assert_string_equal(google_operation_name(t), "datastream.googleapis.com/v1/" OP);
    assert_int_equal(server_count(&w.server, "POST", PRIVATES), 1);
    task_drop(t);
}

static void validations_are_kept_line_by_line(void **state)
{
    (void)state;
    size_t n;
    world_token(&w);
    rule("POST", STREAMS, 200,
         "{\"name\":\"" OP
         "\",\"done\":true,\"error\":{\"code\":9,\"message\":\"validation failed\"},"
         "\"metadata\":{\"validationResult\":{\"validations\":[{\"code\":\"A\",\"description\":"
         "\"Connects\","
         "\"state\":\"PASSED\"},{\"code\":\"POSTGRES_SLOT\",\"description\":\"Slot "
         "exists\",\"state\":"
         "\"FAILED\",\"message\":[{\"message\":\"no slot ds_replication\",\"level\":\"ERROR\"}]},"
         "{\"state\":\"SOMETHING_NEW\"}]}}}",
         0);
    const struct datastream_stream_order order = {
        .id = "s", .mode = DATASTREAM_MODE_APPEND, .include = one_table()};
    struct task *t = datastream_stream_create(w.google, "p", "l", &order, NULL);
    expect_failure(t, ERR_CONFLICT, "Slot exists: no slot ds_replication");
    const struct google_validation *v = google_validations(t, &n);
    assert_int_equal(n, 3);
    assert_int_equal(v[0].state, GOOGLE_VALIDATION_PASSED);
    assert_string_equal(v[1].messages[0], "no slot ds_replication");
    assert_int_equal(v[2].state, GOOGLE_VALIDATION_OTHER);
    assert_string_equal(v[2].state_text, "SOMETHING_NEW");
    task_drop(t);
}

static void an_empty_selection_is_never_sent(void **state)
{
    (void)state;
    struct datastream_schema bare = {.name = "public"};
    const struct datastream_stream_order none = {.id = "s"};
    const struct datastream_selection whole_schema = {&bare, 1, true};
    const struct datastream_stream_change change = {
        .include = &whole_schema, .freshness_s = -1, .max_backfill_tasks = -1};
    struct task *t = datastream_stream_create(w.google, "p", "l", &none, NULL);
    expect_failure(t, ERR_INPUT, "let everything in");
    assert_null(google_operation_name(t));
    task_drop(t);
    t = datastream_stream_patch(w.google, "p", "l", "s", &change, NULL);
    expect_failure(t, ERR_INPUT, "let everything in");
    task_drop(t);
    assert_int_equal(w.server.n_seen, 0);
}

static void a_stream_has_started_when_it_runs(void **state)
{
    (void)state;
    world_token(&w);
    rule("PATCH", STREAMS "/s?updateMask=state&requestId=", 200,
         "{\"name\":\"" OP "\",\"done\":true}", 0);
    rule("GET", STREAMS "/s", 200, "{\"name\":\"x/s\",\"state\":\"STARTING\"}", 2);
    rule("GET", STREAMS "/s", 200, "{\"name\":\"x/s\",\"state\":\"RUNNING\"}", 1);
    rule("GET", STREAMS "/s", 200,
         "{\"name\":\"x/"
         "s\",\"state\":\"NOT_STARTED\",\"errors\":[{\"reason\":\"R\",\"message\":\"no "
         "publication\"}]}",
         0);
    struct task *t = datastream_stream_start(w.google, "p", "l", "s", NULL);
    expect_ok(t);
    assert_string_equal(datastream_stream(t)->state, "RUNNING");
    assert_string_equal(server_last(&w.server, "PATCH", STREAMS)->body, "{\"state\":\"RUNNING\"}");
    task_drop(t);
    t = datastream_stream_start(w.google, "p", "l", "s", NULL);
    expect_failure(t, ERR_CONFLICT, "it is NOT_STARTED: no publication");
    task_drop(t);
}

#define CANNOT                                                                                     \
    "{\"error\":{\"code\":400,\"message\":\"cannot be "                                            \
    "changed\",\"status\":\"FAILED_PRECONDITION\"}}"

static void a_start_that_another_run_has_sent_is_waited_for(void **state)
{
    (void)state;
    world_token(&w);
    rule("PATCH", STREAMS "/s?updateMask=state&requestId=", 400, CANNOT, 0);
    rule("GET", STREAMS "/s", 200, "{\"name\":\"x/s\",\"state\":\"STARTING\"}", 2);
    rule("GET", STREAMS "/s", 200, "{\"name\":\"x/s\",\"state\":\"RUNNING\"}", 1);
    rule("GET", STREAMS "/s", 200, "{\"name\":\"x/s\",\"state\":\"DRAINING\"}", 1);
    rule("GET", STREAMS "/s", 200, "{\"name\":\"x/s\",\"state\":\"STARTING\"}", 1);
    rule("GET", STREAMS "/s", 200, "{\"name\":\"x/s\",\"state\":\"FAILED\"}", 0);
    struct task *t = datastream_stream_start(w.google, "p", "l", "s", NULL);
    expect_ok(t);
    assert_string_equal(datastream_stream(t)->state, "RUNNING");
    task_drop(t);
    t = datastream_stream_start(w.google, "p", "l", "s", NULL);
    expect_failure(t, ERR_CONFLICT, "cannot be changed");
    task_drop(t);
    t = datastream_stream_start(w.google, "p", "l", "s", NULL);
    expect_failure(t, ERR_CONFLICT, "it is FAILED");
    task_drop(t);
}

static void compute_operations_are_found_in_their_zone(void **state)
{
    (void)state;
#define ZONE "/compute.googleapis.com/compute/v1/projects/p/zones/z-b"
    world_token(&w);
    rule("POST", ZONE "/instances", 200,
         "{\"name\":\"op\",\"status\":\"RUNNING\",\"zone\":\"https://www.googleapis.com/compute/v1/"
         "projects/p/zones/z-b\"}",
         0);
    rule("GET", ZONE "/operations/op", 200,
         "{\"name\":\"op\",\"status\":\"PENDING\",\"zone\":\"q/z-b\"}", 1);
    rule("GET", ZONE "/operations/op", 200,
         "{\"name\":\"op\",\"status\":\"DONE\",\"httpErrorStatusCode\":503,\"error\":{\"errors\":[{"
         "\"code\":"
         "\"ZONE_RESOURCE_POOL_EXHAUSTED\",\"message\":\"The zone is full\"}]}}",
         0);
    const struct compute_machine_order order = {.name = "vm", .zone = "z-b", .region = "z"};
    struct task *t = compute_machine_insert(w.google, "p", &order, NULL);
    expect_failure(t, ERR_QUOTA, "The zone is full");
    assert_string_equal(task_error(t)->reason, "ZONE_RESOURCE_POOL_EXHAUSTED");
    assert_string_equal(google_operation_name(t), "compute.googleapis.com/compute/v1/projects/p/"
                                                  "zones/z-b/operations/op");
    task_drop(t);
}

static void a_stored_operation_is_polled_to_its_end(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", "/datastream.googleapis.com/v1/" OP, 200, "{\"name\":\"" OP "\"}", 1);
    rule("GET", "/datastream.googleapis.com/v1/" OP, 503, "{}", 5);
    rule("GET", "/datastream.googleapis.com/v1/" OP, 200, "{\"name\":\"" OP "\",\"done\":true}", 0);
    struct task *t =
        google_operation_resume(w.google, "datastream.googleapis.com/v1/" OP, "Waiting");
    expect_ok(t);
    task_drop(t);
    t = google_operation_resume(w.google, "evil.example/v1/" OP, "Waiting");
    expect_failure(t, ERR_INPUT, "none of Google's");
    task_drop(t);
}

static void gone_is_fine_for_a_delete(void **state)
{
    (void)state;
    world_token(&w);
    struct task *t = datastream_stream_delete(w.google, "p", "l", "s", NULL);
    expect_ok(t);
    task_drop(t);
}

static void apis_just_turned_on_are_waited_for(void **state)
{
    (void)state;
    static const char *const names[] = {"datastream.googleapis.com"};
    world_token(&w);
    rule("POST", "/serviceusage", 200,
         "{\"name\":\"operations/noop.DONE_OPERATION\",\"done\":true}", 0);
    rule("GET", STREAMS, 403,
         "{\"error\":{\"code\":403,\"message\":\"Datastream API has not been used\",\"status\":"
         "\"PERMISSION_DENIED\",\"details\":[{\"@type\":\"type.googleapis.com/"
         "google.rpc.ErrorInfo\","
         "\"reason\":\"SERVICE_DISABLED\",\"metadata\":{\"service\":\"datastream.googleapis.com\"}}"
         "]}}",
         8);
    rule("GET", STREAMS, 200, "{}", 0);
    struct task *t = datastream_stream_list(w.google, "p", "l");
    expect_failure(t, ERR_DENIED, "has not been used");
    assert_non_null(strstr(task_error(t)->hint, "datastream.googleapis.com"));
    task_drop(t);
    t = serviceusage_enable(w.google, "p", names, 1);
    expect_ok(t);
    task_drop(t);
    t = datastream_stream_list(w.google, "p", "l");
    expect_ok(t);
    task_drop(t);
}

/* A laptop that slept does not wait out the rest of its pause. */
static void after_a_sleep_it_is_asked_at_once(void **state)
{
    (void)state;
    struct err e;
    google_close(w.google);
    w.google =
        google_open(w.net,
                    &(struct google_options){
                        .endpoint = w.server.origin, .credentials = w.file, .poll_floor_s = 10.0},
                    &e);
    world_token(&w);
    rule("DELETE", STREAMS, 200, "{\"name\":\"" OP "\"}", 0);
    rule("GET", "/datastream.googleapis.com/v1/" OP, 200, "{\"name\":\"" OP "\",\"done\":true}", 0);
    struct task *t = datastream_stream_delete(w.google, "p", "l", "s", NULL);
    while (!google_operation_name(t)) {
        net_step(w.net);
        if (!google_operation_name(t))
            net_wait(w.net, NULL, 0, -1);
    }
    assert_int_equal(task_state(t), TASK_RUNNING);
    net_pretend_sleep(w.net, 60000);
    expect_ok(t);
    assert_true(task_elapsed_ms(t) < 5000);
    task_drop(t);
}

/* --- pace --- */

static void polls_follow_the_time_waited(void **state)
{
    (void)state;
    assert_int_equal(longrun_pace(0, 1000), 1000);
    assert_int_equal(longrun_pace(100000, 1000), 4000);
    assert_int_equal(longrun_pace(3600000, 1000), 15000);
    assert_int_equal(longrun_pace(100, 10), 10);
    int64_t waited = 0, polls = 0, end = 7 * 60 * 1000 + 1;
    while (waited < end) {
        waited += longrun_pace(waited, 1000);
        polls++;
    }
    assert_true(waited - end <= end / 20);
    assert_true(polls < 120);
}

/* One reading of it: for the calls, and for those who look again between calls. */
static void the_floor_of_polls_is_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t floor, pause; /* after ten seconds: 4 % of it */
    } cases[] = {{"0.004", 4, 400},    {"0.01", 10, 400},  {"0.0001", 1, 400}, {"2", 2000, 2000},
                 {"60", 15000, 15000}, {"-1", 1000, 1000}, {"x", 1000, 1000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e;
        setenv("STROM_POLL_FLOOR", cases[i].text, 1);
        struct net *net = net_open(&e);
        struct google_options o = {.endpoint = "http://127.0.0.1:1"};
        struct google *g = google_open(net, &o, &e);
        assert_non_null(g);
        assert_int_equal(google_poll_floor_ms(g), cases[i].floor);
        assert_int_equal(google_poll_pause_ms(g, 10000), cases[i].pause);
        assert_int_equal(google_poll_pause_ms(g, 3600000), 15000);
        google_close(g);
        net_close(net);
    }
    unsetenv("STROM_POLL_FLOOR");
}

static void pauses_have_jitter_and_a_top(void **state)
{
    (void)state;
    bool differ = false;
    int64_t first = exchange_pause(1, 1000), sum = 0;
    for (int i = 0; i < 200; i++) {
        int64_t ms = exchange_pause(1 + i % 9, 1000);
        assert_true(ms >= 0 && ms <= 32000);
        sum += ms;
        differ = differ || exchange_pause(1, 1000) != first;
    }
    assert_true(differ);
    assert_true(sum > INT64_C(200) * 2000); /* the mean of these is some 7 s */
}

static void uuids_are_fresh_and_of_version_4(void **state)
{
    (void)state;
    char a[GOOGLE_UUID_TEXT], b[GOOGLE_UUID_TEXT];
    google_uuid(a);
    google_uuid(b);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), 36);
    assert_int_equal(a[14], '4');
    assert_non_null(strchr("89ab", a[19]));
}

/* A request needs its id also where no more files may be opened. */
static void uuids_need_no_file(void **state)
{
    (void)state;
    struct rlimit before, none;
    char a[GOOGLE_UUID_TEXT], b[GOOGLE_UUID_TEXT];
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int fd = open("/dev/null", O_RDONLY);
    google_uuid(a);
    google_uuid(b);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(fd, -1);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_finished_operation_is_not_yet_success),
        CASE(validations_are_kept_line_by_line),
        CASE(an_empty_selection_is_never_sent),
        CASE(a_stream_has_started_when_it_runs),
        CASE(a_start_that_another_run_has_sent_is_waited_for),
        CASE(compute_operations_are_found_in_their_zone),
        CASE(a_stored_operation_is_polled_to_its_end),
        CASE(gone_is_fine_for_a_delete),
        CASE(after_a_sleep_it_is_asked_at_once),
        CASE(apis_just_turned_on_are_waited_for),
        cmocka_unit_test(polls_follow_the_time_waited),
        cmocka_unit_test(the_floor_of_polls_is_one),
        cmocka_unit_test(pauses_have_jitter_and_a_top),
        cmocka_unit_test(uuids_are_fresh_and_of_version_4),
        cmocka_unit_test(uuids_need_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

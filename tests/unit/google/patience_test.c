#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* How long a call goes on trying, in what portions it asks, who pays: on a clock that is moved. */

#include "api/base/clock.h"
#include "api/google/iam.h"
#include "api/google/machine.h"
#include "api/google/projects.h"
#include "api/google/sqladmin.h"
#include "tests/unit/google/calls.h"

enum { STEP_MS = 250, LONGEST_MS = 3600000 };

/* Time goes by at once whenever no request is under way: the call is the only task then. Returns
 * how long it took by that clock, what the machine itself took included. */
static int64_t wait_on_moved_clock(struct task *t)
{
    int64_t begun = clock_mono_ms();
    while (task_state(t) == TASK_RUNNING) {
        assert_true(clock_mono_ms() - begun < LONGEST_MS);
        net_step(w.net);
        net_wait(w.net, NULL, 0, clock_mono_ms() + 2);
        if (net_running(w.net) == 1)
            clock_advance(STEP_MS);
    }
    return clock_mono_ms() - begun;
}

#define INSTANCES "/sqladmin.googleapis.com/v1/projects/p/instances"
#define BUSY      "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"busy\"}}"

static void rule_busy(int times)
{
    server_rule(&w.server,
                (struct rule){"GET", INSTANCES, 503, "Retry-After: 55\r\n", BUSY, times});
}

/* Four failures a page are borne; the sum of them is not. */
static void the_budget_is_the_calls(void **state)
{
    (void)state;
    world_token(&w);
    rule_busy(4);
    rule("GET", INSTANCES, 200, "{\"items\":[{\"name\":\"a\"}],\"nextPageToken\":\"1\"}", 1);
    rule_busy(0);
    struct task *t = sqladmin_instance_list(w.google, "p");
    int64_t waited = wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "UNAVAILABLE");
    assert_in_range(waited, 4 * 55000, 400000);
    assert_in_range(google_requests(t), 6, 8); /* five would be borne of the second page alone */
    task_drop(t);
}

/* A pause that Google asks for is kept, to the second. */
static void a_wish_is_kept(void **state)
{
    (void)state;
    world_token(&w);
    rule_busy(1);
    rule("GET", INSTANCES, 200, "{}", 1);
    struct task *t = sqladmin_instance_list(w.google, "p");
    int64_t waited = wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_OK);
    assert_in_range(waited, 54000, 70000);
    task_drop(t);
}

/* --- what the person is told meanwhile --- */

static void step_until_held(const struct task *t)
{
    while (task_state(t) == TASK_RUNNING && !*task_held_by(t)) {
        net_wait(w.net, NULL, 0, clock_mono_ms() + 20);
        net_step(w.net);
    }
}

static void what_holds_it_up_is_told(void **state)
{
    (void)state;
    world_token(&w);
    rule_busy(1);
    rule("GET", INSTANCES, 200, "{}", 1);
    struct task *t = sqladmin_instance_list(w.google, "p");
    assert_string_equal(net_held_by(w.net), "");
    step_until_held(t);
    assert_string_equal(task_held_by(t),
                        "sqladmin.googleapis.com answers 503; trying again in 55 s");
    assert_string_equal(net_held_by(w.net), task_held_by(t));
    (void)wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_OK);
    assert_string_equal(task_held_by(t), ""); /* all is well again */
    assert_string_equal(net_held_by(w.net), "");
    task_drop(t);
}

static void that_nobody_answers_is_told(void **state)
{
    (void)state;
    world_token(&w);
    struct task *t = projects_get(w.google, "p");
    rule("GET", CRM, 200, "{}", 0);
    expect_ok(t); /* the token is there */
    task_drop(t);
    rule("GET", INSTANCES, 0, NULL, 1);
    rule("GET", INSTANCES, 200, "{}", 1);
    t = sqladmin_instance_list(w.google, "p");
    step_until_held(t);
    assert_non_null(strstr(task_held_by(t), "could not reach 127.0.0.1"));
    assert_non_null(strstr(task_held_by(t), "; trying again"));
    expect_ok(t);
    task_drop(t);
}

/* Stopped for an hour with a request under way: by every clock its answer comes too late. */
static void an_hour_asleep_is_no_failure(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", INSTANCES, 200, "{}", 0);
    struct task *t = sqladmin_instance_list(w.google, "p");
    while (task_state(t) == TASK_RUNNING && google_requests(t) == 0) {
        net_wait(w.net, NULL, 0, clock_mono_ms() + 2);
        net_step(w.net);
    }
    clock_advance(LONGEST_MS);
    net_step(w.net);
    expect_ok(t);
    assert_true(google_requests(t) <= 3);
    task_drop(t);
}

/* Twenty minutes of an operation: at most 4 % late, and not hammered. */
static void an_operation_is_polled_with_measure(void **state)
{
    (void)state;
    static const char running[] = "{\"name\":\"op-1\",\"status\":\"RUNNING\",\"zone\":\"z\"}";
    static const char done[] = "{\"name\":\"op-1\",\"status\":\"DONE\",\"zone\":\"z\"}";
    world_token(&w);
    google_close(w.google);
    struct err e;
    struct google_options o = {
        .endpoint = w.server.origin, .credentials = w.file, .poll_floor_s = 1.0};
    w.google = google_open(w.net, &o, &e);
    rule("DELETE", "/compute", 200, running, 0);
    rule("GET", "/compute", 200, running, 60);
    rule("GET", "/compute", 200, done, 0);
    struct task *t = compute_machine_delete(w.google, "p", "z", "m", NULL);
    int64_t waited = wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_OK);
    /* 25 polls a second apart, then each 4 % later than the one before: 25 s * 1.04^35 = 99 s */
    assert_in_range(waited, 85000, 115000);
    task_drop(t);
}

/* --- an account that is some seconds old --- */

#define VMS "/compute.googleapis.com/compute/v1/projects/p/zones/z/instances"
#define UNKNOWN                                                                                    \
    "{\"error\":{\"code\":404,\"message\":\"The resource 'datastream@p.iam.gserviceaccount.com' "  \
    "of "                                                                                          \
    "type 'serviceAccount' was not found\",\"errors\":[{\"reason\":\"notFound\"}]}}"

static struct task *make_machine(void)
{
    const struct compute_machine_order order = {.name = "m",
                                                .zone = "z",
                                                .region = "r",
                                                .machine_type = "e2-small",
                                                .image = "i",
                                                .subnetwork = "s",
                                                .service_account = "datastream@p",
                                                .user_data = "x"};
    return compute_machine_insert(w.google, "p", &order, NULL);
}

static void a_new_account_is_waited_for(void **state)
{
    (void)state;
    world_token(&w);
    rule("POST", "/iam", 200, "{\"email\":\"datastream@p\"}", 0);
    rule("POST", VMS, 404, UNKNOWN, 3);
    rule("POST", VMS, 200, "{\"name\":\"op\",\"status\":\"DONE\",\"zone\":\"z\"}", 1);
    rule("GET", VMS, 200, "{\"name\":\"m\",\"status\":\"RUNNING\"}", 0);
    rule("POST", VMS, 404, UNKNOWN, 0);
    struct task *t = make_machine(); /* nobody has made one: it is missing, and that is that */
    expect_failure(t, ERR_MISSING, "serviceAccount");
    task_drop(t);
    t = iam_account_create(w.google, "p", "datastream", "datastream", NULL);
    expect_ok(t);
    task_drop(t);
    t = make_machine();
    (void)wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(server_count(&w.server, "POST", VMS), 4);
    task_drop(t);
    t = make_machine(); /* not for ever */
    int64_t waited = wait_on_moved_clock(t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_in_range(waited, 30000, 70000);
    task_drop(t);
}

/* --- portions --- */

static void permissions_are_asked_a_hundred_at_a_time(void **state)
{
    (void)state;
    static char text[250][24];
    const char *names[250];
    for (size_t i = 0; i < 250; i++) {
        snprintf(text[i], sizeof text[i], "a.b.c%zu", i);
        names[i] = text[i];
    }
    world_token(&w);
    rule("POST", CRM ":testIamPermissions", 200, "{\"permissions\":[\"a.b.c7\"]}", 2);
    rule("POST", CRM ":testIamPermissions", 200, "{}", 1);
    struct task *t = projects_test_permissions(w.google, "p", names, 250);
    expect_ok(t);
    assert_int_equal(projects_held(t)->n, 2);
    assert_true(projects_holds(projects_held(t), "a.b.c7"));
    assert_false(projects_holds(projects_held(t), "a.b.c8"));
    size_t asked = 0;
    for (size_t i = 0; i < w.server.n_seen; i++) {
        size_t n = 0;
        for (const char *at = strstr(w.server.seen[i].body, "\"a.b."); at;
             at = strstr(at + 1, "\"a.b."))
            n++;
        assert_true(n <= 100);
        asked += n;
    }
    assert_int_equal(asked, 250);
    assert_int_equal(server_count(&w.server, "POST", CRM), 3);
    task_drop(t);
}

/* --- who pays --- */

static const char *paid_by(const char *env, const char *file, const char *team)
{
    static char text[64];
    char login[512];
    if (env)
        setenv("GOOGLE_CLOUD_QUOTA_PROJECT", env, 1);
    snprintf(login, sizeof login,
             "{\"type\":\"authorized_user\",\"client_id\":\"id\",\"client_secret\":\"shh\","
             "\"refresh_token\":\"canary-refresh\"%s%s%s}",
             file ? ",\"quota_project_id\":\"" : "", file ? file : "", file ? "\"" : "");
    write_file(w.file, login);
    google_reload(w.google);
    google_use_project(w.google, team);
    struct task *t = projects_get(w.google, "p");
    expect_ok(t);
    task_drop(t);
    unsetenv("GOOGLE_CLOUD_QUOTA_PROJECT");
    const char *at =
        strcasestr(server_last(&w.server, "GET", CRM)->headers, "x-goog-user-project: ");
    snprintf(text, sizeof text, "%.*s", at ? (int)strcspn(at + 21, "\r\n") : 0, at ? at + 21 : "");
    return text;
}

static void the_quota_project_is_found_in_order(void **state)
{
    (void)state;
    world_token(&w);
    rule("GET", CRM, 200, "{}", 0);
    assert_string_equal(paid_by("env", "file", "team"), "env");
    assert_string_equal(paid_by(NULL, "file", "team"), "file");
    assert_string_equal(paid_by(NULL, NULL, "team"), "team");
    assert_string_equal(paid_by(NULL, NULL, NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_budget_is_the_calls),
        CASE(a_wish_is_kept),
        CASE(what_holds_it_up_is_told),
        CASE(an_hour_asleep_is_no_failure),
        CASE(that_nobody_answers_is_told),
        CASE(an_operation_is_polled_with_measure),
        CASE(a_new_account_is_waited_for),
        CASE(permissions_are_asked_a_hundred_at_a_time),
        CASE(the_quota_project_is_found_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a run waits for: the proxy's ready line, a profile that times out, a zone with room. Against
 * a cloud by hand, one step at a time. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/apply.h"
#include "api/store/journal.h"
#include "tests/unit/plan/byhand.h"

static struct secret *password;

static struct task *carry_out(const struct plan *p)
{
    struct apply_options o = {
        .google = w.google, .plan = p, .selection = &scene.selection, .password = password};
    struct task *t = apply(w.net, &o);
    assert_true(net_until(w.net, t));
    return t;
}

static void set_up_for(enum step_id only)
{
    set_up();
    scene.options.only = 1u << only;
    password = secret_new("canary-password", 15);
}

static void tear_all_down(void)
{
    secret_free(password);
    tear_down();
}

/* --- the machine --- */

#define ZONES(z) C "/zones/europe-north1-" z "/instances"
#define NAME     "/datastream-postmottak"
#define FULL(z)                                                                                    \
    "{\"name\":\"op-" z "\",\"status\":\"DONE\",\"zone\":\"x/europe-north1-" z                     \
    "\",\"error\":{\"errors\":[{\"code\":\"ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS\","           \
    "\"message\":\"The zone is full\"}]},\"httpErrorStatusCode\":503}"
#define MADE(z) "{\"name\":\"op-" z "\",\"status\":\"DONE\",\"zone\":\"x/europe-north1-" z "\"}"
#define READY   "{\"contents\":\"The proxy has started and is ready for new connections!\"}"

static const struct answer machine[] = {
    {MACHINES, "{}"},
    {ADDRESS, ADDRESS_OF("INTERNAL", "datastream-vpc", "")},
    {C "/zones?", "{\"items\":[{\"name\":\"europe-north1-a\",\"status\":\"UP\"},{\"name\":"
                  "\"europe-north1-b\",\"status\":\"UP\"}]}"},
    {"/compute.googleapis.com/compute/v1/projects/cos-cloud/global/images/family/",
     "{\"name\":\"cos\",\"selfLink\":\"projects/cos-cloud/global/images/cos\"}"},
    {ZONES("a") NAME "/serialPort", READY},
    {ZONES("a") "?", MADE("a")},
    {ZONES("a") NAME, "{\"name\":\"datastream-postmottak\",\"status\":\"RUNNING\"}"},
};

static void test_the_order(void **state)
{
    (void)state;
    set_up_for(STEP_PROXY);
    RULES(machine);
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    const char *body = server_last(&w.server, "POST", ZONES("a"))->body;
    assert_null(strstr(body, "gce-container-declaration"));
    assert_non_null(strstr(body, "\"key\":\"user-data\""));
    assert_non_null(strstr(body, "projects/cos-cloud/global/images/cos"));
    assert_non_null(strstr(body, "\"networkIP\":\"10.166.0.2\"")); /* the reserved one */
    assert_non_null(strstr(body, "regions/" L "/subnetworks/datastream-vpc"));
    assert_non_null(strstr(body, "\"created-by\":\"strom\""));
    task_drop(t);
    tear_all_down();
}

#define IMAGES(family)                                                                             \
    "/compute.googleapis.com/compute/v1/projects/cos-cloud/global/images/family/" family

/* Families of images end: then another one is taken, and named; when none is left, that is said. */
static void test_the_images_have_ended(void **state)
{
    (void)state;
    static const struct answer ended[] = {
        {IMAGES("cos-129-lts"), NULL},
        {IMAGES("cos-stable"),
         "{\"name\":\"cos\",\"selfLink\":\"projects/cos-cloud/global/images/stable\"}"}};
    static const struct answer all[] = {{IMAGES(""), NULL}};
    size_t n;

    set_up_for(STEP_PROXY);
    RULES(ended);
    RULES(machine);
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    assert_int_equal(task_state(t), TASK_OK);
    const char *body = server_last(&w.server, "POST", ZONES("a"))->body;
    assert_non_null(strstr(body, "projects/cos-cloud/global/images/stable"));
    task_drop(t);
    tear_all_down();

    set_up_for(STEP_PROXY);
    RULES(all);
    RULES(machine);
    RULES(always);
    RULES(made);
    t = carry_out(look());
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_MISSING);
    assert_non_null(strstr(task_error(t)->resource, "cos-stable"));
    assert_true(apply_steps(t, &n)->error.hint[0]);
    assert_int_equal(server_count(&w.server, "POST", C), 0);
    task_drop(t);
    tear_all_down();
}

/* RUNNING is not yet ready: the port is read again until the line is there. */
static void test_the_ready_line_is_waited_for(void **state)
{
    (void)state;
    static const char booting[] = "{\"contents\":\"Starting docker\"}";
    set_up_for(STEP_PROXY);
    server_rule(&w.server,
                (struct rule){"GET", ZONES("a") NAME "/serialPort", 200, NULL, booting, 3});
    RULES(machine);
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(server_count(&w.server, "GET", ZONES("a") NAME "/serialPort"), 4);
    task_drop(t);
    tear_all_down();
}

static void test_every_zone_is_full(void **state)
{
    (void)state;
    static const struct answer full[] = {{ZONES("a") "?", FULL("a")}, {ZONES("b") "?", FULL("b")}};
    set_up_for(STEP_PROXY);
    RULES(full);
    RULES(machine);
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_non_null(strstr(task_error(t)->what, "europe-north1"));
    assert_true(task_error(t)->hint[0]);
    assert_int_equal(server_count(&w.server, "POST", ZONES("a")), 1);
    assert_int_equal(server_count(&w.server, "POST", ZONES("b")), 1);
    task_drop(t);
    tear_all_down();
}

/* --- the machine that stands still --- */

#define STANDS C "/zones/europe-north1-c/instances" NAME
#define SERIAL STANDS "/serialPort"
#define WOKEN(script)                                                                              \
    "{\"name\":\"datastream-postmottak\",\"status\":\"RUNNING\",\"metadata\":{\"items\":[" script  \
    "]}}"
#define BY_SCRIPT "{\"key\":\"user-data\",\"value\":\"" CONNECTION "\"}"

/* Nothing is made: it is started where it is, and its proxy listened for. */
static void test_one_that_stands_still_is_started(void **state)
{
    (void)state;
    static const struct {
        const char *machine, *woken;
        size_t listened;
    } cases[] = {
        {PROXY("TERMINATED", "datastream-vpc", CONNECTION), WOKEN(BY_SCRIPT), 1},
        {PROXY("STOPPED", "datastream-vpc", CONNECTION), WOKEN(BY_SCRIPT), 1},
        {PROXY("TERMINATED", "datastream-vpc", CONNECTION), WOKEN(""), 0}, /* the old way */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct answer answers[] = {{SERIAL, READY},
                                         {STANDS "/start", MADE("c")},
                                         {STANDS, cases[i].woken},
                                         {MACHINES, cases[i].machine}};
        set_up_for(STEP_PROXY);
        RULES(answers);
        RULES(always);
        RULES(made);
        const struct plan *p = look();
        const struct plan_action *a = plan_action(p, STEP_PROXY);
        assert_int_equal(a->verb, PLAN_UPDATE);
        assert_int_equal(a->n_changes, 1);
        assert_string_equal(a->changes[0].to, "RUNNING");
        struct task *t = carry_out(p);
        if (task_state(t) != TASK_OK)
            fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
        assert_int_equal(server_count(&w.server, "POST", STANDS "/start"), 1);
        assert_int_equal(server_count(&w.server, "POST", C), 1);
        assert_int_equal(server_count(&w.server, "GET", SERIAL), cases[i].listened);
        task_drop(t);
        tear_all_down();
    }
}

static void test_who_may_not_start_it_is_told(void **state)
{
    (void)state;
    static const struct answer stands[] = {
        {MACHINES, PROXY("TERMINATED", "datastream-vpc", CONNECTION)}};
    set_up_for(STEP_PROXY);
    server_rule(&w.server,
                (struct rule){"POST", STANDS "/start", 403, NULL,
                              "{\"error\":{\"code\":403,\"message\":\"Required "
                              "'compute.instances.start' permission for 'x'\",\"errors\":[{"
                              "\"reason\":\"forbidden\"}]}}",
                              0});
    RULES(stands);
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_DENIED);
    assert_non_null(strstr(task_error(t)->why, "compute.instances.start"));
    assert_true(task_error(t)->hint[0]);
    task_drop(t);
    tear_all_down();
}

/* --- the machine that another run has begun --- */

/* On its way when it was looked at, and a while longer; then what it has become. */
static struct task *begun_by_another(const char *becomes)
{
    const struct answer then[] = {{MACHINES, becomes}};
    set_up_for(STEP_PROXY);
    server_rule(&w.server, (struct rule){"GET", MACHINES, 200, NULL,
                                         PROXY("STAGING", "datastream-vpc", CONNECTION), 2});
    RULES(then);
    RULES(always);
    RULES(made);
    const struct plan *p = look();
    assert_int_equal(plan_action(p, STEP_PROXY)->verb, PLAN_UPDATE);
    return carry_out(p);
}

/* That it runs is not enough here, either. */
static void test_a_machine_on_its_way(void **state)
{
    (void)state;
    static const char booting[] = "{\"contents\":\"Starting docker\"}";
    static const struct answer ready[] = {{SERIAL, READY}};
    set_up_for(STEP_PROXY);
    server_rule(&w.server, (struct rule){"GET", MACHINES, 200, NULL,
                                         PROXY("STAGING", "datastream-vpc", CONNECTION), 2});
    server_rule(&w.server, (struct rule){"GET", SERIAL, 200, NULL, booting, 2});
    RULES(ready);
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    assert_int_equal(server_count(&w.server, "GET", SERIAL), 3);
    assert_int_equal(server_count(&w.server, "POST", C), 0);
    task_drop(t);
    tear_all_down();
}

/* It is told at once, with what to do: nobody waits half an hour for it. */
static void test_a_machine_that_never_comes(void **state)
{
    (void)state;
    static const struct {
        const char *becomes, *why;
    } cases[] = {
        {PROXY("TERMINATED", "datastream-vpc", CONNECTION), "is TERMINATED now"},
        {"{}", "is gone now"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct task *t = begun_by_another(cases[i].becomes);
        assert_int_equal(task_state(t), TASK_FAILED);
        assert_non_null(strstr(task_error(t)->why, cases[i].why));
        assert_string_equal(task_error(t)->resource, "datastream-postmottak");
        assert_non_null(strstr(task_error(t)->hint, "run this again"));
        task_drop(t);
        tear_all_down();
    }
}

/* --- the profile --- */

#define CREATE D "/connectionProfiles?"
#define TIMED_OUT                                                                                  \
    "{\"name\":\"" DN "/operations/1\",\"done\":true,\"metadata\":{\"validationResult\":{"         \
    "\"validations\":[{\"code\":\"POSTGRES_CONNECTIVITY\",\"description\":\"Reaching the "         \
    "database\",\"state\":\"FAILED\",\"message\":[{\"code\":\"CONNECTION_TIMEOUT\",\"message\":"   \
    "\"Timed out\",\"level\":\"ERROR\"}]}]}},\"error\":{\"code\":9,\"message\":"                   \
    "\"CONNECTION_TIMEOUT: the database did not answer\"}}"
#define DONE "{\"name\":\"" DN "/operations/2\",\"done\":true,\"response\":{}}"

static void no_profile_yet(int looks)
{
    server_rule(&w.server, (struct rule){"GET", SOURCE, 404, NULL,
                                         "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\","
                                         "\"message\":\"no\"}}",
                                         looks});
}

/* It is tried again, as another request, and nothing that was made is given up. */
static void test_a_time_out_is_tried_again(void **state)
{
    (void)state;
    set_up_for(STEP_SOURCE_PROFILE);
    no_profile_yet(1);
    server_rule(&w.server, (struct rule){"POST", CREATE, 200, NULL, TIMED_OUT, 2});
    server_rule(&w.server, (struct rule){"POST", CREATE, 200, NULL, DONE, 0});
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    assert_int_equal(server_count(&w.server, "POST", CREATE), 3);
    assert_int_equal(server_count(&w.server, "DELETE", ""), 0);
    task_drop(t);
    tear_all_down();
}

/* Not for ever: then Datastream's own lines are shown, and what was made stays. */
static void test_a_time_out_that_stays(void **state)
{
    (void)state;
    size_t n;
    set_up_for(STEP_SOURCE_PROFILE);
    no_profile_yet(0);
    server_rule(&w.server, (struct rule){"POST", CREATE, 200, NULL, TIMED_OUT, 0});
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_non_null(strstr(task_error(t)->why, "Reaching the database: Timed out"));
    assert_null(strstr(task_error(t)->why, "canary"));
    const struct apply_step *s = apply_steps(t, &n);
    assert_int_equal(n, 1);
    assert_int_equal(s->n_validations, 1);
    assert_string_equal(s->validations[0].description, "Reaching the database");
    size_t tries = server_count(&w.server, "POST", CREATE);
    assert_true(tries > 1 && tries < 10);
    assert_int_equal(server_count(&w.server, "DELETE", ""), 0);
    task_drop(t);
    tear_all_down();
}

/* A password that is refused is no matter of waiting. */
static void test_another_refusal_is_not(void **state)
{
    (void)state;
    static const char no[] =
        "{\"name\":\"" DN "/operations/1\",\"done\":true,\"error\":{\"code\":9,\"message\":"
        "\"FATAL: password authentication failed for user datastream\"}}";
    set_up_for(STEP_SOURCE_PROFILE);
    no_profile_yet(0);
    server_rule(&w.server, (struct rule){"POST", CREATE, 200, NULL, no, 0});
    RULES(always);
    RULES(made);
    struct task *t = carry_out(look());
    assert_string_equal(task_error(t)->reason, APPLY_WRONG_PASSWORD);
    assert_int_equal(server_count(&w.server, "POST", CREATE), 1);
    task_drop(t);
    tear_all_down();
}

/* What stands in the journal is what was sent. */
static void test_the_id_of_the_request(void **state)
{
    (void)state;
    const struct journal_entry *entries;
    const struct journal_run *runs;
    size_t n;
    struct err e;
    set_up_for(STEP_PROXY);
    RULES(machine);
    RULES(always);
    RULES(made);
    struct store *store = store_open_memory(&e);
    const struct apply_options o = {
        .google = w.google, .store = store, .plan = look(), .selection = &scene.selection};
    struct task *t = apply(w.net, &o);
    assert_true(net_until(w.net, t));
    assert_true(journal_runs(store, NULL, 1, &scene.mem, &runs, &n, &e));
    assert_true(journal_entries(store, runs[0].id, &scene.mem, &entries, &n, &e));
    assert_int_equal(n, 1);
    assert_int_equal(strlen(entries[0].request_id), 36);
    assert_non_null(
        strstr(server_last(&w.server, "POST", ZONES("a"))->target, entries[0].request_id));
    task_drop(t);
    store_close(store);
    tear_all_down();
}

/* --- what an earlier run began and did not see the end of --- */

#define OPERATION D "/operations/op-1"

static struct store *store_of_a_killed_run(void)
{
    struct err e;
    struct store *store = store_open_memory(&e);
    struct journal_run run = {
        .target = P "/" L "/postgres-postmottak-bigquery", .kind = JOURNAL_CREATE, .plan = "{}"};
    assert_true(journal_begin(store, &run, &scene.mem, &e));
    struct journal_entry entry = {.run = run.id,
                                  .step = "datastream.source_profile",
                                  .name = "postgres-postmottak",
                                  .intent = "{\"action\":\"create\"}"};
    assert_true(journal_intent(store, &entry, &e));
    assert_true(journal_sent(store, entry.id, &OPERATION[1], &e)); /* HOST/PATH */
    return store;
}

/* The profile is listed, and not ready; `ended` is how its operation ended. */
static struct task *take_up(const char *ended, struct store **store)
{
    const struct answer answers[] = {{OPERATION, ended}};
    set_up_for(STEP_SOURCE_PROFILE);
    RULES(answers);
    server_rule(&w.server,
                (struct rule){"GET", SOURCE, 200, NULL, "{\"postgresqlProfile\":{}}", 1});
    RULES(always);
    RULES(made);
    const struct plan *p = look();
    assert_int_equal(plan_action(p, STEP_SOURCE_PROFILE)->verb, PLAN_UPDATE);
    *store = store_of_a_killed_run();
    const struct apply_options o = {
        .google = w.google, .store = *store, .plan = p, .selection = &scene.selection};
    struct task *t = apply(w.net, &o);
    assert_true(net_until(w.net, t));
    return t;
}

static void test_its_operation_is_taken_up(void **state)
{
    (void)state;
    static const struct {
        const char *ended, *why; /* why NULL: it goes on */
    } cases[] = {
        {"{\"name\":\"" DN "/operations/op-1\",\"done\":true,\"response\":{}}", NULL},
        {NULL, NULL}, /* Google does not remember it */
        {"{\"name\":\"" DN "/operations/op-1\",\"done\":true,\"error\":{\"code\":9,\"message\":"
         "\"The database said no\"}}",
         "The database said no"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store *store;
        struct task *t = take_up(cases[i].ended, &store);
        assert_non_null(server_last(&w.server, "GET", OPERATION));
        assert_int_equal(task_state(t), cases[i].why ? TASK_FAILED : TASK_OK);
        if (cases[i].why)
            assert_non_null(strstr(task_error(t)->why, cases[i].why));
        task_drop(t);
        store_close(store);
        tear_all_down();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_order),
        cmocka_unit_test(test_its_operation_is_taken_up),
        cmocka_unit_test(test_the_id_of_the_request),
        cmocka_unit_test(test_the_images_have_ended),
        cmocka_unit_test(test_the_ready_line_is_waited_for),
        cmocka_unit_test(test_every_zone_is_full),
        cmocka_unit_test(test_one_that_stands_still_is_started),
        cmocka_unit_test(test_who_may_not_start_it_is_told),
        cmocka_unit_test(test_a_machine_on_its_way),
        cmocka_unit_test(test_a_machine_that_never_comes),
        cmocka_unit_test(test_a_time_out_is_tried_again),
        cmocka_unit_test(test_a_time_out_that_stays),
        cmocka_unit_test(test_another_refusal_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

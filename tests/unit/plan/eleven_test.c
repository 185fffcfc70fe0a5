/* The eleven weaknesses of the tool before (facts/gcp.md A), each by its number: a test that it is
 * not ours. Skipped (77) without strom-sandbox or PostgreSQL. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/access/permissions.h"
#include "api/google/datastream.h"
#include "api/google/machine.h"
#include "api/google/projects.h"
#include "api/plan/apply.h"
#include "api/plan/remove.h"
#include "tests/unit/plan/byhand.h"
#include "tests/unit/plan/cloud.h"

#include <dirent.h>

#ifdef __linux__
#define PROCESSES "/proc"
#else
#define PROCESSES "/var/empty" /* nothing to look at */
#endif

/* --- one run against the stand-in --- */

struct trip {
    struct task *looking, *applying;
    struct plan plan;
    const struct apply_step *steps;
    size_t n;
};

static void begin(struct trip *t, const struct secret *with)
{
    const struct plan_options options = {.start = true};
    const struct apply_options o = {.google = google,
                                    .store = store,
                                    .plan = &t->plan,
                                    .selection = &selection,
                                    .password = with};
    *t = (struct trip){.looking = observe(net, google, &target)};
    await_well(t->looking);
    plan_make(&target, &selection, observed(t->looking), &options, &t->plan);
    t->applying = apply(net, &o);
    t->steps = apply_steps(t->applying, &t->n);
}

static void end(struct trip *t)
{
    task_drop(t->applying);
    plan_done(&t->plan);
    task_drop(t->looking);
}

static const struct apply_step *step_of(const struct trip *t, enum step_id id)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->steps[i].step == id)
            return &t->steps[i];
    fail_msg("nothing is said of %s", step_type(id)->id);
    return NULL;
}

static void until_running(struct trip *t, enum step_id id)
{
    while (task_state(t->applying) == TASK_RUNNING && step_of(t, id)->state != APPLY_RUNNING) {
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        net_step(net);
    }
    assert_int_equal(step_of(t, id)->state, APPLY_RUNNING);
}

static bool holds(const char *path, const char *text)
{
    struct str content = {0};
    struct err e;
    bool found = path_read(path, 1 << 24, &content, &e) &&
                 memmem(str_text(&content), content.bytes, text, strlen(text)) != NULL;
    str_done(&content);
    return found;
}

/* Files of a folder, or one file of each of its folders (/proc). */
static void none_holds(const char *where, const char *member, const char *text)
{
    DIR *d = opendir(where);
    assert_non_null(d);
    for (struct dirent *x = readdir(d); x; x = readdir(d)) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s%s", where, x->d_name, member);
        if (x->d_name[0] != '.' && holds(path, text))
            fail_msg("it stands in %s", path);
    }
    closedir(d);
}

static bool is_begun(const struct trip *t, enum step_id id)
{
    enum apply_state state = step_of(t, id)->state;
    return state == APPLY_RUNNING || state == APPLY_DONE;
}

/* Nine things one after another it was: what does not depend on each other is under way at once. */
static void in_waves_and_not_in_a_row(void **state)
{
    (void)state;
    struct trip t;
    begin(&t, wrong);
    until_running(&t, STEP_NETWORK);
    assert_true(is_begun(&t, STEP_ACCOUNT) && is_begun(&t, STEP_DATASET));
    assert_non_null(strstr(step_of(&t, STEP_DESTINATION_PROFILE)->message, "tries it out"));
    assert_false(is_begun(&t, STEP_PRIVATE_CONNECTION));
    until_running(&t, STEP_PRIVATE_CONNECTION);
    assert_true(is_begun(&t, STEP_DESTINATION_PROFILE));
    assert_true(is_begun(&t, STEP_FIREWALL) && is_begun(&t, STEP_ADDRESS));
    until_running(&t, STEP_PROXY);
    assert_int_equal(step_of(&t, STEP_PRIVATE_CONNECTION)->state, APPLY_RUNNING);
    assert_int_equal(step_of(&t, STEP_SOURCE_PROFILE)->state, APPLY_WAITING);
    end(&t); /* what was begun goes on there */
}

static void fault_11_a_wrong_password_is_told_in_words(void **state)
{
    (void)state;
    struct trip t;
    begin(&t, wrong);
    await(t.applying);
    const struct err *e = task_error(t.applying);
    assert_string_equal(e->reason, APPLY_WRONG_PASSWORD);
    assert_non_null(strstr(e->why, "password authentication failed"));
    assert_non_null(strstr(e->hint, "type it again"));
    assert_null(strstr(e->why, "not-the-password"));
    end(&t);
}

static void fault_1_the_stream_is_started(void **state)
{
    (void)state;
    struct trip t;
    begin(&t, password);
    await_well(t.applying);
    assert_int_equal(step_of(&t, STEP_START)->state, APPLY_DONE);
    end(&t);
    struct task *get = datastream_stream_get(google, target.project, target.region, target.stream);
    await_well(get);
    assert_string_equal(datastream_stream(get)->state, "RUNNING");
    task_drop(get);
}

static void fault_3_the_password_is_nowhere_to_be_seen(void **state)
{
    (void)state;
    extern char **environ;
    const char *text = secret_reveal(password);
    assert_true(strlen(text) >= 8);
    none_holds(PROCESSES, "/cmdline", text);
    none_holds(PROCESSES, "/environ", text);
    none_holds(folder, "", text); /* journal, locks, what else lies there */
    for (char **pair = environ; *pair; pair++)
        assert_null(strstr(*pair, text));
}

static void fault_10_no_container_declaration(void **state)
{
    (void)state;
    struct task *t = compute_machine_find(google, target.project, "datastream-postmottak");
    await_well(t);
    const struct compute_machines *m = compute_machines(t);
    assert_int_equal(m->n, 1);
    assert_null(compute_metadata(&m->items[0], "gce-container-declaration"));
    assert_non_null(strstr(compute_metadata(&m->items[0], "user-data"), "#cloud-config"));
    assert_string_equal(google_label(&m->items[0].labels, "created-by"), "strom");
    assert_true(str_starts(google_label(&m->items[0].labels, "strom-run"), "run-"));
    task_drop(t);
}

/* --- taken down again --- */

static bool in_receipt(const struct task *t, enum receipt_kind kind, const char *what,
                       const char *why)
{
    size_t n;
    const struct receipt_line *lines = remove_receipt(t, &n);
    for (size_t i = 0; i < n; i++)
        if (lines[i].kind == kind && str_eq(lines[i].what, what) && strstr(lines[i].why, why))
            return true;
    return false;
}

/* Its own stream is no other stream, and the machine goes before the network in which it stands. */
static void fault_4_shared_parts_go_with_the_last_stream(void **state)
{
    (void)state;
    struct task *t = observe(net, google, &target);
    await_well(t);
    assert_int_equal(observed(t)->other_streams, 0);
    const struct remove_options o = {.google = google,
                                     .store = store,
                                     .target = &target,
                                     .seen = observed(t),
                                     .source_asked = true,
                                     .slot_exists = true,
                                     .slot_bytes = 4096};
    struct task *gone = remove_all(net, &o);
    await_well(gone);
    assert_true(in_receipt(gone, RECEIPT_REMOVED, "compute.proxy", ""));
    assert_true(in_receipt(gone, RECEIPT_REMOVED, "datastream.private_connection", ""));
    assert_true(in_receipt(gone, RECEIPT_REMOVED, "compute.network", ""));
    /* fault 5, its latter part: the slot is told of, with the text that drops it */
    assert_true(in_receipt(gone, RECEIPT_BY_HAND, "slot", "PG_DROP_REPLICATION_SLOT"));
    assert_true(in_receipt(gone, RECEIPT_BY_HAND, "slot", "4.1 kB"));
    task_drop(gone);
    task_drop(t);
}

static void fault_5_the_binding_goes_with_the_account(void **state)
{
    (void)state;
    struct task *t = projects_policy_get(google, target.project);
    await_well(t);
    const struct google_policy *p = projects_policy(t);
    for (size_t i = 0; i < p->n_bindings; i++)
        for (size_t m = 0; m < p->bindings[i].n_members; m++)
            if (strstr(p->bindings[i].members[m], "datastream@"))
                fail_msg("%s is left", p->bindings[i].members[m]);
    task_drop(t);
}

/* --- by hand --- */

static struct task *apply_by_hand(const struct plan *p)
{
    struct apply_options o = {
        .google = w.google, .plan = p, .selection = &scene.selection, .password = password};
    struct task *t = apply(w.net, &o);
    assert_true(net_until(w.net, t));
    return t;
}

#define ZONES(z) C "/zones/europe-north1-" z "/instances"

/* The region's own list; where one is down it is passed over, where one is full the next. */
static void fault_2_the_zone_is_the_regions(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        {MACHINES, "{}"},
        {ADDRESS, ADDRESS_OF("INTERNAL", "datastream-vpc", "")},
        {C "/zones?", "{\"items\":[{\"name\":\"europe-north1-a\",\"status\":\"DOWN\"},{\"name\":"
                      "\"europe-north1-b\",\"status\":\"UP\"},{\"name\":\"europe-north1-c\","
                      "\"status\":\"UP\"}]}"},
        {"/compute.googleapis.com/compute/v1/projects/cos-cloud/global/images/family/",
         "{\"name\":\"cos\",\"selfLink\":\"projects/cos-cloud/global/images/cos\"}"},
        {ZONES("b"), "{\"name\":\"op-b\",\"status\":\"DONE\",\"zone\":\"x/europe-north1-b\","
                     "\"error\":{\"errors\":[{\"code\":\"ZONE_RESOURCE_POOL_EXHAUSTED\","
                     "\"message\":\"The zone is full\"}]},\"httpErrorStatusCode\":503}"},
        {ZONES("c") "/datastream-postmottak/serialPort",
         "{\"contents\":\"The proxy has started successfully and is ready for new connections!\"}"},
        {ZONES("c") "?", "{\"name\":\"op-c\",\"status\":\"DONE\",\"zone\":\"x/europe-north1-c\"}"},
        {ZONES("c") "/datastream-postmottak",
         "{\"name\":\"datastream-postmottak\",\"status\":\"RUNNING\"}"},
    };

    set_up();
    scene.options.only = 1u << STEP_PROXY;
    RULES(answers);
    RULES(always);
    RULES(made);
    struct task *t = apply_by_hand(look());
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    assert_int_equal(server_count(&w.server, "POST", ZONES("a")), 0);
    assert_int_equal(server_count(&w.server, "POST", ZONES("b")), 1);
    assert_int_equal(server_count(&w.server, "POST", ZONES("c")), 1);
    task_drop(t);
    tear_down();
}

static void check_blocked(const char *path, const char *body, enum step_id step)
{
    const struct answer one = {path, body};

    set_up();
    rules(&one, 1);
    RULES(always);
    RULES(made);
    const struct plan_action *a = plan_action(look(), step);
    assert_int_equal(a->verb, PLAN_BLOCKED);
    assert_non_null(a->hint);
    tear_down();
}

/* All cases: observe_test. Here those that facts/gcp.md A.6 names. */
static void fault_6_there_is_not_yet_fit(void **state)
{
    (void)state;
    check_blocked(
        PRIVATE,
        PRIVATE_OF("datastream-connection", "FAILED", VPC("datastream-vpc"), "10.2.0.0/29", ""),
        STEP_PRIVATE_CONNECTION);
    check_blocked(FIREWALL, RULE("datastream-vpc", "10.3.0.0/29", "5432", ""), STEP_FIREWALL);
    check_blocked(MACHINES, PROXY("SUSPENDED", "datastream-vpc", CONNECTION), STEP_PROXY);
    check_blocked(SOURCE,
                  SOURCE_OF("10.9.9.9", "datastream", "postmottak", "datastream-connection", ""),
                  STEP_SOURCE_PROFILE);
}

#define STREAM_MADE                                                                                \
    "{\"name\":\"" DN "/operations/1\",\"done\":true,\"metadata\":{\"validationResult\":{"         \
    "\"validations\":[{\"code\":\"X\",\"description\":\"The slot exists\",\"state\":\"PASSED\"}]}" \
    "},\"response\":{}}"

/* Schemas and columns, each named; what Datastream validated is kept line by line. */
static void fault_7_schemas_columns_and_validations(void **state)
{
    (void)state;
    static const struct answer answers[] = {{STREAMS, "{}"}, {D "/streams?streamId=", STREAM_MADE}};
    size_t n;

    set_up();
    scene_table(&scene, "arkiv", "sak", "+id:key +status notat:personal");
    scene.options.only = 1u << STEP_STREAM;
    server_rule(&w.server, (struct rule){"GET", STREAM, 404, NULL,
                                         "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\","
                                         "\"message\":\"no\"}}",
                                         1});
    server_rule(&w.server, (struct rule){"POST", D "/streams?", 200, NULL, STREAM_MADE, 0});
    RULES(answers);
    RULES(always);
    RULES(made);
    struct task *t = apply_by_hand(look());
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    const char *body = server_last(&w.server, "POST", D "/streams?")->body;
    assert_non_null(strstr(body, "{\"schema\":\"arkiv\",\"postgresqlTables\":[{\"table\":\"sak\","
                                 "\"postgresqlColumns\":[{\"column\":\"id\"},{\"column\":"
                                 "\"status\"}]}]}"));
    assert_null(strstr(body, "notat"));
    assert_null(strstr(body, "fnr"));
    const struct apply_step *s = apply_steps(t, &n);
    assert_int_equal(s[0].n_validations, 1);
    assert_string_equal(s[0].validations[0].description, "The slot exists");
    task_drop(t);
    tear_down();
}

static void fault_7_excluding_goes_before_and_that_is_said(void **state)
{
    (void)state;
    static const struct answer one = {
        STREAM,
        STREAM_OF("postgres-postmottak-bigquery", "postgres-postmottak", "bigquery-postmottak",
                  "ds_publication", "ds_replication", "900s", "datastream_postmottak",
                  INCLUDE ",\"excludeObjects\":{\"postgresqlSchemas\":[{\"schema\":"
                          "\"public\",\"postgresqlTables\":[{\"table\":\"regel\","
                          "\"postgresqlColumns\":[{\"column\":\"resultat\"}]}]}]}")};

    set_up();
    rules(&one, 1);
    RULES(always);
    RULES(made);
    const struct plan_action *a = plan_action(look(), STEP_STREAM);
    assert_int_equal(a->verb, PLAN_BLOCKED);
    assert_non_null(strstr(a->why, "exclude list, which goes before"));
    tear_down();
}

/* Given up in the middle: the next run goes on, and each step says how far it is. */
static void fault_7_a_run_is_resumed_and_seen(void **state)
{
    (void)state;
    struct trip t;
    begin(&t, password);
    until_running(&t, STEP_PROXY);
    assert_true(step_of(&t, STEP_PROXY)->message[0]);
    assert_true(apply_seconds_left(t.applying) > 0);
    end(&t);
    begin(&t, password);
    assert_int_not_equal(plan_action(&t.plan, STEP_NETWORK)->verb, PLAN_CREATE);
    await_well(t.applying);
    assert_int_equal(step_of(&t, STEP_NETWORK)->state, APPLY_KEPT);
    end(&t);
}

/* While it is being made, and when that fails: its own error is told. */
static void fault_8_the_private_connections_error_is_read(void **state)
{
    (void)state;
    static const char making[] =
        PRIVATE_OF("datastream-connection", "CREATING", VPC("datastream-vpc"), "10.2.0.0/29", "");
    static const char failed[] =
        PRIVATE_OF("datastream-connection", "FAILED", VPC("datastream-vpc"), "10.2.0.0/29",
                   ",\"error\":{\"reason\":\"VPC_PEERING\",\"message\":\"the peering was refused "
                   "by the network's policy\"}");

    set_up();
    scene.options.only = 1u << STEP_PRIVATE_CONNECTION;
    server_rule(&w.server, (struct rule){"GET", PRIVATE, 200, NULL, making, 3});
    server_rule(&w.server, (struct rule){"GET", PRIVATE, 200, NULL, failed, 0});
    RULES(always);
    RULES(made);
    const struct plan *p = look();
    assert_int_equal(plan_action(p, STEP_PRIVATE_CONNECTION)->verb, PLAN_UPDATE);
    struct task *t = apply_by_hand(p);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_non_null(strstr(task_error(t)->why, "the peering was refused by the network's policy"));
    assert_string_equal(task_error(t)->resource, "datastream-connection");
    assert_non_null(strstr(task_error(t)->hint, "private-connections delete datastream-connection "
                                                "--location " L " --project " P));
    assert_int_equal(server_count(&w.server, "POST", D "/privateConnections"), 0);
    task_drop(t);
    tear_down();
}

/* The role that Editor has not is asked for before anything is made, and named with its step. */
static void fault_9_what_editor_lacks_is_known_before(void **state)
{
    (void)state;
    struct arena a = {0};
    struct access_verdict verdict;
    size_t n, held = 0;
    const char *const *needed = access_needed(&a, ACCESS_CREATE, &n);
    const char **has = arena_array(&a, const char *, n);
    for (size_t i = 0; i < n; i++)
        if (!str_eq(needed[i], "resourcemanager.projects.setIamPolicy"))
            has[held++] = needed[i];
    access_judge(&a, ACCESS_CREATE, has, held, &verdict);
    assert_int_equal(held, n - 1);
    assert_int_equal(verdict.n_lacks, 1);
    assert_int_equal(verdict.blocked, ACCESS_BIT(ACCESS_BINDING));
    assert_string_equal(verdict.lacks[0].role, "roles/resourcemanager.projectIamAdmin");
    arena_done(&a);
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_waves_and_not_in_a_row),
        cmocka_unit_test(fault_11_a_wrong_password_is_told_in_words),
        cmocka_unit_test(fault_1_the_stream_is_started),
        cmocka_unit_test(fault_3_the_password_is_nowhere_to_be_seen),
        cmocka_unit_test(fault_10_no_container_declaration),
        cmocka_unit_test(fault_4_shared_parts_go_with_the_last_stream),
        cmocka_unit_test(fault_5_the_binding_goes_with_the_account),
        cmocka_unit_test(fault_7_a_run_is_resumed_and_seen),
        cmocka_unit_test(fault_7_schemas_columns_and_validations),
        cmocka_unit_test(fault_7_excluding_goes_before_and_that_is_said),
        cmocka_unit_test(fault_2_the_zone_is_the_regions),
        cmocka_unit_test(fault_6_there_is_not_yet_fit),
        cmocka_unit_test(fault_8_the_private_connections_error_is_read),
        cmocka_unit_test(fault_9_what_editor_lacks_is_known_before),
    };
    if (!session_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}

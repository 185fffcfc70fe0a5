#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Granting for a while and taking back, against the stand-in: what others have written stays to the
 * byte, what is recorded comes before what is asked, and what works is asked for, not guessed. */

#include "api/access/grant.h"
#include "api/access/instead.h"
#include "api/google/auth.h"
/* both sides have one of that name */
#define google_options stand_in_options
#include "tests/unit/sandbox_google/rig.h"
#undef google_options

#include <pthread.h>

#define PERSON     "user:" SANDBOX_PERSON
#define GET_POLICY CRM "/" SANDBOX_PROJECT ":getIamPolicy"
#define SET_POLICY CRM "/" SANDBOX_PROJECT ":setIamPolicy"
#define VERSION_3  "{\"options\":{\"requestedPolicyVersion\":3}}"

enum { HOUR = 3600, RACES = 50 };

static struct rig rig;
static struct net *net;
static struct google *client;
static struct store *store;
static struct arena mem;

static int begin(void **state)
{
    char file[96], origin[64];
    struct str text = {0};
    struct err e;
    (void)state;
    rig_start(&rig, 2000, false);
    snprintf(file, sizeof file, "%s/login.json", rig.folder);
    google_credentials(&rig.s, &text);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs(str_text(&text), f);
    fclose(f);
    str_done(&text);
    snprintf(origin, sizeof origin, "http://127.0.0.1:%d", google_port(rig.g));
    net = net_open(&e);
    client = google_open(
        net,
        &(struct google_options){.endpoint = origin, .credentials = file, .poll_floor_s = 0.002},
        &e);
    store = store_open(rig.folder, &e);
    assert_true(client && store);
    return 0;
}

static int end(void **state)
{
    (void)state;
    google_close(client);
    net_close(net);
    store_close(store);
    arena_done(&mem);
    rig_stop(&rig);
    return 0;
}

/* --- what the tests look at --- */

/* The policy as Google answers it now, as one text. */
static const char *policy_now(void)
{
    rig_ok(&rig, "POST", GET_POLICY, VERSION_3);
    return arena_str(&mem, strstr(str_text(&rig.text), "\r\n\r\n") + 4);
}

static void without_etag(char *text)
{
    char *at = strstr(text, "\"etag\": \"");
    assert_non_null(at);
    at += strlen("\"etag\": \"");
    memset(at, '-', strcspn(at, "\""));
}

static void assert_same_policy(const char *one, const char *other)
{
    char *a = arena_str(&mem, one), *b = arena_str(&mem, other);
    without_etag(a);
    without_etag(b);
    assert_string_equal(a, b);
}

static const struct grant_row *rows;
static size_t open_rows(void)
{
    struct err e;
    size_t n;
    assert_true(grants_open(store, SANDBOX_PROJECT, &mem, &rows, &n, &e));
    return n;
}

static bool is_held(const char *permission)
{
    char body[200];
    snprintf(body, sizeof body, "{\"permissions\":[\"%s\"]}", permission);
    rig_ok(&rig, "POST", CRM "/" SANDBOX_PROJECT ":testIamPermissions", body);
    return json_get(rig.body, "permissions") != NULL;
}

static const char *const ROLES[] = {"roles/compute.networkAdmin", "roles/datastream.admin"};
static const char *const BRINGS[] = {"compute.networks.create", "datastream.streams.create"};

static struct access_grant_order order(int64_t until)
{
    return (struct access_grant_order){.google = client,
                                       .store = store,
                                       .project = SANDBOX_PROJECT,
                                       .member = PERSON,
                                       .what = "postmottak-backend",
                                       .roles = ROLES,
                                       .n_roles = 2,
                                       .brings = BRINGS,
                                       .n_brings = 2,
                                       .until = until};
}

static struct task *grant_until(int64_t until)
{
    const struct access_grant_order o = order(until);
    struct task *t = access_grant(net, &o);
    assert_true(net_until(net, t));
    return t;
}

static struct task *drop(struct access_drop_order o)
{
    o.google = client;
    o.store = store;
    o.project = SANDBOX_PROJECT;
    o.member = PERSON;
    struct task *t = access_drop(net, &o);
    assert_true(net_until(net, t));
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    return t;
}

static void only_the_team(void)
{
    google_set_roles(rig.g, NULL, 0);
}

/* --- there and back --- */

static void granted_it_works_and_gone_it_does_not(void **state)
{
    (void)state;
    only_the_team();
    const char *before = policy_now();
    assert_false(is_held(BRINGS[0]));
    struct task *t = grant_until(clock_wall() + 2 * HOUR);
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(access_grant_works(t), 2);
    assert_true(is_held(BRINGS[0]) && is_held(BRINGS[1]));
    assert_int_equal(open_rows(), 1);
    assert_int_equal(rows[0].state, GRANT_HELD);
    const char *now = policy_now();
    assert_non_null(strstr(now, "\"title\": \"strom postmottak-backend\""));
    assert_non_null(strstr(now, "request.time < timestamp("));
    struct str diff = {0};
    policy_diff(&diff, "p", access_grant_before(t), access_grant_after(t));
    assert_non_null(strstr(str_text(&diff), "+      \"role\": \"roles/datastream.admin\""));
    assert_non_null(strstr(str_text(&diff), "-  \"etag\""));
    assert_null(strstr(str_text(&diff), "-      \"role\"")); /* nothing of others' goes */
    str_done(&diff);
    task_drop(t);
    t = drop((struct access_drop_order){.ours = true});
    const struct access_dropped *r = access_drop_result(t);
    assert_true(r->n_gone == 2 && r->read_again && r->n_tested == 2 && r->n_held == 0);
    assert_false(is_held(BRINGS[0]) || is_held(BRINGS[1]));
    assert_int_equal(open_rows(), 0);
    assert_same_policy(before, policy_now());
    task_drop(t);
    t = drop((struct access_drop_order){.ours = true}); /* once more: nothing is there */
    assert_int_equal(access_drop_result(t)->n_gone, 0);
    assert_null(access_drop_before(t));
    task_drop(t);
}

/* Something takes the permission away whatever the roles say: it is not waited for for ever. */
static void what_never_works_is_said(void **state)
{
    (void)state;
    only_the_team();
    google_set_lacking(rig.g, BRINGS[0], true);
    const struct access_grant_order o = order(clock_wall() + HOUR);
    struct task *t = access_grant(net, &o);
    while (access_grant_works(t) == 0) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
    }
    assert_int_equal(task_state(t), TASK_RUNNING);
    clock_advance(11 * 60 * 1000);
    assert_true(net_until(net, t));
    assert_int_equal(task_state(t), TASK_OK);
    assert_int_equal(access_grant_works(t), 1);
    assert_int_equal(open_rows(), 1); /* granted it is */
    google_set_lacking(rig.g, BRINGS[0], false);
    task_drop(t);
    task_drop(drop((struct access_drop_order){.ours = true}));
    assert_int_equal(open_rows(), 0);
}

/* Killed between the record and whatever came of it; and with another state folder. */
static void after_a_crash(void **state)
{
    (void)state;
    only_the_team();
    const char *before = policy_now();
    const struct access_grant_order o = order(clock_wall() + HOUR);
    struct task *t = access_grant(net, &o);
    while (access_grant_phase(t) != ACCESS_TESTING) {
        net_wait(net, NULL, 0, -1);
        net_step(net);
        assert_int_equal(task_state(t), TASK_RUNNING);
        assert_true(access_grant_phase(t) == ACCESS_RECORDING || open_rows() == 1);
    }
    task_drop(t);
    assert_int_equal(open_rows(), 1);
    assert_string_equal(rows[0].roles, "roles/compute.networkAdmin roles/datastream.admin");
    t = drop((struct access_drop_order){.ours = true});
    assert_int_equal(access_drop_result(t)->n_gone, 2);
    assert_same_policy(before, policy_now());
    task_drop(t);
    t = grant_until(clock_wall() + HOUR);
    task_drop(t);
    struct err e;
    struct store *kept = store;
    store = store_open_memory(&e); /* nothing is recorded here: the title tells */
    t = drop((struct access_drop_order){.ours = true});
    assert_int_equal(access_drop_result(t)->n_gone, 2);
    assert_same_policy(before, policy_now());
    task_drop(t);
    store_close(store);
    store = kept;
    t = drop((struct access_drop_order){.ours = true}); /* closes what is gone already */
    assert_int_equal(open_rows(), 0);
    task_drop(t);
}

/* What was only meant may still be on its way: it is not forgotten at once. */
static void what_was_meant_is_believed_for_a_while(void **state)
{
    (void)state;
    struct grant_row row = {.project = SANDBOX_PROJECT,
                            .member = PERSON,
                            .roles = "roles/viewer",
                            .title = "strom",
                            .expression = "request.time < timestamp(\"2100-01-01T00:00:00Z\")",
                            .until = 4102444800};
    struct err e;
    assert_true(grants_mean(store, &row, &e));
    task_drop(drop((struct access_drop_order){.ours = true}));
    assert_int_equal(open_rows(), 1);
    clock_freeze(clock_wall() + 200);
    task_drop(drop((struct access_drop_order){.ours = true}));
    assert_int_equal(open_rows(), 0);
    clock_freeze(0);
}

static void refused_nothing_is_open(void **state)
{
    (void)state;
    only_the_team();
    google_set_lacking(rig.g, "resourcemanager.projects.setIamPolicy", true);
    struct task *t = grant_until(clock_wall() + HOUR);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_DENIED);
    assert_int_equal(open_rows(), 0);
    task_drop(t);
    google_set_lacking(rig.g, "resourcemanager.projects.setIamPolicy", false);
}

/* A condition of the past gives nothing, and is still found and taken out. */
static void ended_by_itself(void **state)
{
    (void)state;
    only_the_team();
    const char *before = policy_now();
    struct task *t = grant_until(clock_wall() + 2);
    task_drop(t);
    int64_t until = clock_mono_ms() + 60000;
    while (is_held(BRINGS[0]))
        assert_true(clock_mono_ms() < until);
    t = drop((struct access_drop_order){.ours = true});
    assert_int_equal(access_drop_result(t)->n_gone, 2);
    assert_same_policy(before, policy_now());
    task_drop(t);
}

/* One's own Editor goes; others' stays. */
static void editor_goes(void **state)
{
    (void)state;
    static const char *const EDITOR[] = {"roles/editor"};
    google_set_roles(rig.g, EDITOR, 1);
    assert_true(is_held("cloudsql.instances.update"));
    struct task *t = drop(
        (struct access_drop_order){.editor = true, .only_by_basic = "cloudsql.instances.update"});
    const struct access_dropped *r = access_drop_result(t);
    assert_true(r->n_gone == 1 && r->read_again && r->n_held == 0);
    assert_string_equal(r->gone[0].role, "roles/editor");
    assert_false(is_held("cloudsql.instances.update"));
    assert_non_null(strstr(policy_now(), "user:ola.hansen@nav.no"));
    struct str diff = {0};
    policy_diff(&diff, "p", access_drop_before(t), access_drop_after(t));
    assert_non_null(strstr(str_text(&diff), "-        \"" PERSON "\""));
    str_done(&diff);
    task_drop(t);
}

/* --- races --- */

/* Somebody else's tool: reads, adds one member, writes, and again when it was refused. Returns the
 * status of the answer. */
static int write_once(struct rig *own, int i)
{
    struct str body = {0};
    int status = rig_ask(own, "POST", GET_POLICY, VERSION_3);
    if (status != 200)
        return status;
    str_printf(&body,
               "{\"policy\":{\"version\":3,\"etag\":\"%s\",\"bindings\":", rig_text(own, "etag"));
    json_print(json_get(own->body, "bindings"), &body);
    body.text[--body.bytes] = '\0';
    str_printf(&body,
               ",{\"role\":\"roles/viewer\",\"members\":[\"user:racer-%d@nav.no\"]}],"
               "\"auditConfigs\":",
               i);
    json_print(json_get(own->body, "auditConfigs"), &body);
    str_add(&body, "}}");
    status = rig_ask(own, "POST", SET_POLICY, str_text(&body));
    str_done(&body);
    return status;
}

/* On a thread, with a client of its own. The stand-in lives on threads of this process, and a copy
 * of it without them could wait for ever for what one of them held. */
static void *race(void *last_status)
{
    struct rig own = {.g = rig.g};
    int status = 200;
    str_copy(own.token, sizeof own.token, rig.token);
    for (int i = 0; i < RACES && status == 200; i++)
        while ((status = write_once(&own, i)) == 409)
            ;
    json_free(own.body);
    str_done(&own.text);
    *(int *)last_status = status;
    return NULL;
}

static void bind_one(int i, bool remove)
{
    char role[64];
    const struct google_condition c = access_condition(&mem, "race", 4102444800 + i);
    snprintf(role, sizeof role, "roles/datastream.viewer");
    const struct access_change change = {
        .role = role, .member = PERSON, .condition = &c, .remove = remove};
    struct task *t = access_bind(client, SANDBOX_PROJECT, &change, 1);
    assert_true(net_until(net, t));
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    assert_true(access_bind_changed(t));
    assert_false(!remove && !policy_has(access_bind_after(t), role, PERSON, &c));
    task_drop(t);
}

/* Both write as fast as they can; every change of either is there, and nothing else is. */
static void nobody_loses_anything(void **state)
{
    (void)state;
    int status = 0;
    pthread_t other;
    only_the_team();
    const char *before = policy_now();
    assert_int_equal(pthread_create(&other, NULL, race, &status), 0);
    for (int i = 0; i < RACES; i++)
        bind_one(i, false);
    for (int i = 0; i < RACES; i += 2)
        bind_one(i, true);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_int_equal(status, 200);
    const char *after = policy_now();
    for (int i = 0; i < RACES; i++) {
        char racer[64];
        const struct google_condition c = access_condition(&mem, "race", 4102444800 + i);
        snprintf(racer, sizeof racer, "user:racer-%d@nav.no", i);
        assert_true(policy_has(after, "roles/viewer", racer, NULL));
        assert_int_equal(policy_has(after, "roles/datastream.viewer", PERSON, &c), i % 2);
    }
    /* and nothing of what stood there before is lost, or written otherwise */
    struct err e;
    struct json *was = json_parse(before, strlen(before), &e),
                *is = json_parse(after, strlen(after), &e);
    const struct json *kept = json_first(json_get(is, "bindings"));
    for
        json_each(b, json_get(was, "bindings"))
        {
            struct str one = {0}, other_text = {0};
            json_print(b, &one);
            json_print(kept, &other_text);
            assert_string_equal(str_text(&one), str_text(&other_text));
            str_done(&one);
            str_done(&other_text);
            kept = json_next(kept);
        }
    json_free(was);
    json_free(is);
}

static void google_agrees(void **state)
{
    (void)state;
    rig_check_log(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(granted_it_works_and_gone_it_does_not),
        cmocka_unit_test(what_never_works_is_said),
        cmocka_unit_test(after_a_crash),
        cmocka_unit_test(what_was_meant_is_believed_for_a_while),
        cmocka_unit_test(refused_nothing_is_open),
        cmocka_unit_test(ended_by_itself),
        cmocka_unit_test(editor_goes),
        cmocka_unit_test(google_agrees), /* of short lines */
        cmocka_unit_test(nobody_loses_anything),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

/* Taking down, carried out by hand: what goes wrong on the way, and what is told of it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/plan/apply.h"
#include "api/plan/remove.h"
#include "api/store/internal.h"
#include "api/store/journal.h"
#include "tests/unit/plan/byhand.h"

static struct remove_options options;

static struct task *begin(struct store *store)
{
    look();
    options = (struct remove_options){.google = w.google,
                                      .store = store,
                                      .target = &scene.target,
                                      .seen = observed(looking),
                                      .source_asked = true,
                                      .slot_bytes = -1};
    return remove_all(w.net, &options);
}

static const char *failure_of(const struct task *t, const char *what)
{
    size_t n;
    const struct receipt_line *lines = remove_receipt(t, &n);
    for (size_t i = 0; i < n; i++)
        if (lines[i].kind == RECEIPT_FAILED && strcmp(lines[i].what, what) == 0)
            return lines[i].why;
    fail_msg("%s has not failed", what);
    return NULL;
}

/* What cannot be written down is not asked for; the receipt keeps the reason. */
static void test_an_intent_that_cannot_be_written(void **state)
{
    (void)state;
    struct err e;
    set_up();
    RULES(always);
    RULES(made);
    struct store *store = store_open_memory(&e);
    assert_true(store_run(store, "CREATE TRIGGER no BEFORE INSERT ON entry BEGIN "
                                 "SELECT RAISE(ABORT, 'the journal is full today'); END"));
    struct task *t = begin(store);
    net_until(w.net, t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_non_null(strstr(failure_of(t, "datastream.stream"), "the journal is full today"));
    assert_non_null(strstr(task_error(t)->why, "the journal is full today"));
    for (size_t i = 0; i < w.server.n_seen; i++)
        assert_string_not_equal(w.server.seen[i].method, "DELETE");
    task_drop(t);
    store_close(store);
    tear_down();
}

/* --- before it begins --- */

static struct task *prepare(void)
{
    const struct remove_wanted wanted = {w.google, NULL, NULL, &scene.target, false};
    struct task *t = remove_prepare(w.net, &wanted);
    assert_true(net_until(w.net, t));
    return t;
}

/* Whatever slot was named: the one that the stream reads is the one that is left. */
static void test_the_streams_own_slot(void **state)
{
    (void)state;
    size_t n;
    struct receipt_line *lines;
    set_up();
    RULES(always);
    RULES(made);
    str_copy(scene.target.slot, sizeof scene.target.slot, "other_slot");
    str_copy(scene.target.publication, sizeof scene.target.publication, "other");
    str_copy(scene.target.db_user, sizeof scene.target.db_user, "somebody");
    struct task *t = prepare();
    const struct remove_options *o = remove_prepared(t);
    assert_non_null(o);
    assert_string_equal(o->target->slot, "ds_replication");
    assert_string_equal(o->target->publication, "ds_publication");
    assert_string_equal(o->target->db_user, "datastream");
    remove_plan(o, &scene.mem, &lines, &n);
    for (size_t i = 0; i < n; i++)
        if (lines[i].kind == RECEIPT_BY_HAND)
            assert_null(strstr(lines[i].why, "other"));
    task_drop(t);
    tear_down();
}

static void test_anothers_stream(void **state)
{
    (void)state;
    set_up();
    RULES(always);
    RULES(made);
    str_copy(scene.target.database, sizeof scene.target.database, "another");
    str_copy(scene.target.stream, sizeof scene.target.stream, "postgres-postmottak-bigquery");
    struct task *t = prepare();
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "NOT_OURS");
    assert_null(remove_prepared(t));
    task_drop(t);
    tear_down();
}

#define LONG "postgres-postmottak-with-a-name-that-is-longer-than-any-of-googles-is"

/* Cut to what fits it would be the name of another profile. */
static void test_a_name_that_is_too_long(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        {STREAM,
         STREAM_OF("postgres-postmottak-bigquery", LONG, "bigquery-postmottak", "ds_publication",
                   "ds_replication", "900s", "datastream_postmottak", INCLUDE)}};
    struct receipt_line *lines;
    size_t n, kept = 0;
    set_up();
    RULES(answers);
    RULES(always);
    RULES(made);
    struct task *t = prepare();
    const struct remove_options *o = remove_prepared(t);
    assert_string_equal(o->seen->names.source_profile, "postgres-postmottak");
    remove_plan(o, &scene.mem, &lines, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(lines[i].what, "datastream.source_profile") == 0) {
            assert_int_equal(lines[i].kind, RECEIPT_KEPT);
            assert_string_equal(lines[i].why, "the stream has another one");
            kept++;
        }
    assert_int_equal(kept, 1);
    task_drop(t);
    tear_down();
}

/* --- whose stream it is, when it is to be changed --- */

#define OF_NADA "{\"labels\":{\"created-by\":\"nada\"}," /* before the rest of the stream */
static char theirs[4096];

static const struct plan *look_at_theirs(const char *table)
{
    snprintf(theirs, sizeof theirs, OF_NADA "%s", &THE_STREAM[1]);
    const struct answer answers[] = {{STREAM, theirs}};
    set_up();
    server_rule(&w.server, (struct rule){"PATCH", STREAM, 200, NULL,
                                         "{\"name\":\"" DN "/operations/x\",\"done\":true,"
                                         "\"response\":{\"state\":\"RUNNING\"}}",
                                         0});
    RULES(answers);
    RULES(always);
    RULES(made);
    if (table)
        scene_table(&scene, "public", table, "+id:key");
    return look();
}

static void test_anothers_stream_is_not_changed_in_passing(void **state)
{
    (void)state;
    const struct plan *p = look_at_theirs(NULL);
    assert_int_equal(scene_verb(p, STEP_STREAM), PLAN_KEEP);
    assert_null(plan_changes_anothers(p)); /* to look at it is no change */
    tear_down();

    p = look_at_theirs("jobb");
    const struct plan_action *a = plan_action(p, STEP_STREAM);
    assert_int_equal(a->verb, PLAN_UPDATE);
    assert_non_null(strstr(a->why, "strom has not made it (its label tells: created-by nada)"));
    assert_non_null(strstr(plan_changes_anothers(p), "nada"));
    for (int agreed = 0; agreed < 2; agreed++) {
        const struct apply_options o = {
            .google = w.google, .plan = p, .selection = &scene.selection, .agreed = agreed};
        size_t before = w.server.n_seen;
        struct task *t = apply(w.net, &o);
        net_until(w.net, t);
        assert_true(agreed ? w.server.n_seen > before : w.server.n_seen == before);
        if (!agreed)
            assert_string_equal(task_error(t)->reason, "NOT_OURS");
        task_drop(t);
    }
    assert_non_null(server_last(&w.server, "PATCH", STREAM));
    scene.options.only = 1u << STEP_NETWORK; /* the stream is no part of it */
    assert_null(plan_changes_anothers(look()));
    tear_down();
}

/* --- undo: what the newest run has made, and what it went on with --- */

static void ran(struct store *s, const char *outcome, const char *const (*entries)[3])
{
    struct journal_run run = {
        .target = P "/" L "/postgres-postmottak-bigquery", .kind = JOURNAL_CREATE, .plan = "{}"};
    struct err e;
    assert_true(journal_begin(s, &run, &scene.mem, &e));
    for (; (*entries)[0]; entries++) {
        struct journal_entry entry = {
            .run = run.id,
            .step = (*entries)[0],
            .name = "x",
            .intent = arena_printf(&scene.mem, "{\"action\":\"%s\"}", (*entries)[1])};
        assert_true(journal_intent(s, &entry, &e));
        if ((*entries)[2][0])
            assert_true(journal_result(
                s, entry.id, strcmp((*entries)[2], "done") == 0 ? JOURNAL_DONE : JOURNAL_FAILED,
                NULL, &e));
    }
    if (outcome)
        assert_true(journal_end(s, run.id, outcome, &e));
}

static void test_undo_takes_what_the_run_made(void **state)
{
    (void)state;
    static const char *const long_ago[][3] = {{"compute.network", "create", "done"}, {NULL}};
    static const char *const killed[][3] = {{"compute.proxy", "create", "done"},
                                            {"datastream.private_connection", "create", ""},
                                            {NULL}};
    static const char *const newest[][3] = {{"datastream.stream", "update", "done"},
                                            {"datastream.source_profile", "create", "failed"},
                                            {"bigquery.dataset", "create", "done"},
                                            {NULL}};
    struct receipt_line *lines;
    size_t n;
    struct err e;
    set_up();
    RULES(always);
    RULES(made);
    names_complete(&scene.target);
    struct store *store = store_open_memory(&e);
    ran(store, "created", long_ago);
    ran(store, NULL, killed);
    ran(store, "interrupted", newest);
    struct maker_made has =
        apply_made(&scene.target, "postgres-postmottak-bigquery", store, &scene.mem);
    assert_int_equal(has.steps,
                     1u << STEP_PROXY | 1u << STEP_PRIVATE_CONNECTION | 1u << STEP_DATASET);
    assert_int_equal(has.sure, 1u << STEP_PROXY | 1u << STEP_DATASET);
    assert_int_equal(has.n_marks, 2); /* not of the one that was finished */
    assert_false(maker_is_mark(&has, has.marks[0]) && str_eq(has.marks[0], has.marks[1]));
    has = apply_made(&scene.target, "postgres-another-bigquery", store, &scene.mem);
    assert_int_equal(has.steps | has.n_marks, 0);

    const struct remove_wanted wanted = {w.google, store, NULL, &scene.target, true};
    struct task *t = remove_prepare(w.net, &wanted);
    assert_true(net_until(w.net, t));
    remove_plan(remove_prepared(t), &scene.mem, &lines, &n);
    for (size_t i = 0; i < n; i++) {
        /* the stream was only changed: it stays, and so does all that it needs */
        assert_int_equal(lines[i].kind, RECEIPT_KEPT);
        if (strcmp(lines[i].what, "datastream.stream") == 0 ||
            strcmp(lines[i].what, "compute.network") == 0)
            assert_string_equal(lines[i].why, "it was there before");
    }
    assert_true(n > 8);
    task_drop(t);
    store_close(store);
    tear_down();
}

/* The first run was stopped before the stream: that much goes again. */
static void test_undo_of_a_first_run(void **state)
{
    (void)state;
    static const char *const stopped[][3] = {
        {"compute.proxy", "create", "done"}, {"compute.address", "create", "done"}, {NULL}};
    static const struct answer without[] = {
        {STREAM, NULL},
        {SOURCE, NULL},
        {STREAMS, "{}"},
        {PRIVATE,
         "{\"name\":\"" DN "/privateConnections/datastream-connection\",\"state\":"
         "\"CREATED\",\"labels\":{\"created-by\":\"strom\",\"strom-run\":\"run-0\"},"
         "\"vpcPeeringConfig\":{\"vpc\":\"" VPC("datastream-vpc") "\","
                                                                  "\"subnet\":\"10.2.0.0/29\"}}"}};
    struct receipt_line *lines;
    size_t n, goes = 0;
    struct err e;
    set_up();
    RULES(without);
    RULES(always);
    RULES(made);
    names_complete(&scene.target);
    struct store *store = store_open_memory(&e);
    ran(store, "interrupted", stopped);
    const struct remove_wanted wanted = {w.google, store, NULL, &scene.target, true};
    struct task *t = remove_prepare(w.net, &wanted);
    assert_true(net_until(w.net, t));
    remove_plan(remove_prepared(t), &scene.mem, &lines, &n);
    for (size_t i = 0; i < n; i++) {
        bool ours = strcmp(lines[i].what, "compute.proxy") == 0 ||
                    strcmp(lines[i].what, "compute.address") == 0;
        assert_int_equal(lines[i].kind, ours ? RECEIPT_REMOVED : RECEIPT_KEPT);
        goes += ours;
    }
    assert_int_equal(goes, 2);
    task_drop(t);
    store_close(store);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_intent_that_cannot_be_written),
        cmocka_unit_test(test_the_streams_own_slot),
        cmocka_unit_test(test_anothers_stream),
        cmocka_unit_test(test_a_name_that_is_too_long),
        cmocka_unit_test(test_anothers_stream_is_not_changed_in_passing),
        cmocka_unit_test(test_undo_takes_what_the_run_made),
        cmocka_unit_test(test_undo_of_a_first_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

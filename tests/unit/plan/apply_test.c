/* Plans carried out against the stand-in, one after another: each begins where the one before has
 * left the cloud. Skipped (77) without strom-sandbox or PostgreSQL. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/json.h"
#include "api/google/datastream.h"
#include "api/plan/remove.h"
#include "api/store/journal.h"
#include "api/store/lock.h"
#include "tests/unit/plan/trip.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char first_digest[17]; /* of the plan with which everything began */

/* --- observe, plan, apply --- */

static enum apply_state state_of(const struct trip *trip, enum step_id id)
{
    return trip_step(trip, id)->state;
}

/* Goes on until a step has come so far. */
static void until(struct trip *trip, enum step_id id, enum apply_state state)
{
    int64_t limit = clock_mono_ms() + LIMIT_MS;
    while (task_state(trip->doing) == TASK_RUNNING && state_of(trip, id) != state &&
           clock_mono_ms() < limit) {
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        net_step(net);
    }
    assert_int_equal(state_of(trip, id), state);
}

/* --- the journal --- */

static struct journal_run newest_run(void)
{
    const struct journal_run *runs;
    struct err e;
    size_t n;
    assert_true(journal_runs(store, NULL, 1, &mem, &runs, &n, &e));
    assert_int_equal(n, 1);
    return runs[0];
}

static const struct journal_entry *entry_of(int64_t run, const char *step)
{
    const struct journal_entry *entries, *found = NULL;
    struct err e;
    size_t n;
    assert_true(journal_entries(store, run, &mem, &entries, &n, &e));
    for (size_t i = 0; i < n; i++)
        if (strcmp(entries[i].step, step) == 0) {
            assert_null(found); /* one a step */
            found = &entries[i];
        }
    return found;
}

/* What runs was meant before; what has ended is noted; what waits has no entry. */
static void check_journal(const struct trip *trip)
{
    int64_t run = newest_run().id;
    for (size_t i = 0; i < trip->n; i++) {
        const struct apply_step *s = &trip->steps[i];
        const struct journal_entry *e = entry_of(run, step_type(s->step)->id);
        bool meant =
            s->state == APPLY_RUNNING || s->state == APPLY_DONE || s->state == APPLY_FAILED;
        if (meant != (e != NULL))
            fail_msg("%s is %s", step_type(s->step)->id, apply_state_name(s->state));
        if (e == NULL)
            continue;
        assert_string_equal(e->name, s->name);
        assert_non_null(strstr(e->intent, "\"action\""));
        assert_int_equal(strlen(e->request_id), 36);
        if (s->state == APPLY_RUNNING)
            assert_true(e->state == JOURNAL_INTENT || e->state == JOURNAL_SENT);
        else
            assert_int_equal(e->state, s->state == APPLY_DONE ? JOURNAL_DONE : JOURNAL_FAILED);
    }
}

static bool is_locked(void)
{
    char name[256];
    struct lock_holder holder;
    struct err e;
    pid_t child = fork();
    if (child == 0) { /* another process: what this one holds is no hindrance to itself */
        struct store *s = store_open(folder, &e);
        snprintf(name, sizeof name, "%s/%s/%s", target.project, target.region, target.stream);
        bool taken = s && lock_take(s, name, &mem, &holder, &e);
        if (taken)
            lock_give(s, name, &e);
        _exit(taken ? 0 : strcmp(e.reason, "LOCKED") == 0 ? 1 : 2);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 1;
}

/* --- what happens --- */

/* Refused before anything is sent: nothing stands in the journal. */
static void test_refused_without_a_password(void **state)
{
    (void)state;
    struct trip t;
    const struct journal_run *runs;
    struct err e;
    size_t n;
    trip_begin(&t, NULL);
    assert_true(apply_needs_password(&t.plan));
    assert_false(apply_possible(&t.plan, NULL, &e));
    assert_true(apply_possible(&t.plan, password, &e));
    await(t.doing);
    assert_string_equal(task_error(t.doing)->reason, "NO_PASSWORD");
    for (size_t i = 0; i < t.n; i++)
        assert_int_equal(t.steps[i].started_ms, 0);
    assert_true(journal_runs(store, NULL, 9, &mem, &runs, &n, &e));
    assert_int_equal(n, 0);
    trip_end(&t);
}

/* Somebody else's run has the lock. */
static void test_refused_while_another_runs(void **state)
{
    (void)state;
    int ready[2] = {-1, -1}, go[2] = {-1, -1}, status;
    char byte, name[256];
    struct lock_holder holder;
    struct err e;
    assert_true(pipe(ready) == 0 && pipe(go) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(go[1]);
        struct store *s = store_open(folder, &e);
        snprintf(name, sizeof name, "%s/%s/%s", target.project, target.region, target.stream);
        bool ok = s && lock_take(s, name, &mem, &holder, &e);
        ok = write(ready[1], ok ? "y" : "n", 1) == 1 && ok;
        ok = read(go[0], &byte, 1) == 0 && ok;
        _exit(ok ? 0 : 1);
    }
    close(go[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    struct trip t;
    trip_begin(&t, password);
    await(t.doing);
    assert_int_equal(task_error(t.doing)->kind, ERR_CONFLICT);
    assert_string_equal(task_error(t.doing)->reason, "LOCKED");
    trip_end(&t);
    close(go[1]);
    close(ready[0]);
    close(ready[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* A step that runs comes nearer to its end, and one that takes longer than usual has no time left.
 */
static void test_time_passes(void **state)
{
    (void)state;
    const int usual = step_type(STEP_PRIVATE_CONNECTION)->usual_seconds;
    struct apply_step s = {
        .step = STEP_PRIVATE_CONNECTION, .state = APPLY_WAITING, .started_ms = 1000};
    assert_int_equal(apply_step_seconds_left(&s, 61000), usual);
    s.state = APPLY_RUNNING;
    assert_int_equal(apply_step_seconds_left(&s, 61000), usual - 60);
    assert_int_equal(apply_step_seconds_left(&s, 3601000), 0);
    s.state = APPLY_DONE;
    assert_int_equal(apply_step_seconds_left(&s, 61000), 0);
}

/* What needs the password comes late: what was made before it stays, and what it needed is said. */
static void test_wrong_password(void **state)
{
    (void)state;
    struct trip t;
    trip_begin(&t, wrong);
    memcpy(first_digest, t.plan.digest, sizeof first_digest);
    assert_true(t.plan.count[PLAN_CREATE] + 1 >= t.n); /* the APIs may be on already */
    until(&t, STEP_NETWORK, APPLY_RUNNING);
    check_journal(&t);
    assert_true(is_locked());
    assert_true(apply_seconds_left(t.doing) > 100);
    assert_true(apply_percent(t.doing) < 10);
    until(&t, STEP_PROXY, APPLY_RUNNING);
    check_journal(&t);
    assert_true(apply_percent(t.doing) < 50); /* most steps may be over, most of the time is not */
    await(t.doing);
    assert_int_equal(task_state(t.doing), TASK_FAILED);
    assert_string_equal(task_error(t.doing)->reason, APPLY_WRONG_PASSWORD);
    assert_true(task_error(t.doing)->hint[0] != '\0');
    assert_int_equal(state_of(&t, STEP_SOURCE_PROFILE), APPLY_FAILED);
    assert_int_equal(state_of(&t, STEP_PROXY), APPLY_DONE);
    assert_int_equal(state_of(&t, STEP_PRIVATE_CONNECTION), APPLY_DONE);
    assert_int_equal(state_of(&t, STEP_DATASET), APPLY_DONE);
    assert_int_equal(state_of(&t, STEP_STREAM), APPLY_NOT_RUN);
    assert_int_equal(state_of(&t, STEP_START), APPLY_NOT_RUN);
    assert_int_equal(apply_seconds_left(t.doing), 0);
    check_journal(&t);
    assert_string_equal(newest_run().outcome, "failed");
    assert_false(is_locked()); /* given back although the task still stands */
    trip_end(&t);
}

/* What our own run has made is not "moved"; another wish is. */
static void test_going_on(void **state)
{
    (void)state;
    struct trip t;
    (void)trip_plan(&t, NULL);
    assert_string_not_equal(t.plan.digest, first_digest);
    assert_true(apply_continues(&t.plan, store, first_digest));
    assert_true(planning_holds(&t.plan, first_digest, store));
    assert_true(planning_holds(&t.plan, t.plan.digest, store));
    assert_false(planning_holds(&t.plan, "0123456789abcdef", store));
    assert_false(apply_continues(&t.plan, store, "0123456789abcdef"));
    assert_false(apply_continues(&t.plan, NULL, first_digest));
    t.plan.wanted[0] ^= 1;
    assert_false(apply_continues(&t.plan, store, first_digest));
    t.plan.wanted[0] ^= 1;
    for (size_t i = 0; i < t.plan.n_actions; i++)
        if (t.plan.actions[i].step == STEP_STREAM)
            t.plan.actions[i].verb = PLAN_KEEP; /* there by now, and not by us */
    assert_false(apply_continues(&t.plan, store, first_digest));
    trip_end(&t);
}

/* The whole look, as Review and the commands have it: the same plan as from its parts. */
static void test_planning(void **state)
{
    const struct planning_options o = {
        .google = google, .target = &target, .selection = &selection, .start = true};
    struct task *looking = planning(net, &o);
    struct trip t;
    struct plan p;
    (void)state;
    assert_int_equal(planning_answers(looking), 0);
    await_well(looking);
    assert_int_equal(planning_answers(looking), planning_questions());
    planning_make(looking, &p);
    task_drop(looking);
    (void)trip_plan(&t, NULL);
    assert_string_equal(p.digest, t.plan.digest);
    assert_string_equal(p.actions[0].name, target.project);
    plan_done(&p);
    trip_end(&t);
}

/* Dropped while the stream is being made: what the cloud has begun goes on there. */
static void test_dropped_and_resumed(void **state)
{
    (void)state;
    struct trip t;
    trip_begin(&t, password);
    assert_int_equal(plan_action(&t.plan, STEP_PROXY)->verb, PLAN_KEEP);
    assert_int_equal(state_of(&t, STEP_PROXY), APPLY_KEPT);
    until(&t, STEP_SOURCE_PROFILE, APPLY_DONE);
    until(&t, STEP_STREAM, APPLY_RUNNING);
    trip_end(&t);
    assert_false(is_locked());
    assert_null(newest_run().outcome);
    trip_begin(&t, password);
    assert_true(apply_continues(&t.plan, store, first_digest)); /* over two runs, too */
    await_well(t.doing);
    check_journal(&t);
    assert_string_equal(newest_run().outcome, "created");
    trip_end(&t);
    struct task *get = datastream_stream_get(google, target.project, target.region, target.stream);
    await_well(get);
    const struct datastream_stream *s = datastream_stream(get);
    assert_string_equal(s->state, "RUNNING");
    assert_string_equal(google_label(&s->labels, "created-by"), "strom");
    assert_int_equal(s->include.n_schemas, 1);
    assert_int_equal(s->include.schemas[0].n_tables, 2);
    task_drop(get);
}

static void is_in_state(const char *wanted)
{
    struct task *get = datastream_stream_get(google, target.project, target.region, target.stream);
    await_well(get);
    assert_string_equal(datastream_stream(get)->state, wanted);
    task_drop(get);
}

/* Somebody pauses it while we plan: neither changed nor started before it has come to rest. */
static void test_paused_meanwhile(void **state)
{
    (void)state;
    struct trip t;
    struct google_write w = {.request_id = "6f1d9c0e-6c43-4d0c-9d0c-1d6a3f2b7e11"};
    struct task *pause =
        datastream_stream_pause(google, target.project, target.region, target.stream, &w);
    await_well(pause);
    task_drop(pause);
    is_in_state("PAUSED");
    (void)trip_plan(&t, NULL);
    assert_int_equal(plan_action(&t.plan, STEP_START)->verb, PLAN_UPDATE);
    assert_string_equal(t.plan.stream_state, "PAUSED");
    t.plan.stream_state = "DRAINING"; /* as it was a moment before */
    const struct apply_options o = {
        .google = google, .store = store, .plan = &t.plan, .selection = &selection};
    t.doing = apply(net, &o);
    await_well(t.doing);
    trip_end(&t);
    is_in_state("RUNNING");
    (void)trip_plan(&t, NULL);
    for (size_t i = 0; i < t.plan.n_actions; i++)
        if (t.plan.actions[i].step == STEP_START) {
            t.plan.actions[i].verb = PLAN_UPDATE; /* as it was a moment before: it was starting */
            t.plan.stream_state = "STARTING";
        }
    t.doing = apply(net, &o);
    await_well(t.doing); /* a start that came to its end by itself is none of ours */
    trip_end(&t);
    is_in_state("RUNNING");
}

static void test_a_second_plan_keeps_everything(void **state)
{
    (void)state;
    struct trip t;
    trip_begin(&t, NULL); /* nothing is sent that needs the password */
    assert_true(plan_changes_nothing(&t.plan));
    assert_int_equal(plan_usual_seconds(&t.plan), 0);
    assert_false(apply_needs_password(&t.plan));
    assert_false(apply_continues(&t.plan, store, first_digest)); /* that run is over */
    await_well(t.doing);
    for (size_t i = 0; i < t.n; i++)
        assert_int_equal(t.steps[i].state, APPLY_KEPT);
    trip_end(&t);
}

/* One table less: the stream that runs is changed, and nothing else. */
static void test_another_selection(void **state)
{
    (void)state;
    struct trip t;
    size_t at;
    assert_true(selection_find(&selection, "public", "regelsett_resultat", &at));
    assert_int_equal(selection_set_table(&selection, at, false), SELECTION_DONE);
    trip_begin(&t, NULL);
    assert_int_equal(t.plan.count[PLAN_UPDATE], 1);
    assert_int_equal(plan_action(&t.plan, STEP_STREAM)->verb, PLAN_UPDATE);
    await_well(t.doing);
    trip_end(&t);
    (void)trip_plan(&t, NULL);
    assert_true(plan_changes_nothing(&t.plan));
    trip_end(&t);
}

static bool in_receipt(const struct task *t, enum receipt_kind kind, const char *what)
{
    size_t n;
    const struct receipt_line *lines = remove_receipt(t, &n);
    for (size_t i = 0; i < n; i++)
        if (lines[i].kind == kind && strcmp(lines[i].what, what) == 0)
            return true;
    return false;
}

static void test_taken_down(void **state)
{
    (void)state;
    struct trip t;
    (void)trip_plan(&t, NULL);
    const struct remove_options o = {.google = google,
                                     .store = store,
                                     .target = &target,
                                     .seen = observed(t.looking),
                                     .with_dataset = true,
                                     .source_asked = true,
                                     .slot_exists = true,
                                     .slot_bytes = 100};
    struct task *remove = remove_all(net, &o);
    await_well(remove);
    assert_true(in_receipt(remove, RECEIPT_REMOVED, "datastream.stream"));
    assert_true(in_receipt(remove, RECEIPT_REMOVED, "compute.proxy"));
    assert_true(in_receipt(remove, RECEIPT_REMOVED, "compute.network"));
    assert_true(in_receipt(remove, RECEIPT_REMOVED, "bigquery.dataset"));
    assert_true(in_receipt(remove, RECEIPT_BY_HAND, "slot"));
    assert_false(in_receipt(remove, RECEIPT_FAILED, "compute.network"));
    task_drop(remove);
    trip_end(&t);
    assert_false(is_locked());
    (void)trip_plan(&t, NULL);
    assert_int_equal(t.plan.count[PLAN_CREATE], t.plan.n_actions - 1); /* the APIs stay on */
    assert_int_equal(plan_action(&t.plan, STEP_SERVICES)->verb, PLAN_KEEP);
    trip_end(&t);
}

/* What runs is finished, nothing more is begun; the next run goes on from there. */
static void test_finish_current(void **state)
{
    (void)state;
    struct trip t;
    trip_begin(&t, password);
    until(&t, STEP_NETWORK, APPLY_RUNNING);
    assert_false(apply_is_finishing(t.doing));
    apply_finish_current(t.doing);
    assert_true(apply_is_finishing(t.doing));
    await(t.doing);
    assert_int_equal(task_error(t.doing)->kind, ERR_INTERRUPTED);
    assert_int_equal(state_of(&t, STEP_NETWORK), APPLY_DONE);
    assert_int_equal(state_of(&t, STEP_PROXY), APPLY_NOT_RUN);
    assert_int_equal(state_of(&t, STEP_START), APPLY_NOT_RUN);
    assert_string_equal(newest_run().outcome, "interrupted");
    check_journal(&t);
    assert_false(is_locked());
    trip_end(&t);
    trip_begin(&t, password);
    assert_int_equal(state_of(&t, STEP_NETWORK), APPLY_KEPT);
    await_well(t.doing);
    for (size_t i = 0; i < t.n; i++)
        assert_true(t.steps[i].state == APPLY_DONE || t.steps[i].state == APPLY_KEPT);
    size_t n_validations = trip_step(&t, STEP_STREAM)->n_validations;
    assert_true(n_validations > 0); /* Datastream's own lines are there to be shown */
    trip_end(&t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_without_a_password),
        cmocka_unit_test(test_refused_while_another_runs),
        cmocka_unit_test(test_time_passes),
        cmocka_unit_test(test_wrong_password),
        cmocka_unit_test(test_going_on),
        cmocka_unit_test(test_planning),
        cmocka_unit_test(test_dropped_and_resumed),
        cmocka_unit_test(test_paused_meanwhile),
        cmocka_unit_test(test_a_second_plan_keeps_everything),
        cmocka_unit_test(test_another_selection),
        cmocka_unit_test(test_taken_down),
        cmocka_unit_test(test_finish_current),
    };
    (void)argc;
    if (!session_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* --naming nav-module against the stand-in: made, opened by its name alone, edited, taken down.
 * Skipped (77) without strom-sandbox or PostgreSQL. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/google/bigquery.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/google/machine.h"
#include "api/plan/apply.h"
#include "api/plan/observe.h"
#include "api/plan/remove.h"
#include "tests/unit/plan/cloud.h"

#define STREAM "postmottak-backend-datastream"

static struct plan plan;
static struct task *looking;

static void look(const struct target *t)
{
    const struct plan_options options = {.start = true};
    looking = observe(net, google, t);
    await_well(looking);
    plan_make(t, &selection, observed(looking), &options, &plan);
}

static void done(void)
{
    plan_done(&plan);
    task_clear(&looking);
}

static void carry_out(const struct secret *with)
{
    const struct apply_options o = {
        .google = google, .store = store, .plan = &plan, .selection = &selection, .password = with};
    struct task *t = apply(net, &o);
    await_well(t);
    task_drop(t);
}

/* Made by the module's names, with publication and slot as the database has them. */
static void test_made(void **state)
{
    (void)state;
    struct target t = {.app = "postmottak-backend",
                       .project = "aap-dev-ab12",
                       .region = "europe-north1",
                       .instance = "postmottak-backend",
                       .database = "postmottak",
                       .publication = "ds_publication",
                       .slot = "ds_replication",
                       .naming = TARGET_NAV_MODULE};
    names_complete(&t);
    assert_string_equal(t.stream, STREAM);
    assert_string_equal(t.dataset, "postmottak_backend_datastream");
    look(&t);
    carry_out(password);
    done();
}

static void is_of_this_run(const struct google_labels *l, const char *what)
{
    const char *maker = google_label(l, "created-by"), *run = google_label(l, "strom-run");
    if (!str_eq(maker, "strom") || !run || !str_starts(run, "run-"))
        fail_msg("%s: created-by %s, strom-run %s", what, maker ? maker : "-", run ? run : "-");
}

#define LABELS(call, labels)                                                                       \
    do {                                                                                           \
        struct task *t = call;                                                                     \
        await_well(t);                                                                             \
        is_of_this_run(labels, #call);                                                             \
        task_drop(t);                                                                              \
    } while (0)
#define HERE google, "aap-dev-ab12", "europe-north1"

/* Whatever can bear a label, by which one finds what a run has made. */
static void test_labelled(void **state)
{
    (void)state;
    LABELS(datastream_stream_get(HERE, STREAM), &datastream_stream(t)->labels);
    LABELS(datastream_private_get(HERE, "datastream-connection"), &datastream_private(t)->labels);
    LABELS(datastream_profile_get(HERE, "postmottak-backend-postgresql-connection-profile"),
           &datastream_profile(t)->labels);
    LABELS(datastream_profile_get(HERE, "datastream-bigquery-connection-profile"),
           &datastream_profile(t)->labels);
    LABELS(bigquery_dataset_get(google, "aap-dev-ab12", "postmottak_backend_datastream"),
           &bigquery_dataset(t)->labels);
    LABELS(compute_machine_find(google, "aap-dev-ab12", "postmottak-backend-cloud-sql-auth-proxy"),
           &compute_machines(t)->items[0].labels);
}

/* As a person has it who knows the stream, and of its slot nothing. */
static struct target opened(void)
{
    struct target t = {.project = "aap-dev-ab12",
                       .region = "europe-north1",
                       .instance = "postmottak-backend",
                       .database = "postmottak"};
    assert_true(names_recognise(STREAM, &t));
    names_complete(&t);
    return t;
}

static void test_opened(void **state)
{
    (void)state;
    struct target t = opened();
    assert_string_equal(t.slot, "postmottak_backend_replication"); /* the family's, and not so */
    look(&t);
    observed_take_source(observed(looking), &t);
    assert_string_equal(t.slot, "ds_replication");
    assert_string_equal(t.publication, "ds_publication");
    done();
    look(&t);
    assert_true(plan_changes_nothing(&plan));
    done();
}

static void test_edited(void **state)
{
    (void)state;
    struct target t = opened();
    size_t at;
    str_copy(t.slot, sizeof t.slot, "ds_replication");
    str_copy(t.publication, sizeof t.publication, "ds_publication");
    assert_true(selection_find(&selection, "public", "regelsett_resultat", &at));
    assert_int_equal(selection_set_table(&selection, at, false), SELECTION_DONE);
    look(&t);
    assert_int_equal(plan.count[PLAN_UPDATE], 1);
    assert_int_equal(plan.count[PLAN_CREATE] + plan.count[PLAN_BLOCKED], 0);
    carry_out(NULL);
    done();
    look(&t);
    assert_true(plan_changes_nothing(&plan));
    done();
}

static void test_taken_down(void **state)
{
    (void)state;
    struct target t = opened();
    size_t n;
    look(&t);
    observed_take_source(observed(looking), &t);
    const struct remove_options o = {.google = google,
                                     .store = store,
                                     .target = &t,
                                     .seen = observed(looking),
                                     .source_asked = true,
                                     .slot_exists = true,
                                     .slot_bytes = 7};
    struct task *gone = remove_all(net, &o);
    await_well(gone);
    const struct receipt_line *lines = remove_receipt(gone, &n);
    bool slot = false;
    for (size_t i = 0; i < n; i++) {
        assert_int_not_equal(lines[i].kind, RECEIPT_FAILED);
        slot = slot || (str_eq(lines[i].what, "slot") && str_eq(lines[i].name, "ds_replication"));
    }
    assert_true(slot); /* the one that the stream has read */
    task_drop(gone);
    done();
    look(&t);
    assert_int_equal(plan_action(&plan, STEP_STREAM)->verb, PLAN_CREATE);
    assert_int_equal(plan_action(&plan, STEP_PROXY)->verb, PLAN_CREATE);
    assert_int_equal(plan_action(&plan, STEP_NETWORK)->verb, PLAN_CREATE);
    done();
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),       cmocka_unit_test(test_labelled),
        cmocka_unit_test(test_opened),     cmocka_unit_test(test_edited),
        cmocka_unit_test(test_taken_down),
    };
    if (!session_program(argv[0], program))
        return 77;
    return cmocka_run_group_tests(tests, setup, teardown);
}

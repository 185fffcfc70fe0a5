/* What goes wrong with a stream that runs, and the next step that status prints for it, followed
 * word for word until it is well again. Password, slot and recovery: stream_test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "tests/e2e/google_call.h"
#include "tests/e2e/one_world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define APP "--app", "postmottak-backend"

enum { PATIENCE_MS = 120000 };

static const struct answer *look(void)
{
    const struct answer *a = STROM(&w, "status", APP, "--json");
    answer_document(a);
    return a;
}

/* The next step of that trouble, once it is told with these words: what goes in the cloud goes by
 * stages, and each has its own. */
static const char *step_of(const char *kind, const char *words)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    for (;;) {
        const struct answer *a = look();
        const struct json *p = found_in(json_get(a->doc, "problems"), "kind", kind);
        const char *step = p ? json_string_or(p, "hint", "") : "";
        if (p && strstr(step, words))
            return step;
        if (clock_mono_ms() > until)
            fail_msg("%s is not advised of %s:\n%s", words, kind, a->out);
    }
}

static void says(const char *step, const char *words)
{
    if (strstr(step, words) == NULL)
        fail_msg("%s is not advised: %s", words, step);
}

static void await_fine(void)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    const struct answer *a = look();
    while (a->code != 0 && clock_mono_ms() < until)
        a = look();
    answer_is(a, 0);
}

/* "gcloud compute instances VERB NAME --zone ZONE --project PROJECT", as gcloud would call it. */
static void wake(const char *kind, const char *verb)
{
    char words[64], name[64], zone[64], project[64], path[512];
    snprintf(words, sizeof words, "gcloud compute instances %s ", verb);
    const char *step = step_of(kind, words);
    assert_int_equal(sscanf(strstr(step, words) + strlen(words),
                            "%63s --zone %63s --project %63[a-z0-9-]", name, zone, project),
                     3);
    snprintf(path, sizeof path,
             "compute.googleapis.com/compute/v1/projects/%s/zones/%s/instances/%s/%s", project,
             zone, name, verb);
    assert_true(google_call("POST", path, ""));
}

#define MACHINE                                                                                    \
    "compute.googleapis.com/compute/v1/projects/aap-dev-ab12/zones/europe-north1-b/instances/"     \
    "datastream-postmottak"

#define TABLES "--include-tables", "regel_evaluering,regelsett_resultat"
#define CREATE "create", "postmottak-backend", "datastream", TABLES

static void a_machine_that_stands_is_started(void **state)
{
    (void)state;
    await_fine();
    assert_true(google_call("POST", MACHINE "/stop", ""));
    says(step_of("machine_down", "strom create"), "gcloud compute instances start");
    const struct answer *a = STROM(&w, "plan", APP, TABLES, "--json");
    answer_is(a, 3);
    const struct json *proxy = found_in(json_get(a->doc, "actions"), "step", "compute.proxy");
    assert_text(proxy, "action", "update");
    assert_text(json_first(json_get(proxy, "changes")), "from", "TERMINATED");
    assert_text(json_first(json_get(proxy, "changes")), "to", "RUNNING");
    assert_int_equal(json_int64(a->doc, "summary.keep", 0), 12);
    answer_is(STROM(&w, CREATE, "--yes"), 0);
    await_fine();
}

/* kill -9 as soon as it was asked for. */
static void kill_a_start(void)
{
    static const char *const words[] = {CREATE, "--yes", "--json", NULL};
    assert_true(google_call("POST", MACHINE "/stop", ""));
    step_of("machine_down", "strom create");
    struct run *r = world_start(&w, NULL, words);
    assert_true(run_wait_out(r, "\"compute.proxy\"", RUN_MS));
    run_signal(r, SIGKILL);
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGKILL);
    run_free(r);
    answer_says(STROM(&w, "status", APP), "an earlier run, begun");
}

static void a_start_that_was_killed_is_gone_on_with(void **state)
{
    (void)state;
    kill_a_start();
    answer_is(STROM(&w, CREATE, "--yes"), 0);
    await_fine();
}

/* What was started is nothing that was made: it stays, and so does all else. */
static void an_undo_leaves_it(void **state)
{
    (void)state;
    kill_a_start();
    const struct answer *a = STROM(&w, "delete", "postmottak-backend", "datastream", "--undo");
    answer_is(a, 0);
    assert_null(strstr(a->out, "removed"));
    answer_is(STROM(&w, CREATE, "--yes"), 0);
    await_fine();
}

static void it_is_started_by_whoever_may(void **state)
{
    (void)state;
    assert_true(google_call("POST", MACHINE "/stop", ""));
    wake("machine_down", "start");
    await_fine();
}

/* The stream has failed meanwhile: that does not hold back what mends it. */
static void a_machine_that_is_gone_is_made_anew(void **state)
{
    (void)state;
    assert_true(google_call("DELETE", MACHINE, NULL));
    step_of("machine_down", "strom create");
    answer_is(STROM(&w, CREATE, "--yes"), 0);
    await_fine();
}

/* Begun again as it is, the copy would fail again: the cause stands there, and goes first. */
static void a_copy_that_may_not_read(void **state)
{
    (void)state;
    at_source("REVOKE SELECT ON regelsett_resultat FROM datastream");
    answer_is(STROM(&w, "stream", "backfill", "regelsett_resultat", APP, "--yes"), 0);
    const char *step = step_of("backfill", "lacks a grant");
    says(step, "strom files --include-tables");
    const struct answer *a =
        STROM(&w, "files", APP, "--include-tables", "regel_evaluering,regelsett_resultat");
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "GRANT SELECT ON"));
    at_source("GRANT SELECT ON regelsett_resultat TO datastream");
    answer_is(STROM(&w, "stream", "backfill", "regelsett_resultat", APP, "--yes"), 0);
    await_fine();
}

static void a_table_that_is_gone_is_taken_out(void **state)
{
    (void)state;
    at_source("DROP TABLE regelsett_resultat CASCADE");
    step_of("table_gone", "strom create --include-tables");
    answer_is(STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables",
                    "regel_evaluering", "--yes"),
              0);
    await_fine();
}

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "400", "--rate", "0");
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_that_stands_is_started),
        cmocka_unit_test(a_start_that_was_killed_is_gone_on_with),
        cmocka_unit_test(an_undo_leaves_it),
        cmocka_unit_test(it_is_started_by_whoever_may),
        cmocka_unit_test(a_machine_that_is_gone_is_made_anew),
        cmocka_unit_test(a_copy_that_may_not_read),
        cmocka_unit_test(a_table_that_is_gone_is_taken_out),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

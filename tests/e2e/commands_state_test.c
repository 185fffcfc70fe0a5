/* The commands where a stream runs already, and where everything is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/one_world.h"

#include <signal.h>
#include <string.h>

#define APP    "--app", "postmottak-backend"
#define TABLES "--include-tables", "regel_evaluering,regelsett_resultat"
#define PLAN   TESTS_DIR "/e2e/two_tables.json"

static int start_running(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "400", "--rate", "20");
    return 0;
}

static int start_trouble(void **state)
{
    (void)state;
    WORLD_UP(&w, "trouble", "--speed", "400");
    return 0;
}

/* --- running --- */

static bool is_copied(const struct answer *a)
{
    for
        json_each(t, json_get(a->doc, "tables")) if (strcmp(json_string_or(t, "backfill.state", ""),
                                                            "COMPLETED") != 0) return false;
    return true;
}

static void status_is_healthy_while_changes_come(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "status", APP, "--json");
    for (int looks = 0; looks < 100 && !(a->code == 0 && is_copied(a)); looks++)
        a = STROM(&w, "status", APP, "--json");
    answer_is(a, 0);
    answer_document(a);
    assert_text(a->doc, "health", "ok");
    assert_text(a->doc, "stream.name", "postgres-postmottak-bigquery");
    assert_text(a->doc, "stream.state", "RUNNING");
    assert_int_equal(json_count(json_get(a->doc, "tables")), 2);
    for
        json_each(t, json_get(a->doc, "tables"))
        {
            assert_text(t, "backfill.state", "COMPLETED");
            assert_true(json_int64(t, "rows_source", -1) > 0);
            assert_true(json_int64(t, "rows_destination", -1) > 0);
            assert_false(json_bool(t, "rows_source_is_estimate", true));
        }
}

static void what_the_app_does_arrives(void **state)
{
    (void)state;
    long before = world_rows(&w, "public_regel_evaluering"), now = before;
    assert_true(before > 0);
    for (int looks = 0; looks < 600 && now == before; looks++)
        now = world_rows(&w, "public_regel_evaluering");
    assert_int_not_equal(now, before);
}

static void a_stream_that_runs_is_kept(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "plan", "-f", PLAN, "--json");
    answer_is(a, 0);
    a = STROM(&w, "create", "postmottak-backend", "datastream", TABLES, "--yes", "--json");
    answer_is(a, 0);
    answer_events(a);
    assert_non_null(event_of(a, "datastream.stream", "kept"));
    assert_non_null(event_of(a, "datastream.start", "kept"));
    assert_int_equal(world_writes(&w), 0);
}

/* One table less is a change that is told column by column. */
static void another_selection_is_an_update(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "plan", APP, "--include-tables", "regel_evaluering", "--json");
    answer_is(a, 3);
    const struct json *s = found_in(json_get(a->doc, "actions"), "step", "datastream.stream");
    assert_text(s, "action", "update");
    assert_int_equal(json_count(json_get(s, "changes")), 4);
    assert_non_null(
        found_in(json_get(s, "changes"), "path", "public.regelsett_resultat.system_navn"));
    assert_int_equal(world_writes(&w), 0);
}

/* Who reads the events learns it, too. */
static void what_stops_is_among_the_events(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "create", "postmottak-backend", "datastream",
                                   "--include-tables", "regel_evaluering", "--yes", "--json");
    answer_is(a, 0);
    answer_events(a);
    const struct json *first = event_of(a, "datastream.stream", "waiting");
    assert_non_null(first);
    assert_text(first, "name", "postgres-postmottak-bigquery");
    assert_non_null(
        strstr(json_string_or(first, "message", ""), "stops flowing: public.regelsett_resultat."));
}

/* Text mode: stdout is the result alone (contract, section 1). */
static void progress_is_talk_and_has_its_time(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "create", "postmottak-backend", "datastream", TABLES, "--yes");
    answer_is(a, 0);
    assert_string_equal(a->out, "running: postgres-postmottak-bigquery\n");
    answer_says(a, "kept     compute.proxy");
    const char *done = strstr(a->err, "done     datastream.stream");
    assert_non_null(done);
    const char *after = strstr(done, "postgres-postmottak-bigquery  ");
    assert_true(after && after < strchr(done, '\n'));
    after += strlen("postgres-postmottak-bigquery  ");
    assert_true(*after >= '0' && *after <= '9');
}

/* Goes on until it is told to stop; each look is one document. */
static void watching_ends_with_an_interrupt(void **state)
{
    struct err e;
    (void)state;
    struct run *r = STROM_START(&w, NULL, "status", APP, "--json", "--watch");
    assert_true(run_wait_out(r, "\"health\"", RUN_MS));
    assert_true(run_wait_out(r, "}\n", RUN_MS));
    run_signal(r, SIGINT);
    assert_int_equal(run_wait_end(r, RUN_MS), 130);
    struct json *doc = json_parse(run_out(r), strlen(run_out(r)), &e);
    assert_non_null(doc);
    json_free(doc);
    run_free(r);
}

/* --- trouble --- */

static void check_tells_everything_that_is_wrong(void **state)
{
    static const char *const fails[] = {"role.login",   "role.replication",
                                        "grant.select", "slot.plugin",
                                        "slot.free",    "publication.operations"};
    (void)state;
    const struct answer *a = STROM(&w, "check", APP, "--json", "-vvv");
    answer_is(a, 3);
    answer_document(a);
    assert_true(json_int64(a->doc, "summary.fail", 0) >= 4);
    for (size_t i = 0; i < sizeof fails / sizeof fails[0]; i++) {
        const struct json *c = found_in(json_get(a->doc, "checks"), "id", fails[i]);
        const char *result = json_string_or(c, "result", "");
        if (strcmp(result, "fail") != 0 && strcmp(result, "warn") != 0)
            fail_msg("%s is not seen: %s", fails[i], json_string_or(c, "found", ""));
        assert_true(json_string_or(c, "why", "")[0] != '\0');
        if (json_string_or(c, "remedy.text", "")[0] == '\0')
            fail_msg("%s has no remedy", fails[i]);
    }
}

static void tables_tell_their_problems(void **state)
{
    static const char *const wanted[] = {"no_primary_key", "identity_full"};
    (void)state;
    const struct answer *a = STROM(&w, "tables", "--json");
    answer_is(a, 0);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        bool found = false;
        for json_each(t, json_get(a->doc, "tables"))
            for json_each(problem, json_get(t, "problems"))
                found = found || strcmp(json_text(problem), wanted[i]) == 0;
        if (!found)
            fail_msg("no table with %s", wanted[i]);
    }
}

static void a_blocked_plan_is_not_carried_out(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "plan", APP, TABLES, "--json");
    answer_is(a, 3);
    assert_true(json_int64(a->doc, "summary.blocked", 0) > 0);
    for
        json_each(action,
                  json_get(a->doc, "actions")) if (strcmp(json_string_or(action, "action", ""),
                                                          "blocked") == 0)
            assert_true(json_string_or(action, "why", "")[0] != '\0');
    a = STROM(&w, "create", "postmottak-backend", "datastream", TABLES, "--yes", "--json");
    answer_is(a, 1);
    answer_events(a);
    answer_error(a);
    assert_text(a->line[a->n_lines - 1], "result", "failed");
    assert_int_equal(world_writes(&w), 0);
}

static void status_is_not_fine(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "status", APP, "--json");
    answer_is(a, 3);
    answer_document(a);
    assert_true(json_count(json_get(a->doc, "why")) > 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest running[] = {
        cmocka_unit_test(status_is_healthy_while_changes_come),
        cmocka_unit_test(what_the_app_does_arrives),
        cmocka_unit_test(a_stream_that_runs_is_kept),
        cmocka_unit_test(another_selection_is_an_update),
        cmocka_unit_test(watching_ends_with_an_interrupt),
        cmocka_unit_test(what_stops_is_among_the_events),
        cmocka_unit_test(progress_is_talk_and_has_its_time),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    const struct CMUnitTest trouble[] = {
        cmocka_unit_test(check_tells_everything_that_is_wrong),
        cmocka_unit_test(tables_tell_their_problems),
        cmocka_unit_test(a_blocked_plan_is_not_carried_out),
        cmocka_unit_test(status_is_not_fine),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    int failed = cmocka_run_group_tests(running, start_running, stop_world);
    return failed + cmocka_run_group_tests(trouble, start_trouble, stop_world);
}

/* Taking down beside another app's stream: whose it is, what was typed, and an interrupt in the
 * middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "tests/e2e/one_world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define APP    "postmottak-backend", "datastream"
#define OURS   "postgres-postmottak-bigquery"
#define THEIRS "postgres-behandlingsflyt-bigquery"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "shared", "--speed", "200");
    return 0;
}

static void a_stream_beside_another(void **state)
{
    (void)state;
    answer_is(STROM(&w, "create", APP, "--include-tables", "regel_evaluering,regelsett_resultat",
                    "--yes"),
              0);
}

/* Who names no app means the only one. */
static void the_only_app_is_found(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "check", "--json");
    answer_document(a);
    assert_int_equal(json_int64(a->doc, "summary.unknown", -1), 0);
}

static void check_untouched(size_t writes)
{
    assert_int_equal(world_writes(&w), writes);
    answer_is(STROM(&w, "status", "--app", "postmottak-backend", "--json"), 0);
}

/* The name was typed, and it is somebody else's. */
static void of_another_app_is_refused(void **state)
{
    (void)state;
    size_t before = world_writes(&w);
    const struct answer *a =
        STROM(&w, "delete", APP, "--stream", THEIRS, "--confirm", THEIRS, "--json");
    answer_is(a, 2);
    answer_events(a);
    answer_fits(&w, a, "delete");
    assert_text(answer_error(a), "code", "NOT_OURS");
    assert_non_null(strstr(json_string_or(answer_error(a), "message", ""), "behandlingsflyt"));
    assert_null(event_of(a, "datastream.stream", "running"));
    check_untouched(before);
}

/* Its database has a slot of the same name as ours: what is read here is not its own. */
static void of_another_app_our_slot_tells_nothing(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "status", "--app", "postmottak-backend", "--stream", THEIRS, "--json");
    answer_says(a, "reads the database behandlingsflyt, not postmottak");
    assert_text(a->doc, "stream.name", THEIRS);
    assert_true(json_is_null(json_get(a->doc, "slot.active")));
    assert_true(json_is_null(json_get(a->doc, "slot.wal_bytes")));
}

static void another_name_is_refused_before_anything_is_said(void **state)
{
    (void)state;
    size_t before = world_writes(&w);
    const struct answer *a = STROM(&w, "delete", APP, "--confirm", "another");
    answer_is(a, 2);
    answer_says(a, "nothing was removed");
    assert_null(strstr(a->err, "removed  "));
    assert_string_equal(a->out, "");
    check_untouched(before);
}

/* Before the first thing is gone, and in the middle; the same command goes on. */
static void interrupted_by_then(const char *event, int number, int code)
{
    struct run *r = STROM_START(&w, NULL, "delete", APP, "--confirm", OURS, "--json");
    assert_true(run_wait_out(r, event, RUN_MS));
    run_signal(r, number);
    assert_int_equal(run_wait_end(r, RUN_MS), code);
    assert_non_null(strstr(run_out(r), "\"result\":\"interrupted\""));
    run_free(r);
}

static void an_interrupted_removal_goes_on(void **state)
{
    static const char *const gone[] = {"datastream.stream", "datastream.source_profile",
                                       "datastream.destination_profile", "compute.proxy",
                                       "compute.address"};
    (void)state;
    interrupted_by_then("\"datastream.stream\"", SIGINT, 130);
    interrupted_by_then("\"datastream.source_profile\"", SIGTERM, 143);
    const struct answer *a = STROM(&w, "delete", APP, "--confirm", OURS, "--json");
    answer_is(a, 3); /* the slot is left */
    answer_events(a);
    assert_text(a->line[a->n_lines - 1], "result", "removed");
    a = STROM(&w, "plan", "--app", "postmottak-backend", "--include-tables", "regel_evaluering",
              "--json");
    const struct json *actions = json_get(a->doc, "actions");
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        assert_text(found_in(actions, "step", gone[i]), "action", "create");
    assert_text(found_in(actions, "step", "datastream.private_connection"), "action", "keep");
}

static void theirs_runs_still(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "status", "--project", "aap-dev-ab12", "--location",
                                   "europe-north1", "--instance", "behandlingsflyt", "--database",
                                   "behandlingsflyt", "--stream", THEIRS, "--json");
    answer_document(a);
    assert_text(a->doc, "stream.state", "RUNNING");
}

/* One table less than there is: it is said, also where nobody asks. */
static void a_narrower_choice_is_said(void **state)
{
    (void)state;
    answer_is(STROM(&w, "create", APP, "--include-tables", "regel_evaluering,regelsett_resultat",
                    "--yes"),
              0);
    const struct answer *a =
        STROM(&w, "create", APP, "--include-tables", "regel_evaluering", "--yes");
    answer_is(a, 0);
    answer_says(a, "stops flowing: public.regelsett_resultat");
    assert_null(strstr(a->err, "stops flowing: public.regel_evaluering"));
}

/* Nought seconds is a choice, also when it stands in a plan file. */
static void no_staleness_is_a_change(void **state)
{
    char file[2 * WORLD_PATH];
    struct str text = {0};
    struct err e;
    (void)state;
    const struct answer *a = STROM(&w, "plan", "--app", "postmottak-backend", "--include-tables",
                                   "regel_evaluering", "--freshness", "0s", "--json");
    answer_is(a, 3);
    const struct json *stream = found_in(json_get(a->doc, "actions"), "step", "datastream.stream");
    const struct json *change = found_in(json_get(stream, "changes"), "path", "dataFreshness");
    assert_non_null(change);
    assert_text(change, "from", "900s");
    assert_text(change, "to", "0s");

    assert_true(path_read(TESTS_DIR "/e2e/two_tables.json", 1 << 16, &text, &e));
    char *at = strstr(text.text, "\"freshness_seconds\": 900");
    assert_non_null(at);
    at = strstr(at, "900");
    at[0] = at[1] = ' ';
    at[2] = '0';
    snprintf(file, sizeof file, "%s/fresh.json", w.state);
    assert_true(path_write(file, text.text, text.bytes, true, &e));
    str_done(&text);
    a = STROM(&w, "plan", "--app", "postmottak-backend", "-f", file, "--json");
    answer_is(a, 3);
    stream = found_in(json_get(a->doc, "actions"), "step", "datastream.stream");
    change = found_in(json_get(stream, "changes"), "path", "dataFreshness");
    assert_non_null(change);
    assert_text(change, "to", "0s");
}

static size_t times(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

static void what_is_left_out_is_said_once(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "plan", "--app", "postmottak-backend", "--include-tables",
                                   "person", "--columns", "person:id", "--json");
    assert_true(times(a->err, "left out: public.person.") > 0);
    assert_int_equal(times(a->err, "left out: public.person.fodselsdato "), 1);
}

/* Events as they happen: each thing begins and ends, and time goes by between them. The connection
 * is to another database: of slot and rights there nothing is said. */
static void events_are_told_as_they_happen(void **state)
{
    static const char *const elsewhere[] = {"PGDATABASE=postgres", NULL};
    (void)state;
    answer_is(STROM(&w, "create", APP, "--include-tables", "regel_evaluering", "--yes"), 0);
    const struct answer *a = STROM_IN(&w, elsewhere, "delete", APP, "--confirm", OURS, "--json");
    answer_is(a, 3);
    answer_events(a);
    answer_fits(&w, a, "delete");
    const struct json *source = event_of(a, "source", "waiting");
    assert_non_null(source);
    assert_non_null(strstr(json_string_or(source, "message", ""),
                           "the connection is to postgres, and the stream reads postmottak"));
    assert_null(event_of(a, "slot", "waiting"));
    const struct json *began = event_of(a, "datastream.source_profile", "running");
    const struct json *ended = event_of(a, "datastream.source_profile", "done");
    assert_non_null(began);
    assert_non_null(ended);
    assert_true(json_double(ended, "elapsed", 0) > 0);
    size_t stream_done = 0, profile_begins = 0;
    for (size_t i = 0; i < a->n_lines; i++) {
        stream_done = a->line[i] == event_of(a, "datastream.stream", "done") ? i : stream_done;
        profile_begins = a->line[i] == began ? i : profile_begins;
    }
    assert_true(stream_done > 0 && profile_begins > stream_done);
}

/* A variable that would lead to a real database is taken away by what `env` prints. */
static void what_leads_elsewhere_is_unset(void **state)
{
    static const char *const env[] = {"PGSERVICE=prod", "PGHOSTADDR=192.0.2.1",
                                      "STROM_DB_PASSWORD=x", "CLOUDSDK_CORE_PROJECT=prod", NULL};
    static const char *const gone[] = {
        "PGSERVICE=", "PGHOSTADDR=", "STROM_DB_PASSWORD=", "CLOUDSDK_CORE_PROJECT="};
    char line[2 * WORLD_PATH];
    (void)state;
    snprintf(line, sizeof line, "eval \"$('%s' env --folder '%s')\" && env", w.sandbox,
             session_folder(w.session));
    const char *const args[] = {"sh", "-c", line, NULL};
    struct run_options o = {.program = "/usr/bin/env", .args = args, .env = env};
    struct run *r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 0);
    assert_non_null(strstr(run_out(r), "PGHOST=127.0.0.1"));
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        if (strstr(run_out(r), gone[i]))
            fail_msg("%s is still there", gone[i]);
    run_free(r);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_leads_elsewhere_is_unset),
        cmocka_unit_test(a_stream_beside_another),
        cmocka_unit_test(the_only_app_is_found),
        cmocka_unit_test(of_another_app_is_refused),
        cmocka_unit_test(of_another_app_our_slot_tells_nothing),
        cmocka_unit_test(another_name_is_refused_before_anything_is_said),
        cmocka_unit_test(an_interrupted_removal_goes_on),
        cmocka_unit_test(theirs_runs_still),
        cmocka_unit_test(a_narrower_choice_is_said),
        cmocka_unit_test(no_staleness_is_a_change),
        cmocka_unit_test(what_is_left_out_is_said_once),
        cmocka_unit_test(events_are_told_as_they_happen),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

/* What is done to a stream that is there, on a replication that is real: afterwards every row of
 * the chosen columns is equal on both sides, also of what nobody read meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "tests/e2e/equal.h"
#include "tests/e2e/lose.h"
#include "tests/e2e/one_world.h"
#include "tests/e2e/orders.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATIENCE_MS = 120000, LOOK_MS = 100 };

static char password_file[WORLD_PATH + 32];

static const struct answer *dry(const char *verb, const char *what)
{
    const struct answer *a = what ? STROM(&w, "stream", verb, what, APP, "--dry-run", "--json")
                                  : STROM(&w, "stream", verb, APP, "--dry-run", "--json");
    answer_document(a);
    answer_fits(&w, a, "stream");
    return a;
}

static bool says_any(const struct json *lines, const char *text)
{
    for
        json_each(l, lines) if (strstr(json_text(l), text)) return true;
    return false;
}

static const struct answer *status(void)
{
    return STROM(&w, "status", APP, "--json");
}

static void await_state(const char *wanted)
{
    lose_await(&w, wanted);
}

/* --- both sides --- */

static void await_all_equal(void)
{
    equal_await(&w, &equal_rules);
    equal_await(&w, &equal_results);
}

/* Rows come, change and go. */
static void live_on(const char *name)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "INSERT INTO regel_evaluering (regel_resultat_id, regel_navn, resultat) SELECT "
             "regel_resultat_id, '%s', true FROM regel_evaluering LIMIT 100",
             name);
    at_source(sql);
    snprintf(sql, sizeof sql,
             "UPDATE regel_evaluering SET regel_navn = '%s endret', resultat = NOT resultat WHERE "
             "id %% 97 = 3",
             name);
    at_source(sql);
    at_source("DELETE FROM regel_evaluering WHERE id = (SELECT min(id) FROM regel_evaluering)");
    at_source("UPDATE regelsett_resultat SET system_navn = system_navn || 'x' WHERE id % 89 = 5");
}

/* --- pause and resume --- */

static void nothing_is_done_without_consent(void **state)
{
    (void)state;
    size_t before = world_writes(&w);
    answer_is(STROM(&w, "stream", "pause", APP), 2);
    answer_is(STROM(&w, "stream"), 2);
    answer_is(STROM(&w, "stream", "sleep", APP), 2);
    answer_is(STROM(&w, "stream", "backfill", APP, "--yes"), 2);
    answer_is(STROM(&w, "stream", "backfill", "finnes_ikke", APP, "--yes"), 2);
    answer_is(STROM(&w, "stream", "slot", "Stor-Slot", APP, "--yes"), 2);
    ends_with(stream_do("recover", NULL), 0, "unchanged"); /* it runs */
    assert_non_null(
        strstr(STROM(&w, "stream", "resume", APP, "--dry-run")->out, "it is so already"));
    const struct answer *a = dry("pause", NULL);
    answer_is(a, 3);
    assert_text(json_first(json_get(a->doc, "calls")), "method", "PATCH");
    assert_text(json_first(json_get(a->doc, "calls")), "body", "{\"state\":\"PAUSED\"}");
    assert_true(says_any(json_get(a->doc, "stays"), "keeps holding log"));
    assert_int_equal(world_writes(&w), before);
}

static void await_figures(void)
{
    int64_t until = clock_mono_ms() + RUN_MS;
    while (json_double(status()->doc, "freshness_seconds", -1) < 0 && clock_mono_ms() < until)
        continue;
    assert_true(json_double(status()->doc, "freshness_seconds", -1) >= 0);
}

static void a_pause_loses_nothing(void **state)
{
    (void)state;
    await_all_equal();
    await_figures();
    ends_with(stream_do("pause", NULL), 0, "paused");
    await_state("PAUSED");
    const struct answer *a = status(); /* nothing is fresh that nobody reads */
    assert_true(json_is_null(json_get(a->doc, "freshness_seconds")));
    assert_true(json_is_null(json_get(a->doc, "events_per_second")));
    size_t writes = world_writes(&w);
    ends_with(stream_do("pause", NULL), 0, "unchanged");
    assert_int_equal(world_writes(&w), writes);
    live_on("pause");
    answer_is(stream_do("backfill", "regel_evaluering"), 1); /* of one that runs only */
    ends_with(stream_do("resume", NULL), 0, "running");
    await_state("RUNNING");
    await_all_equal();
}

/* --- one table anew --- */

static const char *backfill_of(const struct answer *a, const char *table, const char *what)
{
    const struct json *t = found_in(json_get(a->doc, "tables"), "table", table);
    return json_string_or(json_get(t, "backfill"), what, "");
}

static void one_table_is_copied_anew(void **state)
{
    char before[64], other[64];
    (void)state;
    const struct answer *a = status();
    snprintf(before, sizeof before, "%s", backfill_of(a, "regel_evaluering", "started"));
    snprintf(other, sizeof other, "%s", backfill_of(a, "regelsett_resultat", "started"));
    a = dry("backfill", "regel_evaluering");
    assert_true(says_any(json_get(a->doc, "copies"), "public.regel_evaluering"));
    a = stream_do("backfill", "regel_evaluering");
    ends_with(a, 0, "begun");
    assert_non_null(event_of(a, "datastream.backfill", "done"));
    live_on("anew");
    a = status();
    for (int64_t until = clock_mono_ms() + PATIENCE_MS;
         strcmp(backfill_of(a, "regel_evaluering", "state"), "COMPLETED") != 0; a = status())
        if (clock_mono_ms() > until)
            fail_msg("it is not copied:\n%s", a->out);
    assert_string_not_equal(backfill_of(a, "regel_evaluering", "started"), before);
    assert_string_equal(backfill_of(a, "regelsett_resultat", "started"), other);
    await_all_equal();
    ends_with(stream_do("stop", "regel_evaluering"), 0, "unchanged"); /* none is under way */
}

/* --- another password --- */

static void keep_password(const char *text)
{
    snprintf(password_file, sizeof password_file, "%s/password", w.state);
    FILE *f = fopen(password_file, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(password_file, 0600), 0);
}

static const struct answer *give_password(void)
{
    return STROM(&w, "stream", "password", APP, "--yes", "--json", "--password-file",
                 password_file);
}

static void a_password_is_rotated(void **state)
{
    (void)state;
    at_source("ALTER ROLE datastream PASSWORD 'ny-hemmelighet-17'");
    at_source("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");
    await_state("FAILED");
    live_on("rotated");
    keep_password("feil-hemmelighet");
    const struct answer *a = give_password();
    ends_with(a, 1, "failed"); /* tried, and not taken */
    assert_null(strstr(a->out, "feil-hemmelighet"));
    assert_text(answer_error(a), "code", "WRONG_PASSWORD");
    assert_non_null(strstr(json_string_or(answer_error(a), "hint", ""), "--password-file"));
    assert_null(strstr(a->err, "FAILED")); /* the event says what the validation says */
    keep_password("ny-hemmelighet-17");
    a = give_password();
    ends_with(a, 0, "changed");
    assert_null(strstr(a->out, "ny-hemmelighet-17"));
    assert_non_null(event_of(a, "datastream.state", "done")); /* it was seen to run again */
    await_state("RUNNING");
    await_all_equal();
}

/* --- a slot that is lost --- */

/* Into the app's repository, and deployed as the platform does it. */
static void deploy(const char *migration)
{
    const char *const args[] = {"deploy", NULL};
    char path[2 * WORLD_PATH], name[WORLD_PATH];
    assert_int_equal(sscanf(migration, "-- %1023s\n", name), 1);
    snprintf(path, sizeof path, "%s/%s", getenv("STROM_REPO"), name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(strchr(migration, '\n') + 1, f);
    fclose(f);
    assert_int_equal(session_run(w.session, args, NULL), 0);
}

static void a_lost_slot_is_exchanged(void **state)
{
    (void)state;
    lose_slot(&w, "ds_replication");
    answer_is(stream_do("recover", NULL), 1); /* not with a slot that is lost */
    const struct answer *a = dry("resume", NULL);
    assert_false(says_any(json_get(a->doc, "stays"), "nothing is lost")); /* it is */
    a = dry("slot", "ds_ny");
    answer_is(a, 3);
    assert_false(json_bool(a->doc, "changes", true));
    assert_true(says_any(json_get(a->doc, "copies"), "public.regel_evaluering"));
    const char *migration = json_string_or(a->doc, "migration", "");
    assert_non_null(strstr(migration, "'ds_ny'"));
    deploy(migration);
    live_on("between");
    a = stream_do("slot", "ds_ny");
    ends_with(a, 0, "running");
    assert_non_null(event_of(a, "datastream.slot", "done"));
    assert_non_null(event_of(a, "datastream.recover", "done"));
    live_on("after");
    await_all_equal();
    a = status();
    assert_text(a->doc, "slot.name", "ds_ny");
    size_t writes = world_writes(&w);
    ends_with(stream_do("slot", "ds_ny"), 0, "unchanged");
    assert_int_equal(world_writes(&w), writes);
}

/* The command is killed when it has said that; what it has asked for goes on. */
static void kill_when(const char *said)
{
    struct run *r = STROM_START(&w, NULL, "stream", "recover", APP, "--yes", "--json");
    assert_true(run_wait_out(r, said, RUN_MS));
    run_signal(r, SIGKILL);
    run_wait_end(r, RUN_MS);
    run_free(r);
}

/* The same name, made anew: what lies between is lost, and copied. */
static void one_that_failed_for_good_is_recovered(void **state)
{
    (void)state;
    lose_slot(&w, "ds_ny");
    const struct answer *a = dry("recover", NULL);
    answer_is(a, 3);
    assert_non_null(strstr(json_string_or(a->doc, "migration", ""), "'ds_ny'"));
    assert_non_null(strstr(json_string_or(a->doc, "blocked.why", ""), "lost"));
    deploy(json_string_or(a->doc, "migration", ""));
    live_on("between two");
    a = dry("recover", NULL);
    assert_true(json_bool(a->doc, "changes", false));
    assert_true(says_any(json_get(a->doc, "loses"), "does not arrive by itself"));
    kill_when("\"datastream.recover\"");
    kill_when("\"datastream.backfill\"");
    a = stream_do("recover", NULL);
    ends_with(a, 0, "running");
    answer_says(a, "goes on with what was begun");
    await_state("RUNNING");
    await_all_equal();
    ends_with(stream_do("recover", NULL), 0, "unchanged");
}

/* --- what Terraform manages --- */

static void terraforms_wants_its_name(void **state)
{
    (void)state;
    assert_text(status()->doc, "stream.maker", "terraform");
    size_t before = world_writes(&w);
    const struct answer *a = stream_do("pause", NULL);
    ends_with(a, 2, "failed");
    answer_says(a, "desired_state = \"PAUSED\"");
    answer_is(STROM(&w, "stream", "pause", APP, "--yes", "--confirm", "en-annen"), 2);
    assert_int_equal(world_writes(&w), before);
    a = dry("pause", NULL);
    assert_true(json_bool(a->doc, "terraform", false));
    assert_non_null(strstr(json_string_or(a->doc, "hcl", ""), "google_datastream_stream"));
    a = STROM(&w, "stream", "pause", APP, "--json", "--confirm", "postgres-postmottak-bigquery");
    ends_with(a, 0, "paused");
    await_state("PAUSED");
    a = STROM(&w, "stream", "resume", APP, "--json", "--confirm", "postgres-postmottak-bigquery");
    ends_with(a, 0, "running");
    ends_with(stream_do("backfill", "regel_evaluering"), 0, "begun"); /* its code knows none */
}

/* Google's reference says so, its guide otherwise: either must end well. */
static void a_slot_that_google_keeps_is_told(void **state)
{
    (void)state;
    at_source("SELECT pg_create_logical_replication_slot('ds_ny', 'pgoutput')");
    const struct answer *a = STROM(&w, "stream", "slot", "ds_ny", APP, "--json", "--confirm",
                                   "postgres-postmottak-bigquery");
    answer_events(a);
    assert_text(a->line[a->n_lines - 1], "result", "failed");
    assert_non_null(strstr(json_string_or(answer_error(a), "hint", ""), "under the same name"));
    await_state("PAUSED"); /* it had come to rest for it */
    a = STROM(&w, "stream", "resume", APP, "--json", "--confirm", "postgres-postmottak-bigquery");
    ends_with(a, 0, "running");
    await_all_equal();
}

static int start_theirs(void **state)
{
    (void)state;
    setenv("SANDBOX_STREAM_BY", "terraform", 1);
    setenv("SANDBOX_SLOT_IMMUTABLE", "1", 1);
    WORLD_UP(&w, "running", "--speed", "400", "--rate", "0");
    unsetenv("SANDBOX_STREAM_BY");
    unsetenv("SANDBOX_SLOT_IMMUTABLE");
    return 0;
}

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "400", "--rate", "0");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_done_without_consent),
        cmocka_unit_test(a_pause_loses_nothing),
        cmocka_unit_test(one_table_is_copied_anew),
        cmocka_unit_test(a_password_is_rotated),
        cmocka_unit_test(a_lost_slot_is_exchanged),
        cmocka_unit_test(one_that_failed_for_good_is_recovered),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest theirs[] = {cmocka_unit_test(terraforms_wants_its_name),
                                        cmocka_unit_test(a_slot_that_google_keeps_is_told)};
    int failed = cmocka_run_group_tests_name("ours", tests, start, stop_world);
    return failed + cmocka_run_group_tests_name("terraform", theirs, start_theirs, stop_world);
}

/* Each thing that can be wrong with a stream, made to happen, and what status says of it: on a real
 * PostgreSQL, with a replication that is real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "tests/e2e/google_call.h"
#include "tests/e2e/one_world.h"

#include <stdio.h>
#include <string.h>

#define APP "--app", "postmottak-backend"

enum { PATIENCE_MS = 120000 };

static char password[256]; /* as PostgreSQL keeps it */

static int start_running(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "400", "--rate", "0");
    return 0;
}

static int start_ready(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "400", "--rate", "0");
    return 0;
}

static const struct answer *look(void)
{
    const struct answer *a = STROM(&w, "status", APP, "--json");
    answer_document(a);
    answer_fits(&w, a, "status");
    return a;
}

static const struct json *problem(const struct answer *a, const char *kind)
{
    return found_in(json_get(a->doc, "problems"), "kind", kind);
}

/* Looks until it is told, with a step to take, and gives it back. */
static const struct json *await(const char *kind, const char *health)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    for (;;) {
        const struct answer *a = look();
        const struct json *p = problem(a, kind);
        if (p != NULL) {
            assert_text(p, "health", health);
            assert_true(json_string_or(p, "hint", "")[0] != '\0');
            answer_is(a, 3);
            return p;
        }
        if (clock_mono_ms() > until)
            fail_msg("nothing is said of %s:\n%s", kind, a->out);
    }
}

static void await_fine(void)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    const struct answer *a = look();
    while (a->code != 0 && clock_mono_ms() < until)
        a = look();
    answer_is(a, 0);
}

/* --- fine --- */

static bool is_settled(const struct answer *a)
{
    for
        json_each(t, json_get(a->doc, "tables")) if (strcmp(json_string_or(t, "backfill.state", ""),
                                                            "COMPLETED") != 0 ||
                                                     json_int64(t, "rows_source", -1) !=
                                                         json_int64(t, "rows_destination",
                                                                    -2)) return false;
    return a->code == 0 && json_double(a->doc, "freshness_seconds", -1) >= 0;
}

static void all_is_told_of_a_stream_that_is_well(void **state)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    const struct answer *a = look();
    (void)state;
    while (!is_settled(a) && clock_mono_ms() < until)
        a = look();
    assert_true(is_settled(a));
    assert_int_equal(json_count(json_get(a->doc, "problems")), 0);
    assert_text(a->doc, "publication.state", "fine");
    assert_text(a->doc, "machine.state", "RUNNING");
    assert_true(json_double(a->doc, "bytes_per_second", -1) >= 0);
    assert_true(json_double(a->doc, "cost.so_far.low", -1) >= 0);
    assert_true(json_double(a->doc, "cost.so_far.high", -1) >=
                json_double(a->doc, "cost.so_far.low", -1));
    for
        json_each(t, json_get(a->doc, "tables"))
        {
            assert_text(t, "source", "fine");
            assert_true(clock_parse(json_string_or(t, "last_event", "")) > 0);
        }
}

/* One look has a pace when there was another before it, by another program. */
static void a_look_remembers_the_one_before(void **state)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    const struct answer *a;
    (void)state;
    world_new_state(&w);
    a = look();
    assert_true(json_is_null(json_get(a->doc, "slot.measured_over_seconds")));
    do {
        a = look();
    } while (json_is_null(json_get(a->doc, "slot.measured_over_seconds")) &&
             clock_mono_ms() < until);
    assert_true(json_double(a->doc, "slot.measured_over_seconds", -1) >= 1);
    assert_false(json_is_null(json_get(a->doc, "slot.wal_bytes_per_hour")));
    at_source("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000))");
    do {
        a = look();
    } while (json_is_null(json_get(a->doc, "slot.moved")) && clock_mono_ms() < until);
    assert_true(clock_parse(json_string_or(a->doc, "slot.moved", "")) > 0);
}

/* --- the keys of both sides --- */

static const struct json *compared(const struct answer *a)
{
    answer_document(a);
    answer_fits(&w, a, "status");
    return json_first(json_get(a->doc, "reconcile"));
}

static void both_sides_are_equal(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "status", APP, "--reconcile", "regel_evaluering", "--window", "all", "--json");
    answer_is(a, 0);
    answer_says(a, "BigQuery reads 80.0 kB"); /* before it is read */
    const struct json *r = compared(a);
    assert_text(r, "result", "equal");
    assert_int_equal(json_int64(r, "source.rows", -1), 10000);
    assert_int_equal(json_int64(r, "destination.rows", -1), 10000);
    assert_text(r, "source.digest", json_string_or(r, "destination.digest", "?"));
    a = STROM(&w, "status", APP, "--reconcile", "all", "--window", "10");
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "equal      public.regelsett_resultat: 10 keys"));
}

/* What the publication held back is found, key by key, and no key is told. */
static void a_row_that_lacks_is_found(void **state)
{
    char id[256], wanted[64];
    (void)state;
    at_source("ALTER PUBLICATION ds_publication SET (publish = 'update, delete')");
    world_source(&w,
                 "INSERT INTO regel_evaluering (regel_resultat_id, regel_navn, resultat) SELECT "
                 "regel_resultat_id, 'borte', true FROM regel_evaluering LIMIT 1 RETURNING id",
                 id);
    at_source(
        "ALTER PUBLICATION ds_publication SET (publish = 'insert, update, delete, truncate')");
    const struct answer *a =
        STROM(&w, "status", APP, "--reconcile", "public.regel_evaluering", "--json");
    answer_is(a, 3);
    const struct json *r = compared(a), *d = json_first(json_get(r, "differences"));
    assert_text(r, "result", "different");
    assert_int_equal(json_int64(r, "source.rows", -1), 10001);
    assert_int_equal(json_int64(r, "destination.rows", -1), 10000);
    assert_int_equal(json_int64(r, "differing", -1), 1);
    assert_text(d, "only_in", "source");
    snprintf(wanted, sizeof wanted, "%c%.*s", id[0], (int)strlen(id) - 1, "***********");
    assert_text(d, "key", wanted);
    a = STROM(&w, "status", APP, "--reconcile", "regel_evaluering", "--window", "10");
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "10 keys at the source, 9 in BigQuery"));
    at_source("DELETE FROM regel_evaluering WHERE regel_navn = 'borte'");
}

static void what_cannot_be_compared_says_why(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "status", APP, "--reconcile", "finnes_ikke", "--json");
    answer_is(a, 1);
    assert_text(compared(a), "result", "unknown");
    a = STROM(&w, "status", APP, "--reconcile", "regel_evaluering", "--window", "0");
    answer_is(a, 2);
}

/* --- trouble, from what heals to what does not --- */

static void a_password_that_was_rotated(void **state)
{
    (void)state;
    world_source(&w, "SELECT rolpassword FROM pg_authid WHERE rolname = 'datastream'", password);
    at_source("ALTER ROLE datastream PASSWORD 'noe-helt-annet'");
    at_source("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");
    await("password", "degraded");
    assert_non_null(problem(look(), "failed"));
}

static void and_it_heals(void **state)
{
    char sql[400];
    (void)state;
    snprintf(sql, sizeof sql, "ALTER ROLE datastream PASSWORD '%s'", password);
    at_source(sql);
    await_fine();
}

static void a_table_that_was_made_again(void **state)
{
    (void)state;
    at_source("BEGIN; CREATE TABLE ny (LIKE regelsett_resultat INCLUDING ALL); "
              "DROP TABLE regelsett_resultat CASCADE; "
              "ALTER TABLE ny RENAME TO regelsett_resultat; "
              "GRANT SELECT ON regelsett_resultat TO datastream; COMMIT");
    await("table_remade", "degraded");
    await("table_remade", "degraded"); /* and it is not forgotten by the look that told it */
}

static void a_table_that_is_gone(void **state)
{
    (void)state;
    at_source("DROP TABLE regelsett_resultat");
    await("table_gone", "degraded");
}

/* Nobody reads, and more is written than the server keeps. */
static void a_slot_that_is_lost(void **state)
{
    (void)state;
    at_source("ALTER ROLE datastream PASSWORD 'noe-helt-annet'");
    at_source("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    at_source("SELECT pg_reload_conf()");
    at_source("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots");
    world_await_source(&w, "SELECT count(*) FROM pg_replication_slots WHERE active", "0");
    for (int i = 0; i < 4; i++) {
        at_source("INSERT INTO regel_evaluering (regel_resultat_id, regel_navn, resultat) SELECT "
                  "regel_resultat_id, 'mye', true FROM regel_evaluering LIMIT 1000");
        at_source("SELECT pg_switch_wal()");
    }
    at_source("CHECKPOINT");
    world_await_source(&w, "SELECT wal_status FROM pg_replication_slots", "lost");
    await("slot_lost", "failed");
}

static void and_then_it_has_failed_for_good(void **state)
{
    char sql[400];
    (void)state;
    snprintf(sql, sizeof sql, "ALTER ROLE datastream PASSWORD '%s'", password);
    at_source(sql);
    await("failed_permanently", "failed");
}

static void a_slot_that_is_gone(void **state)
{
    (void)state;
    world_await_source(&w, "SELECT count(*) FROM pg_replication_slots WHERE active", "0");
    at_source("SELECT pg_drop_replication_slot('ds_replication')");
    await("slot_gone", "failed");
}

static void a_publication_that_holds_back(void **state)
{
    (void)state;
    at_source("ALTER PUBLICATION ds_publication SET (publish = 'insert')");
    const struct json *p = await("publication_changed", "degraded");
    assert_non_null(strstr(json_string_or(p, "message", ""), "does not hand out: update, delete"));
    at_source(
        "ALTER PUBLICATION ds_publication SET (publish = 'insert, update, delete, truncate')");
    await_fine();
}

/* A list that leaves out what was never chosen takes nothing away. */
static void a_list_of_columns(void **state)
{
    (void)state;
    at_source("BEGIN; DROP PUBLICATION ds_publication; CREATE PUBLICATION ds_publication FOR TABLE "
              "regelsett_resultat, regel_evaluering (id, regel_resultat_id, resultat); COMMIT");
    const struct json *p = await("publication_changed", "degraded");
    assert_non_null(strstr(json_string_or(p, "message", ""),
                           "only some columns of public.regel_evaluering (a list): regel_navn do"));
    at_source("BEGIN; DROP PUBLICATION ds_publication; CREATE PUBLICATION ds_publication FOR ALL "
              "TABLES; COMMIT");
    await_fine();
}

static void a_publication_that_was_narrowed(void **state)
{
    (void)state;
    at_source("DROP PUBLICATION ds_publication");
    await("publication_gone", "failed");
    const struct answer *a = STROM(&w, "stream", "recover", APP, "--dry-run", "--json");
    const char *migration = json_string_or(a->doc, "migration", "");
    if (!strstr(migration, "FOR TABLE") || !strstr(migration, "\"regel_evaluering\"") ||
        strstr(migration, "person_ident"))
        fail_msg("not what flows, and that alone:\n%s", migration);
    at_source("CREATE PUBLICATION ds_publication FOR TABLE flyway_schema_history");
    await("publication_changed", "degraded");
}

/* Nothing is written at that moment: nobody but BigQuery could tell. */
static void a_dataset_that_was_deleted(void **state)
{
    (void)state;
    assert_true(google_call("DELETE",
                            "bigquery.googleapis.com/bigquery/v2/projects/aap-dev-ab12/datasets/"
                            "datastream_postmottak?deleteContents=true",
                            NULL));
    assert_non_null(strstr(json_string_or(await("dataset", "failed"), "hint", ""), "UNDROP"));
}

/* --- before there is a stream --- */

static void a_slot_holds_from_the_deploy_on(void **state)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    const struct answer *a;
    (void)state;
    await("slot_unread", "degraded");
    await("no_stream", "unknown");
    do {
        at_source("INSERT INTO regel_evaluering (regel_resultat_id, regel_navn, resultat) SELECT "
                  "regel_resultat_id, 'mer', true FROM regel_evaluering LIMIT 1000");
        a = look();
    } while (json_is_null(json_get(a->doc, "slot.wal_bytes_per_hour")) && clock_mono_ms() < until);
    assert_true(json_double(a->doc, "slot.wal_bytes_per_hour", -1) > 0);
    assert_true(json_double(a->doc, "slot.measured_over_seconds", -1) >= 1);
    a = STROM(&w, "status", APP);
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "nobody reads the slot ds_replication"));
    assert_non_null(strstr(a->out, "measured over"));
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest running[] = {
        cmocka_unit_test(all_is_told_of_a_stream_that_is_well),
        cmocka_unit_test(a_look_remembers_the_one_before),
        cmocka_unit_test(both_sides_are_equal),
        cmocka_unit_test(a_row_that_lacks_is_found),
        cmocka_unit_test(a_publication_that_holds_back),
        cmocka_unit_test(a_list_of_columns),
        cmocka_unit_test(what_cannot_be_compared_says_why),
        cmocka_unit_test(a_password_that_was_rotated),
        cmocka_unit_test(and_it_heals),
        cmocka_unit_test(a_table_that_was_made_again),
        cmocka_unit_test(a_table_that_is_gone),
        cmocka_unit_test(a_slot_that_is_lost),
        cmocka_unit_test(and_then_it_has_failed_for_good),
        cmocka_unit_test(a_slot_that_is_gone),
        cmocka_unit_test(a_publication_that_was_narrowed),
        cmocka_unit_test(a_dataset_that_was_deleted),
    };
    const struct CMUnitTest ready[] = {cmocka_unit_test(a_slot_holds_from_the_deploy_on)};
    int failed = cmocka_run_group_tests_name("running", running, start_running, stop_world);
    return failed + cmocka_run_group_tests_name("ready", ready, start_ready, stop_world);
}

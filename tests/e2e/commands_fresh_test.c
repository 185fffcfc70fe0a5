/* The whole road without a screen, from a database that nobody has prepared to its last receipt.
 * The sandbox is one; each test goes on where the last one ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/one_world.h"
#include "tests/sandbox/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APP    "--app", "postmottak-backend"
#define PLAN   TESTS_DIR "/e2e/two_tables.json"
#define TABLES "--include-tables", "regel_evaluering,regelsett_resultat"
#define STREAM "postgres-postmottak-bigquery"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "fresh", "--speed", "400");
    return 0;
}

static const char *result_of(const struct answer *a, const char *id)
{
    return json_string_or(found_in(json_get(a->doc, "checks"), "id", id), "result", "(absent)");
}

/* --- nothing is prepared --- */

static void check_names_what_is_missing(void **state)
{
    static const char *const kinds[][2] = {{"instance.logical_decoding", "manifest"},
                                           {"source.wal_level", "manifest"},
                                           {"role.exists", "manifest"}};
    (void)state;
    const struct answer *a = STROM(&w, "check", APP, "--json", "-vvv");
    answer_is(a, 3);
    answer_document(a);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct json *c = found_in(json_get(a->doc, "checks"), "id", kinds[i][0]);
        assert_text(c, "result", "fail");
        assert_text(c, "remedy.kind", kinds[i][1]);
        assert_true(json_string_or(c, "remedy.text", "")[0] != '\0');
    }
    assert_string_equal(result_of(a, "source.connection"), "pass");
    assert_string_equal(result_of(a, "publication.exists"), "fail");
    assert_string_equal(result_of(a, "slot.exists"), "fail");
}

static void status_and_delete_find_nothing(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "status", APP, "--json");
    answer_is(a, 3);
    answer_document(a);
    assert_string_not_equal(json_string_or(a->doc, "health", ""), "ok");
    assert_true(json_is_null(json_get(a->doc, "stream.state"))); /* not known is null, never 0 */
    assert_true(json_is_null(json_get(a->doc, "freshness_seconds")));
    a = STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm", STREAM, "--json");
    answer_is(a, 0);
    answer_events(a);
}

static void nothing_is_made_of_an_unprepared_source(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "create", "postmottak-backend", "datastream", TABLES,
                                   "--yes", "--no-input", "--json");
    answer_is(a, 1);
    answer_events(a);
    assert_text(answer_error(a), "code", "NOT_PREPARED");
    assert_true(json_string_or(answer_error(a), "hint", "")[0] != '\0');
    assert_text(a->line[a->n_lines - 1], "result", "failed");
    a = STROM(&w, "plan", APP, TABLES, "--json");
    answer_is(a, 3);
    assert_non_null(found_in(json_get(a->doc, "needs"), "kind", "manifest"));
    assert_int_equal(world_writes(&w), 0);
}

/* --- manifest, deploy, migrations, deploy --- */

static bool is_there(const char *folder, const char *file)
{
    char path[WORLD_PATH + 128];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return access(path, R_OK) == 0;
}

static bool has_text(const char *folder, const char *file, const char *text)
{
    char path[WORLD_PATH + 128];
    size_t bytes;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    char *found = folder_read(path, 1 << 20, &bytes);
    bool has = found != NULL && strstr(found, text) != NULL;
    free(found);
    return has;
}

static void files_are_written_where_they_are_wanted(void **state)
{
    char folder[WORLD_PATH + 16];
    (void)state;
    snprintf(folder, sizeof folder, "%s/files", w.state);
    const struct answer *a = STROM(&w, "files", APP, "--out", folder, "--json", "-vvv");
    answer_is(a, 3);
    answer_document(a);
    answer_fits(&w, a, "files");
    const struct json *files = json_get(a->doc, "files");
    assert_int_equal(json_count(files), 2); /* no migration before its user exists: it would do
                                               nothing, and for ever */
    assert_non_null(found_in(files, "path", ".nais/dev-gcp.yaml"));
    assert_true(json_count(json_get(a->doc, "notes")) > 0);
    assert_true(has_text(folder, ".nais/dev-gcp.yaml", "cloudsql.logical_decoding"));
    assert_true(is_there(folder, ".nais/prod-gcp.yaml"));
    assert_false(has_text(session_repo(w.session), ".nais/dev-gcp.yaml", "logical_decoding"));
    a = STROM(&w, "files", APP);
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "+++ b/.nais/dev-gcp.yaml"));
}

static void deploy(int wanted)
{
    const char *const args[] = {"-c", getenv("STROM_DEPLOY_COMMAND"), NULL};
    struct run_options o = {.program = "/bin/sh", .args = args};
    struct run *r = run_start(&o);
    int code = run_wait_end(r, RUN_MS);
    if (code != wanted)
        fail_msg("deploy: exit %d\n%s%s", code, run_out(r), run_err(r));
    run_free(r);
}

static void manifest_first_then_migrations(void **state)
{
    const char *repo = session_repo(w.session);
    (void)state;
    answer_is(STROM(&w, "files", APP, "-f", PLAN, "--out", repo), 3);
    deploy(0);
    const struct answer *a = STROM(&w, "check", "-f", PLAN, "--json");
    answer_is(a, 3);
    assert_string_equal(result_of(a, "instance.logical_decoding"), "pass");
    assert_string_equal(result_of(a, "source.wal_level"), "pass");
    assert_string_equal(result_of(a, "role.exists"), "pass");
    assert_string_equal(result_of(a, "publication.exists"), "fail");
    a = STROM(&w, "files", "-f", PLAN, "--out", repo, "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "files")), 2); /* never one: see the traps */
    for
        json_each(f, json_get(a->doc, "files"))
        {
            assert_true(json_bool(f, "new", false));
            assert_non_null(
                strstr(json_string_or(f, "path", ""), "src/main/resources/flyway/V1.5"));
            assert_true(is_there(repo, json_string_or(f, "path", "?")));
        }
    deploy(0);
}

static void then_the_two_tables_pass(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "files", "-f", PLAN, "--json");
    answer_is(a, 0);
    assert_int_equal(json_count(json_get(a->doc, "files")), 0);
    a = STROM(&w, "check", "-f", PLAN, "--json");
    assert_string_equal(result_of(a, "slot.exists"), "pass");
    assert_string_equal(result_of(a, "slot.order"), "pass");
    assert_string_equal(result_of(a, "publication.tables"), "pass");
    assert_string_equal(result_of(a, "grant.select"), "pass");
    assert_string_equal(result_of(a, "role.replication"), "pass");
}

/* --- the stream --- */

static void create_runs_to_the_end(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "create", "postmottak-backend", "datastream", TABLES, "--yes", "--json", "-vvv");
    answer_is(a, 0);
    answer_events(a);
    assert_text(a->line[a->n_lines - 1], "result", "running");
    assert_non_null(event_of(a, "services.enable", "done"));
    for (int looks = 0; looks < 400 && world_rows(&w, "public_regel_evaluering") != 10000; looks++)
        continue;
    assert_int_equal(world_rows(&w, "public_regel_evaluering"), 10000);
    assert_int_equal(world_rows(&w, "public_regelsett_resultat"), 2500);
    assert_int_equal(world_rows(&w, "public_person_ident"), -1); /* was never asked for */
}

/* --- and away again --- */

static const struct json *receipt_of(const struct answer *a, const char *kind, const char *step)
{
    for (size_t i = 0; i < a->n_lines; i++)
        if (strcmp(json_string_or(a->line[i], "receipt", ""), kind) == 0 &&
            strcmp(json_string_or(a->line[i], "step", ""), step) == 0)
            return a->line[i];
    return NULL;
}

static void delete_asks_for_the_name(void **state)
{
    (void)state;
    size_t before = world_writes(&w);
    const struct answer *a = STROM(&w, "delete", "postmottak-backend", "datastream");
    answer_is(a, 2);
    answer_says(a, "--confirm " STREAM);
    a = STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm", "another", "--yes",
              "--json");
    answer_is(a, 2);
    answer_error(a);
    assert_int_equal(world_writes(&w), before);
}

static void delete_ends_with_a_receipt(void **state)
{
    static const char *const gone[] = {"datastream.stream", "datastream.source_profile",
                                       "datastream.destination_profile", "compute.proxy",
                                       "compute.address"};
    (void)state;
    const struct answer *a = STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm",
                                   STREAM, "--json", "-vvv");
    answer_is(a, 3); /* the slot is left: it fills the disk until somebody drops it */
    answer_events(a);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        assert_non_null(receipt_of(a, "removed", gone[i]));
    assert_non_null(receipt_of(a, "kept", "bigquery.dataset"));
    const char *by_hand = json_string_or(receipt_of(a, "by_hand", "slot"), "message", "");
    assert_non_null(strstr(by_hand, "DROP PUBLICATION IF EXISTS \"ds_publication\""));
    assert_non_null(strstr(by_hand, "PG_DROP_REPLICATION_SLOT"));
    assert_non_null(receipt_of(a, "by_hand", "manifest"));
    assert_int_equal(world_rows(&w, "public_regel_evaluering"), 10000); /* what arrived stays */
}

static void delete_is_done_when_the_slot_is_gone(void **state)
{
    char value[256];
    (void)state;
    const struct answer *a =
        STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm", STREAM);
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "ds_replication"));
    world_await_source(&w, "SELECT count(*) FROM pg_replication_slots WHERE active", "0");
    world_source(&w, "SELECT pg_drop_replication_slot('ds_replication')", value);
    world_source(&w, "DROP PUBLICATION ds_publication", value);
    a = STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm", STREAM, "--json");
    answer_is(a, 0);
    answer_events(a);
    assert_non_null(receipt_of(a, "by_hand", "manifest"));
    assert_non_null(receipt_of(a, "by_hand", "grants")); /* by themselves they fill no disk */
}

/* Only by its typed name. */
static void what_has_arrived_goes_when_asked(void **state)
{
    (void)state;
    size_t before = world_writes(&w);
    const struct answer *a = STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm",
                                   STREAM, "--remove-dataset", "datastream", "--json");
    answer_is(a, 2);
    assert_non_null(
        strstr(json_string_or(answer_error(a), "message", ""), "datastream_postmottak"));
    assert_int_equal(world_writes(&w), before);
    a = STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm", STREAM,
              "--remove-dataset", "datastream_postmottak", "--json");
    answer_is(a, 0);
    answer_events(a);
    assert_non_null(receipt_of(a, "removed", "bigquery.dataset"));
    assert_int_equal(world_rows(&w, "public_regel_evaluering"), -1);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_names_what_is_missing),
        cmocka_unit_test(status_and_delete_find_nothing),
        cmocka_unit_test(nothing_is_made_of_an_unprepared_source),
        cmocka_unit_test(files_are_written_where_they_are_wanted),
        cmocka_unit_test(manifest_first_then_migrations),
        cmocka_unit_test(then_the_two_tables_pass),
        cmocka_unit_test(create_runs_to_the_end),
        cmocka_unit_test(delete_asks_for_the_name),
        cmocka_unit_test(delete_ends_with_a_receipt),
        cmocka_unit_test(delete_is_done_when_the_slot_is_gone),
        cmocka_unit_test(what_has_arrived_goes_when_asked),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

/* The commands against a prepared source, in the order in which a script would use them: look,
 * plan, apply, watch, take down. The sandbox is one; each test goes on where the last one ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "tests/e2e/one_world.h"
#include "tests/unit/checks/check_ids.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define APP    "--app", "postmottak-backend"
#define TABLES "--include-tables", "regel_evaluering,regelsett_resultat"
#define FILE_  TESTS_DIR "/e2e/two_tables.json"
#define STREAM "postgres-postmottak-bigquery"

static char digest[64];

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "400");
    return 0;
}

/* --- check --- */

enum { CHECKS = sizeof check_ids / sizeof check_ids[0] };

static void count_results(const struct json *checks, int count[4])
{
    static const char *const results[] = {"pass", "warn", "fail", "unknown"};
    for
        json_each(c, checks) for (int i = 0; i < 4; i++) count[i] +=
            strcmp(json_string_or(c, "result", ""), results[i]) == 0;
}

static void check_tells_every_id_in_order(void **state)
{
    int count[4] = {0}, i = 0;
    (void)state;
    const struct answer *a = STROM(&w, "check", APP, "--json", "-vvv");
    answer_is(a, 0); /* what the procedure leaves out is a warning before anything is chosen */
    answer_document(a);
    const struct json *checks = json_get(a->doc, "checks");
    assert_int_equal(json_count(checks), CHECKS);
    for
        json_each(c, checks)
        {
            assert_text(c, "id", check_ids[i++]);
            assert_true(json_string_or(c, "title", "")[0] != '\0');
            assert_true(json_string_or(c, "found", "")[0] != '\0');
            assert_non_null(json_string(c, "remedy.kind"));
            assert_non_null(json_string(c, "remedy.text"));
        }
    count_results(checks, count);
    assert_int_equal(count[0] + count[1] + count[2] + count[3], CHECKS);
    assert_int_equal(count[0], json_int64(a->doc, "summary.pass", -1));
    assert_int_equal(count[1], json_int64(a->doc, "summary.warn", -1));
    assert_int_equal(count[2], json_int64(a->doc, "summary.fail", -1));
    assert_int_equal(count[3], json_int64(a->doc, "summary.unknown", -1));
    assert_int_equal(count[3], 0);
    assert_text(found_in(checks, "id", "source.wal_level"), "found", "logical");
    assert_text(found_in(checks, "id", "access.basic_roles"), "result", "warn");
    assert_true(strlen(a->err) > 100); /* the log went there */
}

/* What fails concerns the whole database; the two tables alone are fine. */
static void check_of_the_plan_file_has_only_warnings(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "check", "-f", FILE_, "--json");
    answer_is(a, 0);
    answer_document(a);
    assert_int_equal(json_int64(a->doc, "summary.fail", -1), 0);
    assert_true(json_int64(a->doc, "summary.warn", 0) > 0);
    a = STROM(&w, "check", "-f", FILE_);
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "slot.exists"));
}

static void check_without_an_app_is_not_yet(void **state)
{
    static const char *const env[] = {"KUBECONFIG=/dev/null",
                                      NULL}; /* else the only one is meant */
    (void)state;
    const struct answer *a = STROM_IN(&w, env, "check", "--json");
    answer_is(a, 3); /* unknown where a step ahead needs it */
    const struct json *c = found_in(json_get(a->doc, "checks"), "id", "google.project");
    assert_text(c, "result", "unknown");
}

/* --- tables --- */

static void tables_are_told_with_their_columns(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "tables", "--json", "-vvv");
    answer_is(a, 0);
    answer_document(a);
    const struct json *tables = json_get(a->doc, "tables");
    assert_true(json_count(tables) >= 15);
    assert_true(json_int64(a->doc, "summary.columns", 0) >= 110);
    assert_int_equal(json_int64(a->doc, "summary.tables", 0), json_count(tables));
    const struct json *t = found_in(tables, "table", "regel_evaluering");
    assert_text(t, "schema", "public");
    assert_text(t, "kind", "table");
    assert_string_equal(json_text(json_first(json_get(t, "primary_key"))), "id");
    assert_true(json_bool(t, "published", false));
    assert_true(json_bool(t, "readable", false));
    assert_true(json_bool(t, "selectable", false));
    assert_int_equal(json_count(json_get(t, "columns")), 4);
    assert_true(json_int64(t, "bytes", 0) > 0);
    t = found_in(tables, "table", "flyway_schema_history");
    assert_false(json_bool(t, "selectable", true));
    t = found_in(tables, "table", "mottatt_melding");
    assert_string_equal(json_text(json_first(json_get(t, "problems"))), "no_primary_key");
}

static void sensitive_columns_are_told_with_their_rule(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "tables", "--json");
    const struct json *tables = json_get(a->doc, "tables");
    const struct json *c =
        found_in(json_get(found_in(tables, "table", "person_ident"), "columns"), "name", "ident");
    assert_text(c, "level", "special");
    assert_true(json_count(json_get(c, "evidence")) > 0);
    assert_true(json_string_or(json_first(json_get(c, "evidence")), "rule", "")[0] != '\0');
    for json_each(t, tables)
        for json_each(column, json_get(t, "columns"))
            assert_false(json_bool(column, "included", true));
    a = STROM(&w, "tables", "-f", FILE_, "--json");
    c = found_in(
        json_get(found_in(json_get(a->doc, "tables"), "table", "regel_evaluering"), "columns"),
        "name", "regel_navn");
    assert_true(json_bool(c, "included", false));
}

/* Some 60 kB into a pipe whose reader has gone: quiet, and soon over. */
static void a_reader_that_leaves_is_no_trouble(void **state)
{
    static const char *const args[] = {"tables", "--json", "--no-sample", NULL};
    struct run_options o = {.program = w.strom, .args = args, .close_out_after = 1};
    (void)state;
    struct run *r = run_start(&o);
    assert_true(run_wait_end(r, RUN_MS) >= 0);
    assert_null(strstr(run_err(r), "strom:")); /* words about the values may stand there */
    run_free(r);
}

/* --- plan: looks, tells, writes nothing --- */

static void plan_tells_all_and_writes_nothing(void **state)
{
    static const char *const steps[] = {"services.enable",
                                        "compute.network",
                                        "iam.service_account",
                                        "iam.binding",
                                        "compute.address",
                                        "compute.proxy",
                                        "datastream.private_connection",
                                        "compute.firewall",
                                        "datastream.source_profile",
                                        "datastream.destination_profile",
                                        "bigquery.dataset",
                                        "datastream.stream",
                                        "datastream.start"};
    (void)state;
    const struct answer *a = STROM(&w, "plan", APP, TABLES, "--json", "-vvv");
    answer_is(a, 3);
    answer_document(a);
    const struct json *actions = json_get(a->doc, "actions");
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const struct json *action = found_in(actions, "step", steps[i]);
        assert_non_null(action);
        assert_text(action, "action", i == 0 ? "keep" : "create");
        assert_true(json_string_or(action, "name", "")[0] != '\0');
    }
    assert_int_equal(json_int64(a->doc, "summary.create", 0), 12);
    assert_int_equal(json_int64(a->doc, "summary.blocked", -1), 0);
    snprintf(digest, sizeof digest, "%s", json_string_or(a->doc, "digest", ""));
    assert_true(strlen(digest) >= 16);
    a = STROM(&w, "plan", "-f", FILE_);
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "digest "));
    assert_int_equal(world_writes(&w), 0);
}

static void a_digest_holds_until_something_moves(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "plan", APP, TABLES, "--json");
    assert_text(a->doc, "digest", digest);
    a = STROM(&w, "plan", APP, "--include-tables", "regel_evaluering", "--json");
    assert_string_not_equal(json_string_or(a->doc, "digest", ""), digest);
    a = STROM(&w, "apply", APP, TABLES, "--expect", "0123456789abcdef", "--yes", "--json");
    answer_is(a, 4);
    answer_error(a);
    assert_int_equal(world_writes(&w), 0);
}

/* --- what is refused before any write --- */

static void nothing_is_done_without_consent(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "create", "postmottak-backend", "datastream", TABLES);
    answer_is(a, 2);
    answer_says(a, "--yes");
    a = STROM(&w, "create", "postmottak-backend", "datastream", TABLES, "--no-input", "--json");
    answer_is(a, 2);
    answer_error(a);
    a = STROM(&w, "apply", "-f", FILE_, "--no-input");
    answer_is(a, 2);
    answer_says(a, "--yes");
    a = STROM(&w, "apply", "--yes", APP);
    answer_is(a, 2);
    answer_says(a, "-f FILE");
    assert_int_equal(world_writes(&w), 0);
}

static void sensitive_columns_need_a_reason(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "create", "postmottak-backend", "datastream", "--columns",
                                   "person_ident:ident", "--yes", "--json");
    answer_is(a, 4);
    assert_text(answer_error(a), "code", "UNACKNOWLEDGED");
    answer_says(a, "--acknowledge person_ident.ident=");
    a = STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables",
              "avsendermottaker", "--columns", "avsendermottaker:navn", "--yes", "--json");
    answer_is(a, 4);
    a = STROM(&w, "create", "postmottak-backend", "datastream", "--include-tables", "finnes_ikke",
              "--yes");
    answer_is(a, 2);
    answer_says(a, "finnes_ikke");
    assert_int_equal(world_writes(&w), 0);
}

static void an_acknowledged_column_is_in_the_plan(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "plan", APP, "--columns", "avsendermottaker:navn", "--acknowledge",
              "avsendermottaker.navn=avklart i PVK 17, behandling B123", "--json", "-vvv");
    answer_is(a, 3);
    answer_says(a, "/userinfo"); /* signed by who is logged in */
    assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), 0);
    const struct json *s = found_in(json_get(a->doc, "actions"), "step", "datastream.stream");
    assert_non_null(strstr(json_string_or(s, "why", ""), "1 table"));
}

/* --- the slot before there is a stream --- */

static void limit_the_disk(const char *gb)
{
    static const char *const deploy[] = {"deploy", NULL};
    struct str text = {0}, changed = {0};
    char path[WORLD_PATH];
    struct err e;
    snprintf(path, sizeof path, "%s/.nais/dev-gcp.yaml", session_repo(w.session));
    assert_true(path_read(path, 1 << 16, &text, &e));
    const char *at = strstr(str_text(&text), "        diskAutoresize: true");
    assert_non_null(at);
    str_addn(&changed, text.text, (size_t)(at - text.text));
    str_printf(&changed, "        diskAutoresizeLimit: %s\n%s", gb, at);
    assert_true(path_write(path, changed.text, changed.bytes, false, &e));
    assert_int_equal(session_run(w.session, deploy, NULL), 0);
    str_done(&changed);
    str_done(&text);
}

static double hours_in(const char *line)
{
    struct err e;
    struct json *doc = json_parse(line, strcspn(line, "\n"), &e);
    assert_non_null(doc);
    double hours = json_double(doc, "slot.hours_until_full", -1);
    json_free(doc);
    return hours;
}

/* Nobody reads it, the application writes: the second look knows how long the disk lasts. */
static void a_slot_that_grows_tells_how_long_the_disk_lasts(void **state)
{
    char value[256];
    (void)state;
    limit_the_disk("12");
    struct run *r = STROM_START(&w, NULL, "status", APP, "--json", "--watch");
    assert_true(run_wait_out(r, "}\n", RUN_MS));
    assert_true(hours_in(run_out(r)) < 0); /* one look says nothing */
    world_source(&w,
                 "SELECT count(pg_logical_emit_message(false, 'strom', repeat('x', 10000))) "
                 "FROM generate_series(1, 500)",
                 value);
    const char *second = strchr(run_out(r), '\n') + 1;
    while (strchr(second, '\n') == NULL) {
        assert_true(run_wait_more(r, RUN_MS));
        second = strchr(run_out(r), '\n') + 1;
    }
    /* 12 GB of room and some MB in some seconds: hours to days */
    assert_true(hours_in(second) > 0.5 && hours_in(second) < 1000);
    run_signal(r, SIGINT);
    assert_int_equal(run_wait_end(r, RUN_MS), 130);
    run_free(r);
}

/* --- apply --- */

static void apply_does_the_expected_plan(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "apply", APP, TABLES, "--expect", digest, "--yes", "--json", "-vvv");
    answer_is(a, 0);
    answer_events(a);
    const struct json *end = a->line[a->n_lines - 1];
    assert_text(end, "result", "running");
    assert_text(end, "stream", STREAM);
    assert_true(json_is_number(json_get(end, "elapsed")));
    for (size_t i = 0; i + 1 < a->n_lines; i++) {
        assert_non_null(json_string(a->line[i], "time"));
        assert_non_null(json_string(a->line[i], "step"));
        assert_non_null(json_string(a->line[i], "name"));
        assert_non_null(json_string(a->line[i], "state"));
        assert_non_null(json_string(a->line[i], "message"));
        assert_true(json_is_number(json_get(a->line[i], "elapsed")));
    }
    assert_non_null(event_of(a, "services.enable", "kept"));
    assert_non_null(event_of(a, "datastream.private_connection", "running"));
    assert_non_null(event_of(a, "datastream.private_connection", "done"));
    assert_non_null(event_of(a, "datastream.start", "done"));
    assert_text(event_of(a, "compute.proxy", "done"), "message", ""); /* no wait any more */
    assert_true(world_writes(&w) > 8);
}

static void a_second_time_changes_nothing(void **state)
{
    (void)state;
    size_t before = world_writes(&w);
    const struct answer *a =
        STROM(&w, "create", "postmottak-backend", "datastream", TABLES, "--yes", "--json");
    answer_is(a, 0);
    answer_events(a);
    for (size_t i = 0; i + 1 < a->n_lines; i++)
        assert_text(a->line[i], "state", "kept");
    assert_text(a->line[a->n_lines - 1], "result", "running");
    a = STROM(&w, "create", "postmottak-backend", "datastream", TABLES); /* no consent is needed */
    answer_is(a, 0);
    a = STROM(&w, "plan", APP, TABLES, "--json");
    answer_is(a, 0);
    assert_int_equal(json_int64(a->doc, "summary.keep", 0), 13);
    a = STROM(&w, "plan", "-f", FILE_, "--json");
    answer_is(a, 0);
    a = STROM(&w, "apply", APP, TABLES, "--expect", digest, "--yes", "--json");
    answer_is(a, 4); /* the plan of before is no longer what would be done */
    assert_int_equal(world_writes(&w), before);
}

/* --- status --- */

static bool is_equal(const struct answer *a, const char *table, long rows)
{
    const struct json *t = found_in(json_get(a->doc, "tables"), "table", table);
    return json_int64(t, "rows_source", -1) == rows &&
           json_int64(t, "rows_destination", -2) == rows;
}

static void status_gets_healthy_with_equal_rows(void **state)
{
    const struct answer *a;
    int looks = 0;
    (void)state;
    do {
        a = STROM(&w, "status", APP, "--json", "-vvv");
        assert_true(a->code == 0 || a->code == 3);
        answer_document(a);
    } while (++looks < 200 && !(a->code == 0 && is_equal(a, "regel_evaluering", 10000) &&
                                is_equal(a, "regelsett_resultat", 2500)));
    answer_is(a, 0);
    assert_true(is_equal(a, "regel_evaluering", 10000));
    assert_true(is_equal(a, "regelsett_resultat", 2500));
    assert_text(a->doc, "health", "ok");
    assert_text(a->doc, "stream.state", "RUNNING");
    assert_text(a->doc, "slot.wal_status", "reserved");
    assert_true(json_bool(a->doc, "slot.active", false));
    assert_int_equal(world_rows(&w, "public_regel_evaluering"), 10000);
    a = STROM(&w, "status", APP);
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "RUNNING"));
}

static void what_changes_arrives(void **state)
{
    char value[256];
    (void)state;
    world_source(&w, "UPDATE regel_evaluering SET resultat = NOT resultat WHERE id <= 3", value);
    world_source(&w,
                 "INSERT INTO regel_evaluering (regel_resultat_id, regel_navn, resultat) "
                 "SELECT regel_resultat_id, 'ny regel æøå', true FROM regel_evaluering LIMIT 7",
                 value);
    for (int looks = 0; looks < 400 && world_rows(&w, "public_regel_evaluering") != 10007; looks++)
        continue;
    assert_int_equal(world_rows(&w, "public_regel_evaluering"), 10007);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_tells_every_id_in_order),
        cmocka_unit_test(check_of_the_plan_file_has_only_warnings),
        cmocka_unit_test(check_without_an_app_is_not_yet),
        cmocka_unit_test(tables_are_told_with_their_columns),
        cmocka_unit_test(sensitive_columns_are_told_with_their_rule),
        cmocka_unit_test(a_reader_that_leaves_is_no_trouble),
        cmocka_unit_test(plan_tells_all_and_writes_nothing),
        cmocka_unit_test(a_digest_holds_until_something_moves),
        cmocka_unit_test(nothing_is_done_without_consent),
        cmocka_unit_test(sensitive_columns_need_a_reason),
        cmocka_unit_test(an_acknowledged_column_is_in_the_plan),
        cmocka_unit_test(a_slot_that_grows_tells_how_long_the_disk_lasts),
        cmocka_unit_test(apply_does_the_expected_plan),
        cmocka_unit_test(a_second_time_changes_nothing),
        cmocka_unit_test(status_gets_healthy_with_equal_rows),
        cmocka_unit_test(what_changes_arrives),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

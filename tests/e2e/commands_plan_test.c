/* What the commands say of a plan before anything is made: what lacks a reason, what is not there,
 * what cannot be asked. Nothing here writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "tests/e2e/one_world.h"

#include <stdio.h>
#include <string.h>

#define APP    "--app", "postmottak-backend"
#define CREATE "create", "postmottak-backend", "datastream"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "400");
    return 0;
}

/* --- reasons --- */

/* Only doing it is refused: the plan names what has no reason yet. */
static void a_plan_with_unsettled_columns_is_not_yet(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "plan", APP, "--columns", "avsendermottaker:id,navn", "--json");
    answer_is(a, 3);
    answer_document(a);
    const struct json *u = json_get(a->doc, "unacknowledged");
    assert_int_equal(json_count(u), 1);
    assert_text(json_first(u), "column", "navn");
    a = STROM(&w, "plan", APP, "--include-tables", "person_ident", "--json");
    answer_is(a, 3);
    assert_non_null(found_in(json_get(a->doc, "unacknowledged"), "column", "ident"));
    a = STROM(&w, "apply", APP, "--include-tables", "person_ident", "--yes", "--json");
    answer_is(a, 4);
    assert_text(answer_error(a), "code", "UNACKNOWLEDGED");
    assert_int_equal(world_writes(&w), 0);
}

/* As in the wizard: why, and where it was settled. */
static void a_reason_tells_where_it_was_settled(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, CREATE, "--columns", "avsendermottaker:navn",
                                   "--acknowledge", "avsendermottaker.navn=x", "--yes", "--json");
    answer_is(a, 2);
    answer_says(a, "does not tell where it was settled");
    assert_int_equal(world_writes(&w), 0);
}

/* --- a plan file --- */

/* The file of two tables with one word changed; its path lies in out. */
static void changed_file(const char *word, const char *other, char out[WORLD_PATH])
{
    struct str text = {0}, changed = {0};
    struct err e;
    assert_true(path_read(TESTS_DIR "/e2e/two_tables.json", 1 << 20, &text, &e));
    const char *at = strstr(str_text(&text), word);
    assert_non_null(at);
    str_addn(&changed, text.text, (size_t)(at - text.text));
    str_printf(&changed, "%s%s", other, at + strlen(word));
    snprintf(out, WORLD_PATH, "%.900s/changed.json", w.state);
    assert_true(path_write(out, changed.text, changed.bytes, false, &e));
    str_done(&text);
    str_done(&changed);
}

/* Datastream would take the name without a word, and nothing of it would ever flow. */
static void a_name_that_is_not_there_is_refused(void **state)
{
    static const char *const names[][3] = {
        {"\"regel_navn\"", "\"regel_navnx\"", "public.regel_evaluering.regel_navnx"},
        {"\"regel_evaluering\"", "\"regel_borte\"", "public.regel_borte"}};
    char file[WORLD_PATH];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        changed_file(names[i][0], names[i][1], file);
        const struct answer *a = STROM(&w, "plan", "-f", file, "--json");
        answer_is(a, 2);
        assert_text(answer_error(a), "resource", names[i][2]);
        answer_says(a, names[i][2]);
        answer_says(a, "(line ");
        a = STROM(&w, "apply", "-f", file, "--yes");
        answer_is(a, 2);
        answer_says(a, names[i][2]);
    }
    assert_int_equal(world_writes(&w), 0);
}

/* What review calls unsaid, plan and apply do, too; and a date to come is asked about, no more. */
static void a_reason_that_leaves_code_6_and_7_out_is_refused(void **state)
{
    static const char *const texts[] = {"needed",
                                        "needed; protected_address: a view leaves them out"};
    char file[WORLD_PATH], columns[1024];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(columns, sizeof columns,
                 "\"tables\": [{\"schema\": \"public\", \"table\": \"person\", \"columns\": ["
                 "{\"name\": \"id\", \"type\": \"bigint\", \"included\": true, \"level\": "
                 "\"none\", \"categories\": []}, {\"name\": \"adressebeskyttelse\", \"type\": "
                 "\"adressebeskyttelse\", \"included\": true, \"level\": \"special\", "
                 "\"categories\": [\"protected_address\"], \"acknowledged\": {\"reason\": \"%s\", "
                 "\"reference\": \"B1\", \"by\": \"x\", \"at\": \"2096-01-01T00:00:00Z\"}}]},",
                 texts[i]);
        changed_file("\"tables\": [", columns, file);
        const struct answer *a = STROM(&w, "plan", "-f", file, "--json");
        answer_is(a, 3);
        answer_fits(&w, a, "plan");
        assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), i == 0);
        assert_text(json_first(json_get(a->doc, "dated_ahead")), "column", "adressebeskyttelse");
        a = STROM(&w, "review", "-f", file, "--json");
        answer_is(a, 3);
        answer_fits(&w, a, "review");
        assert_int_equal(json_count(json_get(a->doc, "unacknowledged")), i == 0);
        assert_text(json_first(json_get(a->doc, "dated_ahead")), "column", "adressebeskyttelse");
        if (i > 0)
            continue;
        a = STROM(&w, "apply", "-f", file, "--yes", "--json");
        answer_is(a, 4);
        assert_non_null(strstr(json_string_or(answer_error(a), "hint", ""), "protected_address"));
    }
    assert_int_equal(world_writes(&w), 0);
    assert_non_null(strstr(STROM(&w, "plan", "-f", file)->out, "are these dates right?"));
}

/* It was found: the next step is in it, not on the command line. */
static void a_broken_file_is_to_be_mended(void **state)
{
    char file[WORLD_PATH];
    (void)state;
    changed_file("\"tables\": [", "\"tables\" [", file);
    const struct answer *a = STROM(&w, "plan", "-f", file, "--json");
    answer_is(a, 2);
    assert_non_null(strstr(json_string_or(answer_error(a), "hint", ""), "mend that line"));
}

/* --- where it is about --- */

/* check, status and files look: the only app of the cluster is the one that is meant. */
static void the_only_app_is_found_by_itself(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "status", "--json");
    answer_is(a, 3);
    assert_text(a->doc, "stream.name", "postgres-postmottak-bigquery");
    /* what writes wants it named, and so does what tells what will be written */
    a = STROM(&w, "plan", "--include-tables", "regel_evaluering");
    answer_is(a, 2);
    answer_says(a, "--app");
    a = STROM(&w, "apply", "--include-tables", "regel_evaluering", "--yes");
    answer_is(a, 2);
    answer_says(a, "--app");
}

/* No plan shows every table there is as one that begins to flow: what cannot be done is not shown.
 */
static void nothing_is_planned_that_nobody_named(void **state)
{
    static const char *const lines[][7] = {{"plan", APP, "--json"},
                                           {"apply", APP, "--yes", "--json"},
                                           {"export", "terraform", APP, "--json"},
                                           {"export", "gcloud", APP, "--json"}};
    static const char *const others[][7] = {
        {"plan", APP, "--exclude-tables", "person", "--json"},
        {"plan", APP, "-f", TESTS_DIR "/e2e/two_tables.json", "--json"}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const struct answer *a = world_run(&w, lines[i]);
        answer_is(a, 2);
        const struct json *e = answer_error(a);
        assert_text(e, "code", "INPUT");
        assert_non_null(strstr(json_string_or(e, "message", ""), "no -f FILE was given"));
        assert_non_null(strstr(json_string_or(e, "hint", ""), "--include-tables"));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        answer_is(world_run(&w, others[i]), 3);
    assert_int_equal(world_writes(&w), 0);
}

/* Before anything is made: it is said, with the next step, and no slot is called gone. */
static void status_without_a_stream_tells_the_next_step(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "status", APP, "--slot", "aldri_laget", "--json");
    answer_is(a, 3);
    assert_text(a->doc, "health", "unknown");
    const char *why = json_text(json_first(json_get(a->doc, "why")));
    assert_non_null(strstr(why, "there is no stream postgres-postmottak-bigquery"));
    const struct json *problem = json_first(json_get(a->doc, "problems"));
    assert_text(problem, "kind", "no_stream");
    assert_non_null(strstr(json_string_or(problem, "hint", ""), "strom create"));
    assert_int_equal(json_count(json_get(a->doc, "why")), 1);
    a = STROM(&w, "status", APP, "--slot", "aldri_laget");
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "postgres-postmottak-bigquery  not there\n"));
    assert_non_null(strstr(a->out, "aldri_laget: not there\n"));
}

static void a_context_that_is_not_there_is_told(void **state)
{
    static const char *const nowhere[] = {"KUBECONFIG=/nonexistent", NULL};
    (void)state;
    const struct answer *a = STROM(&w, "check", "--context", "nope", "--json");
    answer_is(a, 3);
    answer_says(a, "there is no context nope");
    const struct json *checks = json_get(a->doc, "checks");
    const struct json *c = found_in(checks, "id", "google.project");
    assert_text(c, "result", "unknown");
    assert_text(c, "found", "there is no context nope");
    assert_text(found_in(checks, "id", "instance.version"), "found", "there is no context nope");
    a = STROM_IN(&w, nowhere, "check", "--json");
    answer_is(a, 3);
    answer_says(a, "/nonexistent");
    for
        json_each(check, json_get(a->doc, "checks"))
            assert_string_not_equal(json_string_or(check, "found", ""), "not asked yet");
}

/* Tables were named: what is missing is somebody to ask for their columns. */
static void a_plan_without_a_database_tells_what_it_waits_for(void **state)
{
    static const char *const nobody[] = {"PGHOST", "PGDATABASE", "PGPORT", "PGUSER", NULL};
    (void)state;
    const struct answer *a =
        STROM_IN(&w, nobody, "plan", APP, "--include-tables", "regel_evaluering", "--json");
    answer_is(a, 3);
    const struct json *s = found_in(json_get(a->doc, "actions"), "step", "datastream.stream");
    assert_text(s, "action", "blocked");
    assert_text(s, "why", "which tables and columns there are is not known yet");
}

/* --- the sandbox --- */

/* Who opens another window knows no name: ./dev demo never told one. */
static void the_only_sandbox_needs_no_name(void **state)
{
    char home[WORLD_PATH];
    const char *env[] = {home, NULL};
    (void)state;
    int n = snprintf(home, sizeof home, "XDG_STATE_HOME=%.900s", session_folder(w.session));
    assert_true(n > 0 && n < (int)sizeof home);
    *strstr(home, "/strom/sandbox/") = '\0';
    const struct answer *a = STROM_IN(&w, env, "sandbox", "traffic", "0", "--json");
    answer_is(a, 0);
    assert_true(json_is_number(json_get(a->doc, "traffic.rate")));
    answer_is(STROM_IN(&w, env, "sandbox", "traffic", "0", "--name", "en-annen"), 1);
    answer_is(STROM_IN(&w, env, "sandbox", "down"), 0); /* of the one called default: none */
    answer_is(STROM_IN(&w, env, "sandbox", "status"), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_with_unsettled_columns_is_not_yet),
        cmocka_unit_test(a_reason_tells_where_it_was_settled),
        cmocka_unit_test(a_name_that_is_not_there_is_refused),
        cmocka_unit_test(a_reason_that_leaves_code_6_and_7_out_is_refused),
        cmocka_unit_test(a_broken_file_is_to_be_mended),
        cmocka_unit_test(the_only_app_is_found_by_itself),
        cmocka_unit_test(nothing_is_planned_that_nobody_named),
        cmocka_unit_test(status_without_a_stream_tells_the_next_step),
        cmocka_unit_test(a_context_that_is_not_there_is_told),
        cmocka_unit_test(a_plan_without_a_database_tells_what_it_waits_for),
        cmocka_unit_test(the_only_sandbox_needs_no_name),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

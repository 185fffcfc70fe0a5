/* The reviewer at a shell: a branch that changes replication.json, held against main, against the
 * running stream, and against what was agreed on before; and apply, which does what plan says and
 * nothing else. Each test goes on where the last ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/base/str.h"
#include "tests/e2e/one_world.h"
#include "tests/e2e/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APP "--app", "postmottak-backend"

static char repo[WORLD_PATH], file[WORLD_PATH + 32];

/* --- a repository --- */

static void git(const char *const *args)
{
    static const char *const env[] = {"GIT_CONFIG_GLOBAL=/dev/null",
                                      "GIT_CONFIG_SYSTEM=/dev/null",
                                      "GIT_AUTHOR_NAME=Kari",
                                      "GIT_AUTHOR_EMAIL=kari.nordmann@nav.no",
                                      "GIT_COMMITTER_NAME=Kari",
                                      "GIT_COMMITTER_EMAIL=kari.nordmann@nav.no",
                                      NULL};
    struct run_options o = {.program = "/usr/bin/env", .args = args, .env = env, .cwd = repo};
    struct run *r = run_start(&o);
    int code = run_wait_end(r, RUN_MS);
    if (code != 0)
        fail_msg("git ends with %d: %s", code, run_err(r));
    run_free(r);
}

#define GIT(...) git((const char *const[]){"git", __VA_ARGS__, NULL})

static void write_file(const char *text)
{
    struct err e;
    assert_true(path_write(file, text, strlen(text), false, &e));
}

/* The file of two tables with words changed, the first of each: what, with, ..., NULL. */
static void write_changed(const char *const *changes)
{
    struct str text = {0}, changed = {0};
    struct err e;
    assert_true(path_read(TESTS_DIR "/e2e/two_tables.json", 1 << 20, &text, &e));
    for (; *changes; changes += 2) {
        const char *at = strstr(str_text(&text), changes[0]);
        if (at == NULL) {
            fail_msg("%s does not stand in the file", changes[0]);
            abort(); /* fail_msg has left by now */
        }
        str_clear(&changed);
        str_addn(&changed, text.text, (size_t)(at - text.text));
        str_printf(&changed, "%s%s", changes[1], at + strlen(changes[0]));
        str_clear(&text);
        str_add(&text, str_text(&changed));
    }
    write_file(str_text(&text));
    str_done(&text);
    str_done(&changed);
}

#define CHANGED(...) write_changed((const char *const[]){__VA_ARGS__, NULL})

/* One column out, a table in whose sensitive column is called harmless. */
#define OUT                                                                                        \
    "\"name\": \"resultat\", \"type\": \"boolean\", \"included\": true",                           \
        "\"name\": \"resultat\", \"type\": \"boolean\", \"included\": false"
#define PERSON(level, ack)                                                                         \
    "  \"tables\": [\n",                                                                           \
        "  \"tables\": [\n    {\"schema\": \"public\", \"table\": \"person_ident\", \"columns\": " \
        "[{\"name\": \"ident\", \"type\": \"character varying(19)\", \"included\": true, "         \
        "\"level\": \"" level "\", \"categories\": []" ack "}]},\n"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "300", "--rate", "0");
    snprintf(repo, sizeof repo, "%.900s/repo", w.state);
    snprintf(file, sizeof file, "%s/replication.json", repo);
    assert_int_equal(mkdir(repo, 0700), 0);
    GIT("init", "-q", "-b", "main", ".");
    CHANGED(NULL, NULL);
    GIT("add", ".");
    GIT("commit", "-q", "-m", "what was agreed on");
    return 0;
}

static const char *column_of(const struct json *doc, const char *column)
{
    return json_string(found_in(json_get(doc, "columns"), "column", column), "change");
}

/* --- a branch against main --- */

STEP(nothing_differs_at_first)
{
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", "main", "--json");
    answer_is(a, 0);
    answer_fits(&w, a, "review");
    assert_text(a->doc, "base.kind", "revision");
    assert_int_equal(strlen(json_string_or(a->doc, "base.commit", "")), 40);
    assert_int_equal(json_int64(a->doc, "summary.unlisted", 0) > 0,
                     true); /* tables that it lacks */
    a = STROM(&w, "review", "-f", file, APP);
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "in the stream postgres-postmottak-bigquery"));
}

STEP(a_branch_is_reviewed)
{
    GIT("checkout", "-q", "-b", "endring");
    CHANGED(OUT, PERSON("none", ""));
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", "main", "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "review");
    assert_string_equal(column_of(a->doc, "resultat"), "stops");
    assert_string_equal(column_of(a->doc, "ident"), "starts");
    const struct json *first = json_first(json_get(a->doc, "columns"));
    assert_text(first, "column", "ident"); /* sensitive first */
    assert_text(first, "level", "special");
    assert_true(json_bool(first, "understated", false));
    assert_true(json_count(json_get(first, "evidence")) > 0);
    assert_int_equal(json_int64(a->doc, "summary.unacknowledged", 0), 1);
    const struct json *stays = json_first(json_get(a->doc, "stays"));
    assert_text(stays, "sql",
                "ALTER TABLE `aap-dev-ab12`.`datastream_postmottak`.`public_regel_evaluering` "
                "DROP COLUMN IF EXISTS `resultat`;");
}

STEP(the_same_as_text_and_markdown)
{
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", "main");
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "! public.person_ident.ident"));
    assert_non_null(strstr(a->out, ", no reason; "));
    assert_non_null(strstr(a->out, "What has arrived in BigQuery stays there"));
    a = STROM(&w, "review", "-f", file, "--base", "main", "--markdown");
    answer_is(a, 3);
    assert_true(str_starts(a->out, "## What `replication.json` changes against `main` ("));
    assert_non_null(strstr(a->out, "\n- ⚠ `public.person_ident.ident`: special"));
    assert_non_null(strstr(a->out, "````sql\nALTER TABLE"));
    a = STROM(&w, "review", "-f", file, "--base", "main", "--lang", "nb");
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "Sensitivt"));
}

/* In a pull request there is git, and nothing else. */
STEP(git_alone_is_enough)
{
    static const char *const nothing[] = {"PGHOST",
                                          "PGPORT",
                                          "PGUSER",
                                          "PGDATABASE",
                                          "GOOGLE_APPLICATION_CREDENTIALS=/nonexistent",
                                          "KUBECONFIG=/nonexistent",
                                          NULL};
    const struct answer *a =
        STROM_IN(&w, nothing, "review", "-f", file, "--base", "main", "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "review");
    assert_string_equal(column_of(a->doc, "ident"), "starts");
    assert_non_null(json_string(a->doc, "stream_unknown"));
    assert_true(json_is_null(json_get(a->doc, "summary.drift")));
    const struct json *need = json_first(json_get(a->doc, "needs"));
    assert_text(need, "kind", "migration"); /* as such a change takes it */
    assert_false(json_bool(need, "sure", true));
}

/* A name is a name: no option of git's, nothing that a shell would run. */
STEP(hostile_revisions_are_refused)
{
    static const char *const names[] = {
        "--output=stjaalet",     "-p",      "$(touch stjaalet)", "main; touch stjaalet",
        "main:replication.json", "nowhere", "main^{tree}",       "../finnes-ikke.json"};
    char stolen[WORLD_PATH + 32], base[128];
    snprintf(stolen, sizeof stolen, "%s/stjaalet", repo);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(base, sizeof base, "--base=%s", names[i]);
        const struct answer *a = STROM(&w, "review", "-f", file, base, "--json");
        answer_is(a, 2);
        answer_error(a);
        assert_int_not_equal(access(stolen, F_OK), 0);
        assert_int_not_equal(access("stjaalet", F_OK), 0);
    }
}

STEP(another_file_is_a_base)
{
    char other[WORLD_PATH + 32];
    struct str text = {0};
    struct err e;
    snprintf(other, sizeof other, "%s/annen.json", repo);
    assert_true(path_read(TESTS_DIR "/e2e/two_tables.json", 1 << 20, &text, &e));
    assert_true(path_write(other, str_text(&text), text.bytes, false, &e));
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", other, "--json");
    answer_is(a, 3);
    assert_text(a->doc, "base.kind", "file");
    assert_string_equal(column_of(a->doc, "ident"), "starts");
    static const char unknown[] = "{\n\"version\": 1,\n\"hva\": 1}\n";
    assert_true(path_write(other, unknown, sizeof unknown - 1, false, &e));
    a = STROM(&w, "review", "-f", file, "--base", other, "--json");
    answer_is(a, 2);
    answer_says(a, "line 3");
    str_done(&text);
}

STEP(a_base_without_the_file_makes_all_new)
{
    GIT("checkout", "-q", "--orphan", "tom");
    GIT("rm", "-q", "-f", "--cached", "replication.json");
    GIT("commit", "-q", "--allow-empty", "-m", "before there was one");
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", "tom", "--json");
    answer_is(a, 3);
    assert_false(json_bool(a->doc, "base.exists", true));
    assert_int_equal(json_int64(a->doc, "summary.tables_start", 0), 3);
}

/* The team's own rules are part of it. */
STEP(a_silenced_rule_is_seen)
{
    char rules[WORLD_PATH + 32];
    struct err e;
    static const char text[] =
        "{\"version\": 1, \"rules\": [{\"do\": \"silence\", \"table\": \"person_ident\", "
        "\"reason\": \"vi trenger den\"}]}\n";
    snprintf(rules, sizeof rules, "%s/sensitivity.json", repo);
    assert_true(path_write(rules, text, sizeof text - 1, false, &e));
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", "main", "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "review");
    const struct json *rule = json_first(json_get(a->doc, "rules"));
    assert_text(rule, "change", "new");
    assert_text(rule, "reason", "vi trenger den");
    a = STROM(&w, "review", "-f", file, "--base", "main");
    assert_non_null(strstr(a->out, "+ silence person_ident"));
    assert_int_equal(unlink(rules), 0);
}

/* --- plan and apply --- */

STEP(apply_refuses_what_has_no_reason)
{
    size_t before = world_writes(&w);
    const struct answer *a = STROM(&w, "apply", "-f", file, APP, "--yes", "--json");
    answer_is(a, 4);
    assert_text(answer_error(a), "code", "UNACKNOWLEDGED");
    assert_int_equal(world_writes(&w), before);
}

static char digest[64];

STEP(plan_tells_what_will_be_done)
{
    CHANGED(OUT);
    const struct answer *a = STROM(&w, "plan", "-f", file, APP, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "plan");
    assert_int_equal(json_int64(a->doc, "summary.update", 0), 1);
    assert_int_equal(json_int64(a->doc, "summary.keep", 0), 12);
    const struct json *s = found_in(json_get(a->doc, "actions"), "step", "datastream.stream");
    assert_text(s, "action", "update");
    assert_text(json_first(json_get(s, "changes")), "path", "public.regel_evaluering.resultat");
    assert_int_equal(json_count(json_get(s, "changes")), 1);
    assert_text(json_first(json_get(a->doc, "drift")), "column", "resultat");
    snprintf(digest, sizeof digest, "%s", json_string_or(a->doc, "digest", ""));
    a = STROM(&w, "review", "-f", file, APP, "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "columns")), 1);
    assert_string_equal(column_of(a->doc, "resultat"), "stops");
}

STEP(what_flows_beyond_the_file_is_no_good_health)
{
    const struct answer *a = STROM(&w, "status", "-f", file, APP, "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "status");
    assert_text(a->doc, "health", "degraded");
    const struct json *d = json_first(json_get(a->doc, "drift"));
    assert_text(d, "kind", "selection");
    assert_text(d, "column", "resultat");
    assert_text(d, "live", "flows");
    a = STROM(&w, "status", "-f", file, APP);
    assert_non_null(strstr(a->out, "drift      public.regel_evaluering.resultat flows, and not"));
}

/* The live state has moved: a plan that was looked at does not hold. */
STEP(apply_refuses_when_it_has_moved)
{
    size_t before = world_writes(&w);
    char none[256];
    world_source(&w, "REVOKE SELECT ON regelsett_resultat FROM datastream", none);
    const struct answer *a = STROM(&w, "apply", "-f", file, APP, "--expect", digest, "--confirm",
                                   "postgres-postmottak-bigquery", "--yes", "--json");
    answer_is(a, 4);
    assert_text(answer_error(a), "code", "MOVED");
    assert_int_equal(world_writes(&w), before);
    a = STROM(&w, "review", "-f", file, APP, "--json");
    answer_is(a, 3);
    const struct json *need = found_in(json_get(a->doc, "needs"), "kind", "grant");
    assert_true(json_bool(need, "sure", false));
    assert_non_null(
        strstr(json_string_or(need, "text", ""), "SELECT on public.regelsett_resultat"));
    world_source(&w, "GRANT SELECT ON regelsett_resultat TO datastream", none);
}

/* Each step that the plan keeps is kept, the one that it changes is done: by one PATCH. */
STEP(apply_does_exactly_that)
{
    size_t before = world_writes(&w);
    const struct answer *a = STROM(&w, "apply", "-f", file, APP, "--expect", digest, "--confirm",
                                   "postgres-postmottak-bigquery", "--yes", "--json");
    answer_is(a, 0);
    answer_events(a);
    assert_non_null(event_of(a, "datastream.stream", "done"));
    static const char *const kept[] = {"services.enable",  "compute.network",
                                       "compute.address",  "compute.proxy",
                                       "compute.firewall", "datastream.private_connection",
                                       "bigquery.dataset", "datastream.source_profile"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_non_null(event_of(a, kept[i], "kept"));
    assert_int_equal(world_writes(&w), before + 1);
    answer_is(STROM(&w, "plan", "-f", file, APP), 0);
    answer_is(STROM(&w, "review", "-f", file, APP), 0);
    answer_is(STROM(&w, "status", "-f", file, APP), 0);
}

static void holds_back(const char *publish, const char *words)
{
    char none[256];
    world_source(&w, publish, none);
    const struct answer *a = STROM(&w, "review", "-f", file, APP, "--json");
    answer_is(a, 3);
    const struct json *need = found_in(json_get(a->doc, "needs"), "kind", "migration");
    assert_non_null(strstr(json_string_or(need, "text", ""), words));
    a = STROM(&w, "review", "-f", file, APP);
    answer_is(a, 3);
    assert_non_null(strstr(a->out, "the database does not hand out all that flows by the file"));
}

/* What runs is what the file says, and less of it is handed out. */
STEP(a_publication_that_holds_back_is_told)
{
    char all[256], none[256];
    world_source(&w, "SELECT puballtables FROM pg_publication WHERE pubname = 'ds_publication'",
                 all);
    world_source(&w, "DROP PUBLICATION ds_publication", none);
    holds_back("CREATE PUBLICATION ds_publication FOR TABLE regel_evaluering (id), "
               "regelsett_resultat",
               "leaves out columns that flow by the file, of public.regel_evaluering");
    answer_is(STROM(&w, "plan", "-f", file, APP), 3);
    const struct answer *a = STROM(&w, "status", "-f", file, APP, "--json");
    assert_text(found_in(json_get(a->doc, "drift"), "kind", "publication"), "live",
                "not published");
    holds_back("ALTER PUBLICATION ds_publication SET TABLE regel_evaluering WHERE (id < 0), "
               "regelsett_resultat",
               "holds rows back, of public.regel_evaluering");
    world_source(&w,
                 "ALTER PUBLICATION ds_publication SET TABLE regel_evaluering, "
                 "regelsett_resultat",
                 none);
    holds_back("ALTER PUBLICATION ds_publication SET (publish = 'insert')",
               "does not hand out insert, update and delete");
    world_source(&w, "DROP PUBLICATION ds_publication", none);
    world_source(&w,
                 strcmp(all, "t") == 0
                     ? "CREATE PUBLICATION ds_publication FOR ALL TABLES"
                     : "CREATE PUBLICATION ds_publication FOR TABLE regel_evaluering, "
                       "regelsett_resultat",
                 none);
    answer_is(STROM(&w, "review", "-f", file, APP), 0);
}

/* --- drift, the other way round --- */

/* main still lets the column flow; the stream does not any more. */
STEP(the_stream_has_drifted_from_main)
{
    GIT("checkout", "-q", "-f", "main");
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", "main", "--json");
    answer_is(a, 3);
    const struct json *d = json_first(json_get(a->doc, "drift"));
    assert_text(d, "column", "resultat");
    assert_text(d, "agreed", "flows");
    assert_text(d, "live", "left out");
    a = STROM(&w, "status", "-f", file, APP, "--json");
    answer_is(a, 0); /* nothing flows that should not */
    assert_text(json_first(json_get(a->doc, "drift")), "live", "left out");
}

STEP(the_source_has_drifted)
{
    char none[256];
    world_source(&w, "DROP PUBLICATION ds_publication", none);
    world_source(&w, "CREATE PUBLICATION ds_publication FOR TABLE regel_evaluering, person_ident",
                 none);
    world_source(&w, "REVOKE SELECT ON regel_evaluering FROM datastream", none);
    world_source(&w, "ALTER TABLE regelsett_resultat ADD COLUMN ny_fnr text", none);
    const struct answer *a = STROM(&w, "review", "-f", file, "--base", "main", "--json");
    answer_is(a, 3);
    const struct json *drift = json_get(a->doc, "drift");
    assert_text(found_in(drift, "kind", "publication"), "table", "person_ident");
    assert_non_null(
        strstr(json_string_or(found_in(json_get(a->doc, "needs"), "kind", "migration"), "text", ""),
               "public.regelsett_resultat into"));
    const struct json *news = found_in(drift, "column", "ny_fnr");
    assert_text(news, "kind", "column");
    assert_text(news, "level", "special");
    assert_true(json_bool(news, "news", false));
    const struct json *need = found_in(json_get(a->doc, "needs"), "kind", "grant");
    assert_non_null(strstr(json_string_or(need, "text", ""), "public.regel_evaluering"));
    a = STROM(&w, "status", "-f", file, APP, "--json");
    assert_text(found_in(json_get(a->doc, "drift"), "kind", "grant"), "table", "regel_evaluering");
    a = STROM(&w, "plan", "-f", file, APP, "--json");
    answer_is(a, 3);
    assert_non_null(found_in(json_get(a->doc, "drift"), "kind", "publication"));
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_differs_at_first),
        cmocka_unit_test(a_branch_is_reviewed),
        cmocka_unit_test(the_same_as_text_and_markdown),
        cmocka_unit_test(git_alone_is_enough),
        cmocka_unit_test(hostile_revisions_are_refused),
        cmocka_unit_test(another_file_is_a_base),
        cmocka_unit_test(a_base_without_the_file_makes_all_new),
        cmocka_unit_test(a_silenced_rule_is_seen),
        cmocka_unit_test(apply_refuses_what_has_no_reason),
        cmocka_unit_test(plan_tells_what_will_be_done),
        cmocka_unit_test(what_flows_beyond_the_file_is_no_good_health),
        cmocka_unit_test(apply_refuses_when_it_has_moved),
        cmocka_unit_test(apply_does_exactly_that),
        cmocka_unit_test(a_publication_that_holds_back_is_told),
        cmocka_unit_test(the_stream_has_drifted_from_main),
        cmocka_unit_test(the_source_has_drifted),
        cmocka_unit_test(every_request_was_one_of_googles),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

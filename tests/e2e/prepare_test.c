/* Preparing the source, where it goes wrong or is broken off: a deploy that fails, a kill before
 * the files, a file left out, and a publication that must not break the application. The sandbox is
 * one; each test goes on where the last one ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/wizard.h"
#include "tests/sandbox/folder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APP    "--app", "postmottak-backend"
#define FLYWAY "src/main/resources/flyway/"

enum { QUIET_MS = 200, A_LOOK = 20 /* requests, at most */ };

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "fresh", "--speed", "400");
    return 0;
}

static size_t requests(void)
{
    char path[WORLD_PATH + 32];
    size_t bytes, n = 0;
    snprintf(path, sizeof path, "%s/requests.log", session_folder(w.session));
    char *text = folder_read(path, 64 << 20, &bytes);
    assert_non_null(text);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    free(text);
    return n;
}

static void read_repo(const char *path, char **text)
{
    char whole[WORLD_PATH + 128];
    size_t bytes;
    snprintf(whole, sizeof whole, "%s/%s", session_repo(w.session), path);
    *text = folder_read(whole, 1 << 20, &bytes);
}

static bool repo_has(const char *path, const char *words)
{
    char *text;
    read_repo(path, &text);
    bool has = text && strstr(text, words);
    free(text);
    return has;
}

/* --- on the screen --- */

static void a_failing_deploy_is_looked_at_once(void **state)
{
    static const char *const env[] = {"STROM_DEPLOY_COMMAND=echo 'feil i V1.99' >&2; exit 7", NULL};
    (void)state;
    open_wizard(env);
    see("Enter choose");
    vt_key(v, "Enter");
    see("number 482910375264");
    see("postmottak as kari.nordmann@nav.no");
    assert_true(vt_wait_quiet(v, QUIET_MS, LONG_MS));
    vt_key(v, "Enter");
    see("6 fail");
    see_gone("asking again");
    size_t before = requests();
    vt_key(v, "d");
    see("the deploy failed");
    see("feil i V1.99"); /* its own words */
    vt_key(v, "Esc");
    see("6 fail");
    see_gone("asking again");
    vt_key(v, "r");
    see_gone("asking again");
    vt_key(v, "Down"); /* and the keys work */
    see_gone("asking again");
    if (requests() - before > 2 * (size_t)A_LOOK)
        fail_msg("%zu requests after one failed deploy", requests() - before);
}

static void a_command_alone_is_copied(void **state)
{
    (void)state;
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
    open_wizard(NULL);
    see("6 fail");
    vt_key(v, "Home");
    vt_key(v, "n");
    see("google.apis");
    see("gcloud services enable"); /* the whole of it, below the edge too */
    see("--project=aap-dev-ab12");
    vt_key(v, "y");
    see("sent to the clipboard");
    const char *copied = vt_clipboard(v);
    assert_non_null(copied);
    assert_int_equal(strncmp(copied, "gcloud services enable ", 23), 0);
    assert_null(strstr(copied, "By hand"));
}

static void a_kill_keeps_the_files_and_what_is_left_out(void **state)
{
    (void)state;
    vt_key(v, "w");
    see("Files to write: 2");
    vt_key(v, "Tab");
    see("2/2 .nais/prod-gcp.yaml");
    see("ANOTHER environment (you look at dev-gcp)");
    vt_key(v, "x");
    see("Files to write: 1, left out: 1");
    vt_key(v, "Down");
    vt_key(v, "Down");
    see_gone("--- a/.nais"); /* two lines further */
    assert_true(vt_wait_quiet(v, QUIET_MS, LONG_MS));
    vt_signal(v, SIGKILL);
    assert_int_equal(vt_wait_end(v, LONG_MS), 128 + SIGKILL);
    open_wizard(NULL);
    see("Files to write: 1, left out: 1");
    see("2/2 .nais/prod-gcp.yaml");
    see_gone("--- a/.nais");
    vt_key(v, "w"); /* the other one was not shown by this start */
    see("1/2 .nais/dev-gcp.yaml");
    see("▼");
    vt_key(v, "End");
    see_gone("▼");
    vt_key(v, "w");
    see("1 file written");
    assert_true(repo_has(".nais/dev-gcp.yaml", "cloudsql.logical_decoding"));
    assert_false(repo_has(".nais/prod-gcp.yaml", "cloudsql.logical_decoding"));
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
}

/* --- by commands --- */

static void deploy(void)
{
    const char *const args[] = {"-c", getenv("STROM_DEPLOY_COMMAND"), NULL};
    struct run_options o = {.program = "/bin/sh", .args = args};
    struct run *r = run_start(&o);
    int code = run_wait_end(r, RUN_MS);
    if (code != 0)
        fail_msg("deploy: exit %d\n%s%s", code, run_out(r), run_err(r));
    run_free(r);
}

static bool noted(const struct answer *a, const char *words)
{
    for
        json_each(note, json_get(a->doc, "notes"))
        {
            if (json_text(note) && strstr(json_text(note), words))
                return true;
        }
    return false;
}

static void nothing_is_written_twice(void **state)
{
    const char *repo = session_repo(w.session);
    (void)state;
    deploy(); /* the manifest */
    const struct answer *a = STROM(&w, "files", APP, "--out", repo, "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "files")), 3); /* prod's manifest, and two */
    assert_true(repo_has(FLYWAY "V1.51__datastream_oppsett.sql", "FOR TABLE"));
    assert_false(repo_has(FLYWAY "V1.51__datastream_oppsett.sql", "ALL TABLES"));
    assert_true(noted(a, "fail on public.mottatt_melding"));
    a = STROM(&w, "files", APP, "--json");
    answer_is(a, 3);
    assert_int_equal(json_count(json_get(a->doc, "files")), 0);
    assert_true(noted(a, "V1.51__datastream_oppsett.sql is written, waiting for deploy"));
    assert_true(noted(a, "V1.52__datastream_slot.sql is written, waiting for deploy"));
    a = STROM(&w, "files", APP, "--include-tables", "sak", "--json");
    assert_int_equal(json_count(json_get(a->doc, "files")), 0);
    assert_true(noted(a, "but it does not hold what is needed now"));
    deploy();
    a = STROM(&w, "files", APP, "--json");
    answer_is(a, 0);
}

static void the_application_goes_on(void **state)
{
    char value[256];
    (void)state;
    world_source(&w, "UPDATE mottatt_melding SET emne = emne", value); /* 55000 otherwise */
    world_source(&w, "DELETE FROM mottatt_melding WHERE offset_nr < 3", value);
    answer_is(STROM(&w, "check", APP, "--json"), 0);
}

static void the_selection_changes_later(void **state)
{
    char value[256];
    (void)state;
    world_source(&w, "CREATE TABLE senere (id int PRIMARY KEY)", value);
    world_source(&w, "ALTER TABLE senere OWNER TO \"postmottak-backend\"", value);
    const struct answer *a = STROM(&w, "files", APP, "--include-tables", "senere", "--out",
                                   session_repo(w.session), "--json");
    answer_is(a, 3);
    assert_true(repo_has(FLYWAY "V1.53__datastream_flere_tabeller.sql",
                         "ALTER PUBLICATION \"ds_publication\" ADD TABLE"));
    assert_true(repo_has(FLYWAY "V1.54__datastream_faerre_tabeller.sql",
                         "ALTER PUBLICATION \"ds_publication\" DROP TABLE"));
    assert_true(repo_has(FLYWAY "V1.54__datastream_faerre_tabeller.sql", "REVOKE SELECT ON"));
    deploy();
    world_source(&w, "SELECT string_agg(tablename, ',') FROM pg_publication_tables", value);
    assert_string_equal(value, "senere");
    a = STROM(&w, "files", APP, "--include-tables", "senere", "--json");
    answer_is(a, 0);
    a = STROM(&w, "files", APP, "--include-tables", "mottatt_melding", "--json");
    answer_is(a, 3);
    assert_true(noted(a, "Left out of the publication: public.mottatt_melding"));
}

/* --- as text --- */

static void export_prints_what_files_writes(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "export", "sql", APP, "--undo", "--json");
    answer_is(a, 0);
    answer_fits(&w, a, "export");
    const struct json *one = json_first(json_get(a->doc, "migrations"));
    char *sql = strdup(json_string(one, "sql"));
    assert_non_null(strstr(sql, "PG_DROP_REPLICATION_SLOT"));
    a = STROM(&w, "export", "sql", APP, "--undo");
    answer_is(a, 0);
    assert_non_null(strstr(a->out, sql));
    assert_non_null(strstr(a->out, "-- 1 of 1, a transaction by itself: " FLYWAY "V1.55__"));
    a = STROM(&w, "files", APP, "--undo", "--json");
    answer_is(a, 3);
    answer_fits(&w, a, "files");
    assert_int_equal(json_count(json_get(a->doc, "files")), 1);
    assert_true(json_count(json_get(a->doc, "uncommitted")) > 0);
    free(sql);
    a = STROM(&w, "export", "sql", APP, "--include-tables", "senere");
    answer_is(a, 0); /* nothing is missing */
    assert_string_equal(a->out, "");
    a = STROM(&w, "export", "yaml", APP);
    answer_is(a, 2);
    assert_non_null(strstr(a->err, "'yaml'"));
    answer_is(STROM(&w, "files", APP, "--shape", "broad"), 2);
}

static void without_a_repository(void **state)
{
    (void)state;
    const char *const env[] = {"STROM_REPO=", NULL};
    const char *const args[] = {"export", "sql", APP, "--undo", NULL};
    struct run_options o = {.program = w.strom, .args = args, .env = env, .cwd = w.state};
    struct run *r = run_start(&o); /* where no folder above is under git */
    assert_int_equal(run_wait_end(r, LONG_MS), 0);
    assert_non_null(strstr(run_out(r), "-- 1 of 1, a transaction by itself: V1"));
    run_free(r);
}

static void what_is_there_is_not_overwritten(void **state)
{
    char folder[WORLD_PATH + 32], path[WORLD_PATH + 128], why[FOLDER_WHY];
    size_t bytes;
    (void)state;
    snprintf(folder, sizeof folder, "%s/taken", w.state);
    snprintf(path, sizeof path, "%s/" FLYWAY "V1.55__datastream_fjern.sql", folder);
    answer_is(STROM(&w, "files", APP, "--undo", "--out", folder), 3);
    answer_is(STROM(&w, "files", APP, "--undo", "--out", folder), 3); /* the same text */
    assert_true(folder_write(path, "theirs", why));
    const struct answer *a = STROM(&w, "files", APP, "--undo", "--out", folder);
    answer_is(a, 1);
    assert_non_null(strstr(a->err, "a file of that name is there by now"));
    assert_non_null(strstr(a->out, "+++ b/" FLYWAY "V1.55__")); /* shown before */
    char *text = folder_read(path, 1 << 20, &bytes);
    assert_string_equal(text, "theirs");
    free(text);
}

/* --- down again --- */

static void all_is_taken_down(void **state)
{
    char value[256];
    const char *repo = session_repo(w.session);
    (void)state;
    answer_is(STROM(&w, "files", APP, "--undo", "--out", repo), 3);
    const struct answer *a = STROM(&w, "files", APP, "--undo", "--json");
    assert_int_equal(json_count(json_get(a->doc, "files")), 0);
    assert_true(noted(a, "V1.55__datastream_fjern.sql is written, waiting for deploy"));
    deploy();
    world_source(&w,
                 "SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM "
                 "pg_replication_slots)",
                 value);
    assert_string_equal(value, "0");
    world_source(&w, "SELECT has_table_privilege('datastream', 'senere', 'SELECT')", value);
    assert_string_equal(value, "f");
    assert_true(repo_has(".nais/dev-gcp.yaml", "cloudsql.logical_decoding"));
    answer_is(STROM(&w, "files", APP, "--undo", "--out", repo), 3);
    assert_false(repo_has(".nais/dev-gcp.yaml", "cloudsql.logical_decoding"));
    assert_false(repo_has(".nais/dev-gcp.yaml", "name: datastream"));
    assert_true(repo_has(".nais/prod-gcp.yaml", "cloudsql.logical_decoding")); /* another one's */
    answer_is(STROM(&w, "files", APP, "--undo"), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_deploy_is_looked_at_once),
        cmocka_unit_test(a_command_alone_is_copied),
        cmocka_unit_test(a_kill_keeps_the_files_and_what_is_left_out),
        cmocka_unit_test(nothing_is_written_twice),
        cmocka_unit_test(the_application_goes_on),
        cmocka_unit_test(the_selection_changes_later),
        cmocka_unit_test(export_prints_what_files_writes),
        cmocka_unit_test(without_a_repository),
        cmocka_unit_test(what_is_there_is_not_overwritten),
        cmocka_unit_test(all_is_taken_down),
    };
    return cmocka_run_group_tests(tests, start, close_world);
}

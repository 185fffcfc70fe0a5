/* Take down on the screen: the database's part is a migration, shown and written into the
 * repository; when it has run, the manifest follows. */
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

#define FJERN  "src/main/resources/flyway/V1.53__datastream_fjern.sql"
#define STREAM "postgres-postmottak-bigquery"

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "400");
    return 0;
}

static bool repo_has(const char *path, const char *words)
{
    char whole[WORLD_PATH + 128];
    size_t bytes;
    snprintf(whole, sizeof whole, "%s/%s", session_repo(w.session), path);
    char *text = folder_read(whole, 1 << 20, &bytes);
    bool has = text && (words == NULL || strstr(text, words));
    free(text);
    return has;
}

static void to_take_down(void)
{
    open_wizard(NULL);
    home_to_stream(STREAM);
    see("D take down");
    vt_key(v, "D");
    see("This is what would go.");
    see("w migration");
}

static void it_is_shown_and_written(void **state)
{
    (void)state;
    to_take_down();
    vt_key(v, "w");
    see("Files to write: 1");
    see("is being read by datastream");
    see("datastream_fjern.sql");
    vt_key(v, "Esc");
    see("This is what would go.");
    assert_false(repo_has(FJERN, NULL));
    vt_key(v, "w");
    see("Files to write: 1");
    vt_key(v, "w"); /* it goes on: the rest is shown first */
    see("it goes on: nothing is written");
    assert_false(repo_has(FJERN, NULL));
    vt_key(v, "End");
    see("$$ LANGUAGE");
    vt_key(v, "w");
    see("1 file written");
    assert_true(repo_has(FJERN, "PG_DROP_REPLICATION_SLOT"));
    assert_true(repo_has(FJERN, "DROP PUBLICATION IF EXISTS"));
    vt_key(v, "w"); /* not twice */
    see("datastream_fjern.sql is written");
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
}

static void deploy(int code)
{
    const char *const args[] = {"-c", getenv("STROM_DEPLOY_COMMAND"), NULL};
    struct run_options o = {.program = "/bin/sh", .args = args};
    struct run *r = run_start(&o);
    int got = run_wait_end(r, RUN_MS);
    if ((got == 0) != (code == 0))
        fail_msg("deploy: exit %d\n%s%s", got, run_out(r), run_err(r));
    run_free(r);
}

#define ACTIVE "SELECT count(*) FROM pg_replication_slots WHERE active"

static void the_stream_goes_first(void **state)
{
    char value[256];
    (void)state;
    world_await_source(&w, ACTIVE, "1");
    deploy(1); /* as it said: a slot that is read cannot be dropped */
    world_source(&w, "SELECT count(*) FROM pg_publication", value);
    assert_string_equal(value, "1"); /* and nothing is half gone */
    answer_is(STROM(&w, "delete", "postmottak-backend", "datastream", "--yes", "--confirm", STREAM),
              3);
    world_await_source(&w, ACTIVE, "0");
    deploy(0);
    world_source(&w,
                 "SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM "
                 "pg_replication_slots)",
                 value);
    assert_string_equal(value, "0");
}

static void then_the_manifest(void **state)
{
    (void)state;
    answer_is(STROM(&w, "files", "--app", "postmottak-backend", "--undo", "--out",
                    session_repo(w.session)),
              3);
    assert_false(repo_has(".nais/dev-gcp.yaml", "logical_decoding"));
    assert_false(repo_has(".nais/dev-gcp.yaml", "name: datastream"));
    deploy(0);
    answer_is(STROM(&w, "files", "--app", "postmottak-backend", "--undo"), 0);
}

/* --- killed on this screen --- */

static int start_slowly(void **state)
{
    (void)state;
    WORLD_UP(&w, "running", "--speed", "20", "--rate", "0");
    return 0;
}

static void kill_it(void)
{
    vt_signal(v, SIGKILL);
    vt_wait_end(v, LONG_MS);
}

static void killed_it_opens_where_it_was(void **state)
{
    (void)state;
    to_take_down();
    kill_it();
    open_wizard(NULL);
    see("This is what would go.");
    see(STREAM);
    see("w migration"); /* the database has answered, too */
}

/* What it was is said, what is left goes, and the dataset stays. */
static void killed_at_work_it_goes_on_from_there(void **state)
{
    (void)state;
    vt_key(v, "Enter");
    see("Take it down?");
    vt_type(v, STREAM);
    vt_key(v, "Enter");
    see("Taking it down");
    see("› = Dataset"); /* the receipt's first line: it has begun, and is recorded */
    kill_it();
    open_wizard(NULL);
    see("to take it down, did not end");
    see("datastream-connection"); /* the slowest */
    see("w migration");
    vt_key(v, "Enter");
    see("Take it down?");
    vt_type(v, STREAM);
    vt_key(v, "Enter");
    see("Taken down.");
    see("what has arrived stays");
    see("Manifest");
    vt_key(v, "Enter");
    see("What do you want to do?");
    kill_it();
}

/* Each line break of the text that is to be run stands there as one. */
static void the_receipt_can_be_copied(void **state)
{
    (void)state;
    const struct answer *a =
        STROM(&w, "delete", "postmottak-backend", "datastream", "--confirm", STREAM);
    assert_null(strstr(a->out, "\\x0a"));
    assert_non_null(strstr(a->out, "log. As a migration"));
    assert_non_null(strstr(a->out, "\n    DO\n    $$\n"));
    assert_non_null(strstr(a->out, "\n      - name: cloudsql.logical_decoding\n"));
    assert_non_null(
        strstr(a->out, "\n    kubectl annotate sqluser postmottak-backend-postmottak-datastream "));
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_shown_and_written),
        cmocka_unit_test(the_stream_goes_first),
        cmocka_unit_test(then_the_manifest),
    };
    const struct CMUnitTest killed[] = {
        cmocka_unit_test(killed_it_opens_where_it_was),
        cmocka_unit_test(killed_at_work_it_goes_on_from_there),
        cmocka_unit_test(the_receipt_can_be_copied),
    };
    int failed = cmocka_run_group_tests(tests, start, close_world);
    return failed + cmocka_run_group_tests_name("killed", killed, start_slowly, close_world);
}

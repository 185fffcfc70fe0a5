/* The command line: what is wrong in it, and what needs neither database nor cloud. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/one_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOO_LONG "a23456789_123456789_123456789_123456789_123456789_123456789_1234"
#define CANARY   "c4nary-Passord-7781"

static int start(void **state)
{
    (void)state;
    world_open(&w, NULL);
    setenv("STROM_GCP_ENDPOINT", "http://127.0.0.1:9", 1); /* nobody listens */
    return 0;
}

/* --- help and version --- */

static void version_and_help_need_nothing(void **state)
{
    static const char *const commands[] = {"check", "tables", "files",  "plan",
                                           "apply", "create", "status", "delete"};
    (void)state;
    const struct answer *a = STROM(&w, "--version");
    answer_is(a, 0);
    assert_memory_equal(a->out, "strom ", 6);
    assert_string_equal(a->err, "");
    a = STROM(&w, "--help");
    answer_is(a, 0);
    assert_string_equal(a->err, "");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        assert_non_null(strstr(a->out, commands[i]));
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        a = STROM(&w, commands[i], "--help");
        answer_is(a, 0);
        assert_non_null(strstr(a->out, commands[i]));
        assert_non_null(strstr(a->out, "--json"));
    }
}

static void help_of_the_sandbox_tells_its_words(void **state)
{
    static const char *const words[] = {"up [SCENARIO]", "down",  "status", "env",    "deploy",
                                        "fresh",         "ready", "shared", "trouble"};
    (void)state;
    const struct answer *a = STROM(&w, "sandbox", "--help");
    answer_is(a, 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_non_null(strstr(a->out, words[i]));
}

static void help_is_there_in_norwegian(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "--help", "--lang", "nb");
    answer_is(a, 0);
    assert_non_null(strstr(a->out, "strom"));
}

/* --- what is wrong --- */

static void near_misses_are_named(void **state)
{
    static const char *const words[][2] = {{"stauts", "'status'"},
                                           {"chekc", "'check'"},
                                           {"--jsno", "'--json'"},
                                           {"--locaton", "'--location'"},
                                           {"--include-table", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && words[i][1]; i++) {
        const struct answer *a = STROM(&w, words[i][0]);
        answer_is(a, 2);
        answer_says(a, words[i][0]);
        answer_says(a, "did you mean");
        answer_says(a, words[i][1]);
        assert_string_equal(a->out, "");
    }
    answer_is(STROM(&w, "xyzzyxyzzy"), 2);
    answer_says(STROM(&w, "xyzzyxyzzy"), "--help");
}

static void values_are_checked(void **state)
{
    static const char *const lines[][5] = {{"check", "--freshness", "3x", NULL},
                                           {"check", "--naming", "mine", NULL},
                                           {"check", "--location", "foo", NULL},
                                           {"check", "--stream", "Bad Name", NULL},
                                           {"create", "app", "--dataset", "a-b", NULL},
                                           {"check", "--slot", TOO_LONG, NULL},
                                           {"check", "--project", NULL},
                                           {"create", "a", "b", "c", NULL},
                                           {"create", NULL},
                                           {"delete", NULL},
                                           {"check", "--dsn", "nonsense here", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct answer *a = world_run(&w, lines[i]);
        answer_is(a, 2);
        assert_string_equal(a->out, "");
        assert_true(strlen(a->err) > 20);
    }
}

/* What nobody reads is not passed over in silence. */
static void extra_words_are_refused(void **state)
{
    static const char *const lines[][4] = {{"check", "ekstra", NULL},
                                           {"status", "ekstra", NULL},
                                           {"plan", "ekstra", NULL},
                                           {"create", "a", "b", "ekstra"},
                                           {"delete", "a", "b", "ekstra"}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct answer *a =
            STROM(&w, lines[i][0], lines[i][1], lines[i][2], lines[i][2] ? lines[i][3] : NULL);
        answer_is(a, 2);
        answer_says(a, "'ekstra'");
    }
}

/* A variable that is not set, and options that would do nothing. */
static void what_means_nothing_is_refused(void **state)
{
    static const char *const lines[][5] = {{"create", "postmottak-backend", "", "--yes", NULL},
                                           {"create", "", "", "--yes", NULL},
                                           {"stream", "backfill", "", NULL},
                                           {"status", "--window", "10", NULL},
                                           {"stream", "pause", "--no-backfill", NULL},
                                           {"export", "gcloud", "--shape", "procedure", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct answer *a = world_run(&w, lines[i]);
        answer_is(a, 2);
        answer_says(a, i < 3 ? "is empty" : "would do nothing");
    }
}

/* Whoever reads documents gets one, also where the line is wrong before --json is reached. */
static void a_wrong_line_is_a_document_too(void **state)
{
    static const char *const lines[][4] = {{"check", "--json", "--bogus", NULL},
                                           {"--json", "nosuch", NULL},
                                           {"check", "--bogus", "--json", NULL},
                                           {"status", "ekstra", "--json", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct answer *a = world_run(&w, lines[i]);
        answer_is(a, 2);
        answer_document(a);
        assert_text(answer_error(a), "code", "INPUT");
    }
}

/* Exit 2, and the document names the file and the next step. */
static void a_file_that_cannot_be_read_is_named(void **state)
{
    static const char *const lines[][5] = {{"plan", "-f", "ingen.json", "--json", NULL},
                                           {"tables", "--judge", "ingen.json", "--json", NULL},
                                           {"tables", "--judge", "ingen.json", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const struct answer *a = world_run(&w, lines[i]);
        answer_is(a, 2);
        answer_says(a, "ingen.json");
        if (lines[i][3] == NULL)
            continue;
        answer_document(a);
        assert_text(answer_error(a), "code", "INPUT");
        assert_text(answer_error(a), "resource", "ingen.json");
        assert_true(strlen(json_string_or(answer_error(a), "hint", "")) > 20);
    }
}

/* Options may stand before and behind the command; -- ends them. */
static void order_is_free(void **state)
{
    (void)state;
    answer_is(STROM(&w, "--help", "check"), 0);
    answer_is(STROM(&w, "--freshness=3x", "check"), 2);
    answer_is(STROM(&w, "create", "--", "--json", "b", "c"), 2);
}

/* What --help lists can be run; what the contract keeps for later is not listed and not known. */
static void only_what_there_is_is_listed(void **state)
{
    static const char *const later[] = {"reviews", "configure"};
    static const char *const now[] = {"check",  "tables",     "files",  "plan",   "apply",
                                      "create", "status",     "delete", "access", "export",
                                      "config", "completion", "sandbox"};
    char line[64];
    (void)state;
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        const struct answer *a = STROM(&w, "--help");
        snprintf(line, sizeof line, "  strom %s ", later[i]);
        assert_null(strstr(a->out, line));
        a = STROM(&w, later[i], "--no-input");
        answer_is(a, 2);
        answer_says(a, "there is no command");
    }
    for (size_t i = 0; i < sizeof now / sizeof now[0]; i++) {
        const struct answer *a = STROM(&w, "--help");
        snprintf(line, sizeof line, "  strom %s ", now[i]);
        assert_non_null(strstr(a->out, line));
        answer_is(STROM(&w, now[i], "--help"), 0);
    }
}

/* A repository whose team has settled something must not be missed by a slip of the pen. */
static void a_wrong_repository_is_refused(void **state)
{
    char repo[1100];
    (void)state;
    snprintf(repo, sizeof repo, "%s/no-such-repository", w.state);
    static const char *const commands[] = {"check", "tables", "plan", "apply", "status", "files"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct answer *a =
            STROM(&w, commands[i], "--app", "postmottak-backend", "--repo", repo, "--yes");
        answer_is(a, 2);
        answer_says(a, "no-such-repository");
        answer_says(a, "--repo");
    }
    setenv("STROM_REPO", repo, 1);
    const struct answer *a = STROM(&w, "plan", "--app", "postmottak-backend");
    answer_is(a, 2);
    answer_says(a, "no-such-repository");
    unsetenv("STROM_REPO");
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "export", "terraform", "--undo");
    answer_is(a, 2);
    answer_says(a, "--undo");
    answer_is(STROM(&w, "plan", "--freshness", "32d"), 2);
    a = STROM(&w, "--sandbox", "redy");
    answer_is(a, 2);
    answer_says(a, "did you mean 'ready'?");
    a = STROM(&w, "--lang", "nb", "plan", "--no-such-option");
    answer_is(a, 2);
    answer_says(a, "Leser kommandolinjen");
}

static void password_in_a_dsn_is_refused(void **state)
{
    static const char *const forms[] = {"postgres://u:" CANARY "@127.0.0.1/db",
                                        "host=127.0.0.1 user=u password=" CANARY,
                                        "postgres://127.0.0.1/db?user=u&password=" CANARY};
    static const char *const ways[] = {"~/.pgpass", "--password-file", "asks"};
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct answer *a = STROM(&w, "check", "-vvv", "--json", "--dsn", forms[i]);
        answer_is(a, 2);
        answer_document(a);
        assert_text(answer_error(a), "code", "INPUT");
        for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++)
            answer_says(a, ways[k]);
        assert_null(strstr(a->out, CANARY));
        assert_null(strstr(a->err, CANARY));
        a = STROM(&w, "--plain", "--dsn", forms[i]); /* the wizard would keep it */
        answer_is(a, 2);
        assert_null(strstr(a->err, CANARY));
    }
}

/* Cut off without a word it would be another connection. */
static void a_dsn_beyond_reason_is_refused(void **state)
{
    char dsn[6000] = "host=127.0.0.1 port=1 application_name=";
    (void)state;
    size_t n = strlen(dsn);
    memset(dsn + n, 'a', sizeof dsn - n - 1);
    answer_is(STROM(&w, "check", "--dsn", dsn), 2);
    const struct answer *a = STROM(&w, "--plain", "--dsn", dsn);
    answer_is(a, 2);
    answer_says(a, "service");
    dsn[3000] = '\0';
    answer_is(STROM(&w, "check", "--dsn", dsn), 3);
}

static void password_file_must_be_private(void **state)
{
    char path[WORLD_PATH + 32];
    (void)state;
    snprintf(path, sizeof path, "%s/password", w.state);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(CANARY "\n", f);
    fclose(f);
    assert_int_equal(chmod(path, 0644), 0);
    const struct answer *a = STROM(&w, "check", "--password-file", path);
    assert_true(a->code == 1 || a->code == 2);
    answer_says(a, path);
    assert_null(strstr(a->err, CANARY));
    answer_is(STROM(&w, "check", "--password-file", "/nonexistent/password"), 1);
}

static void wizard_needs_a_terminal(void **state)
{
    (void)state;
    const struct answer *a = STROM(&w, "--lang", "en");
    answer_is(a, 2);
    answer_says(a, "--plain");
    assert_string_equal(a->out, "");
}

/* --- without database and cloud --- */

static void schema_is_json(void **state)
{
    (void)state;
    struct err e;
    const struct answer *a = STROM(&w, "plan", "--schema");
    answer_is(a, 0);
    struct json *doc = json_parse_strict(a->out, strlen(a->out), &e);
    assert_non_null(doc);
    assert_non_null(strstr(json_string_or(doc, "$schema", ""), "json-schema.org"));
    assert_non_null(json_get(doc, "properties.source"));
    assert_non_null(json_get(doc, "properties.tables"));
    json_free(doc);
    a = STROM(&w, "files", "--repo", "/dev/null/none", "--json");
    answer_error(a);
    answer_fits(&w, a, "files");
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const struct json *judged_column(const struct answer *a, const char *table, const char *name)
{
    const struct json *t = found_in(json_get(a->doc, "tables"), "table", table);
    assert_non_null(t);
    const struct json *c = found_in(json_get(t, "columns"), "name", name);
    assert_non_null(c);
    return c;
}

static void list_of_columns_is_judged(void **state)
{
    char path[WORLD_PATH + 32];
    (void)state;
    snprintf(path, sizeof path, "%s/kolonner.csv", w.state);
    write_file(path, "schema,table,column,type,nullable,is_pk,comment\n"
                     "public,søknad,id,bigint,no,yes,\n"
                     "public,søknad,fødselsnummer,varchar(11),no,no,\n"
                     "public,søknad,regel_navn,text,yes,no,\"regelens navn, ikke en persons\"\n"
                     "public,søknad,begrunnelse,text,yes,no,\n");
    const struct answer *a = STROM(&w, "tables", "--judge", path, "--json", "-vvv");
    answer_is(a, 0);
    answer_document(a);
    assert_text(judged_column(a, "søknad", "fødselsnummer"), "level", "special");
    const struct json *categories =
        json_get(judged_column(a, "søknad", "fødselsnummer"), "categories");
    assert_string_equal(json_text(json_first(categories)), "fnr");
    assert_text(judged_column(a, "søknad", "regel_navn"), "level", "none");
    assert_text(judged_column(a, "søknad", "begrunnelse"), "level", "personal");
    assert_int_equal(json_int64(a->doc, "summary.columns", 0), 4);
    assert_int_equal(json_int64(a->doc, "summary.special", 0), 1);
    assert_false(json_bool(judged_column(a, "søknad", "id"), "included", true));
    write_file(path, "a,b\n1,2\n");
    a = STROM(&w, "tables", "--judge", path, "--json");
    answer_is(a, 2);
    answer_error(a);
    a = STROM(&w, "tables", "--judge", "/nonexistent.csv");
    assert_true(a->code == 1 || a->code == 2);
    answer_says(a, "/nonexistent.csv");
}

static void a_plan_file_that_is_wrong_is_named_with_its_line(void **state)
{
    char path[WORLD_PATH + 32];
    (void)state;
    snprintf(path, sizeof path, "%s/replication.json", w.state);
    write_file(path, "{\"version\":1,\n\"sauce\":{}}\n");
    const struct answer *a = STROM(&w, "plan", "-f", path, "--json");
    answer_is(a, 2);
    answer_error(a);
    answer_says(a, "sauce");
    answer_says(a, "line 2");
    write_file(path, "{\"version\":99}\n");
    a = STROM(&w, "apply", "-f", path, "--yes");
    answer_is(a, 2);
    answer_says(a, "newer");
    a = STROM(&w, "plan", "-f", "/nonexistent.json");
    answer_is(a, 2);
    answer_says(a, "/nonexistent.json");
}

/* With that on stdin; returns the exit code, and whether its stderr has the text. */
static int fed(const char *input, const char *says, const char *const *args)
{
    struct run_options o = {.program = w.strom, .args = args, .input = input};
    struct run *r = run_start(&o);
    int code = run_wait_end(r, RUN_MS);
    if (says != NULL && strstr(run_err(r), says) == NULL)
        fail_msg("exit %d, and not said: %s\n%s", code, says, run_err(r));
    assert_null(strstr(run_err(r), CANARY));
    run_free(r);
    return code;
}
#define FED(input, says, ...) fed(input, says, (const char *const[]){__VA_ARGS__, NULL})

static void files_may_come_through_a_descriptor(void **state)
{
    static const char plan[] = "{\"version\":1,\n\"sauce\":{}}\n";
    static const char csv[] =
        "schema,table,column,type,nullable,is_pk,comment\na,b,c,text,no,no,\n";
    (void)state;
    assert_int_equal(FED(plan, "line 2", "plan", "-f", "-"), 2);
    assert_int_equal(FED(plan, "line 2", "plan", "-f", "/dev/fd/0"), 2);
    assert_int_equal(FED(csv, NULL, "tables", "--judge", "-", "--json"), 0);
    assert_int_equal(FED(CANARY, NULL, "check", "--password-file", "-"), 3);
    assert_int_equal(FED(CANARY, NULL, "check", "--password-file", "/dev/stdin"), 3);
    assert_int_equal(FED(CANARY, "/dev/fd/97", "check", "--password-file", "/dev/fd/97"), 1);
    assert_int_equal(FED(CANARY, "stdin", "check", "-f", "-", "--password-file", "-"), 2);
}

static void closed_descriptors_do_no_harm(void **state)
{
    static const char *const help[] = {"--help", NULL};
    struct run_options o = {.program = w.strom, .args = help, .out = RUN_CLOSED};
    (void)state;
    struct run *r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 1); /* said to nobody: not done */
    run_free(r);
    o = (struct run_options){.program = w.strom, .args = help, .in = RUN_CLOSED};
    r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 0);
    run_free(r);
    static const char *const plain[] = {"--plain", NULL};
    o.args = plain; /* nothing that it opens is read as if it were the person */
    r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 0);
    assert_non_null(strstr(run_out(r), "== Home =="));
    run_free(r);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_and_help_need_nothing),
        cmocka_unit_test(help_is_there_in_norwegian),
        cmocka_unit_test(help_of_the_sandbox_tells_its_words),
        cmocka_unit_test(near_misses_are_named),
        cmocka_unit_test(values_are_checked),
        cmocka_unit_test(extra_words_are_refused),
        cmocka_unit_test(what_means_nothing_is_refused),
        cmocka_unit_test(a_wrong_line_is_a_document_too),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named),
        cmocka_unit_test(order_is_free),
        cmocka_unit_test(only_what_there_is_is_listed),
        cmocka_unit_test(a_wrong_repository_is_refused),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(password_in_a_dsn_is_refused),
        cmocka_unit_test(a_dsn_beyond_reason_is_refused),
        cmocka_unit_test(password_file_must_be_private),
        cmocka_unit_test(wizard_needs_a_terminal),
        cmocka_unit_test(schema_is_json),
        cmocka_unit_test(list_of_columns_is_judged),
        cmocka_unit_test(a_plan_file_that_is_wrong_is_named_with_its_line),
        cmocka_unit_test(files_may_come_through_a_descriptor),
        cmocka_unit_test(closed_descriptors_do_no_harm),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

/* Every command in a world of hostile strings: database, APIs, files, environment, arguments. What
 * it prints is looked at byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/hostile_world.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[WORLD_PATH + 16], log_file[WORLD_PATH + 32];
static size_t n_tables;
static size_t printed; /* bytes that were looked at */

static int start(void **state)
{
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "300");
    n_tables = make_hostile_tables();
    lie_about_apis();
    snprintf(folder, sizeof folder, "%s/run", w.state);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(log_file, sizeof log_file, "%s/strom.log", folder);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_close(&w);
    liar_stop(liar);
    return 0;
}

/* --- looking --- */

static void look(const char *what, const char *command, const char *bytes, size_t n)
{
    char why[256];

    printed += n;
    if (!hostile_is_harmless(bytes, n, why)) {
        fprintf(stderr, "%s of %s: %s\n", what, command, why);
        fail();
    }
}

static void look_at_log(const char *command)
{
    size_t n = 0;
    char *text = folder_read(log_file, 64 << 20, &n);

    if (text)
        look("log", command, text, n);
    free(text);
    unlink(log_file);
}

static int run_in(const char *const *env, const char *const *args)
{
    struct run_options o = {.program = w.strom, .args = args, .env = env, .cwd = folder};
    struct run *r = run_start(&o);
    int code = run_wait_end(r, RUN_MS);

    if (code < 0 || code >= 128 || strstr(run_err(r), "Sanitizer") != NULL)
        fail_msg("%s ends with %d: %s", args[0], code, run_err(r));
    look("stdout", args[0], run_out(r), strlen(run_out(r)));
    look("stderr", args[0], run_err(r), strlen(run_err(r)));
    look_at_log(args[0]);
    run_free(r);
    return code;
}

#define RUN_IN(env, ...) run_in(env, (const char *const[]){__VA_ARGS__, NULL})
#define RUN(...)         RUN_IN(NULL, __VA_ARGS__)
#define LOG              "--log", log_file, "-v", "-v", "-v"
#define APP              "--app", "postmottak-backend"
#define ALL              "--exclude-tables", "flyway_schema_history"

/* --- what happens --- */

static void every_command(const char *const *env)
{
    RUN_IN(env, "check", APP, LOG);
    RUN_IN(env, "check", APP, "--json");
    RUN_IN(env, "tables", APP, LOG);
    RUN_IN(env, "tables", APP, "--json");
    RUN_IN(env, "plan", APP, ALL, LOG);
    RUN_IN(env, "plan", APP, ALL, "--json");
    RUN_IN(env, "files", APP, "--out", "made");
    RUN_IN(env, "files", APP, "--json");
    RUN_IN(env, "export", "sql", APP);
    RUN_IN(env, "export", "terraform", APP, ALL);
    RUN_IN(env, "export", "gcloud", APP, ALL);
    RUN_IN(env, "review", APP);
    RUN_IN(env, "status", APP, LOG);
    RUN_IN(env, "status", APP, "--reconcile", "all");
    RUN_IN(env, "access", "show", APP, LOG);
    RUN_IN(env, "access", "show", APP, "--json");
    RUN_IN(env, "config", "--explain", APP);
    RUN_IN(env, "delete", "postmottak-backend", "datastream", "--no-input", LOG);
    RUN_IN(env, "create", "postmottak-backend", "datastream", "--no-input", LOG);
    RUN_IN(env, "complete", "tables");
}

static void a_world_of_lies(void **state)
{
    static const char *const norwegian[] = {"LC_ALL=C.UTF-8", "LANG=nb_NO.UTF-8", "STROM_LANG=nb",
                                            NULL};
    (void)state;
    liar_refuse(liar, false);
    every_command(NULL);
    every_command(norwegian);
    assert_true(n_tables > 45);
    print_message("%zu bytes, %zu lies\n", printed, liar_lies(liar));
    assert_true(liar_lies(liar) > hostile_count());
}

/* Each reason is told once by each way there is. */
static void refused_with_lies(void **state)
{
    size_t before = liar_lies(liar);

    (void)state;
    liar_refuse(liar, true);
    while (liar_lies(liar) < before + 2 * hostile_count())
        every_command(NULL);
    liar_refuse(liar, false);
}

static void loud_tables(void **state)
{
    (void)state;
    RUN("create", "postmottak-backend", "datastream", "--include-tables",
        "loud_notice,loud_error,regel_evaluering", "--no-input", LOG);
    RUN("plan", APP, "--include-tables", "loud_notice,loud_error", LOG);
    RUN("tables", APP, "--sample", "1000", LOG);
}

/* Tables named one by one, where names are arguments, too. */
static void chosen_by_name(void **state)
{
    char name[HOSTILE_NAME], columns[HOSTILE_NAME + 16];

    (void)state;
    for (size_t i = 0; i < hostile_count(); i += 23) {
        if (hostile_name(i, name)[0] == '\0')
            continue;
        snprintf(columns, sizeof columns, "%s:a,b", name);
        RUN("plan", APP, "--include-tables", name, "--columns", columns);
        RUN("export", "sql", APP, "--include-tables", name);
    }
}

/* --- arguments, variables, files --- */

static const char *const variables[] = {
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGSERVICE",
    "PGSSLMODE",
    "PGOPTIONS",
    "STROM_APP",
    "STROM_PROJECT",
    "STROM_REPO",
    "STROM_CONTEXT",
    "STROM_LANG",
    "STROM_GCP_ENDPOINT",
    "KUBECONFIG",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_CORE_PROJECT",
    "HTTPS_PROXY",
    "NO_PROXY",
    "LANG",
    "TERM",
    "COLUMNS",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "STROM_POLL_FLOOR",
    "STROM_DEPLOY_COMMAND",
    "TMPDIR",
    "USER",
    "EDITOR",
};
enum { VARIABLES = sizeof variables / sizeof variables[0] };

/* Each variable sees each string: all of them at once, shifted by one. */
static void hostile_variables(void **state)
{
    static char pairs[VARIABLES][HOSTILE_TEXT + 64];
    const char *env[VARIABLES + 1];

    (void)state;
    for (size_t i = 0; i < hostile_count(); i += 13) {
        for (size_t v = 0; v < VARIABLES; v++) {
            snprintf(pairs[v], sizeof pairs[v], "%s=%s", variables[v],
                     hostile_text((i + v) % hostile_count()));
            env[v] = pairs[v];
        }
        env[VARIABLES] = NULL;
        RUN_IN(env, "config", "--explain");
        if (i % 3 == 0)
            RUN_IN(env, "check", "--timeout", "2s");
    }
}

static void hostile_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < hostile_count(); i += 17) {
        const char *one[9];
        char copies[9][HOSTILE_TEXT];
        for (size_t n = 0; n < 9; n++) {
            snprintf(copies[n], sizeof copies[n], "%s", hostile_text((i + n) % hostile_count()));
            one[n] = copies[n];
        }
        RUN(one[0]);
        RUN("config", one[1]);
        RUN("plan", "--naming", one[2]);
        RUN("config", "--explain", "--app", one[0], "--project", one[1], "--location", one[2],
            "--instance", one[3], "--stream", one[4], "--dataset", one[5], "--slot", one[6],
            "--db-user", one[7], "--namespace", one[8]);
        RUN("plan", "--no-input", "--timeout", "2s", "-f", one[3]);
        RUN("tables", "--judge", one[4]);
        RUN("check", "--dsn", one[5], "--timeout", "2s");
        RUN("review", "--base", one[6], "-f", one[7]);
        RUN("export", one[8]);
        RUN("check", "--lang", one[0], "--color", one[1], "--freshness", one[2]);
    }
}

static void put_file(const char *name, const char *text)
{
    char path[WORLD_PATH + 64], why[FOLDER_WHY];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(folder_write(path, text, why));
}

/* A plan file, a list of columns, a kubeconfig, credentials and rules, whose texts are the
 * strings. */
static void hostile_files(void **state)
{
    static const char *const env[] = {"GOOGLE_APPLICATION_CREDENTIALS=bad.json",
                                      "KUBECONFIG=bad.yaml", NULL};
    char one[8 * HOSTILE_TEXT], two[8 * HOSTILE_TEXT];
    struct str text = {0};

    (void)state;
    for (size_t i = 0; i + 1 < hostile_count(); i += 11) {
        hostile_json(i, one, sizeof one);
        hostile_json(i + 1, two, sizeof two);
        str_clear(&text);
        str_printf(
            &text,
            "{\"version\": 1, \"source\": {\"app\": \"%s\", \"database\": \"%s\"}, \"%s\": 1,"
            " \"naming\": {\"family\": \"%s\"}, \"tables\": [{\"schema\": \"%s\", \"table\": "
            "\"%s\"}]}",
            one, two, one, two, one, two);
        put_file("bad.json", str_text(&text));
        RUN("plan", "-f", "bad.json", "--no-input", "--timeout", "5s");
        RUN("review", "-f", "bad.json", "--timeout", "5s");
        str_clear(&text);
        str_printf(&text, "schema,table,column,type\n\"%s\",\"%s\",%s,text\n", hostile_text(i),
                   hostile_text(i + 1), "fnr");
        put_file("bad.csv", str_text(&text));
        RUN("tables", "--judge", "bad.csv");
        RUN("tables", "--judge", "bad.csv", "--json");
        str_clear(&text);
        str_printf(&text, "apiVersion: v1\ncurrent-context: \"%s\"\ncontexts:\n- name: \"%s\"\n",
                   one, two);
        put_file("bad.yaml", str_text(&text));
        RUN_IN(env, "check", "--timeout", "5s");
    }
    str_done(&text);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_world_of_lies),   cmocka_unit_test(refused_with_lies),
        cmocka_unit_test(loud_tables),       cmocka_unit_test(chosen_by_name),
        cmocka_unit_test(hostile_variables), cmocka_unit_test(hostile_arguments),
        cmocka_unit_test(hostile_files),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

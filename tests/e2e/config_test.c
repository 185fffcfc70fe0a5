/* strom config --explain: the chain of facts/ux.md C9, step by step, and the user file (C8). */
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

#define CANARY "c4nary-Passord-7781"

static char folder[WORLD_PATH + 32], config_home[WORLD_PATH + 64], gcloud[WORLD_PATH + 64],
    repo[WORLD_PATH + 64], services[WORLD_PATH + 64];

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static const char *user_file(const char *text, mode_t mode)
{
    static char path[WORLD_PATH + 128];

    snprintf(path, sizeof path, "%s/strom", config_home);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/strom/config", config_home);
    unlink(path);
    if (text)
        write_file(path, text, mode);
    return path;
}

static const char plan_file[] =
    "{\n  \"version\": 1,\n  \"source\": {\"app\": \"appen\", \"context\": \"dev-gcp\", "
    "\"namespace\": \"team\", \"instance\": \"inst\", \"database\": \"base\", \"db_user\": "
    "\"datastream\", \"publication\": \"ds_publication\", \"slot\": \"ds_replication\"},\n"
    "  \"destination\": {\"project\": \"of-the-file\", \"location\": \"europe-north1\", "
    "\"dataset\": \"datastream_base\", \"mode\": \"merge\", \"freshness_seconds\": 900},\n"
    "  \"naming\": {\"family\": \"procedure\", \"stream\": \"postgres-base-bigquery\"},\n"
    "  \"tables\": []\n}\n";

static int start(void **state)
{
    char path[WORLD_PATH + 160];
    (void)state;
    world_open(&w, NULL);
    snprintf(folder, sizeof folder, "%s/config-test", w.state);
    snprintf(config_home, sizeof config_home, "%s/config", folder);
    snprintf(gcloud, sizeof gcloud, "%s/gcloud", folder);
    snprintf(repo, sizeof repo, "%s/repo", folder);
    snprintf(services, sizeof services, "%s/services", folder);
    mkdir(folder, 0700);
    mkdir(config_home, 0700);
    mkdir(gcloud, 0700);
    mkdir(repo, 0700);
    snprintf(path, sizeof path, "%s/configurations", gcloud);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/active_config", gcloud);
    write_file(path, "work", 0600);
    snprintf(path, sizeof path, "%s/configurations/config_work", gcloud);
    write_file(path,
               "[compute]\nproject = not-this\n[core]\naccount = a@b.c\nproject = of-gcloud\n",
               0600);
    write_file(services, "[appen]\nhost=127.0.0.7\nport=6543\nuser=kari\n", 0600);
    setenv("XDG_CONFIG_HOME", config_home, 1);
    setenv("CLOUDSDK_CONFIG", gcloud, 1);
    setenv("PGSERVICEFILE", services, 1);
    setenv("STROM_REPO", repo, 1);
    return 0;
}

static const struct json *setting(const struct answer *a, const char *name)
{
    const struct json *found = found_in(json_get(a->doc, "settings"), "name", name);
    assert_non_null(found);
    return found;
}

static void is(const struct answer *a, const char *name, const char *value, const char *source,
               const char *from)
{
    const struct json *found = setting(a, name);

    answer_is(a, 0);
    if (value ? !str_eq(json_string(found, "value"), value)
              : !json_is_null(json_get(found, "value")))
        fail_msg("%s is %s, not %s", name, json_string_or(found, "value", "null"),
                 value ? value : "null");
    assert_text(found, "source", source);
    if (from && strstr(json_string_or(found, "from", ""), from) == NULL)
        fail_msg("%s comes from %s, not %s", name, json_string_or(found, "from", "null"), from);
}

static const struct answer *with_kubeconfig(const char *text)
{
    char path[WORLD_PATH + 128], variable[WORLD_PATH + 160];
    const char *const env[] = {variable, NULL};

    snprintf(path, sizeof path, "%s/kubeconfig", folder);
    snprintf(variable, sizeof variable, "KUBECONFIG=%s", path);
    write_file(path, text, 0600);
    return STROM_IN(&w, env, "config", "--json");
}

/* What commands take where nothing else says it. */
static const char kubeconfig[] =
    "apiVersion: v1\nkind: Config\ncurrent-context: prod-gcp\n"
    "clusters:\n- name: c\n  cluster: {server: 'https://127.0.0.1:1'}\n"
    "users:\n- name: u\n  user: {token: synthetic}\n"
    "contexts:\n- name: prod-gcp\n  context: {cluster: c, user: u, namespace: dagpenger}\n";

/* That one cannot be read, for want of memory or descriptors, is an error: tests/fuzz/faults. */
static void a_useless_kubeconfig_says_why(void **state)
{
    char variable[WORLD_PATH + 64], text[WORLD_PATH + 96];
    const char *const env[] = {variable, NULL};
    (void)state;

    is(with_kubeconfig("clusters: [\n"), "context", NULL, "unset", "line 2");
    is(with_kubeconfig("current-context: away\n"), "namespace", NULL, "unset", "away");
    snprintf(variable, sizeof variable, "KUBECONFIG=%s", folder);
    snprintf(text, sizeof text, "%s: it is not a regular file", folder);
    is(STROM_IN(&w, env, "config", "--json"), "context", NULL, "unset", text);
}

/* Each step of the chain gives way to the one above it. */
static void the_chain_holds(void **state)
{
    static const char *const env[] = {"CLOUDSDK_CORE_PROJECT=of-environment", NULL};
    char path[WORLD_PATH + 128];
    const struct answer *a;
    (void)state;

    user_file(NULL, 0);
    is(STROM(&w, "config", "--explain", "--json"), "project", "of-gcloud", "gcloud", "config_work");
    a = with_kubeconfig(kubeconfig);
    is(a, "context", "prod-gcp", "default", "current context");
    is(a, "namespace", "dagpenger", "default", "current context");
    user_file("# mine\nproject = of-user\nlocation=europe-north1\n", 0600);
    is(STROM(&w, "config", "--json"), "project", "of-user", "user_file", "strom/config:2");
    snprintf(path, sizeof path, "%s/replication.json", repo);
    write_file(path, plan_file, 0644);
    is(STROM(&w, "config", "--json"), "project", "of-the-file", "plan_file", "destination.project");
    is(STROM_IN(&w, env, "config", "--json"), "project", "of-environment", "environment",
       "CLOUDSDK_CORE_PROJECT");
    a = STROM_IN(&w, env, "config", "--json", "--project", "of-option");
    is(a, "project", "of-option", "option", "--project");
    is(a, "app", "appen", "plan_file", "source.app");
    is(a, "location", "europe-north1", "user_file", "config:3");
    is(a, "stream", "postgres-base-bigquery", "plan_file", "naming.stream");
    is(a, "freshness", "900", "plan_file", "freshness");
    answer_fits(&w, a, "config");
    unlink(path);
    a = STROM(&w, "config", "--json", "--database", "x", "--freshness", "1h", "--naming",
              "nav-module", "--app", "y");
    is(a, "freshness", "3600", "option", "--freshness");
    is(a, "naming", "nav-module", "option", "--naming");
    is(a, "stream", "y-datastream", "default", NULL);
    is(a, "instance", NULL, "unset", NULL);
    user_file(NULL, 0);
}

/* What is explained is what holds: a plan with the same line tells the same project. */
static void what_is_explained_holds(void **state)
{
    static const char *const env[] = {"GOOGLE_CLOUD_PROJECT=of-google", "CLOUDSDK_CORE_PROJECT",
                                      NULL};
    (void)state;
    is(STROM_IN(&w, env, "config", "--json"), "project", "of-google", "environment",
       "GOOGLE_CLOUD_PROJECT");
    user_file("project = of-user\n", 0600);
    const struct answer *a = STROM(&w, "plan", "--json", "--location", "europe-north1",
                                   "--instance", "i", "--database", "d", "--include-tables", "t");
    assert_int_not_equal(a->code, 0);
    assert_null(strstr(a->err, "--project"));
    user_file(NULL, 0);
    a = STROM(&w, "plan", "--location", "europe-north1", "--instance", "i", "--database", "d",
              "--include-tables", "t");
    answer_says(a, "of-gcloud"); /* said, because nobody asked for it by name */
}

static void the_connection_is_explained(void **state)
{
    static const char *const env[] = {"PGHOST=127.0.0.9", "PGPASSWORD=" CANARY, "PGSERVICE", NULL};
    static const char *const service[] = {"PGSERVICE=appen", "PGHOST", "PGPORT", "PGUSER", NULL};
    (void)state;
    const struct answer *a = STROM_IN(&w, env, "config", "--json");
    is(a, "pg.host", "127.0.0.9", "environment", "PGHOST");
    is(a, "pg.sslmode", "verify-full", "default", NULL);
    is(a, "pg.password", "********", "environment", "PGPASSWORD");
    is(STROM_IN(&w, env, "config", "--json", "--dsn", "host=127.0.0.8"), "pg.host", "127.0.0.8",
       "option", "--dsn");
    a = STROM_IN(&w, service, "config", "--json");
    is(a, "pg.host", "127.0.0.7", "pg_service", NULL);
    is(a, "pg.port", "6543", "pg_service", NULL);
    is(a, "pg.service", "appen", "environment", "PGSERVICE");
}

static void secrets_are_masked(void **state)
{
    static const char *const env[] = {"PGPASSWORD=" CANARY, "STROM_DB_PASSWORD=" CANARY,
                                      "HTTPS_PROXY=http://kari:" CANARY "@127.0.0.1:9",
                                      "https_proxy", NULL};
    static const char *const json[] = {NULL, "--json"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct answer *a = STROM_IN(&w, env, "config", "--explain", "-vvv", json[i]);
        answer_is(a, 0);
        assert_null(strstr(a->out, CANARY));
        assert_null(strstr(a->err, CANARY));
        assert_non_null(strstr(a->out, "********@127.0.0.1:9"));
        assert_non_null(strstr(a->out, "db-user-password"));
    }
}

/* --- the user file --- */

static void a_wrong_user_file_is_named(void **state)
{
    static const char *const texts[][2] = {{"prosjekt = x\n", "did you mean 'project'?"},
                                           {"\nlang = sv\n", "line 2"},
                                           {"project = a\nproject = b\n", "line 2"},
                                           {"project\n", "key = value"},
                                           {"freshness = soon\n", "'soon'"},
                                           {"plain = maybe\n", "'maybe'"},
                                           {"project =\n", "''"}};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *path = user_file(texts[i][0], 0600);
        const struct answer *a = STROM(&w, "config", "--explain");
        answer_is(a, 2);
        answer_says(a, path);
        answer_says(a, texts[i][1]);
        a = STROM(&w, "check", "--json");
        answer_is(a, 2);
        answer_document(a);
        answer_is(STROM(&w, "--help"), 0); /* these work all the same */
        answer_is(STROM(&w, "--version"), 0);
    }
    user_file("lang = nb\r\n\n  # bare norsk\nplain = yes\n", 0644);
    const struct answer *a = STROM(&w, "--help");
    assert_non_null(strstr(a->out, "Flagg:"));
    is(STROM(&w, "config", "--json"), "lang", "nb", "user_file", "config:1");
    is(STROM(&w, "config", "--json", "--lang", "en"), "lang", "en", "option", "--lang");
    is(STROM(&w, "config", "--json"), "plain", "yes", "user_file", "config:4");
    user_file(NULL, 0);
}

static void an_unsafe_user_file_is_refused(void **state)
{
    (void)state;
    answer_is(STROM(&w, "config"), 0);
    const char *path = user_file("project = x\n", 0620);
    const struct answer *a = STROM(&w, "config");
    answer_is(a, 2);
    answer_says(a, path);
    answer_says(a, "others may write");
    user_file(NULL, 0);
    assert_int_equal(symlink("/dev/null", path), 0);
    a = STROM(&w, "config");
    answer_is(a, 2);
    answer_says(a, "link");
    unlink(path);
    if (geteuid() != 0)
        return;
    user_file("project = x\n", 0600);
    assert_int_equal(chown(path, 65534, 65534), 0);
    a = STROM(&w, "config");
    answer_is(a, 2);
    answer_says(a, "another user");
    unlink(path);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_holds),
        cmocka_unit_test(a_useless_kubeconfig_says_why),
        cmocka_unit_test(what_is_explained_holds),
        cmocka_unit_test(the_connection_is_explained),
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(a_wrong_user_file_is_named),
        cmocka_unit_test(an_unsafe_user_file_is_refused),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

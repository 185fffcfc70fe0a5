#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* What a request to the cluster is signed with: login programs, tokens, token files. */

#include "tests/unit/nais/world.h"

#include "api/base/json.h"
#include "api/base/tr.h"

#define V1      "client.authentication.k8s.io/v1"
#define V1BETA1 "client.authentication.k8s.io/v1beta1"
#define GIVES(version, status)                                                                     \
    "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" version "\",\"status\":" status "}"
#define AT_V1 "exec: {apiVersion: " V1 ", interactiveMode: Never, "

static char text[16384];

/* A program that keeps what it was given, and answers with the file "answer". */
static void write_plugin(const char *answer)
{
    write_text("plugin",
               "#!/bin/sh\n"
               "cd \"${0%/*}\"\n"
               "for word; do echo \"$word\"; done > args\n"
               "echo x >> ran\n"
               "env | sort > env\n"
               "printf %s \"$KUBERNETES_EXEC_INFO\" > info\n"
               "if read -r line; then echo \"$line\"; else echo nothing; fi > stdin\n"
               "if [ -e talk ]; then cat talk >&2; fi\n"
               "n=$(wc -l < ran)\n"
               "sed \"s/COUNT/$((n))/\" answer\n",
               0700);
    write_text("answer", answer, 0600);
}

static void ask_well(void)
{
    struct task *t = nais_apps(cluster);
    if (ended(t) != TASK_OK)
        fail_msg("%s: %s", task_error(t)->what, task_error(t)->why);
    task_drop(t);
}

static size_t runs(void)
{
    return strlen(content("ran", text)) / 2;
}

static const char *signed_with(void)
{
    static char token[256];
    const struct seen *last = server_last(&server, "GET", SQL);
    const char *at = strstr(last->headers, "Authorization: Bearer ");
    if (!at)
        return "";
    at += strlen("Authorization: Bearer ");
    snprintf(token, sizeof token, "%.*s", (int)strcspn(at, "\r\n"), at);
    return token;
}

static void expect_login_error(const char *user, const char *why, const char *hint)
{
    open_with(user);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    const struct err *e = task_error(t);
    if (!strstr(e->why, why) || !strstr(e->hint, hint))
        fail_msg("'%s' '%s'", e->why, e->hint);
    assert_string_equal(e->what, "Logging in to the cluster");
    task_drop(t);
    cluster_close(cluster);
    cluster = NULL;
}

/* --- the program's part --- */

static void a_program_gives_the_token(void **state)
{
    (void)state;
    write_plugin(GIVES(V1, "{\"token\":\"from-program-COUNT\",\"expirationTimestamp\":"
                           "\"2099-01-01T00:00:00Z\"}"));
    open_with("{" AT_V1 "command: ./plugin, args: [\"it's one\", \"$(touch x)\", \"\"]}}");
    rule(SQL, 401, "{\"kind\":\"Status\",\"code\":401}", 1);
    rule(SQL, 200, "{\"items\":[]}", 0);
    ask_well();
    assert_string_equal(signed_with(), "from-program-2"); /* once anew after a 401 */
    ask_well();                                           /* and then it is kept */
    assert_int_equal(runs(), 2);
    assert_string_equal(content("args", text), "it's one\n$(touch x)\n\n"); /* no shell read it */
    assert_string_equal(content("stdin", text), "nothing\n");
}

static void both_versions_are_spoken(void **state)
{
    (void)state;
    write_plugin(GIVES(V1BETA1, "{\"token\":\"beta\"}"));
    open_with("{exec: {apiVersion: " V1BETA1 ", command: ./plugin}}");
    rule(SQL, 200, "{\"items\":[]}", 0);
    ask_well();
    assert_string_equal(signed_with(), "beta");
    assert_string_equal(content("info", text),
                        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1BETA1
                        "\",\"spec\":{\"interactive\":false}}");
    cluster_close(cluster);
    cluster = NULL;
    expect_login_error("{" AT_V1 "command: ./plugin}}", "answers in " V1BETA1, "up to date");
}

static void a_401_for_ever_is_told(void **state)
{
    (void)state;
    write_plugin(GIVES(V1, "{\"token\":\"t\"}"));
    open_with("{" AT_V1 "command: ./plugin}}");
    rule(SQL, 401, "{\"kind\":\"Status\",\"message\":\"Unauthorized\",\"code\":401}", 0);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_int_equal(task_error(t)->kind, ERR_DENIED);
    assert_non_null(strstr(task_error(t)->hint, "nais login"));
    task_drop(t);
    assert_int_equal(runs(), 2);
}

/* Several questions at once are signed by one run. */
static void one_run_serves_all(void **state)
{
    (void)state;
    struct task *t[5];
    write_plugin(GIVES(V1, "{\"token\":\"t-COUNT\"}"));
    open_with("{" AT_V1 "command: ./plugin}}");
    rule(SQL, 401, "{}", 5);
    rule(SQL, 200, "{\"items\":[]}", 0);
    for (size_t i = 0; i < 5; i++)
        t[i] = nais_apps(cluster);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(ended(t[i]), TASK_OK);
        task_drop(t[i]);
    }
    assert_int_equal(runs(), 2); /* and one more when all five were refused */
}

static void a_token_is_kept_until_it_ends(void **state)
{
    (void)state;
    write_plugin(
        GIVES(V1, "{\"token\":\"t-COUNT\",\"expirationTimestamp\":\"2030-01-01T01:00:00+00:00\"}"));
    open_with("{" AT_V1 "command: ./plugin}}");
    rule(SQL, 200, "{\"items\":[]}", 0);
    clock_freeze(clock_parse("2030-01-01T00:00:00Z"));
    ask_well();
    clock_freeze(clock_parse("2030-01-01T00:59:00Z"));
    ask_well();
    assert_int_equal(runs(), 1);
    clock_freeze(clock_parse("2030-01-01T00:59:31Z")); /* half a minute before its end */
    ask_well();
    assert_int_equal(runs(), 2);
    assert_string_equal(signed_with(), "t-2");
    clock_freeze(0);
}

/* --- what the program is told --- */

static void the_environment_is_scrubbed(void **state)
{
    (void)state;
    static const char *const kept[] = {"CLOUDSDK_CONFIG", "NO_PROXY", "LC_ALL", "XDG_CONFIG_HOME",
                                       "NAIS_PLACE"};
    static const char *const hidden[] = {
        "STROM_DB_PASSWORD",        "PGPASSWORD",    "NAIS_DATABASE_A_B_URL",
        "NAIS_API_TOKEN",           "GITHUB_TOKEN",  "GOOGLE_CLIENT_SECRET",
        "AWS_SECRET_ACCESS_KEY",    "LD_PRELOAD_X",  "NAIS_DEPLOY_APIKEY",
        "GOOGLE_private_key_bytes", "SOMETHING_ELSE"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        setenv(kept[i], "kept", 1);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        setenv(hidden[i], "canary", 1);
    setenv("LC_ALL", "C", 1);
    write_plugin(GIVES(V1, "{\"token\":\"t\"}"));
    open_with("{" AT_V1 "command: ./plugin, env: [{name: EXTRA, value: \"two words\"}, {name: "
              "NAIS_PLACE, value: first}, {name: NAIS_PLACE, value: last}, {name: "
              "KUBERNETES_EXEC_INFO, value: mine}]}}");
    rule(SQL, 200, "{\"items\":[]}", 0);
    ask_well();
    content("env", text);
    assert_null(strstr(text, "canary"));
    assert_non_null(strstr(text, "CLOUDSDK_CONFIG=kept\n"));
    assert_non_null(strstr(text, "EXTRA=two words\n"));
    assert_non_null(strstr(text, "\nNAIS_PLACE=last\n")); /* the kubeconfig's goes before ours */
    assert_null(strstr(text, "NAIS_PLACE=kept"));
    assert_non_null(strstr(text, "KUBERNETES_EXEC_INFO={\"kind\":"));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        unsetenv(kept[i]);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        unsetenv(hidden[i]);
}

/* All that the cluster's entry says, with the certificate out of its file, and the extension. */
static void the_program_hears_of_the_cluster(void **state)
{
    (void)state;
    char whole[4096];
    struct err e;
    write_plugin(GIVES(V1, "{\"token\":\"t\"}"));
    write_text("ca.pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", 0600);
    snprintf(
        whole, sizeof whole,
        "current-context: dev\ncontexts: [{name: dev, context: {cluster: c, user: u}}]\n"
        "clusters:\n- name: c\n  cluster:\n    server: %s/\n    certificate-authority: ca.pem\n"
        "    tls-server-name: kubernetes.example\n    extensions:\n    - name: other\n"
        "      extension: {no: 1}\n    - name: client.authentication.k8s.io/exec\n"
        "      extension:\n        audience: \"12\"\n        n: 12\n        half: 0.5\n"
        "        on: true\n        nothing:\n        list: [a, {b: ~}]\n"
        "users: [{name: u, user: {" AT_V1 "command: ./plugin, provideClusterInfo: true}}}]\n",
        server.origin);
    write_text("config", whole, 0600);
    cluster = cluster_open(net, config, NULL, "aap", &e);
    assert_non_null(cluster);
    rule(SQL, 200, "{\"items\":[]}", 0);
    ask_well();
    content("info", text);
    struct json *doc = json_parse(text, strlen(text), &e);
    assert_non_null(doc);
    const struct json *c = json_get(doc, "spec.cluster");
    assert_non_null(strstr(json_string_or(c, "server", ""), "http://127.0.0.1:"));
    assert_string_equal(json_string(c, "tls-server-name"), "kubernetes.example");
    assert_string_equal(json_string(c, "certificate-authority-data"),
                        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEU"
                        "tLS0tLQo=");
    struct str config_text = {0};
    json_print(json_get(c, "config"), &config_text);
    assert_string_equal(
        str_text(&config_text),
        "{\"audience\":\"12\",\"n\":12,\"half\":0.5,\"on\":true,\"nothing\":null,\"list\":[\"a\","
        "{\"b\":null}]}");
    str_done(&config_text);
    assert_false(json_bool(doc, "spec.interactive", true));
    json_free(doc);
}

/* --- when it goes wrong --- */

static void programs_that_fail(void **state)
{
    (void)state;
    write_text("bad", "#!/bin/sh\necho 'token expired, access_token=canary' >&2\nexit 3\n", 0700);
    write_text("mute", "#!/bin/sh\nexit 4\n", 0700);
    write_text("killed", "#!/bin/sh\nkill -9 $$\n", 0700);
    write_text("rude", "#!/bin/sh\nprintf 'a\\033[2Jb\\r\\nc\\007' >&2\nexit 1\n", 0700);
    write_text("page", "#!/bin/sh\necho '<html>'\n", 0700);
    write_text("flood", "#!/bin/sh\nexec yes\n", 0700);
    write_text("data", "not a program", 0600);
    expect_login_error("{" AT_V1 "command: ./bad}}", "ended with 3: token expired", "nais login");
    expect_login_error("{" AT_V1 "command: ./mute}}", "ended with 4, without a word", "nais login");
    expect_login_error("{" AT_V1 "command: ./killed}}", "ended with 137", "nais login");
    expect_login_error("{" AT_V1 "command: ./rude}}", "a\\x1b[2Jb  c\\x07", "nais login");
    expect_login_error("{" AT_V1 "command: ./page}}", "is no JSON", "nais login");
    expect_login_error("{" AT_V1 "command: ./data}}", "", "nais kubeconfig");
}

static void answers_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *why;
    } odd[] = {
        {"", "is no JSON"},
        {"[]", "is no JSON"},
        {"{\"status\":{\"token\":\"t\"}}", "is no ExecCredential"},
        {"{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\"}}", "answers in (none)"},
        {GIVES(V1, "{}"), "gave no token"},
        {GIVES(V1, "{\"token\":5}"), "gave no token"},
        {GIVES(V1, "{\"token\":\"\"}"), "gave no token"},
        {GIVES(V1, "{\"clientCertificateData\":\"pem\"}"), "without its key"},
        {GIVES(V1, "{\"token\":\"t\",\"clientKeyData\":\"pem\"}"), "without its key"},
        {GIVES(V1, "{\"token\":\"t\",\"expirationTimestamp\":\"soon\"}"), "an end that is no time"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        write_plugin(odd[i].answer);
        expect_login_error("{" AT_V1 "command: ./plugin}}", odd[i].why, "");
    }
}

/* People have one of these in their kubeconfig, and not always on the machine. */
static void a_program_that_is_not_there(void **state)
{
    (void)state;
    expect_login_error("{" AT_V1 "command: gke-gcloud-auth-plugin-x, installHint: Install it so}}",
                       "no program gke-gcloud-auth-plugin-x on the PATH", "Install it so");
    setenv("PATH", "/nowhere", 1);
    expect_login_error("{" AT_V1 "command: gke-gcloud-auth-plugin}}",
                       "no program gke-gcloud-auth-plugin on the PATH",
                       "gcloud components install gke-gcloud-auth-plugin");
    expect_login_error("{" AT_V1 "command: kubelogin}}", "no program kubelogin", "brew install");
    expect_login_error("{" AT_V1 "command: nais}}", "no program nais", "nais kubeconfig");
    expect_login_error("{" AT_V1 "command: some-other}}", "no program some-other",
                       "nais kubeconfig");
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
    expect_login_error("{" AT_V1 "command: /nowhere/gke-gcloud-auth-plugin}}", "",
                       "gcloud components install");
}

static void the_advice_in_norwegian(void **state)
{
    (void)state;
    tr_language("nb");
    open_with("{" AT_V1 "command: gke-gcloud-auth-plugin-x}}");
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_string_equal(task_error(t)->what, "Innlogging i klyngen");
    assert_string_equal(task_error(t)->why,
                        "programmet gke-gcloud-auth-plugin-x finnes ikke på PATH");
    assert_non_null(strstr(task_error(t)->hint, "hent en annen kubeconfig"));
    task_drop(t);
    tr_language("en");
}

static void programs_that_are_not_run(void **state)
{
    (void)state;
    write_plugin(GIVES(V1, "{\"token\":\"t\"}"));
    expect_login_error("{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: "
                       "./plugin}}",
                       "v1alpha1", "nais kubeconfig");
    expect_login_error("{exec: {command: ./plugin}}", "(none)", "nais kubeconfig");
    expect_login_error("{exec: {apiVersion: " V1 "}}", "names no command", "nais kubeconfig");
    expect_login_error("{exec: {apiVersion: " V1 ", command: ./plugin, interactiveMode: Always}}",
                       "keyboard of its own", "nais kubeconfig");
    expect_login_error("{auth-provider: {name: gcp}}", "auth-provider", "nais kubeconfig");
    expect_login_error("{username: a, password: b}", "a password", "nais kubeconfig");
    expect_login_error("{token: t, as: admin}", "acts as somebody else", "nais kubeconfig");
    expect_login_error("{client-certificate-data: QQ==}", "not both", "nais kubeconfig");
    expect_login_error("{client-key: k.pem}", "not both", "nais kubeconfig");
    expect_login_error("{client-key-data: \"%%\", token: t}", "no base64", "nais kubeconfig");
    char path[128];
    snprintf(path, sizeof path, "%s/ran", folder);
    assert_int_equal(access(path, F_OK), -1);
}

/* It waits for a person who is not there: it is ended, and the way to see why is named. */
static void a_program_that_hangs(void **state)
{
    (void)state;
    write_text("hangs",
               "#!/bin/sh\necho \"open https://login.example, code AB\\033[1mCD\" >&2\n"
               "exec sleep 600\n",
               0700);
    open_with("{" AT_V1 "command: ./hangs}}");
    assert_null(cluster_login_says(cluster));
    struct task *t = nais_apps(cluster);
    const char *says = NULL;
    while (!says || !strstr(says, "code")) {
        assert_int_equal(task_state(t), TASK_RUNNING);
        net_wait(net, NULL, 0, clock_mono_ms() + 1000);
        net_step(net);
        says = cluster_login_says(cluster);
    }
    assert_non_null(strstr(says, "open https://login.example"));
    assert_null(strchr(says, '\033'));
    clock_advance(121000);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "TIMEOUT");
    assert_non_null(strstr(task_error(t)->hint, "kubectl"));
    assert_null(cluster_login_says(cluster));
    task_drop(t);
}

/* More than anybody reads: it is cut, and nothing of ours grows with it. */
static void a_program_that_floods(void **state)
{
    (void)state;
    write_text("flood",
               "#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\0' 'x'\n"
               "head -c 3000000 /dev/zero | tr '\\0' 'y' >&2\n",
               0700);
    expect_login_error("{" AT_V1 "command: ./flood}}", "is no JSON", "");
}

/* --- tokens --- */

static void a_token_file_is_read_anew(void **state)
{
    (void)state;
    write_text("t", "first\n", 0600);
    open_with("{tokenFile: t, token: from-config}");
    rule(SQL, 200, "{\"items\":[]}", 2);
    rule(SQL, 401, "{}", 1);
    rule(SQL, 200, "{\"items\":[]}", 0);
    clock_freeze(1900000000);
    ask_well();
    assert_string_equal(signed_with(), "first"); /* the file goes before the token */
    write_text("t", "second\n", 0600);
    clock_freeze(1900000061);
    ask_well();
    assert_string_equal(signed_with(), "second");
    write_text("t", "third", 0600); /* refused: the file may hold another one by now */
    ask_well();
    assert_string_equal(signed_with(), "third");
    clock_freeze(0);
    cluster_close(cluster);
    open_with("{tokenFile: nowhere, token: from-config}"); /* what there is left */
    ask_well();
    assert_string_equal(signed_with(), "from-config");
    cluster_close(cluster);
    cluster = NULL;
    write_text("t", " \n", 0600);
    struct err e;
    write_config("{tokenFile: nowhere}");
    cluster = cluster_open(net, config, NULL, NULL, &e);
    struct task *t = nais_apps(cluster);
    assert_int_equal(ended(t), TASK_FAILED);
    assert_non_null(strstr(task_error(t)->resource, "nowhere"));
    assert_non_null(strstr(task_error(t)->hint, "nais kubeconfig"));
    task_drop(t);
    cluster_close(cluster);
    cluster = NULL;
    expect_login_error("{tokenFile: t}", "is empty", "nais kubeconfig");
}

static void a_token_goes_before_the_program(void **state)
{
    (void)state;
    open_with("{token: own, " AT_V1 "command: /nowhere/plugin}}");
    rule(SQL, 200, "{\"items\":[]}", 0);
    ask_well();
    assert_string_equal(signed_with(), "own");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_program_gives_the_token),
        CASE(both_versions_are_spoken),
        CASE(a_401_for_ever_is_told),
        CASE(one_run_serves_all),
        CASE(a_token_is_kept_until_it_ends),
        CASE(the_environment_is_scrubbed),
        CASE(the_program_hears_of_the_cluster),
        CASE(programs_that_fail),
        CASE(answers_that_are_none),
        CASE(a_program_that_is_not_there),
        CASE(the_advice_in_norwegian),
        CASE(programs_that_are_not_run),
        CASE(a_program_that_hangs),
        CASE(a_program_that_floods),
        CASE(a_token_file_is_read_anew),
        CASE(a_token_goes_before_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* The kubeconfig, by kubectl's rules. */

#include "api/nais/base64.h"
#include "api/nais/cluster.h"
#include "api/nais/kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char first[] =
    "apiVersion: v1\n"
    "kind: Config\n"
    "current-context: dev-gcp\n"
    "contexts:\n"
    "- name: dev-gcp\n"
    "  context: {cluster: dev, user: me, namespace: aap}\n"
    "- name: bare\n"
    "  context:\n"
    "    cluster: dev\n"
    "    user: token\n"
    "clusters:\n"
    "- name: dev\n"
    "  cluster:\n"
    "    server: https://10.0.0.1/\n"
    "    certificate-authority-data: LS0tLS1CRUdJTgo=\n"
    "users:\n"
    "- name: me\n"
    "  user:\n"
    "    exec:\n"
    "      apiVersion: client.authentication.k8s.io/v1beta1\n"
    "      command: gke-gcloud-auth-plugin\n"
    "      args: [--one, \"two words\"]\n"
    "      env:\n"
    "      - {name: A, value: b}\n"
    "      - {name: \"C=D\", value: no}\n"
    "      provideClusterInfo: true\n"
    "- name: token\n"
    "  user: {token: canary-token, tokenFile: ./t, client-certificate: c/x.pem}\n";

static const char second[] = "current-context: other\n"
                             "contexts:\n"
                             "- name: dev-gcp\n"
                             "  context: {cluster: evil, user: evil}\n"
                             "- name: other\n"
                             "  context: {cluster: dev, user: new}\n"
                             "users:\n"
                             "- name: new\n"
                             "  user: {client-key-data: S0VZ}\n";

static void merges(void **state)
{
    (void)state;
    struct arena a;
    struct kubeconfig k = {.current = ""};
    struct err e;
    arena_init(&a);
    assert_true(kubeconfig_merge(&a, first, strlen(first), "/home/kari/.kube", &k, &e));
    assert_true(kubeconfig_merge(&a, second, strlen(second), "/else", &k, &e));
    assert_string_equal(k.current, "dev-gcp");
    assert_int_equal(k.n_contexts, 3);
    const struct kube_context *c = kubeconfig_context(&k, NULL, &e);
    assert_string_equal(c->cluster, "dev"); /* the first mention wins */
    assert_string_equal(c->ns, "aap");
    assert_string_equal(kubeconfig_context(&k, "bare", &e)->ns, "");
    const struct kube_cluster *cluster = kubeconfig_cluster(&k, "dev");
    assert_string_equal(cluster->server, "https://10.0.0.1/");
    assert_string_equal(cluster->ca_data, "-----BEGIN\n");
    const struct kube_user *me = kubeconfig_user(&k, "me");
    assert_true(me->has_exec && me->exec.cluster_info);
    assert_string_equal(me->exec.args[1], "two words");
    assert_int_equal(me->exec.n_env, 1);
    assert_string_equal(me->exec.env[0], "A=b");
    const struct kube_user *token = kubeconfig_user(&k, "token");
    assert_string_equal(secret_reveal(token->token), "canary-token");
    assert_string_equal(token->token_file, "/home/kari/.kube/./t");
    assert_string_equal(token->cert_file, "/home/kari/.kube/c/x.pem");
    assert_string_equal(secret_reveal(kubeconfig_user(&k, "new")->key_data), "KEY");
    assert_null(kubeconfig_context(&k, "none", &e));
    assert_non_null(strstr(e.why, "no context none"));
    kubeconfig_done(&k);
    arena_done(&a);
}

static void odd_files_do_no_harm(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "[]",
                                        "a",
                                        "contexts: {}",
                                        "contexts: [1, {name: x}, {context: {}}]",
                                        "users: [{name: u, user: []}]",
                                        "clusters: [{name: c, cluster: {server: [1]}}]",
                                        "a: &a [*a]",
                                        "contexts: &x [{name: y, context: *x}]",
                                        "users: [{name: u, user: {exec: 5}}]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena a;
        struct kubeconfig k = {.current = ""};
        struct err e;
        arena_init(&a);
        if (kubeconfig_merge(&a, texts[i], strlen(texts[i]), ".", &k, &e))
            (void)kubeconfig_context(&k, NULL, &e);
        kubeconfig_done(&k);
        arena_done(&a);
    }
}

static void broken_yaml_names_its_line(void **state)
{
    (void)state;
    struct arena a;
    struct kubeconfig k = {.current = ""};
    struct err e;
    const char *text = "a: b\nc: [\n";
    arena_init(&a);
    assert_false(kubeconfig_merge(&a, text, strlen(text), ".", &k, &e));
    assert_non_null(strstr(e.why, "line 3"));
    arena_done(&a);
}

static void files_of_a_list(void **state)
{
    (void)state;
    struct arena a;
    struct kubeconfig k;
    struct err e;
    char one[] = "/tmp/strom-kube-XXXXXX", two[] = "/tmp/strom-kube-XXXXXX", list[256];
    arena_init(&a);
    FILE *f = fdopen(mkstemp(one), "w");
    fputs(second, f);
    fclose(f);
    f = fdopen(mkstemp(two), "w");
    fputs(first, f);
    fclose(f);
    snprintf(list, sizeof list, ":/nowhere/config:%s::%s", one, two);
    setenv("KUBECONFIG", list, 1);
    assert_true(kubeconfig_load(&a, NULL, &k, &e));
    assert_string_equal(k.current, "other");
    assert_string_equal(kubeconfig_context(&k, "dev-gcp", &e)->cluster, "evil");
    kubeconfig_done(&k);
    assert_false(kubeconfig_load(&a, "/nowhere/a:/nowhere/b", &k, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_non_null(strstr(e.hint, "nais kubeconfig"));
    unlink(one);
    unlink(two);
    arena_done(&a);
}

/* Nothing named: ~/.kube/config; paths count from its folder, wherever one stands. */
static void the_default_path(void **state)
{
    (void)state;
    char home[] = "/tmp/strom-home-XXXXXX", path[128], was[1024];
    const char *own = getenv("HOME");
    struct arena a;
    struct kubeconfig k;
    struct err e;
    snprintf(was, sizeof was, "%s", own ? own : "");
    arena_init(&a);
    assert_non_null(mkdtemp(home));
    setenv("HOME", home, 1);
    unsetenv("KUBECONFIG");
    assert_false(kubeconfig_load(&a, NULL, &k, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_non_null(strstr(e.why, "/.kube/config"));
    snprintf(path, sizeof path, "%s/.kube", home);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/.kube/config", home);
    FILE *f = fopen(path, "w");
    fputs(first, f);
    fclose(f);
    for (int i = 0; i < 2; i++) { /* not set, and set to nothing */
        assert_true(kubeconfig_load(&a, NULL, &k, &e));
        assert_string_equal(k.current, "dev-gcp");
        assert_true(str_starts(kubeconfig_user(&k, "token")->token_file, home));
        kubeconfig_done(&k);
        setenv("KUBECONFIG", "", 1);
    }
    setenv("KUBECONFIG", path, 1); /* the same file twice is one */
    char twice[300];
    snprintf(twice, sizeof twice, "%s:%s", path, path);
    assert_true(kubeconfig_load(&a, twice, &k, &e));
    assert_int_equal(k.n_contexts, 2);
    kubeconfig_done(&k);
    assert_int_equal(chmod(path, 0), 0);
    if (geteuid() != 0) { /* there, and not to be read: that is told, not passed over */
        assert_false(kubeconfig_load(&a, NULL, &k, &e));
        assert_string_equal(e.resource, path);
    }
    unlink(path);
    unsetenv("KUBECONFIG");
    snprintf(path, sizeof path, "%s/.kube", home);
    rmdir(path);
    rmdir(home);
    setenv("HOME", was, 1);
    arena_done(&a);
}

/* --- what is refused before anything is sent --- */

static void refuse(const char *cluster, const char *why)
{
    char file[] = "/tmp/strom-kube-XXXXXX";
    struct err e;
    struct net *net = net_open(&e);
    FILE *f = fdopen(mkstemp(file), "w");
    fprintf(f,
            "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
            "users: [{name: u, user: {token: t}}]\nclusters: [{name: c, cluster: %s}]\n",
            cluster);
    fclose(f);
    struct cluster *c = cluster_open(net, file, NULL, NULL, &e);
    assert_null(c);
    if (!strstr(e.why, why))
        fail_msg("%s", e.why);
    unlink(file);
    net_close(net);
}

static void clusters_that_cannot_be_trusted(void **state)
{
    (void)state;
    refuse("{server: \"https://x\", insecure-skip-tls-verify: true}", "turns checking");
    refuse("{server: \"https://x\", insecure-skip-tls-verify: True}", "turns checking");
    refuse("{server: \"https://x\", certificate-authority-data: \"%%\"}", "no base64");
    refuse("{server: \"https://x\", certificate-authority: nowhere.pem}", "");
    refuse("{}", "has no server");
}

/* The two go together, at every length. */
static void base64_both_ways(void **state)
{
    (void)state;
    static const char bytes[] = "\x01\xff\x80 abc\n\x7f";
    for (size_t n = 0; n < sizeof bytes; n++) {
        struct str wrapped = {0};
        char out[64];
        size_t back;
        base64_encode(&wrapped, bytes, n);
        assert_int_equal(wrapped.bytes % 4, 0);
        assert_true(base64_decode(str_text(&wrapped), out, &back));
        assert_int_equal(back, n);
        assert_memory_equal(out, bytes, n);
        str_done(&wrapped);
    }
}

/* kubectl's own rule, and a fault of the tool before: the namespace is that of the context that is
 * used, not of the current one. */
static void the_namespace_of_that_context(void **state)
{
    (void)state;
    char file[] = "/tmp/strom-kube-XXXXXX";
    struct err e;
    struct net *net = net_open(&e);
    FILE *f = fdopen(mkstemp(file), "w");
    fputs("current-context: dev\ncontexts:\n"
          "- {name: dev, context: {cluster: c, user: u, namespace: team-dev}}\n"
          "- {name: prod, context: {cluster: c, user: u, namespace: team-prod}}\n"
          "- {name: none, context: {cluster: c, user: u}}\n"
          "users: [{name: u, user: {token: t}}]\n"
          "clusters: [{name: c, cluster: {server: \"https://x\"}}]\n",
          f);
    fclose(f);
    static const struct {
        const char *context, *ns, *wanted;
    } ways[] = {{NULL, NULL, "team-dev"}, {"prod", NULL, "team-prod"}, {"prod", "", "team-prod"},
                {"prod", "mine", "mine"}, {NULL, "mine", "mine"},      {"none", NULL, "default"},
                {"dev", NULL, "team-dev"}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct cluster *c = cluster_open(net, file, ways[i].context, ways[i].ns, &e);
        assert_non_null(c);
        assert_string_equal(cluster_namespace(c), ways[i].wanted);
        cluster_close(c);
    }
    assert_null(cluster_open(net, file, "gone", NULL, &e));
    assert_non_null(strstr(e.why, "no context gone"));
    assert_non_null(strstr(e.hint, "--context"));
    unlink(file);
    net_close(net);
}

/* An alias that multiplies is given up, not written out. */
static void extensions_are_bounded(void **state)
{
    (void)state;
    struct str text = {0};
    struct arena a;
    struct kubeconfig k = {.current = ""};
    struct err e;
    arena_init(&a);
    str_add(&text, "x0: &x0 [a, b, c, d, e, f, g, h]\n");
    for (int i = 1; i < 9; i++)
        str_printf(&text, "x%d: &x%d [*x%d, *x%d, *x%d, *x%d, *x%d, *x%d, *x%d, *x%d]\n", i, i,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    str_add(&text, "clusters:\n- name: c\n  cluster:\n    extensions:\n"
                   "    - {name: client.authentication.k8s.io/exec, extension: *x8}\n"
                   "- name: d\n  cluster:\n    extensions:\n    - name: "
                   "client.authentication.k8s.io/exec\n      extension: &r {r: [*r]}\n"
                   "- name: e\n  cluster:\n    extensions:\n    - name: "
                   "client.authentication.k8s.io/exec\n      extension: plain\n");
    assert_true(kubeconfig_merge(&a, str_text(&text), text.bytes, ".", &k, &e));
    assert_null(kubeconfig_cluster(&k, "c")->exec_config);
    assert_null(kubeconfig_cluster(&k, "d")->exec_config);
    assert_string_equal(kubeconfig_cluster(&k, "e")->exec_config, "\"plain\"");
    str_done(&text);
    kubeconfig_done(&k);
    arena_done(&a);
}

static void base64(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } good[] = {{"", ""},        {"TQ==", "M"}, {"TWE=", "Ma"},
                {"TWFu", "Man"}, {"TWE", "Ma"}, {" T W\nE = ", "Ma"}};
    static const char *const bad[] = {"T", "T===", "TW=u", "T-Fu", "TWFuT"};
    char out[64];
    size_t n;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(base64_decode(good[i].in, out, &n));
        assert_string_equal(out, good[i].out);
        assert_int_equal(n, strlen(good[i].out));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(base64_decode(bad[i], out, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges),
        cmocka_unit_test(odd_files_do_no_harm),
        cmocka_unit_test(broken_yaml_names_its_line),
        cmocka_unit_test(files_of_a_list),
        cmocka_unit_test(the_default_path),
        cmocka_unit_test(clusters_that_cannot_be_trusted),
        cmocka_unit_test(the_namespace_of_that_context),
        cmocka_unit_test(extensions_are_bounded),
        cmocka_unit_test(base64),
        cmocka_unit_test(base64_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Completion in the shells themselves: bash and zsh at a terminal, fish by its own engine. A shell
 * that is not here is skipped, and named. What is offered comes from a running sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/one_world.h"
#include "tests/e2e/vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOSTILE_FILE "pwned"

static char kube[2 * WORLD_PATH + 64];

static void write_file(const char *name, const char *text)
{
    char path[WORLD_PATH + 64];

    snprintf(path, sizeof path, "%s/%s", w.state, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const char kubeconfig[] =
    "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster: {server: https://127.0.0.1:9}\n"
    "users:\n- name: u\n  user: {}\ncontexts:\n"
    "- {name: fjord-prod, context: {cluster: c, user: u}}\n"
    "- {name: \"$(touch " HOSTILE_FILE ")\", context: {cluster: c, user: u}}\n"
    "- {name: \"fjord`touch " HOSTILE_FILE "`\", context: {cluster: c, user: u}}\n"
    "- {name: \"fjord;touch " HOSTILE_FILE "\", context: {cluster: c, user: u}}\n"
    "- {name: \"fjord\\e[31m\", context: {cluster: c, user: u}}\n"
    "- {name: \"fjord\\u202e\", context: {cluster: c, user: u}}\n"
    "- {name: \"fjord x\", context: {cluster: c, user: u}}\n"
    "- {name: \"fjord\\nx\", context: {cluster: c, user: u}}\n"
    "- {name: \"--yes\", context: {cluster: c, user: u}}\n";

static int start(void **state)
{
    char path[2 * WORLD_PATH];
    (void)state;
    WORLD_UP(&w, "running");
    write_file("kubeconfig", kubeconfig);
    snprintf(kube, sizeof kube, "KUBECONFIG=%s/kubeconfig:%s", w.state, getenv("KUBECONFIG"));
    snprintf(path, sizeof path, "%s", w.strom);
    *strrchr(path, '/') = '\0';
    snprintf(path + strlen(path), sizeof path - strlen(path), ":%s", getenv("PATH"));
    setenv("PATH", path, 1);
    return 0;
}

/* --- what strom offers --- */

static bool offers(const struct answer *a, const char *name)
{
    char line[256];

    snprintf(line, sizeof line, "\n%s\t", name);
    return strstr(a->out, line) != NULL;
}
#define OFFERS(name, ...)                                                                          \
    do {                                                                                           \
        const struct answer *a_ = STROM(&w, "__complete", "--", __VA_ARGS__);                      \
        answer_is(a_, 0);                                                                          \
        if (!offers(a_, name))                                                                     \
            fail_msg("%s is not offered:\n%s%s", name, a_->out, a_->err);                          \
    } while (0)

static void names_are_offered(void **state)
{
    (void)state;
    OFFERS("check", "che");
    OFFERS("--namespace", "check", "--na");
    OFFERS("--lang=nb", "check", "--lang=");
    OFFERS("nb", "check", "--lang", "n");
    OFFERS("terraform", "export", "t");
    OFFERS("trouble", "sandbox", "up", "");
    OFFERS("regelsett_resultat", "create", "a", "b", "--include-tables", "regelsett");
    OFFERS("regel_evaluering,regelsett_resultat", "create", "--include-tables",
           "regel_evaluering,regelsett");
    OFFERS("regel_evaluering:", "create", "--columns", "regel_eval");
    OFFERS("--columns=regel_evaluering:id", "create", "--columns=regel_evaluering:");
    OFFERS("postgres-postmottak-bigquery", "status", "--app", "postmottak-backend", "--project",
           "aap-dev-ab12", "--stream", "post");
    OFFERS("postgres-postmottak-bigquery", "status", "--stream", ""); /* the cluster knows where */
    OFFERS("postmottak-backend", "check", "--app", "post");
    OFFERS("postmottak-backend", "delete", "");
    OFFERS("regel_evaluering,regelsett_resultat", "stream", "backfill",
           "regel_evaluering,regelsett");
    OFFERS("regelsett_resultat", "status", "--reconcile", "regelsett");
    OFFERS("--app", "stream", "slot", "");
    const struct answer *a = STROM(&w, "__complete", "--", "plan", "--file", "");
    assert_string_equal(a->out, ":files\n");
    a = STROM(&w, "__complete", "--", "files", "--out=x");
    assert_string_equal(a->out, ":folders\n");
    a = STROM(&w, "__complete", "--", "create", "--", "--");
    assert_string_equal(a->out, ":words\n"); /* no options behind -- */
    a = STROM(&w, "__complete");
    answer_is(a, 0);
}

/* Neither a prompt nor a long wait, whatever is not there. */
static void nothing_is_offered_quickly(void **state)
{
    static const char *const nowhere[] = {"PGHOST=127.0.0.1", "PGHOSTADDR=127.0.0.1",
                                          "PGPORT=1",         "STROM_REPO=/nonexistent",
                                          "KUBECONFIG=/none", NULL};
    static const char *const options[] = {"--include-tables", "--context", "--columns",
                                          "--acknowledge",    "--app",     "--stream"};
    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct answer *a =
            STROM_IN(&w, nowhere, "__complete", "--", "create", options[i], "x");
        answer_is(a, 0);
        assert_int_equal(a->out[0], ':');
        assert_null(strchr(a->out, '\t'));
    }
}

/* A login may ask a person, in a browser: not for the sake of a Tab. */
static void no_login_is_run(void **state)
{
    static const char wanted[] =
        "apiVersion: v1\nkind: Config\ncurrent-context: x\n"
        "clusters:\n- name: c\n  cluster: {server: https://127.0.0.1:9}\n"
        "users:\n- name: u\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1, "
        "interactiveMode: Never, command: /bin/sh, args: [-c, \"touch %s/%s\"]}}\n"
        "contexts:\n- {name: x, context: {cluster: c, user: u, namespace: aap}}\n";
    char text[sizeof wanted + WORLD_PATH + 64], path[2 * WORLD_PATH];
    (void)state;
    snprintf(text, sizeof text, wanted, w.state, HOSTILE_FILE);
    write_file("login", text);
    snprintf(path, sizeof path, "KUBECONFIG=%s/login", w.state);
    const char *const env[] = {path, NULL};
    answer_is(STROM_IN(&w, env, "__complete", "--", "check", "--app", ""), 0);
    answer_is(STROM_IN(&w, env, "__complete", "--", "status", "--stream", ""), 0);
    snprintf(path, sizeof path, "%s/%s", w.state, HOSTILE_FILE);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void hostile_names_are_left_out(void **state)
{
    const char *const env[] = {kube, NULL};
    (void)state;
    const struct answer *a = STROM_IN(&w, env, "__complete", "--", "check", "--context", "");
    answer_is(a, 0);
    assert_true(offers(a, "fjord-prod"));
    for (const char *c = a->out; *c; c++)
        assert_true(*c == '\n' || *c == '\t' || (unsigned char)*c >= 0x20);
    assert_null(strstr(a->out, HOSTILE_FILE));
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): looked for */
    assert_null(strstr(a->out, "\xe2\x80\xae"));
    assert_null(strstr(a->out, "fjord x"));
    assert_null(strstr(a->out, "--yes"));
}

/* --- the shells --- */

static const char *const typed[][2] = {
    {"strom chec\t", "strom check"},
    {"strom check --locat\t", "strom check --location"},
    {"strom export terr\t", "strom export terraform"},
    {"strom --color=alw\t", "strom --color=always"},
    {"strom check --context fjord\t", "strom check --context fjord-prod"},
    {"strom create a b --include-tables regelsett_r\t", "--include-tables regelsett_resultat"},
    {"strom create a b --columns regel_eval\t", "--columns regel_evaluering:"},
    {"strom status --stream postg\t", "--stream postgres-postmottak-bigquery"},
    {"strom stream backfill regelsett_r\t", "backfill regelsett_resultat"},
};

static bool is_here(const char *shell)
{
    char line[64];

    snprintf(line, sizeof line, "command -v %s", shell);
    const char *const args[] = {"-c", line, NULL};
    struct run_options o = {.program = "/bin/sh", .args = args};
    struct run *r = run_start(&o);
    bool here = run_wait_end(r, RUN_MS) == 0;
    run_free(r);
    return here;
}

static void complete_at_terminal(const char *const *argv, const char *setup)
{
    char home[WORLD_PATH + 16];
    snprintf(home, sizeof home, "ZDOTDIR=%s", w.state);
    const char *const env[] = {kube, home, "PS1=ready> ", "TERM=xterm", "LC_ALL=C.UTF-8", NULL};
    struct vt_options o = {.argv = argv, .env = env, .cwd = w.state, .cols = 120};
    struct vt *v = vt_start(&o);

    assert_true(vt_wait_text(v, "ready>", VT_WAIT_MS));
    vt_type(v, setup);
    vt_type(v, "; echo set-''up\r");
    assert_true(vt_wait_text(v, "set-up", 3 * VT_WAIT_MS));
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        vt_type(v, "clear\r");
        assert_true(vt_wait_gone(v, "set-up", VT_WAIT_MS));
        assert_true(vt_wait_text(v, "ready>", VT_WAIT_MS));
        vt_type(v, typed[i][0]);
        if (!vt_wait_text(v, typed[i][1], 3 * VT_WAIT_MS))
            fail_msg("%s at %s:\n%s", argv[0], typed[i][0], vt_screen(v));
        vt_key(v, "Ctrl-C");
    }
    vt_type(v, "\rexit\r");
    vt_free(v);
    assert_int_equal(access(HOSTILE_FILE, F_OK), -1);
}

static void bash_completes(void **state)
{
    static const char *const argv[] = {"bash", "--norc", "--noprofile", "-i", NULL};
    (void)state;
    if (!is_here("bash")) {
        print_message("there is no bash here\n");
        skip();
    }
    complete_at_terminal(argv, "source <(strom completion bash)");
}

static void zsh_completes(void **state)
{
    static const char *const argv[] = {"zsh", "-f", "-i", NULL};
    (void)state;
    if (!is_here("zsh")) {
        print_message("there is no zsh here\n");
        skip();
    }
    complete_at_terminal(argv, "autoload -Uz compinit; compinit -u -D; eval \"$(strom completion "
                               "zsh)\"");
}

static void fish_completes(void **state)
{
    const char *const env[] = {kube, NULL};
    char line[512];
    (void)state;
    if (!is_here("fish")) {
        print_message("there is no fish here\n");
        skip();
    }
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        snprintf(line, sizeof line, "strom completion fish | source; complete -C '%.*s'",
                 (int)strcspn(typed[i][0], "\t"), typed[i][0]);
        const char *const args[] = {"fish", "-N", "-c", line, NULL};
        struct run_options o = {
            .program = "/usr/bin/env", .args = args, .env = env, .cwd = w.state};
        struct run *r = run_start(&o);
        assert_int_equal(run_wait_end(r, RUN_MS), 0);
        if (strstr(run_out(r), strrchr(typed[i][1], ' ') + 1) == NULL)
            fail_msg("fish at %s: %s%s", typed[i][0], run_out(r), run_err(r));
        run_free(r);
    }
    assert_int_equal(access(HOSTILE_FILE, F_OK), -1);
}

/* The scripts are what a shell's own parser takes, also where only that one is at hand. */
static void scripts_are_printed(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    (void)state;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        const struct answer *a = STROM(&w, "completion", shells[i]);
        answer_is(a, 0);
        assert_non_null(strstr(a->out, "strom __complete"));
        if (!is_here(shells[i]))
            continue;
        const char *const args[] = {shells[i], "-n", NULL};
        struct run_options o = {.program = "/usr/bin/env", .args = args, .input = a->out};
        struct run *r = run_start(&o);
        assert_int_equal(run_wait_end(r, RUN_MS), 0);
        run_free(r);
    }
    answer_is(STROM(&w, "completion"), 2);
    answer_says(STROM(&w, "completion", "fsh"), "did you mean 'fish'?");
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_offered),   cmocka_unit_test(nothing_is_offered_quickly),
        cmocka_unit_test(no_login_is_run),     cmocka_unit_test(hostile_names_are_left_out),
        cmocka_unit_test(scripts_are_printed), cmocka_unit_test(bash_completes),
        cmocka_unit_test(zsh_completes),       cmocka_unit_test(fish_completes),
    };
    return cmocka_run_group_tests(tests, start, stop_world);
}

/* What is asked of a person at a terminal: a password without echo, where the platform does not
 * tell it, and a login program's words while everybody waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/e2e/wizard.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USER  "annen" /* the platform knows no such user: its password stands nowhere */
#define WRONG "feil-k4nari-7120"
#define RIGHT "riktig-k4nari-3391"
#define ROLE                                                                                       \
    "CREATE ROLE " USER " LOGIN REPLICATION PASSWORD '" RIGHT "'; GRANT USAGE ON SCHEMA public "   \
    "TO " USER "; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " USER "; ALTER DEFAULT "         \
    "PRIVILEGES FOR ROLE \"postmottak-backend\" IN SCHEMA public GRANT SELECT ON TABLES TO " USER
#define CODE "type KODE-4711"

enum { MOST_BYTES = 8192 };

static char folder[] = "/tmp/strom-e2e-prompts-XXXXXX";
static char first[64], second[64]; /* a pipe for each word: one that is still open would end both */
static char kubeconfig[64], exported[80];

/* --- a kubeconfig whose program waits for a word of ours --- */

static char *read_all(const char *path)
{
    static char text[MOST_BYTES];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void write_all(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    chmod(path, 0600);
}

static void write_plugin(void)
{
    char path[64], script[2048], config[MOST_BYTES];
    char *text = read_all(getenv("KUBECONFIG")), *at = strstr(text, "    token: ");
    assert_non_null(at);
    snprintf(path, sizeof path, "%s/plugin", folder);
    snprintf(script, sizeof script,
             "echo 'Open https://login.example/device and " CODE "' >&2\n"
             "read -r word <%s\n"
             "echo \"$word\" >&2\n"
             "read -r word <%s\n"
             "printf '%%s' '{\"kind\":\"ExecCredential\",\"apiVersion\":"
             "\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%.*s\"}}'\n",
             first, second, (int)strcspn(at + 11, "\n"), at + 11);
    write_all(path, script);
    snprintf(config, sizeof config,
             "%.*s    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
             "      command: sh\n      args: [\"%s\"]\n      interactiveMode: IfAvailable\n",
             (int)(at - text), text, path);
    write_all(kubeconfig, config);
}

/* Waits until the program reads. */
static void tell_plugin(const char *way, const char *word)
{
    int fd = open(way, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, word, strlen(word)), (ssize_t)strlen(word));
    close(fd);
}

static int start(void **state)
{
    char value[256];
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "200");
    world_source(&w, ROLE, value);
    assert_non_null(mkdtemp(folder));
    snprintf(first, sizeof first, "%s/first", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    snprintf(kubeconfig, sizeof kubeconfig, "%s/kubeconfig", folder);
    snprintf(exported, sizeof exported, "KUBECONFIG=%s", kubeconfig);
    assert_int_equal(mkfifo(first, 0600), 0);
    assert_int_equal(mkfifo(second, 0600), 0);
    write_plugin();
    return 0;
}

static int stop(void **state)
{
    static const char *const names[] = {"first", "second", "plugin", "kubeconfig"};
    char path[96];
    (void)state;
    vt_free(v);
    world_close(&w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    return 0;
}

static size_t times_in(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

/* --- the login program --- */

static void a_command_passes_on_what_the_login_program_says(void **state)
{
    const char *const env[] = {exported, NULL};
    (void)state;
    struct run *r = STROM_START(&w, env, "check", "--app", "postmottak-backend", "--json");
    assert_true(run_wait_err(r, CODE, RUN_MS));
    assert_string_equal(run_out(r), "");
    tell_plugin(first, "Takk, Kari\n");
    assert_true(run_wait_err(r, "Takk, Kari", RUN_MS));
    tell_plugin(second, "\n");
    int code = run_wait_end(r, RUN_MS);
    if (code != 0 && code != 3)
        fail_msg("exit %d: %s", code, run_err(r));
    assert_int_equal(times_in(run_err(r), CODE), 1); /* what came since, and no more */
    assert_int_equal(times_in(run_err(r), "Takk, Kari"), 1);
    assert_non_null(strstr(run_out(r), "\"checks\""));
    assert_null(strstr(run_out(r), CODE));
    run_free(r);
}

static void an_interrupt_ends_that_wait(void **state)
{
    const char *const env[] = {exported, NULL};
    (void)state;
    struct run *r = STROM_START(&w, env, "check", "--app", "postmottak-backend", "--json");
    assert_true(run_wait_err(r, CODE, RUN_MS));
    run_signal(r, SIGINT);
    assert_int_equal(run_wait_end(r, RUN_MS), 130);
    run_free(r);
}

static void open_in(const char *const *env, const char *const *argv)
{
    struct vt_options o = {.cols = 110, .rows = 40, .argv = argv, .env = env, .cwd = w.state};
    vt_free(v);
    v = vt_start(&o);
    assert_non_null(v);
}
#define OPEN(env, ...) open_in(env, (const char *const[]){w.strom, __VA_ARGS__, NULL})

static void the_wizard_passes_it_on_too(void **state)
{
    const char *const env[] = {exported, NULL};
    (void)state;
    OPEN(env, "--no-notify");
    see("What do you want to do?");
    vt_key(v, "Enter");
    see(CODE);
    tell_plugin(first, "Takk, Kari\n");
    see("Takk, Kari");
    tell_plugin(second, "\n");
    see("postmottak-backend");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Ctrl-C");
    see("Interrupted");
    vt_key(v, "Ctrl-C");
    assert_int_equal(vt_wait_end(v, LONG_MS), 130);
}

/* --- the password --- */

static bool is_mute(struct vt *t, void *ctx)
{
    (void)ctx;
    return !vt_modes_sane(t);
}

static bool is_sane(struct vt *t, void *ctx)
{
    (void)ctx;
    return vt_modes_sane(t);
}

static void nowhere_on_the_terminal(const char *word)
{
    size_t bytes;
    const char *log = vt_log(v, &bytes);
    for (size_t i = 0, n = strlen(word); i + n <= bytes; i++)
        if (memcmp(log + i, word, n) == 0)
            fail_msg("the terminal was shown %s", word);
}

#define CREATE                                                                                     \
    "create", "postmottak-backend", USER, "--include-tables", "regel_evaluering,regelsett_resultat"

static void give_password(const char *password)
{
    OPEN(NULL, CREATE);
    see("it is not shown and not kept");
    see("Password:");
    assert_true(vt_wait(v, is_mute, NULL, LONG_MS));
    vt_type(v, password);
    vt_key(v, "Enter");
    see("Do this? [y/N]");
    assert_true(vt_wait(v, is_sane, NULL, LONG_MS));
    nowhere_on_the_terminal(password);
}

static void a_wrong_password_is_not_shown(void **state)
{
    (void)state;
    give_password(WRONG);
    vt_type(v, "y");
    vt_key(v, "Enter");
    assert_int_equal(vt_wait_end(v, LONG_MS), 1);
    see("password authentication failed");
    nowhere_on_the_terminal(WRONG);
}

/* The terminal hears again, whatever ends the question. */
static void an_interrupt_at_the_prompt_gives_the_echo_back(void **state)
{
    (void)state;
    OPEN(NULL, CREATE);
    see("Password:");
    assert_true(vt_wait(v, is_mute, NULL, LONG_MS));
    vt_type(v, RIGHT);
    vt_key(v, "Ctrl-C");
    assert_int_not_equal(vt_wait_end(v, LONG_MS), 0);
    assert_true(vt_wait(v, is_sane, NULL, LONG_MS));
    nowhere_on_the_terminal(RIGHT);
}

/* Its field shows that letters come, and not which. */
static void the_wizard_asks_without_showing(void **state)
{
    (void)state;
    world_new_state(&w);
    OPEN(NULL, "--no-notify", "--app", "postmottak-backend", "--db-user", USER);
    see("What do you want to do?");
    vt_key(v, "Enter");
    see("postmottak as kari.nordmann@nav.no");
    vt_key(v, "Enter");
    see("0 fail, 0 unknown");
    vt_key(v, "Enter");
    see("counting rows");
    vt_key(v, "Enter");
    see("columns 0");
    vt_type(v, "/regel_ev");
    vt_keys(v, "Enter Down Space");
    see("tables 1, columns 4");
    vt_key(v, "Enter");
    see("Where does it arrive?");
    vt_key(v, "Enter");
    see("to create");
    vt_key(v, "Enter");
    see("The password of " USER);
    see("kept nowhere here"); /* the cluster was asked in vain: now the person is */
    vt_type(v, WRONG);
    vt_key(v, "Ctrl-U");
    vt_type(v, RIGHT);
    vt_key(v, "Enter");
    see("Create now?");
    vt_key(v, "c");
    see("The stream runs");
    nowhere_on_the_terminal(WRONG);
    nowhere_on_the_terminal(RIGHT);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_passes_on_what_the_login_program_says),
        cmocka_unit_test(an_interrupt_ends_that_wait),
        cmocka_unit_test(the_wizard_passes_it_on_too),
        cmocka_unit_test(an_interrupt_at_the_prompt_gives_the_echo_back),
        cmocka_unit_test(a_wrong_password_is_not_shown),
        cmocka_unit_test(the_wizard_asks_without_showing),
    };
    (void)argc;
    if (!world_find(&w, argv[0]))
        return 77;
    return cmocka_run_group_tests(tests, start, stop);
}

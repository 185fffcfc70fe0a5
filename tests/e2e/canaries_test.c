/* A password, a refresh token, a private key, the cluster's token: put in where people put them,
 * and searched for wherever something may be left lying about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "tests/e2e/vt.h"
#include "tests/e2e/world.h"
#include "tests/sandbox/folder.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORDS = 8, WORD = 256, LOOK_MS = 1500, FILE_MOST = 64 << 20, PATH = FOLDER_PATH + 32 };

#define PASSWORD "kanari-flaggermus-7341"
#define WRONG    "kanari-feil-passord-2290"
#define CREATE                                                                                     \
    "create", "postmottak-backend", "datastream", "--include-tables",                              \
        "regel_evaluering,regelsett_resultat", "--yes", "--json"

static struct world w;
static char words[WORDS][WORD]; /* the canaries */
static size_t n_words;
static char base[FOLDER_PATH]; /* everything of ours */
static char folder[PATH];      /* where commands run, and where what they leave would lie */
static char seen[PATH];        /* what our login program was given, a file a call */
static char account[PATH], damaged[PATH]; /* credentials files with a private key */

/* --- searching --- */

static void add_word(const char *text)
{
    assert_true(n_words < WORDS && strlen(text) >= 8);
    str_copy(words[n_words++], WORD, text);
}

static bool planted; /* they are to be found */
static size_t found;

static void search(const char *where, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n_words; i++) {
        size_t length = strlen(words[i]);
        const char *at = bytes, *end = bytes + n;
        while (end - at >= (ptrdiff_t)length &&
               (at = memchr(at, words[i][0], (size_t)(end - at) - length + 1)) != NULL) {
            if (memcmp(at, words[i], length) == 0) {
                found++;
                if (!planted)
                    fail_msg("a secret (%.6s...) is in %s", words[i], where);
            }
            at++;
        }
    }
}

static size_t n_files; /* searched */

static int search_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    size_t n = 0;
    (void)at;
    if (kind != FTW_F || st->st_size == 0)
        return 0;
    char *bytes = folder_read(path, FILE_MOST, &n);
    if (bytes != NULL)
        search(path, bytes, n);
    n_files += bytes != NULL;
    free(bytes);
    return 0;
}

static void search_folder(const char *path)
{
    nftw(path, search_file, 16, FTW_PHYS);
}

/* --- processes --- */

/* The argv of it and of its children, while it runs. What their environment is, our login program
 * writes down. */
static void search_commands(pid_t of)
{
    static char line[65536];
    FILE *all = popen("ps -A -o pid= -o ppid= -o args=", "r");
    long pid, parent;
    assert_non_null(all);
    while (fgets(line, sizeof line, all) != NULL)
        if (sscanf(line, "%ld %ld", &pid, &parent) == 2 && (pid == of || parent == of))
            search("a command line", line, strlen(line));
    pclose(all);
}

/* Where the system tells; that no core was written is looked at everywhere. */
static void core_is_off(pid_t pid)
{
#if defined(__linux__)
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%ld/limits", (long)pid);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        if (str_starts(line, "Max core file size") &&
            (strstr(line, "unlimited") != NULL || !strstr(line, " 0 ")))
            fail_msg("a core file would be written: %s", line);
    fclose(f);
#else
    (void)pid;
#endif
}

/* --- a run, and the search behind it --- */

static void check(struct run *r)
{
    search("stdout", run_out(r), strlen(run_out(r)));
    search("stderr", run_err(r), strlen(run_err(r)));
    search_folder(w.state);
    search_folder(folder);
    search_folder(seen);
    search_folder(session_repo(w.session));
}

static int run_and_check(const char *const *env, const char *const *args)
{
    struct run_options o = {.program = w.strom, .args = args, .env = env, .cwd = folder};
    struct run *r = run_start(&o);
    do
        search_commands(run_pid(r));
    while (run_wait_more(r, LOOK_MS));
    int code = run_wait_end(r, RUN_MS);
    if (strstr(run_err(r), "Sanitizer") != NULL)
        fail_msg("%s", run_err(r));
    check(r);
    print_message("exit %d, %zu bytes on stdout, %zu on stderr\n", code, strlen(run_out(r)),
                  strlen(run_err(r)));
    run_free(r);
    return code;
}

#define RUN(env, ...) run_and_check(env, (const char *const[]){__VA_ARGS__, NULL})
#define LOG           "--log", "strom.log", "-v", "-v", "-v"

static size_t log_bytes(void)
{
    struct stat st;
    char path[PATH + 16];
    snprintf(path, sizeof path, "%s/strom.log", folder);
    return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

/* --- what happens --- */

/* The search itself: every word, in a file among others. */
static void the_search_finds(void **state)
{
    char path[PATH + 16], text[2 * WORD], why[FOLDER_WHY];
    (void)state;
    snprintf(path, sizeof path, "%s/planted", folder);
    planted = true;
    for (size_t i = 0; i < n_words; i++) {
        snprintf(text, sizeof text, "some text before%.255sand after", words[i]);
        assert_true(folder_write(path, text, why));
        found = 0;
        search_folder(folder);
        assert_int_equal(found, 1);
    }
    planted = false;
    assert_int_equal(unlink(path), 0);
}

/* A sanitizer forbids cores by itself, and would do it for us. */
static char cores[512] = "ASAN_OPTIONS=disable_coredump=0";
static const char *const with_wrong[] = {cores, "STROM_DB_PASSWORD=" WRONG, NULL};
static const char *const with_right[] = {cores, "STROM_DB_PASSWORD=" PASSWORD, NULL};

/* Where a core would lie, and that the search looks into it: of a program that does not forbid it.
 */
static void a_core_would_be_found(void **state)
{
    static const char *const args[] = {"-c", "kill -QUIT $$", NULL};
    struct run_options o = {.program = "/bin/sh", .args = args, .env = with_right, .cwd = folder};
    (void)state;
    struct run *r = run_start(&o);
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGQUIT);
    run_free(r);
    planted = true;
    found = 0;
    search_folder(folder);
    planted = false;
    if (found == 0)
        print_message("cores land elsewhere here: that they are forbidden is looked at alone\n");
    assert_true(folder_remove(folder));
    assert_int_equal(mkdir(folder, 0700), 0);
}

static void a_wrong_password_is_not_told(void **state)
{
    (void)state;
    assert_int_equal(RUN(with_wrong, CREATE, LOG), 1);
    assert_true(log_bytes() > 10000); /* everything was written down */
}

/* Killed with a signal that leaves a core, while it holds everything. */
static void a_crash_leaves_nothing(void **state)
{
    static const char *const args[] = {CREATE, LOG, NULL};
    struct run_options o = {.program = w.strom, .args = args, .env = with_right, .cwd = folder};
    (void)state;
    struct run *r = run_start(&o);
    assert_true(run_wait_out(r, "datastream.source_profile", RUN_MS));
    core_is_off(run_pid(r));
    run_signal(r, SIGQUIT);
    assert_int_equal(run_wait_end(r, RUN_MS), 128 + SIGQUIT);
    check(r);
    run_free(r);
}

static void a_whole_creation_tells_nothing(void **state)
{
    (void)state;
    size_t before = n_files;
    assert_int_equal(RUN(with_right, CREATE, LOG), 0);
    assert_true(n_files > before);
    DIR *d = opendir(seen); /* our login program was asked, and wrote down what it saw */
    size_t calls = 0;
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        calls += e->d_name[0] != '.';
    if (d != NULL)
        closedir(d);
    assert_true(calls > 0);
}

static void other_commands_tell_nothing(void **state)
{
    (void)state;
    assert_int_equal(RUN(with_right, "plan", "--app", "postmottak-backend", "--include-tables",
                         "regel_evaluering", "--json", LOG),
                     3);
    RUN(with_right, "check", "--app", "postmottak-backend", "--json", LOG);
    RUN(with_right, "files", "--app", "postmottak-backend", "--out", "made", LOG);
    assert_int_equal(RUN(with_right, "status", "--app", "postmottak-backend", "--json", LOG), 0);
}

/* Signed with the private key; and with one that is no key any more. */
static void a_private_key_is_not_told(void **state)
{
    char whole[PATH + 64], broken[PATH + 64], why[FOLDER_WHY];
    const char *const env[] = {whole, "STROM_DB_PASSWORD=" PASSWORD, NULL};
    const char *const other[] = {broken, "STROM_DB_PASSWORD=" PASSWORD, NULL};
    size_t n = 0;
    (void)state;
    snprintf(whole, sizeof whole, "GOOGLE_APPLICATION_CREDENTIALS=%s", account);
    snprintf(broken, sizeof broken, "GOOGLE_APPLICATION_CREDENTIALS=%s", damaged);
    assert_int_equal(RUN(env, "status", "--app", "postmottak-backend", "--json", LOG), 0);
    char *text = folder_read(account, 1 << 16, &n);
    char *key = strstr(text, "PRIVATE KEY-----\\n");
    assert_non_null(key);
    key[20] = key[20] == 'A' ? 'B' : 'A'; /* its outer shell is broken */
    assert_true(folder_write(damaged, text, why));
    free(text);
    assert_int_not_equal(RUN(other, "status", "--app", "postmottak-backend", "--json", LOG), 0);
}

/* The wizard with all of it in hand, and what it says when it is killed by a fault of its own. */
static void the_crash_note_tells_nothing(void **state)
{
    const char *const argv[] = {w.strom, "--no-notify", "--log", "strom.log",
                                "-v",    "-v",          "-v",    NULL};
    struct vt_options o = {.argv = argv, .env = with_right, .cwd = folder};
    size_t n = 0;
    (void)state;
    struct vt *v = vt_start(&o);
    assert_non_null(v);
    assert_true(vt_wait_text(v, "Set up", RUN_MS));
    vt_key(v, "Enter");
    assert_true(vt_wait_quiet(v, 500, RUN_MS));
    core_is_off((pid_t)vt_pid(v));
    vt_signal(v, SIGABRT);
    assert_int_equal(vt_wait_end(v, RUN_MS), 128 + SIGABRT);
    const char *log = vt_log(v, &n);
    assert_true(n > 100);
    assert_non_null(strstr(log, "strom ended unexpectedly"));
    search("the terminal", log, n);
    search_folder(w.state);
    search_folder(folder);
    vt_free(v);
}

/* --- what is put in --- */

/* The cluster's token comes from a program, which writes down what it is given. */
static void make_login_program(void)
{
    char path[PATH], token[WORD] = "", why[FOLDER_WHY];
    struct str text = {0};
    size_t n = 0;
    char *config = folder_read(getenv("KUBECONFIG"), 1 << 16, &n);
    assert_non_null(config);
    char *at = strstr(config, "    token: ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "    token: %255s", token), 1);
    add_word(token);
    str_printf(&text,
               "#!/bin/sh\n{ env; printf '%%s\\n' \"$@\"; } >'%s'/$$\n"
               "printf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":"
               "\"ExecCredential\",\"status\":{\"token\":\"%s\"}}'\n",
               seen, token);
    snprintf(path, sizeof path, "%s/login", base);
    assert_true(folder_write(path, str_text(&text), why));
    assert_int_equal(chmod(path, 0700), 0);
    *at = '\0';
    str_clear(&text);
    str_printf(&text,
               "%s    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: %s\n"
               "      interactiveMode: Never\n",
               config, path);
    snprintf(path, sizeof path, "%s/kubeconfig", base);
    assert_true(folder_write(path, str_text(&text), why));
    setenv("KUBECONFIG", path, 1);
    str_done(&text);
    free(config);
}

static void make_account(void)
{
    char line[512], why[FOLDER_WHY];
    struct str text = {0};
    size_t lines = 0;
    FILE *key =
        popen("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null", "r");
    assert_non_null(key);
    str_add(&text, "{\"type\":\"service_account\",\"client_email\":"
                   "\"datastream@aap-dev-ab12.iam.gserviceaccount.com\",\"private_key_id\":\"k1\","
                   "\"token_uri\":\"https://oauth2.googleapis.com/token\",\"private_key\":\"");
    while (fgets(line, sizeof line, key) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        str_printf(&text, "%s\\n", line);
        if (++lines == 9)
            add_word(line);
    }
    str_add(&text, "\"}\n");
    pclose(key);
    assert_true(lines > 9 && folder_write(account, str_text(&text), why));
    str_done(&text);
}

static void read_refresh_token(void)
{
    size_t n = 0;
    struct err e;
    char *text = folder_read(getenv("GOOGLE_APPLICATION_CREDENTIALS"), 1 << 16, &n);
    assert_non_null(text);
    struct json *doc = json_parse(text, n, &e);
    add_word(json_string_or(doc, "refresh_token", "?"));
    json_free(doc);
    free(text);
}

static void make_folders(void)
{
    char why[FOLDER_WHY];
    if (!folder_make_temporary("strom-canary", base, why))
        fail_msg("%s", why);
    snprintf(folder, sizeof folder, "%s/run", base);
    snprintf(seen, sizeof seen, "%s/seen", base);
    snprintf(account, sizeof account, "%s/account.json", base);
    snprintf(damaged, sizeof damaged, "%s/damaged.json", base);
    assert_true(folder_make(folder, why) && folder_make(seen, why));
}

static int start(void **state)
{
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    char none[256];
    (void)state;
    WORLD_UP(&w, "ready", "--speed", "200");
    if (getenv("ASAN_OPTIONS") != NULL)
        snprintf(cores, sizeof cores, "ASAN_OPTIONS=%.450s:disable_coredump=0",
                 getenv("ASAN_OPTIONS"));
    if (setrlimit(RLIMIT_CORE, &all) != 0) /* cores would be written, were they not forbidden */
        print_message("core files are limited here already\n");
    make_folders();
    add_word(PASSWORD);
    add_word(WRONG);
    add_word("ya29.a0sandbox-");
    read_refresh_token();
    make_account();
    make_login_program();
    world_source(&w, "ALTER USER datastream PASSWORD '" PASSWORD "'", none);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    world_close(&w);
    folder_remove(base);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_search_finds),
        cmocka_unit_test(a_core_would_be_found),
        cmocka_unit_test(a_wrong_password_is_not_told),
        cmocka_unit_test(a_crash_leaves_nothing),
        cmocka_unit_test(a_whole_creation_tells_nothing),
        cmocka_unit_test(other_commands_tell_nothing),
        cmocka_unit_test(a_private_key_is_not_told),
        cmocka_unit_test(the_crash_note_tells_nothing),
    };
    (void)argc;
    if (!world_find(&w, argv[0])) {
        fprintf(stderr, "no strom, no strom-sandbox, or no PostgreSQL here\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, start, stop);
}

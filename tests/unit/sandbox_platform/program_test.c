#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/folder.h"
#include "tests/sandbox/platform/repo.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/process.h"
#include "tests/sandbox/session.h"

#include <dirent.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program itself, from outside. */

enum { PATIENCE_MS = 20000, LOOK_MS = 20 };

static char program[1024], state_home[FOLDER_PATH], temporary[FOLDER_PATH];
static const char *const ready[] = {"ready", NULL};

static struct session *must_open(const char *const *args)
{
    char why[1024];
    struct session *s = session_open(program, args, state_home, why);
    if (s == NULL)
        fail_msg("%s", why);
    return s;
}

/* The status; *out is the caller's to free. */
static int run(char **out, const char *const *args)
{
    const char *argv[16] = {program};
    const char *const env[] = {"XDG_STATE_HOME", state_home, NULL};
    for (size_t i = 0; args[i] != NULL; i++)
        argv[i + 1] = args[i];
    return process_run(argv, NULL, env, out);
}

#define RUN(out, ...) run(out, (const char *const[]){__VA_ARGS__, NULL})

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    bool empty = true;
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        empty = empty && entry->d_name[0] == '.';
    if (dir != NULL)
        closedir(dir);
    return empty;
}

/* Neither a folder of a sandbox nor of a database is left, nor a server that answers. */
static void assert_nothing_left(void)
{
    char sandboxes[FOLDER_PATH + 32];
    snprintf(sandboxes, sizeof(sandboxes), "%s/strom/sandbox", state_home);
    for (int waited = 0; waited < PATIENCE_MS && !(is_empty(sandboxes) && is_empty(temporary));
         waited += LOOK_MS)
        poll(NULL, 0, LOOK_MS);
    assert_true(is_empty(sandboxes));
    assert_true(is_empty(temporary));
}

static void ask(const char *conninfo, const char *sql, char value[256])
{
    PGconn *db = PQconnectdb(conninfo);
    PGresult *rows = PQexec(db, sql);
    if (PQresultStatus(rows) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(db));
    snprintf(value, 256, "%s", PQgetvalue(rows, 0, 0));
    PQclear(rows);
    PQfinish(db);
}

/* --- a session, as other tests use it --- */

static void session_is_ready_when_it_opens(void **state)
{
    char conninfo[512], value[256], person[512];
    (void)state;
    struct session *s = must_open(ready);
    assert_non_null(strstr(session_env(s, "STROM_GCP_ENDPOINT"), "http://127.0.0.1:"));
    assert_string_equal(session_env(s, "PGUSER"), "kari.nordmann@nav.no");
    assert_int_equal(access(session_env(s, "GOOGLE_APPLICATION_CREDENTIALS"), R_OK), 0);
    assert_int_equal(access(session_env(s, "KUBECONFIG"), R_OK), 0);
    assert_string_equal(session_env(s, "STROM_REPO"), session_repo(s));
    ask(session_superuser(s, conninfo), "SELECT slot_name FROM pg_replication_slots", value);
    assert_string_equal(value, "ds_replication");
    snprintf(person, sizeof(person), "host=127.0.0.1 port=%s dbname=%s user=%s sslmode=disable",
             session_env(s, "PGPORT"), session_env(s, "PGDATABASE"), session_env(s, "PGUSER"));
    ask(person, "SELECT count(*) FROM regel_evaluering", value);
    assert_string_equal(value, "10000");
    session_close(s);
    assert_nothing_left();
}

static void secrets_are_for_their_owner_only(void **state)
{
    static const char *const names[] = {"credentials.json", "kubeconfig", "state.json",
                                        "requests.log"};
    char path[FOLDER_PATH + 32];
    struct stat st;
    (void)state;
    struct session *s = must_open(ready);
    assert_int_equal(stat(session_folder(s), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", session_folder(s), names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    session_close(s);
}

static void kill_of_the_keeper_leaves_nothing(void **state)
{
    (void)state;
    struct session *s = must_open(ready);
    session_kill(s);
    session_close(s);
    assert_nothing_left();
}

/* The old watcher still cleans while the new keeper begins under the same name. */
static void name_can_be_used_again_at_once(void **state)
{
    static const char *const again[] = {"fresh", "--name", "igjen", NULL};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct session *s = must_open(again);
        session_kill(s);
        struct session *next = must_open(again);
        assert_int_equal(session_run(next, (const char *const[]){"status", NULL}, NULL), 0);
        session_kill(next);
        session_close(next);
        session_close(s);
    }
    assert_nothing_left();
}

static void two_stand_side_by_side(void **state)
{
    static const char *const fresh[] = {"fresh", "--name", "annen", NULL};
    (void)state;
    struct session *a = must_open(ready), *b = must_open(fresh);
    assert_string_not_equal(session_env(a, "PGPORT"), session_env(b, "PGPORT"));
    session_close(a);
    char *out = NULL;
    assert_int_equal(RUN(&out, "status", "--name", "annen"), 0);
    assert_non_null(strstr(out, "annen: fresh"));
    free(out);
    session_close(b);
    assert_nothing_left();
}

static void commit_is_there_and_deploy_is_quiet(void **state)
{
    (void)state;
    char *out = NULL;
    struct session *s = must_open(ready);
    const char *const log[] = {"git", "log", "--format=%s", NULL};
    assert_int_equal(process_run(log, session_repo(s), NULL, &out), 0);
    assert_non_null(strstr(out, "Datastream"));
    free(out);
    const char *const changed[] = {"git", "status", "--porcelain", NULL};
    assert_int_equal(process_run(changed, session_repo(s), NULL, &out), 0);
    assert_string_equal(out, "");
    free(out);
    const char *const deploy[] = {"deploy", NULL};
    assert_int_equal(session_run(s, deploy, &out), 0);
    assert_non_null(strstr(out, "up to date"));
    free(out);
    session_close(s);
}

/* The keeper lives on while the server under it goes and comes back. */
static void flag_is_turned_on_in_a_running_sandbox(void **state)
{
    static const char *const fresh[] = {"fresh", "--rate", "50", NULL}, *const deploy[] = {"deploy",
                                                                                           NULL};
    char *out = NULL, why[REPO_WHY], value[256], conninfo[512];
    (void)state;
    struct session *s = must_open(fresh);
    ask(session_superuser(s, conninfo), "SELECT current_setting('server_version_num')::int / 10000",
        value);
    struct repo_manifest m = {
        .postgres_version = (int)strtol(value, NULL, 10), .flag = "on", .user = "datastream"};
    assert_true(repo_write(STROM_FIXTURES, session_repo(s), &m, why));
    assert_true(repo_add(STROM_FIXTURES, "ready", session_repo(s), why));
    if (session_run(s, deploy, &out) != 0)
        fail_msg("%s", out);
    assert_non_null(strstr(out, "user datastream made"));
    free(out);
    ask(session_superuser(s, conninfo), "SHOW wal_level", value);
    assert_string_equal(value, "logical");
    ask(session_superuser(s, conninfo), "SELECT count(*) FROM pg_replication_slots", value);
    assert_string_equal(value, "1");
    assert_int_equal(session_run(s, (const char *const[]){"status", NULL}, NULL), 0);
    session_close(s);
    assert_nothing_left();
}

/* The command of the environment, as a shell would run it, from another state home. */
static void deploy_command_works_anywhere(void **state)
{
    (void)state;
    char *out = NULL, why[FOLDER_WHY], path[FOLDER_PATH + 64];
    struct session *s = must_open(ready);
    snprintf(path, sizeof(path), "%s/src/main/resources/flyway/V2__feil.sql", session_repo(s));
    assert_true(folder_write(path, "SELECT feil;", why));
    const char *const sh[] = {"sh", "-c", session_env(s, "STROM_DEPLOY_COMMAND"), NULL};
    const char *const elsewhere[] = {"XDG_STATE_HOME", "/dev/null", NULL};
    assert_int_equal(process_run(sh, "/", elsewhere, &out), 1);
    assert_non_null(strstr(out, "V2__feil.sql failed"));
    free(out);
    assert_true(folder_write(path, "SELECT 1;", why));
    assert_int_equal(process_run(sh, "/", elsewhere, &out), 0);
    assert_non_null(strstr(out, "now at version v2"));
    free(out);
    session_close(s);
}

static void a_wrong_token_opens_nothing(void **state)
{
    char url[256], *out = NULL;
    (void)state;
    struct session *s = must_open(ready);
    snprintf(url, sizeof(url), "%s/sandbox/status", session_env(s, "STROM_GCP_ENDPOINT"));
    const char *const curl[] = {
        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Authorization: Bearer feil",
        url,    NULL};
    if (process_run(curl, NULL, NULL, &out) != 127)
        assert_string_equal(out, "401");
    free(out);
    session_close(s);
}

static void traffic_is_turned_up_and_down(void **state)
{
    (void)state;
    char *out = NULL;
    struct session *s = must_open(ready);
    const char *const up[] = {"traffic", "200", NULL}, *const look[] = {"traffic", "--json", NULL};
    assert_int_equal(session_run(s, up, NULL), 0);
    bool moved = false;
    for (int waited = 0; waited < PATIENCE_MS && !moved; waited += LOOK_MS) {
        assert_int_equal(session_run(s, look, &out), 0);
        moved = strstr(out, "\"inserts\":0") == NULL && strstr(out, "\"updates\":0") == NULL;
        free(out);
        poll(NULL, 0, LOOK_MS);
    }
    assert_true(moved);
    session_close(s);
}

static void nobody_asking_ends_it(void **state)
{
    static const char *const brief[] = {"fresh", "--idle", "1", NULL};
    (void)state;
    struct session *s = must_open(brief);
    int status;
    assert_int_equal(waitpid(session_pid(s), &status, 0), session_pid(s));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_nothing_left();
    session_kill(s);
    session_close(s);
}

/* --- detached --- */

static void up_detaches_and_down_takes_it_away(void **state)
{
    char *out = NULL;
    (void)state;
    assert_int_equal(RUN(&out, "up", "fresh"), 0);
    assert_non_null(strstr(out, "The sandbox is ready: fresh"));
    free(out);
    assert_int_equal(RUN(&out, "status"), 0);
    assert_non_null(strstr(out, "logical decoding off"));
    free(out);
    assert_int_equal(RUN(&out, "up"), 1);
    assert_non_null(strstr(out, "running already"));
    free(out);
    assert_int_equal(RUN(&out, "env"), 0);
    assert_non_null(strstr(out, "export STROM_POLL_FLOOR='0.050'\n"));
    free(out);
    assert_int_equal(RUN(&out, "sql"), 0);
    assert_string_equal(out, "");
    free(out);
    assert_int_equal(RUN(&out, "sql", "SELECT 1, 'å', NULL"), 0);
    assert_string_equal(out, "1\tå\t\n");
    free(out);
    assert_int_equal(RUN(&out, "sql", "ATTACH 'x' AS y"), 1);
    free(out);
    assert_int_equal(RUN(&out, "down"), 0);
    free(out);
    assert_nothing_left();
    assert_int_equal(RUN(NULL, "status"), 3);
    assert_int_equal(RUN(NULL, "env"), 1);
    assert_int_equal(RUN(&out, "down", "--lang", "nb"), 0);
    assert_non_null(strstr(out, "ingen kjørte"));
    free(out);
}

static void what_a_crash_left_goes_at_the_next_up(void **state)
{
    char left[FOLDER_PATH + 64], path[FOLDER_PATH + 96], database[FOLDER_PATH + 64],
        why[FOLDER_WHY];
    (void)state;
    snprintf(left, sizeof(left), "%s/strom/sandbox/gammel", state_home);
    snprintf(database, sizeof(database), "%s/strom-pg-gammel", temporary);
    assert_true(folder_make(left, why) && folder_make(database, why));
    snprintf(path, sizeof(path), "%s/state.json", left);
    assert_true(folder_write(path, "{}", why));
    snprintf(path, sizeof(path), "%s/lock", left);
    assert_true(folder_write(path, "", why));
    snprintf(path, sizeof(path), "%s/lock", database);
    assert_true(folder_write(path, "", why));
    struct session *s = must_open(ready);
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(access(database, F_OK), -1);
    session_close(s);
}

static void scenarios_come_up_and_go(void **state)
{
    static const struct {
        const char *name, *sql, *is;
    } cases[] = {
        {"running", "SELECT active FROM pg_replication_slots WHERE slot_name = 'ds_replication'",
         "t"},
        {"shared", "SELECT count(*) FROM pg_publication", "1"},
        {"large",
         "SELECT count(*) >= 1000 AND sum(relnatts) >= 20000 FROM pg_class WHERE relkind IN ('r', "
         "'p') AND"
         " relnamespace::regnamespace::text !~ '^(pg_|information)'",
         "t"},
        {"trouble",
         "SELECT string_agg(concat_ws(' ', slot_name, plugin, database, wal_status), ', ' ORDER BY "
         "slot_name) FROM"
         " pg_replication_slots WHERE slot_type = 'logical'",
         "arkiv_replication pgoutput arkiv unreserved, ds_replication test_decoding arkiv "
         "unreserved, "
         "gammel_replication pgoutput postmottak lost"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *args[] = {cases[i].name, "--speed", "1000", NULL};
        char conninfo[512], value[256] = "";
        struct session *s = must_open(args);
        session_superuser(s, conninfo);
        for (int waited = 0; waited < PATIENCE_MS && strcmp(value, cases[i].is) != 0;
             waited += LOOK_MS) {
            ask(conninfo, cases[i].sql, value);
            poll(NULL, 0, LOOK_MS);
        }
        assert_string_equal(value, cases[i].is);
        session_close(s);
        assert_nothing_left();
    }
}

/* Keeper and watcher at once: nobody is left to clean, the server goes by itself. */
static void killed_twice_is_cleaned_at_the_next_up(void **state)
{
    char path[FOLDER_PATH], number[24], *out = NULL;
    (void)state;
    struct session *s = must_open(ready);
    snprintf(path, sizeof(path), "%s", session_folder(s));
    snprintf(number, sizeof(number), "%ld", (long)session_pid(s));
    const char *const pgrep[] = {"pgrep", "-P", number, NULL};
    if (process_run(pgrep, NULL, NULL, &out) == 0)
        kill((pid_t)strtol(out, NULL, 10), SIGKILL);
    free(out);
    session_kill(s);
    assert_int_equal(RUN(NULL, "down", "--folder", path), 0);
    session_close(s);
    assert_nothing_left();
}

/* --- what goes wrong --- */

static void no_postgresql_is_said_and_leaves_nothing(void **state)
{
    char *out = NULL;
    (void)state;
    setenv("STROM_SANDBOX_PG_BINDIR", "/nonexistent", 1);
    assert_int_equal(RUN(&out, "up"), 1);
    assert_non_null(strstr(out, "apt-get install postgresql"));
    free(out);
    char why[1024];
    assert_null(session_open(program, ready, state_home, why));
    assert_non_null(strstr(why, "not found"));
    unsetenv("STROM_SANDBOX_PG_BINDIR");
    assert_nothing_left();
}

static void wrong_lines_are_refused(void **state)
{
    static const char *const lines[][4] = {{"upp"},
                                           {"up", "ukjent"},
                                           {"up", "--speed", "fort"},
                                           {"up", "--speed"},
                                           {"up", "--rate=-1"},
                                           {"traffic", "mye"},
                                           {"up", "--name", "../x"},
                                           {"down", "nå"},
                                           {"up", "--lang", "tysk"},
                                           {"up", "--finnes-ikke"},
                                           {"up", "--name", ""},
                                           {"env", "--folder", "her"}};
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const char *args[5] = {lines[i][0], lines[i][1], lines[i][2], lines[i][3], NULL};
        assert_int_equal(run(NULL, args), 2);
    }
    assert_int_equal(RUN(NULL, "--help"), 0);
    assert_int_equal(RUN(NULL, "--version"), 0);
}

static void interrupted_start_leaves_nothing(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        setenv("XDG_STATE_HOME", state_home, 1);
        execl(program, program, "up", "ready", (char *)NULL);
        _exit(127);
    }
    for (int waited = 0; waited < PATIENCE_MS && is_empty(temporary); waited += 1)
        poll(NULL, 0, 1);
    assert_false(is_empty(temporary));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_nothing_left();
}

static int start(void **state)
{
    char why[FOLDER_WHY];
    (void)state;
    unsetenv("TMPDIR");
    if (!folder_make_temporary("strom-program", state_home, why) ||
        !folder_make_temporary("strom-program-pg", temporary, why) || chmod(temporary, 01777) != 0)
        return -1;
    setenv("TMPDIR", temporary, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return folder_remove(state_home) && folder_remove(temporary) ? 0 : -1;
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!postgres_is_installed() || !session_program(argv[0], program))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_is_ready_when_it_opens),
        cmocka_unit_test(secrets_are_for_their_owner_only),
        cmocka_unit_test(kill_of_the_keeper_leaves_nothing),
        cmocka_unit_test(name_can_be_used_again_at_once),
        cmocka_unit_test(two_stand_side_by_side),
        cmocka_unit_test(commit_is_there_and_deploy_is_quiet),
        cmocka_unit_test(flag_is_turned_on_in_a_running_sandbox),
        cmocka_unit_test(deploy_command_works_anywhere),
        cmocka_unit_test(scenarios_come_up_and_go),
        cmocka_unit_test(killed_twice_is_cleaned_at_the_next_up),
        cmocka_unit_test(a_wrong_token_opens_nothing),
        cmocka_unit_test(traffic_is_turned_up_and_down),
        cmocka_unit_test(nobody_asking_ends_it),
        cmocka_unit_test(up_detaches_and_down_takes_it_away),
        cmocka_unit_test(what_a_crash_left_goes_at_the_next_up),
        cmocka_unit_test(no_postgresql_is_said_and_leaves_nothing),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(interrupted_start_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

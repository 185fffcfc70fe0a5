#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/folder.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/process.h"
#include "tests/sandbox/sandbox.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, LOOK_MS = 20 };

static char folder[FOLDER_PATH];
static struct postgres *pg;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int start(void **state)
{
    char why[POSTGRES_WHY] = "";
    (void)state;
    if (!folder_make_temporary("strom-test", folder, why))
        return -1;
    struct postgres_options o = {.folder = folder, .database = "postmottak", .owner = "eier-app"};
    int64_t before = now_ms();
    pg = postgres_start(&o, why);
    if (pg == NULL)
        fprintf(stderr, "%s\n", why);
    fprintf(stderr, "initdb and start: %lld ms\n", (long long)(now_ms() - before));
    return pg != NULL ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    postgres_remove(pg);
    return access(folder, F_OK) == 0 ? -1 : 0;
}

/* "" and the value, or the error's SQLSTATE and "". */
static void ask(const char *conninfo, const char *sql, char *value, size_t cap, char state[8])
{
    PGconn *db = PQconnectdb(conninfo);
    PGresult *rows = PQexec(db, sql);
    const char *code = PQresultErrorField(rows, PG_DIAG_SQLSTATE);
    if (PQstatus(db) != CONNECTION_OK)
        code = "08001";
    snprintf(state, 8, "%s", code != NULL ? code : "");
    snprintf(value, cap, "%s", PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(db);
}

static void supervisor_reaches_it_over_the_socket(void **state)
{
    char conninfo[POSTGRES_CONNINFO], value[64], code[8];
    (void)state;
    ask(postgres_superuser(pg, "postmottak", conninfo),
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()", value,
        sizeof(value), code);
    assert_string_equal(code, "");
    assert_string_equal(value, "eier-app");
    assert_true(postgres_version(pg) >= 13);
    struct stat st;
    assert_int_equal(stat(postgres_socket_folder(pg), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void supervisor_is_refused_over_tcp(void **state)
{
    char conninfo[POSTGRES_CONNINFO], value[64], code[8];
    (void)state;
    ask(postgres_conninfo(pg, "postmottak", POSTGRES_SUPERVISOR, "x", conninfo), "SELECT 1", value,
        sizeof(value), code);
    assert_string_equal(code, "08001");
}

static void person_needs_no_password_and_is_nobody_special(void **state)
{
    char conninfo[POSTGRES_CONNINFO], value[64], code[8];
    (void)state;
    ask(postgres_conninfo(pg, "postmottak", SANDBOX_PERSON, NULL, conninfo),
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE "
        "rolname = current_user",
        value, sizeof(value), code);
    assert_string_equal(code, "");
    assert_string_equal(value, "f");
}

static void others_need_the_right_password(void **state)
{
    char conninfo[POSTGRES_CONNINFO], value[64], code[8];
    (void)state;
    ask(postgres_superuser(pg, "postmottak", conninfo),
        "CREATE ROLE leser LOGIN PASSWORD 'rett \\'' '", value, sizeof(value), code);
    assert_string_equal(code, "");
    ask(postgres_conninfo(pg, "postmottak", "leser", "galt", conninfo), "SELECT 1", value,
        sizeof(value), code);
    assert_string_equal(code, "08001");
    ask(postgres_conninfo(pg, "postmottak", "leser", NULL, conninfo), "SELECT 1", value,
        sizeof(value), code);
    assert_string_equal(code, "08001");
    ask(postgres_conninfo(pg, "postmottak", "leser", "rett \\' ", conninfo), "SELECT 1", value,
        sizeof(value), code);
    assert_string_equal(code, "");
}

static void restart_changes_the_wal_level_and_keeps_the_port(void **state)
{
    char conninfo[POSTGRES_CONNINFO], value[64], code[8], why[POSTGRES_WHY] = "";
    (void)state;
    int port = postgres_port(pg);
    assert_false(postgres_is_logical(pg));
    assert_true(postgres_restart(pg, true, why));
    assert_int_equal(postgres_port(pg), port);
    ask(postgres_superuser(pg, "postmottak", conninfo), "SHOW wal_level", value, sizeof(value),
        code);
    assert_string_equal(value, "logical");
    assert_true(postgres_alive(pg));
}

static void restart_that_fails_comes_back_as_it_was(void **state)
{
    char conninfo[POSTGRES_CONNINFO], value[64], code[8], why[POSTGRES_WHY] = "";
    (void)state;
    assert_true(postgres_is_logical(pg));
    ask(postgres_superuser(pg, "postmottak", conninfo),
        "SELECT pg_create_logical_replication_slot('i_veien', 'pgoutput')", value, sizeof(value),
        code);
    assert_string_equal(code, "");
    assert_false(postgres_restart(pg, false, why));
    assert_non_null(strstr(why, "i_veien"));
    assert_true(postgres_alive(pg));
    assert_true(postgres_is_logical(pg));
    ask(postgres_superuser(pg, "postmottak", conninfo),
        "SELECT pg_drop_replication_slot('i_veien')", value, sizeof(value), code);
    assert_string_equal(code, "");
}

/* --- those with a process of their own --- */

static bool process_is_gone(pid_t pid)
{
    return kill(pid, 0) != 0 && errno == ESRCH;
}

static void await(bool (*done)(const char *), const char *what)
{
    for (int64_t end = now_ms() + PATIENCE_MS; !done(what) && now_ms() < end;)
        poll(NULL, 0, LOOK_MS);
    assert_true(done(what));
}

static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0;
}

static pid_t server_pid(const char *at)
{
    char path[FOLDER_PATH];
    snprintf(path, sizeof(path), "%s/data/postmaster.pid", at);
    char *text = folder_read(path, 4096, NULL);
    pid_t pid = text == NULL ? 0 : (pid_t)strtol(text, NULL, 10);
    free(text);
    return pid;
}

/* Starts a temporary server in a child of its own, which then waits to be killed. */
static pid_t keeper(const char *at, const char *goes_too, pid_t *watcher)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char why[POSTGRES_WHY];
        struct postgres_options o = {.folder = at, .temporary = true, .goes_too = goes_too};
        struct postgres *mine = postgres_start(&o, why);
        pid_t its = mine != NULL ? postgres_watcher(mine) : -1;
        if (write(ready[1], &its, sizeof(its)) == (ssize_t)sizeof(its))
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], watcher, sizeof(*watcher)), sizeof(*watcher));
    close(ready[0]);
    assert_true(*watcher > 0);
    return pid;
}

static void nothing_is_left_when_the_keeper_is_killed(void **state)
{
    char at[] = "/tmp/strom-kill-XXXXXX", too[] = "/tmp/strom-kill-too-XXXXXX";
    pid_t watcher;
    (void)state;
    assert_non_null(mkdtemp(at));
    assert_non_null(mkdtemp(too));
    pid_t pid = keeper(at, too, &watcher);
    pid_t server = server_pid(at);
    assert_true(server > 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    await(is_absent, at);
    await(is_absent, too);
    assert_true(process_is_gone(server));
}

#if defined(__linux__)
static bool is_gone(const char *pid)
{
    return process_is_gone((pid_t)strtol(pid, NULL, 10));
}

static void the_server_goes_even_when_its_watcher_is_killed(void **state)
{
    char at[] = "/tmp/strom-kill-XXXXXX", text[32];
    pid_t watcher;
    (void)state;
    assert_non_null(mkdtemp(at));
    pid_t pid = keeper(at, NULL, &watcher);
    pid_t server = server_pid(at);
    kill(watcher, SIGKILL);
    snprintf(text, sizeof(text), "%ld", (long)server);
    await(is_gone, text);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_true(folder_remove(at));
}
#endif

/* --- failures --- */

static void fails_clearly_without_postgresql(void **state)
{
    char why[POSTGRES_WHY] = "", at[] = "/tmp/strom-none-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(at));
    setenv("STROM_SANDBOX_PG_BINDIR", at, 1);
    struct postgres_options o = {.folder = at, .temporary = true};
    assert_null(postgres_start(&o, why));
    unsetenv("STROM_SANDBOX_PG_BINDIR");
    assert_non_null(strstr(why, "not found"));
    assert_non_null(strstr(why, "apt-get install postgresql"));
    assert_non_null(strstr(why, "brew install"));
    folder_remove(at);
}

static void fails_clearly_when_the_folder_cannot_be_entered(void **state)
{
    char why[POSTGRES_WHY] = "", outer[] = "/tmp/strom-shut-XXXXXX", inner[64];
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_non_null(mkdtemp(outer));
    snprintf(inner, sizeof(inner), "%s/inner", outer);
    struct postgres_options o = {.folder = inner, .temporary = true};
    assert_null(postgres_start(&o, why));
    assert_non_null(strstr(why, "cannot enter"));
    assert_true(is_absent(inner));
    folder_remove(outer);
}

static void fails_clearly_when_the_path_is_too_long(void **state)
{
    char why[POSTGRES_WHY] = "", at[200] = "/tmp/";
    (void)state;
    memset(at + 5, 'x', 150);
    struct postgres_options o = {.folder = at};
    assert_null(postgres_start(&o, why));
    assert_non_null(strstr(why, "too long"));
}

/* A small file system of its own, where this machine lets us make one. */
static void a_full_disk_is_told(void **state)
{
    char why[POSTGRES_WHY] = "", at[] = "/tmp/strom-full-XXXXXX", inner[64], small[16];
    const char *const mount[] = {"mount", "-t", "tmpfs", "-o", small, "tmpfs", at, NULL};
    const char *const umount[] = {"umount", at, NULL};
    (void)state;
    snprintf(small, sizeof(small), "size=10m");
    assert_non_null(mkdtemp(at));
    if (geteuid() != 0 || process_run(mount, NULL, NULL, NULL) != 0) {
        folder_remove(at);
        skip();
    }
    bool entered = chmod(at, 0755) == 0;
    snprintf(inner, sizeof(inner), "%s/pg", at);
    struct postgres_options o = {.folder = inner, .temporary = true};
    struct postgres *mine = postgres_start(&o, why);
    bool left = !is_absent(inner);
    int unmounted = process_run(umount, NULL, NULL, NULL);
    folder_remove(at);
    assert_true(entered && !left && mine == NULL && unmounted == 0);
    assert_non_null(strstr(why, "no space left on the device"));
}

static void wrong_settings_are_told_in_the_servers_words(void **state)
{
    char why[POSTGRES_WHY] = "", at[] = "/tmp/strom-conf-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(at));
    struct postgres_options o = {.folder = at, .temporary = true, .settings = "finnes_ikke = 1"};
    assert_null(postgres_start(&o, why));
    assert_non_null(strstr(why, "finnes_ikke"));
    assert_true(is_absent(at));
}

int main(void)
{
    if (!postgres_is_installed())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supervisor_reaches_it_over_the_socket),
        cmocka_unit_test(supervisor_is_refused_over_tcp),
        cmocka_unit_test(person_needs_no_password_and_is_nobody_special),
        cmocka_unit_test(others_need_the_right_password),
        cmocka_unit_test(restart_changes_the_wal_level_and_keeps_the_port),
        cmocka_unit_test(restart_that_fails_comes_back_as_it_was),
        cmocka_unit_test(nothing_is_left_when_the_keeper_is_killed),
#if defined(__linux__)
        cmocka_unit_test(the_server_goes_even_when_its_watcher_is_killed),
#endif
        cmocka_unit_test(fails_clearly_without_postgresql),
        cmocka_unit_test(fails_clearly_when_the_folder_cannot_be_entered),
        cmocka_unit_test(fails_clearly_when_the_path_is_too_long),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(wrong_settings_are_told_in_the_servers_words),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/folder.h"
#include "tests/sandbox/platform/deploy.h"
#include "tests/sandbox/platform/repo.h"
#include "tests/sandbox/postgres.h"
#include "tests/sandbox/traffic.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_MS = 30000, LOOK_MS = 20 };

static char folder[FOLDER_PATH], repo[FOLDER_PATH + 8];
static struct sandbox s;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void run_file(const char *path)
{
    char conninfo[POSTGRES_CONNINFO];
    char *sql = folder_read(path, 1 << 20, NULL);
    PGconn *db = PQconnectdb(postgres_superuser(s.pg, SANDBOX_DATABASE, conninfo));
    PGresult *done = PQexec(db, sql);
    if (PQresultStatus(done) != PGRES_COMMAND_OK)
        fprintf(stderr, "%s", PQerrorMessage(db));
    PQclear(done);
    PQfinish(db);
    free(sql);
}

/* Under a publication of all tables, so that a change it would refuse shows. */
static int start(void **state)
{
    char why[DEPLOY_WHY] = "";
    (void)state;
    sandbox_init(&s);
    if (!folder_make_temporary("strom-traffic", folder, why))
        return -1;
    snprintf(repo, sizeof(repo), "%s-repo", folder);
    s.repo = repo;
    struct postgres_options o = {
        .folder = folder, .temporary = true, .goes_too = repo, .logical = true};
    s.pg = postgres_start(&o, why);
    struct repo_manifest m = {.flag = "on", .user = "datastream"};
    if (s.pg != NULL)
        m.postgres_version = postgres_version(s.pg);
    bool ok = s.pg != NULL && repo_write(STROM_FIXTURES, repo, &m, why) &&
              repo_add(STROM_FIXTURES, "ready", repo, why) && deploy(&s, NULL, NULL, why);
    if (ok)
        run_file(STROM_FIXTURES "/data.sql");
    else
        fprintf(stderr, "%s\n", why);
    return ok ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    postgres_remove(s.pg);
    sandbox_done(&s);
    return 0;
}

static uint64_t total(const struct traffic_look *look)
{
    return look->inserts + look->updates + look->deletes + look->rollbacks;
}

static struct traffic_look after(struct traffic *t, uint64_t n)
{
    struct traffic_look look;
    int64_t end = now_ms() + PATIENCE_MS;
    for (;;) {
        traffic_look(t, &look);
        if (total(&look) >= n || now_ms() > end)
            break;
        poll(NULL, 0, LOOK_MS);
    }
    if (total(&look) < n)
        fail_msg("%llu changes only: %s", (unsigned long long)total(&look), look.error);
    return look;
}

static void changes_of_every_kind_go_through(void **state)
{
    (void)state;
    struct traffic *t = traffic_start(&s, TRAFFIC_MAX);
    struct traffic_look look = after(t, 300);
    traffic_stop(t);
    assert_string_equal(look.error, "");
    assert_true(look.inserts > 100 && look.updates > 100 && look.deletes > 10 &&
                look.rollbacks > 10);
}

static void off_is_off_and_on_again_at_once(void **state)
{
    struct traffic_look before, look;
    (void)state;
    struct traffic *t = traffic_start(&s, 0);
    traffic_look(t, &before);
    assert_int_equal(total(&before), 0);
    traffic_set(t, 200);
    after(t, 5);
    traffic_set(t, 0);
    int64_t end = now_ms() + 300;
    traffic_look(t, &before);
    while (now_ms() < end)
        poll(NULL, 0, LOOK_MS);
    traffic_look(t, &look);
    assert_true(total(&look) <= total(&before) + 1); /* the one that was under way */
    traffic_set(t, 200);
    after(t, total(&look) + 5);
    traffic_stop(t);
}

static void rate_is_kept(void **state)
{
    (void)state;
    struct traffic *t = traffic_start(&s, 50);
    int64_t before = now_ms();
    after(t, 51);
    int64_t took = now_ms() - before;
    traffic_stop(t);
    assert_true(took >= 900); /* fifty intervals of 20 ms, less what the clock rounds */
}

static void goes_on_after_a_restart(void **state)
{
    char why[POSTGRES_WHY] = "";
    (void)state;
    struct traffic *t = traffic_start(&s, 100);
    struct traffic_look look = after(t, 5);
    assert_true(postgres_restart(s.pg, true, why));
    after(t, total(&look) + 20);
    traffic_stop(t);
}

int main(void)
{
    if (!postgres_is_installed())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_of_every_kind_go_through),
        cmocka_unit_test(off_is_off_and_on_again_at_once),
        cmocka_unit_test(rate_is_kept),
        cmocka_unit_test(goes_on_after_a_restart),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

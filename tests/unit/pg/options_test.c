#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/pg/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a string, the environment and files come together, before anybody is asked. */

static char folder[] = "/tmp/strom-options-XXXXXX";

static const char *file(const char *name, const char *text, mode_t mode)
{
    static char path[128];
    struct err e;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(path_write(path, text, strlen(text), true, &e));
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static struct pg_plan *plan(const char *dsn)
{
    struct err e;
    struct pg_options o = {.dsn = dsn};
    struct pg_plan *p = plan_new(&o, &e);
    if (p == NULL)
        fail_msg("%s: %s", e.what, e.why);
    return p;
}

static void clear(void)
{
    static const char *const names[] = {"PGHOST",
                                        "PGHOSTADDR",
                                        "PGPORT",
                                        "PGDATABASE",
                                        "PGUSER",
                                        "PGPASSWORD",
                                        "PGSERVICE",
                                        "PGSERVICEFILE",
                                        "PGSSLMODE",
                                        "PGSSLROOTCERT",
                                        "PGOPTIONS",
                                        "PGPASSFILE",
                                        "PGCONNECT_TIMEOUT",
                                        "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("HOME", folder, 1);
}

static void test_environment(void **state)
{
    (void)state;
    clear();
    setenv("PGHOST", "db.example.org", 1);
    setenv("PGPORT", "6543", 1);
    setenv("PGDATABASE", "app", 1);
    setenv("PGUSER", "kari", 1);
    setenv("PGOPTIONS", "-c work_mem=1MB", 1);
    setenv("PGCONNECT_TIMEOUT", "7", 1);
    struct pg_plan *p = plan(NULL);
    assert_int_equal(p->n_hosts, 1);
    assert_string_equal(p->hosts[0].host, "db.example.org");
    assert_string_equal(p->hosts[0].port, "6543");
    assert_null(p->hosts[0].hostaddr);
    assert_false(p->hosts[0].local);
    assert_string_equal(p->show_user, "kari");
    assert_string_equal(p->show_database, "app");
    assert_int_equal(p->connect_timeout_ms, 7000);
    assert_true(str_starts(p->options, "-c work_mem=1MB -c search_path=pg_catalog"));
    plan_free(p);
    p = plan("postgresql://ola@other.example:99/prod");
    assert_string_equal(p->hosts[0].host, "other.example");
    assert_string_equal(p->hosts[0].port, "99");
    assert_string_equal(p->show_user, "ola");
    assert_string_equal(p->show_database, "prod");
    plan_free(p);
}

static void test_overrides(void **state)
{
    (void)state;
    clear();
    struct err e;
    struct pg_options o = {.dsn = "host=a hostaddr=10.0.0.1 port=1 user=u dbname=d",
                           .host = "b",
                           .port = "2",
                           .user = "v",
                           .database = "f",
                           .connect_timeout_ms = 1234,
                           .statement_timeout_ms = 5};
    struct pg_plan *p = plan_new(&o, &e);
    assert_string_equal(p->hosts[0].host, "b");
    assert_null(p->hosts[0].hostaddr);
    assert_string_equal(p->hosts[0].port, "2");
    assert_string_equal(p->show_user, "v");
    assert_string_equal(p->show_database, "f");
    assert_int_equal(p->connect_timeout_ms, 1234);
    assert_non_null(strstr(p->options, "-c statement_timeout=5 "));
    plan_free(p);
}

static void test_service(void **state)
{
    (void)state;
    clear();
    setenv("PGSERVICEFILE",
           file("services", "[mine]\nhost=svc.example\nport=7\nuser=tjeneste\n", 0600), 1);
    struct pg_plan *p = plan("service=mine dbname=x");
    assert_string_equal(p->hosts[0].host, "svc.example");
    assert_string_equal(p->hosts[0].port, "7");
    assert_string_equal(p->show_user, "tjeneste");
    assert_string_equal(p->show_database, "x");
    assert_string_equal(p->sslmode_far, "verify-full");
    plan_free(p);
    setenv("PGSERVICEFILE", file("services", "[mine]\nhost=svc.example\nsslmode=require\n", 0600),
           1);
    p = plan("service=mine");
    assert_null(p->sslmode_far);
    plan_free(p);
}

static void test_tls(void **state)
{
    (void)state;
    clear();
    setenv("SSL_CERT_FILE", "/somewhere/roots.pem", 1);
    struct pg_plan *p = plan("host=db.example.org");
    assert_string_equal(p->sslmode_far, "verify-full");
    assert_string_equal(p->sslrootcert_far, "/somewhere/roots.pem");
    assert_null(p->sslrootcert);
    plan_free(p);
    p = plan("host=localhost sslmode=verify-full");
    assert_string_equal(p->sslrootcert, "/somewhere/roots.pem");
    plan_free(p);
    p = plan("host=db.example.org sslmode=require");
    assert_null(p->sslmode_far);
    assert_null(p->sslrootcert);
    plan_free(p);
    p = plan("host=db.example.org sslmode=verify-ca sslrootcert=/mine.pem");
    assert_null(p->sslmode_far);
    assert_null(p->sslrootcert);
    plan_free(p);
    setenv("PGSSLMODE", "prefer", 1);
    p = plan("host=db.example.org");
    assert_null(p->sslmode_far); /* said so, therefore not ours to change */
    plan_free(p);
    unsetenv("PGSSLMODE");
    p = plan("host=a,localhost,/tmp");
    assert_int_equal(p->n_hosts, 3);
    assert_false(p->hosts[0].local);
    assert_true(p->hosts[1].local && !p->hosts[1].socket);
    assert_true(p->hosts[2].socket);
    assert_string_equal(p->hosts[2].port, "5432");
    plan_free(p);
}

/* What stays on this machine needs no TLS; a name that only looks like it does. */
static void test_nearby(void **state)
{
    (void)state;
    clear();
    static const char *const local[] = {"host=localhost",
                                        "host=LocalHost",
                                        "host=127.0.0.1",
                                        "host=127.1",
                                        "host=::1",
                                        "host=/run/postgresql",
                                        "hostaddr=127.0.0.1",
                                        "host=0:0:0:0:0:0:0:1",
                                        ""};
    static const char *const far[] = {"host=127.example.org",
                                      "host=127.0.0.1.example.org",
                                      "host=127.0.0.1x",
                                      "host=localhost.example.org",
                                      "hostaddr=128.0.0.1",
                                      "host=localhost hostaddr=10.0.0.1",
                                      "host=::2",
                                      "host=fe80::127.0.0.1"};
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        struct pg_plan *p = plan(local[i]);
        if (!p->hosts[0].local)
            fail_msg("'%s' is on this machine", local[i]);
        plan_free(p);
    }
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        struct pg_plan *p = plan(far[i]);
        if (p->hosts[0].local)
            fail_msg("'%s' is elsewhere", far[i]);
        assert_string_equal(p->sslmode_far, "verify-full");
        plan_free(p);
    }
}

static void test_password_file(void **state)
{
    (void)state;
    clear();
    file(".pgpass", "*:*:*:*:secret\n", 0644);
    struct pg_plan *p = plan("host=x");
    assert_non_null(p->passfile_refused);
    plan_free(p);
    file(".pgpass", "*:*:*:*:secret\n", 0600);
    p = plan("host=x");
    assert_null(p->passfile_refused);
    plan_free(p);
    p = plan("host=x passfile=/nowhere/at/all");
    assert_null(p->passfile_refused);
    plan_free(p);
}

/* Nothing of a password shows, even where the string cannot be read. */
static void test_no_echo(void **state)
{
    (void)state;
    static const char *const bad[] = {"password=my hunter2", "host=x password='hunter2",
                                      "postgresql://u:hunter2@[::1/db", "x hunter2@b"};
    clear();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err e;
        assert_false(pg_dsn_check(bad[i], &e));
        assert_true(pg_dsn_has_password(bad[i]));
        assert_null(strstr(e.why, "hunter2"));
        assert_null(strstr(e.what, "hunter2"));
    }
}

static int done(void **state)
{
    (void)state;
    static const char *const names[] = {"services", ".pgpass"};
    for (size_t i = 0; i < 2; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environment), cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_service),     cmocka_unit_test(test_tls),
        cmocka_unit_test(test_nearby),      cmocka_unit_test(test_password_file),
        cmocka_unit_test(test_no_echo),
    };
    if (mkdtemp(folder) == NULL)
        return 1;
    return cmocka_run_group_tests(tests, NULL, done);
}

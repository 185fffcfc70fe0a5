#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/net.h"
#include "api/pg/pg.h"
#include "tests/unit/pg/server.h"

/* Encryption against a real server: who is trusted, and that the handshake does not stall the loop.
 */

static struct net *net;
static char certificate[128];

static struct task *connect_with(const char *more, int64_t *longest)
{
    char dsn[400];
    snprintf(dsn, sizeof dsn, "host=localhost port=%d dbname=postgres user=open %s", server.port,
             more);
    struct task *t = pg_connect(net, &(struct pg_options){.dsn = dsn});
    *longest = 0;
    while (task_state(t) == TASK_RUNNING) {
        int64_t from = clock_mono_ms();
        net_step(net);
        int64_t took = clock_mono_ms() - from;
        *longest = took > *longest ? took : *longest;
        if (task_state(t) == TASK_RUNNING)
            net_wait(net, NULL, 0, -1);
    }
    return t;
}

static void expect_encrypted(const char *more, bool encrypted)
{
    int64_t longest = 0;
    struct task *t = connect_with(more, &longest);
    if (task_state(t) != TASK_OK)
        fail_msg("%s: %s", more, task_error(t)->why);
    struct pg *pg = pg_take(t);
    assert_int_equal(pg_encrypted(pg), encrypted);
    print_message("%s: longest step %lld ms\n", more, (long long)longest);
    pg_close(pg);
    task_drop(t);
}

static void test_trusted(void **state)
{
    (void)state;
    char more[200];
    snprintf(more, sizeof more, "sslmode=verify-full sslrootcert=%s", certificate);
    expect_encrypted(more, true);
    expect_encrypted("sslmode=require", true);
    expect_encrypted("", true); /* nearby: as libpq does it */
    expect_encrypted("sslmode=disable", false);
}

static void expect_refused(const char *more)
{
    int64_t longest = 0;
    struct task *t = connect_with(more, &longest);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, PG_TLS);
    assert_non_null(strstr(task_error(t)->hint, "sslrootcert"));
    print_message("%s: %s\n", more, task_error(t)->why);
    task_drop(t);
}

static void test_not_trusted(void **state)
{
    (void)state;
    char more[200];
    expect_refused("sslmode=verify-full");
    expect_refused("sslmode=verify-ca sslrootcert=/nonexistent.pem");
    snprintf(more, sizeof more,
             "sslmode=verify-full hostaddr=127.0.0.1 host=another.name sslrootcert=%s",
             certificate);
    expect_refused(more);
}

static bool make_certificate(void)
{
    char command[512], key[128];
    snprintf(certificate, sizeof certificate, "%s/cert.pem", server.folder);
    snprintf(key, sizeof key, "%s/key.pem", server.folder);
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
             " subjectAltName=DNS:localhost -keyout %s -out %s 2>/dev/null",
             key, certificate);
    FILE *f = popen(command, "r");
    if (f == NULL || pclose(f) != 0)
        return false;
    return chmod(key, 0600) == 0 && chown(key, server.uid, server.gid) == 0 &&
           chmod(certificate, 0644) == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_trusted),
                                       cmocka_unit_test(test_not_trusted)};
    struct err e;
    char settings[400];
    server_start("");
    server_sql("postgres", "CREATE ROLE open LOGIN");
    if (!make_certificate()) {
        fprintf(stderr, "no openssl command: skipped\n");
        return 77;
    }
    snprintf(settings, sizeof settings, "ssl=on\nssl_cert_file='%s'\nssl_key_file='%s/key.pem'",
             certificate, server.folder);
    server_again(settings);
    setenv("HOME", server.folder, 1);
    net = net_open(&e);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    net_close(net);
    return failed;
}

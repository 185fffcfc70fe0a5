#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/pg/loop.h"

static void expect_refusal(struct pg_options o, const char *reason, const char *in_hint)
{
    struct task *t = pg_connect(net, &o);
    int64_t longest = run(t);
    assert_int_equal(task_state(t), TASK_FAILED);
    const struct err *e = task_error(t);
    print_message("%s: %s / %s / %s (%lld ms)\n", e->reason, e->what, e->why, e->hint,
                  (long long)longest);
    assert_string_equal(e->reason, reason);
    assert_non_null(strstr(e->hint, in_hint));
    assert_true(e->what[0] != '\0' && e->why[0] != '\0');
    assert_true(longest <= STALL_MS);
    task_drop(t);
}

static void test_dsn(void **state)
{
    (void)state;
    struct err e;
    assert_true(pg_dsn_has_password("host=x password=abc"));
    assert_true(pg_dsn_has_password("postgresql://u:abc@h/db"));
    assert_true(pg_dsn_has_password("postgresql://u@h/db?password=abc"));
    assert_true(pg_dsn_has_password("postgresql://kari:hemmelig123"));
    assert_true(pg_dsn_has_password("postgres://kari:12ab/db"));
    assert_true(pg_dsn_has_password("postgresql://kari:123456"));
    assert_true(pg_dsn_has_password("host=x sslpassword=abc"));
    assert_false(pg_dsn_has_password("postgresql://kari@h:5432/db"));
    assert_false(pg_dsn_has_password("postgresql://h:5432,g:5433/db?application_name=a:b"));
    assert_false(pg_dsn_has_password("postgresql://[::1]:5432/db"));
    assert_false(pg_dsn_has_password("postgresql://h:"));
    assert_false(pg_dsn_has_password("host=x"));
    assert_false(pg_dsn_has_password(NULL));
    assert_false(pg_dsn_has_password("neither"));
    assert_true(pg_dsn_check("", &e));
    assert_true(pg_dsn_check("host=x sslmode=require", &e));
    assert_false(pg_dsn_check("postgresql://[::1", &e));
    assert_false(pg_dsn_check("nonsense=1", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.reason, PG_BAD_CONNINFO);
    expect_refusal((struct pg_options){.dsn = "nonsense=1"}, PG_BAD_CONNINFO, "host=");
}

static void test_refusals(void **state)
{
    (void)state;
    struct secret *wrong = secret_new("not it", 6);
    struct secret *right = secret_new("right", 5);
    expect_refusal((struct pg_options){.dsn = server_tcp("app", "person"), .password = wrong},
                   PG_WRONG_PASSWORD, "password");
    expect_refusal((struct pg_options){.dsn = server_tcp("app", "person")}, PG_NO_PASSWORD,
                   "STROM_DB_PASSWORD");
    expect_refusal((struct pg_options){.dsn = server_tcp("other", "person"), .password = right},
                   PG_NO_DATABASE, "database");
    expect_refusal((struct pg_options){.dsn = server_tcp("app", "barred")}, PG_NOT_ADMITTED,
                   "pg_hba.conf");
    expect_refusal((struct pg_options){.dsn = server_tcp("app", "nobody_such")}, PG_NOT_ADMITTED,
                   "no such role");
    expect_refusal((struct pg_options){.dsn = server_admin("app"), .user = "silent"},
                   PG_NOT_ADMITTED, "log in");
    expect_refusal((struct pg_options){.dsn = server_admin("closed"), .user = "person"}, PG_DENIED,
                   "GRANT CONNECT");
    expect_refusal((struct pg_options){.dsn = server_admin("app"), .host = "/nonexistent"},
                   PG_REFUSED, "socket");
    char port[16];
    snprintf(port, sizeof port, "%d", server_free_port());
    expect_refusal((struct pg_options){.host = "127.0.0.1", .port = port}, PG_REFUSED, "proxy");
    expect_refusal((struct pg_options){.host = "localhost", .port = port}, PG_REFUSED, "proxy");
    expect_refusal(
        (struct pg_options){.dsn = server_tcp("app", "open"), .host = "localhost", .port = "99999"},
        PG_BAD_CONNINFO, "65535");
    secret_free(wrong);
    secret_free(right);
}

static void test_tls(void **state)
{
    (void)state;
    char dsn[300];
    snprintf(dsn, sizeof dsn, "%s sslmode=require", server_tcp("app", "open"));
    expect_refusal((struct pg_options){.dsn = dsn}, PG_TLS, "sslmode");
}

static void test_unknown_host(void **state)
{
    (void)state;
    expect_refusal((struct pg_options){.host = "no-such-host.invalid", .port = "5432"},
                   PG_HOST_UNKNOWN, "host's name");
}

/* Somebody listens and never says a word. */
static void test_silent(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    getsockname(fd, (struct sockaddr *)&at, &size);
    char port[16];
    snprintf(port, sizeof port, "%d", ntohs(at.sin_port));
    int64_t from = clock_mono_ms();
    expect_refusal(
        (struct pg_options){.host = "127.0.0.1", .port = port, .connect_timeout_ms = 300},
        PG_TIMEOUT, "naisdevice");
    assert_true(clock_mono_ms() - from < STALL_MS);
    close(fd);
}

static void test_several_hosts(void **state)
{
    (void)state;
    char dsn[300];
    snprintf(dsn, sizeof dsn, "host=127.0.0.1,127.0.0.1,%s port=%d,%d,%d dbname=app user=postgres",
             server.folder, server_free_port(), server_free_port(), server.port);
    struct pg *pg = connect_as((struct pg_options){.dsn = dsn});
    assert_string_equal(pg_host(pg), server.folder);
    pg_close(pg);
}

static void test_too_many(void **state)
{
    (void)state;
    PGconn *held[32];
    size_t n = 0;
    do {
        held[n] = PQconnectdb(server_admin("app"));
    } while (PQstatus(held[n++]) == CONNECTION_OK && n < 32);
    struct secret *right = secret_new("right", 5);
    expect_refusal((struct pg_options){.dsn = server_tcp("app", "person"), .password = right},
                   PG_TOO_MANY, "max_connections");
    secret_free(right);
    while (n > 0)
        PQfinish(held[--n]);
}

static void test_session(void **state)
{
    (void)state;
    struct secret *right = secret_new("right", 5);
    struct pg *pg =
        connect_as((struct pg_options){.dsn = server_tcp("app", "person"), .password = right});
    secret_free(right);
    assert_string_equal(pg_user(pg), "person");
    assert_string_equal(pg_database(pg), "app");
    assert_string_equal(pg_host(pg), "127.0.0.1");
    assert_false(pg_encrypted(pg));
    assert_true(pg_nearby(pg));
    assert_true(pg_version(pg) >= 100000);
    struct task *t = pg_query(
        pg,
        "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name COLLATE \"C\") FROM "
        "pg_settings"
        " WHERE name IN ('application_name', 'default_transaction_read_only',"
        " 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'jit',"
        " 'max_parallel_workers_per_gather', 'client_encoding')",
        NULL, 0);
    run(t);
    assert_int_equal(task_state(t), TASK_OK);
    assert_string_equal(
        pg_text(pg_rows(t), 0, 0),
        "application_name=strom client_encoding=UTF8 default_transaction_read_only=on "
        "idle_in_transaction_session_timeout=30000 jit=off lock_timeout=2000 "
        "max_parallel_workers_per_gather=0 statement_timeout=30000");
    task_drop(t);
    t = pg_query(pg, "CREATE TABLE never (id int)", NULL, 0);
    run(t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, "25006");
    task_drop(t);
    pg_close(pg);
}

static void test_queue(void **state)
{
    (void)state;
    struct pg *pg = admin();
    struct task *t[20];
    for (int i = 0; i < 20; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        const char *params[] = {text, NULL};
        t[i] = i == 7 ? pg_query(pg, "SELECT no_such_column", NULL, 0)
                      : pg_query(pg, "SELECT $1::int * 2, $2::text, 'æøå', true", params, 2);
    }
    run(t[19]);
    for (int i = 0; i < 20; i++) {
        run(t[i]);
        if (i == 7) {
            assert_int_equal(task_state(t[i]), TASK_FAILED);
            assert_string_equal(task_error(t[i])->reason, "42703");
        } else {
            assert_int_equal(task_state(t[i]), TASK_OK);
            assert_int_equal(pg_count(pg_rows(t[i])), 1);
            assert_int_equal(pg_width(pg_rows(t[i])), 4);
            assert_int_equal(pg_number(pg_rows(t[i]), 0, 0, -1), i * 2);
            assert_null(pg_value(pg_rows(t[i]), 0, 1));
            assert_string_equal(pg_text(pg_rows(t[i]), 0, 2), "æøå");
            assert_true(pg_is_true(pg_rows(t[i]), 0, 3));
            assert_int_equal(pg_number(pg_rows(t[i]), 0, 2, -5), -5);
            assert_null(pg_value(pg_rows(t[i]), 1, 0));
        }
        task_drop(t[i]);
    }
    assert_true(pg_alive(pg));
    pg_close(pg);
    assert_int_equal(net_running(net), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dsn),      cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_tls),      cmocka_unit_test(test_unknown_host),
        cmocka_unit_test(test_silent),   cmocka_unit_test(test_several_hosts),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_session),
        cmocka_unit_test(test_queue),
    };
    struct err e;
    server_start("max_connections=14\nsuperuser_reserved_connections=2");
    server_sql("postgres", "CREATE ROLE person LOGIN PASSWORD 'right'");
    server_sql("postgres", "CREATE ROLE open LOGIN");
    server_sql("postgres", "CREATE ROLE barred LOGIN");
    server_sql("postgres", "CREATE ROLE silent");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql("postgres", "CREATE DATABASE closed");
    server_sql("postgres", "REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
    net = net_open(&e);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    net_close(net);
    return failed;
}

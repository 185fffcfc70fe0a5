#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/path.h"
#include "api/checks/source_checks.h"
#include "api/pg/catalog.h"
#include "api/pg/source.h"
#include "tests/unit/pg/loop.h"

#include <dirent.h>

/* The app of the sandbox in a real PostgreSQL: unprepared, trapped by migrations that ran too
 * early, and prepared as the procedure says. The verdicts are held against what is really so. */

#define FLYWAY "/src/main/resources/flyway"

static const struct source_table chosen[] = {{"public", "regel_evaluering", NULL, 0},
                                             {"public", "regelsett_resultat", NULL, 0}};
static const struct source_wanted wanted = {"datastream", "ds_publication", "ds_replication",
                                            chosen, 2};

struct migration {
    char path[400], name[128];
};

static int by_version(const void *a, const void *b)
{
    const struct migration *x = a, *y = b;
    long x_minor = strtol(strchr(x->name, '.') + 1, NULL, 10);
    long y_minor = strtol(strchr(y->name, '.') + 1, NULL, 10);
    return (x_minor > y_minor) - (x_minor < y_minor);
}

static void apply(PGconn *conn, const struct migration *m, int rank)
{
    struct str text = {0}, record = {0};
    struct err e;
    assert_true(path_read(m->path, 1 << 20, &text, &e));
    str_add(&record, "BEGIN;");
    str_add(&record, str_text(&text));
    str_printf(
        &record,
        ";INSERT INTO flyway_schema_history VALUES (%d, '%.*s', 'x', 'SQL', '%s', 1, 'x', now(), 1,"
        " true); COMMIT;",
        rank, (int)strcspn(m->name + 1, "_"), m->name + 1, m->name);
    PGresult *result = PQexec(conn, str_text(&record));
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", m->name, PQerrorMessage(conn));
    PQclear(result);
    str_done(&text);
    str_done(&record);
}

static void migrate(const char *folder, const char *role, int rank)
{
    static struct migration list[64];
    char path[300], set[128];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/sandbox/fixtures/%s" FLYWAY, TESTS_DIR, folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *d = readdir(dir); d != NULL; d = readdir(dir))
        if (d->d_name[0] == 'V' && n < 64) {
            snprintf(list[n].path, sizeof list[n].path, "%s/%.90s", path, d->d_name);
            snprintf(list[n++].name, sizeof list[0].name, "%.127s", d->d_name);
        }
    closedir(dir);
    qsort(list, n, sizeof list[0], by_version);
    PGconn *conn = PQconnectdb(server_admin("postmottak"));
    snprintf(set, sizeof set, "SET client_min_messages = error; SET ROLE %s", role);
    PQclear(PQexec(conn, set));
    for (size_t i = 0; i < n; i++)
        apply(conn, &list[i], rank + (int)i);
    PQfinish(conn);
}

static struct pg *pg;
static struct check_list list;

static void look(void)
{
    struct task *t = source_read(pg, &wanted, NULL);
    run(t);
    assert_int_equal(task_state(t), TASK_OK);
    struct source_view view = {.facts = source_facts(t), .wanted = &wanted, .disk_free_bytes = -1};
    check_list_done(&list);
    check_list_init(&list);
    source_checks(&list, &view);
    task_drop(t);
}

static void expect(enum check_id id, enum check_result r, const char *found)
{
    if (list.at[id].result != r || strstr(list.at[id].found, found) == NULL)
        fail_msg("%s: %s, %s", check_name(id), check_result_name(list.at[id].result),
                 list.at[id].found);
}

static void test_catalogue(void **state)
{
    (void)state;
    struct catalog_options o = {"ds_publication", "datastream"};
    struct task *t = catalog_read(pg, &o);
    run(t);
    const struct catalog *c = catalog_of(t);
    bool keyless = false, partitioned = false, generated = false, is_enum = false, array = false;
    for (size_t i = 0; i < catalog_tables(c); i++) {
        struct catalog_table table = catalog_table(c, i);
        keyless = keyless || (table.kind == CATALOG_TABLE && table.n_key == 0);
        partitioned = partitioned || table.kind == CATALOG_PARTITIONED;
        for (size_t j = 0; j < table.n_columns; j++) {
            struct catalog_column column = catalog_column(c, i, j);
            generated = generated || column.generated;
            is_enum = is_enum || column.is_enum;
            array = array || column.is_array;
        }
    }
    assert_true(keyless && partitioned && generated && is_enum && array);
    assert_true(catalog_tables(c) >= 15);
    assert_true(catalog_columns(c) >= 110);
    ptrdiff_t at = catalog_find(c, "public", "regel_evaluering");
    assert_true(at >= 0);
    assert_string_equal(catalog_table(c, (size_t)at).owner, "postmottak-backend");
    assert_string_equal(catalog_column_name(c, (size_t)at, 0), "id");
    task_drop(t);
}

static void test_unprepared(void **state)
{
    (void)state;
    look();
    expect(CHECK_SOURCE_CONNECTION, CHECK_PASS, "postmottak as kari");
    expect(CHECK_SOURCE_WAL_LEVEL, CHECK_PASS, "logical");
    expect(CHECK_ROLE_EXISTS, CHECK_FAIL, "no user datastream");
    expect(CHECK_APP_ROLE_REPLICATION, CHECK_FAIL, "postmottak-backend lacks");
    expect(CHECK_PUBLICATION_EXISTS, CHECK_FAIL, "no publication");
    expect(CHECK_SLOT_EXISTS, CHECK_FAIL, "no slot");
    expect(CHECK_MIGRATION_NO_OP, CHECK_PASS, "none");
    expect(CHECK_TABLES_KEYS, CHECK_PASS, "");
    assert_int_equal(check_exit(&list), 3);
}

/* The guarded migrations run before the user exists, and do nothing. */
static void test_trap(void **state)
{
    (void)state;
    migrate("ready", "NONE", 51);
    look();
    expect(CHECK_MIGRATION_NO_OP, CHECK_FAIL,
           "V1.51__datastream_oppsett.sql, V1.52__del_2_datastream.sql");
    server_sql("postmottak", "DELETE FROM flyway_schema_history WHERE installed_rank > 50");
}

static void test_prepared(void **state)
{
    (void)state;
    server_sql("postmottak", "CREATE ROLE datastream LOGIN");
    migrate("ready", "NONE", 51);
    look();
    for (int id = CHECK_SOURCE_CONNECTION; id < CHECK_IDS; id++) {
        const struct check *c = &list.at[id];
        bool known = id == CHECK_PUBLICATION_APP_SAFETY || id == CHECK_GRANT_DEFAULT_PRIVILEGES;
        if (c->result != CHECK_PASS && !known)
            fail_msg("%s: %s, %s", check_name(c->id), check_result_name(c->result), c->found);
    }
    expect(CHECK_PUBLICATION_APP_SAFETY, CHECK_WARN, ".");
    expect(CHECK_SLOT_ORDER, CHECK_PASS, "first");
}

/* A new slot heals what a publication made after it had broken; a younger publication is a warning.
 */
static void test_order(void **state)
{
    (void)state;
    server_sql("postmottak", "DROP PUBLICATION ds_publication");
    server_sql("postmottak", "CREATE PUBLICATION ds_publication FOR ALL TABLES");
    look();
    expect(CHECK_SLOT_ORDER, CHECK_WARN, "after the slot");
    server_sql("postmottak", "SELECT pg_drop_replication_slot('ds_replication')");
    server_sql("postmottak",
               "SELECT pg_create_logical_replication_slot('ds_replication', 'pgoutput')");
    look();
    expect(CHECK_SLOT_ORDER, CHECK_PASS, "first");
}

static void test_one_thing_each(void **state)
{
    static const struct {
        const char *break_it, *mend_it;
        enum check_id id;
        enum check_result result;
        const char *found;
    } cases[] = {
        {"ALTER ROLE datastream NOLOGIN", "ALTER ROLE datastream LOGIN", CHECK_ROLE_LOGIN,
         CHECK_FAIL, "may not log in"},
        {"ALTER ROLE datastream NOREPLICATION", "ALTER ROLE datastream REPLICATION",
         CHECK_ROLE_REPLICATION, CHECK_FAIL, "lacks"},
        {"REVOKE SELECT ON regel_evaluering FROM datastream",
         "GRANT SELECT ON regel_evaluering TO datastream", CHECK_GRANT_SELECT, CHECK_FAIL,
         "not readable: public.regel_evaluering"},
        {"REVOKE USAGE ON SCHEMA public FROM PUBLIC", "GRANT USAGE ON SCHEMA public TO PUBLIC",
         CHECK_GRANT_USAGE, CHECK_FAIL, "public"},
        {"ALTER TABLE regel_evaluering ENABLE ROW LEVEL SECURITY",
         "ALTER TABLE regel_evaluering DISABLE ROW LEVEL SECURITY", CHECK_GRANT_SELECT, CHECK_FAIL,
         "row security"},
        {"ALTER PUBLICATION ds_publication SET (publish = 'insert')",
         "ALTER PUBLICATION ds_publication SET (publish = 'insert, update, delete')",
         CHECK_PUBLICATION_OPERATIONS, CHECK_FAIL, "insert"},
        {"ALTER TABLE regel_evaluering REPLICA IDENTITY FULL",
         "ALTER TABLE regel_evaluering REPLICA IDENTITY DEFAULT", CHECK_TABLES_KEYS, CHECK_FAIL,
         "FULL"},
        {"ALTER TABLE regelsett_resultat RENAME TO borte",
         "ALTER TABLE borte RENAME TO regelsett_resultat", CHECK_GRANT_SELECT, CHECK_FAIL,
         "not there: public.regelsett_resultat"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        server_sql("postmottak", cases[i].break_it);
        look();
        expect(cases[i].id, cases[i].result, cases[i].found);
        server_sql("postmottak", cases[i].mend_it);
        look();
        expect(cases[i].id, CHECK_PASS, "");
    }
}

static void prepare(void)
{
    server_sql("postgres",
               "CREATE ROLE \"postmottak-backend\" LOGIN CREATEROLE; CREATE ROLE kari LOGIN");
    server_sql("postgres", "CREATE DATABASE postmottak OWNER \"postmottak-backend\"");
    server_sql(
        "postmottak",
        "SET ROLE \"postmottak-backend\"; CREATE TABLE flyway_schema_history (installed_rank int"
        " PRIMARY KEY, version varchar(50), description varchar(200), type varchar(20), script"
        " varchar(1000), checksum int, installed_by varchar(100), installed_on timestamp,"
        " execution_time int, success boolean); GRANT SELECT ON flyway_schema_history TO kari");
    migrate("repo", "\"postmottak-backend\"", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalogue), cmocka_unit_test(test_unprepared),
        cmocka_unit_test(test_trap),      cmocka_unit_test(test_prepared),
        cmocka_unit_test(test_order),     cmocka_unit_test(test_one_thing_each),
    };
    struct err e;
    server_start("wal_level=logical");
    prepare();
    net = net_open(&e);
    struct task *t =
        pg_connect(net, &(struct pg_options){.dsn = server_admin("postmottak"), .user = "kari"});
    run(t);
    pg = pg_take(t);
    task_drop(t);
    check_list_init(&list);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    check_list_done(&list);
    pg_close(pg);
    net_close(net);
    return failed;
}

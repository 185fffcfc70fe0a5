#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/net/net.h"
#include "api/pg/pg.h"
#include "api/pg/source.h"
#include "tests/unit/net/await.h"
#include "tests/unit/pg/server.h"

static struct net *net;
static struct pg *pg; /* a personal login without superuser */

static const char fixture[] =
    "CREATE ROLE \"post-mottak\" LOGIN CREATEROLE; CREATE ROLE other_owner;"
    "CREATE SCHEMA app AUTHORIZATION \"post-mottak\"; CREATE SCHEMA closed;"
    "GRANT CREATE ON SCHEMA public TO \"post-mottak\"; GRANT \"post-mottak\" TO postgres;"
    "SET ROLE \"post-mottak\";"
    "CREATE TABLE app.sak (id bigint PRIMARY KEY, navn text, dobbel bigint GENERATED ALWAYS AS (id "
    "* 2) STORED);"
    "CREATE TABLE app.uten (a int, b text);"
    "CREATE TABLE app.lukket (id int PRIMARY KEY, a text, b text);"
    "CREATE TABLE app.del (id int, dag date, PRIMARY KEY (id, dag)) PARTITION BY RANGE (dag);"
    "CREATE TABLE app.del_1 PARTITION OF app.del DEFAULT;"
    "ALTER TABLE app.lukket ENABLE ROW LEVEL SECURITY;"
    "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), "
    "description varchar(200),"
    "  type varchar(20), script varchar(1000), checksum int, installed_by varchar(100),"
    "  installed_on timestamp DEFAULT now(), execution_time int, success boolean);"
    "INSERT INTO flyway_schema_history VALUES"
    "  (1, '1.1', 'start', 'SQL', 'V1.1__start.sql', 1, 'x', '2025-01-02 03:04:05', 1, true),"
    "  (2, '1.2', 'datastream oppsett', 'SQL', 'V1.2__datastream_oppsett.sql', 1, 'x', now(), 1, "
    "true);"
    "RESET ROLE;";

static const struct source_table chosen[] = {
    {"app", "sak", (const char *const[]){"id", "navn", "borte"}, 3},
    {"app", "uten", NULL, 0},
    {"app", "lukket", (const char *const[]){"id", "a"}, 2},
    {"app", "del", NULL, 0},
    {"app", "finnes ikke", NULL, 0},
};
static const struct source_wanted some = {"datastream", "ds_publication", "ds_replication", chosen,
                                          5};
static const struct source_wanted every = {"datastream", "ds_publication", "ds_replication", NULL,
                                           0};

static struct source_facts *look(const struct source_wanted *wanted,
                                 const struct source_facts *earlier)
{
    struct task *t = source_read(pg, wanted, earlier);
    await(net, t);
    struct source_facts *f = source_take(t);
    task_drop(t);
    return f;
}

static const struct source_grant *grant(const struct source_facts *f, const char *table)
{
    for (size_t i = 0; i < f->grants.n_tables; i++)
        if (strcmp(f->grants.tables[i].table, table) == 0)
            return &f->grants.tables[i];
    fail_msg("no grant row of %s", table);
    return NULL;
}

static const struct source_published *published(const struct source_facts *f, const char *table)
{
    for (size_t i = 0; i < f->published.n_tables; i++)
        if (strcmp(f->published.tables[i].table, table) == 0)
            return &f->published.tables[i];
    fail_msg("no publication row of %s", table);
    return NULL;
}

static void all_known(const struct source_facts *f)
{
    const struct source_part *parts[] = {
        &f->server.part, &f->usage.part,    &f->activity.part,    &f->roles.part,
        &f->grants.part, &f->defaults.part, &f->publication.part, &f->published.part,
        &f->unsafe.part, &f->slots.part,
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!parts[i]->known)
            fail_msg("part %zu: %s", i, parts[i]->why);
}

/* Nothing is prepared: no user, no publication, no slot. */
static void test_unprepared(void **state)
{
    (void)state;
    struct source_facts *f = look(&some, NULL);
    all_known(f);
    assert_string_equal(f->server.wal_level, "logical");
    assert_string_equal(f->server.user, "kari");
    assert_string_equal(f->server.database, "app");
    assert_false(f->server.superuser);
    assert_false(f->server.replica);
    assert_false(f->server.sees_activity);
    assert_int_equal(f->server.max_slots, 4);
    assert_int_equal(f->server.max_slot_wal_keep_bytes, -1);
    assert_int_equal(f->server.wal_sender_timeout_ms, 60000);
    assert_int_equal(f->usage.slots_used, 0);
    assert_true(f->usage.wal_bytes > 0);
    assert_false(f->roles.db_user.exists);
    assert_string_equal(f->roles.app.name, "post-mottak");
    assert_false(f->roles.app.replication);
    assert_false(f->roles.app.member);
    assert_false(f->grants.user_exists);
    assert_int_equal(f->grants.n_tables, 5);
    assert_true(grant(f, "sak")->exists);
    assert_false(grant(f, "sak")->select);
    assert_false(grant(f, "finnes ikke")->exists);
    assert_int_equal(grant(f, "sak")->n_absent, 1);
    assert_string_equal(grant(f, "sak")->absent[0], "borte");
    assert_int_equal(grant(f, "uten")->n_absent, 0);
    assert_int_equal(grant(f, "sak")->n_generated, 0);
    assert_true(grant(f, "sak")->has_key);
    assert_false(grant(f, "uten")->has_key);
    assert_int_equal(grant(f, "uten")->identity, 'd');
    assert_false(f->publication.exists);
    assert_false(published(f, "sak")->covered);
    assert_int_equal(f->unsafe.n_all, 0);
    assert_null(f->slots.wanted);
    assert_true(f->flyway.table);
    assert_false(f->flyway.part.known);
    assert_non_null(strstr(f->flyway.part.why, "flyway_schema_history"));
    source_free(f);
}

static void test_prepared(void **state)
{
    (void)state;
    server_sql(
        "app",
        "CREATE ROLE datastream LOGIN REPLICATION; ALTER ROLE \"post-mottak\" REPLICATION;"
        "GRANT USAGE ON SCHEMA app TO datastream; GRANT SELECT ON app.sak, app.uten TO datastream;"
        "GRANT SELECT (id, a) ON app.lukket TO datastream;"
        "ALTER DEFAULT PRIVILEGES FOR ROLE \"post-mottak\" IN SCHEMA app GRANT SELECT ON TABLES TO "
        "datastream;"
        "CREATE PUBLICATION ds_publication FOR TABLE app.sak (id, navn), app.uten WHERE (a > 1), "
        "app.del;"
        "GRANT SELECT ON flyway_schema_history TO kari;");
    server_sql("app", "SELECT pg_create_logical_replication_slot('ds_replication', 'pgoutput')");
    server_sql("app", "SELECT pg_create_physical_replication_slot('fysisk', true)");
    struct source_facts *f = look(&some, NULL);
    all_known(f);
    assert_true(f->roles.db_user.exists);
    assert_true(f->roles.db_user.login);
    assert_true(f->roles.db_user.replication);
    assert_false(f->roles.db_user.bypass_rls);
    assert_true(f->roles.app.replication);
    assert_true(f->grants.user_exists);
    assert_true(grant(f, "sak")->usage);
    assert_true(grant(f, "sak")->select);
    assert_true(grant(f, "lukket")->select); /* the chosen columns, each by itself */
    assert_true(grant(f, "lukket")->row_security);
    assert_false(grant(f, "sak")->row_security);
    assert_false(grant(f, "del")->select);
    assert_int_equal(grant(f, "del")->kind, 'p');
    assert_int_equal(f->defaults.n, 1);
    assert_string_equal(f->defaults.at[0].owner, "post-mottak");
    assert_true(f->defaults.at[0].select);
    assert_true(f->publication.exists);
    assert_false(f->publication.all_tables);
    assert_true(f->publication.insert && f->publication.update && f->publication.delete_);
    assert_false(f->publication.via_root);
    assert_true(published(f, "sak")->covered);
    assert_int_equal(published(f, "sak")->n_left_out, 0);
    assert_true(published(f, "uten")->row_filter);
    assert_true(published(f, "del")->covered);
    assert_false(published(f, "lukket")->covered);
    assert_int_equal(f->publication.n_members, 3); /* whatever is chosen */
    assert_string_equal(f->publication.members[0].table, "del");
    assert_int_equal(f->publication.members[0].kind, 'p');
    assert_false(f->publication.members[0].readable);
    assert_string_equal(f->publication.members[1].schema, "app");
    assert_true(f->publication.members[1].readable);
    assert_int_equal(f->unsafe.n_all, 1);
    assert_string_equal(f->unsafe.tables[0], "app.uten");
    assert_int_equal(f->slots.n, 2);
    const struct source_slot *slot = f->slots.wanted;
    assert_non_null(slot);
    assert_string_equal(slot->plugin, "pgoutput");
    assert_string_equal(slot->database, "app");
    assert_true(slot->logical);
    assert_false(slot->active);
    assert_string_equal(slot->wal_status, "reserved");
    assert_true(slot->held_bytes >= 0);
    assert_true(slot->confirmed_bytes > 0);
    assert_true(slot->catalog_age >= 0);
    assert_true(f->publication.row_age > slot->catalog_age); /* made before the slot */
    assert_int_equal(f->usage.slots_used, 2);
    assert_true(f->flyway.part.known);
    assert_int_equal(f->flyway.n, 2);
    assert_string_equal(f->flyway.at[0].version, "1.2");
    assert_string_equal(f->flyway.at[1].installed_on, "2025-01-02T03:04:05");
    assert_true(f->flyway.at[0].success);
    source_free(f);
}

/* Everything that could be chosen, when nothing is. */
static void test_every_table(void **state)
{
    (void)state;
    struct source_facts *f = look(&every, NULL);
    all_known(f);
    assert_int_equal(f->grants.n_tables, 4);
    assert_int_equal(f->published.n_tables, 4);
    assert_int_equal(grant(f, "lukket")->n_missing, 1);
    assert_string_equal(grant(f, "lukket")->missing[0], "b");
    assert_false(grant(f, "lukket")->select);
    assert_int_equal(published(f, "sak")->n_left_out, 1);
    assert_string_equal(published(f, "sak")->left_out[0], "dobbel");
    assert_int_equal(grant(f, "sak")->n_generated, 1);
    assert_int_equal(grant(f, "del")->kind, 'p');
    source_free(f);
}

static void test_all_tables(void **state)
{
    (void)state;
    static const struct source_wanted wanted = {"datastream", "alle", "fysisk", chosen, 5};
    server_sql("app", "CREATE PUBLICATION alle FOR ALL TABLES WITH (publish = 'insert, update',"
                      " publish_via_partition_root = true)");
    server_sql("app", "CREATE PUBLICATION skjema FOR TABLES IN SCHEMA app");
    struct source_facts *f = look(&wanted, NULL);
    all_known(f);
    assert_true(f->publication.all_tables);
    assert_int_equal(f->publication.n_members, 0);
    assert_true(f->publication.via_root);
    assert_false(f->publication.delete_);
    assert_int_equal(f->publication.n_others, 3);
    assert_true(published(f, "lukket")->covered);
    assert_int_equal(f->unsafe.n_all, 1);
    assert_false(f->slots.wanted->logical);
    assert_true(f->slots.wanted->catalog_age < 0);
    source_free(f);
    static const struct source_table leaf[] = {{"app", "del_1", NULL, 0}};
    static const struct source_wanted by_schema = {"datastream", "skjema", "none", leaf, 1};
    f = look(&by_schema, NULL);
    all_known(f);
    assert_true(published(f, "del_1")->covered);
    assert_int_equal(f->publication.n_schemas, 1);
    assert_string_equal(f->publication.schemas[0], "app");
    assert_true(grant(f, "del_1")->partition);
    source_free(f);
    static const struct source_wanted by_root = {"datastream", "ds_publication", "none", leaf, 1};
    f = look(&by_root, NULL);
    assert_true(published(f, "del_1")->covered);
    assert_true(published(f, "del_1")->by_parent);
    source_free(f);
}

/* An open transaction of somebody else: its age is hidden, so that it is looked at twice. */
static void test_transactions(void **state)
{
    (void)state;
    PGconn *conn = PQconnectdb(server_admin("app"));
    PQclear(PQexec(conn, "BEGIN; INSERT INTO app.uten VALUES (5, 'x')"));
    int pid = PQbackendPID(conn);
    struct source_facts *f = look(&some, NULL);
    assert_int_equal(f->activity.n_xacts, 1);
    assert_int_equal(f->activity.xacts[0].pid, pid);
    assert_int_equal(f->activity.xacts[0].age_seconds, -1);
    assert_true(f->activity.xacts[0].seen_for_ms >= 1000);
    struct source_facts *again = look(&some, f);
    assert_int_equal(again->activity.xacts[0].first_seen_ms, f->activity.xacts[0].first_seen_ms);
    assert_true(again->activity.xacts[0].seen_for_ms > f->activity.xacts[0].seen_for_ms);
    source_free(f);
    source_free(again);
    PQclear(PQexec(conn, "PREPARE TRANSACTION 'to steg'"));
    f = look(&some, NULL);
    assert_int_equal(f->activity.n_xacts, 1);
    assert_int_equal(f->activity.xacts[0].pid, 0);
    assert_string_equal(f->activity.xacts[0].gid, "to steg");
    assert_true(f->activity.xacts[0].age_seconds >= 0);
    source_free(f);
    PQclear(PQexec(conn, "ROLLBACK PREPARED 'to steg'"));
    PQfinish(conn);
    int64_t from = clock_mono_ms();
    f = look(&some, NULL);
    assert_int_equal(f->activity.n_xacts, 0);
    print_message("facts in %lld ms\n", (long long)(clock_mono_ms() - from));
    source_free(f);
}

/* What is refused makes only its own part unknown. */
static void test_partly_refused(void **state)
{
    (void)state;
    server_sql("app", "REVOKE EXECUTE ON FUNCTION pg_prepared_xact() FROM PUBLIC");
    server_sql("app", "REVOKE SELECT ON pg_publication_rel FROM PUBLIC");
    struct source_facts *f = look(&some, NULL);
    assert_true(f->server.part.known);
    assert_true(f->slots.part.known);
    assert_false(f->published.part.known);
    assert_non_null(strstr(f->published.part.why, "permission denied"));
    assert_false(f->activity.part.known);
    source_free(f);
    server_sql("app", "GRANT SELECT ON pg_publication_rel TO PUBLIC");
    server_sql("app", "GRANT EXECUTE ON FUNCTION pg_prepared_xact() TO PUBLIC");
}

static void test_lost(void **state)
{
    (void)state;
    struct pg_options o = {.dsn = server_admin("app")};
    struct task *t = pg_connect(net, &o);
    await(net, t);
    struct pg *other = pg_take(t);
    task_drop(t);
    t = source_read(other, &some, NULL);
    pg_close(other);
    net_until(net, t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, PG_LOST);
    task_drop(t);
    struct source_facts *f = source_unknown("not connected");
    assert_string_equal(f->flyway.part.why, "not connected");
    assert_false(f->server.part.known);
    source_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unprepared),   cmocka_unit_test(test_prepared),
        cmocka_unit_test(test_every_table),  cmocka_unit_test(test_all_tables),
        cmocka_unit_test(test_transactions), cmocka_unit_test(test_partly_refused),
        cmocka_unit_test(test_lost),
    };
    struct err e;
    server_start("wal_level=logical\nmax_replication_slots=4\nmax_prepared_transactions=5");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql("app", fixture);
    server_sql("app", "CREATE ROLE kari LOGIN");
    net = net_open(&e);
    struct pg_options o = {.dsn = server_admin("app"), .user = "kari"};
    struct task *t = pg_connect(net, &o);
    net_until(net, t);
    if (task_state(t) != TASK_OK)
        return 1;
    pg = pg_take(t);
    task_drop(t);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    pg_close(pg);
    net_close(net);
    return failed;
}

/* Every shape of migration is run as Flyway runs it, by the app's own role, against a real
 * PostgreSQL; and the two traps of the procedure are real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/files/migrations.h"
#include "tests/sandbox/folder.h"
#include "tests/sandbox/platform/flyway.h"
#include "tests/sandbox/postgres.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APP      "postmottak-backend"
#define USER     "datastream"
#define PASSWORD "bare-til-test"

static char home[FOLDER_PATH], folder[FOLDER_PATH + 16];
static struct postgres *pg;
static struct arena mem;
static char database[32];
static int n_databases;

/* --- the server --- */

static int start(void **state)
{
    (void)state;
    char why[512] = "", folder_why[FOLDER_WHY];
    if (!folder_make_temporary("strom-m", home, folder_why))
        return -1;
    snprintf(folder, sizeof folder, "%s-files", home);
    struct postgres_options o = {
        .folder = home, .temporary = true, .database = "first", .owner = APP, .logical = true};
    pg = postgres_start(&o, why);
    if (pg == NULL) {
        print_message("no PostgreSQL: %s\n", why);
        exit(77);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    postgres_remove(pg);
    folder_remove(folder);
    return 0;
}

/* The first value; fails the test on an error unless a state is expected. */
static const char *ask_as(const char *conninfo, const char *sql, const char *expected)
{
    static char value[512];
    PGconn *db = PQconnectdb(conninfo);
    PGresult *rows = PQexec(db, sql);
    const char *code = PQresultErrorField(rows, PG_DIAG_SQLSTATE);
    if (!str_eq(code ? code : "", expected ? expected : ""))
        fail_msg("%s: %s%s", sql, PQerrorMessage(db), code ? code : "");
    snprintf(value, sizeof value, "%s", PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(db);
    return value;
}

static const char *ask(const char *sql)
{
    char conninfo[POSTGRES_CONNINFO];
    return ask_as(postgres_superuser(pg, database, conninfo), sql, NULL);
}

static void tell(const char *sql)
{
    (void)ask(sql);
}

/* As the role itself: with SET ROLE, REPLICATION would not follow. */
static const char *conninfo_of(const char *role)
{
    static char out[POSTGRES_CONNINFO];
    return postgres_conninfo(pg, database, role, PASSWORD, out);
}

static int begin(void **state)
{
    (void)state;
    char why[FOLDER_WHY], sql[256];
    arena_init(&mem);
    snprintf(database, sizeof database, "postgres");
    tell("ALTER ROLE \"" APP "\" LOGIN NOREPLICATION PASSWORD '" PASSWORD "'");
    snprintf(sql, sizeof sql, "CREATE DATABASE t%d OWNER \"" APP "\"", ++n_databases);
    tell(sql);
    snprintf(database, sizeof database, "t%d", n_databases);
    folder_remove(folder);
    return folder_make(folder, why) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    tell("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
         "WHERE database = current_database()");
    tell("DO $$ BEGIN IF EXISTS(SELECT FROM pg_roles WHERE rolname = 'datastream') THEN "
         "DROP OWNED BY datastream; DROP ROLE datastream; END IF; END $$");
    arena_done(&mem);
    return 0;
}

static void make_user(void)
{
    tell("CREATE ROLE \"" USER "\" LOGIN PASSWORD '" PASSWORD "'");
}

/* --- Flyway --- */

static void put(const char *name, const char *sql)
{
    char path[FOLDER_PATH + 512], why[FOLDER_WHY];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(folder_write(path, sql, why));
}

static bool migrate(size_t *n, char why[FLYWAY_WHY])
{
    char super[POSTGRES_CONNINFO];
    static char app[POSTGRES_CONNINFO];
    snprintf(app, sizeof app, "%s", conninfo_of(APP));
    struct flyway_run run = {.folder = folder,
                             .conninfo = app,
                             .superuser = postgres_superuser(pg, database, super),
                             .role = APP};
    why[0] = '\0';
    return flyway_migrate(&run, n, why);
}

static size_t migrated(void)
{
    char why[FLYWAY_WHY];
    size_t n = 0;
    if (!migrate(&n, why))
        fail_msg("%s", why);
    return n;
}

static void put_tables(void)
{
    put("V1.1__tables.sql",
        "CREATE TABLE regel_evaluering (id bigint PRIMARY KEY, regel_navn text);\n"
        "CREATE TABLE regelsett_resultat (id bigint PRIMARY KEY);\n"
        "CREATE TABLE person_ident (id bigint PRIMARY KEY, ident text);\n"
        "CREATE SCHEMA arkiv;\n"
        "CREATE TABLE arkiv.sak (id bigint PRIMARY KEY);\n");
}

/* --- the migrations --- */

static const struct migration_table two[] = {{"public", "regel_evaluering", false, false},
                                             {"public", "regelsett_resultat", false, false}};

static struct migration_facts facts_of(enum migration_shape shape,
                                       const struct migration_table *tables, size_t n)
{
    static char slot[32];
    snprintf(slot, sizeof slot, "ds_replication_%d", n_databases);
    return (struct migration_facts){.shape = shape,
                                    .app_role = APP,
                                    .db_user = USER,
                                    .publication = "ds_publication",
                                    .slot = slot,
                                    .tables = tables,
                                    .n_tables = n};
}

static bool yes(const char *sql)
{
    return str_eq(ask(sql), "t");
}

static bool slot_exists(void)
{
    return yes("SELECT EXISTS(SELECT FROM pg_replication_slots WHERE database = current_database() "
               "AND plugin = 'pgoutput')");
}

static bool publication_exists(void)
{
    return yes("SELECT EXISTS(SELECT FROM pg_publication)");
}

static bool reads(const char *role, const char *table)
{
    return yes(arena_printf(&mem, "SELECT has_table_privilege('%s', '%s', 'SELECT')", role, table));
}

/* What is there by now, as the checks would say it. */
static void look(struct migration_facts *f)
{
    f->publication_exists = publication_exists();
    f->publication_all_tables = yes("SELECT bool_or(puballtables) FROM pg_publication");
    f->publication_via_root = yes("SELECT bool_or(pubviaroot) FROM pg_publication");
    f->slot_exists = slot_exists();
    f->app_replication = yes("SELECT rolreplication FROM pg_roles WHERE rolname = '" APP "'");
    f->user_replication = yes("SELECT rolreplication FROM pg_roles WHERE rolname = '" USER "'");
    f->recorded = arena_str(&mem, ask("SELECT version FROM flyway_schema_history "
                                      "ORDER BY installed_rank DESC LIMIT 1"));
}

static struct migration_set written(const struct migration_facts *f)
{
    static const struct migrations_folder where = {.path = "src/main/resources/flyway",
                                                   .last = "1.1"};
    struct migration_set set;
    struct err e = {0};
    if (!migrations_write(&mem, &where, f, &set, &e))
        fail_msg("%s", e.why);
    return set;
}

static void put_set(const struct migration_set *set)
{
    for (size_t i = 0; i < set->n_files; i++)
        put(set->files[i].name, set->files[i].sql);
}

/* --- shapes --- */

static void test_narrow(void **state)
{
    (void)state;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_NARROW, two, 2);
    struct migration_set set = written(&f);
    put_set(&set);
    assert_int_equal(migrated(), 3);
    assert_string_equal(ask("SELECT string_agg(tablename, ',' ORDER BY tablename) "
                            "FROM pg_publication_tables"),
                        "regel_evaluering,regelsett_resultat");
    assert_true(slot_exists());
    assert_true(reads(USER, "regel_evaluering"));
    assert_false(reads(USER, "person_ident"));
    (void)ask_as(conninfo_of(USER), "SELECT * FROM regel_evaluering", NULL);
    (void)ask_as(conninfo_of(USER), "SELECT * FROM person_ident", "42501");
    struct migration_table done[] = {{"public", "regel_evaluering", true, true},
                                     {"public", "regelsett_resultat", true, true}};
    struct migration_facts again = facts_of(MIGRATION_NARROW, done, 2);
    look(&again);
    assert_true(again.app_replication && again.user_replication);
    set = written(&again);
    assert_int_equal(set.n_files, 0);
}

static void test_procedure(void **state)
{
    (void)state;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_PROCEDURE, NULL, 0);
    struct migration_set set = written(&f);
    assert_int_equal(set.n_files, 2);
    put_set(&set);
    put("V9__later.sql", "CREATE TABLE senere (id bigint PRIMARY KEY)");
    assert_int_equal(migrated(), 4);
    assert_true(yes("SELECT puballtables FROM pg_publication"));
    assert_true(reads(USER, "person_ident"));
    assert_true(reads(USER, "senere")); /* by default privileges */
    assert_true(slot_exists());
}

static void test_three_may_run_again(void **state)
{
    (void)state;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_THREE, two, 2);
    struct migration_set set = written(&f);
    assert_int_equal(set.n_files, 3);
    put_set(&set);
    assert_int_equal(migrated(), 4);
    assert_true(slot_exists() && publication_exists());
    f.recorded = "2";
    set = written(&f);
    put_set(&set);
    assert_int_equal(migrated(), 3);
    assert_string_equal(
        ask("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"), "1");
}

static void test_partitioned(void **state)
{
    (void)state;
    make_user();
    put("V1.1__tables.sql",
        "CREATE TABLE hendelse (id bigint, dag date, PRIMARY KEY (id, dag)) PARTITION BY RANGE "
        "(dag);\n"
        "CREATE TABLE hendelse_2025 PARTITION OF hendelse FOR VALUES FROM ('2025-01-01') TO "
        "('2026-01-01');\n");
    const struct migration_table table[] = {{"public", "hendelse", false, false}};
    struct migration_facts f = facts_of(MIGRATION_NARROW, table, 1);
    f.via_root = true;
    struct migration_set set = written(&f);
    put_set(&set);
    assert_int_equal(migrated(), 3);
    assert_string_equal(ask("SELECT string_agg(tablename, ',') FROM pg_publication_tables"),
                        "hendelse");
}

/* --- the traps --- */

static void test_one_file_cannot_make_the_slot(void **state)
{
    (void)state;
    char why[FLYWAY_WHY];
    size_t n;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_PROCEDURE, NULL, 0);
    struct migration_set set = written(&f);
    put("V2__all_in_one.sql", arena_printf(&mem, "%s%s", set.files[0].sql, set.files[1].sql));
    assert_false(migrate(&n, why));
    assert_int_equal(n, 1);
    assert_non_null(strstr(why, "cannot create logical replication slot in transaction that has "
                                "performed writes"));
    assert_false(slot_exists());
    assert_false(publication_exists()); /* the whole file went back */
    char app[POSTGRES_CONNINFO];
    tell("ALTER ROLE \"" APP "\" REPLICATION");
    snprintf(app, sizeof app, "%s", conninfo_of(APP));
    const char *both = arena_printf(&mem, "BEGIN; CREATE TABLE x (); %s", set.files[1].sql);
    (void)ask_as(app, both, "25001");
}

static void test_without_the_user_nothing_happens(void **state)
{
    (void)state;
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_NARROW, two, 2);
    struct migration_set set = written(&f);
    put_set(&set);
    assert_int_equal(migrated(), 3);
    assert_false(publication_exists());
    assert_false(slot_exists());
    assert_true(yes("SELECT bool_and(success) FROM flyway_schema_history"));
    make_user();
    assert_int_equal(migrated(), 0); /* Flyway has them recorded */
    look(&f);
    set = written(&f);
    assert_int_equal(set.n_files, 2);
    assert_string_equal(set.files[0].name, "V1.4__datastream_oppsett.sql");
    put_set(&set);
    assert_int_equal(migrated(), 2);
    assert_true(publication_exists() && slot_exists());
}

static void test_a_slot_needs_replication(void **state)
{
    (void)state;
    char why[FLYWAY_WHY];
    size_t n;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_NARROW, two, 2);
    f.app_replication = true; /* it is not so */
    struct migration_set set = written(&f);
    put_set(&set);
    assert_false(migrate(&n, why));
    assert_int_equal(n, 2);
    assert_non_null(strstr(why, "replication"));
    assert_false(slot_exists());
}

/* --- later --- */

static void test_tables_come_and_go(void **state)
{
    (void)state;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_NARROW, two, 2);
    struct migration_set set = written(&f);
    put_set(&set);
    (void)migrated();
    const struct migration_table more[] = {{"public", "regel_evaluering", true, true},
                                           {"arkiv", "sak", false, false}};
    struct migration_facts later = facts_of(MIGRATION_NARROW, more, 2);
    look(&later);
    set = written(&later);
    assert_int_equal(set.n_files, 1);
    put_set(&set);
    assert_int_equal(migrated(), 1);
    assert_string_equal(ask("SELECT count(*) FROM pg_publication_tables"), "3");
    (void)ask_as(conninfo_of(USER), "SELECT * FROM arkiv.sak", NULL);

    static const struct migrations_folder where = {.path = "f", .last = "1.1"};
    const struct migration_table gone[] = {{"public", "regelsett_resultat", true, true}};
    struct migration_facts less = facts_of(MIGRATION_NARROW, gone, 1);
    struct err e = {0};
    look(&less);
    assert_true(migrations_drop_tables(&mem, &where, &less, &set, &e));
    put_set(&set);
    assert_int_equal(migrated(), 1);
    assert_string_equal(ask("SELECT count(*) FROM pg_publication_tables"), "2");
    (void)ask_as(conninfo_of(USER), "SELECT * FROM regelsett_resultat", "42501");
}

static void test_a_slot_that_is_too_old_is_made_anew(void **state)
{
    (void)state;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_NARROW, two, 2);
    tell(arena_printf(&mem, "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')", f.slot));
    tell("CREATE TABLE written_since ()");
    const char *before = arena_str(&mem, ask("SELECT confirmed_flush_lsn FROM pg_replication_slots "
                                             "WHERE database = current_database()"));
    f.slot_exists = true;
    struct migration_set set = written(&f);
    assert_int_equal(set.n_files, 2);
    put_set(&set);
    assert_int_equal(migrated(), 3);
    assert_true(slot_exists());
    assert_string_not_equal(ask("SELECT confirmed_flush_lsn FROM pg_replication_slots "
                                "WHERE database = current_database()"),
                            before);
    assert_true(yes("SELECT age(p.xmin) >= age(s.catalog_xmin) FROM pg_publication p, "
                    "pg_replication_slots s WHERE s.database = current_database()"));
}

static void test_undo(void **state)
{
    (void)state;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_NARROW, two, 2);
    struct migration_set set = written(&f);
    put_set(&set);
    (void)migrated();
    const struct migration_table there[] = {{"public", "regel_evaluering", true, true},
                                            {"public", "regelsett_resultat", true, true}};
    static const struct migrations_folder where = {.path = "f", .last = "1.1"};
    struct migration_facts undo = facts_of(MIGRATION_NARROW, there, 2);
    struct err e = {0};
    look(&undo);
    assert_true(migrations_undo(&mem, &where, &undo, &set, &e));
    put_set(&set);
    assert_int_equal(migrated(), 1);
    assert_false(slot_exists());
    assert_false(publication_exists());
    assert_false(reads(USER, "regel_evaluering"));
}

static void test_undo_of_the_procedure(void **state)
{
    (void)state;
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_PROCEDURE, NULL, 0);
    struct migration_set set = written(&f);
    put_set(&set);
    (void)migrated();
    static const struct migrations_folder where = {.path = "f", .last = "1.1"};
    struct err e = {0};
    look(&f);
    assert_true(migrations_undo(&mem, &where, &f, &set, &e));
    put_set(&set);
    put("V9__later.sql", "CREATE TABLE senere (id bigint PRIMARY KEY)");
    assert_int_equal(migrated(), 2);
    assert_false(slot_exists() || publication_exists());
    assert_false(reads(USER, "person_ident") || reads(USER, "senere"));
}

/* --- names --- */

/* Everything that can be hostile is: only what holds a line break is refused before. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char user[] = "d\"s'; DROP ROLE x; --";
    static const char odd[] = "$$; DROP TABLE person_ident; --";
    tell("CREATE ROLE \"d\"\"s'; DROP ROLE x; --\" LOGIN PASSWORD '" PASSWORD "'");
    put("V1.1__tables.sql",
        "CREATE TABLE person_ident (id bigint PRIMARY KEY);\n"
        "CREATE SCHEMA \"bl\xC3\xA5 b\xC3\xA6r\";\n"
        "CREATE TABLE \"bl\xC3\xA5 b\xC3\xA6r\".\"\\'\"\"\" (id bigint PRIMARY KEY);\n"
        "CREATE TABLE \"$strom1$\" (id bigint PRIMARY KEY);\n"
        "CREATE TABLE \"$$; DROP TABLE person_ident; --\" (id bigint PRIMARY KEY);\n"
        "CREATE TABLE \"a%s-b.c\" (id bigint PRIMARY KEY);\n"
        "CREATE TABLE \"012345678901234567890123456789012345678901234567890123456789012\" (id "
        "bigint PRIMARY KEY);\n");
    const struct migration_table tables[] = {
        {"bl\xC3\xA5 b\xC3\xA6r", "\\'\"", false, false},
        {"public", "$strom1$", false, false},
        {"public", odd, false, false},
        {"public", "a%s-b.c", false, false},
        {"public", "012345678901234567890123456789012345678901234567890123456789012", false,
         false}};
    struct migration_facts f = facts_of(MIGRATION_NARROW, tables, 5);
    f.db_user = user;
    f.publication = "p\"u'b$$";
    struct migration_set set = written(&f);
    put_set(&set);
    assert_int_equal(migrated(), 3);
    assert_string_equal(ask("SELECT count(*) FROM pg_publication_tables"), "5");
    assert_string_equal(ask("SELECT pubname FROM pg_publication"), "p\"u'b$$");
    assert_string_equal(ask("SELECT count(*) FROM pg_tables WHERE tablename = 'person_ident'"),
                        "1");
    (void)ask_as(conninfo_of(user), "SELECT * FROM \"bl\xC3\xA5 b\xC3\xA6r\".\"\\'\"\"\"", NULL);
    assert_true(slot_exists());
    static const struct migrations_folder where = {.path = "f", .last = "1.1"};
    struct err e = {0};
    f.recorded = "2";
    f.publication_exists = f.slot_exists = true;
    assert_true(migrations_undo(&mem, &where, &f, &set, &e));
    put_set(&set);
    assert_int_equal(migrated(), 1);
    assert_false(slot_exists() || publication_exists());
    tell("DROP OWNED BY \"d\"\"s'; DROP ROLE x; --\"; DROP ROLE \"d\"\"s'; DROP ROLE x; --\"");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_narrow),
        TEST(test_procedure),
        TEST(test_three_may_run_again),
        TEST(test_partitioned),
        TEST(test_one_file_cannot_make_the_slot),
        TEST(test_without_the_user_nothing_happens),
        TEST(test_a_slot_needs_replication),
        TEST(test_tables_come_and_go),
        TEST(test_a_slot_that_is_too_old_is_made_anew),
        TEST(test_undo),
        TEST(test_undo_of_the_procedure),
        TEST(test_hostile_names),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

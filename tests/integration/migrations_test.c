/* Every shape of migration is run as Flyway runs it, by the app's own role, against a real
 * PostgreSQL; and the two traps of the procedure are real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "tests/integration/migrations_world.h"
#include "tests/sandbox/postgres.h"

#include <stdio.h>
#include <string.h>

static const struct migration_table two[] = {{"public", "regel_evaluering", false, false, false},
                                             {"public", "regelsett_resultat", false, false, false}};

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

/* The narrow shape, and it has run. */
static struct migration_facts deployed(void)
{
    make_user();
    put_tables();
    struct migration_facts f = facts_of(MIGRATION_NARROW, two, 2);
    struct migration_set set = written(&f);
    put_set(&set);
    (void)migrated();
    return f;
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
    struct migration_table done[] = {{"public", "regel_evaluering", true, true, false},
                                     {"public", "regelsett_resultat", true, true, false}};
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
    const struct migration_table table[] = {{"public", "hendelse", false, false, false}};
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
    (void)deployed();
    struct migration_set set;
    const struct migration_table more[] = {{"public", "regel_evaluering", true, true, false},
                                           {"arkiv", "sak", false, false, false}};
    struct migration_facts later = facts_of(MIGRATION_NARROW, more, 2);
    look(&later);
    set = written(&later);
    assert_int_equal(set.n_files, 1);
    put_set(&set);
    assert_int_equal(migrated(), 1);
    assert_string_equal(ask("SELECT count(*) FROM pg_publication_tables"), "3");
    (void)ask_as(conninfo_of(USER), "SELECT * FROM arkiv.sak", NULL);

    static const struct migrations_folder where = {.path = "f", .last = "1.1"};
    const struct migration_table gone[] = {{"public", "regelsett_resultat", true, true, false}};
    struct migration_facts less = facts_of(MIGRATION_NARROW, gone, 1);
    struct err e = {0};
    look(&less);
    assert_true(migrations_drop_tables(&mem, &where, &less, &set, &e));
    put_set(&set);
    assert_int_equal(migrated(), 1);
    assert_string_equal(ask("SELECT count(*) FROM pg_publication_tables"), "2");
    (void)ask_as(conninfo_of(USER), "SELECT * FROM regelsett_resultat", "42501");
}

/* Published by a list that leaves out what is chosen since. */
static void test_a_list_of_columns_goes(void **state)
{
    (void)state;
    struct migration_facts f = deployed();
    struct migration_set set;
    if (!yes("SELECT current_setting('server_version_num')::int >= 150000")) /* no lists before */
        return;
    tell(arena_printf(&mem,
                      "ALTER PUBLICATION %s SET TABLE regel_evaluering (id), regelsett_resultat",
                      f.publication));
    const struct migration_table cut[] = {{"public", "regel_evaluering", true, true, true},
                                          {"public", "regelsett_resultat", true, true, false}};
    struct migration_facts later = facts_of(MIGRATION_NARROW, cut, 2);
    look(&later);
    set = written(&later);
    assert_int_equal(set.n_files, 1);
    put_set(&set);
    assert_int_equal(migrated(), 1);
    assert_string_equal(ask("SELECT count(*) FROM pg_publication_rel WHERE prattrs IS NOT NULL"),
                        "0");
    assert_string_equal(ask("SELECT count(*) FROM pg_publication_tables"), "2");
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
    (void)deployed();
    struct migration_set set;
    const struct migration_table there[] = {{"public", "regel_evaluering", true, true, false},
                                            {"public", "regelsett_resultat", true, true, false}};
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
        {"bl\xC3\xA5 b\xC3\xA6r", "\\'\"", false, false, false},
        {"public", "$strom1$", false, false, false},
        {"public", odd, false, false, false},
        {"public", "a%s-b.c", false, false, false},
        {"public", "012345678901234567890123456789012345678901234567890123456789012", false, false,
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
        TEST(test_a_list_of_columns_goes),
        TEST(test_a_slot_that_is_too_old_is_made_anew),
        TEST(test_undo),
        TEST(test_undo_of_the_procedure),
        TEST(test_hostile_names),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

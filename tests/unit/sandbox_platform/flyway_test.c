#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/platform/flyway.h"

#include <string.h>

static void names_give_version_and_description(void **state)
{
    struct flyway_file f;
    (void)state;
    assert_true(flyway_parse_name("V1.51__datastream_oppsett.sql", &f));
    assert_string_equal(f.version, "1.51");
    assert_string_equal(f.description, "datastream oppsett");
    assert_string_equal(f.script, "V1.51__datastream_oppsett.sql");
    assert_true(flyway_parse_name("V2_1__a.sql", &f));
    assert_string_equal(f.version, "2.1");
    assert_true(flyway_parse_name("V20240101120000__a__b.sql", &f));
    assert_string_equal(f.description, "a  b");
    static const char *const wrong[] = {"V1.51_x.sql",     "v1__x.sql", "V__x.sql",  "V1.__x.sql",
                                        "V1..2__x.sql",    "R__x.sql",  "V1__x.SQL", "V1a__x.sql",
                                        "V1.1__x.sql.bak", ".sql",      ""};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(flyway_parse_name(wrong[i], &f));
}

static void versions_are_numbers(void **state)
{
    (void)state;
    assert_int_equal(flyway_compare("1.9", "1.10"), -1);
    assert_int_equal(flyway_compare("1.10", "1.9"), 1);
    assert_int_equal(flyway_compare("1", "1.0.0"), 0);
    assert_int_equal(flyway_compare("1.02", "1.2"), 0);
    assert_int_equal(flyway_compare("2", "10"), -1);
    assert_int_equal(flyway_compare("99999999999999999998", "99999999999999999999"), -1);
}

/* The figures are those of java.util.zip.CRC32 over the lines. */
static void checksum_is_that_of_the_lines(void **state)
{
    (void)state;
    assert_int_equal(flyway_checksum("123456789", 9), (int32_t)0xCBF43926u);
    assert_int_equal(flyway_checksum("1234\n56789\n", 11), (int32_t)0xCBF43926u);
    assert_int_equal(flyway_checksum("1234\r\n56789", 11), (int32_t)0xCBF43926u);
    assert_int_equal(flyway_checksum("\xEF\xBB\xBF"
                                     "1234\r56789",
                                     13),
                     (int32_t)0xCBF43926u);
    assert_int_equal(flyway_checksum("", 0), 0);
}

static void only_words_of_sql_are_lent_for(void **state)
{
    static const struct {
        bool lends;
        const char *sql;
    } cases[] = {
        {true, "ALTER USER \"app\" WITH REPLICATION;"},
        {true, "alter user app replication"},
        {true, "DO $$ BEGIN ALTER USER \"a\" WITH REPLICATION; END $$ LANGUAGE 'plpgsql';"},
        {true, "DO $x$ BEGIN CREATE PUBLICATION p FOR ALL\n\tTABLES; END $x$"},
        {true, "CREATE PUBLICATION p FOR TABLES IN SCHEMA public"},
        {true, "CREATE PUBLICATION p FOR TABLE a, TABLES IN SCHEMA b"},
        {true, "DO $$ BEGIN EXECUTE 'ALTER USER a WITH REPLICATION'; END $$"},
        {true, "DO $$ BEGIN EXECUTE format('ALTER USER %I REPLICATION', 'it''s'); END $$"},
        {false, "SELECT PG_CREATE_LOGICAL_REPLICATION_SLOT('ds_replication', 'pgoutput')"},
        {false, "DO $$ BEGIN PERFORM PG_CREATE_LOGICAL_REPLICATION_SLOT('ds_replication', "
                "'pgoutput'); END $$"},
        {false, "SELECT pg_create_logical_replication_slot('replication', 'pgoutput')"},
        {false, "DO $$ BEGIN EXECUTE 'SELECT pg_create_logical_replication_slot(''replication'', "
                "''pgoutput'')'; END $$"},
        {false, "GRANT SELECT ON ALL TABLES IN SCHEMA PUBLIC TO \"datastream\""},
        {false, "ALTER DEFAULT PRIVILEGES IN SCHEMA PUBLIC GRANT SELECT ON TABLES TO x"},
        {false, "-- WITH REPLICATION\nSELECT 1"},
        {false, "/* FOR ALL /* TABLES */ REPLICATION */ SELECT 1"},
        {false, "CREATE TABLE \"replication\" (id int)"},
        {false, "SELECT 'WITH REPLICATION'"},
        {false, "SELECT E'it\\'s REPLICATION'"},
        {false, "SELECT 'it''s REPLICATION'"},
        {false, "COMMENT ON TABLE t IS 'FOR ALL TABLES'"},
        {false, "SELECT a.replication_lag, ds_replication FROM x WHERE $1 = 2"},
        {false, "CREATE PUBLICATION p FOR TABLE a, b"},
        {false, "'unfinished REPLICATION"},
        {false, "/* unfinished REPLICATION"},
        {false, "\"unfinished REPLICATION"},
        {false, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (flyway_needs_lending(cases[i].sql, strlen(cases[i].sql)) != cases[i].lends)
            fail_msg("%s", cases[i].sql);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_give_version_and_description),
        cmocka_unit_test(versions_are_numbers),
        cmocka_unit_test(checksum_is_that_of_the_lines),
        cmocka_unit_test(only_words_of_sql_are_lent_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

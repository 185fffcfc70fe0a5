#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/google/bigquery.h"

#include <string.h>

/* The little SQL: what is understood, what it becomes, what is refused and where. */

#define TABLE "`p.d.public_t`"

static void becomes(const char *from, const char *to)
{
    struct sql_query q;
    if (!sql_translate(from, &q))
        fail_msg("%s: %s", from, q.wrong);
    assert_string_equal(str_text(&q.text), to);
    sql_done(&q);
}

static void is_refused(const char *from, const char *words)
{
    struct sql_query q;
    assert_false(sql_translate(from, &q));
    if (strstr(q.wrong, words) == NULL)
        fail_msg("%s: %s", from, q.wrong);
    sql_done(&q);
}

static void counts(void **state)
{
    (void)state;
    becomes("SELECT COUNT(*) FROM " TABLE, "SELECT count(*) AS \"f0_\" FROM \"public_t\"");
    becomes("select count(distinct a) as n from " TABLE " t where t.a >= 5 and b in ('x', 'y')",
            "SELECT count(DISTINCT \"a\") AS \"n\" FROM \"public_t\" WHERE \"a\" >= 5 AND \"b\" IN "
            "('x','y')");
    becomes("SELECT 'a' AS t, COUNT(*) AS n FROM " TABLE
            " UNION ALL SELECT 'it\\'s', COUNT(*) FROM "
            "`p.d.other`",
            "SELECT 'a' AS \"t\", count(*) AS \"n\" FROM \"public_t\" UNION ALL SELECT 'it''s', "
            "count(*) FROM \"other\"");
    becomes("SELECT MAX(datastream_metadata.source_timestamp) FROM " TABLE
            " WHERE a IS NOT NULL LIMIT "
            "5;",
            "SELECT max(json_extract(datastream_metadata, '$.SOURCE_TIMESTAMP')) AS \"f0_\" FROM "
            "\"public_t\" WHERE \"a\" IS NOT NULL LIMIT 5");
    becomes(
        "SELECT id FROM " TABLE " WHERE id BETWEEN -3 AND 7 AND b != 'x' ORDER BY id DESC",
        "SELECT \"id\" AS \"id\" FROM \"public_t\" WHERE \"id\" BETWEEN -3 AND 7 AND \"b\" != 'x' "
        "ORDER BY \"id\" DESC");
}

/* What a comparison of two sides asks. */
static void digests(void **state)
{
    (void)state;
    becomes("SELECT SUBSTR(h, 1, 2) AS b, COUNT(*) AS n, SUM(CAST(CONCAT('0x', SUBSTR(h, 1, 8)) AS "
            "INT64)) AS x FROM (SELECT TO_HEX(SHA256(CONCAT(CAST(`id` AS STRING), '|', `navn`))) "
            "AS h FROM " TABLE " WHERE `id` BETWEEN 1 AND 9) WHERE SUBSTR(h, 1, 2) IN ('0a') "
            "GROUP BY b ORDER BY b",
            "SELECT substr(\"h\", 1, 2) AS \"b\", count(*) AS \"n\", "
            "sum(bq_int64(bq_concat('0x', substr(\"h\", 1, 8)))) AS \"x\" FROM (SELECT "
            "bq_to_hex(bq_sha256(bq_concat(CAST(\"id\" AS TEXT), '|', \"navn\"))) AS \"h\" FROM "
            "\"public_t\" WHERE \"id\" BETWEEN 1 AND 9) WHERE substr(\"h\", 1, 2) IN ('0a') "
            "GROUP BY \"b\" ORDER BY \"b\"");
}

static void functions(void **state)
{
    static const char *const rows[][2] = {
        {"SELECT bq_to_hex(bq_sha256(''))",
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"SELECT bq_to_hex(bq_sha256('abc'))",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"SELECT bq_to_hex(bq_sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"SELECT bq_int64(bq_concat('0x', 'ff'))", "255"},
        {"SELECT bq_int64('-7')", "-7"},
        {"SELECT bq_concat('a', NULL)", NULL},
    };
    sqlite3 *db = NULL;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    sql_add_functions(db);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sqlite3_stmt *st = NULL;
        assert_int_equal(sqlite3_prepare_v2(db, rows[i][0], -1, &st, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        const char *said = (const char *)sqlite3_column_text(st, 0);
        if (rows[i][1] == NULL)
            assert_null(said);
        else
            assert_string_equal(said, rows[i][1]);
        sqlite3_finalize(st);
    }
    sqlite3_close(db);
}

static void refusals(void **state)
{
    (void)state;
    is_refused("", "Unexpected end of script");
    is_refused("DROP TABLE x", "Unexpected \"DROP\" at [1:1]");
    is_refused("SELECT COUNT(*) FROM x", "Unexpected \"x\" at [1:22]");
    is_refused("SELECT COUNT(*) FROM `x`", "must be qualified with a dataset");
    is_refused("SELECT COUNT(*) FROM " TABLE "; DROP TABLE x", "Unexpected \"DROP\"");
    is_refused("SELECT COUNT(*) FROM " TABLE " WHERE a = (SELECT 1)", "Unexpected \"(\"");
    is_refused("SELECT load_extension('x') FROM " TABLE, "Unexpected \"(\"");
    is_refused("SELECT 'open FROM " TABLE, "Unclosed literal");
    is_refused("SELECT COUNT(*) FROM " TABLE " UNION ALL SELECT COUNT(*) FROM `p.e.t`",
               "one dataset");
    is_refused("SELECT COUNT(*) FROM " TABLE " WHERE a ~ 'x'", "Unexpected \"~\"");
}

static void columns(void **state)
{
    (void)state;
    struct sql_query q;
    assert_true(sql_translate("SELECT 'x' AS a, COUNT(*), MIN(a) least, 7 FROM " TABLE, &q));
    assert_int_equal(q.n_columns, 4);
    assert_string_equal(q.columns[0].type, "STRING");
    assert_string_equal(q.columns[1].type, "INTEGER");
    assert_string_equal(q.columns[1].name, "f0_");
    assert_string_equal(q.columns[2].type, "");
    assert_string_equal(q.columns[2].name, "least");
    assert_string_equal(q.columns[3].name, "f1_");
    assert_string_equal(q.project, "p");
    assert_string_equal(q.dataset, "d");
    assert_string_equal(q.tables[0], "public_t");
    sql_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),   cmocka_unit_test(digests), cmocka_unit_test(functions),
        cmocka_unit_test(refusals), cmocka_unit_test(columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

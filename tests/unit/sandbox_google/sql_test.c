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
        cmocka_unit_test(counts),
        cmocka_unit_test(refusals),
        cmocka_unit_test(columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

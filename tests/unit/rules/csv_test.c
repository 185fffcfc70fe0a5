#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/str.h"
#include "api/rules/csv.h"

#include <string.h>

static struct arena mem;
static struct judged got;
static struct err failed;

static bool judge(const char *text)
{
    return rules_judge_csv(&mem, text, strlen(text), NULL, &got, &failed);
}

static int begin(void **state)
{
    (void)state;
    arena_init(&mem);
    failed = (struct err){0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_done(&mem);
    return 0;
}

static void test_reads_columns(void **state)
{
    (void)state;
    assert_true(judge("schema,table,column,type,nullable,is_pk,comment,label\n"
                      "public,person,id,bigint,f,t,,none\n"
                      "public,person,fnr,text,t,f,\"a, \"\"b\"\"\nc\",special\n"
                      "other,person,navn,text,t,f,,personal\n"
                      "public,person,alder,integer,t,f,,personal\n"));
    assert_int_equal(got.n_tables, 2);
    assert_int_equal(got.n_columns, 4);
    assert_string_equal(got.tables[0].schema, "public");
    assert_int_equal(got.tables[0].n_columns, 3);
    assert_true(got.tables[0].columns[0].is_key);
    assert_false(got.tables[0].columns[0].nullable);
    assert_true(got.tables[0].columns[1].nullable);
    assert_int_equal(got.tables[0].columns[1].verdict.level, RULES_SPECIAL);
    assert_string_equal(got.tables[0].columns[2].name, "alder");
    assert_string_equal(got.tables[1].schema, "other");
}

static void test_flags_are_true_or_false(void **state)
{
    (void)state;
    assert_true(judge("schema,table,column,nullable,is_pk\n"
                      "public,t,a,YES,\npublic,t,b,No,1\npublic,t,c,False,off\n"));
    assert_true(got.tables[0].columns[0].nullable);
    assert_false(got.tables[0].columns[0].is_key);
    assert_false(got.tables[0].columns[1].nullable);
    assert_true(got.tables[0].columns[1].is_key);
    assert_false(judge("schema,table,column,nullable,is_pk\n"
                       "public,t,a,t,f\npublic,t,b,kanskje,f\n"));
    assert_non_null(strstr(failed.why, "line 3"));
    assert_non_null(strstr(failed.why, "nullable"));
    assert_false(judge("schema,table,column,nullable,is_pk\npublic,t,a,t,2\n"));
    assert_non_null(strstr(failed.why, "line 2"));
    assert_non_null(strstr(failed.why, "is_pk"));
}

/* Whatever wrote it: psql, Excel in Norway, a program of one's own. */
static void test_as_programs_write_it(void **state)
{
    (void)state;
    static const char *const words[][2] = {
        {"t", "f"}, {"true", "false"}, {"TRUE", "FALSE"}, {"yes", "no"}, {"YES", "NO"}, {"1", "0"},
        {"y", "n"}, {"on", "off"},     {"SANN", "USANN"}, {"ja", "nei"}, {"j", ""}};
    static const char between[] = {',', ';', '\t'};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (size_t k = 0; k < sizeof between; k++)
            for (int excel = 0; excel < 2; excel++) {
                struct str text = {0};
                const char c = between[k], *end = excel ? "\r\n" : "\n";
                str_printf(&text, "%sschema%ctable%ccolumn%ctype%cnullable%cis_pk%s",
                           excel ? "\xEF\xBB\xBF" : "", c, c, c, c, c, end);
                str_printf(&text, "public%cperson%c\"a%cb\"%cnumeric(1,2)%c%s%c%s%s", c, c, c, c, c,
                           words[i][0], c, words[i][1], end);
                if (c == ',') /* a type with a comma is quoted there */
                    str_clear(&text);
                if (c == ',')
                    str_printf(&text,
                               "schema,table,column,type,nullable,is_pk%spublic,person,\"a,b\","
                               "\"numeric(1,2)\",%s,%s%s",
                               end, words[i][0], words[i][1], end);
                if (!judge(str_text(&text)))
                    fail_msg("%s: %s", str_text(&text), failed.why);
                assert_int_equal(got.n_columns, 1);
                assert_string_equal(got.tables[0].columns[0].type, "numeric(1,2)");
                assert_int_equal(got.tables[0].columns[0].name[1], c);
                assert_true(got.tables[0].columns[0].nullable);
                assert_false(got.tables[0].columns[0].is_key);
                str_done(&text);
            }
    assert_true(judge("sep=;\r\nschema;table;column\r\ns;t;a,b\r\n"));
    assert_string_equal(got.tables[0].columns[0].name, "a,b");
    assert_true(judge("\"schema\";\"table\";\"column\"\ns;t;a\n"));
    assert_int_equal(got.n_columns, 1);
    assert_false(judge("sep=;\nschema;table;column;is_pk\ns;t;a;f\ns;t;b;kanskje\n"));
    assert_non_null(strstr(failed.why, "line 4: \"is_pk\" is neither yes nor no"));
    assert_false(judge("schema;table;column\ns,t,a\n"));
    assert_non_null(strstr(failed.why, "line 2: fewer fields"));
    assert_false(judge("sep=;"));
    assert_false(judge("sep="));
    assert_false(judge("\"\";"));
}

static void test_columns_in_any_order(void **state)
{
    (void)state;
    assert_true(judge("\xEF\xBB\xBF"
                      "column,x,table,schema\r\nepost,,kunde,public\r\n\r\nid,,kunde,public"));
    assert_int_equal(got.n_columns, 2);
    assert_string_equal(got.tables[0].columns[0].type, "");
    assert_int_equal(got.tables[0].columns[0].verdict.level, RULES_PERSONAL);
}

static void test_comment_belongs_to_its_column(void **state)
{
    (void)state;
    assert_true(judge("schema,table,column,type,comment\n"
                      "s,a,x,text,\n"
                      "s,b,y,text,Fødselsnummer\n"
                      "s,a,z,text,Fødselsnummer til barnet\n"));
    assert_int_equal(got.tables[0].columns[0].verdict.level, RULES_NONE);
    assert_int_equal(got.tables[0].columns[1].verdict.level, RULES_SPECIAL);
    assert_int_equal(got.tables[1].columns[0].verdict.level, RULES_SPECIAL);
    assert_int_equal(got.tables[0].columns[1].verdict.evidence[0].by, RULES_BY_COMMENT);
}

static void test_nothing_but_a_header(void **state)
{
    (void)state;
    assert_true(judge("schema,table,column\n"));
    assert_int_equal(got.n_tables, 0);
}

static void refused(const char *text, const char *why)
{
    assert_false(judge(text));
    assert_int_equal(failed.kind, ERR_INPUT);
    if (strstr(failed.why, why) == NULL)
        fail_msg("expected \"%s\" in \"%s\"", why, failed.why);
}

static void test_refuses(void **state)
{
    (void)state;
    refused("", "line 1: the heading \"schema\" is missing");
    refused("schema,table\n", "the heading \"column\" is missing");
    refused("schema,table,column,table\n", "a heading stands twice");
    refused("schema,table,column\na,b\n", "line 2: fewer fields");
    refused("schema,table,column\na,b,c\na,,c\n", "line 3: the name of a table or column is empty");
    refused("schema,table,column\na,\"b,c\n\n\n", "line 2: a quoted field does not end");
    refused("schema,table,column\na,\"b\"x,c\n", "line 2: text behind a closing quote");
    refused("schema,table,column\na,b\"x,c\n", "line 2: a quote inside a field");
    refused("schema,table,column\na,\"b\nb\",c\na,b,c\na,\"b\nb\",c\n", "line 5: the same column");
    refused("schema,table,column\na,b\xff,c\n", "line 2: not UTF-8");
    refused("schema,table,column\na\rb,b,c\n", "line 2: a carriage return");
}

static void test_refuses_zero_bytes(void **state)
{
    (void)state;
    static const char text[] = "schema,table,column\na,b\0,c\n";
    assert_false(rules_judge_csv(&mem, text, sizeof text - 1, NULL, &got, &failed));
    assert_non_null(strstr(failed.why, "line 2: a zero byte"));
}

static void test_refuses_sizes(void **state)
{
    (void)state;
    struct str s = {0};
    str_add(&s, "schema,table,column\na,b,");
    for (size_t i = 0; i <= CSV_MAX_FIELD; i++)
        str_addc(&s, 'x');
    refused(str_text(&s), "line 2: a field is too long");
    str_clear(&s);
    str_add(&s, "schema,table,column");
    for (size_t i = 0; i < CSV_MAX_FIELDS; i++)
        str_add(&s, ",y");
    refused(str_text(&s), "line 1: too many fields");
    str_done(&s);
    assert_false(rules_judge_csv(&mem, "x", (size_t)CSV_MAX_BYTES + 1, NULL, &got, &failed));
}

/* Every prefix of a hostile file is either read or refused. */
static void test_every_prefix(void **state)
{
    (void)state;
    static const char text[] =
        "schema,table,column,comment\n\"a\"\"\",\"b\n\",c,\"d\r\n\"\ne,f,g,\xC3\xA6\n";
    for (size_t n = 0; n < sizeof text; n++) {
        char *copy = arena_strn(&mem, text, n);
        if (!rules_judge_csv(&mem, copy, n, NULL, &got, &failed))
            assert_int_equal(failed.kind, ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads_columns, begin, end),
        cmocka_unit_test_setup_teardown(test_flags_are_true_or_false, begin, end),
        cmocka_unit_test_setup_teardown(test_as_programs_write_it, begin, end),
        cmocka_unit_test_setup_teardown(test_columns_in_any_order, begin, end),
        cmocka_unit_test_setup_teardown(test_comment_belongs_to_its_column, begin, end),
        cmocka_unit_test_setup_teardown(test_nothing_but_a_header, begin, end),
        cmocka_unit_test_setup_teardown(test_refuses, begin, end),
        cmocka_unit_test_setup_teardown(test_refuses_zero_bytes, begin, end),
        cmocka_unit_test_setup_teardown(test_refuses_sizes, begin, end),
        cmocka_unit_test_setup_teardown(test_every_prefix, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

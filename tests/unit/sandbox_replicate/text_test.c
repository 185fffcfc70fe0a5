#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/replicate/copytext.h"
#include "tests/sandbox/replicate/figures.h"
#include "tests/sandbox/replicate/snapshot.h"
#include "tests/sandbox/replicate/value.h"

#include <stdlib.h>
#include <string.h>

/* --- COPY text --- */

static struct pgoutput_tuple tuple;

static bool split(const char *text, char line[256])
{
    memcpy(line, text, strlen(text) + 1);
    return copytext_split(line, strlen(text), &tuple);
}

static void is_cell(size_t at, const char *text)
{
    assert_true(at < tuple.n);
    assert_int_equal(tuple.cells[at].kind, text ? PGOUTPUT_TEXT : PGOUTPUT_NULL);
    if (text) {
        assert_int_equal(tuple.cells[at].n, strlen(text));
        assert_memory_equal(tuple.cells[at].bytes, text, strlen(text));
    }
}

static void lines_are_split(void **state)
{
    char line[256];
    (void)state;
    assert_true(split("1\t\\N\t\ttext\\twith\\n\\\\all\\b\\f\\r\\v\t\\\\N\n", line));
    assert_int_equal(tuple.n, 5);
    is_cell(0, "1");
    is_cell(1, NULL);
    is_cell(2, "");
    is_cell(3, "text\twith\n\\all\b\f\r\v");
    is_cell(4, "\\N");
    assert_true(split("", line));
    assert_int_equal(tuple.n, 1);
    is_cell(0, "");
    assert_true(split("a\t", line));
    assert_int_equal(tuple.n, 2);
    is_cell(1, "");
    assert_false(split("a\\", line));
    assert_false(split("a\\\tb", line) && tuple.n == 2);
}

static void too_many_columns_are_refused(void **state)
{
    char *line = malloc(PGOUTPUT_COLUMNS + 1);
    (void)state;
    assert_non_null(line);
    memset(line, '\t', PGOUTPUT_COLUMNS + 1);
    assert_true(copytext_split(line, PGOUTPUT_COLUMNS - 1, &tuple));
    assert_int_equal(tuple.n, PGOUTPUT_COLUMNS);
    memset(line, '\t', PGOUTPUT_COLUMNS + 1);
    assert_false(copytext_split(line, PGOUTPUT_COLUMNS, &tuple));
    free(line);
}

/* --- snapshots --- */

static bool sees(const char *text, uint32_t xid)
{
    struct snapshot s;
    assert_true(snapshot_read(&s, text));
    bool seen = snapshot_sees(&s, xid);
    snapshot_done(&s);
    return seen;
}

static void snapshots_are_asked(void **state)
{
    (void)state;
    assert_true(sees("10:20:", 9));
    assert_true(sees("10:20:", 10));
    assert_true(sees("10:20:", 19));
    assert_false(sees("10:20:", 20));
    assert_true(sees("10:20:12,15", 11));
    assert_false(sees("10:20:12,15", 12));
    assert_false(sees("10:20:15,12", 12)); /* in any order */
    assert_false(sees("10:20:12,15", 15));
    assert_true(sees("10:20:12,15", 16));
}

static void numbers_wrap(void **state)
{
    (void)state;
    /* the snapshot stands just behind a new epoch: 4294967290 is old, 5 is future */
    assert_true(sees("4294967297:4294967299:", UINT32_C(4294967290)));
    assert_true(sees("4294967297:4294967299:", 1));
    assert_false(sees("4294967297:4294967299:", 5));
    /* just before it: 3 is of the next epoch */
    assert_false(sees("4294967200:4294967290:", 3));
    assert_true(sees("4294967200:4294967290:", UINT32_C(4294967199)));
    assert_false(sees("12884901888:12884901900:12884901890", 2));
    assert_true(sees("12884901888:12884901900:12884901890", 3));
}

static void no_snapshot_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",       "1",      "1:2",   "1:2:x",    "2:1:",
        "1:2:3,", ":2:",    "1::",   "1:2:,3",   "1:2:3 ",
        "-1:2:",  "1:2:3:", "a:b:c", "1:2:3,,4", "1:99999999999999999999:"};
    struct snapshot s;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (snapshot_read(&s, wrong[i]))
            fail_msg("%s was taken", wrong[i]);
        assert_null(s.running);
    }
}

/* --- values --- */

static struct arena scratch;

static struct value read(enum value_kind kind, const char *text)
{
    struct value v;
    value_read(kind, text, strlen(text), &scratch, &v);
    return v;
}

static void is_text(enum value_kind kind, const char *from, const char *to)
{
    struct value v = read(kind, from);
    assert_int_equal(v.form, VALUE_IS_TEXT);
    if (v.n != strlen(to) || memcmp(v.bytes, to, v.n) != 0)
        fail_msg("%s became %.*s, not %s", from, (int)v.n, v.bytes, to);
}

static void is_blob(enum value_kind kind, const char *from, const char *to, size_t n)
{
    struct value v = read(kind, from);
    assert_int_equal(v.form, VALUE_IS_BLOB);
    assert_int_equal(v.n, n);
    assert_memory_equal(v.bytes, to, n);
}

static void is_integer(enum value_kind kind, const char *from, int64_t to)
{
    struct value v = read(kind, from);
    assert_int_equal(v.form, VALUE_IS_INTEGER);
    assert_true(v.integer == to);
}

static void values_are_converted(void **state)
{
    (void)state;
    is_integer(VALUE_INTEGER, "0", 0);
    is_integer(VALUE_INTEGER, "-9223372036854775808", INT64_MIN);
    is_integer(VALUE_INTEGER, "9223372036854775807", INT64_MAX);
    is_text(VALUE_INTEGER, "9223372036854775808", "9223372036854775808");
    is_text(VALUE_INTEGER, "", "");
    is_text(VALUE_INTEGER, "-", "-");
    is_text(VALUE_INTEGER, "1x", "1x");
    is_integer(VALUE_BOOLEAN, "t", 1);
    is_integer(VALUE_BOOLEAN, "f", 0);
    is_text(VALUE_BOOLEAN, "true", "true");
    is_text(VALUE_NUMERIC, "12.50", "12.50");
    assert_int_equal(read(VALUE_NUMERIC, "NaN").form, VALUE_IS_NULL);
    is_text(VALUE_STRING, "007", "007");
    is_text(VALUE_MONEY, "-$1,234.50", "-1234.50");
    is_text(VALUE_TIMESTAMP, "2026-01-31 12:00:00.5+00", "2026-01-31T12:00:00.5Z");
    is_text(VALUE_TIMESTAMP, "2026-01-31 12:00:00", "2026-01-31T12:00:00Z");
    is_text(VALUE_TIMESTAMP, "12026-01-31 12:00:00", "12026-01-31T12:00:00Z");
    is_text(VALUE_TIMESTAMP, "-infinity", "-infinity");
    is_text(VALUE_TIMESTAMP, "0044-03-15 12:00:00 BC", "0044-03-15 12:00:00 BC");
    is_text(VALUE_TIMESTAMP, "", "");
    is_blob(VALUE_BYTES, "\\x", "", 0);
    is_blob(VALUE_BYTES, "\\x00ff10", "\0\xff\x10", 3);
    is_text(VALUE_BYTES, "\\x0", "\\x0");
    is_text(VALUE_BYTES, "\\xzz", "\\xzz");
    is_blob(VALUE_BITS, "", "", 0);
    is_blob(VALUE_BITS, "1", "\x80", 1);
    is_blob(VALUE_BITS, "0000000111", "\x01\xc0", 2);
    is_text(VALUE_BITS, "012", "012");
}

static void arrays_become_json(void **state)
{
    (void)state;
    is_text(VALUE_NUMBERS, "{}", "[]");
    is_text(VALUE_NUMBERS, "{1,-2,NULL}", "[1,-2,null]");
    is_text(VALUE_NUMBERS, "{1.5,1e+20,NaN,-Infinity}", "[1.5,1e+20,\"NaN\",\"-Infinity\"]");
    is_text(VALUE_NUMBERS, "{{1,2},{3,4}}", "[[1,2],[3,4]]");
    is_text(VALUE_NUMBERS, "[0:1]={7,8}", "[7,8]");
    is_text(VALUE_BOOLEANS, "{t,f,NULL}", "[true,false,null]");
    is_text(VALUE_STRINGS, "{a,\"b c\",\"\",\"NULL\",NULL,\"q\\\"\\\\,}\"}",
            "[\"a\",\"b c\",\"\",\"NULL\",null,\"q\\\"\\\\,}\"]");
    is_text(VALUE_STRINGS, "{\"\n\t\x01\xc3\xa6\"}", "[\"\\n\\t\\u0001\xc3\xa6\"]");
    is_text(VALUE_DOCUMENTS, "{\"{\\\"a\\\": [1]}\",null,NULL}", "[{\"a\": [1]},null,null]");
    is_text(VALUE_BLOBS, "{\"\\\\x\",\"\\\\x61\",\"\\\\x6162\",\"\\\\x616263\"}",
            "[\"\",\"YQ==\",\"YWI=\",\"YWJj\"]");
}

static void no_array_stays_text(void **state)
{
    static const char *const wrong[] = {
        "",      "{",      "}",    "{1",    "{1,",  "{1,}",   "{,1}",     "{1}x",
        "{\"a}", "{\"a\\", "{a\\", "[0:1]", "{{1}", "{1,{2}", "{\"a\"b}", "{{{{{{{{{1}}}}}}}}}"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        is_text(VALUE_STRINGS, wrong[i], wrong[i]);
}

static enum value_kind kind(uint32_t oid, int32_t typmod)
{
    struct value_type t = {.oid = oid, .typmod = typmod, .typtype = 'b'};
    return value_kind_of(&t);
}

static int32_t numeric(int precision, int scale)
{
    return (int32_t)((precision << 16 | (scale & 0x7ff)) + 4);
}

static void types_are_mapped(void **state)
{
    (void)state;
    assert_int_equal(kind(20, -1), VALUE_INTEGER);
    assert_int_equal(kind(1700, -1), VALUE_STRING);
    assert_int_equal(kind(1700, numeric(12, 2)), VALUE_NUMERIC);
    assert_int_equal(kind(1700, numeric(38, 9)), VALUE_NUMERIC);
    assert_int_equal(kind(1700, numeric(38, 10)), VALUE_BIGNUMERIC);
    assert_int_equal(kind(1700, numeric(39, 9)), VALUE_BIGNUMERIC);
    assert_int_equal(kind(1700, numeric(76, 38)), VALUE_BIGNUMERIC);
    assert_int_equal(kind(1700, numeric(77, 38)), VALUE_STRING);
    assert_int_equal(kind(1700, numeric(2, -3)), VALUE_NUMERIC);
    assert_int_equal(kind(1184, -1), VALUE_TIMESTAMP);
    assert_int_equal(kind(3807, -1), VALUE_DOCUMENTS);
    assert_int_equal(kind(1185, -1), VALUE_NONE); /* arrays of timestamptz are not carried */
    assert_int_equal(kind(600, -1), VALUE_NONE);
    assert_int_equal(kind(3904, -1), VALUE_NONE); /* int4range */
    assert_int_equal(kind(5038, -1), VALUE_STRING);
    assert_int_equal(kind(16, -1), VALUE_BOOLEAN);
    struct value_type mood = {.oid = 16400, .typmod = -1, .typtype = 'e', .name = "mood"};
    assert_int_equal(value_kind_of(&mood), VALUE_STRING);
    struct value_type citext = {.oid = 16401, .typmod = -1, .typtype = 'b', .name = "citext"};
    assert_int_equal(value_kind_of(&citext), VALUE_STRING);
    struct value_type row = {.oid = 16402, .typmod = -1, .typtype = 'c', .name = "rad"};
    assert_int_equal(value_kind_of(&row), VALUE_NONE);
}

static void declared_types_are_unique(void **state)
{
    (void)state;
    for (int k = VALUE_NONE + 1; k < VALUE_KINDS; k++)
        assert_int_equal(value_kind_declared(value_declared((enum value_kind)k)), k);
    assert_int_equal(value_kind_declared("RECORD TEXT"), VALUE_NONE);
    assert_int_equal(value_kind_declared(""), VALUE_NONE);
}

/* --- figures --- */

static struct figures figures;

static void percentiles_are_near(void **state)
{
    (void)state;
    memset(&figures, 0, sizeof figures);
    assert_int_equal(figures_percentile(&figures, 100000000, 50), -1);
    for (int ms = 1; ms <= 1000; ms++)
        figures_add(&figures, 100000000, ms, 1);
    int64_t p50 = figures_percentile(&figures, 100000000, 50);
    int64_t p99 = figures_percentile(&figures, 100000000, 99);
    assert_in_range(p50, 500, 620);
    assert_in_range(p99, 990, 1240);
    assert_int_equal(figures_percentile(&figures, 100000000 + 60000, 50), -1); /* a minute later */
    figures_add(&figures, 100000000 + 60000, INT64_MAX, 3);
    assert_true(figures_percentile(&figures, 100000000 + 60000, 50) > 0);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&scratch);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_split),        cmocka_unit_test(too_many_columns_are_refused),
        cmocka_unit_test(snapshots_are_asked),    cmocka_unit_test(numbers_wrap),
        cmocka_unit_test(no_snapshot_is_refused), cmocka_unit_test(values_are_converted),
        cmocka_unit_test(arrays_become_json),     cmocka_unit_test(no_array_stays_text),
        cmocka_unit_test(types_are_mapped),       cmocka_unit_test(declared_types_are_unique),
        cmocka_unit_test(percentiles_are_near),
    };
    return cmocka_run_group_tests_name("text", tests, set_up, tear_down);
}

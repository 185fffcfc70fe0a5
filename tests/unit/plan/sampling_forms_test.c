/* What comes in PostgreSQL's binary form counts as its text would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/pg/copy.h"
#include "tests/unit/plan/sampling_world.h"

/* Each type with what lies at its edges, and with numbers of every length. */
static const char forms_sql[] =
    "CREATE TABLE former (i4 integer, i8 bigint, n numeric, na numeric(13,2), d date, t timestamp, "
    "tz timestamptz, j jsonb, js json, f double precision, tx text, v varchar(20), vu varchar, "
    "c char(12), x xml, ip inet, nm name, ai bigint[], at text[], aj jsonb[], ts tsvector);"
    "INSERT INTO former SELECT (i * 7919 * pow(10, i % 6))::bigint % 2147483647, "
    "(i * 104729 * pow(10, i % 10))::bigint, (i * 1.37 * pow(10, i % 14))::numeric(30,4) * "
    "CASE i % 3 WHEN 0 THEN 1 WHEN 1 THEN -1 ELSE 0.0001 END, i * pow(10, i % 8)::numeric(9,0), "
    "date '0001-01-01' + i * 911, timestamp '1890-01-01' + i * 977 * interval '1 hour' + (i % 3) * "
    "interval '1.5 seconds', timestamptz '1900-01-01 00:00+00' + i * 977 * interval '1 hour' + "
    "(i % 4) * interval '7 minutes', jsonb_build_object('id', i, 'epost', 'k' || i || "
    "'@example.org'), json_build_array(i, 'x' || i), i * 1.5 * pow(10, i % 9), E'a\\tb\\\\c\\n' || "
    "i, "
    "'vare ' || i, 'Storgata ' || i, 'kode' || i, xmlelement(name a, i), ('10.0.' || i % 256 || "
    "'.7')::inet, 'n' || i, ARRAY[i * 10000019::bigint, NULL], ARRAY['a,\"b\\' || i, '', 'NULL'], "
    "ARRAY[jsonb_build_object('a', i)], to_tsvector('simple', 'kari nordmann ' || i) FROM "
    "generate_series(1, 3000) i;"
    "INSERT INTO former (i4) VALUES (NULL), (0), (-2147483648), (-9999999), (9999999), (10000000);"
    "INSERT INTO former (i8) VALUES (-9223372036854775808), (9223372036854775807), (1010112345), "
    "(" NUMBER "), (-" NUMBER ");"
    "INSERT INTO former (n) VALUES ('NaN'), (0), (0.0), (1e40), (-1e40), (0.000000000000001), "
    "(" NUMBER "), (" NUMBER ".00), (1234567.8), (9999.999), (10000.999), (12345678.5), (1e-40), "
    "(1000000000000), (10000000000000000), (0.12345678901);"
    "INSERT INTO former (d) VALUES ('infinity'), ('-infinity'), ('0044-03-15 BC'), ('1999-12-31'), "
    "('2000-01-01'), ('2000-02-29'), ('2000-03-01'), ('1900-02-28'), ('1900-03-01'), "
    "('9999-12-31');"
    "INSERT INTO former (t) VALUES ('infinity'), ('-infinity'), ('1969-12-31 23:00'), "
    "('1970-01-01 00:00'), ('1999-12-31 23:59:59.999999'), ('2000-01-01'), ('0001-01-01');"
    "INSERT INTO former (tz) VALUES ('infinity'), ('-infinity'), ('1999-12-31 12:00+00');"
    "INSERT INTO former (j) VALUES ('null'), ('\"" NUMBER
    "\"'), ('[]'), (jsonb_build_object('wide', "
    "(SELECT string_agg(md5(i::text), ' ') FROM generate_series(1, 1000) i))), "
    "(jsonb_build_object('most', repeat('x', 20000)));"
    "INSERT INTO former (js) VALUES ('null'), (to_json((SELECT string_agg(md5(i::text), ' ') FROM "
    "generate_series(1, 1000) i)));"
    "INSERT INTO former (tx) VALUES (''), (' '), ('" NUMBER "'), ((SELECT string_agg(md5(i::text), "
    "' ') FROM generate_series(1, 1000) i)), ((SELECT string_agg(md5(i::text), ' ') FROM "
    "generate_series(1, 100000) i))";

enum { MOST = 64 };

struct read {
    struct sampling_field fields[MOST];
    size_t n;
    struct heap heaps[MOST]; /* by columns */
    struct arena mem;
    uint64_t rows;
};

static bool binary_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct read *r = ctx;
    const char *end = line + bytes;
    char *value;
    size_t n, i = 0;
    (void)e;
    r->rows++;
    for (; copy_field_binary(&line, end, &value, &n); i++) {
        assert_true(i < r->n);
        struct heap *h = &r->heaps[r->fields[i].column];
        if (value)
            heap_add(h, &r->mem, r->fields[i].form, value, n);
    }
    assert_int_equal(i, r->n);
    assert_ptr_equal(line, end);
    return true;
}

static bool text_row(void *ctx, char *line, size_t bytes, struct err *e)
{
    struct read *r = ctx;
    char *value;
    size_t n;
    (void)bytes;
    (void)e;
    r->rows++;
    for (size_t i = 0; copy_field(&line, &value, &n); i++)
        if (value)
            heap_add(&r->heaps[i], &r->mem, HEAP_TEXT, value, n);
    return true;
}

static void mark_arrays(struct read *r, size_t at)
{
    for (size_t i = 0; i < catalog_table_columns(catalog, at); i++)
        r->heaps[i].is_array = catalog_column(catalog, at, i).is_array;
}

/* Every column, cut as sampling cuts them. */
static void write_as_text(struct str *out, size_t at)
{
    str_add(out, "SELECT ");
    for (size_t i = 0; i < catalog_table_columns(catalog, at); i++) {
        struct catalog_column c = catalog_column(catalog, at, i);
        str_add(out, i ? ", " : "");
        assert_true(sampling_looks_at(&c));
        assert_true(sampling_sql_value(out, &c));
    }
    str_add(out, " FROM public.former");
}

static void same_values(const char *column, const struct values *a, const struct values *b)
{
    for (int k = 0; k < VALUE_KINDS; k++)
        if (a->hits[k] != b->hits[k])
            fail_msg("%s: %u and %u hits of kind %d", column, a->hits[k], b->hits[k], k);
    if (a->sampled != b->sampled || a->old_dates != b->old_dates || a->decades != b->decades ||
        a->letters != b->letters || a->ident_letters != b->ident_letters ||
        a->seconds != b->seconds || a->different_persons != b->different_persons ||
        a->different_dated != b->different_dated)
        fail_msg("%s: %u and %u values, or other dates", column, a->sampled, b->sampled);
}

static void test_as_their_texts(void **state)
{
    static struct read binary, text;
    struct str sql = {0};
    (void)state;
    server_sql("app", forms_sql);
    read_catalog();
    size_t at = table("former");
    mark_arrays(&binary, at);
    mark_arrays(&text, at);
    struct pg *pg = connect_to();
    write_as_text(&sql, at);
    struct task *t = pg_copy(pg, str_text(&sql), text_row, &text);
    await(net, t);
    task_drop(t);
    str_clear(&sql);
    assert_true(sampling_sql(catalog, at, 10000, false, &sql, binary.fields, &binary.n));
    assert_int_equal(binary.n, catalog_table_columns(catalog, at) + 2); /* jsonb and json, cut */
    t = pg_copy_binary(pg, str_text(&sql), binary_row, &binary);
    await(net, t);
    task_drop(t);
    assert_int_equal(binary.rows, text.rows);
    for (size_t i = 0; i < catalog_table_columns(catalog, at); i++) {
        const struct document_keys *a = binary.heaps[i].keys, *b = text.heaps[i].keys;
        assert_true(text.heaps[i].values.sampled >= 3000);
        same_values(catalog_column_name(catalog, at, i), &binary.heaps[i].values,
                    &text.heaps[i].values);
        assert_int_equal(a ? a->documents : 0, b ? b->documents : 0);
        assert_int_equal(a ? a->n : 0, b ? b->n : 0);
    }
    str_done(&sql);
    arena_done(&binary.mem);
    arena_done(&text.mem);
    pg_close(pg);
    server_sql("app", "DROP TABLE former");
    read_catalog();
}

/* The catalogue is a moment old: another type is read as the one that was expected, or not at all,
 * and what is refused tells no value. */
static void test_another_type_by_now(void **state)
{
    (void)state;
    server_sql("app", "CREATE TABLE skiftet (a bigint, b bigint, c text);"
                      "INSERT INTO skiftet SELECT 1, 1, 'x' FROM generate_series(1, 30);");
    read_catalog();
    server_sql("app", "ALTER TABLE skiftet ALTER a TYPE integer, ALTER c TYPE varchar(9);"
                      "UPDATE skiftet SET a = 98765432");
    struct sampling_found *f = sampling_found_new(catalog);
    look(f, 1000);
    assert_true(sampling_found_is_read(f, table("skiftet")));
    sampling_found_free(f);
    server_sql("app", "ALTER TABLE skiftet ALTER a TYPE text USING '" NUMBER " x'");
    f = sampling_found_new(catalog);
    struct sampling_told told = look(f, 1000);
    assert_false(sampling_found_is_read(f, table("skiftet")));
    assert_non_null(strstr(told.why, "public.skiftet"));
    assert_null(strstr(told.why, NUMBER));
    sampling_found_free(f);
    server_sql("app", "DROP TABLE skiftet");
    read_catalog();
}

static bool is_looked_at(const char *name)
{
    size_t at = table("belop");
    ptrdiff_t column = catalog_find_column(catalog, at, name);
    assert_true(column != CATALOG_NONE);
    struct catalog_column c = catalog_column(catalog, at, (size_t)column);
    return sampling_looks_at(&c);
}

/* What has room for no number of a person is no question. */
static void test_amounts(void **state)
{
    (void)state;
    server_sql("app",
               "CREATE TABLE belop (a numeric(10,2), b numeric(13,2), c numeric(11), "
               "d numeric, e numeric(10,2)[], f numeric(12,2), g numeric(8), h numeric(5,-3));");
    read_catalog();
    assert_false(is_looked_at("a") || is_looked_at("f"));
    assert_true(is_looked_at("b") && is_looked_at("c") && is_looked_at("d"));
    assert_true(is_looked_at("e") && is_looked_at("g") && is_looked_at("h"));
    server_sql("app", "DROP TABLE belop");
    read_catalog();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_their_texts),
        cmocka_unit_test(test_another_type_by_now),
        cmocka_unit_test(test_amounts),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/net/net.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"
#include "tests/unit/net/await.h"
#include "tests/unit/pg/server.h"

static struct net *net;
static struct pg *pg;

static const char fixture[] =
    "CREATE ROLE app LOGIN; CREATE ROLE datastream LOGIN; CREATE ROLE nobody_else LOGIN;"
    "CREATE SCHEMA intern AUTHORIZATION app; CREATE SCHEMA delt AUTHORIZATION app;"
    "CREATE EXTENSION citext;"
    "CREATE TYPE farge AS ENUM ('rød', 'blå'); CREATE DOMAIN fnr AS varchar(11);"
    "CREATE DOMAIN fnr2 AS fnr; CREATE TYPE par AS (a int, b text);"
    "SET ROLE NONE;"
    "CREATE TABLE sak (id bigint PRIMARY KEY, navn varchar(40) NOT NULL, f fnr, f2 fnr2, farge "
    "farge,"
    "  farger farge[], tall numeric(10,2), tall2 numeric(5,-2), fritt numeric, tid timestamp(3),"
    "  tidz timestamptz(0), t0 timestamptz, kl time(2), klz timetz, merker text[], koder "
    "varchar(7)[],"
    "  dager date[], b bit(3), bb bit varying(9), c char(4), d char, doc jsonb, x xml, bl bytea,"
    "  p point, r int4range, par par, u uuid, ip inet, m money, ci citext, v interval(3), w "
    "interval,"
    "  o oid, l real, dp double precision, si smallint, bo boolean, ts tsvector, nm name,"
    "  dobbel numeric GENERATED ALWAYS AS (tall * 2) STORED);"
    "COMMENT ON TABLE sak IS 'saker med æøå';"
    "COMMENT ON COLUMN sak.f IS 'fødselsnummer\\n\tog mer';"
    "ALTER TABLE sak DROP COLUMN bo; ALTER TABLE sak ADD COLUMN sist int NOT NULL DEFAULT 1;"
    "CREATE TABLE uten_nokkel (a int, b text);"
    "CREATE TABLE alt (a int, b text); ALTER TABLE alt REPLICA IDENTITY FULL;"
    "CREATE TABLE ingenting (a int PRIMARY KEY); ALTER TABLE ingenting REPLICA IDENTITY NOTHING;"
    "CREATE TABLE valgt (a int NOT NULL, b int NOT NULL, c text);"
    "CREATE UNIQUE INDEX valgt_ix ON valgt (b, a) INCLUDE (c);"
    "ALTER TABLE valgt REPLICA IDENTITY USING INDEX valgt_ix;"
    "CREATE TABLE delt.hendelse (id int, dag date, tekst text, PRIMARY KEY (dag, id)) PARTITION BY "
    "RANGE (dag);"
    "CREATE TABLE delt.hendelse_1 PARTITION OF delt.hendelse FOR VALUES FROM ('2025-01-01') TO "
    "('2026-01-01')"
    "  PARTITION BY RANGE (dag);"
    "CREATE TABLE delt.hendelse_1a PARTITION OF delt.hendelse_1 FOR VALUES FROM ('2025-01-01') TO "
    "('2025-06-01');"
    "CREATE TABLE delt.hendelse_2 PARTITION OF delt.hendelse DEFAULT;"
    "INSERT INTO delt.hendelse SELECT i, '2025-03-01', repeat('x', 900) FROM generate_series(1, "
    "100) i;"
    "INSERT INTO delt.hendelse SELECT i, '2027-03-01', repeat('x', 900) FROM generate_series(1, "
    "50) i;"
    "CREATE TABLE intern.hemmelig (id int PRIMARY KEY, a text, b text); ALTER TABLE "
    "intern.hemmelig ENABLE ROW LEVEL SECURITY;"
    "CREATE TABLE intern.\"Rar \"\"tab\tell\\ \nnavn\" (\"Æ ø\" int PRIMARY KEY, \"b\tc\" text);"
    "ALTER TABLE ingenting ADD COLUMN borte int, ADD COLUMN b int REFERENCES ingenting, "
    "ADD COLUMN r bigint REFERENCES sak, ADD COLUMN x int, ADD COLUMN dag date, "
    "ADD FOREIGN KEY (dag, x) REFERENCES delt.hendelse, ADD FOREIGN KEY (x) REFERENCES ingenting; "
    "ALTER TABLE ingenting DROP COLUMN borte;"
    "ALTER TABLE sak ADD COLUMN rad valgt, ADD COLUMN rader valgt[];"
    "CREATE VIEW utsyn AS SELECT id FROM sak; CREATE MATERIALIZED VIEW lagret AS SELECT id FROM "
    "sak;"
    "CREATE FOREIGN DATA WRAPPER tom; CREATE SERVER tom FOREIGN DATA WRAPPER tom;"
    "CREATE FOREIGN TABLE fjern (id int) SERVER tom;"
    "CREATE TEMP TABLE midlertidig (id int); CREATE UNLOGGED TABLE ulogget (id int PRIMARY KEY);"
    "GRANT USAGE ON SCHEMA intern TO datastream; GRANT SELECT ON sak TO datastream;"
    "GRANT SELECT (a) ON intern.hemmelig TO datastream; GRANT SELECT ON alt TO PUBLIC;"
    "GRANT SELECT ON delt.hendelse TO datastream;"
    "ANALYZE delt.hendelse;"
    "CREATE PUBLICATION ds_publication FOR TABLE sak, delt.hendelse, TABLES IN SCHEMA intern;"
    "CREATE PUBLICATION alt_sammen FOR ALL TABLES;";

static struct catalog *read_it(const char *publication, const char *reader)
{
    struct catalog_options o = {publication, reader};
    struct task *t = catalog_read(pg, &o);
    await(net, t);
    assert_ptr_equal(catalog_of(t), catalog_of(t));
    assert_int_equal(catalog_progress(t), catalog_columns(catalog_of(t)));
    struct catalog *c = catalog_take(t);
    task_drop(t);
    return c;
}

static struct catalog_table table(const struct catalog *c, const char *schema, const char *name)
{
    ptrdiff_t at = catalog_find(c, schema, name);
    if (at < 0)
        fail_msg("no table %s.%s", schema, name);
    return catalog_table(c, (size_t)at);
}

static struct catalog_column column(const struct catalog *c, const char *schema, const char *name,
                                    const char *col)
{
    ptrdiff_t at = catalog_find(c, schema, name);
    assert_true(at >= 0);
    ptrdiff_t i = catalog_find_column(c, (size_t)at, col);
    if (i < 0)
        fail_msg("no column %s.%s.%s", schema, name, col);
    return catalog_column(c, (size_t)at, (size_t)i);
}

/* Every column as PostgreSQL itself lists it, type texts included. */
static void test_all_columns(void **state)
{
    (void)state;
    struct catalog *c = read_it("ds_publication", "datastream");
    struct task *t = pg_query(
        pg,
        "SELECT n.nspname, c.relname, a.attname,"
        " regexp_replace(format_type(a.atttypid, a.atttypmod), '^public[.]', ''), a.attnum,"
        " NOT a.attnotnull, a.attgenerated <> '', col_description(c.oid, a.attnum),"
        " obj_description(c.oid, 'pg_class'), pg_get_userbyid(c.relowner), c.oid,"
        " coalesce(a.attnum = ANY (i.indkey), false)"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
        " WHERE n.nspname IN ('public', 'intern', 'delt') AND c.relkind IN ('r', 'p', 'v', 'm', "
        "'f')"
        " ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\", a.attnum",
        NULL, 0);
    await(net, t);
    const struct pg_rows *rows = pg_rows(t);
    assert_int_equal(pg_count(rows), catalog_columns(c));
    size_t at = 0, i = 0;
    for (size_t r = 0; r < pg_count(rows); r++, i++) {
        while (i >= catalog_table_columns(c, at)) {
            at++;
            i = 0;
        }
        char text[128];
        struct catalog_table tab = catalog_table(c, at);
        struct catalog_column col = catalog_column(c, at, i);
        assert_string_equal(tab.schema, pg_text(rows, r, 0));
        assert_string_equal(tab.name, pg_text(rows, r, 1));
        assert_string_equal(catalog_table_name(c, at), tab.name);
        assert_string_equal(catalog_schema_name(c, at), tab.schema);
        assert_string_equal(col.name, pg_text(rows, r, 2));
        assert_string_equal(catalog_column_name(c, at, i), col.name);
        assert_string_equal(catalog_type(&col, text, sizeof text), pg_text(rows, r, 3));
        assert_int_equal(col.position, pg_number(rows, r, 4, -1));
        assert_int_equal(col.nullable, pg_is_true(rows, r, 5));
        assert_int_equal(col.generated, pg_is_true(rows, r, 6));
        assert_true(str_eq(col.comment, pg_value(rows, r, 7)));
        assert_true(str_eq(tab.comment, pg_value(rows, r, 8)));
        assert_string_equal(tab.owner, pg_text(rows, r, 9));
        assert_int_equal(tab.oid, pg_number(rows, r, 10, -1));
        assert_int_equal(col.in_key, pg_is_true(rows, r, 11));
    }
    assert_int_equal(at + 1, catalog_tables(c));
    task_drop(t);
    catalog_free(c);
}

static void test_tables(void **state)
{
    (void)state;
    struct catalog *c = read_it("ds_publication", "datastream");
    assert_int_equal(table(c, "public", "sak").kind, CATALOG_TABLE);
    assert_int_equal(table(c, "public", "utsyn").kind, CATALOG_VIEW);
    assert_int_equal(table(c, "public", "lagret").kind, CATALOG_VIEW);
    assert_int_equal(table(c, "public", "fjern").kind, CATALOG_FOREIGN);
    assert_int_equal(catalog_find(c, "public", "midlertidig"), CATALOG_NONE);
    assert_int_equal(catalog_find(c, "pg_catalog", "pg_class"), CATALOG_NONE);
    assert_int_equal(table(c, "public", "sak").n_key, 1);
    assert_int_equal(table(c, "public", "sak").rows, -1);
    assert_int_equal(table(c, "public", "uten_nokkel").n_key, 0);
    assert_int_equal(table(c, "public", "uten_nokkel").identity, CATALOG_DEFAULT);
    assert_int_equal(table(c, "public", "alt").identity, CATALOG_FULL);
    assert_int_equal(table(c, "public", "ingenting").identity, CATALOG_NOTHING);
    struct catalog_table chosen = table(c, "public", "valgt");
    assert_int_equal(chosen.identity, CATALOG_INDEX);
    assert_int_equal(chosen.n_identity, 2);
    assert_int_equal(chosen.n_key, 0);
    assert_true(column(c, "public", "valgt", "b").in_identity);
    assert_false(column(c, "public", "valgt", "c").in_identity);
    assert_true(column(c, "public", "sak", "id").in_identity);
    assert_false(column(c, "public", "ingenting", "a").in_identity);
    assert_true(table(c, "intern", "hemmelig").row_security);
    assert_true(catalog_find(c, "intern", "Rar \"tab\tell\\ \nnavn") >= 0);
    assert_string_equal(column(c, "intern", "Rar \"tab\tell\\ \nnavn", "b\tc").type, "text");
    catalog_free(c);
}

static bool points(const struct catalog *c, const char *from, const char *to, size_t n)
{
    ptrdiff_t t = catalog_find(c, "public", "ingenting");
    ptrdiff_t k = catalog_find_column(c, (size_t)t, from);
    size_t table, column;
    char text[128];
    if (!catalog_reference(c, (size_t)t, (size_t)k, n, &table, &column))
        return to == NULL;
    snprintf(text, sizeof text, "%s.%s", catalog_table_name(c, table),
             catalog_column_name(c, table, column));
    return to && str_eq(text, to);
}

static void test_references(void **state)
{
    (void)state;
    struct catalog *c = read_it(NULL, NULL);
    assert_true(points(c, "a", NULL, 0));
    assert_true(points(c, "b", "ingenting.a", 0));
    assert_true(points(c, "b", NULL, 1));
    assert_true(points(c, "r", "sak.id", 0));
    assert_true(points(c, "dag", "hendelse.dag", 0));
    assert_true(points(c, "x", "hendelse.id", 0)); /* the key is (dag, id) */
    assert_true(points(c, "x", "ingenting.a", 1));
    assert_true(points(c, "x", NULL, 2));
    catalog_free(c);
}

static void test_partitions(void **state)
{
    (void)state;
    struct catalog *c = read_it("ds_publication", "datastream");
    struct catalog_table root = table(c, "delt", "hendelse");
    assert_int_equal(root.kind, CATALOG_PARTITIONED);
    assert_int_equal(root.root, CATALOG_NONE);
    assert_int_equal(root.n_partitions, 2);
    assert_int_equal(root.n_key, 2);
    assert_int_equal(root.rows, 150);
    struct catalog_table leaf = table(c, "delt", "hendelse_1a");
    assert_int_equal(leaf.kind, CATALOG_PARTITION);
    assert_int_equal(leaf.root, catalog_find(c, "delt", "hendelse"));
    assert_int_equal(leaf.rows, 100);
    assert_int_equal(leaf.bytes % 8192, 0);
    assert_true(leaf.bytes >= 90000);
    assert_int_equal(root.bytes, leaf.bytes + table(c, "delt", "hendelse_2").bytes);
    assert_true(leaf.published);
    assert_int_equal(table(c, "delt", "hendelse_1").n_partitions, 1);
    catalog_free(c);
}

static void test_rights(void **state)
{
    (void)state;
    struct catalog *c = read_it("ds_publication", "datastream");
    assert_true(table(c, "public", "sak").reader_known);
    assert_true(table(c, "public", "sak").readable);
    assert_true(table(c, "public", "alt").readable);
    assert_false(table(c, "public", "valgt").readable);
    assert_false(table(c, "public", "valgt").readable_partly);
    assert_false(table(c, "delt", "hendelse").readable); /* no USAGE */
    assert_false(table(c, "intern", "hemmelig").readable);
    assert_true(table(c, "intern", "hemmelig").readable_partly);
    assert_true(table(c, "intern", "hemmelig").selectable);
    assert_true(table(c, "public", "sak").published);
    assert_true(table(c, "delt", "hendelse").published);
    assert_true(table(c, "intern", "hemmelig").published);
    assert_false(table(c, "public", "alt").published);
    catalog_free(c);
    c = read_it("alt_sammen", "nobody_else");
    assert_false(table(c, "public", "sak").readable);
    assert_true(table(c, "public", "alt").published);
    assert_false(table(c, "public", "ulogget").published);
    assert_false(table(c, "public", "utsyn").published);
    catalog_free(c);
    c = read_it("no such publication", "no such'role");
    assert_false(table(c, "public", "sak").reader_known);
    assert_false(table(c, "public", "sak").readable);
    assert_false(table(c, "public", "sak").published);
    catalog_free(c);
    c = read_it(NULL, NULL);
    assert_true(table(c, "public", "sak").readable);
    assert_true(table(c, "public", "alt").published);
    catalog_free(c);
}

static void test_types(void **state)
{
    (void)state;
    static const char *const carried[] = {
        "id",     "navn",  "f", "f2", "farge", "tall", "tid", "tidz", "kl", "klz",
        "merker", "koder", "b", "bb", "c",     "doc",  "x",   "bl",   "u",  "ip",
        "m",      "ci",    "v", "w",  "o",     "l",    "dp",  "si",   "ts", "dobbel"};
    static const char *const not_carried[] = {"farger", "dager", "p",   "r",
                                              "par",    "nm",    "rad", "rader"};
    struct catalog *c = read_it(NULL, NULL);
    for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++)
        if (!column(c, "public", "sak", carried[i]).supported)
            fail_msg("%s is not supported", carried[i]);
    for (size_t i = 0; i < sizeof not_carried / sizeof not_carried[0]; i++)
        if (column(c, "public", "sak", not_carried[i]).supported)
            fail_msg("%s is supported", not_carried[i]);
    struct catalog_column f2 = column(c, "public", "sak", "f2");
    assert_true(f2.is_domain);
    assert_string_equal(f2.type, "fnr2");
    assert_string_equal(f2.base_type, "character varying");
    assert_true(column(c, "public", "sak", "farge").is_enum);
    assert_string_equal(column(c, "public", "sak", "farge").labels, "r\xC3\xB8"
                                                                    "d\nbl\xC3\xA5");
    assert_string_equal(column(c, "public", "sak", "farger").labels,
                        column(c, "public", "sak", "farge").labels);
    assert_null(column(c, "public", "sak", "f2").labels);
    assert_string_equal(column(c, "public", "sak", "rad").type, "valgt");
    assert_string_equal(column(c, "public", "sak", "rader").type, "valgt[]");
    assert_null(column(c, "public", "sak", "koder").labels);
    assert_true(column(c, "public", "sak", "koder").is_array);
    assert_true(column(c, "public", "sak", "dobbel").generated);
    ptrdiff_t at = catalog_find(c, "public", "sak"), other = catalog_find(c, "public", "utsyn");
    assert_int_equal(catalog_column_word(c, (size_t)at, 0),
                     catalog_column_word(c, (size_t)other, 0));
    catalog_free(c);
}

static void test_dropped(void **state)
{
    (void)state;
    struct catalog_options o = {NULL, NULL};
    struct task *t = catalog_read(pg, &o);
    for (int i = 0; i < 5; i++) {
        net_step(net);
        net_wait(net, NULL, 0, clock_mono_ms() + 2);
    }
    task_drop(t);
    catalog_free(read_it(NULL, NULL)); /* the connection is as good as before */
}

static void test_lost(void **state)
{
    (void)state;
    struct pg_options o = {.dsn = server_admin("app")};
    struct task *t = pg_connect(net, &o);
    await(net, t);
    struct pg *other = pg_take(t);
    task_drop(t);
    struct catalog_options none = {NULL, NULL};
    t = catalog_read(other, &none);
    pg_close(other);
    net_until(net, t);
    assert_int_equal(task_state(t), TASK_FAILED);
    assert_string_equal(task_error(t)->reason, PG_LOST);
    task_drop(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_columns), cmocka_unit_test(test_tables),
        cmocka_unit_test(test_references),  cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_rights),      cmocka_unit_test(test_types),
        cmocka_unit_test(test_dropped),     cmocka_unit_test(test_lost),
    };
    struct err e;
    server_start("");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql("app", fixture);
    net = net_open(&e);
    struct pg_options o = {.dsn = server_admin("app")};
    struct task *t = pg_connect(net, &o);
    net_until(net, t);
    pg = pg_take(t);
    task_drop(t);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    pg_close(pg);
    net_close(net);
    return failed;
}

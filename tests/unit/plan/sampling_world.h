#ifndef TESTS_PLAN_SAMPLING_WORLD_H
#define TESTS_PLAN_SAMPLING_WORLD_H

/* A database whose values say something, for the tests of those who look at them. */

#include "api/net/net.h"
#include "api/plan/sampling.h"
#include "tests/unit/net/await.h"
#include "tests/unit/pg/server.h"

#define NUMBER "15907610036" /* made up from its control digits */

/* rows that are looked at (partitions by their parent), and tables */
enum { ROWS = 2000 + 40 + 1 + 1000 + 4 + 100 + 9 + 1 + 2 * SAMPLING_WHOLE, TABLES = 13 };

static struct net *net;
static struct catalog *catalog;
static char conninfo[300];

static inline struct pg *connect_to(void)
{
    struct pg_options o = {.dsn = conninfo};
    struct task *t = pg_connect(net, &o);
    await(net, t);
    struct pg *pg = pg_take(t);
    task_drop(t);
    return pg;
}

static inline void read_catalog(void)
{
    struct catalog_options all = {NULL, NULL};
    struct pg *pg = connect_to();
    struct task *t = catalog_read(pg, &all);
    await(net, t);
    catalog_free(catalog);
    catalog = catalog_take(t);
    task_drop(t);
    pg_close(pg);
}

static inline int start(void **state)
{
    struct err e;
    (void)state;
    server_start("");
    server_sql("postgres", "CREATE DATABASE app");
    server_sql(
        "app",
        "CREATE TABLE lager (id bigint PRIMARY KEY, merke text);"
        "INSERT INTO lager SELECT i, CASE i WHEN 3 THEN '" NUMBER
        "' ELSE 'vare ' || i END FROM generate_series(1, 2000) i;"
        "CREATE TABLE kunde (id bigint PRIMARY KEY, felt text);"
        "INSERT INTO kunde SELECT i, 'kunde' || i || '@example.org' FROM "
        "generate_series(1, 40) i; CREATE TABLE tom (id bigint PRIMARY KEY, felt text);"
        "CREATE TABLE del (id int, felt text) PARTITION BY RANGE (id);"
        "CREATE TABLE del_1 PARTITION OF del DEFAULT; INSERT INTO del VALUES (1, 'x');"
        "CREATE TABLE mange (id bigint PRIMARY KEY, d date); INSERT INTO mange SELECT i, "
        "date '2024-01-01' FROM generate_series(1, 6000) i;"
        "CREATE TABLE var (id bigint PRIMARY KEY, merke text, felt text);"
        "INSERT INTO var VALUES (1, '" NUMBER "', 'x');"
        "CREATE TABLE omdopt (id bigint PRIMARY KEY, vare text, felt text);"
        "INSERT INTO omdopt VALUES (1, 'x', 'x');"
        "CREATE TABLE byttet (id bigint PRIMARY KEY, felt text, merke text);"
        "INSERT INTO byttet VALUES (1, 'x', '" NUMBER "');"
        "CREATE TABLE annen (id bigint PRIMARY KEY, merke varchar(20), felt text);"
        "INSERT INTO annen VALUES (1, 'x', 'x');"
        "CREATE TABLE skuff (id bigint PRIMARY KEY, felt text);"
        "INSERT INTO skuff SELECT i, CASE i % 4 WHEN 0 THEN '" NUMBER "' WHEN 1 THEN "
        "'Kari Nordmann' WHEN 2 THEN 'Storgata 12' ELSE "
        "'ghp_abcdefghijklmnopqrst123456' END FROM generate_series(1, 40) i;"
        "INSERT INTO skuff SELECT 100 + i, '{\"fnr\": 1, \"diagnose\": 2, \"epost\": 3, "
        "\"telefon\": 4, \"kontonummer\": 5, \"inntekt\": 6, \"adresse\": 7, \"fornavn\": 8, "
        "\"passord\": 9}' FROM generate_series(1, 60) i;"
        "CREATE TABLE skjermet (id bigint PRIMARY KEY, felt text);"
        "INSERT INTO skjermet SELECT i, 'x' FROM generate_series(1, 9) i;"
        "ALTER TABLE skjermet ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY noen ON skjermet USING (id < 4);"
        "CREATE SCHEMA egen; CREATE TYPE egen.hstore AS (x text);"
        "CREATE TYPE egen.kanal AS ENUM ('brev'); CREATE TYPE egen.text AS (x text);"
        "CREATE FUNCTION egen.til(egen.hstore) RETURNS text LANGUAGE plpgsql AS "
        "'BEGIN RETURN 1 / 0; END';"
        "CREATE FUNCTION egen.til(egen.kanal) RETURNS text LANGUAGE plpgsql AS "
        "'BEGIN RETURN 1 / 0; END';"
        "CREATE FUNCTION egen.til(egen.text) RETURNS text LANGUAGE plpgsql AS "
        "'BEGIN RETURN 1 / 0; END';"
        "CREATE CAST (egen.hstore AS text) WITH FUNCTION egen.til(egen.hstore);"
        "CREATE CAST (egen.kanal AS text) WITH FUNCTION egen.til(egen.kanal);"
        "CREATE CAST (egen.text AS text) WITH FUNCTION egen.til(egen.text);"
        "CREATE TABLE plantet (a egen.hstore, b egen.kanal, c egen.text, d text);"
        "INSERT INTO plantet VALUES (ROW('x'), 'brev', ROW('x'), '" NUMBER "');"
        "CREATE ROLE leser LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO leser;"
        "REVOKE SELECT ON kunde FROM leser;"
        "ANALYZE;"
        "CREATE TABLE stor (id bigint PRIMARY KEY, felt text);"
        "ALTER TABLE stor SET (autovacuum_enabled = off);"
        "GRANT SELECT ON stor TO leser;"
        "INSERT INTO stor SELECT i, 'vare' FROM generate_series(1, 100000) i;");
    snprintf(conninfo, sizeof conninfo, "%s", server_admin("app"));
    net = net_open(&e);
    read_catalog();
    return 0;
}

static inline int stop(void **state)
{
    (void)state;
    catalog_free(catalog);
    net_close(net);
    return 0;
}

static inline size_t table(const char *name)
{
    ptrdiff_t at = catalog_find(catalog, "public", name);
    assert_true(at != CATALOG_NONE);
    return (size_t)at;
}

static inline struct sampling_told look(struct sampling_found *f, uint32_t rows)
{
    struct sampling_options o = {
        .source = {.dsn = conninfo}, .catalog = catalog, .rows = rows, .found = f};
    struct task *t = sampling(net, &o);
    await(net, t);
    static char why[400];
    struct sampling_told told = sampling_told(t);
    snprintf(why, sizeof why, "%s", told.why ? told.why : "");
    told.why = why; /* until the next look */
    task_drop(t);
    return told;
}

static inline enum rules_level level_of(const struct sampling_found *f, const char *name,
                                        size_t column)
{
    struct rules_verdict v = {0};
    sampling_found_add(f, table(name), column, &v);
    return v.level;
}

#endif

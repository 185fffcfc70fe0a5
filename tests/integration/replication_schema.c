#include "tests/integration/replication_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ddl[] =
    "CREATE SCHEMA \"avd-Ø\";"
    "CREATE TYPE mood AS ENUM ('glad', 'trist', 'så-så');"
    "CREATE DOMAIN amount AS numeric(12,2);"
    "CREATE DOMAIN yes AS boolean;"
    "CREATE TABLE person (id bigint PRIMARY KEY, name text, big text, price amount, free numeric,"
    " flag yes, born date, seen timestamptz, made timestamp, at_hour time, doc jsonb, raw_doc json,"
    " tags text[], nums int[], grid float8[], raw bytea, twice bigint GENERATED ALWAYS AS (id * 2)"
    " STORED, feel mood, span interval, uid uuid, ratio float8, small real, bits varbit,"
    " place point, dropme text);"
    "ALTER TABLE person ALTER COLUMN big SET STORAGE EXTERNAL;"
    "CREATE TABLE pair (a int, b text, note text, big text, secret text, PRIMARY KEY (b, a));"
    "CREATE TABLE word (w text PRIMARY KEY, n int, big text);"
    "ALTER TABLE word ALTER COLUMN w SET STORAGE EXTERNAL;"
    "CREATE TABLE journal (at timestamptz, line text, n int);"
    "CREATE TABLE full_row (a int, b text, big text);"
    "ALTER TABLE full_row REPLICA IDENTITY FULL;"
    "CREATE TABLE full_key (id int PRIMARY KEY, b text, big text);"
    "ALTER TABLE full_key REPLICA IDENTITY FULL;"
    "CREATE TABLE part (id int, region text, v text, PRIMARY KEY (id, region))"
    " PARTITION BY LIST (region);"
    "CREATE TABLE part_nord PARTITION OF part FOR VALUES IN ('nord');"
    "CREATE TABLE part_rest PARTITION OF part DEFAULT;"
    "CREATE TABLE ident (id int PRIMARY KEY, code text NOT NULL, v text);"
    "CREATE UNIQUE INDEX ident_code ON ident (code);"
    "ALTER TABLE ident REPLICA IDENTITY USING INDEX ident_code;"
    "CREATE TABLE \"avd-Ø\".\"Et \"\"rart\"\" navn\" (\"Nøkkel\" int PRIMARY KEY, \"a,b\" text,"
    " \"uid\" text);"
    "CREATE TABLE scratch (id int PRIMARY KEY, v text);"
    "CREATE TABLE outside (id int PRIMARY KEY, v text);";

/* Text that tries the quoting of every format on the way; g is the number of the row. */
#define WEIRD                                                                                      \
    "(ARRAY['', 'NULL', E'tab\\there', E'back\\\\slash \\\\N', E'two\\nlines\\r', 'Ærlig talt',"  \
    " E'\"quoted\", {curly}', '\\N', E'\\u2028\\U0001F600', 'x'])[1 + g %% 10]"
#define LONG(bytes)                                                                                \
    "(SELECT string_agg(md5(random()::text || i), '') FROM generate_series(1, (" bytes ") / 32) "  \
    "i)"

static const char rows_sql[] =
    "INSERT INTO person (id, name, big, price, free, flag, born, seen, made, at_hour, doc, raw_doc,"
    " tags, nums, grid, raw, feel, span, uid, ratio, small, bits, place, dropme) SELECT g, " WEIRD
    ", CASE WHEN g %% 20 = 0 THEN " LONG(
        "9000") " END,"
                " (g %% 1000) * 1.25, g::numeric / 7, g %% 3 = 0, date '1950-01-01' + g, now() - g "
                "* interval '1 s',"
                " timestamp '2020-02-29 23:59:59.5' + g * interval '1 ms', time '00:00' + g * "
                "interval '1 s',"
                " jsonb_build_object('n', g, 'text', " WEIRD "), '{\"b\": 1,  \"a\":[null]}',"
                " ARRAY[" WEIRD
                ", NULL, 'b'], ARRAY[g, -g, NULL], ARRAY[[1.5, 2], ['NaN'::float8, g]],"
                " decode(md5(g::text), 'hex'), (ARRAY['glad', 'trist', 'så-så']::mood[])[1 + g %% "
                "3],"
                " g * interval '1 minute 1 day', md5(g::text)::uuid, g / 3.0, g / 3.0, (g %% "
                "64)::bit(6)::varbit,"
                " point(g, 1), 'drop' FROM generate_series(1, %d) g;"
                "INSERT INTO pair SELECT g, " WEIRD " || g, " WEIRD
                ", CASE WHEN g %% 9 = 0 THEN " LONG(
                    "4000") " END, 'hemmelig' FROM generate_series(1, %d) g;"
                            "INSERT INTO word SELECT g %% 3 || md5(g::text) || CASE WHEN g %% 50 = "
                            "0 THEN " LONG("2200") " ELSE '' END, g, CASE WHEN g %% 30 = 0 "
                                                   "THEN " LONG(
                                                       "5000") " END FROM generate_series(1, %d) g;"
                                                               "INSERT INTO journal SELECT "
                                                               "now(), " WEIRD
                                                               ", g %% 7 FROM generate_series(1, "
                                                               "%d) g;"
                                                               "INSERT INTO full_row SELECT g %% "
                                                               "40, " WEIRD
                                                               ", CASE WHEN g %% 10 = 0 THEN " LONG(
                                                                   "4000") " END FROM "
                                                                           "generate_series(1, %d) "
                                                                           "g;"
                                                                           "INSERT INTO full_key "
                                                                           "SELECT g, " WEIRD
                                                                           ", CASE WHEN g %% 10 = "
                                                                           "0 THEN " LONG(
                                                                               "4000") " END FROM "
                                                                                       "generate_"
                                                                                       "series(1, "
                                                                                       "%d) g;"
                                                                                       "INSERT "
                                                                                       "INTO part "
                                                                                       "SELECT g, "
                                                                                       "(ARRAY['"
                                                                                       "nord', "
                                                                                       "'sør', "
                                                                                       "'øst'])[1 "
                                                                                       "+ g %% "
                                                                                       "3], " WEIRD
                                                                                       " FROM "
                                                                                       "generate_"
                                                                                       "series(1, "
                                                                                       "%d) g;"
                                                                                       "INSERT "
                                                                                       "INTO ident "
                                                                                       "SELECT g, "
                                                                                       "g %% 3 || "
                                                                                       "'c' || "
                                                                                       "g, " WEIRD
                                                                                       " FROM "
                                                                                       "generate_"
                                                                                       "series(1, "
                                                                                       "%d) g;"
                                                                                       "INSERT "
                                                                                       "INTO "
                                                                                       "\"avd-Ø\"."
                                                                                       "\"Et "
                                                                                       "\"\"rart\""
                                                                                       "\" navn\" "
                                                                                       "SELECT "
                                                                                       "g, " WEIRD
                                                                                       ", 'x' FROM"
                                                                                       " generate_"
                                                                                       "series(1, "
                                                                                       "%d) g;"
                                                                                       "INSERT "
                                                                                       "INTO "
                                                                                       "scratch "
                                                                                       "SELECT g, "
                                                                                       "'x' FROM "
                                                                                       "generate_"
                                                                                       "series(1, "
                                                                                       "100) g;"
                                                                                       "ANALYZE;";

/* Settings of the database that must not show in what arrives. */
static const char habits[] =
    "ALTER DATABASE app SET timezone = 'Europe/Oslo'; ALTER DATABASE app SET datestyle = 'SQL, "
    "DMY';"
    "ALTER DATABASE app SET intervalstyle = 'postgres_verbose';"
    "ALTER DATABASE app SET bytea_output = 'escape'; ALTER DATABASE app SET extra_float_digits = 0;"
    "ALTER DATABASE app SET statement_timeout = '20s';";

static const char roles[] =
    "CREATE ROLE datastream LOGIN REPLICATION PASSWORD 'syntetisk';"
    "GRANT USAGE ON SCHEMA public, \"avd-Ø\" TO datastream;"
    "GRANT SELECT ON ALL TABLES IN SCHEMA public, \"avd-Ø\" TO datastream;"
    "CREATE PUBLICATION ds_publication FOR TABLE person, pair, word, journal, full_row, full_key,"
    " part, ident, \"avd-Ø\".\"Et \"\"rart\"\" navn\", scratch, outside"
    " WITH (publish_via_partition_root = true);";

#define STAMP(c)                                                                                   \
    "replace(trim(trailing '.' FROM trim(trailing '0' FROM to_char(" c                             \
    ", 'YYYY-MM-DD HH24:MI:SS.US'))), ' ', 'T') || 'Z'"

static const struct world_column person[] = {
    {"id", SHAPE_INTEGER, "id"},
    {"name", SHAPE_TEXT, "name"},
    {"big", SHAPE_TEXT, "big"},
    {"price", SHAPE_TEXT, "price"},
    {"free", SHAPE_TEXT, "free"},
    {"flag", SHAPE_INTEGER, "flag::boolean::int"},
    {"born", SHAPE_TEXT, "born"},
    {"seen", SHAPE_TEXT, STAMP("seen AT TIME ZONE 'UTC'")},
    {"made", SHAPE_TEXT, STAMP("made")},
    {"at_hour", SHAPE_TEXT, "at_hour"},
    {"doc", SHAPE_TEXT, "doc"},
    {"raw_doc", SHAPE_TEXT, "raw_doc"},
    {"tags", SHAPE_TEXT, "array_to_json(tags)"},
    {"nums", SHAPE_TEXT, "array_to_json(nums)"},
    {"grid", SHAPE_TEXT, "array_to_json(grid)"},
    {"raw", SHAPE_BLOB, "encode(raw, 'hex')"},
    {"feel", SHAPE_TEXT, "feel"},
    {"span", SHAPE_TEXT, "span"},
    {"uid", SHAPE_TEXT, "uid"},
    {"ratio", SHAPE_REAL, "ratio"},
    {"small", SHAPE_REAL, "small"},
    {"bits", SHAPE_BLOB,
     "(SELECT string_agg(lpad(to_hex(substr(rpad(bits::text, ((length(bits) + 7) / 8) * 8, '0'),"
     " i * 8 + 1, 8)::bit(8)::int), 2, '0'), '') FROM generate_series(0, (length(bits) + 7) / 8 - "
     "1)"
     " i)"},
    {"added", SHAPE_TEXT, "added"}, /* while everything runs */
    {NULL, SHAPE_TEXT, NULL}};
static const struct world_column pair[] = {{"a", SHAPE_INTEGER, "a"},
                                           {"b", SHAPE_TEXT, "b"},
                                           {"note", SHAPE_TEXT, "note"},
                                           {"big", SHAPE_TEXT, "big"},
                                           {NULL, SHAPE_TEXT, NULL}};
static const struct world_column word[] = {{"w", SHAPE_TEXT, "w"},
                                           {"n", SHAPE_INTEGER, "n"},
                                           {"big", SHAPE_TEXT, "big"},
                                           {NULL, SHAPE_TEXT, NULL}};
static const struct world_column journal[] = {{"at", SHAPE_TEXT, STAMP("at AT TIME ZONE 'UTC'")},
                                              {"line", SHAPE_TEXT, "line"},
                                              {"n", SHAPE_INTEGER, "n"},
                                              {NULL, SHAPE_TEXT, NULL}};
static const struct world_column full_row[] = {{"a", SHAPE_INTEGER, "a"},
                                               {"b", SHAPE_TEXT, "b"},
                                               {"big", SHAPE_TEXT, "big"},
                                               {NULL, SHAPE_TEXT, NULL}};
static const struct world_column full_key[] = {{"id", SHAPE_INTEGER, "id"},
                                               {"b", SHAPE_TEXT, "b"},
                                               {"big", SHAPE_TEXT, "big"},
                                               {NULL, SHAPE_TEXT, NULL}};
static const struct world_column part[] = {{"id", SHAPE_INTEGER, "id"},
                                           {"region", SHAPE_TEXT, "region"},
                                           {"v", SHAPE_TEXT, "v"},
                                           {NULL, SHAPE_TEXT, NULL}};
static const struct world_column ident[] = {{"id", SHAPE_INTEGER, "id"},
                                            {"code", SHAPE_TEXT, "code"},
                                            {"v", SHAPE_TEXT, "v"},
                                            {NULL, SHAPE_TEXT, NULL}};
static const struct world_column odd[] = {{"\"Nøkkel\"", SHAPE_INTEGER, "\"Nøkkel\""},
                                          {"\"a,b\"", SHAPE_TEXT, "\"a,b\""},
                                          {NULL, SHAPE_TEXT, NULL}};

static const char *const pair_flows[] = {"note", "big", NULL};
static const char *const odd_flows[] = {"Nøkkel", "a,b", NULL};

const struct world_table world_tables[] = {
    {"public", "person", {"id"}, NULL, false, true, person},
    {"public", "pair", {"a", "b"}, pair_flows, false, true, pair},
    {"public", "word", {"w"}, NULL, false, true, word},
    {"public", "journal", {NULL}, NULL, false, true, journal},
    {"public", "full_row", {NULL}, NULL, true, true, full_row},
    {"public", "full_key", {"id"}, NULL, false, true, full_key},
    {"public", "part", {"id", "region"}, NULL, false, true, part},
    {"public", "ident", {"code"}, NULL, false, true, ident},
    {"avd-Ø", "Et \"rart\" navn", {"\"Nøkkel\""}, odd_flows, false, true, odd},
    {"public", "scratch", {"id"}, NULL, false, false, NULL},
};
const size_t world_n_tables = sizeof world_tables / sizeof *world_tables;

PGresult *world_must(PGconn *db, const char *sql)
{
    PGresult *r = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fprintf(stderr, "%.300s\n%s", sql, PQerrorMessage(db));
        exit(1);
    }
    return r;
}

void world_make(PGconn *db, int rows)
{
    char sql[8192];
    int n = snprintf(sql, sizeof sql, rows_sql, rows, rows, rows, rows, rows / 2, rows / 2, rows,
                     rows, rows);
    if (n < 0 || (size_t)n >= sizeof sql)
        abort();
    PQclear(world_must(db, ddl));
    PQclear(world_must(db, sql));
    PQclear(world_must(db, roles));
    PQclear(world_must(db, habits));
    PQclear(world_must(db, "SELECT pg_create_logical_replication_slot('ds_merge', 'pgoutput')"));
    PQclear(world_must(db, "SELECT pg_create_logical_replication_slot('ds_append', 'pgoutput')"));
}

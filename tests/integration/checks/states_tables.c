#include "tests/integration/checks/scene.h"

/* tables.keys and publication.app_safety: how one row is told from another, and what happens to the
 * application where nothing does. */

#define MAKE(columns)                                                                              \
    "CREATE TABLE uten (" columns ");\nALTER TABLE uten OWNER TO \"postmottak-backend\";\n"        \
    "GRANT SELECT ON uten TO datastream;\n"
#define AND_PUBLISH "ALTER PUBLICATION ds_publication ADD TABLE uten;\n"
#define DROP        "DROP TABLE uten;\n"
#define WIDE                                                                                       \
    "a int, b int, c int, d int, e int, f int, g int, h int, i int, j int, k int, l int, m int, "  \
    "n int, o int, p int, q int, PRIMARY KEY (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)"
#define FULL(how) "ALTER TABLE regel_evaluering REPLICA IDENTITY " how ";\n"
#define NO_KEY    "no primary key, only inserts arrive: public.uten"
#define FAILING   "UPDATE and DELETE fail at this moment on: public.uten"

static const struct source_table one[] = {{"public", "uten", NULL, 0}};
static const struct source_wanted uten = {"datastream", "ds_publication", "ds_replication", one, 1};
static const struct source_wanted nothing = {"datastream", "ds_publication", "ds_replication", NULL,
                                             0};

static const struct state tables[] = {
    {.name = "a published table without a key that is not chosen",
     .sql = MAKE("a int") AND_PUBLISH,
     .undo = DROP,
     .differs = {WARNS(CHECK_PUBLICATION_APP_SAFETY, FAILING)}},
    {.name = "a table without a key that is neither published nor chosen",
     .sql = MAKE("a int"),
     .undo = DROP},
    {.name = "a chosen table without a key",
     .sql = MAKE("a int") AND_PUBLISH,
     .undo = DROP,
     .wanted = &uten,
     .differs = {WARNS(CHECK_PUBLICATION_APP_SAFETY, FAILING), WARNS(CHECK_TABLES_KEYS, NO_KEY)}},
    {.name = "without a key, identity FULL",
     .sql = MAKE("a int") AND_PUBLISH "ALTER TABLE uten REPLICA IDENTITY FULL;\n",
     .undo = DROP,
     .wanted = &uten},
    {.name = "without a key, identity by an index",
     .sql = MAKE("a int NOT NULL UNIQUE") AND_PUBLISH
     "ALTER TABLE uten REPLICA IDENTITY USING INDEX uten_a_key;\n",
     .undo = DROP,
     .wanted = &uten},
    {.name = "without a key, and the index of its identity is gone",
     .sql = MAKE("a int NOT NULL UNIQUE") AND_PUBLISH
     "ALTER TABLE uten REPLICA IDENTITY USING INDEX uten_a_key;\n"
     "ALTER TABLE uten DROP CONSTRAINT uten_a_key;\n",
     .undo = DROP,
     .wanted = &uten,
     .differs = {WARNS(CHECK_PUBLICATION_APP_SAFETY, FAILING), WARNS(CHECK_TABLES_KEYS, NO_KEY)}},
    {.name = "only updates are published of a table without a key",
     .sql = MAKE("a int") ANEW(THREE ", uten WITH (publish = 'insert, update')"),
     .undo = DROP ANEW(THREE),
     .differs = {FAILS(CHECK_PUBLICATION_OPERATIONS, "insert, update"),
                 WARNS(CHECK_PUBLICATION_APP_SAFETY,
                       "the app's UPDATE fails at this moment on: public.uten")}},
    {.name = "only inserts are published of a table without a key",
     .sql = MAKE("a int") ANEW(THREE ", uten WITH (publish = 'insert')"),
     .undo = DROP ANEW(THREE),
     .differs = {FAILS(CHECK_PUBLICATION_OPERATIONS, "insert")}},
    {.name = "a key, but identity FULL",
     .sql = FULL("FULL"),
     .undo = FULL("DEFAULT"),
     .differs = {FAILS(CHECK_TABLES_KEYS,
                       "a key, but replica identity FULL or NOTHING: public.regel_evaluering")}},
    {.name = "a key, but identity NOTHING",
     .sql = FULL("NOTHING"),
     .undo = FULL("DEFAULT"),
     .differs = {FAILS(CHECK_TABLES_KEYS, "public.regel_evaluering"),
                 WARNS(CHECK_PUBLICATION_APP_SAFETY, "public.regel_evaluering")}},
    {.name = "more key columns than BigQuery takes",
     .sql = MAKE(WIDE) AND_PUBLISH,
     .undo = DROP,
     .wanted = &uten,
     .differs = {FAILS(CHECK_TABLES_KEYS, "more than 16 key columns: public.uten")}},
    {.name = "more than 500 million rows",
     .sql = MAKE("id int PRIMARY KEY") AND_PUBLISH
     "UPDATE pg_class SET reltuples = 6e8 WHERE oid = 'uten'::regclass;\n",
     .undo = DROP,
     .wanted = &uten,
     .differs = {WARNS(CHECK_TABLES_KEYS, "more than 500 million rows: public.uten")}},
    {.name = "a part without a key under a published whole",
     .sql = "CREATE TABLE uten (a int) PARTITION BY RANGE (a);\n"
            "CREATE TABLE uten_1 PARTITION OF uten DEFAULT;\n"
            "ALTER TABLE uten OWNER TO \"postmottak-backend\";\n" AND_PUBLISH,
     .undo = DROP,
     .differs = {WARNS(CHECK_PUBLICATION_APP_SAFETY, "public.uten_1")}},
    {.name = "no publication yet, and a table without a key that it would hold",
     .sql = MAKE("a int") DROP_SLOT "DROP PUBLICATION ds_publication;\n"
                                    "DELETE FROM flyway_schema_history WHERE installed_rank > 1;\n",
     .undo =
         DROP "INSERT INTO flyway_schema_history SELECT 2, '1.51', 'datastream oppsett', 'SQL',"
              " 'V1.51__datastream_oppsett.sql', 1, 'x', now(), 1, true;\n"
              "INSERT INTO flyway_schema_history SELECT 3, '1.52', 'del 2', 'SQL',"
              " 'V1.52__del_2_datastream.sql', 1, 'x', now(), 1, true;\n" PUBLISH(THREE) MAKE_SLOT,
     .wanted = &nothing,
     .differs = {FAILS(CHECK_PUBLICATION_EXISTS, "there is no publication"),
                 UNKNOWN(CHECK_PUBLICATION_TABLES, "no publication"),
                 UNKNOWN(CHECK_PUBLICATION_OPERATIONS, "no publication"),
                 WARNS(CHECK_PUBLICATION_APP_SAFETY,
                       "once published, UPDATE and DELETE would fail on: public.uten"),
                 WARNS(CHECK_TABLES_KEYS, NO_KEY), NO_SLOT_THERE}},
};

const struct states states_tables = {"tables", tables, sizeof tables / sizeof *tables};

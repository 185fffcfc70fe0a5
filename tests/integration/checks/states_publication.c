#include "tests/integration/checks/scene.h"

/* publication.*: what is handed out, and what it does to the application's own statements. */

#define GRANT_LATER                                                                                \
    "ALTER DEFAULT PRIVILEGES FOR ROLE \"postmottak-backend\" GRANT SELECT ON TABLES TO "          \
    "datastream;\n"
#define NOT_LATER                                                                                  \
    "ALTER DEFAULT PRIVILEGES FOR ROLE \"postmottak-backend\" REVOKE SELECT ON TABLES FROM "       \
    "datastream;\n"
#define AS_WAS     ANEW(THREE)
#define OTHERS     ", regelsett_resultat, arkiv.sak"
#define PARTS_ONLY "FOR TABLE regel_evaluering, arkiv.hendelse_1"

static const struct source_table one_whole[] = {{"arkiv", "hendelse", NULL, 0}};
static const struct source_wanted whole = {"datastream", "ds_publication", "ds_replication",
                                           one_whole, 1};
static const struct source_table one_part[] = {{"arkiv", "hendelse_1", NULL, 0}};
static const struct source_wanted part = {"datastream", "ds_publication", "ds_replication",
                                          one_part, 1};
static const struct source_table with_generated[] = {
    {"public", "regel_evaluering", (const char *const[]){"id", "dobbel"}, 2}};
static const struct source_wanted generated = {"datastream", "ds_publication", "ds_replication",
                                               with_generated, 1};
static const struct source_table one_view[] = {{"public", "oversikt", NULL, 0}};
static const struct source_wanted view = {"datastream", "ds_publication", "ds_replication",
                                          one_view, 1};
static const struct source_table one_unlogged[] = {{"arkiv", "mellomlager", NULL, 0}};
static const struct source_wanted unlogged = {"datastream", "ds_publication", "ds_replication",
                                              one_unlogged, 1};
static const struct source_wanted nothing = {"datastream", "ds_publication", "ds_replication", NULL,
                                             0};

static const struct state publication[] = {
    {.name = "the publication is gone",
     .sql = "DROP PUBLICATION ds_publication;\n",
     .undo = AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_EXISTS, "there is no publication"),
                 UNKNOWN(CHECK_PUBLICATION_TABLES, "no publication"),
                 UNKNOWN(CHECK_PUBLICATION_OPERATIONS, "no publication"),
                 PASSES(CHECK_PUBLICATION_APP_SAFETY, "no table would be in its way"),
                 FAILS(CHECK_SLOT_ORDER, "there is no publication"),
                 FAILS(CHECK_MIGRATION_NO_OP, "V1.51__datastream_oppsett.sql")}},
    {.name = "a publication of another name",
     .sql = "ALTER PUBLICATION ds_publication RENAME TO app_publication;\n",
     .undo = "DROP PUBLICATION app_publication;\n" AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_EXISTS, "there are: app_publication"),
                 UNKNOWN(CHECK_PUBLICATION_TABLES, "no publication"),
                 UNKNOWN(CHECK_PUBLICATION_OPERATIONS, "no publication"),
                 FAILS(CHECK_SLOT_ORDER, "there is no publication"),
                 FAILS(CHECK_MIGRATION_NO_OP, "V1.51__datastream_oppsett.sql")}},
    {.name = "for all tables",
     .sql = ANEW("FOR ALL TABLES") GRANT_LATER,
     .undo = NOT_LATER AS_WAS,
     .differs = {PASSES(CHECK_PUBLICATION_EXISTS, "for all tables")}},
    {.name = "by schema",
     .sql = ANEW("FOR TABLES IN SCHEMA public") GRANT_LATER,
     .undo = NOT_LATER AS_WAS,
     .differs = {PASSES(CHECK_PUBLICATION_TABLES, "every chosen table")}},
    {.name = "by another schema",
     .sql = ANEW("FOR TABLES IN SCHEMA arkiv") GRANT_LATER,
     .undo = NOT_LATER AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES,
                       "not published: public.regel_evaluering, public.regelsett_resultat")}},
    {.name = "by schema, and later tables are not granted",
     .sql = ANEW("FOR TABLES IN SCHEMA public"),
     .undo = AS_WAS,
     .differs = {WARNS(CHECK_GRANT_DEFAULT_PRIVILEGES, "not for postmottak-backend.public")}},
    {.name = "a chosen table is not in it",
     .sql = ANEW("FOR TABLE regel_evaluering"),
     .undo = AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES, "not published: public.regelsett_resultat")}},
    {.name = "for no table at all",
     .sql = ANEW(""),
     .undo = AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES, "not published: public.regel_evaluering")}},
    {.name = "for no table, and nothing is chosen yet",
     .sql = ANEW(""),
     .undo = AS_WAS,
     .wanted = &nothing,
     .differs = {WARNS(CHECK_PUBLICATION_TABLES, "0 of 4 tables")}},
    {.name = "a column list that leaves a chosen column out",
     .sql = ANEW("FOR TABLE regel_evaluering (id, regel_resultat_id, resultat)" OTHERS),
     .undo = AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES,
                       "columns left out by its list: public.regel_evaluering.regel_navn")}},
    {.name = "a column list with every chosen column",
     .sql = ANEW("FOR TABLE regel_evaluering (id, regel_resultat_id, regel_navn, resultat)" OTHERS),
     .undo = AS_WAS},
    {.name = "a column list without the key: the app's own UPDATE fails",
     .sql = ANEW("FOR TABLE regel_evaluering (regel_resultat_id, regel_navn, resultat)" OTHERS),
     .undo = AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES, "public.regel_evaluering.id"),
                 WARNS(CHECK_PUBLICATION_APP_SAFETY,
                       "UPDATE and DELETE fail at this moment on: public.regel_evaluering")}},
    {.name = "a row filter on the key",
     .sql = ANEW("FOR TABLE regel_evaluering WHERE (id > 10)" OTHERS),
     .undo = AS_WAS,
     .differs = {WARNS(CHECK_PUBLICATION_TABLES, "only some rows (a filter)")}},
    {.name = "a row filter beyond the key: the app's own UPDATE fails",
     .sql = ANEW("FOR TABLE regel_evaluering WHERE (resultat = 'ja')" OTHERS),
     .undo = AS_WAS,
     .differs = {WARNS(CHECK_PUBLICATION_TABLES, "only some rows (a filter)"),
                 WARNS(CHECK_PUBLICATION_APP_SAFETY, "fail at this moment on: "
                                                     "public.regel_evaluering")}},
    {.name = "only inserts",
     .sql = ANEW(THREE " WITH (publish = 'insert')"),
     .undo = AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_OPERATIONS, "insert")}},
    {.name = "no operation at all",
     .sql = ANEW(THREE " WITH (publish = '')"),
     .undo = AS_WAS,
     .differs = {FAILS(CHECK_PUBLICATION_OPERATIONS, "none of them")}},
    {.name = "all but truncate",
     .sql = ANEW(THREE " WITH (publish = 'insert, update, delete')"),
     .undo = AS_WAS},

    {.name = "a partitioned table chosen as a whole, published part by part",
     .sql = ANEW("FOR TABLE arkiv.hendelse"),
     .undo = AS_WAS,
     .wanted = &whole,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES,
                       "published part by part, but chosen as a whole: arkiv.hendelse")}},
    {.name = "a partitioned table chosen and published as a whole",
     .sql = ANEW("FOR TABLE arkiv.hendelse WITH (publish_via_partition_root)"),
     .undo = AS_WAS,
     .wanted = &whole},
    {.name = "a part chosen, published as a whole",
     .sql = ANEW("FOR TABLE arkiv.hendelse WITH (publish_via_partition_root)"),
     .undo = AS_WAS,
     .wanted = &part,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES,
                       "parts, but published as a whole: arkiv.hendelse_1")}},
    {.name = "a part chosen, published with its whole, part by part",
     .sql = ANEW("FOR TABLE arkiv.hendelse"),
     .undo = AS_WAS,
     .wanted = &part},
    {.name = "a part chosen and published alone, whatever stands above it",
     .sql = ANEW(PARTS_ONLY " WITH (publish_via_partition_root)"),
     .undo = AS_WAS,
     .wanted = &part},
    {.name = "a part chosen, published for all tables as a whole",
     .sql = ANEW("FOR ALL TABLES WITH (publish_via_partition_root)") GRANT_LATER,
     .undo = NOT_LATER AS_WAS,
     .wanted = &part,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES, "parts, but published as a whole")}},
    {.name = "a generated column is chosen",
     .wanted = &generated,
     .differs = {WARNS(CHECK_PUBLICATION_TABLES,
                       "generated, so never streamed: public.regel_evaluering.dobbel")}},
    {.name = "a view in a published schema",
     .sql = "CREATE VIEW oversikt AS SELECT id FROM regel_evaluering;\n"
            "GRANT SELECT ON oversikt TO datastream;\n" ANEW("FOR TABLES IN SCHEMA public")
                GRANT_LATER,
     .undo = NOT_LATER "DROP VIEW oversikt;\n" AS_WAS,
     .wanted = &view,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES, "not published: public.oversikt"),
                 FAILS(CHECK_TABLES_KEYS, "no tables (views and the like): public.oversikt")}},
    {.name = "an unlogged table in a published schema",
     .sql = "CREATE UNLOGGED TABLE arkiv.mellomlager (id int PRIMARY KEY);\n"
            "GRANT SELECT ON arkiv.mellomlager TO datastream;\n" ANEW("FOR TABLES IN SCHEMA arkiv")
                GRANT_LATER "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO datastream;\n",
     .undo = NOT_LATER "ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM datastream;\n"
                       "DROP TABLE arkiv.mellomlager;\n" AS_WAS,
     .wanted = &unlogged,
     .differs = {FAILS(CHECK_PUBLICATION_TABLES, "not published: arkiv.mellomlager")}},
};

const struct states states_publication = {"publication", publication,
                                          sizeof publication / sizeof *publication};

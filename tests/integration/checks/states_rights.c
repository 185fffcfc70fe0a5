#include "tests/integration/checks/scene.h"

/* role.* app_role.* grant.*: who may what, by which road. */

#define USER_AGAIN                                                                                 \
    "CREATE ROLE datastream LOGIN REPLICATION;\n"                                                  \
    "GRANT SELECT ON regel_evaluering, regelsett_resultat, arkiv.sak, arkiv.hendelse,"             \
    " arkiv.hendelse_1 TO datastream;\n"                                                           \
    "GRANT USAGE ON SCHEMA arkiv TO datastream;\n"
#define NO_READ "REVOKE SELECT ON regel_evaluering FROM datastream;\n"
#define READ    "GRANT SELECT ON regel_evaluering TO datastream;\n"
#define BY_ROLE NO_READ "GRANT SELECT ON regel_evaluering TO lesere;\nGRANT lesere TO datastream;\n"
#define NOT_BY_ROLE                                                                                \
    "REVOKE lesere FROM datastream;\nREVOKE SELECT ON regel_evaluering FROM lesere;\n" READ
#define FOR_ALL   ANEW("FOR ALL TABLES")
#define AS_WAS    ANEW(THREE)
#define READS_ALL "GRANT SELECT ON ALL TABLES IN SCHEMA public, arkiv TO datastream;\n"
#define LATER(of, where)                                                                           \
    "ALTER DEFAULT PRIVILEGES FOR ROLE " of where " GRANT SELECT ON TABLES TO datastream;\n"
#define NOT_LATER(of, where)                                                                       \
    "ALTER DEFAULT PRIVILEGES FOR ROLE " of where " REVOKE SELECT ON TABLES FROM datastream;\n"
#define APP    "\"postmottak-backend\""
#define PUBLIC " IN SCHEMA public"
#define ARKIV  " IN SCHEMA arkiv"

static const struct source_table in_arkiv[] = {{"public", "regel_evaluering", NULL, 0},
                                               {"arkiv", "sak", NULL, 0}};
static const struct source_wanted with_arkiv = {"datastream", "ds_publication", "ds_replication",
                                                in_arkiv, 2};
static const struct source_table all_columns[] = {{"public", "regelsett_resultat", NULL, 0}};
static const struct source_wanted whole_table = {"datastream", "ds_publication", "ds_replication",
                                                 all_columns, 1};
static const struct source_wanted nothing = {"datastream", "ds_publication", "ds_replication", NULL,
                                             0};
static const struct source_table misspelt[] = {
    {"public", "regel_evaluering", (const char *const[]){"id", "regelnavn"}, 2}};
static const struct source_wanted wrong_column = {"datastream", "ds_publication", "ds_replication",
                                                  misspelt, 1};

static const struct state rights[] = {
    {.name = "prepared as the procedure says"},
    {.name = "nothing is chosen yet",
     .wanted = &nothing,
     .differs = {PASSES(CHECK_PUBLICATION_TABLES, "3 of 4 tables; none is chosen yet")}},

    {.name = "no user",
     .sql = "DROP OWNED BY datastream;\nDROP ROLE datastream;\n",
     .undo = USER_AGAIN,
     .differs = {FAILS(CHECK_ROLE_EXISTS, "there is no user datastream"),
                 UNKNOWN(CHECK_ROLE_LOGIN, "no user"), UNKNOWN(CHECK_ROLE_REPLICATION, "no user"),
                 UNKNOWN(CHECK_GRANT_USAGE, "no user"), UNKNOWN(CHECK_GRANT_SELECT, "no user"),
                 UNKNOWN(CHECK_GRANT_DEFAULT_PRIVILEGES, "no user")}},
    {.name = "the user may not log in",
     .sql = "ALTER ROLE datastream NOLOGIN;\n",
     .undo = "ALTER ROLE datastream LOGIN;\n",
     .differs = {FAILS(CHECK_ROLE_LOGIN, "may not log in")}},
    {.name = "the user's password has expired",
     .sql = "ALTER ROLE datastream VALID UNTIL '2020-01-01';\n",
     .undo = "ALTER ROLE datastream VALID UNTIL 'infinity';\n",
     .differs = {FAILS(CHECK_ROLE_LOGIN, "expired")}},
    {.name = "the user is allowed no connection",
     .sql = "ALTER ROLE datastream CONNECTION LIMIT 0;\n",
     .undo = "ALTER ROLE datastream CONNECTION LIMIT -1;\n",
     .differs = {FAILS(CHECK_ROLE_LOGIN, "CONNECTION LIMIT 0")}},
    {.name = "the user may not replicate",
     .sql = "ALTER ROLE datastream NOREPLICATION;\n",
     .undo = "ALTER ROLE datastream REPLICATION;\n",
     .differs = {FAILS(CHECK_ROLE_REPLICATION, "lacks REPLICATION")}},
    {.name = "the user may read all by pg_read_all_data, and only so",
     .sql = NO_READ "GRANT pg_read_all_data TO datastream;\n",
     .undo = "REVOKE pg_read_all_data FROM datastream;\n" READ},
    {.name = "the app's role lacks REPLICATION, but the slot is made",
     .sql = "ALTER ROLE " APP " NOREPLICATION;\n",
     .undo = "ALTER ROLE " APP " REPLICATION;\n",
     .differs = {PASSES(CHECK_APP_ROLE_REPLICATION, "made already")}},
    {.name = "the app's role lacks REPLICATION, and there is no slot",
     .sql = "ALTER ROLE " APP " NOREPLICATION;\n" DROP_SLOT,
     .undo = "ALTER ROLE " APP " REPLICATION;\n" MAKE_SLOT,
     .differs = {FAILS(CHECK_APP_ROLE_REPLICATION, "postmottak-backend lacks REPLICATION"),
                 NO_SLOT_THERE, FAILS(CHECK_MIGRATION_NO_OP, "V1.52__del_2_datastream.sql")}},

    {.name = "a chosen table is not readable",
     .sql = NO_READ,
     .undo = READ,
     .differs = {FAILS(CHECK_GRANT_SELECT, "not readable: public.regel_evaluering")}},
    {.name = "a table that is not chosen is not readable",
     .sql = "REVOKE SELECT ON arkiv.sak FROM datastream;\n",
     .undo = "GRANT SELECT ON arkiv.sak TO datastream;\n"},
    {.name = "the chosen columns are granted one by one",
     .sql = NO_READ "GRANT SELECT (id, regel_resultat_id, regel_navn, resultat) ON regel_evaluering"
                    " TO datastream;\n",
     .undo = "REVOKE SELECT (id, regel_resultat_id, regel_navn, resultat) ON regel_evaluering"
             " FROM datastream;\n" READ},
    {.name = "a chosen column is missing among those granted one by one",
     .sql = NO_READ "GRANT SELECT (id, regel_resultat_id, resultat) ON regel_evaluering"
                    " TO datastream;\n",
     .undo = "REVOKE SELECT (id, regel_resultat_id, resultat) ON regel_evaluering"
             " FROM datastream;\n" READ,
     .differs = {FAILS(CHECK_GRANT_SELECT,
                       "columns not readable: public.regel_evaluering.regel_navn")}},
    {.name = "a table whose every column flows has one that is not granted",
     .sql = "REVOKE SELECT ON regelsett_resultat FROM datastream;\n"
            "GRANT SELECT (id, innkommende_journalpost, system_navn) ON regelsett_resultat"
            " TO datastream;\n",
     .undo = "REVOKE SELECT (id, innkommende_journalpost, system_navn) ON regelsett_resultat"
             " FROM datastream;\nGRANT SELECT ON regelsett_resultat TO datastream;\n",
     .wanted = &whole_table,
     .differs = {FAILS(CHECK_GRANT_SELECT, "public.regelsett_resultat.opprettet_tid")}},
    {.name = "readable through a role that is inherited", .sql = BY_ROLE, .undo = NOT_BY_ROLE},
    {.name = "readable through a role that is not inherited",
     .sql = BY_ROLE "ALTER ROLE datastream NOINHERIT;\n",
     .undo = "ALTER ROLE datastream INHERIT;\n" NOT_BY_ROLE,
     .differs = {FAILS(CHECK_GRANT_SELECT, "not readable: public.regel_evaluering")}},
    {.name = "readable by everybody",
     .sql = NO_READ "GRANT SELECT ON regel_evaluering TO PUBLIC;\n",
     .undo = "REVOKE SELECT ON regel_evaluering FROM PUBLIC;\n" READ},
    {.name = "a schema that may not be entered",
     .sql = "REVOKE USAGE ON SCHEMA arkiv FROM datastream;\n",
     .undo = "GRANT USAGE ON SCHEMA arkiv TO datastream;\n",
     .wanted = &with_arkiv,
     .differs = {FAILS(CHECK_GRANT_USAGE, "not: arkiv"),
                 PASSES(CHECK_GRANT_SELECT, "all 2 tables")}},
    {.name = "row security hides rows",
     .sql = "ALTER TABLE regel_evaluering ENABLE ROW LEVEL SECURITY;\n",
     .undo = "ALTER TABLE regel_evaluering DISABLE ROW LEVEL SECURITY;\n",
     .differs = {FAILS(CHECK_GRANT_SELECT, "row security hides rows: public.regel_evaluering")}},
    {.name = "row security, and the user bypasses it",
     .sql = "ALTER TABLE regel_evaluering ENABLE ROW LEVEL SECURITY;\n"
            "ALTER ROLE datastream BYPASSRLS;\n",
     .undo = "ALTER ROLE datastream NOBYPASSRLS;\n"
             "ALTER TABLE regel_evaluering DISABLE ROW LEVEL SECURITY;\n"},
    {.name = "row security, and the user is of the owner's kind",
     .sql = "ALTER TABLE regel_evaluering ENABLE ROW LEVEL SECURITY;\n"
            "GRANT " APP " TO datastream;\n",
     .undo = "REVOKE " APP " FROM datastream;\n"
             "ALTER TABLE regel_evaluering DISABLE ROW LEVEL SECURITY;\n"},
    {.name = "row security that holds for the owner, too",
     .sql = "ALTER TABLE regel_evaluering ENABLE ROW LEVEL SECURITY;\n"
            "ALTER TABLE regel_evaluering FORCE ROW LEVEL SECURITY;\n"
            "GRANT " APP " TO datastream;\n",
     .undo = "REVOKE " APP " FROM datastream;\n"
             "ALTER TABLE regel_evaluering NO FORCE ROW LEVEL SECURITY;\n"
             "ALTER TABLE regel_evaluering DISABLE ROW LEVEL SECURITY;\n",
     .differs = {FAILS(CHECK_GRANT_SELECT, "row security")}},
    {.name = "a chosen table is gone",
     .sql = "ALTER TABLE regelsett_resultat RENAME TO borte;\n",
     .undo = "ALTER TABLE borte RENAME TO regelsett_resultat;\n",
     .differs = {FAILS(CHECK_GRANT_SELECT, "not there: public.regelsett_resultat")}},
    {.name = "a chosen column is not there",
     .wanted = &wrong_column,
     .differs = {FAILS(CHECK_GRANT_SELECT, "not there: public.regel_evaluering.regelnavn")}},

    {.name = "for all tables, and nobody grants later ones",
     .sql = FOR_ALL,
     .undo = AS_WAS,
     .differs = {WARNS(CHECK_GRANT_DEFAULT_PRIVILEGES, "not for postmottak-backend.public")}},
    {.name = "for all tables, and the owner grants later ones",
     .sql = FOR_ALL LATER(APP, PUBLIC),
     .undo = NOT_LATER(APP, PUBLIC) AS_WAS,
     .differs = {PASSES(CHECK_GRANT_DEFAULT_PRIVILEGES, "the roles that own the tables")}},
    {.name = "for all tables, and another role grants later ones",
     .sql = FOR_ALL LATER("annen_eier", PUBLIC),
     .undo = NOT_LATER("annen_eier", PUBLIC) AS_WAS,
     .differs = {WARNS(CHECK_GRANT_DEFAULT_PRIVILEGES,
                       "those that annen_eier set hold for its own tables only")}},
    {.name = "for all tables, and the owner grants later ones in every schema",
     .sql = FOR_ALL LATER(APP, ""),
     .undo = NOT_LATER(APP, "") AS_WAS},
    {.name = "all tables flow, and later ones of one schema are not granted",
     .sql = FOR_ALL READS_ALL LATER(APP, PUBLIC),
     .undo = NOT_LATER(APP, PUBLIC) AS_WAS,
     .wanted = &nothing,
     .differs = {WARNS(CHECK_GRANT_DEFAULT_PRIVILEGES, "not for postmottak-backend.arkiv"),
                 WARNS(CHECK_PUBLICATION_TABLES, "part by part: arkiv.hendelse")}},
};

const struct states states_rights = {"rights", rights, sizeof rights / sizeof *rights};

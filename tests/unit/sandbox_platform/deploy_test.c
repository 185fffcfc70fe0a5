#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/sandbox/folder.h"
#include "tests/sandbox/platform/deploy.h"
#include "tests/sandbox/platform/flyway.h"
#include "tests/sandbox/platform/repo.h"
#include "tests/sandbox/platform/users.h"
#include "tests/sandbox/postgres.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One server for all tests; each has a repository of its own and begins without the app's database,
 * its users and its flag. */
static char folder[FOLDER_PATH], repo[FOLDER_PATH + 8];
static struct postgres *pg;
static struct sandbox s;
static char said[8192];

static void note(void *ctx, const char *line)
{
    size_t n = strlen(said);
    (void)ctx;
    snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

/* The first value of the first row; *state is the SQLSTATE or "". */
static void ask(const char *conninfo, const char *sql, char value[256], char state[8])
{
    PGconn *db = PQconnectdb(conninfo);
    if (PQstatus(db) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(db));
    PGresult *rows = PQexec(db, sql);
    const char *code = PQresultErrorField(rows, PG_DIAG_SQLSTATE);
    snprintf(state, 8, "%s", code != NULL ? code : "");
    snprintf(value, 256, "%s", PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(db);
}

static const char *supervisor_says(const char *sql)
{
    static char value[256];
    char conninfo[POSTGRES_CONNINFO], state[8];
    ask(postgres_superuser(pg, SANDBOX_DATABASE, conninfo), sql, value, state);
    assert_string_equal(state, "");
    return value;
}

static const char *sqlstate_as(const char *user, const char *sql)
{
    static char state[8];
    char conninfo[POSTGRES_CONNINFO], value[256], password[64];
    assert_true(sandbox_password(&s, user, password));
    ask(postgres_conninfo(pg, SANDBOX_DATABASE, user, password, conninfo), sql, value, state);
    return state;
}

static void migration(const char *name, const char *sql)
{
    char path[FOLDER_PATH + 300], why[FOLDER_WHY];
    snprintf(path, sizeof(path), "%s/src/main/resources/flyway/%s", repo, name);
    assert_true(folder_write(path, sql, why));
}

static void manifest(const char *flag, const char *user)
{
    char why[REPO_WHY] = "";
    struct repo_manifest m = {.postgres_version = postgres_version(pg), .flag = flag, .user = user};
    if (!repo_write(STROM_FIXTURES, repo, &m, why))
        fail_msg("%s", why);
}

static void two_migrations(void)
{
    char why[REPO_WHY] = "";
    assert_true(repo_add(STROM_FIXTURES, "ready", repo, why));
}

static bool deploys(char why[DEPLOY_WHY])
{
    said[0] = '\0';
    return deploy(&s, note, NULL, why);
}

static void must_deploy(void)
{
    char why[DEPLOY_WHY];
    if (!deploys(why))
        fail_msg("%s", why);
}

static int start(void **state)
{
    char why[POSTGRES_WHY] = "";
    (void)state;
    if (!folder_make_temporary("strom-deploy", folder, why))
        return -1;
    struct postgres_options o = {.folder = folder, .temporary = true};
    pg = postgres_start(&o, why);
    if (pg == NULL)
        fprintf(stderr, "%s\n", why);
    return pg != NULL ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    postgres_remove(pg);
    return 0;
}

static int fresh(void **state)
{
    char why[REPO_WHY] = "";
    (void)state;
    sandbox_init(&s);
    snprintf(repo, sizeof(repo), "%s-repo", folder);
    s.pg = pg;
    s.repo = repo;
    struct repo_manifest m = {.postgres_version = postgres_version(pg)};
    return repo_write(STROM_FIXTURES, repo, &m, why) ? 0 : -1;
}

static int clean(void **state)
{
    char conninfo[POSTGRES_CONNINFO], why[POSTGRES_WHY];
    static const char *const sql[] = {
        "SET client_min_messages = warning",
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots",
        "DROP DATABASE IF EXISTS postmottak WITH (FORCE)", "DROP ROLE IF EXISTS datastream",
        "DROP ROLE IF EXISTS \"postmottak-backend\""};
    (void)state;
    PGconn *db = PQconnectdb(postgres_superuser(pg, "postgres", conninfo));
    bool ok = true;
    for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
        PGresult *done = PQexec(db, sql[i]);
        ok = PQresultErrorField(done, PG_DIAG_SQLSTATE) == NULL && ok;
        PQclear(done);
    }
    PQfinish(db);
    sandbox_done(&s);
    folder_remove(repo);
    return ok && (!postgres_is_logical(pg) || postgres_restart(pg, false, why)) ? 0 : -1;
}

/* --- the straight road --- */

static void first_deploy_makes_user_database_and_schema(void **state)
{
    (void)state;
    must_deploy();
    assert_true(s.facts.app_deployed);
    assert_false(s.facts.logical_decoding);
    assert_int_equal(s.facts.n_users, 1);
    assert_int_equal(s.facts.generation, 1);
    assert_int_equal(s.facts.disk_size_gb, 10);
    assert_string_equal(
        supervisor_says("SELECT count(*) >= 15 FROM pg_class WHERE relkind IN ('r','p') "
                        "AND NOT relispartition AND relnamespace::regnamespace::text IN "
                        "('public','statistikk')"),
        "t");
    assert_string_equal(
        supervisor_says(
            "SELECT count(*) >= 110 FROM information_schema.columns WHERE table_schema IN "
            "('public','statistikk')"),
        "t");
    assert_string_equal(
        supervisor_says("SELECT string_agg(version, ' ' ORDER BY installed_rank) FROM "
                        "flyway_schema_history"),
        "1.1 1.2 1.3 1.4 1.5 1.6 1.9 1.10 1.20 1.30 1.40 1.50");
    assert_string_equal(
        supervisor_says("SELECT concat_ws('|', type, script, installed_by, success) FROM "
                        "flyway_schema_history WHERE version = '1.10'"),
        "SQL|V1.10__enhet.sql|postmottak-backend|t");
    assert_string_equal(
        supervisor_says(
            "SELECT concat_ws(' ', rolsuper, rolreplication, rolcreaterole, rolcreatedb, "
            "rolcanlogin) FROM pg_roles WHERE rolname = 'postmottak-backend'"),
        "f f t t t");
    assert_string_equal(
        supervisor_says("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname "
                        "= current_database()"),
        "postmottak-backend");
}

static void second_deploy_changes_nothing(void **state)
{
    char before[64];
    (void)state;
    must_deploy();
    snprintf(before, sizeof(before), "%s", s.facts.users[0].password);
    must_deploy();
    assert_string_equal(s.facts.users[0].password, before);
    assert_non_null(strstr(said, "up to date"));
    assert_string_equal(supervisor_says("SELECT count(*) FROM flyway_schema_history"), "12");
}

static void flag_user_and_two_migrations_prepare_it(void **state)
{
    (void)state;
    must_deploy();
    manifest("on", "datastream");
    two_migrations();
    must_deploy();
    assert_true(s.facts.logical_decoding);
    assert_string_equal(supervisor_says("SHOW wal_level"), "logical");
    assert_string_equal(supervisor_says("SELECT puballtables FROM pg_publication"), "t");
    assert_string_equal(supervisor_says("SELECT concat_ws(' ', slot_name, plugin, database) FROM "
                                        "pg_replication_slots"),
                        "ds_replication pgoutput postmottak");
    assert_string_equal(
        supervisor_says("SELECT concat_ws(' ', rolsuper, rolreplication) FROM pg_roles "
                        "WHERE rolname = 'datastream'"),
        "f t");
    assert_string_equal(supervisor_says("SELECT rolsuper FROM pg_roles WHERE rolname = "
                                        "'postmottak-backend'"),
                        "f");
    assert_string_equal(sqlstate_as("datastream", "SELECT * FROM regel_evaluering LIMIT 1"), "");
    assert_string_equal(sqlstate_as("datastream", "SELECT * FROM statistikk.dagstall LIMIT 1"),
                        "42501");
}

static void flag_stays_while_a_slot_exists(void **state)
{
    char why[DEPLOY_WHY];
    (void)state;
    manifest("on", "datastream");
    two_migrations();
    must_deploy();
    manifest("off", "datastream");
    assert_false(deploys(why));
    assert_non_null(strstr(why, "ds_replication"));
    assert_string_equal(supervisor_says("SHOW wal_level"), "logical");
}

/* --- the traps, with PostgreSQL's own errors --- */

static void guarded_migrations_before_their_user_do_nothing_and_count_as_done(void **state)
{
    (void)state;
    manifest("on", NULL);
    two_migrations();
    must_deploy();
    static const char nothing[] =
        "SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM "
        "pg_replication_slots)";
    assert_string_equal(supervisor_says(nothing), "0");
    assert_string_equal(supervisor_says("SELECT bool_and(success) FROM flyway_schema_history WHERE "
                                        "version IN ('1.51', '1.52') HAVING count(*) = 2"),
                        "t");
    manifest("on", "datastream");
    must_deploy();
    assert_string_equal(supervisor_says(nothing), "0");
}

static const char guarded[] =
    "DO\n$$\nBEGIN\n  IF EXISTS(SELECT * FROM pg_roles WHERE rolname = "
    "'datastream') THEN\n    %s\n  END IF;\nEND\n$$ LANGUAGE 'plpgsql';\n";

static void put_guarded(const char *name, const char *body)
{
    char sql[2048];
    snprintf(sql, sizeof(sql), guarded, body);
    migration(name, sql);
}

#define MAKE_SLOT "PERFORM PG_CREATE_LOGICAL_REPLICATION_SLOT('ds_replication', 'pgoutput');"

static void slot_after_a_write_in_the_same_file_is_refused(void **state)
{
    char why[DEPLOY_WHY], sql[4096];
    (void)state;
    manifest("on", "datastream");
    put_guarded("V1.51__roller.sql", "ALTER USER \"postmottak-backend\" WITH REPLICATION;");
    int n = snprintf(sql, sizeof(sql), guarded,
                     "CREATE PUBLICATION \"ds_publication\" FOR ALL TABLES;");
    snprintf(sql + n, sizeof(sql) - (size_t)n, guarded, MAKE_SLOT);
    migration("V1.52__alt_i_ett.sql", sql);
    assert_false(deploys(why));
    assert_non_null(strstr(why, "V1.52__alt_i_ett.sql"));
    assert_non_null(strstr(why, "SQL State  : 25001"));
    assert_non_null(strstr(why, "cannot create logical replication slot in transaction that has "
                                "performed writes"));
    assert_string_equal(supervisor_says("SELECT count(*) FROM pg_publication"), "0");
    assert_string_equal(
        supervisor_says("SELECT max(version) FROM flyway_schema_history WHERE version "
                        "LIKE '1.5_'"),
        "1.51");
    assert_string_equal(supervisor_says("SELECT rolsuper FROM pg_roles WHERE rolname = "
                                        "'postmottak-backend'"),
                        "f");
}

static void slot_without_replication_is_refused(void **state)
{
    char why[DEPLOY_WHY];
    (void)state;
    manifest("on", "datastream");
    put_guarded("V1.51__slot.sql", MAKE_SLOT);
    assert_false(deploys(why));
    assert_non_null(strstr(why, "SQL State  : 42501"));
    assert_string_equal(supervisor_says("SELECT count(*) FROM pg_replication_slots"), "0");
}

static void read_without_grant_is_refused(void **state)
{
    (void)state;
    manifest("on", "datastream");
    must_deploy();
    assert_string_equal(sqlstate_as("datastream", "SELECT 1 FROM regel_evaluering"), "42501");
}

static void slot_without_the_flag_is_refused(void **state)
{
    char why[DEPLOY_WHY];
    (void)state;
    manifest(NULL, "datastream");
    two_migrations();
    assert_false(deploys(why));
    assert_non_null(strstr(why, "SQL State  : 55000"));
    assert_non_null(strstr(why, "wal_level"));
}

static void role_spelt_wrongly_is_refused(void **state)
{
    char why[DEPLOY_WHY];
    (void)state;
    manifest("on", "datastream");
    put_guarded("V1.51__oppsett.sql", "ALTER USER \"postmottak\" WITH REPLICATION;");
    assert_false(deploys(why));
    assert_non_null(strstr(why, "SQL State  : 42704"));
    assert_non_null(strstr(why, "role \"postmottak\" does not exist"));
}

/* --- Flyway's own refusals --- */

static void changed_file_is_refused(void **state)
{
    char why[DEPLOY_WHY];
    (void)state;
    must_deploy();
    migration("V1.50__oppfolging.sql", "SELECT 2;\n");
    assert_false(deploys(why));
    assert_non_null(strstr(why, "checksum mismatch for migration version 1.50"));
}

static void missing_file_is_refused(void **state)
{
    char why[DEPLOY_WHY], path[FOLDER_PATH + 80];
    (void)state;
    must_deploy();
    snprintf(path, sizeof(path), "%s/src/main/resources/flyway/V1.50__oppfolging.sql", repo);
    assert_int_equal(unlink(path), 0);
    assert_false(deploys(why));
    assert_non_null(strstr(why, "applied migration not resolved locally: 1.50"));
}

static void file_in_between_and_twins_are_refused(void **state)
{
    char why[DEPLOY_WHY], path[FOLDER_PATH + 80];
    (void)state;
    must_deploy();
    migration("V1.11__sent.sql", "SELECT 1;");
    assert_false(deploys(why));
    assert_non_null(strstr(why, "not applied to database: 1.11"));
    snprintf(path, sizeof(path), "%s/src/main/resources/flyway/V1.11__sent.sql", repo);
    assert_int_equal(unlink(path), 0);
    migration("V1.051__en.sql", "SELECT 1;");
    migration("V1.51__to.sql", "SELECT 1;");
    assert_false(deploys(why));
    assert_non_null(strstr(why, "more than one migration with version"));
}

static void error_stops_and_leaves_what_came_before(void **state)
{
    char why[DEPLOY_WHY];
    (void)state;
    migration("V2__en.sql", "CREATE TABLE en (id int);");
    migration("V3__feil.sql", "CREATE TABLE halv (id int);\n\nSELECT 'æ', nei;\n");
    migration("V4__fire.sql", "CREATE TABLE fire (id int);");
    assert_false(deploys(why));
    assert_non_null(strstr(why, "V3__feil.sql failed"));
    assert_non_null(strstr(why, "SQL State  : 42703"));
    assert_non_null(strstr(why, "Line       : 3"));
    assert_string_equal(
        supervisor_says("SELECT concat_ws(' ', to_regclass('en') IS NULL, "
                        "to_regclass('halv') IS NULL, to_regclass('fire') IS NULL)"),
        "f t t");
    assert_string_equal(supervisor_says("SELECT max(version::numeric) FROM flyway_schema_history"),
                        "2");
}

static void manifest_that_is_wrong_changes_nothing(void **state)
{
    char why[DEPLOY_WHY], path[FOLDER_PATH + 80], w[FOLDER_WHY];
    (void)state;
    must_deploy();
    snprintf(path, sizeof(path), "%s/.nais/dev-gcp.yaml", repo);
    assert_true(folder_write(path, "kind: Application\nmetadata:\n  name: noe-annet\n", w));
    assert_false(deploys(why));
    assert_non_null(strstr(why, "noe-annet"));
    assert_int_equal(s.facts.generation, 1);
}

/* --- the rows --- */

static void load_rows(void)
{
    char conninfo[POSTGRES_CONNINFO];
    char *sql = folder_read(STROM_FIXTURES "/data.sql", 1 << 20, NULL);
    assert_non_null(sql);
    PGconn *db = PQconnectdb(postgres_superuser(pg, SANDBOX_DATABASE, conninfo));
    PGresult *done = PQexec(db, sql);
    if (PQresultStatus(done) != PGRES_COMMAND_OK)
        fail_msg("%s", PQerrorMessage(db));
    PQclear(done);
    PQfinish(db);
    free(sql);
}

static void rows_are_many_whole_and_recognisable(void **state)
{
    (void)state;
    must_deploy();
    load_rows();
    assert_string_equal(
        supervisor_says("SELECT sum(reltuples) BETWEEN 45000 AND 60000 FROM pg_class WHERE "
                        "relkind = 'r' AND relnamespace::regnamespace::text IN "
                        "('public','statistikk')"),
        "t");
    /* Every foreign key again, this time checked against the rows. */
    supervisor_says(
        "DO $$ DECLARE k record; BEGIN FOR k IN SELECT conrelid::regclass AS t, "
        "pg_get_constraintdef(oid) AS d FROM pg_constraint WHERE contype = 'f' LOOP EXECUTE "
        "format('ALTER TABLE %s ADD CONSTRAINT provd %s', k.t, k.d); EXECUTE format('ALTER "
        "TABLE %s DROP CONSTRAINT provd', k.t); END LOOP; END $$");
    assert_string_equal(
        supervisor_says("SELECT bool_and(substr(ident, 3, 2)::int BETWEEN 81 AND 92) FROM "
                        "person_ident WHERE length(ident) = 11"),
        "t");
    /* Both control digits: the weighted sums are divisible by 11. */
    static const char *const weights[] = {"{3,7,6,1,8,9,4,5,2,1,0}", "{5,4,3,2,7,6,5,4,3,2,1}"};
    for (size_t i = 0; i < 2; i++) {
        char sql[512];
        snprintf(
            sql, sizeof(sql),
            "SELECT count(*) FROM person_ident WHERE length(ident) = 11 AND (SELECT "
            "sum(substr(ident, i, 1)::int * ('%s'::int[])[i]) FROM generate_series(1, 11) i) %% 11 "
            "<> 0",
            weights[i]);
        assert_string_equal(supervisor_says(sql), "0");
    }
    assert_string_equal(
        supervisor_says("SELECT count(*) > 0 FROM avsendermottaker WHERE navn ~ '[æøå]'"), "t");
    assert_string_equal(
        supervisor_says("SELECT nextval('jobb_id_seq') > (SELECT max(id) FROM jobb)"), "t");
}

int main(void)
{
    if (!postgres_is_installed())
        return 77;
#define CASE(test) cmocka_unit_test_setup_teardown(test, fresh, clean)
    const struct CMUnitTest tests[] = {
        CASE(first_deploy_makes_user_database_and_schema),
        CASE(second_deploy_changes_nothing),
        CASE(flag_user_and_two_migrations_prepare_it),
        CASE(flag_stays_while_a_slot_exists),
        CASE(guarded_migrations_before_their_user_do_nothing_and_count_as_done),
        CASE(slot_after_a_write_in_the_same_file_is_refused),
        CASE(slot_without_replication_is_refused),
        CASE(read_without_grant_is_refused),
        CASE(slot_without_the_flag_is_refused),
        CASE(role_spelt_wrongly_is_refused),
        CASE(changed_file_is_refused),
        CASE(missing_file_is_refused),
        CASE(file_in_between_and_twins_are_refused),
        CASE(error_stops_and_leaves_what_came_before),
        CASE(manifest_that_is_wrong_changes_nothing),
        CASE(rows_are_many_whole_and_recognisable),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

#include "tests/sandbox/platform/users.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

static bool run(PGconn *db, const char *sql, char why[USERS_WHY])
{
    PGresult *done = PQexec(db, sql);
    bool ok = PQresultStatus(done) == PGRES_COMMAND_OK;
    if (!ok)
        snprintf(why, USERS_WHY, "%.480s", PQresultErrorMessage(done));
    PQclear(done);
    return ok;
}

static PGconn *supervisor(const struct postgres *pg, const char *database, char why[USERS_WHY])
{
    char conninfo[POSTGRES_CONNINFO];
    PGconn *db = PQconnectdb(postgres_superuser(pg, database, conninfo));
    if (PQstatus(db) == CONNECTION_OK)
        return db;
    snprintf(why, USERS_WHY, "%.480s", PQerrorMessage(db));
    PQfinish(db);
    return NULL;
}

static bool exists(PGconn *db, const char *sql, const char *name)
{
    PGresult *rows = PQexecParams(db, sql, 1, NULL, &name, NULL, NULL, 0);
    bool found = PQntuples(rows) > 0;
    PQclear(rows);
    return found;
}

bool users_make(const struct postgres *pg, const struct sandbox_user *user, bool *is_new,
                char why[USERS_WHY])
{
    PGconn *db = supervisor(pg, "postgres", why);
    if (db == NULL)
        return false;
    char sql[1024];
    bool ok = true;
    char *name = PQescapeIdentifier(db, user->name, strlen(user->name));
    char *verifier = PQencryptPasswordConn(db, user->password, user->name, "scram-sha-256");
    *is_new = !exists(db, "SELECT 1 FROM pg_roles WHERE rolname = $1", user->name);
    if (*is_new) {
        snprintf(sql, sizeof(sql), "CREATE ROLE %s IN ROLE cloudsqlsuperuser", name);
        ok = run(db, sql, why);
    }
    if (ok) {
        snprintf(sql, sizeof(sql), "ALTER ROLE %s LOGIN CREATEROLE CREATEDB PASSWORD '%.400s'",
                 name, verifier != NULL ? verifier : "");
        ok = run(db, sql, why);
    }
    PQfreemem(name);
    PQfreemem(verifier);
    PQfinish(db);
    return ok;
}

bool users_make_database(const struct postgres *pg, const char *database, const char *owner,
                         char why[USERS_WHY])
{
    PGconn *db = supervisor(pg, "postgres", why);
    if (db == NULL)
        return false;
    bool ok = true;
    if (!exists(db, "SELECT 1 FROM pg_database WHERE datname = $1", database)) {
        char sql[512];
        char *name = PQescapeIdentifier(db, database, strlen(database));
        char *by = PQescapeIdentifier(db, owner, strlen(owner));
        snprintf(sql, sizeof(sql), "CREATE DATABASE %s OWNER %s", name, by);
        ok = run(db, sql, why);
        PQfreemem(name);
        PQfreemem(by);
    }
    PQfinish(db);
    return ok;
}

bool users_prepare_people(const struct postgres *pg, const char *database, const char *owner,
                          char why[USERS_WHY])
{
    PGconn *db = supervisor(pg, database, why);
    if (db == NULL)
        return false;
    char sql[512];
    char *by = PQescapeIdentifier(db, owner, strlen(owner));
    snprintf(sql, sizeof(sql),
             "GRANT USAGE ON SCHEMA public TO cloudsqliamuser;"
             "GRANT SELECT ON ALL TABLES IN SCHEMA public TO cloudsqliamuser;"
             "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA public GRANT SELECT ON TABLES TO "
             "cloudsqliamuser",
             by);
    bool ok = run(db, sql, why);
    PQfreemem(by);
    PQfinish(db);
    return ok;
}

bool users_any_logical_slot(const struct postgres *pg, char *name, size_t cap)
{
    char why[USERS_WHY];
    PGconn *db = supervisor(pg, "postgres", why);
    PGresult *rows = db == NULL ? NULL
                                : PQexec(db, "SELECT slot_name FROM pg_replication_slots "
                                             "WHERE slot_type = 'logical' ORDER BY 1 LIMIT 1");
    bool found = PQntuples(rows) > 0;
    snprintf(name, cap, "%s", found ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(db);
    return found;
}

#include "tests/sandbox/postgres_sql.h"

#include <stdio.h>
#include <string.h>

PGconn *postgres_connect(const struct postgres *pg, const char *database, char why[POSTGRES_WHY])
{
    char conninfo[POSTGRES_CONNINFO];
    PGconn *db = PQconnectdb(postgres_superuser(pg, database, conninfo));
    if (PQstatus(db) == CONNECTION_OK)
        return db;
    snprintf(why, POSTGRES_WHY, "%.480s", PQerrorMessage(db));
    PQfinish(db);
    return NULL;
}

bool postgres_command(PGconn *db, const char *sql, char why[POSTGRES_WHY])
{
    PGresult *done = PQexec(db, sql);
    bool ok = PQresultStatus(done) == PGRES_COMMAND_OK;
    if (!ok)
        snprintf(why, POSTGRES_WHY, "%.480s", PQresultErrorMessage(done));
    PQclear(done);
    return ok;
}

bool postgres_has(PGconn *db, const char *sql, const char *name)
{
    PGresult *rows = PQexecParams(db, sql, 1, NULL, &name, NULL, NULL, 0);
    bool found = PQntuples(rows) > 0;
    PQclear(rows);
    return found;
}

bool postgres_make_database(PGconn *db, const char *database, const char *owner,
                            char why[POSTGRES_WHY])
{
    if (postgres_has(db, "SELECT 1 FROM pg_database WHERE datname = $1", database))
        return true;
    char sql[512];
    char *name = PQescapeIdentifier(db, database, strlen(database));
    char *by = PQescapeIdentifier(db, owner, strlen(owner));
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s OWNER %s", name, by);
    PQfreemem(name);
    PQfreemem(by);
    return postgres_command(db, sql, why);
}

#include "tests/sandbox/platform/users.h"
#include "tests/sandbox/postgres_sql.h"

#include <stdio.h>
#include <string.h>

bool users_make(const struct postgres *pg, const struct sandbox_user *user, bool *is_new,
                char why[USERS_WHY])
{
    PGconn *db = postgres_connect(pg, "postgres", why);
    if (db == NULL)
        return false;
    char sql[1024];
    bool ok = true;
    char *name = PQescapeIdentifier(db, user->name, strlen(user->name));
    char *verifier = PQencryptPasswordConn(db, user->password, user->name, "scram-sha-256");
    *is_new = !postgres_has(db, "SELECT 1 FROM pg_roles WHERE rolname = $1", user->name);
    if (*is_new) {
        snprintf(sql, sizeof(sql), "CREATE ROLE %s IN ROLE cloudsqlsuperuser", name);
        ok = postgres_command(db, sql, why);
    }
    if (ok) {
        snprintf(sql, sizeof(sql), "ALTER ROLE %s LOGIN CREATEROLE CREATEDB PASSWORD '%.400s'",
                 name, verifier != NULL ? verifier : "");
        ok = postgres_command(db, sql, why);
    }
    PQfreemem(name);
    PQfreemem(verifier);
    PQfinish(db);
    return ok;
}

bool users_make_database(const struct postgres *pg, const char *database, const char *owner,
                         char why[USERS_WHY])
{
    PGconn *db = postgres_connect(pg, "postgres", why);
    bool ok = db != NULL && postgres_make_database(db, database, owner, why);
    PQfinish(db);
    return ok;
}

bool users_prepare_people(const struct postgres *pg, const char *database, const char *owner,
                          char why[USERS_WHY])
{
    PGconn *db = postgres_connect(pg, database, why);
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
    bool ok = postgres_command(db, sql, why);
    PQfreemem(by);
    PQfinish(db);
    return ok;
}

void users_end_readers(const struct postgres *pg)
{
    char why[USERS_WHY];
    PGconn *db = postgres_connect(pg, "postgres", why);
    if (db == NULL)
        return;
    PQclear(PQexec(db, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
                       "WHERE active_pid IS NOT NULL"));
    PQfinish(db);
}

bool users_any_logical_slot(const struct postgres *pg, char *name, size_t cap)
{
    char why[USERS_WHY];
    PGconn *db = postgres_connect(pg, "postgres", why);
    PGresult *rows = db == NULL ? NULL
                                : PQexec(db, "SELECT slot_name FROM pg_replication_slots "
                                             "WHERE slot_type = 'logical' ORDER BY 1 LIMIT 1");
    bool found = PQntuples(rows) > 0;
    snprintf(name, cap, "%s", found ? PQgetvalue(rows, 0, 0) : "");
    PQclear(rows);
    PQfinish(db);
    return found;
}

#ifndef SANDBOX_POSTGRES_SQL_H
#define SANDBOX_POSTGRES_SQL_H

/* The supervisor's own few statements. */

#include "tests/sandbox/postgres.h"

#include <libpq-fe.h>

/* As the supervisor; NULL with the reason in why. PQfinish it. */
PGconn *postgres_connect(const struct postgres *pg, const char *database, char why[POSTGRES_WHY]);
bool postgres_command(PGconn *db, const char *sql, char why[POSTGRES_WHY]);
bool postgres_has(PGconn *db, const char *sql, const char *name); /* a row for $1 */
bool postgres_make_database(PGconn *db, const char *database, const char *owner,
                            char why[POSTGRES_WHY]); /* there already is fine */

#endif

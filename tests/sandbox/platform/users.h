#ifndef SANDBOX_USERS_H
#define SANDBOX_USERS_H

/* Users and databases as the Cloud SQL API makes them: LOGIN, CREATEROLE, CREATEDB, in the group
 * cloudsqlsuperuser; no superuser, no REPLICATION. Done as the supervisor. */

#include "tests/sandbox/postgres.h"
#include "tests/sandbox/sandbox.h"

enum { USERS_WHY = 512 };

/* Makes the role, or takes over one that is there; the password goes over as a scram verifier. */
bool users_make(const struct postgres *pg, const struct sandbox_user *user, bool *is_new,
                char why[USERS_WHY]);
bool users_make_database(const struct postgres *pg, const char *database, const char *owner,
                         char why[USERS_WHY]);
/* What `nais postgres prepare` did: the people's group reads the schema public, also later tables.
 */
bool users_prepare_people(const struct postgres *pg, const char *database, const char *owner,
                          char why[USERS_WHY]);
/* Ends whoever reads a slot: one that never answers would hold the server's end up. */
void users_end_readers(const struct postgres *pg);
bool users_any_logical_slot(const struct postgres *pg, char *name, size_t cap);

#endif

#ifndef STROM_NAIS_LOOKUPS_H
#define STROM_NAIS_LOOKUPS_H

/* What the platform knows of an app's database (facts/domain.md 3, facts/gcp.md A). What is given
 * is copied; the cluster must outlive the tasks, and what they found lives with them. */

#include "api/nais/cluster.h"

/* Apps of the namespace that have a Cloud SQL instance. */
struct nais_app {
    const char *app;      /* label app=, "" when there is none */
    const char *instance; /* name of the resource */
    const char *project,
        *region;         /* from status.connectionName, else annotation and spec; "" unknown */
    const char *version; /* spec.databaseVersion */
    bool ready;          /* has a connection name */
};
struct nais_apps {
    struct nais_app *items;
    size_t n;
};
struct task *nais_apps(struct cluster *c);
const struct nais_apps *nais_apps_found(const struct task *t);

/* Where a secret's value stands. */
enum nais_password { NAIS_PASSWORD_READ, NAIS_PASSWORD_HIDDEN, NAIS_PASSWORD_MISSING };

struct nais_source {
    const char *app, *project, *region, *instance;
    const char *connection_name; /* project:region:instance */
    const char *version;
    const char **databases; /* of the app, by sqldatabases */
    size_t n_databases;
    const char **users; /* of the app, by sqlusers: as PostgreSQL knows them */
    size_t n_users;
    bool has_user; /* the user asked for is known to the platform */
    const char *user,
        *database; /* from the secret where it can be read, else from the resources; "" unknown */
    const char *secret_name;  /* "" when no user */
    const char *password_key; /* the key inside that secret that holds it */
    enum nais_password password_state;
    const char *password_why;   /* why it is not here, "" when it is */
    const char *password_where; /* where the person gets it */
};
/* Instance, databases, users and the secret of db_user ("datastream"), found by app=APP. Fails when
 * there is no instance (and says what the app's manifest knows of it), several of which none is
 * `instance` (NULL or "": none was named), or one without status; a user or secret that is missing
 * is told, not a failure. */
struct task *nais_source(struct cluster *c, const char *app, const char *instance,
                         const char *db_user);
const struct nais_source *nais_source_found(const struct task *t);
/* NULL unless NAIS_PASSWORD_READ; lives with the task. */
const struct secret *nais_source_password(const struct task *t);

/* Does a secret's key belong to that user: contains _USER_ in upper case, dashes as underscores? */
bool nais_key_is_of(const char *key, const char *db_user);

#endif

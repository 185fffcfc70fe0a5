#ifndef STROM_NAIS_APPLICATION_H
#define STROM_NAIS_APPLICATION_H

/* Inside api/nais: what the app's own manifest, as it was deployed, says of its database. It tells
 * why something is not there. What is read lives in the arena. */

#include "api/nais/cluster.h"

enum application_seen { APPLICATION_UNKNOWN, APPLICATION_ABSENT, APPLICATION_FOUND };
struct application {
    enum application_seen seen;
    const char *instance; /* the first Cloud SQL instance that it asks for; "" none */
    const char *postgres; /* name of the in-cluster Postgres that it uses; "" none */
    const char *state;    /* "RolloutComplete", "FailedSynchronization", ...; "" unknown */
    bool has_user;        /* the manifest names the user that was asked for */
};

/* What is read of the resource; item NULL: there is none. */
void application_read(struct arena *a, const struct json *item, const char *db_user,
                      struct application *out);
/* Why the app has no Cloud SQL instance: fills why and hint. */
void application_explain(const struct application *app, const char *name, const char *ns,
                         struct err *e);

#endif

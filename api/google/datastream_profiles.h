#ifndef STROM_GOOGLE_DATASTREAM_PROFILES_H
#define STROM_GOOGLE_DATASTREAM_PROFILES_H

/* Datastream's private connections and connection profiles (../gcp/datastream.v1.json). Who owns
 * what: operation.h. */

#include "api/google/datastream.h"
#include "api/google/datastream_objects.h"
#include "api/google/operation.h"

struct datastream_private {
    const char *name, *id, *display_name;
    const char *state;              /* CREATING, CREATED, FAILED, DELETING, ... */
    const char *vpc, *subnet;       /* of a peering; "" else */
    const char *network_attachment; /* of a PSC interface; "" else */
    const char *create_time;
    struct google_labels labels;
    struct datastream_fault error; /* reason and message "" when none */
};
struct datastream_privates {
    struct datastream_private *items;
    size_t n;
    size_t n_unreachable;
};

struct task *datastream_private_list(struct google *g, const char *project, const char *location);
const struct datastream_privates *datastream_privates(const struct task *t);
struct task *datastream_private_get(struct google *g, const char *project, const char *location,
                                    const char *id);
/* VPC peering with that network (name) over that /29. Ends when it is CREATED; one that FAILED is
 * an error with its own words, although the operation ended well. */
struct task *datastream_private_create(struct google *g, const char *project, const char *location,
                                       const char *id, const char *network, const char *subnet,
                                       const struct google_labels *labels,
                                       const struct google_write *w);
/* w->force takes child routes along. */
struct task *datastream_private_delete(struct google *g, const char *project, const char *location,
                                       const char *id, const struct google_write *w);
const struct datastream_private *datastream_private(const struct task *t); /* of get and create */

enum datastream_profile_kind {
    DATASTREAM_PROFILE_OTHER,
    DATASTREAM_PROFILE_POSTGRES,
    DATASTREAM_PROFILE_BIGQUERY
};
struct datastream_profile {
    const char *name, *id, *display_name;
    enum datastream_profile_kind kind;
    const char *host, *user, *database; /* PostgreSQL; the password never comes back */
    int port;
    const char *private_connection; /* full name; "" when none */
    const char *create_time;
    struct google_labels labels;
};
struct datastream_profiles {
    struct datastream_profile *items;
    size_t n;
    size_t n_unreachable;
};

struct datastream_source { /* where the database is */
    const char *host, *user, *database;
    int port; /* 0: 5432 */
    const struct secret *password;
    const char *private_connection; /* id in the same project and location */
};

struct task *datastream_profile_list(struct google *g, const char *project, const char *location);
const struct datastream_profiles *datastream_profiles(const struct task *t);
struct task *datastream_profile_get(struct google *g, const char *project, const char *location,
                                    const char *id);
struct task *datastream_profile_create_postgres(struct google *g, const char *project,
                                                const char *location, const char *id,
                                                const char *display_name,
                                                const struct datastream_source *source,
                                                const struct google_labels *labels,
                                                const struct google_write *w);
struct task *datastream_profile_create_bigquery(struct google *g, const char *project,
                                                const char *location, const char *id,
                                                const char *display_name,
                                                const struct google_labels *labels,
                                                const struct google_write *w);
/* Host, port, user, database and password where given (NULL, 0: left as they are). */
struct task *datastream_profile_patch(struct google *g, const char *project, const char *location,
                                      const char *id, const struct datastream_source *change,
                                      const struct google_write *w);
struct task *datastream_profile_delete(struct google *g, const char *project, const char *location,
                                       const char *id, const struct google_write *w);
const struct datastream_profile *
datastream_profile(const struct task *t); /* of get, create, patch */

/* What a profile that exists can see: every schema, table and column. */
struct task *datastream_discover(struct google *g, const char *project, const char *location,
                                 const char *profile);
/* The same through a profile that is not made: Datastream connects there and forgets it. */
struct task *datastream_discover_source(struct google *g, const char *project, const char *location,
                                        const struct datastream_source *source);
const struct datastream_selection *datastream_discovered(const struct task *t);

#endif

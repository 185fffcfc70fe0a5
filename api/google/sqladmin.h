#ifndef STROM_GOOGLE_SQLADMIN_H
#define STROM_GOOGLE_SQLADMIN_H

/* Cloud SQL (../gcp/sqladmin.v1.json): read only; instances are changed by the app's manifest. Who
 * owns what: operation.h. */

#include "api/google/operation.h"

struct sql_flag {
    const char *name, *value;
};
struct sql_address {
    const char *type, *address;
}; /* PRIMARY, PRIVATE, OUTGOING, ... */

struct sql_instance {
    const char *name, *project, *region, *zone;
    const char *connection_name; /* project:region:instance */
    const char *state;           /* RUNNABLE, SUSPENDED, MAINTENANCE, ... */
    const char *version;         /* POSTGRES_16 */
    const char *type;            /* CLOUD_SQL_INSTANCE, READ_REPLICA_INSTANCE */
    const char *tier, *edition;
    int postgres; /* 16; 0 when it is no PostgreSQL */
    struct sql_flag *flags;
    size_t n_flags;
    struct sql_address *addresses;
    size_t n_addresses;
    const char *private_network; /* "" when it has none */
    const char *ssl_mode;
    bool public_ip, point_in_time_recovery;
    bool disk_autoresize;
    int64_t disk_gb;       /* as ordered; 0 unknown */
    int64_t disk_limit_gb; /* of autoresize; 0: no limit */
    int64_t settings_version;
};
struct sql_instances {
    struct sql_instance *items;
    size_t n;
};
struct sql_user {
    const char *name, *host, *type;
}; /* BUILT_IN, CLOUD_IAM_USER, ... */
struct sql_users {
    struct sql_user *items;
    size_t n;
};
struct sql_database {
    const char *name, *charset, *collation;
};
struct sql_databases {
    struct sql_database *items;
    size_t n;
};

struct task *sqladmin_instance_get(struct google *g, const char *project, const char *instance);
const struct sql_instance *sqladmin_instance(const struct task *t);
struct task *sqladmin_instance_list(struct google *g, const char *project);
const struct sql_instances *sqladmin_instances(const struct task *t);
struct task *sqladmin_user_list(struct google *g, const char *project, const char *instance);
const struct sql_users *sqladmin_users(const struct task *t);
struct task *sqladmin_database_list(struct google *g, const char *project, const char *instance);
const struct sql_databases *sqladmin_databases(const struct task *t);

const char *sqladmin_flag(const struct sql_instance *i, const char *name); /* NULL when not set */

#endif

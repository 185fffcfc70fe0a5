#ifndef SANDBOX_POSTGRES_H
#define SANDBOX_POSTGRES_H

/* A throwaway PostgreSQL: the real server in a folder of its own, on a Unix socket (0700, trust, for
 * the supervisor alone) and a loopback port (scram; the personal login without a password, as through
 * the local proxy). Drops to another user when root. Ends with us, also after kill -9. */

#include <stdbool.h>
#include <stddef.h>

struct postgres;

struct postgres_options {
    const char *folder;        /* made when missing; short, for the socket's path */
    const char *database;      /* made at start, owned by owner */
    const char *owner;         /* the app's role; NULL: none */
    bool logical;              /* wal_level=logical at once */
    int  port;                 /* 0: a free one is found */
};

/* initdb when the folder is empty, then start; NULL with the reason in why. About a second. */
struct postgres *postgres_start(const struct postgres_options *o, char why[512]);
bool postgres_restart(struct postgres *pg, bool logical, char why[512]);
void postgres_stop(struct postgres *pg);                 /* and forgets; the folder stays */
void postgres_remove(struct postgres *pg);               /* stops and deletes the folder */
int  postgres_port(const struct postgres *pg);
const char *postgres_socket_folder(const struct postgres *pg);
/* conninfo of the superuser over the socket; for the supervisor and tests. Borrowed. */
const char *postgres_superuser(const struct postgres *pg, const char *database, char out[512]);
/* conninfo over loopback TCP; password may be NULL. */
const char *postgres_conninfo(const struct postgres *pg, const char *database, const char *user,
                              const char *password, char out[512]);
bool postgres_alive(const struct postgres *pg);

#endif

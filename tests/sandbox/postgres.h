#ifndef SANDBOX_POSTGRES_H
#define SANDBOX_POSTGRES_H

/* A throwaway PostgreSQL: the real server in a folder of its own, on a Unix socket (0700, trust,
 * for the supervisor alone) and a loopback port (scram; the personal login without a password, as
 * through the local proxy). Drops to another user when root. Ends with us, also after kill -9: a
 * small process of our own starts the server and watches a pipe that only we hold. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct postgres;

/* The superuser, named as Cloud SQL names its own; reached over the socket only. */
#define POSTGRES_SUPERVISOR "cloudsqladmin"

struct postgres_options {
    const char *folder;   /* made when missing; short, for the socket's path */
    const char *database; /* made at start, owned by owner; NULL: none */
    const char *owner;    /* the app's role, made without a password; NULL: none */
    bool logical;         /* wal_level=logical at once */
    int port;             /* 0: a free one is found */
    const char *settings; /* further lines for postgresql.conf; NULL: none */
    bool temporary;       /* the folder goes too when we die without stopping it */
    const char *goes_too; /* and this one with it; NULL: none */
};

enum { POSTGRES_WHY = 512, POSTGRES_CONNINFO = 512 };

/* initdb when the folder is empty, then start; NULL with the reason in why (a hint on a line of its
 * own where PostgreSQL is not installed). About a second. Also makes the groups that Cloud SQL has
 * (cloudsqlsuperuser, cloudsqliamuser) and the personal login. */
struct postgres *postgres_start(const struct postgres_options *o, char why[POSTGRES_WHY]);
bool postgres_restart(struct postgres *pg, bool logical, char why[POSTGRES_WHY]);
enum { POSTGRES_MORE = 512 };
/* Lines of postgresql.conf behind all others, in force with the next restart; none where
 * the server does not start with them. True: they differ
 * from those that were there. */
bool postgres_set_more(struct postgres *pg, const char lines[POSTGRES_MORE]);
void postgres_stop(struct postgres *pg);   /* and forgets; the folder stays */
void postgres_remove(struct postgres *pg); /* stops and deletes the folder */
int postgres_port(const struct postgres *pg);
int postgres_version(const struct postgres *pg); /* major: 15 */
bool postgres_is_logical(const struct postgres *pg);
pid_t postgres_watcher(const struct postgres *pg); /* the process that watches; for tests */
const char *postgres_socket_folder(const struct postgres *pg);
/* conninfo of the superuser over the socket; for the supervisor and tests. Borrowed. */
const char *postgres_superuser(const struct postgres *pg, const char *database,
                               char out[POSTGRES_CONNINFO]);
/* conninfo over loopback TCP; password may be NULL. */
const char *postgres_conninfo(const struct postgres *pg, const char *database, const char *user,
                              const char *password, char out[POSTGRES_CONNINFO]);
bool postgres_alive(const struct postgres *pg);
/* Readable when the server is gone for good; for the caller's poll. */
int postgres_fd(const struct postgres *pg);

/* The server's log tells of a full disk since its last start. */
bool postgres_disk_is_full(const struct postgres *pg);

/* True when initdb and postgres were found; for tests that skip without them. */
bool postgres_is_installed(void);

#endif

#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

/* What the parts of one sandbox share. program/main.c makes it; every part gets a pointer to it.
 * Parts run on threads of their own: `facts` is read and written under its lock only. */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SANDBOX_USERS = 16, SANDBOX_NAME = 128 };

/* Names of the app of our own making (facts/domain.md, section 10). */
#define SANDBOX_APP            "postmottak-backend"
#define SANDBOX_NAMESPACE      "aap"
#define SANDBOX_PROJECT        "aap-dev-ab12"
#define SANDBOX_PROJECT_NUMBER "482910375264"
#define SANDBOX_REGION         "europe-north1"
#define SANDBOX_INSTANCE       "postmottak-backend"
#define SANDBOX_DATABASE       "postmottak"
#define SANDBOX_PERSON         "kari.nordmann@nav.no"
#define SANDBOX_CONTEXT        "dev-gcp"

struct sandbox_user {
    char name[SANDBOX_NAME];
    char password[64]; /* scram in PostgreSQL; in the Kubernetes secret */
};

/* What the platform has deployed so far: written by `deploy`, read by the stand-ins. */
struct sandbox_facts {
    pthread_mutex_t lock;
    bool app_deployed;     /* the manifest was deployed at least once */
    bool logical_decoding; /* flag cloudsql.logical_decoding=on, and PostgreSQL restarted with it */
    bool disk_autoresize;
    int disk_size_gb, disk_limit_gb;          /* limit 0: none */
    int64_t disk_other_bytes;                 /* on it besides what the server has */
    struct sandbox_user users[SANDBOX_USERS]; /* from the manifest: the app's own first */
    size_t n_users;
    unsigned generation; /* counts deploys */
    char version[32];    /* as the manifest says it: "POSTGRES_15", the version that runs */
};

struct postgres;

struct sandbox {
    const char *name;     /* --name, "default" */
    const char *scenario; /* fresh, ready, ... */
    const char *folder;   /* everything of this sandbox lies here, 0700 */
    const char *repo;     /* the folder that plays the app's repository */
    double speed;         /* simulated seconds per real second; 1 with --speed real */
    const char *token;    /* bearer token of the control calls, made at start */
    struct postgres *pg;
    struct sandbox_facts facts;
};

void sandbox_init(struct sandbox *s); /* the lock; all else is zero, speed 1 */
void sandbox_done(struct sandbox *s);
/* The password of a user of the manifest, copied under the lock; false when there is no such user.
 */
bool sandbox_password(struct sandbox *s, const char *user, char out[64]);
/* Hex digits from the system's random source, for tokens and passwords. */
bool sandbox_random(char *out, size_t digits); /* writes digits + a NUL */

/* Real milliseconds for something that takes so many seconds in Google's cloud. */
int64_t sandbox_ms(const struct sandbox *s, double seconds);

#endif

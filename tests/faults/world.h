#ifndef TESTS_FAULTS_WORLD_H
#define TESTS_FAULTS_WORLD_H

/* A cloud on paper with a client, a store and a log of its own: one for each cell. */

#include "api/base/secret.h"
#include "api/google/auth.h"
#include "api/nais/cluster.h"
#include "api/net/net.h"
#include "api/plan/names.h"
#include "api/plan/selection.h"
#include "api/store/store.h"
#include "tests/faults/stand.h"
#include "tests/faults/wire.h"

/* Words that must never be seen again once they are in. */
#define CANARY_PASSWORD "kanari-flaggermus-7341"
#define CANARY_REFRESH  "kanarirefresh9f3b27aa10c4"
#define CANARY_TOKEN    "ya29."

struct world {
    char folder[64]; /* of all cells */
    struct wire *wire;
    struct secret *password;
    char *key;         /* of an account, PEM */
    char key_line[40]; /* some of it: a canary too */
    struct target target;
    struct selection selection, smaller; /* smaller: one table less */
    /* of the cell */
    char cell[96]; /* its folder */
    enum stand_login login;
    struct stand *stand;
    struct net *net;
    struct google *google;
    struct store *store;
    struct cluster *cluster;
};

bool world_open(struct world *w);
void world_close(struct world *w);

enum world_scene {
    WORLD_FRESH,
    WORLD_RUNNING,
    WORLD_LOST,    /* as running, but the stream has failed for good */
    WORLD_DOWN,    /* ... but the proxy's machine is switched off */
    WORLD_REBUILT, /* ... but that machine has another address now */
    WORLD_PAUSED,
    WORLD_COPYING /* ... and its tables are being copied */
};
bool world_begin(struct world *w, enum world_scene scene);
void world_end(struct world *w);
void world_login_again(struct world *w); /* as another process would: a new client, no token */
void world_login_as(struct world *w, enum stand_login login); /* before it */
void world_export(const struct world *w); /* into our own environment, for a command */
void world_unexport(void);

/* The file of the cell in which a canary was found; NULL: none. Valid until the next call. */
const char *world_leak(const struct world *w);
bool world_has_canary(const struct world *w, const char *text);

#endif

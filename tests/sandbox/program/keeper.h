#ifndef SANDBOX_KEEPER_H
#define SANDBOX_KEEPER_H

/* The process that is a sandbox: it makes it, serves, and takes all of it down when it ends. */

#include "tests/sandbox/cluster/cluster.h"
#include "tests/sandbox/program/options.h"
#include "tests/sandbox/program/place.h"
#include "tests/sandbox/program/scenario.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/traffic.h"

#include <libpq-fe.h>

enum { KEEPER_HELD = 4 };

/* How it tells its starter: lines of progress, then either ready or failed. False: nobody listens.
 */
struct keeper_voice {
    bool (*progress)(void *ctx, const char *line);
    bool (*ready)(void *ctx, const struct place *p);
    void *ctx;
};

struct keeper {
    const struct options *options;
    const struct scenario *scenario;
    struct keeper_voice voice;
    struct place place;
    struct sandbox sandbox;
    struct google *google;
    struct cluster *cluster;
    struct traffic *traffic;
    PGconn *held[KEEPER_HELD]; /* connections that trouble keeps open */
    pthread_mutex_t deploying;
    int claim, database_claim;
    int wake[2]; /* written by signals and by `down` */
    char fixtures[FOLDER_PATH];
};

/* Returns the exit status; why is filled when it is not 0. */
int keeper_run(const struct options *o, const struct keeper_voice *voice, char why[SCENARIO_WHY]);
/* Asks the keeper to end; from any thread. */
void keeper_end(struct keeper *k);
/* A line of progress; false when the start is to be given up. */
bool keeper_says(struct keeper *k, char *why, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* control.c: the handler of /sandbox/... */
void control_mount(struct keeper *k);

#endif

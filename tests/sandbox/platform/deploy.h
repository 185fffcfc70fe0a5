#ifndef SANDBOX_DEPLOY_H
#define SANDBOX_DEPLOY_H

/* Plays the platform on the repository of a sandbox: manifest (flag, disk, users), then migrations.
 */

#include "tests/sandbox/sandbox.h"

enum { DEPLOY_WHY = 2048 };

/* `say` gets a line for each thing done. False with the reason in why; the facts tell what holds
 * then. One at a time: the caller sees to it. */
bool deploy(struct sandbox *s, void (*say)(void *ctx, const char *line), void *ctx,
            char why[DEPLOY_WHY]);

#endif

#ifndef SANDBOX_MANIFEST_H
#define SANDBOX_MANIFEST_H

/* The part of a Nais manifest that the platform acts on. {{name}} becomes a plain word and lines
 * that only steer the template ({{#each}}, {{/if}}, {{else}}) are skipped, so that the yaml can be
 * read. */

#include "tests/sandbox/sandbox.h"

enum { MANIFEST_WHY = 512 };

struct manifest {
    char app[SANDBOX_NAME];
    char instance[SANDBOX_NAME]; /* default: the app's name */
    char type[32];               /* POSTGRES_15 */
    bool has_instance;
    bool logical_decoding;
    char settings[512]; /* the other flags that PostgreSQL has, as lines of postgresql.conf */
    bool disk_autoresize;
    int disk_size_gb;  /* 10 where the manifest is silent */
    int disk_limit_gb; /* 0: none */
    char database[SANDBOX_NAME];
    char users[SANDBOX_USERS][SANDBOX_NAME];
    size_t n_users; /* further ones; the app's own is not among them */
};

/* False with what the cluster would answer in why; line numbers are those of the file. */
bool manifest_parse(const char *text, size_t bytes, struct manifest *m, char why[MANIFEST_WHY]);
bool manifest_read(const char *path, struct manifest *m, char why[MANIFEST_WHY]);

#endif

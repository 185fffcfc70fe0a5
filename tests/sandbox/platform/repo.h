#ifndef SANDBOX_REPO_H
#define SANDBOX_REPO_H

/* The folder that plays the app's repository: copied from the fixtures and put under git. */

#include <stdbool.h>
#include <stddef.h>

enum { REPO_WHY = 512 };

/* What the manifest for dev-gcp says beyond what it says in a fresh repository. */
struct repo_manifest {
    int postgres_version;
    const char *flag; /* "on", "off"; NULL: no flag */
    bool autoresize;
    const char *user; /* NULL: none */
};

/* Copies <fixtures>/repo into `to` and fills the manifests. */
bool repo_write(const char *fixtures, const char *to, const struct repo_manifest *m,
                char why[REPO_WHY]);
/* Adds the files of <fixtures>/<name> (migrations of a scenario). */
bool repo_add(const char *fixtures, const char *name, const char *to, char why[REPO_WHY]);
/* Everything as one commit, by a made-up author; makes the git repository first when there is none.
 */
bool repo_commit(const char *to, const char *message, char why[REPO_WHY]);

#endif

#ifndef STROM_FILES_MANIFEST_H
#define STROM_FILES_MANIFEST_H

/* A Nais manifest, read and patched as text: comments, order, indentation, quoting and {{template}}
 * parts stay to the byte; the smallest number of lines is added or changed (facts/domain.md, 4).
 * What cannot be edited safely gives the lines to paste and where. Nothing is written here. */

#include "api/base/arena.h"
#include "api/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { MANIFEST_MAX_BYTES = 1024 * 1024 };

struct manifest_database {
    const char *name;
    const char *env_prefix; /* NULL: none */
    const char **users;     /* the further ones */
    size_t n_users;
    int line;
};

struct manifest_instance {
    const char *name;      /* NULL: it has the app's name */
    const char *app;       /* of its document, as in struct manifest */
    const char *type;      /* POSTGRES_16 */
    const char *flag;      /* value of cloudsql.logical_decoding, NULL: not there */
    bool logical_decoding; /* that value is "on", as a string */
    bool disk_autoresize;
    const char *disk_limit; /* diskAutoresizeLimit as it stands, NULL: none */
    struct manifest_database *databases;
    size_t n_databases;
    int line; /* counted from 1 */
};

struct manifest {
    const char *app;  /* metadata.name, NULL when it is a template */
    const char *kind; /* Application, Naisjob */
    struct manifest_instance *instances;
    size_t n_instances;
};

/* Reads the instances of all documents; app and kind are the first one's that has any. n_instances
 * is 0 when there is none: no error.
 * ERR_INPUT with the line when it is no YAML. */
bool manifest_read(struct arena *a, const char *text, struct manifest *out, struct err *e);

struct manifest_ask {
    const char *instance; /* NULL: the only one, over all documents */
    const char *database; /* NULL: the only one */
    const char *user;     /* "datastream" */
};

enum manifest_outcome {
    MANIFEST_UNCHANGED, /* has everything */
    MANIFEST_PATCHED,   /* text and diff are filled */
    MANIFEST_BY_HAND    /* paste and reason are filled */
};

struct manifest_result {
    enum manifest_outcome outcome;
    bool had_flag, had_autoresize, had_user;
    const char *text;   /* the whole new file */
    const char *diff;   /* unified, with `file` as its name */
    const char *reason; /* by hand: why it was not edited */
    const char *paste;  /* by hand: the lines that are missing, and where they go */
};

/* Fails (ERR_INPUT, ERR_MISSING) only when the file is no manifest or has no such instance or
 * database. */
bool manifest_patch(struct arena *a, const char *file, const char *text,
                    const struct manifest_ask *ask, struct manifest_result *out, struct err *e);

/* The other way, for taking down: the user and the flag are taken out; autoresize stays. had_...
 * tell what stood there. */
bool manifest_unpatch(struct arena *a, const char *file, const char *text,
                      const struct manifest_ask *ask, struct manifest_result *out, struct err *e);

/* The manifests of a repository: .nais/ and .nais/<folder>/ *.yaml, *.yml and nais.yaml, nais/
 * beside it, that hold the word sqlInstances, or cannot be read; paths relative to repo, sorted.
 * Fails where the repository, or a folder of manifests, is there and cannot be read. */
bool manifest_find(struct arena *a, const char *repo, const char ***paths, size_t *n,
                   struct err *e);

#endif

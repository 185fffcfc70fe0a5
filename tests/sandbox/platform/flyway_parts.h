#ifndef SANDBOX_FLYWAY_PARTS_H
#define SANDBOX_FLYWAY_PARTS_H

/* What the files of flyway.h share among themselves. */

#include "tests/sandbox/platform/flyway.h"

#include <libpq-fe.h>

enum { FLYWAY_FILES = 1024 };

struct flyway_list {
    struct flyway_file *files; /* in version order */
    size_t n;
};

/* The versioned migrations of a folder; two of the same version are an error. Free with
 * free(files). */
bool flyway_list(const char *folder, struct flyway_list *out, char why[FLYWAY_WHY]);
char *flyway_load(const char *folder, const char *script, size_t *bytes); /* malloc'ed */

/* Makes the history table when missing, then holds what is recorded against the files. *n_applied
 * are the first ones of the list that need not run again. */
bool flyway_validate(PGconn *db, const struct flyway_list *list, size_t *n_applied,
                     char why[FLYWAY_WHY]);
/* Within the transaction of the file. */
bool flyway_record(PGconn *db, const struct flyway_file *file, int64_t ms, char why[FLYWAY_WHY]);

bool flyway_fail(char *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

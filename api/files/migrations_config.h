#ifndef STROM_FILES_MIGRATIONS_CONFIG_H
#define STROM_FILES_MIGRATIONS_CONFIG_H

/* What a repository says about Flyway: Spring's files, Gradle, Maven, flyway.conf, and code that
 * calls .locations("..."). Read as text, whatever the language. Between migrations*.c. */

#include "api/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { FLYWAY_LOCATIONS = 16, FLYWAY_CONFIG_BYTES = 256 * 1024 };

struct flyway_location {
    const char *path; /* "db/migration": without classpath:, filesystem:, wildcards */
    bool in_files;    /* filesystem: */
};

struct flyway_config {
    struct flyway_location locations[FLYWAY_LOCATIONS];
    size_t n;
    bool group; /* flyway.group=true: all files in one transaction */
};

/* By its name it may speak of Flyway. */
bool flyway_config_is(const char *name);
/* It holds for some profiles only: application-local.yml. */
bool flyway_config_is_profile(const char *name);
void flyway_config_read(struct arena *a, const char *text, struct flyway_config *out);
/* The folder is one of the location's, or lies below it. */
bool flyway_location_has(const struct flyway_location *l, const char *folder);

#endif

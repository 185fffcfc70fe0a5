#ifndef SANDBOX_FLYWAY_H
#define SANDBOX_FLYWAY_H

/* Migrations as Flyway runs them: V<version>__<description>.sql in version order, one transaction a
 * file, recorded in flyway_schema_history in that same transaction, stopping at the first error.
 * What was applied is validated first: a changed checksum, a missing file, a version below the
 * newest. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLYWAY_WHY = 2048, FLYWAY_NAME = 256, FLYWAY_VERSION = 51 };

struct flyway_file {
    char script[FLYWAY_NAME];
    char version[FLYWAY_VERSION]; /* "1.51" */
    char description[201];        /* underscores are spaces */
    int32_t checksum;
};

/* "V1.51__datastream_oppsett.sql"; false when it is no versioned migration. */
bool flyway_parse_name(const char *script, struct flyway_file *out);
int flyway_compare(const char *a, const char *b);        /* 1.9 < 1.10, 1 == 1.0 */
int32_t flyway_checksum(const char *text, size_t bytes); /* CRC32 of the lines without their ends */
/* The file holds what Cloud SQL's roles may and a plain role of stock PostgreSQL may not: the word
 * REPLICATION, FOR ALL TABLES, or TABLES IN SCHEMA of a publication; as SQL, not inside names,
 * comments or strings (but inside dollar quotes, and inside the strings of an EXECUTE). */
bool flyway_needs_lending(const char *text, size_t bytes);

struct flyway_run {
    const char *folder;                       /* of the files */
    const char *conninfo;                     /* as the app's role */
    const char *superuser;                    /* conninfo, to lend; same database */
    const char *role;                         /* the app's role */
    void (*say)(void *ctx, const char *line); /* progress; may be NULL */
    void *ctx;
};

/* True when all is applied. False with Flyway's and PostgreSQL's own words in why; what was applied
 * before the error stays. */
bool flyway_migrate(const struct flyway_run *run, size_t *n_applied, char why[FLYWAY_WHY]);

#endif

#ifndef STROM_FILES_MIGRATIONS_H
#define STROM_FILES_MIGRATIONS_H

/* Flyway migrations that prepare the source (facts/domain.md, 4): always two files at least, for a
 * slot cannot be made in a transaction that has written. Guarded by the user's existence, so that
 * local and test databases pass. Pure but for migrations_find; nothing is written here. */

#include "api/base/arena.h"
#include "api/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { MIGRATIONS_MAX_FILES = 20000, MIGRATIONS_MAX_DEPTH = 12 };

/* --- the folder --- */

struct migrations_folder {
    const char *path; /* relative to the repository: "src/main/resources/flyway" */
    const char *last; /* the newest version there, "1.50"; NULL: none yet */
    size_t n_files;
    const char *others;     /* further folders that Flyway may read, one a line; NULL: none */
    const char *told_by;    /* the file that says so: application.yml, a call; NULL: by its looks */
    const char *grouped_by; /* the file that joins migrations into one transaction; NULL: none */
};

/* Walks the repository, never out of it, never through links: where Spring, Gradle, Maven or the
 * code say that Flyway's files lie, else where such files are. wanted: that folder, from the
 * repository's top; NULL: found. Missing: ERR_MISSING with the usual place as hint. */
bool migrations_find(struct arena *a, const char *repo, const char *wanted,
                     struct migrations_folder *out, struct err *e);
/* The n-th version after the last one (n from 1), in the folder's style, dates too; now: seconds
 * since 1970, 0: dates are counted on like numbers.
 * `recorded` is the newest version that Flyway knows in the database, NULL when not asked. */
const char *migrations_version(struct arena *a, const struct migrations_folder *folder,
                               const char *recorded, int n, long long now);
/* V1.51__x.sql, V3_1__x.kt: the bytes of the version behind the V; 0 when it is none. */
size_t migrations_version_bytes(const char *name);
/* Compares versions as Flyway does: "1.9" < "1.51", "1" = "1.0". */
int migrations_compare(const char *a, const char *b);

/* --- the files --- */

enum migration_shape {
    MIGRATION_NARROW, /* FOR TABLE, GRANT on the chosen tables: the default once tables are chosen
                       */
    MIGRATION_PROCEDURE, /* FOR ALL TABLES, as the wiki procedure */
    MIGRATION_THREE      /* grants, publication, slot: each in a file, each may run again */
};

struct migration_table {
    const char *schema, *name;
    bool published, readable; /* already */
    bool cut; /* published by a list that leaves out what is chosen: anew, without the list */
};

/* What is wanted and what is there already. Nothing is asked here. */
struct migration_facts {
    enum migration_shape shape;
    const char *app_role; /* read from the database, never guessed; NULL: taking down only */
    const char *db_user;  /* "datastream" */
    const char *publication, *slot;
    const struct migration_table *tables; /* the chosen ones; procedure: NULL, 0 */
    size_t n_tables;
    const char *const *schemas; /* taking down: rights go back in these, whatever is in them */
    size_t n_schemas;           /* 0: in those of the tables */
    bool publication_exists, publication_all_tables;
    bool via_root; /* a partitioned table is chosen: its changes come under its own name */
    bool publication_via_root; /* the publication does so already */
    bool user_gone; /* taking down: it is not there any more, so nothing can be guarded by it */
    bool slot_exists;
    bool slot_lost; /* it is there and never moves again: it is made anew */
    bool user_replication, app_replication;
    const char *user_login; /* what lets the user log in: "LOGIN"; NULL: it may */
    const char *publish;    /* what the publication must hand out besides: "insert, update, delete";
                               NULL: nothing is missing */
    bool default_privileges, all_readable; /* procedure: granted already */
    const char *recorded; /* newest version in flyway_schema_history, NULL: unknown */
    long long now;        /* for timestamp versions */
};

struct migration_file {
    const char *name; /* V1.51__datastream_oppsett.sql */
    const char *path; /* with its folder */
    const char *sql;
    const char *does; /* one sentence */
};

/* A slot that is older than its publication never moves (42704): when there is a slot and no
 * publication, the slot is made anew, in the last file. */
struct migration_set {
    struct migration_file files[4];
    size_t n_files; /* 0: nothing is missing */
};

bool migrations_write(struct arena *a, const struct migrations_folder *folder,
                      const struct migration_facts *facts, struct migration_set *out,
                      struct err *e);

/* Tables that no longer flow: ALTER PUBLICATION ... DROP TABLE and REVOKE. Refused (ERR_INPUT) when
 * the publication is for all tables. */
bool migrations_drop_tables(struct arena *a, const struct migrations_folder *folder,
                            const struct migration_facts *facts, struct migration_set *out,
                            struct err *e);

/* Takes everything down: publication and slot, grants, REPLICATION. */
bool migrations_undo(struct arena *a, const struct migrations_folder *folder,
                     const struct migration_facts *facts, struct migration_set *out, struct err *e);

#endif

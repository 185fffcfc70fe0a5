#ifndef STROM_FILES_MIGRATIONS_WAITING_H
#define STROM_FILES_MIGRATIONS_WAITING_H

/* Migrations that stand in the folder and were not run yet: what they hold is never written a
 * second time, for the second of two files that make one publication fails, and the app with it. */

#include "api/files/migrations.h"

enum { MIGRATIONS_MAX_BYTES = 1024 * 1024 }; /* larger ones hold data, not a replication */

/* What flyway_schema_history says. */
struct migrations_ran {
    const char *const *versions; /* run with success; entries may be NULL (repeatable ones) */
    size_t n;
    const char *since; /* the list goes back to this version only; NULL: to the first one */
    const char *last;  /* the newest of all; NULL: none */
};

struct migration_waiting {
    const char *name, *path, *sql;
    bool slot;       /* makes the slot; else rights and publication */
    bool is_too_low; /* a higher version has run: Flyway leaves this one out */
};

/* Those of folder->path that speak of this user's, publication's or slot's preparation, by their
 * text, lowest version first. Arrays live in a. False when the folder or a file cannot be read. */
bool migrations_waiting(struct arena *a, const char *repo, const struct migrations_folder *folder,
                        const struct migration_facts *facts, const struct migrations_ran *ran,
                        struct migration_waiting **out, size_t *n, struct err *e);
/* Every statement of `wanted` stands in the waiting file's text (spaces and comments aside). */
bool migrations_waits_for(struct arena *a, const struct migration_waiting *w, const char *wanted);

#endif

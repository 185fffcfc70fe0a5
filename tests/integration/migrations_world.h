#ifndef TESTS_MIGRATIONS_WORLD_H
#define TESTS_MIGRATIONS_WORLD_H

/* A PostgreSQL, a database a test, and a folder of migrations that Flyway runs there as the app's
 * role. Everything fails the test when it does not go well. */

#include "api/base/arena.h"
#include "api/base/str.h"
#include "api/files/migrations.h"
#include "tests/sandbox/platform/flyway.h"

#include <stdbool.h>
#include <stddef.h>

#define APP      "postmottak-backend"
#define USER     "datastream"
#define PASSWORD "bare-til-test"

extern struct arena mem; /* as long as the test */

int start(void **state); /* exits with 77 where there is no server */
int stop(void **state);
int begin(void **state); /* a fresh database, owned by APP; no user, an empty folder */
int end(void **state);

/* The first value; expected: the SQLSTATE, NULL for none. Borrowed until the next call. */
const char *ask_as(const char *conninfo, const char *sql, const char *expected);
const char *ask(const char *sql); /* as the superuser */
void tell(const char *sql);
bool yes(const char *sql);
const char *
conninfo_of(const char *role); /* as the role itself: with SET ROLE, REPLICATION would not follow */

/* As `how` quotes it; in mem. */
const char *quoted(bool (*how)(struct str *, const char *, struct err *), const char *text);
void make_user(void);
void put(const char *name, const char *sql);
void put_tables(void);
void put_set(const struct migration_set *set);
bool migrate(size_t *n, char why[FLYWAY_WHY]);
bool migrate_as(const char *role, size_t *n, char why[FLYWAY_WHY]); /* that role, with PASSWORD */
size_t migrated(void);

/* Facts of a database where nothing is prepared; look() says what is there by now, as the checks
 * would. */
struct migration_facts facts_of(enum migration_shape shape, const struct migration_table *tables,
                                size_t n);
void look(struct migration_facts *f);
bool slot_exists(void);
bool publication_exists(void);
bool reads(const char *role, const char *table);

#endif

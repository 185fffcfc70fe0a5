#ifndef TESTS_REPLICATION_WORLD_H
#define TESTS_REPLICATION_WORLD_H

/* The source of the replication test: tables of every kind, and people who change them at random.
 * Several writers work at once, each on keys of its own, so that nobody waits for a lock while
 * transactions overlap. */

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};
uint64_t dice_roll(struct dice *d);
int dice_below(struct dice *d, int n); /* 0 .. n-1 */
bool dice_chance(struct dice *d, int percent);

/* How a column is compared. */
enum shape { SHAPE_INTEGER, SHAPE_REAL, SHAPE_TEXT, SHAPE_BLOB };

struct world_column {
    const char *name;
    enum shape shape;
    const char *wanted; /* SQL of the source: what should arrive, as text (blobs in hex) */
};

struct world_table {
    const char *schema, *name;
    const char *keys[3];      /* NULL: none */
    const char *const *flows; /* columns chosen, ends with NULL; NULL: all */
    bool full;                /* without key, but with REPLICA IDENTITY FULL */
    bool compared;
    const struct world_column *columns; /* ends with a NULL name */
};

extern const struct world_table world_tables[];
extern const size_t world_n_tables;

enum { WRITERS = 3 };

struct writer {
    PGconn *db;
    int left;   /* changes until its transaction ends; 0: none open */
    bool saved; /* a savepoint is set */
};

struct world {
    struct dice dice;
    const char *conninfo; /* of the owner */
    struct writer writers[WRITERS];
    long changes, commits, rollbacks;
    bool added, dropped; /* columns of person, while everything runs */
};

PGresult *world_must(PGconn *db, const char *sql); /* ends the program when it fails */
void world_make(PGconn *db, int rows);             /* schema, roles, rows, publication */
void world_connect(struct world *w);
void world_change(struct world *w); /* one step of one writer */
void world_flood(struct world *w);  /* one large transaction, between those of the writers */
void world_settle(struct world *w); /* ends open transactions */
void world_disconnect(struct world *w);
void world_alter(struct world *w); /* DDL and TRUNCATE, between transactions */

#endif

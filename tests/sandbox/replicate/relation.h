#ifndef SANDBOX_RELATION_H
#define SANDBOX_RELATION_H

/* The relations that the stream has announced, by their number, each tied to the mirror that takes
 * its rows: which value of a tuple goes to which column there. */

#include "tests/sandbox/replicate/mirror.h"
#include "tests/sandbox/replicate/pgoutput.h"
#include "tests/sandbox/replicate/row.h"

struct relation {
    uint32_t oid;
    char schema[64], table[64];
    struct mirror *m; /* NULL: not chosen */
    unsigned bound;   /* the mirror's version that `to` was made for; 0: none */
    unsigned queued;  /* the hold whose queue has this announcement */
    char identity;
    size_t n_columns;
    struct described_column *columns; /* kind is set when bound; is_key as announced */
    uint32_t *types;
    int32_t *typmods;
    int16_t *to;   /* column of the mirror, -1 none */
    char *message; /* the announcement, for the queue */
    size_t n_message;
};

/* Filled from a decoded announcement; what it held before is freed. */
void relation_set(struct relation *r, const struct pgoutput_event *e, const char *message, size_t n,
                  struct mirror *m);
void relation_done(struct relation *r);
/* Ties values to columns anew; the mirror must be in shape. */
void relation_map(struct relation *r);
/* False when the tuple does not have the columns announced. cells borrow from t. */
bool relation_row(const struct relation *r, const struct pgoutput_tuple *t, struct row *out);

struct relations {
    struct relation *items; /* sorted by oid */
    size_t n, last;
};
struct relation *relations_find(struct relations *all, uint32_t oid); /* NULL: not announced */
struct relation *relations_add(struct relations *all, uint32_t oid);  /* the old one if there is */
void relations_clear(struct relations *all);

#endif

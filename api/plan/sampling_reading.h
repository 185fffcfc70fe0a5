#ifndef STROM_PLAN_SAMPLING_READING_H
#define STROM_PLAN_SAMPLING_READING_H

/* Some rows of one table: its statement, and its values while they arrive. */

#include "api/base/arena.h"
#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"
#include "api/plan/sampling_found.h"

struct heap;
struct reading_field;

/* Zeroed: none. */
struct reading {
    const struct catalog *catalog;
    struct task *copy; /* NULL: nothing is read here */
    uint64_t turn;     /* of its connection: what began before ends before */
    size_t table;
    bool again;         /* the blocks that were drawn were empty: from the beginning, then */
    struct heap *heaps; /* of a column each */
    size_t n_heaps;
    struct reading_field *fields; /* of a row */
    size_t n_fields;
    uint64_t rows;
    struct arena mem;
};

/* Asks for a table's rows, in one string with others where that is short. False: there is nothing
 * to look at. r stays where it is until its end. */
bool reading_begin(struct reading *r, const struct catalog *c, struct pg *pg, size_t table,
                   uint32_t rows, bool again);
/* All arrived: notes what they said. */
struct sampling_seen reading_conclude(const struct reading *r, uint32_t rows,
                                      struct sampling_found *into);
void reading_end(struct reading *r);

/* Pages that its statement reads, in bytes, when that is little and it locks that table alone; -1:
 * it is sent by itself. */
int64_t reading_cost(const struct catalog *c, size_t table);

#endif

#ifndef STROM_PLAN_SAMPLING_APART_H
#define STROM_PLAN_SAMPLING_APART_H

/* Tables whose rows are not read, though we might: for what reading them would do to the server, or
 * would run in our name. */

#include "api/base/arena.h"
#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"

/* Reading a partitioned table locks each partition and each of its indexes. */
enum { SAMPLING_PARTITIONS = 200 };

struct apart {
    const struct catalog *catalog;
    bool *secured; /* of a table each: row security hides rows from us; NULL: none has it */
    bool *foreign; /* some partition lies on another server; NULL: of none */
};

/* One pass over the tables. Lives in a. */
void apart_init(struct apart *p, const struct catalog *c, struct arena *a);

/* Asks for whom row security is active: an owner is exempt, and whoever may bypass it, and the
 * server alone knows. NULL: there is nothing to ask. p must outlive the task. */
struct task *apart_ask(struct apart *p, struct pg *pg);
/* Without an answer each table that has it counts as one that hides rows. */
void apart_fear(struct apart *p);
bool apart_is_hidden(const struct apart *p, size_t table);

/* A policy is somebody's function, and would run in our name: with this a connection is refused
 * such a table by the server itself, also one that got its policy a moment ago. */
struct task *apart_refuse_policies(struct pg *pg);

/* Why its rows are not read, in the person's language; NULL: they may be. */
const char *apart_why(const struct apart *p, size_t table);
const char *apart_why_hidden(void);

#endif

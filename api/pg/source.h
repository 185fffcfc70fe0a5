#ifndef STROM_PG_SOURCE_H
#define STROM_PG_SOURCE_H

/* Asks a database everything that the checks judge: at most 20 statements in three round trips,
 * each on its own, so that one which is refused, or takes too long, makes only its own part
 * unknown. What would wait for somebody's lock goes over a second connection. Nothing is written,
 * no lock above ACCESS SHARE taken. */

#include "api/net/task.h"
#include "api/pg/facts.h"

struct pg;

/* earlier: facts of a former look, or NULL. From them comes how long others' transactions have been
 * open when the server hides their age. Copies what it needs. */
struct task *source_read(struct pg *pg, const struct source_wanted *wanted,
                         const struct source_facts *earlier);
/* For each answer, from when the server could begin with it; 0: 10 s, as without. */
void source_patience(struct task *t, int ms);
/* Of one with TASK_OK. It fails only when the connection itself is lost. */
const struct source_facts *source_facts(const struct task *t);
struct source_facts *source_take(struct task *t); /* the caller owns it from now on */
void source_free(struct source_facts *facts);     /* NULL is fine */

/* All parts unknown, for the reason given: no connection. Owned by the caller. */
struct source_facts *source_unknown(const char *why);

#endif

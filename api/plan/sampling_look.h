#ifndef STROM_PLAN_SAMPLING_LOOK_H
#define STROM_PLAN_SAMPLING_LOOK_H

/* A few values of one column, masked where they arrive: what leaves this file is "███████4512". For
 * the screen alone, on request; nobody may write it anywhere. */

#include "api/base/str.h"
#include "api/net/task.h"
#include "api/pg/catalog.h"
#include "api/pg/pg.h"

enum { SAMPLING_LOOKS = 5 };

/* categories: what the column is flagged for (1u << enum rules_category): values that say so by
 * themselves come first. whole: not even the end is shown (a page that is written down). NULL: it
 * is no table (a view would run as a whole), or the names cannot be written in SQL. Reads at most a
 * thousand rows. Fails where rows are not to be read (sampling_apart.h), and says why; from then on
 * the server refuses this connection tables whose policies would have to run. */
struct task *sampling_look(struct pg *pg, const struct catalog *c, size_t table, size_t column,
                           uint32_t categories, bool ascii, bool whole);
size_t sampling_look_count(const struct task *t); /* of one with TASK_OK */
const char *sampling_look_value(const struct task *t, size_t i);

/* Pure: four characters stay, or a third of them where it is short: the last ones; of what has the
 * shape of an e-mail address its @ is one of them, for a domain's end alone tells nothing. At most
 * 24 blocks in a row. */
void sampling_mask(struct str *out, const char *value, bool ascii, bool whole);

#endif

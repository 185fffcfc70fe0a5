#ifndef STROM_SCREENS_REASON_PARTS_H
#define STROM_SCREENS_REASON_PARTS_H

/* What a reason does, column by column, before it is given: which it settles, and which are turned
 * on with them. What the form names is what it does. */

#include "api/base/arena.h"
#include "screens/choose.h"
#include "screens/reason_group.h"
#include "tui/page.h"

/* What was pressed when the reason came in between: a table, or a column that waits for its key. */
enum { REASON_WISH_NONE = -2, REASON_WISH_TABLE = -1 }; /* else the number of the column */

struct reason_part {
    struct selection_place at;
    bool settled; /* by the reason; else it is turned on with the others */
    bool starts;  /* it is off now, and will be on */
};

struct reason_parts {
    struct reason_part *all; /* special ones first, then the others it settles, then the rest */
    size_t n, settled, starts;
    const char *waits; /* a key of the first table that is sensitive itself, and asked about next */
};

/* places as of reason_group; wish: of the table of the first. */
void reason_parts(const struct journey *j, const struct selection_place *places, size_t n, int wish,
                  struct arena *a, struct reason_parts *out);
/* What the wish asks for besides, as columns of that table. Returns how many; out has room for all.
 */
size_t reason_wished(const struct journey *j, size_t table, int wish, struct selection_place *out);
/* The first key column that holds the table back for want of a reason. */
bool reason_key(const struct selection_table *t, size_t *column);
/* One of them, as a row of a list. */
void reason_part_put(const struct journey *j, const struct reason_part *part, struct page *p);

#endif

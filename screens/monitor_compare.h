#ifndef STROM_SCREENS_MONITOR_COMPARE_H
#define STROM_SCREENS_MONITOR_COMPARE_H

/* Monitor's `v`: the keys of one table compared on both sides. The first press tells what it reads
 * in BigQuery, the second compares, a later one begins with the table at the cursor. */

#include "api/watch/reconcile.h"
#include "screens/journey.h"
#include "tui/page.h"

struct monitor_compare {
    struct task *stream, *weigh, *run; /* in this order; NULL: not yet */
    struct target target;              /* with the stream's own dataset */
    char schema[64], table[64];        /* "" : nothing is compared */
};

void monitor_compare_press(struct monitor_compare *c, struct journey *j, const char *schema,
                           const char *table);
/* News: goes on when an answer has come. */
void monitor_compare_step(struct monitor_compare *c, struct journey *j);
void monitor_compare_draw(const struct monitor_compare *c, struct page *p);
/* The statements that find what differs: false when there is nothing to find. */
bool monitor_compare_find(const struct monitor_compare *c, struct str *out);
void monitor_compare_drop(struct monitor_compare *c);

#endif

#ifndef STROM_SCREENS_TABLES_SAMPLES_H
#define STROM_SCREENS_TABLES_SAMPLES_H

/* Masked values of the column under the cursor, on request and until the next key. They stand on
 * the screen alone: copying and writing the page is refused meanwhile, and a page that is dumped or
 * printed (--shots, --plain) has blocks only. */

#include "screens/tables_view.h"

struct tables_samples {
    struct task *task; /* NULL: nothing is shown */
    size_t table, column;
};

void tables_samples_ask(struct tables_samples *s, const struct tables_view *v, struct journey *j);
void tables_samples_hide(struct tables_samples *s);
bool tables_samples_shown(const struct tables_samples *s);
void tables_samples_draw(const struct tables_samples *s, const struct journey *j, struct page *p);

#endif

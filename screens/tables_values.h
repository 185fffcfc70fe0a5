#ifndef STROM_SCREENS_TABLES_VALUES_H
#define STROM_SCREENS_TABLES_VALUES_H

/* Looking at values in the background while Tables is open: statistics, then rows. What was looked
 * at is not looked at anew without a wish, after a restart either; leaving ends it at once. */

#include "screens/journey.h"
#include "tui/page.h"

struct tables_values {
    struct task *task;
    bool off;        /* the person turned it off; kept */
    bool begun;      /* in this visit: it does not begin again by itself */
    int64_t kept_ms; /* when what was found was kept last */
    size_t risen;    /* columns, in this visit */
};

/* Where there is something to look at, and it is wished. Before the catalogue is read again:
 * tables_values_stop. */
void tables_values_begin(struct tables_values *v, struct journey *j);
void tables_values_stop(struct tables_values *v, struct journey *j);
/* After news or a tick: takes over what was found, says what rose. True: something did. */
bool tables_values_news(struct tables_values *v, struct journey *j);
/* The one key: off, on again, and anew when everything was looked at. */
void tables_values_switch(struct tables_values *v, struct journey *j);
bool tables_values_running(const struct tables_values *v);
/* A line while it is under way, was turned off, or failed; else nothing. */
void tables_values_draw(const struct tables_values *v, const struct journey *j, struct page *p);
void tables_values_save(const struct tables_values *v, struct kept *k);
void tables_values_load(struct tables_values *v, const struct kept *k);

#endif

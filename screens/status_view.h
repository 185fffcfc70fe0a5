#ifndef STROM_SCREENS_STATUS_VIEW_H
#define STROM_SCREENS_STATUS_VIEW_H

/* A look at a stream, drawn: the stream itself, the slot, what it costs, a line a table, what went
 * wrong. */

#include "api/watch/status.h"
#include "tui/list.h"

/* old: nobody has answered since, so that nothing of it counts as well. */
void status_view_stream(const struct watch_status *s, bool old, struct page *p);
/* Who has not answered the look that is under way. */
void status_view_silence(const struct watch_status *s, const struct watch_silence *silence,
                         struct page *p);
/* What was known last stays, with its time, and why there is nothing newer. */
void status_view_unreachable(const struct watch_status *s, const struct err *e, int again_s,
                             struct page *p);
/* What is wrong, each with its next step; the first of them. But for the stream's own absence. */
void status_view_why(const struct watch_status *s, struct page *p);
/* last: as it was known before. When the source has gone its numbers stay, with their time. */
void status_view_slot(const struct watch_slot *slot, const struct watch_slot *last,
                      const char *name, struct page *p);
void status_view_cost(const struct watch_cost *c, struct page *p);
/* With what else is known of the table at the cursor. */
void status_view_tables(const struct watch_status *s, const struct list *list, struct page *p);
void status_view_log(const struct watch_status *s, struct page *p); /* the newest, with advice */

/* --- between the files of the view --- */
/* "12:34:56" of that moment, in UTC as every time here. */
const char *status_view_clock(int64_t wall_ms, char out[]);
/* A line of figures: the values at the right, where there is room beside the words. */
void status_view_label(const char *label, struct page *p); /* of a line; what it says follows */
int status_view_column(void);                              /* where that begins */
void status_view_spark(const double *values, size_t n, struct page *p);

#endif

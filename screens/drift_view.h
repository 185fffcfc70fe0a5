#ifndef STROM_SCREENS_DRIFT_VIEW_H
#define STROM_SCREENS_DRIFT_VIEW_H

/* Where a running stream is not what the repository's plan file says, in a line or two. */

#include "api/plan/drift.h"
#include "screens/journey.h"
#include "tui/page.h"

struct drift_view {
    struct task *looking; /* NULL: there is no plan file of this stream */
    struct selection file;
    bool has_file, found;
    struct drift drift;
    struct arena mem;
};

void drift_view_open(struct drift_view *v, struct journey *j); /* looks; again: anew */
void drift_view_news(struct drift_view *v);                    /* a task ended */
bool drift_view_has_file(const struct drift_view *v);
void drift_view_draw(const struct drift_view *v, struct page *p); /* nothing where all agrees */
void drift_view_done(struct drift_view *v);

#endif

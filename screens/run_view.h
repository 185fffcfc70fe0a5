#ifndef STROM_SCREENS_RUN_VIEW_H
#define STROM_SCREENS_RUN_VIEW_H

/* A run under way or ended: what is done of it, then a line a step with its state and times. */

#include "api/net/task.h"
#include "tui/page.h"

void run_view_draw(const struct task *apply, struct page *p);
/* It ended because the person had asked for it, and nothing failed. */
bool run_view_was_stopped(const struct task *apply);
/* One of its steps failed, which then says why; else the whole did, as where another run holds it.
 */
bool run_view_has_failed_step(const struct task *apply);

#endif

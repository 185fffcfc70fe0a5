#ifndef STROM_SCREENS_DEPLOY_VIEW_H
#define STROM_SCREENS_DEPLOY_VIEW_H

/* STROM_DEPLOY_COMMAND being run: what it says, and how it ended. */

#include "screens/journey.h"
#include "screens/step.h"
#include "tui/dialog.h"

enum deploy_end { DEPLOY_NOTHING_NEW, DEPLOY_DONE, DEPLOY_FAILED };

struct deploy_view {
    struct task *child;
    bool told;            /* how it ended */
    struct dialog dialog; /* leave while it runs? */
    enum nav leaving;     /* where to, then */
};

bool deploy_view_begin(struct deploy_view *v, struct journey *j); /* false: it runs already */
bool deploy_view_runs(const struct deploy_view *v);
/* A task ended: how, once; the journey says it. */
enum deploy_end deploy_view_news(struct deploy_view *v, struct journey *j);
void deploy_view_draw(const struct deploy_view *v, struct page *p);
/* Where to, or STAY: a deploy is a child of ours and would end in the middle, so one is asked. */
enum nav deploy_view_leave(struct deploy_view *v, enum nav to);
bool deploy_view_asks(const struct deploy_view *v);
enum nav deploy_view_key(struct deploy_view *v, int key);                    /* while it asks */
void deploy_view_draw_question(const struct deploy_view *v, struct page *p); /* draw it last */
void deploy_view_drop(struct deploy_view *v); /* stops it, where it runs */

#endif

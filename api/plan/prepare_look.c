#include "api/plan/prepare_look.h"

#include "api/base/tr.h"
#include "api/plan/observe.h"

struct task *prepare_look(struct net *net, struct google *g, const struct target *t)
{
    bool named = t->project[0] && t->region[0] && t->stream[0];

    return named && g ? observe(net, g, t) : NULL;
}

void prepare_use_look(struct prepare_wanted *w, const struct task *look)
{
    w->seen = look && task_state(look) == TASK_OK ? observed(look) : NULL;
    w->unseen = NULL;
    if (w->seen && w->seen->things[STEP_STREAM].seen == SEEN_UNKNOWN)
        w->unseen = w->seen->things[STEP_STREAM].why;
    else if (w->seen == NULL)
        w->unseen = look ? task_error(look)->why : tr("project, region or stream is not known");
}

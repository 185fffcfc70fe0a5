/* Manage, interrupted: what is carried out goes on, ends after the step that runs, or is put back.
 */
#include "screens/manage_inside.h"
#include "screens/steps.h"

#include "api/base/tr.h"

enum { STAY_HERE, DETACH, STOP, PUT_BACK, ANSWERS };

/* What puts back is not put back itself. */
static bool can_put_back(const struct manage *self)
{
    return !self->run->undo && alter_undoes(self->run->kind);
}

void manage_stop_ask(struct manage *self, struct journey *j)
{
    static const struct dialog_option options[ANSWERS] = {
        {'s', "stay", false},
        {'d', "detach: leave, the cloud goes on", false},
        {'t', "stop after the steps that run", false},
        {'u', "undo: stop so, then put back what it changed", false}};

    dialog_open(&self->dialog, tr("Interrupt?"),
                tr("What was asked for goes on in the cloud, and is recorded. Nothing more is "
                   "asked for until the same is chosen again: it goes on where it stopped."),
                options, can_put_back(self) ? ANSWERS : PUT_BACK, 0);
    self->leaving = true;
    j->discard_input = true;
}

enum nav manage_stop_answer(struct manage *self, struct journey *j, int chosen)
{
    if (chosen == DETACH) {
        j->go_to = AT_MONITOR;
        return GO;
    }
    if (chosen == STOP || chosen == PUT_BACK) {
        self->undoing = chosen == PUT_BACK;
        alter_finish_current(self->running);
        journey_say(j, MARK_WARN, "%s", tr("nothing more is begun; waiting for what runs"));
    }
    return STAY;
}

bool manage_stop_ended(struct manage *self)
{
    bool stopped =
        task_state(self->running) == TASK_OK || task_error(self->running)->kind == ERR_INTERRUPTED;

    self->undoing = self->undoing && stopped; /* what failed is told, and asks for a look */
    return self->undoing;
}

void manage_stop_put_back(struct manage *self, struct journey *j)
{
    struct alter_order order = self->order;

    self->undoing = false;
    order.undo = true;
    alter_plan(alter_seen(self->looking), &order, &self->mem, &self->back);
    if (!self->back.possible)
        journey_say(j, MARK_BLOCKED, "%s: %s", self->back.why.why, self->back.why.hint);
    else if (self->back.nothing && !self->back.going_on)
        journey_say(j, MARK_OK, "%s", tr("nothing had been changed: nothing is to be put back"));
    else
        manage_begin(self, j, &self->back);
}

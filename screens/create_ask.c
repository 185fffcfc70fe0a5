#include "screens/create_ask.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <stdio.h>

void create_ask_consent(struct create_ask *a, struct journey *j)
{
    static const struct dialog_option options[] = {{'n', "not yet", false}, {'c', "create", false}};
    char span[CLOCK_TEXT];

    snprintf(a->question, sizeof a->question,
             tr("%zu things will be made in %s and the stream will be started. It usually takes "
                "about %s."),
             j->plan->count[PLAN_CREATE] + j->plan->count[PLAN_UPDATE], j->target.project,
             clock_span(plan_usual_seconds(j->plan), span));
    dialog_open(&a->dialog, tr("Create now?"), a->question, options, 2, 0);
    a->interrupting = false;
    j->discard_input = true;
}

static const enum create_answer interruptions[] = {CREATE_NOTHING, CREATE_BACK, CREATE_DETACH,
                                                   CREATE_STOP, CREATE_UNDO};
enum { INTERRUPTIONS = sizeof interruptions / sizeof *interruptions };

void create_ask_interrupt(struct create_ask *a)
{
    static const struct dialog_option options[INTERRUPTIONS] = {
        {'s', "stay", false},
        {'b', "back to Review: the steps go on meanwhile", false},
        {'d', "detach: leave, the cloud goes on", false},
        {'t', "stop after the steps that run", false},
        {'u', "undo: stop so, then take down what was made", false}};

    dialog_open(
        &a->dialog, tr("Interrupt?"),
        tr("What was begun goes on in the cloud whatever you choose, and is recorded here."),
        options, INTERRUPTIONS, 0);
    a->interrupting = true;
}

enum create_answer create_ask_key(struct create_ask *a, int key)
{
    int chosen = dialog_key(&a->dialog, key);

    if (chosen == DIALOG_OPEN)
        return CREATE_ASKING;
    if (chosen < 0)
        return CREATE_NOTHING;
    if (a->interrupting)
        return interruptions[chosen];
    return chosen == 1 ? CREATE_BEGIN : CREATE_NOTHING;
}

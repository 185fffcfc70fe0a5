#include "screens/cli/stopping.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "screens/cli/line.h"
#include "screens/cli/out.h"

#include <signal.h>

/* A letter and what it means; the keys are those of Create. */
static const struct {
    char letter;
    enum stopping what;
    const char *words;
} answers[] = {
    {'d', STOPPING_LEAVE, "d  detach: leave, the cloud goes on; the same command continues"},
    {'t', STOPPING_STEP, "t  stop after the steps that run"},
    {'u', STOPPING_UNDO, "u  undo: stop so, then take down what this run made"},
    {'s', STOPPING_STAY, "s  stay (Enter, too)"},
};
enum { ANSWERS = sizeof answers / sizeof *answers };

static bool ask(bool can_undo)
{
    out_talk("%s", tr("Interrupt? What was begun goes on in the cloud whatever you choose, and is "
                      "recorded."));
    for (size_t i = 0; i < ANSWERS; i++)
        if (answers[i].what != STOPPING_UNDO || can_undo)
            out_talk("  %s", tr(answers[i].words));
    out_talk("%s", tr("(Ctrl-C once more leaves at once)"));
    return true;
}

static enum stopping meaning(const char *text, bool can_undo)
{
    for (size_t i = 0; i < ANSWERS; i++)
        if (text[0] == answers[i].letter && text[1] == '\0' &&
            (answers[i].what != STOPPING_UNDO || can_undo))
            return answers[i].what;
    return STOPPING_STAY;
}

/* Only a Ctrl-C asks for something: whoever hangs up or terminates is gone, and time that is over
 * comes back by no answer. */
static bool may_ask(const struct session *s)
{
    return session_caught() == SIGINT && out_can_ask(s->o);
}

enum stopping stopping_ask(struct session *s, bool can_undo)
{
    char text[16] = "";
    struct line line = {.text = text, .cap = sizeof text, .net = s->live.net};

    if (!may_ask(s))
        return STOPPING_LEAVE;
    session_take_caught();
    for (bool asked = ask(can_undo); asked; asked = ask(can_undo))
        switch (line_read(&line)) {
        case LINE_READ:
            if (text[0] == '\0' || meaning(text, can_undo) != STOPPING_STAY || text[0] == 's')
                return meaning(text, can_undo);
            break; /* it was none of the letters: ask again */
        case LINE_LONG:
            break;
        case LINE_OVER:
            return STOPPING_STAY; /* nobody is there any more: what was wanted before holds */
        case LINE_SIGNAL:
            return STOPPING_LEAVE;
        }
    return STOPPING_STAY;
}

void stopping_left(struct err *e, const char *doing, const char *continues)
{
    if (e->kind == ERR_INTERRUPTED) {
        err_set(e, ERR_INTERRUPTED, "%s", doing);
        err_why(e, "%s", tr("interrupted; what was begun goes on in the cloud, and is recorded"));
    }
    err_hint(e, tr("%s continues, and so does Home in strom; strom status tells how far it is"),
             continues);
}

#include "screens/answer.h"

#include "api/base/clock.h"
#include "api/base/tr.h"

#include <stdio.h>
#include <string.h>

void answer_error(struct page *p, const struct err *e)
{
    page_mark(p, MARK_FAIL, "%s", e->what);
    if (e->why[0])
        page_note(p, "%s", e->why);
    if (e->hint[0])
        page_note(p, "→ %s", e->hint);
}

bool answered(struct page *p, const struct task *t, const char *doing)
{
    char span[CLOCK_TEXT];

    switch (task_state(t)) {
    case TASK_OK:
        return true;
    case TASK_FAILED:
        answer_error(p, task_error(t));
        return false;
    case TASK_RUNNING:
        break;
    }
    if (t && task_elapsed_ms(t) >= 1000)
        page_mark(p, MARK_RUNNING, "%s, %s", doing, clock_span(task_elapsed_ms(t) / 1000, span));
    else
        page_mark(p, MARK_RUNNING, "%s", doing);
    return false;
}

void answer_login(struct page *p, struct cluster *c)
{
    const char *says = c ? cluster_login_says(c) : NULL;

    if (!str_is_empty(says))
        page_note(p, "%s", says);
}

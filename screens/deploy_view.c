#include "screens/deploy_view.h"

#include "api/base/tr.h"
#include "api/net/child.h"
#include "screens/answer.h"

bool deploy_view_runs(const struct deploy_view *v)
{
    return v->child && task_state(v->child) == TASK_RUNNING;
}

bool deploy_view_begin(struct deploy_view *v, struct journey *j)
{
    const char *argv[] = {"/bin/sh", "-c", j->live->deploy_command, NULL};
    struct child_request r = {.argv = argv, .folder = j->live->repo};

    if (deploy_view_runs(v))
        return false;
    deploy_view_drop(v);
    v->child = child_run(j->live->net, &r);
    return true;
}

enum deploy_end deploy_view_news(struct deploy_view *v, struct journey *j)
{
    if (v->child == NULL || v->told || deploy_view_runs(v))
        return DEPLOY_NOTHING_NEW;
    v->told = true;
    dialog_close(&v->dialog); /* there is nothing to stop any more */
    if (task_state(v->child) == TASK_OK && child_answer(v->child)->status == 0) {
        journey_say(j, MARK_OK, "%s", tr("deployed; checking again"));
        return DEPLOY_DONE;
    }
    journey_say(j, MARK_FAIL, "%s", tr("the deploy failed: what it said is shown"));
    return DEPLOY_FAILED;
}

/* Nothing was said yet: NULL. */
static void draw_output(struct page *p, enum style style, const char *text)
{
    if (text)
        page_lines(p, style, text);
}

void deploy_view_draw(const struct deploy_view *v, struct page *p)
{
    page_heading(p, "%s", tr("Deploy"));
    if (!answered(p, v->child, tr("Deploying")) && deploy_view_runs(v)) {
        draw_output(p, STYLE_MUTED, child_answer(v->child)->out);
    } else if (task_state(v->child) == TASK_OK) {
        draw_output(p, STYLE_TEXT, child_answer(v->child)->out);
        draw_output(p, STYLE_FAIL, child_answer(v->child)->err_text);
    }
}

/* --- leaving --- */

enum nav deploy_view_leave(struct deploy_view *v, enum nav to)
{
    static const struct dialog_option options[] = {
        {'s', "stay", false}, {'x', "leave: the deploy is stopped in the middle", false}};

    if (!deploy_view_runs(v))
        return to;
    dialog_open(&v->dialog, tr("Leave the deploy?"),
                tr("It is under way, and would be stopped in the middle. It usually ends within "
                   "minutes; its words are shown here."),
                options, 2, 0);
    v->leaving = to;
    return STAY;
}

bool deploy_view_asks(const struct deploy_view *v)
{
    return v->dialog.open;
}

enum nav deploy_view_key(struct deploy_view *v, int key)
{
    if (dialog_key(&v->dialog, key) != 1)
        return STAY;
    deploy_view_drop(v);
    return v->leaving;
}

void deploy_view_draw_question(const struct deploy_view *v, struct page *p)
{
    if (v->dialog.open)
        dialog_draw(&v->dialog, p);
}

void deploy_view_drop(struct deploy_view *v)
{
    task_clear(&v->child);
    v->told = false;
}

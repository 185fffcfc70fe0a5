#include "screens/cli/access_inside.h"

#include "api/base/tr.h"
#include "screens/cli/out.h"

#include <stdio.h>

static bool confirmed(struct session *s, const struct rights *r, struct err *e)
{
    char answer[128] = "", question[256];
    if (s->o->confirm && str_eq(s->o->confirm, r->project))
        return true;
    if (s->o->confirm || !out_can_ask(s->o)) {
        err_set(e, ERR_INPUT, tr("Asking for the project's name"));
        err_why(e, s->o->confirm ? "--confirm is another name" : "there is no terminal to ask at");
        return err_hint(e, tr("nothing was taken away; --confirm %s"), r->project);
    }
    snprintf(question, sizeof question,
             tr("%s goes, and with it what only it gives. Type the project's name:"),
             access_basic_name(r->basic));
    bool typed = out_ask(s->live.net, question, answer, sizeof answer, false);
    return (typed && str_eq(answer, r->project)) || out_declined(e);
}

static bool wait_for_drop(struct session *s, const struct task *t, struct err *e)
{
    bool told = false;
    while (task_state(t) == TASK_RUNNING && session_goes_on(s, e)) {
        session_sleep(s, -1);
        if (!told && access_drop_phase(t) == ACCESS_TESTING && access_drop_result(t)->n_tested)
            out_talk("%s", tr("taken away; waiting until Google acts on it, usually some minutes"));
        told = told || access_drop_phase(t) == ACCESS_TESTING;
    }
    if (task_state(t) == TASK_RUNNING)
        return err_hint(e, tr("the same command goes on from there"));
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    return task_state(t) == TASK_OK;
}

static void print_dropped(const struct access_dropped *d)
{
    for (size_t i = 0; i < d->n_gone; i++)
        out_line(tr("taken away: %s from %s"), d->gone[i].role, d->gone[i].member);
    if (d->n_gone == 0)
        out_line("%s", tr("nothing of it is in the policy: nothing was taken away"));
    else if (d->read_again)
        out_line("%s", tr("the policy was read again: it is gone"));
    if (d->n_tested && d->n_held == 0)
        out_line(tr("tested: %zu permissions that went with it are not held any more"),
                 d->n_tested);
    for (size_t i = 0; i < d->n_held; i++)
        out_line(tr("still held, through something else: %s"), d->held[i]);
}

static int dropped(struct session *s, const struct rights *r, const struct task *t)
{
    const struct access_dropped *d = access_drop_result(t);
    struct str diff = {0};
    if (access_drop_before(t))
        policy_diff(&diff, r->project, access_drop_before(t), access_drop_after(t));
    const struct access_change_told c = {.result = d->n_gone ? "dropped" : "unchanged",
                                         .r = r,
                                         .works = -1,
                                         .dropped = d,
                                         .diff = str_text(&diff)};
    if (!s->o->json)
        print_dropped(d);
    int code = access_end(s, &c);
    str_done(&diff);
    return code;
}

static bool recorded(struct session *s, const struct rights *r, const struct grant_row **rows,
                     size_t *n, struct err *e)
{
    return grants_open(s->live.store, r->project, &s->mem, rows, n, e);
}

int access_command_drop(struct session *s, const struct rights *r)
{
    const struct grant_row *rows;
    size_t n_rows, n;
    struct err e;
    bool broad = s->o->editor && r->broad;
    const struct access_drop_order order = {.google = s->live.google,
                                            .store = s->live.store,
                                            .project = r->project,
                                            .member = r->member,
                                            .ours = !s->o->editor, /* the narrow ones do instead */
                                            .editor = s->o->editor && r->holders.self_editor,
                                            .owner = s->o->editor && r->holders.self_owner,
                                            .only_by_basic = r->only_by_basic};
    if (r->policy == NULL)
        return out_error(s->o, r->policy_error);
    if (!recorded(s, r, &rows, &n_rows, &e))
        return out_error(s->o, &e);
    const struct access_change *changes =
        access_drop_changes(&s->mem, &order, r->policy, rows, n_rows, &n);
    if (n && (!access_show_ahead(r, changes, n, &e) ||
              !(broad ? confirmed(s, r, &e) : access_consent(s, tr("Take this away? [y/N]"), &e))))
        return out_error(s->o, &e);
    struct task *t = access_drop(s->live.net, &order);
    int code = wait_for_drop(s, t, &e) ? dropped(s, r, t) : out_error(s->o, &e);
    task_drop(t);
    return code;
}

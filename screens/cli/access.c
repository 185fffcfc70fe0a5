#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "screens/cli/access_json.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"

#include <stdio.h>
#include <strings.h>

/* --- what is common --- */

static bool look(struct session *s, struct task **t, struct err *e)
{
    const struct rights_options o = {s->live.google, s->live.store, &s->target, NULL};
    *t = rights(s->live.net, &o);
    return session_wait(s, *t, e);
}

static void show_diff(const char *project, const char *before, const char *after, struct str *diff)
{
    policy_diff(diff, project, before, after);
    out_talk("%s", str_text(diff));
}

static bool consent(struct session *s, const char *question, struct err *e)
{
    char answer[16] = "";
    if (s->o->yes)
        return true;
    if (!out_can_ask(s->o)) {
        err_set(e, ERR_INPUT, "Asking for consent");
        err_why(e, "there is no terminal to ask at");
        return err_hint(e, "nothing was changed; --yes consents");
    }
    if (out_ask(question, answer, sizeof answer, false) &&
        (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0 ||
         strcasecmp(answer, "j") == 0 || strcasecmp(answer, "ja") == 0))
        return true;
    return out_declined(e);
}

/* What would be written, shown before anybody is asked. */
static bool show_ahead(const struct rights *r, const struct access_change *changes, size_t n,
                       struct err *e)
{
    struct str after = {0}, diff = {0};
    enum policy_edit edit = access_edit(r->policy->text, changes, n, &after, e);
    if (edit == POLICY_CHANGED)
        show_diff(r->project, r->policy->text, str_text(&after), &diff);
    str_done(&after);
    str_done(&diff);
    return edit != POLICY_FAILED;
}

static int end(const struct session *s, const struct access_change_told *c)
{
    struct str text = {0};
    if (s->o->json) {
        access_change_json(c, &text);
        out_result(&text);
    }
    str_done(&text);
    return c->dropped && c->dropped->n_held ? OUT_NOT_YET : OUT_FINE;
}

/* --- show --- */

static int show(struct session *s, const struct rights *r)
{
    struct str text = {0};
    if (s->o->json) {
        access_json(r, &text);
        out_result(&text);
        str_done(&text);
    } else {
        access_print(r);
    }
    return r->verdict.n_lacks ? OUT_NOT_YET : OUT_FINE;
}

/* --- grant --- */

/* The text to send is the result; why it is not done stands on stderr. */
static int may_not(struct session *s, const struct rights *r, int64_t until)
{
    struct str text = {0};
    struct err e;
    access_request(&text, r->project, r->member[0] ? r->member : "user:you@example.com",
                   r->narrow.roles, r->narrow.n_roles, until);
    if (s->o->json)
        out_talk("%s", str_text(&text));
    else
        out_result(&text);
    str_done(&text);
    err_set(&e, ERR_DENIED, "Granting roles in %s", r->project);
    err_reason(&e, "IAM_PERMISSION_DENIED");
    err_resource(&e, r->project);
    err_why(&e, "you may not change the project's policy: resourcemanager.projects.setIamPolicy");
    err_hint(&e, "send the text above to %s%s", r->n_setters ? r->setters[0] : "one who may",
             r->n_setters > 1 ? ", or to another who may" : "");
    return out_error(s->o, &e);
}

/* Told as it goes on. */
static bool wait_for_grant(struct session *s, const struct task *t, size_t brings, struct err *e)
{
    enum access_phase told = ACCESS_RECORDING;
    size_t works = 0;
    while (task_state(t) == TASK_RUNNING && session_goes_on(s, e)) {
        session_sleep(s, -1);
        if (access_grant_phase(t) >= ACCESS_TESTING && told < ACCESS_TESTING) {
            told = ACCESS_TESTING;
            out_talk("%s", tr("granted; waiting until Google acts on it, usually some minutes"));
        }
        if (access_grant_works(t) != works)
            out_talk(tr("%zu of %zu permissions are held by now"), access_grant_works(t), brings);
        works = access_grant_works(t);
    }
    if (task_state(t) == TASK_RUNNING)
        return err_hint(e, "what was granted is recorded: strom access drop takes it away");
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    return task_state(t) == TASK_OK;
}

static int granted(struct session *s, const struct rights *r,
                   const struct access_grant_order *order, const struct task *t)
{
    struct str diff = {0};
    char text[CLOCK_TEXT];
    if (access_grant_before(t))
        policy_diff(&diff, r->project, access_grant_before(t), access_grant_after(t));
    const struct access_change_told c = {.result = "granted",
                                         .r = r,
                                         .roles = order->roles,
                                         .n_roles = order->n_roles,
                                         .until = order->until,
                                         .works = order->n_brings ? 1 : -1,
                                         .diff = str_text(&diff)};
    if (!s->o->json)
        out_line(order->n_brings ? tr("granted until %s, and it works: strom access drop takes "
                                      "it away before")
                                 : tr("granted until %s: strom access drop takes it away before"),
                 clock_rfc3339(order->until, text));
    if (r->broad)
        out_talk(tr("%s hides whether the narrow roles work: strom access drop --editor would "
                    "take it away"),
                 access_basic_name(r->basic));
    int code = end(s, &c);
    str_done(&diff);
    return code;
}

static int carry_out_grant(struct session *s, const struct rights *r,
                           const struct access_grant_order *order)
{
    struct err e;
    struct task *t = access_grant(s->live.net, order);
    int code =
        wait_for_grant(s, t, order->n_brings, &e) ? granted(s, r, order, t) : out_error(s->o, &e);
    task_drop(t);
    return code;
}

static int grant(struct session *s, const struct rights *r)
{
    const int64_t seconds = s->o->for_ ? options_seconds(s->o->for_) : ACCESS_USUAL_S;
    struct access_grant_order order = {.google = s->live.google,
                                       .store = s->live.store,
                                       .project = r->project,
                                       .member = r->member,
                                       .what = s->target.app[0] ? s->target.app : r->project,
                                       .roles = r->narrow.roles,
                                       .n_roles = r->narrow.n_roles,
                                       .until = clock_wall() + seconds};
    const struct access_change_told nothing = {.result = "unchanged", .r = r};
    struct err e;

    if (order.n_roles == 0) {
        if (!s->o->json)
            out_line("%s", tr("nothing lacks: nothing was granted"));
        return end(s, &nothing);
    }
    if (!r->may_set || r->policy == NULL)
        return may_not(s, r, order.until);
    if (r->member[0] == '\0')
        return out_error(s->o, r->who_error);
    order.brings = rights_brings(r, &s->mem, &order.n_brings);
    if (!live_can_record(&s->live, &e) ||
        !show_ahead(r, access_grant_changes(&s->mem, &order), order.n_roles, &e) ||
        !consent(s, tr("Grant yourself these roles? [y/N]"), &e))
        return out_error(s->o, &e);
    return carry_out_grant(s, r, &order);
}

/* --- drop --- */

static bool confirmed(struct session *s, const struct rights *r, struct err *e)
{
    char answer[128] = "", question[256];
    if (s->o->confirm && str_eq(s->o->confirm, r->project))
        return true;
    if (s->o->confirm || !out_can_ask(s->o)) {
        err_set(e, ERR_INPUT, "Asking for the project's name");
        err_why(e, s->o->confirm ? "--confirm is another name" : "there is no terminal to ask at");
        return err_hint(e, "nothing was taken away; --confirm %s", r->project);
    }
    snprintf(question, sizeof question,
             tr("%s goes, and with it what only it gives. Type the project's name:"),
             access_basic_name(r->basic));
    bool typed = out_ask(question, answer, sizeof answer, false);
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
        return err_hint(e, "the same command goes on from there");
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
    int code = end(s, &c);
    str_done(&diff);
    return code;
}

static bool recorded(struct session *s, const struct rights *r, const struct grant_row **rows,
                     size_t *n, struct err *e)
{
    return grants_open(s->live.store, r->project, &s->mem, rows, n, e);
}

static int drop(struct session *s, const struct rights *r)
{
    const struct grant_row *rows;
    size_t n_rows, n;
    struct err e;
    const struct access_drop_order order = {.google = s->live.google,
                                            .store = s->live.store,
                                            .project = r->project,
                                            .member = r->member,
                                            .ours = true,
                                            .editor = s->o->editor && r->holders.self_editor,
                                            .owner = s->o->editor && r->holders.self_owner,
                                            .only_by_basic = r->only_by_basic};
    if (r->policy == NULL)
        return out_error(s->o, r->policy_error);
    if (!recorded(s, r, &rows, &n_rows, &e))
        return out_error(s->o, &e);
    const struct access_change *changes =
        access_drop_changes(&s->mem, &order, r->policy, rows, n_rows, &n);
    bool broad = order.editor || order.owner;
    if (n && (!show_ahead(r, changes, n, &e) ||
              !(broad ? confirmed(s, r, &e) : consent(s, tr("Take this away? [y/N]"), &e))))
        return out_error(s->o, &e);
    struct task *t = access_drop(s->live.net, &order);
    int code = wait_for_drop(s, t, &e) ? dropped(s, r, t) : out_error(s->o, &e);
    task_drop(t);
    return code;
}

/* --- the command --- */

static const struct {
    const char *word;
    int (*run)(struct session *s, const struct rights *r);
} words[] = {{"show", show}, {"grant", grant}, {"drop", drop}};

static bool word_fits(const struct options *o, size_t *at, struct err *e)
{
    *at = 0;
    if (o->n_args == 0)
        return true;
    for (*at = 0; *at < sizeof words / sizeof *words; ++*at)
        if (str_eq(words[*at].word, o->args[0]))
            return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "strom access knows no '%s'", o->args[0]);
    return err_hint(e, "show, grant or drop");
}

static bool fits(const struct options *o, size_t *at, struct err *e)
{
    if (!word_fits(o, at, e))
        return false;
    int seconds = o->for_ ? options_seconds(o->for_) : ACCESS_USUAL_S;
    if ((o->for_ && words[*at].run != grant) || (o->editor && words[*at].run != drop)) {
        err_set(e, ERR_INPUT, "Reading the command line");
        err_why(e, "strom access %s does not know --%s", words[*at].word,
                o->for_ && words[*at].run != grant ? "for" : "editor");
        return err_hint(e, "--for belongs to grant, --editor to drop");
    }
    if (seconds >= ACCESS_SHORTEST_S && seconds <= ACCESS_LONGEST_S)
        return true;
    err_set(e, ERR_INPUT, "Reading --for");
    err_why(e, "'%s' is none: from one minute to a day", o->for_);
    return err_hint(e, "for example 30m, 2h or 8h");
}

static bool knows_project(const struct session *s, struct err *e)
{
    if (s->target.project[0])
        return true;
    err_set(e, ERR_INPUT, "Finding out where this is about");
    err_why(e, "%s", s->nowhere[0] ? s->nowhere : "project is not known");
    return err_hint(e, "use --project, or --app with a kubeconfig: the cluster knows");
}

int command_access(const struct options *o)
{
    struct session s;
    struct task *t = NULL;
    struct err e;
    size_t at;
    int code;

    if (!fits(o, &at, &e))
        return out_error(o, &e);
    if (session_open(&s, o, SESSION_FILE | SESSION_CLUSTER | SESSION_ONLY_APP, &code)) {
        if (knows_project(&s, &e) && look(&s, &t, &e))
            code = words[at].run(&s, rights_of(t));
        else
            code = out_error(o, &e);
    }
    task_drop(t);
    session_close(&s);
    return code;
}

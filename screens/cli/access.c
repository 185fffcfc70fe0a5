#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "screens/cli/access_inside.h"
#include "screens/cli/out.h"

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
    out_talk_lines(str_text(diff));
}

bool access_consent(struct session *s, const char *question, struct err *e)
{
    char answer[16] = "";
    if (s->o->yes)
        return true;
    if (!out_can_ask(s->o)) {
        err_set(e, ERR_INPUT, tr("Asking for consent"));
        err_why(e, tr("there is no terminal to ask at"));
        return err_hint(e, tr("nothing was changed; --yes consents"));
    }
    if (out_ask(s->live.net, question, answer, sizeof answer, false) &&
        (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0 ||
         strcasecmp(answer, "j") == 0 || strcasecmp(answer, "ja") == 0))
        return true;
    return out_declined(e);
}

/* What would be written, shown before anybody is asked. */
bool access_show_ahead(const struct rights *r, const struct access_change *changes, size_t n,
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

int access_end(const struct session *s, const struct access_change_told *c)
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

/* --- the command --- */

static const struct {
    const char *word;
    int (*run)(struct session *s, const struct rights *r);
} words[] = {{"show", show}, {"grant", access_command_grant}, {"drop", access_command_drop}};

static bool word_fits(const struct options *o, size_t *at, struct err *e)
{
    *at = 0;
    if (o->n_args == 0)
        return true;
    for (*at = 0; *at < sizeof words / sizeof *words; ++*at)
        if (str_eq(words[*at].word, o->args[0]))
            return true;
    err_set(e, ERR_INPUT, tr("Reading the command line"));
    err_why(e, tr("strom access knows no '%s'"), o->args[0]);
    return err_hint(e, tr("show, grant or drop"));
}

static bool fits(const struct options *o, size_t *at, struct err *e)
{
    if (!word_fits(o, at, e))
        return false;
    int seconds = o->for_ ? options_seconds(o->for_) : ACCESS_USUAL_S;
    if ((o->for_ && words[*at].run != access_command_grant) ||
        (o->editor && words[*at].run != access_command_drop)) {
        err_set(e, ERR_INPUT, tr("Reading the command line"));
        err_why(e, tr("strom access %s does not know --%s"), words[*at].word,
                o->for_ && words[*at].run != access_command_grant ? "for" : "editor");
        return err_hint(e, tr("--for belongs to grant, --editor to drop"));
    }
    if (seconds >= ACCESS_SHORTEST_S && seconds <= ACCESS_LONGEST_S)
        return true;
    err_set(e, ERR_INPUT, tr("Reading --for"));
    err_why(e, tr("'%s' is none: from one minute to a day"), o->for_);
    return err_hint(e, tr("for example 30m, 2h or 8h"));
}

static bool knows_project(const struct session *s, struct err *e)
{
    if (s->target.project[0])
        return true;
    err_set(e, ERR_INPUT, tr("Finding out where this is about"));
    err_why(e, "%s", s->nowhere[0] ? s->nowhere : "project is not known");
    return err_hint(e, tr("use --project, or --app with a kubeconfig: the cluster knows"));
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

#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/remove.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"
#include "screens/cli/taking.h"

#include <string.h>

static bool take_words(struct options *o, struct err *e)
{
    if (o->n_args >= 1)
        o->app = o->args[0];
    if (o->n_args >= 2)
        o->db_user = o->args[1];
    if (o->app || o->file || o->project)
        return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, "neither APP nor -f FILE");
    return err_hint(e, "strom delete APP DB-USER, or strom delete -f FILE");
}

/* Why it stays, and what will be left to do; the exact text comes with the receipt. */
static void print_plan(const struct remove_options *o, struct arena *a)
{
    struct receipt_line *lines;
    size_t n;

    remove_plan(o, a, &lines, &n);
    for (size_t i = 0; i < n; i++)
        out_talk("%-12s %-32s %s %s", receipt_kind_ahead(lines[i].kind), lines[i].what,
                 lines[i].name, arena_strn(a, lines[i].why, strcspn(lines[i].why, "\n")));
}

/* The typed name: by --confirm, or asked for. */
static bool confirmed(struct session *s, const struct remove_options *o, struct err *e)
{
    char answer[128] = "";

    if (s->o->confirm && str_eq(s->o->confirm, s->target.stream))
        return true;
    if (s->o->confirm || !out_can_ask(s->o)) {
        err_set(e, ERR_INPUT, "%s", tr("Asking for the name of what is taken down"));
        err_why(e, "%s",
                s->o->confirm ? tr("--confirm is another name")
                              : tr("there is no terminal to ask at"));
        return err_hint(e, tr("nothing was removed; --confirm %s"), s->target.stream);
    }
    print_plan(o, &s->mem);
    bool typed = out_ask(s->live.net,
                         o->undo ? tr("Type the stream's name to take back what the run has made:")
                                 : tr("Type the stream's name to take it down:"),
                         answer, sizeof answer, false);
    return (typed && str_eq(answer, s->target.stream)) || out_declined(e);
}

/* What has arrived goes only when its name was typed. */
static bool take_dataset(const struct session *s, struct remove_options *o, struct err *e)
{
    const char *typed = s->o->remove_dataset;
    struct names names;

    observed_names(o->seen, o->target, &names);
    o->with_dataset = typed && str_eq(typed, names.dataset);
    if (typed == NULL || o->with_dataset)
        return true;
    err_set(e, ERR_INPUT, "%s", tr("Asking for the name of the dataset"));
    err_why(e, tr("--remove-dataset is another name: the stream writes to %s"), names.dataset);
    return err_hint(e, "%s", tr("without --remove-dataset what has arrived stays"));
}

static bool takes_something(const struct remove_options *o, struct arena *a)
{
    struct receipt_line *lines;
    bool some = false;
    size_t n;

    remove_plan(o, a, &lines, &n);
    for (size_t i = 0; i < n; i++)
        some = some || lines[i].kind == RECEIPT_REMOVED;
    return some;
}

/* Only where there is something to take back is anybody asked; a run that made nothing is told to
 * have ended all the same. */
static bool carry_out(struct session *s, const struct remove_options *o, struct taken *taken,
                      struct err *e)
{
    if (o->undo && o->made.n_marks == 0) {
        out_talk("%s", tr("no run of this is known here, or another came after it: nothing is "
                          "taken back"));
        return true;
    }
    bool asks = !o->undo || takes_something(o, &s->mem);
    return (!asks || confirmed(s, o, e)) && taking(s, o, taken, e);
}

static bool run(struct session *s, struct taken *taken, struct err *e)
{
    const struct remove_wanted wanted = {s->live.google, s->live.store, s->live.pg, &s->target,
                                         s->o->undo};
    struct remove_options o;

    if (!live_can_record(&s->live, e))
        return false;
    struct task *looking = remove_prepare(s->live.net, &wanted);
    bool ok = session_wait(s, looking, e);
    if (ok) {
        o = *remove_prepared(looking);
        ok = take_dataset(s, &o, e) && carry_out(s, &o, taken, e);
    }
    task_drop(looking);
    return ok;
}

/* The last line; returns the exit code. */
static int end(const struct session *s, int64_t begun_ms, bool ok, const struct taken *taken,
               const struct err *e)
{
    const char *result = ok && taken->gone            ? s->o->undo ? "undone" : "removed"
                         : ok                         ? "unchanged"
                         : e->kind == ERR_INTERRUPTED ? "interrupted"
                                                      : "failed";

    if (ok && !taken->gone && !s->o->undo)
        out_talk("%s", tr("nothing was there that could be removed"));

    out_last(s->o, result, s->target.stream, begun_ms, ok ? NULL : e);
    return !ok ? out_code(e) : taken->left ? OUT_NOT_YET : OUT_FINE;
}

int command_delete(const struct options *given)
{
    struct options o = *given;
    struct session s;
    struct err e;
    int64_t begun_ms = clock_mono_ms();
    struct taken taken = {0};
    int code;

    if (!take_words(&o, &e))
        return out_error(&o, &e);
    if (session_open(&s, &o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT,
                     &code)) {
        bool ok = run(&s, &taken, &e);
        code = end(&s, begun_ms, ok, &taken, &e);
    }
    session_close(&s);
    return code;
}

#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/plan/remove.h"
#include "screens/cli/event.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"

enum { LINE_STEPS = 16 };

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

/* What follows is told as it happens: steps that begin, lines of the receipt that are new. */
struct told {
    const struct options *o;
    int64_t begun_ms[LINE_STEPS];
    bool running[LINE_STEPS];
    size_t n_lines;
    bool took_over;
    bool left; /* something stays behind */
    bool gone; /* something was removed */
};

/* Said once of each step, before anything else is. */
static void tell_begun(struct told *told, const struct remove_step *step, size_t at)
{
    if (told->running[at])
        return;
    told->running[at] = true;
    told->begun_ms[at] = clock_mono_ms();
    struct event e = {
        .step = step_type(step->step)->id, .name = step->name, .state = "running", .message = ""};
    event_tell(told->o, &e);
}

/* Of the step that a line of the receipt is about; 0: none ran. */
static double elapsed(struct told *told, const struct task *t, const struct receipt_line *l)
{
    size_t n;
    const struct remove_step *steps = remove_steps(t, &n);
    bool ran = l->kind == RECEIPT_REMOVED || l->kind == RECEIPT_FAILED;

    for (size_t i = 0; ran && i < n && i < LINE_STEPS; i++)
        if (str_eq(step_type(steps[i].step)->id, l->what)) {
            tell_begun(told, &steps[i], i);
            return (double)(clock_mono_ms() - told->begun_ms[i]) / 1000;
        }
    return 0;
}

static void tell_line(struct told *told, const struct task *t, const struct receipt_line *l)
{
    static const char *const states[] = {"done", "kept", "waiting", "failed"};
    bool unseen_stream = l->kind == RECEIPT_KEPT && str_eq(l->what, step_type(STEP_STREAM)->id);
    double took = elapsed(told, t, l);

    told->gone = told->gone || l->kind == RECEIPT_REMOVED;
    told->left = told->left || unseen_stream || l->kind == RECEIPT_FAILED ||
                 (l->kind == RECEIPT_BY_HAND && !str_eq(l->what, "manifest"));
    struct event e = {.step = l->what,
                      .name = l->name,
                      .state = states[l->kind],
                      .message = l->why,
                      .receipt = receipt_kind_name(l->kind),
                      .elapsed = took};
    if (told->o->json || l->kind == RECEIPT_REMOVED || l->kind == RECEIPT_FAILED)
        event_tell(told->o, &e); /* what is by hand or stays stands in the receipt */
}

/* For people it stands together, and last; as events it has been told. */
static void print_receipt(const struct options *o, const struct task *t)
{
    size_t n;
    const struct receipt_line *lines = remove_receipt(t, &n);

    for (size_t i = 0; !o->json && i < n; i++)
        out_line("%-8s %-32s %s%s%s", receipt_kind_words(lines[i].kind), lines[i].what,
                 lines[i].name, lines[i].why[0] ? ": " : "", lines[i].why);
}

static void tell_changes(struct told *told, const struct task *t)
{
    size_t n, n_lines;
    const struct remove_step *steps = remove_steps(t, &n);
    const struct receipt_line *lines = remove_receipt(t, &n_lines);

    if (!told->took_over && remove_took_over(t)[0])
        out_talk("%s", remove_took_over(t));
    told->took_over = remove_took_over(t)[0];
    for (; told->n_lines < n_lines; told->n_lines++)
        tell_line(told, t, &lines[told->n_lines]);
    for (size_t i = 0; i < n && i < LINE_STEPS; i++)
        if (steps[i].running)
            tell_begun(told, &steps[i], i);
}

static void print_plan(const struct remove_options *o, struct arena *a)
{
    struct receipt_line *lines;
    size_t n;

    remove_plan(o, a, &lines, &n);
    for (size_t i = 0; i < n; i++)
        out_talk("%-12s %-32s %s %s", receipt_kind_ahead(lines[i].kind), lines[i].what,
                 lines[i].name, lines[i].kind == RECEIPT_KEPT ? lines[i].why : "");
}

/* The typed name: by --confirm, or asked for. */
static bool confirmed(struct session *s, const struct remove_options *o, struct err *e)
{
    char answer[128] = "";

    if (s->o->confirm && str_eq(s->o->confirm, s->target.stream))
        return true;
    if (s->o->confirm || !out_can_ask(s->o)) {
        err_set(e, ERR_INPUT, "Asking for the name of what is taken down");
        err_why(e, s->o->confirm ? "--confirm is another name" : "there is no terminal to ask at");
        return err_hint(e, "nothing was removed; --confirm %s", s->target.stream);
    }
    print_plan(o, &s->mem);
    bool typed = out_ask("Type the stream's name to take it down:", answer, sizeof answer, false);
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
    err_set(e, ERR_INPUT, "Asking for the name of the dataset");
    err_why(e, "--remove-dataset is another name: the stream writes to %s", names.dataset);
    return err_hint(e, "without --remove-dataset what has arrived stays");
}

static bool take_down(struct session *s, const struct remove_options *o, struct told *told,
                      struct err *e)
{
    struct task *t = remove_all(s->live.net, o);

    while (task_state(t) == TASK_RUNNING && session_goes_on(s, e)) {
        session_sleep(s, -1);
        tell_changes(told, t);
    }
    tell_changes(told, t);
    print_receipt(s->o, t);
    bool ok = task_state(t) == TASK_OK;
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    else if (!ok)
        err_hint(e, "what was asked for goes in the cloud and is recorded; the same command "
                    "continues");
    task_drop(t);
    return ok;
}

static bool run(struct session *s, struct told *told, struct err *e)
{
    const struct remove_wanted wanted = {s->live.google, s->live.store, s->live.pg, &s->target,
                                         false};
    struct remove_options o;

    if (!live_can_record(&s->live, e))
        return false;
    struct task *looking = remove_prepare(s->live.net, &wanted);
    bool ok = session_wait(s, looking, e);
    if (ok) {
        o = *remove_prepared(looking);
        ok = take_dataset(s, &o, e) && confirmed(s, &o, e) && take_down(s, &o, told, e);
    }
    task_drop(looking);
    return ok;
}

/* The last line; returns the exit code. */
static int end(const struct session *s, int64_t begun_ms, bool ok, const struct told *told,
               const struct err *e)
{
    const char *result = ok && told->gone             ? "removed"
                         : ok                         ? "unchanged"
                         : e->kind == ERR_INTERRUPTED ? "interrupted"
                                                      : "failed";

    if (ok && !told->gone)
        out_talk("nothing was there that could be removed");

    out_last(s->o, result, s->target.stream, begun_ms, ok ? NULL : e);
    return !ok ? out_code(e) : told->left ? OUT_NOT_YET : OUT_FINE;
}

int command_delete(const struct options *given)
{
    struct options o = *given;
    struct session s;
    struct err e;
    int64_t begun_ms = clock_mono_ms();
    struct told told = {.o = &o};
    int code;

    if (!take_words(&o, &e))
        return out_error(&o, &e);
    if (session_open(&s, &o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT,
                     &code)) {
        bool ok = run(&s, &told, &e);
        code = end(&s, begun_ms, ok, &told, &e);
    }
    session_close(&s);
    return code;
}

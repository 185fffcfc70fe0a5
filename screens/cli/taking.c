#include "screens/cli/taking.h"

#include "api/base/clock.h"
#include "api/base/safe.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/base/utf8.h"
#include "screens/cli/event.h"
#include "screens/cli/out.h"
#include "screens/cli/stopping.h"

#include <string.h>

enum { LINE_STEPS = 16 };

/* What follows is told as it happens: steps that begin, lines of the receipt that are new. */
struct told {
    const struct options *o;
    struct taken *taken;
    bool undo;
    int64_t begun_ms[LINE_STEPS];
    bool running[LINE_STEPS];
    size_t n_lines;
    bool took_over;
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

/* What does no harm by staying: rights, and the manifest's lines, which go last. */
static bool may_wait(const struct receipt_line *l)
{
    return str_eq(l->what, "manifest") || str_eq(l->what, "grants");
}

static void tell_line(struct told *told, const struct task *t, const struct receipt_line *l)
{
    static const char *const states[] = {"done", "kept", "waiting", "failed"};
    bool unseen_stream =
        l->kind == RECEIPT_KEPT && !told->undo && str_eq(l->what, step_type(STEP_STREAM)->id);
    bool undone = told->undo && l->kind == RECEIPT_REMOVED;
    double took = elapsed(told, t, l);

    told->taken->gone = told->taken->gone || l->kind == RECEIPT_REMOVED;
    told->taken->left = told->taken->left || unseen_stream || l->kind == RECEIPT_FAILED ||
                        (l->kind == RECEIPT_BY_HAND && !may_wait(l));
    struct event e = {.step = l->what,
                      .name = l->name,
                      .state = undone ? "undone" : states[l->kind],
                      .message = l->why,
                      .receipt = receipt_kind_name(l->kind),
                      .elapsed = took};
    if (told->o->json || l->kind == RECEIPT_REMOVED || l->kind == RECEIPT_FAILED)
        event_tell(told->o, &e); /* what is by hand or stays stands in the receipt */
}

/* The first line says why, the rest is a text to be copied: it stands by itself. */
static void print_line(const struct receipt_line *l)
{
    struct str text = {0};
    size_t first = strcspn(l->why, "\n");
    const char *word = receipt_kind_words(l->kind);
    int pad = 8 - utf8_width(word);

    safe_printf(&text, "%s%*s %-32s %s%s%.*s", word, pad > 0 ? pad : 0, "", l->what, l->name,
                first ? ": " : "", (int)first, l->why);
    for (const char *at = l->why + first; *at;) {
        size_t n = strcspn(++at, "\n");
        str_addc(&text, '\n');
        if (n)
            safe_printf(&text, "    %.*s", (int)n, at);
        at += n;
        if (str_eq(at, "\n"))
            break;
    }
    out_lines(str_text(&text));
    str_done(&text);
}

/* For people it stands together, and last; as events it has been told. */
static void print_receipt(const struct options *o, const struct task *t)
{
    size_t n;
    const struct receipt_line *lines = remove_receipt(t, &n);

    for (size_t i = 0; !o->json && i < n; i++)
        print_line(&lines[i]);
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

/* True: leave. */
static bool is_stopped(struct session *s, struct task *t, struct err *e)
{
    if (session_goes_on(s, e))
        return false;
    switch (stopping_ask(s, false)) {
    case STOPPING_LEAVE:
        return true;
    case STOPPING_STEP:
    case STOPPING_UNDO:
        remove_finish_current(t);
        out_talk("%s", tr("nothing more is begun; waiting for what runs"));
        break;
    case STOPPING_STAY:
        break;
    }
    return false;
}

bool taking(struct session *s, const struct remove_options *o, struct taken *taken, struct err *e)
{
    struct told told = {.o = s->o, .taken = taken, .undo = o->undo};
    struct remove_options by_command = *o;
    by_command.command = s->o->words; /* an undo's is the one that it takes back */
    struct task *t = remove_all(s->live.net, &by_command);

    while (task_state(t) == TASK_RUNNING && !is_stopped(s, t, e)) {
        session_sleep(s, -1);
        tell_changes(&told, t);
    }
    tell_changes(&told, t);
    print_receipt(s->o, t);
    bool ok = task_state(t) == TASK_OK;
    if (task_state(t) != TASK_RUNNING && task_elapsed_ms(t) > OUT_LONG_MS)
        out_notify(s->o, ok ? tr("it is taken down") : task_error(t)->what);
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    else if (!ok)
        stopping_left(e, tr("Taking it down"), /* an undo may have been begun by what it undoes */
                      o->undo ? "strom delete --undo" : tr("the same command"));
    task_drop(t);
    return ok;
}

bool taking_back(struct session *s, struct err *e)
{
    const struct remove_wanted wanted = {s->live.google, s->live.store, s->live.pg, &s->target,
                                         true};
    struct taken taken = {0};
    struct task *looking = remove_prepare(s->live.net, &wanted);
    bool ok = session_wait(s, looking, e) && taking(s, remove_prepared(looking), &taken, e);

    task_drop(looking);
    return ok;
}

#include "screens/cli/command.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/str.h"
#include "api/plan/observe.h"
#include "api/plan/remove.h"
#include "screens/cli/out.h"
#include "screens/cli/session.h"

static bool take_words(struct options *o, struct err *e)
{
    if (o->n_args >= 1)
        o->app = o->args[0];
    if (o->n_args >= 2)
        o->db_user = o->args[1];
    if (o->n_args <= 2 && (o->app || o->file || o->project))
        return true;
    err_set(e, ERR_INPUT, "Reading the command line");
    err_why(e, o->n_args > 2 ? "too many words" : "neither APP nor -f FILE");
    return err_hint(e, "strom delete APP DB-USER, or strom delete -f FILE");
}

/* What the source knows of slot, publication and grants; its names live with the task. NULL: none.
 */
static struct task *ask_source(struct session *s, struct remove_options *o)
{
    struct source_wanted wanted = {s->target.db_user, s->target.publication, s->target.slot, NULL,
                                   0};
    struct task *t = s->live.pg ? source_read(s->live.pg, &wanted, NULL) : NULL;
    struct err e;

    remove_take_facts(o, t && session_wait(s, t, &e) ? source_facts(t) : NULL, &s->mem);
    return t;
}

static void print_line(const struct options *o, const struct receipt_line *l)
{
    struct str text = {0};
    struct json_out j;
    char time[CLOCK_TEXT];

    if (!o->json) {
        out_line("%-8s %-32s %s%s%s", receipt_kind_name(l->kind), l->what, l->name,
                 l->why[0] ? ": " : "", l->why);
        return;
    }
    json_begin(&j, &text, false);
    json_open_object(&j, NULL);
    json_put_int(&j, "version", 1);
    json_put_string(&j, "time", clock_rfc3339(clock_wall(), time));
    json_put_string(&j, "receipt", receipt_kind_name(l->kind));
    json_put_string(&j, "step", l->what);
    json_put_string(&j, "name", l->name);
    json_put_string(&j, "message", l->why);
    json_close_object(&j);
    str_addc(&text, '\n');
    out_result(&text);
    str_done(&text);
}

/* The typed name: by --confirm, or asked for. */
static bool confirmed(struct session *s, const struct remove_options *o, int *code)
{
    struct receipt_line *lines;
    size_t n;
    char answer[128] = "", question[192];
    struct err e;

    if (s->o->confirm && str_eq(s->o->confirm, s->target.stream))
        return true;
    remove_plan(o, &s->mem, &lines, &n);
    for (size_t i = 0; i < n; i++)
        out_talk("%-8s %-32s %s %s", receipt_kind_name(lines[i].kind), lines[i].what, lines[i].name,
                 lines[i].kind == RECEIPT_KEPT ? lines[i].why : "");
    if (s->o->confirm || !out_can_ask(s->o)) {
        err_set(&e, ERR_INPUT, "Asking for the name of what is taken down");
        err_why(&e, s->o->confirm ? "--confirm is another name" : "there is no terminal to ask at");
        err_hint(&e, "--confirm %s", s->target.stream);
        *code = out_error(s->o, &e);
        return false;
    }
    str_copy(question, sizeof question, "Type the stream's name to take it down:");
    if (out_ask(question, answer, sizeof answer, false) && str_eq(answer, s->target.stream))
        return true;
    out_talk("strom: it was not confirmed: nothing was removed");
    *code = OUT_INTERRUPTED;
    return false;
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

static int take_down(struct session *s, const struct remove_options *o)
{
    struct task *t = remove_all(s->live.net, o);
    const struct receipt_line *lines;
    bool left = false;
    struct err e;
    size_t n;
    bool ok = session_wait(s, t, &e);

    lines = remove_receipt(t, &n);
    for (size_t i = 0; i < n; i++) {
        print_line(s->o, &lines[i]);
        left = left || lines[i].kind == RECEIPT_FAILED ||
               (lines[i].kind == RECEIPT_BY_HAND && !str_eq(lines[i].what, "manifest"));
    }
    int code = !ok ? out_error(s->o, &e) : left ? OUT_NOT_YET : OUT_FINE;
    task_drop(t);
    return code;
}

static int run(struct session *s)
{
    struct remove_options o = {
        .google = s->live.google, .store = s->live.store, .target = &s->target};
    struct task *looking = NULL, *source = NULL;
    struct err e;
    int code;

    if (!live_can_record(&s->live, &e))
        return out_error(s->o, &e);
    looking = observe(s->live.net, s->live.google, &s->target);
    if (session_wait(s, looking, &e)) {
        o.seen = observed(looking);
        observed_take_source(o.seen, &s->target);
        source = ask_source(s, &o);
        if (!take_dataset(s, &o, &e))
            code = out_error(s->o, &e);
        else if (confirmed(s, &o, &code))
            code = take_down(s, &o);
    } else {
        code = out_error(s->o, &e);
    }
    task_drop(source);
    task_drop(looking);
    return code;
}

int command_delete(const struct options *given)
{
    struct options o = *given;
    struct session s;
    struct err e;
    int code;

    if (!take_words(&o, &e))
        return out_error(&o, &e);
    if (session_open(&s, &o, SESSION_FILE | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT,
                     &code))
        code = run(&s);
    session_close(&s);
    return code;
}

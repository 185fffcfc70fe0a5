#include "screens/cli/command.h"

#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/apply.h"
#include "api/plan/drifting.h"
#include "api/plan/render.h"
#include "api/plan/said.h"
#include "api/plan/trial_tell.h"
#include "screens/cli/creation.h"
#include "screens/cli/out.h"
#include "screens/values.h"

/* What differs besides what would be changed: of the source, where a plan file was read. */
static void print_drift(const struct drift *d, struct str *out)
{
    struct arena a = {0};

    for (size_t i = 0; i < d->n; i++) {
        const struct drift_item *x = &d->items[i];
        bool told = x->kind == DRIFT_SELECTION || x->kind == DRIFT_SETTING ||
                    (x->kind != DRIFT_COLUMN && str_eq(x->agreed, "flows"));
        if (!told && !x->unlisted)
            str_printf(out, "~ %s\n", said_plain(&a, drift_text(x, &a)));
    }
    if (d->n_unlisted)
        str_printf(out,
                   tr("new in the database, not in the plan file, and off: %zu (strom review "
                      "lists them)\n"),
                   d->n_unlisted);
    arena_done(&a);
}

static int show(struct creation *c, const struct task *trial, const struct drift *drift)
{
    const struct plan_judged judged = creation_judged(c);
    struct str text = {0};

    if (c->s->o->json)
        plan_json(c->plan, &c->selection, &judged, drift, trial, &text);
    else
        plan_print(c->plan, &c->selection, &judged, &text);
    if (!c->s->o->json)
        trial_print(c->plan, trial, &text);
    if (!c->s->o->json && drift)
        print_drift(drift, &text);
    if (!c->s->o->json)
        str_printf(&text, "digest %s\n", c->plan->digest);
    out_result(&text);
    str_done(&text);
    return plan_changes_nothing(c->plan) && c->plan->n_unacknowledged == 0 && c->plan->n_needs == 0
               ? OUT_FINE
               : OUT_NOT_YET;
}

/* The plan was made of a file: what else of it does not hold. */
static bool show_with_drift(struct creation *c, const struct task *trial, int *code, struct err *e)
{
    struct live *live = &c->s->live;
    struct judging_values values = values_for_judging(
        live, c->s->o->dsn, live->pg ? pg_database(live->pg) : "", c->remembered);
    values.remembered = true; /* the plan has looked at them */
    const struct drifting_options o = {.google = live->google,
                                       .pg = live->pg,
                                       .target = &c->s->target,
                                       .file = &c->selection,
                                       .team = live->team,
                                       .values = &values};
    struct task *t = drifting(c->s->live.net, &o);
    struct arena a = {0};
    struct drift d;
    bool ok = session_wait(c->s, t, e);

    if (ok) {
        drift_find(&c->selection, drifting_world(t), &a, &d);
        *code = show(c, trial, &d);
    }
    arena_done(&a);
    task_drop(t);
    return ok;
}

/* What Datastream refuses, and what it could not be asked, stands in the answer. False:
 * interrupted.
 */
static bool try_out(struct creation *c, struct task **trial, struct err *e)
{
    const struct apply_options o = {.google = c->s->live.google,
                                    .plan = c->plan,
                                    .selection = &c->selection,
                                    .password = c->s->live.db_password};

    *trial = apply_try(c->s->live.net, &o);
    return session_wait(c->s, *trial, e) || session_goes_on(c->s, e);
}

static bool run(struct creation *c, int *code, struct err *e)
{
    bool of_file = c->s->has_file && !options_name_tables(c->s->o);
    struct task *trial = NULL;

    bool ok = creation_select(c, options_name_tables(c->s->o), e) && creation_plan(c, 0, e) &&
              try_out(c, &trial, e);
    if (ok && of_file)
        ok = show_with_drift(c, trial, code, e);
    else if (ok)
        *code = show(c, trial, NULL);
    task_drop(trial);
    return ok;
}

/* What is shown can be done, and what is not shown is not: both ask for the same. */
static unsigned wanted(void)
{
    return SESSION_FILE | SESSION_WHAT_FLOWS | SESSION_CLUSTER | SESSION_SOURCE | SESSION_PROJECT;
}

int command_plan(const struct options *o)
{
    struct session s;
    struct creation c;
    struct err e;
    int code;

    creation_init(&c, &s);
    if (session_open(&s, o, wanted(), &code) && !run(&c, &code, &e))
        code = out_error(o, &e);
    creation_done(&c);
    session_close(&s);
    return code;
}

/* --- apply --- */

int command_apply(const struct options *o)
{
    struct session s;
    struct creation c;
    struct err e;
    int code;

    creation_init(&c, &s);
    if (session_open(&s, o, wanted(), &code)) {
        bool ok = creation_select(&c, options_name_tables(o), &e) && creation_carry_out(&c, 0, &e);
        code = creation_end(&c, ok ? NULL : &e);
    }
    creation_done(&c);
    session_close(&s);
    return code;
}

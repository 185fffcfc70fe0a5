#include "screens/cli/creation.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/google/datastream_profiles.h"
#include "api/plan/apply.h"
#include "api/plan/apply_remedy.h"
#include "api/plan/discovered.h"
#include "api/plan/file.h"
#include "api/plan/judge.h"
#include "api/plan/planning.h"
#include "api/plan/render.h"
#include "api/plan/survey.h"
#include "screens/cli/event.h"
#include "screens/cli/out.h"
#include "screens/cli/pick.h"

#include <stdio.h>
#include <string.h>

enum { STILL_MS = 30000 }; /* plain output says at least so often that it still waits */

void creation_init(struct creation *c, struct session *s)
{
    *c = (struct creation){.s = s, .begun_ms = clock_mono_ms()};
}

static void drop_selection(struct creation *c)
{
    if (c->selected)
        selection_done(&c->selection);
    c->selected = false;
}

static void drop_plan(struct creation *c)
{
    if (c->plan)
        plan_done(c->plan);
    mem_free(c->plan);
    c->plan = NULL;
}

void creation_done(struct creation *c)
{
    drop_plan(c);
    drop_selection(c);
}

/* --- what flows
 * ------------------------------------------------------------------------------------- */

static bool from_database(struct creation *c, struct err *e)
{
    struct catalog_options o = {.publication = c->s->target.publication,
                                .reader = c->s->target.db_user};
    struct task *t = survey(c->s->live.pg, &o, c->s->live.team);
    bool ok = session_wait(c->s, t, e);

    if (ok) {
        catalog_free(survey_take(t, &c->selection));
        c->selected = true;
    }
    task_drop(t);
    return ok;
}

static struct task *discover(struct creation *c)
{
    struct names n;

    names_of(&c->s->target, &n);
    return datastream_discover(c->s->live.google, c->s->target.project, c->s->target.region,
                               n.source_profile);
}

static bool no_profile(const struct err *e)
{
    return e->kind == ERR_MISSING || str_eq(e->reason, "SERVICE_DISABLED");
}

/* Without a connection of our own: what the source profile sees, when it stands. */
static bool from_profile(struct creation *c, struct err *e)
{
    struct task *t = discover(c);
    bool ok = session_wait(c->s, t, e);
    if (ok)
        discovered_selection(datastream_discovered(t), c->s->live.team, &c->selection);
    else if (no_profile(e)) {
        selection_init(&c->selection);
        out_talk("there is no connection to the database (%s), and no profile yet: tables are "
                 "chosen when it stands",
                 c->s->pg_trouble.why);
        ok = true;
    }
    c->selected = ok;
    task_drop(t);
    return ok;
}

/* What a profile that stands can tell of a plan file's names; it needs none. */
static bool beside_file(struct creation *c, struct err *e)
{
    struct task *t = discover(c);

    c->selected = session_wait(c->s, t, e);
    if (c->selected)
        discovered_selection(datastream_discovered(t), c->s->live.team, &c->selection);
    else if (!no_profile(e) && e->kind != ERR_INTERRUPTED)
        out_talk("not checked beforehand: whether tables and columns are there (%s)", e->why);
    task_drop(t);
    return c->selected || session_goes_on(c->s, e);
}

static bool from_file(struct creation *c, struct err *e)
{
    if (c->s->live.pg ? !from_database(c, e) : !beside_file(c, e))
        return false;
    if (c->selected && !plan_file_fits(&c->s->file, &c->selection, e))
        return false;
    judge_again(&c->s->file, c->s->live.team, c->selected ? &c->selection : NULL);
    drop_selection(c);
    c->selection = c->s->file; /* taken over */
    c->s->has_file = false;
    c->selected = true;
    return pick_acknowledge(&c->selection, c->s->o, session_who(c->s), e);
}

bool creation_select(struct creation *c, bool by_options, struct err *e)
{
    bool ok;

    drop_selection(c);
    if (!by_options && c->s->has_file)
        return from_file(c, e);
    ok = c->s->live.pg ? from_database(c, e) : from_profile(c, e);
    if (ok && c->selection.n_tables == 0)
        return pick_by_name(c->s->o, c->s->live.team, e);
    return ok && pick(&c->selection, c->s->o, session_who(c->s), e);
}

static struct plan *look_and_plan(struct creation *c, unsigned only, struct err *e)
{
    struct planning_options o = {.google = c->s->live.google,
                                 .pg = c->s->live.pg,
                                 .target = &c->s->target,
                                 .selection = &c->selection,
                                 .start = !c->s->o->no_start,
                                 .only = only};
    struct task *t = planning(c->s->live.net, &o);
    struct plan *p = NULL;

    if (session_wait(c->s, t, e)) {
        p = mem_alloc(sizeof *p);
        planning_make(t, p);
    }
    task_drop(t);
    return p;
}

bool creation_plan(struct creation *c, unsigned only, struct err *e)
{
    drop_plan(c);
    c->plan = look_and_plan(c, only, e);
    return c->plan != NULL;
}

/* --- events
 * ----------------------------------------------------------------------------------------- */

static double elapsed(const struct apply_step *s)
{
    if (s->started_ms == 0)
        return 0;
    return (double)((s->ended_ms ? s->ended_ms : clock_mono_ms()) - s->started_ms) / 1000;
}

static void tell_step(struct creation *c, const struct apply_step *s)
{
    struct event e = {.step = step_type(s->step)->id,
                      .name = s->name,
                      .state = apply_state_name(s->state),
                      .message = apply_step_says(s),
                      .elapsed = elapsed(s)};

    event_tell(c->s->o, &e);
}

static void tell_line(struct creation *c, const struct apply_step *s,
                      const struct google_validation *v, const char *message)
{
    struct str text = {0};
    struct event e = {.step = step_type(s->step)->id,
                      .name = s->name,
                      .state = apply_state_name(s->state),
                      .elapsed = elapsed(s)};

    str_printf(&text, "%s %s%s%s", v->state_text, v->description, *message ? ": " : "", message);
    e.message = str_text(&text);
    event_tell(c->s->o, &e);
    str_done(&text);
}

/* Datastream's own lines, but for what it has nothing to say on: one fault may hide another. */
static void tell_validations(struct creation *c, const struct apply_step *s)
{
    for (size_t i = 0; i < s->n_validations; i++) {
        const struct google_validation *v = &s->validations[i];
        if (v->state == GOOGLE_VALIDATION_PASSED || v->state == GOOGLE_VALIDATION_NOT_RUN)
            continue;
        for (size_t m = 0; m < v->n_messages; m++)
            tell_line(c, s, v, v->messages[m]);
        if (v->n_messages == 0)
            tell_line(c, s, v, "");
        if (apply_remedy(v))
            tell_line(c, s, v, apply_remedy(v));
    }
}

struct told {
    bool took_over;
    enum apply_state state[STEPS];
    char message[STEPS][240];
    size_t validations[STEPS];
    int64_t still_ms;
};

static void tell_changes(struct creation *c, const struct task *t, struct told *told)
{
    size_t n;
    const struct apply_step *steps = apply_steps(t, &n);

    if (!told->took_over && apply_took_over(t)[0])
        out_talk("%s", apply_took_over(t));
    told->took_over = apply_took_over(t)[0];
    for (size_t i = 0; i < n; i++)
        if (steps[i].state != told->state[i] ||
            !str_eq(apply_step_says(&steps[i]), told->message[i])) {
            told->state[i] = steps[i].state;
            str_copy(told->message[i], sizeof told->message[i], apply_step_says(&steps[i]));
            told->still_ms = clock_mono_ms();
            tell_step(c, &steps[i]);
        }
    for (size_t i = 0; i < n; i++)
        if (steps[i].n_validations != told->validations[i]) {
            told->validations[i] = steps[i].n_validations;
            tell_validations(c, &steps[i]);
        }
    if (clock_mono_ms() - told->still_ms < STILL_MS)
        return;
    told->still_ms = clock_mono_ms();
    for (size_t i = 0; i < n; i++)
        if (steps[i].state == APPLY_RUNNING)
            tell_step(c, &steps[i]);
}

static bool carry_out(struct creation *c, struct err *e)
{
    if (!live_can_record(&c->s->live, e))
        return false;

    struct apply_options o = {.google = c->s->live.google,
                              .store = c->s->live.store,
                              .plan = c->plan,
                              .selection = &c->selection,
                              .agreed = true, /* by consent() */
                              .password = c->s->live.db_password};
    struct told told = {.still_ms = clock_mono_ms()};
    struct net *net = c->s->live.net;
    c->carried = true;
    struct task *t = apply(net, &o);

    while (task_state(t) == TASK_RUNNING && session_goes_on(c->s, e)) {
        session_sleep(c->s, clock_mono_ms() + 1000);
        tell_changes(c, t, &told);
    }
    tell_changes(c, t, &told);
    bool ok = task_state(t) == TASK_OK;
    if (task_state(t) == TASK_FAILED)
        *e = *task_error(t);
    else if (!ok)
        err_hint(e, "what was begun goes on in the cloud and is recorded; the same command "
                    "continues");
    task_drop(t);
    return ok;
}

/* --- before it begins
 * ------------------------------------------------------------------------------ */

static void ask_password(struct creation *c)
{
    struct live *live = &c->s->live;
    char answer[256] = "";

    if (!apply_needs_password(c->plan) || !secret_is_empty(live->db_password))
        return;
    if (live->password_where[0]) /* also where nobody can be asked: the refusal comes next */
        out_talk("%s", live->password_where);
    if (!out_can_ask(c->s->o))
        return;
    out_talk("%s logs in to the database with a password; it is not shown and not kept",
             c->s->target.db_user);
    if (out_ask("Password:", answer, sizeof answer, true) && answer[0])
        live_type_password(live, answer);
    secret_wipe(answer, sizeof answer);
}

static void show_plan(const struct creation *c)
{
    struct str text = {0};

    plan_print(c->plan, &c->selection, &text);
    out_talk_lines(str_text(&text));
    str_done(&text);
}

static bool declined(const struct creation *c, struct err *e)
{
    out_declined(e);
    return c->carried ? err_why(e, "it was not given: nothing more was done") : false;
}

/* A stream that somebody else made is named: --yes does not mean it. The digest of a plan that was
 * looked at does. */
static bool consent_by_name(struct creation *c, bool *asked, struct err *e)
{
    const struct options *o = c->s->o;
    const char *stream = c->plan->names.stream;
    char answer[128] = "";

    if (o->confirm ? str_eq(o->confirm, stream) : o->expect != NULL)
        return true;
    if (o->confirm || o->yes || !out_can_ask(o)) {
        err_set(e, ERR_INPUT, "Changing what flows in %s", stream);
        err_reason(e, "NOT_OURS");
        err_resource(e, stream);
        err_why(e, "strom has not made it (%s), and this would replace what flows in it%s",
                plan_changes_anothers(c->plan), o->confirm ? "; --confirm is another name" : "");
        return err_hint(e, "strom plan shows what would change; --confirm %s, when it is meant",
                        stream);
    }
    *asked = true;
    show_plan(c);
    bool typed = out_ask("strom has not made this stream. Type its name to change it:", answer,
                         sizeof answer, false);
    return (typed && str_eq(answer, stream)) || declined(c, e);
}

/* By --yes, or by a question; *asked: time went by. */
static bool consent(struct creation *c, bool *asked, struct err *e)
{
    char answer[16] = "";

    *asked = false;
    if (plan_changes_anothers(c->plan))
        return consent_by_name(c, asked, e);
    if (c->s->o->yes || plan_changes_nothing(c->plan))
        return true;
    if (!out_can_ask(c->s->o)) {
        err_set(e, ERR_INPUT, "Asking for consent");
        err_why(e, "there is no terminal to ask at");
        return err_hint(e, "add --yes");
    }
    *asked = true;
    show_plan(c);
    if (out_ask("Do this? [y/N]", answer, sizeof answer, false) && answer[0] &&
        strchr("yYjJ", answer[0]))
        return true;
    return declined(c, e);
}

/* A question takes its time: what was shown must hold when it is answered. */
static bool look_again(struct creation *c, unsigned only, struct err *e)
{
    struct plan *shown = c->plan;
    bool holds;

    c->plan = look_and_plan(c, only, e);
    holds = c->plan && (planning_still_holds(shown, c->plan, c->s->live.store) ||
                        planning_moved(shown, c->plan, e));
    plan_done(shown);
    mem_free(shown);
    return holds;
}

/* Also where nobody is asked: what stops is not found out from the numbers of a report. */
static void say_stops(const struct creation *c)
{
    const char *path;
    char message[512];
    struct event e = {.step = step_type(STEP_STREAM)->id,
                      .name = c->plan->names.stream,
                      .state = "waiting",
                      .message = message};

    for (size_t i = 0; (path = plan_stops(c->plan, i)); i++) {
        snprintf(message, sizeof message,
                 "stops flowing: %s (what has arrived of it stays, and grows old)", path);
        event_tell(c->s->o, &e);
    }
}

bool creation_carry_out(struct creation *c, unsigned only, struct err *e)
{
    const char *expect = c->s->o->expect;
    bool asked;

    if (!creation_plan(c, only, e))
        return false;
    if (expect && !planning_holds(c->plan, expect, c->s->live.store))
        return planning_moved(NULL, c->plan, e);
    ask_password(c);
    if (!apply_possible(c->plan, c->s->live.db_password, e))
        return false;
    say_stops(c);
    return consent(c, &asked, e) && (!asked || look_again(c, only, e)) && carry_out(c, e);
}

/* --- the end
 * --------------------------------------------------------------------------------------- */

int creation_end(struct creation *c, const struct err *e)
{
    const char *result = e == NULL                    ? c->s->o->no_start ? "created" : "running"
                         : e->kind == ERR_INTERRUPTED ? "interrupted"
                                                      : "failed";

    out_last(c->s->o, result, c->s->target.stream, c->begun_ms, e);
    return e ? out_code(e) : OUT_FINE;
}

#include "screens/cli/creation.h"

#include "api/base/clock.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/google/datastream_profiles.h"
#include "api/plan/apply.h"
#include "api/plan/discovered.h"
#include "api/plan/file.h"
#include "api/plan/judge.h"
#include "api/plan/planning.h"
#include "api/plan/render.h"
#include "api/plan/said.h"
#include "api/watch/status.h"
#include "screens/cli/carrying.h"
#include "screens/cli/event.h"
#include "screens/cli/out.h"
#include "screens/cli/pick.h"
#include "screens/cli/remembered.h"
#include "screens/values.h"

#include <stdio.h>
#include <string.h>

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
    judgement_free(c->judgement);
    kept_free(c->remembered);
}

/* --- what flows --- */

/* flows: what the choice is already; NULL: it is made of what is found. */
static bool from_database(struct creation *c, const struct selection *flows, struct err *e)
{
    struct live *live = &c->s->live;

    if (c->remembered == NULL)
        c->remembered = remembered(live->store, &c->s->target);
    const struct judging_values values =
        values_for_judging(live, live->options->dsn, pg_database(live->pg), c->remembered);
    const struct judging_options o = {
        .pg = live->pg,
        .catalog = {.publication = c->s->target.publication, .reader = c->s->target.db_user},
        .team = live->team,
        .flows = flows,
        .values = &values};
    struct task *t = judging(live->net, &o);
    bool ok = session_wait(c->s, t, e);

    judgement_free(c->judgement);
    c->judgement = ok ? judging_take(t) : NULL;
    if (ok)
        judgement_take_selection(c->judgement, &c->selection);
    c->selected = ok;
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
    return e->kind == ERR_MISSING || google_api_is_off(e);
}

/* Something on its way to the database does not stand, perhaps no more than a machine that is to be
 * started: what was made before the stream is looked at first, once. */
static bool is_cut_off(const struct creation *c, const struct err *e)
{
    return !c->carried && e->kind != ERR_NETWORK && e->kind != ERR_INTERRUPTED &&
           watch_kind_of(e->reason, e->why) == WATCH_UNREACHABLE;
}

/* Without a connection of our own: what the source profile sees, when it stands. */
static bool from_profile(struct creation *c, struct err *e)
{
    struct task *t = discover(c);
    bool ok = session_wait(c->s, t, e);
    if (ok) {
        discovered_selection(datastream_discovered(t), c->s->live.team, &c->selection);
    } else if (no_profile(e) || is_cut_off(c, e)) {
        selection_init(&c->selection);
        if (no_profile(e))
            out_talk(
                tr("there is no connection to the database (%s), and no profile yet: tables are "
                   "chosen when it stands"),
                c->s->pg_trouble.why);
        else
            out_talk(tr("the source profile does not reach the database (%s): tables are chosen "
                        "when it does"),
                     e->why);
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
        out_talk(tr("not checked beforehand: whether tables and columns are there (%s)"), e->why);
    task_drop(t);
    return c->selected || session_goes_on(c->s, e);
}

/* A plan file does not tell how much there is; the database does. */
static void take_sizes(struct selection *file, const struct selection *seen)
{
    size_t at;

    for (size_t i = 0; i < file->n_tables; i++)
        if (selection_find(seen, file->tables[i].schema, file->tables[i].name, &at)) {
            file->tables[i].rows = seen->tables[at].rows;
            file->tables[i].bytes = seen->tables[at].bytes;
        }
}

static bool from_file(struct creation *c, struct err *e)
{
    if (c->s->live.pg ? !from_database(c, &c->s->file, e) : !beside_file(c, e))
        return false;
    if (c->selected && !plan_file_fits(&c->s->file, &c->selection, e))
        return false;
    judge_again(&c->s->file, c->s->live.team, c->selected ? &c->selection : NULL);
    if (c->selected)
        take_sizes(&c->s->file, &c->selection);
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
    ok = c->s->live.pg ? from_database(c, NULL, e) : from_profile(c, e);
    if (ok && c->selection.n_tables == 0)
        return pick_by_name(c->s->o, c->s->live.team, e);
    return ok && pick(&c->selection, c->s->o, session_who(c->s), e);
}

static struct plan *look_and_plan(struct creation *c, unsigned only, struct err *e)
{
    struct planning_options o = {.google = c->s->live.google,
                                 .store = c->s->live.store,
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

/* --- before it begins --- */

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
    out_talk(tr("%s logs in to the database with a password; it is not shown and not kept"),
             c->s->target.db_user);
    if (out_ask(c->s->live.net, tr("Password:"), answer, sizeof answer, true) && answer[0])
        live_type_password(live, answer);
    secret_wipe(answer, sizeof answer);
}

struct plan_judged creation_judged(const struct creation *c)
{
    return (struct plan_judged){.judgement = c->judgement,
                                .why = c->s->live.pg ? NULL : c->s->pg_trouble.why,
                                .team = c->s->live.team};
}

static void show_plan(const struct creation *c)
{
    const struct plan_judged judged = creation_judged(c);
    struct str text = {0};

    plan_print(c->plan, &c->selection, &judged, &text);
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
                plan_changes_anothers(c->plan),
                o->confirm ? tr("; --confirm is another name") : "");
        return err_hint(e, "strom plan shows what would change; --confirm %s, when it is meant",
                        stream);
    }
    *asked = true;
    show_plan(c);
    bool typed =
        out_ask(c->s->live.net, tr("strom has not made this stream. Type its name to change it:"),
                answer, sizeof answer, false);
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
    if (out_ask(c->s->live.net, tr("Do this? [y/N]"), answer, sizeof answer, false) && answer[0] &&
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
                 tr("stops flowing: %s (what has arrived of it stays, and grows old)"), path);
        event_tell(c->s->o, &e);
    }
}

/* The gate stood on names alone for these. */
static void say_unseen(const struct creation *c)
{
    const struct plan_judged judged = creation_judged(c);
    struct arena a = {0};
    struct judgement_unseen unseen;

    judgement_unseen(judged.judgement, &c->selection, judged.why, &a, &unseen);
    if (unseen.n_unseen && !plan_changes_nothing(c->plan)) {
        struct event e = {.step = step_type(STEP_STREAM)->id,
                          .name = c->plan->names.stream,
                          .state = "waiting",
                          .message = said_plain(&a, judgement_unseen_text(&unseen, &a))};
        event_tell(c->s->o, &e);
    }
    arena_done(&a);
}

bool creation_carry_out(struct creation *c, unsigned only, struct err *e)
{
    const char *expect = c->s->o->expect;
    bool asked;

    if (c->stopping != STOPPING_STAY) { /* all that ran has ended well; this would be more */
        err_set(e, ERR_INTERRUPTED, "Creating the stream");
        return err_hint(e, "the same command continues");
    }
    if (!creation_plan(c, only, e))
        return false;
    if (expect && !planning_holds(c->plan, expect, c->s->live.store))
        return planning_moved(NULL, c->plan, e);
    ask_password(c);
    if (!apply_possible(c->plan, c->s->live.db_password, e))
        return false;
    say_stops(c);
    say_unseen(c);
    return consent(c, &asked, e) && (!asked || look_again(c, only, e)) && carrying(c, e);
}

/* --- the end --- */

int creation_end(struct creation *c, const struct err *e)
{
    const char *result = e == NULL                    ? c->s->o->no_start ? "created" : "running"
                         : e->kind == ERR_INTERRUPTED ? "interrupted"
                                                      : "failed";

    out_last(c->s->o, result, c->s->target.stream, c->begun_ms, e);
    return e ? out_code(e) : OUT_FINE;
}

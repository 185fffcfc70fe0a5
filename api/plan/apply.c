#include "api/plan/apply.h"

#include "api/base/clock.h"
#include "api/base/json.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/actions.h"
#include "api/plan/apply_reason.h"
#include "api/plan/include.h"
#include "api/plan/moves.h"
#include "api/plan/trial.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void labels_of(struct arena *a, struct run *r)
{
    r->labels.items = arena_array(a, struct google_label, 2);
    r->labels.items[r->labels.n++] = (struct google_label){"created-by", "strom"};
    if (r->record.run)
        r->labels.items[r->labels.n++] = (struct google_label){"strom-run", r->mark};
}

/* --- the journal --- */

static void write_plan(const struct run *r, struct str *out)
{
    const struct plan *p = r->plan;
    struct json_out o;

    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    json_put_string(&o, "digest", p->digest);
    json_put_string(&o, "wanted", p->wanted);
    json_put_string(&o, "mark", r->mark);
    record_put_command(&o, r->command);
    json_open_object(&o, "steps"); /* read again by continue.c */
    for (size_t i = 0; i < p->n_actions; i++)
        if (p->actions[i].verb != PLAN_KEEP)
            json_put_string(&o, step_type(p->actions[i].step)->id,
                            plan_verb_name(p->actions[i].verb));
    json_close_object(&o);
    json_close_object(&o);
}

/* DONE: the run has begun. */
static enum recorded open_journal(struct run *r, struct arena *a, struct err *e)
{
    struct str plan = {0};

    record_name(r->record.name, r->t->project, r->t->region, r->n->stream);
    if (r->record.store && !r->mark[0])
        maker_mark(r->mark);
    write_plan(r, &plan);
    if (r->record.run == 0)
        r->unsure = record_unsure(&r->record, a);
    enum recorded how = record_begin(&r->record, JOURNAL_CREATE, str_text(&plan), a, e);
    str_done(&plan);
    if (how == RECORD_DONE)
        labels_of(a, r);
    r->opened = how == RECORD_DONE;
    return how;
}

static enum recorded note_intent(struct run *r, const struct plan_action *a, struct doing *d,
                                 struct err *e)
{
    if (d->request_id[0] == '\0')
        google_uuid(d->request_id);
    return record_intent(&r->record, step_type(a->step)->id, plan_verb_name(a->verb), a->name,
                         d->request_id, &d->journal, e);
}

static void note_sent(struct run *r, struct doing *d)
{
    if (d->task && d->is_call)
        record_sent(&r->record, d->journal, google_operation_name(d->task), &d->told_operation);
}

/* --- one step of the table --- */

static struct apply_step *step_of(struct run *r, enum step_id id)
{
    for (size_t i = 0; i < r->n_steps; i++)
        if (r->steps[i].step == id)
            return &r->steps[i];
    return NULL;
}

static bool is_over(enum apply_state s)
{
    return s != APPLY_WAITING && s != APPLY_RUNNING;
}

static bool is_good(enum apply_state s)
{
    return s == APPLY_DONE || s == APPLY_KEPT;
}

/* Ready to begin, or never to be: a step before it did not end well. */
static bool may_begin(struct run *r, struct apply_step *s)
{
    unsigned needs = step_type(s->step)->needs;
    bool ready = true;

    for (enum step_id before = 0; before < STEPS; before++) {
        struct apply_step *b = (needs & 1u << before) ? step_of(r, before) : NULL;
        if (b == NULL)
            continue;
        if (is_over(b->state) && !is_good(b->state)) {
            s->state = APPLY_NOT_RUN;
            snprintf(s->message, sizeof s->message, tr("not begun: %s"),
                     tr(step_type(before)->title));
            return false;
        }
        ready = ready && is_good(b->state);
    }
    if (ready && r->finishing) {
        s->state = APPLY_NOT_RUN;
        str_copy(s->message, sizeof s->message, tr("not begun: the run was stopped"));
        return false;
    }
    return ready;
}

static void end_step(struct run *r, struct apply_step *s, struct doing *d, bool well)
{
    const struct action_type *type = action_type(s->step);

    s->state = well ? APPLY_DONE : APPLY_FAILED;
    s->ended_ms = clock_mono_ms();
    if (!well)
        str_copy(s->message, sizeof s->message, s->error.why[0] ? s->error.why : s->error.what);
    if (well && type->made && !type->made(d))
        record_kept(&r->record, d->journal);
    else if (well || !d->is_call ||
             !google_may_have_happened(d->task)) /* else the next run looks */
        record_result(&r->record, d->journal, well ? JOURNAL_DONE : JOURNAL_FAILED);
}

static bool note_held(struct apply_step *s, const struct doing *d)
{
    const char *held = task_held_by(d->task);

    if (!*held && d->trial)
        held = task_held_by(d->trial);
    if (!*held && d->task == NULL)
        held = *task_held_by(d->zones) ? task_held_by(d->zones) : task_held_by(d->image);
    if (str_eq(s->held, held))
        return false;
    str_copy(s->held, sizeof s->held, held);
    return true;
}

/* Nothing but trials is wanted: that is all. */
static bool end_trial(const struct run *r, struct apply_step *s, const struct doing *d,
                      bool *changed)
{
    if (!r->only_tries)
        return false;
    s->state =
        d->tried == TRIAL_OVER && task_state(d->trial) == TASK_OK ? APPLY_DONE : APPLY_NOT_RUN;
    return *changed = true;
}

/* The step has not begun: true, and *changed, when it must not yet, or never. */
static bool waits(struct run *r, size_t i, bool *changed)
{
    struct apply_step *s = &r->steps[i];
    const struct apply_step *refused = r->only_tries ? NULL : trial_refused(r);

    if (r->doing[i].tried == TRIAL_REFUSED) {
        end_step(r, s, &r->doing[i], false);
    } else if (refused) {
        s->state = APPLY_NOT_RUN;
        snprintf(s->message, sizeof s->message, tr("not begun: %s"),
                 tr(step_type(refused->step)->title));
    } else if (r->only_tries || may_begin(r, s)) {
        *changed = trial_drive(r, i);
        return *changed || trial_holds(r, i) || end_trial(r, s, &r->doing[i], changed);
    }
    *changed = is_over(s->state);
    return true;
}

/* True when something changed. */
static bool drive(struct run *r, const struct plan_action *a, struct apply_step *s, struct doing *d,
                  struct arena *mem)
{
    bool begun = false;
    char before[sizeof s->message];

    if (s->state == APPLY_WAITING) {
        bool changed;
        if (waits(r, (size_t)(s - r->steps), &changed))
            return changed;
        if (s->started_ms == 0)
            s->started_ms = clock_mono_ms();
        switch (note_intent(r, a, d, &s->error)) {
        case RECORD_WAIT:
            return false;
        case RECORD_FAILED:
            end_step(r, s, d, false);
            return true;
        case RECORD_DONE:
            break;
        }
        s->error = (struct err){0};
        d->since_ms = clock_mono_ms();
        s->state = APPLY_RUNNING;
        begun = true;
    } else if (s->state != APPLY_RUNNING || (d->task && task_state(d->task) == TASK_RUNNING)) {
        note_sent(r, d);
        return false;
    }
    s->held[0] = '\0';
    str_copy(before, sizeof before, s->message);
    switch (move_on(r, a, s, d, mem)) {
    case MOVE_AGAIN:
        break;
    case MOVE_DONE:
        if (str_eq(s->message, before)) /* it told of a wait, and that is over */
            s->message[0] = '\0';
        end_step(r, s, d, true);
        return true;
    case MOVE_FAILED:
        end_step(r, s, d, false);
        return true;
    }
    return begun;
}

/* --- the task --- */

static enum task_state step(struct task *t);

static void stop(void *job)
{
    struct run *r = job;

    for (size_t i = 0; i < STEPS; i++)
        move_stop(&r->doing[i]);
    record_drop(&r->record);
    secret_free(r->password);
}

static const struct task_type type = {"apply", sizeof(struct run), step, stop};

static enum task_state finish(struct task *t, struct run *r)
{
    const struct apply_step *failed = NULL;
    bool stopped = false;
    struct err e;

    for (size_t i = 0; i < r->n_steps; i++) {
        if (r->steps[i].state == APPLY_FAILED && failed == NULL)
            failed = &r->steps[i];
        stopped = stopped || r->steps[i].state == APPLY_NOT_RUN;
    }
    const char *outcome = failed ? "failed" : stopped ? "interrupted" : "created";
    if (record_end(&r->record, outcome, &e) == RECORD_WAIT)
        return TASK_RUNNING; /* what cannot be written at all is no fault of the run */
    if (failed)
        return task_fail(t, &failed->error);
    if (!stopped || r->only_tries)
        return TASK_OK;
    err_set(&e, ERR_INTERRUPTED, "Creating the stream");
    err_why(&e, "it was stopped before the last step");
    err_hint(&e, "run it again: it goes on where it stopped");
    return task_fail(t, &e);
}

static enum task_state step(struct task *t)
{
    struct run *r = task_job(t, &type);
    bool changed = true, over = true;
    enum recorded opening = RECORD_DONE;

    if (!r->refused && !r->opened)
        opening = open_journal(r, task_arena(t), &r->why);
    if (opening == RECORD_WAIT)
        return TASK_RUNNING;
    if (r->refused || opening == RECORD_FAILED)
        return task_fail(t, &r->why);
    while (changed) { /* a step that ends may let others begin */
        changed = false;
        for (size_t i = 0; i < r->n_steps; i++) {
            if (drive(r, &r->plan->actions[i], &r->steps[i], &r->doing[i], task_arena(t)))
                changed = true;
            if (note_held(&r->steps[i], &r->doing[i]))
                task_news(t);
        }
        if (changed)
            task_news(t);
    }
    for (size_t i = 0; i < r->n_steps; i++)
        over = over && is_over(r->steps[i].state);
    return over ? finish(t, r) : TASK_RUNNING;
}

/* A password is sent where a profile is made, and where another user is to log in. */
bool apply_needs_password(const struct plan *p)
{
    const struct plan_action *source = plan_action(p, STEP_SOURCE_PROFILE);

    for (size_t i = 0; source && source->verb == PLAN_UPDATE && i < source->n_changes; i++)
        if (str_eq(source->changes[i].path, "postgresqlProfile.username"))
            return true;
    return source && source->verb == PLAN_CREATE;
}

bool apply_possible(const struct plan *p, const struct secret *password, struct err *e)
{
    for (size_t i = 0; i < p->n_actions; i++) {
        const struct plan_action *a = &p->actions[i];
        if (a->verb != PLAN_BLOCKED)
            continue;
        err_set(e, ERR_CONFLICT, "%s: %s", step_type(a->step)->title, a->name);
        err_reason(e, "BLOCKED");
        err_resource(e, a->name);
        err_why(e, "%s", a->why);
        return err_hint(e, "%s", a->hint ? a->hint : "");
    }
    if (p->n_unacknowledged) {
        err_set(e, ERR_INPUT, "Including sensitive columns");
        err_reason(e, "UNACKNOWLEDGED");
        err_resource(e, p->unsettled);
        if (p->n_unacknowledged == 1)
            err_why(e, "1 sensitive column has no reason that holds: %s", p->unsettled);
        else
            err_why(e, "%zu sensitive columns have no reason that holds: %s", p->n_unacknowledged,
                    p->unsettled);
        return apply_hint_reason(p, e);
    }
    if (p->n_needs) {
        err_set(e, ERR_CONFLICT, "Making a stream of a source that is not prepared");
        err_reason(e, "NOT_PREPARED");
        if (p->n_needs > 1)
            err_why(e, "%s; and %zu more", p->needs[0].text, p->n_needs - 1);
        else
            err_why(e, "%s", p->needs[0].text);
        return err_hint(e, "strom plan lists all that is missing; strom files, with the same "
                           "tables, writes it");
    }
    if (apply_needs_password(p) && secret_is_empty(password)) {
        err_set(e, ERR_INPUT, "Making the source profile");
        err_reason(e, "NO_PASSWORD");
        err_resource(e, p->target.db_user);
        err_why(e, "the password of %s is not known", p->target.db_user);
        return err_hint(e, "set STROM_DB_PASSWORD, or use --password-file");
    }
    return true;
}

/* What somebody else made is not changed in passing (facts/domain.md 8, 24). */
static bool may_change(const struct apply_options *o, struct err *e)
{
    const char *maker = plan_changes_anothers(o->plan);

    if (maker == NULL || o->agreed)
        return true;
    err_set(e, ERR_CONFLICT, "Changing what flows in %s", o->plan->names.stream);
    err_reason(e, "NOT_OURS");
    err_resource(e, o->plan->names.stream);
    err_why(e, "strom has not made it (%s), and nobody has agreed", maker);
    return err_hint(e, "name the stream, when it is meant");
}

static struct task *new_run(struct net *net, const struct apply_options *o, bool only_tries)
{
    struct task *t = task_new(net, &type);
    struct run *r = task_job(t, &type);

    r->only_tries = only_tries;
    r->net = net;
    r->google = o->google;
    r->record = (struct record){.net = net, .store = only_tries ? NULL : o->store};
    r->plan = o->plan;
    r->command = o->command;
    r->t = &o->plan->target;
    r->n = &o->plan->names;
    r->password = secret_dup(o->password);
    str_copy(r->address, sizeof r->address, o->plan->address);
    r->refused =
        !only_tries && (!apply_possible(o->plan, o->password, &r->why) || !may_change(o, &r->why));
    selection_include(o->selection, task_arena(t), &r->include);
    r->n_steps = o->plan->n_actions;
    for (size_t i = 0; i < r->n_steps; i++)
        r->steps[i] = (struct apply_step){
            .step = o->plan->actions[i].step,
            .name = o->plan->actions[i].name,
            .state = o->plan->actions[i].verb == PLAN_KEEP ? APPLY_KEPT : APPLY_WAITING};
    trial_prepare(r);
    return t;
}

struct task *apply(struct net *net, const struct apply_options *o)
{
    return new_run(net, o, false);
}

struct task *apply_try(struct net *net, const struct apply_options *o)
{
    return new_run(net, o, true);
}

/* --- looking on --- */

const struct apply_step *apply_steps(const struct task *t, size_t *n)
{
    const struct run *r = task_job(t, &type);

    *n = r->n_steps;
    return r->steps;
}

const char *apply_took_over(const struct task *t)
{
    const struct run *r = task_job(t, &type);

    return r->record.took_over;
}

void apply_finish_current(struct task *t)
{
    struct run *r = task_job(t, &type);

    r->finishing = true;
}

bool apply_is_finishing(const struct task *t)
{
    const struct run *r = task_job(t, &type);

    return r->finishing;
}

const char *apply_state_name(enum apply_state s)
{
    static const char *const names[] = {"waiting", "running", "done", "kept", "failed", "waiting"};

    assert((size_t)s < sizeof names / sizeof *names);
    return names[s];
}

const char *apply_step_says(const struct apply_step *s)
{
    return s->held[0] ? s->held : s->message;
}

int apply_step_seconds_left(const struct apply_step *s, int64_t now_ms)
{
    int usual = step_type(s->step)->usual_seconds;
    int64_t used = s->state == APPLY_RUNNING ? (now_ms - s->started_ms) / 1000 : 0;

    if (is_over(s->state))
        return 0;
    return used < usual ? usual - (int)used : 0;
}

int apply_seconds_left(const struct task *t)
{
    int left[STEPS] = {0};
    size_t n;
    const struct apply_step *s = apply_steps(t, &n);

    for (size_t i = 0; i < n; i++)
        left[s[i].step] = apply_step_seconds_left(&s[i], clock_mono_ms());
    return step_critical_left(left);
}

unsigned apply_percent(const struct task *t)
{
    enum { NOT_YET = 99 };
    unsigned todo = 0;
    size_t n;
    const struct apply_step *s = apply_steps(t, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].state != APPLY_KEPT)
            todo |= 1u << s[i].step;
    int all = step_critical_seconds(todo), left = apply_seconds_left(t);
    unsigned percent = all > 0 ? (unsigned)(100 * (all - left) / all) : 100;
    return task_state(t) == TASK_RUNNING && percent > NOT_YET ? NOT_YET : percent;
}

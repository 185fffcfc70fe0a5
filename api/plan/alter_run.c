/* Carries an order out: one call after the other, each in the journal before it is sent, and each
 * seen to have taken effect before the next. */

#include "api/plan/alter_inside.h"

#include "api/base/clock.h"
#include "api/base/tr.h"
#include "api/google/client.h"
#include "api/google/datastream.h"
#include "api/google/datastream_profiles.h"
#include "api/plan/apply.h"
#include "api/plan/apply_remedy.h"
#include "api/plan/record.h"

#include <stdio.h>
#include <string.h>

enum phase { MEAN, SEND, LOOK, PAUSE };
enum { STATE_LIMIT_MS = 20 * 60 * 1000, EFFECT_LIMIT_MS = 5 * 60 * 1000 };

struct job {
    struct google *google;
    const struct alter_plan *plan;
    const char *const *command;
    struct secret *password;
    bool agreed, begun, finishing, failed;
    bool refused; /* of the call that runs: it may be so all the same */
    bool anew;    /* of the same: what an earlier run has sent is over and without effect by now */
    char request_id[GOOGLE_UUID_TEXT];
    struct alter_step *steps;
    size_t at;
    enum phase phase;
    struct task *call; /* is sent, or looks, or is a pause */
    struct task *sent; /* kept: its validations are shown */
    int64_t entry, since_ms;
    bool told_operation;
    struct record record;
    struct err fault;
};

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->call);
    task_clear(&j->sent);
    record_drop(&j->record);
    secret_free(j->password);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"alter", sizeof(struct job), step, stop};

static const struct alter_call *now(const struct job *j)
{
    return &j->plan->calls[j->at];
}

/* --- what is sent --- */

static struct task *send_slot(const struct job *j, const struct google_write *w)
{
    const struct target *t = &j->plan->seen->target;
    struct datastream_stream_change change = {
        .slot = now(j)->value, .freshness_s = -1, .max_backfill_tasks = -1};

    return datastream_stream_patch(j->google, t->project, t->region, now(j)->name, &change, w);
}

static struct task *send_profile(const struct job *j, const struct google_write *w)
{
    const struct target *t = &j->plan->seen->target;
    struct datastream_source change = {.host = now(j)->value,
                                       .password = now(j)->value ? NULL : j->password};

    return datastream_profile_patch(j->google, t->project, t->region, now(j)->name, &change, w);
}

static struct task *send(const struct job *j)
{
    const struct target *t = &j->plan->seen->target;
    const char *name = now(j)->name;
    const struct google_write w = {.request_id = j->request_id};

    switch (now(j)->verb) {
    case ALTER_CALL_PAUSE:
        return datastream_stream_pause(j->google, t->project, t->region, name, &w);
    case ALTER_CALL_START:
        return datastream_stream_start(j->google, t->project, t->region, name, &w);
    case ALTER_CALL_RECOVER:
        return datastream_stream_run(j->google, t->project, t->region, name, false);
    case ALTER_CALL_SLOT:
        return send_slot(j, &w);
    case ALTER_CALL_PROFILE:
        return send_profile(j, &w);
    case ALTER_CALL_BACKFILL:
        return datastream_backfill_start(j->google, now(j)->table->object);
    case ALTER_CALL_STOP:
        return datastream_backfill_stop(j->google, now(j)->table->object);
    case ALTER_CALL_AWAIT:
        break;
    }
    return NULL;
}

/* --- one call --- */

static void end(struct job *j, enum alter_state state)
{
    struct alter_step *at = &j->steps[j->at];

    at->state = state;
    at->ended_ms = clock_mono_ms();
    if (state == ALTER_FAILED) {
        str_copy(at->message, sizeof at->message, j->fault.why[0] ? j->fault.why : j->fault.what);
        j->failed = true;
    }
    if (state != ALTER_FAILED || j->sent == NULL || !google_may_have_happened(j->sent))
        record_result(&j->record, j->entry, /* else the next run looks */
                      state == ALTER_FAILED ? JOURNAL_FAILED : JOURNAL_DONE);
    task_clear(&j->call);
    j->entry = 0;
    j->phase = MEAN;
    j->told_operation = j->anew = false;
    j->at++;
}

/* By the requestId of an earlier run, of whose call nobody has heard. */
static bool is_sent_again(const struct job *j)
{
    return now(j)->request_id && !j->anew;
}

/* It had arrived, and is over: what it did, others have changed since. */
static void send_anew(struct job *j)
{
    record_result(&j->record, j->entry, JOURNAL_DONE);
    task_clear(&j->call);
    j->entry = 0;
    j->phase = MEAN;
    j->told_operation = false;
    j->anew = true;
}

static void go(struct job *j, enum phase phase, struct task *call)
{
    task_clear(&j->call);
    j->phase = phase;
    j->call = call;
}

/* NULL: the API takes none. What was sent by an earlier one and arrives yet, is the same. */
static const char *request_id(struct job *j)
{
    const struct alter_call *c = now(j);

    if (!str_eq(c->method, "PATCH"))
        return NULL;
    if (is_sent_again(j))
        str_copy(j->request_id, sizeof j->request_id, c->request_id);
    else
        google_uuid(j->request_id);
    return j->request_id;
}

/* True when something changed. */
static bool mean(struct job *j)
{
    struct alter_step *at = &j->steps[j->at];
    const struct alter_call *c = now(j);

    if (c->done) {
        str_copy(at->message, sizeof at->message, c->done);
        at->state = ALTER_KEPT;
        j->at++;
        return true;
    }
    if (c->method) {
        switch (record_intent(&j->record, c->step, alter_type(j->plan->kind)->name, c->name,
                              request_id(j), &j->entry, &j->fault)) {
        case RECORD_WAIT:
            return false;
        case RECORD_FAILED:
            end(j, ALTER_FAILED);
            return true;
        case RECORD_DONE:
            break;
        }
    }
    at->state = ALTER_RUNNING;
    at->started_ms = j->since_ms = clock_mono_ms();
    for (size_t i = 0; i < j->at; i++) /* what is shown is the last one's */
        j->steps[i].n_validations = 0;
    task_clear(&j->sent);
    go(j, c->method ? SEND : LOOK, c->method ? send(j) : alter_effect(j->google, j->plan, now(j)));
    if (c->method && c->meant)
        google_may_be_sent(j->call);
    return true;
}

static void note_operation(struct job *j)
{
    const char *operation = j->phase == SEND ? google_operation_name(j->call) : NULL;
    struct err e;

    if (j->told_operation || operation == NULL || j->entry == 0)
        return;
    j->told_operation = true;
    journal_sent(j->record.store, j->entry, operation, &e);
}

static void too_long(struct job *j)
{
    const struct alter_call *c = now(j);

    err_set(&j->fault, ERR_CONFLICT, "%s (%s)", tr(alter_type(j->plan->kind)->title), c->name);
    err_reason(&j->fault, "NOT_DONE_IN_TIME");
    err_resource(&j->fault, c->name);
    err_why(&j->fault, tr("it was asked for, and has not taken effect: %s"),
            j->steps[j->at].message);
    err_hint(&j->fault, "%s", tr("strom status tells how the stream is doing"));
    end(j, ALTER_FAILED);
}

/* What was asked for is so, and the stream has another trouble. */
static void fail_for_good(struct job *j)
{
    const struct alter_call *c = now(j);

    err_set(&j->fault, ERR_CONFLICT, "%s (%s)", tr(alter_type(j->plan->kind)->title), c->name);
    err_reason(&j->fault, "FAILED_PERMANENTLY");
    err_resource(&j->fault, c->name);
    err_why(&j->fault, tr("it is done, but the stream does not go on: %s"),
            j->steps[j->at].message);
    err_hint(&j->fault, "%s",
             tr("it has failed for good: strom stream recover, or another slot where its own is "
                "lost"));
    end(j, ALTER_FAILED);
}

static bool is_hopeless(const struct job *j)
{
    const struct datastream_stream *s =
        now(j)->verb == ALTER_CALL_AWAIT && task_state(j->call) == TASK_OK
            ? datastream_stream(j->call)
            : NULL;

    return s && (str_eq(s->state, "FAILED_PERMANENTLY") ||
                 (str_eq(s->state, "PAUSED") && str_eq(now(j)->value, "RUNNING")));
}

/* Google's reference and its guide disagree about that field (facts/gcp.md B). */
static void explain(struct job *j)
{
    if (now(j)->verb == ALTER_CALL_PROFILE && apply_is_wrong_password(&j->fault)) {
        err_reason(&j->fault, APPLY_WRONG_PASSWORD);
        err_hint(&j->fault,
                 tr("it is not the one that %s has in the database now: the wizard asks for it "
                    "again, a command takes it by --password-file"),
                 j->plan->seen->target.db_user);
    }
    if (now(j)->verb == ALTER_CALL_SLOT && strstr(j->fault.why, "immutable"))
        err_hint(&j->fault,
                 tr("Google does not exchange it here: drop the slot %s and make it anew under the "
                    "same name, by a migration; then strom stream recover, or resume"),
                 j->plan->seen->target.slot);
}

/* A copy begins and ends by itself, too: it may have done so since the plan was made. */
static bool may_be_so(const struct job *j)
{
    return now(j)->table && (j->fault.code == 400 || j->fault.code == 409);
}

/* An answer is there: of the call, of a look, or of a pause between two looks. */
static void take(struct job *j)
{
    int64_t waited = clock_mono_ms() - j->since_ms;
    int64_t limit = now(j)->verb == ALTER_CALL_AWAIT ? STATE_LIMIT_MS : EFFECT_LIMIT_MS;
    bool well = task_state(j->call) == TASK_OK;
    struct alter_step *at = &j->steps[j->at];

    if (j->phase == SEND) {
        at->validations = google_validations(j->call, &at->n_validations);
        j->sent = j->call;
        j->call = NULL;
        if (!well) {
            j->fault = *task_error(j->sent);
            explain(j);
        }
        j->refused = !well && may_be_so(j);
        if (well || j->refused)
            go(j, LOOK, alter_effect(j->google, j->plan, now(j)));
        else if (is_sent_again(j) && (j->fault.kind == ERR_CONFLICT || j->fault.kind == ERR_INPUT))
            send_anew(j);
        else
            end(j, ALTER_FAILED);
    } else if (j->phase == PAUSE) {
        go(j, LOOK, alter_effect(j->google, j->plan, now(j)));
    } else if (well && alter_took_effect(now(j), j->call, at->message)) {
        end(j, ALTER_DONE);
    } else if (j->refused || (!well && !task_error(j->call)->retryable)) {
        j->fault = j->refused ? j->fault : *task_error(j->call);
        end(j, ALTER_FAILED);
    } else if (is_hopeless(j)) {
        fail_for_good(j);
    } else if (waited > limit) {
        too_long(j);
    } else {
        int64_t pause = google_poll_pause_ms(j->google, waited);
        if (!well && task_error(j->call)->kind == ERR_QUOTA) /* in no hurry, after all its tries */
            pause += 15 * google_poll_floor_ms(j->google);
        go(j, PAUSE, task_timer(j->record.net, pause));
    }
}

/* --- the task --- */

static bool may_begin(const struct job *j, struct err *e)
{
    const struct alter_plan *p = j->plan;

    if (!p->possible) {
        *e = p->why;
        return false;
    }
    if (!p->nothing && p->needs_password && secret_is_empty(j->password)) {
        err_set(e, ERR_INPUT, "%s (%s)", tr(alter_type(p->kind)->title), p->seen->stream);
        err_reason(e, "NO_PASSWORD");
        err_resource(e, p->seen->profile);
        err_why(e, tr("the password of %s is not known"), p->seen->target.db_user);
        return err_hint(e, "%s", tr("--password-file, STROM_DB_PASSWORD, or a terminal to ask at"));
    }
    if (p->named && !p->nothing && !j->agreed) {
        err_set(e, ERR_INPUT, "%s (%s)", tr(alter_type(p->kind)->title), p->seen->stream);
        err_reason(e, "NOT_OURS");
        err_resource(e, p->seen->stream);
        err_why(e, "%s", p->seen->maker);
        return err_hint(e, tr("--confirm %s, when it is meant"), p->seen->stream);
    }
    return true;
}

static enum task_state finish(struct task *t, struct job *j)
{
    bool stopped = !j->failed && j->at < j->plan->n_calls;
    struct err e;

    for (size_t i = j->at; i < j->plan->n_calls; i++)
        j->steps[i].state = ALTER_NOT_RUN;
    if (record_end(&j->record,
                   j->failed ? "failed"
                   : stopped ? "interrupted"
                             : "done",
                   &e) == RECORD_WAIT)
        return TASK_RUNNING; /* what cannot be written at all is no fault of the run */
    if (j->failed)
        return task_fail(t, &j->fault);
    if (!stopped)
        return TASK_OK;
    err_set(&e, ERR_INTERRUPTED, "%s", tr(alter_type(j->plan->kind)->title));
    err_why(&e, "%s", tr("it was stopped before the last call"));
    err_hint(&e, "%s", tr("the same again goes on where it stopped"));
    return task_fail(t, &e);
}

static enum recorded open_journal(struct job *j, struct arena *a, struct err *e)
{
    struct str order = {0};

    alter_left_write(j->plan, j->command, &order);
    enum recorded how = record_begin(&j->record, JOURNAL_CHANGE, str_text(&order), a, e);
    str_done(&order);
    j->begun = how == RECORD_DONE;
    return how;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    struct err e;

    if (!j->begun && !may_begin(j, &e))
        return task_fail(t, &e);
    if (!j->begun && j->plan->nothing && !j->plan->going_on)
        return TASK_OK; /* else it is written down that it has ended */
    if (!j->begun) {
        enum recorded opening = open_journal(j, task_arena(t), &e);
        if (opening != RECORD_DONE)
            return opening == RECORD_WAIT ? TASK_RUNNING : task_fail(t, &e);
    }
    while (j->at < j->plan->n_calls && !j->failed) {
        if (j->phase == MEAN && j->finishing)
            break;
        if (j->phase == MEAN && !mean(j))
            return TASK_RUNNING;
        if (j->call && task_state(j->call) == TASK_RUNNING) {
            note_operation(j);
            task_news(t);
            return TASK_RUNNING;
        }
        if (j->call)
            take(j);
        task_news(t);
    }
    return finish(t, j);
}

struct task *alter_run(struct net *net, const struct alter_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);
    const struct target *at = &o->plan->seen->target;

    j->google = o->google;
    j->plan = o->plan;
    j->command = o->command;
    j->agreed = o->agreed;
    j->password = o->password ? secret_dup(o->password) : NULL;
    j->steps = arena_array(task_arena(t), struct alter_step, o->plan->n_calls + 1);
    j->record = (struct record){.net = net, .store = o->store};
    record_name(j->record.name, at->project, at->region, o->plan->seen->stream);
    return t;
}

const struct alter_step *alter_steps(const struct task *t, size_t *n)
{
    const struct job *j = task_job(t, &type);

    *n = j->plan->n_calls;
    return j->steps;
}

const char *alter_took_over(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return j->record.took_over;
}

void alter_finish_current(struct task *t)
{
    struct job *j = task_job(t, &type);

    j->finishing = true;
}

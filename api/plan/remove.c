#include "api/plan/remove.h"

#include "api/base/json.h"
#include "api/base/str.h"
#include "api/base/tr.h"
#include "api/plan/actions.h"
#include "api/plan/names.h"
#include "api/plan/record.h"
#include "api/plan/removal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { LINES = 32 };

struct job {
    struct remove_options o;
    struct target t;
    struct names n;
    struct remove_part parts[REMOVALS];
    struct remove_step steps[REMOVALS];
    struct task *calls[REMOVALS];
    int64_t noted[REMOVALS]; /* its entry in the journal */
    bool named[REMOVALS];    /* the operation stands in it */
    unsigned gone, failed;   /* bits of steps; gone: also what was never there */
    struct err fault;        /* of the first that failed */
    struct receipt_line lines[LINES];
    size_t n_lines;
    struct record record;
    bool begun, told, finishing;
};

const char *receipt_kind_name(enum receipt_kind k)
{
    static const char *const names[] = {"removed", "kept", "by_hand", "failed"};

    assert((size_t)k < sizeof names / sizeof *names);
    return names[k];
}

const char *receipt_kind_words(enum receipt_kind k)
{
    static const char *const words[] = {"removed", "kept", "by hand", "failed"};

    assert((size_t)k < sizeof words / sizeof *words);
    return tr(words[k]);
}

const char *receipt_kind_ahead(enum receipt_kind k)
{
    static const char *const names[] = {"would remove", "would keep", "by hand", "cannot remove"};

    assert((size_t)k < sizeof names / sizeof *names);
    return tr(names[k]);
}

void remove_plan(const struct remove_options *o, struct arena *a, struct receipt_line **lines,
                 size_t *n)
{
    struct remove_part parts[REMOVALS];
    struct names names;

    observed_names(o->seen, o->target, &names);
    removal_decide(o, &names, a, parts);
    *lines = arena_array(a, struct receipt_line, LINES);
    *n = 0;
    for (size_t i = 0; i < REMOVALS; i++)
        if (parts[i].there)
            (*lines)[(*n)++] = (struct receipt_line){
                parts[i].why ? RECEIPT_KEPT : RECEIPT_REMOVED, step_type(parts[i].step)->id,
                arena_str(a, parts[i].name), parts[i].why ? parts[i].why : parts[i].note};
    remove_by_hand(o, a, *lines, n);
}

bool remove_possible(const struct remove_options *o, struct err *e)
{
    struct arena a = {0};
    struct names names;

    observed_names(o->seen, o->target, &names);
    const char *why = removal_foreign(o, &names, &a);
    if (why) {
        err_set(e, ERR_INPUT, tr("Taking down %s"), names.stream);
        err_reason(e, "NOT_OURS");
        err_resource(e, names.stream);
        err_why(e, tr("%s, not %s of %s"), why, o->target->database, o->target->instance);
        err_hint(e, tr("name the app, or --instance and --database, that this stream reads"));
    }
    arena_done(&a);
    return why == NULL;
}

/* --- the task --- */

static void line(struct job *j, enum receipt_kind kind, enum step_id step, const char *why)
{
    if (j->n_lines < LINES)
        j->lines[j->n_lines++] =
            (struct receipt_line){kind, step_type(step)->id, step_name(step, &j->n), why};
}

/* What was followed from the stream is not found again when the stream is gone: the names are kept.
 */
static void write_names(const struct job *j, struct str *out)
{
    struct json_out o;

    json_begin(&o, out, false);
    json_open_object(&o, NULL);
    record_put_command(&o, j->o.command);
    if (j->o.undo)
        json_put_bool(&o, "undo", true); /* read again by apply_made and record_left */
    json_open_object(&o, "names");       /* read again by remove_names */
    for (size_t i = 0; i < REMOVALS; i++)
        if (j->parts[i].there)
            json_put_string(&o, step_type(j->parts[i].step)->id, j->parts[i].name);
    json_close_object(&o);
    json_close_object(&o);
}

static enum recorded begin(struct job *j, struct arena *a, struct err *e)
{
    struct str names = {0};

    removal_decide(&j->o, &j->n, a, j->parts);
    write_names(j, &names);
    enum recorded how = record_begin(&j->record, JOURNAL_DELETE, str_text(&names), a, e);
    str_done(&names);
    if (how != RECORD_DONE)
        return how;
    j->begun = true;
    for (size_t i = 0; i < REMOVALS; i++) {
        const struct remove_part *p = &j->parts[i];
        bool goes = p->there && p->why == NULL;
        j->steps[i] = (struct remove_step){.step = p->step, .name = p->name, .over = !goes};
        if (!p->there)
            j->gone |= 1u << p->step;
        else if (p->why)
            line(j, RECEIPT_KEPT, p->step, p->why);
    }
    return how;
}

/* The receipt outlives the error. */
static void fail(struct job *j, size_t i, const struct err *e, struct arena *a)
{
    if (j->failed == 0)
        j->fault = *e;
    j->failed |= 1u << j->steps[i].step;
    j->steps[i].failed = j->steps[i].over = true;
    line(j, RECEIPT_FAILED, j->steps[i].step, arena_str(a, e->why[0] ? e->why : e->what));
}

static void end(struct job *j, size_t i, struct arena *a)
{
    bool well = task_state(j->calls[i]) == TASK_OK;

    j->steps[i].running = false;
    j->steps[i].over = true;
    record_result(&j->record, j->noted[i], well ? JOURNAL_DONE : JOURNAL_FAILED);
    if (!well) {
        fail(j, i, task_error(j->calls[i]), a);
        return;
    }
    j->gone |= 1u << j->steps[i].step;
    line(j, RECEIPT_REMOVED, j->steps[i].step, j->parts[i].note);
}

/* True when something changed. */
static bool send(struct job *j, size_t i, struct arena *a)
{
    const struct remove_part *p = &j->parts[i];
    struct err e;

    switch (record_intent(&j->record, step_type(p->step)->id, "delete", p->name, NULL, &j->noted[i],
                          &e)) {
    case RECORD_WAIT:
        return false;
    case RECORD_FAILED:
        fail(j, i, &e, a);
        return true;
    case RECORD_DONE:
        break;
    }
    const struct place where = {j->o.google, &j->t, &j->n, j->o.seen};
    j->calls[i] = action_type(p->step)->undo(&where);
    j->steps[i].running = true;
    return true;
}

/* True when something changed. */
static bool drive(struct job *j, size_t i, struct arena *a)
{
    unsigned users = removal_users(j->steps[i].step);

    if (j->steps[i].over)
        return false;
    if (j->calls[i]) {
        if (!action_type(j->steps[i].step)->plain)
            record_sent(&j->record, j->noted[i], google_operation_name(j->calls[i]), &j->named[i]);
        if (task_state(j->calls[i]) == TASK_RUNNING)
            return false;
        end(j, i, a);
        return true;
    }
    if (j->finishing) {
        j->steps[i].over = true;
        line(j, RECEIPT_KEPT, j->steps[i].step, tr("not begun: it was stopped"));
        return true;
    }
    if (users & j->failed) {
        j->steps[i].over = true;
        j->failed |= 1u << j->steps[i].step;
        line(j, RECEIPT_KEPT, j->steps[i].step, tr("something that needs it could not be removed"));
        return true;
    }
    return (users & j->gone) == users && send(j, i, a);
}

static enum task_state step(struct task *t);

static void stop(void *job)
{
    struct job *j = job;

    for (size_t i = 0; i < REMOVALS; i++)
        task_clear(&j->calls[i]);
    record_drop(&j->record);
}

static const struct task_type type = {"remove", sizeof(struct job), step, stop};

static void drive_all(struct task *t, struct job *j)
{
    bool changed = true;

    while (changed) { /* what goes lets others go */
        changed = false;
        for (size_t i = 0; i < REMOVALS; i++)
            changed = drive(j, i, task_arena(t)) || changed;
        if (changed)
            task_news(t);
    }
}

static bool is_over(const struct job *j)
{
    for (size_t i = 0; i < REMOVALS; i++)
        if (!j->steps[i].over)
            return false;
    return true;
}

/* Something that goes is there still, and nothing has failed. */
static bool was_stopped(const struct job *j)
{
    for (size_t i = 0; j->finishing && i < REMOVALS; i++)
        if (j->parts[i].there && j->parts[i].why == NULL && !(j->gone & 1u << j->parts[i].step))
            return true;
    return false;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    enum recorded opening = RECORD_DONE;
    struct err e;

    if (!j->begun && !remove_possible(&j->o, &e))
        return task_fail(t, &e);
    if (!j->begun)
        opening = begin(j, task_arena(t), &e);
    if (opening == RECORD_WAIT)
        return TASK_RUNNING;
    if (opening == RECORD_FAILED)
        return task_fail(t, &e);
    drive_all(t, j);
    if (!is_over(j))
        return TASK_RUNNING;
    if (!j->told)
        remove_by_hand(&j->o, task_arena(t), j->lines, &j->n_lines);
    j->told = true;
    bool stopped = was_stopped(j);
    const char *outcome = j->failed ? "failed" : stopped ? "interrupted" : "removed";
    if (record_end(&j->record, outcome, &e) == RECORD_WAIT)
        return TASK_RUNNING; /* what cannot be written at all is no fault of the run */
    if (j->failed || !stopped)
        return j->failed ? task_fail(t, &j->fault) : TASK_OK;
    err_set(&e, ERR_INTERRUPTED, tr("Taking down %s"), j->n.stream);
    err_why(&e, "%s", tr("it was stopped before the last step"));
    err_hint(&e, "%s",
             j->o.undo ? tr("strom delete --undo goes on where it stopped")
                       : tr("run it again: it goes on where it stopped"));
    return task_fail(t, &e);
}

void remove_finish_current(struct task *t)
{
    struct job *j = task_job(t, &type);

    j->finishing = true;
}

const char *const *remove_command(const struct remove_options *o, struct arena *a)
{
    const char **words = arena_array(a, const char *, RECORD_WORDS + 5);
    struct names names;
    size_t n = 0;

    observed_names(o->seen, o->target, &names);
    words[n++] = "strom";
    words[n++] = "delete";
    if (o->undo)
        words[n++] = "--undo";
    if (o->with_dataset) {
        words[n++] = "--remove-dataset";
        words[n++] = arena_str(a, names.dataset);
    }
    record_put_target(words, n, o->target, arena_str(a, names.stream));
    return words;
}

struct task *remove_all(struct net *net, const struct remove_options *o)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);

    j->o = *o;
    j->t = *o->target;
    names_complete(&j->t);
    j->o.target = &j->t;
    observed_names(o->seen, &j->t, &j->n);
    j->record = (struct record){.net = net, .store = o->store};
    record_name(j->record.name, j->t.project, j->t.region, j->n.stream);
    return t;
}

const struct receipt_line *remove_receipt(const struct task *t, size_t *n)
{
    const struct job *j = task_job(t, &type);

    *n = j->n_lines;
    return j->lines;
}

const struct remove_step *remove_steps(const struct task *t, size_t *n)
{
    const struct job *j = task_job(t, &type);

    *n = REMOVALS;
    return j->steps;
}

const char *remove_took_over(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return j->record.took_over;
}

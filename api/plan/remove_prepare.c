#include "api/plan/remove.h"

#include "api/base/str.h"
#include "api/pg/source.h"
#include "api/plan/apply.h"
#include "api/plan/observe.h"

struct job {
    struct remove_wanted w;
    struct target t;
    struct task *looking, *source; /* source NULL: not asked, or not yet */
    struct remove_options options;
    bool seen;
};

static void stop(void *job)
{
    struct job *j = job;

    task_clear(&j->source);
    task_clear(&j->looking);
}

static enum task_state step(struct task *t);
static const struct task_type type = {"remove prepare", sizeof(struct job), step, stop};

/* What is taken down is what the stream reads, whatever was meant. */
static void take_source(struct job *j)
{
    const struct observed *seen = j->options.seen;

    observed_take_source(seen, &j->t);
    if (!str_is_empty(seen->source_user))
        str_copy(j->t.db_user, sizeof j->t.db_user, seen->source_user);
}

static void ask_source(struct job *j, struct arena *a)
{
    struct pg *pg = j->w.pg;

    if (pg == NULL || !pg_alive(pg))
        return;
    j->options.source_why = remove_other_source(j->options.seen, &j->t, pg_database(pg), a);
    if (j->options.source_why)
        return;
    const struct source_wanted wanted = {j->t.db_user, j->t.publication, j->t.slot, NULL, 0};
    j->source = source_read(pg, &wanted, NULL);
}

static void take_made(struct job *j, struct arena *a)
{
    struct names n;

    observed_names(j->options.seen, &j->t, &n);
    if (j->w.undo)
        j->options.made = apply_made(&j->t, n.stream, j->w.store, a);
}

static bool take_look(struct job *j, struct arena *a, struct err *e)
{
    j->options = (struct remove_options){.google = j->w.google,
                                         .store = j->w.store,
                                         .target = &j->t,
                                         .seen = observed(j->looking),
                                         .undo = j->w.undo};
    j->seen = true;
    take_made(j, a);
    if (!remove_possible(&j->options, e))
        return false;
    take_source(j);
    ask_source(j, a);
    return true;
}

static enum task_state step(struct task *t)
{
    struct job *j = task_job(t, &type);
    struct err e;

    if (task_state(j->looking) == TASK_FAILED)
        return task_fail_like(t, j->looking);
    if (task_state(j->looking) == TASK_RUNNING)
        return TASK_RUNNING;
    if (!j->seen && !take_look(j, task_arena(t), &e))
        return task_fail(t, &e);
    if (j->source && task_state(j->source) == TASK_RUNNING)
        return TASK_RUNNING;
    bool answered = j->source && task_state(j->source) == TASK_OK;
    if (j->source && !answered) /* the connection went meanwhile */
        j->options.source_why = task_error(j->source)->why;
    remove_take_facts(&j->options, answered ? source_facts(j->source) : NULL, task_arena(t));
    return TASK_OK;
}

struct task *remove_prepare(struct net *net, const struct remove_wanted *w)
{
    struct task *t = task_new(net, &type);
    struct job *j = task_job(t, &type);

    j->w = *w;
    j->t = *w->target;
    names_complete(&j->t);
    j->looking = remove_look(net, w->google, w->store, &j->t);
    return t;
}

const struct remove_options *remove_prepared(const struct task *t)
{
    const struct job *j = task_job(t, &type);

    return task_state(t) == TASK_OK ? &j->options : NULL;
}

const struct source_facts *remove_prepared_facts(const struct task *t)
{
    const struct job *j = task_job(t, &type);
    bool asked = task_state(t) == TASK_OK && j->source && task_state(j->source) == TASK_OK;

    return asked ? source_facts(j->source) : NULL;
}
